/* The tables of socket states, and of the errors and flags of name lookups. See
 * constant_table.c. */
#include <netdb.h>

#include "names/constant.h"

static const struct constant states[] = {
    {"ESTABLISHED", STATE_ESTABLISHED,
     N_("The connection is open, the three-way handshake is complete, and data can go both ways. "
        "Without data or keepalive it stays so for ever, even when the peer's machine is gone.")},
    {"SYN_SENT", STATE_SYN_SENT,
     N_("connect has sent a SYN and waits for the SYN-ACK (RFC 9293: SYN-SENT). The SYN is sent "
        "again after 1, 2, 3, 4 and 5 s (net.ipv4.tcp_syn_linear_timeouts, 4), then after 7 s, "
        "11 s, 19 s and so on. ETIMEDOUT comes when the time is over that "
        "net.ipv4.tcp_syn_retries (6) repetitions at doubled distances take, 127 s; a RST gives "
        "ECONNREFUSED.")},
    {"SYN_RECV", STATE_SYN_RECV,
     N_("A SYN was answered by a SYN-ACK, and the ACK that completes the handshake is awaited (RFC "
        "9293: SYN-RECEIVED). On a listener's side such half-open connections have no socket of "
        "their own yet.")},
    {"FIN_WAIT1", STATE_FIN_WAIT1,
     N_("This end closed first: its FIN is sent (or waits behind unsent data) and not acknowledged "
        "yet (RFC 9293: FIN-WAIT-1).")},
    {"FIN_WAIT2", STATE_FIN_WAIT2,
     N_("This end's FIN is acknowledged, and the peer may go on sending until its own FIN (RFC "
        "9293: FIN-WAIT-2). After close(2) the kernel waits net.ipv4.tcp_fin_timeout (60 s) at "
        "most; after shutdown(2) for ever.")},
    {"TIME_WAIT", STATE_TIME_WAIT,
     N_("Both FINs are acknowledged; the end that closed first keeps the pair of addresses for 60 "
        "s, so that late segments do no harm and a lost last ACK can be sent again. A server that "
        "binds its port again in that time needs SO_REUSEADDR.")},
    {"CLOSED", STATE_CLOSED,
     N_("No connection: a new socket, or one whose connection is over (RFC 9293: CLOSED).")},
    {"CLOSE_WAIT", STATE_CLOSE_WAIT,
     N_("The peer's FIN has come, so recv gives 0, and this end has not closed yet (RFC 9293: "
        "CLOSE-WAIT). Sockets that stay here are a bug of this program: it does not call close.")},
    {"LAST_ACK", STATE_LAST_ACK,
     N_("The peer closed first, then this end; its FIN waits for the acknowledgement (RFC 9293: "
        "LAST-ACK).")},
    {"LISTEN", STATE_LISTEN,
     N_("A listening socket: it takes connections, completes their handshakes in the kernel, and "
        "keeps them in the accept queue until accept(2).")},
    {"CLOSING", STATE_CLOSING,
     N_("Both ends closed at once: the peer's FIN has come before the acknowledgement of this "
        "end's FIN (RFC 9293: CLOSING).")},
    {"NEW_SYN_RECV", STATE_NEW_SYN_RECV,
     N_("The kernel's own state of a half-open connection on a listener's side, a request without "
        "a socket; ss(8) and this shell show it as SYN_RECV.")},
    {"UNCONNECTED", STATE_UNCONNECTED,
     N_("A datagram or Unix socket without a peer: it needs sendto with an address, or connect.")},
    {"CONNECTING", STATE_CONNECTING,
     N_("A Unix stream whose connect waits in the listener's queue for accept.")},
    {"CONNECTED", STATE_CONNECTED,
     N_("A peer is set: send needs no address. For datagrams nothing was sent for that; the kernel "
        "only remembers the address and takes datagrams from no other.")},
    {"DISCONNECTED", STATE_DISCONNECTED,
     N_("A Unix socket whose connection has ended: the peer has closed, or one of the two has shut "
        "down both directions. What had arrived can be read, then recv gives 0, and send fails "
        "with EPIPE.")},
    {NULL, 0, NULL},
};

