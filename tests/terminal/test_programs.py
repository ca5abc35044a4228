#!/usr/bin/env python3
"""Tests what other programs print and read at the interactive prompt, and prints TAP.

A person's terminal is a pseudo-terminal; nothing waits for a fixed time, but for what is shown.

Environment: SOCKSH is the program (./socksh).
"""

import os
import re
import socket
import subprocess
import unittest

import tap
from terminal import CONTROL_C, PROMPT
from test_prompt import PromptTest


class Console(PromptTest):
    def pipe(self):
        """A named pipe for a program to read from, by which the test chooses when it prints."""
        path = os.path.join(self.directory, "pipe")
        os.mkfifo(path)
        return path

    def test_line_appears_above(self):
        """a program's line appears above a half-typed line, marked, and leaves it intact"""
        terminal = self.start()
        path = self.pipe()
        terminal.run(f"p = spawn cat {path}")
        with open(path, "wb", buffering=0) as pipe:
            terminal.send("getpeerna")
            terminal.expect_line("getpeerna")
            pipe.write(b"first\nsecond\n")
            terminal.expect(re.compile(r"^p: first\np: second$", re.M))
            terminal.expect_line("getpeerna")
            lines = terminal.screen.all_lines()
            row = terminal.screen.absolute_row()
            self.assertEqual(lines[row - 2:row + 1], ["p: first", "p: second", PROMPT + "getpeerna"],
                             terminal.describe())
            terminal.send(CONTROL_C)
            pipe.write(b"a prompt? ")  # without its newline it is shown after a moment
            terminal.expect(re.compile(r"^p: a prompt\? ?$", re.M))
        terminal.expect(re.compile(r"^p ended with status 0$", re.M))
        self.leave(terminal)

    def test_errors_are_marked(self):
        """what is written to standard error is marked as such, and the end is told with its status"""
        terminal = self.start()
        terminal.run("server = spawn echo traceback >&2; exit 3")
        terminal.expect(re.compile(r"^server err: traceback$", re.M))
        terminal.expect(re.compile(r"^server ended with status 3$", re.M))
        shown = terminal.run("jobs")
        self.assertRegex(shown, r"%1 +server +status 3 +- +echo traceback", terminal.describe())
        self.leave(terminal)

    def test_hostile_output(self):
        """control sequences that a program prints never reach the terminal"""
        terminal = self.start()
        terminal.run(r"p = spawn printf '\033]2;taken\007\033[5;36mbegin\033[6n\302\2331mend\n'; exit 2")
        terminal.expect(re.compile(r"^p: .*begin.*end$", re.M))
        terminal.run("output p")
        for sequence in (b"\x1b[5;36m", b"\x1b]2;taken", b"\x1b[6n", b"\xc2\x9b31m"):
            self.assertNotIn(sequence, bytes(terminal.received))
        self.assertIsNone(terminal.screen.title)
        self.leave(terminal)

    def test_flood(self):
        """a program that prints without end leaves the prompt usable, and what is left out is counted"""
        terminal = self.start()
        terminal.send_line("q = spawn yes")
        terminal.expect(re.compile(r"^# \d+ lines are left out here; `output q` and `log` have them$", re.M))
        terminal.send_line("kill q")
        terminal.expect(re.compile(r"^\[1\] ended$", re.M))
        terminal.send_line("print $q.status")
        terminal.expect(re.compile(r"^143$", re.M))
        self.leave(terminal)

    def test_one_name(self):
        """of two programs with one name the newest has it; the other is known by its job"""
        terminal = self.start()
        path = self.pipe()
        terminal.run(f"p = spawn cat {path}")
        shown = terminal.run("p = spawn cat")
        self.assertIn("p was the name of job %1, which still runs", " ".join(shown.split()))
        with open(path, "wb", buffering=0) as pipe:
            pipe.write(b"old\n")
            terminal.expect(re.compile(r"^%1: old$", re.M))
            terminal.run("type p new")
            terminal.expect(re.compile(r"^p: new$", re.M))
            shown = terminal.run("jobs")
            self.assertRegex(shown, r"%1 +- +running")
            self.assertRegex(shown, r"%2 +p +running")
            terminal.run("kill %1")
            terminal.run("stop p")
        self.assertNotIn("running", terminal.run("jobs"))
        self.leave(terminal)

    def test_interactive_client(self):
        """with --pty a program that asks is answered with type; its terminal is as wide as this one"""
        terminal = self.start(columns=90)
        terminal.run("p = spawn --pty stty size; printf 'name? '; read name; echo \"hello $name\"; tty")
        terminal.expect(re.compile(r"^p: 24 90$", re.M))
        terminal.expect(re.compile(r"^p: name\? ?$", re.M))
        terminal.run("type p Ada")
        terminal.expect(re.compile(r"^p: hello Ada$", re.M))
        terminal.expect(re.compile(r"^p: /dev/pts/\d+$", re.M))
        self.assertNotIn("p: Ada", terminal.text())  # there is no echo
        self.leave(terminal)

    def test_saved_with_its_await(self):
        """save has a line wait for the program that it reached, and what it writes runs"""
        program = os.path.abspath(os.environ.get("SOCKSH", "./socksh"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        terminal = self.start(columns=200)
        line = f"p = spawn exec {program} -c 'srv = tcp-listen 127.0.0.1:{port}; serve srv echo; sleep 1m'"
        terminal.run(line)
        while "LISTEN" not in terminal.run("states p"):
            pass
        terminal.run("print between")
        terminal.run(f"c = tcp-connect 127.0.0.1:{port}")
        terminal.run(f"d = tcp-connect 127.0.0.1:{port}")
        terminal.run("send c hello")
        terminal.run('expect "hello" recv c')
        terminal.run("save x.socksh")
        terminal.run("kill p")
        self.leave(terminal)
        path = os.path.join(self.directory, "x.socksh")
        with open(path, encoding="utf-8") as file:
            lines = [text for text in file.read().splitlines() if text != "states p"]
        self.assertEqual(lines[1:6], [line, "print between", "await p listening",
                                      f"c = tcp-connect 127.0.0.1:{port}", f"d = tcp-connect 127.0.0.1:{port}"])
        replay = subprocess.run([program, path], capture_output=True, text=True, timeout=60)
        self.assertEqual(replay.returncode, 0, replay.stdout + replay.stderr)

    def test_save_leaves_awaits(self):
        """save adds no await where something of the program was awaited before"""
        terminal = self.start(columns=200)
        terminal.run("p = spawn exec " + os.path.abspath(os.environ.get("SOCKSH", "./socksh")) +
                     " -c 'srv = tcp-listen 127.0.0.1:0; serve srv echo; sleep 1m'")
        terminal.run("a = await p listening")
        terminal.run("c = tcp-connect $a")
        terminal.run("save x.socksh")
        self.leave(terminal)
        with open(os.path.join(self.directory, "x.socksh"), encoding="utf-8") as file:
            self.assertEqual(file.read().splitlines()[2:], ["a = await p listening", "c = tcp-connect $a"])

    def test_completion(self):
        """commands about programs complete their names"""
        terminal = self.start()
        terminal.run("worker = spawn cat")
        for command in ("type", "output", "kill", "stop", "await", "states"):
            terminal.send(f"{command} work\t")
            terminal.expect_line(f"{command} worker")
            terminal.send(CONTROL_C)
            terminal.expect_prompt()
        terminal.run("kill worker")
        self.leave(terminal)


class Silence(PromptTest):
    HELD_BACK = re.compile(r"has printed nothing yet: programs in C and Python hold back", re.M)

    def test_told_once(self):
        """a program that is silent, and not because it reads, is told why that may be; once"""
        terminal = self.start(columns=200)
        terminal.run("reader = spawn cat")
        terminal.run("shown = spawn echo hello; exec sleep 100")
        terminal.run("own = spawn --pty exec sleep 100")
        terminal.run("silent = spawn exec sleep 100")
        found = terminal.expect(re.compile(r"# (\w+) has printed nothing yet.*spawn --pty"))
        self.assertEqual(found[1], "silent")
        # Those before it have had their second, too.
        self.assertEqual(len(self.HELD_BACK.findall(terminal.text())), 1, terminal.describe())
        self.leave(terminal)


if __name__ == "__main__":
    tap.main()
