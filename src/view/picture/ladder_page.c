#include "view/picture/ladder_page.h"

#include <string.h>

#include "socket/transition.h"
#include "view/ladder/ladder_detail.h"
#include "view/picture/ladder_svg.h"
#include "view/picture/xml.h"

#include "view/picture/page.inc"

static void put_lines(struct bytes *bytes, const char *const *lines) {
  for (; *lines; lines++)
    bytes_append_text(bytes, *lines);
}

/* Nothing is asked of anybody: the browser itself sees to that. */
static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'; script-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>socksh: ";

static bool is_shown(const struct ladder_row *row) {
  return !(row->flags & (LADDER_PART | LADDER_GROUPED));
}

/* An error behind a test that failed in the same line says the same once more. */
static bool is_failure(const struct ladder *ladder, size_t number) {
  const struct ladder_row *row = ladder_row(ladder, number);
  if (!is_shown(row) || !(row->flags & LADDER_FAILED))
    return false;
  for (size_t i = number; row->kind == LADDER_ERROR && row->statement && i-- > 0;) {
    const struct ladder_row *before = ladder_row(ladder, i);
    if (before->statement != row->statement)
      break;
    if (before->kind == LADDER_TEST && before->flags & LADDER_FAILED)
      return false;
  }
  return row->kind == LADDER_TEST || row->kind == LADDER_ERROR;
}

/* What failed comes first, each with a way to its row. */
static void put_failures(const struct ladder *ladder, struct bytes *bytes) {
  size_t failures = 0;
  for (size_t i = 0; i < ladder_row_count(ladder); i++)
    failures += is_failure(ladder, i);
  if (failures == 0)
    return;
  bytes_append_format(bytes, "<div class=\"failures\" role=\"alert\"><strong>%s</strong><ul>\n",
                      failures == 1 ? _("This failed:") : _("These failed:"));
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    const struct ladder_row *row = ladder_row(ladder, i);
    if (!is_failure(ladder, i))
      continue;
    bytes_append_format(bytes, "<li><a href=\"#row%zu\"><code>", i);
    xml_append(bytes, ladder_text(ladder, row->text), row->text_end - row->text);
    bytes_append_text(bytes, "</code></a></li>\n");
  }
  bytes_append_text(bytes, "</ul></div>\n");
}

static void put_section(struct bytes *bytes, const char *title, const char *id) {
  bytes_append_format(bytes, "<section><h2>%s</h2><pre id=\"%s\"></pre></section>\n", title, id);
}

static void put_button(struct bytes *bytes, const char *id, const char *label, const char *text) {
  bytes_append_format(bytes, "<button type=\"button\" id=\"%s\" aria-label=\"%s\">%s</button>\n",
                      id, label, text);
}

static void put_controls(struct bytes *bytes) {
  bytes_append_format(bytes, "<nav class=\"controls\" aria-label=\"%s\">\n", _("steps"));
  put_button(bytes, "first", _("to the first step"), "|&lt;");
  put_button(bytes, "back", _("one step back"), "&lt;");
  put_button(bytes, "forward", _("one step forward"), "&gt;");
  put_button(bytes, "last", _("to the last step"), "&gt;|");
  put_button(bytes, "play", _("play, or pause"), _("play"));
  bytes_append_format(bytes,
                      "<input type=\"range\" id=\"position\" min=\"0\" value=\"0\" "
                      "aria-label=\"%s\">\n<output id=\"count\"></output>\n</nav>\n",
                      _("step"));
}

static void put_panel(struct bytes *bytes) {
  bytes_append_format(bytes,
                      "<aside class=\"panel\" aria-label=\"%s\">\n<div aria-live=\"polite\">\n",
                      _("the step"));
  put_section(bytes, _("line typed"), "typed");
  put_section(bytes, _("event"), "event");
  put_section(bytes, _("note"), "note");
  bytes_append_text(bytes, "</div>\n");
  put_section(bytes, _("in C"), "c");
  put_section(bytes, _("in Python"), "python");
  bytes_append_format(bytes,
                      "<section id=\"packet\"><h2>%s</h2><table id=\"fields\"><tbody></tbody>"
                      "</table></section>\n",
                      _("packet"));
  bytes_append_format(bytes,
                      "<section><h2>%s</h2><table id=\"sockets\"><thead><tr><th>%s</th><th>%s</th>"
                      "<th>%s</th><th>%s</th></tr></thead><tbody></tbody></table><p class=\"none\" "
                      "id=\"no-sockets\">%s</p><p class=\"none\" id=\"queues\"></p></section>\n",
                      _("sockets"), _("socket"), _("state"), _("where"), _("watched"),
                      _("no state was seen yet"));
  bytes_append_format(bytes,
                      "<section><h2>%s</h2><label><span class=\"none\">%s </span><select "
                      "id=\"which\"></select></label>\n<svg id=\"machine\" class=\"machine\" "
                      "viewBox=\"0 0 360 420\" role=\"img\" aria-label=\"%s\"></svg></section>\n",
                      _("TCP's states"), _("path of"),
                      _("TCP's state diagram: the path taken, and the state now"));
  bytes_append_text(bytes, "</aside>\n");
}

