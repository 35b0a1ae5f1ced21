"""The lab itself: up, down, twice, side by side, after a crash; the commands that work on it."""
import contextlib
import glob
import hashlib
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

import lab as lab_module
from lab import BOARD, run, wait_for


@contextlib.contextmanager
def own_lab(lab, name, board=BOARD):
    """Scripts of a lab of its own: call(script, arguments…)."""
    environment = {**os.environ, "KINDGATE_LAB": f"{lab.name.replace('tests', f'tests-{name}')}"}

    def call(script, *arguments, check=True, **options):
        return run(f"{board}/{script}", *arguments, check=check, env=environment, **options)
    call.environment = environment
    try:
        yield call
    finally:
        call("down", check=False)


def left(call):
    """What is on the machine of this lab: namespaces, files, mounts, processes."""
    name = call.environment["KINDGATE_LAB"]
    lab_id = hashlib.sha256(f"{lab_module.CHECKOUT}\n{name}".encode()).hexdigest()[:6]
    found = re.findall(rf"kg-{lab_id}-\w+", run("ip", "netns").stdout)
    found += [path for path in (f"/run/kindgate-lab/{lab_id}", *glob.glob(f"/etc/netns/kg-{lab_id}-*")) if os.path.exists(path)]
    found += [line for line in open("/proc/mounts") if lab_id in line]
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        with contextlib.suppress(OSError), open(path, "rb") as file:
            command = file.read()
            if f"kindgate-lab/{lab_id}".encode() in command:
                found.append(command.decode().replace("\0", " "))
    return found


def answers(call):
    return call("exec", "kid", "curl", "-sS", "-m", "3", "http://video.example/").stdout


def test_up_and_down(lab):
    """`up --detach` twice and `down` twice, from any directory: the second says so, nothing is left behind."""
    with own_lab(lab, "up") as call, tempfile.TemporaryDirectory() as elsewhere:
        first = call("up", "--detach", "--build", lab.build, cwd=elsewhere).stdout
        assert "Children" in first and "Pupils" in first, first
        assert "up already" in call("up", "--detach", "--build", lab.build, cwd=elsewhere).stdout
        call("exec", "gate", "kindgate", "allow", "all", "for", "1h")
        assert "video.example answers" in answers(call)
        assert "answers" in call("exec", "kid", "curl", "-sS", "-m", "3", "https://www.learn.example/").stdout
        assert "down" in call("down", cwd=elsewhere).stdout
        assert "No lab" in call("down").stdout
        assert call("exec", "kid", "true", check=False).returncode == 2
        assert not left(call), left(call)


def test_the_tour(lab):
    """README's tour: pause, the gate's page; five minutes given, the site; six later the page again; a status that names everybody; a proof of age, the site, and two hours later the page again."""
    with own_lab(lab, "tour") as call:
        call("up", "--detach", "--build", lab.build)
        curl = "exec", "kid", "curl", "-sS", "-m", "3", "http://video.example/"
        closed = "The internet is off"
        call("exec", "gate", "kindgate", "pause", "kid")
        assert closed in call(*curl).stdout
        call("exec", "gate", "kindgate", "allow", "kid", "for", "5m")
        assert "answers" in answers(call)
        call("clock", "+6m")
        assert closed in call(*curl).stdout
        call("exec", "gate", "kindgate", "resume", "kid")
        status = call("exec", "gate", "kindgate", "status").stdout
        assert all(word in status for word in ("Kid's phone", "Pupil's laptop", "Parent's phone")), status
        assert "guest" in call("exec", "gate", "kindgate", "devices").stdout
        call("clock", "15:00")
        social = "exec", "kid", "curl", "-sS", "-m", "3", "http://social.example/"
        gate = "social is open to who is 16"
        assert gate in call(*social).stdout
        code = call("code").stdout.strip()
        call("exec", "kid", "kindgate-age-demo", "client", "--gate", "http://gate.example", "--category", "social", "--code", code)
        assert "social.example answers" in call(*social).stdout
        status = call("exec", "gate", "kindgate", "status").stdout
        assert "A proof of age: 16 years" in status, status
        call("clock", "+121m")
        assert gate in call(*social).stdout


def test_the_clock_command(lab):
    """`clock` moves the gate's clock by a stretch, to a local time, also where clocks change, and back; what is none is refused."""
    with own_lab(lab, "clock") as call:
        call("up", "--detach", "--build", lab.build)
        assert "5400 seconds" in call("clock", "+90m").stdout
        assert "1800 seconds" in call("clock", "-1h").stdout
        assert "2031-07-01 20:59" in call("clock", "2031-07-01T20:59").stdout
        next_time = call("clock", "20:29").stdout
        assert "2031-07-02 20:29" in next_time and "trust" not in next_time, next_time
        # What clocks skip is the jump, what they show twice the first.
        for said, shown in (("2032-03-28T02:30", r"2032-03-28 03:00:0\d CEST"), ("2032-10-31T02:30", r"2032-10-31 02:30:0\d CEST"),
                            ("2033-03-27T01:59", r"2033-03-27 01:59:0\d CET"), ("2:30", r"2033-03-27 03:00:0\d CEST")):
            told = call("clock", said).stdout
            assert re.search(shown, told), (said, told)
        assert " 0 seconds" in call("clock", "reset").stdout
        for wrong in "+90x", "soon", "+", "2026-13-40T00:00", "2027-02-29T10:00", "24:30", "2027-03-28T02:30 nonsense":
            done = call("clock", wrong, check=False)
            assert done.returncode == 2 and "clock: " in done.stderr, done


