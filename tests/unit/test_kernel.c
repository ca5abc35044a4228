/* kernel, watched and arc: sockets found in the kernel's list and by their peers, and never taken
 * for another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket/look.h"
#include "socket/transition.h"
#include "view/picture/diagram.h"

static struct kernel *kernel;

static int start(void **state) {
  struct error error;
  (void)state;
  kernel = kernel_open(&error);
  return kernel ? 0 : -1;
}

static int stop(void **state) {
  (void)state;
  kernel_close(kernel);
  return 0;
}

static struct address local_of(int descriptor) {
  struct address address = {.length = sizeof address.storage};
  assert_int_equal(getsockname(descriptor, &address.any, &address.length), 0);
  return address;
}

static uint64_t cookie_of(int descriptor) {
  uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  assert_int_equal(getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &cookie, &length), 0);
  return cookie;
}

static int listener(int family) {
  int descriptor = socket(family, SOCK_STREAM, 0);
  assert_true(descriptor >= 0);
  assert_int_equal(listen(descriptor, 5), 0); /* a port of the kernel's choice, at any address */
  return descriptor;
}

static int connected(int listening) {
  struct address address = local_of(listening);
  int descriptor = socket(address_family(&address), SOCK_STREAM, 0);
  address_any_to_loopback(&address);
  assert_int_equal(connect(descriptor, &address.any, address.length), 0);
  return descriptor;
}

static int find(const struct address *local, const struct address *peer, uint64_t cookie,
                struct kernel_socket *found) {
  struct error error;
  return kernel_find(kernel, local, peer, cookie, found, &error);
}

/* The kernel may take a moment: what is asked for comes, or the test never ends. */
static void find_in_state(const struct address *local, const struct address *peer, uint64_t cookie,
                          enum socket_state state, struct kernel_socket *found) {
  while (find(local, peer, cookie, found) != 1 || found->state != state)
    sched_yield();
}

static void check_find(int family) {
  struct kernel_socket found;
  const struct address none = {0};
  int listening = listener(family);
  struct address bound = local_of(listening);
  assert_int_equal(find(&bound, &none, cookie_of(listening), &found), 1);
  assert_int_equal(found.state, STATE_LISTEN);
  assert_int_equal(find(&bound, &none, 0, &found), 1);
  assert_int_equal(find(&bound, &none, cookie_of(listening) + 1, &found), 0);
  int client = connected(listening);
  struct address local = local_of(client);
  struct address peer = bound;
  address_any_to_loopback(&peer);
  assert_int_equal(find(&local, &peer, cookie_of(client), &found), 1);
  assert_int_equal(found.state, STATE_ESTABLISHED);
  assert_int_equal(found.cookie, cookie_of(client));
  assert_int_not_equal(found.inode, 0);
  /* The other end waits in the queue: no file refers to it. */
  find_in_state(&peer, &local, 0, STATE_ESTABLISHED, &found);
  assert_int_equal(found.inode, 0);
  uint64_t queued = found.cookie;
  int accepted = accept(listening, NULL, NULL);
  assert_int_equal(cookie_of(accepted), queued);
  /* Closed on both sides, it stands in TIME_WAIT, and is the same still. */
  uint64_t cookie = cookie_of(client);
  shutdown(client, SHUT_WR);
  close(accepted);
  close(client);
  find_in_state(&local, &peer, cookie, STATE_TIME_WAIT, &found);
  assert_int_equal(found.timer, TIMER_TIME_WAIT);
  assert_true(found.timer_left > 0);
  /* The listener gone, nobody has its address. */
  close(listening);
  assert_int_equal(find(&bound, &none, 0, &found), 0);
}

static void test_find_inet(void **state) {
  (void)state;
  check_find(AF_INET);
}

static void test_find_inet6(void **state) {
  (void)state;
  check_find(AF_INET6);
}

/* The same addresses, used again by another socket: the cookie tells them apart. */
static void test_ports_reused(void **state) {
  struct kernel_socket found;
  const struct address none = {0};
  int one = 1;
  (void)state;
  int first = listener(AF_INET);
  struct address bound = local_of(first);
  uint64_t cookie = cookie_of(first);
  close(first);
  int second = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  assert_int_equal(bind(second, &bound.any, bound.length), 0);
  assert_int_equal(listen(second, 1), 0);
  assert_int_equal(find(&bound, &none, cookie, &found), 0);
  assert_int_equal(find(&bound, &none, cookie_of(second), &found), 1);
  close(second);
}

struct search {
  uint64_t cookie;
  unsigned times;
  struct kernel_socket found;
};

static void note(const struct kernel_socket *socket, void *context) {
  struct search *search = context;
  if (socket->cookie == search->cookie) {
    search->found = *socket;
    search->times++;
  }
}

