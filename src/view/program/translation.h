/* translation: writes a session, or a traced program, as a program that makes the same calls: in C,
 * in Python, as a test of pytest, or as a script of this shell. It reads the timeline and nothing
 * else. */
#ifndef SOCKSH_VIEW_PROGRAM_TRANSLATION_H
#define SOCKSH_VIEW_PROGRAM_TRANSLATION_H

#include "timeline/timeline.h"

struct program_language;

/* The languages, in the order of the names in program_forms. */
extern const struct program_language program_c, program_python, program_pytest, program_script,
    program_packetdrill;

struct program_request {
  const struct program_language *language;
  unsigned program;    /* the job's number of a traced program; 0: the session */
  const char *name;    /* what that program is called; NULL: the session */
  const char *host;    /* the host of the lab whose calls are written; NULL: the real network */
  uint64_t leaves_out; /* the serial of a statement that is not a part of it; 0: none */
  /* Called with what each call has become, by the serial of its event; may be NULL. */
  void (*each)(uint64_t serial, const char *text, size_t length, void *context);
  void *context;
};

/* Appends the program. Returns how many events at the beginning are no longer kept, so that it is
 * not whole; -1 if out of memory. */
long long program_write(struct timeline *timeline, const struct program_request *request,
                        struct bytes *text);

/* Appends the names of the hosts of the lab on which calls were made, each ended by zero. The
 * result is true if calls were made on the real network, too. */
bool program_find_hosts(struct timeline *timeline, unsigned program, struct bytes *names);

#endif
