/* survive_runs: a script's runs, each in a process and a lab of its own, some at a time. */
#ifndef SOCKSH_COMMANDS_SURVIVE_SURVIVE_RUNS_H
#define SOCKSH_COMMANDS_SURVIVE_SURVIVE_RUNS_H

#include "commands/survive/learned.h"
#include "commands/survive/verdict.h"
#include "session/runner.h"

/* How long a script may take, in nanoseconds, where nothing else is said: at least, where it is
 * known how long it takes without a fault, and where that is not known. */
#define SURVIVE_LIMIT INT64_C(5000000000)
#define SURVIVE_PATIENCE INT64_C(30000000000)

/* What `survive list` says first: packets, calls, sockets that stay open, servers that end by
 * themselves, and programs that run outside the lab. */
#define SURVIVE_BEGIN "# packets "
#define SURVIVE_HEAD SURVIVE_BEGIN "%zu calls %zu open %zu ended %zu outside %zu\n"

struct survive_plan {
  const char *const *script; /* the file, and its words */
  size_t word_count;         /* of them all */
  struct learned_choice choice;
  int64_t limit;     /* the most that a run may take, in nanoseconds; 0: by the first one */
  size_t open;       /* so many sockets may stay open */
  int64_t time;      /* no run begins later than this, in nanoseconds; 0: no limit */
  size_t at_once;    /* so many runs at a time */
  size_t sample;     /* so many faults, by chance; 0: all */
  uint64_t seed;     /* of that chance */
  const char *pages; /* the directory for a page of each run that broke something */
};

/* A fault, and what came of it. */
struct survive_fault {
  char *line; /* "wire rule ..." */
  char *what; /* what that is */
  bool done;
  enum verdict verdict;
  char *why; /* NULL: nothing is known */
};

struct survive_end {
  struct survive_fault *faults; /* owned */
  size_t count;
  int64_t began; /* monotonic nanoseconds */
  int64_t took;
  int64_t limit;  /* what each run may take */
  size_t found;   /* faults before the sample was drawn */
  size_t packets; /* in the run without a fault */
  size_t calls;
  size_t open;    /* sockets that its programs keep open even so */
  size_t ended;   /* servers of it that end by themselves even so */
  size_t outside; /* programs on the real network, where two runs would be in each other's way */
  size_t verdicts[VERDICT_COUNT]; /* how many runs came to each */
};

/* Called as each run is over. */
typedef void survive_told(struct runner *runner, const struct survive_plan *plan,
                          const struct survive_end *end, size_t number);

/* Learns, and runs all. 0, also where the time was over; -1 with an error. The lock is held, and
 * given up meanwhile. Free the end in both cases. */
int survive_runs_make(struct runner *runner, const struct survive_plan *plan,
                      struct survive_end *end, survive_told *told, struct error *error);
void survive_end_free(struct survive_end *end);

/* Appends the line that makes a run, or repeats one: "survive with ...". Its --limit stands there
 * only where it counts: for a run to be made, one that hung, or where it is the user's. */
void survive_runs_append_line(const struct survive_plan *plan, const struct survive_end *end,
                              const struct survive_fault *fault, struct bytes *line);

/* Appends the path of the page of a run. */
void survive_runs_append_page(const struct survive_plan *plan, size_t number, struct bytes *path);

#endif
