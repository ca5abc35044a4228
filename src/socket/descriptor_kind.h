/* descriptor_kind: what a descriptor of the session refers to. Most are sockets; pipes, files and
 * others are made by calls, or come with messages. */
#ifndef SOCKSH_SOCKET_DESCRIPTOR_KIND_H
#define SOCKSH_SOCKET_DESCRIPTOR_KIND_H

enum descriptor_kind {
  DESCRIPTOR_SOCKET,
  DESCRIPTOR_EPOLL,
  DESCRIPTOR_PIPE, /* an end of a pipe, or a FIFO */
  DESCRIPTOR_FILE,
  DESCRIPTOR_DIRECTORY,
  DESCRIPTOR_DEVICE,
  DESCRIPTOR_PATH,      /* opened with O_PATH: a place in the file system, not what is there */
  DESCRIPTOR_PROCESS,   /* a pidfd */
  DESCRIPTOR_NAMESPACE, /* of the network, for example */
  DESCRIPTOR_EVENT,     /* an eventfd */
  DESCRIPTOR_TIMER,     /* a timerfd */
  DESCRIPTOR_SIGNAL,    /* a signalfd */
  DESCRIPTOR_OTHER,
};

/* Asks the kernel what this descriptor, which is no open socket, refers to. */
enum descriptor_kind descriptor_kind_of(int descriptor);

/* Its name, as `status` shows it: "pipe", "pidfd". */
const char *descriptor_kind_title(enum descriptor_kind kind);

#endif
