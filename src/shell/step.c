#include "shell/step.h"
int step_run(struct runner *runner, const char *name, const char *text, size_t length) {
  (void)runner; (void)name; (void)text; (void)length;
  return 2;
}