static struct search walk(int descriptor, unsigned kinds) {
  struct search search = {.cookie = cookie_of(descriptor)};
  struct error error;
  assert_int_equal(
      kernel_walk(kernel, (struct kernel_filter){kinds, KERNEL_STATES}, note, &search, &error), 0);
  return search;
}

static void test_walk(void **state) {
  int pair[2];
  (void)state;
  int tcp = listener(AF_INET);
  int tcp6 = listener(AF_INET6);
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in any = {.sin_family = AF_INET};
  assert_int_equal(bind(udp, (struct sockaddr *)&any, sizeof any), 0);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  assert_int_equal(walk(tcp, KERNEL_ALL).times, 1);
  assert_int_equal(walk(tcp6, KERNEL_TCP).times, 1);
  assert_int_equal(walk(tcp, KERNEL_UDP).times, 0);
  assert_int_equal(walk(udp, KERNEL_UDP).found.state, STATE_UNCONNECTED);
  struct search first = walk(pair[0], KERNEL_UNIX);
  struct search second = walk(pair[1], KERNEL_UNIX);
  assert_int_equal(first.found.state, STATE_CONNECTED);
  assert_int_equal(first.found.peer_inode, second.found.inode);
  close(tcp);
  close(tcp6);
  close(udp);
  close(pair[0]);
  close(pair[1]);
}

static struct socket *entry(struct socket_table *table, int descriptor) {
  struct socket *socket = socket_reserve(table);
  struct snapshot before;
  assert_non_null(socket);
  assert_int_equal(socket_table_add(table, socket, descriptor), 0);
  assert_int_equal(socket_identify(socket), 0);
  assert_true(look_state(socket, 1, &before));
  object_release(&socket->object);
  return socket;
}

/* Peers are found by their addresses, also where one end has an IPv4 address and the other one the
 * IPv6 one for it. */
static void check_peers(int family) {
  struct socket_table table;
  socket_table_start(&table);
  int listening = listener(family);
  struct address bound = local_of(listening);
  struct sockaddr_in to = {.sin_family = AF_INET,
                           .sin_port = htons((uint16_t)address_port(&bound)),
                           .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int client = socket(AF_INET, SOCK_STREAM, 0);
  int other = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof to), 0);
  assert_int_equal(connect(other, (struct sockaddr *)&to, sizeof to), 0);
  struct socket *ends[] = {entry(&table, client), entry(&table, accept(listening, NULL, NULL))};
  entry(&table, other);
  entry(&table, listening);
  for (int i = 0; i < 2; i++) {
    assert_ptr_equal(socket_find_peer(ends[i], NULL), ends[1 - i]);
    assert_null(socket_find_peer(ends[i], ends[1 - i]));
    assert_ptr_equal(socket_table_find_cookie(&table, ends[i]->cookie, NULL), ends[i]);
  }
  socket_table_clear(&table);
}

static void test_peers(void **state) {
  (void)state;
  check_peers(AF_INET);
  check_peers(AF_INET6);
}

/* One whose other descriptor is open is not followed: that one tells. */
static void test_duplicates(void **state) {
  struct socket_table table;
  (void)state;
  socket_table_start(&table);
  table.kernel = kernel;
  int listening = listener(AF_INET);
  struct socket *client = entry(&table, connected(listening));
  struct socket *pair_cookie = entry(&table, dup(client->descriptor));
  assert_int_equal(client->cookie, pair_cookie->cookie);
  object_retain(&client->object);
  look_before_close(client);
  close(client->descriptor);
  socket_table_remove(&table, client);
  look_after_close(client);
  assert_int_equal(client->role, ROLE_GONE);
  assert_int_equal(table.orphan_count, 0);
  object_retain(&pair_cookie->object);
  look_before_close(pair_cookie);
  close(pair_cookie->descriptor);
  socket_table_remove(&table, pair_cookie);
  look_after_close(pair_cookie);
  assert_int_equal(pair_cookie->role, ROLE_LINGERING);
  assert_int_equal(table.orphan_count, 1);
  object_release(&client->object);
  object_release(&pair_cookie->object);
  table.kernel = NULL;
  socket_table_clear(&table);
  close(listening);
}

/* Many without a descriptor: the oldest are let go. */
static void test_orphan_limit(void **state) {
  struct socket_table table;
  struct kernel_socket from = {.family = AF_INET, .type = SOCK_STREAM, .protocol = IPPROTO_TCP};
  (void)state;
  socket_table_start(&table);
  for (uint64_t cookie = 1; cookie <= ORPHAN_LIMIT + 10; cookie++) {
    from.cookie = cookie;
    struct socket *socket = socket_create_queued(&table, NULL, &from);
    assert_non_null(socket);
    socket_follow_orphan(socket, ROLE_QUEUED);
    object_release(&socket->object);
  }
  assert_int_equal(table.orphan_count, ORPHAN_LIMIT);
  assert_null(socket_table_find_cookie(&table, 10, NULL));
  assert_non_null(socket_table_find_cookie(&table, 11, NULL));
  assert_non_null(socket_table_find_cookie(&table, ORPHAN_LIMIT + 10, NULL));
  socket_table_clear(&table);
}

