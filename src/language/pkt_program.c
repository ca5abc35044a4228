#include "language/pkt_program.h"

#include <ctype.h>

/* The statements so far. */
struct growing {
  struct script *script;
  const struct command *command;
  const struct statement **end;
  uint32_t count;
};

static int add(struct growing *growing, struct place place, struct error *error) {
  const struct source *source = growing->script->source;
  struct statement *statement = arena_allocate(&growing->script->arena, sizeof *statement);
  struct word *word = arena_allocate(&growing->script->arena, sizeof *word);
  if (!statement || !word)
    return error_set_memory(error);
  while (place.length > 0 && isspace((unsigned char)source->text[place.offset + place.length - 1]))
    place.length--;
  *word = (struct word){.place = place,
                        .text = source->text + place.offset,
                        .count = place.length,
                        .bare = place.length,
                        .literal = true};
  *statement = (struct statement){
      .command = growing->command,
      .words = word,
      .count = 1,
      .place = place,
      .command_place = place,
      .line = source->first_line + source_newlines(source, 0, place.offset),
      .index = growing->count++,
  };
  *growing->end = statement;
  growing->end = (const struct statement **)&statement->next;
  return 0;
}

enum script_status pkt_program_read(struct source *source, const struct command *command,
                                    struct script *script, struct error *error) {
  struct pkt_script read;
  *script = (struct script){.source = source_retain(source)};
  struct growing growing = {script, command, &script->first, 0};
  int status = pkt_script_read(source, &read, error);
  for (const struct pkt_setting *at = read.settings; at && status == 0; at = at->next)
    status = add(&growing, at->place, error);
  for (const struct pkt_step *at = read.first; at && status == 0; at = at->next)
    status = add(&growing, at->place, error);
  pkt_script_free(&read);
  if (status == 0)
    return SCRIPT_READ;
  script_free(script);
  return SCRIPT_WRONG;
}
