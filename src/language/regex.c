#include "language/regex.h"

#include <stdlib.h>
#include <string.h>

#include "language/regex_parse.h"

/* What stood before a place in the data, or stands behind it. Assertions ask for both, so a state
 * is a set of steps together with what was before, and what they allow is found out with the next
 * byte. */
enum side {
  SIDE_NOTHING, /* the beginning, or the end */
  SIDE_WORD,    /* a byte of a word */
  SIDE_OTHER,
};

enum {
  CLASSES = 257,       /* classes of bytes at most, and one for the end of the data */
  BUCKETS = 1024,      /* of the hash table of states */
  MEMBERS = 1 << 20,   /* steps in all states, until they are forgotten */
  ENTRIES = 1 << 20,   /* entries in the table of all states, the same */
  WORK = 1 << 20,      /* units of work, about a millisecond, between looks at *stop */
  NO_STATE = 0xffffff, /* ends a list of states */
};

/* An entry of the table: where a class of bytes leads from a state. */
enum entry {
  ENTRY_UNKNOWN, /* not found out yet */
  ENTRY_MATCH,   /* the expression is found */
  ENTRY_NONE,    /* the data have ended, and it is not */
  ENTRY_STATE,   /* this and what is above: the state with the number entry - ENTRY_STATE */
};

struct state {
  uint32_t first; /* its steps, sorted, in `members` */
  uint32_t count;
  uint32_t hash;
  uint32_t next; /* the next state of its bucket, or NO_STATE */
  enum side before;
};

struct regex {
  struct regex_program program;
  unsigned char class_of[256];    /* the class of each byte */
  unsigned char byte_of[CLASSES]; /* a byte of each class */
  unsigned class_count;           /* the class with this number is the end of the data */
  uint32_t *table;                /* class_count + 1 entries for each state */
  struct state *states;
  size_t state_count, state_room;
  uint32_t *members;
  size_t member_count, member_room;
  uint32_t buckets[BUCKETS];    /* the first state of each */
  uint64_t *wanted;             /* a bit for each step: those of the next state */
  uint64_t *visited;            /* a bit for each step: those followed already */
  uint32_t *stack;              /* steps that are still to follow */
  size_t words;                 /* of `wanted` and of `visited` */
  unsigned long long forgotten; /* how often all states were forgotten */
  unsigned long long work;      /* done since the last look at *stop */
};

/* Bytes that all sets treat alike are one class, so the table is small. */
static void split_classes(struct regex *regex, const struct regex_set *set) {
  unsigned char renamed[256] = {0}; /* the class's new number for bytes in the set; 0: none yet */
  bool outside[256] = {false};
  for (unsigned byte = 0; byte < 256; byte++)
    if (!regex_set_has(set, byte))
      outside[regex->class_of[byte]] = true;
  for (unsigned byte = 0; byte < 256; byte++) {
    unsigned char class = regex->class_of[byte];
    if (!regex_set_has(set, byte) || !outside[class])
      continue;
    if (!renamed[class])
      renamed[class] = (unsigned char)regex->class_count++;
    regex->class_of[byte] = renamed[class];
  }
}

static void make_classes(struct regex *regex) {
  regex->class_count = 1;
  for (size_t i = 0; i < regex->program.set_count; i++)
    split_classes(regex, &regex->program.sets[i]);
  if (regex->program.uses_words)
    split_classes(regex, &regex_word_set);
  for (unsigned byte = 0; byte < 256; byte++)
    regex->byte_of[regex->class_of[byte]] = (unsigned char)byte;
}

static void forget(struct regex *regex) {
  regex->state_count = 0;
  regex->member_count = 0;
  regex->forgotten++;
  for (size_t i = 0; i < BUCKETS; i++)
    regex->buckets[i] = NO_STATE;
}

struct regex *regex_compile(const char *text, size_t length, struct error *error) {
  struct regex *regex = calloc(1, sizeof *regex);
  if (!regex) {
    error_set_memory(error);
    return NULL;
  }
  if (regex_parse(text, length, &regex->program, error) < 0) {
    free(regex);
    return NULL;
  }
  make_classes(regex);
  forget(regex);
  size_t count = regex->program.count;
  regex->words = (count + 63) / 64;
  regex->wanted = calloc(regex->words, sizeof *regex->wanted);
  regex->visited = calloc(regex->words, sizeof *regex->visited);
  regex->stack = calloc(2 * count + 1, sizeof *regex->stack);
  if (regex->wanted && regex->visited && regex->stack)
    return regex;
  error_set_memory(error);
  regex_free(regex);
  return NULL;
}

