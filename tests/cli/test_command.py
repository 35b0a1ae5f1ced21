"""The command as such: help, wrong use, colours."""
import os
import pty
import re
import subprocess

from kindgate import COMMAND, SMALL, Test


def subcommands(test, *above):
    """What --help names, and the --help of that: ["status", …, "overrides", "overrides cancel", "policy check", …]"""
    text = test.good(*above, "--help")
    named = re.findall(r"^  (\S+) {2,}", text.split("\nSubcommands:\n")[1].split("\n\n")[0], re.M) if "\nSubcommands:\n" in text else []
    # `policy` says nothing alone.
    alone = above and not re.search(r"^Usage: .* SUBCOMMAND$", text, re.M)
    return [" ".join(above)] * bool(alone) + [one for name in named for one in subcommands(test, *above, name)]


class Command(Test):
    def test_help_teaches(self):
        """--help of the whole and of every subcommand shows examples, on standard output"""
        self.assertIn("First steps:", self.good("--help"))
        named = subcommands(self)
        self.assertLessEqual({"status", "overrides", "overrides cancel", "policy revisions", "pack update"}, set(named))
        self.assertNotIn("policy", named)
        for subcommand in named:
            self.assertRegex(self.good(*subcommand.split(), "--help"), rf"Examples:\n  kindgate {subcommand}")

    def test_version(self):
        """--version says what this is"""
        self.assertRegex(self.good("--version"), r"^kindgate \d+\.\d+\.\d+\n$")

    def test_wrong_use(self):
        """Wrong use is status 2, with what to read, on standard error"""
        for words in ((), ("nonsense",), ("policy",), ("pause",), ("policy", "check"), ("status", "--nonsense"), ("status", "x"),
                      ("overrides", "cancel", "x"), ("overrides", "cancel"), ("explain", "--at"), ("place", "02:00:5e:10:00:01"),
                      ("list",), ("pack",), ("list", "read"), ("pack", "build", "games=f"), ("pack", "lookup", "f.pack")):
            self.refused(2, "--help shows how", *words)

    def test_wrong_use_in_plain_words(self):
        """Wrong use is told in words of the help, not in those of the library that found it"""
        for told, words in ((": a subcommand is missing:", ()), (": there is no subcommand 'nonsense':", ("nonsense",)),
                            (" policy: there is no subcommand 'x':", ("policy", "x")),
                            (" pause: WHO is missing:", ("pause",)), (" policy check: FILE… is missing:", ("policy", "check")),
                            (" place: PROFILE|DEVICE is missing:", ("place", "02:00:5e:10:00:01")),
                            (" status: 'x' is not expected here:", ("status", "x")),
                            (" status: there is no option --nonsense:", ("status", "--nonsense")),
                            (" explain: --at needs TIME behind it:", ("explain", "--at")),
                            (" explain: --at is said more than once:", ("explain", "--at", "x", "--at", "y")),
                            (" overrides cancel: 'x' is no number: `kindgate overrides` shows them:", ("overrides", "cancel", "x")),
                            (" overrides cancel: '-1' is no number", ("overrides", "cancel", "--", "-1")),
                            ("'for 1h x' doesn't say how long: write", ("pause", "kid", "for", "1h", "x"))):
            said = self.refused(2, told, *words)
            self.assertNotRegex(said, r"[Rr]equired|[Ee]xpected but|At Most|convert|\.:")

    def test_usage(self):
        """The usage line shows what to write, and `policy --help` examples of its own"""
        for usage, words in (("pause [OPTIONS] WHO [for DURATION | until TIME]", ("pause",)),
                             ("allow [OPTIONS] WHO for DURATION | until TIME", ("allow",)),
                             ("place [OPTIONS] MAC PROFILE|DEVICE", ("place",)),
                             ("policy check [OPTIONS] FILE…", ("policy", "check")),
                             ("pack build [OPTIONS] CATEGORY=FILE…", ("pack", "build")),
                             ("pack lookup [OPTIONS] FILE NAME…", ("pack", "lookup")),
                             ("overrides cancel [OPTIONS] NUMBER", ("overrides", "cancel")),
                             ("explain [OPTIONS]", ("explain",))):
            shown = self.good(*words, "--help")
            self.assertIn(f"Usage: kindgate {usage}\n", shown)
            self.assertNotIn("REQUIRED", shown.split("Options:")[0])
        shown = self.good("policy", "--help")
        self.assertIn("Examples:\n  kindgate policy check", shown)
        self.assertNotIn("First steps", shown)

    def test_words_that_no_daemon_needs_to_judge(self):
        """A time that is none, or a hardware address that is none, is refused before the daemon is asked"""
        self.refused(2, "is no length of time", "allow", "kid", "for", "soon")
        self.refused(2, "how long isn't said", "allow", "kid")
        self.refused(2, "how long isn't said", "off", "kid")
        self.refused(2, "doesn't say how long", "pause", "kid", "2h")
        self.refused(2, "is not a hardware address", "place", "zz:00:5e:10:00:01", "kids")

    def test_values_that_are_empty(self):
        """A variable that isn't set in a script is no answer, and none is made up for it"""
        for name, words in (("--at", ("explain", "--policy", "p", "--profile", "x", "--at", "")),
                            ("--domain", ("explain", "--policy", "p", "--profile", "x", "--domain", "")),
                            ("--policy", ("timeline", "--policy", "", "--profile", "x")),
                            ("WHO", ("pause", "")), ("MAC", ("place", "", "kids")), ("FILE…", ("policy", "check", "a", ""))):
            self.refused(2, f": {name} is empty: ", *words)
        self.refused(2, "options belong behind", "--json", "status")

    def test_full_disk(self):
        """What can't be written is told, not lost"""
        path = self.write("small.textproto", SMALL)
        with open("/dev/full", "w", encoding="ascii") as full:
            done = self.kindgate("policy", "check", path, stdout=full)
        self.assertEqual(done.returncode, 1)
        self.assertIn("couldn't be written", done.stderr)

    def test_colours(self):
        """Colour on a terminal; none with NO_COLOR; none in a pipe"""
        path = self.write("small.textproto", SMALL)
        words = [COMMAND, "explain", "--policy", path, "--profile", "kids", "--at", "2026-11-24T22:00"]
        for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            ours, theirs = pty.openpty()
            # The sanitizers' runtime needs PATH for nothing, but their options matter.
            subprocess.run(words, env={"TERM": "xterm", **environment}, stdout=theirs, check=True)
            os.close(theirs)
            self.assertEqual("\033[31mBLOCK" in os.read(ours, 4096).decode(), coloured, environment)
            os.close(ours)
