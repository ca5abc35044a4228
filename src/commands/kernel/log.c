/* log: everything that has happened, from the timeline. It may be more than fits into memory, so it
 * is answered in parts. */
#include <string.h>

#include "command/invocation.h"
#include "commands/kernel/about.h"
#include "view/notation/line.h"

/* So many rows are one part of the answer. */
enum { PART_ROWS = 1000 };

static const char *const log_columns[] = {N_("N"),     N_("AT"),   N_("JOB"),
                                          N_("EVENT"), N_("WHAT"), NULL};

enum {
  LOG_KINDS = EVENT_BIT(EVENT_STATEMENT) | EVENT_BIT(EVENT_CALL_BLOCKED) |
              EVENT_BIT(EVENT_CALL_FINISH) | EVENT_BIT(EVENT_STATE) | EVENT_BIT(EVENT_NOTE) |
              EVENT_BIT(EVENT_ERROR) | EVENT_BIT(EVENT_JOB) | EVENT_BIT(EVENT_TEST) |
              EVENT_BIT(EVENT_PACKET) | EVENT_BIT(EVENT_SERVICE) | EVENT_BIT(EVENT_COUNTER) |
              EVENT_BIT(EVENT_PROGRAM)
};

/* State of the walk that makes the rows. */
struct log {
  struct invocation *invocation;
  const struct socket *socket; /* NULL: all */
  size_t skip;                 /* rows left to skip */
  int64_t start;               /* time of the session's first event */
  struct answer answer;        /* the part that is being made */
  unsigned char widths[4];     /* of its columns, if there are several parts */
  int status;                  /* 0, or -1 with an error */
};

static void begin_part(struct log *log, bool first) {
  answer_table(&log->answer, "log", log_columns);
  log->answer.headless = log->answer.continues = !first;
  log->answer.widths = first ? NULL : log->widths;
}

/* The widths that the columns of all parts need: the last row has the largest numbers. */
static void set_widths(struct log *log, uint64_t last) {
  unsigned char digits = 1;
  for (; last >= 10; last /= 10)
    digits++;
  memcpy(log->widths, (unsigned char[]){digits, 11, 3, 7}, sizeof log->widths);
}

/* Shows a full part, and begins the next. */
static void end_part(struct log *log) {
  struct runner *runner = log->invocation->runner;
  log->answer.more = true;
  log->answer.widths = log->widths;
  log->status = runner_answer(runner, &log->answer, log->invocation->error);
  begin_part(log, false);
  runner->session->shell->drain(runner);
  if (log->status == 0 && runner->waiter.reason != WAIT_NOT_INTERRUPTED)
    log->status = runner_interrupted(runner, log->invocation->error);
}

static void add_row(struct log *log, const struct event *event) {
  struct bytes text = {0};
  struct answer *answer = &log->answer;
  const char *kind = line_append_event(event, &text);
  answer_add_number(answer, (long long)event->serial);
  if (event->kind == EVENT_CALL_FINISH && event->call->began == 0)
    answer_add_empty(answer); /* it is from a log that does not say it */
  else
    answer_add_time(answer, event->monotonic - log->start);
  if (event->job)
    answer_add_number(answer, event->job);
  else
    answer_add_empty(answer);
  answer_add_text(answer, kind);
  answer_add_bytes(answer, CELL_ADDRESS, text.data, text.length);
  answer->text.failed |= text.failed;
  bytes_free(&text);
}

static bool wanted(const struct event *event, void *context) {
  const struct log *log = context;
  return !log->socket || about_socket(event, log->socket);
}

static bool take_row(const struct event *event, void *context) {
  struct log *log = context;
  if (!wanted(event, log))
    return true;
  if (log->skip > 0) {
    log->skip--;
    return true;
  }
  if (answer_row_count(&log->answer) == PART_ROWS)
    end_part(log);
  if (log->status == 0)
    add_row(log, event);
  return log->status == 0;
}

static int run_log(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct timeline *timeline = runner->session->timeline;
  const struct argument_value *count = invocation_value(invocation, "-n");
  struct log log = {.invocation = invocation,
                    .socket = invocation_socket(invocation, "SOCKET"),
                    .start = timeline_began(timeline)};
  if (count && count->number < 1)
    return invocation_wrong(invocation, count, _("the number of lines is 1 or more"));
  uint64_t from = 1;
  if (count)
    from = timeline_find_last(timeline, LOG_KINDS, wanted, &log, (size_t)count->number, &log.skip);
  set_widths(&log, timeline_last(timeline));
  begin_part(&log, true);
  uint64_t lost = timeline_walk(timeline, from, LOG_KINDS, take_row, &log);
  if (log.status < 0) {
    answer_free(&log.answer);
    return -1;
  }
  if (lost > 0)
    runner_note(runner, _("the first %llu events are no longer kept"), (unsigned long long)lost);
  return runner_answer(runner, &log.answer, invocation->error);
}

const struct command command_log = {
    .name = "log",
    .group = GROUP_STATES,
    .arguments = {{.name = "SOCKET",
                   .kind = &argument_socket,
                   .flags = OPTIONAL | LOOKS | RECORDED},
                  {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "-n"}},
    .summary = N_("shows what has happened so far"),
    .manual =
        N_("Every line, call, change of state, packet, note, error, job and test of the session, "
           "in order, with its time from the beginning; with SOCKET what was about it, with -n the "
           "last so many. What does not fit into 512 MB is forgotten, the oldest first."),
    .blocks = N_("never"),
    .example = "a b = socketpair unix stream\nsend a hello\nlog -n 3",
    .run = run_log,
};
