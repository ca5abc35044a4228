#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/lab_fork.h"
#include "lab/lab_route.h"
#include "lab/talk.h"
#include "lab/wire_link.h"
#include "language/escape.h"
#include "socket/kernel.h"
#include "system/descriptor.h"

static int make_on_host(struct host *host, int domain, int type, int protocol, bool pair,
                        int made[2]) {
  struct lab_host *lab_host = (struct lab_host *)host;
  struct talk *talk = talk_create(ASK_SOCKET, lab_host->index);
  if (!talk)
    return -ENOMEM;
  talk->request.domain = domain;
  talk->request.type = type;
  talk->request.protocol = protocol;
  talk->request.pair = pair;
  int error = talk_ask(lab_host->lab, talk,
                       type & SOCK_CLOEXEC ? TALK_FOR_USER_CLOSE_ON_EXEC : TALK_FOR_USER);
  made[0] = talk->descriptors[0];
  made[1] = talk->descriptors[1];
  /* What the helper has made, and this process could not take, failed as the call would have. */
  bool asked = talk->reply.stage == STAGE_SOCKET || talk->reply.stage == STAGE_NONE;
  free(talk);
  return asked ? error : -error;
}

struct address lab_link_local(const struct wire_link *link) {
  struct address address = lab_link_address(link, AF_INET6);
  if (address.length == 0)
    return address;
  memset(address.inet6.sin6_addr.s6_addr, 0, 8);
  address.inet6.sin6_addr.s6_addr[0] = 0xfe;
  address.inet6.sin6_addr.s6_addr[1] = 0x80;
  return address;
}

struct address lab_link_address(const struct wire_link *link, int family) {
  struct address address = {0};
  if (link->own[family == AF_INET6].length > 0)
    return link->own[family == AF_INET6];
  if (family == AF_INET6 && link->inet6) {
    address.length = sizeof address.inet6;
    address.inet6.sin6_family = AF_INET6;
    address.inet6.sin6_addr.s6_addr[0] = 0xfd;
    address.inet6.sin6_addr.s6_addr[7] = (unsigned char)link->lan->index;
    address.inet6.sin6_addr.s6_addr[15] = (unsigned char)link->number;
  } else if (family != AF_INET6) {
    address.length = sizeof address.inet;
    address.inet.sin_family = AF_INET;
    address.inet.sin_addr.s_addr = htonl(10U << 24 | link->lan->index << 8 | link->number);
  }
  return address;
}

static struct address address_of_host(const struct host *host, int family) {
  const struct lab_host *lab_host = (const struct lab_host *)host;
  return lab_host->link_count ? lab_link_address(lab_host->links[0], family) : (struct address){0};
}

struct lab *lab_create(struct timeline *timeline, bool repeatable, struct error *error) {
  enum lab_stage stage;
  struct lab *lab = calloc(1, sizeof *lab);
  if (!lab) {
    error_set_memory(error);
    return NULL;
  }
  pthread_mutex_init(&lab->control, NULL);
  lab->users = lab->processes = -1;
  int number = helper_start(&lab->helper, &stage);
  if (number) {
    lab_explain(stage, number, error);
    pthread_mutex_destroy(&lab->control);
    free(lab);
    return NULL;
  }
  struct talk *talk = talk_create(ASK_READY, 0);
  int status = talk ? talk_own(lab, talk, error) : error_set_memory(error);
  if (talk) {
    lab->users = talk->descriptors[0];
    lab->processes = talk->descriptors[1];
  }
  free(talk);
  number = wire_start(&lab->wire, timeline, repeatable, lab->helper.control);
  if (status == 0 && number)
    status = error_set_errno(error, number, _("the thread that carries packets can't be started"));
  if (status == 0)
    return lab;
  lab_free(lab);
  return NULL;
}

void lab_free(struct lab *lab) {
  if (!lab)
    return;
  wire_stop(&lab->wire);
  helper_stop(&lab->helper);
  for (size_t i = 0; i < lab->host_count; i++) {
    kernel_close(lab->hosts[i]->host.kernel);
    kernel_close(lab->hosts[i]->receivers);
    close(lab->hosts[i]->space);
    pthread_rwlock_destroy(&lab->hosts[i]->host.still);
    if (lab->hosts[i]->host.ends >= 0)
      close(lab->hosts[i]->host.ends);
    close(lab->hosts[i]->mounts);
    close(lab->hosts[i]->system);
    close(lab->hosts[i]->host.network);
    for (size_t j = 0; j < STATISTICS; j++)
      close(lab->hosts[i]->statistics[j]);
    free(lab->hosts[i]);
  }
  if (lab->users >= 0)
    close(lab->users);
  if (lab->processes >= 0)
    close(lab->processes);
  pthread_mutex_destroy(&lab->control);
  free(lab);
}

bool lab_name_valid(const char *name, size_t length) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  bool lettered = false;
  for (size_t i = 0; i < length; i++) {
    if (!name[i] || !strchr(letters, name[i]))
      return false;
    lettered = lettered || !(name[i] >= '0' && name[i] <= '9');
  }
  return lettered && length < HOST_NAME_SIZE && name[0] != '-';
}

