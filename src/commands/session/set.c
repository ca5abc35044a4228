/* set: the command that shows and changes settings. */
#include "command/invocation.h"
#include "command/offer.h"
#include "session/settings.h"

static int read_name(struct invocation *invocation, struct argument_value *value) {
  if (settings_find(value->word.data, value->word.length))
    return 0;
  return argument_wrong(invocation, value, _("is no setting; `set` lists them all"));
}

static void complete_name(const struct argument *argument, struct offer *offer) {
  (void)argument;
  for (const struct setting *setting = settings_table; setting->name; setting++)
    offer_text(offer, setting->name, setting->summary);
}

static const struct argument_kind argument_setting = {
    .name = "setting",
    .read = read_name,
    .complete = complete_name,
};

static void complete_value(const struct argument *argument, struct offer *offer) {
  (void)argument;
  const struct word *name = offer->word_count ? &offer->words[offer->word_count - 1] : NULL;
  const struct setting *setting =
      name && name->literal ? settings_find(name->text, name->count) : NULL;
  if (setting && setting->kind == SETTING_SWITCH)
    offer_words(offer, "on|off");
  else if (setting && setting->kind == SETTING_CHOICE)
    offer_words(offer, setting->words);
}

/* Any word: the setting reads it. */
static const struct argument_kind argument_setting_value = {
    .name = "setting value",
    .complete = complete_value,
};

static int list_settings(struct invocation *invocation, const struct setting *only) {
  static const char *const columns[] = {N_("SETTING"), N_("VALUE"), N_("MEANING"), NULL};
  struct answer answer;
  answer_table(&answer, "settings", columns);
  answer.headless = true;
  for (const struct setting *setting = settings_table; setting->name; setting++) {
    struct bytes value = {0};
    if (only && setting != only)
      continue;
    settings_append(setting, &invocation->runner->session->settings, &value);
    answer_add_text(&answer, setting->name);
    answer_add_text(&answer, bytes_text(&value));
    answer_add_text(&answer, _(setting->summary));
    bytes_free(&value);
  }
  return runner_answer(invocation->runner, &answer, invocation->error);
}

/* Checks a literal value before the line runs. */
static int check_set(struct invocation *invocation) {
  const struct argument_value *name = invocation_value(invocation, "SETTING");
  const struct argument_value *value = invocation_value(invocation, "VALUE");
  struct settings scratch = {0};
  if (!name || !value || name->unknown || value->unknown)
    return 0;
  const struct setting *setting = settings_find(name->word.data, name->word.length);
  if (!setting ||
      settings_set(setting, &scratch, value->word.data, value->word.length, invocation->error) == 0)
    return 0;
  error_set_place(invocation->error, value->place);
  return -1;
}

static int run_set(struct invocation *invocation) {
  struct session *session = invocation->runner->session;
  const struct argument_value *name = invocation_value(invocation, "SETTING");
  const struct argument_value *value = invocation_value(invocation, "VALUE");
  if (!name)
    return list_settings(invocation, NULL);
  const struct setting *setting = settings_find(name->word.data, name->word.length);
  if (!value)
    return list_settings(invocation, setting);
  if (settings_set(setting, &session->settings, value->word.data, value->word.length,
                   invocation->error) < 0) {
    error_set_place(invocation->error, value->place);
    return -1;
  }
  session_apply_settings(session);
  return 0;
}

const struct command command_set = {
    .name = "set",
    .group = GROUP_SESSION,
    .arguments = {{.name = "SETTING", .kind = &argument_setting, .flags = OPTIONAL},
                  {.name = "VALUE", .kind = &argument_setting_value, .flags = OPTIONAL}},
    .summary = N_("shows or changes how the session works"),
    .manual =
        N_("Without words it lists all settings with their values; with one it shows that setting. "
           "timing shows how long each call took; preview is how many bytes of data are shown in a "
           "call; timeout is how long await waits, and the end of a script for its jobs; "
           "blocks-after is when `expect blocks` takes a call for blocked; colour is on at a "
           "terminal; look off makes no look at a socket that was not asked for; states off makes "
           "no look after calls, and shows no state lines; queues on makes these looks record how "
           "many "
           "bytes wait in the queues, for pages and plots: so they do at the prompt, in a lab, and "
           "where the command line asks for a picture or a timeline; calls off shows no calls but "
           "those that "
           "fail, and no clients of services, say where there are a thousand; width is how many "
           "columns a line may "
           "take, auto as many as the terminal has, and any number without one; pager says which "
           "answers at the prompt go through $PAGER (less -FRX where it is not set): auto those "
           "longer than the screen, on all, off none; stable prints what differs from run to "
           "run as P1, T1; record is how many bytes of each call's data are kept; "
           "editing is emacs or vi, at first as ~/.inputrc says."),
    .blocks = N_("never"),
    .example = "set preview 16\nset timing on\nset",
    .check = check_set,
    .run = run_set,
};
