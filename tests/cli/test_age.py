"""kindgate age: tokens and attestations checked offline, with vectors that others made, and whom a policy trusts."""
import base64
import json
import os
import re
import subprocess
import unittest

from kindgate import COMMAND, SMALL, TOP, Test

DEMO = os.path.join(os.path.dirname(COMMAND), "kindgate-age-demo")
GATE = 'content { age_gates { category: "social" min_age: 16 } }'


def vectors(folder, name):
    """The content of a file of the test data; skipped where there is none, but for CI."""
    path = os.path.join(os.environ.get("KINDGATE_TESTDATA", os.path.join(TOP, "../shared")), "vectors", folder, name)
    if not os.path.exists(path) and not os.environ.get("CI"):
        raise unittest.SkipTest(f"no {path}")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def b64(digits, padded=True):
    text = base64.urlsafe_b64encode(bytes.fromhex(digits)).decode()
    return text if padded else text.rstrip("=")


def pem_of(response):
    """The signer's certificate in a DeviceResponse: x5chain, label 33, a byte string."""
    at = response.find(b"\x18\x21\x59")
    der = response[at + 5:at + 5 + int.from_bytes(response[at + 3:at + 5], "big")]
    return "-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der).decode() + "-----END CERTIFICATE-----\n"


def text_field(text):
    return " ".join(f'"{line}\\n"' for line in text.splitlines())


class CheckToken(Test):
    def check(self, one, *more, token=None, status=0):
        done = self.kindgate("age", "check-token", "--json", "--challenge", b64(one["token_challenge"]), "--token-key", b64(one["pkS"], False),
                             "--token", token or b64(one["token"]), *more)
        self.assertEqual((done.returncode, done.stderr), (status, ""), done)
        answer = json.loads(done.stdout)
        self.assertEqual(list(answer), ["verdict", "reason", "min_age", "text"])
        self.assertEqual(answer["verdict"], "REFUSE" if status else "ACCEPT")
        return answer

    def test_vectors(self):
        """Tokens of RFC 9578 are accepted, with any padding; the age is the policy's, if it trusts the key for the challenge's issuer"""
        for name in "rfc9578-type0002-blindrsa.json", "type0002-blindrsa-rust.json":
            for one in vectors("privacypass", name):
                self.assertEqual(self.check(one)["min_age"], 0)
        one = vectors("privacypass", "rfc9578-type0002-blindrsa.json")[0]
        for issuer, age, said in ("issuer.example", 16, ("accepted", 16)), ("other.example", 16, ("wrong-challenge", 0)):
            trust = f'age_trust {{ issuers {{ name: "{issuer}" token_keys: "{b64(one["pkS"])}" min_age: {age} }} }}'
            answer = self.check(one, "--policy", self.write("policy", SMALL + trust), status=int(said[0] != "accepted"))
            self.assertEqual((answer["reason"], answer["min_age"]), said)
        self.assertEqual(self.check(one, "--policy", self.write("policy", SMALL), status=1)["reason"], "unknown-key")

    def test_refused(self):
        """Another challenge, a changed signature, other types, and what is cut: refused by a fixed word, status 1"""
        one = vectors("privacypass", "rfc9578-type0002-blindrsa.json")[0]
        changed = one["token"][:-2] + f"{int(one['token'][-2:], 16) ^ 1:02x}"
        for token, reason in ((b64(changed), "bad-signature"), (b64(one["token"][:-2]), "malformed"), (b64("da7a" + one["token"][4:]), "unknown-type")):
            self.assertEqual(self.check(one, token=token, status=1)["reason"], reason)
        for name in "rfc9578-type0001-voprf.json", "typeDA7A-public-metadata.json":
            for other in vectors("privacypass", name):
                self.assertEqual(self.check(other, status=1)["reason"], "unknown-type")
        other = dict(one, token_challenge=one["token_challenge"][:-2] + "00")
        self.assertEqual(self.check(other, status=1)["reason"], "wrong-challenge")
        done = self.kindgate("age", "check-token", "--challenge", b64(other["token_challenge"]), "--token-key", b64(one["pkS"]), "--token", b64(one["token"]))
        self.assertEqual((done.returncode, done.stdout), (1, "REFUSE wrong-challenge: It was made for another gate, device, category or time\n"))

    def test_wrong_words(self):
        """What is no base64url or no token key: status 2, and says which"""
        one = vectors("privacypass", "rfc9578-type0002-blindrsa.json")[0]
        whole = {"--challenge": b64(one["token_challenge"]), "--token-key": b64(one["pkS"]), "--token": b64(one["token"])}
        for option in whole:
            words = [word for pair in (whole | {option: "a b"}).items() for word in pair]
            self.refused(2, f"{option} is not base64url", "age", "check-token", *words)
        rsa = vectors("rsapss", "rsa_pss_2048_sha384_mgf1_48_test.json")["testGroups"][0]["publicKeyDer"]
        words = [word for pair in (whole | {"--token-key": b64(rsa)}).items() for word in pair]
        self.refused(2, "--token-key: this is not a token key", "age", "check-token", *words)
        self.refused(2, "--token", "age", "check-token", "--challenge", "AA", "--token-key", "AA")


