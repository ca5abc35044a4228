/* packet_line_tcp_multipath: the option of Multipath TCP (RFC 8684), in tcpdump's words. */
#include <arpa/inet.h>

#include "packet/packet_bits.h"
#include "view/notation/packet_line_tcp.h"

/* An option, and how far it has been read. What is beyond its end reads as nothing. */
struct cursor {
  struct packet_writer *writer;
  const unsigned char *data;
  size_t length;
  size_t at;
};

static bool has(const struct cursor *cursor, size_t count) {
  return cursor->length - cursor->at >= count;
}

/* Appends a number of that many bytes, which is random or begins with a random one. */
static void put_number(struct cursor *cursor, const char *what, size_t size) {
  uint64_t value = 0;
  if (!has(cursor, size))
    return;
  for (size_t i = 0; i < size; i++)
    value = value << 8 | cursor->data[cursor->at++];
  packet_put(cursor->writer, what);
  if (cursor->writer->notation->aliases)
    alias_append(cursor->writer->notation->aliases, 'M', (long long)value, cursor->writer->bytes);
  else
    bytes_append_format(cursor->writer->bytes, "%llu", (unsigned long long)value);
}

static void put_key(struct cursor *cursor, const char *what, size_t size) {
  uint64_t value = 0;
  if (!has(cursor, size))
    return;
  packet_put(cursor->writer, what);
  for (size_t i = 0; i < size && i < 8; i++)
    value = value << 8 | cursor->data[cursor->at + i];
  if (cursor->writer->notation->aliases)
    alias_append(cursor->writer->notation->aliases, 'K', (long long)value, cursor->writer->bytes);
  else {
    packet_put(cursor->writer, "0x");
    packet_put_hex(cursor->writer, cursor->data + cursor->at, size, size);
  }
  cursor->at += size;
}

static void put_capable(struct cursor *cursor) {
  bytes_append_format(cursor->writer->bytes, "capable v%u", cursor->data[0] & 15);
  if (cursor->data[1] & 0x80)
    packet_put(cursor->writer, " csum");
  cursor->at = 2;
  bool keys = has(cursor, 8);
  put_key(cursor, " {", 8);
  put_key(cursor, ",", 8);
  packet_put(cursor->writer, keys ? "}" : "");
  if (!has(cursor, 2))
    return;
  bytes_append_format(cursor->writer->bytes, " len %u", get_16(cursor->data + cursor->at));
}

/* A SYN, a SYN with ACK and an ACK have options of different lengths. */
static void put_join(struct cursor *cursor) {
  enum { OF_SYN = 10, OF_SYN_ACK = 14, OF_ACK = 22 };
  packet_put(cursor->writer, "join");
  cursor->at = 2;
  if (cursor->length != OF_ACK) {
    packet_put(cursor->writer, cursor->data[0] & 1 ? " backup" : "");
    bytes_append_format(cursor->writer->bytes, " id %u", cursor->data[1]);
  }
  if (cursor->length == OF_SYN) {
    put_key(cursor, " token ", 4);
    put_key(cursor, " nonce ", 4);
  } else if (cursor->length == OF_SYN_ACK) {
    put_key(cursor, " hmac ", 8);
    put_key(cursor, " nonce ", 4);
  } else {
    put_key(cursor, " hmac ", 20);
  }
}

static void put_dss(struct cursor *cursor) {
  enum { ACK = 1, ACK_LONG = 2, MAP = 4, MAP_LONG = 8, FIN = 16 };
  unsigned flags = cursor->data[1];
  packet_put(cursor->writer, "dss");
  packet_put(cursor->writer, flags & FIN ? " fin" : "");
  cursor->at = 2;
  if (flags & ACK)
    put_number(cursor, " ack ", flags & ACK_LONG ? 8 : 4);
  size_t map = flags & MAP_LONG ? 8 : 4;
  if (!(flags & MAP) || !has(cursor, map + 6))
    return;
  put_number(cursor, " seq ", map);
  bytes_append_format(cursor->writer->bytes, " subseq %u len %u", get_32(cursor->data + cursor->at),
                      get_16(cursor->data + cursor->at + 4));
  cursor->at += 6;
  if (has(cursor, 2))
    bytes_append_format(cursor->writer->bytes, " csum 0x%04x", get_16(cursor->data + cursor->at));
}

static void put_add_address(struct cursor *cursor) {
  char text[INET6_ADDRSTRLEN];
  bool echo = cursor->data[0] & 1;
  size_t hmac = echo ? 0 : 8;
  bool six = cursor->length >= 2 + 16 + hmac;
  size_t size = six ? 16 : 4;
  bytes_append_format(cursor->writer->bytes, "add-addr%s id %u", echo ? " echo" : "",
                      cursor->data[1]);
  cursor->at = 2;
  if (!has(cursor, size))
    return;
  bytes_append_format(
      cursor->writer->bytes, " %s",
      inet_ntop(six ? AF_INET6 : AF_INET, cursor->data + cursor->at, text, sizeof text));
  cursor->at += size;
  if (has(cursor, 2 + hmac)) {
    packet_put(cursor->writer, ":");
    packet_put_port(cursor->writer, get_16(cursor->data + cursor->at));
    cursor->at += 2;
  }
  if (hmac)
    put_key(cursor, " hmac ", 8);
}

static void put_remove_address(struct cursor *cursor) {
  packet_put(cursor->writer, "rem-addr id");
  for (size_t i = 1; i < cursor->length; i++)
    bytes_append_format(cursor->writer->bytes, " %u", cursor->data[i]);
}

static void put_priority(struct cursor *cursor) {
  packet_put(cursor->writer, cursor->data[0] & 1 ? "prio backup" : "prio");
  if (cursor->length > 1)
    bytes_append_format(cursor->writer->bytes, " id %u", cursor->data[1]);
}

static void put_fail(struct cursor *cursor) {
  packet_put(cursor->writer, "fail");
  cursor->at = 2;
  put_number(cursor, " seq ", 8);
}

static void put_fast_close(struct cursor *cursor) {
  packet_put(cursor->writer, "fast-close");
  cursor->at = 2;
  put_key(cursor, " key ", 8);
}

static void put_reset(struct cursor *cursor) {
  static const char *const reasons[] = {"unspecified",
                                        "mptcp specific error",
                                        "lack of resources",
                                        "administratively prohibited",
                                        "too much outstanding data",
                                        "unacceptable performance",
                                        "middlebox interference"};
  unsigned reason = cursor->data[1];
  bytes_append_format(
      cursor->writer->bytes, "tcprst%s, %s", cursor->data[0] & 1 ? " transient" : "",
      reason < sizeof reasons / sizeof *reasons ? reasons[reason] : "unknown reason");
}

void packet_put_mptcp(struct packet_writer *writer, const struct packet_option *option) {
  static const struct {
    size_t least; /* bytes of the option's data */
    void (*put)(struct cursor *cursor);
  } forms[] = {{2, put_capable},     {2, put_join},           {2, put_dss},
               {2, put_add_address}, {2, put_remove_address}, {1, put_priority},
               {2, put_fail},        {2, put_fast_close},     {2, put_reset}};
  struct cursor cursor = {writer, option->data, option->length, 0};
  unsigned kind = option->data[0] >> 4;
  packet_put(writer, " ");
  if (kind < sizeof forms / sizeof *forms && option->length >= forms[kind].least)
    forms[kind].put(&cursor);
  else
    packet_put_hex(writer, option->data, option->length, option->length);
}
