#!/usr/bin/env python3
"""Hostile input: scripts, data and limits that are meant to break the program. It says what is wrong, or goes on; its
memory stays bounded where the input is not; and a deadline, SIGTERM and Ctrl-C are kept all the while.

    tests/faults/test_hostile.py [CLASS[.CASE]...]

Environment: SOCKSH is the program (./socksh).
"""

import base64
import json
import os
import pathlib
import random
import re
import resource
import signal
import subprocess
import sys
import time
import unicodedata

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "terminal"))
sys.path.insert(0, str(TESTS / "faults"))

import tap  # noqa: E402
import terminal  # noqa: E402
import test_faults  # noqa: E402
from test_faults import SOCKSH  # noqa: E402

SANITIZED = any(mark in pathlib.Path(SOCKSH).read_bytes() for mark in (b"__asan_", b"__tsan_"))
MILLION = 1000000


class Case(test_faults.Case):
    """Runs with bounded memory."""

    def limited(self, *words, memory=1 << 30, limits=(), **options):
        def limit():
            if not SANITIZED:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
            for which, value in limits:
                resource.setrlimit(which, (value, value))
        return self.run_program(*words, preexec_fn=limit, **options)

    def refused(self, script, wanted, status=2):
        """The script is refused with one error that fits a screen."""
        got, output, errors = self.limited(self.write("script", script))
        self.assertEqual(got, status, errors[:500])
        self.one_error(errors, wanted)
        self.assertLess(len(errors), 2000)
        return output


