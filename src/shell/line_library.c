#include "shell/line_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

struct line_library library;

#ifdef READLINE_LIBRARY

/* What is loaded, and where its pointer stands in the structure. */
struct symbol {
  const char *name;
  size_t offset;
};

#define SYMBOL(name) {#name, offsetof(struct line_library, name)},
static const struct symbol symbols[] = {LINE_LIBRARY_SYMBOLS(SYMBOL)};
#undef SYMBOL

int line_library_load(struct error *error) {
  void *loaded = dlopen(READLINE_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  bool found = loaded != NULL;
  for (size_t i = 0; found && i < sizeof symbols / sizeof *symbols; i++) {
    void *pointer = dlsym(loaded, symbols[i].name);
    memcpy((char *)&library + symbols[i].offset, &pointer, sizeof pointer);
    found = pointer != NULL;
  }
  if (found)
    return 0;
  const char *reason = dlerror();
  return error_set(error, ERROR_FAILURE,
                   _("the prompt needs GNU readline, which can't be loaded: %.300s. Install it if "
                     "it is missing (on Debian and Ubuntu: apt-get install libreadline8); scripts "
                     "run without it: socksh FILE, socksh -c LINES"),
                   reason ? reason : READLINE_LIBRARY);
}

#else

int line_library_load(struct error *error) {
#define LINKED(name) .name = &name,
  library = (struct line_library){LINE_LIBRARY_SYMBOLS(LINKED)};
#undef LINKED
  (void)error;
  return 0;
}

#endif
