#include "session/program_sockets.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/lab.h"
#include "system/family.h"

/* Who has a socket open. */
struct holder {
  uint32_t inode;
  int descriptor;
  pid_t pid;
  const struct process *program; /* NULL: none of those that were started here */
};

/* Where a program listens. */
struct listener {
  struct address address;
  const struct holder *holder;
};

struct gathering {
  struct session *session;
  struct inventory *inventory;
  struct program_choice choice;
  struct host *host;             /* whose list is read; NULL: the real network */
  const struct process *program; /* whose descriptors are read now, */
  pid_t pid;                     /* and which process of it */
  struct bytes holders;          /* struct holder, by inode, one for each */
  const struct process *refused; /* a program that may not be looked into, and why: an errno */
  int reason;
  struct family_all everything; /* the processes of the machine */
  struct bytes known;           /* uint64_t: the cookies of the inventory, in order */
  struct bytes listeners;       /* struct listener */
  struct bytes strays;          /* struct kernel_socket: nobody has them open */
};

static void gathering_free(struct gathering *gathering) {
  family_forget(&gathering->everything);
  bytes_free(&gathering->holders);
  bytes_free(&gathering->known);
  bytes_free(&gathering->listeners);
  bytes_free(&gathering->strays);
}

static void note_holder(int descriptor, uint32_t inode, void *context) {
  struct gathering *gathering = context;
  struct holder holder = {inode, descriptor, gathering->pid, gathering->program};
  bytes_append(&gathering->holders, &holder, sizeof holder);
}

static void note_family(struct gathering *gathering, pid_t first) {
  struct bytes family = {0};
  family_list(&gathering->everything, first, &family);
  const pid_t *processes = (const pid_t *)family.data;
  for (size_t i = 0; i < family.length / sizeof *processes; i++) {
    gathering->pid = processes[i];
    int refused = family_walk_sockets(processes[i], note_holder, gathering);
    if (refused && gathering->program) {
      gathering->refused = gathering->program;
      gathering->reason = refused;
    }
  }
  bytes_free(&family);
}

/* A socket that several processes have is that of a program of the session, and of the oldest
 * process, under its lowest number. */
static int compare_holders(const void *first, const void *second) {
  const struct holder *a = first;
  const struct holder *b = second;
  if (a->inode != b->inode)
    return a->inode < b->inode ? -1 : 1;
  if (!a->program != !b->program)
    return a->program ? -1 : 1;
  if (a->pid != b->pid)
    return a->pid < b->pid ? -1 : 1;
  return (a->descriptor > b->descriptor) - (a->descriptor < b->descriptor);
}

static void sort_holders(struct gathering *gathering) {
  struct holder *all = (struct holder *)gathering->holders.data;
  size_t count = gathering->holders.length / sizeof *all;
  size_t left = 0;
  if (count > 0)
    qsort(all, count, sizeof *all, compare_holders);
  for (size_t i = 0; i < count; i++)
    if (left == 0 || all[left - 1].inode != all[i].inode)
      all[left++] = all[i];
  gathering->holders.length = left * sizeof *all;
}

static void gather_holders(struct gathering *gathering) {
  family_take(&gathering->everything);
  for (const struct process *program = gathering->session->programs; program;
       program = program->next) {
    if (program->ended || (gathering->choice.only && gathering->choice.only != program))
      continue;
    gathering->program = program;
    note_family(gathering, program->pid);
  }
  gathering->program = NULL;
  if (gathering->choice.all)
    note_family(gathering, 0);
  sort_holders(gathering);
}

static int compare_inodes(const void *first, const void *second) {
  uint32_t a = ((const struct holder *)first)->inode;
  uint32_t b = ((const struct holder *)second)->inode;
  return a < b ? -1 : a > b;
}

