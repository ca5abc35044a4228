#include "import/strace_log_sockets.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "import/strace_log_process.h"
#include "language/loss.h"
#include "language/number.h"
#include "socket/foreign.h"
#include "trace/reading.h"

/* What strace calls the kinds of sockets. */
static const struct {
  const char *name;
  int family;
  int type;
  int protocol;
} kinds[] = {
    {"TCP:", AF_INET, SOCK_STREAM, IPPROTO_TCP},
    {"TCPv6:", AF_INET6, SOCK_STREAM, IPPROTO_TCP},
    {"UDP:", AF_INET, SOCK_DGRAM, IPPROTO_UDP},
    {"UDPv6:", AF_INET6, SOCK_DGRAM, IPPROTO_UDP},
    {"UDP-Lite:", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE},
    {"RAW:", AF_INET, SOCK_RAW, 0},
    {"RAWv6:", AF_INET6, SOCK_RAW, 0},
    {"PING:", AF_INET, SOCK_DGRAM, IPPROTO_ICMP},
    {"PINGv6:", AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6},
    {"UNIX:", AF_UNIX, 0, 0},
    {"UNIX-STREAM:", AF_UNIX, SOCK_STREAM, 0},
    {"UNIX-DGRAM:", AF_UNIX, SOCK_DGRAM, 0},
    {"UNIX-SEQPACKET:", AF_UNIX, SOCK_SEQPACKET, 0},
    {"NETLINK:", AF_NETLINK, SOCK_RAW, 0},
    {"socket:", AF_UNSPEC, 0, 0},
};

/* What stands behind a descriptor, unescaped. */
struct about {
  char text[160]; /* longer ones are cut */
  size_t length;
};

static int hex_digit(char c) {
  return isdigit((unsigned char)c)    ? c - '0'
         : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10
                                      : -1;
}

static struct about about_of(const char *text, size_t length) {
  struct about about = {.length = 0};
  for (size_t at = 0; at < length && about.length < sizeof about.text - 1; at++) {
    bool escape = length - at > 3 && text[at] == '\\' && text[at + 1] == 'x' &&
                  hex_digit(text[at + 2]) >= 0 && hex_digit(text[at + 3]) >= 0;
    int byte = escape ? hex_digit(text[at + 2]) << 4 | hex_digit(text[at + 3]) : text[at];
    about.text[about.length++] = (char)byte;
    at += escape ? 3 : 0;
  }
  about.text[about.length] = '\0';
  return about;
}

static bool begins(const struct about *about, const char *text) {
  return strncmp(about->text, text, strlen(text)) == 0;
}

/* Whether it says that it is a socket, or an epoll instance, and what is known of that. */
static enum slot_kind kind_of(const struct about *about, struct foreign_facts *facts) {
  const char *number;
  *facts = (struct foreign_facts){.socket = true};
  if (begins(about, "anon_inode:[eventpoll]")) {
    *facts = (struct foreign_facts){.kind = DESCRIPTOR_EPOLL};
    return SLOT_EPOLL;
  }
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!begins(about, kinds[i].name) || about->text[strlen(kinds[i].name)] != '[')
      continue;
    facts->family = kinds[i].family;
    facts->type = kinds[i].type;
    facts->protocol = kinds[i].protocol;
    number = about->text + strlen(kinds[i].name) + 1;
    if (isdigit((unsigned char)*number) && strspn(number, "0123456789") == strcspn(number, ",]-"))
      facts->inode = (uint32_t)strtoul(number, NULL, 10);
    return SLOT_SOCKET;
  }
  return about->length > 0 ? SLOT_OTHER : SLOT_UNKNOWN;
}

/* Whether no two sockets can have this: an inode, or both addresses. */
static bool is_unique(const struct about *about, const struct foreign_facts *facts) {
  return facts->inode > 0 || strstr(about->text, "->");
}

