"""The sessions that are tortured: short ones, in which every part of the program has its turn."""

import pathlib
import shlex
import subprocess


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

    def execute(self, command, directory, environment, limit):
        done = subprocess.run(command, cwd=directory, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=limit, check=False)
        return done.stdout, done.stderr


# The first and the last of every session.
EMPTY = Session("tests/torture/empty")

SHELL = """addresses await capture-wires control-messages convert descriptors every-call expect-fails
expect-passes file-transfer job-expect job-fails job-kill job-names job-wait lab-labels log lookup
messages options readiness receive-line save serve-handlers serve-datagrams serve-stop settings shell-command
source states tap values time signals unwritten"""
EXAMPLES = """tcp-echo udp-echo unix-echo half-close serve-echo serve-models tcp-states test-nc-client"""
LAB = """handshake arc-closing-to-time-wait udp-unreachable router-ttl"""

SESSIONS = [Session(f"tests/shell/{name}") for name in SHELL.split()]
SESSIONS += [Session(f"examples/{name}") for name in EXAMPLES.split()]
SESSIONS += [Session(f"examples/lab/{name}") for name in LAB.split()]
# Times, and what only JSON shows of the ports and processes.
JSON_RULES = [(rb'"(monotonic|duration|wall|pid|cookie|since|time)":("[^"]*"|[-0-9.]+)', rb'"\1":0'),
              (rb'("port":|127\.0\.0\.1:)[0-9]+', rb'\1P'), (rb'\[[0-9]{5}\]', rb'[P]')]

SESSIONS += [Session("examples/udp-echo", "--json", rules=JSON_RULES), Session("tests/shell/values", "--tap"),
             Session("tests/shell/expect-passes", "--tap")]
