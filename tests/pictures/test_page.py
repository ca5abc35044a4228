#!/usr/bin/env python3
"""The page that steps through a session, in a browser. Prints TAP.

At each step, forward and back, the page has to show the states that a replay of the session's JSON gives at that event.
No page may log an error or ask for anything. Environment: SOCKSH is the program (./socksh), srcdir the top of the sources.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import browser  # noqa: E402

SOCKSH = os.path.abspath(os.environ.get("SOCKSH", "./socksh"))
TOP = pathlib.Path(os.environ.get("srcdir", HERE.parent.parent)).resolve()
EXAMPLES = ["examples/handshake", "examples/half-close", "examples/backlog", "examples/udp-echo", "examples/lab/handshake",
            "examples/lab/fast-retransmit", "examples/lab/reordering"]

SHOWN = """(() => ({
  step: Number(document.getElementById("position").value),
  began: document.querySelectorAll("svg.ladder g.row")[Number(document.getElementById("position").value)].classList.contains("start"),
  serials: document.querySelectorAll("svg.ladder g.row")[Number(document.getElementById("position").value)].dataset.serial.split(" ").map(Number),
  typed: document.getElementById("typed").textContent,
  event: document.getElementById("event").textContent,
  fields: document.querySelectorAll("#fields tr").length,
  states: Array.from(document.querySelectorAll("#sockets tbody tr"), (row) => row.cells[1].textContent),
}))()"""


def make(directory, script, *options):
    page = pathlib.Path(directory, "page.html")
    done = subprocess.run([SOCKSH, "--json", *options, "--diagram", str(page), script], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=120, check=False, cwd=directory)
    return page, [json.loads(line) for line in done.stdout.splitlines()]


def states_up_to(events, serial):
    """The state of each socket, in the order in which they were first seen; one in a queue is the one that is accepted."""
    sockets = {}
    for event in events:
        if event["event"] == "state" and event["serial"] <= serial:
            socket = event["socket"]
            sockets[socket.get("cookie") or f"id {socket['id']}"] = event["state"]
    return list(sockets.values())


def check_steps(view, events):
    """Every step forward and back again."""
    count = view.run("document.querySelectorAll('svg.ladder g.row').length")
    view.press("Home")
    seen = []
    for place in range(count):
        shown = view.run(SHOWN)
        assert shown["step"] == place, f"step {shown['step']} is shown, and not {place}"
        # Where a call began stands the event of its end.
        expected = seen[-1]["states"] if shown["began"] else states_up_to(events, shown["serials"][0])
        assert shown["states"] == expected, f"step {place}: {shown['states']}, and JSON gives {expected}"
        assert shown["event"], f"step {place} has no event"
        seen.append(shown)
        view.press("ArrowRight")
    view.press("End")
    for place in range(count - 1, -1, -1):
        assert view.run(SHOWN) == seen[place], f"step {place} is another one on the way back"
        view.press("ArrowLeft")
    return count


def test_steps(view, directory):
    """each step, forward and back, is what a replay of the JSON gives"""
    for example in EXAMPLES:
        page, events = make(directory, str(TOP / f"{example}.socksh"))
        view.open(page.as_uri())
        count = check_steps(view, events)
        assert count > 5, f"{example}: {count} steps"
        assert not view.complaints(), f"{example}: {view.complaints()}"


def write(directory, text):
    script = pathlib.Path(directory, "session.socksh")
    script.write_text(text)
    return str(script)


def test_controls(view, directory):
    """buttons, keys, a click on a row and the slider lead to the same step"""
    page, _ = make(directory, write(directory, "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\ns = accept srv\nclose c\nclose s\n"))
    view.open(page.as_uri())
    last = view.run("document.querySelectorAll('svg.ladder g.row').length - 1")
    assert view.run(SHOWN)["step"] == last
    assert view.run("document.getElementById('forward').disabled")
    for action, step in (("document.getElementById('first').click()", 0), ("document.getElementById('forward').click()", 1),
                         ("document.getElementById('back').click()", 0),
                         ("document.querySelectorAll('svg.ladder g.row')[4].dispatchEvent(new MouseEvent('click', {bubbles: true}))", 4),
                         ("(() => { const p = document.getElementById('position'); p.value = 2; p.oninput(); })()", 2),
                         ("document.getElementById('last').click()", last)):
        view.run(action)
        assert view.run(SHOWN)["step"] == step, f"{action}: {view.run(SHOWN)['step']}, and not {step}"
    view.press("Home")
    view.press(" ")
    assert view.run("new Promise((done) => { const wait = () => Number(document.getElementById('position').value) > 0"
                    " ? done(true) : setTimeout(wait, 20); wait(); })"), "it does not play"
    assert not view.complaints(), view.complaints()


def test_packet(view, directory):
    """in a lab the fields of a packet are shown, and nothing of it can become part of the page"""
    page, events = make(directory, write(directory, "lab\nsrv = @server tcp-listen 80\nc = @client tcp-connect srv\ns = accept srv\n"
                                         "send c \"</script><script>alert(1)</script><b>&amp;\\x00\\xff\"\nrecv s 100\n"))
    view.open(page.as_uri())
    found = view.run("""(() => { const rows = Array.from(document.querySelectorAll("svg.ladder g.row"));
      const at = rows.findIndex((row) => row.classList.contains("packet"));
      const p = document.getElementById("position"); p.value = at; p.oninput();
      return document.getElementById("fields").textContent; })()""")
    assert "seq" in found and "SYN" in found.upper(), found
    assert view.run("document.querySelectorAll('script').length") == 2, "data has become a script"
    assert view.run("document.querySelectorAll('b').length") == 0, "data has become an element"
    assert any(event["event"] == "packet" for event in events)
    assert not view.complaints(), view.complaints()


def test_code(view, directory):
    """each call is shown in C and in Python, and the line that was typed"""
    page, _ = make(directory, write(directory, "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\nsend c hello\n"))
    view.open(page.as_uri())
    found = view.run("""(() => { const p = document.getElementById("position");
      return Array.from(document.querySelectorAll("svg.ladder g.row")).map((row, at) => { p.value = at; p.oninput();
        return ["typed", "c", "python"].map((id) => document.getElementById(id).textContent); }).filter((shown) => shown[1]); })()""")
    assert len(found) == 7, f"{len(found)} calls"
    typed, in_c, in_python = found[-1]
    assert typed == "send c hello" and 'send(c, "hello", 5, 0)' in in_c and 'c.send(b"hello")' in in_python, found[-1]
    assert not view.complaints(), view.complaints()


def test_watched(view, directory):
    """the queues of a socket that is watched are shown as they were at each step"""
    page, events = make(directory, write(directory, "a b = socketpair unix stream\nsrv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\n"
                                         "s = accept srv\nwatch s recvq 10ms\nsend c hello\nsleep 100ms\nrecv s 5\nsleep 100ms\nwatch s off\nclose c\n"))
    view.open(page.as_uri())
    found = view.run("""(() => { const p = document.getElementById("position"); const seen = new Set();
      document.querySelectorAll("svg.ladder g.row").forEach((row, at) => { p.value = at; p.oninput();
        document.querySelectorAll("#sockets .numbers").forEach((cell) => seen.add(cell.textContent)); }); return Array.from(seen); })()""")
    values = {value["value"] for event in events if event["event"] == "sample" for value in event["values"]}
    assert {0, 5} <= values, f"the session has seen {values}"
    assert any("recvq 5" in numbers for numbers in found) and any("recvq 0" in numbers for numbers in found), found
    assert not view.complaints(), view.complaints()


def test_queues(view, directory):
    """what waits in the queues is shown behind each call, though nobody watches the socket"""
    page, _ = make(directory, write(directory, "a b = socketpair unix stream\nsrv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\n"
                                               "s = accept srv\nsend c hello\nrecv s 2\nrecv s 10\nclose c\n"))
    view.open(page.as_uri())
    found = view.run("""(() => { const p = document.getElementById("position");
      return Array.from(document.querySelectorAll("svg.ladder g.row")).map((row, at) => { p.value = at; p.oninput();
        return [document.getElementById("typed").textContent,
          Array.from(document.querySelectorAll("#sockets .numbers")).map((cell) => cell.textContent).join("")]; }); })()""")
    behind = {typed: numbers for typed, numbers in found if typed}
    wanted = {"send c hello": "recvq 5, sendq 0", "recv s 2": "recvq 3, sendq 0", "recv s 10": "recvq 0, sendq 0"}
    assert {line: behind.get(line) for line in wanted} == wanted, found
    assert not view.complaints(), view.complaints()


def test_report(view, directory):
    """a report begins at the line that failed, and names it first"""
    page = pathlib.Path(directory, "report.html")
    script = write(directory, "a b = socketpair unix stream\nsend a hello\nexpect \"other\" recv b 10\nsend a never\n")
    done = subprocess.run([SOCKSH, "--report", str(page), script], capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    view.open(page.as_uri())
    assert "other" in view.run("document.querySelector('.failures').textContent")
    shown = view.run(SHOWN)
    assert "FAILED" in view.run(f"document.querySelectorAll('svg.ladder g.row')[{shown['step']}].textContent"), shown
    assert not view.complaints(), view.complaints()


def test_without_script(view, directory):
    """with JavaScript switched off it is still the whole ladder"""
    page, _ = make(directory, str(TOP / "examples" / "handshake.socksh"))
    view.open(page.as_uri(), script=False)
    tree = view.page("DOM.getDocument", depth=-1)["root"]
    nodes, shown = [tree], 0
    while nodes:
        node = nodes.pop()
        attributes = node.get("attributes", [])
        shown += "data-row" in attributes or any(value.startswith("row ") for value in attributes[1::2])
        nodes += node.get("children", [])
    assert shown > 5, f"{shown} rows"
    layout = view.page("Page.getLayoutMetrics")["cssContentSize"]
    assert layout["height"] > 300, layout


def test_widths(view, directory):
    """on a phone nothing but the drawing is wider than the screen"""
    page, _ = make(directory, str(TOP / "examples" / "half-close.socksh"))
    for width in (390, 1280):
        view.open(page.as_uri(), width=width, height=844)
        wide = view.run("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} of {width}"


def main():
    if not browser.PROGRAM:
        if os.environ.get("CI") == "true":
            print("Bail out! chromium is missing. On Debian and Ubuntu: apt-get install chromium")
            return 1
        print("1..0 # SKIP chromium is missing")
        return 0
    tests = [value for name, value in globals().items() if name.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    with browser.Browser() as view:
        for number, test in enumerate(tests, 1):
            problem = None
            try:
                with tempfile.TemporaryDirectory(prefix="socksh-page-") as directory:
                    test(view, directory)
            except (AssertionError, browser.Failure, subprocess.TimeoutExpired) as error:
                problem = str(error) or repr(error)
            failed += problem is not None
            print(f"{'not ok' if problem else 'ok'} {number} - {test.__doc__}", flush=True)
            for line in (problem or "").splitlines():
                print("#", line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
