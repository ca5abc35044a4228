/* Runs a command and prints the most memory that it had in use, in kilobytes, on standard error.
 *
 * The kernel counts towards a program's peak what the process had before it became that program.
 * The benchmarks themselves are large beside socksh, so this small program starts it for them.
 *
 * usage: peak-memory COMMAND [ARGUMENT...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct rusage usage;
  int status;

  if (argc < 2) {
    fprintf(stderr, "usage: peak-memory COMMAND [ARGUMENT...]\n");
    return 2;
  }
  pid_t child = fork();
  if (child < 0) {
    perror("fork");
    return 1;
  }
  if (child == 0) {
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    _exit(127);
  }
  if (wait4(child, &status, 0, &usage) < 0) {
    perror("wait4");
    return 1;
  }
  fprintf(stderr, "%ld\n", usage.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
