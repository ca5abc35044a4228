"""The parts of the benchmark that are about services and files: serve, udp, many, churn and transfer."""

import contextlib
import os
import pathlib
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time

LOAD = os.path.abspath(os.environ.get("LOAD", "tests/bench/load"))
SERVER = os.path.abspath(os.environ.get("SERVER", "tests/bench/server"))
TRANSFER = os.path.abspath(os.environ.get("TRANSFER", "tests/bench/transfer"))
ASYNCIO = pathlib.Path(__file__).parent / "echo-asyncio.py"

SERVE = "srv = {listen} 127.0.0.1:0\ne = serve srv echo\nlet port $srv.local.port\nprint $port\nawait e exit 1h\n"


def free_port():
    """For programs that can't choose one themselves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    """Until somebody listens there."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.01)
    sys.exit(f"bench: nobody listens on port {port}")


class Server:
    """A server of its own group of processes, that says its port, or is told one."""

    def __init__(self, command, port=None, directory=None):
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        start_new_session=True, cwd=directory)
        self.port = port or int(self.process.stdout.readline())
        if port:
            wait_for(port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, 9)
            self.process.wait()


def load(*words):
    """The seconds that the clients took."""
    done = subprocess.run([LOAD, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"bench: load {' '.join(map(str, words))}: {done.stderr.strip()}")
    return float(done.stdout)


def peers():
    """Echo servers of others that are installed: how each is started on a port."""
    found = {"Python asyncio": lambda: Server([sys.executable, ASYNCIO])}
    if shutil.which("socat"):
        def socat():
            port = free_port()
            return Server(["socat", f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,backlog=4096", "PIPE"], port)
        found["socat"] = socat
    if shutil.which("ncat"):
        def ncat():
            port = free_port()
            return Server(["ncat", "-lk", "--max-conns", "1000", "--exec", "/bin/cat", "127.0.0.1", str(port)], port)
        found["ncat"] = ncat
    return found


def shell_server(socksh, listen):
    return Server([socksh, "-q", "-c", SERVE.format(listen=listen)])


def serve(bench, socksh):
    """Round trips of 64 bytes with a service, the plain C server, and the servers of others."""
    trips = bench.count(100_000)
    others = peers()
    for connections in (16, 256):
        bench.report.heading(f"serve echo, {connections} connections, {trips:,} round trips of 64 bytes")
        with contextlib.ExitStack() as stack:
            servers = {"C, epoll": stack.enter_context(Server([SERVER, "tcp"])),
                       "socksh": stack.enter_context(shell_server(socksh, "tcp-listen"))}
            servers |= {name: stack.enter_context(start()) for name, start in others.items()}
            rates = {name: [] for name in servers}
            for round_number in range(bench.rounds * 2 + 1):
                for name, server in servers.items():
                    # Others are slower by far, so a part of the work tells as much.
                    some = trips if name in ("C, epoll", "socksh") else trips // 5
                    if some == trips or round_number < 3:
                        seconds = load("tcp", server.port, connections, some)
                        if round_number > 0:
                            rates[name].append(some / seconds)
        for name, rate in rates.items():
            bench.report.figure(name, f"{statistics.median(rate):,.0f}/s")
        ours = rates["socksh"]
        bench.report.at_least("socksh / C, epoll",
                              statistics.median(a / b for a, b in zip(ours, rates["C, epoll"])), 0.95)
        for name in others:
            bench.report.at_least(f"socksh / {name}",
                                  statistics.median(a / b for a, b in zip(ours, rates[name])), 1)


def udp(bench, socksh):
    """Datagrams, so many on their way at once."""
    trips = bench.count(200_000)
    bench.report.heading(f"serve echo over UDP, {trips:,} datagrams of 64 bytes, 64 at once")
    with Server([SERVER, "udp"]) as c, shell_server(socksh, "udp-bind") as ours:
        seconds = {"C, recvmmsg and sendmmsg": [], "socksh": []}
        for _ in range(bench.rounds * 2 + 1):
            for name, server in zip(seconds, (c, ours)):
                seconds[name].append(load("udp", server.port, 64, trips))
    for name, taken in seconds.items():
        bench.report.figure(name, f"{trips / statistics.median(taken[1:]):,.0f}/s")
    bench.report.at_least("socksh / C", statistics.median(
        a / b for a, b in list(zip(seconds["C, recvmmsg and sendmmsg"], seconds["socksh"]))[1:]), 0.95)


def memory_of(pid):
    """What a process has for itself, in bytes."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
    return 0


def descriptors_of(pid):
    """The most descriptors that one of its threads has: those of a service have tables of their own."""
    return max(len(list((task / "fd").iterdir())) for task in pathlib.Path(f"/proc/{pid}/task").iterdir())


def many(bench, socksh):
    """Very many connections at once, each of which is echoed to."""
    connections = bench.count(10_000)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < connections + 100:
        sys.exit(f"bench: {connections:,} connections need a higher limit than {hard} (ulimit -H -n)")
    bench.report.heading(f"{connections:,} connections open at a service, and echoing")
    with shell_server(socksh, "tcp-listen") as server:
        load("churn", server.port, 100)
        before = memory_of(server.process.pid)
        with subprocess.Popen([LOAD, "hold", str(server.port), str(connections)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as clients:
            if clients.stdout.readline() != "ready\n":
                sys.exit("bench: not every connection was served")
            after = memory_of(server.process.pid)
            held = descriptors_of(server.process.pid)
            clients.stdin.close()
            if clients.stdout.readline() != "done\n":
                sys.exit("bench: not every connection was served to its end")
    bench.report.figure("descriptors of the service", f"{held:,}")
    bench.report.at_most("bytes of memory for each connection", (after - before) / connections, 512)


def churn(bench, socksh):
    """Clients that come and go: nothing of them stays."""
    warm, count = bench.count(20_000), bench.count(200_000)
    bench.report.heading(f"{count:,} connections that come, are echoed to, and go")
    with shell_server(socksh, "tcp-listen") as server:
        load("churn", server.port, warm)
        before, descriptors = memory_of(server.process.pid), descriptors_of(server.process.pid)
        seconds = load("churn", server.port, count)
        time.sleep(0.2)
        after, left = memory_of(server.process.pid), descriptors_of(server.process.pid)
    bench.report.figure("connections", f"{count / seconds:,.0f}/s")
    bench.report.figure("memory before", f"{before / 1048576:.2f} MB")
    bench.report.figure("memory after", f"{after / 1048576:.2f} MB")
    bench.report.at_most("memory after / before", after / before, 1.1)
    bench.report.at_most("descriptors more than before", left - descriptors, 0)


def transfer_commands(socksh, directory, path):
    """A name, and what receives and sends a file: a receiver says its port, or is given one."""
    copy = directory / "copy"

    def both(receiver, sender):
        with Server(receiver, directory=directory) as server:
            subprocess.run([str(word).replace("PORT", str(server.port)) for word in sender], check=True,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            server.process.wait(timeout=120)

    def told(receiver, sender):
        # A probe would be taken for the one connection, so it is only waited a little.
        port = free_port()
        process = subprocess.Popen([str(word).replace("PORT", str(port)) for word in receiver], cwd=directory,
                                   stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        needle = f":{port:04X} 00000000:0000 0A"
        while needle not in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii"):
            if time.monotonic() > deadline:
                sys.exit(f"bench: {receiver[0]} does not listen")
            time.sleep(0.002)
        subprocess.run([str(word).replace("PORT", str(port)) for word in sender], check=True,
                       stdin=subprocess.DEVNULL)
        process.wait(timeout=120)

    receive = f"srv = tcp-listen 127.0.0.1:0\nlet port $srv.local.port\nprint $port\ns = accept srv\nrecv-file s {copy}\n"
    send = f"c = tcp-connect 127.0.0.1:PORT\nsend-file c {path}\n"
    found = {
        "C, sendfile and splice": lambda: both([TRANSFER, "recv", copy], [TRANSFER, "send", path, "PORT"]),
        "socksh": lambda: both([socksh, "-q", "-c", receive], [socksh, "-q", "-c", send]),
    }
    for name, options in (("nc", ["-N"]), ("ncat", ["--send-only"])):
        if shutil.which(name):
            found[name] = lambda name=name, options=options: told(
                ["sh", "-c", f"exec {name} -l 127.0.0.1 PORT >{copy}"],
                ["sh", "-c", f"exec {name} {' '.join(options)} 127.0.0.1 PORT <{path}"])
    if shutil.which("socat"):
        for size in (65536, 262144, 1048576):
            found[f"socat -b {size}"] = lambda size=size: told(
                ["socat", "-u", "-b", size, "TCP-LISTEN:PORT,bind=127.0.0.1", f"CREATE:{copy}"],
                ["socat", "-u", "-b", size, f"OPEN:{path}", "TCP:127.0.0.1:PORT"])
    return found


def transfer(bench, socksh):
    """A file over the loopback, from memory to memory."""
    size = bench.count(2 << 30) // 4096 * 4096
    bench.report.heading(f"a file of {size >> 20:,} MB from send-file to recv-file, over the loopback")
    shared = pathlib.Path("/dev/shm")
    place = shared if shared.is_dir() and shutil.disk_usage(shared).free > 3 * size else bench.directory
    directory = place / f"socksh-bench-{os.getpid()}"
    directory.mkdir()
    try:
        path = directory / "original"
        with open(path, "wb") as file:
            block = os.urandom(1 << 20)
            for _ in range(size >> 20):
                file.write(block)
        commands = transfer_commands(socksh, directory, path)
        seconds = {name: [] for name in commands}
        # Fresh memory is not equally fast each time, by far: so the order changes from round to round, and the best of the
        # rounds is taken.
        for round_number in range(2 * bench.rounds + 2):
            for name, run in list(commands.items())[::-1 if round_number % 2 else 1]:
                main = name in ("socksh", "C, sendfile and splice")
                if main or round_number in (1, 2):
                    (directory / "copy").unlink(missing_ok=True)
                    begin = time.perf_counter()
                    run()
                    seconds[name].append(time.perf_counter() - begin)
                    if (directory / "copy").stat().st_size != path.stat().st_size:
                        sys.exit(f"bench: {name} has not moved the whole file")
    finally:
        shutil.rmtree(directory)
    best = {name: min(taken) for name, taken in seconds.items()}
    for name, taken in best.items():
        bench.report.figure(name, f"{size / 1e6 / taken:,.0f} MB/s")
    for name, taken in best.items():
        if name != "socksh":
            bench.report.at_least(f"socksh / {name}", taken / best["socksh"], 0.95 if name.startswith("C,") else 1)
