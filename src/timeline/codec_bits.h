/* codec_bits: what the two sides of the codec share. */
#ifndef SOCKSH_TIMELINE_CODEC_BITS_H
#define SOCKSH_TIMELINE_CODEC_BITS_H

/* Which parts of a call follow: most calls have few of them. */
enum call_bit {
  WANTS_ADDRESS = 1 << 0,
  RAW_VALUE = 1 << 1,
  INTERRUPTED = 1 << 2,
  HAS_DATA = 1 << 3,
  HAS_OBJECT = 1 << 4,
  HAS_ADDRESS = 1 << 5,
  HAS_ITEMS = 1 << 6,
  HAS_MESSAGE = 1 << 7,
  HAS_TEXT = 1 << 8,
  HAS_FOUND = 1 << 9,
  HAS_MADE = 1 << 10,
};

#endif
