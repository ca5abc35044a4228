/* network: the names and numbers of interfaces: the machine's, or those of a host of the lab.
 *
 * A network is known by a socket that was made in it, since the kernel answers for the network of
 * the socket that it is asked through. Nothing is remembered: interfaces come and go. */
#ifndef SOCKSH_SYSTEM_NETWORK_H
#define SOCKSH_SYSTEM_NETWORK_H

#include <stdbool.h>

enum {
  NETWORK_OWN = 0,      /* the machine's: no socket of the program's has this number */
  NETWORK_UNKNOWN = -1, /* not known yet which one, as when a script is read */
};

/* Opens the socket by which the machine's own interfaces are asked for. Without it they have no
 * names. */
void network_start(void);

/* The number of an interface; 0 with errno set if there is none of that name. */
unsigned network_interface_index(int network, const char *name);

/* Fills in the name of an interface, which has room for IF_NAMESIZE bytes; "" if there is none. */
void network_interface_name(int network, unsigned index, char *name);

/* Fills in, in the same way, the name of the first interface that is up and no loopback. */
void network_first_interface(int network, char *name);

#endif
