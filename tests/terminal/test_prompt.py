#!/usr/bin/env python3
"""The prompt, as a person meets it: each test types into the real program through a pseudo-terminal.

Prints TAP. Environment: SOCKSH is the program (./socksh), TERMINAL_DEADLINE the seconds after which an
expectation is given up (30).
"""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import termios
import unittest

sys.dont_write_bytecode = True  # the sources may be read-only
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import tap
from terminal import (BACKSPACE, CONTROL_C, CONTROL_D, CONTROL_Z, DEADLINE, ENTER, ESCAPE, PROMPT, TAB, UP, Terminal)

PROGRAM = os.path.abspath(os.environ.get("SOCKSH", "./socksh"))
LIBRARY = os.environ.get("READLINE_LIBRARY")  # what the prompt loads; empty where it is linked


class PromptTest(unittest.TestCase):
    """A home directory of its own for each test, and terminals that do not outlive it."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="socksh-terminal-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.home = os.path.join(self.directory, "home")
        self.state = os.path.join(self.home, "state")
        os.mkdir(self.home)
        self.environment = {name: value for name, value in os.environ.items()
                            if name in ("PATH", "CI", "LD_LIBRARY_PATH") or name.endswith("SAN_OPTIONS")}
        self.environment.update(HOME=self.home, XDG_STATE_HOME=self.state, TERM="xterm-256color",
                                LC_ALL="C.UTF-8", INPUTRC="/dev/null")

    def start(self, *arguments, rows=24, columns=100):
        terminal = Terminal([PROGRAM, *arguments], self.environment, self.directory, rows, columns)
        self.addCleanup(terminal.close)
        terminal.expect_prompt()
        return terminal

    def leave(self, terminal):
        """Ends a session as a person does. A sanitizer's report would show in the exit status."""
        terminal.expect_prompt()
        terminal.send(CONTROL_D)
        self.assertEqual(terminal.expect_exit(), 0, terminal.describe())

    def listen(self, terminal):
        """Makes a listening socket srv, and returns its address for a foreign client."""
        terminal.run("srv = tcp-listen 127.0.0.1:0")
        shown = terminal.run("getsockname srv")
        port = re.search(r"getsockname\(3, \{AF_INET, 127\.0\.0\.1:(\d+)\}, \[16\]\) = 0", shown)
        self.assertIsNotNone(port, terminal.describe())
        return "127.0.0.1", int(port[1])

    def connect(self, address):
        """A foreign client: a connection that the shell did not make."""
        client = socket.create_connection(address, timeout=DEADLINE)
        self.addCleanup(client.close)
        return client

    def block_in_accept(self, terminal):
        terminal.send_line("c = accept srv")
        terminal.expect(re.compile(r"accept\(3\b.*blocked"))


class Commands(PromptTest):
    def test_call_is_shown(self):
        """a command typed at the prompt shows its call"""
        terminal = self.start()
        self.assertIn("  socket(AF_INET, SOCK_STREAM, 0) = 3", terminal.run("s = socket inet stream"))
        self.leave(terminal)

    def test_unique_abbreviation(self):
        """a unique abbreviation of a command runs the whole command"""
        terminal = self.start()
        terminal.run("s = socket inet stream")
        self.assertIn("  getsockname(3, {AF_INET, 0.0.0.0:0}, [16]) = 0", terminal.run("getsockn s"))
        self.leave(terminal)

    def test_end_of_input(self):
        """Ctrl-D at the empty prompt ends the session with status 0"""
        self.leave(self.start())

    def test_failure_keeps_the_session(self):
        """a failed call is shown and the session goes on"""
        terminal = self.start()
        terminal.run("s = socket inet stream")
        self.assertIn("= -1 ENOTCONN (", terminal.run("getpeername s"))
        self.assertIn("close(3) = 0", terminal.run("close s"))
        self.leave(terminal)

    def test_hang_up(self):
        """the session ends when its terminal goes away"""
        terminal = self.start()
        terminal.run("s = socket inet stream")
        terminal.hang_up()
        # A signal that ended it would show as a negative status: it is to end in order.
        self.assertGreaterEqual(terminal.expect_exit(), 0)

    def test_hang_up_while_blocked(self):
        """the session ends when its terminal goes away while a call is blocked"""
        terminal = self.start()
        self.listen(terminal)
        self.block_in_accept(terminal)
        terminal.hang_up()
        self.assertGreaterEqual(terminal.expect_exit(), 0)


class Completion(PromptTest):
    def test_command(self):
        """TAB completes a command, and lists what fits"""
        terminal = self.start()
        terminal.send("sock" + TAB)
        terminal.expect_line("socket")
        terminal.send(TAB + TAB)
        terminal.expect(re.compile(r"^socket +makes a socket\nsocketpair +makes", re.M))
        terminal.send("p" + TAB)
        terminal.expect_line("socketpair")
        terminal.send(" unix stream" + ENTER)
        terminal.expect("socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0")
        self.leave(terminal)

    def test_option(self):
        """TAB completes the options of setsockopt"""
        terminal = self.start()
        terminal.run("s = socket inet stream")
        terminal.send("setsockopt s keepal" + TAB)
        terminal.expect_line("setsockopt s keepalive")
        terminal.send("1" + ENTER)
        terminal.expect("setsockopt(3, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0")
        self.leave(terminal)

    def test_options_are_listed(self):
        """TAB TAB after setsockopt s lists options"""
        terminal = self.start()
        terminal.run("s = socket inet stream")
        terminal.send("setsockopt s reuse" + TAB + TAB + TAB)
        terminal.expect(re.compile(r"^reuseaddr +SO_REUSEADDR\nreuseport +SO_REUSEPORT", re.M))
        terminal.send(CONTROL_C)
        self.leave(terminal)

    def test_interrupt_while_typing(self):
        """Ctrl-C right behind typed keys, which the kernel then throws away, gives a new prompt each time"""
        terminal = self.start()
        for length in range(300):
            terminal.send("x" * (length % 30 + 1))
            terminal.send(CONTROL_C)
            terminal.wait_until(lambda: terminal.text().count("^C") > length, "expected ^C for each Ctrl-C")
        self.leave(terminal)

    def test_socket_names(self):
        """TAB completes the names of open sockets, and lists them"""
        terminal = self.start()
        terminal.run("server = socket inet stream")
        terminal.run("client = socket inet stream")
        terminal.send("close " + TAB + TAB + TAB)
        terminal.expect(re.compile(r"\bclient\b(.|\n)*\bserver\b"))
        terminal.send("ser" + TAB)
        terminal.expect_line("close server")
        terminal.send(ENTER)
        terminal.expect("close(3) = 0")
        self.leave(terminal)


