#include "import/strace_items.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "import/strace_address.h"

static int create_items(struct call *call, size_t count) {
  call->items.item = calloc(count ? count : 1, sizeof *call->items.item);
  return call->items.item ? 0 : -1;
}

static struct call_item *add_item(struct strace_reader *reader, long descriptor) {
  struct call_items *items = &reader->call->items;
  struct call_item *item = &items->item[items->count++];
  struct socket *socket = strace_reader_socket(reader, descriptor);
  *item = (struct call_item){.label = strace_reader_label(reader, descriptor),
                             .descriptor = (int)descriptor};
  if (socket)
    item->entry = (struct socket *)object_retain(&socket->object);
  return item;
}

static void set_polled(struct strace_reader *reader, const struct strace_node *list) {
  struct call_items *items = &reader->call->items;
  const struct strace_node *given = list ? list->child : NULL;
  for (size_t i = 0; i < items->count && given; i++) {
    long descriptor;
    long events;
    if (strace_reader_descriptor(strace_node_member(given, "fd"), &descriptor) < 0 ||
        descriptor != items->item[i].descriptor)
      continue;
    if (strace_read_symbol(strace_node_member(given, "revents"), &constant_poll_events, &events) ==
        0)
      items->item[i].given = (uint32_t)events;
    given = given->next;
  }
}

/* Those that are ready stand behind the result, in the same order. */
int strace_read_poll(struct strace_reader *reader) {
  const struct strace_node *list = reader->node;
  if (create_items(reader->call, list ? list->count : 0) < 0)
    return -1;
  for (const struct strace_node *entry = list ? list->child : NULL; entry; entry = entry->next) {
    long descriptor;
    long events = 0;
    const struct strace_node *asked = strace_node_member(entry, "events");
    if (strace_reader_descriptor(strace_node_member(entry, "fd"), &descriptor) < 0 ||
        (asked && strace_read_symbol(asked, &constant_poll_events, &events) < 0))
      return -1;
    add_item(reader, descriptor)->asked = (uint32_t)events;
  }
  set_polled(reader, strace_node_at(reader->tree->detail, 0));
  return 0;
}

static int compare_items(const void *a, const void *b) {
  const struct call_item *const *one = a;
  const struct call_item *const *other = b;
  return (*one)->descriptor < (*other)->descriptor ? -1 : (*one)->descriptor > (*other)->descriptor;
}

static struct call_item *find_item(struct call_items *items, long descriptor) {
  for (size_t i = 0; i < items->count; i++)
    if (items->item[i].descriptor == descriptor)
      return &items->item[i];
  return NULL;
}

static int add_set(struct strace_reader *reader, const struct strace_node *set, uint32_t kind) {
  for (const struct strace_node *entry = set && set->kind == STRACE_LIST ? set->child : NULL; entry;
       entry = entry->next) {
    long descriptor;
    if (strace_reader_descriptor(entry, &descriptor) < 0)
      return -1;
    struct call_item *item = find_item(&reader->call->items, descriptor);
    (item ? item : add_item(reader, descriptor))->asked |= kind;
  }
  return 0;
}

static void sort_items(struct call_items *items) {
  struct call_item *sorted = calloc(items->count ? items->count : 1, sizeof *sorted);
  struct call_item **order = calloc(items->count ? items->count : 1, sizeof *order);
  for (size_t i = 0; order && i < items->count; i++)
    order[i] = &items->item[i];
  if (order)
    qsort(order, items->count, sizeof *order, compare_items);
  for (size_t i = 0; sorted && order && i < items->count; i++)
    sorted[i] = *order[i];
  free(order);
  if (!sorted || !order) { /* then they stay as they were written */
    free(sorted);
    return;
  }
  free(items->item);
  items->item = sorted;
}

/* in [3], out [4 5], left {...} */
static void set_selected(struct strace_reader *reader) {
  static const char *const titles[] = {"in", "out", "except"};
  const struct strace_node *detail = reader->tree->detail;
  uint32_t kind = 0;
  for (const struct strace_node *node = detail ? detail->child : NULL; node; node = node->next) {
    for (unsigned i = 0; i < 3; i++)
      if (strace_node_is(node, titles[i]))
        kind = 1U << i;
    for (const struct strace_node *entry = node->kind == STRACE_LIST ? node->child : NULL; entry;
         entry = entry->next) {
      long descriptor;
      struct call_item *item = strace_reader_descriptor(entry, &descriptor) == 0
                                   ? find_item(&reader->call->items, descriptor)
                                   : NULL;
      if (item)
        item->given |= kind;
    }
  }
}

int strace_read_sets(struct strace_reader *reader) {
  enum { SETS = 3, MOST = 4096 }; /* strace writes no more than a set has bits: 1024 */
  const struct strace_node *set = strace_reader_second(reader);
  size_t count = 0;
  for (const struct strace_node *one = set; one; one = one->next)
    count += one->count;
  if (count > MOST || create_items(reader->call, count) < 0)
    return -1;
  for (unsigned kind = 0; kind < SETS; kind++, set = set ? set->next : NULL)
    if (add_set(reader, set, 1U << kind) < 0)
      return -1;
  sort_items(&reader->call->items);
  if (!strace_reader_failed(reader))
    set_selected(reader);
  return 0;
}

/* {u32=7, u64=7}, or one number. */
static int read_epoll_data(const struct strace_node *node, uint64_t *data) {
  const struct strace_node *wide =
      node && node->kind == STRACE_STRUCT ? strace_node_member(node, "u64") : node;
  char text[32];
  char *end;
  if (!wide || wide->kind != STRACE_WORD || wide->length >= sizeof text)
    return -1;
  memcpy(text, wide->text, wide->length);
  text[wide->length] = '\0';
  *data = strtoull(text, &end, 0);
  return *end ? -1 : 0;
}

static int read_event_of(const struct strace_node *node, long *events, uint64_t *data) {
  return strace_read_symbol(strace_node_member(node, "events"), &constant_epoll_events, events) < 0
             ? -1
             : read_epoll_data(strace_node_member(node, "data"), data);
}

int strace_read_event(struct strace_reader *reader) {
  struct call *call = reader->call;
  uint64_t data = 0;
  if (call->number[0] == EPOLL_CTL_DEL || strace_node_is(reader->node, "NULL") ||
      strace_node_is_pointer(reader->node))
    return 0;
  if (read_event_of(reader->node, &call->number[1], &data) < 0)
    return -1;
  call->number[2] = (long)data;
  return 0;
}

/* The data of an event is the program's own. Which descriptor it stands for is known from
 * epoll_ctl. */
int strace_read_events(struct strace_reader *reader) {
  struct call *call = reader->call;
  const struct slot *epoll = slots_find(reader->slots, call->subject.descriptor);
  const struct strace_node *list = strace_reader_failed(reader) ? NULL : reader->node;
  if (strace_reader_size(strace_reader_second(reader), &call->items.room) < 0 &&
      !strace_reader_failed(reader))
    return -1;
  if (create_items(call, list ? list->count : 0) < 0)
    return -1;
  for (const struct strace_node *entry = list ? list->child : NULL; entry; entry = entry->next) {
    long events;
    uint64_t data;
    if (entry->kind == STRACE_MORE)
      continue;
    if (read_event_of(entry, &events, &data) < 0)
      return -1;
    long descriptor = epoll && epoll->kind == SLOT_EPOLL ? slots_watched(epoll, data) : -1;
    struct call_item *item = add_item(reader, descriptor);
    item->given = (uint32_t)events;
    item->data = data;
  }
  return 0;
}
