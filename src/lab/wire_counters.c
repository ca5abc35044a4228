#include "lab/wire_counters.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/lab.h"
#include "language/loss.h"
#include "system/wait.h"

enum { TEXT_SIZE = 32 * 1024 };

static const struct counter_row {
  const char *name;
  const char *meaning;
} rows[] = {
#include "lab/wire_counters.inc"
};

_Static_assert(sizeof rows / sizeof *rows <= WIRE_COUNTERS, "the counters fit");

/* Reads a file of the host below /proc/net from its beginning. NULL if it can't be read. */
static const char *read_text(const struct lab_host *host, enum lab_statistic which,
                             char text[TEXT_SIZE]) {
  ssize_t got = pread(host->statistics[which], text, TEXT_SIZE - 1, 0);
  if (got < 0)
    loss_of_look("pread", errno);
  if (got <= 0)
    return NULL;
  text[got] = '\0';
  return text;
}

/* Which row each number in a file is, in order: a kernel always writes the same ones. */
enum { NUMBERS = 512 };
struct column_map {
  size_t count;        /* 0: it is not known yet */
  size_t names;        /* the length of the names */
  short rows[NUMBERS]; /* -1: none */
};
struct wire_counter_map {
  struct column_map files[STATISTICS];
};

/* Finds the row with a name in two parts, and notes it as the next one. */
static void add_column(struct column_map *map, const char *group, size_t group_length,
                       const char *name, size_t length) {
  short found = -1;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strncmp(rows[i].name, group, group_length) == 0 &&
        strncmp(rows[i].name + group_length, name, length) == 0 &&
        rows[i].name[group_length + length] == '\0')
      found = (short)i;
  if (map->count < NUMBERS)
    map->rows[map->count++] = found;
}

static const char *next_line(const char *text) {
  const char *end = strchr(text, '\n');
  return end ? end + 1 : text + strlen(text);
}

/* "Tcp: InSegs OutSegs" */
static void map_names(struct column_map *map, const char *line) {
  size_t group = strcspn(line, ":\n");
  for (const char *name = line + group; *name && *name != '\n';) {
    name += strspn(name, ": ");
    size_t length = strcspn(name, " \n");
    if (length > 0)
      add_column(map, line, group, name, length);
    name += length;
  }
}

static void note_value(struct wire_counters *counters, const struct column_map *map, size_t at,
                       const char *value) {
  if (at < map->count && map->rows[at] >= 0)
    counters->values[map->rows[at]] = strtoull(value, NULL, 10);
}

/* Those of messages by their type appear when there is the first: they have no place. */
static bool is_by_type(const char *line) {
  size_t length = strcspn(line, " \t\n");
  return strncmp(line, "IcmpMsg:", 8) == 0 || memmem(line, length, "Type", 4);
}

/* Begins anew where the names are others than those that are known: then their length is, too. */
static void map_pairs(const char *text, struct column_map *map) {
  size_t names = 0;
  for (const char *line = text; *line; line = next_line(next_line(line)))
    names += is_by_type(line) ? 0 : strcspn(line, "\n");
  if (names == map->names)
    return;
  map->names = names;
  map->count = 0;
  for (const char *line = text; *line; line = next_line(next_line(line)))
    if (!is_by_type(line))
      map_names(map, line);
}

/* A line of names, and below it one of values: "Tcp: 5 7". */
static void read_pairs(const char *text, struct column_map *map, struct wire_counters *counters) {
  size_t at = 0;
  map_pairs(text, map);
  while (*text) {
    bool skipped = is_by_type(text);
    text = next_line(text);
    const char *value = skipped ? "" : text + strcspn(text, " \n");
    for (; *value == ' '; value += strcspn(value, " \n"))
      note_value(counters, map, at++, ++value);
    text = next_line(text);
  }
}

/* "Udp6NoPorts    3": one in a line. */
static void read_lines(const char *text, struct column_map *map, struct wire_counters *counters) {
  bool known = map->count > 0;
  size_t at = 0;
  for (; *text; text = next_line(text)) {
    size_t length = strcspn(text, " \t\n");
    if (is_by_type(text))
      continue;
    if (!known)
      add_column(map, "", 0, text, length);
    note_value(counters, map, at++, text + length);
  }
}

