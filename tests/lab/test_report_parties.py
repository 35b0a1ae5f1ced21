"""The other side of reports, without a gate's own: households that are made up, leader, helper and collector."""
import math
import os
import signal
import subprocess
import time

from dap import HELPER4, HELPER6, LEADER, LEADER4, LEADER6, Parties
from lab import wait_for

HOME4, HOME6 = "198.51.100.2", "2001:db8:ffff::2"  # the gate's, as its internet sees it
TRUTH = [80, 60, 40, 20]


def captured(lab, file):
    """Of what is sent to and from leader and helper on the gate's way out."""
    hosts = " or ".join(f"host {address}" for address in (LEADER4, LEADER6, HELPER4, HELPER6))
    watcher = subprocess.Popen(["ip", "netns", "exec", lab.netns("gate"), "tcpdump", "--immediate-mode", "-Z", "root", "-U", "-i", "wan", "-w", file, *hosts.split()],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: "listening" in watcher.stderr.readline(), "tcpdump")
    return watcher


def test_two_hundred_households(lab):
    """200 households report over IPv4 and IPv6; the collector knows their shares as well as was promised; the wire shows no word of it."""
    parties = Parties(lab, collect_least=200).start()
    task = parties.task(info="minutes-a-day", histogram=4)
    capture = f"{lab.run}/reports.pcap"
    watcher = captured(lab, capture)
    try:
        said = parties.households("gate", task, 200, TRUTH, epsilon=2, seed="200 households", addresses="both")
    finally:
        watcher.send_signal(signal.SIGINT)
        watcher.wait(10)
    assert said["accepted"] == 200 and said["true_counts"] == TRUTH, said
    uploads = parties.uploads()
    assert len({upload.report for upload in uploads}) == 200 == len(uploads), "each report once"
    assert sum(upload.address == HOME4 for upload in uploads) == 100, "over IPv4"
    assert sum(upload.address == HOME6 for upload in uploads) == 100, "over IPv6"

    found = parties.collect(task, epsilon=2)
    assert found["reports"] == sum(found["counts"]) == 200, found
    # Each count is a sum of 200 independent answers; its share of the truth is off by no more than t with probability
    # 1 - 2 exp(-2 × 200 × (t (p - q))²), by Hoeffding, with p the probability of the truth and q of another answer.
    # All four at once, with 99 %, whatever the seed; the seed settles the answers, so this passes always or never.
    p, q = math.exp(2) / (math.exp(2) + 3), 1 / (math.exp(2) + 3)
    bound = math.sqrt(math.log(2 * 4 / 0.01) / (2 * 200)) / (p - q)
    for truth, estimate in zip(TRUTH, found["estimates"], strict=True):
        assert abs(estimate["share"] - truth / 200) < bound, (found, bound)
        # What it says itself, with 99 % for all four: 3.03 standard errors.
        assert abs(estimate["share"] - truth / 200) < 3.03 * estimate["standard_error"], found
        assert 0.02 < estimate["standard_error"] < 0.06, "√(r (1 - r) / 200) / (p - q), with r the share that was counted"

    with open(capture, "rb") as file:
        sent = file.read()
    assert os.path.getsize(capture) > 200 * 1000, "all of it was seen"
    assert b"leader.example" in sent, "the server's name is shown by TLS"
    for word in b"minutes-a-day", b"ppm-dap", b"hpke_config", b"/tasks/", b"/reports", b"Taskprov", b"POST", task.id.encode(), task.base64[:40].encode():
        assert word not in sent, word


def test_parties_fail_as_they_are_told(lab):
    """What a leader, a helper, a relay and a gateway do wrong on purpose is what households meet, and ends when it shall."""
    parties = Parties(lab, collect_least=1).start(oblivious=True)
    task = parties.task(histogram=2)
    seeds = iter(range(100))

    def one(oblivious=False):
        (outcome,) = parties.households("gate", task, 1, [1, 1], epsilon=2, seed=next(seeds), oblivious=oblivious)["outcomes"]
        return outcome

    for name, words, outcome in (("leader", ["refuse=8"], "invalid_message (8)"), ("leader", ["wrong-key"], "hpke_decrypt_error (5)"),
                                 ("leader", ["cut"], "no configuration"), ("helper", ["garbage"], "no configuration"), ("helper", ["error"], "no configuration"),
                                 ("leader", ["rotate"], "accepted"), ("leader", [], "accepted")):
        parties.fault(name, *words)
        assert one() == outcome, (name, words)
        parties.fault(name)
    parties.fault("leader", "slow")
    assert lab.exec("gate", "curl", "-sm1", f"{LEADER}hpke_config", check=False).returncode == 28, "curl's word for out of patience"
    parties.fault("leader")
    assert one(oblivious=True) == "accepted"
    assert parties.uploads()[-1].address not in (HOME4, HOME6), "the leader doesn't see the home"
    parties.fault("gateway", "wrong-key")
    assert one(oblivious=True) == "no configuration"
    parties.fault("gateway")
    parties.fault("helper", "wrong-key")
    assert one() == "accepted", "the leader can't know"
    parties.fault("helper")
    parties.move_clock(8 * 86400)
    week = int(time.time()) // (7 * 86400)
    assert parties.households("gate", task, 1, [1, 1], epsilon=2, seed=next(seeds), week=week + 1)["accepted"] == 1, "by its own clock"
    parties.move_clock(0)
    assert parties.households("gate", task, 1, [1, 1], epsilon=2, seed=next(seeds), week=week + 2)["outcomes"] == {"report_too_early (9)": 1}
    assert [upload.outcome for upload in parties.uploads()].count("accepted") == 5
    assert parties.collect(task, from_week=week)["reports"] == 3
    assert "hpke_decrypt_error (5)" in parties.log("helper"), "sealed for a key that is nobody's"
    assert "tasks" not in parties.log("relay"), "the relay knows sizes alone"