void regex_free(struct regex *regex) {
  if (!regex)
    return;
  regex_program_free(&regex->program);
  free(regex->table);
  free(regex->states);
  free(regex->members);
  free(regex->wanted);
  free(regex->visited);
  free(regex->stack);
  free(regex);
}

static bool holds(int32_t assertion, enum side before, enum side behind) {
  bool word_before = before == SIDE_WORD;
  bool word_behind = behind == SIDE_WORD;
  switch ((enum regex_assertion)assertion) {
  case ASSERT_BEGIN:
    return before == SIDE_NOTHING;
  case ASSERT_END:
    return behind == SIDE_NOTHING;
  case ASSERT_EDGE:
    return word_before != word_behind;
  case ASSERT_NO_EDGE:
    return word_before == word_behind;
  case ASSERT_WORD_BEGIN:
    return !word_before && word_behind;
  case ASSERT_WORD_END:
    return word_before && !word_behind;
  }
  return false;
}

static bool take_bit(uint64_t *bits, size_t number) {
  uint64_t bit = (uint64_t)1 << (number % 64);
  bool had = bits[number / 64] & bit;
  bits[number / 64] |= bit;
  return !had;
}

/* Follows a state's steps over a byte of the class, or the end of the data, and leaves in `wanted`
 * those behind it. True if the expression is found before that byte. */
static bool follow(struct regex *regex, const struct state *state, unsigned class,
                   enum side behind) {
  const struct regex_step *steps = regex->program.steps;
  unsigned byte = regex->byte_of[class];
  bool at_end = class == regex->class_count;
  memset(regex->visited, 0, regex->words * sizeof *regex->visited);
  memset(regex->wanted, 0, regex->words * sizeof *regex->wanted);
  take_bit(regex->wanted, 0); /* it may begin behind any byte */
  for (uint32_t i = 0; i < state->count; i++) {
    size_t depth = 0;
    regex->stack[depth++] = regex->members[state->first + i];
    while (depth > 0) {
      uint32_t at = regex->stack[--depth];
      const struct regex_step *step = &steps[at];
      if (!take_bit(regex->visited, at))
        continue;
      regex->work += 4;
      if (step->kind == STEP_MATCH)
        return true;
      if (step->kind == STEP_BYTE) {
        if (!at_end && regex_set_has(&regex->program.sets[step->a], byte))
          take_bit(regex->wanted, at + 1);
      } else if (step->kind == STEP_ASSERT) {
        if (holds(step->a, state->before, behind))
          regex->stack[depth++] = at + 1;
      } else {
        regex->stack[depth++] = (uint32_t)((int32_t)at + step->a);
        if (step->kind == STEP_SPLIT)
          regex->stack[depth++] = (uint32_t)((int32_t)at + step->b);
      }
    }
  }
  return false;
}

/* Makes room for one more state with so many members. 0, or -1 without memory. */
static int reserve(struct regex *regex, size_t members) {
  size_t columns = regex->class_count + 1;
  if (regex->member_count + members > MEMBERS || (regex->state_count + 1) * columns > ENTRIES)
    forget(regex);
  if (regex->member_count + members > regex->member_room) {
    size_t room = 2 * (regex->member_count + members);
    uint32_t *more = realloc(regex->members, room * sizeof *more);
    if (!more)
      return -1;
    regex->members = more;
    regex->member_room = room;
  }
  if (regex->state_count < regex->state_room)
    return 0;
  size_t room = regex->state_room ? 2 * regex->state_room : 8;
  struct state *states = realloc(regex->states, room * sizeof *states);
  if (!states)
    return -1;
  regex->states = states;
  uint32_t *table = realloc(regex->table, room * columns * sizeof *table);
  if (!table)
    return -1;
  regex->table = table;
  regex->state_room = room;
  return 0;
}

