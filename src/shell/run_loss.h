/* run_loss: what failed in silence while a statement ran is told behind it. */
#ifndef SOCKSH_SHELL_RUN_LOSS_H
#define SOCKSH_SHELL_RUN_LOSS_H

#include "session/runner.h"

/* Memory that ran out makes the statement fail, since something may be missing: returns true, with
 * the error filled in; `failed` says whether it had one already. A look at the kernel that was
 * refused, and a record that can't be kept, are told once each. */
bool run_loss_tell(struct runner *runner, struct error *error, bool failed);

#endif
