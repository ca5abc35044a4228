#include "call/control_decode.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include <linux/errqueue.h> /* needs struct timespec */
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <linux/netlink.h>

#include "names/address.h"
#include "names/constant.h"

/* The code and the information of an entry mean something else for each origin. */
static const struct origin {
  unsigned origin;
  const struct constant_set *codes;
  const struct constant_set *informations;
} origins[] = {
    {SO_EE_ORIGIN_TIMESTAMPING, NULL, &constant_timestamp_kinds},
    {SO_EE_ORIGIN_ZEROCOPY, &constant_zerocopy_codes, NULL},
    {SO_EE_ORIGIN_TXTIME, &constant_txtime_codes, NULL},
};

static void append_named(const char *title, const struct constant_set *set, unsigned value,
                         struct bytes *bytes) {
  const char *name = set ? constant_name(set, value) : NULL;
  if (name)
    bytes_append_format(bytes, ", %s=%s", title, name);
  else
    bytes_append_format(bytes, ", %s=%u", title, value);
}

static void append_offender(const unsigned char *data, size_t length, struct bytes *bytes) {
  struct address offender = {0};
  size_t known = length < sizeof offender.storage ? length : sizeof offender.storage;
  memcpy(&offender.storage, data, known);
  offender.length = (socklen_t)known;
  if (address_family(&offender) != AF_INET && address_family(&offender) != AF_INET6)
    return;
  bytes_append_text(bytes, ", offender=");
  address_append_host(&offender, bytes);
}

void control_decode_error(const unsigned char *data, size_t length, struct bytes *bytes) {
  struct sock_extended_err error = {0};
  struct origin origin = {0};
  memcpy(&error, data, length < sizeof error ? length : sizeof error);
  for (size_t i = 0; i < sizeof origins / sizeof *origins; i++)
    if (origins[i].origin == error.ee_origin)
      origin = origins[i];
  bytes_append_format(bytes, "{ee_errno=%s", error_number_name((int)error.ee_errno));
  append_named("ee_origin", &constant_error_origins, error.ee_origin, bytes);
  bytes_append_format(bytes, ", ee_type=%u", error.ee_type);
  append_named("ee_code", error.ee_code ? origin.codes : NULL, error.ee_code, bytes);
  append_named("ee_info", origin.informations, error.ee_info, bytes);
  bytes_append_format(bytes, ", ee_data=%u", error.ee_data);
  if (length > sizeof error)
    append_offender(data + sizeof error, length - sizeof error, bytes);
  bytes_append_char(bytes, '}');
}

static void append_hexadecimal(const unsigned char *data, size_t length, struct bytes *bytes) {
  bytes_append_text(bytes, "hex:");
  for (size_t i = 0; i < length; i++)
    bytes_append_format(bytes, "%02x", data[i]);
}

enum ip_option_form { FORM_BYTES, FORM_ROUTE, FORM_TIMES };

static const struct ip_option {
  unsigned char type;
  enum ip_option_form form;
  const char *name;
} ip_options[] = {
    {IPOPT_RR, FORM_ROUTE, "IPOPT_RR"},     {IPOPT_LSRR, FORM_ROUTE, "IPOPT_LSRR"},
    {IPOPT_SSRR, FORM_ROUTE, "IPOPT_SSRR"}, {IPOPT_TS, FORM_TIMES, "IPOPT_TS"},
    {IPOPT_SEC, FORM_BYTES, "IPOPT_SEC"},   {IPOPT_SID, FORM_BYTES, "IPOPT_SID"},
    {IPOPT_RA, FORM_BYTES, "IPOPT_RA"},
};

/* The addresses of a route, of which those before the pointer were passed; or times. */
static void append_words(const unsigned char *data, size_t length, bool addresses,
                         struct bytes *bytes) {
  char text[INET_ADDRSTRLEN];
  for (size_t i = 0; i + sizeof(uint32_t) <= length; i += sizeof(uint32_t)) {
    uint32_t word;
    memcpy(&word, data + i, sizeof word);
    if (addresses)
      bytes_append_format(bytes, ", %s", inet_ntop(AF_INET, &word, text, sizeof text));
    else
      bytes_append_format(bytes, ", %u", ntohl(word));
  }
}

