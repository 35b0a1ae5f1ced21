"""A gate's own reports, to real aggregators: sent once, the same whatever goes wrong, and nothing of them can be read on the way."""
import contextlib
import math
import random
import signal
import time

from dap import GATEWAY_KEYS, HELPER, LEADER, RELAY, Parties
from lab import stays, wait_for
from policies import home
from test_report_parties import HOME4, HOME6, captured

WEEK = 7 * 86400
TABLES = {"screen-time": 5, "proofs-shown": 2}


def policy(tasks, more=""):
    surveys = "".join(f'tasks {{ table: "{table}" leader: "Town" helper: "University" configuration: "{task.base64}" }}\n'
                      for table, task in tasks.items())
    return home(extra=f"""reports {{
  aggregators {{ name: "Town" url: "{LEADER}" }}
  aggregators {{ name: "University" url: "{HELPER}" }}
  {surveys}{more}
}}
""")


class Surveyed:
    """A gate that takes part in two surveys, reports on."""

    def __init__(self, lab, oblivious=False):
        self.lab = lab
        self.parties = Parties(lab, collect_least=1).start(oblivious)
        self.tasks = {table: self.parties.task(info=table, histogram=count, weeks=50) for table, count in TABLES.items()}
        more = ""
        if oblivious:
            keys = lab.exec("gate", "sh", "-c", f"curl -sf {GATEWAY_KEYS} | base64 -w0").stdout
            more = f'relay {{ url: "{RELAY}" keys: "{keys}" }}'
        lab.fresh(policy(self.tasks, more))
        self.events = lab.events()
        self.switch(True)

    def switch(self, on):
        status, answer = self.lab.api("PUT", "/v1/report", {"on": on})
        assert status == 200 and answer["on"] is on, answer

    def pass_week(self):
        """The next one begins: the one before is drawn, and waits for its hour."""
        self.lab.move_clock(WEEK)
        self.parties.move_clock(self.lab.offset)

    def send(self):
        status, answer = self.lab.api("POST", "/v1/report/send", {})
        assert status == 200, answer
        return answer

    def send_week(self):
        """The first one, whole: then the gate knows the keys of both."""
        self.pass_week()
        self.send()
        self.wait_for_states("sent", "sent")

    def records(self):
        return self.lab.get("/v1/report")["records"]

    def states(self):
        return [record["state"] for record in self.records()]

    def wait_for_states(self, *states, timeout=15.0):
        return wait_for(lambda: self.states() == list(states), f"{states}, there is {self.states()}", timeout)

    def ids(self):
        """Of the reports that the leader has, by what it said."""
        return [upload.report for upload in self.parties.uploads() if upload.outcome == "accepted"]


def test_a_weeks_answers_arrive(lab):
    """On Monday the answers are drawn and can be seen; when they leave they say just that; nobody on the way reads any of it."""
    house = Surveyed(lab)
    assert not house.send()["records"], "the first week is not over"
    house.pass_week()
    capture = f"{lab.run}/gate-reports.pcap"
    watcher = captured(lab, capture)
    try:
        house.send()
        house.wait_for_states("sent", "sent")
    finally:
        watcher.send_signal(signal.SIGINT)
        watcher.wait(10)
    house.events.wait("REPORT_SENT", "screen-time")
    preview = lab.get("/v1/report/preview")
    assert preview["epsilon"] == "1.5" and preview["on"], preview
    uploads = house.parties.uploads()
    assert sorted(upload.report for upload in uploads) == sorted(answer["report_id"] for answer in preview["answers"])
    assert {upload.outcome for upload in uploads} == {"accepted"} and {upload.address for upload in uploads} <= {HOME4, HOME6}
    for table, task in house.tasks.items():
        counts = house.parties.collect(task, from_week=preview["answers"][0]["time"])["counts"]
        assert sum(counts) == 1, (table, counts)
    with open(capture, "rb") as file:
        sent = file.read()
    assert b"leader.example" in sent and len(sent) > 4000, "all of it was seen"
    for answer in preview["answers"]:
        for word in bytes.fromhex(answer["upload"])[:64], bytes.fromhex(answer["report_id"]), answer["table"].encode(), b"ppm-dap", b"/reports":
            assert word not in sent, word
    house.send()
    house.pass_week()
    house.send()
    house.wait_for_states("sent", "sent", "sent", "sent")
    assert len(set(house.ids())) == 4 == len(house.parties.uploads()), "each week and question once"


def test_drawn_answers_are_blurred(lab):
    """Over forty weeks the gate says the truth about as often as its preview tells: its answers are blurred, and not beyond use."""
    weeks = 40
    house = Surveyed(lab)
    house.pass_week()
    first = lab.get("/v1/report/preview")["answers"][0]["time"]
    for week in range(weeks):
        house.send()
        house.wait_for_states(*["sent"] * 2 * (week + 1))
        house.pass_week()
    for table, task in house.tasks.items():
        counts = house.parties.collect(task, from_week=first, weeks=weeks)["counts"]
        # Nobody was at home: the truth is the first bucket. Each side of the bound holds with 99.9 %, by Hoeffding.
        epsilon = {"screen-time": 1.0, "proofs-shown": 0.5}[table]
        chance = math.exp(epsilon) / (math.exp(epsilon) + TABLES[table] - 1)
        bound = math.sqrt(math.log(1000) / (2 * weeks))
        assert sum(counts) == weeks and abs(counts[0] / weeks - chance) < bound, (table, counts, chance, bound)


