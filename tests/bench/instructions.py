"""User-space instructions that a command costs, for the part `instructions` of the benchmarks.

They are counted by valgrind's callgrind, as the difference of two lengths of the same run: what starting and
ending cost falls out, and neither the machine's pace nor the cost of its system calls tells.
"""

import os
import re
import shutil
import subprocess
import sys

UNIX_PAIR = "a b = socketpair unix stream\n"
TCP_PAIR = "srv = tcp-listen 127.0.0.1:0 1\na = tcp-connect srv\nb = accept srv\n"
SHORT, LONG = 1_000, 3_000

# The most that a command may cost.
LIMITS = {"repeat": 2_600, "repeat, -q": 2_200, "a file of distinct lines": 6_000,
          "distinct lines on standard input": 6_500, "repeat over TCP, states on": 4_000, "repeat, --json": 12_000}


def repeated(setup, exchanges):
    return f'{setup}repeat {exchanges} {{ send a "hello"; recv b 64 }}\n'


def distinct(setup, exchanges):
    """No two lines are the same, so that nothing remembered of one helps with the next."""
    return setup + "".join(f'send a "{number:05}"\nrecv b {64 + number % 7}\n' for number in range(exchanges))


def count(command, given):
    """The instructions of a whole run."""
    with subprocess.Popen(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        _, errors = process.communicate(given.encode("ascii"))
    found = re.search(rb"Collected : (\d+)", errors)
    if process.returncode != 0 or not found:
        sys.exit(f"bench: {command} under valgrind: {errors.decode(errors='replace')[-500:]}")
    return int(found[1])


def measure(bench, socksh, echo_pair):
    if shutil.which("valgrind") is None:
        sys.exit("bench: valgrind is missing. On Debian and Ubuntu: apt-get install valgrind")
    bench.report.heading("user-space instructions a command")

    def of_c(exchanges):
        return count([echo_pair, "unix", str(exchanges)], "")

    def of_shell(setup, lines, *options, by_file=True):
        def run(exchanges):
            path = bench.script(f"instructions-{exchanges}", lines(setup, exchanges))
            if by_file:
                return count([socksh, *options, path], "")
            return count([socksh, *options, "-"], path.read_text(encoding="ascii"))
        return run

    runs = {"C": of_c,
            "repeat": of_shell(UNIX_PAIR, repeated),
            "repeat, -q": of_shell(UNIX_PAIR, repeated, "-q"),
            "a file of distinct lines": of_shell(UNIX_PAIR, distinct),
            "distinct lines on standard input": of_shell(UNIX_PAIR, distinct, by_file=False),
            "repeat over TCP, states on": of_shell(TCP_PAIR, repeated),
            "repeat, --json": of_shell(UNIX_PAIR, repeated, "--json")}
    for name, run in runs.items():
        cost = (run(LONG) - run(SHORT)) / (2 * (LONG - SHORT))
        if name in LIMITS:
            bench.report.at_most(name, cost, LIMITS[name])
        else:
            bench.report.figure(name, f"{cost:,.0f}")
