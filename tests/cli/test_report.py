"""kindgate report: planning a survey, offline; and what the gate says of its reports, for people."""
import json
import os

from kindgate import STATUS, Answers, Test, answer

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


PREVIEW = {"on": True, "week": "2026-W48", "from": "2026-11-23", "to": "2026-11-29", "epsilon": "1", "epsilon_text": "Whoever sees all of it may be 73.1 % sure",
           "warnings": ["\033[2Jmend this"], "answers": [{
               "table": "screen-time", "question": "How many minutes of the internet did this household use on an average day of the week?",
               "choices": ["none", "some"], "truth": "some", "answer": "none", "truth_chance": "73.1 %", "other_chance": "26.9 %",
               "epsilon": "1", "epsilon_text": "Whoever sees this may be 73.1 % sure", "state": "drawn", "due": "2026-12-01T02:12:00Z",
               "leader": "Town", "helper": "University", "report_id": "ab" * 16, "time": "2969", "public_share": "cd" * 64,
               "leader_share": "", "helper_share": "", "upload": "", "upload_octets": 568}]}
REPORTS = {"on": True, "switched": "2026-11-20T17:00:00Z", "switched_by": "parent", "keep_days": 30, "epsilon": "4", "week": "2026-W47",
           "epsilon_left": "3", "relay": "", "warnings": [], "records": [],
           "surveys": [{"table": "screen-time", "question": "How many?", "epsilon": "1", "leader": "Town", "leader_url": "https://town.example/",
                        "helper": "University", "helper_url": "https://university.example/", "task": "AAAA", "min_batch_size": "5000",
                        "ends": "2027-03-01T00:00:00Z", "refused": ""}]}
NONE = {"minutes": 0, "overrides": 0, "proofs": 0, "bypass_attempts": 0}
FIGURES = {"keep_days": 30, "days": [{"date": "2026-11-22", "house": NONE}] + [
    {"date": date, "house": NONE | {"minutes": minutes, "overrides": 1}} for date, minutes in (("2026-11-23", 120), ("2026-11-24", 60))],
           "devices": [{"device": "kid", "display_name": "Tablet", "figures": NONE | {"minutes": 180, "overrides": 2}}]}
SUMMARY = {"warnings": ["2026-W47: nothing was counted, or it is forgotten"], "tables": [
    {"week": "2026-W48", "table": "words", "question": "How many?", "group": "7a", "withheld": "", "half_width": "8", "epsilon": "0.5",
     "cells": [{"label": "none", "people": "14"}, {"label": "some"}]},
    {"week": "2026-W48", "table": "words", "question": "How many?", "group": "7b", "withheld": "few_people", "half_width": "0",
     "epsilon": "0.5", "cells": [{"label": "none"}, {"label": "some"}]}]}