static struct log_known *place_of(struct strace_log *log, const struct about *about,
                                  uint64_t *hash) {
  *hash = 14695981039346656037U;
  for (size_t i = 0; i < about->length; i++)
    *hash = (*hash ^ (unsigned char)about->text[i]) * 1099511628211U;
  return &log->known[*hash % LOG_PLACES];
}

static void remember(struct strace_log *log, const struct about *about,
                     const struct foreign_facts *facts, struct socket *socket) {
  uint64_t hash;
  struct log_known *known = place_of(log, about, &hash);
  if (!is_unique(about, facts) || (known->socket == socket && known->hash == hash))
    return;
  if (known->socket)
    object_release(&known->socket->object);
  *known = (struct log_known){hash, (struct socket *)object_retain(&socket->object)};
}

static struct socket *recall(struct strace_log *log, const struct about *about,
                             const struct foreign_facts *facts) {
  uint64_t hash;
  const struct log_known *known = place_of(log, about, &hash);
  bool same =
      is_unique(about, facts) && known->socket && known->hash == hash && known->socket->holders > 0;
  return same ? known->socket : NULL;
}

void log_known_free(struct strace_log *log) {
  for (size_t i = 0; i < LOG_PLACES; i++)
    if (log->known[i].socket)
      object_release(&log->known[i].socket->object);
}

static void clear(struct log_process *process, long descriptor) {
  struct socket *last = slots_clear(process->slots, descriptor);
  if (!last)
    return;
  log_process_closed(last, NULL);
  object_release(&last->object);
}

/* Whether one more number has room: a hostile log may have high ones in many processes. */
static bool make_room(struct strace_log *log, const struct slots *slots, long descriptor) {
  size_t room = slots->room ? slots->room : 16;
  while (room <= (size_t)descriptor)
    room *= 2;
  if (log->slots + room - slots->room > LOG_SLOTS)
    return false;
  log->slots += room - slots->room;
  return true;
}

static struct slot *set(struct strace_log *log, struct log_process *process, long descriptor,
                        enum slot_kind kind, struct socket *socket) {
  clear(process, descriptor);
  if (descriptor < 0 || !make_room(log, process->slots, descriptor) ||
      slots_set(process->slots, descriptor, kind, socket) < 0) {
    log_note_unclear(log);
    return NULL;
  }
  log_process_was(process, descriptor, socket);
  return slots_find(process->slots, descriptor);
}

/* A new socket, or the one that is known to be the same. */
static struct slot *learn(struct strace_log *log, struct log_task *task, long descriptor,
                          const struct about *about, const struct foreign_facts *facts,
                          enum slot_kind kind) {
  struct log_process *process = task->process;
  struct socket *known = about ? recall(log, about, facts) : NULL;
  log_process_number(log, task);
  struct socket *socket =
      known ? (struct socket *)object_retain(&known->object)
            : foreign_create(log->sink.sockets, NULL, facts, process->name, (int)descriptor);
  if (!socket) {
    loss_of_memory();
    return NULL;
  }
  struct slot *slot = set(log, process, descriptor, kind, socket);
  if (about && slot)
    remember(log, about, facts, socket);
  object_release(&socket->object);
  return slot;
}

/* Whether what strace writes is what the number was before. */
static bool still_fits(const struct slot *slot, enum slot_kind kind,
                       const struct foreign_facts *facts) {
  if (kind == SLOT_UNKNOWN)
    return true;
  return slot->kind == kind && (kind != SLOT_SOCKET || facts->inode == 0 ||
                                slot->socket->inode == 0 || slot->socket->inode == facts->inode);
}

