/* lab_explain: says why a lab can't run here, and what to change. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/lab.h"
#include "system/file.h"

/* Sets the cause, and what to do about it. The last word is often a command to copy, so the errno
 * comes first. Returns -1. */
static int refused(struct error *error, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static int refused(struct error *error, int number, const char *format, ...) {
  struct bytes text = {0};
  va_list list;
  va_start(list, format);
  bytes_append_format_list(&text, format, list);
  va_end(list);
  error_set(error, ERROR_FAILURE, "%s: %s", error_number_name(number), bytes_text(&text));
  error->number = number;
  bytes_free(&text);
  return -1;
}

/* The number in a file of /proc; -1 if there is no such file. */
static long number_in(const char *path) {
  struct bytes text = {0};
  long number = file_read(path, 64, &text) == 0 ? strtol(bytes_text(&text), NULL, 10) : -1;
  bytes_free(&text);
  return number;
}

static bool is_confined(void) {
  return geteuid() != 0 && number_in("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1;
}

static int confined(int number, struct error *error) {
  return refused(error, number,
                 _("AppArmor keeps programs without a profile from using user namespaces, as on "
                   "Ubuntu 24.04; allow it to socksh with the profile that comes with it: sudo "
                   "install -m 644 %s/socksh.apparmor /etc/apparmor.d/socksh && sudo "
                   "apparmor_parser -r /etc/apparmor.d/socksh"),
                 PROFILE_DIRECTORY);
}

/* Creating the namespaces, or the user mapping, was refused. */
static int no_namespace(int number, struct error *error) {
  if (number_in("/proc/sys/user/max_user_namespaces") == 0)
    return refused(error, number,
                   _("user namespaces are switched off here (user.max_user_namespaces is 0); allow "
                     "them with: sudo sysctl user.max_user_namespaces=10000"));
  if (geteuid() != 0 && number_in("/proc/sys/kernel/unprivileged_userns_clone") == 0)
    return refused(error, number,
                   _("user namespaces are for root alone here (kernel.unprivileged_userns_clone is "
                     "0); allow them with: sudo sysctl kernel.unprivileged_userns_clone=1"));
  if (is_confined())
    return confined(number, error);
  if (number == ENOSPC)
    return refused(error, number,
                   _("the limit of namespaces is reached; see user.max_user_namespaces and "
                     "user.max_net_namespaces in namespaces(7)"));
  if (number == EINVAL || number == ENOSYS)
    return refused(
        error, number,
        _("this kernel has no user or network namespaces (CONFIG_USER_NS, CONFIG_NET_NS)"));
  return refused(error, number,
                 _("a namespace for the lab can't be made; in a container, its seccomp profile or "
                   "its missing capabilities forbid it: start that with --security-opt "
                   "seccomp=unconfined, or run socksh outside of it"));
}

/* /dev/net/tun could not be opened. */
static int no_device(int number, struct error *error) {
  struct stat status;
  bool there = stat("/dev/net/tun", &status) == 0;
  if (!there)
    return refused(error, number,
                   _("there is no /dev/net/tun; load the module with: sudo modprobe tun; in a "
                     "container, start that with --device /dev/net/tun"));
  if (number == EACCES || number == EPERM)
    return refused(error, number,
                   _("/dev/net/tun can't be opened by this user; it is usually open to all: sudo "
                     "chmod 666 /dev/net/tun"));
  return refused(error, number,
                 _("/dev/net/tun can't be opened, so this kernel may have no TUN devices "
                   "(CONFIG_TUN); try: sudo modprobe tun"));
}

int lab_explain(enum lab_stage stage, int number, struct error *error) {
  if (number == EINTR)
    return error_set(error, ERROR_INTERRUPTED, _("interrupted"));
  if (number == ETIMEDOUT)
    return refused(error, number,
                   _("the lab's helper process has not answered for 10 seconds: is it stopped? "
                     "ps shows it below this session"));
  if (number == EMFILE)
    return refused(error, number,
                   _("no descriptor is left for the lab's own use; raise the limit (ulimit -Hn)"));
  if (number == ENFILE)
    return refused(error, number, _("the machine has no descriptor left (fs.file-max)"));
  if (number == EAGAIN)
    return refused(error, number,
                   _("no process can be started for the lab; raise the limit (ulimit -u)"));
  if (number == ENOMEM || number == ENOBUFS)
    return refused(error, number, _("the kernel has no memory for the lab"));
  switch (stage) {
  case STAGE_CLONE:
  case STAGE_MAP:
  case STAGE_NAMESPACE:
    return no_namespace(number, error);
  case STAGE_DEVICE:
    return no_device(number, error);
  case STAGE_INTERFACE:
    return is_confined() ? confined(number, error)
                         : refused(error, number, _("a host's interface can't be set up"));
  case STAGE_ADDRESS:
    return refused(error, number, _("a host's interface can't get its addresses"));
  case STAGE_ROUTE:
    return refused(error, number, _("a host can't get its routes"));
  case STAGE_DIAGNOSIS:
    return refused(error, number, _("the list of sockets (sock_diag) of a host can't be read"));
  case STAGE_NAMES:
    return refused(error, number, _("the names of the hosts can't be told to programs on them"));
  case STAGE_CONTROL:
    if (number != ENOTCONN)
      return refused(error, number, _("the lab's helper process can't be asked"));
    return error_set(error, ERROR_FAILURE,
                     _("the lab's helper process has ended, so its hosts make nothing new any "
                       "more; what is open there goes on. A new session can have a new lab"));
  default:
    return refused(error, number, _("the lab's helper can't do that"));
  }
}
