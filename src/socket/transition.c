#include "socket/transition.h"

const struct transition transitions[TRANSITION_COUNT] = {
    {STATE_CLOSED, STATE_LISTEN, N_("listen"), NULL},
    {STATE_CLOSED, STATE_SYN_SENT, N_("connect: send SYN"), NULL},
    {STATE_LISTEN, STATE_SYN_RECV, N_("SYN comes: send SYN and ACK"), NULL},
    {STATE_LISTEN, STATE_SYN_SENT, N_("send: send SYN"),
     N_("not in Linux: connect on a listener fails with EISCONN")},
    {STATE_LISTEN, STATE_CLOSED, N_("close"), NULL},
    {STATE_SYN_SENT, STATE_CLOSED, N_("close, or RST comes"), NULL},
    {STATE_SYN_SENT, STATE_SYN_RECV, N_("SYN comes: send SYN and ACK (simultaneous open)"), NULL},
    {STATE_SYN_SENT, STATE_ESTABLISHED, N_("SYN and ACK come: send ACK"), NULL},
    {STATE_SYN_RECV, STATE_ESTABLISHED, N_("ACK of SYN comes"), NULL},
    {STATE_SYN_RECV, STATE_FIN_WAIT1, N_("close: send FIN"), NULL},
    {STATE_SYN_RECV, STATE_LISTEN, N_("RST comes"),
     N_("not in Linux: the half-open connection goes, the listener has never left LISTEN")},
    {STATE_ESTABLISHED, STATE_FIN_WAIT1, N_("close or shutdown: send FIN"), NULL},
    {STATE_ESTABLISHED, STATE_CLOSE_WAIT, N_("FIN comes: send ACK"), NULL},
    {STATE_FIN_WAIT1, STATE_FIN_WAIT2, N_("ACK of FIN comes"), NULL},
    {STATE_FIN_WAIT1, STATE_CLOSING, N_("FIN comes: send ACK (simultaneous close)"), NULL},
    {STATE_FIN_WAIT1, STATE_TIME_WAIT, N_("FIN with ACK of FIN comes: send ACK"), NULL},
    {STATE_FIN_WAIT2, STATE_TIME_WAIT, N_("FIN comes: send ACK"), NULL},
    {STATE_CLOSING, STATE_TIME_WAIT, N_("ACK of FIN comes"), NULL},
    {STATE_CLOSE_WAIT, STATE_LAST_ACK, N_("close: send FIN"), NULL},
    {STATE_LAST_ACK, STATE_CLOSED, N_("ACK of FIN comes"), NULL},
    {STATE_TIME_WAIT, STATE_CLOSED, N_("60 s are over"), NULL},
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