class Scripts(Case):
    """What is read as a script."""

    def test_garbage(self):
        """any bytes are a script that is wrong, or one that does something; never a crash"""
        chance = random.Random(12)
        words = [b"socket", b"let", b"x", b"=", b"expect", b"repeat 2", b"{", b"}", b"$x", b'"', b"'", b"\\", b"\n", b";", b"&",
                 b"#", b"/a*/", b"@h", b"until", b"time", b"0", b"hex:", b"file:", b"fill:1", b"\0", b"\xff", b"\xe2\x80\xae",
                 b"pack", b"unpack", b"print", b"assert", b"~", b"inet", b"stream", b".", b"${", b"[::1]:0", b"names", b"slice"]
        for _ in range(60):
            raw = bytes(chance.randrange(256) for _ in range(chance.randrange(3000)))
            made = b" ".join(chance.choice(words) for _ in range(chance.randrange(400)))
            for script in (raw, made):
                status, _, errors = self.limited("--deadline", "20s", "-k", self.write("script", script))
                self.assertIn(status, (0, 1, 2), (script, errors[-500:]))
                self.assertTrue(status == 0 or errors, script)

    def test_long_line(self):
        """a line of 10 MB is one like others"""
        text = "y" * (10 * MILLION)
        status, output, errors = self.limited(self.write("script", f"let x {text}\nexpect {10 * MILLION} length $x\nprint ok\n"))
        self.assertEqual((status, errors), (0, ""))
        self.assertIn("ok", output)

    def test_long_line_of_words(self):
        """a command with a million words takes a time that grows with them, not with their square"""
        count = MILLION if not SANITIZED else MILLION // 20
        status, _, errors = self.limited("-q", self.write("script", "print " + "word " * count + "\n"), memory=4 << 30)
        self.assertEqual((status, errors), (0, ""))
        self.refused("close " + "3 " * count + "\n", "no open socket", status=1)

    def test_nesting(self):
        """a million braces, prefixes or groups are refused, without a stack for each"""
        self.refused("{ " * MILLION, "nested too deeply")
        self.refused("{ " * MILLION + "let x 1" + " }" * MILLION, "nested too deeply")
        self.refused("expect ok " * MILLION + "let x 1\n", "too many prefixes")
        self.refused("time " * MILLION + "let x 1\n", "too many prefixes")
        self.refused("repeat 2 " * MILLION + "let x 1\n", "too many prefixes")
        self.refused("expect /" + "(" * MILLION + "/ let x 1\n", "at most")
        self.refused("let x $" + "{" * MILLION + "\n", "name")
        self.refused("let x $y" + ".a" * MILLION + "\n", "y", status=1)
        self.refused("a " * MILLION + "= let x 1\n", "no command is called")

    def test_sizes(self):
        """absurd sizes are refused, or fail for want of memory, and the session goes on"""
        for line in ("let x fill:99999999999999999999", "upper fill:18446744073709551615", "upper fill:2G", "upper fill:-1",
                     "recv 3 99999999999999999999", "recv 3 18446744073709551616"):
            status, _, errors = self.limited("-c", line)
            self.assertIn(status, (1, 2) if "upper" in line or "recv" in line else (0, 1, 2), line)
            self.assertIn("socksh" if not errors else ":", errors or "socksh")
        # A sanitizer needs addresses without a limit, so there it would be a gigabyte indeed.
        much = "16M" if SANITIZED else "1G"
        status, output, errors = self.limited("-k", "-c", "a b = socketpair unix dgram\nsend a x\nrecv b 1000000000\n"
                                              f"upper fill:{much}\nprint alive", memory=512 << 20)
        self.assertIn("alive", output, errors)
        self.assertEqual(status, 0 if SANITIZED else 1)

    def test_pack(self):
        """the counts of a format do not take memory that no data fill"""
        self.refused('x = pack "' + "16000000x" * 1000 + '"\n', "counts of a format")
        self.refused("x = unpack " + "9" * 30 + "B hex:00\n", "count in a format")

    def test_regex(self):
        """expressions that explode elsewhere are found, or not, at once; too large ones are refused"""
        data = self.write("data", "a" * MILLION)
        for expression in ("a*b|(ab*c)+d", "(a+)+$b", "(a|a)*b", "(a|aa)+b", "(.*)(.*)(.*)(.*)(.*)b", "(a?){500}a{500}b",
                           "(.*a.{400}[^a]){4}"):
            status, _, errors = self.limited("-q", "-c", f"expect /{expression}/ lower file:{data}", memory=512 << 20)
            self.assertEqual(status, 1, errors[:300])
            self.one_error(errors, "expected /")
        for expression in ("a{1,32767}", "((a{99}){99}){99}", "(" * 200 + "a" + ")" * 200, "a" * 2000):
            self.refused(f"expect /{expression}/ let x 1\n", "at most")
        self.refused("expect /(.*)\\1x/ let x 1\n", "back-reference")
        status, _, errors = self.limited("-c", "let e \"a{1,32767}\"\nassert aaa ~ $e")
        self.assertEqual(status, 2, errors)

    def test_preview(self):
        """a preview at its most shows all, escaped, and no more is refused"""
        status, output, errors = self.limited("-c", "set preview 1000000000\nupper fill:1M")
        if status == 0:
            self.assertGreater(len(output), MILLION)
        else:
            self.one_error(errors, "preview")

    def test_c_locale(self):
        """in the C locale nothing but ASCII is written"""
        self.environment["LC_ALL"] = "C"
        status, output, _ = self.limited("-c", 'print "\xe4\u202e\u009b[31m"\na b = socketpair unix dgram\nsend a "\xe4"\nrecv b 10')
        self.assertEqual(status, 0)
        self.assertTrue(output.isascii(), output)


