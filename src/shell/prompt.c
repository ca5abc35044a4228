#include "shell/prompt.h"
#include "shell/script.h"
int prompt_run(struct session *session, const struct shell_options *options) {
  return script_run(session, options);
}
