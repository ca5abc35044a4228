#include "commands/packetdrill/pkt_message.h"

#include <linux/errqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "call/control.h"
#include "call/message.h"
#include "import/strace_address.h"

/* A control message of the script, and the one of the kernel that it stands for. */
struct comparing {
  struct pkt_state *state;
  const struct control_row *row;
  const struct strace_node *data; /* cmsg_data */
  const unsigned char *came;
  size_t length;
  struct error *error;
};

static int not_understood(const struct comparing *with) {
  return error_set(with->error, ERROR_FAILURE, _("what it says of %s is not understood here"),
                   with->row->name);
}

/* A number, or a name of what extended errors hold. */
static bool read_word(const struct strace_node *node, long long *number) {
  static const struct constant_set *const sets[] = {
      &constant_error_origins, &constant_timestamp_kinds, &constant_zerocopy_codes};
  long value;
  if (strace_node_number(node, number) == 0)
    return true;
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
    if (strace_read_symbol(node, sets[i], &value) == 0) {
      *number = value;
      return true;
    }
  *number = error_number_find(node->text, node->length);
  return *number > 0;
}

/* {ee_errno=ENOMSG, ee_origin=SO_EE_ORIGIN_TIMESTAMPING, ...} */
static int compare_extended_error(const struct comparing *with) {
  struct sock_extended_err came = {0};
  memcpy(&came, with->came, with->length < sizeof came ? with->length : sizeof came);
  const struct {
    const char *name;
    long long came;
  } members[] = {{"ee_errno", came.ee_errno}, {"ee_origin", came.ee_origin},
                 {"ee_type", came.ee_type},   {"ee_code", came.ee_code},
                 {"ee_info", came.ee_info},   {"ee_data", came.ee_data}};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    const struct strace_node *node = strace_node_member(with->data, members[i].name);
    long long expected;
    if (!node)
      continue;
    if (!read_word(node, &expected))
      return not_understood(with);
    pkt_difference_add_number(&with->state->difference, members[i].name, expected, members[i].came,
                              with->error);
  }
  return 0;
}

/* {scm_sec=0, scm_nsec=20000000}: since the script began. */
static int compare_timestamps(const struct comparing *with) {
  struct scm_timestamping came = {0};
  long long seconds;
  long long nanoseconds;
  char one[40];
  char other[40];
  if (!strace_node_member(with->data, "scm_sec") || !strace_node_member(with->data, "scm_nsec") ||
      strace_node_number(strace_node_member(with->data, "scm_sec"), &seconds) < 0 ||
      strace_node_number(strace_node_member(with->data, "scm_nsec"), &nanoseconds) < 0 ||
      seconds < 0 || seconds > 1000000)
    return not_understood(with);
  memcpy(&came, with->came, with->length < sizeof came ? with->length : sizeof came);
  int64_t expected = (int64_t)seconds * 1000000000 + nanoseconds;
  int64_t at =
      (int64_t)came.ts[0].tv_sec * 1000000000 + came.ts[0].tv_nsec - with->state->began_real;
  snprintf(one, sizeof one, "%.6f", (double)expected / 1e9);
  snprintf(other, sizeof other, "%.6f", (double)at / 1e9);
  pkt_difference_add(&with->state->difference, "SCM_TIMESTAMPING", one, other,
                     at - expected > with->state->tolerance ||
                         expected - at > with->state->tolerance,
                     with->error);
  return 0;
}

static int compare_number(const struct comparing *with) {
  long long expected;
  int value;
  if (strace_node_number(with->data, &expected) < 0 || with->length < sizeof value)
    return not_understood(with);
  memcpy(&value, with->came, sizeof value);
  pkt_difference_add_number(&with->state->difference, with->row->name, expected, value,
                            with->error);
  return 0;
}

/* A control message of this level and type in a message; NULL: there is none. */
static const struct cmsghdr *find_control(const struct call_message *message, int level, int type) {
  struct msghdr header = {.msg_control = message->control.data,
                          .msg_controllen = message->control_size};
  for (struct cmsghdr *control = CMSG_FIRSTHDR(&header); control;
       control = CMSG_NXTHDR(&header, control))
    if (control->cmsg_level == level && control->cmsg_type == type)
      return control;
  return NULL;
}

/* SCM_TIMESTAMPING is SO_TIMESTAMPING. */
static const struct control_row *find_row(int level, const struct strace_node *name) {
  char text[40];
  if (name->length < 4 || name->length >= sizeof text || memcmp(name->text, "SCM_", 4) != 0)
    return control_find_named(level, name->text, name->length);
  snprintf(text, sizeof text, "SO_%.*s", (int)name->length - 4, name->text + 4);
  const struct control_row *row = control_find_named(level, text, strlen(text));
  return row ? row : control_find_named(level, name->text, name->length);
}

static int compare_control(struct comparing *with, const struct call_message *message,
                           const struct strace_node *node) {
  const struct strace_node *name = strace_node_member(node, "cmsg_type");
  const struct strace_node *level_name = strace_node_member(node, "cmsg_level");
  long level;
  with->data = strace_node_member(node, "cmsg_data");
  if (!name || !level_name || strace_read_symbol(level_name, &constant_levels, &level) < 0 ||
      !(with->row = find_row((int)level, name)))
    return error_set(with->error, ERROR_FAILURE, _("a control message is not understood here"));
  const struct cmsghdr *control = find_control(message, with->row->level, with->row->type);
  if (!control) {
    pkt_difference_add(&with->state->difference, with->row->name, _("a message"), "", true,
                       with->error);
    return -1;
  }
  if (!with->data)
    return 0;
  with->came = CMSG_DATA(control);
  with->length = control->cmsg_len - CMSG_LEN(0);
  if (strace_node_member(with->data, "scm_sec"))
    return compare_timestamps(with);
  if (strace_node_member(with->data, "ee_errno"))
    return compare_extended_error(with);
  return compare_number(with);
}

int pkt_message_compare(struct pkt_state *state, const struct call *call,
                        const struct strace_node *node, struct error *error) {
  if (!call_has_part(call, PART_MESSAGE_OUT) || call->result < 0 || !node)
    return 0;
  const struct call_message *message = call->messages.message;
  const struct strace_node *flags = strace_node_member(node, "msg_flags");
  const struct strace_node *controls = strace_node_member(node, "msg_control");
  struct comparing with = {.state = state, .error = error};
  long expected;
  if (flags && strace_read_symbol(flags, &constant_message_flags, &expected) == 0)
    pkt_difference_add_flags(&state->difference, "msg_flags", &constant_message_flags, expected,
                             message->flags, error);
  for (const struct strace_node *control = controls ? controls->child : NULL; control;
       control = control->next)
    if (compare_control(&with, message, control) < 0)
      return -1;
  return 0;
}
