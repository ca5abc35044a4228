#include "socket/transition.h"

const struct transition transitions[TRANSITION_COUNT] = {
    {STATE_CLOSED, STATE_LISTEN, N_("listen"), NULL, false},
    {STATE_CLOSED, STATE_SYN_SENT, N_("connect: send SYN"), NULL, false},
    {STATE_LISTEN, STATE_SYN_RECV, N_("SYN comes: send SYN and ACK"), NULL, false},
    {STATE_LISTEN, STATE_SYN_SENT, N_("send: send SYN"),
     N_("not in Linux: connect on a listener fails with EISCONN"), false},
    {STATE_LISTEN, STATE_CLOSED, N_("close"), NULL, false},
    {STATE_SYN_SENT, STATE_CLOSED, N_("close, or RST comes"), NULL, true},
    {STATE_SYN_SENT, STATE_SYN_RECV, N_("SYN comes: send SYN and ACK (simultaneous open)"), NULL,
     false},
    {STATE_SYN_SENT, STATE_ESTABLISHED, N_("SYN and ACK come: send ACK"), NULL, true},
    {STATE_SYN_RECV, STATE_ESTABLISHED, N_("ACK of SYN comes"), NULL, false},
    {STATE_SYN_RECV, STATE_FIN_WAIT1, N_("close: send FIN"), NULL, true},
    {STATE_SYN_RECV, STATE_LISTEN, N_("RST comes"),
     N_("not in Linux: the half-open connection goes, the listener has never left LISTEN"), false},
    {STATE_ESTABLISHED, STATE_FIN_WAIT1, N_("close or shutdown: send FIN"), NULL, false},
    {STATE_ESTABLISHED, STATE_CLOSE_WAIT, N_("FIN comes: send ACK"), NULL, false},
    {STATE_FIN_WAIT1, STATE_FIN_WAIT2, N_("ACK of FIN comes"), NULL, false},
    {STATE_FIN_WAIT1, STATE_CLOSING, N_("FIN comes: send ACK (simultaneous close)"), NULL, false},
    {STATE_FIN_WAIT1, STATE_TIME_WAIT, N_("FIN with ACK of FIN comes: send ACK"), NULL,
     .winding = true},
    {STATE_FIN_WAIT2, STATE_TIME_WAIT, N_("FIN comes: send ACK"), NULL, false},
    {STATE_CLOSING, STATE_TIME_WAIT, N_("ACK of FIN comes"), NULL, false},
    {STATE_CLOSE_WAIT, STATE_LAST_ACK, N_("close: send FIN"), NULL, false},
    {STATE_LAST_ACK, STATE_CLOSED, N_("ACK of FIN comes"), NULL, false},
    {STATE_TIME_WAIT, STATE_CLOSED, N_("60 s are over"), NULL, false},
};

const enum socket_state transition_states[] = {
    STATE_CLOSED,      STATE_LISTEN,    STATE_SYN_SENT,  STATE_SYN_RECV,
    STATE_ESTABLISHED, STATE_FIN_WAIT1, STATE_FIN_WAIT2, STATE_CLOSE_WAIT,
    STATE_CLOSING,     STATE_LAST_ACK,  STATE_TIME_WAIT, STATE_UNKNOWN,
};

int transition_find(enum socket_state from, enum socket_state to) {
  for (int i = 0; i < TRANSITION_COUNT; i++)
    if (transitions[i].from == from && transitions[i].to == to)
      return i + 1;
  return 0;
}

int transition_taken(const struct transition_sight *sight) {
  static const int64_t time_wait = 59000000000; /* the kernel's 60 s, counted in its ticks */
  int number = transition_find(sight->from, sight->to);
  if (number == 0 || sight->timed_out)
    return 0;
  if (transitions[number - 1].winding && !sight->exact && !sight->told)
    return 0;
  if (sight->reset && sight->from != STATE_SYN_SENT)
    return 0;
  /* A RST or a new SYN ends it, too, and sooner. */
  return sight->from == STATE_TIME_WAIT && sight->stayed < time_wait ? 0 : number;
}