class Blocking(PromptTest):
    def test_interrupt(self):
        """Ctrl-C interrupts a blocked accept, and the prompt is back"""
        terminal = self.start()
        self.listen(terminal)
        self.block_in_accept(terminal)
        terminal.send(CONTROL_C)
        terminal.expect(re.compile(r"accept\(3\b.*= -1 EINTR"))
        self.leave(terminal)

    def test_interrupt_echo(self):
        """the ^C of a key that interrupts stands above what it interrupted, each time"""
        terminal = self.start()
        self.listen(terminal)
        for _ in range(20):
            terminal.send_line("c = accept srv")
            terminal.expect("blocked")
            terminal.send(CONTROL_C)
            terminal.expect(re.compile(r"blocked.*\n *\^C *\n.*= -1 EINTR"))
            terminal.expect_prompt()
        self.leave(terminal)

    def test_interrupt_send_all(self):
        """an interrupted send-all says how far it came, and no longer recommends itself"""
        terminal = self.start()
        terminal.run("a b = socketpair unix stream")
        terminal.send_line("send-all a fill:3M")
        terminal.expect("blocked")
        terminal.send(CONTROL_C)
        terminal.expect(re.compile(r"# interrupted; \d+ of 3145728 bytes were sent"))
        terminal.expect_prompt()
        self.assertNotIn("as send-all does", terminal.text())
        self.leave(terminal)

    def test_notice(self):
        """a blocked call says so, and how to get out"""
        terminal = self.start()
        self.listen(terminal)
        terminal.send_line("c = accept srv")
        terminal.expect(re.compile(r"accept\(3\b.*blocked(.|\n)*Ctrl-C"))
        terminal.send(CONTROL_C)
        self.leave(terminal)

    def test_job_leaves_the_line_intact(self):
        """Ctrl-Z makes a blocked call a job; its end leaves a half-typed line intact"""
        terminal = self.start()
        address = self.listen(terminal)
        self.block_in_accept(terminal)
        terminal.send(CONTROL_Z)
        terminal.expect("[1]")
        terminal.expect_prompt()
        terminal.send("getpeerna")
        terminal.expect_line("getpeerna")
        client = self.connect(address)
        port = client.getsockname()[1]
        finished = terminal.expect(
            re.compile(rf"^\[1\] accept\(3\b.*, \{{AF_INET, 127\.0\.0\.1:{port}\}}, \[16\]\) = \d+", re.M))
        terminal.expect_line("getpeerna")
        lines = terminal.screen.all_lines()
        row = terminal.screen.absolute_row()
        self.assertEqual(lines[row], PROMPT + "getpeerna", terminal.describe())
        self.assertTrue(any(finished[0] in line for line in lines[:row]), terminal.describe())
        # The line can be gone on with, and the name that the job has bound is there.
        terminal.send("me c" + ENTER)
        terminal.expect(re.compile(rf"  getpeername\(\d+, \{{AF_INET, 127\.0\.0\.1:{port}\}}, \[16\]\) = 0"))
        self.leave(terminal)

    def test_change_at_an_idle_prompt(self):
        """what changes while nobody types a command is shown above a half-typed line"""
        terminal = self.start()
        client = self.connect(self.listen(terminal))
        terminal.run("s = accept srv")
        terminal.send("getpeerna")
        terminal.expect_line("getpeerna")
        client.close()
        terminal.expect(re.compile("ESTABLISHED . CLOSE_WAIT"))
        terminal.expect_line("getpeerna")
        terminal.send("me s" + ENTER)
        terminal.expect(re.compile(r"  getpeername\(\d+, \{AF_INET, 127\.0\.0\.1"))
        self.leave(terminal)

    def test_watch_until_a_key(self):
        """states --watch is shown again in place, until a key is pressed"""
        terminal = self.start()
        client = self.connect(self.listen(terminal))
        terminal.run("s = accept srv")
        terminal.send_line("states --watch")
        terminal.expect(re.compile(r"s +inet stream +ESTABLISHED"))
        client.close()
        shown = re.compile(r"s +(inet stream +)?CLOSE_WAIT")  # as far as there is room
        terminal.wait_until(lambda: any(shown.search(line) for line in terminal.screen.all_lines()),
                            "the new state is not shown")
        terminal.send("x")
        terminal.wait_until(lambda: any(line == PROMPT.rstrip() for line in terminal.screen.all_lines()),
                            "there is no empty prompt")
        terminal.send(CONTROL_D)
        self.assertEqual(terminal.expect_exit(), 0, terminal.describe())

    def test_job_by_ampersand(self):
        """a call begun with & at the end gives the prompt back at once"""
        terminal = self.start()
        address = self.listen(terminal)
        terminal.run("c = accept srv &")
        self.assertIn("accept", terminal.run("jobs"))
        client = self.connect(address)
        terminal.expect(re.compile(rf"accept\(3\b.*127\.0\.0\.1:{client.getsockname()[1]}\}}, \[16\]\) = \d+"))
        self.leave(terminal)

    def test_results_of_jobs(self):
        """jobs shows what became of those that have ended"""
        terminal = self.start(columns=100)
        terminal.run("a b = socketpair unix stream")
        terminal.run("send a hello")
        terminal.run("expect EBADF send b x &")
        terminal.run("tcp-connect 127.0.0.1:1 &")
        terminal.run("recv b 10 &")
        terminal.run("p = spawn exit 3")
        terminal.run("recv b 10 &")
        terminal.run("await p exit")
        for what in (r"\[2\] close", r"\[3\] recv\(", r"got 1\b"):
            terminal.wait_until(lambda: re.search(what, "\n".join(terminal.screen.all_lines())), what)
        for _ in range(1000):  # until the kernel has put the last to sleep
            if re.search(r"%5 +- +blocked", terminal.run("jobs")):
                break
        shown = terminal.text()
        self.assertRegex(shown, r"%1 +- +failed +expected EBADF, got 1 +expect")
        self.assertNotIn("write:", "\n".join(terminal.screen.all_lines()))  # it was run as it was meant
        self.assertRegex(shown, r"%2 +- +failed +ECONNREFUSED +tcp-connect")
        self.assertRegex(shown, r'%3 +- +done +"hello" +recv')
        self.assertRegex(shown, r"%4 +p +status 3 +- +exit 3")
        self.assertRegex(shown, r"%5 +- +blocked +- +recv")
        self.leave(terminal)

    def test_quit_with_a_job(self):
        """quitting with a blocked job ends both"""
        terminal = self.start()
        self.listen(terminal)
        terminal.run("c = accept srv &")
        terminal.send_line("quit")
        self.assertEqual(terminal.expect_exit(), 0, terminal.describe())


