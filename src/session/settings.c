#include "session/settings.h"

#include <stddef.h>
#include <string.h>

#include "commands/commands.h"
#include "command/invocation.h"
#include "language/escape.h"
#include "language/number.h"

#define VIEW(member) offsetof(struct settings, view) + offsetof(struct view_settings, member)

const struct setting setting_table[] = {
    {"timing", SETTING_SWITCH, VIEW(timing), N_("how long each call took is shown behind it")},
    {"preview", SETTING_SIZE, VIEW(preview), N_("bytes of data shown in a call")},
    {"timeout", SETTING_DURATION, offsetof(struct settings, timeout),
     N_("how long await waits, and the end of a script for jobs that carry an expect")},
    {"blocks-after", SETTING_DURATION, offsetof(struct settings, blocks_after),
     N_("when expect blocks takes a call for blocked")},
    {"colour", SETTING_SWITCH, VIEW(colour), N_("errors and states are coloured")},
    {"look", SETTING_SWITCH, offsetof(struct settings, look),
     N_("the shell looks at sockets without being asked")},
    {"states", SETTING_SWITCH, VIEW(states), N_("the shell looks after each call, and shows what changed")},
    {"stable", SETTING_SWITCH, VIEW(stable),
     N_("the output is the same each time: ports as P1, times as T1")},
    {"record", SETTING_SIZE, offsetof(struct settings, record),
     N_("bytes of each call's data that are kept")},
    {NULL, SETTING_SWITCH, 0, NULL},
};

const struct setting *setting_find(const char *text, size_t length) {
  for (const struct setting *setting = setting_table; setting->name; setting++)
    if (bytes_equal(setting->name, strlen(setting->name), text, length))
      return setting;
  return NULL;
}

void setting_append(const struct setting *setting, const struct settings *settings, struct bytes *bytes) {
  const char *place = (const char *)settings + setting->offset;
  switch (setting->kind) {
  case SETTING_SWITCH:
    bytes_append_text(bytes, *(const bool *)place ? "on" : "off");
    break;
  case SETTING_SIZE:
    bytes_append_number(bytes, (long long)*(const size_t *)place);
    break;
  case SETTING_DURATION:
    duration_append(bytes, *(const int64_t *)place);
    break;
  }
}

int setting_set(const struct setting *setting, struct settings *settings, const char *text, size_t length,
                struct error *error) {
  static const char *const wanted[] = {[SETTING_SWITCH] = N_("on or off"),
                                       [SETTING_SIZE] = N_("a count of bytes, as 64 or 4K"),
                                       [SETTING_DURATION] = N_("a duration, as 500ms or 2s")};
  char *place = (char *)settings + setting->offset;
  bool on = bytes_equal(text, length, "on", 2);
  int status = 0;
  switch (setting->kind) {
  case SETTING_SWITCH:
    if (!on && !bytes_equal(text, length, "off", 3))
      status = -1;
    else
      *(bool *)place = on;
    break;
  case SETTING_SIZE:
    status = size_parse(text, length, (size_t *)place);
    break;
  case SETTING_DURATION:
    status = duration_parse(text, length, (int64_t *)place);
    break;
  }
  return status < 0
             ? error_set(error, ERROR_USAGE, _("%s is set to %s"), setting->name, _(wanted[setting->kind]))
             : 0;
}

static int list_settings(struct invocation *invocation, const struct setting *only) {
  static const char *const columns[] = {N_("SETTING"), N_("VALUE"), N_("MEANING"), NULL};
  struct answer answer;
  answer_table(&answer, "settings", columns);
  answer.headless = true;
  for (const struct setting *setting = setting_table; setting->name; setting++) {
    struct bytes value = {0};
    if (only && setting != only)
      continue;
    setting_append(setting, &invocation->runner->session->settings, &value);
    answer_add_text(&answer, setting->name);
    answer_add_text(&answer, bytes_text(&value));
    answer_add_text(&answer, _(setting->summary));
    bytes_free(&value);
  }
  return runner_answer(invocation->runner, &answer, invocation->error);
}

/* A value that is written out is looked at before the script runs. */
static int check_set(struct invocation *invocation) {
  const struct argument_value *name = invocation_value(invocation, 0);
  const struct argument_value *value = invocation_value(invocation, 1);
  struct settings scratch = {0};
  if (!name || !value || name->unknown || value->unknown)
    return 0;
  const struct setting *setting = setting_find(name->word.data, name->word.length);
  if (!setting ||
      setting_set(setting, &scratch, value->word.data, value->word.length, invocation->error) == 0)
    return 0;
  error_set_place(invocation->error, value->place);
  return -1;
}

static int run_set(struct invocation *invocation) {
  struct session *session = invocation->runner->session;
  const struct argument_value *name = invocation_value(invocation, 0);
  const struct argument_value *value = invocation_value(invocation, 1);
  if (!name)
    return list_settings(invocation, NULL);
  const struct setting *setting = setting_find(name->word.data, name->word.length);
  if (!value)
    return list_settings(invocation, setting);
  if (setting_set(setting, &session->settings, value->word.data, value->word.length, invocation->error) <
      0) {
    error_set_place(invocation->error, value->place);
    return -1;
  }
  view_configure(session->view, session->timeline, &session->settings.view);
  timeline_set_record(session->timeline, session->settings.record);
  return 0;
}

const struct command command_set = {
    .name = "set",
    .group = GROUP_SESSION,
    .arguments = {{.name = "SETTING", .kind = ARGUMENT_SETTING, .flags = OPTIONAL},
                  {.name = "VALUE", .kind = ARGUMENT_VALUE, .flags = OPTIONAL}},
    .summary = N_("shows or changes how the session works"),
    .manual = N_(
        "Without words it lists all settings with their values; with one it shows that setting. timing shows how long each call took; "
        "preview is how many bytes of data are shown in a call; timeout is how long await waits, and the end of a script for its jobs; "
        "blocks-after is when `expect blocks` takes a call for blocked; colour is on at a terminal; look off makes no look at a socket that "
        "was not asked for; states off makes no look after calls, and shows no state lines; stable prints what differs from run to run as P1, "
        "T1; record is how many bytes of each call's data are kept."),
    .blocks = N_("never"),
    .example = "set preview 16\nset timing on\nset",
    .check = check_set,
    .run = run_set,
};
