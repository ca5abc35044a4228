#include "view/picture/diagram.h"

#include <string.h>

/* {NN} is the number of an arc. The sides of a state's box are the bars next to its name. */
static const char template[] = "      +------------->|  CLOSED  |<---------------------+\n"
                               "  {05}|         {01}|            |{02}                 |\n"
                               "      |             v            v                     |\n"
                               "      +-------|  LISTEN  |-{04}->| SYN_SENT |--{06}--->+\n"
                               "              {03}|  ^{11}   {07}|      |{08}          |\n"
                               "                  v  |           |      |              |\n"
                               "              | SYN_RECV |<------+      |              |\n"
                               "         {10}|       |{09}              |              |\n"
                               "             |       v                  v              |\n"
                               "             |     |      ESTABLISHED       |          |\n"
                               "             |     {12}|              |{13}            |\n"
                               "             v         v              v                |\n"
                               "           | FIN_WAIT1  |         | CLOSE_WAIT |       |\n"
                               "     {14}|   {16}|   {15}|            |{19}            |\n"
                               "         v       |       v            v                |\n"
                               "   | FIN_WAIT2 | |  | CLOSING |     | LAST_ACK |-{20}->+\n"
                               "     {17}|       |   {18}|                             |\n"
                               "         v       v       v                             |\n"
                               "        |     TIME_WAIT     |----------{21}----------->+\n";

void diagram_note(struct diagram *diagram, const struct transition_sight *sight) {
  if ((unsigned)sight->to >= 32)
    return;
  diagram->states |= 1u << sight->to;
  int transition = transition_taken(sight);
  if (transition > 0)
    diagram->taken[transition - 1]++;
  else if (sight->from != STATE_UNKNOWN && sight->from != sight->to)
    diagram->gaps++;
}

/* Replaces the sides of a state's box by square brackets. */
static void mark_state(char *text, enum socket_state state) {
  const char *name = constant_name(&constant_states, state);
  char *at = name ? strstr(text, name) : NULL;
  if (!at)
    return;
  char *left = at;
  while (left > text && *left != '|')
    left--;
  char *right = at + strcspn(at, "|");
  *left = '[';
  *right = ']';
}

/* Four characters: [12] for an arc that was seen, x4x for one that Linux does not have. */
static void mark_transition(char *place, int number, unsigned taken, bool has) {
  char digits[3] = {(char)(number > 9 ? '0' + number / 10 : ' '), (char)('0' + number % 10), '\0'};
  const char *around = taken ? "[]" : has ? "  " : "xx";
  memset(place, ' ', 4);
  size_t at = number > 9 ? 0 : 1;
  place[at++] = around[0];
  if (number > 9)
    place[at++] = digits[0];
  place[at++] = digits[1];
  place[at] = around[1];
  for (size_t i = 0; place[-1] == '-' && i < 4; i++) /* within an arrow */
    place[i] = place[i] == ' ' ? '-' : place[i];
}

void diagram_append(const struct diagram *diagram, struct bytes *bytes) {
  char text[sizeof template];
  int states = 0;
  int all = 0;
  int taken = 0;
  int missing = 0;
  memcpy(text, template, sizeof template);
  for (const enum socket_state *state = transition_states; *state != STATE_UNKNOWN; state++, all++)
    if (diagram->states & 1u << *state) {
      mark_state(text, *state);
      states++;
    }
  for (char *place = text; (place = strchr(place, '{')); place++) {
    int number = (place[1] - '0') * 10 + place[2] - '0';
    mark_transition(place, number, diagram->taken[number - 1], !transitions[number - 1].instead);
  }
  for (int i = 0; i < TRANSITION_COUNT; i++) {
    taken += diagram->taken[i] > 0;
    missing += transitions[i].instead != NULL;
  }
  bytes_append_text(bytes, text);
  bytes_append_format(bytes,
                      _("states seen: %d of %d, arcs seen: %d of %d (Linux does not have %d: x)\n"),
                      states, all, taken, TRANSITION_COUNT - missing, missing);
  if (diagram->gaps)
    bytes_append_format(
        bytes,
        _("changes that are no arc, or may have gone over states that no look has seen: %u\n"),
        diagram->gaps);
}
