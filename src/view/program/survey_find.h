/* survey_find: looks up what a survey has found. */
#ifndef SOCKSH_VIEW_PROGRAM_SURVEY_FIND_H
#define SOCKSH_VIEW_PROGRAM_SURVEY_FIND_H

#include "view/program/survey.h"

/* Whether the call, or what else it is, is one of those to be written. */
bool survey_wants(const struct program_request *request, const struct event *event);

/* All variables. */
struct program_variable *survey_variables(const struct survey *survey, size_t *count);
/* The place of the first index that is not below the id. */
size_t survey_index_place(const struct survey *survey, uint64_t id);
/* Whether the event happened in this thread. */
bool survey_same_thread(const struct program_thread *thread, const struct event *event);

struct program_variable *survey_variable(const struct survey *survey,
                                         const struct socket_label *label);
/* The variable that had this number then. NULL: none. */
struct program_variable *survey_numbered(const struct survey *survey, int descriptor,
                                         uint64_t serial);
struct program_variable *survey_nth_variable(const struct survey *survey, size_t n);
struct program_thread *survey_nth_thread(const struct survey *survey, size_t n);
size_t survey_thread_count(const struct survey *survey);
/* The index of the event's thread of control; it is made by the survey. */
unsigned survey_thread_of(const struct survey *survey, const struct event *event);
struct program_statement *survey_statement(const struct survey *survey, uint64_t serial);

/* The socket whose address, chosen by the kernel, a call names: it is fetched from there. NULL: the
 * address is no such one. */
struct program_variable *survey_owner(const struct survey *survey, const struct address *address,
                                      uint64_t serial);

/* The next descriptor that came with a message: `at` starts at 0. -1: there is none. */
int survey_next_right(const struct call_message *message, size_t *at);

#endif
