/* zero: what it means that a receiving call returned 0. `expect eof`, the notes and whatever else
 * speaks of the end of a stream go by call->zero, which is decided here and nowhere else. */
#ifndef SOCKSH_SESSION_ZERO_H
#define SOCKSH_SESSION_ZERO_H

#include "session/session.h"

/* What was seen before the call, of what the call itself takes away. */
struct zero_before {
  bool message; /* a message waited, so a 0 is its length */
  bool nothing; /* none did, and none can come any more */
};

/* Looks at what the call is about to take, where that decides what its 0 means. */
struct zero_before zero_look_before(const struct session *session, const struct call *call);

/* Decides what the result of the call that was just made means. */
enum call_zero zero_decide(const struct session *session, const struct call *call,
                           struct zero_before before);

/* The sentence about it; NULL where there is nothing to say. */
const char *zero_sentence(const struct call *call);

#endif
