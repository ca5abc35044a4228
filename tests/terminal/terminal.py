"""Drives a program through a pseudo-terminal, as a person at a terminal would.

    with Terminal([program], environment, directory) as terminal:
        terminal.expect_prompt()
        terminal.send_line("s = socket inet stream")
        terminal.expect("socket(AF_INET, SOCK_STREAM, 0) = 3")

Nothing here waits for a fixed time: each expectation reads what the program writes until the
condition holds, and fails, showing the screen, when a generous deadline has passed.
"""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from screen import Screen

# Seconds until an expectation that is not met is given up. Only a failing test waits so long.
DEADLINE = float(os.environ.get("TERMINAL_DEADLINE", "30"))

PROMPT = os.environ.get("SOCKSH_TEST_PROMPT", "socksh> ")

CONTROL_C, CONTROL_D, CONTROL_Z = "\x03", "\x04", "\x1a"
ENTER, TAB, ESCAPE, BACKSPACE = "\r", "\t", "\x1b", "\x7f"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"


class Ended(AssertionError):
    """The program ended while something was still expected of it."""


class Terminal:
    def __init__(self, command, environment, directory, rows=24, columns=100, deadline=DEADLINE):
        self.screen = Screen(rows, columns)
        self.received = bytearray()  # all that the program wrote, exactly
        self.deadline = deadline
        self.mark = 0  # expectations look at lines from this one on
        self.exit_status = None
        self.decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self.process, self.master = pty.fork()
        if self.process == 0:
            self.become(command, environment, directory, rows, columns)
        self.process_descriptor = os.pidfd_open(self.process)
        self.at_end = False

    @staticmethod
    def become(command, environment, directory, rows, columns):
        """In the child: turns into the program. Never returns."""
        try:
            # Python ignores SIGPIPE; the program shall not inherit that.
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.chdir(directory)
            os.execve(command[0], command, environment)
        except BaseException as error:
            os.write(2, f"cannot start {command[0]}: {error}\n".encode())
        finally:
            os._exit(127)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the program, if it has not ended yet."""
        if self.exit_status is None:
            os.kill(self.process, signal.SIGKILL)
            self.reap()
        self.hang_up()
        if self.process_descriptor is not None:
            os.close(self.process_descriptor)
            self.process_descriptor = None

    def hang_up(self):
        """Takes the terminal away."""
        if self.master is not None:
            os.close(self.master)
            self.master = None

    def reap(self):
        _, status = os.waitpid(self.process, 0)
        self.exit_status = os.waitstatus_to_exitcode(status)

    # The keyboard

    def send(self, keys):
        data = keys if isinstance(keys, bytes) else keys.encode()
        # Long input may not fit into the terminal's buffer before the program has read and answered.
        os.set_blocking(self.master, False)
        end = time.monotonic() + self.deadline
        while data:
            readable, writable, _ = select.select([self.master], [self.master], [], max(end - time.monotonic(), 0))
            if readable:
                self.read_some()
            if writable:
                try:
                    data = data[os.write(self.master, data):]
                except BlockingIOError:
                    pass
            if not readable and not writable:
                raise AssertionError("the program does not read what is typed\n" + self.describe())

    def send_line(self, line):
        """Types a line and Enter. What is expected next is looked for from this line on."""
        self.mark = self.screen.absolute_row()
        self.send(line + ENTER)

    def paste(self, text):
        """Pastes as a terminal does: bracketed if the program has asked for that."""
        self.mark = self.screen.absolute_row()
        text = text.replace("\n", "\r")
        if self.screen.bracketed_paste:
            text = f"\x1b[200~{text}\x1b[201~"
        self.send(text)

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    # The screen

    def read_some(self):
        try:
            data = os.read(self.master, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # Linux's way to say that no program has the terminal open any more
        if not data:
            self.at_end = True
            return
        self.received += data
        self.screen.feed(self.decoder.decode(data))

    def text(self):
        """What was shown from the mark on, also what has scrolled off."""
        return "\n".join(self.screen.all_lines()[self.mark:])

    def describe(self):
        lines = [f"    |{line}" for line in self.screen.all_lines()[-60:]]
        place = f"    cursor at row {self.screen.row}, column {self.screen.column}; the program "
        place += "has closed the terminal" if self.at_end else "is still there"
        return "\n".join(["the screen:", *lines, place])

    def wait_until(self, condition, description):
        """Reads until condition() is true, and returns what it gave."""
        end = time.monotonic() + self.deadline
        while True:
            found = condition()
            if found:
                return found
            if self.at_end:
                raise Ended(f"the program ended before: {description}\n{self.describe()}")
            remaining = end - time.monotonic()
            if remaining <= 0 or not select.select([self.master], [], [], remaining)[0]:
                raise AssertionError(f"not within {self.deadline:g} s: {description}\n{self.describe()}")
            self.read_some()

    def expect(self, wanted):
        """Waits until text, or a compiled regular expression, is in what was shown since the mark."""
        if isinstance(wanted, str):
            wanted = re.compile(re.escape(wanted))
        return self.wait_until(lambda: wanted.search(self.text()), f"expected {wanted.pattern!r}")

    def press_until(self, key, wanted, pause=0.5):
        """Presses a key, and again where nothing has come of it: what it is to end may not have begun yet."""
        end = time.monotonic() + self.deadline
        while not wanted.search(self.text()) and time.monotonic() < end:
            self.send(key)
            until = time.monotonic() + pause
            while not wanted.search(self.text()) and time.monotonic() < until:
                if select.select([self.master], [], [], max(0, until - time.monotonic()))[0]:
                    self.read_some()
        return self.expect(wanted)

    def expect_line(self, line):
        """Waits until the cursor's line is the prompt with this typed after it."""
        self.wait_until(lambda: self.typed() == line.rstrip(), f"expected {line!r} to stand after the prompt")

    def expect_prompt(self):
        """Waits for an empty prompt below the mark."""
        self.wait_until(
            lambda: self.screen.absolute_row() >= self.mark and self.screen.before_cursor() == PROMPT
            and self.typed() == "", "expected an empty prompt")

    def typed(self):
        """What stands after the prompt in the cursor's line without dim hints, or None without a prompt."""
        cells = self.screen.cells[self.screen.row]
        line = "".join(" " if dim else character for character, dim in cells)
        return line[len(PROMPT):].rstrip() if line.startswith(PROMPT) else None

    def run(self, line):
        """Types a line, waits for the next prompt, and returns what was shown between them."""
        self.expect_prompt()
        begin = self.screen.absolute_row()
        self.send_line(line)
        echo = PROMPT + line[:20].rstrip() if line[:20].isascii() and line[:20].isprintable() else PROMPT
        # A program's output moves the prompt down, too, before the line is read: its echo has to be there.
        self.wait_until(lambda: self.screen.absolute_row() > begin and self.screen.before_cursor() == PROMPT
                        and self.typed() == ""
                        and any(shown.startswith(echo.rstrip()) for shown in self.screen.all_lines()[begin:-1]),
                        f"expected the prompt after {line!r}")
        return "\n".join(self.screen.all_lines()[begin + 1:-1])

    def expect_exit(self):
        """Waits until the program has ended; its exit status (negative: the signal that ended it)."""
        end = time.monotonic() + self.deadline
        while self.exit_status is None:
            watched = [self.process_descriptor]
            if self.master is not None and not self.at_end:
                watched.append(self.master)
            ready = select.select(watched, [], [], max(end - time.monotonic(), 0))[0]
            if not ready:
                raise AssertionError(f"expected the program to end within {self.deadline:g} s\n{self.describe()}")
            if self.master in ready:
                self.read_some()
            elif self.process_descriptor in ready:
                self.reap()
        return self.exit_status
