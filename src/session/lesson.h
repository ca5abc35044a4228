/* lesson: the example scripts, which are installed with the program: where they are, what each is
 * about, and where one is by its name.
 *
 * A lesson says in its first comment what it is: "# Lesson: SUBJECT: TITLE", and in a later one
 * where to read on: "# Read: help accept; accept(2)". Its name is its path
 * among the examples without the ending: "lab/lost-syn"; "lost-syn" finds it, too. They are read
 * when somebody asks, and nothing is kept. */
#ifndef SOCKSH_SESSION_LESSON_H
#define SOCKSH_SESSION_LESSON_H

#include "language/bytes.h"
#include "language/error.h"

/* The name of the process, argv[0], in which `lesson` walks through one: its session ends with the
 * walk. */
#define LESSON_PROGRAM "socksh-lesson"

struct lesson {
  char *name;
  char *subject; /* "closing"; "" where the script does not say */
  char *title;   /* one line, without a full stop */
  char *reads;   /* where to read on: "help accept, help listen; listen(2)"; "" if nowhere */
};

/* All lessons: by subject, in the order in which they are taught, then by name. */
struct lesson_list {
  struct lesson *items; /* owned */
  size_t count;
};

/* Appends the directory of the examples: $SOCKSH_EXAMPLES; where the program is installed, beside
 * its documents; where it was built, in its sources. 0, or -1 with an error that says where it was
 * looked for. */
int lesson_directory(struct bytes *path, struct error *error);

/* Reads what all lessons say of themselves. 0, or -1 with an error. lesson_list_free is called in
 * both cases. */
int lesson_list_read(struct lesson_list *list, struct error *error);
void lesson_list_free(struct lesson_list *list);

/* Whether a path that names no file is a lesson's name, in whole or without its folder: then `path`
 * becomes that of its file. */
bool lesson_stands_for(const char *word, struct bytes *path);

/* The error that neither a lesson nor a script has this name, with those that are near. Always -1.
 */
int lesson_set_unknown(struct error *error, const char *word);

/* Appends the name of the lesson at this path; the path itself if it is none. */
void lesson_append_name(const char *path, struct bytes *name);

#endif
