#!/usr/bin/env python3
"""What surrounds the program goes wrong: closed descriptors, full disks, signals, limits, files that are no scripts.

    tests/faults/test_faults.py [CLASS[.CASE]...]

Environment: SOCKSH is the program (./socksh). Nothing here depends on time: what has to happen first is waited for.
"""

import errno
import json
import os
import pathlib
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "terminal"))

import tap  # noqa: E402
import terminal  # noqa: E402

SOCKSH = os.path.abspath(os.environ.get("SOCKSH", "./socksh"))
# Seconds until a run that does not end is given up. Only a failing test waits so long.
DEADLINE = float(os.environ.get("FAULT_DEADLINE", "60"))
PAIR = "a b = socketpair unix stream\n"


class Case(unittest.TestCase):
    """A directory of its own for each test."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="socksh-faults-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        os.mkdir(f"{self.directory}/home")
        kept = {name: value for name, value in os.environ.items() if name == "PATH" or name.endswith("SAN_OPTIONS")}
        self.environment = {**kept, "HOME": f"{self.directory}/home", "XDG_STATE_HOME": f"{self.directory}/home/state",
                            "LC_ALL": "C.UTF-8", "TERM": "dumb"}

    def run_program(self, *words, **options):
        """Runs it to its end: (exit status, standard output, standard error)."""
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        text = options.pop("input", None)
        if text is not None:
            options["stdin"] = subprocess.PIPE
            text = text if isinstance(text, bytes) else text.encode()
        with subprocess.Popen([SOCKSH, *words], cwd=self.directory, env=self.environment, **options) as process:
            try:
                output, errors = process.communicate(text, timeout=DEADLINE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return process.returncode, (output or b"").decode(errors="replace"), (errors or b"").decode(errors="replace")

    def run_by_shell(self, command, **options):
        """Runs a line of the system's shell in which $SOCKSH is the program."""
        done = subprocess.run(["bash", "-c", command], cwd=self.directory, stdin=subprocess.DEVNULL,
                              env={**self.environment, "SOCKSH": SOCKSH}, capture_output=True, timeout=DEADLINE,
                              check=False, **options)
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def write(self, name, text, mode=0o644):
        path = pathlib.Path(self.directory) / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return str(path)

    def one_error(self, errors, wanted):
        """Standard error is about one thing only, and says it in its first line."""
        lines = errors.splitlines()
        self.assertTrue(lines and re.search(wanted, lines[0]), f"{wanted!r} is not in {errors!r}")
        headings = [line for line in lines if re.match(r"\S+:", line)]
        self.assertEqual(len(headings), 1, errors)


