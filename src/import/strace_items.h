/* strace_items: what poll, select and epoll wait for, and return, in strace's notation. Each is 0,
 * or -1 where it is not understood, or there is no memory. */
#ifndef SOCKSH_IMPORT_STRACE_ITEMS_H
#define SOCKSH_IMPORT_STRACE_ITEMS_H

#include "import/strace_reader.h"

int strace_read_poll(struct strace_reader *reader);
int strace_read_sets(struct strace_reader *reader);
int strace_read_event(struct strace_reader *reader);
int strace_read_events(struct strace_reader *reader);

#endif
