#include "commands/packetdrill/pkt_difference.h"

#include <stdio.h>

void pkt_difference_begin(struct pkt_difference *difference) {
  static const char *const columns[] = {" ", N_("FIELD"), N_("EXPECTED"), N_("CAME"), NULL};
  answer_free(&difference->answer);
  answer_table(&difference->answer, "difference", columns);
  difference->differs = false;
  difference->expected[0] = '\0';
}

void pkt_difference_free(struct pkt_difference *difference) {
  answer_free(&difference->answer);
}

static void set_message(const char *field, const char *expected, const char *came,
                        struct error *error) {
  if (!came[0])
    error_set(error, ERROR_FAILURE, _("%s: %s is missing"), field, expected);
  else if (!expected[0])
    error_set(error, ERROR_FAILURE, _("%s: %s came, where nothing is expected"), field, came);
  else
    error_set(error, ERROR_FAILURE, _("%s: %s came, not %s"), field, came, expected);
}

void pkt_difference_add(struct pkt_difference *difference, const char *field, const char *expected,
                        const char *came, bool differs, struct error *error) {
  struct answer *answer = &difference->answer;
  answer_add_text(answer, differs ? "*" : "");
  answer_add_text(answer, field);
  answer_add_text(answer, expected[0] ? expected : "-");
  answer_add_text(answer, came[0] ? came : "-");
  if (differs && !difference->differs && error)
    set_message(field, expected, came, error);
  if (differs && !difference->differs)
    snprintf(difference->expected, sizeof difference->expected, expected[0] ? "%s %s" : _("no %s"),
             field, expected);
  difference->differs = difference->differs || differs;
}

void pkt_difference_add_number(struct pkt_difference *difference, const char *field,
                               long long expected, long long came, struct error *error) {
  char one[24];
  char other[24];
  snprintf(one, sizeof one, "%lld", expected);
  snprintf(other, sizeof other, "%lld", came);
  pkt_difference_add(difference, field, one, other, expected != came, error);
}

void pkt_difference_add_flags(struct pkt_difference *difference, const char *field,
                              const struct constant_set *set, long expected, long came,
                              struct error *error) {
  struct bytes one = {0};
  struct bytes other = {0};
  constant_append(set, expected, &one);
  constant_append(set, came, &other);
  pkt_difference_add(difference, field, bytes_text(&one), bytes_text(&other), expected != came,
                     error);
  bytes_free(&one);
  bytes_free(&other);
}

void pkt_difference_add_time(struct pkt_difference *difference, const char *field,
                             const char *expected, const char *came, int64_t late, bool differs,
                             struct error *error) {
  bool first = differs && !difference->differs;
  char text[80];
  double milliseconds = (double)(late < 0 ? -late : late) / 1e6;
  snprintf(text, sizeof text,
           late > 0   ? _("%s, %.3f ms late")
           : late < 0 ? _("%s, %.3f ms early")
                      : "%s",
           came, milliseconds);
  pkt_difference_add(difference, field, expected, text, differs, NULL);
  if (first && error)
    error_set(error, ERROR_FAILURE, late < 0 ? _("it is %.3f ms early") : _("it is %.3f ms late"),
              milliseconds);
}
