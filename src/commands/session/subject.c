#include "commands/session/subject.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "language/word.h"

/* A word without what nobody remembers: case, spaces, hyphens, underscores, apostrophes. */
struct folded {
  char text[96];
  size_t length;
};

static struct folded fold(const char *text, size_t length) {
  struct folded folded = {.length = 0};
  for (size_t i = 0; i < length && folded.length < sizeof folded.text - 1; i++)
    if (!strchr(" -_'`\"", text[i]) || text[i] == '\0')
      folded.text[folded.length++] = (char)tolower((unsigned char)text[i]);
  return folded;
}

/* What is searched for: the word as it is, and its core, without "s." before it and "()", "?" or
 * ":" behind it, or the s of several. */
struct sought {
  struct folded whole;
  struct folded core;
  struct folded single;
  char typed[96]; /* as it was typed, as far as it is that short */
};

/* The words around what a question is about: "what is a backlog", "EADDRINUSE mean". */
static void skip_question(const char **text, size_t *length) {
  static const char *const before[] = {"what is ", "what are ", "a ", "an ", "the "};
  static const char *const behind[] = {"?", " mean", " means", " do"};
  for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
    size_t size = strlen(before[i]);
    if (*length > size && strncasecmp(*text, before[i], size) == 0)
      *text += size, *length -= size;
  }
  for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
    size_t size = strlen(behind[i]);
    if (*length > size && strncasecmp(*text + *length - size, behind[i], size) == 0)
      *length -= size;
  }
}

static struct sought seek(const char *text, size_t length) {
  skip_question(&text, &length);
  struct sought sought = {.whole = fold(text, length)};
  if (length < sizeof sought.typed)
    memcpy(sought.typed, text, length);
  const char *open = memchr(text, '(', length);
  size_t end = open && open > text ? (size_t)(open - text) : length;
  while (end > 1 && strchr("?:,.! ", text[end - 1]))
    end--;
  size_t start = end;
  while (start > 0 && text[start - 1] != '.')
    start--;
  bool object = start > 0 && start < end && isalpha((unsigned char)text[0]);
  sought.core = fold(text + (object ? start : 0), end - (object ? start : 0));
  sought.single = sought.core;
  if (sought.single.length > 3 && sought.single.text[sought.single.length - 1] == 's')
    sought.single.length--;
  return sought;
}