struct lab_host *lab_find_host(const struct lab *lab, const char *name, size_t length) {
  for (size_t i = 0; lab && i < lab->host_count; i++)
    if (bytes_equal(name, length, lab->hosts[i]->host.name, strlen(lab->hosts[i]->host.name)))
      return lab->hosts[i];
  return NULL;
}

struct address lab_resolve(const struct lab *lab, const char *name, size_t length, int family) {
  const struct lab_host *host = lab_find_host(lab, name, length);
  return host ? address_of_host(&host->host, family) : (struct address){0};
}

/* Creates the host's network namespace. */
static struct lab_host *make_host(struct lab *lab, const struct lab_plan *plan,
                                  struct error *error) {
  struct talk *talk = talk_create(ASK_HOST, (unsigned)lab->host_count);
  struct lab_host *host = calloc(1, sizeof *host);
  struct error ignored;
  if (talk)
    strncpy(talk->request.name, plan->name, HOST_NAME_SIZE - 1);
  if (talk)
    talk->request.bare = plan->bare;
  if (!talk || !host || talk_own(lab, talk, error) < 0) {
    if (!talk || !host)
      error_set_memory(error);
    free(talk);
    free(host);
    return NULL;
  }
  strncpy(host->host.name, plan->name, sizeof host->host.name - 1);
  pthread_rwlock_init(&host->host.still, NULL);
  host->host.ends = -1;
  host->host.maker = lab->helper.control;
  host->host.make = make_on_host;
  host->host.fork = lab_fork;
  host->host.address = address_of_host;
  host->lab = lab;
  host->index = (unsigned)lab->host_count;
  host->space = talk->descriptors[0];
  host->mounts = talk->descriptors[1];
  host->system = talk->descriptors[2];
  host->host.network = talk->descriptors[3];
  memcpy(host->statistics, talk->descriptors + LAB_HOST_STATISTICS, sizeof host->statistics);
  /* If its sockets can't be listed, whatever needs the list reports that. */
  host->host.kernel = kernel_open_at(talk->descriptors[4], &ignored);
  host->receivers = kernel_open_at(talk->descriptors[5], &ignored);
  free(talk);
  lab->hosts[lab->host_count++] = host;
  return host;
}

/* The interface's device is there: its name and the wire's learn of it. */
static int join(struct lab *lab, struct lab_host *host, struct lan *lan,
                const struct lab_plan *plan, const char *name, int device, bool inet6,
                struct error *error) {
  bool is_peer = plan->device >= 0;
  wire_lock(&lab->wire);
  struct wire_link *link = wire_add_link(&lab->wire, host, lan, lan->next_number, device, inet6);
  bool room = lab->wire.link_count < WIRE_LINKS;
  if (link) {
    link->is_peer = is_peer;
    memcpy(link->own, plan->own, sizeof link->own);
    strncpy(link->name, name, sizeof link->name - 1);
    lan->next_number++;
    wire_set_shows(&lab->wire, lab->wire.shows); /* it must learn what it may offload */
  }
  wire_unlock(&lab->wire);
  if (link)
    return 0;
  if (!is_peer) /* that of a peer is its maker's as long as there is no link */
    close(device);
  return room ? error_set_memory(error)
              : error_set(error, ERROR_FAILURE, _("the lab has no room for another interface"));
}

static int make_link(struct lab *lab, struct lab_host *host, struct lan *lan,
                     const struct lab_plan *plan, struct error *error) {
  if (plan->device >= 0)
    return join(lab, host, lan, plan, "peer", plan->device, true, error);
  struct talk *talk = talk_create(ASK_LINK, host->index);
  if (!talk)
    return error_set_memory(error);
  snprintf(talk->request.name, sizeof talk->request.name, "%s%zu", plan->bare ? "tun" : "eth",
           host->link_count);
  talk->request.wire = lan->index;
  talk->request.number = lan->next_number;
  talk->request.mtu = lan->mtu;
  if (plan->own[0].length > 0)
    memcpy(talk->request.inet, &plan->own[0].inet.sin_addr, sizeof talk->request.inet);
  if (plan->own[1].length > 0)
    memcpy(talk->request.inet6, &plan->own[1].inet6.sin6_addr, sizeof talk->request.inet6);
  int status = talk_own(lab, talk, error);
  if (status == 0)
    status = join(lab, host, lan, plan, talk->request.name, talk->descriptors[0], talk->reply.inet6,
                  error);
  free(talk);
  return status;
}

/* Sets what programs on the hosts read in /etc/hosts. */
static void announce_names(struct lab *lab) {
  struct talk *talk = talk_create(ASK_NAMES, 0);
  struct bytes text = {0};
  struct error ignored; /* then programs have to use numeric addresses */
  for (size_t i = 0; i < lab->host_count; i++)
    for (int family = AF_INET; family != 0; family = family == AF_INET ? AF_INET6 : 0) {
      struct address address = address_of_host(&lab->hosts[i]->host, family);
      if (address.length == 0)
        continue;
      address_append_host(&address, &text);
      bytes_append_format(&text, " %s\n", lab->hosts[i]->host.name);
    }
  if (talk && !text.failed && text.length < sizeof talk->request.text) {
    talk->request.length = text.length;
    memcpy(talk->request.text, text.data, text.length);
    talk_own(lab, talk, &ignored);
  }
  bytes_free(&text);
  free(talk);
}

