/* argument: how words are matched with a command's declared arguments, and what each kind of
 * argument takes. */
#ifndef SOCKSH_COMMAND_ARGUMENT_H
#define SOCKSH_COMMAND_ARGUMENT_H

#include "command/invocation.h"

/* A word as far as it is known: before it is run, one that holds an expansion is not. */
struct match_word {
  const char *data;
  size_t length;
  size_t bare;
  struct place place;
  bool known;
};

enum { MATCH_KEYWORD = -1 };

/* The role of a word: its argument's index and this much, since 0 is no role; a keyword's. */
enum { ROLE_FIRST = 1, ROLE_KEYWORD = -1 };

/* Says for each word which declared argument it is, by its index, or MATCH_KEYWORD. 0, or -1 with a
 * usage error. */
int argument_match(const struct command *command, const struct match_word *words, size_t count,
                   int *assigned, struct error *error);

/* True when the word looks like what the argument takes. */
bool argument_fits(const struct argument *argument, const struct match_word *word);

/* Turns the word of value->word into its value. `invocation` has the values before it. With `check`
 * nothing outside is looked at: no sockets, files or names. 0, or -1 with a usage error or a
 * failure. */
int argument_convert(struct invocation *invocation, struct argument_value *value, bool check);

/* The same for DATA. */
int argument_convert_data(struct invocation *invocation, struct argument_value *value, bool check);

/* The same for an address. */
int argument_convert_address(struct invocation *invocation, struct argument_value *value,
                             bool check);

/* The same for a host of the lab, a rate in bits a second, and a percentage. */
int argument_convert_host(struct invocation *invocation, struct argument_value *value, bool check);
int argument_convert_rate(struct invocation *invocation, struct argument_value *value);
int argument_convert_percent(struct invocation *invocation, struct argument_value *value);

/* The same for a word of an option's value: only hex: is read here, the rest is the option's own to
 * read. */
int argument_convert_value(struct invocation *invocation, struct argument_value *value);

/* True when the word is this text. */
bool argument_is(const struct argument_value *value, const char *text);

/* The socket that a word names; NULL, without an error, where a name is bound to something else or
 * to nothing. */
struct socket *argument_socket_by_name(const struct runner *runner, const char *text,
                                       size_t length);
/* The error where there is none. -1. */
int argument_no_such_socket(struct invocation *invocation, const struct argument_value *value);

/* The socket among the words before, whose family an open address takes; NULL: none. */
const struct socket *argument_earlier_socket(const struct invocation *invocation);

/* A usage error that shows the word, as in `"x" is no size`. Always -1. */
int argument_wrong(struct invocation *invocation, const struct argument_value *value,
                   const char *what);

/* The most that one call is given, in bytes. */
enum { DATA_LIMIT = 1 << 30 };

/* The index of the word in "rd|wr|rdwr", or -1. */
int keyword_index(const char *words, const char *text, size_t length);

#endif
