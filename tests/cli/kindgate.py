"""The command under test, a folder of one's own for each test, and a socket that answers what a test says."""
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

COMMAND = os.environ["KINDGATE_COMMAND"]
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
POLICIES = os.path.join(TOP, "policies")

SMALL = '''name: "Small"
time_zone: "Europe/Berlin"
profiles {
  id: "kids"
  windows { days: "daily" from: "21:00" to: "07:00" mode: OFF label: "Bedtime" }
}
devices { id: "phone" macs: "02:00:5e:10:00:01" profile: "kids" }
'''


class Test(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kindgate-cli-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def kindgate(self, *arguments, environment=None, stdout=subprocess.PIPE):
        """Never against a daemon of this machine: the socket is in the test's folder unless it says another."""
        whole = {"PATH": os.environ["PATH"], "LC_ALL": "C", "KINDGATE_SOCKET": self.path("api.sock")}
        whole |= {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        whole |= environment or {}
        return subprocess.run([COMMAND, *arguments], env=whole, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=stdout,
                              stderr=subprocess.PIPE, timeout=60, encoding="utf-8", errors="surrogateescape")

    def good(self, *arguments, **more):
        done = self.kindgate(*arguments, **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        return done.stdout

    def refused(self, status, part, *arguments, **more):
        """Ends with this status, says this on standard error, and nothing on standard output."""
        done = self.kindgate(*arguments, **more)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done)
        self.assertIn(part, done.stderr)
        return done.stderr

    def json_lines(self, *arguments, **more):
        return [json.loads(line) for line in self.good(*arguments, **more).splitlines()]


class Answers(threading.Thread):
    """A unix socket that gives each connection the next of these raw answers, and keeps what was asked."""

    def __init__(self, path, *answers):
        super().__init__(daemon=True)
        self.asked = []
        self.answers = answers
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(path)
        self.server.listen()
        self.start()

    def run(self):
        for answer in self.answers:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(30)
                self.asked.append(self.read_request(connection))
                if answer:
                    connection.sendall(answer)

    @staticmethod
    def read_request(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:  # it only looked whether somebody is there
                return "", ""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)^content-length: (\d+)", head, re.M)
        while length and len(body) < int(length[1]):
            body += connection.recv(65536)
        return head.decode(), body.decode()

    def close(self):
        self.server.close()


def answer(body, status="200 OK", headers=""):
    raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return (f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n"
            f"Connection: close\r\n{headers}\r\n").encode() + raw


STATUS = {"policy_name": "Home", "policy_file": "/etc/kindgate/policy.textproto", "policy_revision": "0123456789abcdef",
          "policy_errors": [], "warnings": [], "time_zone": "Europe/Berlin", "now": "2026-11-24T17:00:00Z",
          "clock_trusted": True, "next_edge": "2026-11-24T20:00:00Z", "kernel_in_force": True, "profiles": [], "version": "x"}
