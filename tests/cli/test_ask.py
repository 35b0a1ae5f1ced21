"""kindgate explain and timeline by a policy file."""
import json
import os
import re
import shutil

from kindgate import POLICIES, SMALL, Test


class Explain(Test):
    def setUp(self):
        super().setUp()
        self.policy = self.write("small.textproto", SMALL)

    def explain(self, *more):
        return ("explain", "--policy", self.policy, *more)

    def test_json(self):
        """One object a line with decision, mode, until and because, in this order and without blanks"""
        out = self.good(*self.explain("--profile", "kids", "--at", "2026-11-24T21:00", "--json"))
        self.assertEqual(out, '{"decision":"BLOCK","mode":"OFF","until":"2026-11-25T06:00:00Z","because":'
                              '[{"rule":"windows[0]","text":"Bedtime: off daily 21:00-07:00"}]}\n')

    def test_no_end(self):
        """Where nothing changes within 400 days, until is empty"""
        self.write("small.textproto", 'time_zone: "UTC" profiles { id: "kids" }')
        [got] = self.json_lines(*self.explain("--profile", "kids", "--at", "2026-11-24T21:00", "--json"))
        self.assertEqual((got["decision"], got["until"], got["because"][0]["rule"]), ("ALLOW", "", "default_mode"))

    def test_instants(self):
        """RFC 3339 and local times; in a gap the jump, in an overlap the first occurrence"""
        def until(at):
            [got] = self.json_lines(*self.explain("--device", "phone", "--at", at, "--json"))
            return got["until"]
        self.assertEqual(until("2026-11-24T20:59:59+01:00"), "2026-11-24T20:00:00Z")
        self.assertEqual(until("2026-11-24T20:00:00Z"), "2026-11-25T06:00:00Z")
        self.assertEqual(until("2026-03-29T02:30"), "2026-03-29T05:00:00Z")
        self.assertEqual(until("2026-10-25T02:30"), "2026-10-25T06:00:00Z")

    def test_devices(self):
        """A device is found by its id and by its hardware address, in any spelling"""
        for device in ("phone", "02:00:5e:10:00:01", "02-00-5E-10-00-01"):
            self.assertIn("BLOCK (OFF) until tomorrow 07:00\nbecause windows[0]: Bedtime",
                          self.good(*self.explain("--device", device, "--at", "2026-11-24T22:00")))

    def test_now(self):
        """Without --at it is about now"""
        self.assertRegex(self.good(*self.explain("--profile", "kids")), r"^(ALLOW \(OPEN\)|BLOCK \(OFF\)) until ")

    def test_wrong_input(self):
        """Unknown ids, two subjects or none, a time that is none, a wrong policy, no name: status 2"""
        for part, more in (("no profile 'kid'", ("--profile", "kid")), ("no device 'tablet'", ("--device", "tablet")),
                           ("one of --device ID and --profile ID", ()),
                           ("one of --device ID and --profile ID", ("--device", "phone", "--profile", "kids")),
                           ("soon", ("--profile", "kids", "--at", "soon")),
                           ("is not a name", ("--profile", "kids", "--domain", "x y"))):
            self.refused(2, part, *self.explain(*more))
        self.write("small.textproto", SMALL.replace("daily", "dayly"))
        self.refused(2, f"{self.policy}:5:", *self.explain("--profile", "kids"))
        self.refused(2, "can't be read", "explain", "--policy", self.path("none"), "--profile", "kids")


