#include "view/notation/line.h"

#include <netinet/in.h>
#include <string.h>

#include "packet/packet.h"
#include "view/notation/notation.h"
#include "view/notation/packet_line.h"
#include "view/notation/program_line.h"
#include "view/notation/service_line.h"

static const struct notation plain[] = {
    [ESCAPE_ASCII] = {.preview = 32, .style = ESCAPE_ASCII, .names = true, .arrow = "->"},
    [ESCAPE_UTF8] = {.preview = 32, .style = ESCAPE_UTF8, .names = true, .arrow = "->"}};

void line_append_call(const struct call *call, struct bytes *bytes) {
  notation_append_call(&plain[escape_chosen()], call, bytes);
}

const char *line_reason(enum state_reason reason) {
  switch (reason) {
  case REASON_PEER_FIN:
    return _("FIN of the peer");
  case REASON_PEER_GONE:
    return _("the peer has closed, or shut down");
  case REASON_RESET:
    return _("reset by the peer");
  case REASON_REFUSED:
    return _("refused by the peer");
  case REASON_TIMED_OUT:
    return _("timed out: what was sent was not acknowledged");
  case REASON_KEEPALIVE:
    return _("keepalive probes unanswered");
  case REASON_PROBES:
    return _("window probes unanswered");
  case REASON_TIMER:
    return _("its timer was over");
  case REASON_USER_TIMEOUT:
    return _("timed out: TCP_USER_TIMEOUT");
  case REASON_UNREACHABLE:
    return _("an ICMP error came back");
  case REASON_LOST:
    return _("why is not known yet");
  case REASON_NONE:
    break;
  }
  return "";
}

void line_append_error(const struct event_error *error, struct bytes *bytes) {
  if (error->source[0] && error->line)
    bytes_append_format(bytes, "%s:%u: ", error->source, error->line);
  else if (error->source[0])
    bytes_append_format(bytes, "%s: ", error->source);
  if (error->command[0])
    bytes_append_format(bytes, "%s: ", error->command);
  bytes_append_text(bytes, error->message);
}

static void append_job(const struct event_job *job, struct bytes *bytes) {
  static const char *const phases[] = {[JOB_STARTED] = N_("began"),
                                       [JOB_DETACHED] = N_("left behind"),
                                       [JOB_ENDED] = N_("done"),
                                       [JOB_FAILED] = N_("failed"),
                                       [JOB_KILLED] = N_("ended by kill"),
                                       [JOB_COLLECTED] = N_("waited for"),
                                       [JOB_RESUMED] = N_("waited for in the foreground")};
  bytes_append_format(bytes, "%%%u %s: %s", job->number, _(phases[job->phase]), job->text);
}

static void append_test(const struct event_test *test, struct bytes *bytes) {
  bytes_append_format(bytes, "%s %s", test->what, test->passed ? _("passed") : _("failed"));
  if (!test->passed)
    bytes_append_format(bytes, _(": expected %s, got %s"), test->expected, test->got);
}

void line_append_packet(const struct event_packet *packet, struct bytes *bytes) {
  packet_append_line(&plain[escape_chosen()], packet, bytes);
}

void line_append_packet_name(const struct event_packet *event, struct bytes *bytes) {
  struct packet packet;
  packet_read(event->bytes, event->length, event->total, &packet);
  bytes_append_format(bytes, _("packet %u "), event->number);
  if (packet.has_transport && packet.protocol == IPPROTO_TCP)
    packet_flags_append(packet.flags, bytes);
  else
    bytes_append_text(bytes, packet.protocol == IPPROTO_ICMPV6 ? "ICMP6" : "ICMP");
  bytes_append_char(bytes, ' ');
  escape_append_plain(bytes, event->source, strlen(event->source), false, ESCAPE_ASCII);
  bytes_append_text(bytes, " > ");
  escape_append_plain(bytes, event->target, strlen(event->target), false, ESCAPE_ASCII);
}

