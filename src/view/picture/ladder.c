#include "view/picture/ladder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/picture/ladder_part.h"

void ladder_begin(struct ladder *ladder, const struct ladder_settings *settings) {
  *ladder = (struct ladder){.settings = *settings};
  ladder->notation = (struct notation){.preview = settings->preview,
                                       .style = settings->utf8 ? ESCAPE_UTF8 : ESCAPE_ASCII,
                                       .names = true,
                                       .arrow = "->"};
}

void ladder_free(struct ladder *ladder) {
  bytes_free(&ladder->lines);
  bytes_free(&ladder->rows);
  bytes_free(&ladder->texts);
  bytes_free(&ladder->serials);
  bytes_free(&ladder->wanted);
  bytes_free(&ladder->starts);
  bytes_free(&ladder->places);
  bytes_free(&ladder->details);
  strings_free(&ladder->strings);
  aliases_free(&ladder->aliases);
}

void ladder_want(struct ladder *ladder, const char *name, size_t length) {
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

bool ladder_has(const struct ladder *ladder, const char *name, size_t length) {
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

void ladder_append_titles(const struct ladder *ladder, struct bytes *bytes) {
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

void ladder_assign(struct ladder *ladder) {
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

/* One serial more of a row, and where the next of the same row is. */
struct ladder_serial {
  uint64_t serial;
  size_t next; /* 1 + its number; 0: the last */
};

void ladder_add_serial(struct ladder *ladder, struct ladder_row *row, uint64_t serial) {
  struct ladder_serial added = {serial, row->more};
  if (serial == row->serial || serial == 0)
    return;
  bytes_append(&ladder->serials, &added, sizeof added);
  row->more = ladder->serials.length / sizeof added;
}

void ladder_each_serial(const struct ladder *ladder, const struct ladder_row *row,
                        void (*each)(uint64_t serial, void *context), void *context) {
  const struct ladder_serial *all = (const struct ladder_serial *)ladder->serials.data;
  each(row->serial, context);
  for (size_t at = row->more; at > 0; at = all[at - 1].next)
    each(all[at - 1].serial, context);
}

static int add_line(struct ladder *ladder, const struct ladder_line *line) {
  size_t count = ladder_line_count(ladder);
  bytes_append(&ladder->lines, line, sizeof *line);
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
    if (line->kind == LADDER_SOCKET && line->socket == label->id && label->name[0])
      name_line(line, label);
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

static int line_of_event(struct ladder *ladder, const struct event *event) {
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

static int line_of_end(struct ladder *ladder, const char *name, uint64_t serial) {
  return line_of_title(ladder, LADDER_ADDRESS, name, strlen(name), serial);
}

struct ladder_row *ladder_add_row(struct ladder *ladder, const struct ladder_row *row) {
  size_t length = ladder->rows.length;
  bytes_append(&ladder->rows, row, sizeof *row);
  if (ladder->rows.length == length) {
    ladder->failed = true;
    return NULL;
  }
  return (struct ladder_row *)(ladder->rows.data + length);
}

/* What is no row of its own goes with the last one. */
static void go_with_last(struct ladder *ladder, const struct event *event) {
  size_t count = ladder_row_count(ladder);
  if (count > 0)
    ladder_add_serial(ladder, ladder_row(ladder, count - 1), event->serial);
  else
    bytes_append(&ladder->starts, &(struct ladder_start){.serial = event->serial},
                 sizeof(struct ladder_start));
}

static bool is_in_range(const struct ladder *ladder, const struct event *event) {
  return event->serial >= ladder->settings.from &&
         (ladder->settings.to == 0 || event->serial <= ladder->settings.to);
}

void ladder_take(struct ladder *ladder, const struct event *event) {
  struct ladder_row row = {.line = -1,
                           .other = -1,
                           .serial = event->serial,
                           .cause = event->cause,
                           .statement = event->statement,
                           .job = event->job,
                           .time = event->monotonic};
  if (ladder->settings.stable)
    ladder->notation.aliases = &ladder->aliases;
  row.line = line_of_event(ladder, event);
  if (event->kind == EVENT_PACKET) {
    const struct event_packet *packet = &event->packet;
    row.line = line_of_end(ladder, packet->source, event->serial);
    row.other = line_of_end(ladder, packet->to[0] ? packet->to : packet->target, event->serial);
  }
  if (!is_in_range(ladder, event))
    return;
  if (!ladder_row_fill(ladder, &row, event)) {
    go_with_last(ladder, event);
    return;
  }
  if (ladder->began == 0 && row.time > 0)
    ladder->began = row.time;
  struct ladder_row *added = ladder_add_row(ladder, &row);
  if (added)
    ladder_take_start(ladder, added, event);
}