class Lab(PromptTest):
    def test_step_again(self):
        """an empty line lets the next packet across, after a step and after nothing else"""
        terminal = self.start("--lab")
        terminal.run("wire hold")
        terminal.run("u = @client udp-bind client:0")
        terminal.run("v = @server udp-bind server:0")
        for text in ("one", "two", "three"):
            self.assertIn("held", terminal.run(f"sendto u {text} v"))
        self.assertIn("  1  client > server: UDP, length 3", terminal.run("step"))
        self.assertIn("  2  client > server: UDP, length 3", terminal.run(""))
        terminal.run('print "between"')
        self.assertNotIn("  3  client > server", terminal.run(""))
        self.assertIn('"one"', terminal.run("recv v 10"))
        self.assertIn("  3  client > server: UDP, length 5", terminal.run("step"))
        self.leave(terminal)

    def test_status_of_a_lab(self):
        """a socket of a lab is one line of a narrow screen, also with addresses of IPv6"""
        terminal = self.start("--lab", rows=40, columns=80)
        terminal.run("srv = @server tcp-listen [::]:8080")
        terminal.run("connection = @client tcp-connect [fd00::2]:8080")
        terminal.run("s = accept srv")
        shown = terminal.run("status").splitlines()
        self.assertEqual(len(shown), 5, shown)
        self.assertRegex(shown[4], "  # no room for KIND, .*MODE")
        # A mode that is not the usual one is worth a second line.
        terminal.run("set-blocking s off")
        self.assertIn("mode nonblock", terminal.run("status"))
        self.leave(terminal)

    def test_packets_above_the_line(self):
        """what is sent again while a line is typed stands above it"""
        terminal = self.start(rows=50, columns=140)
        terminal.run("goto SYN_SENT")
        terminal.run("wire fold off")
        terminal.send("getsockna")
        terminal.expect(re.compile(r"  2  client > server: Flags \[S\], seq 0.*held"))
        terminal.expect_line("getsockna")
        terminal.send("me c" + ENTER)
        terminal.expect(re.compile(r"client: getsockname\(\d+, \{AF_INET, 10\.0\.0\.1:"))
        self.leave(terminal)

    def test_completion(self):
        """TAB completes hosts, commands of two words, and what the second one takes"""
        terminal = self.start("--lab")
        terminal.send("@cl" + TAB)
        terminal.expect_line("@client")
        terminal.send("tcp-con" + TAB + "serv" + TAB)
        terminal.expect_line("@client tcp-connect server:")
        terminal.send(CONTROL_C)
        terminal.expect_prompt()
        terminal.send("wire dup" + TAB)
        terminal.expect_line("wire duplicate")
        terminal.send(CONTROL_C)
        terminal.expect_prompt()
        terminal.send("wire cut cl" + TAB)
        terminal.expect_line("wire cut client")
        terminal.send(CONTROL_C)
        self.leave(terminal)

    def test_interrupt_until(self):
        """Ctrl-C ends a step until something that does not come"""
        terminal = self.start("--lab")
        terminal.run("wire hold")
        terminal.run("srv = @server tcp-listen :0")
        terminal.send_line("print begun; step until srv backlog == 1 60s")
        terminal.expect(re.compile(r"^begun$", re.M))
        terminal.send(CONTROL_C)
        terminal.expect_prompt()
        self.assertIn("LISTEN", terminal.run("states"))
        self.leave(terminal)


class Editing(PromptTest):
    def test_history(self):
        """a line of the first run is recalled by Up in the second; the file is the user's alone"""
        terminal = self.start()
        terminal.run("s = socket inet stream")
        self.leave(terminal)
        mode = os.stat(os.path.join(self.state, "socksh", "history")).st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)

        terminal = self.start()
        terminal.send(UP)
        terminal.expect_line("s = socket inet stream")
        terminal.send(ENTER)
        terminal.expect("  socket(AF_INET, SOCK_STREAM, 0) = 3")
        self.leave(terminal)

    def test_history_refused(self):
        """a history file that cannot be written does not keep the session from working"""
        with open(self.state, "w", encoding="utf-8") as obstacle:
            obstacle.write("not a directory\n")
        terminal = self.start()
        self.assertIn("socket(AF_INET, SOCK_STREAM, 0) = 3", terminal.run("s = socket inet stream"))
        terminal.send(CONTROL_D)
        self.assertEqual(terminal.expect_exit(), 0, terminal.describe())

    def check_paste(self, terminal):
        for descriptor in range(3, 13):
            terminal.expect(f"socket(AF_INET, SOCK_DGRAM, 0) = {descriptor}\n")
        self.leave(terminal)

    def test_bracketed_paste(self):
        """ten lines pasted into a terminal with bracketed paste all run"""
        terminal = self.start(rows=50)
        self.assertTrue(terminal.screen.bracketed_paste, "the prompt has not asked for bracketed paste")
        terminal.paste("\n".join(f"s{number} = socket inet dgram" for number in range(10)))
        terminal.send(ENTER)
        self.check_paste(terminal)

    def test_raw_paste(self):
        """ten lines that arrive at once, without bracketed paste, all run"""
        terminal = self.start(rows=50)
        terminal.send("".join(f"s{number} = socket inet dgram{ENTER}" for number in range(10)))
        self.check_paste(terminal)

    def test_block_over_lines(self):
        """a block is typed over several lines"""
        terminal = self.start()
        terminal.send_line("repeat 2 {")
        terminal.send("socket inet dgram" + ENTER)
        terminal.send("}" + ENTER)
        terminal.expect("socket(AF_INET, SOCK_DGRAM, 0) = 3")
        terminal.expect("socket(AF_INET, SOCK_DGRAM, 0) = 4")
        self.leave(terminal)

    def test_resize(self):
        """resizing the window while a line is typed does not lose it"""
        terminal = self.start()
        terminal.send("s = socket inet")
        terminal.expect_line("s = socket inet")
        terminal.resize(12, 60)
        terminal.resize(40, 120)
        terminal.send(" stream")
        terminal.expect_line("s = socket inet stream")
        terminal.send(ENTER)
        terminal.expect("socket(AF_INET, SOCK_STREAM, 0) = 3")
        self.leave(terminal)

    def test_resize_while_blocked(self):
        """resizing the window while a call is blocked does not interrupt it"""
        terminal = self.start()
        address = self.listen(terminal)
        self.block_in_accept(terminal)
        terminal.resize(30, 80)
        client = self.connect(address)
        terminal.expect(re.compile(rf"accept\(3\b.*127\.0\.0\.1:{client.getsockname()[1]}\}}, \[16\]\) = \d+"))
        self.leave(terminal)

    def test_interrupt_clears_the_line(self):
        """Ctrl-C at the prompt throws the typed line away, and runs nothing"""
        terminal = self.start()
        terminal.send("socket inet stream")
        terminal.expect_line("socket inet stream")
        terminal.send(CONTROL_C)
        terminal.expect_prompt()
        self.assertIn("socket(AF_INET, SOCK_DGRAM, 0) = 3", terminal.run("socket inet dgram"))
        self.assertNotIn("SOCK_STREAM", terminal.text())
        self.leave(terminal)

    def test_vi_mode(self):
        """vi editing from an inputrc"""
        inputrc = os.path.join(self.directory, "inputrc")
        with open(inputrc, "w", encoding="utf-8") as file:
            file.write("set editing-mode vi\nset keyseq-timeout 0\n")
        self.environment["INPUTRC"] = inputrc
        terminal = self.start()
        terminal.send("s = socket inet streamXX")
        terminal.expect_line("s = socket inet streamXX")
        terminal.send(ESCAPE)
        terminal.send("x")
        terminal.expect_line("s = socket inet streamX")
        terminal.send("x")
        terminal.expect_line("s = socket inet stream")
        terminal.send(ENTER)
        terminal.expect("socket(AF_INET, SOCK_STREAM, 0) = 3")
        self.leave(terminal)

    def test_vi_mode_by_set(self):
        """set editing chooses the keys from the next line on"""
        terminal = self.start()
        self.assertIn("editing  emacs", terminal.run("set editing"))
        terminal.run("set editing vi")
        terminal.send("print oneX")
        terminal.expect_line("print oneX")
        terminal.send(ESCAPE)
        terminal.send("x")
        terminal.expect_line("print one")
        terminal.send(ENTER)
        terminal.expect(re.compile("^one$", re.M))
        terminal.run("set editing emacs")
        terminal.send("ello\x01print h" + ENTER)
        terminal.expect(re.compile("^hello$", re.M))
        self.assertIn("set to one of emacs|vi", terminal.run("set editing ed"))
        self.leave(terminal)


