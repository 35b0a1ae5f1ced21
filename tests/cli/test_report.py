"""kindgate report: planning a survey, offline."""
import json

from kindgate import Test

TRUTH = 'screen-time,share\nnone,20\n"up to, about, an hour",30\nmore,50\n'


class Simulate(Test):
    def simulate(self, *more, truth=TRUTH):
        """What it prints; progress, if it takes long, is on standard error."""
        done = self.kindgate("report", "simulate", "--truth", self.write("truth.csv", truth), *more)
        self.assertEqual(done.returncode, 0, done)
        for line in done.stderr.splitlines():
            self.assertRegex(line, r"^\d+ of \d+ households, \d+ s$")
        return done.stdout

    def json(self, *more):
        lines = self.simulate("--json", *more).splitlines()
        self.assertEqual(len(lines), 1)
        return json.loads(lines[0])

    def test_estimates(self):
        """Truth, estimate and error of each answer: with much ε the estimate is the truth"""
        answer = self.json("--households", "200", "--epsilon", "20", "--seed", "a")
        self.assertEqual(list(answer), ["table", "households", "epsilon", "answers", "households_for_2_points", "sealed", "report_bytes", "threads", "seconds"])
        self.assertEqual((answer["table"], answer["households"], answer["epsilon"], answer["sealed"]), ("screen-time", 200, "20", 200))
        self.assertEqual([one["answer"] for one in answer["answers"]], ["none", "up to, about, an hour", "more"])
        for one, households in zip(answer["answers"], (40, 60, 100), strict=True):
            self.assertEqual((one["households"], one["counted"], one["truth"]), (households, households, households / 200))
            self.assertAlmostEqual(one["estimate"], one["truth"], places=4)
            self.assertLess(one["error_95"], 0.001)

    def test_seed(self):
        """The same seed gives the same draws, another or none others; with less ε the error is larger, and estimates are within it"""
        def counted(*words):
            return [one["counted"] for one in self.json("--households", "120", "--epsilon", "1", *words)["answers"]]
        self.assertEqual(counted("--seed", "a"), counted("--seed", "a"))
        self.assertNotEqual(counted("--seed", "a"), counted("--seed", "b"))
        answers = self.json("--households", "120", "--epsilon", "1", "--seed", "a")["answers"]
        self.assertAlmostEqual(sum(one["estimate"] for one in answers), 1, places=4)
        for one in answers:
            self.assertGreater(one["error_95"], 0.05)
            self.assertLess(abs(one["estimate"] - one["truth"]), 2.5 * one["error_95"])

    def test_full(self):
        """With --full all reports are sealed and opened again, and nothing else is drawn"""
        whole, sample = (self.json("--households", "60", "--seed", "a", *more) for more in (["--full"], []))
        self.assertEqual((whole["sealed"], whole["answers"]), (60, sample["answers"]))

    def test_text(self):
        """For people a table, what two points take, and how long it took"""
        out = self.simulate("--households", "100", "--seed", "a")
        self.assertRegex(out, r"^screen-time: 100 households, ε 2\n\nANSWER +TRUTH +ESTIMATE +ERROR \(95 %\)\nnone +20\.00 % +-?\d+\.\d\d % +± \d+\.\d\d %\n")
        self.assertIn("An error of ± 2 points takes 3477 households.\n100 reports of ", out)
        self.assertRegex(out, r"\d+\.\d s on \d+ threads?: \d+ households a second\.\n$")

    def test_wrong_words(self):
        """A file, ε or number that is none: status 2, and what to write"""
        words = ["report", "simulate", "--households", "10", "--truth", self.write("truth.csv", TRUTH)]
        self.refused(2, "write a number from 0.001 to 20 with at most 3 decimals", *words, "--epsilon", "1e3")
        self.refused(2, "1 to 100000000 households", "report", "simulate", "--households", "0", "--truth", self.path("truth.csv"))
        self.refused(2, "--truth", "report", "simulate", "--households", "10")
        self.refused(2, "nothing.csv: can't be read", "report", "simulate", "--households", "10", "--truth", "nothing.csv")
        self.write("truth.csv", "screen-time,share\nnone,1\nsome,many\n")
        self.refused(2, "truth.csv:3: 'many' is no share: write a number", *words)
