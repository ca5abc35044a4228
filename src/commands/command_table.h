/* command_table: all commands of the shell. main passes them to command_start. */
#ifndef SOCKSH_COMMANDS_COMMAND_TABLE_H
#define SOCKSH_COMMANDS_COMMAND_TABLE_H

struct command;

/* In the order of the manual; ends with NULL. */
extern const struct command *const command_table[];

#endif
