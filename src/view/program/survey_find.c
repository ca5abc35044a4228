#include "view/program/survey_find.h"

#include <string.h>

#include "call/message.h"

struct program_variable *survey_variables(const struct survey *survey, size_t *count) {
  *count = survey->variables.length / sizeof(struct program_variable);
  return (struct program_variable *)survey->variables.data;
}

struct program_variable *survey_nth_variable(const struct survey *survey, size_t n) {
  size_t count;
  struct program_variable *variables = survey_variables(survey, &count);
  return n < count ? &variables[n] : NULL;
}

size_t survey_thread_count(const struct survey *survey) {
  return survey->threads.length / sizeof(struct program_thread);
}

struct program_thread *survey_nth_thread(const struct survey *survey, size_t n) {
  return n < survey_thread_count(survey) ? (struct program_thread *)survey->threads.data + n : NULL;
}

/* The place of the first index that is not below the id. */
size_t survey_index_place(const struct survey *survey, uint64_t id) {
  const struct variable_index *list = (const struct variable_index *)survey->by_id.data;
  size_t low = 0, high = survey->by_id.length / sizeof *list;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (list[middle].id < id)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

struct program_variable *survey_variable(const struct survey *survey,
                                         const struct socket_label *label) {
  const struct variable_index *list = (const struct variable_index *)survey->by_id.data;
  size_t place = survey_index_place(survey, label->id);
  if (place >= survey->by_id.length / sizeof *list || list[place].id != label->id)
    return NULL;
  return survey_nth_variable(survey, list[place].index);
}

struct program_variable *survey_numbered(const struct survey *survey, int descriptor,
                                         uint64_t serial) {
  size_t count;
  struct program_variable *variables = survey_variables(survey, &count);
  for (size_t i = count; i-- > 0;)
    if (variables[i].descriptor == descriptor && variables[i].made <= serial)
      return &variables[i];
  return NULL;
}

/* The newest socket for which a condition holds. */
static struct program_variable *
newest(const struct survey *survey, const struct address *address, uint64_t serial,
       bool (*holds)(const struct address *local, const struct address *address)) {
  uint32_t at = 0;
  size_t entry;
  while (port_index_next(&survey->locals, address, &at, &entry)) {
    struct program_variable *variable = survey_nth_variable(survey, entry);
    if (variable->made <= serial && variable->chosen && variable->changed &&
        variable->local.length && holds(&variable->local, address))
      return variable;
  }
  return NULL;
}

/* The kernel chooses a port that nobody else has: another address with it means it, too. */
static bool has_port(const struct address *local, const struct address *address) {
  return address_port(local) > 0 && address_port(local) == address_port(address);
}

struct program_variable *survey_owner(const struct survey *survey, const struct address *address,
                                      uint64_t serial) {
  const size_t *unseen = (const size_t *)survey->unseen.data;
  size_t unknowns = 0;
  struct program_variable *unknown = NULL;
  struct program_variable *owner = newest(survey, address, serial, address_equal);
  if (!owner)
    owner = newest(survey, address, serial, has_port);
  if (owner)
    return owner;
  for (size_t i = 0; i < survey->unseen.length / sizeof *unseen; i++) {
    struct program_variable *variable = survey_nth_variable(survey, unseen[i]);
    if (variable->made <= serial && variable->bound && variable->local.length == 0 &&
        !variable->closed) {
      unknown = variable;
      unknowns++;
    }
  }
  return unknowns == 1 ? unknown : NULL; /* nobody has looked at it, and it can be no other */
}

bool survey_same_thread(const struct program_thread *thread, const struct event *event) {
  return event->actor ? thread->task == event->actor->task
                      : !thread->task && thread->job == event->job;
}

unsigned survey_thread_of(const struct survey *survey, const struct event *event) {
  size_t count = survey_thread_count(survey);
  for (size_t i = 0; i < count; i++)
    if (survey_same_thread(survey_nth_thread(survey, i), event))
      return (unsigned)i;
  return 0;
}

bool survey_wants(const struct program_request *request, const struct event *event) {
  bool program = event->actor ? request->program == event->actor->program : request->program == 0;
  bool host = event->host && request->host ? strcmp(event->host, request->host) == 0
                                           : !event->host && !request->host;
  return program && host && (event->statement == 0 || event->statement != request->leaves_out);
}

struct program_statement *survey_statement(const struct survey *survey, uint64_t serial) {
  struct program_statement *list = (struct program_statement *)survey->statements.data;
  size_t low = 0, high = survey->statements.length / sizeof *list;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (list[middle].serial == serial)
      return &list[middle];
    if (list[middle].serial < serial)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

int survey_next_right(const struct call_message *message, size_t *at) {
  struct control control;
  size_t place = 0, number = 0;
  while (message_next_control(message, &place, &control))
    if (control_carries_descriptors(&control) && control.type == SCM_RIGHTS)
      for (size_t i = 0; i + sizeof(int) <= control.length; i += sizeof(int))
        if (number++ == *at) {
          int descriptor;
          memcpy(&descriptor, control.data + i, sizeof descriptor);
          (*at)++;
          return descriptor;
        }
  return -1;
}
