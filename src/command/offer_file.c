/* offer_file: offers names of files. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/offer.h"
#include "system/file_thread.h"

/* The entries of a directory. It is read in a thread with its own descriptor table, so that it
 * takes no number that the user may expect. */
struct listing {
  char *directory;
  struct dirent **entries;
  int count;
};

static void read_directory(void *context) {
  struct listing *listing = context;
  listing->count = scandir(listing->directory, &listing->entries, NULL, alphasort);
}

void offer_files(struct offer *offer) {
  const char *path = offer->word + offer->kept;
  size_t length = offer->length - offer->kept;
  const char *slash = memrchr(path, '/', length);
  size_t directory = slash ? (size_t)(slash - path) + 1 : 0;
  struct listing listing = {.directory = directory ? strndup(path, directory) : strdup(".")};
  size_t kept = offer->kept;
  offer->kept += directory;
  if (listing.directory && file_thread_run(read_directory, &listing) == 0) {
    for (int i = 0; i < listing.count; i++) {
      const struct dirent *entry = listing.entries[i];
      bool hidden = entry->d_name[0] == '.' && (length == directory || path[directory] != '.');
      if (!hidden && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
        char name[300];
        bool folder = entry->d_type == DT_DIR;
        snprintf(name, sizeof name, "%s%s", entry->d_name, folder ? "/" : "");
        offer_text(offer, name, NULL);
      }
      free(listing.entries[i]);
    }
    if (listing.count >= 0)
      free(listing.entries);
  }
  offer->kept = kept;
  free(listing.directory);
  struct candidates *candidates = offer->candidates;
  size_t size = candidates->count == 1 ? strlen(candidates->list[0].text) : 0;
  candidates->no_space = size > 0 && candidates->list[0].text[size - 1] == '/';
}
