"""The home itself goes on at bedtime: the gate's services, and the devices among each other."""
import contextlib
import os
import socket

from clients import dig
from lab import BOARD, GATE4, GATE6, VIDEO4, VIDEO6, run, wait_for
from policies import OFF, home
from traffic import connect, family, refused

PUPIL4, PUPIL6 = "192.168.77.12", "2001:db8:77::5eff:fe10:2"
KID4, KID6 = "192.168.77.11", "2001:db8:77::5eff:fe10:1"
PRINTER4, PRINTER6 = "192.168.78.10", "2001:db8:78::10"


def all_off(lab, board=""):
    lab.fresh(home(children=OFF, pupils=OFF, guests=OFF), board)
    wait_for(lambda: refused(lab, "kid", VIDEO4) and refused(lab, "kid", VIDEO6), "closed")


def test_dns_dhcp_arp_and_nd_go_on(lab):
    """In OFF a device still has DNS (UDP and TCP), DHCP, ARP, ND and ping to the gate, and gets nowhere else."""
    all_off(lab)
    assert GATE4 in lab.exec("kid", "getent", "ahostsv4", "video.example").stdout, "the gate answers with itself"
    for server in GATE4, GATE6:
        for way in "+notcp", "+tcp":
            for kind, own in ("A", GATE4), ("AAAA", GATE6):
                assert dig(lab, "kid", "video.example", kind, server, way)[:2] == ("NOERROR", [own]), (server, way, kind)
    lab.exec("kid", "ip", "neigh", "flush", "dev", "eth0")
    lab.exec("gate", "ip", "neigh", "flush", "dev", "br-lan")
    for address in GATE4, GATE6:
        lab.exec("kid", "ping", "-c1", "-W2", address)
    lab.exec("kid", "ip", "addr", "flush", "dev", "eth0", "scope", "global")
    try:
        ask_dhcp(lab, "kid")
        lab.exec("kid", "ping", "-c1", "-W2", GATE4)
    finally:
        # Down and up: the host asks for a router advertisement anew.
        lab.exec("kid", "ip", "link", "set", "eth0", "down")
        lab.exec("kid", "ip", "link", "set", "eth0", "up")
        ask_dhcp(lab, "kid")
    wait_for(lambda: KID6 in lab.exec("kid", "ip", "-6", "addr", "show", "dev", "eth0").stdout, "SLAAC in OFF")
    assert lab.seen("02:00:5e:00:00:01") is None, "the gate, which hears its own router advertisements, is no device"
    assert refused(lab, "kid", VIDEO4) and refused(lab, "kid", VIDEO6)


def ask_dhcp(lab, host):
    os.environ["RESOLV_CONF"] = f"/etc/netns/{lab.netns(host)}/resolv.conf"
    run("ip", "netns", "exec", lab.netns(host), "busybox", "udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", "10", "-T", "1",
        "-s", f"{BOARD}/udhcpc-script", "-x", f"hostname:{host}")


def check_tcp(lab, client, server, address, port=4003):
    with lab.on(server):
        listener = socket.create_server((address, port), family=family(address))
    with contextlib.closing(listener), contextlib.closing(connect(lab, client, address, port)) as sock:
        other, _ = listener.accept()
        other.send(b"printed")
        assert sock.recv(20) == b"printed"
        other.close()


def test_devices_reach_each_other(lab):
    """In OFF two devices of the same LAN reach each other, IPv4 and IPv6."""
    all_off(lab)
    check_tcp(lab, "kid", "pupil", PUPIL4)
    check_tcp(lab, "kid", "pupil", PUPIL6)


@contextlib.contextmanager
def second_lan(lab):
    """A second LAN interface of the gate, lan2, with a printer behind it."""
    printer = lab.netns("printer")
    run("ip", "netns", "add", printer)
    os.makedirs(f"/etc/netns/{printer}", exist_ok=True)
    try:
        run("ip", "netns", "exec", printer, "sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
        run("ip", "-n", printer, "link", "add", "eth0", "type", "veth", "peer", "name", "lan2", "netns", lab.netns("gate"))
        for where, device, four, six in ((printer, "eth0", PRINTER4, PRINTER6), (lab.netns("gate"), "lan2", "192.168.78.1", "2001:db8:78::1")):
            run("ip", "-n", where, "link", "set", device, "up")
            run("ip", "-n", where, "addr", "add", f"{four}/24", "dev", device)
            run("ip", "-n", where, "addr", "add", f"{six}/64", "dev", device, "nodad")
        run("ip", "-n", printer, "route", "add", "default", "via", "192.168.78.1")
        run("ip", "-n", printer, "route", "add", "default", "via", "2001:db8:78::1")
        yield
    finally:
        if "printer" in lab.namespaces:
            os.close(lab.namespaces.pop("printer"))
        run("ip", "netns", "del", printer)
        os.rmdir(f"/etc/netns/{printer}")
        wait_for(lambda: "lan2" not in lab.exec("gate", "ip", "link").stdout, "the second LAN's end")


def test_lan_to_lan_goes_on(lab):
    """In OFF devices of two LANs reach each other through the gate, both ways; the second LAN is closed outwards too."""
    all_off(lab, 'lan: "lan2"\n')
    events = lab.events()
    with second_lan(lab):
        events.wait("LINK_CHANGED", "lan2")
        for six in False, True:
            check_tcp(lab, "kid", "printer", PRINTER6 if six else PRINTER4)
            check_tcp(lab, "printer", "kid", KID6 if six else KID4)
        wait_for(lambda: refused(lab, "printer", VIDEO4) and refused(lab, "printer", VIDEO6), "the printer closed outwards")


def test_lan_that_comes_later_is_enforced(lab):
    """A LAN interface that appears after the daemon's start is enforced as soon as it is there, and goes on by its profile."""
    all_off(lab, 'lan: "lan2"\n')
    with second_lan(lab):
        wait_for(lambda: refused(lab, "printer", VIDEO4), "the newcomer closed")
        lab.write_policy(home(children=OFF, extra='networks { interface: "lan2" profile: "parents" }'))
        wait_for(lambda: not refused(lab, "printer", VIDEO4), "the profile of its network", 2)
