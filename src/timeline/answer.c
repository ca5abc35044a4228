#include "timeline/answer.h"

#include <string.h>

void answer_text(struct answer *answer, const char *name) {
  *answer = (struct answer){.kind = ANSWER_TEXT, .name = name};
}

void answer_table(struct answer *answer, const char *name, const char *const *columns) {
  *answer = (struct answer){.kind = ANSWER_TABLE, .name = name, .columns = columns};
}

void answer_free(struct answer *answer) {
  bytes_free(&answer->cells);
  bytes_free(&answer->text);
}

void answer_add_bytes(struct answer *answer, enum cell_kind kind, const void *data, size_t length) {
  struct cell cell = {.kind = kind, .offset = answer->text.length, .length = length};
  bytes_append(&answer->text, data, length);
  bytes_append(&answer->cells, &cell, sizeof cell);
}

void answer_add_text(struct answer *answer, const char *text) {
  answer_add_bytes(answer, CELL_TEXT, text, strlen(text));
}

void answer_add_number(struct answer *answer, long long number) {
  struct cell cell = {.kind = CELL_NUMBER, .number = number};
  bytes_append(&answer->cells, &cell, sizeof cell);
}

void answer_add_port(struct answer *answer, int port) {
  struct cell cell = {.kind = CELL_PORT, .number = port};
  bytes_append(&answer->cells, &cell, sizeof cell);
}

void answer_add_yes(struct answer *answer, bool yes) {
  struct cell cell = {.kind = CELL_YES, .number = yes};
  bytes_append(&answer->cells, &cell, sizeof cell);
}

void answer_add_time(struct answer *answer, int64_t nanoseconds) {
  struct cell cell = {.kind = CELL_TIME, .number = nanoseconds};
  bytes_append(&answer->cells, &cell, sizeof cell);
}

void answer_add_empty(struct answer *answer) {
  struct cell cell = {.kind = CELL_EMPTY};
  bytes_append(&answer->cells, &cell, sizeof cell);
}

size_t answer_column_count(const struct answer *answer) {
  size_t count = 0;
  while (answer->columns && answer->columns[count])
    count++;
  return count;
}

size_t answer_row_count(const struct answer *answer) {
  size_t columns = answer_column_count(answer);
  return columns ? answer->cells.length / sizeof(struct cell) / columns : 0;
}

const struct cell *answer_cell(const struct answer *answer, size_t row, size_t column) {
  return (const struct cell *)answer->cells.data + row * answer_column_count(answer) + column;
}

const char *answer_cell_text(const struct answer *answer, const struct cell *cell) {
  return answer->text.data ? answer->text.data + cell->offset : "";
}

bool answer_failed(const struct answer *answer) {
  return answer->cells.failed || answer->text.failed;
}
