#include "commands/packetdrill/pkt_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/descriptor.h"

const struct pkt_file *pkt_file_find(const struct pkt_state *state, long number) {
  const struct pkt_file *file = state->files;
  while (file && file->number != number)
    file = file->next;
  return file;
}

/* The text in the first quotes of a call. */
static struct pkt_text quoted(struct pkt_text whole) {
  const char *begin = memchr(whole.text, '"', whole.length);
  const char *end =
      begin ? memchr(begin + 1, '"', (size_t)(whole.text + whole.length - begin - 1)) : NULL;
  return end ? (struct pkt_text){begin + 1, (size_t)(end - begin - 1)}
             : (struct pkt_text){.length = 0};
}

int pkt_file_open(struct pkt_state *state, const struct pkt_call *spoken, struct error *error) {
  if (!pkt_text_is(spoken->name, "open"))
    return 0;
  struct pkt_text path = quoted(spoken->whole);
  struct pkt_file *file = calloc(1, sizeof *file + path.length + 1);
  if (!file)
    return error_set_memory(error);
  memcpy(file->path, path.text, path.length);
  file->number = strtol(spoken->result.text, NULL, 0);
  file->descriptor = descriptor_open(file->path, O_RDONLY | O_NOCTTY, 0);
  int problem = errno;
  if (file->descriptor >= 0 && spoken->error.length == 0) {
    file->next = state->files;
    state->files = file;
    return 1;
  }
  bool same = file->descriptor < 0 && pkt_text_is(spoken->error, error_number_name(problem));
  if (!same)
    error_set(error, ERROR_FAILURE, _("open of %.200s gave %s, not %.*s"), file->path,
              file->descriptor < 0 ? error_number_name(problem) : _("a file"),
              (int)(spoken->error.length ? spoken->error.length : spoken->result.length),
              spoken->error.length ? spoken->error.text : spoken->result.text);
  if (file->descriptor >= 0)
    close(file->descriptor);
  free(file);
  return same ? 1 : -1;
}

int pkt_file_close(struct pkt_state *state, const struct pkt_call *spoken) {
  const char *bracket = memchr(spoken->whole.text, '(', spoken->whole.length);
  if (!pkt_text_is(spoken->name, "close") || !bracket)
    return 0;
  long number = strtol(bracket + 1, NULL, 0);
  for (struct pkt_file **at = &state->files; *at; at = &(*at)->next)
    if ((*at)->number == number) {
      struct pkt_file *file = *at;
      *at = file->next;
      close(file->descriptor);
      free(file);
      return 1;
    }
  return 0;
}

void pkt_file_close_all(struct pkt_state *state) {
  while (state->files) {
    struct pkt_file *file = state->files;
    state->files = file->next;
    close(file->descriptor);
    free(file);
  }
}
