/* json_kept: a timeline as lines of JSON that are kept in a file: socksh-json(5). Each is the line
 * of
 * --json with one more member at its end, the record: the bytes of codec.h, from which the event is
 * read again. A head stands before them, whose record is an event that sets how things look. What
 * is read may be anything. */
#ifndef SOCKSH_VIEW_JSON_JSON_KEPT_H
#define SOCKSH_VIEW_JSON_JSON_KEPT_H

#include "view/view.h"

#define JSON_RECORD "record"
#define JSON_TIMELINE "timeline"

/* What the head says. */
struct json_kept {
  struct event_look look; /* at the first event */
  int64_t monotonic;      /* when it was written, by both clocks */
  int64_t wall;
  uint64_t first; /* the serials of the first event and the last; 0: there is none */
  uint64_t last;
};

/* Reads the head from a line without its newline. 0, or -1 with an error that says what is wrong.
 */
int json_kept_read_head(const char *text, size_t length, struct json_kept *kept,
                        struct error *error);

/* Replaces *record by that of an event's line. 0, or -1 with an error, as above. */
int json_kept_read(const char *text, size_t length, struct bytes *record, struct error *error);

#endif
