/* Scripts of packetdrill: any text is read, or refused with an error whose place is in it, and all
 * pieces of what was read lie in the text. Their code, and a line as it is typed, may be any text,
 * too. */
#include <stdint.h>
#include <stdlib.h>

#include "language/pkt_script.h"
#include "language/plain_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_piece(const struct source *source, struct pkt_text piece) {
  if (piece.length > 0 &&
      (piece.text < source->text || piece.text + piece.length > source->text + source->length))
    abort();
}

static void check_step(const struct source *source, const struct pkt_step *step) {
  if (step->place.offset + step->place.length > source->length || step->line == 0)
    abort();
  switch (step->kind) {
  case PKT_SEGMENT:
    check_piece(source, step->segment.flags);
    check_piece(source, step->segment.icmp);
    for (size_t i = 0; i < step->segment.option_count; i++) {
      check_piece(source, step->segment.option[i].name);
      check_piece(source, step->segment.option[i].word);
      if (step->segment.option[i].count > PKT_NUMBERS)
        abort();
    }
    break;
  case PKT_CALL:
    check_piece(source, step->call.whole);
    check_piece(source, step->call.result);
    check_piece(source, step->call.error);
    break;
  case PKT_COMMAND:
  case PKT_CODE:
    check_piece(source, step->text);
    break;
  }
}

static bool find_name(void *context, const char *name, size_t length, long long *number) {
  (void)context;
  *number = length > 0 ? name[0] : 0;
  return length > 1;
}

static void run_code(const char *text, size_t length) {
  const struct plain_names names = {.find = find_name};
  struct bytes printed = {0};
  struct error error;
  error_clear(&error);
  enum plain_result result = plain_code_run(text, length, &names, &printed, &error);
  if ((result == PLAIN_FAILS) != (error.kind != ERROR_NONE))
    abort();
  bytes_free(&printed);
}

static void read_line(const struct source *source) {
  struct pkt_script script;
  struct error error;
  struct pkt_time time;
  error_clear(&error);
  pkt_line_begins(source->text, source->length);
  pkt_time_read(source->text, source->length, &time);
  pkt_line_read(source, &script, &error);
  pkt_script_free(&script);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct source *source = source_create("fuzz.pkt", (const char *)data, size, 1);
  struct pkt_script script;
  struct error error;
  if (!source)
    return 0;
  error_clear(&error);
  if (pkt_script_read(source, &script, &error) == 0)
    for (const struct pkt_step *step = script.first; step; step = step->next)
      check_step(source, step);
  else if (error.kind == ERROR_NONE || error.place.offset > source->length)
    abort();
  pkt_script_free(&script);
  read_line(source);
  run_code(source->text, source->length);
  source_release(source);
  return 0;
}
