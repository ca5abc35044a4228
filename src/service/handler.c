#include "service/handler.h"

#include <pthread.h>
#include <time.h>

/* The pattern of RFC 864: lines of 72 of the 95 printable characters, each starting one further
 * than the line before. It repeats after 95 lines; several rounds are kept, so that much can be
 * sent at once. */
enum { LINE = 72 + 2, PRINTABLE = 95, ROUND = PRINTABLE * LINE, ROUNDS = 9 };

static char pattern[ROUND * ROUNDS];
static pthread_once_t pattern_once = PTHREAD_ONCE_INIT;

static void make_pattern(void) {
  char *at = pattern;
  for (int line = 0; line < PRINTABLE * ROUNDS; line++) {
    for (int i = 0; i < LINE - 2; i++)
      *at++ = (char)(' ' + (line + i) % PRINTABLE);
    *at++ = '\r';
    *at++ = '\n';
  }
}

static void answer_echo(struct handler_state *state, const struct handler_question *question,
                        struct handler_reply *reply) {
  (void)state;
  reply->data = question->data;
  reply->length = question->length;
}

/* ASCII letters only, like the command upper: the bytes of other characters are never changed,
 * wherever the stream is split. */
static void answer_upper(struct handler_state *state, const struct handler_question *question,
                         struct handler_reply *reply) {
  for (size_t i = 0; i < question->length; i++) {
    char c = question->data[i];
    question->data[i] = (char)(c >= 'a' && c <= 'z' ? c ^ 0x20 : c);
  }
  answer_echo(state, question, reply);
}

static void answer_discard(struct handler_state *state, const struct handler_question *question,
                           struct handler_reply *reply) {
  (void)state, (void)question;
  reply->none = true;
}

static void answer_chargen(struct handler_state *state, const struct handler_question *question,
                           struct handler_reply *reply) {
  pthread_once(&pattern_once, make_pattern);
  reply->data = pattern + state->place;
  reply->length = question->datagram ? LINE : sizeof pattern - state->place;
  reply->lasting = true;
}

void handler_advance(struct handler_state *state, size_t length) {
  state->place = (uint32_t)((state->place + length) % ROUND);
}

static void answer_daytime(struct handler_state *state, const struct handler_question *question,
                           struct handler_reply *reply) {
  static _Thread_local char text[64];
  time_t now = time(NULL);
  struct tm parts;
  (void)question;
  localtime_r(&now, &parts);
  reply->data = text;
  reply->length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S%z\r\n", &parts);
  reply->last = state->answered = true;
}

/* The answer waits for a question: the first bytes, or the end of a client that sends none. */
static void answer_reply(struct handler_state *state, const struct handler_question *question,
                         struct handler_reply *reply) {
  if (state->answered || (question->length == 0 && !question->end && !question->datagram)) {
    reply->none = true;
    return;
  }
  reply->data = question->given;
  reply->length = question->given_length;
  reply->lasting = true;
  reply->last = state->answered = true;
}

const char handler_names[] = "echo|upper|discard|chargen|daytime|reply|relay";

const struct handler handler_table[] = {
    {.name = "echo", .answer = answer_echo},
    {.name = "upper", .answer = answer_upper},
    {.name = "discard", .answer = answer_discard},
    {.name = "chargen", .begins = true, .never_listens = true, .answer = answer_chargen},
    {.name = "daytime", .begins = true, .answer = answer_daytime},
    {.name = "reply", .takes_data = true, .answer = answer_reply},
    {.name = "relay", .relays = true},
};
