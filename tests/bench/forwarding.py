"""client - gate - server over veth, and the same NAT router with and without kindgate's table, taken in turn."""
import json
import math
import os

import machine
import school
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
        self.keeper = Gatekeeper(build, self.gate, school.policy(), "lan0", "forwarding")
        self.server.start(["iperf3", "-s"], SERVER_CORE, stdout=machine.subprocess.DEVNULL)
        machine.wait_ready(self.server.start([self.tool, "serve", 7000], SERVER_CORE, stdout=machine.subprocess.PIPE))
        self.on = False

    def switch(self, on):
        if on == self.on:
            return
        if on:
            self.keeper.start()
            if self.keeper.access() < school.DEVICES:
                self.keeper.command("allow", "all", "for", "6h")
            held = self.keeper.access()
            if held != school.DEVICES:
                raise machine.Failed(f"{held} leases are held, not {school.DEVICES}")
        else:
            self.keeper.release()
            self.gate.sysctl(net__netfilter__nf_conntrack_acct=self.accounting)
        self.on = on

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


# (what, unit, goal, with offloads, method)
MEASURES = (
    ("TCP throughput, GSO on", "Gbit/s", 0.97, "on", Lab.throughput),
    ("TCP throughput, GSO/TSO/GRO off", "Gbit/s", 0.97, "off", Lab.throughput),
    ("64-byte UDP packets", "/s", 0.92, "on", Lab.packets),
    ("new TCP connections, 64 at a time", "/s", 0.95, "on", Lab.connections),
)


def measure(build, report, options):
    lab = Lab(build)
    for what, unit, goal, offload, method in MEASURES:
        lab.offload(offload)
        with_gate, without, ratios = [], [], []
        for pair in range(options.pairs):
            taken = {}
            for on in (True, False) if pair % 2 else (False, True):
                lab.switch(on)
                taken[on] = method(lab, options.seconds)
            with_gate.append(taken[True])
            without.append(taken[False])
            ratios.append(taken[True] / taken[False])
            options.progress(f"{what}, pair {pair + 1} of {options.pairs}: "
                             f"{number(taken[True])} with, {number(taken[False])} without, ratio {ratios[-1]:.3f}")
        report.add(f"gate / NAT: {what}", middle(ratios), "", (">=", goal),
                   f"{number(middle(with_gate))} and {number(middle(without))} {unit}; ratios {spread(ratios)}")
    lab.switch(False)


def cores_free():
    """Two cores are what the method needs."""
    return len(os.sched_getaffinity(0)) >= 2
