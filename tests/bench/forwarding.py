"""client - gate - server over veth: a NAT router alone, with the gate, and with a gate that asks about names, in turn."""
import json
import math

import machine
import school
from dns_client import Load
from gatekeeper import Gatekeeper
from report import middle, number, spread

SERVER = "198.51.100.1"
# What a home router does anyway. Both variants have it.
ROUTER = """
table inet router {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "lan0" oifname "wan0" accept
  }
  chain srcnat {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "wan0" masquerade
  }
}
"""
CLIENT_CORE, SERVER_CORE = 1, 0
GATE = "192.168.77.1"
RESOLVER_PORT = 15300
# The gate's three states.
OFF, ON, NAMES = "alone", "gate", "gate with names"


class Lab:
    def __init__(self, build):
        self.tool = f"{build}/bench/net_tool"
        self.client, self.gate, self.server = (machine.Space(name) for name in ("client", "gate", "server"))
        self.gate.ip(f"link add lan0 type veth peer name eth0 address {school.mac(0)} netns {self.client.name}",
                     f"link add wan0 type veth peer name eth0 netns {self.server.name}",
                     "addr add 192.168.77.1/24 dev lan0", "addr add 198.51.100.2/24 dev wan0", "link set lan0 up",
                     "link set wan0 up")
        self.client.ip("addr add 192.168.77.10/24 dev eth0", "link set eth0 up", "route add default via 192.168.77.1")
        self.server.ip(f"addr add {SERVER}/24 dev eth0", "link set eth0 up")
        # Ended connections are soon forgotten, so that a storm finds free ports and the table of flows stays small.
        self.gate.sysctl(net__ipv4__ip_forward=1, net__netfilter__nf_conntrack_tcp_timeout_close=1)
        self.client.sysctl(net__ipv4__ip_local_port_range="10000 65000")
        self.server.sysctl(net__core__somaxconn=4096, net__ipv4__tcp_max_syn_backlog=4096)
        self.gate.nft(ROUTER)
        self.accounting = self.gate.run(["sysctl", "-n", "net.netfilter.nf_conntrack_acct"]).strip()
        self.keepers = {ON: Gatekeeper(build, self.gate, school.policy(), "lan0", "forwarding"),
                        NAMES: Gatekeeper(build, self.gate, school.policy(content=school.CONTENT), "lan0", "names",
                                          board=f'resolvers: "127.0.0.1#{RESOLVER_PORT}"')}
        # Every name has the server's address.
        resolver = self.gate.start([f"{build}/bench/dns_tool", "upstream", RESOLVER_PORT], SERVER_CORE, stdout=machine.subprocess.PIPE)
        machine.wait_ready(resolver)
        self.names = Load(build, self.client, 1, GATE)
        self.server.start(["iperf3", "-s"], SERVER_CORE, stdout=machine.subprocess.DEVNULL)
        machine.wait_ready(self.server.start([self.tool, "serve", 7000], SERVER_CORE, stdout=machine.subprocess.PIPE))
        self.state = OFF

    def switch(self, state):
        if state == self.state:
            return
        if self.state != OFF:
            self.keepers[self.state].release()
            self.gate.sysctl(net__netfilter__nf_conntrack_acct=self.accounting)
        self.state = OFF
        if state != OFF:
            self._start(self.keepers[state])
        self.state = state
        if state == NAMES:
            # The server's address is leased, and every flow to it gets its category.
            self.names.first(53, "cached", lambda: None)
            leased = self.gate.run(["nft", "list", "map", "inet", "kindgate", "resolved4"])
            if SERVER not in leased:
                raise machine.Failed(f"the address that the gate answered is not leased:\n{leased}")

    def _start(self, keeper):
        keeper.start()
        if keeper.access() < school.DEVICES:
            keeper.command("allow", "all", "for", "6h")
        held = keeper.access()
        if held != school.DEVICES:
            raise machine.Failed(f"{held} leases are held, not {school.DEVICES}")

    def offload(self, value):
        for space, device in ((self.client, "eth0"), (self.gate, "lan0"), (self.gate, "wan0"), (self.server, "eth0")):
            space.run([self.tool, "offload", device, value])

    def throughput(self, seconds):
        """Gbit/s, client to server. iperf3 takes whole seconds only, and 0 as for ever."""
        said = json.loads(self.client.run(["iperf3", "-J", "-c", SERVER, "-t", math.ceil(seconds)], CLIENT_CORE))
        return said["end"]["sum_received"]["bits_per_second"] / 1e9

    def packets(self, seconds):
        """64-byte packets a second that arrive."""
        sink = self.server.start([self.tool, "sink", 7001], SERVER_CORE, stdout=machine.subprocess.PIPE)
        machine.wait_ready(sink)
        self.client.run([self.tool, "flood", SERVER, 7001, seconds], CLIENT_CORE)
        got = machine.result(sink)
        return got["count"] / got["seconds"]

    def connections(self, seconds):
        """New TCP connections a second, each with a byte there and back."""
        done = json.loads(self.client.run([self.tool, "storm", SERVER, 7000, seconds], CLIENT_CORE))
        if done["failed"] > done["count"] / 1000:
            raise machine.Failed(f"{done['failed']} of {done['count']} connections failed")
        return done["count"] / done["seconds"]


# (what, unit, goals of the gate and of the gate with names, with offloads, method)
MEASURES = (
    ("TCP throughput, GSO on", "Gbit/s", (0.97, 0.97), "on", Lab.throughput),
    ("TCP throughput, GSO/TSO/GRO off", "Gbit/s", (0.97, 0.97), "off", Lab.throughput),
    ("64-byte UDP packets", "/s", (0.92, 0.92), "on", Lab.packets),
    ("new TCP connections, 64 at a time", "/s", (0.95, 0.93), "on", Lab.connections),
)


def measure(build, report, options):
    lab = Lab(build)
    states = (OFF, ON, NAMES)
    for what, unit, goals, offload, method in MEASURES:
        lab.offload(offload)
        taken = {state: [] for state in states}
        for turn in range(options.pairs):
            for state in states if turn % 2 else reversed(states):
                lab.switch(state)
                taken[state].append(method(lab, options.seconds))
            options.progress(f"{what}, round {turn + 1} of {options.pairs}: "
                             + ", ".join(f"{number(values[-1])} {state}" for state, values in taken.items()))
        for state, goal in zip((ON, NAMES), goals):
            ratios = [mine / alone for mine, alone in zip(taken[state], taken[OFF])]
            report.add(f"{state} / NAT: {what}", middle(ratios), "", (">=", goal),
                       f"{number(middle(taken[state]))} and {number(middle(taken[OFF]))} {unit}; ratios {spread(ratios)}")
    lab.switch(OFF)
