/* kinds: the kinds of arguments that several families of commands declare: a row each, in the file
 * of its functions. */
#ifndef SOCKSH_COMMAND_KINDS_H
#define SOCKSH_COMMAND_KINDS_H

#include "command/argument.h"

/* argument_socket.c */
extern const struct argument_kind argument_socket;      /* a name, a descriptor, or . */
extern const struct argument_kind argument_poll_socket; /* SOCKET[:EVENTS] */
extern const struct argument_kind argument_service;     /* a service, or a socket that is served */

/* argument_address.c */
extern const struct argument_kind argument_address;

/* argument_data.c */
extern const struct argument_kind argument_data; /* text, or file: hex: fill: */

/* argument_data.c */
extern const struct argument_kind argument_file; /* a path */

/* argument_number.c */
extern const struct argument_kind argument_number;
extern const struct argument_kind argument_size;
extern const struct argument_kind argument_duration;
extern const struct argument_kind argument_timeout; /* a duration or `off` */
extern const struct argument_kind argument_rate;    /* bits a second: 64K, 1M; 0: without limit */
extern const struct argument_kind argument_percent; /* 10% */

/* argument_symbol.c */
extern const struct argument_kind argument_symbol;  /* one name out of `set`, or a number */
extern const struct argument_kind argument_flags;   /* names out of `set`, joined with | */
extern const struct argument_kind argument_type;    /* a socket type with its flags */
extern const struct argument_kind argument_keyword; /* one of `words` */

/* argument_option.c */
extern const struct argument_kind argument_level;        /* a level of options */
extern const struct argument_kind argument_option;       /* an option at that level */
extern const struct argument_kind argument_option_value; /* words of the option's value */

/* argument_word.c */
extern const struct argument_kind argument_text;   /* a word as it is */
extern const struct argument_kind argument_name;   /* a name to be bound or forgotten */
extern const struct argument_kind argument_switch; /* nothing: its keyword is there or not */
extern const struct argument_kind argument_raw;    /* the raw rest of the line */
extern const struct argument_kind argument_job;    /* %N */
extern const struct argument_kind argument_host;   /* a host of the lab */

/* What kinds of a single family are made of. */

/* Reads, and finds, a word as a socket. */
int argument_read_socket(struct invocation *invocation, struct argument_value *value);
int argument_find_socket(struct invocation *invocation, struct argument_value *value);

/* True when the word looks like a socket's. */
bool argument_fits_socket(const struct argument *argument, const struct match_word *word);

/* Takes the service that the word names into the value; false where it names none. */
bool argument_take_service(struct invocation *invocation, struct argument_value *value);

/* The socket that a word names; NULL, without an error, where a name is bound to something else or
 * to nothing. */
struct socket *argument_socket_by_name(const struct runner *runner, const char *text,
                                       size_t length);

/* The error where there is none. Always -1. */
int argument_no_such_socket(struct invocation *invocation, const struct argument_value *value);

/* The socket among the words before, whose family an open address takes; NULL: none. */
const struct socket *argument_earlier_socket(const struct invocation *invocation);

/* Reads a word as a value of a set of names. */
int argument_read_symbol(struct invocation *invocation, struct argument_value *value,
                         const struct constant_set *set);

/* True when the word is one of a set of names, or a number. */
bool argument_fits_symbol(const struct constant_set *set, const struct match_word *word);

/* The same of flags: a plain number in such a place was meant as something else, and flags by
 * number are written 0x40. */
bool argument_fits_flags(const struct argument *argument, const struct match_word *word);

/* Turns a word that begins with hex: into data. */
int argument_read_hexadecimal(struct invocation *invocation, struct argument_value *value);

/* The most that one call is given, in bytes. */
enum { DATA_LIMIT = 1 << 30 };

#endif
