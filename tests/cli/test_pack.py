"""kindgate list read, pack build, pack info and pack lookup."""
import gzip
import os
import subprocess

from kindgate import COMMAND, Test

NAMES = "games.example\n*.star.example\n"
HOSTS = "# a comment\n0.0.0.0 ads.example a.ads.example\n0.0.0.0 org\n"


class ListRead(Test):
    def test_json(self):
        """Each line of a list is a line of JSON with line, action, domain, scope and reason"""
        lines = self.json_lines("list", "read", "--json", self.write("list", HOSTS))
        self.assertEqual([(one["line"], one["action"], one["domain"], one["scope"]) for one in lines],
                         [(1, "SKIP", "", ""), (2, "BLOCK", "ads.example", "EXACT"), (2, "BLOCK", "a.ads.example", "EXACT"),
                          (3, "SKIP", "", "")])
        self.assertIn("public suffix", lines[3]["reason"])

    def test_readable(self):
        """What is skipped is told as file:line: reason, and counted; comments are not"""
        path = self.write("list", HOSTS)
        out = self.good("list", "read", path)
        self.assertIn(f"{path}:3: skipped: ", out)
        self.assertIn("3 lines of format hosts: 2 block, 0 allow, 1 skipped", out)

    def test_every_format_is_told_apart(self):
        """Each format is recognised by its lines"""
        for text, name in ((NAMES, "plain"), (HOSTS, "hosts"), ("address=/a.example/\n", "dnsmasq"),
                           ("! x\n||a.example^\n", "adblock"), ("$TTL 30\na.example CNAME .\n", "rpz")):
            self.assertIn(f"of format {name}:", self.good("list", "read", self.write(name, text)))

    def test_compressed(self):
        """A list compressed by gzip is read as it is; a cut one is refused"""
        whole = gzip.compress(NAMES.encode())
        self.assertIn("2 block", self.good("list", "read", self.write("list.gz", whole)))
        self.refused(2, "cut or damaged", "list", "read", self.write("cut.gz", whole[:-9]))

    def test_wrong_words(self):
        """A format that is none and a file that is none are refused"""
        self.refused(2, "is no format of lists", "list", "read", "--format", "csv", self.write("list", NAMES))
        self.refused(2, "can't be read", "list", "read", self.path("missing"))