def test_aggregators_that_fail(lab):
    """Down, slow, answering garbage, cutting the line, in error: the gate says so, and the same report arrives once all is well."""
    house = Surveyed(lab)
    house.pass_week()
    house.parties.stop("helper")
    house.send()
    house.events.wait("REPORT_FAILED", "helper.example", timeout=15)
    assert not house.parties.uploads(), "nothing was sealed for half of them"
    house.parties.start_one("helper")
    house.parties.stop("leader")
    house.send()
    house.events.wait("REPORT_FAILED", "leader.example", timeout=15)
    house.parties.start_one("leader")
    house.parties.move_clock(lab.offset)
    house.parties.fault("leader", "slow")
    began = time.monotonic()
    house.send()
    wait_for(lambda: house.parties.requests("leader"), "the slow leader to be asked", 15)
    assert lab.status()["kernel_in_force"] and time.monotonic() - began < 5, "nobody else waits for it"
    lab.kill()  # its patience is a minute
    offset = lab.offset
    lab.start()
    lab.move_clock(offset)
    house.events = lab.events()
    for word in "error", "garbage", "cut":
        house.parties.fault("leader", word)
        before = len(house.parties.requests("leader"))
        house.send()
        wait_for(lambda: len(house.parties.requests("leader")) > before, f"a try with {word}", 15)
    house.parties.fault("leader")
    wait_for(lambda: house.send() and house.states() == ["sent", "sent"], "both to arrive", 30, step=0.5)
    taken = [upload.report for upload in house.parties.uploads()]
    assert len(set(taken)) == 2, "never a second report"
    assert "report_replayed (2)" in {upload.outcome for upload in house.parties.uploads()}, "what had arrived unseen was sent again"


def test_other_keys(lab):
    """The leader has new keys: a new report with the same answer, once. One that lies about its key gets nothing that it can't open."""
    house = Surveyed(lab)
    house.send_week()
    house.parties.fault("leader", "rotate")
    house.pass_week()
    house.send()
    house.wait_for_states(*["sent"] * 4)
    outcomes = [upload.outcome for upload in house.parties.uploads()]
    assert "outdated_config (11)" in outcomes and outcomes.count("accepted") == 4, outcomes
    house.parties.fault("leader", "wrong-key")
    house.pass_week()
    lab.end_daemon()  # with the keys that it remembers
    offset = lab.offset
    lab.start()
    lab.move_clock(offset)
    house.send()
    house.wait_for_states("failed", "failed", *["sent"] * 4)
    assert all("can't open it" in record["note"] for record in house.records()[:2]), house.records()


def test_power_cuts(lab):
    """The power fails between the debit and the answer's arrival, whenever it likes: no week has two different reports."""
    house = Surveyed(lab)
    chance = random.Random(6)
    offset = 0
    for turn in range(12):
        house.pass_week()
        offset = lab.offset
        house.parties.fault("leader", chance.choice(["", "", "cut", "garbage", "slow"]))
        with contextlib.suppress(OSError):
            house.send()
        time.sleep(chance.random() * 0.4)
        lab.kill()
        house.parties.fault("leader")
        lab.start()
        lab.move_clock(offset)
        wait_for(lambda: house.send() and not {"drawn", "sealed"} & set(house.states()), f"turn {turn}: {house.states()}", 30, step=0.3)
    by_week = {}
    for record in house.records():
        by_week.setdefault((record["week"], record["table"]), []).append(record["state"])
    assert all(len(states) == 1 for states in by_week.values()), by_week
    seen = {upload.report for upload in house.parties.uploads()}
    assert len(seen) == sum(states == ["sent"] for states in by_week.values()), "one report a week and question, whatever was sent how often"
    assert {state for states in by_week.values() for state in states} <= {"sent", "lost"}, by_week
    assert sum(states == ["sent"] for states in by_week.values()) >= 12, by_week


def test_nothing_without_the_time(lab):
    """While the gate doesn't know the time nothing is drawn, sent or switched; off withdraws what waits."""
    house = Surveyed(lab)
    house.send_week()
    house.pass_week()
    house.parties.fault("leader", "error")
    house.send()
    wait_for(lambda: [bool(record["note"]) for record in house.records()[:2]] == [True, True], "both to have been tried", 15)
    assert house.states() == ["sealed", "sealed", "sent", "sent"]
    asked = len(house.parties.requests("leader"))
    lab.move_clock(-20 * 365 * 86400)
    house.events.wait("CLOCK_UNTRUSTED")
    house.parties.fault("leader")
    house.send()
    assert lab.api("PUT", "/v1/report", {"on": True})[0] == 503
    stays(lambda: len(house.parties.requests("leader")) == asked, 2, "nobody is asked")
    lab.move_clock(20 * 365 * 86400)
    house.switch(False)
    assert house.states()[:2] == ["withdrawn", "withdrawn"]
    assert lab.api("POST", "/v1/report/send", {})[0] == 409
    stays(lambda: len(house.parties.requests("leader")) == asked, 1, "nobody is asked")


def test_through_a_relay(lab):
    """Where the policy has a relay the leader never sees the house's address, and the relay sees sizes alone."""
    house = Surveyed(lab, oblivious=True)
    house.pass_week()
    house.send()
    house.wait_for_states("sent", "sent", timeout=30)
    seen = {upload.address for upload in house.parties.uploads()}
    assert seen and not seen & {HOME4, HOME6}, seen
    assert not any(f"from {home_address}" in line for home_address in (HOME4, HOME6)
                   for name in ("leader", "helper", "gateway") for line in house.parties.requests(name) if "ohttp-keys" not in line)
    assert "tasks" not in house.parties.log("relay") and "hpke" not in house.parties.log("relay")