static const struct holder *find_holder(const struct gathering *gathering, uint32_t inode) {
  const struct bytes *holders = &gathering->holders;
  struct holder key = {.inode = inode};
  if (holders->length == 0 || inode == 0)
    return NULL;
  return bsearch(&key, holders->data, holders->length / sizeof key, sizeof key, compare_inodes);
}

static int compare_cookies(const void *first, const void *second) {
  uint64_t a = *(const uint64_t *)first;
  uint64_t b = *(const uint64_t *)second;
  return a < b ? -1 : a > b;
}

/* The sockets of programs whose calls are read are in the inventory already, by their cookies. */
static void claim_traced(const struct gathering *gathering, struct inventory_entry *entry) {
  const struct socket *socket = entry->socket;
  const struct holder *holder = find_holder(gathering, entry->kernel.inode);
  if (socket->role != ROLE_OF_PROGRAM)
    return;
  snprintf(entry->owner, sizeof entry->owner, "%s.%d", socket->name, socket->was_descriptor);
  entry->program = holder ? holder->program : NULL;
}

static void note_known(struct gathering *gathering) {
  struct inventory_entry *entries = (struct inventory_entry *)gathering->inventory->found.data;
  for (size_t i = 0; i < inventory_count(gathering->inventory); i++) {
    uint64_t cookie = inventory_nth(gathering->inventory, i)->socket->cookie;
    bytes_append(&gathering->known, &cookie, sizeof cookie);
    claim_traced(gathering, &entries[i]);
  }
  if (gathering->known.length > 0)
    qsort(gathering->known.data, gathering->known.length / sizeof(uint64_t), sizeof(uint64_t),
          compare_cookies);
}

static bool is_known(const struct gathering *gathering, uint64_t cookie) {
  const struct bytes *known = &gathering->known;
  return known->length > 0 && bsearch(&cookie, known->data, known->length / sizeof cookie,
                                      sizeof cookie, compare_cookies) != NULL;
}

/* "p.4"; "71.4" for process 71; "p.3 queue" for one that waits at a listener. */
static void name_owner(struct inventory_entry *entry, const struct holder *holder, bool queued) {
  if (!holder)
    snprintf(entry->owner, sizeof entry->owner, "-");
  else if (holder->program)
    snprintf(entry->owner, sizeof entry->owner, "%s.%d%s", holder->program->name,
             holder->descriptor, queued ? " queue" : "");
  else
    snprintf(entry->owner, sizeof entry->owner, "%ld.%d%s", (long)holder->pid, holder->descriptor,
             queued ? " queue" : "");
}

static void add(struct gathering *gathering, const struct kernel_socket *kernel,
                const struct holder *holder, bool queued) {
  struct inventory *inventory = gathering->inventory;
  struct socket *socket =
      socket_create_queued(&gathering->session->sockets, gathering->host, kernel);
  if (!socket)
    return;
  struct inventory_entry entry = {.socket = socket, .listed = true, .kernel = *kernel};
  socket->role = ROLE_OF_PROGRAM;
  socket->was_descriptor = holder ? holder->descriptor : -1;
  name_owner(&entry, holder, queued);
  if (holder) {
    entry.program = holder->program;
    family_name(holder->pid, socket->name);
  }
  size_t at = inventory->found.length / sizeof entry;
  bytes_append(&inventory->found, &entry, sizeof entry);
  bytes_append(&inventory->order, &at, sizeof at);
  if (inventory->found.failed)
    object_release(&socket->object);
}

/* A pair that a program has made for itself, as libraries do to wake a thread: it is of interest to
 * those alone who ask for that program. */
static bool is_private(const struct gathering *gathering, const struct kernel_socket *kernel,
                       const struct holder *holder) {
  const struct holder *other = find_holder(gathering, kernel->peer_inode);
  return !gathering->choice.only && !gathering->choice.all && kernel->family == AF_UNIX &&
         kernel->local.length <= sizeof(sa_family_t) && other && other->program == holder->program;
}

