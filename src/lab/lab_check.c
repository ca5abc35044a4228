#include "lab/lab_check.h"

#include <sys/socket.h>
#include <unistd.h>

#include "lab/lab.h"

int lab_check(struct error *error) {
  static const char *const wires[] = {"wire"};
  struct lab *lab = lab_create(NULL, true, error);
  int status = lab ? lab_add_host(lab, "host", wires, 1, error) : -1;
  int made[2] = {-1, -1};
  if (status == 0) {
    struct host *host = &lab->hosts[0]->host;
    int number = host->make(host, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0, false, made);
    if (number)
      status = number < 0 ? lab_explain(STAGE_CONTROL, -number, error)
                          : lab_explain(STAGE_SOCKET, number, error);
  }
  if (made[0] >= 0)
    close(made[0]);
  lab_free(lab);
  return status;
}
