"""What a clever child, or a clumsy grown-up, tries."""
import re
import socket
import time

from lab import KID, NAT, VIDEO4, VIDEO6, wait_for
from policies import OFF, OPEN, home
from traffic import EVERY_PROTOCOL, Wire, datagram, reaches, refused


def heard(sniffer):
    """All that has come by now."""
    data = b""
    while True:
        try:
            data += sniffer.recv(65535)
        except BlockingIOError:
            return data


def own_address(lab, version):
    words = lab.exec("kid", "ip", f"-{version}", "-o", "addr", "show", "dev", "eth0", "scope", "global").stdout.split()
    return words[words.index("inet6" if version == 6 else "inet") + 1].split("/")[0]


def test_refusals_stay_at_home(lab):
    """Nothing of a device without a lease leaves the house, not even quoted in the refusal to a sender that it made up."""
    lab.fresh(home(children=OFF))
    wire = Wire(lab, "kid")
    with lab.on("net"):
        sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(EVERY_PROTOCOL))
    sniffer.setblocking(False)
    lab.opened.append(sniffer)
    for number in range(1, 201):
        wire.send(datagram(f"198.18.0.{number}", VIDEO4, b"SMUGGLED" * 40))
        wire.send(datagram(f"2001:db8:113::aa:{number:x}", VIDEO6, b"SMUGGLED" * 40))
        if number % 20 == 0:
            time.sleep(0.01)  # the kernel sends refusals at a limited rate: more of them if asked slowly
    lab.write_policy(home(children=OPEN))
    wait_for(lambda: reaches(lab, "kid", VIDEO4) and reaches(lab, "kid", VIDEO6), "the kid to get out")
    data = b""

    def both_came():
        nonlocal data
        wire.send(datagram(own_address(lab, 4), VIDEO4, b"OPENED4"))
        wire.send(datagram(own_address(lab, 6), VIDEO6, b"OPENED6"))
        data += heard(sniffer)
        return b"OPENED4" in data and b"OPENED6" in data

    wait_for(both_came, "what an open device sends", step=0.1)
    assert b"SMUGGLED" not in data


def test_a_second_daemon_touches_nothing(lab):
    """A second kindgated with folders of its own is refused before it changes the kernel."""
    lab.fresh(home(children=OFF))
    before = lab.exec("gate", "nft", "-a", "list", "table", "inet", "kindgate").stdout
    text = lab.board_text.replace(lab.policy_file, f"{lab.run}/other.textproto")
    text = re.sub(r'(socket|state_directory): "([^"]*)"', r'\1: "\2-other"', text)
    with open(f"{lab.run}/other.textproto", "w") as file:
        file.write(home(children=OPEN))
    with open(f"{lab.run}/other-board.textproto", "w") as file:
        file.write(text)
    second = lab.spawn("--board", f"{lab.run}/other-board.textproto")
    assert second.wait(10) == 1, lab.log()
    assert "another kindgated runs here" in lab.log() and lab.log().count("enforces") == 1, lab.log()

    def lasting(table):
        return re.sub(r" expires \S+", "", table)

    assert lasting(lab.exec("gate", "nft", "-a", "list", "table", "inet", "kindgate").stdout) == lasting(before)


def after_a_power_cut(lab):
    lab.end_daemon()
    lab.exec("gate", "nft", "flush", "ruleset")
    lab.nft(NAT)
    wait_for(lambda: reaches(lab, "kid", VIDEO4), "no table to judge by")


def test_who_cannot_start_closes(lab):
    """A daemon that can't start after a power cut leaves the house closed and says so, not open."""
    lab.fresh(home())
    after_a_power_cut(lab)
    text = re.sub(r'socket: "[^"]*"', 'socket: "/proc/none/api.sock"', lab.board_text)
    with open(lab.board_file, "w") as file:
        file.write(text)
    failed = lab.spawn("--board", lab.board_file)
    assert failed.wait(10) == 1, lab.log()
    assert "the gate is closed until this is mended" in lab.log(), lab.log()
    assert refused(lab, "kid", VIDEO4) and refused(lab, "kid", VIDEO6)


def test_a_bad_board_file_closes(lab):
    """After a power cut a bad board file leaves the house closed on the interfaces that it last had, and it is told."""
    lab.fresh(home())
    after_a_power_cut(lab)
    for text in (lab.board_text + "slots: 20000\n", lab.board_text + "slots {\n"):
        with open(lab.board_file, "w") as file:
            file.write(text)
        failed = lab.spawn("--board", lab.board_file)
        assert failed.wait(10) == 2, lab.log()
        assert "board.textproto:" in lab.log() and "nothing passes from br-lan" in lab.log(), lab.log()
        assert refused(lab, "kid", VIDEO4) and refused(lab, "kid", VIDEO6)
        lab.exec("gate", "nft", "flush", "ruleset")
        lab.nft(NAT)
        open(f"{lab.run}/kindgated.log", "w").close()


def test_a_missing_interface_is_told(lab):
    """Where the LAN interface is gone or has another name, status says so."""
    lab.fresh(home())
    assert not any("br-lan" in warning for warning in lab.status()["warnings"])
    lab.exec("gate", "ip", "link", "set", "br-lan", "down")
    wait_for(lambda: any("br-lan is down" in warning for warning in lab.status()["warnings"]), "status to tell")
    lab.exec("gate", "ip", "link", "set", "br-lan", "up")
    wait_for(lambda: reaches(lab, "kid", VIDEO4), "the LAN to be back", 10)