class Habits(PromptTest):
    def test_certain(self):
        """a line of Python or C whose meaning is certain is run, and shown as this shell writes it"""
        terminal = self.start()
        shown = terminal.run("s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)")
        self.assertIn("# here: s = socket AF_INET SOCK_STREAM", shown)
        self.assertIn("socket(AF_INET, SOCK_STREAM, 0) = 3", shown)
        self.assertIn("bind(3, {AF_INET, 127.0.0.1:0}, 16) = 0", terminal.run('s.bind(("127.0.0.1", 0))'))
        self.assertIn("listen(3, 5) = 0", terminal.run("listen(s, 5);"))
        self.assertIn("O_NONBLOCK", terminal.run("setblocking s 0"))
        self.assertIn("= -1 EAGAIN", terminal.run("conn, addr = s.accept()"))
        terminal.run("save typed.socksh")
        with open(os.path.join(self.directory, "typed.socksh"), encoding="utf-8") as file:
            saved = file.read()
        self.assertIn("s = socket AF_INET SOCK_STREAM\nbind s 127.0.0.1:0\nlisten s 5\n", saved)
        self.leave(terminal)

    def test_told(self):
        """a line that means several calls, or that is not certain, is told and not run"""
        terminal = self.start()
        for line, told in [("connect 127.0.0.1 8080", "write: c = tcp-connect 127.0.0.1:8080"),
                           ("connect localhost 8080", "write: c = tcp-connect localhost:8080"),
                           ("listen 8080", "write: srv = tcp-listen 8080"),
                           ("nc -l 8080", "write: srv = tcp-listen 8080"),
                           ("telnet localhost 80", "write: c = tcp-connect localhost:80"),
                           ("print \u201chello there\u201d", 'write: print "hello there"'),
                           ("print\u3000hello", "write: print hello"),
                           ("SELECT * FROM sockets", "write: status"),
                           ("import socket", "nothing is imported here")]:
            self.assertIn(told, terminal.run(line))
        self.assertIn("no socket is open", terminal.run("status"))
        self.leave(terminal)

    def test_name_alone(self):
        """a name alone shows what it holds, and print of a name says that it prints the word"""
        terminal = self.start()
        terminal.run("s = socket inet stream")
        self.assertRegex(terminal.run("s"), r"(?m)^  3 +s +inet stream +CLOSED")
        terminal.run("let text hello")
        self.assertRegex(terminal.run("text"), r"(?m)^hello$")
        self.assertIn("shown by its name alone: states s", terminal.run("print s"))
        self.assertIn("print $text", terminal.run("print text"))
        self.assertNotIn("#", terminal.run("print other"))
        self.leave(terminal)

    def test_data_of_others(self):
        """data as Python writes it is not sent as text; the line is told, and quotes make it text"""
        terminal = self.start()
        terminal.run("a b = socketpair unix stream")
        told = terminal.run('send a "x"*1000')
        self.assertIn('write: send a fill:1000,"x"', told)
        self.assertNotIn("send(3", told)
        self.assertIn('send(3, "x*5", 3, 0) = 3', terminal.run('send a "x*5"'))
        self.assertIn(" = 1000", terminal.run('send a fill:1000,"x"'))
        self.leave(terminal)

    def test_call_over_lines(self):
        """a call that is pasted over several lines is one; a command behind an open one is itself"""
        terminal = self.start()
        terminal.send("s = socket.socket(" + ENTER + "  socket.AF_INET," + ENTER + "  socket.SOCK_STREAM)" + ENTER)
        terminal.expect("here: s = socket AF_INET SOCK_STREAM")
        terminal.expect("socket(AF_INET, SOCK_STREAM, 0) = 3")
        terminal.send("connect(s, (struct sockaddr *)&addr," + ENTER + "   sizeof(addr));" + ENTER)
        terminal.expect("write: connect s ADDRESS")
        terminal.send("s.recv(" + ENTER + "print hello" + ENTER)
        terminal.expect(re.compile(r'no command is called "s.recv\("(.|\n)*^hello$', re.M))
        self.leave(terminal)

    def test_close_all(self):
        """close * closes every socket, with a call for each"""
        terminal = self.start()
        terminal.run("a b = socketpair unix stream")
        shown = terminal.run("close *")
        self.assertIn("close(3) = 0", shown)
        self.assertIn("close(4) = 0", shown)
        self.assertIn("no socket is open", terminal.run("status"))
        self.leave(terminal)

    def test_recall(self):
        """!! and its like stand for lines typed before, which are shown"""
        terminal = self.start()
        terminal.run("print first")
        terminal.run("print 'two words'")
        self.assertEqual(terminal.run("!!"), "print 'two words'\ntwo words")
        self.assertEqual(terminal.run("!-2"), "print first\nfirst")
        self.assertEqual(terminal.run("!2"), "print 'two words'\ntwo words")
        self.assertEqual(terminal.run("print again !$"), "print again 'two words'\nagain two words")
        self.assertIn("no such line in the history", terminal.run("!99"))
        self.assertRegex(terminal.run("!echo from sh"), "(?m)^from sh$")
        self.leave(terminal)

    def test_directory(self):
        """cd changes the directory for programs and files, and cd - goes back"""
        terminal = self.start()
        os.mkdir(os.path.join(self.directory, "folder"))
        terminal.run("cd folder")
        self.assertIn("/folder", terminal.run("pwd"))
        terminal.run('write-file here "text"')
        self.assertTrue(os.path.exists(os.path.join(self.directory, "folder", "here")))
        self.assertNotIn("/folder", terminal.run("cd -"))
        terminal.run("cd")
        self.assertIn(os.path.basename(self.home), terminal.run("shell pwd"))
        self.assertIn("ENOENT", terminal.run("cd nowhere"))
        self.leave(terminal)

    def test_clear(self):
        """clear leaves nothing but the prompt on the screen"""
        terminal = self.start()
        terminal.run("print something")
        terminal.send_line("clear")
        terminal.wait_until(lambda: terminal.screen.row == 0 and terminal.screen.before_cursor() == PROMPT,
                            "expected the prompt in the first row")
        terminal.mark = terminal.screen.absolute_row()
        self.leave(terminal)

    def test_typed_ahead(self):
        """lines typed ahead of a call that blocks are run when Ctrl-C has ended it"""
        terminal = self.start()
        self.listen(terminal)
        self.block_in_accept(terminal)
        terminal.send("print one" + ENTER + "print two" + ENTER)
        terminal.send(CONTROL_C)
        terminal.expect("EINTR")
        terminal.expect(re.compile(r"^one\n(.*\n)*two$", re.M))
        self.leave(terminal)

    def test_pasted_behind(self):
        """lines pasted behind one that Ctrl-C or Ctrl-Z stops stand at the prompt, and Enter runs them"""
        terminal = self.start(rows=40)
        self.listen(terminal)
        for key, what in ((CONTROL_C, "EINTR"), (CONTROL_Z, "goes on in the background")):
            terminal.paste("accept srv\nprint one\nprint two")
            terminal.expect("print two")
            terminal.send(ENTER)
            terminal.expect("blocked")
            terminal.send(key)
            terminal.expect(what)
            terminal.expect("stands at the prompt: Enter runs it")
            terminal.expect(re.compile(r"^socksh> print one\nprint two$", re.M))
            self.assertNotRegex(terminal.text(), re.compile(r"^one$", re.M))
            terminal.send(ENTER)
            terminal.expect(re.compile(r"^one\ntwo$", re.M))
            terminal.expect_prompt()
        # Or they are dropped.
        terminal.paste("accept srv\nprint three")
        terminal.send(ENTER)
        terminal.expect(re.compile(r"accept\(3.* blocked"))
        terminal.send(CONTROL_C)
        terminal.expect(re.compile(r"^socksh> print three\b", re.M))
        terminal.send(CONTROL_C)
        terminal.expect_prompt()
        self.assertNotRegex(terminal.run("print four"), r"(?m)^three$")
        self.leave(terminal)

    def test_save_refuses(self):
        """save does not write a script under the name of another form"""
        terminal = self.start(columns=160)
        self.assertIn("export python FILE writes a program in Python; name it x.socksh", terminal.run("save x.py"))
        self.assertIn("capture FILE writes packets", terminal.run("save x.pcap"))
        for ending in ("html", "txt", "svg", "xml"):
            self.assertIn(f"should not end in .{ending}: ", terminal.run(f"save x.{ending}"))
        self.assertEqual([name for name in os.listdir(self.directory) if name.startswith("x.")], [])
        self.leave(terminal)

    def test_save_tells(self):
        """save says how many lines it wrote, and where"""
        terminal = self.start()
        terminal.run("a b = socketpair unix stream")
        terminal.run("send a hello")
        self.assertIn('# 2 lines in "x.socksh"', terminal.run("save x.socksh"))
        with open(os.path.join(self.directory, "x.socksh"), encoding="ascii") as file:
            self.assertEqual(file.read().splitlines()[1:], ["a b = socketpair unix stream", "send a hello"])
        self.leave(terminal)