static void collect(const struct kernel_socket *kernel, void *context) {
  struct gathering *gathering = context;
  const struct holder *holder = find_holder(gathering, kernel->inode);
  bool own = holder && holder->pid == getpid();
  if (own || is_known(gathering, kernel->cookie) ||
      (holder && is_private(gathering, kernel, holder)))
    return;
  if (holder && kernel->state == STATE_LISTEN) {
    struct listener listener = {kernel->local, holder};
    bytes_append(&gathering->listeners, &listener, sizeof listener);
  }
  if (holder || (gathering->choice.all && kernel->inode != 0))
    add(gathering, kernel, holder, false);
  else if (kernel->inode == 0 && kernel->protocol == IPPROTO_TCP)
    bytes_append(&gathering->strays, kernel, sizeof *kernel);
}

static const struct holder *listener_of(const struct gathering *gathering,
                                        const struct kernel_socket *stray) {
  const struct listener *listeners = (const struct listener *)gathering->listeners.data;
  const struct holder *best = NULL;
  int best_fit = 0;
  if (!inventory_may_be_queued(stray))
    return NULL;
  for (size_t i = 0; i < gathering->listeners.length / sizeof *listeners; i++) {
    int fits = inventory_fit(&listeners[i].address, &stray->local);
    if (fits > best_fit)
      best = listeners[i].holder;
    best_fit = fits > best_fit ? fits : best_fit;
  }
  return best;
}

static bool has_program(const struct gathering *gathering) {
  for (const struct process *program = gathering->session->programs; program;
       program = program->next)
    if (program->host == gathering->host)
      return true;
  return false;
}

/* What nobody has open waits at a listener, or is closed. A host of the lab is the session's alone:
 * what is closed there was a program's. */
static void add_strays(struct gathering *gathering) {
  const struct kernel_socket *strays = (const struct kernel_socket *)gathering->strays.data;
  bool others = gathering->choice.all ||
                (gathering->host && !gathering->choice.only && has_program(gathering));
  for (size_t i = 0; i < gathering->strays.length / sizeof *strays; i++) {
    const struct holder *listener = listener_of(gathering, &strays[i]);
    if (listener || others)
      add(gathering, &strays[i], listener, listener != NULL);
  }
}

static int gather_list(struct gathering *gathering, struct kernel *kernel, struct error *error) {
  struct kernel_filter filter = {KERNEL_TCP | KERNEL_UDP | KERNEL_UNIX, KERNEL_STATES};
  bytes_clear(&gathering->listeners);
  bytes_clear(&gathering->strays);
  if (!kernel)
    return 0; /* the session's own inventory has said so */
  if (kernel_walk(kernel, filter, collect, gathering, error) < 0)
    return -1;
  add_strays(gathering);
  return 0;
}

/* Each network that a program may be on. */
static int gather_lists(struct gathering *gathering, struct error *error) {
  struct session *session = gathering->session;
  const struct process *only = gathering->choice.only;
  int status = 0;
  if (gathering->choice.all || has_program(gathering))
    status = gather_list(gathering, session->sockets.kernel, error);
  for (size_t i = 0; status == 0 && session->lab && i < session->lab->host_count; i++) {
    gathering->host = &session->lab->hosts[i]->host;
    if (gathering->choice.all ||
        (has_program(gathering) && (!only || only->host == gathering->host)))
      status = gather_list(gathering, gathering->host->kernel, error);
  }
  return status;
}

/* By program, descriptor, and what waits at it; what nobody has comes last. */
static int compare_rows(const struct inventory_entry *a, const struct inventory_entry *b) {
  unsigned a_program = a->program ? a->program->job : UINT_MAX;
  unsigned b_program = b->program ? b->program->job : UINT_MAX;
  bool a_held = a->socket->was_descriptor >= 0;
  bool b_held = b->socket->was_descriptor >= 0;
  if (a_program != b_program)
    return a_program < b_program ? -1 : 1;
  if (a_held != b_held)
    return a_held ? -1 : 1;
  if (a->socket->was_descriptor != b->socket->was_descriptor)
    return a->socket->was_descriptor < b->socket->was_descriptor ? -1 : 1;
  if (!a->kernel.inode != !b->kernel.inode)
    return a->kernel.inode ? -1 : 1;
  return a->socket->id < b->socket->id ? -1 : a->socket->id > b->socket->id;
}

