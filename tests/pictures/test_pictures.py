#!/usr/bin/env python3
"""What is drawn of sessions, measured from the files. Prints TAP.

    tests/pictures/test_pictures.py [--jobs N] [PATTERN...]

Each example runs once, as JSON, with its picture, and its timeline is saved; the other forms are drawn of that. Then each
runs twice with --stable, and the pictures have to be the same, but for those that OTHERWISE names.

Environment: SOCKSH is the program (./socksh), srcdir the top of the sources, SESSION_TIMEOUT the limit of a run in
seconds (120), TEST_SAMPLE how many runs there are for each that is made (1).
"""

import argparse
import concurrent.futures
import fnmatch
import html.parser
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
LOADER = importlib.machinery.SourceFileLoader("run_sessions", str(HERE.parent / "run-sessions"))
SPEC = importlib.util.spec_from_loader("run_sessions", LOADER)
sys.dont_write_bytecode = True
sessions = importlib.util.module_from_spec(SPEC)
LOADER.exec_module(sessions)

WIDTHS = (60, 80, 132)
LETTER, HEIGHT = 7.3, 12  # of a letter, in the picture's units
SVG = "{http://www.w3.org/2000/svg}"
OTHERWISE = {
    "raw-icmp": "it shows the number that IP has given a packet",
    "reuseport": "the kernel chooses which of the sockets gets a client",
    "test-python-server": "the program says which port the kernel has given it",
}