class Screens(PromptTest):
    """What is shown fits the screen that is there."""

    def test_greeting(self):
        """the greeting and the help fit 60 columns, with whole words"""
        terminal = self.start(columns=60)
        self.assertEqual(terminal.screen.lines()[:2], ["socksh, the socket shell. Type a socket call, as",
                                                       "`s = socket inet stream`; `help` lists them, Tab completes."])
        self.leave(terminal)

    def test_list_of_matches(self):
        """what Tab lists is folded between words"""
        terminal = self.start(columns=60)
        terminal.send("set ")
        terminal.send(TAB)
        terminal.send(TAB)
        terminal.expect("pager         which answers at the prompt go through $PAGER:")
        terminal.expect("              auto those longer than the screen, on all")
        terminal.send("pager auto" + ENTER)
        self.leave(terminal)

    def test_pager(self):
        """an answer longer than the screen goes through $PAGER, a short one does not"""
        self.environment["PAGER"] = "sed -n -e 's/^/paged: /' -e '1,3p' -e '$p'"
        terminal = self.start()
        shown = terminal.run("help")
        self.assertIn("paged: One line is one command", shown)
        self.assertIn("tells what an errno, flag, option or state means.", shown)
        self.assertNotIn("paged", terminal.run("explain EINTR"))
        terminal.run("set pager off")
        self.assertNotIn("paged", terminal.run("help"))
        terminal.run("set pager on")
        self.assertIn("paged", terminal.run("explain EINTR"))
        terminal.run("set pager auto")
        # What a repeat shows stays in its order.
        self.assertNotIn("paged", terminal.run("repeat 2 help"))
        self.leave(terminal)

    def test_pager_that_is_not_there(self):
        """without a pager the whole answer is printed"""
        self.environment["PAGER"] = "/no/such/pager"
        terminal = self.start()
        self.assertIn("One line is one command", "\n".join(terminal.run("help").splitlines()))
        self.leave(terminal)

    def test_pager_with_keys(self):
        """the pager has the terminal, and gives it back"""
        self.environment["PAGER"] = "less -FRX"
        terminal = self.start()
        terminal.send_line("help")
        terminal.expect("Sockets")
        terminal.send("G")
        terminal.expect("tells more of each")
        terminal.send("q")
        terminal.expect_prompt()
        terminal.run("s = socket inet stream")
        self.leave(terminal)

    def test_rounds(self):
        """rounds of a repeat that show the same again are counted"""
        terminal = self.start()
        self.listen(terminal)
        terminal.send_line("repeat 500 c = tcp-connect srv")
        terminal.expect(re.compile(r"x 497 more like that"))
        terminal.expect_prompt()
        shown = terminal.run("states")
        self.assertRegex(shown, r"1001 sockets: `states --list` shows each")
        self.assertRegex(shown, r"inet stream +ESTABLISHED +1000 ")
        terminal.run("set pager off")
        self.assertEqual(len(re.findall("ESTABLISHED", terminal.run("states srv --list"))), 500)
        self.leave(terminal)

    def test_characters(self):
        """letters beyond ASCII are shown as they are, in whatever is said of them; what a terminal may act on is not"""
        terminal = self.start(rows=40)
        terminal.run("a b = socketpair unix stream")
        terminal.run('send a "h\u00e9llo \u4e2d\u6587"')
        shown = terminal.run('expect "h\u00e9" recv b 100')
        self.assertIn('recv: expected "h\u00e9", got "h\u00e9llo \u4e2d\u6587"', shown)
        self.assertRegex(shown, r'(?m)^    expect "h\u00e9" recv b 100\n {16}\^\^\^\^$')
        shown = terminal.run('print "\u4e2d\u6587" $nothing')
        self.assertRegex(shown, r'(?m)^ {17}\^{8}$')  # such a letter has two columns
        terminal.run("set pager off")
        self.assertIn('send(3 a, "h\u00e9llo \u4e2d\u6587", 13, 0) = 13', terminal.run("log"))
        shown = terminal.run("recv \u00e9\u202e 10")
        self.assertIn('"\u00e9\\xe2\\x80\\xae" is no socket', shown)
        self.leave(terminal)

    def test_close_of_many(self):
        """closing many sockets folds as rounds do, and the line that was meant is not all of the screen"""
        terminal = self.start()
        terminal.run("repeat 300 s = socket inet stream")
        shown = terminal.run("close *")
        self.assertRegex(shown, r"# here: close 3 4 5 .* \.\.\. 302\n")
        self.assertRegex(shown, r"x 297 more like that")
        self.assertLess(len(shown.splitlines()), 14, shown)
        self.assertIn("no socket is open", terminal.run("status"))
        self.leave(terminal)

    def test_interrupted_rounds(self):
        """rounds are counted while they run, though none of them blocks; after Ctrl-C the count stands once"""
        terminal = self.start()
        terminal.send_line("repeat 1000000000 { s = socket inet stream; close s }")
        terminal.expect(re.compile(r"x \d+ more like that"))
        terminal.send(CONTROL_C)
        terminal.expect_prompt()
        shown = terminal.text()
        self.assertEqual(len(re.findall(r"more like that", shown)), 1, shown)
        self.leave(terminal)

    def test_rounds_against_a_service(self):
        """what a service says of a crowd of clients that do the same is counted, too"""
        terminal = self.start(rows=40)
        terminal.run("srv = tcp-listen 127.0.0.1:0")
        terminal.run("serve srv echo")
        terminal.send_line("repeat 400 { c = tcp-connect srv; send c hello; expect \"hello\" recv-exactly c 5; close c }")
        terminal.expect(re.compile(r"x \d+ more like that"))
        terminal.expect_prompt()
        terminal.run("print done")
        self.assertRegex("\n".join(terminal.screen.all_lines()),
                         r"\[service\] \d+ lines are left out; log has them")
        self.assertLess(len(re.findall(r"\[service 1\] #", "\n".join(terminal.screen.all_lines()))), 60)
        terminal.run("set pager off")
        self.assertEqual(len(re.findall(r"\] #\d+ \S+ connected", terminal.run("log"))), 400)
        self.leave(terminal)

    def test_crowd_of_changes(self):
        """what the end of a service does to a crowd of its clients is told of some, and the rest counted"""
        terminal = self.start(rows=40)
        terminal.run("srv = tcp-listen 127.0.0.1:0")
        terminal.run("e = serve srv echo")
        terminal.send_line("repeat 100 { c = tcp-connect srv }")
        terminal.expect_prompt()
        terminal.run("await e clients == 100")
        terminal.run("stop e")
        terminal.expect(re.compile(r"13 ESTABLISHED → CLOSE_WAIT"))
        terminal.run("print done")
        terminal.expect(re.compile(r"^  x \d+ more changes like that; log has them$", re.M))
        lines = terminal.screen.all_lines()
        self.assertLess(sum("CLOSE_WAIT" in line for line in lines), 30)
        self.assertLess(sum("the peer has closed its side" in line for line in lines), 4)
        self.leave(terminal)

    def test_why_is_it_blocked(self):
        """why tells what waits, where no call has failed"""
        terminal = self.start()
        terminal.run("a b = socketpair unix stream")
        terminal.send_line("recv a")
        terminal.expect("recv(3, ...) blocked")
        terminal.send(b"\x1a")
        terminal.expect("goes on in the background")
        output = terminal.run("why")
        self.assertIn("recv of socket 3 a is blocked: nothing is there to be received", output)
        terminal.run("kill %1")
        self.leave(terminal)

    def test_block_of_another_language(self):
        """lines of Python in a block are read when it is closed, and keep the block"""
        terminal = self.start()
        terminal.run("a b = socketpair unix stream")
        terminal.send_line("repeat 2 {")
        terminal.send_line("  a.send(b'x')")
        terminal.send_line("}")
        terminal.expect('here: repeat 2 { send a "x" }')
        terminal.expect(re.compile(r"(send\(3, \"x\", 1, 0\) = 1\s+){2}"))
        self.leave(terminal)

    def test_rounds_that_differ(self):
        """a round that shows something else is shown"""
        terminal = self.start()
        terminal.run("a b = socketpair unix dgram")
        shown = terminal.run("repeat 3 { send a hello; recv b 100 }; repeat 40 { send a hello; recv b 100 }; "
                             "send a odd; repeat 9 { send a hello; recv b 100 }")
        self.assertIn("x 37 more like that", shown)
        self.assertRegex(shown, r'recv\(4, "odd", 100, 0\) = 3')
        self.leave(terminal)

    def test_rounds_that_take_long(self):
        """a round that takes long is shown as it goes"""
        terminal = self.start()
        terminal.run("a b = socketpair unix dgram")
        shown = terminal.run("repeat 6 { send a hello; sleep 60ms; recv b 100 }")
        self.assertEqual(shown.count('recv(4, "hello", 100, 0) = 5'), 6)
        self.leave(terminal)