def test_side_by_side(lab):
    """Two checkouts have their labs side by side; taking one down leaves the other."""
    with tempfile.TemporaryDirectory() as other:
        shutil.copytree(BOARD, f"{other}/boards/lab", symlinks=True)
        with own_lab(lab, "one") as one, own_lab(lab, "one", f"{other}/boards/lab") as two:
            for call in one, two:
                call("up", "--detach", "--build", lab.build)
                call("exec", "gate", "kindgate", "allow", "all", "for", "1h")
            one("exec", "gate", "kindgate", "pause", "kid")
            assert "answers" in answers(two)
            assert "The internet is off" in answers(one)
            one("down")
            assert "answers" in answers(two)


class Terminal:
    """`up` in a terminal of its own."""

    def __init__(self, call, *arguments):
        self.pid, self.file = pty.fork()
        if not self.pid:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored by what a shell without a terminal starts with &
            os.execve(f"{BOARD}/up", ["up", *arguments], call.environment)
        self.said = ""

    def read(self):
        with contextlib.suppress(OSError):
            while select.select([self.file], [], [], 0)[0]:
                data = os.read(self.file, 65536)
                if not data:
                    break
                self.said += data.decode()
        return self.said

    def wait_said(self, pattern, timeout=20):
        try:
            wait_for(lambda: re.search(pattern, self.read()), pattern, timeout)
        except AssertionError:
            raise AssertionError(f"never said {pattern!r}: {self.said}") from None

    def ended(self):
        self.read()
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return (os.waitstatus_to_exitcode(status),) if pid else None


def test_follows_events_until_ctrl_c(lab):
    """`up` in a terminal tells who may do what within seconds, then events in plain words; Ctrl-C leaves nothing behind."""
    with own_lab(lab, "ctrl") as call:
        began = time.monotonic()
        terminal = Terminal(call, "--build", lab.build)
        terminal.wait_said("Children")
        took = time.monotonic() - began
        print(f"who may do what, {took:.1f} s after the build")
        assert took < 20, "the promise is 5 s, where nothing else runs"
        terminal.wait_said("Live")
        wait_for(lambda: pause(call) and re.search(r"(?s)Live.*gave kid: off until", terminal.read()), "the event", 5, 0.3)
        os.write(terminal.file, b"\x03")
        (status,) = wait_for(terminal.ended, "the end", 30)
        os.close(terminal.file)
        assert status == 130, (status, terminal.said)
        assert not left(call), left(call)


def pause(call):
    return call("exec", "gate", "kindgate", "pause", "kid").returncode == 0


def test_up_after_a_crash(lab):
    """After a SIGKILL of `up` the next one takes the leftovers away and stands; also over a half built lab."""
    with own_lab(lab, "crash") as call:
        for moment in "Live", None:
            process = subprocess.Popen([f"{BOARD}/up", "--build", lab.build], stdout=subprocess.PIPE, text=True,
                                       stderr=subprocess.STDOUT, env=call.environment, start_new_session=True)
            if moment:
                wait_for(lambda: moment in process.stdout.readline(), moment, 20)
            else:
                wait_for(lambda: any(one.startswith("kg-") for one in left(call)), "the first namespace", 20)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            said = call("up", "--detach", "--build", lab.build).stdout
            assert "Taking away" in said, (moment, said)
            call("exec", "gate", "kindgate", "allow", "all", "for", "1h")
            assert "answers" in answers(call)
            call("down")
            assert not left(call), left(call)


def test_up_with_another_policy(lab):
    """`up --policy FILE` puts that file in force; a missing one is refused; a lab that is up is not given another."""
    with own_lab(lab, "policy") as call, tempfile.TemporaryDirectory() as elsewhere:
        with open(f"{elsewhere}/my.textproto", "w") as file:
            file.write('name: "Mine" time_zone: "UTC" profiles { id: "everybody" } newcomer_profile: "everybody"\n')
        assert call("up", "--detach", "--policy", "missing", check=False, cwd=elsewhere).returncode == 2
        call("up", "--detach", "--build", lab.build, "--policy", "my.textproto", cwd=elsewhere)
        assert "everybody" in call("exec", "gate", "kindgate", "status").stdout
        assert call("up", "--detach", "--build", lab.build, "--policy", "my.textproto", check=False, cwd=elsewhere).returncode == 2


def test_up_with_a_bad_policy(lab):
    """`up` with a policy that has an error shows it with file, line and column."""
    with own_lab(lab, "bad") as call, tempfile.TemporaryDirectory() as elsewhere:
        with open(f"{elsewhere}/my.textproto", "w") as file:
            file.write('time_zone: "UTC"\nprofiles { id: "everybody" default_mode: SOMETIMES }\n')
        done = call("up", "--detach", "--build", lab.build, "--policy", "my.textproto", check=False, cwd=elsewhere)
        assert f"{elsewhere}/my.textproto:2:" in done.stdout + done.stderr, done

