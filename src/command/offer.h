/* offer: candidates for a word of a line. The caller fills in what is being completed, and the rows
 * of the arguments' kinds offer words. */
#ifndef SOCKSH_COMMAND_OFFER_H
#define SOCKSH_COMMAND_OFFER_H

#include "command/argument.h"
#include "session/session.h"

struct candidate {
  char *text;        /* the whole word; owned */
  char *description; /* shown next to it in a list: "LISTEN 127.0.0.1:5000"; owned; NULL: none */
};

struct candidates {
  struct candidate *list;
  size_t count;
  size_t room;
  size_t start;  /* offset in the line of the word that they complete */
  bool no_space; /* more of the word may follow: add no space */
};

/* What is being completed. All strings are the caller's. */
struct offer {
  struct candidates *candidates;
  struct session *session; /* its lock is held */
  const struct command *command;
  const struct word *words; /* the words after the command's name so far, without this one */
  size_t word_count;
  const char *word; /* its text so far */
  size_t length;
  size_t kept; /* its first bytes, which are kept and not compared: "peek|" of "peek|dont" */
};

/* Offers a text if it begins with what was typed. Copies both strings. All offers ignore a lack of
 * memory. */
void offer_text(struct offer *offer, const char *text, const char *description);

/* Offers a C name in the form that is being typed: short and in lower case, or whole. */
void offer_constant(struct offer *offer, const char *name, const char *prefix);

/* Offers the names of a set. With `several` they may be joined by |. */
void offer_set(struct offer *offer, const struct constant_set *set, bool several);

/* Offers each word of "rd|wr|rdwr". */
void offer_words(struct offer *offer, const char *words);

/* Offers the open sockets: by name, and those without one by number. */
void offer_sockets(struct offer *offer);

/* Offers the names that are bound. */
void offer_names(struct offer *offer);

/* Offers the lab's hosts. */
void offer_hosts(struct offer *offer);

/* Offers the commands and the prefixes. */
void offer_commands(struct offer *offer);

/* Offers the files that continue the path. */
void offer_files(struct offer *offer);

void candidates_free(struct candidates *candidates);

#endif
