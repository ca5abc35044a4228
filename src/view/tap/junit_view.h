/* junit_view: the tests of a session as a report in JUnit's XML, which most CI systems read. It is
 * a second view, beside the one that is shown. */
#ifndef SOCKSH_VIEW_TAP_JUNIT_VIEW_H
#define SOCKSH_VIEW_TAP_JUNIT_VIEW_H

#include "view/view.h"

/* Creates one for view_add. The report is written to `file`, a descriptor that the view closes,
 * when the session is over. `name` is that of the suite and is copied. NULL when there is no
 * memory; then the descriptor is still the caller's. */
struct view *junit_view_create(int file, const char *name);

/* After view_finish: 0, or the errno for which the report could not be written. */
int junit_view_problem(const struct view *view);

#endif
