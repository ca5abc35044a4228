#include "system/state_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "language/bytes.h"

char *state_file_path(const char *name, int *problem) {
  struct bytes text = {0};
  const char *state = getenv("XDG_STATE_HOME");
  const char *home = getenv("HOME");
  *problem = 0;
  if (state && state[0] == '/')
    bytes_append_format(&text, "%s/socksh/%s", state, name);
  else if (home && home[0] == '/')
    bytes_append_format(&text, "%s/.local/state/socksh/%s", home, name);
  else
    return NULL;
  bytes_append_char(&text, '\0');
  if (text.failed)
    return NULL;
  for (char *slash = strchr(text.data + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(text.data, 0700) < 0 && errno != EEXIST && !*problem)
      *problem = errno; /* told where the file can't be opened, and so this was why */
    *slash = '/';
  }
  return text.data;
}
