"""The manual and the schema say the same, and the schema explains itself."""
import glob
import os
import re
import subprocess

from kindgate import TOP, Test
from test_command import subcommands


SAFE = """name: "Home" time_zone: "Europe/Vienna"
profiles { id: "day" content { safe_search: true } }
profiles { id: "night" default_mode: OFF }
always_reachable { helpline_countries: "AT" }
"""


def page(name):
    with open(f"{TOP}/docs/man/{name}", encoding="utf-8") as file:
        return file.read()


def uncommented(schema):
    """Fields without a comment above them and values of enums without one beside or above them, as (line, name)."""
    lines = schema.splitlines()
    found = []
    for number, line in enumerate(lines):
        field = re.match(r" +(?:repeated |optional )?[\w.]+ (\w+) = \d+;$", line)
        value = re.match(r" +([A-Z][A-Z0-9_]*) = \d+; *(//.*)?$", line)
        above = lines[number - 1].strip().startswith("//")
        if (field and not above) or (value and not value[2] and not above):
            found.append((number + 1, (field or value)[1]))
    return found


class Schema(Test):
    def test_every_field_is_explained(self):
        """Every field and value of the schema has a comment of its own, and a missing one is noticed"""
        files = glob.glob(f"{TOP}/proto/kindgate/v1/*.proto")
        self.assertGreaterEqual(len(files), 5)
        for path in files:
            with open(path, encoding="utf-8") as file:
                schema = file.read()
            self.assertEqual(uncommented(schema), [], path)
            fields = len(re.findall(r"^ +[\w. ]+ = \d+;", schema, re.M))
            bare = re.sub(r" *//.*", "", schema)
            self.assertEqual(len(uncommented(bare)), fields, path)
            self.assertGreater(fields, 5)


class Manual(Test):
    def test_every_field(self):
        """kindgate-policy(5) explains every field of the policy, of scenarios and of files of names, kindgated(8) every one of the board"""
        for schema, name in (("policy", "kindgate-policy.5"), ("scenario", "kindgate-policy.5"), ("names", "kindgate-policy.5"), ("board", "kindgated.8")):
            with open(f"{TOP}/proto/kindgate/v1/{schema}.proto", encoding="utf-8") as file:
                fields = re.findall(r"^  (?:repeated |optional )?[\w.]+ (\w+) = \d+;", file.read(), re.M)
            words = {word for line in page(name).splitlines() if re.match(r"\.(It )?(Fa|Li|Pq|No)", line)
                     for word in re.findall(r"\w+", line)}
            self.assertGreater(len(fields), 5)
            self.assertEqual([field for field in fields if field not in words], [], name)

    def test_the_examples_are_right(self):
        """The policy and the scenarios that kindgate-policy(5) shows are good, and every case passes"""
        blocks = re.findall(r"^\.Bd -literal -offset indent\n(.*?)^\.Ed", page("kindgate-policy.5"), re.M | re.S)
        policy = next(block for block in blocks if block.startswith('name: "Home"'))
        cases = next(block for block in blocks if block.startswith('policy: "home.textproto"'))
        self.good("policy", "check", self.write("home.textproto", policy))
        self.assertIn("2 passed, 0 failed", self.good("policy", "test", self.write("home.scenario.textproto", cases)))
        reports = next(block for block in blocks if block.startswith("reports {"))
        self.good("policy", "check", self.write("reports.textproto", policy + reports))
        self.write("safesearch.textproto", next(block for block in blocks if block.startswith("engines {")))
        data = os.path.dirname(self.write("helplines.textproto", next(block for block in blocks if block.startswith("helplines {"))))
        safe = self.write("safe.textproto", SAFE)
        self.good("pack", "build", "--out", f"{data}/starter.pack", "games=" + self.write("games.txt", "games.example\n"))
        for profile, domain, says in (("day", "duckduckgo.com", "safe.duckduckgo.com"), ("night", "www.rataufdraht.at", "always_reachable")):
            said = self.good("explain", "--policy", safe, "--data", data, "--profile", profile, "--domain", domain, "--json")
            self.assertIn(says, said)

    def test_every_subcommand(self):
        """kindgate(1) explains every subcommand that --help names, and those below it, once, and no other"""
        explained = re.findall(r"^\.It Cm ([a-z]+(?: [a-z-]+)*)", page("kindgate.1"), re.M)
        self.assertEqual(sorted(subcommands(self)), sorted(explained))

    def test_the_pages_are_right(self):
        """mandoc has nothing to say about the pages"""
        done = subprocess.run(["mandoc", "-Tlint", "-W", "warning", *(f"{TOP}/docs/man/{name}" for name in (
            "kindgate.1", "kindgated.8", "kindgate-policy.5"))], capture_output=True, encoding="utf-8", check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
