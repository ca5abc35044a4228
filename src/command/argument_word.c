/* argument_lab: words that stand for things of the lab. */
#include <stdlib.h>
#include <string.h>

#include "command/argument.h"
#include "lab/lab.h"
#include "language/number.h"

int argument_convert_host(struct invocation *invocation, struct argument_value *value, bool check) {
  if (!lab_name_valid(value->word.data, value->word.length))
    return argument_wrong(invocation, value,
                          _("is no name of a host: letters, digits, - and _, at most 15"));
  if (check)
    return 0;
  const struct lab *lab = invocation->runner->session->lab;
  if (!lab)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("there is no lab: `lab` makes one, with the hosts client and server"));
  value->host = lab_find_host(lab, value->word.data, value->word.length);
  if (!value->host)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("no host is called %.*s; `lab` lists them"), (int)value->word.length,
                     value->word.data);
  return 0;
}

/* A number with a point, and what stands behind it. False where it is no number from 0 up. */
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

int argument_convert_rate(struct invocation *invocation, struct argument_value *value) {
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

int argument_convert_percent(struct invocation *invocation, struct argument_value *value) {
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
