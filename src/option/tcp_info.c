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

enum { SCALE_OFFSET = 6 }; /* the byte of both window scales: C has no offset of a bit-field */

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

static void append_receive_scale(const unsigned char *info, struct bytes *text) {
  bytes_append_number(text, info[SCALE_OFFSET] >> 4);
}

#define FIELD(name, group, unit, meaning)                                                          \
  {                                                                                                \
#name, TCP_INFO_##group, offsetof(struct tcp_info, tcpi_##name),                               \
        sizeof((struct tcp_info *)0)->tcpi_##name, unit, meaning, NULL                             \
  }
#define TEXT(name, offset, group, meaning, append)                                                 \
  { name, TCP_INFO_##group, offset, 1, "", meaning, append }

const struct tcp_info_field tcp_info_fields[] = {
    TEXT("state", offsetof(struct tcp_info, tcpi_state), STATE, N_("where the connection stands"),
         append_state),
    TEXT("options", offsetof(struct tcp_info, tcpi_options), STATE,
         N_("what both ends agreed on in the handshake"), append_options),
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
    FIELD(snd_wnd, WINDOW, "bytes", N_("the peer's window: what it will take")),
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
    FIELD(reordering, CONGESTION, "segments", N_("how much disorder is taken for no loss")),
    FIELD(retransmits, LOSS, "", N_("how often the first unacknowledged segment was sent again")),
    FIELD(retrans, LOSS, "segments", N_("sent again and not yet acknowledged")),
    FIELD(total_retrans, LOSS, "segments", N_("sent again in all")),
    FIELD(bytes_retrans, LOSS, "bytes", N_("sent again in all")),
    FIELD(probes, LOSS, "", N_("unanswered probes of a zero window, or of keepalive")),
    FIELD(backoff, LOSS, "", N_("how often the time-out was doubled")),
    FIELD(dsack_dups, LOSS, "segments", N_("sent again without need, as the peer says")),
    FIELD(bytes_sent, COUNT, "bytes", N_("sent, again included")),
    FIELD(bytes_acked, COUNT, "bytes", N_("acknowledged by the peer")),
    FIELD(bytes_received, COUNT, "bytes", N_("received in order")),
    FIELD(notsent_bytes, COUNT, "bytes", N_("in the send buffer and not sent yet")),
    FIELD(segs_out, COUNT, "segments", N_("sent")),
    FIELD(segs_in, COUNT, "segments", N_("received")),
    FIELD(data_segs_out, COUNT, "segments", N_("sent with data")),
    FIELD(data_segs_in, COUNT, "segments", N_("received with data")),
    FIELD(pacing_rate, PACE, "B/s", N_("the rate at which segments are let go")),
    FIELD(max_pacing_rate, PACE, "B/s", N_("its limit (SO_MAX_PACING_RATE)")),
    FIELD(delivery_rate, PACE, "B/s", N_("the rate at which data arrived lately")),
    FIELD(busy_time, PACE, "us", N_("time with data to send")),
    FIELD(rwnd_limited, PACE, "us", N_("of it, held back by the peer's window")),
    FIELD(sndbuf_limited, PACE, "us", N_("of it, held back by the send buffer")),
    {NULL, 0, 0, 0, NULL, NULL, NULL},
};
#undef FIELD
#undef TEXT

int tcp_info_read(int descriptor, struct tcp_info_bytes *info) {
  socklen_t length = sizeof info->data;
  info->length = 0;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info->data, &length) < 0)
    return -1;
  info->length = length;
  return 0;
}

enum tcp_info_end tcp_info_end_of(const struct tcp_info_bytes *info) {
  struct tcp_info read = {0};
  memcpy(&read, info->data, info->length < sizeof read ? info->length : sizeof read);
  if (read.tcpi_retransmits > 0)
    return TCP_INFO_END_RETRANSMITS;
  if (read.tcpi_probes == 0)
    return TCP_INFO_END_UNKNOWN;
  bool closed = read.tcpi_snd_wnd == 0 &&
                info->length >= offsetof(struct tcp_info, tcpi_snd_wnd) + sizeof read.tcpi_snd_wnd;
  return closed ? TCP_INFO_END_PROBES : TCP_INFO_END_KEEPALIVE;
}

bool tcp_info_number(const struct tcp_info_field *field, const unsigned char *info, size_t length,
                     unsigned long long *number, bool *unlimited) {
  uint32_t small;
  uint64_t large;
  *unlimited = false;
  if ((size_t)field->offset + field->size > length)
    return false;
  switch (field->size) {
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

bool tcp_info_append(const struct tcp_info_field *field, const unsigned char *info, size_t length,
                     struct bytes *text) {
  unsigned long long number;
  bool unlimited;
  if (!tcp_info_number(field, info, length, &number, &unlimited))
    return false;
  if (field->append)
    field->append(info, text);
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
  if (!field->append && !unlimited) {
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
