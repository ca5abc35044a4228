#!/usr/bin/env python3
"""What the lab needs is missing, or goes away while it is used; and nothing of it is left behind.

    tests/faults/test_lab.py [CLASS[.CASE]...]

Environment: SOCKSH is the program (./socksh). The surroundings are made in namespaces of their own, which takes root: where nobody is
root those cases are skipped, except in CI, where they fail.
"""

import os
import re
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from test_faults import Case, DEADLINE, SOCKSH, tap  # noqa: E402

NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups"
WITHOUT_RIGHTS = "setpriv --bounding-set=-all --inh-caps=-all --ambient-caps=-all"


def wait_until(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not come true in time")
        time.sleep(0.01)


def children_of(pid):
    """The processes that any thread of a process has started."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += [int(word) for word in file.read().split()]
        except FileNotFoundError:
            pass
    return found


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def processes_with(word):
    """The processes that have the word in their command line."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                if word.encode() in file.read().split(b"\0") and is_alive(int(name)):
                    found.append(int(name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            pass
    return found


class Surroundings(Case):
    """`lab check` in places where a lab can't run names the cause, and what to do."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            if os.environ.get("CI"):
                self.fail("these cases need root, and CI may not skip them")
            self.skipTest("needs root")

    def check(self, prepare, run="", status=1):
        """The error of `lab check`, or its output, where `prepare` was done in namespaces of its own before."""
        command = f"""unshare --mount sh -ec '{prepare}; exec {run} "$SOCKSH" -c "lab check"'"""
        code, output, errors = self.run_by_shell(command)
        self.assertEqual(code, status, errors + output)
        return errors if status else output

    def device(self, mode, number="10 200"):
        return f"mount -t tmpfs none /dev/net; mknod -m {mode} /dev/net/tun c {number}"

    def test_it_can(self):
        """Otherwise nothing below says anything, and no lesson of the lab is tested."""
        code, output, errors = self.run_program("-c", "lab check")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("a lab can run here", output)

    def test_ordinary_user(self):
        self.assertIn("a lab can run here", self.check(self.device("666"), NOBODY, 0))

    def test_ordinary_user_can_do_all(self):
        script = self.write("script", "lab\nsrv = @server tcp-listen 80\nc = @client tcp-connect server:80\ns = accept srv\n"
                            'send c hi\nexpect "hi" recv s 10\nexpect 0 @server shell test $(id -u) = 65534\n'
                            "p = @client spawn exec nc -w 1 server 80\ns2 = accept srv\n"
                            "lab sysctl client tcp_sack 0\n")
        os.chmod(self.directory, 0o755)
        command = f"""unshare --mount sh -ec '{self.device(666)}; exec {NOBODY} "$SOCKSH" {script}'"""
        code, output, errors = self.run_by_shell(command)
        self.assertEqual((code, errors), (0, ""), output)

    def test_no_device(self):
        errors = self.check("mount -t tmpfs none /dev/net")
        self.one_error(errors, "there is no /dev/net/tun; load the module with: sudo modprobe tun")

    def test_device_not_permitted(self):
        errors = self.check(self.device("600"), NOBODY)
        self.one_error(errors, "/dev/net/tun can't be opened by this user.*chmod 666")

    def test_kernel_without_tun(self):
        errors = self.check(self.device("666", "10 199"))
        self.one_error(errors, "this kernel may have no TUN devices")

    def test_user_namespaces_switched_off(self):
        command = ("unshare --user --map-root-user sh -ec 'echo 0 >/proc/sys/user/max_user_namespaces; "
                   f"""exec {WITHOUT_RIGHTS} "$SOCKSH" -c "lab check"'""")
        code, _, errors = self.run_by_shell(command)
        self.assertEqual(code, 1)
        self.one_error(errors, r"user namespaces are switched off here.*sysctl user.max_user_namespaces")

    def test_root_needs_no_user_namespace(self):
        """Where they are switched off, one who may make the other namespaces does without."""
        script = "lab; s = @server tcp-listen 80; c = @client tcp-connect server:80; expect 0 @client shell true"
        command = ("unshare --user --map-root-user sh -ec 'echo 0 >/proc/sys/user/max_user_namespaces; "
                   f"""exec "$SOCKSH" -c "{script}"'""")
        code, output, errors = self.run_by_shell(command)
        self.assertEqual((code, errors), (0, ""), output)

    def test_network_namespaces_switched_off(self):
        command = ("unshare --user --map-root-user sh -ec 'echo 0 >/proc/sys/user/max_net_namespaces; "
                   f"""exec {WITHOUT_RIGHTS} "$SOCKSH" -c "lab check"'""")
        code, _, errors = self.run_by_shell(command)
        self.assertEqual(code, 1)
        self.one_error(errors, r"the limit of namespaces is reached")

    def test_confined(self):
        """AppArmor's restriction, as Ubuntu has it: a file that says so stands in for it, and a limit for what it does."""
        command = ("unshare --user --map-user=1000 --map-group=1000 --keep-caps --mount sh -ec '"
                   "mount -t tmpfs none /proc/sys/kernel; echo 1 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns; "
                   "echo 0 >/proc/sys/user/max_net_namespaces; "
                   """exec setpriv --inh-caps=-all --ambient-caps=-all "$SOCKSH" -c "lab check"'""")
        code, _, errors = self.run_by_shell(command)
        self.assertEqual(code, 1)
        self.one_error(errors, "AppArmor.*socksh.apparmor.*apparmor_parser")


class Session(Case):
    """A session with a lab, to which lines are handed one by one."""

    def start(self, *words, prefix=()):
        process = subprocess.Popen([*prefix, SOCKSH, *words], cwd=self.directory, env=self.environment, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for stream in (process.stdin, process.stdout, process.stderr):
            self.addCleanup(stream.close)
        return process

    def line(self, process, text):
        process.stdin.write(text.encode() + b"\n")
        process.stdin.flush()

    def helper_of(self, process):
        """The lab's helper, once the lab is there."""
        self.line(process, "lab")
        self.line(process, 'print "the lab is there"')
        while b"the lab is there" not in process.stdout.readline():
            pass
        children = children_of(process.pid)
        self.assertEqual(len(children), 1)
        return children[0]


class Ends(Session):
    """However the session ends, nothing of the lab is left; and what is left without the helper is told."""

    def end_by(self, end):
        process = self.start()
        helper = self.helper_of(process)
        self.line(process, "p = @server spawn exec sleep 1000")
        # These leave their process group and their session, as a daemon does.
        word = f"1000.{os.getpid()}{id(process)}"
        self.line(process, f"q = @client spawn setsid setsid sleep {word}")
        self.line(process, f"@server shell (setsid sleep {word} >/dev/null 2>&1 &)")
        wait_until(lambda: len(processes_with(word)) >= 2)
        self.line(process, 'print "pid ${p.pid} of it"')
        text = b""
        while not re.search(rb"pid \d+ of it", text):
            text = process.stdout.readline()
        program = int(re.search(rb"pid (\d+) of it", text)[1])
        self.assertTrue(is_alive(program) and is_alive(helper))
        end(process)
        process.wait(DEADLINE)
        wait_until(lambda: not is_alive(helper))
        wait_until(lambda: not is_alive(program))
        wait_until(lambda: not processes_with(word))

    def test_end_of_input(self):
        self.end_by(lambda process: process.stdin.close())

    def test_terminated(self):
        self.end_by(lambda process: process.terminate())

    def test_killed(self):
        self.end_by(lambda process: process.kill())

    def test_helper_killed(self):
        process = self.start("-k")
        self.line(process, "c = @client socket inet stream")
        helper = self.helper_of(process)
        self.line(process, "u = @client udp-bind client:0")
        self.line(process, "v = @server udp-bind server:0")
        self.line(process, 'print "made"')
        while b"made" not in process.stdout.readline():
            pass
        os.kill(helper, signal.SIGKILL)
        for text in ("@client socket inet stream", "lab host other", "lab sysctl client tcp_sack", "sendto u hi v",
                     "expect \"hi\" recv v 10", 'print "goes on"'):
            self.line(process, text)
        output, errors = process.communicate(timeout=DEADLINE)
        self.assertIn(b"goes on", output)
        self.assertIn(b'recv(4, "hi", 10, 0) = 2', output)
        self.assertEqual(errors.decode().count("the lab's helper process has ended"), 3, errors)
        self.assertNotIn(b"expected", errors)


class Killed(Session):
    """Killed by SIGKILL, or ended by a fault, a session takes with it what it has started."""

    def begin(self, *lines, prefix=()):
        """A session that has run the lines, and says so."""
        process = self.start(prefix=prefix)
        for text in lines:
            self.line(process, text)
        self.line(process, 'print "all begun"')
        text = b"\n"
        while b"all begun" not in text and text:
            text = process.stdout.readline()
        self.assertIn(b"all begun", text, process.poll())
        return process

    def word(self):
        """What the command lines of this test's programs have, and no others: a time for sleep(1)."""
        return f"1000.{os.getpid()}{self.id().rsplit('_', 1)[1]}".translate(str.maketrans("abcdefghijklmnopqrstuvwxyz", "01234567890123456789012345"))

    @staticmethod
    def guard_of(process):
        guards = [pid for pid in children_of(process.pid) if pid in processes_with("session-guard")]
        assert len(guards) == 1, guards
        return guards[0]

    def end(self, process, number=signal.SIGKILL):
        guard = self.guard_of(process)
        process.send_signal(number)
        process.wait(DEADLINE)
        wait_until(lambda: not processes_with(self.word()))
        wait_until(lambda: not is_alive(guard))

    def programs(self, count):
        wait_until(lambda: len(processes_with(self.word())) == count)

    def test_alone(self):
        """a program, and what it has started itself"""
        for number in (signal.SIGKILL, signal.SIGSEGV):
            process = self.begin(f"p = spawn (sleep {self.word()} & sleep {self.word()}) | sleep {self.word()}")
            self.programs(3)
            self.end(process, number)

    def test_shell(self):
        """what runs in the foreground, and in a job"""
        process = self.begin(f"{{\nshell sleep {self.word()}\n}} &")
        self.line(process, f"shell sleep {self.word()}")
        self.programs(2)
        self.end(process)

    def test_guard(self):
        """the guard was killed first: the next program brings another one, for all"""
        process = self.begin(f"p = spawn exec sleep {self.word()}")
        self.programs(1)
        guard = self.guard_of(process)
        os.kill(guard, signal.SIGKILL)
        wait_until(lambda: not is_alive(guard))
        self.line(process, f"q = spawn exec sleep {self.word()}")
        self.programs(2)
        self.end(process)

    def test_helper(self):
        """programs on hosts, one of them a daemon, and the lab's helper is stopped: it ends nothing"""
        process = self.start()
        helper = self.helper_of(process)
        self.line(process, f"p = @client spawn setsid setsid sleep {self.word()}")
        self.line(process, f"q = @server spawn exec sleep {self.word()}")
        self.programs(2)
        os.kill(helper, signal.SIGSTOP)
        self.end(process)
        wait_until(lambda: not is_alive(helper))

    def test_both(self):
        """session and helper are killed"""
        process = self.start()
        helper = self.helper_of(process)
        for prefix in ("@client ", "@server ", ""):
            self.line(process, f"{prefix}spawn sleep {self.word()} & sleep {self.word()}")
        self.programs(6)
        os.kill(helper, signal.SIGKILL)
        self.end(process)

    @unittest.skipUnless(os.geteuid() == 0, "it takes root to take /proc away")
    def test_without(self):
        """where there is no /proc the guard is a copy of the session"""
        process = self.begin(f"p = spawn exec sleep {self.word()}", prefix=(
            "unshare", "--mount", "sh", "-c", "mount -t tmpfs none /proc && exec \"$0\" \"$@\""))
        self.programs(1)
        guard, = (pid for pid in children_of(process.pid) if pid not in processes_with(self.word()))
        process.kill()
        process.wait(DEADLINE)
        wait_until(lambda: not processes_with(self.word()))
        wait_until(lambda: not is_alive(guard))

    def test_ended(self):
        """what has ended is not ended again: another may have its number"""
        process = self.begin("repeat 3 {\np = spawn true\nawait p exit\nshell true\n}")
        with open(f"/proc/{self.guard_of(process)}/fd/0", "rb") as file:
            self.assertEqual(file.read().strip(b"\0"), b"")
        self.end(process)

    def test_holds_nothing(self):
        """the guard has none of the session's descriptors, no terminal, and no name by which it is killed"""
        process = self.begin("a b = socketpair unix stream", "p = spawn exec sleep 1000", "close a", "expect eof recv b")
        guard = self.guard_of(process)
        held = [os.readlink(f"/proc/{guard}/fd/{number}") for number in os.listdir(f"/proc/{guard}/fd")]
        self.assertEqual(sorted(re.sub(r"\W.*", "", name.strip("/")) for name in held), ["memfd", "pipe"])
        for file in ("comm", "cmdline"):
            with open(f"/proc/{guard}/{file}", encoding="ascii") as text:
                self.assertNotIn("socksh", text.read())
        self.assertEqual((os.getsid(guard), os.getpgid(guard)), (guard, guard))
        self.line(process, "jobs\nquit")
        output, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual((process.returncode, errors, output.count(b"%")), (0, b"", 1), output)
        self.assertFalse(is_alive(guard))

    def test_nothing_spawned(self):
        """without programs there is no guard"""
        process = self.begin("s = tcp-listen 0", "v = serve s echo")
        self.assertEqual(children_of(process.pid), [])


class Interrupted(Session):
    """A helper that does not answer keeps nobody from going on."""

    def test_helper_stopped(self):
        process = self.start("-k")
        helper = self.helper_of(process)
        os.kill(helper, signal.SIGSTOP)
        self.line(process, "print begun; expect blocks @client socket inet stream; print ended")
        while b"ended" not in process.stdout.readline():
            pass
        os.kill(helper, signal.SIGCONT)
        # What it answers now was given up; the next question gets its own answer.
        self.line(process, "s = @server tcp-listen 80\nc = @client tcp-connect server:80\nassert $c.host == client")
        output, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual((process.returncode, errors), (0, b""), output)
        self.assertRegex(output, rb"client: connect\(\d+, \{AF_INET, 10\.0\.0\.2:80\}, 16\) = 0")

    def stopped(self, *words, line="lab host other"):
        """A session with a stopped helper that was asked for something."""
        process = self.start(*words)
        helper = self.helper_of(process)
        os.kill(helper, signal.SIGSTOP)
        self.line(process, f"print begun\nshell true\n{line}")  # a wait lets the output go
        while b"begun" not in process.stdout.readline():
            pass
        return process, helper

    def test_deadline(self):
        """--deadline ends a session whose helper answers the program's own question no more"""
        process, helper = self.stopped("--deadline", "1s")
        _, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn(b"longer than its --deadline", errors)
        wait_until(lambda: not is_alive(helper))

    def test_terminated(self):
        """SIGTERM ends such a session, and its helper with it"""
        process, helper = self.stopped()
        process.terminate()
        _, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM, errors)
        wait_until(lambda: not is_alive(helper))

    def test_given_up(self):
        """a helper that never answers is given up, and the error says what it may be"""
        process, helper = self.stopped()
        _, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn(b"lab host: ETIMEDOUT: the lab's helper process has not answered", errors)
        wait_until(lambda: not is_alive(helper))


class Silent(Session):
    """A call that nobody has made has no result: a helper that is stopped or gone is said to be that."""

    LINES = ("@client socket inet stream", "@client socketpair unix stream", "expect ETIMEDOUT @client socket inet stream",
             "@client tcp-connect server:80", "expect ENOTCONN @server udp-bind 0", "@client capture x.pcap on eth0",
             "lab sysctl client net.ipv4.tcp_sack")

    def end(self, process, *more):
        """What comes of the lines: what is printed behind the word begun, and the errors."""
        for text in ("print begun", *self.LINES, *more, "print done"):
            self.line(process, text)
        output, errors = process.communicate(timeout=2 * DEADLINE)
        self.assertIn(b"done", output)
        output = output.decode().split("begun\n")[-1]
        self.assertNotRegex(output, r"(socket|socketpair|getaddrinfo)\(")
        return output, [text for text in errors.decode().splitlines() if text.startswith("stdin:")]

    def begin(self, *lines):
        process = self.start("-k")
        helper = self.helper_of(process)
        for text in ("s = @server tcp-listen 80", *lines, "print ready"):
            self.line(process, text)
        while b"ready" not in process.stdout.readline():
            pass
        return process, helper

    def test_stopped(self):
        """a stopped helper has not answered, whatever was to be made, and is not waited for again and again"""
        process, helper = self.begin("c = @client tcp-connect server:80", "a = accept s")
        os.kill(helper, signal.SIGSTOP)
        output, errors = self.end(process, "close c", "expect eof recv a", "close a", "@client shell echo that is in time")
        self.assertEqual(len(errors), len(self.LINES), errors)
        for text in errors:
            self.assertIn("ETIMEDOUT: the lab's helper process has not answered", text)
        self.assertEqual(output.count("a question to the lab's helper failed: "), 1, output)
        self.assertIn("that is in time", output)

    def test_gone(self):
        """one that has ended has ended, also for programs and look-ups"""
        process, helper = self.begin("c = @client tcp-connect server:80", "a = accept s")
        os.kill(helper, signal.SIGKILL)
        programs = ("@client shell echo lost", "p = @client spawn echo lost", "@client getaddrinfo server")
        output, errors = self.end(process, "close c", "expect eof recv a", *programs)
        self.assertEqual(len(errors), len(self.LINES) + len(programs), errors)
        for text in errors:
            self.assertIn("the lab's helper process has ended", text)
        self.assertNotIn("lost", output)

    def test_relay(self):
        """a relay that gets no socket for its target says so, and does not say that of the target"""
        for number, error in ((signal.SIGSTOP, "ETIMEDOUT"), (signal.SIGKILL, "ENOTCONN")):
            process, helper = self.begin("m = @client tcp-listen 81", "v = serve m relay server:80",
                                         "e = @server socket inet stream")
            os.kill(helper, number)
            # The reset may come before connect has returned, and then that tells of it.
            self.line(process, "connect e client:81\nrecv e")
            output, errors = process.communicate(timeout=2 * DEADLINE)
            self.assertIn(b"(ECONNRESET)", errors, output)
            self.assertIn(f"a question to the lab's helper failed: {error}", output.decode())
            self.assertNotIn("ended by the other side", output.decode())


class KilledInStep(Session):
    """The helper is killed while a step waits: that is told at once, and it ends nothing but the programs on hosts."""

    TOLD = b"the lab's helper process has ended, and every program on its hosts with it"

    def kill(self, *words, lines=()):
        """A session that waits in `step until` for a FIN, and whose helper is killed then."""
        process = self.start(*words)
        helper = self.helper_of(process)
        for text in ("p = @client spawn exec sleep 1000", "s = @server tcp-listen 80", "c = @client tcp-connect server:80", "a = accept s",
                     "wire hold", *lines, "send a x", "step until flags F 1000s"):
            self.line(process, text)
        text = b""
        while b"Flags [P.]" not in text:
            text = process.stdout.readline()
            self.assertTrue(text, process.poll())
        os.kill(helper, signal.SIGKILL)
        while self.TOLD not in text:
            text = process.stdout.readline()
            self.assertTrue(text, process.poll())
        self.assertIsNone(process.poll())
        return process

    def test_goes_on(self):
        """sockets, packets and jobs go on: the step comes to the FIN that it waits for"""
        process = self.kill(lines=("{\nawait p exit\nclose a\n} &",))
        for text in ("step until c CLOSE_WAIT", "assert $p.status == 137", "expect 1 recv c", 'print "went on"'):
            self.line(process, text)
        output, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual((process.returncode, errors), (0, b""), output)
        self.assertIn(b"went on", output)
        self.assertNotIn(self.TOLD, output)

    def check_end(self, process, status, wanted=b""):
        output, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, status, errors)
        self.assertIn(wanted, errors, output)

    def test_interrupted(self):
        """Ctrl-C ends the step, and the session"""
        process = self.kill()
        process.send_signal(signal.SIGINT)
        self.check_end(process, 130)

    def test_terminated(self):
        """SIGTERM ends it, with status 143"""
        process = self.kill()
        process.terminate()
        self.check_end(process, 128 + signal.SIGTERM)

    def test_deadline(self):
        """--deadline ends it, with status 1"""
        self.check_end(self.kill("--deadline", "3s"), 1, b"longer than its --deadline")

    def test_not_told(self):
        """a session that ends its lab itself does not tell that"""
        for _ in range(10):
            status, output, errors = self.run_program("-c", "lab\n@client socket inet stream")
            self.assertEqual((status, errors), (0, ""))
            self.assertNotIn("has ended", output)


class Idle(Session):
    """Nothing is asked again and again."""

    def test_idle(self):
        """A wire on which nothing happens takes no time of the processor."""
        process = self.start()
        self.helper_of(process)
        self.line(process, "wire hold")
        self.line(process, "goto SYN_SENT")
        self.line(process, 'print "it is quiet"')
        while b"it is quiet" not in process.stdout.readline():
            pass

        def wakes():
            total = 0
            for task in os.listdir(f"/proc/{process.pid}/task"):
                with open(f"/proc/{process.pid}/task/{task}/status", encoding="ascii") as file:
                    total += int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", file.read(), re.M)[1])
            return total

        def is_quiet():
            before = wakes()
            time.sleep(0.5)
            return wakes() - before < 5  # a retransmission of the SYN may come, and wake the thread of the wire

        wait_until(is_quiet)


if __name__ == "__main__":
    tap.main()
