/* serve: commands for servers in the background. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "command/cells.h"
#include "command/invocation.h"
#include "session/process.h"
#include "session/service_handle.h"
#include "socket/look.h"

/* Reads the word after the handler: DATA of `reply`, ADDRESS of `relay`. The caller releases
 * `data`. */
static int read_what(struct invocation *invocation, const struct handler *handler,
                     struct blob **data, struct address *address) {
  static const struct argument data_argument = {.name = "DATA", .kind = &argument_data};
  static const struct argument address_argument = {.name = "ADDRESS", .kind = &argument_address};
  struct argument_value value = *invocation_value(invocation, "DATA|ADDRESS");
  value.argument = handler->relays ? &address_argument : &data_argument;
  int status = value.unknown ? 0 : argument_convert(invocation, &value);
  if (status < 0)
    error_set_place(invocation->error, value.place);
  *data = value.data;
  *address = value.address;
  return status;
}

static int check_words(struct invocation *invocation, const struct handler *handler) {
  const struct argument_value *what = invocation_value(invocation, "DATA|ADDRESS");
  const struct argument_value *threads = invocation_value(invocation, "--threads");
  const struct argument_value *until = invocation_value(invocation, "--until");
  bool takes = handler->takes_data || handler->relays;
  if (takes && !what)
    return invocation_wrong(invocation, invocation_value(invocation, "HANDLER"),
                            handler->relays
                                ? _("relay needs the ADDRESS that it passes everything on to")
                                : _("reply needs the DATA that it answers"));
  if (!takes && what)
    return invocation_wrong(invocation, what,
                            _("%s takes no further word; only reply and relay do"), handler->name);
  if (threads && !threads->unknown && (threads->number < 1 || threads->number > SERVICE_LOOPS))
    return invocation_wrong(invocation, threads, _("the number of threads is 1 to %d"),
                            SERVICE_LOOPS);
  if (threads && invocation_number(invocation, "--model", MODEL_EPOLL) != MODEL_EPOLL)
    return invocation_wrong(
        invocation, threads,
        _("--threads is for the model epoll: iterative has one, and threads one for each client"));
  if (until && handler->never_listens)
    return invocation_wrong(invocation, until,
                            _("%s receives nothing that could end it; leave --until out"),
                            handler->name);
  if (until && !until->unknown && until->data && until->data->length == 0)
    return invocation_wrong(invocation, until, _("--until needs a byte at least to wait for"));
  return 0;
}

static int check_serve(struct invocation *invocation) {
  const struct argument_value *handler = invocation_value(invocation, "HANDLER");
  struct blob *data = NULL;
  struct address address;
  if (!handler || handler->unknown)
    return 0;
  const struct handler *row = &handler_table[handler->number];
  if (check_words(invocation, row) < 0)
    return -1;
  if (!invocation_value(invocation, "DATA|ADDRESS"))
    return 0;
  int status = read_what(invocation, row, &data, &address);
  blob_release(data);
  return status;
}

/* Checks that the socket can be served: a listening stream, or a datagram socket with an address.
 */
static int check_socket(struct invocation *invocation, struct socket *socket,
                        const struct service_plan *plan) {
  struct error *error = invocation->error;
  int number = socket->was_descriptor;
  if (socket->descriptor < 0)
    return error_set_errno(error, EBADF, _("socket %d is closed"), number);
  struct service_handle *handle = service_handle_find(invocation->runner->session, socket);
  if (handle)
    return error_set(error, ERROR_FAILURE,
                     _("socket %d is served already, by service %u (%s); stop it first"), number,
                     handle->number, handle->handler->name);
  if (socket->type == SOCK_STREAM && !socket_is_none(socket)) {
    errno = 0;
    if (!look_listens(socket))
      return errno
                 ? error_set_errno(error, errno, _("whether socket %d listens can't be asked for"),
                                   number)
                 : error_set(
                       error, ERROR_FAILURE,
                       _("socket %d does not listen: bind it to an address and listen, or make it "
                         "with tcp-listen or unix-listen"),
                       number);
    if (plan->loops > 1 && socket->family == AF_UNIX)
      return error_set(
          error, ERROR_FAILURE,
          _("--threads shares an address by SO_REUSEPORT, which Unix sockets do not have"));
    return 0;
  }
  if (socket->type != SOCK_DGRAM || socket_is_none(socket))
    return error_set(error, ERROR_FAILURE,
                     _("socket %d is neither a listening stream nor a bound datagram socket, and "
                       "these can be served"),
                     number);
  struct address local;
  int problem = look_read_local(socket, &local);
  if (problem)
    return error_set_errno(error, problem,
                           _("the address of socket %d can't be asked for: getsockname"), number);
  if (local.length == 0 || address_port(&local) == 0 || local.length <= sizeof(sa_family_t))
    return error_set(error, ERROR_FAILURE,
                     _("socket %d has no address yet, where clients could send to: bind it"),
                     number);
  if (plan->handler->relays && socket->family == AF_UNIX)
    return error_set(error, ERROR_FAILURE,
                     _("relay knows the clients of datagrams by their addresses, which those of "
                       "Unix sockets need not have"));
  if (plan->model == MODEL_THREADS)
    return error_set(error, ERROR_FAILURE,
                     _("datagrams have no connections that could have a thread each: leave --model "
                       "threads out"));
  return 0;
}