class Lessons(PromptTest):
    """Walks that ask. The kernel grades, so the answers here are what this kernel does."""

    LESSON = ("# A lesson of three lines.\n"
              "srv = tcp-listen 127.0.0.1:0\n\n"
              "# It connects.\n"
              "c = tcp-connect srv\n"
              "await srv backlog == 1\n\n"
              "# ask: outcome\n"
              "expect ECONNREFUSED tcp-connect 127.0.0.1:1\n")

    def begin(self, *arguments, text=LESSON):
        with open(os.path.join(self.directory, "lesson.socksh"), "w", encoding="utf-8") as file:
            file.write(text)
        terminal = Terminal([PROGRAM, *arguments, "lesson.socksh"], self.environment, self.directory, 40, 100)
        self.addCleanup(terminal.close)
        terminal.expect("step>")
        return terminal

    def test_answers(self):
        """before a line that matters the walk asks, and the line that runs is the judge"""
        terminal = self.begin("--ask")
        terminal.expect("line 1 of 4")
        terminal.expect("? Which state will srv be in then?")
        terminal.send_line("listen")
        terminal.expect("= right: the state of srv is LISTEN.")
        terminal.expect("? Which state will c be in then?")
        terminal.send_line("syn_sent")
        terminal.expect("= not SYN_SENT: the state of c is ESTABLISHED. Read: `help ESTABLISHED`, `transitions c`")
        # The line that waits belongs to the one before it, and says what it found.
        terminal.expect("# it is so: srv backlog == 1")
        terminal.expect("line 4 of 4")
        terminal.expect("> expect ? tcp-connect 127.0.0.1:1")
        terminal.send_line("ECONNREFUSED")
        terminal.expect("= right: tcp-connect gave ECONNREFUSED.")
        terminal.expect("2 of 3 answers were right.")
        terminal.expect_prompt()
        shown = terminal.run("lesson report --json")
        self.assertRegex(shown.replace("\n", ""), r'\{"lesson":".*lesson.socksh","date":"\d{4}-\d\d-\d\dT[0-9:]+Z","asked":3,"right":2\}')
        self.leave(terminal)

    def choice(self, terminal, word):
        """The digit that stands before a choice of the question that was asked last."""
        found = re.findall(rf"(\d) {word}\b", terminal.describe())
        self.assertTrue(found, terminal.describe())
        return found[-1]

    def test_answers_by_a_key(self):
        """a digit that names a choice answers without Enter; an Enter out of habit answers nothing"""
        terminal = self.begin("--ask")
        terminal.expect("? Which state will srv be in then?")
        terminal.send(self.choice(terminal, "LISTEN"))
        terminal.expect("= right: the state of srv is LISTEN.")
        terminal.expect("? Which state will c be in then?")
        # A line of one's own may hold digits; a word is taken back.
        terminal.send_line("print 1")
        terminal.expect("? Which state will c be in then?")
        terminal.send("xy" + BACKSPACE * 2 + self.choice(terminal, "ESTABLISHED") + ENTER)
        terminal.expect("= right: the state of c is ESTABLISHED.")
        terminal.expect("? What will tcp-connect give?")
        terminal.expect(re.compile(r"give\?(.*\n)+step>"))
        self.assertNotIn("The end", terminal.describe())
        terminal.send_line("econnrefused")
        terminal.expect("3 of 3 answers were right.")
        terminal.expect_prompt()
        # Outside of a question a digit is a key like others.
        terminal.send("1")
        terminal.expect("socksh> 1")
        terminal.send(CONTROL_C)
        self.leave(terminal)

    def test_interrupted_question(self):
        """Ctrl-C and Ctrl-Z leave a question as it is, and SIGTERM the terminal as it was"""
        terminal = self.begin("--ask")
        before = termios.tcgetattr(terminal.master)
        terminal.expect("? Which state will srv be in then?")
        terminal.send("lis" + CONTROL_C)
        terminal.expect("^C")
        terminal.send(CONTROL_Z)
        terminal.send(self.choice(terminal, "LISTEN"))
        terminal.expect("= right: the state of srv is LISTEN.")
        terminal.expect("? Which state will c be in then?")
        os.kill(terminal.process, signal.SIGTERM)
        self.assertEqual(terminal.expect_exit(), 128 + signal.SIGTERM)
        self.assertEqual(before[3] & termios.ICANON, 0)
        self.assertNotEqual(termios.tcgetattr(terminal.master)[3] & (termios.ICANON | termios.ECHO), 0)

    def test_what_is_asked(self):
        """of all calls of a line the bytes are counted; what the line says itself is not asked"""
        terminal = self.begin("--ask", text="# Lesson: first steps: a title\n# It begins.\n"
                              "a b = socketpair unix stream\nsend a hello\nshutdown a wr\n"
                              "# ask: bytes\nexpect \"hello\" recv-all b\n"
                              "srv = tcp-listen 127.0.0.1:0\nc = socket inet stream|nonblock\n"
                              "expect EINPROGRESS connect c srv\n\n# It is there.\nawait c ESTABLISHED\n")
        terminal.expect(re.compile(r"  Lesson: first steps: a title\n\n  It begins\.\n"))
        for number in (2, 3, 4):
            terminal.send_line("")
            terminal.expect(f"line {number} of 8")
            terminal.expect("step>")
        terminal.expect("How many bytes will recv-all give?")
        terminal.send_line("5")
        terminal.expect("= right: recv-all gave 5.")
        for number in (6, 7, 8):
            terminal.expect("step>")
            terminal.send_line("")
            terminal.expect(f"line {number} of 8")
        terminal.expect(re.compile(r"> await c ESTABLISHED\nstep>"))
        terminal.send_line("stop")
        terminal.expect_prompt()
        self.leave(terminal)

    def test_stopped_lines(self):
        """Ctrl-C ends the one line, Ctrl-Z leaves it behind; the walk shows where it is, and goes back over both"""
        for key, said in ((CONTROL_C, "EINTR"), (CONTROL_Z, "goes on in the background")):
            terminal = self.begin("--step", text="a b = socketpair unix stream\nrecv b\n# Behind it.\nsend a x\nprint done\n")
            terminal.send_line("")
            terminal.expect(re.compile("line 2 of 4(.*\n)*step>"))
            terminal.send_line("")
            terminal.expect("blocked")
            terminal.send(key)
            terminal.expect(said)
            terminal.expect(re.compile("Behind it\\.\n+line 3 of 4\n> send a x\n(.*\n)*step>"))
            self.assertNotIn("lesson.socksh:", terminal.text())
            terminal.send_line("")
            terminal.expect(re.compile("line 4 of 4(.*\n)*step>"))
            terminal.send_line("back")
            terminal.expect("lines 1 to 2 are run again, unseen, in a new session")
            terminal.press_until(CONTROL_C, re.compile("line 3 of 4\n> send a x\n(.*\n)*step>"))
            terminal.send_line("stop")
            terminal.expect_prompt()
            self.leave(terminal)

    def test_without_an_answer(self):
        """Enter alone runs the line, and nothing is graded; lines of one's own come between"""
        terminal = self.begin("--ask")
        terminal.send_line("print own")
        terminal.expect("own")
        terminal.send_line("")
        terminal.expect("line 2 of 4")
        terminal.send_line("rest")
        terminal.expect("The end of lesson.socksh.")
        terminal.expect_prompt()
        self.assertNotIn("right", terminal.describe().split("The end of")[1])
        self.leave(terminal)

    def test_back(self):
        """back begins a new session before the previous line"""
        terminal = self.begin("--step")
        terminal.expect("line 1 of 4")
        terminal.send_line("back")
        terminal.expect("# this is the first line")
        terminal.send_line("")
        terminal.expect("line 2 of 4")
        terminal.send_line("")
        terminal.expect("line 4 of 4")
        terminal.send_line("mine = socket inet stream")
        terminal.expect("= 5")
        terminal.send_line("back")
        terminal.expect("# line 1 is run again, unseen, in a new session")
        terminal.expect("line 2 of 4")
        terminal.send_line("status")
        terminal.expect(re.compile(r"3 +srv +inet stream +LISTEN"))
        # What was typed in the old session is not in the new one, nor is the connection.
        self.assertNotIn("mine", terminal.describe().split("new session")[1])
        terminal.send_line("rest")
        terminal.expect("The end of lesson.socksh")
        terminal.expect_prompt()
        self.leave(terminal)

    def test_quit_leaves_the_walk(self):
        """quit leaves a walk, and said again the session"""
        terminal = self.start()
        for word in ("q", "quit", "exit"):
            with open(os.path.join(self.directory, word + ".socksh"), "w", encoding="utf-8") as file:
                file.write(self.LESSON)
            terminal.send_line(f"source --step {word}.socksh")
            terminal.expect(re.compile(r"^step>", re.M))
            terminal.send_line(word)
            terminal.expect(f"the walk through {word}.socksh ends here")
            terminal.expect_prompt()
        terminal.send_line("quit")
        self.assertEqual(terminal.expect_exit(), 0, terminal.describe())

    def test_back_in_a_session_with_more(self):
        """back does not throw away what was there before the walk"""
        terminal = self.start()
        with open(os.path.join(self.directory, "lesson.socksh"), "w", encoding="utf-8") as file:
            file.write(self.LESSON)
        terminal.run("mine = socket inet stream")
        terminal.send_line("source --step lesson.socksh")
        terminal.expect("line 1 of 4")
        terminal.send_line("")
        terminal.expect("line 2 of 4")
        terminal.send_line("back")
        terminal.expect("this one has more than the walk")
        terminal.send_line("stop")
        terminal.expect("the walk through lesson.socksh ends here")
        terminal.expect_prompt()
        self.leave(terminal)

    def test_apart(self):
        """a lesson has a session of its own, and the user's is as it was when it is over"""
        terminal = self.start()
        with open(os.path.join(self.directory, "lesson.socksh"), "w", encoding="utf-8") as file:
            file.write(self.LESSON)
        terminal.run("srv = socket inet dgram")
        before = terminal.run("status")
        terminal.send_line("lesson lesson.socksh")
        terminal.expect("line 1 of 4")
        terminal.resize(30, 90)
        terminal.send_line("")
        terminal.expect("socket(AF_INET, SOCK_STREAM, 0) = 3")
        terminal.expect("line 2 of 4")
        # It goes back in that session alone, though the user's has more.
        terminal.send_line("back")
        terminal.expect("line 1 of 4")
        terminal.send_line("rest")
        # What comes is shown as it runs: comments, lines and what they find.
        terminal.expect(re.compile(r"  It connects\.\n> c = tcp-connect srv\n(.*\n)+> await srv backlog == 1\n"
                                   r"  # it is so: srv backlog == 1\n> expect ECONNREFUSED"))
        terminal.expect("The end of lesson.socksh")
        # Behind its end one may look at what there is.
        terminal.expect("step>")
        terminal.send_line("names")
        terminal.expect(re.compile(r"(?m)^ +c +socket 4"))
        terminal.send_line("")
        terminal.expect_prompt()
        self.assertEqual(terminal.run("status"), before)
        self.assertNotIn("socket 4", terminal.run("names"))
        # The window has changed meanwhile.
        terminal.run("print " + "x" * 85)
        terminal.send_line("lesson lesson.socksh")
        terminal.expect("line 1 of 4")
        terminal.send_line("stop")
        terminal.expect("the walk through lesson.socksh ends here")
        terminal.expect_prompt()
        self.leave(terminal)

    def test_two_labs(self):
        """two lessons of the lab are walked through in one session, since each has its own"""
        terminal = self.start(rows=40)
        for _ in range(2):
            terminal.send_line("lesson lab/state-close-wait")
            terminal.expect("step>")
            if "can't" in terminal.text():
                self.skipTest("no lab here")
            terminal.send_line("")
            terminal.expect(re.compile(r"line 2 of(.*\n)+step>"))
            terminal.send(CONTROL_D)
            terminal.expect_prompt()
        terminal.run("lab")
        self.leave(terminal)

    def test_interrupt_the_rehearsal(self):
        """Ctrl-C ends the rehearsal of a script that takes long; then nothing is asked"""
        with open(os.path.join(self.directory, "long.socksh"), "w", encoding="utf-8") as file:
            file.write("sleep 20s\nprint done\n")
        terminal = Terminal([PROGRAM, "--ask", "long.socksh"], self.environment, self.directory, 40, 100)
        self.addCleanup(terminal.close)
        terminal.expect("run once, unseen")
        terminal.send(CONTROL_C)
        terminal.expect("# nothing is asked: interrupted")
        terminal.expect("line 1 of 2")
        terminal.send_line("stop")
        terminal.expect_prompt()
        self.leave(terminal)


