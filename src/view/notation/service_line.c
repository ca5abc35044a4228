#include "view/notation/service_line.h"

#include <stdlib.h>
#include <string.h>

#include "timeline/codec.h"

static void append_error(int error, struct bytes *bytes) {
  const char *meaning = strerrordesc_np(error);
  bytes_append_format(bytes, "%s (%s)", error_number_name(error), meaning ? meaning : "?");
}

static void append_address(const struct notation *notation, const struct address *address,
                           struct bytes *bytes) {
  if (address->length > 0)
    notation_append_address(notation, address, bytes);
  else
    bytes_append_text(bytes, "unix");
}

static void append_figures(const struct event_service *service, struct bytes *bytes) {
  bytes_append_format(bytes, _("%llu bytes in, %llu out"), (unsigned long long)service->received,
                      (unsigned long long)service->sent);
}

static void append_end(const struct notation *notation, const struct event_service *service,
                       struct bytes *bytes) {
  if (service->error && service->back) {
    bytes_append_text(bytes, _(" ended by the other side, "));
    append_address(notation, &service->target, bytes);
    bytes_append_text(bytes, ": ");
    append_error(service->error, bytes);
  } else if (service->error) {
    bytes_append_text(bytes, _(" ended by "));
    append_error(service->error, bytes);
  } else {
    bytes_append_text(bytes, _(" closed"));
  }
  bytes_append_text(bytes, ", ");
  append_figures(service, bytes);
}

static const char *end_reason(enum service_end end) {
  switch (end) {
  case SERVICE_UNTIL:
    return _("what it was to wait for has come");
  case SERVICE_LOST:
    return _("its socket is closed");
  case SERVICE_RUNS:
  case SERVICE_STOPPED:
    break;
  }
  return _("stopped");
}

static void append_body(const struct notation *notation, const struct event_service *service,
                        struct bytes *bytes) {
  if (service->connection) {
    bytes_append_format(bytes, "#%llu ", (unsigned long long)service->connection);
    if (service->phase != SERVICE_RELAYED)
      append_address(notation, &service->peer, bytes);
  }
  switch (service->phase) {
  case SERVICE_STARTED:
    bytes_append_format(bytes, _("%s on %d"), service->text, service->socket.descriptor);
    if (service->socket.name[0])
      bytes_append_format(bytes, " %s", service->socket.name);
    break;
  case SERVICE_ACCEPTED:
    bytes_append_text(bytes, _(" connected"));
    break;
  case SERVICE_CONNECTED:
    bytes_append_text(bytes, _(" is relayed to "));
    append_address(notation, &service->target, bytes);
    break;
  case SERVICE_RELAYED:
    bytes_append_text(bytes, service->back ? "<- " : "-> ");
    escape_append_quoted(bytes, service->data, service->kept, notation->preview, notation->style);
    bytes_append_format(bytes, " %zu", service->length);
    break;
  case SERVICE_CLOSED:
    append_end(notation, service, bytes);
    break;
  case SERVICE_FAILED:
    bytes_append_format(bytes, _("%s failed: "), service->text);
    append_error(service->error, bytes);
    break;
  case SERVICE_UNBOUND:
    bytes_append_text(bytes, _("has lost its socket: it accepts nobody any more"));
    break;
  case SERVICE_ENDED:
    bytes_append_format(bytes, _("ended: %s; clients: %llu, "), end_reason(service->end),
                        (unsigned long long)service->count);
    append_figures(service, bytes);
    break;
  case SERVICE_COLLECTED:
    bytes_append_text(bytes, _("is done with"));
    break;
  }
}

void notation_append_service(const struct notation *notation, const struct event_service *service,
                             struct bytes *bytes) {
  bytes_append_format(bytes, "[service %u] ", service->number);
  append_body(notation, service, bytes);
  if (service->left_out > 0)
    bytes_append_format(bytes, _(" (%llu events before it were too many to be kept)"),
                        (unsigned long long)service->left_out);
}

/* "1.2G": as sizes are typed. */
static void append_size(double size, struct bytes *bytes) {
  static const char units[] = "KMGT";
  int unit = -1;
  while (size >= 1000 && unit < 3) {
    size /= 1024;
    unit++;
  }
  if (unit < 0)
    bytes_append_format(bytes, "%.0f", size);
  else
    bytes_append_format(bytes, "%.1f%c", size, units[unit]);
}