static bool same(const struct folded *a, const struct folded *b) {
  return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

/* True if the text has the word, with no letter beside it. */
static bool has_word(const char *text, const struct folded *word) {
  size_t length = word->length;
  if (length < 3)
    return false;
  for (const char *at = text; *at; at++) {
    bool begins = at == text || !isalnum((unsigned char)at[-1]);
    if (begins && strncasecmp(at, word->text, length) == 0 && !isalnum((unsigned char)at[length]))
      return true;
  }
  return false;
}

static enum subject_distance distance_of_name(const struct sought *sought, const char *name,
                                              size_t length) {
  struct folded folded = fold(name, length);
  const struct folded *core = &sought->core;
  char copy[sizeof folded.text];
  if (same(&sought->whole, &folded))
    return SUBJECT_EXACT;
  if (same(core, &folded) || same(&sought->single, &folded))
    return SUBJECT_ALMOST;
  if (folded.length > 3 && folded.text[folded.length - 1] == 's') {
    struct folded single = folded;
    single.length--;
    if (same(core, &single))
      return SUBJECT_ALMOST;
  }
  if (core->length >= 3 && folded.length > core->length &&
      memcmp(folded.text, core->text, core->length) == 0) {
    bool inside = core->length == 3 && isalnum((unsigned char)name[3]); /* ARP, ARPHRD_ETHER */
    return inside ? SUBJECT_HOLDS : SUBJECT_BEGINS;
  }
  if (length >= sizeof copy)
    return SUBJECT_FAR;
  struct folded plain = {.length = length};
  memcpy(plain.text, name, length);
  memcpy(copy, name, length);
  copy[length] = '\0';
  if (has_word(copy, core) || has_word(copy, &sought->single))
    return SUBJECT_PART;
  /* A long word says what it is about, ZEROCOPY and broadcast; a short one may be anything. */
  if (folded.length > 3 && has_word(sought->typed, &plain))
    return folded.length > 7 ? SUBJECT_PART : SUBJECT_HOLDS;
  size_t least = core->length < 4 ? 0 : core->length < 7 ? 1 : 2;
  memcpy(copy, folded.text, folded.length);
  copy[folded.length] = '\0';
  if (least > 0 && word_distance(core->text, core->length, copy) <= least)
    return SUBJECT_LIKE;
  return SUBJECT_FAR;
}

/* The distance of something with a name, one line and a text. */
static enum subject_distance distance_of(const struct sought *sought, const char *name,
                                         const char *what, const char *text) {
  enum subject_distance distance = distance_of_name(sought, name, strlen(name));
  if (distance < SUBJECT_FAR)
    return distance;
  if (what && has_word(what, &sought->core))
    return SUBJECT_ABOUT;
  return text && has_word(text, &sought->core) ? SUBJECT_INSIDE : SUBJECT_FAR;
}

static void nearer(enum subject_distance *distance, enum subject_distance other) {
  if (other < *distance)
    *distance = other;
}

struct search {
  struct sought sought;
  struct subject_list *list;
};

static void add(struct search *search, struct subject subject) {
  if (subject.distance < SUBJECT_FAR)
    bytes_append(&search->list->found, &subject, sizeof subject);
}

static void search_commands(struct search *search) {
  for (const struct command *const *entry = command_list(); *entry; entry++) {
    const struct command *command = *entry;
    enum subject_distance distance =
        distance_of(&search->sought, command->name, command->summary, command->manual);
    for (const char *const *alias = command->aliases; *alias; alias++)
      nearer(&distance, distance_of_name(&search->sought, *alias, strlen(*alias)));
    add(search, (struct subject){.kind = SUBJECT_COMMAND,
                                 .distance = distance,
                                 .name = command->name,
                                 .what = command->summary,
                                 .command = command});
  }
}

static void search_language(struct search *search) {
  for (const struct prefix_description *prefix = prefix_descriptions; prefix->name; prefix++)
    add(search, (struct subject){
                    .kind = SUBJECT_PREFIX,
                    .distance = distance_of(&search->sought, prefix->name, prefix->summary, NULL),
                    .name = prefix->name,
                    .what = prefix->summary,
                    .prefix = prefix});
  for (const struct help_topic *topic = help_topics; topic->name; topic++)
    add(search, (struct subject){.kind = SUBJECT_TOPIC,
                                 .distance = distance_of(&search->sought, topic->name, topic->title,
                                                         topic->text),
                                 .name = topic->name,
                                 .what = topic->title,
                                 .topic = topic});
  for (const struct setting *setting = settings_table; setting->name; setting++)
    add(search, (struct subject){
                    .kind = SUBJECT_SETTING,
                    .distance = distance_of(&search->sought, setting->name, setting->summary, NULL),
                    .name = setting->name,
                    .what = setting->summary,
                    .setting = setting});
}

/* With and without the prefix that may be left out. */
static enum subject_distance distance_of_symbol(const struct sought *sought, const char *name,
                                                size_t prefix, const char *text) {
  enum subject_distance distance = distance_of(sought, name, NULL, text);
  if (prefix > 0 && strlen(name) > prefix) {
    enum subject_distance brief = distance_of_name(sought, name + prefix, strlen(name + prefix));
    if (brief != SUBJECT_LIKE)
      nearer(&distance, brief);
  }
  return distance;
}

/* The distance of an errno by its text, as programs print it: "bind: Address already in use", and
 * with what Python puts around it: ConnectionRefusedError, [Errno 111]. */
static enum subject_distance distance_of_message(const struct sought *sought, int number) {
  const char *message = strerrordesc_np(number);
  if (!message)
    return SUBJECT_FAR;
  struct folded folded = fold(message, strlen(message));
  if (same(&sought->whole, &folded) || same(&sought->core, &folded))
    return SUBJECT_EXACT;
  bool exception = sought->core.length == folded.length + strlen("error") &&
                   memcmp(sought->core.text, folded.text, folded.length) == 0 &&
                   memcmp(sought->core.text + folded.length, "error", strlen("error")) == 0;
  bool quoted = strchr(message, ' ') && strcasestr(sought->typed, message);
  if (exception || quoted)
    return SUBJECT_ALMOST;
  bool part = strchr(sought->typed, ' ') && strcasestr(message, sought->typed); /* too long */
  return part ? SUBJECT_PART : SUBJECT_FAR;
}

static void search_symbols(struct search *search) {
  for (const struct constant_set *const *set = constant_sets; *set; set++)
    for (const struct constant *row = (*set)->constants; row->name; row++) {
      size_t prefix = strncmp(row->name, (*set)->prefix, strlen((*set)->prefix)) == 0
                          ? strlen((*set)->prefix)
                          : 0;
      enum subject_distance distance =
          distance_of_symbol(&search->sought, row->name, prefix, row->explanation);
      if (*set == &constant_errors)
        nearer(&distance, distance_of_message(&search->sought, (int)row->value));
      add(search, (struct subject){.kind = SUBJECT_CONSTANT,
                                   .distance = distance,
                                   .name = row->name,
                                   .what = row->explanation,
                                   .constant = row});
    }
  for (const struct option *option = option_table; option->name; option++)
    add(search, (struct subject){.kind = SUBJECT_OPTION,
                                 .distance = distance_of_symbol(&search->sought, option->name,
                                                                option_prefix_length(option),
                                                                option->explanation),
                                 .name = option->name,
                                 .what = option->explanation,
                                 .option = option});
}

struct word_search {
  const struct sought *sought;
  enum subject_distance distance;
  bool other; /* past the name itself */
};

/* Another word for an entry has to be meant as a whole: "time to live" is not about time. */
static bool compare_word(const char *word, size_t length, void *context) {
  struct word_search *search = context;
  enum subject_distance distance = distance_of_name(search->sought, word, length);
  bool part = distance == SUBJECT_BEGINS || distance == SUBJECT_PART;
  nearer(&search->distance, search->other && part ? SUBJECT_HOLDS : distance);
  search->other = true;
  return search->distance == SUBJECT_EXACT;
}

static void search_glossary(struct search *search) {
  for (const struct glossary_entry *entry = glossary; entry->name; entry++) {
    struct word_search words = {.sought = &search->sought, .distance = SUBJECT_FAR};
    glossary_words(entry, compare_word, &words);
    if (words.distance == SUBJECT_FAR && has_word(entry->meaning, &search->sought.core))
      words.distance = SUBJECT_INSIDE;
    add(search, (struct subject){.kind = SUBJECT_WORD,
                                 .distance = words.distance,
                                 .name = entry->name,
                                 .what = entry->meaning,
                                 .word = entry});
  }
}

static void search_lessons(struct search *search) {
  for (size_t i = 0; i < search->list->lessons.count; i++) {
    const struct lesson *lesson = &search->list->lessons.items[i];
    const char *slash = strrchr(lesson->name, '/');
    enum subject_distance distance =
        distance_of(&search->sought, lesson->name, lesson->title, lesson->subject);
    if (slash)
      nearer(&distance, distance_of_name(&search->sought, slash + 1, strlen(slash + 1)));
    add(search, (struct subject){.kind = SUBJECT_LESSON,
                                 .distance = distance,
                                 .name = lesson->name,
                                 .what = lesson->title,
                                 .lesson = lesson});
  }
}

/* By distance, then in the order in which they were found, which is that of the kinds. */
static int compare(const void *a, const void *b) {
  const struct subject *one = a;
  const struct subject *other = b;
  if (one->distance != other->distance)
    return one->distance < other->distance ? -1 : 1;
  if (one->kind != other->kind)
    return one->kind < other->kind ? -1 : 1;
  return strcmp(one->name, other->name);
}

int subject_search(const char *text, size_t length, struct subject_list *list,
                   struct error *error) {
  struct search search = {.sought = seek(text, length), .list = list};
  *list = (struct subject_list){0};
  /* Without the lessons the rest is found all the same. */
  if (lesson_list_read(&list->lessons, error) < 0)
    list->lessons_error = error->number;
  if (list->lessons_error == ENOMEM)
    return -1;
  error_clear(error);
  if (search.sought.core.length == 0)
    return 0;
  search_language(&search);
  search_commands(&search);
  search_glossary(&search);
  search_symbols(&search);
  search_lessons(&search);
  if (list->found.failed)
    return error_set_memory(error);
  if (list->found.length > 0)
    qsort(list->found.data, subject_count(list), sizeof(struct subject), compare);
  return 0;
}

void subject_list_free(struct subject_list *list) {
  bytes_free(&list->found);
  lesson_list_free(&list->lessons);
}

size_t subject_count(const struct subject_list *list) {
  return list->found.length / sizeof(struct subject);
}

const struct subject *subject_nth(const struct subject_list *list, size_t n) {
  return (const struct subject *)list->found.data + n;
}

void subject_append_line(const struct subject *subject, struct bytes *bytes) {
  static const char *const commands[] = {
      [SUBJECT_PREFIX] = "help", [SUBJECT_TOPIC] = "help",       [SUBJECT_COMMAND] = "help",
      [SUBJECT_WORD] = "help",   [SUBJECT_CONSTANT] = "explain", [SUBJECT_OPTION] = "explain",
      [SUBJECT_SETTING] = "set", [SUBJECT_LESSON] = "lesson",
  };
  /* `help` shows the command of that name, and `explain` the word. */
  bool both = subject->kind == SUBJECT_WORD && command_find(subject->name, strlen(subject->name));
  bytes_append_format(bytes, "%s %s", both ? "explain" : commands[subject->kind], subject->name);
}
