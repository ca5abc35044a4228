#include "lab/live_capture.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/flow.h"
#include "lab/lab.h"
#include "system/descriptor.h"
#include "system/network.h"
#include "system/thread.h"
#include "system/wait.h"

struct tap {
  pthread_t thread;
  int listener; /* a packet socket */
  int stop;     /* an eventfd that ends the thread */
  bool loopback;
  struct host *host;                       /* of the lab; NULL: the machine */
  char name[HOST_NAME_SIZE + IF_NAMESIZE]; /* "lo", "server:lo" */
  bool shows;
  unsigned numbers; /* the thread's own, like all that follows */
  struct flow_table flows;
  struct timeline *timeline;
  tap_filter *filter;
  void *context;
  unsigned char buffer[PACKET_SIZE_LIMIT];
};

/* The names for an event: the addresses as text. */
static const char *host_text(const struct address *address, struct bytes *text) {
  bytes_clear(text);
  address_append_host(address, text);
  return bytes_text(text);
}

/* What the kernel says about a packet besides its bytes. */
struct beside {
  int64_t wall;   /* when it received it, in nanoseconds; 0: it does not say */
  bool unchecked; /* the checksum is left to the device, and not filled in */
};

static void append(struct tap *tap, const struct packet *packet, const struct beside *beside) {
  const struct address source = packet_source(packet);
  const struct address target = packet_destination(packet);
  struct packet quoted = {.family = AF_UNSPEC};
  bool about = packet_read_quoted(packet, &quoted);
  const struct address about_source = packet_source(&quoted);
  const struct address about_target = packet_destination(&quoted);
  struct bytes texts[4] = {{0}, {0}, {0}, {0}};
  struct flow_bases bases = {0};
  bool based = flow_note(&tap->flows, packet, 0, clock_monotonic(), &bases);
  flow_cross(&bases, packet, &bases.labels);
  struct event event = {
      .kind = EVENT_PACKET, .wall = beside->wall, .host = tap->host ? tap->host->name : NULL};
  event.packet = (struct event_packet){
      .number = ++tap->numbers,
      .fate = PACKET_CROSSED,
      .source = host_text(&source, &texts[0]),
      .target = host_text(&target, &texts[1]),
      .to = "",
      .wire = tap->name,
      .reason = "",
      .bytes = packet->bytes,
      .length = packet->length,
      .total = packet->total,
      .about_source = about ? host_text(&about_source, &texts[2]) : "",
      .about_target = about ? host_text(&about_target, &texts[3]) : "",
      .live = true,
      .unchecked = beside->unchecked,
      .unseen = !tap->shows,
      .ports = true,
      .relative = based,
      .sequence_base = bases.sequence,
      .acknowledgment_base = bases.acknowledgment,
      .timestamp_base = bases.timestamp,
      .echo_base = bases.echo,
      .copies = 1,
      .labels = bases.labels,
      .duplicates = bases.duplicates,
      .began = bases.began,
  };
  timeline_append(tap->timeline, &event);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    bytes_free(&texts[i]);
}

static struct beside beside_of(struct msghdr *message) {
  struct beside beside = {0};
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
       header = CMSG_NXTHDR(message, header)) {
    struct timespec time;
    struct tpacket_auxdata data;
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SO_TIMESTAMPNS) {
      memcpy(&time, CMSG_DATA(header), sizeof time);
      beside.wall = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    } else if (header->cmsg_level == SOL_PACKET && header->cmsg_type == PACKET_AUXDATA) {
      memcpy(&data, CMSG_DATA(header), sizeof data);
      beside.unchecked = data.tp_status & TP_STATUS_CSUMNOTREADY;
    }
  }
  return beside;
}

