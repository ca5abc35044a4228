/* view: aliases, tables, and each call as strace(1) would write it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "call/message.h"
#include "system/network.h"
#include "view/notation/alias.h"
#include "view/notation/notation.h"
#include "view/notation/table_layout.h"
#include "view/view.h"

static struct address inet(const char *text) {
  struct address address = {0};
  struct address_query query;
  struct error error = {0};
  assert_int_equal(
      address_parse(text, strlen(text), AF_UNSPEC, NETWORK_OWN, &address, &query, &error),
      ADDRESS_COMPLETE);
  return address;
}

static void assert_bytes(struct bytes *bytes, const char *expected) {
  assert_string_equal(bytes_text(bytes), expected);
  bytes_clear(bytes);
}

static void test_alias_of_ports(void **state) {
  struct aliases aliases = {0};
  struct bytes bytes = {0};
  struct address chosen = inet("127.0.0.1:40000");
  struct address other = inet("[::1]:40001");
  struct address written = inet("127.0.0.1:5000");
  struct address none = inet("127.0.0.1:0");
  struct address path = inet("unix:/tmp/40000");
  (void)state;
  alias_append_address(&aliases, &chosen, &bytes);
  assert_bytes(&bytes, "127.0.0.1:P1");
  alias_append_address(&aliases, &other, &bytes);
  assert_bytes(&bytes, "[::1]:P2");
  alias_append_address(&aliases, &chosen, &bytes);
  assert_bytes(&bytes, "127.0.0.1:P1");
  alias_append_address(&aliases, &none, &bytes);
  assert_bytes(&bytes, "127.0.0.1:0");
  alias_append_address(&aliases, &path, &bytes);
  assert_bytes(&bytes, "unix:/tmp/40000");
  /* What the user wrote stays, wherever it is seen. */
  alias_keep_port(&aliases, 5000);
  alias_append_address(&aliases, &written, &bytes);
  assert_bytes(&bytes, "127.0.0.1:5000");
  /* But a port that has an alias already keeps it. */
  alias_keep_port(&aliases, 40000);
  alias_append_address(&aliases, &chosen, &bytes);
  assert_bytes(&bytes, "127.0.0.1:P1");
  alias_append(&aliases, 'P', 40001, &bytes);
  assert_bytes(&bytes, "P2");
  bytes_free(&bytes);
  aliases_free(&aliases);
}

/* What the user has typed is kept; what an expansion brings is not there to be read. */
static void test_alias_of_typed_lines(void **state) {
  static const char line[] = "c = tcp-connect 127.0.0.1:41000; tcp-connect $p.line 99999999";
  struct aliases aliases = {0};
  struct bytes bytes = {0};
  struct address typed = inet("127.0.0.1:41000");
  struct address printed = inet("127.0.0.1:41001");
  (void)state;
  alias_keep_ports(&aliases, line, sizeof line - 1);
  alias_append_address(&aliases, &typed, &bytes);
  assert_bytes(&bytes, "127.0.0.1:41000");
  alias_append_address(&aliases, &printed, &bytes);
  assert_bytes(&bytes, "127.0.0.1:P1");
  bytes_free(&bytes);
  aliases_free(&aliases);
}

static void test_alias_of_names(void **state) {
  struct aliases aliases = {0};
  struct bytes bytes = {0};
  struct address chosen = inet("unix:@0a1b2");
  struct address written = inet("unix:@0a1b2c");
  struct address word = inet("unix:@hello");
  (void)state;
  alias_append_address(&aliases, &chosen, &bytes);
  assert_bytes(&bytes, "unix:@A1");
  alias_append_address(&aliases, &written, &bytes);
  assert_bytes(&bytes, "unix:@0a1b2c");
  alias_append_address(&aliases, &word, &bytes);
  assert_bytes(&bytes, "unix:@hello");
  alias_append_text(&aliases, "at unix:@0a1b2, or unix:@fffff.", 31, &bytes);
  assert_bytes(&bytes, "at unix:@A1, or unix:@fffff.");
  bytes_free(&bytes);
  aliases_free(&aliases);
}

