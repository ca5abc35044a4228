#include "commands/packetdrill/pkt_state.h"

#include <string.h>

#include "session/child.h"

const char *const pkt_version_names[PKT_VERSIONS] = {"ipv4", "ipv4-mapped-ipv6", "ipv6"};

/* The cookie of Fast Open that the kernel gives 192.0.2.1 at 192.168.0.1, and the same of the usual
 * addresses of IPv6, with the key that scripts set. */
#define COOKIE_INET "3021b9d889017eeb"
#define COOKIE_INET6 "c1d1e9742a47a9bc"

/* Names that each version of IP has a meaning of its own for: scripts use them for all three. */
static const struct pkt_definition usual[PKT_VERSIONS][5] = {
    [PKT_IPV4] = {{"CMSG_LEVEL_IP", "SOL_IP"},
                  {"CMSG_TYPE_RECVERR", "IP_RECVERR"},
                  {"TFO_COOKIE", COOKIE_INET},
                  {"CODE", "host_unreachable"}},
    [PKT_MAPPED] = {{"CMSG_LEVEL_IP", "SOL_IPV6"},
                    {"CMSG_TYPE_RECVERR", "IPV6_RECVERR"},
                    {"TFO_COOKIE", COOKIE_INET},
                    {"CODE", "host_unreachable"}},
    [PKT_IPV6] = {{"CMSG_LEVEL_IP", "SOL_IPV6"},
                  {"CMSG_TYPE_RECVERR", "IPV6_RECVERR"},
                  {"TFO_COOKIE", COOKIE_INET6}},
};

static bool defines(const struct pkt_definition *definition, struct pkt_text *word) {
  if (!pkt_text_is(*word, definition->name))
    return false;
  *word = (struct pkt_text){definition->value, strlen(definition->value)};
  return true;
}

struct pkt_text pkt_state_word(const struct pkt_state *state, struct pkt_text word) {
  const struct pkt_options *options = &state->options;
  for (size_t i = 0; i < options->definition_count; i++)
    if (defines(&options->definitions[i], &word))
      return word;
  for (size_t i = 0; usual[options->version][i].name; i++)
    if (defines(&usual[options->version][i], &word))
      return word;
  return word;
}

int pkt_state_wait_child(struct pkt_state *state, pid_t child, int *status) {
  struct session *session = state->runner->session;
  bool foreground = state->runner->job == 0;
  if (foreground)
    session->shell->lend_terminal(session, child);
  int waited = child_wait(state->runner, child, status);
  if (foreground)
    session->shell->lend_terminal(session, 0);
  return waited;
}
