"""The kernel's table: it outlives the daemon, comes back when somebody takes it, and leaves others' alone."""
import shutil
import time

from lab import KID, PARENT, VIDEO4, VIDEO6, LEARN4, LEARN6, Skip, wait_for
from policies import OFF, home
from traffic import Flow, Server, reaches, refused


def test_flush_is_undone_within_a_second(lab):
    """`nft flush ruleset` by somebody: the table is back within 1 s, whole, and told; open flows lose nothing."""
    lab.fresh(home(children=OFF))
    events = lab.events()
    server = Server(lab, LEARN6)
    blocked = Flow(lab, "kid", LEARN6, 4000)
    open_flow = Flow(lab, "parent", VIDEO6)
    open_flow.runs()
    blocked.is_refused()
    before = lab.table()
    assert not server.heard
    lab.nft("flush ruleset")
    flushed = time.monotonic()
    events.wait("TABLE_RESTORED")
    assert time.monotonic() < flushed + 1.0
    assert plain(lab.table()) == plain(before)
    blocked.is_refused()
    blocked.end()
    assert all(moment < flushed + 1.0 for moment in server.arrived), "a closed device got out after a second"
    lost = open_flow.lost()
    assert not lost, lost
    assert refused(lab, "kid", VIDEO6)
    server.close()


def plain(table):
    """Names and elements, without what runs down."""
    def value(element):
        return str(element["elem"]["val"]) if isinstance(element, dict) and "elem" in element else str(element)
    return {name: sorted(map(value, elements)) for name, elements in table.items()}


def test_meddling_is_undone(lab):
    """A lease that somebody adds or deletes by hand, a chain flushed, a table deleted: put right within 1 s."""
    lab.fresh(home(children=OFF))
    kid, parent = lab.slot(KID), lab.slot(PARENT)
    before = plain(lab.table())
    for meddling in (f"add element inet kindgate access {{ {kid} }}", f"delete element inet kindgate access {{ {parent} }}",
                     "flush chain inet kindgate gate", "delete table inet kindgate"):
        lab.nft(meddling)
        wait_for(lambda: plain(lab.table()) == before and refused(lab, "kid", VIDEO4) and reaches(lab, "parent", VIDEO4),
                 f"the table whole again after: {meddling}", 1.0)


def test_restart_loses_and_leaks_nothing(lab):
    """Over SIGTERM and start, SIGKILL and start: of an open device no packet is lost, of a closed one none gets out."""
    lab.fresh(home(children=OFF, pupils=soon_off()))
    servers = [Server(lab, LEARN4), Server(lab, LEARN6)]
    blocked = [Flow(lab, "kid", server.address, server.port, rate=300) for server in servers]
    open_flows = [Flow(lab, host, address, rate=300) for host in ("parent", "pupil") for address in (VIDEO4, VIDEO6)]
    for flow in blocked:
        flow.is_refused()
    for end in lab.stop, lab.kill, lab.stop:
        for flow in open_flows:
            flow.runs(50)
        end()
        for flow in open_flows:
            flow.runs(50)
        for flow in blocked:
            flow.is_refused()
        lab.start()
    for flow in open_flows:
        flow.runs(50)
        lost = flow.lost()
        assert not lost, lost
    for flow in blocked:
        flow.is_refused()
        flow.end()
    for server in servers:
        assert server.heard == 0, f"{server.heard} packets of a closed device got out"
        server.close()


def soon_off():
    """A window that begins in two hours: the lease in the kernel has an end."""
    hour = (time.gmtime().tm_hour + 2) % 24
    return f'windows {{ days: "daily" from: "{hour:02}:00" to: "{(hour + 1) % 24:02}:00" mode: OFF }}'