class Descriptors(Case):
    def test_input_closed(self):
        """with standard input closed a script runs, and its sockets begin at 3"""
        status, output, errors = self.run_by_shell('"$SOCKSH" -c "s = socket inet stream" <&-')
        self.assertEqual((status, errors), (0, ""))
        self.assertIn("= 3\n", output)

    def test_input_closed_is_no_script(self):
        """with standard input closed and no script there is nothing to run, and one line says so"""
        status, output, errors = self.run_by_shell('"$SOCKSH" <&-')
        self.assertEqual((status, output), (2, ""), errors)
        self.one_error(errors, r"standard input")

    def test_output_closed(self):
        """with standard output closed no socket takes its number"""
        status, _, errors = self.run_by_shell('"$SOCKSH" -c "s = socket inet stream; assert \\$s.fd == 3" >&-')
        self.assertNotIn("assert", errors)
        self.assertIn(status, (0, 1))

    def test_more_sockets_than_are_usual(self):
        """beyond the program's own numbers sockets have all that others have: no one else holds them"""
        status, output, errors = self.run_program("-q", "-c", """
set states off
srv = tcp-listen 127.0.0.1:0 4096
repeat 600 { c = tcp-connect srv; s = accept srv }
assert $s.fd > 1100
expect blocks recv c
close s
expect eof recv c
v = serve srv upper
d = tcp-connect srv
send d hello
expect "HELLO" recv d
p = spawn ls -l /proc/self/fd
await p exit
print $p.out
""")
        self.assertEqual((status, errors), (0, ""))
        self.assertNotIn("socket:", output)  # the child has none of them
        status, _, errors = self.run_program("-k", "-c", "socket inet stream\nclose 1024\nsend 1025 x\n")
        self.assertEqual(status, 1)
        self.assertEqual(errors.count("belongs to the shell itself"), 2, errors)

    def test_all_closed(self):
        """with all three closed the sockets begin at 3, and nothing is written into them"""
        script = PAIR + "assert $a.fd == 3\nprint hello\nexpect EAGAIN recv b 10 dontwait\nexpect EAGAIN recv a 10 dontwait\n"
        script += "write-file done x\n"
        path = self.write("script", script)
        self.run_by_shell(f'"$SOCKSH" "{path}" <&- >&- 2>&-')
        self.assertTrue(os.path.exists(f"{self.directory}/done"))

    def test_full_output(self):
        """output to a full device is an error, told once, and the exit status is 1"""
        with open("/dev/full", "wb") as full:
            status, _, errors = self.run_program("-c", PAIR + "repeat 1000 send a x\nprint end", stdout=full)
        self.assertEqual(status, 1, errors)
        self.one_error(errors, r"No space left on device|ENOSPC")

    def test_full_output_of_help(self):
        """--help and --version to a full device fail"""
        for option in ("--help", "--version"):
            with open("/dev/full", "wb") as full:
                status, _, _ = self.run_program(option, stdout=full)
            self.assertEqual(status, 1, option)

    def test_pipe_closed(self):
        """a reader that goes away ends the session in order"""
        path = self.write("script", "repeat { print line }\n")
        status, output, errors = self.run_by_shell(f'"$SOCKSH" "{path}" | head -1; echo "${{PIPESTATUS[0]}}"')
        self.assertEqual(status, 0, errors)
        self.assertEqual(output.splitlines()[0], "line")
        # Not by SIGPIPE: 141.
        self.assertIn(output.splitlines()[1], ("0", "1"))
        self.assertNotIn("Sanitizer", errors)

    def test_pipe_closed_late(self):
        """so does one that goes away when nothing has happened for a while"""
        path = self.write("script", "sleep 300ms\nrepeat { print line }\n")
        status, output, errors = self.run_by_shell(f'"$SOCKSH" "{path}" | head -1; echo "${{PIPESTATUS[0]}}"')
        self.assertEqual(status, 0, errors)
        self.assertIn(output.splitlines()[1], ("0", "1"))

    def test_pipe_of_a_socket(self):
        """send on a broken connection is an errno and not a signal, whatever SIGPIPE was set to"""
        for action in (signal.SIG_DFL, signal.SIG_IGN):
            status, _, errors = self.run_program("-c", PAIR + "close a\nexpect EPIPE send b x\nexpect EPIPE write b x",
                                                 preexec_fn=lambda action=action: signal.signal(signal.SIGPIPE, action))
            self.assertEqual(status, 0, errors)

    def test_few_descriptors(self):
        """EMFILE is an ordinary failure; what was closed can be opened again"""
        script = "repeat { until EMFILE socket inet dgram }\nexpect EMFILE socketpair unix stream\n" \
                 "close 3 4\na b = socketpair unix stream\nexpect EMFILE dup a\nexpect EMFILE epoll_create1\n" \
                 "send a hello\nexpect \"hello\" recv b\nprint \"still here\"\n"
        status, output, errors = self.run_by_shell(f"ulimit -n 32; \"$SOCKSH\" -c '{script}'")
        self.assertEqual(status, 0, errors)
        self.assertIn("EMFILE (Too many open files)", output)
        self.assertTrue(output.endswith("still here\n"), output[-200:])

    def test_few_descriptors_in_flight(self):
        """descriptors in a message that have no room are gone, and accept with EMFILE leaves the connection in the queue"""
        script = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\na b = socketpair unix stream\n" \
                 "sendmsg a x --fd srv\nrepeat { until EMFILE socket inet dgram }\n" \
                 "expect EMFILE accept srv\nrecvmsg b\nclose 9\ns = accept srv\nsend s hello\nexpect \"hello\" recv c\n"
        status, output, errors = self.run_by_shell(f"ulimit -n 32; \"$SOCKSH\" -c '{script}'")
        self.assertEqual(status, 0, output + errors)
        self.assertIn("MSG_CTRUNC", output)

    def test_limit_of_children(self):
        """children get the limit on descriptors that the program was started with, and no sockets"""
        command = "s = socket inet stream\nshell ulimit -n\nshell ls -l /proc/self/fd | grep -c socket: || true\n"
        status, output, errors = self.run_by_shell(f"ulimit -Sn 64; \"$SOCKSH\" -q -c '{command}'")
        self.assertEqual((status, output), (0, "64\n0\n"), errors)

    def test_inherited_sockets(self):
        """inherited sockets are adopted and listed; other inherited descriptors are closed"""
        near, far = socket.socketpair()
        read_end, write_end = os.pipe()
        with near, far:
            def place():
                os.dup2(near.fileno(), 5)
                os.dup2(write_end, 7)
            status, output, errors = self.run_program(
                "-c", "status; send 5 hello; a = socket inet dgram; b = socket inet dgram; c = socket inet dgram; d = dup c",
                close_fds=False, pass_fds=(), preexec_fn=place)
            os.close(write_end)
            self.assertEqual(status, 0, errors)
            self.assertRegex(output, r"(?m)^\s+5\s+.*unix stream\s+CONNECTED")
            self.assertEqual(far.recv(10), b"hello")
            # The pipe is closed: its number is free for the user, and its reader sees the end.
            self.assertEqual([int(number) for number in re.findall(r"^  (?:socket|dup)\(.* = (\d+)$", output, re.M)],
                             [3, 4, 6, 7])
            self.assertEqual(os.read(read_end, 1), b"")
        os.close(read_end)

    def test_script_by_descriptor(self):
        """a script given as a descriptor is read, and its number is the user's"""
        status, output, errors = self.run_by_shell('"$SOCKSH" <(printf "s = socket inet stream\\nprint \\$1\\n") one')
        self.assertEqual((status, errors), (0, ""))
        self.assertIn("socket(AF_INET, SOCK_STREAM, 0) = 3\n", output)
        self.assertTrue(output.endswith("one\n"), output)

    def test_own_descriptors(self):
        """the program's own descriptors are not the user's to name"""
        own = "repeat 3 { }\nshell ls /proc/$PPID/fd\n"
        status, output, errors = self.run_program("-q", "-c", own)
        self.assertEqual(status, 0, errors)
        numbers = [number for number in output.split() if int(number) > 2]
        self.assertTrue(all(int(number) > 200 for number in numbers), output)
        for number in numbers:
            status, output, errors = self.run_program("-c", f"close {number}")
            self.assertEqual((status, output), (1, ""))
            self.one_error(errors, rf"{number}")


