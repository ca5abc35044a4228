/* argument_number: words that are numbers, sizes, durations, rates and percentages. */
#include <stdlib.h>
#include <string.h>

#include "command/invocation.h"
#include "command/kinds.h"
#include "language/number.h"

/* A number, or a name that C has for one, where the argument has a set of them. */
static bool fits_number(const struct argument *argument, const struct match_word *word) {
  long long number;
  return number_parse(word->data, word->length, &number) == 0 ||
         (argument->set && argument_fits_symbol(argument->set, word));
}

static int read_number(struct invocation *invocation, struct argument_value *value) {
  const struct constant_set *set = value->argument->set;
  long named;
  if (number_parse(value->word.data, value->word.length, &value->number) == 0)
    return 0;
  struct error ignored;
  if (!set || constant_parse(set, value->word.data, value->word.length, &named, &ignored) < 0)
    return argument_wrong(invocation, value, _("is no whole number"));
  value->number = named;
  return 0;
}

const struct argument_kind argument_number = {
    .name = "number",
    .fits = fits_number,
    .read = read_number,
};

static bool fits_size(const struct argument *argument, const struct match_word *word) {
  (void)argument;
  size_t size;
  return size_parse(word->data, word->length, &size) == 0;
}

static int read_size(struct invocation *invocation, struct argument_value *value) {
  if (size_parse(value->word.data, value->word.length, &value->size) < 0)
    return argument_wrong(invocation, value,
                          _("is no size: write a count of bytes, as 64, 4K or 1M"));
  if (value->size > DATA_LIMIT)
    return argument_wrong(invocation, value, _("is more than 1G, the most for one call"));
  return 0;
}

const struct argument_kind argument_size = {
    .name = "size",
    .fits = fits_size,
    .read = read_size,
};

static bool fits_duration(const struct argument *argument, const struct match_word *word) {
  (void)argument;
  int64_t duration;
  return duration_parse(word->data, word->length, &duration) == 0;
}

static int read_duration(struct invocation *invocation, struct argument_value *value) {
  if (duration_parse(value->word.data, value->word.length, &value->duration) < 0)
    return argument_wrong(invocation, value,
                          _("is no duration: write a number with a unit, as 500ms, 2s or 1m"));
  return 0;
}

const struct argument_kind argument_duration = {
    .name = "duration",
    .fits = fits_duration,
    .read = read_duration,
};

static bool fits_timeout(const struct argument *argument, const struct match_word *word) {
  return fits_duration(argument, word) || bytes_equal(word->data, word->length, "off", 3);
}

static int read_timeout(struct invocation *invocation, struct argument_value *value) {
  if (!argument_is(value, "off"))
    return read_duration(invocation, value);
  value->duration = -1;
  return 0;
}

static void describe_timeout(const struct argument *argument, struct bytes *text) {
  bytes_append_format(text, "%s|off", argument->name);
}

const struct argument_kind argument_timeout = {
    .name = "timeout",
    .fits = fits_timeout,
    .read = read_timeout,
    .describe = describe_timeout,
};

/* Reads a decimal number, and returns what follows it in `rest`. False if it is no number >= 0. */
static bool read_decimal(const struct argument_value *value, double *number, const char **rest) {
  char text[32];
  char *end;
  if (value->word.length == 0 || value->word.length >= sizeof text || value->word.data[0] < '0' ||
      value->word.data[0] > '9')
    return false;
  memcpy(text, value->word.data, value->word.length);
  text[value->word.length] = '\0';
  if (strspn(text, "0123456789.") == 0 || strpbrk(text, "xXeEpP"))
    return false;
  *number = strtod(text, &end);
  *rest = value->word.data + (end - text);
  return true;
}

static int read_rate(struct invocation *invocation, struct argument_value *value) {
  static const struct {
    char letter;
    double factor;
  } units[] = {{'K', 1e3}, {'k', 1e3}, {'M', 1e6}, {'G', 1e9}};
  const char *end = value->word.data + value->word.length;
  const char *rest;
  double number;
  if (argument_is(value, "off")) {
    value->number = 0;
    return 0;
  }
  if (read_decimal(value, &number, &rest)) {
    for (size_t i = 0; rest + 1 == end && i < sizeof units / sizeof *units; i++)
      if (*rest == units[i].letter) {
        number *= units[i].factor;
        rest = end;
      }
    if (rest == end && number >= 1 && number <= 1e12) {
      value->number = (long long)number;
      return 0;
    }
  }
  return argument_wrong(invocation, value,
                        _("is no rate: write bits a second, as 9600, 64K, 1M or 1.5G, or off"));
}

const struct argument_kind argument_rate = {
    .name = "rate",
    .read = read_rate,
};

static int read_limit(struct invocation *invocation, struct argument_value *value) {
  if (argument_is(value, "off")) {
    value->number = 0;
    return 0;
  }
  if (number_parse(value->word.data, value->word.length, &value->number) == 0 && value->number > 0)
    return 0;
  return argument_wrong(invocation, value, _("is no limit: write a number from 1 on, or off"));
}

const struct argument_kind argument_limit = {
    .name = "limit",
    .read = read_limit,
};

static int read_percent(struct invocation *invocation, struct argument_value *value) {
  const char *end = value->word.data + value->word.length;
  const char *rest;
  if (argument_is(value, "off")) {
    value->fraction = 0;
    return 0;
  }
  if (read_decimal(value, &value->fraction, &rest) && rest + 1 == end && *rest == '%' &&
      value->fraction <= 100) {
    value->fraction /= 100;
    return 0;
  }
  return argument_wrong(invocation, value,
                        _("is no share: write it as 10%, from 0% to 100%, or off"));
}

const struct argument_kind argument_percent = {
    .name = "percent",
    .read = read_percent,
};