class Ends(Case):
    """Whatever computes, ends when it is told to."""

    ENDLESS = {
        "repeat": "repeat { let x 1 }",
        "prefixes": "repeat { expect ok let x 1 }",
        "regex": "repeat { until /(.?A.{900}|.*[^A].{30}){4}x/ upper $t }",
        "words": "repeat { upper $t }",
        "pack": "repeat { x = pack 1000000x }",
        "jobs": "repeat { let y 1 & ; wait }",
        "log": "repeat { log -n 100 }",
        "output": "repeat { print $t }",
    }

    def script(self, what):
        return self.write(what, f"t = upper fill:100K\nwrite-file begun-{what} x\n{self.ENDLESS[what]}\n")

    def test_deadline(self):
        """--deadline ends it, with status 1"""
        for what in self.ENDLESS:
            with self.subTest(what):
                status, _, errors = self.run_program("-q", "--deadline", "300ms", self.script(what), stdout=subprocess.DEVNULL)
                self.assertEqual(status, 1, errors[:500])
                self.assertIn("deadline", errors[-300:])

    def signalled(self, number):
        for what in self.ENDLESS:
            with self.subTest(what):
                process = subprocess.Popen([SOCKSH, "-q", self.script(what)], cwd=self.directory, env=self.environment,
                                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                while process.poll() is None and not os.path.exists(f"{self.directory}/begun-{what}"):
                    time.sleep(0.01)  # until it has begun, whenever that is
                process.send_signal(number)
                try:
                    process.communicate(timeout=test_faults.DEADLINE)
                finally:
                    process.kill()
                    process.wait()
                self.assertEqual(process.returncode, 128 + number)

    def test_terminate(self):
        """SIGTERM ends it, with status 143"""
        self.signalled(signal.SIGTERM)

    def test_interrupt(self):
        """Ctrl-C ends it, with status 130"""
        self.signalled(signal.SIGINT)


class Limits(Case):
    """Few of what a program needs."""

    def ends(self, status, errors, output):
        if status == 127 and "error while loading shared libraries" in str(errors):
            return  # the dynamic linker had none
        self.assertIn(status, (0, 1, 2), (errors, output))
        self.assertTrue(status == 0 or errors)

    def test_descriptors(self):
        """with a handful of descriptors it says so, or goes on"""
        for count in range(4, 30):
            self.ends(*self.outcome(self.limited("-c", "lab\ns = @client socket inet stream\np = spawn true\nt = tcp-listen 0",
                                                 limits=[(resource.RLIMIT_NOFILE, count)])))

    def no_memory(self):
        """with little memory it says so, or goes on"""
        for memory in range(8 << 20, 90 << 20, 4 << 20):
            status, output, errors = self.limited("-c", "x = upper fill:1M\na b = socketpair unix stream\nsend a $x &\nrecv b 10\nserve 3 echo\nlab",
                                                  memory=memory)
            self.ends(status, errors, output)

    if not SANITIZED:  # a sanitizer itself needs much
        test_memory = no_memory

    @staticmethod
    def outcome(result):
        return result[0], result[2], result[1]

    def no_processes(self):
        """where no thread can be started it says so"""
        if os.geteuid() == 0:
            command = [SOCKSH, "-c", "p = spawn true\nlet x 1 &\nlab"]
            def become():
                resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
                os.setgid(12345)
                os.setuid(12345)
            done = subprocess.run(command, preexec_fn=become, cwd="/", capture_output=True, env=self.environment, check=False,
                                  stdin=subprocess.DEVNULL, timeout=test_faults.DEADLINE)
            if done.returncode == 126 or b"Permission denied" in done.stderr and b"socksh:" not in done.stderr:
                self.skipTest("another user can't run the program here")
            self.ends(done.returncode, done.stderr, done.stdout)
            self.assertNotEqual(done.returncode, 0)
        else:
            self.ends(*self.outcome(self.limited("-c", "p = spawn true\nlet x 1 &\nlab", limits=[(resource.RLIMIT_NPROC, 0)])))

    if not SANITIZED:  # LeakSanitizer starts one of its own
        test_processes = no_processes

    def test_full_spill(self):
        """a session whose record finds no room on the disk goes on, and says what it has lost"""
        status, output, errors = self.limited("-q", "-c", "a b = socketpair unix dgram\nx = upper fill:60K\nrepeat 2000 { send a $x; recv b 60K }\nprint alive\nlog -n 1",
                                              limits=[(resource.RLIMIT_FSIZE, 1 << 20)], memory=2 << 30)
        self.assertIn("alive", output, errors)
        self.assertIn(status, (0, 1))

    def test_many_jobs(self):
        """5,000 jobs are started and ended, or refused with a word"""
        status, output, errors = self.limited("-q", "--deadline", "100s", "-c",
                                              "a b = socketpair unix dgram\nrepeat 5000 { recv a 1 & }\nprint begun", memory=64 << 30)
        self.assertIn(status, (0, 1), errors[:300])
        self.assertTrue("begun" in output or re.search("thread|job", errors), errors[:300])


# What a terminal obeys: a title, a colour by C1, DEL, bidirectional and invisible characters, overlong and broken UTF-8.
HOSTILE = (b"\x1b]0;t\x07\x9b31m\xc2\x9b31m\xc2\x9d\x7f\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf\xc0\x9b\xe0\x80\x9b\xf0\x80\x80\x9b"
           b"\xed\xa0\x80\xf4\x90\x80\x80\xff\xfe\x08\x0c\r\xe2\x80\xa8")


class Shown(Case):
    """Bytes of a peer, wherever they are shown."""

    def harmless(self, output, lines=True):
        text = output if isinstance(output, str) else output.decode("utf-8")
        for character in text:
            category = unicodedata.category(character)
            self.assertFalse(category in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") and not (lines and character in "\n\t"),
                             (hex(ord(character)), text[:2000]))

    def run_bytes(self, *words, script):
        script = script.encode() if isinstance(script, str) else script
        done = subprocess.run([SOCKSH, *words, self.write("script", script)], cwd=self.directory, env=self.environment, check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=test_faults.DEADLINE)
        return done.returncode, done.stdout, done.stderr

    def script(self):
        word = "".join(f"\\x{byte:02x}" for byte in HOSTILE)
        name = "".join(f"\\x{byte:02x}" for byte in HOSTILE if byte)
        with open(f"{self.directory}/program", "wb") as file:
            file.write(HOSTILE + b"\n")
        return (f'a b = socketpair unix dgram\nset preview 1000\nsend a "{word}"\nd = recv b 1000\nprint $d\nu = upper $d\n'
                f's = unix-listen "unix:@{name}"\nc = unix-connect s\ngetsockname s\nstatus\nstates\nlog\nnames\n'
                f'p = spawn cat program\nawait p exit\nprint $p.out\nshell cat program\n'
                f'expect "x" upper $d\nassert $d == x\nbind a "unix:/{name}"\n')

    def test_errors(self):
        """in the errors of lines that are refused, with the line itself behind them"""
        raw = HOSTILE.replace(b"\r", b"").decode("utf-8", "surrogateescape")
        for line in ('let "{}" x', 'bind 3 "{}"', "{}", "help {}", "socket {}", "expect {} let x 1", "source '{}'", "@{} let x 1", "unpack {} x"):
            status, output, errors = self.run_bytes("-k", script=line.format(raw).encode("utf-8", "surrogateescape"))
            self.assertIn(status, (1, 2), line)
            self.harmless(output)
            self.harmless(errors)

    def test_text(self):
        """as text, on standard output and standard error"""
        # What `shell` runs writes by itself, and not through the shell.
        script = self.script().replace("shell cat program\n", "")
        _, output, errors = self.run_bytes("-k", "-v", script=script)
        self.assertIn(b"getsockname", output)
        self.harmless(output)
        self.harmless(errors)

    def test_json(self):
        """as JSON, where each line is valid and the data come back whole"""
        _, output, errors = self.run_bytes("-k", "--json", script=self.script().replace("shell cat program\n", ""))
        found = 0
        for line in output.decode("utf-8").splitlines():
            self.harmless(line, lines=False)
            json.loads(line)
            found += "\\u202e" in line or base64.b64encode(HOSTILE).decode() in line
        self.assertGreater(found, 0)
        self.harmless(errors)

    def test_tap(self):
        """as TAP"""
        _, output, errors = self.run_bytes("-k", "--tap", script=self.script().replace("shell cat program\n", ""))
        self.harmless(output)
        self.harmless(errors)

    def test_stable(self):
        """with --stable, in the C locale"""
        self.environment["LC_ALL"] = "C"
        _, output, errors = self.run_bytes("-k", "--stable", script=self.script().replace("shell cat program\n", ""))
        self.harmless(output)
        self.assertTrue(output.isascii() and errors.isascii())

    def test_history(self):
        """from the history, where another program may have written it"""
        os.makedirs(f"{self.directory}/home/state/socksh")
        with open(f"{self.directory}/home/state/socksh/history", "wb") as file:
            file.write(b"let x " + HOSTILE.replace(b"\r", b"") + b"\n")
        with terminal.Terminal([SOCKSH], {**self.environment, "TERM": "xterm"}, self.directory) as opened:
            opened.expect_prompt()
            before = len(opened.received)
            opened.send(terminal.UP)
            opened.expect("let x")
            opened.send(terminal.CONTROL_C)
            opened.run("print ended")
            shown = bytes(opened.received)[before:]
        self.assertNotIn(b"\x1b]0;", shown)
        self.assertNotIn(b"\xc2\x9b", shown)
        self.assertNotIn("\u202e".encode(), shown)


class Exported(Case):
    """Bytes of a peer, and lines, in programs that `export` writes: they stay strings and comments."""

    FRAGMENTS = [
        b'*/ system("touch owned"); /*', b'"); system("touch owned"); ("', b'\\"); system("touch owned"); //', b"??/\"); abort(); //", b"??",
        b"\nshell touch owned\n", b"\n__import__('os').system('touch owned')\n", b'""" + open("owned", "w").name + """', b"'''", b"%s%n%d{}",
        b"$(touch owned) `touch owned` $HOME ${x}", b"file:/etc/passwd", b"hex:41", b"fill:5", b"\\", b"\\\n", b"//\\", b"/*", b"*/", b"# \\",
        b"1\x000\x001", b"\x80\xff0", bytes(range(256)), HOSTILE, b"?" * 100 + b"/\"", b"a\nb\n" * 30,
    ]

    def exported(self, form):
        lines = ["a b = socketpair unix dgram"]
        for fragment in self.FRAGMENTS:
            word = "".join(f"\\x{byte:02x}" for byte in fragment)
            lines += [f'send a "{word}"', f'expect "{word}" recv b 1000']
        # What was typed stands in comments: as it was typed, and what ends a comment is in it.
        lines += [f"send a '{text}' # {text}" for text in ("*/ x", "/* x", "//x\\", "??/", "??/??/\\", '"""', "\u202e", "\u2028x")]
        lines += [r"""u = unix-listen 'unix:@"); system("touch owned"); ("'""", r"""v = unix-listen "unix:@\"\"\"\n\\" """, "w = unix-connect v"]
        lines += ["repeat 8 { recv b 1000 }", f"export {form} {self.directory}/program.{form}"]
        status, _, errors = self.run_program(self.write("script", "\n".join(lines) + "\n"))
        self.assertEqual((status, errors), (0, ""))
        return f"{self.directory}/program.{form}"

    def runs(self, *command):
        done = subprocess.run(command, cwd=self.directory, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              timeout=test_faults.DEADLINE)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertFalse(os.path.exists(f"{self.directory}/owned"))

    def test_c(self):
        """in C, without a warning"""
        source = self.exported("c")
        self.runs(*os.environ.get("CC", "cc").split(), "-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-o", f"{source}.out", source)
        self.runs(f"{source}.out")

    def test_python(self):
        """in Python"""
        self.runs(sys.executable, "-W", "error::SyntaxWarning", self.exported("python"))

    def test_script(self):
        """in scripts of this shell"""
        self.runs(SOCKSH, "-q", self.exported("script"))


if __name__ == "__main__":
    tap.main()