static void test_alias_of_others(void **state) {
  struct aliases aliases = {0};
  struct bytes bytes = {0};
  (void)state;
  /* Each letter counts for itself. */
  alias_append(&aliases, 'T', 7, &bytes);
  alias_append(&aliases, 'C', 7, &bytes);
  alias_append(&aliases, 'T', 8, &bytes);
  alias_append(&aliases, 'T', 7, &bytes);
  assert_bytes(&bytes, "T1C1T2T1");
  bytes_free(&bytes);
  aliases_free(&aliases);
}

static void append_text(struct aliases *aliases, const char *text, struct bytes *bytes) {
  alias_append_text(aliases, text, strlen(text), bytes);
}

static void test_alias_in_text(void **state) {
  struct aliases aliases = {0};
  struct bytes bytes = {0};
  (void)state;
  alias_append(&aliases, 'P', 40000, &bytes);
  bytes_clear(&bytes);
  append_text(&aliases, "127.0.0.1:40000 and 400001 and 140000", &bytes);
  assert_bytes(&bytes, "127.0.0.1:P1 and 400001 and 140000");
  append_text(&aliases, "{pid=123, uid=0, gid=0} {pid=124} {pid=123}", &bytes);
  assert_bytes(&bytes, "{pid=I1, uid=0, gid=0} {pid=I2} {pid=I1}");
  append_text(&aliases, "", &bytes);
  assert_bytes(&bytes, "");
  append_text(&aliases, "no number", &bytes);
  assert_bytes(&bytes, "no number");
  bytes_free(&bytes);
  aliases_free(&aliases);
}

static void test_table(void **state) {
  static const char *const columns[] = {"NAME", "COUNT", "DATA", NULL};
  struct answer answer = {0};
  struct bytes bytes = {0};
  (void)state;
  answer_table(&answer, "things", columns);
  answer_add_text(&answer, "one");
  answer_add_number(&answer, 5);
  answer_add_bytes(&answer, CELL_DATA, "a\n\x1b[31m", 7);
  answer_add_text(&answer, "a longer one");
  answer_add_number(&answer, 12345678);
  answer_add_empty(&answer);
  answer_add_text(&answer, "\x1b[2J");
  answer_add_number(&answer, -1);
  answer_add_bytes(&answer, CELL_DATA, "", 0);
  assert_false(answer_failed(&answer));
  assert_int_equal(answer_row_count(&answer), 3);
  table_append(&answer, &(struct table_style){.indent = 2, .style = ESCAPE_ASCII}, &bytes);
  assert_bytes(&bytes, "  NAME             COUNT  DATA\n"
                       "  one                  5  \"a\\n\\x1b[31m\"\n"
                       "  a longer one  12345678  -\n"
                       "  \\x1b[2J             -1  \"\"\n");
  bytes_free(&bytes);
  answer_free(&answer);
}

static void test_table_of_wide_characters(void **state) {
  static const char *const columns[] = {"A", "B", NULL};
  struct answer answer = {0};
  struct bytes bytes = {0};
  (void)state;
  answer_table(&answer, "wide", columns);
  answer_add_text(&answer, "\xc3\xa9");
  answer_add_text(&answer, "x");
  answer_add_text(&answer, "ab");
  answer_add_text(&answer, "y");
  table_append(&answer, &(struct table_style){.indent = 0, .style = ESCAPE_ASCII}, &bytes);
  assert_bytes(&bytes, "A         B\n"
                       "\\xc3\\xa9  x\n"
                       "ab        y\n");
  bytes_free(&bytes);
  answer_free(&answer);
}

static void test_table_without_rows(void **state) {
  static const char *const columns[] = {"A", "B", NULL};
  struct answer answer = {0};
  struct bytes bytes = {0};
  (void)state;
  answer_table(&answer, "none", columns);
  table_append(&answer, &(struct table_style){.indent = 2, .style = ESCAPE_ASCII}, &bytes);
  assert_bytes(&bytes, "  A  B\n");
  bytes_free(&bytes);
  answer_free(&answer);
}

/* Calls as they would be after they were made on descriptor 3. */
static struct call made(enum call_name name) {
  struct call call;
  call_init(&call, name, NULL);
  call.subject.descriptor = 3;
  return call;
}

