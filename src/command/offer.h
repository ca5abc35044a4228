/* offer: what may stand at a place of a line. Whoever completes a line fills in where that is, and
 * the rows of the arguments' kinds offer words for it. */
#ifndef SOCKSH_COMMAND_OFFER_H
#define SOCKSH_COMMAND_OFFER_H

#include "command/argument.h"
#include "session/session.h"

struct candidate {
  char *text;        /* the whole word */
  char *description; /* shown beside it in a list: "LISTEN 127.0.0.1:5000"; NULL for none */
};

struct candidates {
  struct candidate *list;
  size_t count;
  size_t room;
  size_t start;  /* where in the line the word begins that they complete */
  bool no_space; /* the word goes on behind what was completed: no space is added */
};

/* What is being completed. */
struct offer {
  struct candidates *candidates;
  struct session *session; /* whose lock is held */
  const struct command *command;
  const struct word *words; /* those behind the command's name so far, without this one */
  size_t word_count;
  const char *word; /* the text so far */
  size_t length;
  size_t kept; /* its first bytes that stay as they are, and are not compared: "peek|" of
                  "peek|dont" */
};

/* Offers a text if the word begins so. */
void offer_text(struct offer *offer, const char *text, const char *description);

/* Offers a name of C as it is being written: short and small, or whole. */
void offer_constant(struct offer *offer, const char *name, const char *prefix);

/* Offers the names of a set; `several`: they are joined with |. */
void offer_set(struct offer *offer, const struct constant_set *set, bool several);

/* Offers each of "rd|wr|rdwr". */
void offer_words(struct offer *offer, const char *words);

/* Offers the open sockets: names first, and those without one by their number. */
void offer_sockets(struct offer *offer);

/* Offers the names that are bound. */
void offer_names(struct offer *offer);

/* Offers the hosts of the lab. */
void offer_hosts(struct offer *offer);

/* Offers the commands and the prefixes. */
void offer_commands(struct offer *offer);

/* Offers the files that the path may go on to. */
void offer_files(struct offer *offer);

void candidates_free(struct candidates *candidates);

#endif
