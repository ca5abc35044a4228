/* call_text_part: what the two halves of call_text share. Only for them. */
#ifndef SOCKSH_VIEW_NOTATION_CALL_TEXT_PART_H
#define SOCKSH_VIEW_NOTATION_CALL_TEXT_PART_H

#include "view/notation/notation.h"

/* The state of writing one call. */
struct call_writer {
  const struct notation *notation;
  const struct call *call;
  struct bytes *bytes;
  bool failed; /* the call failed, so its results are unknown */
};

static inline void put(struct call_writer *writer, const char *text) {
  bytes_append_text(writer->bytes, text);
}

static inline void put_integer(struct call_writer *writer, long long number) {
  bytes_append_number(writer->bytes, number);
}

/* A descriptor, with the name bound to it if names are wanted. */
void call_text_put_label(struct call_writer *writer, const struct socket_label *label);

/* An address as a struct sockaddr; data in quotes, cut; text in which --stable hides what varies.
 */
void call_text_put_address(struct call_writer *writer, const struct address *address);
void call_text_put_data(struct call_writer *writer, const char *data, size_t length);
void call_text_put_aliased(struct call_writer *writer, const struct bytes *text);

/* Data of which there is more, that was not kept, or that a log does not tell. */
void call_text_put_cut(struct call_writer *writer, const char *data, size_t length, size_t whole);

/* One of select's sets, as passed or as returned. */
void call_text_put_set(struct call_writer *writer, uint32_t set, bool given);
void call_text_put_signal(struct call_writer *writer, long number);
void call_text_put_process(struct call_writer *writer, long number); /* an alias with --stable */

/* What follows the equals sign. */
void call_text_put_result(struct call_writer *writer);

#endif
