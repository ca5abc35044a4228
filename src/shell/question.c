#include "shell/question.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "language/number.h"
#include "packet/packet.h"
#include "packet/packet_bits.h"
#include "socket/look.h"
#include "socket/transition.h"

enum { MOST_TIMES = 2 }; /* the same kind is asked of a command */

struct asked {
  const struct command *command;
  enum question_kind kind;
  unsigned times;
};

void question_history_free(struct question_history *history) {
  bytes_free(&history->asked);
}

static unsigned times_asked(const struct question_history *history, const struct command *command,
                            enum question_kind kind) {
  const struct asked *asked = (const struct asked *)history->asked.data;
  for (size_t i = 0; i < history->asked.length / sizeof *asked; i++)
    if (asked[i].command == command && asked[i].kind == kind)
      return asked[i].times;
  return 0;
}

static void note_asked(struct question_history *history, const struct command *command,
                       enum question_kind kind) {
  struct asked *asked = (struct asked *)history->asked.data;
  struct asked added = {command, kind, 1};
  history->kinds[kind]++;
  for (size_t i = 0; i < history->asked.length / sizeof *asked; i++)
    if (asked[i].command == command && asked[i].kind == kind) {
      asked[i].times++;
      return;
    }
  bytes_append(&history->asked, &added, sizeof added);
}

static void add_choice(struct question *question, const char *word) {
  for (size_t i = 0; i < question->count; i++)
    if (strcmp(question->choices[i], word) == 0)
      return;
  if (question->count < QUESTION_CHOICES)
    snprintf(question->choices[question->count++], QUESTION_WORD, "%s", word);
}

static struct socket *socket_named(struct runner *runner, const char *name) {
  const struct value *value = names_get(runner->scope.names, name, strlen(name));
  return value && value->kind == VALUE_OBJECT ? (struct socket *)socket_from_object(value->object)
                                              : NULL;
}

static enum socket_state state_now(struct runner *runner, const char *name) {
  struct socket *socket = socket_named(runner, name);
  if (!socket)
    return STATE_CLOSED;
  return socket->descriptor >= 0 ? look_state_now(socket) : socket->seen.state;
}

static int compare_choices(const void *one, const void *other) {
  return strcmp(one, other);
}

/* The state it is in, those that an arc leads to from there, and the one that the rehearsal came
 * to: in the order of the alphabet, which gives nothing away. */
static void add_states(struct question *question, const struct fact *fact, struct runner *runner) {
  enum socket_state now = state_now(runner, question->socket);
  const char *name = constant_name(&constant_states, now);
  int at = strcmp(fact->socket[1], question->socket) == 0 ? 1 : 0;
  const char *rehearsed = strcmp(fact->socket[at], question->socket) == 0
                              ? constant_name(&constant_states, fact->state[at])
                              : NULL;
  if (rehearsed)
    add_choice(question, rehearsed);
  if (name)
    add_choice(question, name);
  for (int i = 0; i < TRANSITION_COUNT && question->count < 5; i++)
    if (transitions[i].from == now)
      add_choice(question, constant_name(&constant_states, transitions[i].to));
  if (question->count < 3)
    add_choice(question, "CLOSED");
  if (question->count < 3)
    add_choice(question, "ESTABLISHED");
  qsort(question->choices, question->count, QUESTION_WORD, compare_choices);
}

static void add_outcomes(struct question *question, const struct fact *fact) {
  const struct command *command = question->command;
  add_choice(question, "ok");
  for (int i = 0; i < COMMAND_ERRORS && command->errors[i].number && question->count < 5; i++)
    add_choice(question, error_number_name(command->errors[i].number));
  if (fact->error[0])
    add_choice(question, fact->error);
  qsort(question->choices + 1, question->count - 1, QUESTION_WORD, compare_choices);
}

static void add_packets(struct question *question) {
  static const char *const kinds[] = {"SYN", "SYN-ACK", "ACK", "data", "FIN", "RST", "none"};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    add_choice(question, kinds[i]);
}

static void fill(struct question *question, const struct fact *fact, struct runner *runner) {
  switch (question->kind) {
  case QUESTION_STATE:
    add_states(question, fact, runner);
    break;
  case QUESTION_OUTCOME:
    add_outcomes(question, fact);
    break;
  case QUESTION_PACKET:
    add_packets(question);
    break;
  case QUESTION_BLOCKS:
    add_choice(question, "yes");
    add_choice(question, "no");
    break;
  default: /* a number */
    break;
  }
}

