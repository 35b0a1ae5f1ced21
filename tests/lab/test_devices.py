"""Devices: they appear, are placed, change their hardware addresses."""
import random
import time

from lab import KID, PARENT, VIDEO4, VIDEO6, stays, wait_for
from policies import OFF, home
from traffic import Download, reaches, refused


def mac_of(lab, host):
    return lab.exec(host, "cat", "/sys/class/net/eth0/address").stdout.strip()


def random_mac():
    return "02:00:5e:30:%02x:%02x" % (random.randrange(256), random.randrange(256))


def change_mac(lab, host, mac):
    """As phones do from network to network. The gate's old entries age in real life; here they go at once."""
    lab.exec(host, "ip", "link", "set", "eth0", "address", mac)
    lab.exec("gate", "ip", "neigh", "flush", "dev", "br-lan")
    lab.exec(host, "ip", "neigh", "flush", "dev", "eth0")


def opens(lab, host, seconds=2.0):
    wait_for(lambda: reaches(lab, host, VIDEO4) and reaches(lab, host, VIDEO6), f"{host} to get out", seconds)


def closes(lab, host, seconds=2.0):
    wait_for(lambda: refused(lab, host, VIDEO4) and refused(lab, host, VIDEO6), f"{host} to be refused", seconds)


def test_newcomer_gets_the_newcomer_profile(lab):
    """A device that nobody placed gets the newcomer profile within a second of its first packet, and is told."""
    lab.fresh(home())
    events, home_mac, mac = lab.events(), mac_of(lab, "guest"), random_mac()
    change_mac(lab, "guest", mac)
    began = time.monotonic()
    opens(lab, "guest")
    assert time.monotonic() < began + 1.0
    events.wait("DEVICE_NEW", device=mac)
    device = lab.seen(mac)
    assert (device["profile"], device["placed_by"]) == ("guests", "newcomer") and device["slot"] > 0, device
    assert "192.168.77." in str(device["addresses"]) and device["interface"] == "br-lan", device
    lab.write_policy(home(guests=OFF))
    closes(lab, "guest")
    change_mac(lab, "guest", home_mac)
    closes(lab, "guest")


def test_without_a_newcomer_profile_no_access(lab):
    """Where the policy names no newcomer profile, a device that nobody placed has no access; placed ones have."""
    lab.fresh(home(newcomers=""))
    closes(lab, "guest")
    opens(lab, "kid")


def test_host_names(lab):
    """The name that a device gave itself by DHCP is shown, with first and last seen."""
    lab.fresh(home())
    device = wait_for(lambda: (lab.seen(KID) or {}).get("host_name") == "kid" and lab.seen(KID), "the host name")
    assert device["id"] == "kid" and device["present"] and device["first_seen"].endswith("Z"), device


def test_mac_added_in_the_file(lab):
    """A hardware address added to a device of the policy: same slot, same rules, its running flows too."""
    lab.fresh(home(children=OFF))
    mac = mac_of(lab, "guest")
    opens(lab, "guest")
    download = Download(lab, "guest", VIDEO4)
    events = lab.events()
    lab.write_policy(home(children=OFF, more_macs=f'macs: "{mac}"'))
    events.wait("POLICY_IN_FORCE", timeout=2)
    closes(lab, "guest")
    download.speak()
    wait_for(lambda: isinstance(download.error, ConnectionResetError), "the running download's end")
    assert lab.seen(mac)["slot"] == lab.seen(KID)["slot"] and lab.seen(mac)["id"] == "kid"
    lab.write_policy(home(children=OFF))
    opens(lab, "guest")


def test_placed_by_hand(lab):
    """`kindgate place MAC PROFILE --name N` moves a newcomer at once, is told, and outlives SIGKILL."""
    lab.fresh(home(guests=OFF))
    mac, events = mac_of(lab, "guest"), lab.events()
    closes(lab, "guest")
    slot = lab.slot(mac)
    lab.kindgate("place", mac, "parents", "--name", "Grandma's tablet")
    opens(lab, "guest")
    events.wait("DEVICE_PLACED")
    lab.kill()
    lab.start()
    opens(lab, "guest")
    device = lab.seen(mac)
    assert (device["display_name"], device["profile"], device["placed_by"]) == ("Grandma's tablet", "parents", "hand"), device
    assert device["slot"] == slot, "a slot is for life"