/* Readiness may have passed by the time of the call, so the call must not block. The change is a
 * call like any other, and shown. */
static int make_nonblocking(struct invocation *invocation, struct socket *socket, bool *made) {
  struct call call;
  int flags = look_file_flags(socket);
  *made = flags >= 0 && !(flags & O_NONBLOCK);
  if (!*made)
    return 0;
  call_init(&call, CALL_FCNTL, socket);
  call.number[0] = F_SETFL;
  call.number[1] = flags | O_NONBLOCK;
  int status = invocation_call(invocation, &call);
  call_free(&call);
  return status;
}

/* SO_REUSEPORT must be set on every socket that shares the address, including this one. */
static int share_address(struct invocation *invocation, struct socket *socket) {
  struct call call;
  int on = 1;
  call_init(&call, CALL_SETSOCKOPT, socket);
  call.number[0] = SOL_SOCKET;
  call.number[1] = SO_REUSEPORT;
  call.value.option = option_by_number(SOL_SOCKET, SO_REUSEPORT);
  call.data = blob_copy(&on, sizeof on);
  int status = call.data ? invocation_call(invocation, &call) : error_set_memory(invocation->error);
  call_free(&call);
  return status;
}

static int run_serve(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct socket *socket = invocation_socket(invocation, "SOCKET");
  const struct argument_value *until = invocation_value(invocation, "--until");
  struct service_plan plan = {
      .type = socket->type,
      .handler = &handler_table[invocation_number(invocation, "HANDLER", 0)],
      .model = (enum service_model)invocation_number(invocation, "--model", MODEL_EPOLL),
      .loops = (unsigned)invocation_number(invocation, "--threads", 1),
  };
  bool made = false;
  if (check_socket(invocation, socket, &plan) < 0)
    return -1;
  if (until) {
    plan.until = until->data->data;
    plan.until_length = until->data->length;
  }
  if (invocation_value(invocation, "DATA|ADDRESS") &&
      read_what(invocation, plan.handler, &plan.given, &plan.target) < 0)
    return -1;
  if ((plan.loops > 1 && share_address(invocation, socket) < 0) ||
      (socket->type == SOCK_STREAM && make_nonblocking(invocation, socket, &made) < 0)) {
    blob_release(plan.given);
    return -1;
  }
  struct service_handle *handle = service_handle_start(runner, &plan, socket, invocation->error);
  if (!handle)
    return -1;
  handle->made_nonblocking = made;
  result_add(invocation->result, value_from_object(&handle->object));
  object_release(&handle->object);
  return 0;
}