static void expect_call(struct call *call, const char *expected) {
  const struct notation notation = {.preview = 64, .style = ESCAPE_ASCII, .arrow = "->"};
  struct bytes bytes = {0};
  notation_append_call(&notation, call, &bytes);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
  call_free(call);
}

static void fail_call(struct call *call, int error) {
  call->result = -1;
  call->error = error;
}

static void test_calls_that_make(void **state) {
  (void)state;
  struct call call = made(CALL_SOCKET);
  call.number[0] = AF_INET;
  call.number[1] = SOCK_STREAM;
  call.result = 3;
  expect_call(&call, "socket(AF_INET, SOCK_STREAM, 0) = 3");
  call = made(CALL_SOCKET);
  call.number[0] = AF_INET6;
  call.number[1] = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  call.number[2] = IPPROTO_UDP;
  call.result = 3;
  expect_call(&call, "socket(AF_INET6, SOCK_DGRAM|SOCK_NONBLOCK|SOCK_CLOEXEC, IPPROTO_UDP) = 3");
  call = made(CALL_SOCKET);
  call.number[0] = AF_INET;
  call.number[1] = SOCK_RAW;
  call.number[2] = IPPROTO_ICMP;
  fail_call(&call, EPERM);
  expect_call(&call,
              "socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) = -1 EPERM (Operation not permitted)");
  call = made(CALL_SOCKETPAIR);
  call.number[0] = AF_UNIX;
  call.number[1] = SOCK_SEQPACKET;
  call.made[0] = 3;
  call.made[1] = 4;
  expect_call(&call, "socketpair(AF_UNIX, SOCK_SEQPACKET, 0, [3, 4]) = 0");
  call = made(CALL_DUP);
  call.result = 4;
  expect_call(&call, "dup(3) = 4");
  call = made(CALL_CLOSE);
  expect_call(&call, "close(3) = 0");
  call = made(CALL_CLOSE);
  fail_call(&call, EIO);
  expect_call(&call, "close(3) = -1 EIO (Input/output error)");
}

static void test_calls_with_addresses(void **state) {
  (void)state;
  struct call call = made(CALL_BIND);
  call.address = inet("127.0.0.1:5000");
  expect_call(&call, "bind(3, {AF_INET, 127.0.0.1:5000}, 16) = 0");
  call = made(CALL_BIND);
  call.address = inet("[::1]:80");
  fail_call(&call, EACCES);
  expect_call(&call, "bind(3, {AF_INET6, [::1]:80}, 28) = -1 EACCES (Permission denied)");
  call = made(CALL_CONNECT);
  call.address = inet("unix:/tmp/x");
  expect_call(&call, "connect(3, {AF_UNIX, unix:/tmp/x}, 9) = 0");
  call = made(CALL_CONNECT);
  call.address = inet("127.0.0.1:1");
  fail_call(&call, ECONNREFUSED);
  expect_call(&call,
              "connect(3, {AF_INET, 127.0.0.1:1}, 16) = -1 ECONNREFUSED (Connection refused)");
  call = made(CALL_LISTEN);
  call.number[0] = 4096;
  expect_call(&call, "listen(3, 4096) = 0");
  call = made(CALL_ACCEPT);
  call.address = inet("127.0.0.1:40112");
  call.result = 5;
  expect_call(&call, "accept(3, {AF_INET, 127.0.0.1:40112}, [16]) = 5");
  call = made(CALL_ACCEPT4);
  call.address = inet("127.0.0.1:40112");
  call.number[0] = SOCK_NONBLOCK;
  call.result = 5;
  expect_call(&call, "accept4(3, {AF_INET, 127.0.0.1:40112}, [16], SOCK_NONBLOCK) = 5");
  call = made(CALL_GETSOCKNAME);
  call.address = inet("0.0.0.0:0");
  expect_call(&call, "getsockname(3, {AF_INET, 0.0.0.0:0}, [16]) = 0");
  call = made(CALL_SHUTDOWN);
  call.number[0] = SHUT_RDWR;
  expect_call(&call, "shutdown(3, SHUT_RDWR) = 0");
}