/* The socket to ask about: the other end, if two have changed and the line names the one. */
static const char *socket_of(const struct statement *statement, const struct fact *fact) {
  const struct word *word = statement->count > 0 ? &statement->words[0] : NULL;
  bool named = word && word->literal &&
               bytes_equal(word->text, word->count, fact->socket[0], strlen(fact->socket[0]));
  return named && fact->socket[1][0] ? fact->socket[1] : fact->socket[0];
}

/* Whether the line itself says which state that will be, as `await c ESTABLISHED` does. */
static bool says_state(const struct statement *statement, const struct fact *fact) {
  int at = strcmp(socket_of(statement, fact), fact->socket[0]) == 0 ? 0 : 1;
  const char *name = constant_name(&constant_states, fact->state[at]);
  for (uint32_t i = 0; name && i < statement->count; i++)
    if (statement->words[i].literal && statement->words[i].count == strlen(name) &&
        strncasecmp(statement->words[i].text, name, strlen(name)) == 0)
      return true;
  return false;
}

static bool is_literal(const struct statement *statement, uint32_t at, const char *text) {
  const struct word *word = at < statement->count ? &statement->words[at] : NULL;
  return word && word->literal && bytes_equal(word->text, word->count, text, strlen(text));
}

/* Whether the line itself says which packet that will be: `await wire S`, `step until flags F`. */
static bool says_packet(const struct statement *statement) {
  return statement->count >= 2 &&
         (is_literal(statement, 0, "wire") || is_literal(statement, 0, "flags"));
}

static bool is_worth(enum question_kind kind, const struct statement *statement,
                     const struct fact *fact) {
  switch (kind) {
  case QUESTION_STATE:
    return fact->socket[0][0] && !says_state(statement, fact);
  case QUESTION_PACKET:
    return fact->packet && !says_packet(statement);
  case QUESTION_OUTCOME:
    return fact->error[0];
  case QUESTION_BLOCKS:
    return fact->blocks;
  case QUESTION_BYTES:
    return fact->received && fact->came >= 0 && fact->came != fact->wanted;
  default:
    return false;
  }
}

/* The kind that was asked least, of those that the line is worth. */
static enum question_kind choose_kind(const struct statement *statement, const struct fact *fact,
                                      const struct question_history *history) {
  enum question_kind best = QUESTION_NONE;
  for (enum question_kind kind = QUESTION_STATE; kind < QUESTION_KINDS; kind++)
    if (is_worth(kind, statement, fact) &&
        times_asked(history, statement->command, kind) < MOST_TIMES &&
        (best == QUESTION_NONE || history->kinds[kind] < history->kinds[best]))
      best = kind;
  return best;
}

/* What the lesson says itself. QUESTION_KINDS: it says nothing. */
static enum question_kind marked_kind(const char *mark, char *socket) {
  static const char *const words[] = {
      [QUESTION_NONE] = "nothing",    [QUESTION_STATE] = "state",   [QUESTION_PACKET] = "packet",
      [QUESTION_OUTCOME] = "outcome", [QUESTION_BLOCKS] = "blocks", [QUESTION_BYTES] = "bytes"};
  char word[QUESTION_WORD] = "";
  *socket = '\0';
  sscanf(mark, "%31s %31s", word, socket);
  for (enum question_kind kind = QUESTION_NONE; kind < QUESTION_KINDS; kind++)
    if (strcmp(word, words[kind]) == 0)
      return kind;
  return QUESTION_KINDS;
}

static bool take_number(const struct event *event, void *context) {
  unsigned *last = context;
  if (event->packet.number > *last)
    *last = event->packet.number;
  return true;
}

void question_choose(struct question *question, const struct statement *statement,
                     const struct fact *fact, const char *mark, struct question_history *history,
                     struct runner *runner) {
  char socket[QUESTION_WORD];
  *question = (struct question){.command = statement->command};
  question->kind = marked_kind(mark, socket);
  if (question->kind == QUESTION_KINDS)
    question->kind = statement->command ? choose_kind(statement, fact, history) : QUESTION_NONE;
  if (question->kind == QUESTION_NONE || !statement->command)
    question->kind = QUESTION_NONE;
  if (question->kind == QUESTION_STATE)
    snprintf(question->socket, sizeof question->socket, "%s",
             socket[0] ? socket : socket_of(statement, fact));
  if (question->kind == QUESTION_NONE)
    return;
  fill(question, fact, runner);
  question->from = timeline_last(runner->session->timeline);
  if (question->kind == QUESTION_PACKET)
    timeline_walk(runner->session->timeline, 1, EVENT_BIT(EVENT_PACKET), take_number,
                  &question->packets);
  note_asked(history, statement->command, question->kind);
}

