#!/usr/bin/env python3
"""Files of the user: what replaces them keeps what is theirs - links, permissions, owners - and never touches a device.

    tests/faults/test_files.py [CLASS[.CASE]...]

Environment: SOCKSH is the program (./socksh).
"""

import os
import pathlib
import signal
import stat
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "terminal"))
sys.path.insert(0, str(TESTS / "faults"))

import tap  # noqa: E402
import terminal  # noqa: E402
import test_faults  # noqa: E402
from test_faults import SOCKSH  # noqa: E402

RECEIVE = "a b = socketpair unix stream\nsend a hello\nclose a\n"


class Case(test_faults.Case):
    """What both kinds of test need."""

    def path(self, name):
        return os.path.join(self.directory, name)

    def mode(self, name):
        return stat.S_IMODE(os.lstat(self.path(name)).st_mode)

    def make_device(self, name):
        try:
            os.mknod(self.path(name), 0o666 | stat.S_IFCHR, os.makedev(1, 3))
            os.chmod(self.path(name), 0o666)
            open(self.path(name), "rb").close()
        except OSError as error:
            self.skipTest(f"no device can be made here: {error}")


class Files(Case):
    """Every command that writes a file: save and recv-file replace it, write-file and capture write into it, as the system's > does."""

    WRITERS = {"save": "let x 1\nsave {}\n", "recv-file": RECEIVE + "recv-file b {}\n", "write-file": "write-file {} hello\n",
               "capture": "lab\ncapture {}\ncapture off\n"}
    INTO = ("write-file", "capture")

    def each(self):
        for name, script in self.WRITERS.items():
            with self.subTest(name):
                yield name, script

    def write_with(self, script, name, status=0):
        got, _, errors = self.run_program(self.write("script", script.format(name)), preexec_fn=lambda: os.umask(0o022))
        self.assertEqual(got, status, errors)
        return errors

    def test_mode(self):
        """a file that only its owner may read stays so, and a new one has what the umask leaves"""
        for name, script in self.each():
            for mode in (0o600, 0o640, 0o755):
                self.write(name, "old\n", mode)
                self.write_with(script, name)
                self.assertEqual(self.mode(name), mode)
                self.assertNotIn(b"old", pathlib.Path(self.path(name)).read_bytes())
            self.write_with(script, f"{name}.new")
            self.assertEqual(self.mode(f"{name}.new"), 0o644)

    def test_link(self):
        """a symbolic link stays one, and the file that it leads to is written"""
        for name, script in self.each():
            os.mkdir(self.path(f"{name}.d"))
            self.write(f"{name}.d/real", "old\n", 0o600)
            os.symlink(f"{name}.d/real", self.path(name))
            self.write_with(script, name)
            self.assertTrue(os.path.islink(self.path(name)))
            self.assertEqual(self.mode(f"{name}.d/real"), 0o600)
            self.assertNotIn(b"old", pathlib.Path(self.path(f"{name}.d/real")).read_bytes())
            self.assertEqual(os.listdir(self.path(f"{name}.d")), ["real"])

    def test_pipe(self):
        """what is no file is written into, or refused, and stays what it is"""
        for name, script in self.each():
            os.mkfifo(self.path(name), 0o644)
            reader = os.open(self.path(name), os.O_RDONLY | os.O_NONBLOCK)
            self.addCleanup(os.close, reader)
            self.write_with(script, name, 1 if name == "recv-file" else 0)
            self.assertTrue(stat.S_ISFIFO(os.lstat(self.path(name)).st_mode))
            self.assertEqual(self.mode(name), 0o644)
            if name != "recv-file":
                self.assertTrue(os.read(reader, 1000))

    def test_device(self):
        """root writes into a device, and it stays one, with its permissions"""
        self.make_device("device")
        for name, script in self.each():
            self.write_with(script, "device", 1 if name == "recv-file" else 0)
            self.assertTrue(stat.S_ISCHR(os.lstat(self.path("device")).st_mode))
            self.assertEqual(self.mode("device"), 0o666)

    def test_nowhere(self):
        """a link that leads nowhere is not replaced; what is written into makes the file that it names"""
        for name, script in self.each():
            os.symlink(f"{name}.real", self.path(name))
            if name in self.INTO:
                self.write_with(script, name)
                self.assertEqual(self.mode(f"{name}.real"), 0o644)
            else:
                self.assertIn("ENOENT", self.write_with(script, name, 1))
            self.assertEqual(os.readlink(self.path(name)), f"{name}.real")

    def test_same_file(self):
        """what is written into stays the same file, for whoever has it open or linked"""
        for name, script in self.each():
            if name not in self.INTO:
                continue
            self.write(name, "old\n" * 1000, 0o600)
            os.link(self.path(name), self.path(f"{name}.other"))
            self.write_with(script, name)
            data = pathlib.Path(self.path(f"{name}.other")).read_bytes()
            self.assertTrue(data)
            self.assertNotIn(b"old", data)

    def test_refused(self):
        """a directory, and a place that is not there, are named, and nothing is made"""
        os.mkdir(self.path("directory"))
        for name, script in self.each():
            self.assertRegex(self.write_with(script, "directory", 1), r"directory (is no file|.*EISDIR)")
            self.assertRegex(self.write_with(script, "none/file", 1), r"none/file.*ENOENT")
        self.assertEqual(os.listdir(self.path("directory")), [])

    def test_owner(self):
        """root's save leaves a file to its owner"""
        if os.geteuid() != 0:
            self.skipTest("only root may give files away")
        for name, script in self.each():
            os.chown(self.write(name, "old\n", 0o600), 12345, 23456)
            self.write_with(script, name)
            status = os.lstat(self.path(name))
            self.assertEqual((status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)), (12345, 23456, 0o600))


