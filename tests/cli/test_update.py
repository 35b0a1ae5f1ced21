"""kindgate pack update, against an HTTPS server of the test's own."""
import glob
import gzip
import http.server
import json
import os
import re
import socket
import ssl
import subprocess
import threading

from kindgate import POLICIES, Test


class Server(http.server.ThreadingHTTPServer):
    """Answers what the test puts into `answers`: path to (status, headers, body)."""

    def __init__(self, folder, name="localhost"):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked = {}, []
        self.certificate, key = os.path.join(folder, f"{name}.pem"), os.path.join(folder, f"{name}.key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", self.certificate],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("If-None-Match")))
        status, headers, body = self.server.answers.get(self.path, (404, {}, b""))
        if headers.get("ETag") and headers["ETag"] == self.headers.get("If-None-Match"):
            status, body = 304, b""
        if headers.get("Stall") == "head":
            self.rfile.read(1)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Chunks" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if "Stall" in headers:
            self.wfile.write(body[:5])
            self.rfile.read(1)
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Update(Test):
    def setUp(self):
        super().setUp()
        self.server = Server(self.folder)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.sources("/games")

    def url(self, path):
        return f"https://localhost:{self.server.server_port}{path}"

    def sources(self, path):
        self.write("sources.textproto", f'sources {{ id: "g" url: "{self.url(path)}" category: "games" licence: "CC0" }}\n')

    def answer(self, body, status=200, **headers):
        self.server.answers["/games"] = (status, headers, body)

    def update(self, *more, ca=None):
        return self.kindgate("pack", "update", "--sources", self.path("sources.textproto"), "--into", self.path("lists"),
                             "--out", self.path("packs/lists.pack"), "--ca", ca or self.server.certificate, *more)

    def lookup(self, name):
        (line,) = self.json_lines("pack", "lookup", "--json", self.path("packs/lists.pack"), name)
        return line["categories"]

    def refuses(self, *parts):
        done = self.update()
        self.assertEqual(done.returncode, 1, done)
        for part in parts:
            self.assertIn(part, done.stderr)

    def test_fetched(self):
        """A list is fetched, a pack is made of it, and what hasn't changed isn't fetched again"""
        self.answer(b"games.example\n", ETag='"one"')
        done = self.update()
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        self.assertIn("g: 1 names (CC0)", done.stdout)
        self.assertEqual(self.lookup("www.games.example"), ["games"])
        self.assertEqual(self.update().stdout, f"g: not changed\n{self.path('packs/lists.pack')}: not changed\n")
        self.answer(b"other.example\n", ETag='"two"')
        self.assertEqual(self.update().returncode, 0)
        self.assertEqual((self.lookup("games.example"), self.lookup("other.example")), ([], ["games"]))
        self.assertEqual([etag for _, etag in self.server.asked], [None, '"one"', '"one"'])

    def test_where_a_gate_looks(self):
        """The pack goes where a gate looks for the packs of its policy; what is fetched is kept beside it, and the folders are made"""
        # It went among the copies, where no gate looked: tests/lab/test_packs.py has the gate's half of it.
        self.assertIn("--out FILE=/var/lib/kindgate/packs/lists.pack", self.good("pack", "update", "--help"))
        self.answer(b"games.example\n")
        self.assertEqual(self.update().returncode, 0)
        self.assertEqual((os.listdir(self.path("packs")), sorted(os.listdir(self.path("lists")))), (["lists.pack"], ["g.list", "g.list.etag"]))
        self.good("pack", "update", "--sources", "sources.textproto", "--into", "lists", "--out", "here.pack", "--ca", self.server.certificate)
        self.assertTrue(os.path.exists(self.path("here.pack")))

    def sources_of(self, **paths):
        """Sources by their ids, each with a category of its own and a list of one name in it."""
        for path in paths.values():
            self.server.answers.setdefault(path, (200, {"ETag": f'"{path}"'}, f"{path[1:]}.example\n".encode()))
        self.write("sources.textproto", "".join(f'sources {{ id: "{name}" url: "{self.url(path)}" category: "{name}" }}\n'
                                                for name, path in paths.items()))

    def test_what_the_sources_say_now(self):
        """The pack is of what the sources file says now: a source taken out, or of another category, though nothing was fetched"""
        # It was built only where a list had changed, so names stayed for good.
        self.sources_of(a="/one", b="/two")
        self.assertEqual(self.update().returncode, 0)
        self.assertEqual((self.lookup("one.example"), self.lookup("two.example")), (["a"], ["b"]))
        self.sources_of(a="/one")
        self.assertEqual(self.update().returncode, 0)
        self.assertEqual((self.lookup("one.example"), self.lookup("two.example")), (["a"], []))
        text = f'sources {{ id: "a" url: "{self.url("/one")}" category: "other" }}\n'
        self.write("sources.textproto", text)
        self.assertEqual(self.update().returncode, 0)
        self.assertEqual(self.lookup("one.example"), ["other"])
        self.write("sources.textproto", text.replace("}", "format: RPZ }"))
        done = self.update()
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("a: its copy has no names as RPZ", done.stderr)

    def test_ended_in_between(self):
        """Wherever an update is ended, the next one makes a pack of all that was fetched"""
        self.answer(b"games.example\n", ETag='"one"')
        self.assertEqual(self.update().returncode, 0)
        # Behind the new ETag, before the pack.
        self.write("lists/g.list", "other.example\n")
        self.assertEqual(self.update().returncode, 0)
        self.assertEqual((self.lookup("games.example"), self.lookup("other.example")), ([], ["games"]))
        # Behind the new list: the ETag of the old one is gone before it comes.
        self.answer(b"third.example\n", ETag='"two"')
        os.rename(self.path("lists/g.list"), self.path("copy"))
        os.mkdir(self.path("lists/g.list"))
        self.assertEqual(self.update().returncode, 2)
        os.rmdir(self.path("lists/g.list"))
        os.rename(self.path("copy"), self.path("lists/g.list"))
        self.answer(b"other.example\n", ETag='"one"')
        self.assertEqual(self.update().returncode, 0)
        self.assertEqual(self.server.asked[-1], ("/games", None))

    def test_nothing_new(self):
        """A pack that says the same isn't written again; one of which a byte is another is"""
        self.answer(b"games.example\n")
        self.assertEqual(self.update().returncode, 0)
        path = self.path("packs/lists.pack")
        before = os.stat(path)
        with open(path, "rb") as file:
            whole = file.read()
        for _ in range(2):
            done = self.update()
            self.assertEqual((done.returncode, done.stderr), (0, ""), done)
            self.assertIn(f"{path}: not changed\n", done.stdout)
        self.assertEqual((os.stat(path).st_ino, os.stat(path).st_mtime_ns), (before.st_ino, before.st_mtime_ns))
        self.write("packs/lists.pack", whole[:-20] + b"!" + whole[-19:])
        self.assertEqual(self.update().returncode, 0)
        self.assertEqual(self.lookup("games.example"), ["games"])

    def test_signed(self):
        """--sign signs the pack; a wrong key is refused before anything is fetched, and a pack by another is made anew"""
        for name in ("one", "two"):
            for words in (["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.pem"], ["pkey", "-in", f"{name}.pem", "-pubout", "-out", f"{name}.pub"]):
                subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=self.folder)
        self.answer(b"games.example\n")
        self.assertEqual(self.update("--sign", "one.pub").returncode, 2)
        self.assertEqual(self.server.asked, [])
        self.assertEqual(self.update().returncode, 0)
        for name in ("one", "two"):
            self.assertNotIn("lists.pack: not changed", self.update("--sign", f"{name}.pem").stdout)
            self.assertIn("lists.pack: not changed", self.update("--sign", f"{name}.pem").stdout)
            (info,) = self.json_lines("pack", "info", "--json", "--key", f"{name}.pub", "packs/lists.pack")
            self.assertTrue(info["verified"], info)

    def test_too_large(self):
        """A list that is larger than --largest isn't taken: by what the server says, by what comes, and by what gzip makes of it"""
        self.answer(b"games.example\n")
        self.assertEqual(self.update().returncode, 0)
        large = b"".join(b"name%d.example\n" % i for i in range(80000))
        for body, headers in ((large, {}), (large, {"Chunks": "untold"}), (gzip.compress(large), {})):
            self.answer(body, **headers)
            done = self.update("--largest", "1")
            self.assertEqual(done.returncode, 1, done)
            self.assertRegex(done.stderr, "g: it has more than 1 MiB.*the last good copy stays")
        self.assertEqual(self.lookup("games.example"), ["games"])
        self.assertEqual(self.update("--largest", "2").returncode, 0)
        self.assertEqual(self.lookup("name7.example"), ["games"])
        for words in (("--largest", "0"), ("--largest", "257"), ("--largest", "x"), ("--patience", "0")):
            self.assertEqual(self.update(*words).returncode, 2, words)

    def test_cut(self):
        """A list that ends because its connection was cut is not taken for a shorter one"""
        # Without a length, and without the TLS alert that says that it is the end; both were taken for a whole list.
        self.answer(b"games.example\nother.example\n")
        self.assertEqual(self.update().returncode, 0)
        self.answer(b"games.example\n", Chunks="untold", ETag='"cut"')
        self.refuses("the last good copy stays")
        self.assertEqual(self.lookup("other.example"), ["games"])

    def test_json(self):
        """With --json each source is an object, and the pack, if it is another one"""
        self.answer(b"games.example\n", ETag='"one"')
        source, built = [json.loads(line) for line in self.update("--json").stdout.splitlines()]
        self.assertEqual((source, built["categories"]), ({"source": "g", "outcome": "UPDATED", "names": 1, "licence": "CC0"}, ["games"]))
        self.assertEqual([json.loads(line)["outcome"] for line in self.update("--json").stdout.splitlines()], ["UNCHANGED"])
        self.answer(b"", status=500)
        self.assertEqual([json.loads(line)["outcome"] for line in self.update("--json").stdout.splitlines()], ["FAILED"])

    def test_stalls(self):
        """A server that says nothing, or stops in the middle of a list, is left after --patience"""
        self.answer(b"games.example\n")
        self.assertEqual(self.update().returncode, 0)
        for headers in ({"Stall": "head"}, {"Stall": "body"}):
            self.answer(b"other.example\n", **headers)
            done = self.update("--patience", "2")
            self.assertEqual(done.returncode, 1, done)
            self.assertIn("g: it isn't there after 2 s; the last good copy stays", done.stderr)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.server.server_port = silent.getsockname()[1]
            self.sources("/games")
            done = self.update("--patience", "2")
            self.assertEqual(done.returncode, 1, done)
            self.assertIn("the last good copy stays", done.stderr)
        self.assertEqual(self.lookup("games.example"), ["games"])

    def test_a_clock_that_was_wrong_once(self):
        """A pack is never made older than the one that is there: a gate would refuse it"""
        self.good("pack", "build", "--out", self.path("later.pack"), "--created", "2199-01-01", "games=" + self.write("list", "old.example\n"))
        os.mkdir(self.path("packs"))
        os.rename(self.path("later.pack"), self.path("packs/lists.pack"))
        self.answer(b"games.example\n")
        self.assertEqual(self.update().returncode, 0)
        (info,) = self.json_lines("pack", "info", "--json", self.path("packs/lists.pack"))
        self.assertEqual((info["created"], self.lookup("games.example")), ("2199-01-01T00:00:00Z", ["games"]))

    def test_wrong_sources(self):
        """Without a source, or with a category or format that is none, nothing is fetched: it is told by file and line"""
        first = f'# mine\nsources {{ id: "a" url: "{self.url("/games")}" category: "games" }}\n'
        for text, part in (("# nothing\n", "sources.textproto: it names no source"),
                           (first + 'sources {\n  id: "b"\n  url: "https://a/"\n  category: "No Games"\n}\n', "sources.textproto:6: b: 'No Games' can't be"),
                           (first + 'sources {\n  id: "b"\n  url: "https://a/" }\n', "sources.textproto:3: b: '' can't be the name of a category"),
                           (first + 'sources { id: "b"\n  url: "http://a/" category: "b" }\n', "sources.textproto:4: b: 'http://a/' is no https address"),
                           (first + 'sources { id: "b" url: "https://a/" category: "b"\n  format: 77 }\n', "sources.textproto:4: b: 77 is no format"),
                           (first + 'sources { id: "b" url: "https://a/" category: "b"\n  format: CSV }\n', "sources.textproto:4:"),
                           (first + first, "sources.textproto:4: 'a' can't be the id")):
            self.write("sources.textproto", text)
            done = self.update()
            self.assertEqual((done.returncode, done.stdout), (2, ""), done)
            self.assertIn(part, done.stderr)
        self.assertEqual(self.server.asked, [])

    def test_compressed(self):
        """A list compressed by gzip is taken apart"""
        self.answer(gzip.compress(b"games.example\n"))
        self.assertEqual(self.update().returncode, 0)
        self.assertEqual(self.lookup("games.example"), ["games"])

    def test_last_good_copy(self):
        """A web page, an empty list, an error and a dead server leave the last good copy"""
        self.answer(b"games.example\n")
        self.assertEqual(self.update().returncode, 0)
        for body, status, part in ((b"<!DOCTYPE html><p>Sign in", 200, "it is a web page"), (b"# nothing\n", 200, "has no names"),
                                   (b"", 503, "answers 503"), (b"\x1f\x8bnonsense", 200, "cut or damaged")):
            self.answer(body, status)
            self.refuses("g: ", part, "the last good copy stays")
        self.server.shutdown()
        self.server.server_close()
        self.refuses("doesn't answer", "the last good copy stays")
        self.assertEqual(self.lookup("games.example"), ["games"])

    def test_redirects(self):
        """A redirect to http, to a private address, or to nowhere is refused"""
        for location, part in (("http://localhost/x", "is no https address"), (self.url("/elsewhere"), "private address"),
                               ("/elsewhere", "private address"), ("https://10.0.0.1/x", "private address"),
                               ("https://[::1]/x", "has no host's name")):
            self.answer(b"", 302, Location=location)
            self.refuses(part)
        self.assertEqual({path for path, _ in self.server.asked}, {"/games"})

    def test_certificate(self):
        """A certificate that isn't trusted, or is for another name, is refused"""
        self.answer(b"games.example\n")
        other = Server(self.folder, "other.example")
        self.addCleanup(other.server_close)
        self.addCleanup(other.shutdown)
        done = self.update(ca=other.certificate)
        self.assertIn("isn't trusted", done.stderr)
        self.server.server_port = other.server_port
        self.sources("/games")
        self.assertIn("isn't for this name", self.update(ca=other.certificate).stderr)
        self.assertIn("no certificates to trust", self.update(ca=self.path("missing")).stderr)
        self.assertEqual((self.server.asked, other.asked), ([], []))

    def test_sources(self):
        """A wrong sources file is told; the one that is shipped is right, and speaks of categories that there are lists of"""
        self.write("sources.textproto", "sources { id: 1 }\n")
        self.assertIn("sources.textproto:1:", self.update().stderr)
        self.write("sources.textproto", 'sources { id: "../x" url: "https://a/" category: "a" }\n')
        self.assertEqual((self.update().returncode, "can't be the id" in self.update().stderr), (2, True))
        self.refused(2, "has no source 'nobody'", "pack", "update", "--sources", f"{POLICIES}/sources.textproto", "--into",
                     self.path("lists"), "--only", "nobody")
        with open(f"{POLICIES}/sources.textproto", encoding="utf-8") as file:
            text = file.read()
        starters = {os.path.basename(path)[:-4] for path in glob.glob(f"{POLICIES}/starter/*.txt")}
        self.assertEqual(set(re.findall(r'category: "(.*?)"', text)) - starters, {"dating", "malware"})
        self.assertEqual(text.count("sources {"), text.count("licence: "))
