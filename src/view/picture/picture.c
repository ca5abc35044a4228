#include "view/picture/picture.h"

#include <string.h>

#include "view/ladder/ladder_text.h"
#include "view/picture/ladder_mermaid.h"
#include "view/picture/ladder_page.h"
#include "view/picture/ladder_svg.h"

static void append_svg(const struct ladder *ladder, size_t width, struct bytes *bytes) {
  (void)width;
  ladder_svg_append(ladder, false, bytes);
}

static void append_page(const struct ladder *ladder, size_t width, struct bytes *bytes) {
  (void)width;
  ladder_page_append(ladder, bytes);
}

static void append_mermaid(const struct ladder *ladder, size_t width, struct bytes *bytes) {
  (void)width;
  ladder_mermaid_append(ladder, bytes);
}

const struct picture_form picture_forms[] = {
    {"--svg", ".svg", LADDER_SVG_LINES, false, append_svg},
    {"--html", ".html", LADDER_SVG_LINES, true, append_page},
    {"--mermaid", ".mmd", LADDER_SVG_LINES, false, append_mermaid},
    {"--text", ".txt", 0, false, ladder_text_append},
    {NULL, NULL, 0, false, NULL},
};

const struct picture_form *picture_form_of(const char *path) {
  size_t length = strlen(path);
  for (const struct picture_form *form = picture_forms; form->suffix; form++) {
    size_t suffix = strlen(form->suffix);
    if (length > suffix && strcmp(path + length - suffix, form->suffix) == 0)
      return form;
  }
  return NULL;
}

void picture_append_suffixes(struct bytes *bytes) {
  for (const struct picture_form *form = picture_forms; form->suffix; form++)
    bytes_append_format(bytes, "%s%s", form == picture_forms ? "" : ", ", form->suffix);
}

struct ladder_settings picture_settings(const struct picture_form *form,
                                        const struct view_settings *view, size_t width) {
  bool text = form->lines == 0;
  return (struct ladder_settings){.stable = view->stable,
                                  .utf8 = !text || view->utf8,
                                  .preview = view->preview,
                                  .detailed = form->detailed,
                                  .most = text ? ladder_text_lines(width) : form->lines};
}