/* Writes the steps in `wanted` behind all members, in order, and hashes them. */
static void list_wanted(struct regex *regex, struct state *state) {
  uint32_t *members = regex->members + regex->member_count;
  uint32_t hash = (uint32_t)state->before + 1;
  state->first = (uint32_t)regex->member_count;
  state->count = 0;
  for (size_t i = 0; i < regex->words; i++)
    for (uint64_t bits = regex->wanted[i]; bits; bits &= bits - 1) {
      uint32_t step = (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(bits);
      members[state->count++] = step;
      hash = (hash ^ step) * 0x9e3779b1u;
      hash ^= hash >> 15;
    }
  state->hash = hash;
}

static size_t count_wanted(const struct regex *regex) {
  size_t count = 0;
  for (size_t i = 0; i < regex->words; i++)
    count += (size_t)__builtin_popcountll(regex->wanted[i]);
  return count;
}

/* The entry for the state with the steps in `wanted`, which is made if there is none. 0
 * (ENTRY_UNKNOWN) without memory. All states may have been forgotten before it was made. */
static uint32_t state_of_wanted(struct regex *regex, enum side before) {
  struct state state = {.before = before};
  if (reserve(regex, count_wanted(regex)) < 0)
    return ENTRY_UNKNOWN;
  list_wanted(regex, &state);
  regex->work += regex->words + 2 * state.count + 32;
  uint32_t *bucket = &regex->buckets[state.hash % BUCKETS];
  for (uint32_t i = *bucket; i != NO_STATE; i = regex->states[i].next) {
    const struct state *other = &regex->states[i];
    if (other->hash == state.hash && other->before == before && other->count == state.count &&
        memcmp(regex->members + other->first, regex->members + state.first,
               state.count * sizeof *regex->members) == 0)
      return ENTRY_STATE + i;
  }
  size_t columns = regex->class_count + 1;
  memset(regex->table + regex->state_count * columns, 0, columns * sizeof *regex->table);
  state.next = *bucket;
  *bucket = (uint32_t)regex->state_count;
  regex->member_count += state.count;
  regex->states[regex->state_count] = state;
  return ENTRY_STATE + (uint32_t)regex->state_count++;
}

/* The entry of the state in which each search begins. 0 without memory. */
static uint32_t first_state(struct regex *regex) {
  memset(regex->wanted, 0, regex->words * sizeof *regex->wanted);
  take_bit(regex->wanted, 0);
  return state_of_wanted(regex, SIDE_NOTHING);
}

/* Finds out where a class of bytes leads. 0 without memory. */
static uint32_t explore(struct regex *regex, uint32_t from, unsigned class) {
  struct state state = regex->states[from - ENTRY_STATE];
  enum side behind = SIDE_OTHER;
  if (class == regex->class_count)
    behind = SIDE_NOTHING;
  else if (regex->program.uses_words && regex_set_has(&regex_word_set, regex->byte_of[class]))
    behind = SIDE_WORD;
  uint32_t entry = ENTRY_MATCH;
  unsigned long long forgotten = regex->forgotten;
  if (!follow(regex, &state, class, behind))
    entry = behind == SIDE_NOTHING ? ENTRY_NONE : state_of_wanted(regex, behind);
  if (regex->forgotten == forgotten) /* else `from` is another state now, or none */
    regex->table[(from - ENTRY_STATE) * (size_t)(regex->class_count + 1) + class] = entry;
  return entry;
}

static int interrupted(struct error *error) {
  error_set(error, ERROR_INTERRUPTED, _("interrupted"));
  error->call = true;
  return -1;
}

/* Goes on from *entry over the data, as far as the table is known. Returns the bytes it took. */
static size_t run(const struct regex *regex, const unsigned char *data, size_t length,
                  uint32_t *entry) {
  size_t columns = regex->class_count + 1;
  uint32_t state = *entry;
  size_t at = 0;
  while (at < length) {
    uint32_t next = regex->table[(state - ENTRY_STATE) * columns + regex->class_of[data[at]]];
    if (next < ENTRY_STATE)
      break;
    state = next;
    at++;
  }
  *entry = state;
  return at;
}

int regex_search(struct regex *regex, const char *data, size_t length, const _Atomic int *stop,
                 struct error *error) {
  const unsigned char *bytes = (const unsigned char *)data;
  size_t columns = regex->class_count + 1;
  uint32_t entry = first_state(regex);
  for (size_t at = 0; entry >= ENTRY_STATE;) {
    size_t piece = length - at < WORK ? length - at : WORK;
    size_t taken = run(regex, bytes + at, piece, &entry);
    at += taken;
    regex->work += taken;
    if (regex->work >= WORK) {
      regex->work = 0;
      if (stop && *stop)
        return interrupted(error);
    }
    if (taken == piece && at < length)
      continue;
    unsigned class = at < length ? regex->class_of[bytes[at]] : regex->class_count;
    uint32_t next = regex->table[(entry - ENTRY_STATE) * columns + class];
    entry = next == ENTRY_UNKNOWN ? explore(regex, entry, class) : next;
    at++;
  }
  if (entry == ENTRY_UNKNOWN)
    return error_set_memory(error);
  return entry == ENTRY_MATCH;
}
