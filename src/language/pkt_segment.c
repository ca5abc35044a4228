#include "language/pkt_segment.h"

#include <ctype.h>
#include <string.h>

static void skip_spaces(struct pkt_reader *reader) {
  while (pkt_reader_peek(reader) == ' ' || pkt_reader_peek(reader) == '\t')
    reader->at++;
}

/* 1:1001(1000), or without the length in parentheses where it says nothing new. */
static int read_range(struct pkt_reader *reader, struct pkt_segment *segment) {
  segment->ranged = true;
  if (!pkt_reader_number(reader, &segment->sequence) || !pkt_reader_take(reader, ":") ||
      !pkt_reader_number(reader, &segment->end) || !pkt_reader_take(reader, "(") ||
      !pkt_reader_number(reader, &segment->length) || !pkt_reader_take(reader, ")"))
    return pkt_reader_wrong(reader, _("sequence numbers are written FIRST:LAST(LENGTH)"));
  if (segment->end - segment->sequence != segment->length)
    return pkt_reader_wrong(reader, _("the length is not the distance of these numbers"));
  return 0;
}

/* "val 1 ecr 2" of timestamps, "1:2 3:4" of SACK, or one number or word. */
static int read_option_words(struct pkt_reader *reader, struct pkt_option *option) {
  bool stamps = pkt_text_is(option->name, "TS");
  bool blocks = pkt_text_is(option->name, "sack");
  bool counters = pkt_text_is(option->name, "ECN");
  bool cookie = pkt_text_is(option->name, "FO") || pkt_text_is(option->name, "FOEXP") ||
                pkt_text_is(option->name, "md5");
  for (;;) {
    skip_spaces(reader);
    if (stamps && (pkt_reader_take(reader, "val") || pkt_reader_take(reader, "ecr")))
      continue;
    if (strchr(",>\n", pkt_reader_peek(reader))) /* the end of the text as well */
      return 0;
    if (counters && isalpha((unsigned char)pkt_reader_peek(reader))) {
      struct pkt_text name = pkt_reader_word(reader);
      if (!pkt_text_is(name, "e0b") && !pkt_text_is(name, "ceb") && !pkt_text_is(name, "e1b"))
        return pkt_reader_wrong(reader, _("counters of AccECN are e0b, ceb and e1b"));
      option->word = option->word.length ? option->word : name;
      continue;
    }
    if (cookie) {
      option->word = pkt_reader_word(reader);
      if (option->word.length == 0)
        return pkt_reader_wrong(reader, _("a cookie is written in hexadecimal digits"));
      continue;
    }
    if (option->count == PKT_NUMBERS ||
        !pkt_reader_number(reader, &option->number[option->count++]))
      return pkt_reader_wrong(reader, _("this is no number of an option"));
    if (blocks && pkt_reader_take(reader, ":") &&
        (option->count == PKT_NUMBERS ||
         !pkt_reader_number(reader, &option->number[option->count++])))
      return pkt_reader_wrong(reader, _("a block of SACK is written FIRST:LAST"));
  }
}

static int read_options(struct pkt_reader *reader, struct pkt_segment *segment) {
  segment->any_options = pkt_reader_take(reader, "...");
  if (segment->any_options)
    return pkt_reader_take(reader, ">") ? 0 : pkt_reader_wrong(reader, _("> is missing"));
  segment->option = arena_allocate(reader->arena, PKT_OPTIONS * sizeof *segment->option);
  if (!segment->option)
    return error_set_memory(reader->error);
  for (;;) {
    skip_spaces(reader);
    struct pkt_option *option = &segment->option[segment->option_count];
    if (segment->option_count == PKT_OPTIONS)
      return pkt_reader_wrong(reader, _("a segment has no room for so many options"));
    option->name = pkt_reader_word(reader);
    if (option->name.length == 0)
      return pkt_reader_wrong(reader, _("the name of an option is missing, as mss or nop"));
    if (read_option_words(reader, option) < 0)
      return -1;
    segment->option_count++;
    if (pkt_reader_take(reader, ">"))
      return 0;
    if (!pkt_reader_take(reader, ","))
      return pkt_reader_wrong(reader, _("options are separated by commas, and end with >"));
  }
}

