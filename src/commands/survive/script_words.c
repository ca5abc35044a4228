#include "commands/survive/script_words.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "session/fault.h"

int script_words_read(struct invocation *invocation, struct script_words *words) {
  struct bytes path = {0};
  const struct argument_value *word;
  *words = (struct script_words){.count = 1};
  bytes_append_text(&words->texts,
                    argument_value_text(invocation_value(invocation, "SCRIPT"), &path));
  bytes_append_char(&words->texts, '\0');
  bytes_free(&path);
  for (; (word = invocation_nth(invocation, "WORD", words->count - 1)); words->count++) {
    bytes_append(&words->texts, word->word.data, word->word.length);
    bytes_append_char(&words->texts, '\0');
  }
  const char *text = words->texts.data;
  for (size_t i = 0; i < words->count && !words->texts.failed; i++, text += strlen(text) + 1)
    bytes_append(&words->words, &text, sizeof text);
  words->list = (const char *const *)words->words.data;
  if (words->texts.failed || words->words.failed)
    return error_set_memory(invocation->error);
  if (access(words->list[0], R_OK) == 0)
    return 0;
  error_set_errno(invocation->error, errno, _("the script %.300s can't be read"), words->list[0]);
  return -1;
}

void script_words_free(struct script_words *words) {
  bytes_free(&words->texts);
  bytes_free(&words->words);
}

int script_words_read_choice(struct invocation *invocation, struct script_choice *choice) {
  bool packets = invocation_value(invocation, "--packets");
  bool calls = invocation_value(invocation, "--calls") || invocation_value(invocation, "--call");
  bool forever = invocation_value(invocation, "--forever");
  const struct argument_value *word;
  size_t count = 0;
  for (; (word = invocation_nth(invocation, "--call", count)) && count < CALL_COUNT; count++) {
    int call = word->unknown ? CALL_RECV : fault_find_call(word->word.data, word->word.length);
    if (call < 0)
      return invocation_wrong(invocation, word, _("this is no socket call, as recv or accept"));
    choice->only[count] = (enum call_name)call;
  }
  choice->choice = (struct learned_choice){.packets = packets || forever || !calls,
                                           .calls = calls || !(packets || forever),
                                           .forever = forever,
                                           .only = choice->only,
                                           .only_count = count};
  return 0;
}
