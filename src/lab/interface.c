#include "lab/interface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <linux/ipv6_route.h>
#include <linux/route.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PREFIX_INET = 24, PREFIX_GIVEN = 16, PREFIX_INET6 = 64, INET6_LEAST = 1280 };

/* Packets that wait for the wire's thread. The kernel loses what comes on top: bursts of a program
 * that sends without a pause must fit, while that thread has other things to do. */
enum { QUEUE_LENGTH = 16384 };

/* 10.0.WIRE.NUMBER */
static struct sockaddr inet_of(unsigned wire, unsigned number) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  struct sockaddr any;
  address.sin_addr.s_addr = htonl(10U << 24 | wire << 8 | number);
  memcpy(&any, &address, sizeof any);
  return any;
}

static struct sockaddr inet_mask(unsigned prefix) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  struct sockaddr any;
  address.sin_addr.s_addr = htonl(~0U << (32 - prefix));
  memcpy(&any, &address, sizeof any);
  return any;
}

/* fd00:0:0:WIRE::NUMBER */
static struct in6_addr inet6_of(unsigned wire, unsigned number) {
  struct in6_addr address = {.s6_addr = {0xfd}};
  address.s6_addr[6] = (unsigned char)(wire >> 8);
  address.s6_addr[7] = (unsigned char)wire;
  address.s6_addr[14] = (unsigned char)(number >> 8);
  address.s6_addr[15] = (unsigned char)number;
  return address;
}

/* fe80::NUMBER: the same on each wire */
static struct in6_addr link_local_of(unsigned number) {
  struct in6_addr address = {.s6_addr = {0xfe, 0x80}};
  address.s6_addr[14] = (unsigned char)(number >> 8);
  address.s6_addr[15] = (unsigned char)number;
  return address;
}

bool interface_is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

/* Of a request for IPv6, which the kernel may not have: only what is no answer is an error. */
static int if_inet6(int error) {
  return interface_is_shortage(error) || error == EPERM ? error : 0;
}

static int do_ioctl(int family, unsigned long request, void *argument) {
  int control = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0)
    return errno;
  int error = ioctl(control, request, argument) < 0 ? errno : 0;
  close(control);
  return error;
}

static struct ifreq named(const char *name) {
  struct ifreq interface = {0};
  size_t length = strnlen(name, sizeof interface.ifr_name - 1);
  memcpy(interface.ifr_name, name, length);
  return interface;
}

int interface_raise(const char *name) {
  struct ifreq interface = named(name);
  int error = do_ioctl(AF_INET, SIOCGIFFLAGS, &interface);
  if (error)
    return error;
  interface.ifr_flags |= IFF_UP;
  return do_ioctl(AF_INET, SIOCSIFFLAGS, &interface);
}

static int index_of(const char *name, int *index) {
  struct ifreq interface = named(name);
  int error = do_ioctl(AF_INET, SIOCGIFINDEX, &interface);
  *index = interface.ifr_ifindex;
  return error;
}

static int set_mtu(const char *name, unsigned mtu) {
  struct ifreq interface = named(name);
  interface.ifr_mtu = (int)mtu;
  return do_ioctl(AF_INET, SIOCSIFMTU, &interface);
}

static bool is_given(const unsigned char *address, size_t size) {
  static const unsigned char none[16] = {0};
  return memcmp(address, none, size) != 0;
}

static struct sockaddr inet_given(const unsigned char *bytes) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  struct sockaddr any;
  memcpy(&address.sin_addr, bytes, sizeof address.sin_addr);
  memcpy(&any, &address, sizeof any);
  return any;
}

static int set_inet(const struct lab_request *request) {
  struct ifreq interface = named(request->name);
  bool given = is_given(request->inet, sizeof request->inet);
  interface.ifr_addr = given ? inet_given(request->inet) : inet_of(request->wire, request->number);
  int error = do_ioctl(AF_INET, SIOCSIFADDR, &interface);
  interface.ifr_netmask = inet_mask(given ? PREFIX_GIVEN : PREFIX_INET);
  return error ? error : do_ioctl(AF_INET, SIOCSIFNETMASK, &interface);
}

/* Whether the kernel takes packets to an address of this interface as its own. */
static bool is_own(int control, const struct in6_addr *address, int index) {
  struct {
    struct nlmsghdr header;
    struct rtmsg route;
    struct rtattr to;
    struct in6_addr address;
    struct rtattr over;
    int index;
  } request = {
      .header = {sizeof request, RTM_GETROUTE, NLM_F_REQUEST, 1, 0},
      .route = {.rtm_family = AF_INET6, .rtm_dst_len = 128},
      .to = {sizeof request.to + sizeof request.address, RTA_DST},
      .address = *address,
      .over = {sizeof request.over + sizeof request.index, RTA_OIF},
      .index = index,
  };
  struct {
    struct nlmsghdr header;
    struct rtmsg route;
    char rest[1024];
  } answer;
  return send(control, &request, sizeof request, 0) > 0 &&
         recv(control, &answer, sizeof answer, 0) >=
             (ssize_t)(sizeof answer.header + sizeof answer.route) &&
         answer.header.nlmsg_type == RTM_NEWROUTE && answer.route.rtm_type == RTN_LOCAL;
}

/* Waits until the kernel has taken up an address, which it does some time after it was given it: a
 * packet that came before would be thrown away. */
static void await_own(const struct in6_addr *address, int index) {
  enum { PAUSE = 1, MOST = 1000 }; /* milliseconds; the link may be down, so that it never does */
  int control = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  for (int waited = 0; control >= 0 && !is_own(control, address, index) && waited < MOST;
       waited += PAUSE)
    poll(NULL, 0, PAUSE);
  if (control >= 0)
    close(control);
}

