/* loss: what failed where nobody could be told: memory that ran out while a line was being shown,
 * or a look at the kernel that was refused. Whoever runs statements asks behind each of them, so
 * that nothing is missing without a word.
 *
 * A failed allocation that its caller reports by itself need not be noted here; one that would only
 * leave something out must be. A `struct bytes` notes its own. */
#ifndef SOCKSH_LANGUAGE_LOSS_H
#define SOCKSH_LANGUAGE_LOSS_H

#include <stdbool.h>

/* Notes that an allocation failed. */
void loss_of_memory(void);

/* How often that has been noted in this thread: what was made between two equal answers is whole.
 */
unsigned long loss_memory_here(void);

/* True when memory has been lost anywhere in the process since the last time that this was asked.
 */
bool loss_take_memory(void);

/* Notes that what had been recorded could not be kept, with the errno. It is told once. */
void loss_of_record(int error);
/* The errno of such a loss that has not been told; 0: none. */
int loss_take_record(void);

/* A look at the kernel that failed though it should not: the call, by its name in C (it must
 * outlive the process), and the errno. */
struct loss_look {
  const char *call;
  int error;
};

/* Notes one. Each pair of call and errno is told once in the life of the process. */
void loss_of_look(const char *call, int error);

/* Takes one that has not been told. False: there is none, which costs next to nothing. */
bool loss_take_look(struct loss_look *look);

#endif
