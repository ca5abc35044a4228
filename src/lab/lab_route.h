/* lab_route: how packets find their way between the hosts of a lab. */
#ifndef SOCKSH_LAB_LAB_ROUTE_H
#define SOCKSH_LAB_LAB_ROUTE_H

#include "lab/lab.h"

/* Gives each host a route to each LAN that it is not on, and makes those on several forward.
 * 0, or -1 with an error. The session's lock is held. */
int lab_route_all(struct lab *lab, struct error *error);

#endif
