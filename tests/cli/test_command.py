"""The command as such: help, wrong use, completion, colours."""
import os
import pty
import re
import subprocess

from kindgate import COMMAND, SMALL, TOP, Test

SUBCOMMANDS = ["status", "devices", "place", "pause", "off", "allow", "learning", "resume", "overrides", "overrides cancel",
               "leases", "events", "release", "explain", "timeline", "policy check", "policy test", "policy get",
               "policy put", "policy validate", "list read", "pack build", "pack info", "pack lookup", "pack update"]


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
                      ("explain", "--at"), ("place", "02:00:5e:10:00:01"), ("list",), ("pack",), ("list", "read"), ("pack", "build", "games=f"),
                      ("pack", "lookup", "f.pack")):
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

    def test_completion_knows_every_subcommand(self):
        """bash completes every subcommand and option that the command has, and nothing else"""
        script = f"{TOP}/daemon/cli/completion/kindgate.bash"

        def complete(*words):
            code = (f'source {script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kindgate; printf "%s\\n" "${{COMPREPLY[@]}}"')
            done = subprocess.run(["bash", "-c", code, "bash", "kindgate", *words], cwd=self.folder, capture_output=True,
                                  check=True, encoding="utf-8", env={"PATH": "/usr/bin:/bin"})
            return sorted(filter(None, done.stdout.split("\n")))

        self.assertEqual(complete(""), sorted({name.split()[0] for name in SUBCOMMANDS} | {"--help", "--version"}))
        self.assertEqual(complete("policy", ""), ["check", "get", "put", "test", "validate"])
        for subcommand in SUBCOMMANDS:
            options = set(re.findall(r"(?<![\w-])--[a-z-]+(?= |,|$)", self.options_part(subcommand), re.M))
            self.assertEqual(set(complete(*subcommand.split(), "--")), options, subcommand)
        self.write("home.textproto", SMALL)
        self.assertEqual(complete("policy", "check", "ho"), ["home.textproto"])
        self.assertEqual(complete("pause", "kid", ""), ["for", "until"])

    def options_part(self, subcommand):
        text = self.good(*subcommand.split(), "--help")
        return text[text.index("Options:"):text.index("Examples:")]
