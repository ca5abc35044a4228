#include "view/ladder/ladder_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ladder_lines_want(struct ladder *ladder, const char *name, size_t length) {
  bytes_append(&ladder->wanted, name, length);
  bytes_append_char(&ladder->wanted, '\0');
}

/* Whether a lifeline is called so: by its title, of a socket also by its name or number alone. */
static bool is_called(const struct ladder_line *line, const char *name) {
  const char *space = strchr(line->title, ' ');
  size_t digits = space ? (size_t)(space - line->title) : 0;
  return strcmp(line->title, name) == 0 ||
         (line->kind == LADDER_SOCKET && space &&
          (strcmp(space + 1, name) == 0 ||
           (strlen(name) == digits && memcmp(name, line->title, digits) == 0)));
}

static bool is_wanted(const struct ladder *ladder, const struct ladder_line *line) {
  const char *wanted = ladder->wanted.data;
  const char *end = wanted + ladder->wanted.length;
  if (ladder->wanted.length == 0)
    return true;
  for (; wanted < end; wanted += strlen(wanted) + 1)
    if (is_called(line, wanted))
      return true;
  return false;
}

bool ladder_lines_have(const struct ladder *ladder, const char *name, size_t length) {
  char text[SOCKET_NAME_SIZE + 16];
  if (length >= sizeof text)
    return false;
  memcpy(text, name, length);
  text[length] = '\0';
  for (size_t i = 0; i < ladder_line_count(ladder); i++)
    if (is_called(ladder_line(ladder, (int)i), text))
      return true;
  return false;
}

void ladder_lines_append_titles(const struct ladder *ladder, struct bytes *bytes) {
  for (size_t i = 0; i < ladder_line_count(ladder); i++)
    if (ladder_line(ladder, (int)i)->kind != LADDER_OTHERS)
      bytes_append_format(bytes, "%s%s", bytes->length > 0 ? ", " : "",
                          ladder_line(ladder, (int)i)->title);
}

/* The lifeline of those for whom none is left. */
static int find_others(struct ladder *ladder) {
  size_t count = ladder_line_count(ladder);
  for (size_t i = 0; i < count; i++)
    if (ladder_line(ladder, (int)i)->kind == LADDER_OTHERS)
      return (int)i;
  struct ladder_line line = {.kind = LADDER_OTHERS, .drawn = (int)count};
  strcpy(line.title, _("others"));
  bytes_append(&ladder->lines, &line, sizeof line);
  return ladder_line_count(ladder) > count ? (int)count : -1;
}

void ladder_lines_assign(struct ladder *ladder) {
  size_t shown = 0;
  size_t count = ladder_line_count(ladder);
  unsigned together = 0;
  int others = -1;
  for (size_t i = 0; i < count; i++) {
    struct ladder_line *line = ladder_line(ladder, (int)i);
    line->drawn = is_wanted(ladder, line) || line->kind == LADDER_OTHERS ? (int)i : -1;
    shown += line->drawn >= 0 && line->kind != LADDER_OTHERS;
  }
  if (shown > ladder->settings.most)
    others = find_others(ladder);
  for (size_t i = 0, drawn = 0; others >= 0 && i < count; i++) {
    struct ladder_line *line = ladder_line(ladder, (int)i);
    if (line->drawn < 0 || line->kind == LADDER_OTHERS || ++drawn < ladder->settings.most)
      continue;
    line->drawn = others;
    together++;
  }
  if (others >= 0)
    ladder_line(ladder, others)->sockets = together;
}

static int add_line(struct ladder *ladder, const struct ladder_line *line) {
  size_t count = ladder_line_count(ladder);
  bytes_append(&ladder->lines, line, sizeof *line);
  ladder->renamed = true;
  return ladder_line_count(ladder) > count ? (int)count : -1;
}

/* The lifeline of this title, which is made if it is not there. */
static int line_of_title(struct ladder *ladder, enum ladder_line_kind kind, const char *title,
                         size_t length, uint64_t serial) {
  struct ladder_line line = {.kind = kind, .serial = serial, .drawn = -1};
  if (length >= sizeof line.title)
    length = sizeof line.title - 1;
  memcpy(line.title, title, length);
  bool host = kind == LADDER_HOST || kind == LADDER_ADDRESS;
  for (size_t i = 0; i < ladder_line_count(ladder); i++) {
    struct ladder_line *other = ladder_line(ladder, (int)i);
    bool other_host = other->kind == LADDER_HOST || other->kind == LADDER_ADDRESS;
    if ((other->kind != kind && !(host && other_host)) || strcmp(other->title, line.title) != 0)
      continue;
    if (kind == LADDER_HOST) /* a packet has named it first */
      other->kind = LADDER_HOST;
    return (int)i;
  }
  return add_line(ladder, &line);
}

/* Which lifeline a socket has. Sockets are many, and are found by a part of their id. */
struct ladder_place {
  uint64_t socket; /* 0: none */
  int line;
};

static struct ladder_place *place_of(const struct ladder *ladder, uint64_t socket) {
  struct ladder_place *places = (struct ladder_place *)ladder->places.data;
  size_t count = ladder->places.length / sizeof *places;
  return socket < count ? &places[socket] : NULL;
}

static void set_place(struct ladder *ladder, uint64_t socket, int line) {
  enum { MOST = 1 << 24 };
  static const struct ladder_place none = {.line = -1};
  while (socket < MOST && !place_of(ladder, socket) && !ladder->places.failed)
    bytes_append(&ladder->places, &none, sizeof none);
  struct ladder_place *place = place_of(ladder, socket);
  if (place)
    *place = (struct ladder_place){socket, line};
}