class Names(Test):
    """--domain, by a policy file, a pack and the files that come with kindgate."""

    def setUp(self):
        super().setUp()
        self.policy = self.write("p.textproto", """time_zone: "UTC"
profiles {
  id: "kids"
  windows { days: "daily" from: "19:00" to: "21:00" mode: OFF categories: "games" }
  content { block_categories: "adult" safe_search: true }
}
profiles { id: "parents" }
""")
        self.write("games.txt", "games.example\n")
        self.write("adult.txt", "adult.example\n")
        self.good("pack", "build", "--out", self.path("starter.pack"), "games=games.txt", "adult=adult.txt")
        for file in "safesearch.textproto", "helplines.textproto":
            shutil.copy(os.path.join(POLICIES, file), self.folder)

    def explain(self, name, *more, profile="kids", at="2026-11-24T20:00"):
        return ("explain", "--policy", self.policy, "--data", self.folder, "--profile", profile, "--at", at, "--domain", name, *more)

    def test_decisions(self):
        """Categories of packs, windows for them, helplines; until the answer or its reason changes"""
        for name, decision, rule, until in (
                ("www.adult.example", "BLOCK", "content.block_categories[0]", ""),
                ("games.example", "BLOCK", "windows[0]", "2026-11-24T21:00:00Z"),
                ("plain.example", "ALLOW", "default_mode", ""),
                ("www.nummergegenkummer.de", "ALLOW", "always_reachable", "")):
            [got] = self.json_lines(*self.explain(name, "--json"))
            self.assertEqual((got["decision"], got["because"][0]["rule"], got["until"]), (decision, rule, until), name)
        [got] = self.json_lines(*self.explain("adult.example", "--json", profile="parents"))
        self.assertEqual(got["decision"], "ALLOW")

    def test_safe_search(self):
        """A name that is answered as another one's says so"""
        self.assertIn("answered as strict.bing.com\n", self.good(*self.explain("www.bing.com")))
        [got] = self.json_lines(*self.explain("www.bing.com", "--json"))
        self.assertEqual(got["answered_as"], "strict.bing.com")

    def test_missing_files(self):
        """What isn't there is named, with what to do; status 2"""
        os.unlink(self.path("starter.pack"))
        self.refused(2, "starter.pack: can't be read", *self.explain("plain.example"))
        os.unlink(self.path("helplines.textproto"))
        self.refused(2, "with --data", *self.explain("plain.example"))

    def test_scenario(self):
        """A scenario's domain is judged as explain does"""
        case = """policy: "p.textproto"
cases { name: "n" profile: "kids" at: "2026-11-24T20:00" domain: "games.example" expect { decision: "BLOCK" rule: "windows[0]" } }
cases { name: "m" profile: "kids" at: "2026-11-24T12:00" domain: "games.example" expect { decision: "ALLOW" until: "2026-11-24T19:00" } }
"""
        path = self.write("s.scenario.textproto", case)
        self.assertIn("2 passed, 0 failed", self.good("policy", "test", "--data", self.folder, path))
        self.write("s.scenario.textproto", case.replace('"BLOCK"', '"ALLOW"'))
        done = self.kindgate("policy", "test", "--data", self.folder, path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("differs:  decision", done.stdout)
        self.write("s.scenario.textproto", case.replace("games.example", "games example", 1))
        done = self.kindgate("policy", "test", "--data", self.folder, path)
        self.assertEqual(done.returncode, 2)
        self.assertIn(":2:58: 'games example' is not a name", done.stderr)


class Timeline(Test):
    def setUp(self):
        super().setUp()
        self.policy = self.write("small.textproto", SMALL)

    def timeline(self, *more):
        return ("timeline", "--policy", self.policy, "--profile", "kids", *more)

    def test_json(self):
        """A line a stretch, gapless, from the first instant of --from to the end of --to"""
        lines = self.good(*self.timeline("--from", "2026-03-28", "--to", "2026-03-29", "--json")).splitlines()
        self.assertEqual(lines[0], '{"from":"2026-03-27T23:00:00Z","to":"2026-03-28T06:00:00Z","mode":"OFF","because":'
                                   '[{"rule":"windows[0]","text":"Bedtime: off daily 21:00-07:00"}]}')
        stretches = [json.loads(line) for line in lines]
        self.assertEqual([stretch["from"] for stretch in stretches[1:]], [stretch["to"] for stretch in stretches[:-1]])
        self.assertEqual([stretch["mode"] for stretch in stretches], ["OFF", "OPEN", "OFF", "OPEN", "OFF"])
        self.assertEqual(stretches[-1]["to"], "2026-03-29T22:00:00Z")

    def test_agrees_with_explain(self):
        """explain's until is the end of the timeline's stretch"""
        for stretch in self.json_lines(*self.timeline("--from", "2026-10-24", "--to", "2026-10-26", "--json"))[:-1]:
            [got] = self.json_lines("explain", "--policy", self.policy, "--profile", "kids", "--at", stretch["from"], "--json")
            self.assertEqual((got["until"], got["mode"], got["because"]), (stretch["to"], stretch["mode"], stretch["because"]))

    def test_week_of_bars(self):
        """A row a day, a legend, and the stretches below; as plain text where nobody looks"""
        out = self.good("timeline", "--policy", f"{POLICIES}/home.textproto", "--profile", "older",
                        "--from", "2026-03-23", "--to", "2026-03-29")
        rows = re.findall(r"^... (2026-03-2\d) │(.{48})│(.*)$", out, re.M)
        self.assertEqual([day[-2:] for day, _, _ in rows], ["23", "24", "25", "26", "27", "28", "29"])
        self.assertEqual(rows[0][1], "·" * 13 + "█" * 16 + "▒" * 4 + "█" * 4 + "·" + "█" * 5 + "·" * 5)
        self.assertEqual([note for _, _, note in rows], [""] * 6 + [" clocks change"])
        self.assertIn("█ OPEN   ▒ LEARNING   · OFF", out)
        self.assertIn("2026-03-28 23:00 CET   2026-03-29 07:30 CEST  OFF", out)
        self.assertNotIn("\033", out)

    def test_default_span(self):
        """Without --from and --to: this day and the six that follow"""
        out = self.good(*self.timeline())
        self.assertEqual(len(re.findall(r"^... \d{4}-\d\d-\d\d │", out, re.M)), 7)

    def test_empty_and_wrong_spans(self):
        """An empty span has no stretches; one that ends before it begins is refused"""
        self.assertEqual(self.json_lines(*self.timeline("--from", "2026-03-28T10:00", "--to", "2026-03-28T10:00", "--json")), [])
        self.assertEqual(self.good(*self.timeline("--from", "2026-03-28T10:00", "--to", "2026-03-28T10:00")),
                         "Nothing lies between: --to is not after --from\n")
        self.refused(2, "--to is before --from", *self.timeline("--from", "2026-03-28", "--to", "2026-03-27"))
        self.refused(2, "--to is before --from", *self.timeline("--from", "2026-03-28", "--to", "2026-03-26"))
        self.refused(2, "2026-02-30", *self.timeline("--from", "2026-02-30"))
