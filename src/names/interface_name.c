#include "names/interface_name.h"

#include <net/if.h>

void interface_name_append(uint32_t index, struct bytes *bytes) {
  char name[IF_NAMESIZE];
  if (index == 0)
    bytes_append_char(bytes, '*');
  else if (if_indextoname(index, name))
    bytes_append_text(bytes, name);
  else
    bytes_append_format(bytes, "%u", index);
}
