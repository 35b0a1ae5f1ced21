"""Real clients that ask for names on hosts of the lab: dig, kdig, curl, Chromium."""
import os
import re
import shutil
import subprocess
import tempfile

from lab import GATE4, Skip


class Said:
    """What a DNS client printed of one reply."""

    def __init__(self, text):
        self.status = re.search(r"status: (\w+)", text)[1]
        question = re.search(r"QUESTION SECTION:\n;+ ?(\S+)\s+IN\s+(\S+)", text)
        self.name, self.kind = (question[1].rstrip("."), question[2]) if question else ("", "")
        section = text.split("ANSWER SECTION:\n")[1].split("\n\n")[0] if "ANSWER SECTION:" in text else ""
        self.records = [line.split(None, 4)[3:] for line in section.splitlines() if not line.startswith(";")]
        self.answers = [data for _, data in self.records]
        server = re.search(r"(?:SERVER: |From )([^#@\s]+)[#@]53.*\((UDP|TCP)\)", text)
        self.server, self.way = server.groups() if server else ("", "")
        # The reply's extended error (RFC 8914): "17 (Filtered): (text)".
        error = re.search(r"EDE: (.*)", text)
        self.error = error[1] if error else ""


def replies(text):
    return [Said(part) for part in text.split("->>HEADER<<-")[1:]]


def dig(lab, host, name, kind="A", server=GATE4, *options):
    """(status, answers, extended error) of one question."""
    done = lab.exec(host, "dig", f"@{server}", "-t", kind, name, "+time=2", "+tries=1", *options, check=False)
    said = replies(done.stdout)
    return (said[0].status, said[0].answers, said[0].error) if said else ("NO ANSWER", [], done.stdout)


def ask_all(lab, host, tool, options, questions):
    """All (name, kind, server) by one run of dig or kdig; what was said to each, and None to the silent."""
    words = [word for name, kind, server in questions for word in (name, kind, f"@{server}", *options)]
    said = {(one.name, one.kind, one.server): one for one in replies(lab.exec(host, tool, *words, check=False).stdout)}
    return [said.get(question) for question in questions]


def fetch_all(lab, host, addresses, *options):
    """curl's (exit status, HTTP status, body) for each of these URLs, by one run."""
    done = lab.exec(host, "curl", "-s", "--connect-timeout", "3", "-m", "5", *options,
                    "-w", r"\n@@%{exitcode} %{http_code}@@", *addresses, check=False)
    found = re.findall(r"(.*?)\n@@(\d+) (\d+)@@", done.stdout, re.DOTALL)
    assert len(found) == len(addresses), done
    return [(int(status), int(code), body) for body, status, code in found]


def chromium(lab, host, *words):
    if not shutil.which("chromium"):
        raise Skip("no Chromium: boards/lab/install test")
    with tempfile.TemporaryDirectory() as profile:
        # Its own errands on the network are none of this test's.
        return lab.exec(host, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                        "--disable-background-networking", "--disable-component-update", "--disable-sync",
                        f"--user-data-dir={profile}", *words, check=False, timeout=60)


def browse(lab, host, address):
    """What Chromium shows of a page, as HTML, and what it complains of."""
    done = chromium(lab, host, "--dump-dom", address)
    return done.stdout + done.stderr


def scan(lab, host, address):
    """What a phone's camera reads from the one QR code on a page that Chromium shows."""
    if not shutil.which("zbarimg"):
        raise Skip("no zbarimg: boards/lab/install test")
    with tempfile.TemporaryDirectory() as folder:
        picture = os.path.join(folder, "page.png")
        # The lab's authority isn't Chromium's.
        done = chromium(lab, host, "--ignore-certificate-errors", "--window-size=800,1000", f"--screenshot={picture}", address)
        assert os.path.exists(picture), done.stderr
        codes = subprocess.run(["zbarimg", "-q", "--raw", picture], capture_output=True, text=True).stdout.splitlines()
        assert len(codes) == 1, codes
        return codes[0]
