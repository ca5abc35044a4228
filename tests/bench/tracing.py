"""tracing: what it costs a program to be traced, beside strace that watches the same calls."""

import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time

PAIRS = """
import socket, sys
a, b = socket.socketpair()
for i in range(int(sys.argv[1])):
    a.send(b"hello")
    b.recv(100)
"""

# The same over TCP, where a look at a state is a question to the kernel's list.
TCP_PAIRS = """
import socket, sys
s = socket.create_server(("127.0.0.1", 0))
a = socket.create_connection(s.getsockname())
b, _ = s.accept()
a.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
for i in range(int(sys.argv[1])):
    a.send(b"hello")
    b.recv(100)
"""

SERVER = """
import selectors, socket, sys
s = socket.create_server(("127.0.0.1", 0), backlog=512)
print(s.getsockname()[1], flush=True)
chooser = selectors.DefaultSelector()
chooser.register(s, selectors.EVENT_READ)
left = int(sys.argv[1])
while left:
    for key, _ in chooser.select():
        if key.fileobj is s:
            chooser.register(s.accept()[0], selectors.EVENT_READ)
            continue
        data = key.fileobj.recv(100)
        if data:
            key.fileobj.send(data)
        else:
            chooser.unregister(key.fileobj)
            key.fileobj.close()
            left -= 1
"""

STRACE = ["strace", "-f", "--seccomp-bpf", "-e", "trace=%network,read,write,close", "-o"]


def seconds(command):
    begin = time.perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def load(port, clients, rounds):
    """So many clients, each with one message on its way; the seconds that all of it takes."""
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(clients)]
    begin = time.perf_counter()
    for _ in range(rounds):
        for connection in connections:
            connection.sendall(b"x")
        for connection in connections:
            connection.recv(100)
    taken = time.perf_counter() - begin
    for connection in connections:
        connection.close()
    return clients * rounds / taken


def throughput(command, clients, rounds):
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        rate = load(int(process.stdout.readline()), clients, rounds)
        process.stdout.read()
    return rate


def peak_memory(command):
    """The most memory of the shell itself, in KiB, sampled while it runs."""
    peak = 0
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            try:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                peak = max(peak, int(re.search(r"VmRSS:\s+(\d+)", status)[1]))
            except (FileNotFoundError, TypeError, ProcessLookupError):
                pass
            time.sleep(0.05)
    return peak


def measure(bench, socksh):
    bench.report.heading("a traced program, beside strace -f --seccomp-bpf")
    if not shutil.which("strace"):
        bench.report.figure("(strace is not installed)", "left out")
        return
    directory = pathlib.Path(bench.directory)
    files = {}
    for name, text in (("pairs", PAIRS), ("tcp", TCP_PAIRS), ("server", SERVER)):
        files[name] = str(directory / f"traced-{name}.py")
        pathlib.Path(files[name]).write_text(text)
    log = str(directory / "calls")
    ours = [socksh, "--trace", "-o", log]
    count = str(max(100, int(20000 * bench.scale)))
    for name, title in (("pairs", "20,000 pairs of send and recv"), ("tcp", "the same over TCP")):
        command = [sys.executable, files[name], count]
        rounds = [(seconds(command), seconds([*STRACE, log, *command]), seconds([*ours, *command])) for _ in range(bench.rounds)]
        bench.report.figure(f"{title}: alone, strace, socksh in seconds",
                            ", ".join(f"{statistics.median(r[i] for r in rounds):.2f}" for i in range(3)))
        bench.report.at_most(f"{title}: socksh / strace", statistics.median(r[2] / r[1] for r in rounds), 1.0)
    script = f"set calls off\np = trace {sys.executable} {files['pairs']} {count}\nawait p exit 100s\n"
    rules = [(seconds([socksh, "-q", "-c", script]),
              seconds([socksh, "-q", "-c", f"fault p send EIO at 127.0.0.1:1\nfault p recv EIO nth 1000000000\n{script}"]))
             for _ in range(bench.rounds)]
    bench.report.at_least("a program's rate with faults that never apply / without",
                          statistics.median(a / b for a, b in rules), 0.95)
    clients, turns = 256, max(1, int(20 * bench.scale))
    command = [sys.executable, files["server"], str(clients)]
    rates = [(throughput([*STRACE, log, *command], clients, turns), throughput([*ours, *command], clients, turns))
             for _ in range(bench.rounds)]
    bench.report.at_least("256 connections under load: socksh / strace", statistics.median(b / a for a, b in rates), 1.0)
    few = peak_memory([*ours, sys.executable, files["pairs"], str(max(100, int(50000 * bench.scale)))])
    many = peak_memory([*ours, sys.executable, files["pairs"], str(max(1000, int(500000 * bench.scale)))])
    bench.report.figure("memory after 100,000 and 1,000,000 calls, KiB", f"{few}, {many}")
    bench.report.at_most("memory: 1,000,000 calls / 100,000", many / few if few else 0, 1.2)