class Signals(Case):
    def start(self, script):
        process = subprocess.Popen([SOCKSH, "-c", script], cwd=self.directory, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def wait_until_blocked(self, process):
        """Until a thread of it sleeps in recv: what was printed before is flushed when a call blocks."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            for task in os.listdir(f"/proc/{process.pid}/task"):
                with open(f"/proc/{process.pid}/task/{task}/syscall", encoding="ascii") as file:
                    call = file.read().split()
                # recvfrom(2) of descriptor 4: the number of the call differs between machines.
                if len(call) > 3 and call[1] == "0x4" and call[3] == "0x400":
                    return
            time.sleep(0.01)
        self.fail("it never blocked in recv")

    def expect_end(self, process, status):
        output, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, status, (output, errors))
        self.assertNotIn(b"Sanitizer", errors)
        return output.decode(), errors.decode()

    def check_blocked(self, number, status):
        process = self.start(PAIR + "print before\nrecv b\nprint never\n")
        self.wait_until_blocked(process)
        process.send_signal(number)
        output, _ = self.expect_end(process, status)
        self.assertIn("before\n", output)
        self.assertIn("EINTR", output)
        self.assertNotIn("never", output)

    def check_looping(self, number, status):
        process = self.start("print begun\nrepeat { print x }\n")
        self.assertEqual(process.stdout.readline(), b"begun\n")
        process.send_signal(number)
        self.expect_end(process, status)

    def check_busy(self, number, status):
        """One that prints nothing."""
        process = self.start("print begun\nshell true\nrepeat { let x y }\n")
        # `shell` flushes what was printed before.
        self.assertEqual(process.stdout.readline(), b"begun\n")
        process.send_signal(number)
        self.expect_end(process, status)

    def test_interrupt(self):
        """SIGINT of a script that blocks: 130"""
        self.check_blocked(signal.SIGINT, 130)

    def test_terminate(self):
        """SIGTERM of a script that blocks: 143"""
        self.check_blocked(signal.SIGTERM, 143)

    def test_hang_up(self):
        """SIGHUP of a script that blocks: 129"""
        self.check_blocked(signal.SIGHUP, 129)

    def test_interrupt_loop(self):
        """SIGINT of a script that loops: 130"""
        self.check_looping(signal.SIGINT, 130)

    def test_terminate_loop(self):
        """SIGTERM of a script that loops: 143"""
        self.check_looping(signal.SIGTERM, 143)

    def test_hang_up_loop(self):
        """SIGHUP of a script that loops: 129"""
        self.check_looping(signal.SIGHUP, 129)

    def test_busy(self):
        """signals of a script that loops without a call and without output"""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.check_busy(number, 128 + number)

    def test_keep_going(self):
        """-k does not go on behind an interrupt"""
        process = subprocess.Popen([SOCKSH, "-k", "-c", PAIR + "recv b\nprint never\n"], cwd=self.directory,
                                   env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        self.wait_until_blocked(process)
        process.send_signal(signal.SIGINT)
        output, _ = self.expect_end(process, 130)
        self.assertNotIn("never", output)

    def test_waits(self):
        """SIGTERM ends sleep, await, wait, shell and a script with blocked jobs"""
        for command in ("sleep 1h", "await b readable 1h", "recv b &\nwait", "shell sleep 1000", "shell exec sleep 1000"):
            with self.subTest(command):
                process = self.start(PAIR + "print begun\nshell true\n" + command + "\nprint never\n")
                while process.stdout.readline() != b"begun\n":
                    pass
                process.send_signal(signal.SIGTERM)
                output, _ = self.expect_end(process, 143)
                self.assertNotIn("never", output)

    def test_ignored(self):
        """what was ignored at the start, as by nohup, stays ignored"""
        process = subprocess.Popen([SOCKSH, "-c", PAIR + "recv b\n"], env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.addCleanup(process.kill)
        self.wait_until_blocked(process)
        # A signal that is ignored and blocked is not dropped: it waits, and may be taken.
        for status in pathlib.Path(f"/proc/{process.pid}/task").glob("*/status"):
            masks = dict(line.split(":\t") for line in status.read_text().splitlines() if line.startswith("Sig"))
            bit = 1 << (signal.SIGHUP - 1)
            self.assertTrue(int(masks["SigIgn"], 16) & bit, "SIGHUP is not ignored any more")
            if status.parent.name == str(process.pid):
                self.assertFalse(int(masks["SigBlk"], 16) & bit, "SIGHUP is blocked, and so it is kept")
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        self.expect_end(process, 143)

    def test_input_goes_on(self):
        """lines that come one by one on standard input run at once, and end with the input"""
        process = subprocess.Popen([SOCKSH], env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        for word in (b"one", b"two"):
            process.stdin.write(b"print " + word + b"\nshell true\n")
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), word + b"\n")
        output, errors = process.communicate(b"print three", timeout=DEADLINE)
        self.assertEqual((process.returncode, output, errors), (0, b"three\n", b""))


class Injected(Case):
    """System calls that fail where nobody has typed them. All that can go wrong so is for tests/torture."""

    def inject(self, call, error, script, *words, path=None):
        """Runs a script in which a system call fails, or that on some paths: (exit status, standard output, standard error)."""
        trace = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}"]
        trace += [word for one in (path or "").split() for word in ("-P", one)]
        # The search for leaks traces the process, and a process can be traced by one only.
        environment = {**self.environment,
                       "ASAN_OPTIONS": self.environment.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
        done = subprocess.run([*trace, SOCKSH, *words, "-c", script], cwd=self.directory, env=environment,
                              input=b"", capture_output=True, timeout=DEADLINE, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()


class Losses(Injected):
    """What fails in silence is told."""

    NOTE = r"the kernel could not be asked: getsockname failed: .* \(ENOBUFS\)"

    def test_look(self):
        """a look that fails is told once, and no state or address is made up for it"""
        status, output, errors = self.inject("getsockname", "ENOBUFS",
                                             "srv = tcp-listen 127.0.0.1:0\nu = udp-bind :0\nlength x\nstatus")
        self.assertEqual((status, errors), (0, ""), output)
        self.assertEqual(len(re.findall(self.NOTE, output)), 1, output)
        self.assertNotRegex(output, r"3 LISTEN\n")

    def test_look_quiet(self):
        """where notes are not shown it is told on standard error"""
        for option in ("-q", "--tap"):
            status, output, errors = self.inject("getsockname", "ENOBUFS", "srv = tcp-listen 127.0.0.1:0", option)
            self.assertEqual(status, 0, output)
            self.assertEqual(len(re.findall(self.NOTE, errors)), 1, errors)

    def test_address(self):
        """an address that could not be asked for is not one that there is not"""
        status, _, errors = self.inject("getsockname", "ENOBUFS",
                                        "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv")
        self.assertEqual(status, 1)
        self.assertIn("ENOBUFS", errors)
        self.assertNotIn("no address yet", errors)

    def test_service(self):
        """a service that can't wait for clients does not say that it serves"""
        status, output, errors = self.inject("epoll_ctl", "ENOSPC:when=1",
                                             "srv = tcp-listen 127.0.0.1:0\nserve srv echo")
        self.assertEqual(status, 1, output)
        self.assertRegex(errors, r"-c:2: serve: epoll_ctl: .*\(ENOSPC\)")

    def test_program(self):
        """a program whose output can't be led where it belongs is not run"""
        terminals = " ".join(f"/dev/pts/{number}" for number in range(200))
        for call, path, error, command in (("dup2", terminals, "EMFILE", "spawn --pty"), ("execve", "/bin/sh", "ENOMEM", "spawn"),
                                           ("execve", "/bin/sh", "ENOMEM", "shell")):
            status, output, errors = self.inject(call, error, f"{command} echo run", path=path)
            self.assertEqual((status, output), (1, ""), errors)
            self.assertRegex(errors, rf"-c:1: {command.split()[0]}: the program can't be started: {call}: .*\({error}\)")

    def test_terminal_refused(self):
        """without a terminal for it the program is not run, and the error says what was missing"""
        for call, path in (("openat", "/dev/ptmx"), ("ioctl", "/dev/ptmx")):
            status, output, errors = self.inject(call, "ENOSPC", "spawn --pty echo run", path=path)
            self.assertEqual((status, output), (1, ""), errors)
            self.assertRegex(errors, r"-c:1: spawn: no terminal could be made for the program: .*\(ENOSPC\)")

    def test_guard(self):
        """a program that nobody would end with a session that is killed is not run"""
        for call, error in (("memfd_create", "EMFILE"), ("ftruncate", "ENOSPC"), ("clone", "EAGAIN"), ("dup2", "EMFILE"), ("close_range", "ENOMEM")):
            for command in ("spawn", "shell"):
                status, output, errors = self.inject(call, error, f"{command} echo run")
                self.assertEqual((status, output), (1, ""), errors)
                self.assertRegex(errors, rf"-c:1: {command}: the process that would end it with a session that is killed can't be "
                                         rf"started: .*\({error}\)")

    def test_record(self):
        """events that can't be kept are told of, and save refuses to write a part of a session"""
        self.environment["TMPDIR"] = f"{self.directory}/none"
        lines = "".join(f'print "{n} {"x" * 200}"\n' for n in range(2000))
        status, output, errors = self.run_program("-", input=lines + "save kept.socksh\n")
        self.assertEqual(status, 1, errors)
        self.assertEqual(len(re.findall(r"the file that keeps what happened earlier .* \(ENOENT\)", output)), 1)
        self.assertRegex(errors, r"save: the beginning of this session could not be kept.*\(ENOENT\)")
        self.assertFalse(os.path.exists(f"{self.directory}/kept.socksh"))


class KernelList(Injected):
    """The kernel's list of sockets may not be read."""

    SCRIPT = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\nstates\nbacklog srv\nclose c\nprint done\n"

    def refused(self, script, when=""):
        """The list is opened at the start, and again where it is asked for: by bind(2), like no other socket here."""
        return self.inject("bind", f"EPERM{when}", script)

    def test_states(self):
        """without the kernel's list, one line says what is missing, and open sockets are shown"""
        status, output, errors = self.refused("c = socket inet stream\nstates\nclose c\nprint done")
        self.assertEqual((status, errors), (0, ""), output)
        self.assertRegex(output, r"# the kernel's list of sockets \(sock_diag\) can't be read: .*\(EPERM\): only sockets "
                                 "with a descriptor are shown")
        self.assertRegex(output, r"3 +c +inet stream +CLOSED")
        self.assertIn("done", output)

    def test_rest_goes_on(self):
        """without the kernel's list everything else works"""
        status, output, errors = self.refused(self.SCRIPT, when=":when=1")
        self.assertEqual((status, errors), (0, ""), output)
        self.assertRegex(output, r"4 +c +inet stream +ESTABLISHED")
        self.assertIn("done", output)

    def test_time_wait(self):
        """without the kernel's list TIME_WAIT is not taken for CLOSED, and it is said that it was not seen"""
        status, output, errors = self.refused("srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\ns = accept srv\n"
                                              "shutdown c wr\nclose s\nlength x", when=":when=1")
        self.assertEqual((status, errors), (0, ""), output)
        self.assertNotRegex(output, r"4 .*CLOSED 127")
        self.assertEqual(len(re.findall(r"could not be asked: sock_diag failed: .* \(EPERM\)", output)), 1, output)

    def test_await_listening(self):
        """without the kernel's list nobody can tell who listens, and it is said"""
        status, _, errors = self.refused("await listening 127.0.0.1:1 10ms")
        self.assertEqual(status, 1, errors)
        self.assertIn("sock_diag", errors)


class Deadline(Case):
    def test_blocked(self):
        """--deadline ends a session that blocks, and says where"""
        status, output, errors = self.run_program("--deadline", "300ms", "-c",
                                                  "srv = tcp-listen 127.0.0.1:0\naccept srv\nprint never")
        self.assertEqual(status, 1, errors)
        self.assertNotIn("never", output)
        self.assertIn("-c:2: accept: interrupted", errors)
        self.assertIn("longer than its --deadline of 0.3 s", errors)

    def test_loop(self):
        """--deadline ends a loop"""
        status, _, errors = self.run_program("--deadline", "200ms", "-c", "repeat length x")
        self.assertEqual(status, 1, errors)
        self.assertIn("--deadline", errors)

    def test_full_signal_queue(self):
        """waits end in time also where the user's queue of signals is full"""
        script = "a b = socketpair unix stream; expect blocks recv a 5; srv = tcp-listen 127.0.0.1:0; " \
                 "s = serve srv echo --model threads; c = tcp-connect srv; send c x; recv c; stop s; recv a 5"
        status, output, errors = self.run_by_shell(f'ulimit -i 0; exec "$SOCKSH" --deadline 2s -c "{script}"')
        self.assertEqual(status, 1, errors)
        self.assertIn("recv: interrupted", errors)
        self.assertIn("longer than its --deadline", errors)
        self.assertIn("ended: stopped", output)

    def test_in_time(self):
        """a session that is in time is not touched by it"""
        self.assertEqual(self.run_program("--deadline", "60s", "-q", "-c", "print x"), (0, "x\n", ""))

    def test_wrong(self):
        """a deadline must be a duration"""
        status, _, errors = self.run_program("--deadline", "soon", "-c", "print x")
        self.assertEqual(status, 2)
        self.assertIn("--deadline takes a duration", errors)


class Spawned(Case):
    def test_ends_with_the_session(self):
        """a program that was spawned ends with the session"""
        status, output, errors = self.run_program("-q", "-c", "p = spawn exec sleep 1000\nprint $p.pid")
        self.assertEqual(status, 0, errors)
        self.assertRaises(ProcessLookupError, os.kill, int(output), 0)

    def test_end_of_children_ignored(self):
        """the status of a program is its own where whoever started the session ignores SIGCHLD"""
        status, _, errors = self.run_program("-c", "p = spawn exit 3\nawait p exit\nassert $p.status == 3\nexpect 3 shell exit 3",
                                             preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        self.assertEqual((status, errors), (0, ""))

    def test_stubborn(self):
        """one that ignores SIGTERM is ended, too"""
        status, output, errors = self.run_program(
            "-q", "-c", "p = spawn trap '' TERM; echo ready; while :; do sleep 0.1; done\nawait p line\nprint $p.pid")
        self.assertEqual(status, 0, errors)
        self.assertRaises(ProcessLookupError, os.kill, int(output.split()[0]), 0)

    def test_much_output(self):
        """of a program that prints much, the last 1M is at hand, and `output` says what is not"""
        status, output, errors = self.run_program(
            "-c", "p = spawn head -c 2999995 /dev/zero; echo last\nawait p exit\nn = length $p.out\nassert $n == 1048576\n"
                  "expect /last\\n$/ output p\noutput p")
        self.assertEqual(status, 0, errors)
        self.assertIn("1951424 bytes before these are not at hand any more; `log` has their lines", output)

    def test_lines_without_end(self):
        """a line without its newline is told in parts, and the memory of one that prints without end is bounded"""
        script = "p = spawn exec yes | tr -d '\\n'\nsleep 300ms\n" * 2 + "shell cat /proc/$PPID/status >status\n"
        status, output, errors = self.run_program("-c", script)
        self.assertEqual(status, 0, errors)
        self.assertTrue(all(len(line) <= 4096 + len("p: ") for line in output.splitlines() if line.startswith("p: ")))
        with open(f"{self.directory}/status") as file:
            used = int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1])
        self.assertLess(used, 100_000)

    def test_lines_not_awaited(self):
        """lines that nobody has awaited, and that are not at hand any more, are told of"""
        status, _, errors = self.run_program(
            "-c", "set timeout 1m\np = spawn seq 600000\nawait p line\nassert $p.line == 1\nawait p exit\nawait p line")
        self.assertEqual(status, 1)
        self.one_error(errors, "lines that p printed and nobody awaited are gone: it has printed more than 1M since")

    def test_as_it_comes(self):
        """in a script, too, what a program prints appears at once, where it belongs"""
        process = subprocess.Popen([SOCKSH, "-c", "p = spawn cat\ntype p hello\nq = spawn cat >&2\ntype q world\nsleep 1m"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment, cwd=self.directory)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), b"p: hello\n")
        self.assertEqual(process.stderr.readline(), b"q err: world\n")

    def test_tests_carry_the_end(self):
        """a test that fails under TAP tells how programs have ended, and what they wrote to standard error"""
        status, output, _ = self.run_program(
            "--tap", "-c", "p = spawn echo first >&2; echo last >&2; exit 7\nexpect 0 await p exit")
        self.assertEqual(status, 1)
        self.assertIn('  programs:\n    - name: "p"\n      end: "ended with status 7"\n      stderr:\n'
                      '        - "first"\n        - "last"\n', output)

    def test_terminal(self):
        """a program with a terminal of its own is hung up with the session, however that ends"""
        for signal_ in (signal.SIGTERM, signal.SIGKILL):
            process = subprocess.Popen([SOCKSH, "-c", "p = spawn --pty tty; exec cat\nprint $p.pid\nsleep 1m"],
                                       stdout=subprocess.PIPE, env=self.environment, cwd=self.directory)
            self.addCleanup(process.communicate)
            self.addCleanup(process.kill)
            lines = {process.stdout.readline() for _ in range(2)}
            self.assertTrue(any(line.startswith(b"p: /dev/pts/") for line in lines), lines)
            pid = next(int(line) for line in lines if not line.startswith(b"p"))
            handle = os.pidfd_open(pid)
            process.send_signal(signal_)
            self.assertTrue(select.select([handle], [], [], 30)[0], f"it outlives {signal_!r}")
            os.close(handle)

    def test_no_sockets(self):
        """it has none of the session's sockets"""
        status, output, errors = self.run_program(
            "-q", "-c", "s = socket inet stream\np = spawn ls /proc/self/fd\nawait p exit\nprint $p.out")
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(output, "0\\n1\\n2\\n3\\n\n")