static void test_transitions(void **state) {
  (void)state;
  assert_int_equal(transition_find(STATE_CLOSED, STATE_LISTEN), 1);
  assert_int_equal(transition_find(STATE_TIME_WAIT, STATE_CLOSED), TRANSITION_COUNT);
  assert_int_equal(transition_find(STATE_CLOSED, STATE_ESTABLISHED), 0);
  for (int i = 0; i < TRANSITION_COUNT; i++)
    assert_int_equal(transition_find(transitions[i].from, transitions[i].to), i + 1);
}

static void note_change(struct diagram *diagram, enum socket_state from, enum socket_state to) {
  struct transition_sight sight = {.from = from, .to = to};
  diagram_note(diagram, &sight);
}

static int taken(enum socket_state from, enum socket_state to, struct transition_sight rest) {
  rest.from = from;
  rest.to = to;
  return transition_taken(&rest);
}

/* An arc counts only if nothing else can have led from the one state to the other. */
static void test_transition_taken(void **state) {
  const struct transition_sight looks = {.stayed = 1};
  const struct transition_sight exact = {.exact = true};
  const struct transition_sight reset = {.exact = true, .reset = true};
  const struct transition_sight minute = {.stayed = 60000000000};
  const struct transition_sight soon = {.stayed = 65000000};
  (void)state;
  assert_int_equal(taken(STATE_FIN_WAIT1, STATE_TIME_WAIT, looks), 0);
  assert_int_equal(taken(STATE_FIN_WAIT1, STATE_TIME_WAIT, exact), 16);
  assert_int_equal(taken(STATE_SYN_SENT, STATE_ESTABLISHED, looks), 0);
  assert_int_equal(taken(STATE_SYN_SENT, STATE_ESTABLISHED, exact), 8);
  assert_int_equal(taken(STATE_SYN_RECV, STATE_FIN_WAIT1, looks), 0);
  assert_int_equal(taken(STATE_FIN_WAIT1, STATE_FIN_WAIT2, looks), 14);
  assert_int_equal(taken(STATE_SYN_SENT, STATE_CLOSED, looks), 0);
  assert_int_equal(taken(STATE_SYN_SENT, STATE_CLOSED, reset), 6);
  assert_int_equal(taken(STATE_LAST_ACK, STATE_CLOSED, exact), 20);
  assert_int_equal(taken(STATE_LAST_ACK, STATE_CLOSED, reset), 0);
  assert_int_equal(taken(STATE_TIME_WAIT, STATE_CLOSED, minute), 21);
  assert_int_equal(taken(STATE_TIME_WAIT, STATE_CLOSED, soon), 0);
  assert_int_equal(taken(STATE_ESTABLISHED, STATE_CLOSED, exact), 0);
}

static void test_diagram(void **state) {
  struct diagram diagram = {0};
  struct bytes bytes = {0};
  (void)state;
  note_change(&diagram, STATE_UNKNOWN, STATE_CLOSED);
  note_change(&diagram, STATE_CLOSED, STATE_ESTABLISHED); /* what was between them is not made up */
  note_change(&diagram, STATE_ESTABLISHED, STATE_CLOSE_WAIT);
  diagram_append(&diagram, &bytes);
  const char *text = bytes_text(&bytes);
  assert_non_null(strstr(text, "[  CLOSED  ]"));
  assert_non_null(strstr(text, "[ CLOSE_WAIT ]"));
  assert_non_null(strstr(text, "| SYN_SENT |"));
  assert_non_null(strstr(text, "[13]"));
  assert_null(strstr(text, "[ 1]"));
  assert_non_null(strstr(text, "x4x"));
  assert_non_null(strstr(text, "states seen: 3 of 11, arcs seen: 1 of 19"));
  assert_non_null(strstr(text, "that no look has seen: 1"));
  assert_null(strchr(text, '{'));
  bytes_free(&bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_find_inet),
      cmocka_unit_test(test_find_inet6),
      cmocka_unit_test(test_ports_reused),
      cmocka_unit_test(test_walk),
      cmocka_unit_test(test_peers),
      cmocka_unit_test(test_duplicates),
      cmocka_unit_test(test_orphan_limit),
      cmocka_unit_test(test_transitions),
      cmocka_unit_test(test_transition_taken),
      cmocka_unit_test(test_diagram),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
