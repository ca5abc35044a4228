#include "view/text/pages.h"

#include <errno.h>
#include <unistd.h>

#include "language/loss.h"
#include "system/descriptor.h"

enum { HELD = 256 * 1024 }; /* bytes in memory; more than that is in the file */

/* Writes what is held to the file. False if there is none, or it is full. */
static bool write_out(struct pages *pages) {
  size_t at = 0;
  if (pages->file <= 0)
    pages->file = descriptor_open_unlinked();
  while (pages->file > 0 && at < pages->text.length) {
    ssize_t written = write(pages->file, pages->text.data + at, pages->text.length - at);
    if (written > 0)
      at += (size_t)written;
    else if (written == 0 || errno != EINTR)
      return false;
  }
  bytes_clear(&pages->text);
  return pages->file > 0;
}

void pages_add(struct pages *pages, const struct bytes *part) {
  for (size_t at = 0; at < part->length; at++)
    pages->lines += part->data[at] == '\n';
  bytes_append(&pages->text, part->data, part->length);
  if (pages->text.failed)
    loss_of_memory();
  pages->text.failed = false;
  if (pages->text.length > HELD)
    write_out(pages);
}

bool pages_hold(const struct pages *pages) {
  return pages->lines > 0;
}

void pages_end(struct pages *pages, size_t rows, struct output *output) {
  bool paged = (pages->lines > rows || pages->file > 0) && write_out(pages);
  if (paged)
    output_add_paged(output, pages->file);
  else
    output_add(output, STDOUT_FILENO, pages->text.data, pages->text.length);
  if (!paged && pages->file > 0)
    close(pages->file);
  bytes_free(&pages->text);
  *pages = (struct pages){0};
}

void pages_free(struct pages *pages) {
  bytes_free(&pages->text);
  if (pages->file > 0)
    close(pages->file);
  *pages = (struct pages){0};
}
