#include "commands/packetdrill/pkt_check.h"

#include "commands/packetdrill/pkt_call.h"
#include "commands/packetdrill/pkt_compare.h"
#include "commands/packetdrill/pkt_option.h"

static int unknown(const char *format, struct pkt_text word, struct error *error) {
  return error_set(error, ERROR_SYNTAX, format, (int)(word.length < 40 ? word.length : 40),
                   word.text);
}

static int check_segment(const struct pkt_segment *segment, struct error *error) {
  if (segment->icmp.length > 0)
    return 0;
  if (pkt_compare_flags(segment->flags) < 0)
    return unknown(_("%.*s are no flags of TCP"), segment->flags, error);
  if (segment->bits.length > 0 && pkt_compare_congestion(segment->bits) < 0)
    return unknown(_("[%.*s] is none of noecn, ect0, ect1 and ce"), segment->bits, error);
  for (size_t i = 0; i < segment->option_count; i++)
    if (!pkt_option_is_known(segment->option[i].name))
      return unknown(_("%.*s is no option of TCP that is known here"), segment->option[i].name,
                     error);
  return 0;
}

int pkt_check(const struct pkt_script *script, struct error *error) {
  for (const struct pkt_step *step = script->first; step; step = step->next) {
    int status = 0;
    if (step->kind == PKT_SEGMENT)
      status = check_segment(&step->segment, error);
    else if (step->kind == PKT_CALL && !pkt_call_is_known(step->call.name))
      status = unknown(_("%.*s is no call that is known here"), step->call.name, error);
    if (status < 0) {
      error_set_place(error, step->place);
      return -1;
    }
  }
  return 0;
}