class Scripts(Case):
    def test_missing(self):
        """a missing script: status 2, and one line that names it"""
        status, output, errors = self.run_program("none.socksh")
        self.assertEqual((status, output), (2, ""))
        self.one_error(errors, r"none\.socksh.*No such file")

    def test_directory(self):
        """a directory as script"""
        status, output, errors = self.run_program(".")
        self.assertEqual((status, output), (2, ""))
        self.one_error(errors, r"directory")

    def test_directory_as_input(self):
        """a directory as standard input"""
        directory = os.open(self.directory, os.O_RDONLY)
        status, output, errors = self.run_program(stdin=directory)
        os.close(directory)
        self.assertNotEqual(status, 0)
        self.assertEqual(output, "")
        self.one_error(errors, r"directory")

    def test_unreadable(self):
        """an unreadable script"""
        path = self.write("secret.socksh", "print secret\n", 0)
        words = {}
        if os.geteuid() == 0:
            os.chmod(self.directory, 0o755)
            words = {"user": 65534, "group": 65534, "extra_groups": []}
            if not os.access(SOCKSH, os.X_OK) or self.run_program("--version", **words)[0] != 0:
                self.skipTest("another user cannot run the program")
        status, output, errors = self.run_program(path, **words)
        self.assertEqual((status, output), (2, ""))
        self.one_error(errors, r"secret\.socksh.*Permission denied")

    def test_empty(self):
        """an empty script, and one of comments only"""
        for text in ("", "\n\n", "# nothing", "\ufeff", "\\\n\n"):
            status, output, errors = self.run_program(self.write("empty", text))
            self.assertEqual((status, output, errors), (0, "", ""), repr(text))

    def test_long_line(self):
        """a line of a megabyte runs; one that is wrong is shown cut"""
        word = "x" * (1 << 20)
        path = self.write("long", f"let a {word}\nlength $a\n")
        self.assertEqual(self.run_program(path), (0, f"{1 << 20}\n", ""))
        for text in (f"print {word} $nope\n", f"{word}\n", f"print \"{word}\n", f"print ${word}\n",
                     f"s = socket inet stream; connect s {word}\n", f"connect {word} 1\n", f"socket {word} stream\n",
                     f"expect {word} print a\n", f"{word} = bogus\n", f"print ${{{word}\n", "repeat " * 1000 + "print x\n"):
            for run in (lambda text=text: self.run_program(self.write("wrong", text)),
                        lambda text=text: self.run_program(input=text)):
                status, output, errors = run()
                self.assertIn(status, (1, 2), text[:40])
                self.assertLess(len(errors), 2000, errors[:3000])
                self.assertNotIn("Sanitizer", errors)

    def test_deep_blocks(self):
        """blocks nested without end are an error and no crash"""
        for text in ("{ " * 100000 + "print x" + " }" * 100000, "repeat 1 " * 100000 + "print x", "{" * 100000, "{ " * 100000):
            status, _, errors = self.run_program(input=text)
            self.assertIn(status, (0, 1, 2), errors[:300])
            self.assertNotIn("Sanitizer", errors)

    def test_executable(self):
        """a script that begins with #!/usr/bin/env -S socksh is run directly"""
        bin_directory = f"{self.directory}/bin"
        os.mkdir(bin_directory)
        os.symlink(SOCKSH, f"{bin_directory}/socksh")
        script = self.write("script", "#!/usr/bin/env -S socksh -q\nprint \"$1 $2\"\n", 0o755)
        environment = {**self.environment, "PATH": f"{bin_directory}:{os.environ['PATH']}"}
        done = subprocess.run([script, "one", "two words"], env=environment, capture_output=True, timeout=DEADLINE,
                              check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"one two words\n", b""))

    def test_many_jobs(self):
        """a thousand jobs run; one too many is an error, and changes nothing"""
        script = PAIR + "repeat 1001 { recv b & }\nprint never\n"
        status, output, errors = self.run_program("-q", "-c", script)
        self.assertEqual((status, output), (1, ""), errors[:2000])
        self.assertRegex(errors, r"jobs")
        self.assertNotIn("Sanitizer", errors)
        status, output, errors = self.run_program("-q", "-c", PAIR + "repeat 1000 { recv b 1 & }\nsend-all a fill:1000\nwait\n"
                                                  "print done\n")
        self.assertEqual((status, output[-5:]), (0, "done\n"), errors[:2000])

    def test_many_jobs_in_turn(self):
        """jobs that have ended make room for others"""
        status, output, errors = self.run_program("-q", "-c", "repeat 1100 { m = length abc & ; wait }\nprint done\n")
        self.assertEqual((status, output), (0, "done\n"), errors[:2000])

    def test_save_to_full_disk(self):
        """save to a full disk fails, and leaves the old file as it was"""
        old = self.write("saved", "old\n")
        script = "let x " + "y" * 100000 + "\nexpect EFBIG save saved\nprint kept\n"

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        status, output, errors = self.run_program("-k", input=script, preexec_fn=limit)
        self.assertEqual(status, 0, errors)
        self.assertEqual(output, "kept\n")
        self.assertEqual(pathlib.Path(old).read_text(encoding="ascii"), "old\n")
        self.assertEqual(sorted(os.listdir(self.directory)), ["home", "saved"])

    def test_file_size_limit(self):
        """a limit on file sizes is an errno and no signal"""
        status, output, errors = self.run_program(
            "-c", "expect EFBIG write-file big fill:100K\nprint here",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
        self.assertEqual((status, output), (0, "here\n"), errors)

    def test_write_file_to_full_disk(self):
        """write-file to a full device fails with ENOSPC"""
        status, _, errors = self.run_program("-c", "expect ENOSPC write-file /dev/full x")
        self.assertEqual(status, 0, errors)

    def test_history_needs_no_place(self):
        """without a home, or with a full timeline file, scripts run"""
        for name in ("HOME", "XDG_STATE_HOME", "TMPDIR"):
            with self.subTest(name):
                saved = self.environment.get(name)
                self.environment[name] = "/nonexistent"
                status, output, errors = self.run_program("-c", PAIR + "repeat 3000 { send a hello; recv b }\nprint end")
                self.assertEqual((status, errors), (0, ""))
                self.assertTrue(output.endswith("end\n"))
                if saved is None:
                    del self.environment[name]
                else:
                    self.environment[name] = saved

    def test_memory_limit(self):
        """running out of memory fails the command and not the session"""
        sanitized = any(mark in pathlib.Path(SOCKSH).read_bytes() for mark in (b"__asan_", b"__tsan_"))
        limit = resource.RLIM_INFINITY if sanitized else 400 << 20  # a sanitizer reserves terabytes itself
        status, output, errors = self.run_program(
            "-k", "-c", PAIR + f"repeat 1 {{ send a fill:{'x' if sanitized else '1G'} }}\nprint here",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        if sanitized:
            self.assertEqual((status, output), (2, ""), errors)
        else:
            self.assertEqual(status, 1, errors)
            self.assertIn("memory", errors)
            self.assertTrue(output.endswith("here\n"), output)


class Lines(Case):
    """Which line of a text it was, and what of it has run before something wrong in it is found."""

    def lines_told(self, *words, **options):
        """The numbers and texts of the lines that ran."""
        status, output, errors = self.run_program("--json", *words, **options)
        self.assertEqual((status, errors), (0, ""))
        events = [json.loads(line) for line in output.splitlines()]
        return [(event["line"], event["text"]) for event in events if event["event"] == "line"]

    def test_the_numbers_of_a_long_text(self):
        count = 9000  # 108 KB, more than is read at once
        text = "".join(f"print {number:05}\n" for number in range(1, count)) + "{\nprint last\n}\n"
        wanted = [(number, f"print {number:05}") for number in range(1, count)]
        wanted += [(count, "{\nprint last\n}"), (count + 1, "print last")]
        self.assertEqual(self.lines_told(self.write("long.socksh", text)), wanted)
        self.assertEqual(self.lines_told("-", input=text), wanted)

    def test_what_comes_before_an_error_on_standard_input_has_run(self):
        text = "print one\n\nprint two; print three\nno-such-command\nprint four\n"
        status, output, errors = self.run_program("-", input=text)
        self.assertEqual((status, output), (2, "one\ntwo\nthree\n"))
        self.assertRegex(errors, r"^stdin:4: ")
        status, output, errors = self.run_program("-k", "-", input=text)
        self.assertEqual((status, output), (1, "one\ntwo\nthree\nfour\n"))

    def test_a_long_block_on_standard_input(self):
        inside = "".join(f"print {number}\n" for number in range(5000))
        status, output, errors = self.run_program("-", input="{\n" + inside + "print \\\n last\n}\nprint behind\n")
        wanted = "".join(f"{number}\n" for number in range(5000)) + "last\nbehind\n"
        self.assertEqual((status, output, errors), (0, wanted, ""))
        status, output, errors = self.run_program("-", input="print before\n{\n" + inside + "no-such-command\n" + inside)
        self.assertEqual((status, output), (2, "before\n"))
        self.assertRegex(errors, r"^stdin:5003: ")

    def test_each_line_runs_when_it_has_come(self):
        process = subprocess.Popen([SOCKSH], env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=self.directory)
        for number in range(3):
            process.stdin.write(b"print %d\nshell true\n{\nprint a\n}\nshell true\nprint " % number)
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), b"%d\n" % number)
            self.assertEqual(process.stdout.readline(), b"a\n")
            process.stdin.write(b"joined-%d\nshell true\n" % number)
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), b"joined-%d\n" % number)
        output, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual((process.returncode, output, errors), (0, b"", b""))