static void read_all(struct wire *wire, struct wire_counters *counters) {
  static const struct {
    enum lab_statistic file;
    void (*read)(const char *text, struct column_map *map, struct wire_counters *counters);
  } files[] = {
      {STATISTIC_SNMP, read_pairs}, {STATISTIC_NETSTAT, read_pairs}, {STATISTIC_SNMP6, read_lines}};
  char text[TEXT_SIZE];
  if (!wire->counter_map)
    wire->counter_map = calloc(1, sizeof *wire->counter_map);
  size_t count = counters->inet6 ? 3 : 2;
  for (size_t i = 0; wire->counter_map && i < count; i++)
    if (read_text(counters->host, files[i].file, text))
      files[i].read(text, &wire->counter_map->files[files[i].file], counters);
}

void wire_counters_begin(struct wire *wire, struct wire_counters *counters,
                         const struct packet *packet, const struct wire_link *to, bool wanted) {
  counters->host = wanted && to ? to->host : NULL;
  if (!counters->host)
    return;
  memset(counters->values, 0, sizeof counters->values);
  counters->inet6 = packet->family != AF_INET;
  read_all(wire, counters);
}

static void tell(struct wire *wire, const struct lab_host *host, uint64_t cause,
                 const struct event_counter *counter) {
  struct event event = {.kind = EVENT_COUNTER,
                        .cause = cause,
                        .statement = wire->statement,
                        .job = wire->job,
                        .host = host->host.name,
                        .counter = *counter};
  if (wire->timeline)
    timeline_append(wire->timeline, &event);
}

void wire_counters_end(struct wire *wire, const struct wire_counters *counters, uint64_t packet) {
  if (!counters->host)
    return;
  struct wire_counters now = {.host = counters->host, .inet6 = counters->inet6};
  read_all(wire, &now);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (now.values[i] > counters->values[i])
      tell(wire, now.host, packet,
           &(struct event_counter){.name = rows[i].name,
                                   .interface = "",
                                   .meaning = rows[i].meaning,
                                   .moved = now.values[i] - counters->values[i],
                                   .value = now.values[i]});
}

void wire_counters_note(struct wire *wire, struct wire_link *link) {
  enum { MANY = 64, SOON = 50000000 }; /* packets; nanoseconds: reading costs more than a packet */
  if (++link->uncounted >= MANY && wire->count_at == 0)
    wire->count_at = clock_monotonic() + SOON;
}

/* Tells of a counter of an interface, if it has moved. */
static void tell_moved(struct wire *wire, struct wire_link *link, const char *name,
                       const char *meaning, uint64_t *known, uint64_t value, bool lost) {
  if (value > *known)
    tell(wire, link->host, 0,
         &(struct event_counter){.name = name,
                                 .interface = link->name,
                                 .meaning = meaning,
                                 .moved = value - *known,
                                 .value = value,
                                 .lost = lost});
  *known = value;
}

/* "  eth0: ", then what it has received, and what it has sent: bytes, packets, errors, drops and
 * four more each. */
static void count_lost(struct wire *wire, struct wire_link *link) {
  char text[TEXT_SIZE];
  uint64_t got;
  uint64_t sent;
  const char *line = read_text(link->host, STATISTIC_DEVICES, text);
  size_t length = strlen(link->name);
  link->uncounted = 0;
  for (; line; line = strchr(line, '\n')) {
    line += strspn(line, " \n");
    if (strncmp(line, link->name, length) != 0 || line[length] != ':')
      continue;
    if (sscanf(line + length + 1, " %*u %*u %*u %" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64,
               &got, &sent) != 2)
      return;
    tell_moved(wire, link, "tx_dropped",
               N_("its queue to the wire was full; these packets are lost"), &link->lost_sent, sent,
               true);
    tell_moved(wire, link, "rx_dropped",
               N_("the host has thrown away what the wire has delivered there"), &link->lost_got,
               got, false);
    return;
  }
}

void wire_count_lost(struct wire *wire) {
  for (size_t i = 0; i < wire->link_count; i++)
    if (wire->links[i]->uncounted > 0)
      count_lost(wire, wire->links[i]);
  wire->count_at = 0;
}

void wire_count_lost_in_time(struct wire *wire, int64_t now) {
  if (wire->count_at && now >= wire->count_at)
    wire_count_lost(wire);
}
