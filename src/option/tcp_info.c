/* See tcp_info.h. <linux/tcp.h> has more than <netinet/tcp.h>, and conflicts with it. */
#include "option/tcp_info.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/tcp.h>

#include "names/constant.h"

/* C has no offset of a bit-field: the bytes of both window scales, and of two other marks. */
enum { SCALE_OFFSET = 6, LIMITED_OFFSET = 7 };

const char *const tcp_info_group_titles[TCP_INFO_GROUPS] = {
    [TCP_INFO_STATE] = N_("state"),           [TCP_INFO_TIME] = N_("round-trip time"),
    [TCP_INFO_SEGMENT] = N_("segments"),      [TCP_INFO_WINDOW] = N_("window"),
    [TCP_INFO_CONGESTION] = N_("congestion"), [TCP_INFO_LOSS] = N_("retransmissions"),
    [TCP_INFO_COUNT] = N_("traffic"),         [TCP_INFO_PACE] = N_("pacing"),
};

static void append_state(const unsigned char *info, struct bytes *text) {
  constant_append(&constant_states, info[offsetof(struct tcp_info, tcpi_state)], text);
}

static void append_avoidance(const unsigned char *info, struct bytes *text) {
  static const char *const states[] = {"open", "disorder", "cwr", "recovery", "loss"};
  unsigned char state = info[offsetof(struct tcp_info, tcpi_ca_state)];
  if (state < sizeof states / sizeof *states)
    bytes_append_text(text, states[state]);
  else
    bytes_append_number(text, state);
}

static void append_options(const unsigned char *info, struct bytes *text) {
  static const struct {
    unsigned char bit;
    const char *name;
  } names[] = {{TCPI_OPT_TIMESTAMPS, "timestamps"},
               {TCPI_OPT_SACK, "sack"},
               {TCPI_OPT_WSCALE, "wscale"},
               {TCPI_OPT_ECN, "ecn"},
               {16, "ecn_seen"},
               {32, "syn_data"}};
  unsigned char options = info[offsetof(struct tcp_info, tcpi_options)];
  const char *between = "";
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (options & names[i].bit) {
      bytes_append_format(text, "%s%s", between, names[i].name);
      between = "|";
    }
  if (!*between)
    bytes_append_text(text, "none");
}

static void append_send_scale(const unsigned char *info, struct bytes *text) {
  bytes_append_number(text, info[SCALE_OFFSET] & 0x0f);
}

static void append_limited(const unsigned char *info, struct bytes *text) {
  bytes_append_number(text, info[LIMITED_OFFSET] & 0x01);
}

static void append_fastopen(const unsigned char *info, struct bytes *text) {
  static const char *const reasons[] = {"none", "cookie-unavailable", "data-not-acked",
                                        "syn-retransmitted"};
  bytes_append_text(text, reasons[info[LIMITED_OFFSET] >> 1 & 0x03]);
}

static void append_receive_scale(const unsigned char *info, struct bytes *text) {
  bytes_append_number(text, info[SCALE_OFFSET] >> 4);
}

/* These are newer than many headers, so they stand here with their offsets, which never change. */
enum {
  DELIVERED = 192,
  DELIVERED_CE = 196,
  REORD_SEEN = 220,
  RCV_OOOPACK = 224,
  SND_WND = 228,
  RCV_WND = 232,
  REHASH = 236,
  TOTAL_RTO = 240,
  TOTAL_RTO_RECOVERIES = 242,
  TOTAL_RTO_TIME = 244,
  RECEIVED_CE = 248,
  DELIVERED_E1_BYTES = 252,
  DELIVERED_E0_BYTES = 256,
  DELIVERED_CE_BYTES = 260,
  RECEIVED_E1_BYTES = 264,
  RECEIVED_E0_BYTES = 268,
  RECEIVED_CE_BYTES = 272,
  KNOWN_LENGTH = 276,
};
_Static_assert(offsetof(struct tcp_info, tcpi_delivered) == DELIVERED,
               "struct tcp_info is another");

#define FIELD(name, group, unit, meaning)                                                          \
  {                                                                                                \
#name, TCP_INFO_##group, offsetof(struct tcp_info, tcpi_##name),                               \
        sizeof((struct tcp_info *)0)->tcpi_##name, unit, meaning, NULL                             \
  }