bool question_hides_result(const struct question *question) {
  return question->kind == QUESTION_OUTCOME || question->kind == QUESTION_BLOCKS ||
         question->kind == QUESTION_BYTES;
}

void question_append(const struct question *question, struct bytes *bytes) {
  switch (question->kind) {
  case QUESTION_STATE:
    bytes_append_format(bytes, _("  ? Which state will %s be in then?"), question->socket);
    break;
  case QUESTION_PACKET:
    bytes_append_text(bytes, _("  ? Which new packet comes onto the wire?"));
    break;
  case QUESTION_OUTCOME:
    bytes_append_format(bytes, _("  ? What will %s give?"), question->command->name);
    break;
  case QUESTION_BLOCKS:
    bytes_append_format(bytes, _("  ? Will %s block?"), question->command->name);
    break;
  case QUESTION_BYTES:
    bytes_append_format(bytes, _("  ? How many bytes will %s give? A number, or eof."),
                        question->command->name);
    break;
  default:
    return;
  }
  for (size_t i = 0; i < question->count; i++)
    bytes_append_format(bytes, "%s%zu %s", i == 0 ? "\n    " : "   ", i + 1, question->choices[i]);
  bytes_append_char(bytes, '\n');
}

static bool same_word(const char *one, const char *other, size_t length) {
  return strlen(one) == length && strncasecmp(one, other, length) == 0;
}

/* A word that is no choice, but may be an answer all the same. */
static bool is_answer(const struct question *question, const char *line, size_t length) {
  long long number;
  switch (question->kind) {
  case QUESTION_STATE:
    return constant_find(&constant_states, line, length, NULL) != NULL;
  case QUESTION_OUTCOME:
    return error_number_find(line, length) != 0;
  case QUESTION_BYTES:
    return same_word("eof", line, length) || number_parse(line, length, &number) == 0;
  case QUESTION_BLOCKS:
    return same_word("y", line, length) || same_word("n", line, length);
  default:
    return false;
  }
}

static void set_answer(struct question *question, const char *text, size_t length) {
  size_t size = length < QUESTION_WORD - 1 ? length : QUESTION_WORD - 1;
  memcpy(question->answer, text, size);
  question->answer[size] = '\0';
  question->answered = true;
}

bool question_answer(struct question *question, const char *line, size_t length) {
  while (length > 0 && isspace((unsigned char)line[length - 1]))
    length--;
  while (length > 0 && isspace((unsigned char)*line))
    line++, length--;
  if (question->kind == QUESTION_NONE || question->answered || length == 0)
    return false;
  long long number;
  bool chosen = question->count > 0 && number_parse(line, length, &number) == 0 && number >= 1 &&
                number <= (long long)question->count;
  if (chosen)
    set_answer(question, question->choices[number - 1], strlen(question->choices[number - 1]));
  for (size_t i = 0; i < question->count && !question->answered; i++)
    if (same_word(question->choices[i], line, length))
      set_answer(question, question->choices[i], length);
  if (!question->answered && is_answer(question, line, length))
    set_answer(question, line, length);
  return question->answered;
}

/* What has happened since the line began. */
struct outcome {
  const struct question *question;
  enum socket_state state; /* the last one seen of the socket */
  bool seen;
  const char *error; /* of the last call that failed; NULL: none has */
  bool blocked;
  bool received;
  long result;        /* bytes, by all calls of the line */
  bool ended;         /* the last of them gave none */
  const char *packet; /* what the first new one is; NULL: there is none */
};

static const char *packet_kind(const struct event_packet *event) {
  struct packet packet;
  packet_read(event->bytes, event->length, event->total, &packet);
  if (!packet.has_transport || packet.protocol != IPPROTO_TCP)
    return "data";
  if (packet.flags & FLAG_RST)
    return "RST";
  if (packet.flags & FLAG_SYN)
    return packet.flags & FLAG_ACK ? "SYN-ACK" : "SYN";
  if (packet.flags & FLAG_FIN)
    return "FIN";
  return packet.payload_length > 0 ? "data" : "ACK";
}

