#include "commands/lab/found_packet.h"

#include <string.h>

static const char *keep_text(struct found_packet *found, int slot, const char *text) {
  strncpy(found->texts[slot], text, sizeof found->texts[slot] - 1);
  return found->texts[slot];
}

static bool keep_packet(const struct event *event, void *context) {
  struct found_packet *found = context;
  const struct event_packet *packet = &event->packet;
  bool sought = found->interface ? packet->live && strcmp(packet->wire, found->interface) == 0
                                 : !packet->live;
  if (packet->number != found->number || !sought)
    return true;
  found->found = true;
  found->packet = *packet;
  found->packet.source = keep_text(found, 0, packet->source);
  found->packet.target = keep_text(found, 1, packet->target);
  found->packet.to = keep_text(found, 2, packet->to);
  found->packet.wire = keep_text(found, 3, packet->wire);
  found->packet.reason = "";
  found->packet.about_source = keep_text(found, 4, packet->about_source);
  found->packet.about_target = keep_text(found, 5, packet->about_target);
  bytes_clear(&found->bytes);
  bytes_append(&found->bytes, packet->bytes, packet->length);
  found->packet.bytes = found->bytes.data ? found->bytes.data : "";
  return true;
}

int found_packet_find(struct invocation *invocation, const struct argument_value *number,
                      struct found_packet *found) {
  *found = (struct found_packet){.interface = found->interface};
  if (number->number > 0 && number->number <= UINT32_MAX) {
    found->number = (unsigned)number->number;
    timeline_walk(invocation->runner->session->timeline, 1, EVENT_BIT(EVENT_PACKET), keep_packet,
                  found);
  }
  if (found->bytes.failed) {
    bytes_free(&found->bytes);
    return error_set_memory(invocation->error);
  }
  if (found->found)
    return 0;
  error_set(invocation->error, ERROR_FAILURE,
            found->interface ? _("there was no packet %lld on %.40s, or it is too long ago")
                             : _("there was no packet %lld on the wire, or it is too long ago"),
            number->number, found->interface);
  error_set_place(invocation->error, number->place);
  return -1;
}