#define LATER(name, offset, size, group, unit, meaning)                                            \
  { #name, TCP_INFO_##group, offset, size, unit, meaning, NULL }
#define TEXT(name, offset, group, meaning, append)                                                 \
  { name, TCP_INFO_##group, offset, 1, "", meaning, append }

const struct tcp_info_field tcp_info_fields[] = {
    TEXT("state", offsetof(struct tcp_info, tcpi_state), STATE, N_("where the connection stands"),
         append_state),
    TEXT("options", offsetof(struct tcp_info, tcpi_options), STATE,
         N_("what both ends agreed on in the handshake"), append_options),
    TEXT("fastopen_fail", LIMITED_OFFSET, STATE, N_("why TCP Fast Open sent no data in the SYN"),
         append_fastopen),
    FIELD(rtt, TIME, "us", N_("smoothed round-trip time")),
    FIELD(rttvar, TIME, "us", N_("how much it varies")),
    FIELD(min_rtt, TIME, "us", N_("the least of the last five minutes")),
    FIELD(rcv_rtt, TIME, "us", N_("as the receiver estimates it")),
    FIELD(rto, TIME, "us", N_("how long to wait for an ACK before sending again")),
    FIELD(ato, TIME, "us", N_("how long an ACK is delayed at most")),
    FIELD(last_data_sent, TIME, "ms", N_("since data was sent last")),
    FIELD(last_data_recv, TIME, "ms", N_("since data came last")),
    FIELD(last_ack_recv, TIME, "ms", N_("since an ACK came last")),
    FIELD(snd_mss, SEGMENT, "bytes", N_("the largest segment sent")),
    FIELD(rcv_mss, SEGMENT, "bytes", N_("the largest segment expected")),
    FIELD(advmss, SEGMENT, "bytes", N_("the largest segment that the peer was told of")),
    FIELD(pmtu, SEGMENT, "bytes", N_("the largest packet on the path")),
    LATER(snd_wnd, SND_WND, 4, WINDOW, "bytes", N_("the peer's window: what it will take")),
    LATER(rcv_wnd, RCV_WND, 4, WINDOW, "bytes", N_("the own window: what the peer may send")),
    TEXT("snd_wscale", SCALE_OFFSET, WINDOW, N_("the peer's window scale: a power of two"),
         append_send_scale),
    TEXT("rcv_wscale", SCALE_OFFSET, WINDOW, N_("the own window scale"), append_receive_scale),
    FIELD(rcv_space, WINDOW, "bytes", N_("room in the receive buffer that its tuning counts with")),
    FIELD(rcv_ssthresh, WINDOW, "bytes", N_("the most that the own window grows to now")),
    TEXT("ca_state", offsetof(struct tcp_info, tcpi_ca_state), CONGESTION,
         N_("open, or what it recovers from"), append_avoidance),
    FIELD(snd_cwnd, CONGESTION, "segments", N_("the congestion window: what may be on the way")),
    FIELD(snd_ssthresh, CONGESTION, "segments", N_("where slow start ends")),
    FIELD(unacked, CONGESTION, "segments",
          N_("sent and not acknowledged; of a listener: its queue")),
    FIELD(sacked, CONGESTION, "segments",
          N_("acknowledged out of order; of a listener: its limit")),
    FIELD(lost, CONGESTION, "segments", N_("taken for lost")),
    FIELD(fackets, CONGESTION, "segments", N_("always 0 since Linux 4.15")),
    FIELD(reordering, CONGESTION, "segments", N_("how much disorder is taken for no loss")),
    FIELD(retransmits, LOSS, "", N_("how often the first unacknowledged segment was sent again")),
    FIELD(retrans, LOSS, "segments", N_("sent again and not yet acknowledged")),
    FIELD(total_retrans, LOSS, "segments", N_("sent again in all")),
    FIELD(bytes_retrans, LOSS, "bytes", N_("sent again in all")),
    FIELD(probes, LOSS, "", N_("unanswered probes of a zero window, or of keepalive")),
    FIELD(backoff, LOSS, "", N_("how often the time-out was doubled")),
    FIELD(dsack_dups, LOSS, "segments", N_("sent again without need, as the peer says")),
    LATER(reord_seen, REORD_SEEN, 4, LOSS, "", N_("how often disorder was met that was no loss")),
    LATER(rehash, REHASH, 4, LOSS, "", N_("how often another path was tried after time-outs")),
    LATER(total_rto, TOTAL_RTO, 2, LOSS, "", N_("retransmission time-outs in all")),
    LATER(total_rto_recoveries, TOTAL_RTO_RECOVERIES, 2, LOSS, "",
          N_("recoveries from such time-outs")),
    LATER(total_rto_time, TOTAL_RTO_TIME, 4, LOSS, "ms", N_("time spent in them")),
    FIELD(bytes_sent, COUNT, "bytes", N_("sent, again included")),
    FIELD(bytes_acked, COUNT, "bytes", N_("acknowledged by the peer; SYN and FIN count as one")),
    FIELD(bytes_received, COUNT, "bytes", N_("received in order")),
    FIELD(notsent_bytes, COUNT, "bytes", N_("in the send buffer and not sent yet")),
    FIELD(segs_out, COUNT, "segments", N_("sent")),
    FIELD(segs_in, COUNT, "segments", N_("received")),
    FIELD(data_segs_out, COUNT, "segments", N_("sent with data")),
    FIELD(data_segs_in, COUNT, "segments", N_("received with data")),
    LATER(delivered, DELIVERED, 4, COUNT, "segments", N_("that arrived, again included")),
    LATER(delivered_ce, DELIVERED_CE, 4, COUNT, "segments",
          N_("of them, marked on the way (ECN: CE)")),
    LATER(rcv_ooopack, RCV_OOOPACK, 4, COUNT, "segments", N_("received out of order")),
    LATER(received_ce, RECEIVED_CE, 4, COUNT, "segments", N_("received with that mark")),
    LATER(delivered_e1_bytes, DELIVERED_E1_BYTES, 4, COUNT, "bytes",
          N_("arrived as ECT(1) (accurate ECN)")),
    LATER(delivered_e0_bytes, DELIVERED_E0_BYTES, 4, COUNT, "bytes", N_("arrived as ECT(0)")),
    LATER(delivered_ce_bytes, DELIVERED_CE_BYTES, 4, COUNT, "bytes", N_("arrived as CE")),
    LATER(received_e1_bytes, RECEIVED_E1_BYTES, 4, COUNT, "bytes", N_("received as ECT(1)")),
    LATER(received_e0_bytes, RECEIVED_E0_BYTES, 4, COUNT, "bytes", N_("received as ECT(0)")),
    LATER(received_ce_bytes, RECEIVED_CE_BYTES, 4, COUNT, "bytes", N_("received as CE")),
    FIELD(pacing_rate, PACE, "B/s", N_("the rate at which segments are let go")),
    FIELD(max_pacing_rate, PACE, "B/s", N_("its limit (SO_MAX_PACING_RATE)")),
    FIELD(delivery_rate, PACE, "B/s", N_("the rate at which data arrived lately")),
    TEXT("app_limited", LIMITED_OFFSET, PACE,
         N_("the next rate was limited by the sender's program"), append_limited),
    FIELD(busy_time, PACE, "us", N_("time with data to send")),
    FIELD(rwnd_limited, PACE, "us", N_("of it, held back by the peer's window")),
    FIELD(sndbuf_limited, PACE, "us", N_("of it, held back by the send buffer")),
    {NULL, 0, 0, 0, NULL, NULL, NULL},
};
#undef FIELD
#undef LATER
#undef TEXT

int tcp_info_read(int descriptor, struct tcp_info_bytes *info) {
  socklen_t length = sizeof info->data;
  info->length = 0;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info->data, &length) < 0)
    return -1;
  info->length = length;
  return 0;
}

