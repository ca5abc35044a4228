/* kinds: the kinds of argument that several families of commands declare, by the file that defines
 * them. */
#ifndef SOCKSH_COMMAND_KINDS_H
#define SOCKSH_COMMAND_KINDS_H

#include "command/argument.h"

/* argument_socket.c */
extern const struct argument_kind argument_socket;      /* a name, a descriptor, or . */
extern const struct argument_kind argument_poll_socket; /* SOCKET[:EVENTS] */
extern const struct argument_kind argument_service;     /* a service, or a socket that is served */
extern const struct argument_kind argument_socket_or_program;

/* argument_program.c */
extern const struct argument_kind argument_program; /* a program of spawn: its name, or %N */

/* argument_address.c */
extern const struct argument_kind argument_address;

/* argument_data.c */
extern const struct argument_kind argument_data; /* text, or file: hex: fill: */

extern const struct argument_kind argument_file;   /* a path */
extern const struct argument_kind argument_script; /* a path, or the name of a lesson */

/* argument_number.c */
extern const struct argument_kind argument_number;
extern const struct argument_kind argument_size;
extern const struct argument_kind argument_duration;
extern const struct argument_kind argument_timeout; /* a duration or `off` */
extern const struct argument_kind argument_limit;   /* a count from 1 on; 0: off */
extern const struct argument_kind argument_rate;    /* bits per second: 64K, 1M; 0: no limit */
extern const struct argument_kind argument_percent; /* 10% */

/* argument_symbol.c */
extern const struct argument_kind argument_symbol;  /* one name of `set`, or a number */
extern const struct argument_kind argument_flags;   /* names of `set`, joined by | */
extern const struct argument_kind argument_type;    /* a socket type with its flags */
extern const struct argument_kind argument_keyword; /* one of `words` */

/* argument_option.c */
extern const struct argument_kind argument_level;        /* a level of options */
extern const struct argument_kind argument_option;       /* an option at that level */
extern const struct argument_kind argument_option_value; /* words of the option's value */

/* argument_word.c */
extern const struct argument_kind argument_text;   /* a word as it is */
extern const struct argument_kind argument_name;   /* a name to bind or forget */
extern const struct argument_kind argument_switch; /* no value: its keyword is present or not */
extern const struct argument_kind argument_raw;    /* the raw rest of the line */
extern const struct argument_kind argument_job;    /* %N, or the name of a program or service */
extern const struct argument_kind argument_host;   /* a host of the lab */

/* Functions for kinds of argument that a single family declares. */

/* Read, and find, a word as a socket: see struct argument_kind. */
int argument_read_socket(struct invocation *invocation, struct argument_value *value);
int argument_find_socket(struct invocation *invocation, struct argument_value *value);

/* True if the word looks like a socket's. */
bool argument_fits_socket(const struct argument *argument, const struct match_word *word);

/* Takes a reference to the service that the word names. False if it names none. */
bool argument_take_service(struct invocation *invocation, struct argument_value *value);

/* The socket that a name is bound to, or NULL if it is bound to something else or nothing. Not a
 * reference. */
struct socket *argument_socket_by_name(const struct runner *runner, const char *text,
                                       size_t length);

/* Fills in the error for a socket that does not exist. Always returns -1. */
int argument_no_such_socket(struct invocation *invocation, const struct argument_value *value);

/* The socket among the previous words, on whose family and host an address depends; NULL: none. */
const struct socket *argument_earlier_socket(const struct invocation *invocation);

/* The network in which a word's interface is looked for: that of the socket among the previous
 * words, else that of @HOST; not known while a script is read. */
int argument_network(const struct invocation *invocation);

/* Reads a word as a value of a set of names. 0, or -1 with a usage error. */
int argument_read_symbol(struct invocation *invocation, struct argument_value *value,
                         const struct constant_set *set);

/* True if the word is a name of the set, or a number. */
bool argument_fits_symbol(const struct constant_set *set, const struct match_word *word);

/* The same for flags, which must be written 0x40 if they are a number: a decimal number in such a
 * place belongs to another argument. */
bool argument_fits_flags(const struct argument *argument, const struct match_word *word);

/* Turns a word that begins with hex: into data. 0, or -1 with a usage error. */
int argument_read_hexadecimal(struct invocation *invocation, struct argument_value *value);

/* The most bytes that one call may be given. */
enum { DATA_LIMIT = 1 << 30 };

/* The first argument of most calls, and the flags of those that send and receive. */
#define SOCKET_ARGUMENT                                                                            \
  { .name = "SOCKET", .kind = &argument_socket }
#define FLAGS_ARGUMENT                                                                             \
  { .name = "FLAGS", .kind = &argument_flags, .flags = OPTIONAL, .set = &constant_message_flags }

#endif
