#!/usr/bin/env python3
"""Every command's answer on a screen: no line is too long, and no word is broken.

Runs the example of each command (COMMANDS prints them) with a terminal of some size as its output. Lines may be no
longer than the terminal is wide, and each word must be one that a very wide terminal shows, too. Prints TAP.
TEST_SAMPLE says how many examples there are for each that is run (1).
"""

import concurrent.futures
import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from screen import width_of  # noqa: E402

SOCKSH = os.path.abspath(os.environ.get("SOCKSH", "./socksh"))
COMMANDS = os.path.abspath(os.environ.get("COMMANDS", "man/commands"))
SAMPLE = int(os.environ.get("TEST_SAMPLE", "1"))
SIZES = ((80, 24), (100, 30), (60, 24))
WIDE = 2000
# Data is shown as it is: its lines are the user's. So are those of a list of faults, which are lines to be typed. How long
# survive takes differs each time.
DATA = {"print", "cat", "survive list", "survive"}


def examples():
    text = subprocess.run([COMMANDS, "examples"], stdout=subprocess.PIPE, check=True, text=True).stdout
    found = {}
    for line in text.splitlines():
        if line.startswith("== "):
            name = line[3:]
            found[name] = []
        else:
            found[name].append(line)
    # Names that all processes of a host share: each example has some of its own, since they run side by side.
    return {name: re.sub(r"unix:@(\w+)", rf"unix:@\g<1>-{number}-{os.getpid()}", "\n".join(lines) + "\n")
            for number, (name, lines) in enumerate(found.items())}


def shown(script, columns, rows):
    """The lines that a terminal of that size gets. With --stable they are the same each time."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    with tempfile.TemporaryDirectory() as work:
        path = pathlib.Path(work, "example.socksh")
        path.write_text(script)
        environment = dict(os.environ, TERM="xterm", HOME=work, XDG_STATE_HOME=work)
        process = subprocess.Popen([SOCKSH, "--stable", "example.socksh"], cwd=work, env=environment,
                                   stdin=subprocess.DEVNULL, stdout=slave, stderr=slave)
        os.close(slave)
        output = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            output += part
        os.close(master)
        process.wait()
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", output.decode("utf-8", "replace"))
    return text.replace("\r", "").split("\n")


def words(lines):
    """The words of lines; of quoted strings, which may go on in a second one, the pieces between quotes are left out."""
    text = re.sub(r'"\s*\n\s*"', "", "\n".join(lines))
    return text.split()


def is_part(word, wide):
    """Long words break behind one of these signs."""
    return any(word in other for other in wide if other != word) and (
        word[-1] in "|,/=" or any(other.endswith(word) for other in wide))


def faults(script):
    """What is wrong with an example on any screen, each time: a busy machine may make a packet be sent again in one run alone."""
    found = []
    for _ in range(3):
        found = faults_once(script)
        if not found:
            break
    return found


def faults_once(script):
    wide = shown(script, WIDE, 50)
    known = set(words(wide))
    names = {word.lower() for word in known}
    found = []
    for columns, rows in SIZES:
        lines = shown(script, columns, rows)
        for line in lines:
            if sum(width_of(character) for character in line) > columns:
                found.append(f"{columns} columns: too long: {line}")
        for word in words(line for line in lines if not line.lstrip().startswith("# no room for")):
            varies = word.rstrip(",").isdigit()  # some counts of the kernel differ from run to run
            if not varies and word not in known and word not in names and not is_part(word, known):
                found.append(f"{columns} columns: not a word: {word}")
    return found


def main():
    scripts = {name: script for name, script in list(examples().items())[::SAMPLE] if name not in DATA}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(zip(scripts, pool.map(faults, scripts.values())))
    failed = 0
    for number, (name, found) in enumerate(results, 1):
        print(f"{'not ok' if found else 'ok'} {number} - the example of {name} fits the screen")
        for fault in found[:10]:
            print(f"# {fault}")
        failed += bool(found)
    print(f"1..{len(results)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
