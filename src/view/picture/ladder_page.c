#include "view/picture/ladder_page.h"

#include "view/picture/ladder_svg.h"

void ladder_page_append(const struct ladder *ladder, struct bytes *bytes) {
  bytes_append_text(bytes, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                           "<title>socksh</title><style>\n");
  ladder_svg_append_style(bytes);
  bytes_append_text(bytes, "</style></head><body>\n");
  ladder_svg_append(ladder, true, bytes);
  bytes_append_text(bytes, "</body></html>\n");
}