class Pack(Test):
    def build(self, *more, name="x.pack"):
        self.good("pack", "build", "--out", self.path(name), *more, f"games={self.write('games', NAMES)}")
        return self.path(name)

    def test_lookup(self):
        """A look-up tells the categories and the listed name that decided"""
        pack = self.build(f"social={self.write('social', 'games.example')}")
        lines = self.json_lines("pack", "lookup", "--json", pack, "www.Games.example.", "star.example", "x.star.example")
        self.assertEqual(lines, [
            {"name": "www.Games.example.", "categories": ["games", "social"], "matched": "games.example"},
            {"name": "star.example", "categories": [], "matched": ""},
            {"name": "x.star.example", "categories": ["games"], "matched": "star.example"}])

    def test_standard_input(self):
        """- reads names from standard input"""
        done = subprocess.run([COMMAND, "pack", "lookup", self.build(), "-"], input="games.example\r\nother.example\n",
                              capture_output=True, encoding="utf-8", check=True)
        self.assertEqual(done.stdout, "games.example: games (by games.example)\nother.example: in no list\n")

    def test_no_name(self):
        """Blanks around a name are no part of it, and what is no name is not "in no list" """
        pack = self.build()
        self.assertIn("by games.example", self.good("pack", "lookup", pack, " games.example\t"))
        for word in ("bad name", " ", "a..example"):
            self.refused(2, "is not a name", "pack", "lookup", pack, word)

    def test_build_json(self):
        """With --json each list is an object, and the pack as pack info says it"""
        *lists, built = self.json_lines("pack", "build", "--json", "--out", self.path("x"), f"games={self.write('games', NAMES)}")
        self.assertEqual([(one["category"], one["format"], one["skipped"]) for one in lists], [("games", "plain", 0)])
        self.assertEqual([built], self.json_lines("pack", "info", "--json", self.path("x")))

    def test_never_valid(self):
        """A pack that would expire before it is made, or has no file to go to, isn't made"""
        names = f"games={self.write('games', NAMES)}"
        self.refused(2, "would expire", "pack", "build", "--out", self.path("x"), "--created", "2027-01-01", "--expires", "2026-01-01", names)
        self.refused(2, "write a date like 2026-03-29", "pack", "build", "--out", self.path("x"), "--expires", "tomorrow", names)
        self.refused(2, "name it", "pack", "build", "--out", "-", names)
        self.assertEqual(os.listdir(self.folder), ["games"])

    def test_same_input_same_bytes(self):
        """The same lists give the same pack"""
        with open(self.build(name="a.pack"), "rb") as first, open(self.build(name="b.pack"), "rb") as second:
            self.assertEqual(first.read(), second.read())

    def test_moments(self):
        """SOURCE_DATE_EPOCH is a moment in whole seconds, and an empty date, key or pack's name in bytes that are no text are refused"""
        # They were read as 0, as far as they were numbers, or as not said.
        names = f"games={self.write('games', NAMES)}"
        for epoch in ("abc", "-5", "", "1.5", "300000000000", "99999999999999999999", " 1", "1 "):
            self.refused(2, f"SOURCE_DATE_EPOCH is '{epoch}'", "pack", "build", "--out", self.path("x"), names, environment={"SOURCE_DATE_EPOCH": epoch})
            self.good("pack", "build", "--out", self.path("y"), "--created", "2026-11-24", names, environment={"SOURCE_DATE_EPOCH": epoch})
        self.good("pack", "build", "--out", self.path("y"), names, environment={"SOURCE_DATE_EPOCH": "1700000000"})
        self.assertEqual(self.json_lines("pack", "info", "--json", self.path("y"))[0]["created"], "2023-11-14T22:13:20Z")
        for words in (("--created", ""), ("--expires", ""), ("--sign", "")):
            self.refused(2, f"{words[0]} is empty", "pack", "build", "--out", self.path("x"), *words, names)
        for name in (b"\xff", b"a\xc3", b"\xed\xa0\x80"):
            done = self.kindgate("pack", "build", "--out", self.path("x"), "--name", name, names)
            self.assertEqual((done.returncode, "is UTF-8" in done.stderr), (2, True), done)
        self.assertFalse(os.path.exists(self.path("x")))

    def keys(self, name="key"):
        key, public = self.path(f"{name}.pem"), self.path(f"{name}.pub")
        for words in (["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key], ["pkey", "-in", key, "-pubout", "-out", public]):
            subprocess.run(["openssl", *words], check=True, capture_output=True)
        return key, public

    def test_a_key_is_asked_for(self):
        """With --key no name is looked up in a pack that isn't signed by it"""
        (key, public), (_, stranger) = self.keys(), self.keys("stranger")
        for pack, checked, why in ((self.build(), public, "is not signed"), (self.build("--sign", key, "--created", "2026-11-24", name="s.pack"), stranger, "signed by")):
            self.refused(2, why, "pack", "lookup", "--key", checked, pack, "games.example")
            self.assertIn("games", self.good("pack", "lookup", pack, "games.example"))
            self.refused(2, why, "pack", "info", "--key", checked, pack)
        self.assertIn("games", self.good("pack", "lookup", "--key", stranger, "--key", public, pack, "games.example"))
        self.assertIn("and right", self.good("pack", "info", "--key", public, pack))

    def test_signed(self):
        """A signature is made with --sign and checked with --key"""
        key, public = self.keys()
        pack = self.build("--sign", key, "--created", "2026-11-24", "--expires", "2199-01-01", "--name", "Nice")
        (info,) = self.json_lines("pack", "info", "--json", pack, "--key", public)
        self.assertEqual((info["name"], info["created"], info["expires"], info["verified"]),
                         ("Nice", "2026-11-24T00:00:00Z", "2199-01-01T00:00:00Z", True))
        self.refused(2, "no private key on P-256", "pack", "build", "--out", self.path("y"), "--sign", public, "a=games")

    def test_refused(self):
        """Cut, altered and expired packs are refused, and what is none; the file that was there stays"""
        pack = self.build("--expires", "2020-01-01")
        self.refused(2, "expired on 2020-01-01", "pack", "lookup", pack, "games.example")
        self.assertIn("(it has)", self.good("pack", "info", pack))
        with open(pack, "rb") as file:
            whole = file.read()
        self.refused(2, "it says that it has", "pack", "info", self.write("cut", whole[:-1]))
        self.refused(2, "its checksum is wrong", "pack", "info", self.write("altered", whole[:-20] + b"!" + whole[-19:]))
        self.refused(2, "this is no pack", "pack", "info", self.write("none", "nothing"))
        done = self.kindgate("pack", "build", "--out", pack, f"games={self.write('empty', '# nothing')}")
        self.assertEqual((done.returncode, "no list has a name" in done.stderr), (2, True), done)
        with open(pack, "rb") as file:
            self.assertEqual(file.read(), whole)
        self.assertEqual(sorted(os.listdir(self.folder)), ["altered", "cut", "empty", "games", "none", "x.pack"])

    def test_page_in_place_of_a_list(self):
        """A web page is no list"""
        page = self.write("page", "<!DOCTYPE html>")
        self.refused(2, "it is a web page", "pack", "build", "--out", self.path("x"), f"a={page}")
        self.refused(2, "it is a web page", "list", "read", page)

    def test_skipped_lines_are_told(self):
        """Skipped lines are told, twenty a file, and counted"""
        path = self.write("list", "good.example\n" + "bad line\n" * 30)
        done = self.kindgate("pack", "build", "--out", self.path("x"), f"a={path}")
        self.assertEqual((done.returncode, done.stderr.count("skipped: several words")), (0, 20), done)
        self.assertIn("10 more lines skipped", done.stderr)
        self.assertIn("30 lines skipped", done.stdout)
