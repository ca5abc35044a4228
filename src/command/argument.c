#include "command/argument.h"

#include <string.h>

#include "command/invocation.h"
#include "language/escape.h"
#include "session/process.h"
#include "session/service_handle.h"

void argument_value_free(struct argument_value *value) {
  expanded_free(&value->word);
  if (value->socket)
    object_release(&value->socket->object);
  if (value->process)
    object_release(&value->process->object);
  if (value->service)
    object_release(&value->service->object);
  blob_release(value->data);
}

const char *argument_value_text(const struct argument_value *value, struct bytes *text) {
  bytes_append(text, value->word.data, value->word.length);
  return bytes_text(text);
}

bool argument_is(const struct argument_value *value, const char *text) {
  return bytes_equal(value->word.data, value->word.length, text, strlen(text));
}

bool argument_fits(const struct argument *argument, const struct match_word *word) {
  return !word->known || !argument->kind->fits || argument->kind->fits(argument, word);
}

void argument_append_synopsis(const struct argument *argument, struct bytes *bytes) {
  bool optional = argument->flags & OPTIONAL;
  bool dashed = argument->keyword && argument->keyword[0] == '-';
  bool repeated = argument->flags & REPEATED;
  if (optional)
    bytes_append_char(bytes, '[');
  if (argument->keyword)
    bytes_append_text(bytes, argument->keyword);
  if (!argument->kind->lone_keyword) {
    bytes_append_text(bytes, argument->keyword ? " " : "");
    if (argument->kind->describe)
      argument->kind->describe(argument, bytes);
    else
      bytes_append_text(bytes, argument->name);
  }
  if (repeated && !dashed)
    bytes_append_text(bytes, "...");
  if (optional)
    bytes_append_char(bytes, ']');
  if (repeated && dashed)
    bytes_append_text(bytes, "...");
}

int argument_wrong(struct invocation *invocation, const struct argument_value *value,
                   const char *what) {
  struct bytes shown = {0};
  escape_append_quoted(&shown, value->word.data, value->word.length, 60, escape_chosen());
  error_set(invocation->error, ERROR_USAGE, "%s %s", bytes_text(&shown), what);
  bytes_free(&shown);
  return -1;
}

int argument_keyword_index(const char *words, const char *text, size_t length) {
  int index = 0;
  for (const char *at = words; at; index++) {
    const char *end = strchr(at, '|');
    size_t size = end ? (size_t)(end - at) : strlen(at);
    if (size == length && memcmp(at, text, length) == 0)
      return index;
    at = end ? end + 1 : NULL;
  }
  return -1;
}

/* The error for a socket of another host than the @HOST prefix names. */
static int wrong_host(struct invocation *invocation, const struct socket *socket) {
  const struct host *host = invocation->runner->host;
  return error_set(invocation->error, ERROR_FAILURE,
                   _("socket %d is on %s, not on %s: leave @%s out"), socket->was_descriptor,
                   socket->host ? socket->host->name : _("the real network"), host->name,
                   host->name);
}

int argument_convert(struct invocation *invocation, struct argument_value *value) {
  const struct argument_kind *kind = value->argument->kind;
  if (invocation->phase == INVOCATION_READ || !kind->find)
    return kind->read ? kind->read(invocation, value) : 0;
  if (kind->find(invocation, value) < 0)
    return -1;
  const struct host *host = invocation->runner->host;
  return host && value->socket && value->socket->host != host
             ? wrong_host(invocation, value->socket)
             : 0;
}
