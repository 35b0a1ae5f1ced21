"""kindgate-age-demo: issuer, client and wallet against each other and a gate of the test's own, which checks tokens with openssl."""
import base64
import hashlib
import http.server
import json
import os
import re
import signal
import socket
import ssl
import stat
import struct
import subprocess
import threading
import urllib.parse

from kindgate import COMMAND, SMALL, Test

DEMO = os.path.join(os.path.dirname(COMMAND), "kindgate-age-demo")
NAME = "issuer.example"
ACCEPT = {"verdict": "ACCEPT", "reason": "accepted", "min_age": 16, "text": "open", "until": "2026-12-24T18:00:00Z"}
REFUSE = {"verdict": "REFUSE", "reason": "replayed", "min_age": 16, "text": "shown before"}


def counted(octets):
    return struct.pack(">H", len(octets)) + octets


def cbor_text(text):
    """Of 24 to 255 octets, or fewer."""
    octets = text.encode()
    return (bytes([0x60 + len(octets)]) if len(octets) < 24 else bytes([0x78, len(octets)])) + octets


class Gate(http.server.ThreadingHTTPServer):
    """Asks for a token of an age, takes each once; or asks a wallet, and keeps what it posts."""

    def __init__(self, key, folder, age="16", origin=b"kindgate", secure=False):
        super().__init__(("127.0.0.1", 0), Handler)
        self.key, self.folder, self.seen, self.forms = key, folder, set(), []
        self.challenge = struct.pack(">H", 2) + counted(f"age{age}.{NAME}".encode()) + b"\x20" + b"c" * 32 + counted(origin)
        self.url = f"http://127.0.0.1:{self.server_port}"
        if secure:
            self.certificate, key = os.path.join(folder, "gate.crt"), os.path.join(folder, "gate.key")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", self.certificate],
                           check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, key)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
            self.url = f"https://localhost:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def verdict(self, token):
        """RFC 9578, 6.4, by openssl."""
        name = os.path.join(self.folder, "check.")
        for end, octets in ("key", self.key), ("signed", token[:98]), ("signature", token[98:]):
            with open(name + end, "wb") as file:
                file.write(octets)
        subprocess.run(["openssl", "dgst", "-sha384", "-keyform", "DER", "-verify", name + "key", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                        "rsa_pss_saltlen:48", "-signature", name + "signature", name + "signed"], check=True, capture_output=True)
        assert token[34:66] == hashlib.sha256(self.challenge).digest(), "the challenge"
        assert token[66:98] == hashlib.sha256(self.key).digest(), "the key"
        new = token[2:34] not in self.seen
        self.seen.add(token[2:34])
        return ACCEPT if new else REFUSE

    def request(self, mode):
        uri = self.url + "/answer"
        metadata = {"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "use": "enc", "alg": "ECDH-ES", "kid": "1",
                                       "x": "DxiH5Q4Yx3UrukE2lWCErq8N8bqC9CHLLrAwLz5BmE0",
                                       "y": "XtLM4-3h5o3HUH0MHVJV0kyq0iBlrBwlh8qEDMZ4-Pc"}]}}
        claims = [{"path": ["eu.europa.ec.av.1", "age_over_16"]}]
        credential = {"id": "age", "format": "mso_mdoc", "meta": {"doctype_value": "eu.europa.ec.av.1"}, "claims": claims}
        return {"request": {"client_id": "redirect_uri:" + uri, "response_type": "vp_token", "response_mode": mode, "response_uri": uri,
                            "nonce": "n0nce", "state": "a b", "dcql_query": {"credentials": [credential]}, "client_metadata": metadata}}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/wallet/"):
            return self.answer(200, self.server.request(self.path.removeprefix("/wallet/")))
        shown = re.fullmatch('PrivateToken token="(.*)"', self.headers.get("Authorization", ""))
        if shown:
            return self.answer(200, self.server.verdict(base64.urlsafe_b64decode(shown[1])))
        text = [base64.urlsafe_b64encode(octets).decode() for octets in (self.server.challenge, self.server.key)]
        return self.answer(401, {}, f'PrivateToken challenge="{text[0]}", token-key="{text[1]}", max-age="600"')

    def do_POST(self):
        self.server.forms.append(urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), strict_parsing=True))
        self.answer(200, ACCEPT)

    def answer(self, status, said, challenge=None):
        self.send_response(status)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        body = json.dumps(said).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Demo(Test):
    def setUp(self):
        super().setUp()
        self.demo("issuer", "init", "--dir", "issuer", "--name", NAME, "--ages", "16,18", "--codes", "2")
        self.codes = [line for line in self.read("issuer/codes.txt").splitlines() if not line.startswith("#")]
        self.keys = dict(re.findall(r'name: "age(\d+)\.issuer\.example"\s+token_keys: "([^"]+)"', self.read("issuer/trust.textproto")))
        self.serve()

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def serve(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.issuer = subprocess.Popen([DEMO, "issuer", "serve", "--dir", "issuer", "--listen", "127.0.0.1", "--port", str(self.port), "--uses", "3"],
                                       cwd=self.folder, stdout=subprocess.PIPE, encoding="utf-8")
        self.addCleanup(self.stop, self.issuer)
        self.assertEqual(self.issuer.stdout.readline(), "ready\n")

    def stop(self, issuer):
        if issuer.poll() is None:
            issuer.send_signal(signal.SIGTERM)
        self.assertEqual(issuer.wait(10), 0)
        issuer.stdout.close()

    def gate(self, age="16", **more):
        gate = Gate(base64.urlsafe_b64decode(self.keys[age]), self.folder, age, **more)
        self.addCleanup(gate.server_close)
        self.addCleanup(gate.shutdown)
        return gate

    def demo(self, *arguments, status=0):
        done = subprocess.run([DEMO, *arguments], cwd=self.folder, capture_output=True, encoding="utf-8", timeout=60)
        self.assertEqual(done.returncode, status, done)
        return done.stdout if status == 0 else done.stdout + done.stderr

    def client(self, gate, *arguments, status=0):
        return self.demo("client", "--gate", gate.url, "--category", "social", "--origin", "kindgate", "--issuer-at", f"127.0.0.1:{self.port}",
                         *arguments, status=status)

    def test_files(self):
        """age demo: an issuer's files are its owner's alone, its policy part is right, and a second one isn't made over it"""
        for name in os.listdir(self.path("issuer")):
            self.assertEqual(stat.S_IMODE(os.stat(self.path("issuer/" + name)).st_mode), 0o600, name)
        self.write("home.textproto", SMALL + self.read("issuer/trust.textproto"))
        self.assertEqual(self.kindgate("policy", "check", "home.textproto").returncode, 0)
        self.assertEqual([code[:3] for code in self.codes], ["18-", "18-", "16-", "16-"])
        self.assertIn("another folder", self.demo("issuer", "init", "--dir", "issuer", "--name", NAME, "--ages", "16", status=2))

    def test_token(self):
        """age demo: a token is issued, redeemed once, kept and redeemed later; openssl holds it for right"""
        gate = self.gate()
        self.assertIn("ACCEPT accepted: open, until 2026-12-24", self.client(gate, "--code", self.codes[-1].lower()))
        self.client(gate, "--code", self.codes[0], "--keep", "token")
        self.assertEqual(json.loads(self.client(gate, "--token", "token", "--json")), ACCEPT)
        self.assertIn("REFUSE replayed", self.client(gate, "--token", "token", status=1))

    def test_codes(self):
        """age demo: a code is good so many times, also over a restart; an unknown one never, nor one for a lower age"""
        gate = self.gate()
        self.assertIn("people under 18", self.client(self.gate("18"), "--code", self.codes[-1], status=1))
        for _ in range(2):
            self.client(gate, "--code", self.codes[-1])
        self.stop(self.issuer)
        self.serve()
        self.client(gate, "--code", self.codes[-1])
        self.assertIn("used up", self.client(gate, "--code", self.codes[-1], status=1))
        self.assertIn("isn't one of ours", self.client(gate, "--code", "16-0000-0000-0000", status=1))

    def test_origin(self):
        """age demo: a challenge for another gate, and a key that isn't the issuer's, get no token"""
        self.assertIn("is for 'other'", self.client(self.gate(origin=b"other"), "--code", self.codes[0], status=1))
        gate = self.gate()
        gate.key = base64.urlsafe_b64decode(self.keys["18"])
        self.assertIn("doesn't have the key", self.client(gate, "--code", self.codes[0], status=1))

    def test_wallet(self):
        """age demo: a wallet has its attestation, and shows a gate one element, readable or sealed"""
        told = self.demo("wallet", "fetch", "--issuer", f"http://127.0.0.1:{self.port}", "--code", self.codes[-1], "--ages", "16,18",
                         "--file", "wallet")
        self.assertEqual(told, "age_over_18 no\nage_over_16 yes\n")
        gate = self.gate(secure=True)
        present = ["wallet", "present", "--file", "wallet", "--ca", gate.certificate, "--json"]
        self.assertEqual(json.loads(self.demo(*present, "--url", gate.url + "/wallet/direct_post", "--response-file", "shown")), ACCEPT)
        form = gate.forms.pop()
        self.assertEqual(form["state"], ["a b"])
        shown = json.loads(form["vp_token"][0])["age"][0]
        with open(self.path("shown"), "rb") as file:
            self.assertEqual(base64.urlsafe_b64encode(file.read()).decode().rstrip("="), shown)
        octets = base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4))
        self.assertTrue(b"age_over_16" in octets and b"age_over_18" not in octets)
        self.check_mdoc(gate, "shown")
        self.demo(*present, "--url", gate.url + "/wallet/direct_post.jwt")
        sealed = gate.forms.pop()
        self.assertEqual((list(sealed), sealed["response"][0].count(".")), (["response"], 4))
        self.assertIn("direct_post", self.demo(*present, "--url", gate.url + "/wallet/fragment", status=1))

    def check_mdoc(self, gate, file):
        """What a wallet showed, by kindgate age check-mdoc: good for 16 in its conversation, and for nothing else."""
        uri = gate.url + "/answer"
        words = [b"\x84", *(cbor_text(word) for word in ("redirect_uri:" + uri, "n0nce")), b"\xf6", cbor_text(uri)]
        handover = b"\x82" + cbor_text("OpenID4VPHandover") + b"\x58\x20" + hashlib.sha256(b"".join(words)).digest()
        policy = self.write("home.textproto", SMALL + self.read("issuer/trust.textproto"))
        whole = {"--policy": policy, "--response": file, "--transcript": (b"\x83\xf6\xf6" + handover).hex(), "--min-age": "14"}

        def check(status, **other):
            words = [word for pair in (whole | {"--" + name.replace("_", "-"): value for name, value in other.items()}).items() for word in pair]
            done = self.kindgate("age", "check-mdoc", "--json", *words)
            self.assertEqual((done.returncode, done.stderr), (status, ""), done)
            answer = json.loads(done.stdout)
            return answer["verdict"], answer["reason"], answer["min_age"]

        self.assertEqual(check(0), ("ACCEPT", "accepted", 16))
        self.assertEqual(check(1, min_age="17"), ("REFUSE", "too-young", 0))
        self.assertEqual(check(1, at="2046-01-01T00:00:00Z"), ("REFUSE", "certificate-dates", 0))
        self.assertEqual(check(1, transcript=whole["--transcript"][:-1] + f"{int(whole['--transcript'][-1], 16) ^ 1:x}"), ("REFUSE", "wrong-device", 0))
        self.assertEqual(check(1, policy=self.write("nobody.textproto", SMALL)), ("REFUSE", "unknown-type", 0))

    def test_help(self):
        """age demo: every subcommand teaches how; what is wrong is said in words"""
        for words in ["issuer", "init"], ["issuer", "serve"], ["client"], ["wallet", "fetch"], ["wallet", "present"]:
            self.assertIn("Examples:", self.demo(*words, "--help"))
            self.assertIn("is missing", self.demo(*words, status=2))
        self.assertIn("either --url", self.demo("wallet", "present", "--file", "wallet", status=2))
        self.assertIn("either --code", self.demo("client", "--gate", "http://x", "--category", "social", status=2))
        self.assertIn("write one like http://", self.demo("client", "--gate", "gate", "--category", "social", "--code", "x", status=2))
        self.assertIn("1 to 99", self.demo("issuer", "init", "--dir", "new", "--name", NAME, "--ages", "100", status=2))