class History(Case):
    """The file of the prompt's lines."""

    def setUp(self):
        super().setUp()
        os.makedirs(self.path("home/state/socksh"))
        self.history = self.path("home/state/socksh/history")

    def leave(self, *lines, wanted=0):
        opened = terminal.Terminal([SOCKSH], {**self.environment, "TERM": "xterm"}, self.directory, rows=40)
        self.addCleanup(opened.close)
        opened.expect_prompt()
        for line in lines:
            opened.run(line)
        opened.send(terminal.CONTROL_D)
        self.assertEqual(opened.expect_exit(), wanted, opened.describe())
        return opened

    def test_link_to_device(self):
        """a history that is a link to a device, as to /dev/null, is none, and the device keeps its permissions"""
        self.make_device("null")
        os.symlink(self.path("null"), self.history)
        opened = self.leave("let x 1")
        self.assertNotIn("history", opened.text())
        self.assertEqual(self.mode("null"), 0o666)
        self.assertTrue(os.path.islink(self.history))

    def link_to_null(self):
        """a link to /dev/null works without a word, for whoever is not root"""
        before = os.stat("/dev/null").st_mode
        os.symlink("/dev/null", self.history)
        self.assertNotIn("history", self.leave("let x 1").text())
        self.assertEqual(os.stat("/dev/null").st_mode, before)

    if os.geteuid() != 0:  # root's is tried with a device of its own
        test_link_to_null = link_to_null

    def test_own_link(self):
        """a link to a file of one's own is followed, and stays"""
        self.write("dotfile", "let y 2\n", 0o600)
        os.symlink(self.path("dotfile"), self.history)
        self.leave("let x 1")
        self.assertTrue(os.path.islink(self.history))
        self.assertEqual(pathlib.Path(self.path("dotfile")).read_text(encoding="utf-8"), "let y 2\nlet x 1\n")

    def test_foreign_link(self):
        """a link that somebody else has made is not followed by root"""
        if os.geteuid() != 0:
            self.skipTest("only root can give a link away")
        self.write("system", "root:x:0:0\n", 0o644)
        os.symlink(self.path("system"), self.history)
        os.lchown(self.history, 12345, 12345)
        self.assertIn(b"can't be opened", bytes(self.leave("let x 1").received))
        self.assertEqual(pathlib.Path(self.path("system")).read_text(encoding="utf-8"), "root:x:0:0\n")
        self.assertEqual(self.mode("system"), 0o644)

    def test_pipe(self):
        """a history that is a pipe is none, and nobody waits for its reader"""
        os.mkfifo(self.history)
        self.leave("let x 1")

    def test_large(self):
        """of a history that is too large the newest lines are kept"""
        line = "let x " + "y" * 2000
        with open(self.history, "w", encoding="utf-8") as file:
            for number in range(9500):
                file.write(f"{line}{number:05}\n")
        self.assertGreater(os.stat(self.history).st_size, 16 << 20)
        self.leave("let z 3")
        with open(self.history, encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(lines[-1], "let z 3")
        self.assertEqual(lines[-2], f"{line}09499")
        numbers = [int(text[-5:]) for text in lines[:-1]]
        self.assertEqual(numbers, list(range(numbers[0], 9500)))
        self.assertLess(os.stat(self.history).st_size, 16 << 20)
        self.assertEqual(stat.S_IMODE(os.stat(self.history).st_mode), 0o600)


class Shown(test_faults.Case):
    """Names of files that somebody else has chosen."""

    def test_names_at_tab(self):
        """TAB lists names with control, format and bidirectional characters escaped"""
        hostile = ["z\x1b]0;title\x07", "z\u009b31m", "z\u202etxt", "z\x7f", "z\u200bhidden"]
        for name in hostile:
            self.write(name, "")
        with terminal.Terminal([SOCKSH], {**self.environment, "TERM": "xterm"}, self.directory) as opened:
            opened.expect_prompt()
            opened.send("write-file z" + terminal.TAB + terminal.TAB)
            opened.expect("z\\xe2\\x80\\xaetxt")
            for name in hostile:
                self.assertNotIn(name[1:2].encode() + name[2:3].encode(), bytes(opened.received))
            self.assertNotIn(b"\x1b]0;", bytes(opened.received))


class HangUp(test_faults.Case):
    """The terminal goes away."""

    def hang_up(self, line, shown):
        opened = terminal.Terminal([SOCKSH], {**self.environment, "TERM": "xterm"}, self.directory)
        self.addCleanup(opened.close)
        opened.expect_prompt()
        if line:
            opened.send_line(line)
            opened.expect(shown)
        os.kill(opened.process, signal.SIGHUP)  # as the kernel does: SIGHUP, and SIGCONT behind it
        os.kill(opened.process, signal.SIGCONT)
        self.assertEqual(opened.expect_exit(), 128 + signal.SIGHUP, opened.describe())

    def test_at_the_prompt(self):
        """129 at an empty prompt"""
        self.hang_up("", "")

    def test_with_jobs(self):
        """129 while a job and a command are blocked"""
        self.hang_up("a b = socketpair unix stream; recv a & ; recv b", "recv")

    def test_terminal_closed(self):
        """129 when the terminal itself is closed"""
        opened = terminal.Terminal([SOCKSH], {**self.environment, "TERM": "xterm"}, self.directory)
        self.addCleanup(opened.close)
        opened.expect_prompt()
        opened.send_line("a b = socketpair unix stream; recv a &")
        opened.expect("[1]")
        opened.hang_up()
        self.assertEqual(opened.expect_exit(), 128 + signal.SIGHUP)


if __name__ == "__main__":
    tap.main()
