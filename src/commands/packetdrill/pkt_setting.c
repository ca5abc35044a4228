#include "commands/packetdrill/pkt_setting.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy_text(struct pkt_text text, char *copy, size_t size) {
  snprintf(copy, size, "%.*s", (int)text.length, text.text);
}

static int read_microseconds(struct pkt_text value, int64_t *nanoseconds) {
  char text[24];
  char *end;
  copy_text(value, text, sizeof text);
  unsigned long microseconds = strtoul(text, &end, 10);
  *nanoseconds = (int64_t)microseconds * 1000;
  return *end || !*text || microseconds > 3600000000UL ? -1 : 0;
}

static int set_tolerance(struct pkt_state *state, struct pkt_text value) {
  return read_microseconds(value, &state->tolerance);
}

/* 192.0.2.1, or with the length of its network behind it. */
static int set_address(struct pkt_state *state, struct pkt_text value, struct address *address) {
  char text[64];
  struct address read = {.length = 0};
  (void)state;
  copy_text(value, text, sizeof text);
  text[strcspn(text, "/")] = '\0';
  if (inet_pton(AF_INET, text, &read.inet.sin_addr) == 1) {
    read.inet.sin_family = AF_INET;
    read.length = sizeof read.inet;
  } else if (inet_pton(AF_INET6, text, &read.inet6.sin6_addr) == 1) {
    read.inet6.sin6_family = AF_INET6;
    read.length = sizeof read.inet6;
  }
  *address = read;
  return read.length > 0 ? 0 : -1;
}

/* How long a step of the host's timestamps takes. */
static int set_tick(struct pkt_state *state, struct pkt_text value) {
  return read_microseconds(value, &state->stamp_tick);
}

static int set_local(struct pkt_state *state, struct pkt_text value) {
  return set_address(state, value, &state->local);
}

static int set_remote(struct pkt_state *state, struct pkt_text value) {
  return set_address(state, value, &state->remote);
}

/* It is for one version alone. */
static int set_version(struct pkt_state *state, struct pkt_text value) {
  for (unsigned i = 0; i < PKT_VERSIONS; i++)
    if (pkt_text_is(value, pkt_version_names[i])) {
      state->left_out = state->options.version != i;
      return 0;
    }
  return -1;
}

/* Those that only say how packetdrill itself shows or measures something are taken for said. */
static int set_nothing(struct pkt_state *state, struct pkt_text value) {
  (void)state, (void)value;
  return 0;
}

static const struct {
  const char *name;
  int (*set)(struct pkt_state *state, struct pkt_text value);
} settings[] = {
    {"tolerance_usecs", set_tolerance},
    {"local_ip", set_local},
    {"remote_ip", set_remote},
    {"ip_version", set_version},
    {"tcp_ts_tick_usecs", set_tick},
    {"tcp_ts_ecr_scaled", set_nothing},
    {"mss", set_nothing},
    {"verbose", set_nothing},
    {"strict_segments", set_nothing},
    {"gateway_ip", set_nothing},
    {"netmask_ip", set_nothing},
};

/* The addresses that scripts with cookies of Fast Open are written for. */
void pkt_setting_usual(struct pkt_state *state) {
  static const char *const usual[2][2] = {{"192.168.0.1", "192.0.2.1"},
                                          {"fd3d:0a0b:17d6::1", "fd3d:fa7b:d17d::1"}};
  bool six = state->options.version == PKT_IPV6;
  const char *const *words = usual[six];
  set_local(state, (struct pkt_text){words[0], strlen(words[0])});
  set_remote(state, (struct pkt_text){words[1], strlen(words[1])});
}

int pkt_setting_apply(struct pkt_state *state, const struct pkt_script *script,
                      struct error *error) {
  int family = state->options.version == PKT_IPV6 ? AF_INET6 : AF_INET;
  for (const struct pkt_setting *setting = script->settings; setting; setting = setting->next) {
    size_t i = 0;
    while (i < sizeof settings / sizeof *settings && !pkt_text_is(setting->name, settings[i].name))
      i++;
    if (i < sizeof settings / sizeof *settings && settings[i].set(state, setting->value) == 0)
      continue;
    error_set(error, ERROR_FAILURE,
              i < sizeof settings / sizeof *settings ? _("--%.*s has no such value")
                                                     : _("--%.*s is not known here"),
              (int)setting->name.length, setting->name.text);
    error_set_place(error, setting->place);
    return -1;
  }
  /* Addresses of the other version are for that one. */
  if (address_family(&state->local) != family || address_family(&state->remote) != family)
    state->left_out = true;
  return 0;
}