static void set_data(struct call *call, const char *data, size_t length, size_t size) {
  call->data = blob_copy(data, length);
  call->size = size;
}

static void test_calls_with_data(void **state) {
  (void)state;
  struct call call = made(CALL_SEND);
  set_data(&call, "hello", 5, 5);
  call.result = 5;
  expect_call(&call, "send(3, \"hello\", 5, 0) = 5");
  call = made(CALL_SEND);
  set_data(&call, "a\0\n\"\\\x1b\xff$", 8, 8);
  call.number[0] = MSG_OOB | MSG_DONTWAIT;
  call.result = 3; /* a short send */
  expect_call(&call, "send(3, \"a\\0\\n\\\"\\\\\\x1b\\xff$\", 8, MSG_OOB|MSG_DONTWAIT) = 3");
  char many[100];
  memset(many, 'x', sizeof many);
  call = made(CALL_WRITE);
  set_data(&call, many, sizeof many, sizeof many);
  call.result = 100;
  expect_call(&call,
              "write(3, \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"..., "
              "100) = 100");
  call = made(CALL_SENDTO);
  set_data(&call, "x", 1, 1);
  call.address = inet("127.0.0.1:7");
  fail_call(&call, ENOBUFS);
  expect_call(&call, "sendto(3, \"x\", 1, 0, {AF_INET, 127.0.0.1:7}, 16) = -1 ENOBUFS (No buffer "
                     "space available)");
  call = made(CALL_RECV);
  set_data(&call, "hello", 5, 1024);
  call.result = 5;
  expect_call(&call, "recv(3, \"hello\", 1024, 0) = 5");
  call = made(CALL_RECV);
  set_data(&call, "", 0, 1024);
  expect_call(&call, "recv(3, \"\", 1024, 0) = 0");
  call = made(CALL_RECV);
  set_data(&call, "", 0, 64);
  call.number[0] = MSG_PEEK;
  fail_call(&call, EINTR);
  expect_call(&call, "recv(3, ..., 64, MSG_PEEK) = -1 EINTR (Interrupted system call)");
  call = made(CALL_READ);
  set_data(&call, "x", 1, 16);
  call.result = 1;
  expect_call(&call, "read(3, \"x\", 16) = 1");
  call = made(CALL_RECVFROM);
  set_data(&call, "hel", 3, 3);
  call.number[0] = MSG_TRUNC;
  call.address = inet("127.0.0.1:40112");
  call.result = 5;
  expect_call(&call, "recvfrom(3, \"hel\", 3, MSG_TRUNC, {AF_INET, 127.0.0.1:40112}, [16]) = 5");
}

static void test_messages(void **state) {
  (void)state;
  struct call call = made(CALL_SENDMSG);
  int descriptor = 5;
  set_data(&call, "headbody", 8, 8);
  messages_create(&call, 1);
  call.messages.message->part_sizes[0] = 4;
  call.messages.message->part_sizes[1] = 4;
  call.messages.message->part_count = 2;
  message_add_control(call.messages.message, SOL_SOCKET, SCM_RIGHTS, &descriptor,
                      sizeof descriptor);
  call.result = 8;
  expect_call(&call, "sendmsg(3, {msg_name=NULL, msg_iov=[{\"head\", 4}, {\"body\", 4}], "
                     "msg_control=[{SOL_SOCKET, SCM_RIGHTS, [5]}]}, 0) = 8");
  call = made(CALL_RECVMSG);
  set_data(&call, "hello", 5, 8);
  messages_create(&call, 1);
  call.messages.message->part_sizes[0] = 3;
  call.messages.message->part_sizes[1] = 5;
  call.messages.message->part_count = 2;
  call.messages.message->length = 5;
  call.messages.message->flags = MSG_CTRUNC | MSG_TRUNC;
  call.result = 5;
  expect_call(&call, "recvmsg(3, {msg_name=NULL, msg_iov=[{\"hel\", 3}, {\"lo\", 5}], "
                     "msg_flags=MSG_CTRUNC|MSG_TRUNC}, 0) = 5");
}