class Log(Case):
    """Many events: the list of them comes in parts, and takes no more memory than one."""

    SESSION = PAIR + 'repeat 2000 { send a "hello"; recv b 64 }\n'

    def test_a_long_log_is_one_table(self):
        status, output, errors = self.run_program("-q", "-c", self.SESSION + "log\nlog -n 3\nlog a\n")
        self.assertEqual((status, errors), (0, ""))
        lines = [line for line in output.splitlines() if line != "hello"]
        heads = [number for number, line in enumerate(lines) if re.match(r" *N +AT +JOB +EVENT +WHAT$", line)]
        self.assertEqual(len(heads), 3)
        whole, last, about = lines[:heads[1]], lines[heads[1]:heads[2]], lines[heads[2]:]
        # Every line and call of the rounds, and what stands around them.
        self.assertEqual(len(whole), 1 + 8000 + 6)
        self.assertEqual({line.index("EVENT") if number == 0 else re.match(r" *\d+ +\S+ \w+ +- +", line).end()
                          for number, line in enumerate(whole)}, {whole[0].index("EVENT")})
        serials = [int(line.split()[0]) for line in whole[1:]]
        self.assertEqual(serials, sorted(set(serials)))
        self.assertEqual([re.split(" {2,}", line)[-1] for line in last[-2:]], ["log", "log -n 3"])
        self.assertEqual(len(last), 1 + 3)
        self.assertEqual(sum("send(3 a" in line for line in about), 2000)
        self.assertFalse([line for line in about if "recv(" in line])

    def test_much_data_is_shown_whole(self):
        text = "".join(f"{number} caf\u00e9 \u4e16\U0001f600 " for number in range(9000))
        self.write("much", text)
        session = PAIR + f"send-all a file:much &\nx = recv-exactly b {len(text.encode())}\nwait\n"
        status, output, errors = self.run_program("-q", "-c", session + "y = slice $x 0 5\nprint $y\n")
        self.assertEqual((status, output, errors), (0, "0 caf\n", ""))
        status, output, errors = self.run_program(
            "-q", "-c", PAIR + f"send-all a file:much &\nrecv-exactly b {len(text.encode())}\nprint end\n")
        escaped = "".join(c if c < "\x7f" else "".join(f"\\x{byte:02x}" for byte in c.encode()) for c in text)
        self.assertEqual((status, output, errors), (0, escaped + "\nend\n", ""))
        status, output, errors = self.run_program(
            "--json", "-q", "-c", PAIR + f"send-all a file:much &\nrecv-exactly b {len(text.encode())}\n")
        answers = [event for event in map(json.loads, output.splitlines()) if event["event"] == "answer"]
        self.assertEqual("".join(event["text"] for event in answers), text)
        self.assertEqual([event["more"] for event in answers], [True] * (len(answers) - 1) + [False])

    def test_its_parts_in_json(self):
        status, output, errors = self.run_program("--json", "-c", self.SESSION + "log\nstatus\n")
        self.assertEqual((status, errors), (0, ""))
        answers = [event for event in map(json.loads, output.splitlines()) if event["event"] == "answer"]
        parts = [event for event in answers if event["answer"] == "log"]
        self.assertEqual([event["more"] for event in parts], [True] * (len(parts) - 1) + [False])
        self.assertEqual(sum(len(event["rows"]) for event in parts), 8006)
        self.assertNotIn("more", answers[-1])

    def test_it_can_be_stopped(self):
        status, output, errors = self.run_program(
            "--deadline", "1s", "-q", "-c", "a b = socketpair unix stream\nrepeat 300 { send a x; recv b }\nrepeat log\n")
        self.assertEqual(status, 1)
        self.assertIn("took longer than its --deadline of 1 s", errors)


