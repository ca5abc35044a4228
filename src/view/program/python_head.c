#include "view/program/python_head.h"

#include <string.h>

#include "view/program/literal.h"

static const struct {
  const char *name;
  unsigned needs;
} modules[] = {
    {"contextlib", PYTHON_FAILS | PYTHON_INTERRUPTED},
    {"errno", PYTHON_ERRNO},
    {"fcntl", PYTHON_FCNTL},
    {"os", PYTHON_OS},
    {"select", PYTHON_SELECT},
    {"signal", PYTHON_SIGNAL},
    {"socket", PYTHON_SOCKET},
    {"struct", PYTHON_STRUCT},
    {"termios", PYTHON_QUEUE},
    {"threading", PYTHON_THREADS},
    {"time", PYTHON_TIME},
};

static const struct {
  unsigned need;
  const char *text;
} helpers[] = {
    {PYTHON_THREADS, "class Job(threading.Thread):\n"
                     "    \"\"\"A thread: what fails in it is told to who waits for it.\"\"\"\n"
                     "    failure = None\n\n"
                     "    def run(self):\n"
                     "        try:\n"
                     "            super().run()\n"
                     "        except BaseException as failure:\n"
                     "            self.failure = failure\n\n"
                     "    def join(self, timeout=None):\n"
                     "        super().join(timeout)\n"
                     "        if self.failure:\n"
                     "            raise self.failure\n"},
    {PYTHON_FAILS, "@contextlib.contextmanager\n"
                   "def fails(number):\n"
                   "    \"\"\"The session saw this call fail so.\"\"\"\n"
                   "    try:\n"
                   "        yield\n"
                   "    except OSError as error:\n"
                   "        assert error.errno == number, error\n"
                   "    else:\n"
                   "        raise AssertionError(f\"the call did not fail, as error {number}\")\n"},
    {PYTHON_INTERRUPTED, "@contextlib.contextmanager\n"
                         "def interrupted(seconds):\n"
                         "    \"\"\"The call blocks: a signal ends it.\"\"\"\n"
                         "    def on_alarm(number, frame):\n"
                         "        raise InterruptedError\n"
                         "    before = signal.signal(signal.SIGALRM, on_alarm)\n"
                         "    signal.setitimer(signal.ITIMER_REAL, seconds)\n"
                         "    try:\n"
                         "        yield\n"
                         "    except InterruptedError:\n"
                         "        pass\n"
                         "    else:\n"
                         "        raise AssertionError(\"the call did not block\")\n"
                         "    finally:\n"
                         "        signal.setitimer(signal.ITIMER_REAL, 0)\n"
                         "        signal.signal(signal.SIGALRM, before)\n"},
    {PYTHON_STATE, "def wait_state(sock, state):\n"
                   "    \"\"\"Waits until TCP is in this state: up to 10 seconds.\"\"\"\n"
                   "    for _ in range(1000):\n"
                   "        if sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)[0] == "
                   "state:\n"
                   "            return\n"
                   "        time.sleep(0.01)\n"
                   "    raise AssertionError(\"the state did not come\")\n"},
    {PYTHON_READY, "def wait_ready(sock, events):\n"
                   "    \"\"\"Waits until the socket is ready: up to 10 seconds.\"\"\"\n"
                   "    poll = select.poll()\n"
                   "    poll.register(sock, events)\n"
                   "    assert poll.poll(10000)\n"},
    {PYTHON_QUEUE, "def wait_queue(sock, request, length):\n"
                   "    \"\"\"Waits until so many bytes are in a queue: up to 10 seconds.\"\"\"\n"
                   "    for _ in range(1000):\n"
                   "        if struct.unpack(\"i\", fcntl.ioctl(sock, request, bytes(4)))[0] == "
                   "length:\n"
                   "            return\n"
                   "        time.sleep(0.01)\n"
                   "    raise AssertionError(\"the bytes did not come\")\n"},
};

void python_put_head(struct program_writer *writer, struct bytes *text, bool test) {
  const struct program_request *request = writer->request;
  bytes_append_text(text, test ? "\"\"\"Made by socksh: a test with the calls of "
                               : "#!/usr/bin/env python3\n"
                                 "\"\"\"Made by socksh: the calls of ");
  bytes_append_text(text, request->name ? "the program " : "a session");
  if (request->name)
    literal_append_comment(text, request->name, strlen(request->name));
  if (request->host)
    bytes_append_format(text, ", those of the host %s", request->host);
  bytes_append_text(text, ".\"\"\"\n\n");
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
    if (writer->needs & modules[i].needs)
      bytes_append_format(text, "import %s\n", modules[i].name);
  if (writer->shared.length)
    bytes_append_format(text, "\n%s", bytes_text(&writer->shared));
  for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++)
    if (writer->needs & helpers[i].need)
      bytes_append_format(text, "\n\n%s", helpers[i].text);
  const struct program_variable *variable;
  for (size_t i = 0; (variable = survey_nth_variable(&writer->survey, i)); i++)
    if (variable->made == 0)
      bytes_append_format(
          text, python_is_number(variable) ? "\n%s = %d" : "\n%s = socket.socket(fileno=%d)",
          variable->name, variable->descriptor);
  bytes_append_text(text, "\n");
}

/* Names that other functions assign to, too. */
void python_put_globals(struct program_writer *writer, unsigned thread, struct bytes *text) {
  struct program_variable *variable;
  bool first = true;
  for (size_t i = 0; (variable = survey_nth_variable(&writer->survey, i)); i++) {
    if (variable->thread != thread)
      continue;
    if (variable->shared && !variable->again) {
      bytes_append_format(text, first ? "    global %s" : ", %s", variable->name);
      first = false;
    }
    if (variable->address_name[0]) {
      bytes_append_format(text, first ? "    global %s" : ", %s", variable->address_name);
      first = false;
    }
  }
  if (!first)
    bytes_append_char(text, '\n');
}

/* The body of a function, which has more than comments. */
void python_put_body(const struct bytes *body, struct bytes *text) {
  bool begin = true, does = false;
  for (size_t i = 0; i < body->length; i++) {
    if (begin && body->data[i] != '\n')
      bytes_append_text(text, "    ");
    does = does || (begin && body->data[i] != '\n' && body->data[i] != '#');
    bytes_append_char(text, body->data[i]);
    begin = body->data[i] == '\n';
  }
  if (!does)
    bytes_append_text(text, "    pass\n");
}
