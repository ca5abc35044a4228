#include "language/result.h"

void result_clear(struct result *result) {
  for (size_t i = 0; i < result->count; i++)
    value_clear(&result->values[i]);
  result->failed = false;
  result->blocked = false;
  result->received = false;
  result->ended = false;
  result->numbered = false;
  result->number = 0;
  result->count = 0; /* the values behind it are never read */
}

void result_add(struct result *result, struct value value) {
  if (result->count < RESULT_VALUES)
    result->values[result->count++] = value;
  else
    value_clear(&value);
}
