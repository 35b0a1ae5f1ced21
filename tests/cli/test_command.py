"""The command as such: help, wrong use, colours."""
import os
import pty
import subprocess

from kindgate import COMMAND, SMALL, Test

SUBCOMMANDS = ["status", "devices", "place", "pause", "off", "allow", "learning", "resume", "overrides", "overrides cancel",
               "leases", "events", "release", "explain", "timeline", "policy check", "policy test", "policy get",
               "policy put", "policy validate"]


class Command(Test):
    def test_help_teaches(self):
        """--help of the whole and of every subcommand shows examples, on standard output"""
        self.assertIn("First steps:", self.good("--help"))
        for subcommand in SUBCOMMANDS:
            self.assertRegex(self.good(*subcommand.split(), "--help"), rf"Examples:\n  kindgate {subcommand}")

    def test_version(self):
        """--version says what this is"""
        self.assertRegex(self.good("--version"), r"^kindgate \d+\.\d+\.\d+\n$")

    def test_wrong_use(self):
        """Wrong use is status 2, with what to read, on standard error"""
        for words in ((), ("nonsense",), ("policy",), ("pause",), ("policy", "check"), ("status", "--nonsense"), ("status", "x"),
                      ("overrides", "cancel", "x"), ("overrides", "cancel"), ("pause", "kid", "for", "1h", "x"),
                      ("explain", "--at"), ("place", "02:00:5e:10:00:01")):
            self.refused(2, "--help shows how", *words)

    def test_words_that_no_daemon_needs_to_judge(self):
        """A time that is none, or a hardware address that is none, is refused before the daemon is asked"""
        self.refused(2, "is no length of time", "allow", "kid", "for", "soon")
        self.refused(2, "how long isn't said", "allow", "kid")
        self.refused(2, "how long isn't said", "off", "kid")
        self.refused(2, "doesn't say how long", "pause", "kid", "2h")
        self.refused(2, "is not a hardware address", "place", "zz:00:5e:10:00:01", "kids")

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
