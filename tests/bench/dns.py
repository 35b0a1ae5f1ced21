"""The DNS front against a bare echo of the same machine, in turn, seconds apart."""
import json
import subprocess

import machine
from report import middle, spread

PORTS = {"echo": 15301, "front": 15302, "upstream": 15303}
NAMES = 100_000


def _one(space, tool, server, words, what, seconds):
    """Answers a second, and the server's CPU seconds an answer."""
    process = space.start([tool, server, *words], core=0, stdout=subprocess.PIPE)
    machine.wait_ready(process)
    if what == "cached":  # fills the cache
        space.run([tool, "load", PORTS[server], 1, what], core=1)
    loaded = json.loads(space.run([tool, "load", PORTS[server], seconds, what], core=1))
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        resident = next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))
    process.terminate()
    served = machine.result(process)
    return loaded["count"] / loaded["seconds"], served["cpu"] / max(served["count"], 1) * 1e6, resident


def measure(folder, report, options):
    tool = f"{folder}/bench/dns_tool"
    space = machine.Space("dns")
    pairs = []
    for _ in range(options.pairs):
        echo = _one(space, tool, "echo", [PORTS["echo"]], "blocked", options.seconds)
        front = _one(space, tool, "front", [PORTS["front"], NAMES, PORTS["upstream"]], "blocked", options.seconds)
        pairs.append((echo, front))
    rates = [front[0] / echo[0] for echo, front in pairs]
    cpu = [front[1] / echo[1] for echo, front in pairs]
    report.add("DNS, blocked: answers a second / bare echo", middle(rates), "", (">=", 0.80),
               f"{spread(rates)}; {middle([pair[1][0] for pair in pairs]):,.0f}/s against {middle([pair[0][0] for pair in pairs]):,.0f}/s")
    report.add("DNS, blocked: CPU an answer / bare echo", middle(cpu), "", ("<=", 1.25),
               f"{spread(cpu)}; {middle([pair[1][1] for pair in pairs]):.2f} us against {middle([pair[0][1] for pair in pairs]):.2f} us")
    report.add(f"DNS: memory of the front's bench program, {NAMES:,} names in its view", middle([pair[1][2] for pair in pairs]), "MiB")
    for what, ttl in (("forwarded", 0), ("cached", 3600)):
        upstream = space.start([tool, "upstream", PORTS["upstream"], ttl], core=1, stdout=subprocess.PIPE)
        machine.wait_ready(upstream)
        runs = [_one(space, tool, "front", [PORTS["front"], NAMES, PORTS["upstream"]], what, options.seconds)
                for _ in range(options.pairs)]
        machine.end(upstream)
        report.add(f"DNS, {what}: answers a second", middle([run[0] for run in runs]), "/s", None,
                   f"{spread([run[0] for run in runs])}; {middle([run[1] for run in runs]):.2f} us of CPU each")
    space.remove()
