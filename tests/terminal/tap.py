"""Runs unittest cases and prints TAP, one line for each case."""

import sys
import unittest


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.number = 0

    def say(self, verdict, case, note="", details=""):
        self.number += 1
        title = case.shortDescription() or case.id()
        print(f"{verdict} {self.number} - {title}{note}")
        for line in details.splitlines():
            print("#", line)
        sys.stdout.flush()

    def addSuccess(self, test):
        self.say("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.say("not ok", test, details=self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.say("not ok", test, details=self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say("ok", test, note=f" # SKIP {reason}")


def main(module="__main__"):
    """Runs the cases named on the command line, or all of them; the exit status is 1 if one failed."""
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    loader = unittest.defaultTestLoader
    target = sys.modules[module]
    suite = loader.loadTestsFromNames(sys.argv[1:], target) if sys.argv[1:] else loader.loadTestsFromModule(target)
    print(f"1..{suite.countTestCases()}", flush=True)
    result = TapResult()
    suite.run(result)
    sys.exit(0 if result.wasSuccessful() else 1)