static bool take_event(const struct event *event, void *context) {
  struct outcome *outcome = context;
  switch (event->kind) {
  case EVENT_STATE:
    if (strcmp(event->state->socket.name, outcome->question->socket) == 0 &&
        event->state->socket.role != ROLE_QUEUED) {
      outcome->state = event->state->now.state;
      outcome->seen = true;
    }
    break;
  case EVENT_CALL_BLOCKED:
    outcome->blocked = outcome->blocked || event->job == 0;
    break;
  case EVENT_CALL_FINISH:
    if (event->job == 0 && call_has_failed(event->call))
      outcome->error = error_number_name(event->call->error);
    if (event->job == 0 && call_row(event->call)->direction == RECEIVES) {
      outcome->received = true;
      outcome->result += event->call->result > 0 ? event->call->result : 0;
      outcome->ended = event->call->result == 0;
    }
    break;
  case EVENT_PACKET: /* those that were on the wire before have lower numbers */
    if (!outcome->packet && event->packet.number > outcome->question->packets)
      outcome->packet = packet_kind(&event->packet);
    break;
  default:
    break;
  }
  return true;
}

/* What the right answer is, in the same words. */
static void append_truth(const struct question *question, struct runner *runner,
                         struct bytes *bytes) {
  struct outcome outcome = {.question = question};
  timeline_walk(runner->session->timeline, question->from + 1,
                EVENT_BIT(EVENT_STATE) | EVENT_BIT(EVENT_CALL_BLOCKED) |
                    EVENT_BIT(EVENT_CALL_FINISH) | EVENT_BIT(EVENT_PACKET),
                take_event, &outcome);
  switch (question->kind) {
  case QUESTION_STATE:
    constant_append(&constant_states,
                    outcome.seen ? outcome.state : state_now(runner, question->socket), bytes);
    break;
  case QUESTION_PACKET:
    bytes_append_text(bytes, outcome.packet ? outcome.packet : "none");
    break;
  case QUESTION_OUTCOME:
    bytes_append_text(bytes, outcome.error ? outcome.error : "ok");
    break;
  case QUESTION_BLOCKS:
    bytes_append_text(bytes, outcome.blocked ? "yes" : "no");
    break;
  case QUESTION_BYTES:
    if (outcome.received && outcome.result > 0)
      bytes_append_number(bytes, outcome.result);
    else
      bytes_append_text(bytes, outcome.ended ? "eof" : outcome.error ? outcome.error : "none");
    break;
  default:
    break;
  }
}

/* Appends what it is about, as the beginning of a sentence. */
static void append_subject(const struct question *question, struct bytes *bytes) {
  switch (question->kind) {
  case QUESTION_STATE:
    bytes_append_format(bytes, _("the state of %s is "), question->socket);
    break;
  case QUESTION_PACKET:
    bytes_append_text(bytes, _("the packet is "));
    break;
  case QUESTION_BLOCKS:
    bytes_append_text(bytes, _("does it block? "));
    break;
  default:
    bytes_append_format(bytes, _("%s gave "), question->command->name);
    break;
  }
}

/* Appends where to read on. */
static void append_reading(const struct question *question, const char *truth,
                           struct bytes *bytes) {
  bytes_append_text(bytes, _(" Read: "));
  if (question->kind == QUESTION_STATE)
    bytes_append_format(bytes, _("`help %s`, `transitions %s`"), truth, question->socket);
  else if (question->kind == QUESTION_PACKET)
    bytes_append_format(bytes, "`help %s`, `wire`", strcmp(truth, "SYN-ACK") == 0 ? "SYN" : truth);
  else if (truth[0] == 'E')
    bytes_append_format(bytes, "`explain %s`, `help %s`", truth, question->command->name);
  else
    bytes_append_format(bytes, "`help %s`", question->command->name);
}

bool question_grade(const struct question *question, struct runner *runner, struct bytes *bytes) {
  struct bytes truth = {0};
  append_truth(question, runner, &truth);
  const char *answer = question->answer;
  if (question->kind == QUESTION_BLOCKS && (*answer == 'y' || *answer == 'Y'))
    answer = "yes";
  else if (question->kind == QUESTION_BLOCKS)
    answer = "no";
  else if (question->kind == QUESTION_BYTES && strcmp(answer, "0") == 0)
    answer = "eof";
  bool right = same_word(answer, bytes_text(&truth), truth.length);
  if (right)
    bytes_append_text(bytes, _("  = right: "));
  else
    bytes_append_format(bytes, _("  = not %s: "), answer);
  append_subject(question, bytes);
  bytes_append(bytes, truth.data, truth.length);
  bytes_append_char(bytes, '.');
  if (!right)
    append_reading(question, bytes_text(&truth), bytes);
  bytes_append_char(bytes, '\n');
  bytes_free(&truth);
  return right;
}