uint32_t tcp_info_not_sent(const struct tcp_info_bytes *info) {
  uint32_t number = 0;
  size_t offset = offsetof(struct tcp_info, tcpi_notsent_bytes);
  if (info->length >= offset + sizeof number)
    memcpy(&number, info->data + offset, sizeof number);
  return number;
}

enum tcp_info_end tcp_info_end_of(const struct tcp_info_bytes *info) {
  uint32_t window = 1;
  if (info->data[offsetof(struct tcp_info, tcpi_retransmits)] > 0)
    return TCP_INFO_END_RETRANSMITS;
  if (info->data[offsetof(struct tcp_info, tcpi_probes)] == 0)
    return TCP_INFO_END_UNKNOWN;
  if (info->length >= SND_WND + sizeof window)
    memcpy(&window, info->data + SND_WND, sizeof window);
  bool closed = window == 0;
  return closed ? TCP_INFO_END_PROBES : TCP_INFO_END_KEEPALIVE;
}

bool tcp_info_number(const struct tcp_info_field *field, const unsigned char *info, size_t length,
                     unsigned long long *number, bool *unlimited) {
  uint16_t tiny;
  uint32_t small;
  uint64_t large;
  *unlimited = false;
  if ((size_t)field->offset + field->size > length)
    return false;
  switch (field->size) {
  case sizeof tiny:
    memcpy(&tiny, info + field->offset, sizeof tiny);
    *number = tiny;
    break;
  case sizeof small:
    memcpy(&small, info + field->offset, sizeof small);
    *number = small;
    break;
  case sizeof large:
    memcpy(&large, info + field->offset, sizeof large);
    *number = large;
    break;
  default:
    *number = info[field->offset];
  }
  /* An unlimited rate, and a slow start threshold that was never reached, have all bits set. */
  *unlimited =
      (field->size == sizeof large && *number == UINT64_MAX) ||
      (field->offset == offsetof(struct tcp_info, tcpi_snd_ssthresh) && *number >= 0x7fffffff);
  return true;
}

