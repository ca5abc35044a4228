/* What a host is set to, and says of itself. See lab.h. */
#include "lab/lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/talk.h"

int lab_setting(struct lab_host *host, const char *name, const char *value, size_t length,
                struct bytes *result, struct error *error) {
  struct talk *talk = talk_create(ASK_SETTING, host->index);
  if (!talk)
    return error_set_memory(error);
  int written = snprintf(talk->request.name, sizeof talk->request.name, "/proc/sys/%s", name);
  bool fits = written < (int)sizeof talk->request.name && length < sizeof talk->request.text;
  bool below = strncmp(name, "net.", 4) == 0 && !strchr(name, '/') && !strstr(name, "..");
  int status = 0;
  if (!fits || !below) {
    status = error_set(
        error, ERROR_FAILURE,
        _("a sysctl of a host is called net.ipv4.tcp_rmem, net.ipv6.conf.all.hop_limit and so on"));
  } else {
    for (char *at = talk->request.name + strlen("/proc/sys/"); *at; at++)
      *at = *at == '.' ? '/' : *at;
    talk->request.writes = value != NULL;
    talk->request.length = length;
    if (value)
      memcpy(talk->request.text, value, length);
    if (talk_ask(host->lab, talk, TALK_FOR_PROGRAM))
      status = talk->reply.stage == STAGE_CONTROL
                   ? lab_explain(STAGE_CONTROL, talk->reply.error, error)
                   : error_set_errno(error, talk->reply.error,
                                     value ? _("%s of %s can't be set to \"%.*s\"")
                                           : _("%s of %s can't be read"),
                                     name, host->host.name, (int)(length < 60 ? length : 60),
                                     value ? value : "");
    else if (result)
      bytes_append(result, talk->reply.text, talk->reply.length);
  }
  free(talk);
  return status;
}

int lab_read(struct lab_host *host, const char *path, struct bytes *text, struct error *error) {
  struct talk *talk = talk_create(ASK_SETTING, host->index);
  if (!talk)
    return error_set_memory(error);
  strncpy(talk->request.name, path, sizeof talk->request.name - 1);
  int status = talk_own(host->lab, talk, error);
  if (status == 0)
    bytes_append(text, talk->reply.text, talk->reply.length);
  free(talk);
  return status;
}

int lab_system_name(struct lab_host *host, struct bytes *text, struct error *error) {
  struct talk *talk = talk_create(ASK_SYSTEM, host->index);
  if (!talk)
    return error_set_memory(error);
  int status = talk_own(host->lab, talk, error);
  if (status == 0)
    bytes_append(text, talk->reply.text, talk->reply.length);
  free(talk);
  return status;
}