static const char *const plain_settings[] = {"net.ipv4.tcp_timestamps", "net.ipv4.tcp_sack",
                                             "net.ipv4.tcp_window_scaling"};

static int set_plain(struct lab_host *host, bool plain, struct error *error) {
  int status = 0;
  for (size_t i = 0; i < sizeof plain_settings / sizeof *plain_settings && status == 0; i++)
    status = lab_setting(host, plain_settings[i], plain ? "0" : "1", 1, NULL, error);
  return status;
}

int lab_set_plain(struct lab *lab, bool plain, struct error *error) {
  lab->plain = plain;
  for (size_t i = 0; i < lab->host_count; i++)
    if (set_plain(lab->hosts[i], plain, error) < 0)
      return -1;
  return 0;
}

static void set_pace(struct lab_host *host, bool fast) {
  struct error ignored; /* older kernels lack this setting */
  lab_setting(host, "net.ipv4.tcp_min_tso_segs", fast ? "2" : "64", fast ? 1 : 2, NULL, &ignored);
}

void lab_follow_wire(struct lab *lab) {
  wire_lock(&lab->wire);
  bool fast = wire_is_fast(&lab->wire);
  wire_unlock(&lab->wire);
  for (size_t i = 0; fast != lab->fast && i < lab->host_count; i++)
    set_pace(lab->hosts[i], fast);
  lab->fast = fast;
}

static struct lan *lan_named(struct lab *lab, const char *name) {
  wire_lock(&lab->wire);
  struct lan *lan = wire_find_lan(&lab->wire, name, strlen(name));
  if (!lan)
    lan = wire_add_lan(&lab->wire, name);
  wire_unlock(&lab->wire);
  return lan;
}

static int check_host(const struct lab *lab, const char *name, size_t wire_count,
                      struct error *error) {
  if (lab->host_count >= LAB_HOSTS)
    return error_set(error, ERROR_FAILURE, _("a lab has %d hosts at most"), LAB_HOSTS);
  if (lab_find_host(lab, name, strlen(name)))
    return error_set(error, ERROR_FAILURE, _("there is a host called %s already; `lab` shows all"),
                     name);
  if (wire_count > LAB_HOST_LINKS)
    return error_set(error, ERROR_FAILURE, _("a host has %d wires at most"), LAB_HOST_LINKS);
  return 0;
}

/* What follows when a host has its interfaces. */
static int finish_host(struct lab *lab, struct lab_host *host, bool bare, struct error *error) {
  if (lab->plain && set_plain(host, true, error) < 0)
    return -1;
  if (lab->fast && !bare)
    set_pace(host, true);
  if (lab_route_all(lab, error) < 0)
    return -1;
  announce_names(lab);
  return 0;
}

int lab_make_host(struct lab *lab, const struct lab_plan *plan, struct error *error) {
  bool checked = check_host(lab, plan->name, plan->wire_count, error) == 0;
  struct lab_host *host = checked ? make_host(lab, plan, error) : NULL;
  int status = host ? 0 : -1;
  for (size_t i = 0; i < plan->wire_count && status == 0; i++) {
    struct lan *lan = lan_named(lab, plan->wires[i]);
    status = lan ? make_link(lab, host, lan, plan, error)
             : lab->wire.lan_count < LAB_WIRES
                 ? error_set_memory(error)
                 : error_set(error, ERROR_FAILURE, _("a lab has %d wires at most"), LAB_WIRES);
  }
  return status < 0 ? -1 : finish_host(lab, host, plan->bare, error);
}

int lab_add_host(struct lab *lab, const char *name, const char *const *wires, size_t wire_count,
                 struct error *error) {
  struct lab_plan plan = {.name = name, .wires = wires, .wire_count = wire_count, .device = -1};
  return lab_make_host(lab, &plan, error);
}

int lab_set_mtu(struct lab *lab, const struct lan *lan, unsigned mtu, struct error *error) {
  struct talk *talk = talk_create(ASK_MTU, 0);
  int status = talk ? 0 : error_set_memory(error);
  for (size_t i = 0; i < lab->wire.link_count && status == 0; i++) {
    const struct wire_link *link = lab->wire.links[i];
    if ((lan && link->lan != lan) || link->is_peer)
      continue;
    talk->request.host = link->host->index;
    talk->request.wire = link->lan->index;
    talk->request.number = link->number;
    talk->request.mtu = mtu;
    memcpy(talk->request.name, link->name, sizeof link->name);
    status = talk_own(lab, talk, error);
    if (status == 0) {
      link->lan->mtu = mtu;
      lab->wire.links[i]->inet6 = talk->reply.inet6;
    }
  }
  free(talk);
  return status;
}
