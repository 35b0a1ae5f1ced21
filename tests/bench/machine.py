"""Network namespaces and processes of one measurement, and how they go away again whatever happens."""
import atexit
import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)

folder = tempfile.mkdtemp(prefix="kindgate-bench-")
_spaces = []
_processes = []


class Failed(Exception):
    """What went wrong, for people."""


def _leave():
    for process in _processes:
        if process.poll() is None:
            process.kill()
            process.wait()
    for space in list(_spaces):
        space.remove()
    shutil.rmtree(folder, ignore_errors=True)


atexit.register(_leave)
for _number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(_number, lambda *_: sys.exit(1))


def run(words, **options):
    """Runs a command to its end, at most five minutes; its output, or Failed with what it said."""
    done = subprocess.run([str(word) for word in words], text=True, capture_output=True, check=False, timeout=300, **options)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, words))}: status {done.returncode}\n{done.stderr or done.stdout}")
    return done.stdout


class Space:
    """A network namespace; its name starts with kgb- and our process id."""

    def __init__(self, name):
        self.name = f"kgb-{os.getpid()}-{name}"
        run(["ip", "netns", "add", self.name])
        _spaces.append(self)
        self.ip("link set lo up")

    def remove(self):
        _spaces.remove(self)
        subprocess.run(["ip", "netns", "del", self.name], stderr=subprocess.DEVNULL, check=False)

    def ip(self, *lines):
        for line in lines:
            run(["ip", "-n", self.name, *line.split()])

    def sysctl(self, **values):
        self.run(["sysctl", "-qw", *(f"{key.replace('__', '.')}={value}" for key, value in values.items())])

    def nft(self, text):
        self.run(["nft", "-f", "-"], input=text)

    @contextlib.contextmanager
    def _inside(self, core):
        """Whoever is started meanwhile is in the namespace and on the core. We go in and back ourselves: a function to be called
        between fork and exec would have all of Python copied first, which takes longer than what is measured."""
        cores = os.sched_getaffinity(0)
        here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            if libc.setns(there, CLONE_NEWNET):
                raise Failed(f"can't enter {self.name}: {os.strerror(ctypes.get_errno())}")
            os.sched_setaffinity(0, cores if core is None else {core})
            yield
        finally:
            os.sched_setaffinity(0, cores)
            libc.setns(here, CLONE_NEWNET)
            os.close(there)
            os.close(here)

    def run(self, words, core=None, **options):
        with self._inside(core):
            return run(words, **options)

    def start(self, words, core=None, **options):
        with self._inside(core):
            process = subprocess.Popen([str(word) for word in words], text=True, **options)
        _processes.append(process)
        return process


def end(process, seconds=10):
    """Asks a process to end and waits for it."""
    if process.poll() is None:
        process.terminate()
        process.wait(seconds)


def wait_ready(process, seconds=10):
    """Until the process has said "ready" on its standard output."""
    readable, _, _ = select.select([process.stdout], [], [], seconds)
    if not readable or process.stdout.readline().strip() != "ready":
        raise Failed(f"{process.args[0]} didn't start")


def result(process, seconds=60):
    """The line of JSON that a process ends with."""
    output, _ = process.communicate(timeout=seconds)
    if process.returncode:
        raise Failed(f"{' '.join(process.args)}: status {process.returncode}\n{output}")
    return json.loads(output.strip().splitlines()[-1])


class NotifySocket:
    """What a Type=notify service tells systemd."""

    def __init__(self):
        self.path = os.path.join(folder, f"notify-{time.monotonic_ns()}")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)

    def wait_ready(self, process, seconds=20):
        """The monotonic time at which READY=1 came."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._socket.settimeout(0.2)
            try:
                said = self._socket.recv(4096).decode()
            except TimeoutError:
                if process.poll() is not None:
                    raise Failed(f"{process.args[0]} ended with status {process.returncode}") from None
                continue
            if "READY=1" in said.split("\n"):
                return time.monotonic()
        raise Failed(f"{process.args[0]} was not ready within {seconds} s")

    def close(self):
        self._socket.close()
        os.unlink(self.path)
