/* command_table: all commands of the shell, which the engine of commands is handed at the start. */
#ifndef SOCKSH_COMMANDS_COMMAND_TABLE_H
#define SOCKSH_COMMANDS_COMMAND_TABLE_H

struct command;

/* In the order of the manual, ended by NULL. */
extern const struct command *const command_table[];

#endif
