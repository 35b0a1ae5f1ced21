"""A real kindgated with a million-name pack in force at home, asked by devices of its LAN: start, memory, a new pack."""
import os
import shutil
import subprocess
import time

import machine
from control_plane import HOME
from dns_client import SERVER_CORE, Load, make_pack
from gatekeeper import Gatekeeper
from report import middle, number, spread

GATE = "10.0.0.1"
DEVICES = 8  # of one profile; the gate answers each of them 500 questions a second
RATE = 2_000
ECHO_PORT = 15301


def _mac(index):
    return f"02:00:5e:70:00:{index + 1:02x}"


def _policy():
    with open(HOME, encoding="utf-8") as file:
        home = file.read()
    rules = "  content {\n"  # the first are the children's
    home = home.replace(rules, rules + '    block_categories: "blocked"\n', 1)
    devices = "".join(f'devices {{ id: "bench-{i}" macs: "{_mac(i)}" profile: "children" }}\n' for i in range(DEVICES))
    return f'{home}\npacks: "starter"\npacks: "blocked"\n{devices}'


class Lan:
    """The gate, and devices with an interface and an address each."""

    def __init__(self):
        self.gate, self.devices = machine.Space("dnsgate"), machine.Space("children")
        self.gate.ip(f"link add lan0 type veth peer name eth0 netns {self.devices.name}", f"addr add {GATE}/16 dev lan0",
                     "link set lan0 up")
        # Several interfaces in one network: each answers for its own address alone.
        self.devices.sysctl(net__ipv4__conf__all__arp_ignore=1, net__ipv4__conf__all__arp_announce=2)
        self.devices.ip("link set eth0 up")
        self.interfaces = [f"child{i}" for i in range(DEVICES)]
        for i, interface in enumerate(self.interfaces):
            self.devices.ip(f"link add {interface} link eth0 address {_mac(i)} type macvlan mode bridge",
                            f"addr add 10.0.0.{10 + i}/16 dev {interface}", f"link set {interface} up")


def measure(build, report, options, pack, names):
    lan = Lan()
    keeper = Gatekeeper(build, lan.gate, _policy(), "lan0", "names", core=SERVER_CORE)
    packs = os.path.join(keeper.state, "packs")
    os.makedirs(packs, mode=0o700)
    in_force = os.path.join(packs, "blocked.pack")
    shutil.copy(pack, in_force)
    load = Load(build, lan.devices, names, GATE)
    keeper.start()
    keeper.command("allow", "all", "for", "6h")
    for leave, what in ((keeper.stop, "table adopted"), (keeper.release, "table installed anew")):
        times = []
        for _ in range(options.restarts):
            leave()
            times.append(load.first(53, "blocked", keeper.exec)[1])
            keeper.wait_ready()
        report.add(f"DNS: exec to the first right answer, kindgated at home, {what}", middle(times), "ms", ("<=", 20), spread(times, "ms"))
    time.sleep(options.rest)
    memory = {key: value / 1024 for key, value in keeper.memory().items()}
    report.add(f"DNS: memory of kindgated at home, {names:,} names: Rss", memory["rss"], "MiB", ("<=", 12),
               f"Pss {number(memory['pss'])}, private {number(memory['private'])} MiB")
    other = os.path.join(machine.folder, "other.pack")
    make_pack(build, other, names, "--name", "other")
    _swap(build, report, options, lan, keeper, load, (in_force, other, pack))
    # The last one is told before the one before it is let go.
    deadline = time.monotonic() + 5
    while (more := keeper.memory()["rss"] / 1024 - memory["rss"]) > 1 and time.monotonic() < deadline:
        time.sleep(0.1)
    report.add("DNS: what it has more after the swaps", more, "MiB", ("<=", 1))
    keeper.stop()


def _swap(build, report, options, lan, keeper, load, files):
    """`files`: the one in force, then what is put in its place in turn."""
    machine.wait_ready(lan.gate.start([f"{build}/bench/dns_tool", "echo", GATE, ECHO_PORT], SERVER_CORE, stdout=subprocess.PIPE))
    words = ("blocked", 2 * options.seconds, RATE, *lan.interfaces)
    echoes, gates, swaps = [], [], 0
    for turn in range(options.pairs):
        options.progress(f"DNS, packs swapped under load, round {turn + 1} of {options.pairs}")
        echoes.append(load.run("pace", ECHO_PORT, *words))
        asking = load.start("pace", 53, *words)
        while asking.poll() is None:
            swaps += 1
            _put(keeper, files[2 - swaps % 2], files[0])
        gates.append(machine.result(asking))
    lost, wrong, asked = (sum(run[field] for run in gates) for field in ("lost", "wrong", "count"))
    report.add(f"DNS: packs swapped at {RATE:,} questions a second: lost", lost, "", ("<=", 0),
               f"of {lost + asked:,}, {swaps} swaps; echo lost {sum(run['lost'] for run in echoes)}")
    report.add("DNS: the same: let through", wrong, "", ("<=", 0))
    gaps = [[run["gap"] for run in runs] for runs in (gates, echoes)]
    report.add("DNS: the same: longest gap / echo's", middle(gaps[0]) / middle(gaps[1]), "", ("<=", 1.0),
               f"{spread(gaps[0], 'ms')} and {spread(gaps[1], 'ms')}")


def _put(keeper, file, in_force):
    """Puts a pack there and waits until the gate says that it is in force."""
    with open(keeper.log, encoding="utf-8") as log:
        log.seek(0, os.SEEK_END)
        shutil.copy(file, in_force + ".new")
        os.replace(in_force + ".new", in_force)
        deadline = time.monotonic() + 10
        while "is in force" not in log.readline():
            if time.monotonic() > deadline:
                raise machine.Failed("the gate didn't take a new pack")
            time.sleep(0.005)
