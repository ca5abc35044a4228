#include "view/notation/program_line.h"

#include <string.h>

void program_append_mark(const struct event_program *program, struct bytes *bytes) {
  bytes_append_text(bytes, program->name);
  bytes_append_text(bytes, program->stream == PROGRAM_ERRORS ? _(" err: ") : ": ");
}

void program_append_printed(const struct event_program *program, enum escape_style style,
                            struct bytes *bytes) {
  size_t length = program->kept;
  if (length > 0 && program->data[length - 1] == '\r')
    length--;
  escape_append_plain(bytes, program->data, length, false, style);
  if (program->kept < program->length)
    bytes_append_text(bytes, "...");
}

void program_append_end(const struct event_program *program, struct bytes *bytes) {
  const char *name = sigabbrev_np(program->signal);
  if (program->signal == 0)
    bytes_append_format(bytes, _("ended with status %d"), program->status);
  else if (name)
    bytes_append_format(bytes, _("was ended by SIG%s"), name);
  else
    bytes_append_format(bytes, _("was ended by signal %d"), program->signal);
}

void program_append_line(const struct event_program *program, enum escape_style style,
                         struct bytes *bytes) {
  enum { TYPED = 64 };
  if (program->phase != PROGRAM_PRINTED)
    bytes_append_format(bytes, "%s ", program->name);
  switch (program->phase) {
  case PROGRAM_STARTED:
    bytes_append_format(bytes, _("began as process %lld: "), program->process);
    escape_append_plain(bytes, program->text, strlen(program->text), false, style);
    break;
  case PROGRAM_PRINTED:
    program_append_mark(program, bytes);
    program_append_printed(program, style, bytes);
    break;
  case PROGRAM_TYPED:
    bytes_append_text(bytes, "< ");
    escape_append_quoted(bytes, program->data, program->kept, TYPED, style);
    bytes_append_format(bytes, " %zu", program->length);
    break;
  case PROGRAM_INPUT_CLOSED:
    bytes_append_text(bytes, _("< end of its input"));
    break;
  case PROGRAM_ENDED:
    program_append_end(program, bytes);
    if (program->dropped > 0)
      bytes_append_format(bytes, _(", and %llu bytes that it printed were lost"),
                          (unsigned long long)program->dropped);
    break;
  case PROGRAM_AWAITED:
    bytes_append_text(bytes, _("was waited for: what it prints"));
    break;
  case PROGRAM_COLLECTED:
    bytes_append_text(bytes, _("was waited for: its end"));
    break;
  case PROGRAM_ATTACHED:
    bytes_append_format(bytes, _("is process %lld, begun as "), program->process);
    escape_append_plain(bytes, program->text, strlen(program->text), false, style);
    break;
  case PROGRAM_LEFT:
    bytes_append_text(bytes, _("goes on, and its calls are read no more"));
    break;
  }
}
