/* family: which processes belong to a program, their sockets, and whether they read their input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "system/family.h"
#include "system/owner.h"

static bool has(pid_t first, pid_t wanted) {
  struct bytes all = {0};
  struct family_all everything = {{0}};
  bool found = false;
  family_take(&everything);
  family_list(&everything, first, &all);
  family_forget(&everything);
  const pid_t *list = (const pid_t *)all.data;
  for (size_t i = 0; i < all.length / sizeof *list; i++) {
    found = found || list[i] == wanted;
    if (i > 0)
      assert_true(list[i - 1] < list[i]);
  }
  bytes_free(&all);
  return found;
}

/* A child that starts another one, in a group of that one's own, and tells its number. */
static pid_t start_two(int report) {
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "a) name (of 15");
    pid_t other = fork();
    if (other == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      setsid();
      pid_t own = getpid();
      _exit(write(report, &own, sizeof own) == sizeof own ? pause() : 1);
    }
    for (;;)
      pause();
  }
  return child;
}

static void end(pid_t child) {
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

static void test_members(void **state) {
  int ends[2];
  pid_t grandchild = 0;
  char name[FAMILY_NAME_SIZE];
  (void)state;
  assert_int_equal(pipe(ends), 0);
  pid_t child = start_two(ends[1]);
  assert_int_equal(read(ends[0], &grandchild, sizeof grandchild), sizeof grandchild);
  assert_true(has(child, child));
  assert_true(has(child, grandchild));
  assert_false(has(child, getpid()));
  assert_false(has(grandchild, child));
  assert_true(has(0, getpid()) && has(0, child) && has(0, grandchild));
  family_name(child, name);
  assert_string_equal(name, "a) name (of 15");
  kill(grandchild, SIGKILL);
  end(child);
  assert_false(has(child, child));
  family_name(child, name);
  assert_string_equal(name, "");
  close(ends[0]);
  close(ends[1]);
}

struct wanted {
  int descriptor;
  uint32_t inode;
  unsigned found;
};

static void look_for(int descriptor, uint32_t inode, void *context) {
  struct wanted *wanted = context;
  wanted->found += descriptor == wanted->descriptor && inode == wanted->inode;
}

static void test_sockets(void **state) {
  struct stat status;
  char name[FAMILY_NAME_SIZE];
  (void)state;
  int socket_ = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(fstat(socket_, &status), 0);
  struct wanted wanted = {socket_, (uint32_t)status.st_ino, 0};
  family_walk_sockets(getpid(), look_for, &wanted);
  assert_int_equal(wanted.found, 1);
  assert_int_equal(owner_of_socket(wanted.inode, name), getpid());
  assert_true(strlen(name) > 0);
  close(socket_);
  family_walk_sockets(getpid(), look_for, &wanted);
  assert_int_equal(wanted.found, 1);
  assert_int_equal(owner_of_socket(wanted.inode, name), 0);
}

/* What a program of this line does: its answer is asked for again until it is the wanted one, since
 * it takes a while until the program has begun to wait. */
static void expect_reads(const char *line, enum family_reads wanted) {
  int input[2];
  assert_int_equal(pipe(input), 0);
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    dup2(input[0], 0);
    close(input[1]);
    execl("/bin/sh", "sh", "-c", line, NULL);
    _exit(127);
  }
  enum family_reads found = FAMILY_READS_UNKNOWN;
  for (int i = 0; i < 3000 && found != wanted; i++) {
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    found = family_reads_input(child);
  }
  kill(-child, SIGKILL);
  end(child);
  close(input[0]);
  close(input[1]);
  assert_int_equal(found, wanted);
}

static void test_reads(void **state) {
  (void)state;
  expect_reads("exec cat", FAMILY_READS);
  expect_reads("cat; true", FAMILY_READS); /* sh waits for cat, which reads */
  expect_reads("exec sleep 100", FAMILY_READS_NOT);
  expect_reads("sleep 100 | sleep 100; true", FAMILY_READS_NOT);
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_members),
      cmocka_unit_test(test_sockets),
      cmocka_unit_test(test_reads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