/* What a call is in C and in Python, by the numbers of the texts. */
static void put_code(const struct ladder *ladder, const struct ladder_row *row,
                     struct bytes *bytes) {
  static const char *const keys[] = {[LADDER_C] = "c", [LADDER_PYTHON] = "py"};
  for (int language = 0; language < LADDER_CODES && row->kind == LADDER_CALL; language++) {
    long text = ladder_detail_code(ladder, row->event, (enum ladder_code)language);
    if (text >= 0)
      bytes_append_format(bytes, ",\"%s\":%ld", keys[language], text);
  }
}

static bool has_details(const struct ladder *ladder, const struct ladder_row *row) {
  return row->detail < row->detail_end ||
         (row->kind == LADDER_CALL && ladder_detail_code(ladder, row->event, LADDER_C) >= 0);
}

/* What the script needs beside the drawing. */
static void put_data(const struct ladder *ladder, struct bytes *bytes) {
  const char *between = "";
  bytes_append_text(bytes, "<script type=\"application/json\" id=\"data\">{\"rows\":{");
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    const struct ladder_row *row = ladder_row(ladder, i);
    if (!is_shown(row) || row->kind == LADDER_FOLD || !has_details(ladder, row))
      continue;
    bytes_append_format(bytes, "%s\n\"%zu\":{\"l\":%d", between, i, row->line);
    put_code(ladder, row, bytes);
    bytes_append_text(bytes, row->detail < row->detail_end ? "," : "");
    if (row->detail < row->detail_end)
      bytes_append(bytes, ladder->details.data + row->detail, row->detail_end - row->detail);
    bytes_append_char(bytes, '}');
    between = ",";
  }
  bytes_append_text(bytes, "},\n\"lines\":[");
  for (size_t i = 0; i < ladder_line_count(ladder); i++) {
    const char *title = ladder_line(ladder, (int)i)->title;
    bytes_append_text(bytes, i ? "," : "");
    ladder_detail_put_text(bytes, title, strlen(title));
  }
  bytes_append_text(bytes, "],\n\"strings\":[");
  const struct string_range *ranges = (const struct string_range *)ladder->strings.ranges.data;
  for (size_t i = 0; i < strings_count(&ladder->strings); i++) {
    bytes_append_text(bytes, i ? "," : "");
    ladder_detail_put_text(bytes, ladder->strings.text.data + ranges[i].start, ranges[i].length);
  }
  bytes_append_text(bytes, "],\n\"samples\":[");
  bytes_append(bytes, bytes_text((struct bytes *)&ladder->samples), ladder->samples.length);
  bytes_append_text(bytes, "],\n\"arcs\":[");
  for (int i = 0; i < TRANSITION_COUNT; i++) {
    const char *from = constant_name(&constant_states, (long)transitions[i].from);
    const char *to = constant_name(&constant_states, (long)transitions[i].to);
    bytes_append_format(bytes, "%s[\"%s\",\"%s\",", i ? "," : "", from, to);
    ladder_detail_put_text(bytes, _(transitions[i].cause), strlen(_(transitions[i].cause)));
    bytes_append_char(bytes, ']');
  }
  bytes_append_text(bytes, "]}</script>\n");
}

void ladder_page_append(const struct ladder *ladder, struct bytes *bytes) {
  const char *name = ladder->source[0] ? ladder->source : _("a session");
  bytes_append_text(bytes, head);
  xml_append(bytes, name, strlen(name));
  bytes_append_text(bytes, "</title>\n<style>\n");
  ladder_svg_append_style(bytes);
  put_lines(bytes, page_css);
  bytes_append_format(bytes, "</style>\n</head>\n<body>\n<header><h1>%s", _("A session of socksh"));
  bytes_append_text(bytes, ladder->source[0] ? ": " : "");
  xml_append(bytes, ladder->source, strlen(ladder->source));
  bytes_append_format(
      bytes, "</h1><p class=\"about\">%s</p>\n",
      _("Calls, states and packets, time downwards. Arrow keys step; a click jumps."));
  put_failures(ladder, bytes);
  bytes_append_text(bytes, "</header>\n");
  put_controls(bytes);
  bytes_append_format(bytes,
                      "<main>\n<div class=\"drawing\" tabindex=\"0\" role=\"region\" "
                      "aria-label=\"%s\">\n",
                      _("the ladder"));
  ladder_svg_append(ladder, true, bytes);
  bytes_append_text(bytes, "</div>\n");
  put_panel(bytes);
  bytes_append_text(bytes, "</main>\n");
  put_data(ladder, bytes);
  bytes_append_text(bytes, "<script>\n");
  put_lines(bytes, page_js);
  bytes_append_text(bytes, "</script>\n</body>\n</html>\n");
}