static void append_ip_option(const unsigned char *data, size_t length, struct bytes *bytes) {
  const struct ip_option *known = NULL;
  for (size_t i = 0; i < sizeof ip_options / sizeof *ip_options; i++)
    if (ip_options[i].type == data[0])
      known = &ip_options[i];
  if (known)
    bytes_append_format(bytes, "{%s", known->name);
  else
    bytes_append_format(bytes, "{%u", data[0]);
  if (known && known->form == FORM_ROUTE && length > 2) {
    bytes_append_format(bytes, ", ptr=%u", data[2]);
    append_words(data + 3, length - 3, true, bytes);
  } else if (known && known->form == FORM_TIMES && length > 3) {
    unsigned flags = data[3] & 15U;
    bytes_append_format(bytes, ", ptr=%u, overflow=%u, flags=%u", data[2], data[3] >> 4, flags);
    if (flags == IPOPT_TS_TSONLY)
      append_words(data + 4, length - 4, false, bytes);
    else if (length > 4) {
      bytes_append_text(bytes, ", ");
      append_hexadecimal(data + 4, length - 4, bytes);
    }
  } else if (length > 2) {
    bytes_append_text(bytes, ", ");
    append_hexadecimal(data + 2, length - 2, bytes);
  }
  bytes_append_char(bytes, '}');
}

void control_decode_ip_options(const unsigned char *data, size_t length, struct bytes *bytes) {
  bytes_append_char(bytes, '[');
  for (size_t at = 0; at < length;) {
    if (at > 0)
      bytes_append_text(bytes, ", ");
    size_t size = at + 1 < length ? data[at + 1] : 0;
    if (data[at] == IPOPT_EOL || data[at] == IPOPT_NOP) {
      bytes_append_text(bytes, data[at] == IPOPT_EOL ? "IPOPT_END" : "IPOPT_NOOP");
      size = 1;
    } else if (size < 2 || size > length - at) { /* no option has this length */
      append_hexadecimal(data + at, length - at, bytes);
      size = length - at;
    } else {
      append_ip_option(data + at, size, bytes);
    }
    at += size;
  }
  bytes_append_char(bytes, ']');
}

/* The kernel's attributes TCP_NLA_, in the order of their numbers. */
static const char *const statistics[] = {

    "PAD",
    "BUSY",
    "RWND_LIMITED",
    "SNDBUF_LIMITED",
    "DATA_SEGS_OUT",
    "TOTAL_RETRANS",
    "PACING_RATE",
    "DELIVERY_RATE",
    "SND_CWND",
    "REORDERING",
    "MIN_RTT",
    "RECUR_RETRANS",
    "DELIVERY_RATE_APP_LMT",
    "SNDQ_SIZE",
    "CA_STATE",
    "SND_SSTHRESH",
    "DELIVERED",
    "DELIVERED_CE",
    "BYTES_SENT",
    "BYTES_RETRANS",
    "DSACK_DUPS",
    "REORD_SEEN",
    "SRTT",
    "TIMEOUT_REHASH",
    "BYTES_NOTSENT",
    "EDT",
    "TTL",
    "REHASH",
};

void control_decode_statistics(const unsigned char *data, size_t length, struct bytes *bytes) {
  struct nlattr attribute;
  bool first = true;
  bytes_append_char(bytes, '[');
  for (size_t at = 0; at + sizeof attribute <= length;) {
    memcpy(&attribute, data + at, sizeof attribute);
    if (attribute.nla_len < sizeof attribute || attribute.nla_len > length - at)
      break;
    size_t size = attribute.nla_len - sizeof attribute;
    unsigned type = attribute.nla_type & (unsigned)NLA_TYPE_MASK;
    const char *name = type < sizeof statistics / sizeof *statistics ? statistics[type] : NULL;
    uint64_t number = 0;
    memcpy(&number, data + at + sizeof attribute, size < sizeof number ? size : sizeof number);
    if (type != 0) { /* padding */
      bytes_append_text(bytes, first ? "" : ", ");
      if (name)
        bytes_append_format(bytes, "TCP_NLA_%s=%llu", name, (unsigned long long)number);
      else
        bytes_append_format(bytes, "TCP_NLA_%u=%llu", type, (unsigned long long)number);
      first = false;
    }
    at += (size_t)NLA_ALIGN(attribute.nla_len);
  }
  bytes_append_char(bytes, ']');
}

void control_decode_packet(const unsigned char *data, size_t length, struct bytes *bytes) {
  struct tpacket_auxdata packet = {0};
  memcpy(&packet, data, length < sizeof packet ? length : sizeof packet);
  bytes_append_format(bytes,
                      "{tp_status=0x%x, tp_len=%u, tp_snaplen=%u, tp_mac=%u, tp_net=%u, "
                      "tp_vlan_tci=%u, tp_vlan_tpid=0x%04x}",
                      packet.tp_status, packet.tp_len, packet.tp_snaplen, packet.tp_mac,
                      packet.tp_net, packet.tp_vlan_tci, packet.tp_vlan_tpid);
}

void control_decode_timestamp_packet(const unsigned char *data, size_t length,
                                     struct bytes *bytes) {
  struct scm_ts_pktinfo packet = {0};
  memcpy(&packet, data, length < sizeof packet ? length : sizeof packet);
  bytes_append_format(bytes, "{if_index=%u, pkt_length=%u}", packet.if_index, packet.pkt_length);
}
