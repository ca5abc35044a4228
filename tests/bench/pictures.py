"""pictures: what it costs to draw a session, to step through its page, and to see it as a ladder that grows."""

import json
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "pictures"))
import browser  # noqa: E402

PAIR = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\ns = accept srv\n"
LAB = "lab\nsrv = @server tcp-listen 80\nc = @client tcp-connect server:80\ns = accept srv\n"
STEPS = """(() => {
  const back = document.getElementById("back");
  const begin = performance.now();
  for (let i = 0; i < 300; i++) back.click();
  return (performance.now() - begin) / 300;
})()"""


def seconds(command):
    begin = time.perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def drawing(bench, socksh):
    """A session of 100,000 events, each of which is drawn: --all folds none."""
    rounds = max(10, int(25000 * bench.scale))
    saved = str(bench.directory / "events.jsonl")
    script = bench.script("events", PAIR + f"set states off\nrepeat {rounds} {{ send c hello; recv s 5; getsockname c; getpeername c }}\n")
    subprocess.run([socksh, "-q", "--save-timeline", saved, script], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    picture = str(bench.directory / "events.svg")
    plain = [socksh, "-q", "--replay", saved, "-c", ""]
    for title, line in (("folded", f"diagram sequence --svg {picture}"), ("each of them", f"diagram sequence --all --svg {picture}")):
        command = [socksh, "-q", "--replay", saved, "-c", line]
        taken = statistics.median(seconds(command) - seconds(plain) for _ in range(bench.rounds))
        bench.report.at_most(f"SVG of {rounds * 4:,} events, {title}: seconds", taken, 2)


def page(bench, socksh):
    rounds = max(10, int(500 * bench.scale))
    path = bench.directory / "page.html"
    script = bench.script("page", LAB + f"repeat {rounds} {{ send c hello; recv s 5; getsockname c; send s abc; recv c 3; getpeername c }}\n"
                          + f"diagram sequence --all --html {path}\n")
    done = subprocess.run([socksh, "--json", script], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    events = sum(json.loads(line)["event"] != "timeline" for line in done.stdout.splitlines())
    bench.report.at_most(f"the page of {events:,} events, each drawn: MB for 10,000",
                         path.stat().st_size / 1e6 / max(events, 1) * 10000, 5)
    if not browser.PROGRAM:
        bench.report.figure("(no browser is installed)", "left out")
        return
    with browser.Browser() as view:
        view.open(path.as_uri())
        bench.report.at_most("a step of that page: milliseconds", view.run(STEPS), 16)


def live(bench, socksh):
    for title, head, rounds in (("two calls 40,000 times", PAIR, 40000), ("the same 10,000 times in a lab", LAB, 10000)):
        body = head + f"repeat {max(10, int(rounds * bench.scale))} {{ send c hello; recv s 5 }}\n"
        plain = bench.script(f"plain-{rounds}", body)
        ladder = bench.script(f"ladder-{rounds}", "set ladder on\n" + body)
        pairs = [(seconds([socksh, plain]), seconds([socksh, ladder])) for _ in range(max(7, bench.rounds))]
        bench.report.compare(f"set ladder on / ordinary lines, the quickest of each: {title}",
                             min(pair[1] for pair in pairs) / min(pair[0] for pair in pairs), 1.2)


def measure(bench, socksh):
    bench.report.heading("pictures of sessions")
    drawing(bench, socksh)
    page(bench, socksh)
    live(bench, socksh)
