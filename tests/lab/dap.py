"""DAP's parties on the lab's internet: leader, helper, collector, households that are made up, OHTTP relay and gateway (tests/dap).

    parties = Parties(lab, collect_least=100).start()    # ends with the test
    task = parties.task(histogram=4)
    parties.households("gate", task, 200, [40, 30, 20, 10], epsilon=2, seed=1)
    parties.fault("leader", "refuse=8")                  # fault("leader"): all is well again
    parties.uploads()                                    # [Upload(report, outcome, address), …], in their order
    parties.collect(task, epsilon=2)                     # {"reports": …, "counts": […], "estimates": […]}

They are leader.example and helper.example (and relay.example, gateway.example: start(oblivious=True)), trusted by who trusts
the lab's authority, {lab.run}/ca.crt. What they keep goes with the lab.
"""
import collections
import contextlib
import itertools
import json
import os
import re
import signal
import subprocess

from lab import Skip, run, wait_for

NAMES = {"leader": 80, "helper": 81, "relay": 82, "gateway": 83}  # as boards/lab/network.sh has them
LEADER4, LEADER6 = "203.0.113.80", "2001:db8:113::80"
HELPER4, HELPER6 = "203.0.113.81", "2001:db8:113::81"
RELAY4, RELAY6 = "203.0.113.82", "2001:db8:113::82"
GATEWAY4, GATEWAY6 = "203.0.113.83", "2001:db8:113::83"
LEADER, HELPER, RELAY, GATEWAY = (f"https://{name}.example/" for name in NAMES)
GATEWAY_KEYS = f"{GATEWAY}ohttp-keys"

Task = collections.namedtuple("Task", "base64 id")
Upload = collections.namedtuple("Upload", "report outcome address")
_count = itertools.count()