static void add_row(struct answer *answer, struct service_handle *handle) {
  struct socket *socket = handle->socket;
  struct address local = socket->descriptor >= 0 ? look_local(socket) : socket->seen.local;
  const struct service_figures *figures = &handle->figures;
  service_handle_look(handle);
  const char *state = !figures->running   ? _("ended")
                      : !figures->accepts ? _("accepts no more")
                                          : _("serves");
  answer_add_number(answer, handle->number);
  answer_add_number(answer, socket->was_descriptor);
  answer_add_text(answer, socket->name[0] ? socket->name : "-");
  answer_add_text(answer, handle->handler->name);
  answer_add_text(answer, service_model_name(handle->model));
  cells_add_address(answer, &local);
  answer_add_text(answer, state);
  answer_add_number(answer, (long long)figures->now);
  answer_add_number(answer, (long long)figures->total);
  answer_add_number(answer, (long long)figures->received);
  answer_add_number(answer, (long long)figures->sent);
  answer_add_number(answer, (long long)figures->errors);
  answer_add_text(answer, figures->error ? error_number_name(figures->error) : "");
}

static int run_services(struct invocation *invocation) {
  static const char *const columns[] = {N_("SERVICE"), N_("FD"),    N_("NAME"),  N_("HANDLER"),
                                        N_("MODEL"),   N_("LOCAL"), N_("STATE"), N_("NOW"),
                                        N_("CLIENTS"), N_("IN"),    N_("OUT"),   N_("ERRORS"),
                                        N_("LAST"),    NULL};
  struct session *session = invocation->runner->session;
  struct answer answer;
  size_t count = 0;
  for (struct service_handle *handle = session->services; handle; handle = handle->next)
    count++;
  if (count == 0) {
    answer_text(&answer, "services");
    bytes_append_text(&answer.text, _("  there are no services\n"));
    return runner_answer(invocation->runner, &answer, invocation->error);
  }
  answer_table(&answer, "services", columns);
  answer.matters = "....1..223344";
  for (size_t nth = count; nth-- > 0;) { /* the list has the newest first */
    struct service_handle *handle = session->services;
    for (size_t i = 0; i < nth; i++)
      handle = handle->next;
    add_row(&answer, handle);
  }
  return runner_answer(invocation->runner, &answer, invocation->error);
}

/* The service that a word means: itself, or the one on a socket. NULL with an error. */
static struct service_handle *service_of(struct invocation *invocation,
                                         const struct argument_value *value) {
  if (value->service)
    return value->service;
  struct service_handle *handle = NULL;
  for (handle = invocation->runner->session->services; handle; handle = handle->next)
    if (handle->socket == value->socket)
      return handle;
  handle = service_handle_find(invocation->runner->session, value->socket);
  if (!handle) {
    error_set(invocation->error, ERROR_FAILURE,
              _("no service is on socket %d; `services` lists them"),
              value->socket->was_descriptor);
    error_set_place(invocation->error, value->place);
  }
  return handle;
}

/* Ends what a word means: a service, or a program. */
static int stop(struct invocation *invocation, const struct argument_value *value) {
  struct runner *runner = invocation->runner;
  if (value->process && value->process->done)
    return process_explain_done(value->process, invocation->error);
  if (value->process)
    return runner->session->shell->kill_job(runner, value->process->job, invocation->error);
  struct service_handle *handle = service_of(invocation, value);
  return handle ? service_handle_stop(runner, handle, invocation->error) : -1;
}

/* Stops the services that exist now. While this waits, another command may start one, or collect
 * one itself. */
static int stop_all(struct invocation *invocation) {
  struct session *session = invocation->runner->session;
  struct bytes all = {0};
  int status = 0;
  for (struct service_handle *handle = session->services; handle; handle = handle->next) {
    bytes_append(&all, &handle, sizeof handle);
    if (!all.failed)
      object_retain(&handle->object);
  }
  struct service_handle **list = (struct service_handle **)all.data;
  for (size_t i = 0; i < all.length / sizeof *list; i++) {
    if (status == 0)
      status = service_handle_stop(invocation->runner, list[i], invocation->error);
    object_release(&list[i]->object);
  }
  if (all.failed)
    status = error_set_memory(invocation->error);
  bytes_free(&all);
  return status;
}

static int run_stop(struct invocation *invocation) {
  const struct argument_value *value = invocation_value(invocation, "SERVICE");
  int status = 0;
  if (!value && !invocation->runner->session->services)
    return error_set(invocation->error, ERROR_FAILURE, _("there are no services"));
  if (!value)
    return stop_all(invocation);
  for (value = invocation_value(invocation, "SERVICE"); status == 0 && value;
       value = invocation_next(invocation, value)) {
    status = stop(invocation, value);
  }
  return status;
}

