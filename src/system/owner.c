#include "system/owner.h"

struct search {
  uint32_t inode;
  bool found;
};

static void consider(int descriptor, uint32_t inode, void *context) {
  struct search *search = context;
  (void)descriptor;
  search->found = search->found || inode == search->inode;
}

pid_t owner_of_socket(uint32_t inode, char name[FAMILY_NAME_SIZE]) {
  struct search search = {inode, false};
  struct family_all everything = {{0}};
  struct bytes all = {0};
  pid_t owner = 0;
  family_take(&everything);
  family_list(&everything, 0, &all);
  family_forget(&everything);
  const pid_t *processes = (const pid_t *)all.data;
  name[0] = '\0';
  for (size_t i = 0; owner == 0 && i < all.length / sizeof *processes; i++) {
    family_walk_sockets(processes[i], consider, &search);
    owner = search.found ? processes[i] : 0;
  }
  bytes_free(&all);
  if (owner > 0)
    family_name(owner, name);
  return owner;
}