static void test_options(void **state) {
  (void)state;
  struct call call = made(CALL_SETSOCKOPT);
  int one = 1;
  call.number[0] = SOL_SOCKET;
  call.number[1] = SO_REUSEADDR;
  call.value.option = option_by_number(SOL_SOCKET, SO_REUSEADDR);
  set_data(&call, (const char *)&one, sizeof one, sizeof one);
  expect_call(&call, "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");
  call = made(CALL_GETSOCKOPT);
  struct linger linger = {1, 5};
  call.number[0] = SOL_SOCKET;
  call.number[1] = SO_LINGER;
  call.value.option = option_by_number(SOL_SOCKET, SO_LINGER);
  set_data(&call, (const char *)&linger, sizeof linger, sizeof linger);
  expect_call(&call, "getsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, [8]) = 0");
  call = made(CALL_FCNTL);
  call.number[0] = F_SETFL;
  call.number[1] = O_NONBLOCK;
  expect_call(&call, "fcntl(3, F_SETFL, O_NONBLOCK) = 0");
  call = made(CALL_FCNTL);
  call.number[0] = F_GETFL;
  call.result = O_RDWR | O_NONBLOCK;
  expect_call(&call, "fcntl(3, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)");
  call = made(CALL_IOCTL);
  call.number[0] = FIONREAD;
  call.number[1] = 5;
  expect_call(&call, "ioctl(3, FIONREAD, [5]) = 0");
}

static void set_items(struct call *call, size_t count) {
  call->items.item = calloc(count, sizeof *call->items.item);
  call->items.count = count;
  for (size_t i = 0; i < count; i++)
    call->items.item[i].descriptor = call->items.item[i].label.descriptor = 3 + (int)i;
}

static void test_readiness(void **state) {
  (void)state;
  struct call call = made(CALL_POLL);
  set_items(&call, 2);
  call.items.item[0].asked = POLLIN;
  call.items.item[1].asked = POLLIN | POLLOUT;
  call.items.item[1].given = POLLOUT | POLLHUP;
  call.duration = 1500000;
  call.result = 1;
  expect_call(&call, "poll([{fd=3, events=POLLIN}, {fd=4, events=POLLIN|POLLOUT}], 2, 2) = 1 "
                     "([{fd=4, revents=POLLOUT|POLLHUP}])");
  call = made(CALL_POLL);
  set_items(&call, 1);
  call.items.item[0].asked = POLLIN;
  fail_call(&call, EINTR);
  expect_call(&call, "poll([{fd=3, events=POLLIN}], 1, -1) = -1 EINTR (Interrupted system call)");
  call = made(CALL_SELECT);
  set_items(&call, 2);
  call.items.item[0].asked = SET_READ;
  call.items.item[1].asked = SET_READ | SET_WRITE;
  call.items.item[1].given = SET_WRITE;
  call.duration = 1500000000;
  call.result = 1;
  expect_call(&call, "pselect6(5, [3 4], [4], NULL, {tv_sec=1, tv_nsec=500000000}) = 1 (out [4])");
  call = made(CALL_EPOLL_CREATE1);
  call.result = 5;
  expect_call(&call, "epoll_create1(0) = 5");
  call = made(CALL_EPOLL_CTL);
  call.object.descriptor = 4;
  call.number[0] = EPOLL_CTL_ADD;
  call.number[1] = EPOLLIN | (long)EPOLLET;
  call.number[2] = 4;
  expect_call(&call, "epoll_ctl(3, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, data=4}) = 0");
  call.number[2] = 0x7f0000000004; /* what a program that writes only data.fd may leave */
  expect_call(&call, "epoll_ctl(3, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, data=4}) = 0");
  call.number[2] = 0x7f0e17c09e88;
  expect_call(&call, "epoll_ctl(3, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, "
                     "data=0x7f0e17c09e88}) = 0");
  call = made(CALL_EPOLL_CTL);
  call.object.descriptor = 4;
  call.number[0] = EPOLL_CTL_DEL;
  expect_call(&call, "epoll_ctl(3, EPOLL_CTL_DEL, 4, NULL) = 0");
}