static const struct constant lookup_errors[] = {
    {"EAI_NONAME", EAI_NONAME,
     N_("No such name, or no such service: the name servers say that it does not exist, or a "
        "number was asked for by AI_NUMERICHOST or AI_NUMERICSERV and this is none. Look for a "
        "misspelling.")},
    {"EAI_AGAIN", EAI_AGAIN,
     N_("No name server answered in time, or it had a passing problem. Look whether the network "
        "and the servers in /etc/resolv.conf can be reached, and try again.")},
    {"EAI_FAIL", EAI_FAIL,
     N_("A name server answered that it cannot say: its refusal is not expected to pass by "
        "itself.")},
    {"EAI_NODATA", EAI_NODATA,
     N_("The name exists and has no address, or none of the family asked for.")},
    {"EAI_ADDRFAMILY", EAI_ADDRFAMILY,
     N_("The host has no addresses of the family asked for, such as an IPv6 number with AF_INET.")},
    {"EAI_FAMILY", EAI_FAMILY, N_("The family asked for is none that names are looked up for.")},
    {"EAI_SOCKTYPE", EAI_SOCKTYPE,
     N_("The socket type is unknown, or does not go with the protocol: SOCK_DGRAM with TCP.")},
    {"EAI_SERVICE", EAI_SERVICE,
     N_("The service is not known for this socket type in /etc/services. Give the port as a "
        "number.")},
    {"EAI_BADFLAGS", EAI_BADFLAGS,
     N_("A flag is unknown, or AI_CANONNAME was given without a name.")},
    {"EAI_MEMORY", EAI_MEMORY, N_("There was no memory for the answer.")},
    {"EAI_OVERFLOW", EAI_OVERFLOW,
     N_("The buffer given to getnameinfo(3) is too small for the name.")},
    {"EAI_SYSTEM", EAI_SYSTEM, N_("A system call failed: errno tells which error it was.")},
    {"EAI_INPROGRESS", EAI_INPROGRESS,
     N_("An asynchronous look-up (getaddrinfo_a) has not ended yet.")},
    {"EAI_CANCELED", EAI_CANCELED, N_("An asynchronous look-up was canceled, as asked.")},
    {"EAI_NOTCANCELED", EAI_NOTCANCELED, N_("An asynchronous look-up was too far to be canceled.")},
    {"EAI_ALLDONE", EAI_ALLDONE, N_("All asynchronous look-ups have ended already.")},
    {"EAI_INTR", EAI_INTR, N_("A signal ended the wait for asynchronous look-ups.")},
    {"EAI_IDN_ENCODE", EAI_IDN_ENCODE,
     N_("The name has letters that cannot be written as an internationalized domain name.")},
    {NULL, 0, NULL},
};

static const struct constant lookup_flags[] = {
    {"AI_PASSIVE", AI_PASSIVE,
     N_("The address is meant for bind: without a host it is the wildcard, 0.0.0.0 or ::, instead "
        "of the loopback.")},
    {"AI_CANONNAME", AI_CANONNAME,
     N_("Asks for the official name of the host, too, in the first answer.")},
    {"AI_NUMERICHOST", AI_NUMERICHOST,
     N_("The host must be a number like 127.0.0.1: no name server is asked, so the call never "
        "blocks.")},
    {"AI_NUMERICSERV", AI_NUMERICSERV,
     N_("The service must be a number: /etc/services is not read.")},
    {"AI_V4MAPPED", AI_V4MAPPED,
     N_("With AF_INET6, where a name has no IPv6 address, its IPv4 ones are given as "
        "::ffff:a.b.c.d.")},
    {"AI_ALL", AI_ALL,
     N_("With AI_V4MAPPED: the mapped IPv4 addresses even where there are IPv6 ones.")},
    {"AI_ADDRCONFIG", AI_ADDRCONFIG,
     N_("Only families of which this machine itself has an address, other than the loopback.")},
    {"AI_IDN", AI_IDN, N_("Turns a name in local letters into the form that name servers take.")},
    {"AI_CANONIDN", AI_CANONIDN, N_("Turns the official name back into local letters.")},
    {NULL, 0, NULL},
};

const struct constant_set constant_states = {N_("socket state"), "STATE", "", false, states};
const struct constant_set constant_lookup_errors = {N_("look-up error"), "ERROR", "EAI_", false,
                                                    lookup_errors};
const struct constant_set constant_lookup_flags = {N_("look-up flag"), "FLAGS", "AI_", true,
                                                   lookup_flags};