static void name_line(struct ladder_line *line, const struct socket_label *label) {
  if (label->name[0])
    snprintf(line->title, sizeof line->title, "%d %s", label->descriptor, label->name);
  else
    snprintf(line->title, sizeof line->title, "%d", label->descriptor);
}

static bool is_named(const struct ladder_line *line, const struct socket_label *label) {
  const char *space = strchr(line->title, ' ');
  return space && strcmp(space + 1, label->name) == 0;
}

/* The last lifeline of a socket with this number. */
static int line_of_descriptor(const struct ladder *ladder, int descriptor) {
  for (size_t i = ladder_line_count(ladder); i-- > 0;) {
    const struct ladder_line *line = ladder_line(ladder, (int)i);
    if (line->kind == LADDER_SOCKET && line->descriptor == descriptor)
      return (int)i;
  }
  return -1;
}

/* Of the session's own sockets, each has a lifeline; what waits in a queue, or is served, stands at
 * its listener's until it has a descriptor. */
static int line_of_socket(struct ladder *ladder, const struct socket_label *label,
                          uint64_t serial) {
  bool apart =
      label->role == ROLE_QUEUED || label->role == ROLE_OF_SERVICE || label->role == ROLE_SUBFLOW;
  if (label->id == 0 || label->descriptor < 0)
    return -1;
  struct ladder_place *place = place_of(ladder, label->id);
  int known = place ? place->line : -1;
  if (known >= 0 && !apart) {
    struct ladder_line *line = ladder_line(ladder, known);
    if (line->kind == LADDER_SOCKET && line->socket == label->id && label->name[0] &&
        !is_named(line, label)) {
      name_line(line, label);
      ladder->renamed = true;
    }
    return known;
  }
  if (apart)
    return line_of_descriptor(ladder, label->descriptor);
  struct ladder_line line = {.kind = LADDER_SOCKET,
                             .socket = label->id,
                             .descriptor = label->descriptor,
                             .serial = serial,
                             .drawn = -1};
  name_line(&line, label);
  int number = add_line(ladder, &line);
  set_place(ladder, label->id, number);
  return number;
}

/* Of which socket it is, if of one; else NULL. */
static const struct socket_label *label_of(const struct event *event) {
  switch (event->kind) {
  case EVENT_CALL_START:
  case EVENT_CALL_BLOCKED:
  case EVENT_CALL_FINISH:
    return event->call->subject.descriptor >= 0 ? &event->call->subject
           : event->call->made[0] >= 0          ? &event->call->made_label[0]
                                                : NULL;
  case EVENT_STATE:
    return &event->state->socket;
  case EVENT_SERVICE:
    return &event->service->socket;
  default:
    return NULL;
  }
}

int ladder_lines_of_event(struct ladder *ladder, const struct event *event) {
  const struct socket_label *label = label_of(event);
  if (event->host)
    return line_of_title(ladder, LADDER_HOST, event->host, strlen(event->host), event->serial);
  if (event->actor)
    return line_of_title(ladder, LADDER_PROGRAM, event->actor->name,
                         strcspn(event->actor->name, "."), event->serial);
  if (event->kind == EVENT_PROGRAM && event->program->phase != PROGRAM_STARTED)
    for (size_t i = 0; i < ladder_line_count(ladder); i++)
      if (ladder_line(ladder, (int)i)->kind == LADDER_PROGRAM &&
          strcmp(ladder_line(ladder, (int)i)->title, event->program->name) == 0)
        return (int)i;
  return label ? line_of_socket(ladder, label, event->serial) : -1;
}

int ladder_lines_of_end(struct ladder *ladder, const char *name, uint64_t serial) {
  return line_of_title(ladder, LADDER_ADDRESS, name, strlen(name), serial);
}

void ladder_lines_append_text(const struct ladder *ladder, const struct ladder_row *row,
                              struct bytes *bytes) {
  const struct ladder_line *line = row->line >= 0 ? ladder_line(ladder, row->line) : NULL;
  if (line && row->kind == LADDER_STATE && line->kind == LADDER_SOCKET && line->drawn != row->line)
    bytes_append_format(bytes, "%s ", line->title);
  bytes_append(bytes, ladder_text(ladder, row->text), row->text_end - row->text);
}

bool ladder_lines_are_told(const struct event *event) {
  const struct answer *answer = event->answer;
  return answer->kind == ANSWER_TABLE && answer->name && strcmp(answer->name, "lab") == 0 &&
         answer_column_count(answer) > 0 && strcmp(answer->columns[0], "HOST") == 0;
}

void ladder_lines_copy_hosts(struct ladder *ladder, const struct ladder *from) {
  for (size_t i = 0; i < ladder_line_count(from); i++) {
    const struct ladder_line *line = ladder_line(from, (int)i);
    if (line->kind == LADDER_HOST)
      line_of_title(ladder, LADDER_HOST, line->title, strlen(line->title), line->serial);
  }
  ladder->ordered = from->ordered;
}

void ladder_lines_take_hosts(struct ladder *ladder, const struct event *event) {
  const struct answer *answer = event->answer;
  if (!ladder_lines_are_told(event))
    return;
  for (size_t row = 0; row < answer_row_count(answer); row++) {
    const struct cell *cell = answer_cell(answer, row, 0);
    if (cell->kind == CELL_TEXT && cell->length > 0)
      line_of_title(ladder, LADDER_HOST, answer_cell_text(answer, cell), cell->length,
                    event->serial);
  }
  ladder->ordered = true;
}
