/* ladder_lines: who takes part in a session, and where an event stands. */
#ifndef SOCKSH_VIEW_LADDER_LADDER_LINES_H
#define SOCKSH_VIEW_LADDER_LADDER_LINES_H

#include "view/ladder/ladder_model.h"

/* The lifeline of an event, which is made if it is not there; -1: it stands at none. */
int ladder_lines_of_event(struct ladder *ladder, const struct event *event);

/* Whether this answer, of `lab`, tells the order of the hosts. */
bool ladder_lines_are_told(const struct event *event);

/* Takes the order of the hosts from such an answer; nothing from another. */
void ladder_lines_take_hosts(struct ladder *ladder, const struct event *event);

/* Takes the order of the hosts from another ladder. */
void ladder_lines_copy_hosts(struct ladder *ladder, const struct ladder *from);

/* That of an end of a packet: a host's, or an address's. */
int ladder_lines_of_end(struct ladder *ladder, const char *name, uint64_t serial);

/* Appends what a row says; of a state at a lifeline where others stand, too, whose it is. */
void ladder_lines_append_text(const struct ladder *ladder, const struct ladder_row *row,
                              struct bytes *bytes);

/* Asks for the lifeline of this name; without such a call all are drawn. */
void ladder_lines_want(struct ladder *ladder, const char *name, size_t length);

/* Finds out which lifelines are drawn. */
void ladder_lines_assign(struct ladder *ladder);

/* Whether somebody is called so, and has a lifeline. */
bool ladder_lines_have(const struct ladder *ladder, const char *name, size_t length);

/* Appends the names of all that have one: "client, server". */
void ladder_lines_append_titles(const struct ladder *ladder, struct bytes *bytes);

#endif
