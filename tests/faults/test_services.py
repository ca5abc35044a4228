#!/usr/bin/env python3
"""Services and files under stress: foreign peers, limits, peers that do not read, signals, full disks.

    tests/faults/test_services.py [CLASS[.CASE]...]

Environment: SOCKSH is the program (./socksh). Nothing here depends on time: what has to happen first is waited for.
"""

import asyncio
import contextlib
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "terminal"))
sys.path.insert(0, str(TESTS / "faults"))

import tap  # noqa: E402
import terminal  # noqa: E402
from test_faults import DEADLINE, SOCKSH  # noqa: E402
from test_faults import Case as FaultCase  # noqa: E402

PORT = "let port $srv.local.port\nprint $port\nshell true\n"


def wait_until(condition, what):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError(f"in vain: {what}")


def processor_time(pid):
    """Seconds."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Case(FaultCase):
    def start(self, script, limit=None, words=("-q",)):
        """The program on a script that prints a port first: (process, port)."""
        def lower():
            if limit:
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        process = subprocess.Popen([SOCKSH, *words, "-c", script], cwd=self.directory, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=lower)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        line = process.stdout.readline()
        while line and not line.strip().isdigit():  # calls may be printed before it
            line = process.stdout.readline()
        return process, int(line)

    def serve(self, service, limit=None, listen="tcp-listen"):
        return self.start(f"srv = {listen} 127.0.0.1:0\ne = serve srv {service}\n{PORT}await e exit 1h\n", limit)

    def end(self, process, status=None):
        output, errors = process.communicate(timeout=DEADLINE)
        self.assertNotIn(b"Sanitizer", errors)
        if status is not None:
            self.assertEqual(process.returncode, status, (output, errors))
        return output.decode(errors="replace"), errors.decode(errors="replace")

    def connect(self, port):
        made = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
        self.addCleanup(made.close)
        return made

    def exchange(self, client, data=b"hello"):
        client.sendall(data)
        got = b""
        while len(got) < len(data):
            more = client.recv(65536)
            self.assertTrue(more, "the service has closed")
            got += more
        self.assertEqual(got, data)


class ForeignClients(Case):
    """Programs that are not this shell, as clients of a service."""

    def client(self, *command, text=b""):
        done = subprocess.run(command, input=text, capture_output=True, timeout=DEADLINE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def each_model(self):
        for model in ("epoll", "iterative", "threads"):
            with self.subTest(model):
                process, port = self.serve(f"upper --model {model}")
                yield port
                process.send_signal(signal.SIGTERM)
                self.end(process, 143)

    def test_nc(self):
        """nc talks to each model of a service"""
        for port in self.each_model():
            self.assertEqual(self.client("nc", "-N", "127.0.0.1", str(port), text=b"from nc\n"), b"FROM NC\n")

    def test_socat(self):
        """socat talks to each model of a service, with much data"""
        data = b"line of some length\n" * 50000
        for port in self.each_model():
            self.assertEqual(self.client("socat", "-t", "30", "-", f"TCP:127.0.0.1:{port}", text=data), data.upper())

    def test_curl(self):
        """curl takes what reply answers for HTTP, from each model, and after a POST of some size"""
        body = pathlib.Path(self.directory, "body")
        body.write_bytes(b"x" * 300000)
        for model in ("epoll", "iterative", "threads"):
            process, port = self.serve(f'reply "HTTP/1.1 200 OK\\r\\nContent-Length: 6\\r\\nConnection: close\\r\\n\\r\\nhello\\n" '
                                       f"--model {model}")
            url = f"http://127.0.0.1:{port}/"
            for words in ((), ("-H", "Expect:", "--data-binary", f"@{body}")):
                for _ in range(5):
                    self.assertEqual(self.client("curl", "-sS", "--max-time", "30", *words, url), b"hello\n")
            process.kill()

    def test_python(self):
        """clients with Python's socket: many at once, each with its own data, which half-close"""
        process, port = self.serve("echo")
        clients = [self.connect(port) for _ in range(100)]
        for number, client in enumerate(clients):
            client.sendall(b"%d " % number * 1000)
            client.shutdown(socket.SHUT_WR)
        for number, client in enumerate(clients):
            got = b""
            while more := client.recv(65536):
                got += more
            self.assertEqual(got, b"%d " % number * 1000)
        process.send_signal(signal.SIGTERM)
        self.end(process, 143)

    def test_asyncio(self):
        """clients with asyncio, over several loops"""
        process, port = self.serve("echo --threads 3")

        async def one(number):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(20):
                data = bytes([number % 256]) * 5000
                writer.write(data)
                await writer.drain()
                self.assertEqual(await reader.readexactly(len(data)), data)
            writer.close()
            await writer.wait_closed()

        async def all_of_them():
            await asyncio.gather(*(one(number) for number in range(50)))

        asyncio.run(asyncio.wait_for(all_of_them(), DEADLINE))
        process.send_signal(signal.SIGTERM)
        self.end(process, 143)

    def test_datagrams(self):
        """datagrams of Python's socket, of every size up to the longest"""
        process, port = self.serve("echo", listen="udp-bind")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(DEADLINE)
            client.connect(("127.0.0.1", port))
            for size in (0, 1, 1472, 1473, 9000, 65507):
                client.send(b"d" * size)
                self.assertEqual(client.recv(70000), b"d" * size)
        process.send_signal(signal.SIGTERM)
        self.end(process, 143)

    def test_relay(self):
        """curl reaches a server of Python through a relay, which shows the bytes"""
        work = pathlib.Path(self.directory, "www")
        work.mkdir()
        (work / "page").write_bytes(b"a page\n")
        server = subprocess.Popen([sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory",
                                   str(work), "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(server.communicate)
        self.addCleanup(server.kill)
        target = int(re.search(r"port (\d+)", server.stdout.readline())[1])
        process, port = self.start(f"srv = tcp-listen 127.0.0.1:0\nset preview 200\n{PORT}e = serve srv relay 127.0.0.1:{target}\nawait e clients == 3 {int(DEADLINE)}s\n"
                                   "await e connections == 0\nstop e\n", words=())
        for _ in range(3):
            self.assertEqual(self.client("curl", "-sS", "--max-time", "30", f"http://127.0.0.1:{port}/page"), b"a page\n")
        output, _ = self.end(process, 0)
        self.assertIn('-> "GET /page HTTP/1.1', output)
        self.assertIn('<- "HTTP/1.0 200 OK', output)


    def test_relay_of_datagrams(self):
        """more clients of a relay of datagrams than it knows at a time, each of which gets its own answers"""
        process, port = self.start(f"u = udp-bind 127.0.0.1:0\nserve u echo\nsrv = udp-bind 127.0.0.1:0\n"
                                   f"e = serve srv relay u\n{PORT}await e exit 1h\n")
        clients = []
        for number in range(1500):
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.addCleanup(client.close)
            client.settimeout(DEADLINE)
            client.connect(("127.0.0.1", port))
            clients.append(client)
        for again in range(2):
            for number, client in enumerate(clients):
                client.send(b"%d %d" % (number, again))
                self.assertEqual(client.recv(100), b"%d %d" % (number, again))
        process.send_signal(signal.SIGTERM)
        self.end(process, 143)


class ForeignServers(Case):
    """The shell's scripts as clients of other servers."""

    def check(self, server, port="$port"):
        script = (f"p = spawn {server}\nawait listening 127.0.0.1:{port} {int(DEADLINE)}s\n"
                  f"a = tcp-connect 127.0.0.1:{port}\nb = tcp-connect 127.0.0.1:{port}\n"
                  "send b second\nsend a first\nexpect \"first\" recv-exactly a 5\nexpect \"second\" recv-exactly b 6\n"
                  "shutdown a wr\nexpect eof recv a\nkill %1\n")
        status, output, errors = self.run_program("-c", script)
        self.assertEqual(status, 0, output + errors)

    def free_port(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def test_socat(self):
        """an echo server of socat"""
        port = self.free_port()
        self.check(f"exec socat TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork PIPE", port)

    def test_asyncio(self):
        """an echo server with asyncio"""
        port = self.free_port()
        self.write("server.py", "import asyncio\n"
                   "async def echo(r, w):\n    while d := await r.read(100):\n        w.write(d)\n    w.close()\n"
                   "async def main():\n"
                   f"    await (await asyncio.start_server(echo, '127.0.0.1', {port})).serve_forever()\n"
                   "asyncio.run(main())\n")
        self.check("exec python3 server.py", port)

    def test_nc(self):
        """a listening nc sends a file, which recv-file receives"""
        port = self.free_port()
        data = os.urandom(3_000_000)
        pathlib.Path(self.directory, "original").write_bytes(data)
        script = (f"p = spawn exec nc -N -l 127.0.0.1 {port} <original\nawait listening 127.0.0.1:{port} {int(DEADLINE)}s\n"
                  f"c = tcp-connect 127.0.0.1:{port}\nexpect {len(data)} recv-file c copy\nclose c\nawait p exit\n")
        # What spawn starts has no standard input of its own but what the line gives it.
        status, output, errors = self.run_program("-c", script)
        self.assertEqual(status, 0, output + errors)
        self.assertEqual(pathlib.Path(self.directory, "copy").read_bytes(), data)

    def test_python(self):
        """a server with Python's socket receives what send-file sends"""
        data = os.urandom(5_000_000)
        pathlib.Path(self.directory, "original").write_bytes(data)
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            process = subprocess.Popen([SOCKSH, "-c", f"c = tcp-connect 127.0.0.1:{port}\nexpect {len(data)} send-file c original\n"],
                                       cwd=self.directory, env=self.environment, stdout=subprocess.PIPE)
            with server.accept()[0] as client:
                got = b""
                while more := client.recv(1 << 20):
                    got += more
            process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(got, data)


class Services(Case):
    def test_no_descriptor_left(self):
        """without a descriptor left a service waits, does not spin, and serves those that wait when others go"""
        process, port = self.serve("echo", limit=200)
        clients = [self.connect(port) for _ in range(300)]
        for client in clients[:100]:
            self.exchange(client)
        before = processor_time(process.pid)
        began = time.monotonic()
        time.sleep(1)
        share = (processor_time(process.pid) - before) / (time.monotonic() - began)
        self.assertLess(share, 0.2)
        for client in clients[:150]:
            client.close()
        for client in clients[150:]:
            self.exchange(client)
        process.send_signal(signal.SIGTERM)
        self.end(process, 143)

    def test_no_descriptor_is_told(self):
        """that no descriptor was left is told once, and counted"""
        process, port = self.start("srv = tcp-listen 127.0.0.1:0\nlet port $srv.local.port\ne = serve srv echo\n"
                                   f"print --raw \"$port\\n\"\nshell true\nawait e errors >= 1 {int(DEADLINE)}s\n"
                                   "assert $e.error == EMFILE\nstop e\n", limit=200)
        clients = []
        # As soon as it has told of it the session ends, and refuses the rest.
        with contextlib.suppress(ConnectionRefusedError, ConnectionResetError):
            for _ in range(300):
                clients.append(self.connect(port))
        self.end(process, 0)
        self.assertGreater(len(clients), 100)

    def sanitized(self):
        """A build with a sanitizer has memory of its own."""
        maps = subprocess.run(["ldd", SOCKSH], capture_output=True, check=False).stdout
        return b"libasan" in maps or b"libtsan" in maps or b"libclang_rt" in maps

    def test_never_reads(self):
        """a client that sends for ever and never reads costs no memory, and keeps nobody from being served"""
        for model in ("epoll", "threads"):
            process, port = self.serve(f"echo --model {model}")
            greedy = self.connect(port)
            greedy.setblocking(False)
            chunk = b"x" * 65536

            def stuffed():
                try:
                    while True:
                        greedy.send(chunk)
                except BlockingIOError:
                    return True

            for _ in range(20):
                stuffed()
                time.sleep(0.01)
            self.exchange(self.connect(port))
            if not self.sanitized():
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
                self.assertLess(int(re.search(r"RssAnon:\s+(\d+)", status)[1]), 20000)
            process.send_signal(signal.SIGTERM)
            self.end(process, 143)

    def test_reset_in_the_middle(self):
        """a client that resets while much is on its way to it"""
        process, port = self.serve("chargen")
        for _ in range(20):
            client = self.connect(port)
            client.recv(1000)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        other = self.connect(port)
        self.assertTrue(other.recv(1000))
        process.send_signal(signal.SIGTERM)
        self.end(process, 143)

    def test_interrupt(self):
        """SIGINT of a script that waits while clients are connected, for each model: 130"""
        for service in ("echo", "echo --model iterative", "echo --model threads", "echo --threads 2", "chargen"):
            with self.subTest(service):
                process, port = self.serve(service)
                client = self.connect(port)
                if service != "chargen":
                    self.exchange(client)
                process.send_signal(signal.SIGINT)
                self.end(process, 130)
                client.settimeout(DEADLINE)
                try:
                    while client.recv(65536):
                        pass
                except ConnectionResetError:
                    pass

    def test_end_of_script(self):
        """the end of a script ends its services, with clients connected"""
        process, port = self.start(f"srv = tcp-listen 127.0.0.1:0\ne = serve srv echo\n{PORT}await e received >= 5 {int(DEADLINE)}s\n")
        client = self.connect(port)
        client.sendall(b"hello")
        self.end(process, 0)
        self.assertEqual(client.recv(100), b"hello")
        self.assertEqual(client.recv(100), b"")

    def test_descriptors(self):
        """a service takes no number of the user's, however many clients it has"""
        process, port = self.start(f"srv = tcp-listen 127.0.0.1:0\ne = serve srv echo\n{PORT}await e connections == 50 {int(DEADLINE)}s\n"
                                   "s = socket inet stream\nassert $s.fd == 4\nclose srv\nt = socket inet stream\nassert $t.fd == 3\n"
                                   "spawn true\ne = serve t echo\n")
        clients = [self.connect(port) for _ in range(50)]
        _, errors = self.end(process, 1)  # the last line: t does not listen
        self.assertIn("does not listen", errors)
        self.assertEqual(len(clients), 50)

    def test_prompt(self):
        """at the prompt a service tells of its clients, and Ctrl-C leaves it alone"""
        opened = terminal.Terminal([SOCKSH], {**self.environment, "TERM": "xterm"}, self.directory, deadline=DEADLINE)
        self.addCleanup(opened.close)
        opened.expect_prompt()
        opened.send_line("srv = tcp-listen 127.0.0.1:0")
        opened.expect(re.compile(r"LISTEN 127\.0\.0\.1:\d+"))
        port = int(re.search(r"LISTEN 127\.0\.0\.1:(\d+)", opened.text())[1])
        opened.send_line("e = serve srv echo")
        opened.expect("[service 1] echo, epoll on 3 srv")
        client = self.connect(port)
        opened.expect(re.compile(r"#1 127\.0\.0\.1:\d+ connected"))
        opened.send_line("sleep 1h")
        opened.expect("sleep 1h")
        opened.send("\x03")
        opened.expect_prompt()
        self.exchange(client)
        client.close()
        opened.expect(re.compile(r"#1 127\.0\.0\.1:\d+ closed, 5 bytes in, 5 out"))
        opened.send_line("quit")
        opened.expect_exit()


class Files(Case):
    def big(self, size):
        path = pathlib.Path(self.directory, "original")
        path.write_bytes(os.urandom(1 << 20) * (size >> 20))
        return path

    def sender(self, size=64 << 20, words=("-q",)):
        """send-file that blocks, since nobody reads yet: (process, file, the peer)."""
        path = self.big(size)
        with socket.create_server(("127.0.0.1", 0)) as server:
            process = subprocess.Popen([SOCKSH, *words, "-c", f"c = tcp-connect 127.0.0.1:{server.getsockname()[1]}\n"
                                        "send-file c original\n"], cwd=self.directory, env=self.environment,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.addCleanup(process.communicate)
            self.addCleanup(process.kill)
            peer = server.accept()[0]
        self.addCleanup(peer.close)
        peer.settimeout(DEADLINE)

        def blocked():
            for task in os.listdir(f"/proc/{process.pid}/task"):
                # sendfile(2), whose number differs between machines, has the count as its fourth argument.
                with open(f"/proc/{process.pid}/task/{task}/syscall", encoding="ascii") as file:
                    call = file.read().split()
                if len(call) > 4 and call[1] == "0x3" and int(call[4], 16) >= 1 << 20:
                    return True
            return False

        wait_until(blocked, "it blocks in sendfile")
        return process, path, peer

    def drain(self, peer):
        count = 0
        try:
            while more := peer.recv(1 << 20):
                count += len(more)
        except ConnectionResetError:
            pass
        return count

    def test_shrinks(self):
        """a file that becomes shorter while it is sent"""
        process, path, peer = self.sender()
        os.truncate(path, 100)
        count = self.drain(peer)
        _, errors = self.end(process, 1)
        found = re.search(r"original became shorter while it was sent; (\d+) of 67108864 bytes were sent", errors)
        self.assertTrue(found, errors)
        self.assertEqual(int(found[1]), count)

    def test_vanishes(self):
        """a file that is removed while it is sent is sent to its end"""
        process, path, peer = self.sender()
        path.unlink()
        self.assertEqual(self.drain(peer), 64 << 20)
        self.end(process, 0)

    def test_interrupt_send(self):
        """SIGINT of send-file: 130, and it says how much was sent"""
        process, _, peer = self.sender()
        process.send_signal(signal.SIGINT)
        _, errors = self.end(process, 130)
        found = re.search(r"interrupted; (\d+) of 67108864 bytes were sent", errors)
        self.assertTrue(found, errors)
        self.assertEqual(int(found[1]), self.drain(peer))

    def receiver(self, target="copy", prefix=()):
        with socket.create_server(("127.0.0.1", 0)) as server:
            process = subprocess.Popen([*prefix, SOCKSH, "-q", "-c", f"c = tcp-connect 127.0.0.1:{server.getsockname()[1]}\n"
                                        f"recv-file c {target}\n"], cwd=self.directory, env=self.environment,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.addCleanup(process.communicate)
            self.addCleanup(process.kill)
            peer = server.accept()[0]
        self.addCleanup(peer.close)
        peer.settimeout(DEADLINE)
        return process, peer

    def test_interrupt_receive(self):
        """SIGINT of recv-file: 130, and all that came is in the file that it names"""
        process, peer = self.receiver()
        data = os.urandom(3_000_000)
        peer.sendall(data)
        part = pathlib.Path(self.directory, "copy.part")
        wait_until(lambda: part.exists() and part.stat().st_size == len(data), "all is in the file")
        process.send_signal(signal.SIGINT)
        _, errors = self.end(process, 130)
        self.assertIn("interrupted; 3000000 bytes were received, and are in copy.part", errors)
        self.assertEqual(part.read_bytes(), data)
        self.assertFalse(os.path.exists(f"{self.directory}/copy"))

    def test_reset(self):
        """a peer that resets in the middle: what came before is kept"""
        process, peer = self.receiver()
        data = os.urandom(200_000)
        peer.sendall(data)
        part = pathlib.Path(self.directory, "copy.part")
        wait_until(lambda: part.exists() and part.stat().st_size == len(data), "all is in the file")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        _, errors = self.end(process, 1)
        self.assertIn("ECONNRESET", errors)
        self.assertIn("200000 bytes were received, and are in copy.part", errors)

    def test_full_disk(self):
        """a full disk: the error says how much came, and how much is in the file"""
        os.mkdir(f"{self.directory}/small")
        command = ["unshare", "-Urm", "sh", "-c",
                   'mount -t tmpfs -o size=1m none small && "$@"; status=$?; cp small/copy.part kept; exit $status', "sh"]
        if subprocess.run([*command[:2], "mount", "-t", "tmpfs", "none", "small"], cwd=self.directory,
                          capture_output=True, check=False).returncode:
            if os.environ.get("CI") == "true":
                self.fail("this machine lets nobody mount a small disk (unshare -Urm)")
            self.skipTest("a small disk can't be mounted")
        process, peer = self.receiver("small/copy", command)
        try:
            peer.sendall(os.urandom(4 << 20))
        except (BrokenPipeError, ConnectionResetError):
            pass
        _, errors = self.end(process, 1)
        self.assertIn("No space left on device (ENOSPC)", errors)
        found = re.search(r"of (\d+) bytes received (\d+) are in small/copy.part", errors)
        self.assertTrue(found, errors)
        self.assertEqual(os.path.getsize(f"{self.directory}/kept"), int(found[2]))

    def test_limit(self):
        """a limit of the size of files is an error, and no end of the session"""
        process, peer = self.receiver("copy", ["prlimit", "--fsize=100000"])
        try:
            peer.sendall(os.urandom(4 << 20))
        except (BrokenPipeError, ConnectionResetError):
            pass
        _, errors = self.end(process, 1)
        self.assertIn("EFBIG", errors)

    def test_progress(self):
        """on a terminal a transfer that takes longer than a second shows how far it is, and leaves nothing of that"""
        self.big(1 << 20)
        with socket.create_server(("127.0.0.1", 0)) as server:
            opened = terminal.Terminal([SOCKSH], {**self.environment, "TERM": "xterm"}, self.directory, deadline=DEADLINE)
            self.addCleanup(opened.close)
            opened.expect_prompt()
            opened.send_line(f"c = tcp-connect 127.0.0.1:{server.getsockname()[1]}")
            peer = server.accept()[0]
        self.addCleanup(peer.close)
        opened.expect("ESTABLISHED")
        opened.send_line("recv-file c copy")
        data = os.urandom(1000)
        sent = 0
        end = time.monotonic() + DEADLINE
        while "/s" not in opened.text() and time.monotonic() < end:
            peer.sendall(data)
            sent += len(data)
            time.sleep(0.1)
            opened.read_some()
        self.assertRegex(opened.text(), r"[\d.]+K?, [\d.]+K?/s")
        peer.close()
        opened.expect("more calls like these")
        opened.expect_prompt()
        self.assertNotRegex(opened.text(), r"[\d.]+K?, [\d.]+K?/s")
        self.assertEqual(os.path.getsize(f"{self.directory}/copy"), sent)
        opened.send_line("quit")
        opened.expect_exit()


del FaultCase

if __name__ == "__main__":
    tap.main()