struct slot *log_slot_of(struct strace_log *log, struct log_task *task,
                         const struct strace_node *node, bool sockets_only) {
  long long descriptor;
  struct foreign_facts facts;
  if (!node || strace_node_number(node, &descriptor) < 0 || descriptor < 0 ||
      descriptor > INT32_MAX)
    return NULL;
  struct about about = about_of(node->about ? node->about : "", node->about_length);
  enum slot_kind kind = kind_of(&about, &facts);
  struct slot *slot = slots_find(task->process->slots, (long)descriptor);
  if (slot && !still_fits(slot, kind, &facts)) {
    clear(task->process, (long)descriptor);
    slot = NULL;
  }
  if (slot && kind == SLOT_SOCKET) {
    slot->socket->inode = slot->socket->inode ? slot->socket->inode : facts.inode;
    remember(log, &about, &facts, slot->socket);
  }
  if (slot || kind == SLOT_OTHER || (kind == SLOT_UNKNOWN && !sockets_only))
    return slot;
  if (kind == SLOT_UNKNOWN) /* what it is does not stand there, but only sockets are used so */
    return learn(log, task, (long)descriptor, NULL, &facts, SLOT_SOCKET);
  return learn(log, task, (long)descriptor, &about, &facts, kind);
}

static bool closes_on_exec(const struct call *call) {
  switch (call->name) {
  case CALL_SOCKET:
  case CALL_SOCKETPAIR:
    return call->number[1] & SOCK_CLOEXEC;
  case CALL_ACCEPT4:
  case CALL_EPOLL_CREATE1:
    return call->number[0] & SOCK_CLOEXEC;
  case CALL_DUP3:
    return call->number[1] & O_CLOEXEC;
  case CALL_FCNTL:
    return call->number[0] == F_DUPFD_CLOEXEC;
  default:
    return false;
  }
}

static struct foreign_facts facts_of_made(const struct call *call) {
  struct foreign_facts facts = {.socket = true};
  const struct socket *like = call->entry;
  if (call_row(call)->makes == MAKES_EPOLL)
    return (struct foreign_facts){.kind = DESCRIPTOR_EPOLL};
  if (call_row(call)->makes == MAKES_SOCKETS) {
    facts.family = (int)call->number[0];
    facts.type = (int)(call->number[1] & ~(long)(SOCK_NONBLOCK | SOCK_CLOEXEC));
    facts.protocol = (int)call->number[2];
  } else if (like) {
    facts.family = like->family;
    facts.type = like->type;
    facts.protocol = like->protocol;
  }
  bool internet = facts.family == AF_INET || facts.family == AF_INET6;
  if (internet && facts.protocol == 0 && facts.type == SOCK_STREAM)
    facts.protocol = IPPROTO_TCP;
  if (internet && facts.protocol == 0 && facts.type == SOCK_DGRAM)
    facts.protocol = IPPROTO_UDP;
  return facts;
}

/* What strace writes behind the descriptors that a call has made. */
static struct about about_made(const struct strace_tree *tree, const struct call *call, int place) {
  const struct strace_node *node = NULL;
  if (call_row(call)->descriptors == 1)
    return about_of(tree->about ? tree->about : "", tree->about_length);
  for (node = tree->arguments; node && node->next;)
    node = node->next;
  node = strace_node_at(node, (size_t)place);
  return about_of(node && node->about ? node->about : "", node ? node->about_length : 0);
}

static void add_made(struct strace_log *log, struct log_task *task, struct call *call,
                     const struct strace_tree *tree, int place) {
  struct foreign_facts facts = facts_of_made(call);
  struct foreign_facts told;
  struct about about = about_made(tree, call, place);
  if (kind_of(&about, &told) == SLOT_SOCKET)
    facts.inode = told.inode;
  clear(task->process, call->made[place]);
  struct slot *slot =
      learn(log, task, call->made[place], NULL, &facts, facts.socket ? SLOT_SOCKET : SLOT_EPOLL);
  if (!slot)
    return;
  remember(log, &about, &told, slot->socket);
  slot->close_on_exec = closes_on_exec(call);
  call->made_label[place] = socket_label(slot->socket);
  call->made_label[place].descriptor = call->made[place];
}