def test_restart_adopts_the_table(lab):
    """A daemon that starts anew changes nothing in a table that is right (`nft monitor` hears so); the leases run on."""
    lab.fresh(home(children=OFF, pupils=soon_off()))
    before, leases = plain(lab.table()), lab.leases()
    handle = lab.exec("gate", "nft", "-a", "list", "table", "inet", "kindgate").stdout
    lab.kill()
    with lab.nft_monitor() as told:
        lab.start()
        lab.nft("add table inet end_of_watch; delete table inet end_of_watch")
        wait_for(lambda: any("end_of_watch" in line for line in told), "what was heard up to here")
    ours = [line for line in told if "inet kindgate " in line]
    assert not ours, ours
    # Its batches are those of the question what the kernel can: a table kindgate_probe_PID comes, is extended, and goes.
    assert any("inet kindgate_probe_" in line for line in told), "the monitor is deaf"
    assert sum("(kindgated)" in line for line in told) <= 3, told
    assert plain(lab.table()) == before
    after = lab.exec("gate", "nft", "-a", "list", "table", "inet", "kindgate").stdout
    assert rules(handle) == rules(after), "rules were made anew"
    for slot, left in lab.leases().items():
        assert (left is None) == (leases[slot] is None) and (left is None or abs(left - leases[slot]) < 15)


def rules(listing):
    return [line for line in listing.splitlines() if "# handle" in line]


def test_sigterm_keeps_the_leases(lab):
    """SIGTERM ends the daemon with status 0; table and leases stay: open stays open, closed stays closed."""
    lab.fresh(home(children=OFF))
    before = plain(lab.table())
    assert lab.stop() == 0
    assert plain(lab.table()) == before
    assert reaches(lab, "parent", VIDEO4) and reaches(lab, "parent", VIDEO6)
    assert refused(lab, "kid", VIDEO4) and refused(lab, "kid", VIDEO6)
    lab.start()


def test_release_takes_the_table_away(lab):
    """`kindgate release`: the daemon ends, the table is gone and stays away, everybody's packets pass."""
    lab.fresh(home(children=OFF))
    assert refused(lab, "kid", VIDEO4)
    lab.kindgate("release")
    assert lab.daemon.wait(5) == 0
    lab.daemon = None
    assert lab.table() == {}
    assert reaches(lab, "kid", VIDEO4) and reaches(lab, "kid", VIDEO6)
    lab.start()
    assert refused(lab, "kid", VIDEO4)


def test_release_without_a_daemon(lab):
    """`kindgate release` takes the table away also where no daemon runs any more."""
    lab.fresh(home(children=OFF))
    lab.kill()
    lab.kindgate("release")
    assert lab.table() == {}
    assert reaches(lab, "kid", VIDEO4)
    lab.start()


OTHERS = """table inet others {
	set blocked {
		type ipv4_addr
		elements = { 192.0.2.1, 192.0.2.2 }
	}
	chain forward {
		type filter hook forward priority filter; policy accept;
		ip daddr @blocked drop
		ct mark and 0xff000000 == 0x01000000 accept
	}
}
"""


def test_foreign_rules_stay_as_they_are(lab):
    """A foreign nft table and iptables-nft rules are the same, byte for byte, over install, changes, kills, release."""
    if not shutil.which("iptables-nft-save"):
        raise Skip("iptables is not installed: boards/lab/install test")
    lab.fresh(home())
    lab.kindgate("release")
    lab.daemon.wait(5)
    lab.daemon = None
    lab.nft(OTHERS)
    for family in "iptables-nft", "ip6tables-nft":
        lab.exec("gate", family, "-A", "FORWARD", "-p", "tcp", "--dport", "25", "-j", "REJECT")
        lab.exec("gate", family, "-t", "nat", "-A", "PREROUTING", "-p", "udp", "--dport", "123", "-j", "REDIRECT")
    before = foreign(lab)
    assert "dport" in before
    lab.start()
    check = []
    for change in (lambda: lab.kindgate("pause", "kid"), lambda: lab.write_policy(home(children=OFF)), lab.kill, lab.start,
                   lambda: lab.nft("delete table inet kindgate"), lambda: lab.kindgate("resume", "kid")):
        change()
        check.append(foreign(lab) == before)
    wait_for(lambda: lab.table(), "the table")
    lab.kindgate("release")
    lab.daemon.wait(5)
    lab.daemon = None
    check.append(foreign(lab) == before)
    lab.start()
    assert all(check), check


def foreign(lab):
    """Everything but our own table, as nft and iptables print it; without the counters, which packets move."""
    text = ""
    for line in lab.exec("gate", "nft", "list", "tables").stdout.splitlines():
        if line != "table inet kindgate":
            text += lab.exec("gate", "nft", "-s", "list", *line.split()).stdout
    return text + lab.exec("gate", "iptables-nft", "-S").stdout + lab.exec("gate", "ip6tables-nft", "-S").stdout
