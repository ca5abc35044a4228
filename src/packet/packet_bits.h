/* packet_bits: numbers in network byte order, and bit fields, in the bytes of a packet. The caller
 * has checked that the bytes are there. */
#ifndef SOCKSH_PACKET_PACKET_BITS_H
#define SOCKSH_PACKET_PACKET_BITS_H

#include <stddef.h>
#include <stdint.h>

static inline unsigned get_16(const unsigned char *at) {
  return (unsigned)at[0] << 8 | at[1];
}

static inline uint32_t get_32(const unsigned char *at) {
  return (uint32_t)get_16(at) << 16 | get_16(at + 2);
}

static inline void set_16(unsigned char *at, unsigned value) {
  at[0] = (unsigned char)(value >> 8);
  at[1] = (unsigned char)value;
}

static inline void set_32(unsigned char *at, uint32_t value) {
  set_16(at, value >> 16);
  set_16(at + 2, value & 0xffff);
}

/* Reads `count` bits, at most 32, from bit `first` on, where bit 0 is the highest of the first
 * byte. */
static inline uint32_t get_bits(const unsigned char *bytes, size_t first, unsigned count) {
  uint32_t value = 0;
  for (size_t bit = first; bit < first + count; bit++)
    value = value << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1);
  return value;
}

static inline void set_bits(unsigned char *bytes, size_t first, unsigned count, uint32_t value) {
  for (size_t bit = first + count; bit-- > first; value >>= 1) {
    unsigned char mask = (unsigned char)(0x80 >> bit % 8);
    bytes[bit / 8] = (unsigned char)(value & 1 ? bytes[bit / 8] | mask : bytes[bit / 8] & ~mask);
  }
}

#endif