/* Reads one packet. False if there is none. */
static bool take(struct tap *tap) {
  union {
    struct cmsghdr header;
    char room[256];
  } control;
  struct sockaddr_ll from = {0};
  struct iovec part = {tap->buffer, sizeof tap->buffer};
  struct msghdr message = {.msg_name = &from,
                           .msg_namelen = sizeof from,
                           .msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control.room,
                           .msg_controllen = sizeof control};
  struct packet packet;
  ssize_t got = recvmsg(tap->listener, &message, MSG_DONTWAIT | MSG_TRUNC);
  if (got < 0)
    return errno == EINTR;
  /* A loopback shows each packet twice, outgoing and incoming. */
  if (tap->loopback && from.sll_pkttype == PACKET_OUTGOING)
    return true;
  size_t total = (size_t)got;
  packet_read(tap->buffer, total < sizeof tap->buffer ? total : sizeof tap->buffer, total, &packet);
  const struct beside beside = beside_of(&message);
  if (packet.family != AF_UNSPEC && (!tap->filter || tap->filter(&packet, tap->context)))
    append(tap, &packet, &beside);
  return true;
}

static void *listen_on(void *context) {
  struct tap *tap = context;
  struct pollfd items[2] = {{.fd = tap->listener, .events = POLLIN},
                            {.fd = tap->stop, .events = POLLIN}};
  while (!items[1].revents) {
    poll(items, 2, -1);
    while (take(tap))
      ;
  }
  return NULL;
}

/* -1 with errno set; -2 where the host could not be asked. */
static int make_listener(const struct tap *tap) {
  int made[2] = {-1, -1};
  int type = SOCK_DGRAM | SOCK_CLOEXEC;
  if (!tap->host)
    return descriptor_move_up(socket(AF_PACKET, type, htons(ETH_P_ALL)));
  int problem = tap->host->make(tap->host, AF_PACKET, type, htons(ETH_P_ALL), false, made);
  errno = problem < 0 ? -problem : problem;
  return problem < 0 ? -2 : problem > 0 ? -1 : descriptor_move_up(made[0]);
}

static int open_listener(struct tap *tap, const char *interface, struct error *error) {
  unsigned index = network_interface_index(host_network(tap->host), interface);
  int on = 1;
  if (index == 0)
    return error_set_errno(error, errno, _("there is no interface %.60s; `ip link` lists them"),
                           interface);
  tap->listener = make_listener(tap);
  if (tap->listener < -1)
    return lab_explain(STAGE_CONTROL, errno, error);
  if (tap->listener < 0)
    return error_set_errno(error, errno,
                           _("packets of %.60s can't be looked at: that takes CAP_NET_RAW, as root "
                             "has; in a lab nobody needs it"),
                           interface);
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)index};
  if (setsockopt(tap->listener, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
      setsockopt(tap->listener, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) < 0 ||
      bind(tap->listener, (struct sockaddr *)&address, sizeof address) < 0)
    return error_set_errno(error, errno, _("packets of %.60s can't be looked at"), interface);
  return 0;
}

static int start_thread(struct tap *tap, struct error *error) {
  tap->stop = descriptor_move_up(eventfd(0, EFD_CLOEXEC));
  if (tap->stop < 0)
    return error_set_errno(error, errno, _("no descriptor is left for the capture"));
  int problem = thread_start(&tap->thread, 0, 0, listen_on, tap);
  return problem ? error_set_errno(error, problem, _("the thread that captures can't be started"))
                 : 0;
}

static void discard(struct tap *tap) {
  if (tap->listener >= 0)
    close(tap->listener);
  if (tap->stop >= 0)
    close(tap->stop);
  flow_free(&tap->flows);
  free(tap);
}

struct tap *tap_start(struct host *host, const char *interface, bool shows,
                      struct timeline *timeline, tap_filter *filter, void *context,
                      struct error *error) {
  struct tap *tap = calloc(1, sizeof *tap);
  if (!tap) {
    error_set_memory(error);
    return NULL;
  }
  tap->listener = tap->stop = -1;
  tap->loopback = strcmp(interface, "lo") == 0;
  tap->host = host;
  snprintf(tap->name, sizeof tap->name, "%s%s%.*s", host_name(host), host ? ":" : "",
           IF_NAMESIZE - 1, interface);
  tap->shows = shows;
  tap->timeline = timeline;
  tap->filter = filter;
  tap->context = context;
  if (open_listener(tap, interface, error) == 0 && start_thread(tap, error) == 0)
    return tap;
  discard(tap);
  return NULL;
}

void tap_stop(struct tap *tap) {
  eventfd_write(tap->stop, 1);
  pthread_join(tap->thread, NULL);
  discard(tap);
}