class OtherEnd(PromptTest):
    """Notes about the other end of a connection: how much has come by when is the kernel's choice."""

    def connected(self):
        terminal = self.start()
        for line in ("srv = tcp-listen 127.0.0.1:0", "c = tcp-connect srv", "s = accept srv"):
            terminal.run(line)
        return terminal

    def test_short_receive(self):
        """a recv that gives less than was asked for says where the rest is"""
        terminal = self.connected()
        terminal.run("setsockopt c so_sndbuf 8M")
        terminal.run("send c fill:8M dontwait")
        text = " ".join(terminal.run("recv s 16M").split())
        self.assertRegex(text, r"a stream gives what has arrived by then: [0-9]+ of the 16777216 bytes asked for; "
                               r"[0-9]+ (more have come since|are still in the send buffer of socket 4)")
        self.leave(terminal)

    def test_all_received(self):
        """a recv that gives all there is says nothing of the kind"""
        terminal = self.connected()
        terminal.run("send c hello")
        self.assertNotIn("#", terminal.run("recv s 100"))
        self.leave(terminal)


class Names(PromptTest):
    def test_name_before_abbreviation(self):
        """a name in use comes before a command that it abbreviates"""
        terminal = self.start()
        terminal.run("q = socketpair unix stream")
        self.assertIn("# here: states q", terminal.run("q"))
        self.leave(terminal)