const struct command command_serve = {
    .name = "serve",
    .group = GROUP_SERVICE,
    .arguments =
        {{.name = "SOCKET", .kind = &argument_socket},
         {.name = "HANDLER", .kind = &argument_keyword, .words = handler_names},
         {.name = "DATA|ADDRESS", .kind = &argument_text, .flags = OPTIONAL},
         {.name = "MODEL",
          .kind = &argument_keyword,
          .flags = OPTIONAL,
          .words = service_model_names,
          .keyword = "--model"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "--threads"},
         {.name = "DATA", .kind = &argument_data, .flags = OPTIONAL, .keyword = "--until"}},
    .results = {"service"},
    .summary = N_("serves a socket in the background"),
    .manual =
        N_("Starts a server on a listening TCP or Unix socket, or on a bound datagram socket, and "
           "goes on at once. echo sends back what comes; upper the same with the letters of ASCII "
           "as capitals; discard sends nothing; chargen sends the lines of RFC 864 until the "
           "client goes; daytime sends the time, and closes; reply waits for the first bytes of a "
           "client, or its end, sends DATA, and closes; relay connects to ADDRESS for each client, "
           "and passes everything on in both directions, ends and resets too, and shows it. A "
           "datagram is answered by one datagram; to relay, one who has sent a datagram is a "
           "client until a minute has passed without any.\n\n"
           "--model says how clients are waited for. epoll (the default): one thread, all clients "
           "at once; with --threads N so many, each with a listener of its own at the same address "
           "(SO_REUSEPORT), among which the kernel divides the clients. iterative: one client "
           "after the other; the next one waits in the queue of the listener, where states shows "
           "it. threads: a thread for each client.\n\n"
           "The service ends by stop, with the session, as soon as a client has sent the bytes of "
           "--until (they are still answered), or when its socket is closed or shut down: then it "
           "serves the clients that it has to their end. Its own socket calls are not shown, but "
           "each connection that comes and goes is told of, states shows it as `3 served`, and it "
           "takes none of the session's descriptors. Where accept(2) fails for want of a "
           "descriptor, nobody is accepted until a connection ends or 100 ms have passed.\n\n"
           "A name before = stands for the service: $e.connections, .clients (so many so far; of "
           "datagrams, how many came), .received, .sent (bytes), .errors, .error (the last one). "
           "`await e exit` waits for its end, `await e connections == 0` for a figure.\n\n"
           "A stream is made non-blocking for it by fcntl, and blocking again by stop; O_NONBLOCK "
           "belongs to the socket, so accept on it does not block meanwhile either."),
    .blocks = N_("never"),
    .example =
        "srv = tcp-listen 127.0.0.1:0\ne = serve srv echo\nc = tcp-connect srv\nsend c \"hello\"\n"
        "expect \"hello\" recv c\nclose c\nawait e connections == 0\nassert $e.received == 5\nstop "
        "e",
    .pages = "accept(2), epoll(7), socket(7)",
    .check = check_serve,
    .run = run_serve,
};

const struct command command_services = {
    .name = "services",
    .group = GROUP_SERVICE,
    .summary = N_("lists the servers in the background"),
    .manual = N_("A row has the socket and what serves it, the connections now and so far (of "
                 "datagrams, how many came), the bytes received and sent, and how many errors "
                 "there were, with the last of them. A service that has ended by itself is listed "
                 "until stop or `await ... exit`."),
    .blocks = N_("never"),
    .example = "u = udp-bind 127.0.0.1:0\nserve u upper\nservices\nstop u",
    .run = run_services,
};

const struct command command_stop = {
    .name = "stop",
    .group = GROUP_SERVICE,
    .arguments = {{.name = "SERVICE", .kind = &argument_service, .flags = OPTIONAL | REPEATED}},
    .summary = N_("ends servers in the background"),
    .manual = N_("SERVICE is a service or the socket that it serves; without one all are ended. "
                 "Their connections are closed; the socket itself stays open, and listens on. The "
                 "name of a program that spawn has started ends that, as kill does."),
    .blocks = N_("until their threads have ended"),
    .example = "srv = tcp-listen 127.0.0.1:0\nserve srv discard\nstop srv",
    .run = run_stop,
};