static void append_amount(const struct event_progress *progress, double amount,
                          struct bytes *bytes) {
  if (progress->runs)
    bytes_append_format(bytes, "%.0f", amount);
  else
    append_size(amount, bytes);
}

void notation_append_progress(const struct event_progress *progress, int64_t now, size_t width,
                              struct bytes *bytes) {
  enum { BAR_MOST = 40, OTHERS = 50 };
  double seconds = (double)(now - progress->began) / 1e9;
  double rate = seconds > 0 ? (double)progress->moved / seconds : 0;
  double share = progress->whole ? (double)progress->moved / (double)progress->whole : 0;
  size_t bar = width > OTHERS + 10 ? width - OTHERS : 0;
  bar = bar > BAR_MOST ? BAR_MOST : bar;
  bytes_append_text(bytes, "  ");
  if (progress->whole && bar > 0) {
    bytes_append_char(bytes, '[');
    for (size_t i = 0; i < bar; i++)
      bytes_append_char(bytes, (double)i < share * (double)bar ? '#' : '.');
    bytes_append_text(bytes, "] ");
  }
  append_amount(progress, (double)progress->moved, bytes);
  if (progress->whole) {
    bytes_append_text(bytes, _(" of "));
    append_amount(progress, (double)progress->whole, bytes);
  }
  bytes_append_text(bytes, progress->runs ? _(" runs, ") : ", ");
  append_amount(progress, rate, bytes);
  bytes_append_text(bytes, "/s");
  double left = rate > 0 ? ((double)progress->whole - (double)progress->moved) / rate + 0.5 : -1;
  if (left >= 0 && left < 1e9) /* seconds; what takes longer has no end in sight */
    bytes_append_format(bytes, _(", %ld:%02ld left"), (long)left / 60, (long)left % 60);
}

struct kept_service {
  unsigned number;
  uint64_t connection;
  uint64_t serial;
  struct bytes event; /* as the timeline encodes it */
};

void service_lines_keep(struct service_lines *lines, const struct event *event) {
  struct kept_service kept = {
      event->service->number, event->service->connection, event->serial, {0}};
  /* Events without a connection come after those of the connections. */
  if (kept.connection == 0)
    kept.connection = UINT64_MAX;
  event_encode(event, SIZE_MAX, &kept.event);
  if (!kept.event.failed && bytes_reserve(&lines->kept, sizeof kept) == 0) {
    bytes_append(&lines->kept, &kept, sizeof kept);
    return;
  }
  bytes_free(&kept.event);
  lines->kept.failed = false; /* only this event is lost */
}

static int kept_order(const void *first, const void *second) {
  const struct kept_service *a = first;
  const struct kept_service *b = second;
  if (a->connection != b->connection)
    return a->connection < b->connection ? -1 : 1;
  return a->serial < b->serial ? -1 : a->serial > b->serial;
}

static void append_kept(const struct kept_service *kept, const struct notation *notation,
                        struct bytes *bytes) {
  struct event event;
  struct decoded decoded;
  if (event_decode(kept->event.data, kept->event.length, &event, &decoded) < 0)
    return;
  notation_append_service(notation, event.service, bytes);
  bytes_append_char(bytes, '\n');
  decoded_free(&decoded);
}

void service_lines_release(struct service_lines *lines, unsigned number,
                           const struct notation *notation, struct bytes *bytes) {
  struct kept_service *kept = (struct kept_service *)lines->kept.data;
  size_t count = lines->kept.length / sizeof *kept;
  size_t left = 0;
  if (count > 0)
    qsort(kept, count, sizeof *kept, kept_order);
  for (size_t i = 0; i < count; i++) {
    if (kept[i].number != number) {
      kept[left++] = kept[i];
      continue;
    }
    append_kept(&kept[i], notation, bytes);
    bytes_free(&kept[i].event);
  }
  lines->kept.length = left * sizeof *kept;
}

unsigned service_lines_first(const struct service_lines *lines) {
  const struct kept_service *kept = (const struct kept_service *)lines->kept.data;
  return lines->kept.length > 0 ? kept[0].number : 0;
}

void service_lines_free(struct service_lines *lines) {
  struct kept_service *kept = (struct kept_service *)lines->kept.data;
  for (size_t i = 0; i < lines->kept.length / sizeof *kept; i++)
    bytes_free(&kept[i].event);
  bytes_free(&lines->kept);
}