class OfTheGate(Test):
    def gate(self, *answers):
        """A gate that gives these answers, in the place of the one before."""
        if os.path.exists(self.path("api.sock")):
            os.unlink(self.path("api.sock"))
        server = Answers(self.path("api.sock"), *map(answer, answers))
        self.addCleanup(server.close)
        return server

    def told(self, answers, *words):
        """What people are told: within 80 columns, and nothing that a terminal would obey."""
        self.gate(*answers)
        shown = self.good("report", *words)
        self.assertNotIn("\033", shown)
        self.assertEqual([line for line in shown.splitlines() if len(line) > 80 or line != line.rstrip()], [])
        return shown

    def test_json(self):
        """--json prints the API's answer as it is, and what was asked is what the words say"""
        for words, asked, body in ((["preview"], "GET /v1/report/preview", ""), (["status"], "GET /v1/report", ""),
                                   (["on"], "PUT /v1/report", '{"on":true}'), (["off"], "PUT /v1/report", '{"on":false}'),
                                   (["figures"], "GET /v1/report/figures", ""),
                                   (["figures", "--from", "2026-11-23", "--to", "2026-11-24"], "GET /v1/report/figures?from=2026-11-23&to=2026-11-24", ""),
                                   (["figures", "--to", "a&b"], "GET /v1/report/figures?to=a%26b", ""),
                                   (["summary", "--from", "a", "--to", "b"], "POST /v1/report/summary", '{"from":"a","to":"b"}'),
                                   (["send", "--now"], "POST /v1/report/send", "")):
            server = self.gate({"later": [1]})
            self.assertEqual(self.good("report", *words, "--json"), '{"later": [1]}\n')
            self.assertEqual((server.asked[0][0].split(" HTTP")[0], server.asked[0][1]), (asked, body))

    def test_preview(self):
        """For each question: what stays here, what is said, by which chance, to whom, when, and how much it tells"""
        shown = self.told((PREVIEW, STATUS), "preview")
        for part in ("Reports are on.\n", "about the week 2026-W48, 2026-11-23 to 2026-11-29:", '"some"; it stays here', '"none"\n',
                     "what is true 73.1 % of the time, each other answer 26.9 %", "Town and University", "2026-12-01 03:12",
                     "Whoever sees this may be 73.1 % sure (ε 1)", "All together: Whoever sees all of it", "! \\x1b[2Jmend this"):
            self.assertIn(part, shown)
        self.assertNotIn("abab", shown)

    def test_preview_before_the_draw(self):
        """What isn't drawn leaves in the week after, if at all; where nobody asks nothing does; an end is told as what it is"""
        one = PREVIEW["answers"][0]
        example = {"on": False, "answers": [one | {"state": "example", "answer": "", "due": ""}]}
        shown = self.told((PREVIEW | example, STATUS), "preview")
        for part in ("Reports are off: nothing leaves this house.", "not drawn: reports are off", "if it did: at a random hour, 2026-11-30 at the earliest",
                     "2026-12-06 at"):
            self.assertIn(part, shown)
        example["answers"][0] |= {"leader": "", "helper": ""}
        shown = self.told((PREVIEW | example, STATUS), "preview")
        self.assertIn("takes part in no survey", shown)
        self.assertIn("nothing: nobody asks", shown)
        self.assertNotIn("earliest", shown)
        for state, part in (("sent", "it is sent"), ("withdrawn", "switched off"), ("failed", "report status"), ("lost", "power cut")):
            shown = self.told((PREVIEW | {"answers": [one | {"state": state, "answer": "", "due": ""}]}, STATUS), "preview")
            self.assertIn(part, shown)
            self.assertIn("not any more", shown)
        shown = self.told(({"on": False, "answers": [], "warnings": []}, STATUS), "preview")
        self.assertIn("doesn't know the time yet", shown)

    def test_preview_bytes(self):
        """--bytes adds the very bytes, in lines with a label, and how many will go"""
        shown = self.told((PREVIEW, STATUS), "preview", "--bytes")
        self.assertIn(f"    the report's id, 16 octets:\n      {'ab' * 16}\n", shown)
        self.assertIn(f"    what both get, 64 octets:\n      {'cd' * 32}\n      {'cd' * 32}\n", shown)
        self.assertIn("it will have 568 octets", shown)
        self.assertIn("2969, in units", shown)

    def test_status(self):
        """Since when and by whom, who gets answers, whether they see the address, what was sent and what waits"""
        records = [{"week": "2026-W47", "table": "screen-time", "epsilon": "1", "state": state, "due": due, "changed": "2026-11-24T05:00:00Z", "note": note}
                   for state, due, note in (("drawn", "2026-11-25T05:00:00Z", ""), ("failed", "", "the leader knows no such task"))]
        shown = self.told((REPORTS | {"records": records, "warnings": ["all is wrong"]}, STATUS), "status")
        for part in ("Reports are on since 2026-11-20 18:00, switched by parent.", "3 of it is left for 2026-W47.", "aggregators see the house's address",
                     "Town, https://town.example/", "of 5000 households or more", "leaves 2026-11-25 06:00", "failed  2026-11-24 06:00",
                     "\n2026-W47 screen-time: the leader knows no such task\n", "! all is wrong"):
            self.assertIn(part, shown)
        shown = self.told((REPORTS | {"records": records[:1] * 21, "relay": "https://relay.example/"}, STATUS), "status")
        self.assertIn("aggregators don't see the house's\naddress.", shown)
        self.assertIn("and 1 before these: --json has them", shown)
        shown = self.told((REPORTS | {"on": False, "switched": "", "surveys": []}, STATUS), "status")
        self.assertIn("Reports are off, and never were on.", shown)
        self.assertIn("nothing leaves this house", shown)

    def test_on_and_off(self):
        """Switched without a question: what that means, how to look, how to end it, and what is withdrawn"""
        shown = self.told((REPORTS,), "on")
        for part in ("Reports are on.\n", "answers 1 survey", "children's page says", "kindgate report preview", "kindgate report off"):
            self.assertIn(part, shown)
        self.assertIn("takes part in no survey", self.told((REPORTS | {"surveys": []},), "on"))
        withdrawn = [{"table": "a", "state": "withdrawn", "changed": changed} for changed in ("2026-11-20T17:00:00Z", "2026-10-01T00:00:00Z")]
        shown = self.told((REPORTS | {"on": False, "records": withdrawn},), "off")
        self.assertIn("1 answer that waited will never be sent", shown)

    def test_figures(self):
        """A bar for each day's minutes from the first that has any figures, sums by device, and that it stays here"""
        shown = self.told((FIGURES,), "figures")
        self.assertRegex(shown, r"^DAY +MINUTES +WORDS +PROOFS +WAYS AROUND\nMon 2026-11-23 +120  █{24}  1 +· +·\nTue 2026-11-24 +60  █{12} +1 ")
        self.assertRegex(shown, r"\nTablet +180  2 +· +·\n")
        self.assertIn("never leave this house, and each day is forgotten after 30 days", shown)
        self.assertIn("Sun 2026-11-22", self.told((FIGURES,), "figures", "--from", "2026-11-22"))
        self.assertIn("Nothing was counted yet", self.told((FIGURES | {"days": FIGURES["days"][:1]},), "figures"))
        self.assertIn("keep_days: 0", self.told(({"keep_days": 0, "days": []},), "figures"))
        self.assertIn("No day", self.told((FIGURES | {"days": []},), "figures"))

    def test_summary(self):
        """By week, question and group, with what is not shown and why; as CSV the lines alone"""
        words = ("summary", "--from", "2026-11-16", "--to", "2026-11-29")
        shown = self.told((SUMMARY,), *words)
        for part in ("2026-W48, words: How many?\n", "7a     none    14 ± 8\n       some    –\n", "7b: Not shown: fewer than ten people.\n", "! 2026-W47: nothing"):
            self.assertIn(part, shown)
        self.gate(SUMMARY)
        done = self.kindgate("report", *words, "--csv")
        self.assertIn("2026-W47", done.stderr)
        self.assertEqual(done.stdout.splitlines()[1:], [
            "2026-W48,7a,words,How many?,none,14,8,0.5,", "2026-W48,7a,words,How many?,some,,,0.5,few_people",
            "2026-W48,7b,words,How many?,,,,0.5,few_people"])

    def test_summary_files(self):
        """--out writes CSV, JSON and a picture of each table that is shown, in the place of what was there"""
        words = ("summary", "--from", "2026-11-16", "--to", "2026-11-29", "--out", "a/b")
        for _ in range(2):
            self.assertIn("a/b: summary.csv, summary.json and 1 picture are written. 1 table not shown", self.told((SUMMARY,), *words))
        self.assertEqual(sorted(os.listdir(self.path("a/b"))), ["2026-W48-words-7a.svg", "summary.csv", "summary.json"])
        with open(self.path("a/b/summary.json"), encoding="utf-8") as file:
            weeks = json.load(file)
        self.assertEqual([(week["period"], len(week["tables"])) for week in weeks], [("2026-W48", 2)])
        with open(self.path("a/b/2026-W48-words-7a.svg"), encoding="utf-8") as file:
            self.assertIn("14 ± 8", file.read())
        self.gate(SUMMARY)
        self.refused(2, "no such folder can be made", "report", *words[:-1], self.write("file", "") + "/below")
        self.gate(SUMMARY | {"tables": [SUMMARY["tables"][0] | {"withheld": "boredom"}]})
        self.refused(1, "use the kindgate command of the version that runs", "report", *words)

    def test_wrong_use(self):
        """Words that don't go together, or are missing, are refused before the gate is asked; its refusals come through"""
        self.refused(2, "random hour", "report", "send")
        self.refused(2, "--from is missing", "report", "summary", "--to", "2026-11-29")
        for more in (["--json"], ["--out", "x"]):
            self.refused(2, "--csv goes with neither", "report", "summary", "--from", "a", "--to", "b", "--csv", *more)
        self.refused(1, "kindgated isn't running", "report", "preview")
        server = Answers(self.path("api.sock"), answer({"error": "you may only read", "details": []}, "403 Forbidden"))
        self.addCleanup(server.close)
        self.refused(1, "you may only read", "report", "on")
