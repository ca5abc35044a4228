/* pkt_check: what can be said of a script before it runs: names that mean nothing. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_CHECK_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_CHECK_H

#include "language/pkt_script.h"

/* Checks the names of calls, flags and options. 0, or -1 with a syntax error that has a place. */
int pkt_check(const struct pkt_script *script, struct error *error);

#endif