static void test_started(void **state) {
  const struct notation notation = {
      .preview = 64, .style = ESCAPE_ASCII, .names = true, .arrow = "->"};
  struct bytes bytes = {0};
  (void)state;
  struct call call = made(CALL_ACCEPT);
  strcpy(call.subject.name, "srv");
  notation_append_started(&notation, &call, &bytes);
  assert_bytes(&bytes, "accept(3 srv, ...)");
  bytes_free(&bytes);
  call_free(&call);
}

static void test_state_lines(void **state) {
  const struct notation notation = {.preview = 64, .style = ESCAPE_ASCII, .arrow = "->"};
  struct bytes bytes = {0};
  (void)state;
  struct event_state event = {
      .socket = {.descriptor = 3, .family = AF_INET, .protocol = IPPROTO_TCP}};
  event.now = (struct snapshot){.state = STATE_LISTEN, .local = inet("127.0.0.1:5000")};
  notation_append_state(&notation, &event, &bytes);
  assert_bytes(&bytes, "3 LISTEN 127.0.0.1:5000");
  event.before = (struct snapshot){.state = STATE_CLOSED};
  event.now = (struct snapshot){
      .state = STATE_ESTABLISHED, .local = inet("127.0.0.1:40112"), .peer = inet("127.0.0.1:5000")};
  notation_append_state(&notation, &event, &bytes);
  assert_bytes(&bytes, "3 CLOSED -> ESTABLISHED 127.0.0.1:40112 -> 127.0.0.1:5000");
  event.before.state = STATE_ESTABLISHED;
  event.now.state = STATE_FIN_WAIT1;
  event.socket.role = ROLE_LINGERING;
  notation_append_state(&notation, &event, &bytes);
  assert_bytes(&bytes, "(3) ESTABLISHED -> FIN_WAIT1 127.0.0.1:40112 -> 127.0.0.1:5000");
  event.before.state = STATE_UNKNOWN;
  event.now.state = STATE_SYN_RECV;
  event.socket.role = ROLE_QUEUED;
  notation_append_state(&notation, &event, &bytes);
  assert_bytes(&bytes, "3 queue: SYN_RECV 127.0.0.1:40112 -> 127.0.0.1:5000");
  bytes_free(&bytes);
}

/* One event of each kind, with enough in it that a view has something to say. */
static void fill_event(struct event *event, enum event_kind kind) {
  static struct call call;
  static struct event_state state;
  static struct event_service service;
  static struct event_program program;
  static struct event_sample sample;
  static struct answer answer;
  *event = (struct event){.kind = kind, .serial = 7, .monotonic = 1, .wall = 1};
  switch (kind) {
  case EVENT_CALL_START:
  case EVENT_CALL_BLOCKED:
  case EVENT_CALL_FINISH:
    call_init(&call, CALL_LISTEN, NULL);
    call.subject.descriptor = 3;
    event->call = &call;
    break;
  case EVENT_STATEMENT:
    event->line = (struct event_statement){.source = "script", .line = 1, .text = "x", .length = 1};
    break;
  case EVENT_STATE:
    state.now.state = STATE_LISTEN;
    event->state = &state;
    break;
  case EVENT_ANSWER:
    answer_text(&answer, "help");
    bytes_append_text(&answer.text, "words\n");
    event->answer = &answer;
    break;
  case EVENT_NOTE:
    event->note = "a note";
    break;
  case EVENT_ERROR:
    event->error = (struct event_error){
        .kind = ERROR_FAILURE, .source = "", .command = "x", .message = "it failed", .hint = ""};
    break;
  case EVENT_JOB:
    event->about_job = (struct event_job){.number = 1, .phase = JOB_KILLED, .text = "x"};
    event->job = 1;
    break;
  case EVENT_TEST:
    event->test = (struct event_test){.what = "assert", .text = "x", .expected = "1", .got = "2"};
    break;
  case EVENT_RESULT:
    event->result = (struct event_result){.duration = 5, .names = ""};
    break;
  case EVENT_FILE:
    event->file = (struct event_file){.path = "file"};
    break;
  case EVENT_PACKET:
    event->packet = (struct event_packet){.number = 1,
                                          .fate = PACKET_CROSSED,
                                          .source = "a",
                                          .target = "b",
                                          .to = "b",
                                          .wire = "",
                                          .reason = "",
                                          .bytes = "E",
                                          .length = 1,
                                          .total = 1};
    break;
  case EVENT_SERVICE:
    service = (struct event_service){.number = 1, .phase = SERVICE_STARTED, .text = "echo, epoll"};
    event->service = &service;
    break;
  case EVENT_COUNTER:
    event->counter = (struct event_counter){
        .name = "tx_dropped", .interface = "eth0", .meaning = "lost", .moved = 5, .value = 9};
    break;
  case EVENT_PROGRESS:
    event->progress = (struct event_progress){.what = "file", .moved = 5, .whole = 9};
    break;
  case EVENT_PROGRAM:
    program = (struct event_program){.number = 1,
                                     .name = "p",
                                     .phase = PROGRAM_PRINTED,
                                     .stream = PROGRAM_ERRORS,
                                     .data = "x",
                                     .kept = 1,
                                     .length = 1,
                                     .text = ""};
    event->program = &program;
    break;
  case EVENT_SAMPLE:
    sample = (struct event_sample){
        .socket = {.id = 1, .descriptor = 3, .name = "c"},
        .count = 2,
        .values = {{.field = "cwnd", .unit = "segments", .known = true, .value = 10},
                   {.field = "ssthresh", .unit = "segments"}}};
    event->sample = &sample;
    break;
  case EVENT_SETTINGS:
    event->settings =
        (struct event_settings){.now = {.preview = 64, .calls = true, .states = true}};
    event->settings.before = event->settings.now;
    event->settings.before.preview = 8;
    break;
  }
}