static void append_packet(const struct event_packet *packet, struct bytes *bytes) {
  struct bytes fate = {0};
  bytes_append_format(bytes, "%u ", packet->number);
  escape_append_plain(bytes, packet->wire, strlen(packet->wire), false, ESCAPE_ASCII);
  bytes_append_text(bytes, packet->wire[0] ? "  " : "");
  packet_append_line(&plain[escape_chosen()], packet, bytes);
  packet_append_fate(packet, &fate);
  if (fate.length > 0)
    bytes_append_format(bytes, "  %s", bytes_text(&fate));
  bytes_free(&fate);
}

/* server: TcpExtListenOverflows +1: the queue of ... */
static void append_counter(const struct event *event, struct bytes *bytes) {
  const struct event_counter *counter = &event->counter;
  bytes_append_text(bytes, event->host ? event->host : "");
  if (counter->interface[0])
    bytes_append_char(bytes, ' ');
  escape_append(bytes, counter->interface, strlen(counter->interface), ESCAPE_ASCII);
  bytes_append_format(bytes, ": %s +%llu: %s", counter->name, (unsigned long long)counter->moved,
                      _(counter->meaning));
}

/* "4 c cwnd 10 segments, rtt 40100 us" */
static void append_sample(const struct event_sample *sample, struct bytes *bytes) {
  notation_append_label(&plain[escape_chosen()], &sample->socket, bytes);
  for (size_t i = 0; i < sample->count; i++) {
    const struct event_sample_value *value = &sample->values[i];
    bytes_append_format(bytes, i > 0 ? ", %s" : " %s", value->field);
    if (value->known)
      bytes_append_format(bytes, value->unit[0] ? " %lld %s" : " %lld", (long long)value->value,
                          value->unit);
    else
      bytes_append_text(bytes, " -");
  }
}

const char *line_append_event(const struct event *event, struct bytes *bytes) {
  switch (event->kind) {
  case EVENT_STATEMENT:
    bytes_append(bytes, event->line.text, event->line.length);
    return "line";
  case EVENT_CALL_START:
  case EVENT_CALL_BLOCKED:
    notation_append_place(event, bytes);
    notation_append_started(&plain[escape_chosen()], event->call, bytes);
    bytes_append_text(bytes, event->kind == EVENT_CALL_BLOCKED ? " blocked" : "");
    return "call";
  case EVENT_CALL_FINISH:
    notation_append_place(event, bytes);
    line_append_call(event->call, bytes);
    return "call";
  case EVENT_STATE:
    notation_append_place(event, bytes);
    notation_append_state(&plain[escape_chosen()], event->state, bytes);
    return "state";
  case EVENT_ANSWER:
    bytes_append_text(bytes, event->answer->name ? event->answer->name : "");
    return "answer";
  case EVENT_NOTE:
    bytes_append_text(bytes, event->note);
    return "note";
  case EVENT_ERROR:
    line_append_error(&event->error, bytes);
    return "error";
  case EVENT_JOB:
    append_job(&event->about_job, bytes);
    return "job";
  case EVENT_TEST:
    append_test(&event->test, bytes);
    return "test";
  case EVENT_RESULT:
    return "result";
  case EVENT_PACKET:
    append_packet(&event->packet, bytes);
    return "packet";
  case EVENT_FILE:
    bytes_append_format(bytes, "%s %s", event->file.path,
                        event->file.ended ? _("ended") : _("began"));
    return "source";
  case EVENT_SERVICE:
    notation_append_service(&plain[escape_chosen()], event->service, bytes);
    return "service";
  case EVENT_PROGRESS:
    bytes_append_format(bytes, event->progress.runs ? _("%s: %llu runs") : _("%s: %llu bytes"),
                        event->progress.what, (unsigned long long)event->progress.moved);
    return "progress";
  case EVENT_COUNTER:
    append_counter(event, bytes);
    return "counter";
  case EVENT_PROGRAM:
    notation_append_place(event, bytes);
    program_append_line(event->program, escape_chosen(), bytes);
    return "program";
  case EVENT_SAMPLE:
    append_sample(event->sample, bytes);
    return "sample";
  case EVENT_SETTINGS:
    return "settings";
  }
  return "";
}
