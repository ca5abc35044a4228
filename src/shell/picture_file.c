#include "shell/picture_file.h"
#include "session/drawing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "system/file.h"
#include "view/ladder/ladder.h"
#include "view/picture/picture.h"

/* The columns of one that is text. */
enum { COLUMNS = 100 };

static bool take(const struct event *event, void *context) {
  ladder_take(context, event);
  return true;
}

static int write_one(struct session *session, const char *path) {
  const struct picture_form *form = picture_form_of(path);
  size_t width = session->settings.view.width ? session->settings.view.width : COLUMNS;
  struct ladder_settings settings = picture_settings(form, &session->settings.view, width);
  struct ladder ladder;
  struct bytes picture = {0};
  ladder_begin(&ladder, &settings);
  timeline_walk(session->timeline, 1, EVENT_ANY, take, &ladder);
  ladder_end(&ladder);
  if (form->detailed)
    drawing_add_code(session, &ladder, 0);
  if (!ladder.failed)
    form->append(&ladder, width, &picture);
  int problem =
      ladder.failed || picture.failed ? ENOMEM : file_replace(path, picture.data, picture.length);
  ladder_free(&ladder);
  bytes_free(&picture);
  if (problem)
    fprintf(stderr, _("socksh: the picture %s can't be written: %s (%s)\n"), path,
            strerror(problem), error_number_name(problem));
  return problem ? -1 : 0;
}

int picture_file_write(struct session *session, const struct shell_options *options) {
  int status = options->diagram ? write_one(session, options->diagram) : 0;
  if (options->report && write_one(session, options->report) < 0)
    status = -1;
  return status;
}
