"""The sessions that are tortured: short ones, in which every part of the program has its turn."""

import os
import pathlib
import re
import select
import shlex
import subprocess
import time


class Session:
    """A script of tests/shell or of the examples, run as its own test runs it. `options` come before it."""

    def __init__(self, name, *options, rules=()):
        self.path = name
        self.options = list(options)
        self.name = name + "".join("_" + option.strip("-") for option in options)
        self.rules = rules

    def words(self, top):
        script = top / (self.path + ".socksh")
        arguments = pathlib.Path(str(script.with_suffix("")) + ".arguments")
        words = shlex.split(arguments.read_text(encoding="utf-8"), comments=True) if arguments.exists() else []
        if "SCRIPT" in words:
            place = words.index("SCRIPT")
            return ["--stable", *self.options, *words[:place], str(script), *words[place + 1:]]
        return ["--stable", *self.options, str(script), *words]

    # System calls that do not fail in this session, with the reason in the class that has some.
    spared = ()

    def execute(self, command, directory, environment, limit):
        done = subprocess.run(command, cwd=directory, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=limit, check=False)
        return done.stdout, done.stderr


class Prompt(Session):
    """A prompt on a terminal of its own, into which lines are typed, each when the one before is done. All that
    is shown counts as output."""

    # Without escape sequences and redrawn lines, whose number depends on how fast what is typed comes.
    SHOWN = [(rb"\x1b\[[0-9;?]*[a-zA-Z]", b""), (rb"[\r\x07]", b""), (rb"[^\n\x08]\x08", b"")]

    # The line editor makes these on the terminal, takes each failure for the terminal's end, and ends the session in
    # order, as it should when there is nobody left to tell.
    spared = ("read", "write", "pselect6", "ioctl")

    def __init__(self, name, typed):
        super().__init__(name, rules=self.SHOWN)
        self.typed = typed

    def words(self, top):
        return ["--stable"]

    def execute(self, command, directory, environment, limit):
        here, there = os.openpty()
        process = subprocess.Popen(command, cwd=directory, env=dict(environment, INPUTRC="/dev/null"), stdin=there,
                                   stdout=there, stderr=there, start_new_session=True)
        os.close(there)
        shown = b""
        until = time.monotonic() + limit
        for line in [*self.typed, "\x04"]:
            shown, alive = self.read_to_prompt(here, shown, until)
            if not alive:
                break
            os.write(here, line.encode())
        while alive and process.poll() is None and time.monotonic() < until:
            shown, alive = self.read_some(here, shown)
        while self.read_some(here, shown, 0)[0] != shown:
            shown, _ = self.read_some(here, shown, 0)
        os.close(here)
        process.wait()
        return shown, b""

    @staticmethod
    def read_some(terminal, shown, wait=0.1):
        try:
            if select.select([terminal], [], [], wait)[0]:
                more = os.read(terminal, 65536)
                return shown + more, bool(more)
        except OSError:
            return shown, False
        return shown, True

    def read_to_prompt(self, terminal, shown, until):
        """Reads until the prompt stands at the end, or what TAB has listed does. A session that never shows one
        gets the next line all the same, and its end at last."""
        length = len(shown)
        alive = True
        while alive and time.monotonic() < until:
            before = shown
            shown, alive = self.read_some(terminal, shown)
            if re.search(rb"> (\x1b\[[0-9;?]*[a-zA-Z])*$", shown[length:]):
                break
        return shown, alive


# The first and the last of every session.
EMPTY = Session("tests/torture/empty")

SHELL = """await capture-wires control-messages convert descriptors every-call export expect-fails expect-passes file-
transfer help job-expect job-fails job-kill job-names job-wait log lookup messages program-life receive-line save
serve-datagrams serve-stop settings shell-command source states tap values time signals"""
EXAMPLES = """tcp-echo udp-echo unix-echo half-close serve-echo serve-models tcp-states test-nc-client
test-interactive-client"""
LAB = """handshake udp-unreachable"""

SESSIONS = [Session(f"tests/shell/{name}") for name in SHELL.split()]
SESSIONS += [Session(f"examples/{name}") for name in EXAMPLES.split()]
SESSIONS += [Session(f"examples/lab/{name}") for name in LAB.split()]
# Times, ports and processes, which JSON shows as they are.
JSON_RULES = [(rb'"(monotonic|duration|wall|pid|cookie|since|time|began|ended|blocked|seen|seen_before|since|base64)":("[^"]*"|[-0-9.]+)', rb'"\1":0'),
              (rb'("port":|[0-9]\.[0-9]:)[0-9]+', rb'\1P'), (rb'\[[0-9]{5}\]', rb'[P]')]

SESSIONS += [Session("examples/udp-echo", "--json", rules=JSON_RULES), Session("tests/shell/values", "--tap")]

SESSIONS += [Prompt("prompt", ["a b = socketpair unix stream\n", "send a hello\n", 'expect "hello" recv b\n',
                               "assert 1 == 2\n", "bogus\n", "recv b &\n", "send a x\n", "wait\n",
                               "sho\t a shut_wr\n", "status a\n", "a.send(b'hi')\n", "nc -l 80\n", "a\n"])]