class Tour(Test):
    ACCEPTED = "the token, on this phone", "the document, in this conversation"
    REFUSED = {"the token, on a sibling's phone": "wrong-challenge", 'the token, for "games"': "wrong-challenge",
               "the token, one bit changed": "bad-signature", "a token of a key that nobody trusts": "unknown-key",
               "the token for 16, where 18 is asked": "too-young", "the document, in another conversation": "wrong-device",
               '"over 16", where 18 is asked': "too-young"}

    def tour(self, *command):
        done = subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        self.assertEqual(os.listdir(self.folder), [])
        return done.stdout

    def test_tour(self):
        """age demo: the tour has a gate's word for each proof, octets that issuer and gate can't match, and fits a terminal"""
        told = self.tour(DEMO, "tour")
        verdicts = {line[4:48].rstrip(): line[48:] for line in told.splitlines() if line[48:55] in ("ACCEPT ", "REFUSE ")}
        self.assertEqual(verdicts, dict.fromkeys(self.ACCEPTED, "ACCEPT accepted") | {what: "REFUSE " + why for what, why in self.REFUSED.items()})
        self.assertIn("All verdicts were as told", told)
        self.assertLessEqual(max(map(len, told.splitlines())), 80)
        seen = dict(re.findall(r"the (issuer|gate) sees: its signature +256 octets  ([0-9a-f]{16})", told))
        self.assertNotEqual(seen["issuer"], seen["gate"])
        self.assertRegex(told, r"a request +259 octets")

    def test_from_kindgate(self):
        """age demo: kindgate age demo is this tour"""
        self.assertIn("WHO LEARNS WHAT", self.tour(COMMAND, "age", "demo"))

    def test_pipe(self):
        """age demo: a tour that can't be written says so"""
        with open("/dev/full", "wb") as full:
            done = subprocess.run([DEMO, "tour"], stdout=full, stderr=subprocess.PIPE, encoding="utf-8", timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("can't be written", done.stderr)

    def test_help(self):
        """age demo: the tour's help says what it shows, and it takes nothing"""
        done = subprocess.run([DEMO, "tour", "--help"], capture_output=True, encoding="utf-8", timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertIn("kindgate-age-demo tour | less", done.stdout)
        done = subprocess.run([DEMO, "tour", "more"], capture_output=True, encoding="utf-8", timeout=60)
        self.assertEqual(done.returncode, 2)