class CommandLine(Case):
    def test_version(self):
        """--version"""
        status, output, errors = self.run_program("--version")
        self.assertEqual((status, errors), (0, ""))
        self.assertRegex(output, r"\Asocksh \d+\.\d+")

    def test_help(self):
        """--help names every option, on standard output"""
        status, output, errors = self.run_program("--help")
        self.assertEqual((status, errors), (0, ""))
        for option in ("-q", "-v", "-k", "-c", "--stable", "--step", "--version", "--help"):
            self.assertIn(option, output)

    def test_unknown_option(self):
        """an unknown option, a missing argument: status 2, and the usage on standard error"""
        for words in (["--bogus"], ["-z"], ["-c"], ["--step"]):
            status, output, errors = self.run_program(*words)
            self.assertEqual((status, output), (2, ""), words)
            self.assertIn("socksh:", errors)

    def test_error_names_the_program(self):
        """the error about an option says whose it is"""
        _, _, errors = self.run_program("--bogus")
        self.assertRegex(errors.splitlines()[0], r"socksh: .*--bogus")

    def test_places_in_errors(self):
        """errors name the file, -c, or standard input"""
        self.assertRegex(self.run_program(self.write("x", "\nbogus\n"))[2], r"^\S+/x:2: ")
        self.assertRegex(self.run_program("-c", "\nbogus")[2], r"^-c:2: ")
        self.assertRegex(self.run_program(input="\nbogus\n")[2], r"^stdin:2: ")

    def test_arguments(self):
        """arguments are $1, $2 ..., whatever they look like"""
        words = ["-k", "--stable", "$x; quit 3", ""]
        script = "print $1 $2 \"$3\" \"<$4>\""
        expected = "-k --stable $x; quit 3 <>\n"
        self.assertEqual(self.run_program("-c", script, "--", *words), (0, expected, ""))
        self.assertEqual(self.run_program(self.write("x", script), *words), (0, expected, ""))
        self.assertEqual(self.run_program("-", *words, input=script), (0, expected, ""))

    def test_step_by_input(self):
        """--step with its answers on standard input"""
        script = self.write("walk", "# Says one.\nprint one\n\n# Says two,\n# twice.\nprint two\nprint three\nprint four\n")
        status, output, errors = self.run_program("--step", script, input="\nskip\nprint mine\n\nstop\n")
        self.assertEqual((status, errors), (0, ""))
        for text in ("Says one.", "print one", "one\n", "Says two,", "twice.", "mine\n", "three\n"):
            self.assertIn(text, output)
        lines = output.splitlines()
        self.assertIn("three", lines)
        self.assertNotIn("two", lines)
        self.assertNotIn("four", lines)

    def test_step_to_the_end(self):
        """rest runs what is left; a failure on the way does not end the walk"""
        script = self.write("walk", "print one\nlisten nothing\nprint two\nprint three\n")
        status, output, errors = self.run_program("--step", script, input="\n\n?\nrest\n")
        self.assertIn("three", output.splitlines())
        self.assertIn("listen", errors)
        self.assertIn(status, (0, 1))

    def test_step_of_a_wrong_script(self):
        """--step of a script that is wrong, or not there"""
        status, _, errors = self.run_program("--step", self.write("walk", "print one\nbogus\n"), input="\n\n")
        self.assertEqual(status, 2)
        self.one_error(errors, r"walk:2: ")
        status, _, errors = self.run_program("--step", "none", input="\n\n")
        self.assertEqual(status, 2)
        self.one_error(errors, r"no lesson and no script is called none; `lessons`")


