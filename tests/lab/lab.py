"""One lab for tests: boards/lab/up under an instance name of its own, and hands to work on it.

Tests get a Lab that is up; `lab.fresh(policy)` starts them with an empty state directory and no table. Nothing here sleeps
where it can wait: `wait_for` polls a condition and fails with what it waited for. Sockets are made on a host of the lab by
`lab.on(host)` (this process enters that network namespace for the moment), so all times are of one clock, time.monotonic().
"""
import contextlib
import ctypes
import datetime
import glob
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import zoneinfo

HERE = os.path.dirname(os.path.realpath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
BOARD = os.path.join(CHECKOUT, "boards", "lab")
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
# The lab router's own firewall, as boards/lab/network.sh makes it.
NAT = """table inet lab {
  chain srcnat {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "wan" meta nfproto ipv4 masquerade
  }
}
"""

KID, PUPIL, PARENT = "02:00:5e:10:00:01", "02:00:5e:10:00:02", "02:00:5e:10:00:03"
GATE4, GATE6 = "192.168.77.1", "2001:db8:77::1"
VIDEO4, VIDEO6 = "203.0.113.10", "2001:db8:113::10"
LEARN4, LEARN6 = "203.0.113.20", "2001:db8:113::20"


class Skip(Exception):
    """The machine lacks what the test needs; the text says what."""


def wait_for(condition, what, timeout=5.0, step=0.01):
    """The first true value of condition(), asked again and again."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout} s for {what}")
        time.sleep(step)


def stays(condition, seconds, what):
    """Fails as soon as condition() is false within so many seconds. For what must not happen there is no other way."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert condition(), what
        time.sleep(0.01)


def run(*command, check=True, **options):
    options.setdefault("input", "")
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def _setns(descriptor):
    if LIBC.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=10):
        super().__init__("gate", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Events:
    """What the daemon tells from now on, with the moment at which it was heard."""

    def __init__(self, lab):
        self.heard = []
        self.connection = UnixConnection(lab.socket, timeout=None)
        self.connection.request("GET", "/v1/events")
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):
            while line := self.answer.readline():
                if line.startswith(b"data:"):
                    self.heard.append((time.monotonic(), json.loads(line[5:])))

    def find(self, kind, text="", **fields):
        """The (moment, event) of the first such event, else None. `text` is a regular expression."""
        for moment, event in list(self.heard):
            if event["kind"] == kind and re.search(text, event["text"]) and fields.items() <= event.items():
                return moment, event
        return None

    def wait(self, kind, text="", timeout=5.0, **fields):
        try:
            return wait_for(lambda: self.find(kind, text, **fields), f"event {kind} {text} {fields}", timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}; heard: {[event for _, event in self.heard]}") from None


