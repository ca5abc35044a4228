#include "system/network.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "system/descriptor.h"

/* Written at the start, before there are other threads. A socket made for each question, as the C
 * library does it, would take the number that the user's next one is to get. */
static int own = -1;
static int own_error = EBADF; /* why there is none */

void network_start(void) {
  if (own < 0)
    own = descriptor_move_up(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (own < 0)
    own_error = errno;
}

/* ioctl(2) on a socket of the network. */
static int ask(int network, unsigned long request, struct ifreq *about) {
  int descriptor = network == NETWORK_OWN ? own : network;
  if (descriptor < 0) {
    errno = own_error;
    return -1;
  }
  return ioctl(descriptor, request, about);
}

unsigned network_interface_index(int network, const char *name) {
  struct ifreq request = {0};
  size_t length = strlen(name);
  if (length >= sizeof request.ifr_name) {
    errno = ENODEV;
    return 0;
  }
  memcpy(request.ifr_name, name, length);
  return ask(network, SIOCGIFINDEX, &request) < 0 ? 0 : (unsigned)request.ifr_ifindex;
}

void network_interface_name(int network, unsigned index, char *name) {
  struct ifreq request = {.ifr_ifindex = (int)index};
  bool found = ask(network, SIOCGIFNAME, &request) == 0;
  memset(name, 0, IF_NAMESIZE);
  if (found)
    memcpy(name, request.ifr_name, strnlen(request.ifr_name, IF_NAMESIZE - 1));
}

void network_first_interface(int network, char *name) {
  enum { TRIED = 256 };
  struct ifreq request;
  memset(name, 0, IF_NAMESIZE);
  for (int index = 1; index <= TRIED && !name[0]; index++) {
    request = (struct ifreq){.ifr_ifindex = index};
    if (ask(network, SIOCGIFNAME, &request) < 0)
      continue;
    char found[IF_NAMESIZE];
    memcpy(found, request.ifr_name, sizeof found);
    bool known = ask(network, SIOCGIFFLAGS, &request) == 0;
    if (known && request.ifr_flags & IFF_UP && !(request.ifr_flags & IFF_LOOPBACK))
      memcpy(name, found, IF_NAMESIZE);
  }
}
