"""The DNS front with a million blocked names, beside a bare echo and other programs with the same names, in turn."""
import os

import dns_gate
import machine
import peers
from dns_client import CLIENT_CORE, SERVER_CORE, Load, make_pack, names_of
from report import middle, number, spread

PORTS = {"echo": 15301, "front": 15302, "dnsdist": 15303, "unbound": 15304, "dnsmasq": 15305}
UPSTREAM = 15300
PACED = 10_000  # questions a second


class Servers:
    """All there are, each started once and then left idle but for its turn."""

    def __init__(self, build, space, pack, load, names, options):
        tool = f"{build}/bench/dns_tool"
        commands = {"echo": [tool, "echo", "127.0.0.1", PORTS["echo"]], "front": [tool, "front", PORTS["front"], pack, UPSTREAM]}
        for peer in peers.PEERS:
            words = peers.words(peer, PORTS[peer], UPSTREAM, names_of(names))
            if words:
                commands[peer] = words
            else:
                options.progress(f"{peer} is not installed (boards/lab/install bench): not measured")
        log = os.path.join(machine.folder, "servers.log")
        self._load, self.ready, self._processes = load, {}, {}

        def start(words, core):
            with open(log, "a", encoding="utf-8") as said:
                return space.start(words, core, stdout=said, stderr=said)

        self._upstream = start([tool, "upstream", UPSTREAM], CLIENT_CORE)
        for name, words in commands.items():
            options.progress(f"starting {name}")
            self.ready[name] = []
            for _ in range(options.starts if name in ("echo", "front") else 1):
                if name in self._processes:
                    machine.end(self._processes[name])
                self._processes[name], ready = load.first(PORTS[name], "blocked", lambda words=words: start(words, SERVER_CORE))
                self.ready[name].append(ready)

    def names(self):
        return list(self._processes)

    def end(self):
        for process in (*self._processes.values(), self._upstream):
            machine.end(process)

    def resident(self, name):
        """MiB, of which files."""
        fields = {}
        with open(f"/proc/{self._processes[name].pid}/status", encoding="utf-8") as file:
            for line in file:
                key, value = line.split(":")
                fields[key] = value
        return tuple(int(fields[key].split()[0]) / 1024 for key in ("VmRSS", "RssFile"))

    def processor(self, name):
        """Seconds of all its threads so far."""
        tasks = f"/proc/{self._processes[name].pid}/task"
        total = 0
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def rate(self, name, what, seconds):
        """Answers a second, and microseconds of processor time an answer."""
        before = self.processor(name)
        done = self._load.run("rate", PORTS[name], what, seconds)
        return done["count"] / done["seconds"], (self.processor(name) - before) / max(done["count"], 1) * 1e6


def in_turn(names, rounds, measure, options, what):
    """name -> its measurements, one a round; the order changes from round to round."""
    taken = {name: [] for name in names}
    for turn in range(rounds):
        options.progress(f"DNS, {what}, round {turn + 1} of {rounds}")
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            taken[name].append(measure(name))
    return taken


def ratios(taken, one, other, field=0):
    return [mine[field] / theirs[field] for mine, theirs in zip(taken[one], taken[other])]


def _compare(report, what, taken, goals):
    """Front against each, and beside the goal the rates and what a query costs both."""
    for other in taken:
        if other == "front":
            continue
        of = ratios(taken, "front", other)
        mine, theirs = ([middle([run[field] for run in taken[name]]) for field in (0, 1)] for name in ("front", other))
        report.add(f"DNS, {what}: front / {other}", middle(of), "", goals.get(other),
                   f"{spread(of)}; {mine[0]:,.0f} and {theirs[0]:,.0f}/s; {mine[1]:.2f} and {theirs[1]:.2f} us of CPU each")


def measure(build, report, options):
    names = 100_000 if options.quick else 1_000_000
    space = machine.Space("dns")
    pack = os.path.join(machine.folder, "blocked.pack")
    builds = [make_pack(build, pack, names) for _ in range(options.starts)]
    report.add(f"DNS: kindgate pack build, {names:,} names from text to a file", middle(builds), "s", ("<=", 1.5), spread(builds, "s"))
    load = Load(build, space, names)
    servers = Servers(build, space, pack, load, names, options)
    _at_rest(report, servers, names)
    blocked = in_turn(servers.names(), options.pairs, lambda name: servers.rate(name, "blocked", options.seconds), options, "blocked")
    _compare(report, "blocked", blocked, {"echo": (">=", 0.80), "dnsdist": (">=", 1.1)})
    cpu = ratios(blocked, "front", "echo", 1)
    report.add("DNS, blocked: processor time an answer, front / echo", middle(cpu), "", ("<=", 1.25),
               f"{spread(cpu)}; in the quietest round of each {' and '.join(number(min(run[1] for run in blocked[name])) for name in ('front', 'echo'))} us")
    _latency(report, servers, load, options)
    asking = [name for name in servers.names() if name != "echo"]
    forwarded = in_turn(asking, options.pairs, lambda name: servers.rate(name, "forwarded", options.seconds), options, "forwarded")
    _compare(report, "forwarded (TTL 0)", forwarded, {"dnsdist": (">=", 1.15), "unbound": (">=", 2.5)})
    for name in asking:
        load.run("rate", PORTS[name], "cached", 1)  # fills the cache
    cached = in_turn(asking, options.pairs, lambda name: servers.rate(name, "cached", options.seconds), options, "cached")
    _compare(report, "cached", cached, {"dnsdist": (">=", 1.0)})
    report.add("DNS: memory of the front's bench program after all that", servers.resident("front")[0], "MiB", ("<=", 12))
    servers.end()
    space.remove()
    dns_gate.measure(build, report, options, pack, names)


def _at_rest(report, servers, names):
    for name in servers.names():
        resident, files = servers.resident(name)
        goals = (("<=", 12), ("<=", 20)) if name == "front" else (None, None)
        report.add(f"DNS: memory of {name}, {names:,} names" if name != "echo" else "DNS: memory of echo", resident, "MiB", goals[0],
                   f"{files:.1f} of it files")
        report.add(f"DNS: exec to the first right answer, {name}", middle(servers.ready[name]), "ms", goals[1], spread(servers.ready[name], "ms"))


def _latency(report, servers, load, options):
    """The slowest can't keep the pace: dnsmasq has no part in this."""
    names = [name for name in servers.names() if name != "dnsmasq"]
    taken = in_turn(names, options.pairs, lambda name: load.run("pace", PORTS[name], "blocked", options.seconds, PACED), options,
                    f"{PACED:,} questions a second")
    quietest = {name: min(run["p99"] for run in runs) for name, runs in taken.items()}
    for name in names:
        if name == "echo":
            continue
        of = ratios(taken, name, "echo", "p50")
        goals = (("<=", 1.2), ("<=", 1.3)) if name == "front" else (None, None)
        report.add(f"DNS, {PACED:,} blocked a second: p50, {name} / echo", middle(of), "", goals[0],
                   f"{spread(of)}; {number(middle([run['p50'] for run in taken[name]]))} and "
                   f"{number(middle([run['p50'] for run in taken['echo']]))} us")
        report.add(f"DNS, {PACED:,} blocked a second: p99 of the quietest round, {name} / echo", quietest[name] / quietest["echo"], "", goals[1],
                   f"{number(quietest[name])} and {number(quietest['echo'])} us; lost: {sum(run['lost'] for run in taken[name])}")