class Parties:
    """Of one survey or more. `collect_least`: sums of so few reports are given out, whatever the tasks promise."""

    def __init__(self, lab, collect_least=None, max_age=None):
        self.lab, self.collect_least, self.max_age = lab, collect_least, max_age
        self.program = f"{lab.build}/bin/dap-party"
        if not os.access(self.program, os.X_OK):
            raise Skip(f"no {self.program}: build dap_party")
        self.folder = f"{lab.run}/dap-{next(_count)}"
        self.running = {}

    # Their lives

    def start(self, oblivious=False):
        os.mkdir(self.folder)
        self.lab.opened.append(self)
        self._run("collector-key", f"{self.folder}/collector.key")
        for name in ("helper", "leader", "gateway", "relay") if oblivious else ("helper", "leader"):
            self.start_one(name)
        return self

    def start_one(self, name, *more):
        """leader, helper, relay or gateway, also again after stop(): it has its keys, and nothing else of before."""
        if name == "relay":
            options = ["--gateway", GATEWAY]
        elif name == "gateway":
            options = ["--target", LEADER, "--target", HELPER]
        else:
            options = ["--secret", "lab", "--collector", f"{self.folder}/collector.key.config"]
            if self.collect_least:
                options += ["--collect-least", str(self.collect_least)]
            if self.max_age is not None:
                options += ["--max-age", str(self.max_age)]
        self._serve(name, *options, *more)

    def _serve(self, name, *options):
        os.makedirs(f"{self.folder}/{name}", exist_ok=True)
        last = NAMES[name]
        with open(self._log(name), "a") as log, open(f"{self.folder}/{name}.ready", "w") as ready:
            self.running[name] = subprocess.Popen(
                ["ip", "netns", "exec", self.lab.netns("net"), self.program, name, "--dir", f"{self.folder}/{name}",
                 "--listen", f"203.0.113.{last}", "--listen", f"2001:db8:113::{last}",
                 "--certificate", f"{self.lab.run}/parties.crt", "--key", f"{self.lab.run}/parties.key",
                 "--authorities", f"{self.lab.run}/ca.crt", *options],
                stdin=subprocess.DEVNULL, stdout=ready, stderr=log, env=self.lab.environment, start_new_session=True)
        wait_for(lambda: self._ready(name), f"the {name} to listen", 20)

    def _ready(self, name):
        if self.running[name].poll() is not None:
            raise AssertionError(f"the {name} ended with {self.running[name].returncode}:\n{self.log(name)}")
        with open(f"{self.folder}/{name}.ready") as file:
            return file.read().startswith("ready")

    def stop(self, name):
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self):
        for name in list(self.running):
            self.stop(name)

    # Surveys

    def task(self, info="survey", histogram=4, count=False, weeks_from="now", weeks=26, min_batch=1000,
             leader=LEADER, helper=HELPER):
        """A task of weeks; its base64 is what a policy holds. `count`: how many say yes, instead of a histogram."""
        what = ["--count"] if count else ["--histogram", str(histogram)]
        printed = self._run("task", "--info", info, "--leader", leader, "--helper", helper, *what, "--weeks-from",
                            str(weeks_from), "--weeks", str(weeks), "--min-batch", str(min_batch))
        return Task(*printed.split())

    def households(self, host, task, count, truth, epsilon, seed, addresses="", week="now", oblivious=False, timeout=110):
        """So many of them on this host, one after the other: what became of them. `addresses`: "4", "6" or "both"."""
        more = ["--addresses", addresses] if addresses else []
        more += ["--relay", RELAY, "--gateway", GATEWAY] if oblivious else []
        done = self.lab.exec(host, self.program, "households", "--count", str(count), "--truth",
                             ",".join(map(str, truth)), "--epsilon", str(epsilon), "--seed", str(seed), "--task",
                             task.base64, "--week", str(week), "--authorities", f"{self.lab.run}/ca.crt", *more,
                             check=False, timeout=timeout)
        assert done.stdout.startswith("{"), done.stdout + done.stderr
        return json.loads(done.stdout)

    def collect(self, task, from_week="now", weeks=1, epsilon=None):
        """The sums of these weeks; the same question again has the same answer. Refused: AssertionError with the problem."""
        more = ["--epsilon", str(epsilon)] if epsilon is not None else []
        return json.loads(self._run("collect", "--task", task.base64, "--collector-key", f"{self.folder}/collector.key",
                                    "--from-week", str(from_week), "--weeks", str(weeks), "--authorities",
                                    f"{self.lab.run}/ca.crt", *more, on="net"))

    # What they do, and what they saw

    def fault(self, name, *words):
        """From the next request on: slow, error, garbage, cut, wrong-key, rotate, refuse, refuse=CODE; none: all is well.

        After garbage and cut a report was taken, though who sent it can't know; after slow and error it wasn't."""
        self._write(name, "faults", " ".join(words))

    def move_clock(self, seconds):
        """All their clocks, to so far ahead of the machine's: as lab.move_clock does with the gate's."""
        for name in self.running:
            self._write(name, "clock", str(seconds))

    def _write(self, name, file, text):
        with open(f"{self.folder}/{name}/.{file}", "w") as new:
            new.write(text)
        os.replace(f"{self.folder}/{name}/.{file}", f"{self.folder}/{name}/{file}")

    def log(self, name):
        with contextlib.suppress(FileNotFoundError), open(self._log(name)) as file:
            return file.read()
        return ""

    def _log(self, name):
        return f"{self.folder}/{name}.log"

    def requests(self, name):
        """"GET /hpke_config from ADDRESS", …: also of those that a fault kept from an answer."""
        return [line for line in self.log(name).splitlines() if re.match(r"[A-Z]+ /", line)]

    def uploads(self):
        """What the leader said of each report: "accepted" or "outdated_config (11)"."""
        return [Upload(*one) for one in re.findall(r"^upload (\w+) (.*) from (\S+)$", self.log("leader"), re.M)]

    def _run(self, *command, on=None):
        before = ["ip", "netns", "exec", self.lab.netns(on)] if on else []
        return run(*before, self.program, *command, env=self.lab.environment).stdout