/* *inet6 is false if the kernel has no IPv6, or the interface's MTU is too small for it. 0 or an
 * errno. */
static int set_inet6(const struct lab_request *request, bool *inet6) {
  struct in6_ifreq address = {.ifr6_prefixlen = PREFIX_INET6};
  struct in6_addr local = link_local_of(request->number);
  int index;
  int error = index_of(request->name, &index);
  *inet6 = false;
  if (error)
    return error;
  address.ifr6_ifindex = index;
  address.ifr6_addr = local;
  error = if_inet6(do_ioctl(AF_INET6, SIOCSIFADDR, &address));
  if (error)
    return error;
  address.ifr6_addr = inet6_of(request->wire, request->number);
  if (is_given(request->inet6, sizeof request->inet6))
    memcpy(&address.ifr6_addr, request->inet6, sizeof address.ifr6_addr);
  error = do_ioctl(AF_INET6, SIOCSIFADDR, &address);
  *inet6 = error == 0 || error == EEXIST;
  if (*inet6) {
    await_own(&local, index);
    await_own(&address.ifr6_addr, index);
  }
  return if_inet6(error);
}

/* By netlink: SIOCSIFTXQLEN asks for a privilege on the whole machine. If it is refused, the queue
 * is short, and what is lost there is told all the same. */
static void lengthen_queue(const char *name) {
  struct {
    struct nlmsghdr header;
    struct ifinfomsg link;
    struct rtattr attribute;
    uint32_t length;
  } request = {
      .header = {sizeof request, RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, 1, 0},
      .link = {.ifi_family = AF_UNSPEC},
      .attribute = {sizeof request.attribute + sizeof request.length, IFLA_TXQLEN},
      .length = QUEUE_LENGTH,
  };
  char answer[1024];
  int control = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (control >= 0 && index_of(name, &request.link.ifi_index) == 0 &&
      send(control, &request, sizeof request, 0) > 0)
    recv(control, answer, sizeof answer, 0); /* it is done when the answer is there */
  if (control >= 0)
    close(control);
}

static int set_up(const struct lab_request *request, bool *inet6) {
  lengthen_queue(request->name);
  int error = set_mtu(request->name, request->mtu);
  if (error == 0)
    error = interface_raise(request->name);
  if (error == 0)
    error = set_inet(request);
  return error ? error : set_inet6(request, inet6);
}

int interface_create(const struct lab_request *request, int *device, bool *inet6,
                     enum lab_stage *stage) {
  struct ifreq interface = named(request->name);
  *stage = STAGE_DEVICE;
  *device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (*device < 0)
    return errno;
  *stage = STAGE_INTERFACE;
  interface.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
  int error = ioctl(*device, TUNSETIFF, &interface) < 0 ? errno : 0;
  if (error == 0) {
    *stage = STAGE_ADDRESS;
    error = set_up(request, inet6);
  }
  if (error)
    close(*device);
  return error;
}

int interface_route(const struct lab_request *request) {
  struct rtentry way = {.rt_flags = RTF_UP | RTF_GATEWAY};
  struct in6_rtmsg way6 = {.rtmsg_flags = RTF_UP | RTF_GATEWAY, .rtmsg_metric = 1};
  way.rt_dst = inet_of(request->wire, 0);
  way.rt_genmask = inet_mask(PREFIX_INET);
  way.rt_gateway = inet_of(request->over_wire, request->over_number);
  int error = do_ioctl(AF_INET, SIOCADDRT, &way);
  if (error && error != EEXIST)
    return error;
  way6.rtmsg_dst = inet6_of(request->wire, 0);
  way6.rtmsg_dst_len = PREFIX_INET6;
  way6.rtmsg_gateway = inet6_of(request->over_wire, request->over_number);
  return if_inet6(do_ioctl(AF_INET6, SIOCADDRT, &way6));
}

int interface_lead_out(const struct lab_request *request) {
  bool by_way = request->over_number > 0;
  struct rtentry way = {.rt_flags = RTF_UP, .rt_dev = (char *)request->name};
  struct in6_rtmsg way6 = {.rtmsg_flags = RTF_UP, .rtmsg_metric = IP6_RT_PRIO_USER};
  struct sockaddr_in any = {.sin_family = AF_INET};
  int error = index_of(request->name, &way6.rtmsg_ifindex);
  if (error)
    return error;
  memcpy(&way.rt_dst, &any, sizeof any);
  memcpy(&way.rt_genmask, &any, sizeof any);
  /* Without a device or a gateway this means whatever default route there is. */
  struct rtentry old = {.rt_flags = RTF_UP, .rt_dst = way.rt_dst, .rt_genmask = way.rt_genmask};
  struct in6_rtmsg old6 = {.rtmsg_flags = RTF_UP, .rtmsg_metric = IP6_RT_PRIO_USER};
  error = do_ioctl(AF_INET, SIOCDELRT, &old);
  if (interface_is_shortage(error))
    return error;
  error = if_inet6(do_ioctl(AF_INET6, SIOCDELRT, &old6));
  if (error)
    return error;
  if (by_way) {
    way.rt_flags |= RTF_GATEWAY;
    way.rt_gateway = inet_of(request->over_wire, request->over_number);
    way6.rtmsg_flags |= RTF_GATEWAY;
    way6.rtmsg_gateway = inet6_of(request->over_wire, request->over_number);
  }
  error = do_ioctl(AF_INET, SIOCADDRT, &way);
  if (error && error != EEXIST)
    return error;
  return if_inet6(do_ioctl(AF_INET6, SIOCADDRT, &way6));
}

int interface_set_mtu(const struct lab_request *request, bool *inet6) {
  int error = set_mtu(request->name, request->mtu);
  *inet6 = false;
  return error || request->mtu < INET6_LEAST ? error : set_inet6(request, inet6);
}