class Library(PromptTest):
    def without_readline(self):
        """without readline there is no prompt, which is said with what to do, and scripts run"""
        libraries = os.path.join(self.directory, "libraries")
        os.mkdir(libraries)
        with open(os.path.join(libraries, LIBRARY), "wb"):
            pass  # an empty file is no library
        self.environment["LD_LIBRARY_PATH"] = libraries
        terminal = Terminal([PROGRAM], self.environment, self.directory, 24, 200)
        self.addCleanup(terminal.close)
        terminal.expect(re.compile(f"^socksh: the prompt needs GNU readline, .*{re.escape(LIBRARY)}: file too short"))
        self.assertEqual(terminal.expect_exit(), 2, terminal.describe())
        script = subprocess.run([PROGRAM, "-c", "history; print hello"], env=self.environment, timeout=DEADLINE,
                                capture_output=True, check=False)
        self.assertEqual((script.returncode, script.stdout, script.stderr), (0, b"hello\n", b""))

    if LIBRARY:
        test_without_readline = without_readline


class HostileData(PromptTest):
    SEQUENCES = {b"\x1b[5;36m": "blink", b"\x1b]2;taken\x07": "title", b"\x1b[6n": "report", b"\xc2\x9b31m": "c1",
                 "\u202eevil".encode(): "bidi"}

    def check(self, terminal):
        for sequence, name in self.SEQUENCES.items():
            self.assertNotIn(sequence, bytes(terminal.received), f"the {name} sequence reached the terminal")
        self.assertIsNone(terminal.screen.title)

    def test_received_data(self):
        """control sequences from the network never reach the terminal"""
        terminal = self.start()
        address = self.listen(terminal)
        self.block_in_accept(terminal)
        client = self.connect(address)
        terminal.expect_prompt()
        client.sendall(b"begin" + b"".join(self.SEQUENCES) + b"end")
        self.assertIn("begin", terminal.run("d = recv c 512"))
        terminal.run("print $d")
        terminal.run("names")
        terminal.run("status")
        self.check(terminal)
        self.leave(terminal)

    def test_received_data_in_a_job(self):
        """nor do they when a job has received them"""
        terminal = self.start()
        address = self.listen(terminal)
        self.block_in_accept(terminal)
        client = self.connect(address)
        terminal.run("recv c 512 &")
        client.sendall(b"begin" + b"".join(self.SEQUENCES) + b"end")
        terminal.expect(re.compile(r"recv\(.*begin"))
        self.check(terminal)
        self.leave(terminal)


if __name__ == "__main__":
    tap.main()
