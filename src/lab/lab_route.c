#include "lab/lab_route.h"

#include <stdlib.h>
#include <string.h>

#include "lab/talk.h"

/* The routes from a host to the LANs it is not on. */
static int add_routes(struct lab *lab, struct lab_host *host, struct error *error) {
  struct talk *talk = talk_create(ASK_ROUTE, host->index);
  if (!talk)
    return error_set_memory(error);
  int status = 0;
  for (size_t i = 0; i < lab->wire.lan_count && status == 0; i++) {
    const struct wire_link *over = NULL;
    bool near = false;
    for (size_t j = 0; j < host->link_count; j++) {
      const struct wire_link *first = host->links[j]->lan->toward[i];
      near = near || host->links[j]->lan->index == i;
      if (!over && first && first->host != host)
        over = first;
    }
    if (near || !over)
      continue;
    talk->request.wire = (unsigned)i;
    talk->request.over_wire = over->lan->index;
    talk->request.over_number = over->number;
    status = talk_own(lab, talk, error);
  }
  free(talk);
  return status;
}

/* The way out of a host that is on one wire: the router there, if there is one alone. False if it
 * has several. */
static bool way_out(const struct lab *lab, const struct lab_host *host,
                    const struct wire_link **router) {
  *router = NULL;
  if (host->link_count != 1)
    return false;
  for (size_t i = 0; i < lab->wire.link_count; i++) {
    const struct wire_link *link = lab->wire.links[i];
    if (link->lan != host->links[0]->lan || link->host == host || link->host->link_count < 2)
      continue;
    if (*router)
      return false;
    *router = link;
  }
  return true;
}

/* Makes everything that no other route is for leave by the one way there is. */
static int lead_out(struct lab *lab, struct lab_host *host, struct error *error) {
  const struct wire_link *router;
  if (!way_out(lab, host, &router) || (host->leads_out && host->way_out == router))
    return 0;
  struct talk *talk = talk_create(ASK_DEFAULT, host->index);
  if (!talk)
    return error_set_memory(error);
  memcpy(talk->request.name, host->links[0]->name, sizeof host->links[0]->name);
  talk->request.over_wire = host->links[0]->lan->index;
  talk->request.over_number = router ? router->number : 0;
  int status = talk_own(lab, talk, error);
  host->way_out = router;
  host->leads_out = status == 0;
  free(talk);
  return status;
}

int lab_route_all(struct lab *lab, struct error *error) {
  int status = 0;
  wire_lock(&lab->wire);
  wire_route(&lab->wire);
  wire_unlock(&lab->wire);
  for (size_t i = 0; i < lab->host_count && status == 0; i++) {
    struct lab_host *host = lab->hosts[i];
    if (host->link_count > 0 && host->links[0]->is_peer)
      continue;
    if (host->link_count > 1) {
      status = lab_setting(host, "net.ipv4.ip_forward", "1", 1, NULL, error);
      struct error ignored; /* there may be no IPv6 */
      lab_setting(host, "net.ipv6.conf.all.forwarding", "1", 1, NULL, &ignored);
    }
    if (status == 0)
      status = add_routes(lab, host, error);
    if (status == 0)
      status = lead_out(lab, host, error);
  }
  return status;
}
