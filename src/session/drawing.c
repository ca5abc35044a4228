#include "session/drawing.h"

#include <string.h>

#include "view/ladder/ladder_detail.h"
#include "view/program/translation.h"

/* The programs whose calls are on the timeline. */
struct programs {
  struct bytes numbers; /* unsigned */
};

static bool note_program(const struct event *event, void *context) {
  struct programs *programs = context;
  const unsigned *numbers = (const unsigned *)programs->numbers.data;
  unsigned number = event->actor ? event->actor->program : 0;
  for (size_t i = programs->numbers.length / sizeof number; i-- > 0;)
    if (numbers[i] == number)
      return true;
  bytes_append(&programs->numbers, &number, sizeof number);
  return true;
}

/* What the code is for. */
struct coding {
  struct ladder *ladder;
  enum ladder_code language;
};

static void take_code(uint64_t serial, const char *text, size_t length, void *context) {
  const struct coding *coding = context;
  ladder_detail_add_code(coding->ladder, serial, coding->language, text, length);
}

static void write_host(struct session *session, struct program_request *request, const char *host) {
  struct bytes text = {0};
  request->host = host;
  program_write(session->timeline, request, &text);
  bytes_free(&text);
}

/* The calls of the session (0) or of a program, on each host. */
static void add_calls(struct session *session, struct program_request *request) {
  struct bytes hosts = {0};
  if (program_find_hosts(session->timeline, request->program, &hosts) || hosts.length == 0)
    write_host(session, request, NULL);
  for (size_t at = 0; at < hosts.length; at += strlen(hosts.data + at) + 1)
    write_host(session, request, hosts.data + at);
  bytes_free(&hosts);
}

void drawing_add_code(struct session *session, struct ladder *ladder, uint64_t leaves_out) {
  static const struct program_language *const languages[] = {
      [LADDER_C] = &program_c, [LADDER_PYTHON] = &program_python};
  struct programs programs = {0};
  timeline_walk(session->timeline, 1, EVENT_BIT(EVENT_CALL_FINISH), note_program, &programs);
  const unsigned *numbers = (const unsigned *)programs.numbers.data;
  for (size_t i = 0; i < programs.numbers.length / sizeof *numbers; i++)
    for (int language = 0; language < LADDER_CODES; language++) {
      struct coding coding = {ladder, (enum ladder_code)language};
      struct program_request request = {.language = languages[language],
                                        .program = numbers[i],
                                        .leaves_out = leaves_out,
                                        .each = take_code,
                                        .context = &coding};
      add_calls(session, &request);
    }
  bytes_free(&programs.numbers);
}