/* What may stand behind the sequence numbers, in this order. */
static int read_rest(struct pkt_reader *reader, struct pkt_segment *segment) {
  while (!pkt_reader_at_end_of_line(reader)) {
    bool read;
    if (pkt_reader_take(reader, "<"))
      return read_options(reader, segment);
    size_t begin = reader->at;
    struct pkt_text word = pkt_reader_word(reader);
    skip_spaces(reader);
    if (pkt_text_is(word, "ack")) {
      segment->acknowledges = true;
      read = pkt_reader_number(reader, &segment->acknowledgment);
    } else if (pkt_text_is(word, "win")) {
      segment->has_window = true;
      read = pkt_reader_number(reader, &segment->window);
    } else if (pkt_text_is(word, "urg")) {
      read = pkt_reader_number(reader, &segment->urgent);
    } else {
      reader->at = begin;
      return pkt_reader_wrong(reader, _("behind the sequence numbers stand ack NUMBER, win NUMBER, "
                                        "urg NUMBER, and <options>"));
    }
    if (!read)
      return pkt_reader_wrong(reader, _("a number is missing"));
  }
  return 0;
}

static int read_icmp(struct pkt_reader *reader, struct pkt_segment *segment) {
  skip_spaces(reader);
  segment->icmp = pkt_reader_word(reader);
  if (segment->icmp.length == 0)
    return pkt_reader_wrong(reader, _("which message of ICMP? As in icmp unreachable"));
  while (!pkt_reader_at_end_of_line(reader)) {
    if (pkt_reader_take(reader, "[")) {
      if (read_range(reader, segment) < 0)
        return -1;
      if (!pkt_reader_take(reader, "]"))
        return pkt_reader_wrong(reader, _("] is missing"));
      continue;
    }
    struct pkt_text word = pkt_reader_word(reader);
    skip_spaces(reader);
    if (pkt_text_is(word, "mtu")) {
      if (!pkt_reader_number(reader, &segment->mtu))
        return pkt_reader_wrong(reader, _("a number is missing"));
    } else if (word.length > 0 && segment->code.length == 0) {
      segment->code = word;
    } else {
      return pkt_reader_wrong(reader,
                              _("a message of ICMP has a code, mtu NUMBER, and the sequence "
                                "numbers that it is about in []"));
    }
  }
  return 0;
}

int pkt_segment_read(struct pkt_reader *reader, struct pkt_segment *segment) {
  segment->outbound = pkt_reader_take(reader, ">");
  if (!segment->outbound)
    pkt_reader_take(reader, "<");
  skip_spaces(reader);
  if (pkt_reader_take(reader, "[")) {
    segment->bits = pkt_reader_word(reader);
    if (segment->bits.length == 0 || !pkt_reader_take(reader, "]"))
      return pkt_reader_wrong(reader,
                              _("the bits of IP are written [ect0], [ect1], [ce], [noecn]"));
    skip_spaces(reader);
  }
  size_t begin = reader->at;
  segment->flags.text = reader->source->text + begin;
  while (strchr("SFRPUEWA.-0123456789", pkt_reader_peek(reader)) && pkt_reader_peek(reader))
    reader->at++;
  segment->flags.length = reader->at - begin;
  if (segment->flags.length > 0 && !isalnum((unsigned char)pkt_reader_peek(reader))) {
    skip_spaces(reader);
    return read_range(reader, segment) < 0 ? -1 : read_rest(reader, segment);
  }
  reader->at = begin;
  segment->flags.length = 0;
  if (pkt_reader_take(reader, "icmp"))
    return read_icmp(reader, segment);
  return pkt_reader_wrong(reader,
                          _("a segment begins with its flags, as S. or P., then its sequence "
                            "numbers; a message of ICMP with icmp"));
}