class CheckMdoc(Test):
    def policy(self, response, more="", kind="eu.europa.ec.av.1", eku="1.0.18013.5.1.2"):
        trust = f'age_trust {{ providers {{ name: "p" ca_pem: {text_field(pem_of(response))} eku: "{eku}" doc_type: "{kind}" {more} }} }}'
        return self.write("policy", SMALL + trust)

    def check(self, one, policy, at, *more, response=None, status=1):
        path = self.write("response", response or bytes.fromhex(one["device_response"]))
        done = self.kindgate("age", "check-mdoc", "--json", "--policy", policy, "--response", path, "--transcript", one["session_transcript"], "--at", at, *more)
        self.assertEqual((done.returncode, done.stderr), (status, ""), done)
        return json.loads(done.stdout)

    def test_vectors(self):
        """Documents of others: each is refused by the first thing that is wrong with it, in each form of the file"""
        by_index = {one["index"]: one for name in ("device-responses.json", "more-device-responses.json") for one in vectors("mdoc", name)}
        expected = {0: "unknown-handover", 6: "too-young", 9: "unknown-handover", 11: "certificate-dates"}
        for index, reason in expected.items():
            one = by_index[index]
            policy = self.policy(bytes.fromhex(one["device_response"]), kind=one["doc_type"])
            for form in (None, one["device_response"].encode() + b"\n", b64(one["device_response"], False).encode()):
                answer = self.check(one, policy, one["now"], "--min-age", "18", response=form)
                self.assertEqual((answer["reason"], answer["min_age"]), (reason, 0), (index, answer))

    def test_wrong_words(self):
        """A transcript that is none, a file or a time that is none: status 2"""
        policy = self.write("policy", SMALL)
        words = ["age", "check-mdoc", "--policy", policy, "--response", self.write("r", "x"), "--transcript"]
        self.refused(2, "--transcript is not hexadecimal", *words, "xyz")
        self.refused(2, "nothing", "age", "check-mdoc", "--policy", policy, "--response", self.path("nothing"), "--transcript", "80")
        self.refused(2, "soon", *words, "80", "--at", "soon")
        self.refused(2, "1 to 120 years", *words, "80", "--min-age", "121")
        done = self.kindgate(*words, "80")
        self.assertEqual((done.returncode, re.sub(":.*", "", done.stdout)), (1, "REFUSE malformed\n"))


class Trust(Test):
    def test_nobody(self):
        """A policy that trusts nobody says so"""
        self.assertIn("Nobody", self.good("age", "trust", "--policy", self.write("policy", SMALL)))
        self.assertEqual(json.loads(self.good("age", "trust", "--json", "--policy", self.path("policy"))), {"issuers": [], "providers": [], "gates": []})

    def test_trust_of_an_issuer(self):
        """The trust that the reference issuer writes is what a policy needs: who, for what, until when"""
        done = subprocess.run([DEMO, "issuer", "init", "--dir", self.path("issuer"), "--name", "issuer.example", "--ages", "16"], capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("issuer/trust.textproto"), encoding="utf-8") as file:
            policy = self.write("policy", SMALL.replace('id: "kids"', f'id: "kids" {GATE}') + file.read())
        out = self.good("age", "trust", "--policy", policy)
        for part in "age16.issuer.example", "16 years", "social for kids", "eu.europa.ec.av.1 signed below":
            self.assertIn(part, out)
        trust = json.loads(self.good("age", "trust", "--policy", policy, "--json"))
        self.assertEqual([(one["name"], one["min_age"], len(one["token_key_ids"])) for one in trust["issuers"]], [("age16.issuer.example", 16, 1)])
        self.assertEqual(trust["gates"], [{"profile": "kids", "category": "social", "min_age": 16, "minutes": 60}])
        self.assertRegex(trust["providers"][0]["until"], r"^20\d\d-")
