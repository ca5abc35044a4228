#include "commands/packetdrill/pkt_host.h"

#include <stdio.h>
#include <string.h>

#include "commands/packetdrill/pkt_clock.h"
#include "session/session_lab.h"

/* The first name that no host has: tested, tested2 and so on. */
static void name_host(const struct lab *lab, const char *word, char *name) {
  snprintf(name, HOST_NAME_SIZE, "%s", word);
  for (unsigned i = 2; lab_find_host(lab, name, strlen(name)); i++)
    snprintf(name, HOST_NAME_SIZE, "%s%u", word, i);
}

static int set_mtu(struct lab *lab, const char *wire, struct error *error) {
  enum { MTU = 1520 };
  wire_lock(&lab->wire);
  const struct lan *lan = wire_find_lan(&lab->wire, wire, strlen(wire));
  wire_unlock(&lab->wire);
  return lab_set_mtu(lab, lan, MTU, error);
}

int pkt_host_make(struct pkt_state *state, struct error *error) {
  struct session *session = state->runner->session;
  char tested[HOST_NAME_SIZE];
  char peer[HOST_NAME_SIZE];
  if (session_lab_start(state->runner, error) < 0)
    return -1;
  name_host(session->lab, "tested", tested);
  name_host(session->lab, "peer", peer);
  if (session->lab->host_count + 2 > LAB_HOSTS)
    return error_set(error, ERROR_FAILURE,
                     _("this session has no room for two more hosts: another one has"));
  /* The header of IPv6 is 20 bytes longer, and scripts have one maximum segment size for both. */
  bool six = state->options.version == PKT_IPV6;
  const char *wire = six ? "packetdrill6" : "packetdrill";
  if (lab_add_tested(session->lab, tested, wire, &state->local, error) < 0)
    return -1;
  state->peer = lab_add_peer(session->lab, peer, wire, &state->remote, error);
  if (state->peer < 0 || (six && set_mtu(session->lab, wire, error) < 0))
    return -1;
  state->tested = &lab_find_host(session->lab, tested, strlen(tested))->host;
  state->peer_host = &lab_find_host(session->lab, peer, strlen(peer))->host;
  pkt_clock_open(state);
  return 0;
}

void pkt_host_retire(struct pkt_state *state) {
  struct lab *lab = state->runner->session->lab;
  session_lab_lock_wire(state->runner, &lab->wire);
  wire_pump(&lab->wire); /* what its last close has sent is its own still */
  session_lab_unlock_wire(&lab->wire);
  lab_retire(lab, (struct lab_host *)state->tested);
  lab_retire(lab, (struct lab_host *)state->peer_host);
}

int pkt_host_join(struct pkt_state *state, const char *name, struct lab_host *tested,
                  struct error *error) {
  struct lab *lab = state->runner->session->lab;
  const struct address none = {.length = 0};
  int family = state->options.version == PKT_IPV6 ? AF_INET6 : AF_INET;
  if (tested->link_count == 0)
    return error_set(error, ERROR_FAILURE, _("%s is on no wire"), tested->host.name);
  state->peer = lab_add_peer(lab, name, tested->links[0]->lan->name, &none, error);
  if (state->peer < 0)
    return -1;
  struct lab_host *peer = lab_find_host(lab, name, strlen(name));
  state->tested = &tested->host;
  state->peer_host = &peer->host;
  state->local = lab_link_address(tested->links[0], family);
  state->remote = lab_link_address(peer->links[0], family);
  return 0;
}
