#include "commands/survive/possible_error.h"

#include <errno.h>
#include <stddef.h>

#include "session/fault.h"

static const struct possible_error none[] = {{.number = 0}};

static const struct possible_error of_socket[] = {{EMFILE, EFFECT_REFUSES, 0},
                                                  {ENFILE, EFFECT_REFUSES, 0},
                                                  {ENOBUFS, EFFECT_REFUSES, 0},
                                                  {ENOMEM, EFFECT_REFUSES, 0},
                                                  {EACCES, EFFECT_REFUSES, 0},
                                                  {EAFNOSUPPORT, EFFECT_REFUSES, 0},
                                                  {.number = 0}};

static const struct possible_error of_pair[] = {
    {EMFILE, EFFECT_REFUSES, 0}, {ENFILE, EFFECT_REFUSES, 0}, {.number = 0}};

static const struct possible_error of_bind[] = {{EADDRINUSE, EFFECT_REFUSES, 0},
                                                {EACCES, EFFECT_REFUSES, 0},
                                                {EADDRNOTAVAIL, EFFECT_REFUSES, 0},
                                                {.number = 0}};

static const struct possible_error of_listen[] = {{EADDRINUSE, EFFECT_REFUSES, 0}, {.number = 0}};

static const struct possible_error of_connect[] = {{ECONNREFUSED, EFFECT_REFUSES, WHEN_STREAM},
                                                   {ETIMEDOUT, EFFECT_REFUSES, WHEN_STREAM},
                                                   {ENETUNREACH, EFFECT_REFUSES, 0},
                                                   {EHOSTUNREACH, EFFECT_REFUSES, 0},
                                                   {EADDRNOTAVAIL, EFFECT_REFUSES, 0},
                                                   {EACCES, EFFECT_REFUSES, 0},
                                                   {.number = 0}};

/* Those from ENETDOWN on are pending on the new connection, which accept(2) hands on. */
static const struct possible_error of_accept[] = {{EAGAIN, EFFECT_AGAIN, WHEN_NO_WAIT | WHEN_LEVEL},
                                                  {EINTR, EFFECT_AGAIN, WHEN_WAITS},
                                                  {ECONNABORTED, EFFECT_AGAIN, 0},
                                                  {EMFILE, EFFECT_LASTS, 0},
                                                  {ENFILE, EFFECT_LASTS, 0},
                                                  {ENOBUFS, EFFECT_LASTS, 0},
                                                  {ENOMEM, EFFECT_LASTS, 0},
                                                  {EPERM, EFFECT_AGAIN, 0},
                                                  {EPROTO, EFFECT_AGAIN, 0},
                                                  {ENETDOWN, EFFECT_AGAIN, 0},
                                                  {ENOPROTOOPT, EFFECT_AGAIN, 0},
                                                  {EHOSTDOWN, EFFECT_AGAIN, 0},
                                                  {ENONET, EFFECT_AGAIN, 0},
                                                  {EHOSTUNREACH, EFFECT_AGAIN, 0},
                                                  {EOPNOTSUPP, EFFECT_AGAIN, 0},
                                                  {ENETUNREACH, EFFECT_AGAIN, 0},
                                                  {.number = 0}};

static const struct possible_error of_receiving[] = {
    {EAGAIN, EFFECT_AGAIN, WHEN_NO_WAIT | WHEN_LEVEL},
    {EINTR, EFFECT_AGAIN, WHEN_WAITS},
    {ECONNRESET, EFFECT_LOSES, WHEN_STREAM},
    {ETIMEDOUT, EFFECT_LOSES, WHEN_STREAM},
    {EHOSTUNREACH, EFFECT_LOSES, WHEN_STREAM},
    {ENOMEM, EFFECT_LOSES, 0},
    {ECONNREFUSED, EFFECT_LOSES, WHEN_DATAGRAM | WHEN_PEER},
    {.number = 0}};

static const struct possible_error of_sending[] = {
    {EAGAIN, EFFECT_AGAIN, WHEN_NO_WAIT | WHEN_LEVEL},
    {EINTR, EFFECT_AGAIN, WHEN_WAITS},
    {EPIPE, EFFECT_LOSES, WHEN_STREAM},
    {ECONNRESET, EFFECT_LOSES, WHEN_STREAM},
    {ETIMEDOUT, EFFECT_LOSES, WHEN_STREAM},
    {EHOSTUNREACH, EFFECT_LOSES, 0},
    {ENETUNREACH, EFFECT_LOSES, WHEN_DATAGRAM},
    {EPERM, EFFECT_LOSES, WHEN_DATAGRAM},
    {ECONNREFUSED, EFFECT_LOSES, WHEN_DATAGRAM | WHEN_PEER},
    {ENOBUFS, EFFECT_LOSES, WHEN_DATAGRAM},
    {ENOMEM, EFFECT_LOSES, 0},
    {.number = 0}};

/* They always may block, whatever their sockets are set to. */
static const struct possible_error of_poll[] = {
    {EINTR, EFFECT_AGAIN, 0}, {ENOMEM, EFFECT_LOSES, 0}, {.number = 0}};

static const struct possible_error of_epoll_wait[] = {{EINTR, EFFECT_AGAIN, 0}, {.number = 0}};

static const struct possible_error of_epoll_create[] = {{EMFILE, EFFECT_REFUSES, 0},
                                                        {ENFILE, EFFECT_REFUSES, 0},
                                                        {ENOMEM, EFFECT_REFUSES, 0},
                                                        {.number = 0}};

static const struct possible_error of_epoll_control[] = {
    {ENOMEM, EFFECT_LOSES, WHEN_ADD}, {ENOSPC, EFFECT_LOSES, WHEN_ADD}, {.number = 0}};

static const struct possible_error of_own_name[] = {{ENOBUFS, EFFECT_LOSES, 0}, {.number = 0}};

static const struct possible_error of_peer_name[] = {
    {ENOTCONN, EFFECT_LOSES, 0}, {ENOBUFS, EFFECT_LOSES, 0}, {.number = 0}};

static const struct possible_error of_shutdown[] = {{ENOTCONN, EFFECT_LOSES, 0}, {.number = 0}};

static const struct {
  enum call_name call;
  const struct possible_error *errors;
} calls[] = {
    {CALL_SOCKET, of_socket},
    {CALL_SOCKETPAIR, of_pair},
    {CALL_BIND, of_bind},
    {CALL_LISTEN, of_listen},
    {CALL_CONNECT, of_connect},
    {CALL_ACCEPT, of_accept},
    {CALL_POLL, of_poll},
    {CALL_SELECT, of_poll},
    {CALL_EPOLL_WAIT, of_epoll_wait},
    {CALL_EPOLL_CREATE, of_epoll_create},
    {CALL_EPOLL_CREATE1, of_epoll_create},
    {CALL_EPOLL_CTL, of_epoll_control},
    {CALL_GETSOCKNAME, of_own_name},
    {CALL_GETPEERNAME, of_peer_name},
    {CALL_SHUTDOWN, of_shutdown},
};

const struct possible_error *possible_errors(enum call_name call) {
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
    if (fault_same_call(calls[i].call, call))
      return calls[i].errors;
  switch (call_rows[call].direction) {
  case SENDS:
    return of_sending;
  case RECEIVES:
    return of_receiving;
  default:
    return none;
  }
}

bool possible_error_effect(enum call_name call, int number, enum error_effect *effect) {
  for (const struct possible_error *error = possible_errors(call); error->number; error++)
    if (error->number == number) {
      *effect = error->effect;
      return true;
    }
  return false;
}