/* How many bytes a view makes of an event, a test that fails, and the end. */
static size_t render(const struct view_class *class, const struct event *event) {
  const struct view_settings settings = {
      .verbose = true, .terminal = true, .states = true, .calls = true, .preview = 64};
  struct output output;
  struct event test;
  output_start(&output);
  struct view *view = view_create(class, &output, &settings, NULL);
  if (event)
    view_event(event, view);
  fill_event(&test, EVENT_TEST);
  view_event(&test, view);
  view_finish(view);
  size_t length = output.bytes.length;
  view_free(view);
  output_stop(&output);
  return length;
}

/* Each view says something of every kind of event, or that it leaves the kind out. */
static void test_every_kind_is_shown(void **state) {
  const struct view_class *const classes[] = {&view_text, &view_json, &view_tap};
  (void)state;
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    for (int kind = 0; kind <= EVENT_LAST; kind++) {
      struct event event;
      fill_event(&event, (enum event_kind)kind);
      bool shown = render(classes[i], &event) != render(classes[i], NULL);
      bool left_out = classes[i]->leaves_out & VIEW_KIND(kind);
      if (kind == EVENT_ERROR && left_out)
        fail_msg("the view %s leaves out errors, which nobody else tells", classes[i]->name);
      if (shown == left_out)
        fail_msg("the view %s %s of events of kind %d", classes[i]->name,
                 shown ? "says it leaves out, and shows" : "says nothing", kind);
      if (kind == EVENT_ANSWER)
        answer_free((struct answer *)event.answer);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_kind_is_shown),
      cmocka_unit_test(test_alias_of_ports),
      cmocka_unit_test(test_alias_of_typed_lines),
      cmocka_unit_test(test_alias_of_names),
      cmocka_unit_test(test_alias_of_others),
      cmocka_unit_test(test_alias_in_text),
      cmocka_unit_test(test_table),
      cmocka_unit_test(test_table_of_wide_characters),
      cmocka_unit_test(test_table_without_rows),
      cmocka_unit_test(test_calls_that_make),
      cmocka_unit_test(test_calls_with_addresses),
      cmocka_unit_test(test_calls_with_data),
      cmocka_unit_test(test_messages),
      cmocka_unit_test(test_options),
      cmocka_unit_test(test_readiness),
      cmocka_unit_test(test_started),
      cmocka_unit_test(test_state_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