class Lab:
    def __init__(self, name, build):
        self.name, self.build = name, build
        self.environment = {**os.environ, "KINDGATE_LAB": name}
        self.id = hashlib.sha256(f"{CHECKOUT}\n{name}".encode()).hexdigest()[:6]  # as boards/lab/lib.sh does
        self.run = f"/run/kindgate-lab/{self.id}"
        self.socket = f"{self.run}/api.sock"
        self.policy_file = f"{self.run}/policy.textproto"
        self.board_file = f"{self.run}/board.textproto"
        self.state = f"{self.run}/state"
        self.daemon = None
        self.offset = 0
        self.namespaces = {}
        self.opened = []  # downloads, flows, servers of the present test
        self.environment.update(self._sanitizer_options())

    # The lab as a whole

    def _sanitizer_options(self):
        options = {}
        for variable in "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS":
            given = self.environment.get(variable, "halt_on_error=1")
            options[variable] = f"{given}:log_path={self.run}/sanitizer"
        return options

    def script(self, name, *arguments, check=True, **options):
        return run(f"{BOARD}/{name}", *arguments, check=check, env=self.environment, **options)

    def up(self):
        self.script("up", "--detach", "--build", self.build)
        with open(f"{self.run}/board.textproto") as file:
            self.board_text = file.read()
        with open(f"{self.run}/kindgated.pid") as file:
            self.first_pid = int(file.read().split()[0])
        os.kill(self.first_pid, signal.SIGTERM)
        wait_for(lambda: not os.path.exists(f"/proc/{self.first_pid}"), "the first daemon's end")
        return self

    def down(self):
        if self.daemon and self.daemon.poll() is None:
            self.kill()
        for file in self.namespaces.values():
            os.close(file)
        self.namespaces.clear()
        self.script("down")

    def netns(self, host):
        return f"kg-{self.id}-{host}"

    @contextlib.contextmanager
    def on(self, host):
        """Sockets made inside are sockets of this host. Of this thread only."""
        if host not in self.namespaces:
            self.namespaces[host] = os.open(f"/run/netns/{self.netns(host)}", os.O_RDONLY | os.O_CLOEXEC)
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _setns(self.namespaces[host])
            yield
        finally:
            _setns(home)
            os.close(home)

    def exec(self, host, *command, check=True, **options):
        return run(f"{BOARD}/exec", host, *command, check=check, env=self.environment, **options)

    def kindgate(self, *arguments, check=True):
        return self.exec("gate", "kindgate", *arguments, check=check)

    # The daemon

    def fresh(self, policy, board=""):
        """A daemon that knows nothing but this policy; no table, no tracked flows, the machine's clock."""
        self.end_daemon()
        self.exec("gate", "nft", "flush", "ruleset")
        self.nft(NAT)
        self.exec("gate", "conntrack", "-F", check=False)
        shutil.rmtree(self.state, ignore_errors=True)
        if os.path.islink(self.policy_file):
            os.unlink(self.policy_file)
        self.write_policy(policy)
        with open(self.board_file, "w") as file:
            file.write(self.board_text + board)
        self.start()

    def write_policy(self, text):
        with open(self.policy_file, "w") as file:
            file.write(text)

    def spawn(self, *arguments):
        log = open(f"{self.run}/kindgated.log", "a")
        return subprocess.Popen(
            ["ip", "netns", "exec", self.netns("gate"), f"{self.run}/bin/kindgated", *arguments],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment, start_new_session=True)

    def start(self):
        """Returns once it answers: then its table is in force."""
        self.daemon = self.spawn("--board", self.board_file)
        self.offset = 0
        wait_for(self._answers, "kindgated to answer", 20)

    def _answers(self):
        if self.daemon.poll() is not None:
            raise AssertionError(f"kindgated ended with {self.daemon.returncode}:\n{self.log()}")
        try:
            return self.status()["kernel_in_force"]
        except (OSError, http.client.HTTPException):
            return False

    def stop(self):
        """As the service manager does. Returns the exit status."""
        self.daemon.send_signal(signal.SIGTERM)
        status = self.daemon.wait(10)
        self.daemon = None
        return status

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()
        self.daemon = None

    def end_daemon(self):
        if not self.daemon:
            return
        if self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
            try:
                self.daemon.wait(10)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()
        self.daemon = None

    def log(self):
        with open(f"{self.run}/kindgated.log") as file:
            return file.read()

    def new_test(self):
        """Forgets the traffic, the reports and the log of the test before."""
        for thing in self.opened:
            thing.close()
        self.opened.clear()
        for path in glob.glob(f"{self.run}/sanitizer.*") + [f"{self.run}/kindgated.log"]:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        open(f"{self.run}/kindgated.log", "w").close()

    def complaints(self):
        """Reports of the sanitizers, and a daemon that ended by itself; "" if there is nothing to complain about."""
        text = ""
        if self.daemon and self.daemon.poll() is not None:
            text += f"kindgated ended by itself with {self.daemon.returncode}\n"
        for path in glob.glob(f"{self.run}/sanitizer.*"):
            with open(path) as file:
                text += file.read()
        return text

    # The API

    def api(self, method, path, body=None, headers=()):
        """(HTTP status, JSON object)"""
        connection = UnixConnection(self.socket)
        text = body if isinstance(body, (str, type(None))) else json.dumps(body)
        connection.request(method, path, text, dict(headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content) if content else {}

    def get(self, path):
        status, answer = self.api("GET", path)
        assert status == 200, (path, status, answer)
        return answer

    def status(self):
        return self.get("/v1/status")

    def profile(self, name):
        return next(profile for profile in self.status()["profiles"] if profile["id"] == name)

    def mode(self, name):
        """Of a profile."""
        return self.profile(name)["mode"]

    def seen(self, mac):
        """The device with this hardware address, else None."""
        return next((device for device in self.get("/v1/devices")["devices"] if mac in device["macs"]), None)

    def slot(self, mac):
        return wait_for(lambda: (self.seen(mac) or {}).get("slot"), f"a slot for {mac}")

    def speak(self, host):
        """The host says something to the gate, so that the gate sees it; its slot."""
        self.exec(host, "ping", "-c1", "-W2", GATE4)
        return self.slot(self.exec(host, "cat", "/sys/class/net/eth0/address").stdout.strip())

    def events(self):
        return Events(self)

    # The clock

    def move_clock(self, seconds):
        status, answer = self.api("POST", "/v1/clock", {"seconds": seconds})
        assert status == 200, answer
        self.offset = int(answer["offset_seconds"])

    def clock_to(self, local, before=0, zone="UTC"):
        """To so many seconds before the next such local time ("20:30") that lies a day ahead or so.

        Returns the moment, by time.monotonic(), at which the gate's clock will show it."""
        hour, minute = map(int, local.split(":"))
        now = datetime.datetime.now(zoneinfo.ZoneInfo(zone)) + datetime.timedelta(seconds=self.offset)
        edge = (now + datetime.timedelta(days=1)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        self.move_clock(int(edge.timestamp() - before - time.time() - self.offset))
        return self.moment(edge.timestamp())

    def moment(self, timestamp):
        """When the gate's clock shows this, by time.monotonic()."""
        return time.monotonic() + timestamp - self.offset - time.time()

    # The kernel

    def table(self):
        """Sets and maps of the table, {name: elements}; {} without the table."""
        done = self.exec("gate", "nft", "-j", "list", "table", "inet", "kindgate", check=False)
        if done.returncode:
            return {}
        objects = json.loads(done.stdout)["nftables"]
        return {kind["name"]: kind.get("elem", []) for item in objects for key, kind in item.items() if key in ("set", "map")}

    def leases(self):
        """{slot: seconds left, or None for a lease without end}"""
        found = {}
        for element in self.table().get("access", []):
            if isinstance(element, dict):
                found[element["elem"]["val"]] = element["elem"].get("expires")
            else:
                found[element] = None
        return found

    def nft(self, text):
        self.exec("gate", "nft", "-f", "-", input=text)

    @contextlib.contextmanager
    def nft_monitor(self):
        """What `nft monitor` tells while inside: a list of lines that grows. It listens when this begins."""
        heard = []
        monitor = subprocess.Popen(["ip", "netns", "exec", self.netns("gate"), "nft", "monitor"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, text=True)

        def listen():
            for line in monitor.stdout:
                heard.append(line.rstrip())

        threading.Thread(target=listen, daemon=True).start()
        try:
            def listens():
                self.nft("add table inet watch; delete table inet watch")
                return any("inet watch" in line for line in heard)

            wait_for(listens, "nft monitor to hear")
            heard.clear()
            yield heard
        finally:
            monitor.kill()
            monitor.wait()