/* Another number for what the subject is. */
static void add_duplicate(struct strace_log *log, struct log_task *task, const struct call *call) {
  struct log_process *process = task->process;
  const struct slot *slot = slots_find(process->slots, call->subject.descriptor);
  if (call->result == call->subject.descriptor)
    return;
  if (!slot || !slot->socket) {
    clear(process, call->result);
    return;
  }
  enum slot_kind kind = slot->kind;
  struct slot_epoll *epoll = slot->epoll;
  struct slot *copy = set(log, process, call->result, kind, call->entry);
  if (copy && epoll) { /* both numbers are one instance */
    free(copy->epoll);
    copy->epoll = epoll;
    epoll->references++;
  }
  if (copy)
    copy->close_on_exec = closes_on_exec(call);
}

static bool duplicates(const struct call *call) {
  bool dup = call_row(call)->makes == MAKES_LIKE_SUBJECT && !call_row(call)->waits;
  bool fcntl = call->name == CALL_FCNTL &&
               (call->number[0] == F_DUPFD || call->number[0] == F_DUPFD_CLOEXEC);
  return dup || fcntl;
}

/* The argument, anywhere among these, that is this number. */
static const struct strace_node *find_number(const struct strace_node *node, long descriptor,
                                             bool within) {
  for (; node; node = node->next) {
    long long number;
    bool here = within || (node->key && bytes_equal(node->key, node->key_length, "cmsg_data", 9));
    if (here && node->kind == STRACE_WORD && node->about &&
        strace_node_number(node, &number) == 0 && number == descriptor)
      return node;
    const struct strace_node *found = find_number(node->child, descriptor, here);
    if (found)
      return found;
  }
  return NULL;
}

struct log_adoption {
  struct strace_log *log;
  struct log_task *task;
  const struct strace_tree *tree;
};

static void take_passed(int descriptor, void *context) {
  struct log_adoption *adoption = context;
  const struct strace_node *node = find_number(adoption->tree->arguments, descriptor, false);
  clear(adoption->task->process, descriptor);
  if (node)
    log_slot_of(adoption->log, adoption->task, node, false);
}

static bool apply_range(struct log_process *process, const struct call *call) {
  enum { CLOSE_ON_EXEC = 1 << 2 };
  bool closed = false;
  for (size_t at = (uint32_t)call->number[0];
       at < process->slots->room && at <= (uint32_t)call->number[1]; at++) {
    struct slot *slot = slots_find(process->slots, (long)at);
    if (!slot)
      continue;
    closed = true;
    if (call->number[2] & CLOSE_ON_EXEC)
      slot->close_on_exec = true;
    else
      clear(process, (long)at);
  }
  return closed;
}

static void apply_flag(struct log_process *process, const struct call *call) {
  struct slot *slot = slots_find(process->slots, call->subject.descriptor);
  if (!slot)
    return;
  if (call->name == CALL_FCNTL && call->number[0] == F_SETFD)
    slot->close_on_exec = call->number[1] & FD_CLOEXEC;
  if (call->name == CALL_IOCTL && call->number[0] == FIOCLEX)
    slot->close_on_exec = true;
}

bool log_apply(struct strace_log *log, struct log_task *task, struct call *call,
               const struct strace_tree *tree) {
  const struct call_row *row = call_row(call);
  struct log_adoption adoption = {log, task, tree};
  if (row->closes && call->error != EBADF)
    clear(task->process, call->subject.descriptor);
  if (call->result < 0)
    return true;
  if (call->name == CALL_CLOSE_RANGE)
    return apply_range(task->process, call);
  if (duplicates(call))
    add_duplicate(log, task, call);
  else
    for (int i = 0; i < 2; i++)
      if (call->made[i] >= 0 && row->makes != MAKES_NOTHING && row->makes != MAKES_PIPE)
        add_made(log, task, call, tree, i);
  reading_walk_rights(call, take_passed, &adoption);
  if (call->name == CALL_EPOLL_CTL)
    slots_apply_epoll(task->process->slots, call);
  apply_flag(task->process, call);
  return true;
}

void log_executed(struct log_process *process) {
  for (size_t at = 0; at < process->slots->room; at++) {
    const struct slot *slot = slots_find(process->slots, (long)at);
    if (slot && slot->close_on_exec)
      clear(process, (long)at);
  }
}