static int compare_order(const void *first, const void *second, void *found) {
  const struct inventory_entry *all = found;
  return compare_rows(&all[*(const size_t *)first], &all[*(const size_t *)second]);
}

int program_sockets_add(struct runner *runner, struct program_choice choice,
                        struct inventory *inventory, struct error *error) {
  struct gathering gathering = {
      .session = runner->session, .inventory = inventory, .choice = choice};
  if (!choice.all && !runner->session->programs)
    return 0;
  size_t before = inventory_count(inventory);
  gather_holders(&gathering);
  if (gathering.refused)
    runner_note(runner, _("which sockets %s has may not be looked into: %s (%s)"),
                gathering.refused->name, strerrordesc_np(gathering.reason),
                error_number_name(gathering.reason));
  note_known(&gathering);
  int status = gather_lists(&gathering, error);
  if (inventory_count(inventory) > before && !inventory->order.failed)
    qsort_r((size_t *)inventory->order.data + before, inventory_count(inventory) - before,
            sizeof(size_t), compare_order, inventory->found.data);
  bool failed = gathering.holders.failed || gathering.known.failed || gathering.listeners.failed ||
                gathering.strays.failed || inventory->found.failed || inventory->order.failed;
  gathering_free(&gathering);
  return failed ? error_set_memory(error) : status;
}

/* The first socket that clients can come to. */
struct listening {
  const struct gathering *gathering;
  struct address address;
  bool found;
};

static void note_listening(const struct kernel_socket *kernel, void *context) {
  struct listening *listening = context;
  bool udp = kernel->protocol == IPPROTO_UDP && kernel->peer.length == 0 &&
             address_port(&kernel->local) != 0;
  bool datagrams = kernel->family == AF_UNIX && kernel->type == SOCK_DGRAM &&
                   kernel->local.length > sizeof(sa_family_t);
  if (listening->found || (kernel->state != STATE_LISTEN && !udp && !datagrams) ||
      !find_holder(listening->gathering, kernel->inode))
    return;
  listening->found = true;
  listening->address = kernel->local;
}

/* The wildcard is not where one connects to. */
static struct address reachable(const struct host *host, const struct address *address) {
  struct address there = *address;
  if (!address_is_any(address))
    return there;
  if (host)
    there = host->address(host, address_family(address));
  else
    address_any_to_loopback(&there);
  address_set_port(&there, address_port(address));
  return there;
}

int program_sockets_find_listener(struct runner *runner, const struct process *process,
                                  struct address *address, struct error *error) {
  struct session *session = runner->session;
  struct kernel *kernel = process->host ? process->host->kernel : session->sockets.kernel;
  struct gathering gathering = {.session = session, .choice = {.only = process}};
  struct listening listening = {.gathering = &gathering};
  if (!kernel)
    return kernel_explain_missing(error);
  gather_holders(&gathering);
  struct kernel_filter filter = {KERNEL_TCP | KERNEL_UNIX, KERNEL_STATES};
  int status = gathering.holders.length > 0
                   ? kernel_walk(kernel, filter, note_listening, &listening, error)
                   : 0;
  filter.kinds = KERNEL_UDP;
  if (status == 0 && gathering.holders.length > 0 && !listening.found)
    status = kernel_walk(kernel, filter, note_listening, &listening, error);
  if (gathering.holders.failed)
    status = error_set_memory(error);
  gathering_free(&gathering);
  if (listening.found)
    *address = reachable(process->host, &listening.address);
  return status < 0 ? -1 : listening.found;
}
