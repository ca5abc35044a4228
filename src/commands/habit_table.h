/* habit_table: what people type who come from other tools, and what they mean here. */
#ifndef SOCKSH_COMMANDS_HABIT_TABLE_H
#define SOCKSH_COMMANDS_HABIT_TABLE_H

#include "command/habit.h"

extern const struct habit habit_table[];

#endif
