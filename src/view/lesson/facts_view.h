/* facts_view: what happens at each line of a script, in few words, for whoever asks questions about
 * the lines: which states change, what fails, what blocks, what is received, where packets cross.
 *
 * A line of output is a fact: the number of the statement, from 1, among those that stand in no
 * block; a word; and what belongs to it.
 *
 *     4 state c ESTABLISHED     the state of the socket with this name is that now
 *     5 fails connect ECONNREFUSED
 *     6 blocks
 *     7 bytes 100 5             of 100 bytes asked for, 5 came
 *     8 packet                  a packet came onto a wire of the lab */
#ifndef SOCKSH_VIEW_LESSON_FACTS_VIEW_H
#define SOCKSH_VIEW_LESSON_FACTS_VIEW_H

#include "view/view.h"

extern const struct view_class view_facts;

#endif
