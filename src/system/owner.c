#include "system/owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/descriptor.h"

/* At the top of the descriptors: a lower number may be the user's next. */
static DIR *open_directory(const char *path) {
  int descriptor = descriptor_open(path, O_RDONLY | O_DIRECTORY, 0);
  DIR *directory = descriptor < 0 ? NULL : fdopendir(descriptor);
  if (!directory && descriptor >= 0)
    close(descriptor);
  return directory;
}

static void read_name(pid_t process, char name[OWNER_NAME_SIZE]) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/comm", (long)process);
  int file = descriptor_open(path, O_RDONLY, 0);
  ssize_t length = file < 0 ? 0 : read(file, name, OWNER_NAME_SIZE - 1);
  if (file >= 0)
    close(file);
  name[length > 0 ? length : 0] = '\0';
  name[strcspn(name, "\n")] = '\0';
}

static bool has_open(pid_t process, const char *wanted) {
  char path[320];
  char link[64];
  bool found = false;
  snprintf(path, sizeof path, "/proc/%ld/fd", (long)process);
  DIR *directory = open_directory(path);
  const struct dirent *entry;
  while (directory && !found && (entry = readdir(directory))) {
    snprintf(path, sizeof path, "/proc/%ld/fd/%s", (long)process, entry->d_name);
    ssize_t length = readlink(path, link, sizeof link - 1);
    link[length > 0 ? length : 0] = '\0';
    found = strcmp(link, wanted) == 0;
  }
  if (directory)
    closedir(directory);
  return found;
}

pid_t owner_of_socket(uint32_t inode, char name[OWNER_NAME_SIZE]) {
  char wanted[32];
  pid_t owner = 0;
  snprintf(wanted, sizeof wanted, "socket:[%u]", inode);
  DIR *directory = open_directory("/proc");
  const struct dirent *entry;
  name[0] = '\0';
  while (directory && owner == 0 && (entry = readdir(directory))) {
    pid_t process = (pid_t)strtol(entry->d_name, NULL, 10);
    if (process > 0 && has_open(process, wanted))
      owner = process;
  }
  if (directory)
    closedir(directory);
  if (owner > 0)
    read_name(owner, name);
  return owner;
}
