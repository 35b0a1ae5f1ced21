"""Runs all tests of this folder, as many at a time as there are cores; the last line counts them."""
import concurrent.futures
import io
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


class Told(unittest.TextTestResult):
    def addSuccess(self, test):
        super().addSuccess(test)
        self.stream.writeln(f"ok {test.shortDescription() or test.id()}")


def loader():
    loads = unittest.TestLoader()
    if len(sys.argv) == 3:
        loads.testNamePatterns = [f"*{sys.argv[2]}*"]
    return loads


def each(suite):
    for part in suite:
        yield from each(part) if isinstance(part, unittest.TestSuite) else [part]


def run(name):
    """One test in a process of its own: what it printed; whether it failed; whether it was skipped."""
    text = io.StringIO()
    result = unittest.TextTestRunner(stream=text, verbosity=0, resultclass=Told).run(loader().loadTestsFromName(name))
    failed = not result.wasSuccessful()
    lines = text.getvalue().splitlines(keepends=True)
    return "".join(lines if failed else [line for line in lines if line.startswith("ok ")]), failed, bool(result.skipped)


def main():
    if len(sys.argv) != 1 and not (len(sys.argv) == 3 and sys.argv[1] == "-k"):
        print("usage: tests/cli/run BIN_DIR [-k PATTERN]", file=sys.stderr)
        return 2
    names = [test.id() for test in each(loader().discover(HERE, "test_*.py", HERE))]
    failed = skipped = 0
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        for done in concurrent.futures.as_completed([pool.submit(run, name) for name in names]):
            text, bad, left_out = done.result()
            print(text, end="", flush=True)
            failed += bad
            skipped += left_out
    print(f"{len(names) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not names else 0


sys.exit(main())
