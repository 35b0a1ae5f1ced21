"""Runs all tests of this folder; the last line counts them."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


class Told(unittest.TextTestResult):
    def addSuccess(self, test):
        super().addSuccess(test)
        print("ok", test.shortDescription() or test.id(), flush=True)


def main():
    loader = unittest.TestLoader()
    if len(sys.argv) == 3 and sys.argv[1] == "-k":
        loader.testNamePatterns = [f"*{sys.argv[2]}*"]
    elif len(sys.argv) != 1:
        print("usage: tests/cli/run BIN_DIR [-k PATTERN]", file=sys.stderr)
        return 2
    suite = loader.discover(HERE, "test_*.py", HERE)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0, resultclass=Told).run(suite)
    failed = len(result.failures) + len(result.errors)
    passed = result.testsRun - failed - len(result.skipped)
    print(f"{passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 1 if failed or not result.testsRun else 0


sys.exit(main())