bool tcp_info_is_unknown(const struct tcp_info_field *field, unsigned long long number) {
  return field->offset == offsetof(struct tcp_info, tcpi_min_rtt) && number == UINT32_MAX;
}

bool tcp_info_is_later(const struct tcp_info_field *field) {
  return (size_t)field->offset + field->size > sizeof(struct tcp_info);
}

size_t tcp_info_unknown_bytes(const struct tcp_info_bytes *info) {
  return info->length > KNOWN_LENGTH ? info->length - KNOWN_LENGTH : 0;
}

bool tcp_info_append(const struct tcp_info_field *field, const unsigned char *info, size_t length,
                     struct bytes *text) {
  unsigned long long number;
  bool unlimited;
  if (!tcp_info_number(field, info, length, &number, &unlimited))
    return false;
  if (field->append)
    field->append(info, text);
  else if (tcp_info_is_unknown(field, number))
    bytes_append_text(text, "unknown");
  else if (unlimited)
    bytes_append_text(text, "unlimited");
  else
    bytes_append_format(text, "%llu", number);
  return true;
}

struct tcp_info_object {
  struct object object;
  struct tcp_info_bytes info;
};

static void object_text(const struct object *object, struct bytes *text) {
  const struct tcp_info_bytes *info = &((const struct tcp_info_object *)object)->info;
  const char *between = "";
  for (const struct tcp_info_field *field = tcp_info_fields; field->name; field++) {
    if ((size_t)field->offset + field->size > info->length)
      continue;
    bytes_append_format(text, "%s%s=", between, field->name);
    tcp_info_append(field, info->data, info->length, text);
    between = " ";
  }
}

static int object_field(const struct object *object, const char *name, struct value *value,
                        struct error *error) {
  const struct tcp_info_bytes *info = &((const struct tcp_info_object *)object)->info;
  const struct tcp_info_field *field = tcp_info_fields;
  unsigned long long number;
  bool unlimited;
  while (field->name && strcmp(field->name, name) != 0)
    field++;
  if (!field->name)
    return error_set(error, ERROR_FAILURE,
                     _(".info has no field .%s; `tcp-info` lists those there are"), name);
  if (!tcp_info_number(field, info->data, info->length, &number, &unlimited))
    return error_set(error, ERROR_FAILURE, _("this kernel does not tell .info.%s"), name);
  if (!field->append && !unlimited && !tcp_info_is_unknown(field, number)) {
    *value = value_from_number((long long)number);
    return 0;
  }
  struct bytes text = {0};
  tcp_info_append(field, info->data, info->length, &text);
  *value = value_from_text(bytes_text(&text), text.length);
  bytes_free(&text);
  return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
}

static void object_destroy(struct object *object) {
  free(object);
}

static const struct object_class tcp_info_class = {
    .title = N_("what TCP_INFO says"),
    .text = object_text,
    .field = object_field,
    .destroy = object_destroy,
};

struct object *tcp_info_object_create(const struct tcp_info_bytes *info) {
  struct tcp_info_object *object = malloc(sizeof *object);
  if (!object)
    return NULL;
  object->object = (struct object){.class = &tcp_info_class, .references = 1};
  object->info = *info;
  return &object->object;
}