class Prompt(Case):
    def open_terminal(self, *words):
        opened = terminal.Terminal([SOCKSH, *words], {**self.environment, "TERM": "xterm"}, self.directory, deadline=DEADLINE)
        self.addCleanup(opened.close)
        return opened

    def leave(self, opened):
        opened.send_line("quit")
        self.assertEqual(opened.expect_exit(), 0)

    def test_history_directory_read_only(self):
        """a history that cannot be written is said once, and the session goes on"""
        # Root may write everywhere but below a file.
        self.write("home/state", "a file, no directory")
        with self.open_terminal() as opened:
            opened.expect_prompt()
            self.assertIn("here", opened.run("print here"))
            self.assertIn("and here", opened.run("print and here"))
            self.leave(opened)
            text = "\n".join(opened.screen.all_lines())
            self.assertEqual(len(re.findall("can.t be opened", text)), 1, text)

    def test_close_of_a_blocked_socket(self):
        """close of a socket on which a job is blocked says what Linux does then"""
        with self.open_terminal() as opened:
            opened.expect_prompt()
            opened.run("a b = socketpair unix stream")
            opened.run("m = recv b &")
            opened.expect(re.compile(r"\[1\] recv\(4.*blocked"))
            shown = opened.run("close b")
            self.assertRegex(shown, r"close\(4\) = 0")
            self.assertRegex(shown, r"job")
            opened.run("send a hello")
            opened.run("wait")
            # What the shell finds at an idle prompt may be shown between the line and its answer.
            opened.send_line("print $m")
            opened.expect(re.compile("^hello$", re.M))
            self.leave(opened)

    def test_kill_of_a_blocked_job(self):
        """kill ends the call that a job blocks in with EINTR"""
        with self.open_terminal() as opened:
            opened.expect_prompt()
            opened.run("a b = socketpair unix stream")
            opened.run("{ recv b; print never } &")
            opened.expect(re.compile(r"\[1\] recv\(4.*blocked"))
            self.assertIn("blocked", opened.run("jobs"))
            opened.send_line("kill %1")
            opened.expect("EINTR")
            self.assertIn("no jobs", opened.run("jobs"))
            self.assertNotIn("never", "\n".join(opened.screen.all_lines()[-6:]))
            self.leave(opened)

    def test_foreground(self):
        """fg brings a job back, and Ctrl-C interrupts it"""
        with self.open_terminal() as opened:
            opened.expect_prompt()
            opened.run("a b = socketpair unix stream")
            opened.run("recv b &")
            opened.expect(re.compile(r"\[1\] recv\(4.*blocked"))
            # Ctrl-C may come before fg waits, and then ends fg alone: again, until it was the job's.
            while "EINTR" not in opened.text():
                opened.expect_prompt()
                opened.send_line("fg")
                opened.wait_until(lambda: opened.screen.absolute_row() > opened.mark and opened.typed() is None,
                                  "expected fg to be running")
                opened.send(terminal.CONTROL_C)
                opened.wait_until(lambda: "EINTR" in opened.text() or opened.typed() == "", "expected the prompt")
            opened.expect("EINTR")
            opened.expect_prompt()
            self.leave(opened)

    def test_raw_data(self):
        """raw bytes never go to a terminal unasked"""
        with self.open_terminal() as opened:
            opened.expect_prompt()
            shown = opened.run(r'print --raw "\x1b[5mblink"')
            self.assertNotIn(b"\x1b[5m", bytes(opened.received))
            self.assertTrue(shown)
            self.leave(opened)

    def test_step(self):
        """--step at a terminal: Enter runs a line, and the session goes on with its sockets"""
        script = self.write("walk", "# Makes a socket.\ns = socket inet stream\nprint two\n")
        with self.open_terminal("--step", script) as opened:
            opened.expect("Makes a socket.")
            opened.expect("s = socket inet stream")
            opened.send("\r")
            opened.expect("= 3")
            opened.expect("print two")
            opened.send("\r")
            opened.expect_prompt()
            opened.send_line("status")
            opened.expect(re.compile(r"3\s+s\s+inet"))
            self.leave(opened)


if __name__ == "__main__":
    tap.main()
