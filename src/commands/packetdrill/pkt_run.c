#include "commands/packetdrill/pkt_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "commands/packetdrill/pkt_call.h"
#include "commands/packetdrill/pkt_code.h"
#include "commands/packetdrill/pkt_peer.h"
#include "commands/packetdrill/pkt_setting.h"
#include "session/child.h"
#include "session/runner_call.h"
#include "session/session_lab.h"

/* Delayed acknowledgments and retransmissions are counted in the kernel's ticks: the clock begins
 * just behind one. */
static int64_t behind_a_tick(void) {
  struct timespec before;
  struct timespec now;
  struct timespec pause = {.tv_nsec = 100000};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &before);
  do {
    nanosleep(&pause, NULL);
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  } while (now.tv_nsec == before.tv_nsec);
  return clock_monotonic();
}

/* The first name that no host has: tested, tested2 and so on. */
static void name_host(const struct lab *lab, const char *word, char *name) {
  snprintf(name, HOST_NAME_SIZE, "%s", word);
  for (unsigned i = 2; lab_find_host(lab, name, strlen(name)); i++)
    snprintf(name, HOST_NAME_SIZE, "%s%u", word, i);
}

/* Runs a line with /bin/sh on the tested host. */
static int run_line(struct pkt_state *state, const char *line, size_t length, struct error *error) {
  int status = 0;
  pid_t child = child_start(state->runner, line, length, NULL, error);
  if (child < 0)
    return -1;
  if (pkt_state_wait_child(state, child, &status) < 0)
    return runner_interrupted(state->runner, error);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return 0;
  return error_set(error, ERROR_FAILURE, _("the command ended with status %d"),
                   WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static int set_mtu(struct lab *lab, const char *wire, struct error *error) {
  enum { MTU = 1520 };
  wire_lock(&lab->wire);
  const struct lan *lan = wire_find_lan(&lab->wire, wire, strlen(wire));
  wire_unlock(&lab->wire);
  return lab_set_mtu(lab, lan, MTU, error);
}

static int make_lab(struct pkt_state *state, struct error *error) {
  struct session *session = state->runner->session;
  char tested[HOST_NAME_SIZE];
  char peer[HOST_NAME_SIZE];
  if (session_lab_start(state->runner, error) < 0)
    return -1;
  name_host(session->lab, "tested", tested);
  name_host(session->lab, "peer", peer);
  if (session->lab->host_count + 2 > LAB_HOSTS)
    return error_set(error, ERROR_FAILURE,
                     _("this session has no room for two more hosts: another one has"));
  /* The header of IPv6 is 20 bytes longer, and scripts have one maximum segment size for both. */
  bool six = state->options->version == PKT_IPV6;
  const char *wire = six ? "packetdrill6" : "packetdrill";
  if (lab_add_tested(session->lab, tested, wire, &state->local, error) < 0)
    return -1;
  state->peer = lab_add_peer(session->lab, peer, wire, &state->remote, error);
  if (state->peer < 0 || (six && set_mtu(session->lab, wire, error) < 0))
    return -1;
  state->tested = &lab_find_host(session->lab, tested, strlen(tested))->host;
  state->runner->host = state->tested;
  state->slots = slots_create();
  return state->slots ? 0 : error_set_memory(error);
}

/* What the script says in front decides whether it is to run, and with which addresses. */
static int prepare(struct pkt_state *state, struct error *error) {
  if (pkt_setting_apply(state, error) < 0)
    return -1;
  return state->left_out ? 0 : make_lab(state, error);
}

/* Scripts name files after the process that runs them, which is outside of the host's processes:
 * there its number is 0. */
static void append_command(struct pkt_text text, struct bytes *line) {
  static const char *const names[] = {"${PPID}", "$PPID"};
  for (size_t at = 0; at < text.length;) {
    size_t length = 0;
    for (size_t i = 0; i < 2 && length == 0; i++)
      if (text.length - at >= strlen(names[i]) &&
          memcmp(text.text + at, names[i], strlen(names[i])) == 0)
        length = strlen(names[i]);
    if (length > 0)
      bytes_append_number(line, getpid());
    else
      bytes_append_char(line, text.text[at]);
    at += length ? length : 1;
  }
}

/* Runs on the tested host, in the script's directory. */
static int run_command(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  struct bytes line = {0};
  const char *slash = strrchr(state->options->path, '/');
  bytes_append_format(&line, "export PACKETDRILL_PID=%ld\ncd '", (long)getpid());
  for (const char *at = slash ? state->options->path : "."; slash ? at < slash : *at; at++)
    bytes_append_text(&line, *at == '\'' ? "'\\''" : (char[]){*at, 0});
  bytes_append_text(&line, slash == state->options->path ? "/' || exit\n" : "' || exit\n");
  append_command(step->text, &line);
  int status =
      line.failed ? error_set_memory(error) : run_line(state, line.data, line.length, error);
  bytes_free(&line);
  return status;
}

/* When a step is due; that of a step at any time is found out. */
static void set_due(struct pkt_state *state, const struct pkt_step *step) {
  if (step->time.moment == PKT_AT)
    state->due = state->began + step->time.from;
  else if (step->time.moment == PKT_AFTER)
    state->due += step->time.from;
}

static int run_step(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  bool outbound = step->kind == PKT_SEGMENT && step->segment.outbound;
  set_due(state, step);
  if (state->pending && (step->kind == PKT_CALL || step->kind == PKT_CODE) &&
      pkt_call_reap(state, error) < 0)
    return -1;
  if (!outbound && step->time.moment != PKT_ANY && pkt_state_wait(state, state->due, error) < 0)
    return -1;
  switch (step->kind) {
  case PKT_SEGMENT:
    if (!outbound)
      return pkt_peer_send(state, step, error);
    if (pkt_peer_expect(state, step, error) < 0)
      return -1;
    state->due = state->got_at; /* the next step counts from when it came */
    return 0;
  case PKT_CALL:
    return pkt_call_run(state, step, error);
  case PKT_COMMAND:
    return run_command(state, step, error);
  case PKT_CODE:
    return pkt_code_add(state, step, error);
  }
  return 0;
}

/* The commands in front, before time counts. */
static const struct pkt_step *run_first(struct pkt_state *state, const struct pkt_step *step,
                                        struct error *error) {
  while (step && step->kind == PKT_COMMAND) {
    if (run_command(state, step, error) < 0) {
      error_set_place(error, step->place);
      return NULL;
    }
    step = step->next;
  }
  return step;
}

static int run_steps(struct pkt_state *state, const struct pkt_script *script,
                     struct error *error) {
  const struct pkt_step *step = run_first(state, script->first, error);
  if (!step)
    return error->kind == ERROR_NONE ? 0 : -1;
  state->began = state->due = behind_a_tick();
  for (; step; step = step->next)
    if (run_step(state, step, error) < 0) {
      error_set_place(error, step->place);
      return -1;
    }
  return pkt_call_reap(state, error) < 0 ? -1 : pkt_code_run(state, error);
}

/* The slots give their references up by themselves. */
static void let_go(struct socket *socket, void *context) {
  (void)socket, (void)context;
}

/* What the script has left open is closed, as at the end of a program. */
static void close_all(struct pkt_state *state) {
  for (size_t i = 0; state->slots && i < state->slots->room; i++) {
    const struct slot *slot = slots_find(state->slots, (long)i);
    struct call call;
    struct error ignored = {0};
    if (!slot || !slot->socket || slot->socket->descriptor < 0)
      continue;
    call_init(&call, CALL_CLOSE, slot->socket);
    runner_call(state->runner, NULL, &call, &ignored);
    call_free(&call);
  }
  slots_release(state->slots, let_go, NULL);
}

/* At the prompt, whoever sits there can look at the sockets of a script that has failed. */
static void finish(struct pkt_state *state, bool failed) {
  pkt_call_forget(state);
  if (failed && state->runner->session->interactive && state->slots) {
    runner_note(state->runner, _("its sockets stay open: `states` shows them, `diagram sequence` "
                                 "what came before"));
    slots_release(state->slots, let_go, NULL);
  } else {
    close_all(state);
  }
  if (state->peer >= 0)
    close(state->peer);
  bytes_free(&state->got);
  bytes_free(&state->code);
}

int pkt_run(struct runner *runner, const struct source *source, const struct pkt_options *options,
            struct pkt_outcome *outcome, struct error *error) {
  enum { FIRST_PORT = 50000 };
  struct host *host = runner->host;
  struct pkt_script script;
  struct pkt_state *state = calloc(1, sizeof *state);
  error_clear(error);
  if (!state)
    return error_set_memory(error);
  state->runner = runner;
  state->source = source;
  state->options = options;
  state->script = &script;
  state->tolerance = options->tolerance;
  state->peer = -1;
  state->next_port = FIRST_PORT;
  int status = pkt_script_read(source, &script, error);
  if (status == 0)
    status = prepare(state, error);
  if (status == 0) {
    bool look = runner->session->settings.look;
    runner->session->settings.look = false; /* looks take time that the script counts */
    session_apply_settings(runner->session);
    status = state->left_out ? 0 : run_steps(state, &script, error);
    runner->session->settings.look = look;
    session_apply_settings(runner->session);
  }
  outcome->left_out = status == 0 && state->left_out;
  outcome->came = state->came;
  finish(state, status < 0);
  runner->host = host;
  free(state);
  pkt_script_free(&script);
  return status;
}
