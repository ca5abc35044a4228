/* capture_file: what was captured, read again by tcpdump(1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "packet/packet.h"
#include "system/network.h"
#include "view/capture/capture_file.h"

/* Bytes of the blocks with what is put into them below. */
enum { SECTION = 28 + 12 + 4, INTERFACE = 20 + 8 + 8 + 4, PACKET = 32 + 4 + 28 + 8 + 4 };

static char directory[] = "/tmp/socksh-file.XXXXXX";
static char path[64];

static int make_directory(void **state) {
  (void)state;
  if (!mkdtemp(directory))
    return -1;
  snprintf(path, sizeof path, "%s/file", directory);
  return 0;
}

static int remove_directory(void **state) {
  (void)state;
  unlink(path);
  return rmdir(directory);
}

static struct address inet(const char *text) {
  struct address address = {0};
  struct address_query query;
  struct error error = {0};
  assert_int_equal(
      address_parse(text, strlen(text), AF_UNSPEC, NETWORK_OWN, &address, &query, &error),
      ADDRESS_COMPLETE);
  return address;
}

static struct capture_file *open_file(const char *name) {
  struct error error = {0};
  struct capture_file *file = capture_file_open(name, &error);
  if (!file)
    fail_msg("%s", error.message);
  return file;
}

static void add(struct capture_file *file, const struct packet_plan *plan, const char *interface,
                const char *comment, int64_t wall) {
  struct bytes bytes = {0};
  struct error error = {0};
  assert_int_equal(packet_build(plan, &bytes, &error), 0);
  const struct capture_frame frame = {.interface = capture_file_interface(file, interface, ""),
                                      .wall = wall,
                                      .monotonic = wall,
                                      .bytes = bytes.data,
                                      .length = bytes.length > 100 ? 100 : bytes.length,
                                      .total = bytes.length,
                                      .comment = comment};
  capture_file_add(file, &frame);
  bytes_free(&bytes);
}

/* What tcpdump reads there. It gives up being root, so the file is handed to it open. */
static void read_back(struct bytes *text) {
  char command[200];
  char line[500];
  snprintf(command, sizeof command,
           "tcpdump -nn -tt -S --time-stamp-precision=nano -r - <%s 2>%s/errors; rm -f %s/errors",
           path, directory, directory);
  FILE *pipe = popen(command, "r");
  assert_non_null(pipe);
  while (fgets(line, sizeof line, pipe))
    bytes_append_text(text, line);
  pclose(pipe);
}

static bool tcpdump_is_there(void) {
  return system("command -v tcpdump >/dev/null") == 0;
}

static void test_reads_back(void **state) {
  static char data[500];
  struct packet_plan tcp = {.hops = 64,
                            .protocol = IPPROTO_TCP,
                            .source = inet("10.0.0.1:40112"),
                            .destination = inet("10.0.0.2:80"),
                            .sequence = 1000,
                            .flags = FLAG_SYN,
                            .window = 64240,
                            .maximum_segment = 1460};
  struct packet_plan udp = {.hops = 64,
                            .protocol = IPPROTO_UDP,
                            .source = inet("[fd00::1]:5000"),
                            .destination = inet("[fd00::2]:5001"),
                            .data = data,
                            .data_length = sizeof data};
  struct error error = {0};
  struct bytes text = {0};
  (void)state;
  if (!tcpdump_is_there())
    fail_msg("tcpdump is not installed");
  struct capture_file *file = open_file(path);
  add(file, &tcp, "a:client", "", 1763726400123456789);
  add(file, &udp, "b:server", "lost (loss)", 1763726402000000001);
  assert_int_equal(capture_file_count(file), 2);
  if (capture_file_close(file, &error) < 0)
    fail_msg("%s", error.message);
  read_back(&text);
  assert_string_equal(bytes_text(&text),
                      "1763726400.123456789 IP 10.0.0.1.40112 > 10.0.0.2.80: Flags [S], seq 1000, "
                      "win 64240, options [mss 1460], length 0\n"
                      "1763726402.000000001 IP6 fd00::1.5000 > fd00::2.5001: UDP, length 500\n");
  bytes_free(&text);
}

/* What was flushed is there before the file is closed. */
static void test_flushes(void **state) {
  struct packet_plan plan = {.hops = 64,
                             .protocol = IPPROTO_UDP,
                             .source = inet("10.0.0.1:1"),
                             .destination = inet("10.0.0.2:2")};
  struct error error = {0};
  struct stat status;
  (void)state;
  struct capture_file *file = open_file(path);
  add(file, &plan, "a", "", 1); /* too soon to be flushed by itself */
  capture_file_flush(file);
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_size, SECTION + INTERFACE + PACKET);
  add(file, &plan, "a", "", 2000000000);
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_size, SECTION + INTERFACE + 2 * PACKET);
  assert_int_equal(capture_file_close(file, &error), 0);
}

static void test_tells_what_fails(void **state) {
  struct packet_plan plan = {.hops = 64,
                             .protocol = IPPROTO_UDP,
                             .source = inet("10.0.0.1:1"),
                             .destination = inet("10.0.0.2:2")};
  struct error error = {0};
  (void)state;
  capture_file_close(open_file(path), &error);
  assert_null(capture_file_open("/nowhere/file", &error));
  assert_non_null(strstr(error.message, "/nowhere/file"));
  assert_non_null(strstr(error.message, "ENOENT"));
  if (access("/dev/full", W_OK) < 0)
    return;
  struct capture_file *file = open_file("/dev/full");
  add(file, &plan, "a", "", 1);
  assert_int_equal(capture_file_close(file, &error), -1);
  assert_non_null(strstr(error.message, "ENOSPC"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reads_back),
      cmocka_unit_test(test_flushes),
      cmocka_unit_test(test_tells_what_fails),
  };
  return cmocka_run_group_tests_name("capture_file", tests, make_directory, remove_directory);
}