def test_placed_as_one_more_of_a_device(lab):
    """`kindgate place MAC DEVICE`: the address becomes one more of that device, flows included."""
    lab.fresh(home(children=OFF))
    mac = mac_of(lab, "guest")
    opens(lab, "guest")
    download = Download(lab, "guest", VIDEO6)
    lab.kindgate("place", mac, "kid")
    closes(lab, "guest")
    download.speak()
    wait_for(lambda: isinstance(download.error, ConnectionResetError), "the running download's end")
    assert lab.seen(mac)["slot"] == lab.seen(KID)["slot"]
    lab.kill()
    lab.start()
    closes(lab, "guest")


def test_place_is_refused_where_the_file_decides(lab):
    """`kindgate place` of an address that the policy file names is refused, with the file and line; also unknown words."""
    lab.fresh(home(children=OFF))
    done = lab.kindgate("place", KID, "parents", check=False)
    line = next(number for number, text in enumerate(home(children=OFF).splitlines(), 1) if KID in text)
    assert done.returncode == 2 and f"{lab.policy_file}:{line}" in done.stderr, done
    closes(lab, "kid")
    for words in ((PARENT.replace("02:00", "zz:00"), "parents"), (mac_of(lab, "guest"), "nobody")):
        done = lab.kindgate("place", *words, check=False)
        assert done.returncode == 2 and done.stderr.strip(), done


def test_random_mac_makes_a_newcomer(lab):
    """A placed phone that takes a random address is a newcomer; back with its own address it is itself again."""
    lab.fresh(home(guests=OFF))
    opens(lab, "kid")
    mac = random_mac()
    change_mac(lab, "kid", mac)
    closes(lab, "kid")
    assert lab.seen(mac)["placed_by"] == "newcomer"
    change_mac(lab, "kid", KID)
    opens(lab, "kid")


def test_a_closed_phone_gains_nothing_by_a_second_address(lab):
    """A closed device that takes other IP addresses stays closed: leases belong to devices, not to addresses."""
    lab.fresh(home(children=OFF))
    closes(lab, "kid")
    lab.exec("kid", "ip", "addr", "replace", "192.168.77.55/24", "dev", "eth0")
    lab.exec("kid", "ip", "route", "replace", "default", "via", "192.168.77.1", "src", "192.168.77.55")
    try:
        stays(lambda: refused(lab, "kid", VIDEO4), 0.5, "a second address got out")
    finally:
        lab.exec("kid", "ip", "route", "replace", "default", "via", "192.168.77.1")
        lab.exec("kid", "ip", "addr", "del", "192.168.77.55/24", "dev", "eth0")


def test_newcomers_are_rate_limited(lab):
    """Many new hardware addresses at once don't eat the slots: beyond the board's rate they wait, and it is told."""
    lab.fresh(home(guests=OFF), board="newcomers_per_minute: 3\n")
    home_mac, events = mac_of(lab, "guest"), lab.events()
    try:
        for number in range(8):
            change_mac(lab, "guest", f"02:00:5e:40:00:{number:02x}")
            lab.exec("guest", "ping", "-c1", "-W1", "192.168.77.1")
        events.wait("DEVICE_WITHOUT_SLOT")
        slots = [device["slot"] for device in lab.get("/v1/devices")["devices"] if device["macs"][0].startswith("02:00:5e:40")]
        assert 0 < sum(slot > 0 for slot in slots) <= 3, slots
        assert refused(lab, "guest", VIDEO4)
    finally:
        change_mac(lab, "guest", home_mac)


def test_slots_of_newcomers_are_recycled(lab):
    """With few slots the newcomer unseen for longest gives up its own; placed devices never do."""
    lab.fresh(home(), board="slots: 5\n")
    home_mac = mac_of(lab, "guest")
    try:
        for number in range(4):
            mac = f"02:00:5e:50:00:{number:02x}"
            change_mac(lab, "guest", mac)
            opens(lab, "guest", 5)
            assert 1 <= lab.slot(mac) <= 5
        opens(lab, "kid")
        opens(lab, "parent")
    finally:
        change_mac(lab, "guest", home_mac)
