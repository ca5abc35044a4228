"""survived: how long it takes to put each single fault to a server, as survive does."""

import os
import re
import subprocess

SURVIVED = os.path.abspath(os.environ.get("SURVIVED", "tests/bench/survived"))

SCRIPT = """lab
s = @server trace exec {server}
await s listening
repeat 2 {{
  c = @client tcp-connect server:5000
  repeat {exchanges} {{
    send c hello
    expect "HELLO" recv-exactly c 5
  }}
  close c
}}
"""


def measure(bench, program):
    bench.report.heading("each single fault of a script, one after the other")
    script = bench.script("survived", SCRIPT.format(server=SURVIVED, exchanges=8))
    done = subprocess.run([program, "-q", "-c", f"survive {script}"], cwd=bench.directory, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    found = re.search(r"(\d+) packets crossed, and programs made (\d+) calls: (\d+) faults, .* in ([\d.]+) s",
                      " ".join(done.stdout.split()))
    if done.returncode or not found:
        raise RuntimeError(done.stdout + done.stderr)
    packets, calls, faults, seconds = found.groups()
    bench.report.at_most(f"{packets} packets, {calls} calls, {faults} faults: seconds", float(seconds), 60)