def columns(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def run(command, directory, limit):
    with open(os.devnull, "rb") as nothing:
        return subprocess.run(command, stdin=nothing, capture_output=True, timeout=limit, cwd=f"{directory}/work",
                              env=sessions.environment(directory), check=False)


def serials_of_json(output):
    return {event["serial"] for event in map(json.loads, output.splitlines()) if "serial" in event}


def overlapping(root):
    """Labels that are over each other, as texts."""
    boxes = []
    for text in root.iter(SVG + "text"):
        words = "".join(text.itertext())
        x, y = float(text.get("x")), float(text.get("y"))
        if words.strip():
            boxes.append((y - HEIGHT + 2, y + 2, x, x + columns(words) * LETTER, words))
    boxes.sort()
    for number, (top, bottom, left, right, words) in enumerate(boxes):
        for other in boxes[number + 1:]:
            if other[0] >= bottom:
                break
            if other[2] < right and left < other[3]:
                yield f"{words!r} and {other[4]!r} are over each other at {left:.0f}, {top:.0f}"


def untold(root):
    """Elements that carry an event and do not say which."""
    for element in root.iter():
        if element.get("data-serial") is not None and element.find(SVG + "title") is None:
            yield f"{element.get('id') or element.get('class')} has no title"


def asks_for(text):
    """Addresses in a file, but for the names of XML's languages."""
    return [address for address in re.findall(r"""(?:https?:|//|url\()[^\s"'<>)]+""", re.sub(r"<text.*?</text>|<title>.*?</title>|<code>.*?</code>|<script.*?</script>", "", text, flags=re.S))
            if not address.startswith("http://www.w3.org/") and not address.startswith("url(#")]


class Page(html.parser.HTMLParser):
    """The elements of a page that would be loaded from elsewhere, and those that are not closed."""
    EMPTY = {"meta", "input", "br", "link", "img"}

    def __init__(self):
        super().__init__()
        self.problems, self.open = [], []

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        if tag in ("link", "img", "iframe", "object", "embed") or "src" in names:
            self.problems.append(f"<{tag}> asks for something")
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")


def check_picture(path, output):
    text = path.read_text(encoding="utf-8")
    if shutil.which("xmllint"):
        done = subprocess.run(["xmllint", "--noout", "--nonet", str(path)], capture_output=True, text=True, check=False)
        if done.returncode:
            yield done.stderr[:300]
            return
    elif os.environ.get("CI") == "true":
        yield "xmllint is missing. On Debian and Ubuntu: apt-get install libxml2-utils"
    root = xml.etree.ElementTree.fromstring(text)
    drawn = {int(serial) for element in root.iter() for serial in (element.get("data-serial") or "").split()}
    shown = serials_of_json(output)
    if drawn != shown:
        yield f"not drawn: {sorted(shown - drawn)[:10]}, not in JSON: {sorted(drawn - shown)[:10]}"
    yield from list(overlapping(root))[:5]
    yield from list(untold(root))[:3]
    yield from (f"it asks for {address}" for address in asks_for(text))


def check_forms(program, directory, saved, limit):
    """The other forms, drawn of the saved timeline."""
    lines = [f"set width {width}\ndiagram sequence --text {width}.txt" for width in WIDTHS]
    lines += ["diagram sequence --html page.html", "diagram sequence --mermaid page.mmd"]
    done = run([program, "--replay", saved, "-c", "\n".join(lines)], directory, limit)
    if done.returncode:
        yield f"the replay ends with {done.returncode}: {done.stderr.decode(errors='replace')[:300]}"
        return
    work = pathlib.Path(directory, "work")
    for width in WIDTHS:
        for number, line in enumerate((work / f"{width}.txt").read_text(encoding="utf-8").splitlines(), 1):
            if columns(line) > width and max(map(columns, line.split())) < width // 2:
                yield f"{columns(line)} columns of {width} in line {number}: {line}"
                break
    page = Page()
    text = (work / "page.html").read_text(encoding="utf-8")
    page.feed(text)
    yield from page.problems[:3]
    yield from (f"the page asks for {address}" for address in asks_for(text))
    if page.open:
        yield f"not closed in the page: {page.open}"
    if not (work / "page.mmd").read_text(encoding="utf-8").startswith("sequenceDiagram\n  participant "):
        yield "the diagram for Mermaid has no beginning"


def begin(directory):
    os.mkdir(f"{directory}/work")
    os.mkdir(f"{directory}/home")


def command_of(session, program, *words):
    command = session.command_line(program, "file")
    if "--stable" in command:
        command.remove("--stable")
    command[1:1] = words
    return command


def check(program, session, limit):
    problems = []
    with tempfile.TemporaryDirectory(prefix="socksh-picture-") as directory:
        begin(directory)
        picture, saved = f"{directory}/picture.svg", f"{directory}/saved.jsonl"
        done = run(command_of(session, program, "--json", "--diagram", picture, "--save-timeline", saved), directory, limit)
        if not pathlib.Path(picture).exists():
            return [f"no picture: {done.stderr.decode(errors='replace')[:300]}"]
        problems += check_picture(pathlib.Path(picture), done.stdout)
        problems += check_forms(program, directory, saved, limit)
    return problems


def check_stable(program, session, limit):
    """Twice the same; what a busy machine has made a timer do once more makes one of three another."""
    pictures = []
    while len(pictures) < 2 or (len(pictures) == 2 and pictures[0] != pictures[1]):
        with tempfile.TemporaryDirectory(prefix="socksh-picture-") as directory:
            begin(directory)
            picture = pathlib.Path(directory, "picture.svg")
            done = run(command_of(session, program, "--stable", "-q", "--diagram", str(picture)), directory, limit)
            if not picture.exists():
                return [f"no picture: {done.stderr.decode(errors='replace')[:300]}"]
            pictures.append(picture.read_text(encoding="utf-8").splitlines())
    if pictures[-1] in pictures[:-1]:
        return []
    differing = [f"{one[:200]} | {other[:200]}" for one, other in zip(*pictures[-2:]) if one != other]
    return differing[:3] + ([] if len(pictures[-2]) == len(pictures[-1]) else ["more lines the last time"])


def guarded(function, program, session, limit):
    try:
        return function(program, session, limit)
    except subprocess.TimeoutExpired as error:
        return [f"did not end in time: {error}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("REPLAY_JOBS", "12")))
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    options = parser.parse_args()
    program = os.path.abspath(os.environ.get("SOCKSH", "./socksh"))
    limit = float(os.environ.get("SESSION_TIMEOUT", "120"))
    top = pathlib.Path(os.environ.get("srcdir", HERE.parent.parent)).resolve()
    wanted = [session for session in sessions.find_sessions(top)[0] if session.name.startswith(("examples/", "picture-"))
              and not any(form in session.command_line("socksh", "file") for form in ("--tap", "--json", "--trace"))
              and (not options.patterns or any(fnmatch.fnmatch(session.name, pattern) for pattern in options.patterns))]
    failed = number = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tests = [("its picture, and each other form", check, session) for session in wanted]
        tests += [("the same picture twice", check_stable, session) for session in wanted
                  if session.name.rsplit("/", 1)[-1] not in OTHERWISE and not re.search("trace|survive", session.name)]
        tests = tests[::int(os.environ.get("TEST_SAMPLE", "1"))]
        results = [pool.submit(guarded, function, program, session, limit) for _, function, session in tests]
        for number, ((title, _, session), result) in enumerate(zip(tests, results), 1):
            problems = result.result()
            failed += bool(problems)
            print(f"{'not ok' if problems else 'ok'} {number} - {session.name}: {title}", flush=True)
            for problem in problems:
                print("#", problem)
    print(f"1..{number}")
    return 1 if failed or not number else 0


if __name__ == "__main__":
    sys.exit(main())
