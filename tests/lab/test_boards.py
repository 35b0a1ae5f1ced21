"""The boards' files are what the programs they are for accept."""
import os
import re

from lab import CHECKOUT, VIDEO4, VIDEO6, run, wait_for
from policies import OFF, home
from traffic import reaches, refused

BOARD = os.path.join(CHECKOUT, "boards", "debian-gateway")


def test_debian_gateway_files_are_accepted(lab):
    """debian-gateway's board file, firewall and dnsmasq configuration load as they are, the firewall again and again."""
    lab.end_daemon()
    run("dnsmasq", "--test", "-C", f"{BOARD}/etc/dnsmasq.conf")
    lab.exec("gate", "nft", "-f", f"{BOARD}/etc/nftables.conf")
    lab.exec("gate", "nft", "-f", f"{BOARD}/etc/nftables.conf")
    start(lab, f"{CHECKOUT}/policies/home.textproto")
    lab.exec("gate", "nft", "delete", "table", "inet", "router")
    assert lab.status()["policy_name"] == "Home"


def test_debian_gateway_lives_beside_its_firewall(lab):
    """Kindgate lives beside debian-gateway's firewall: who may reaches the internet, through it; who may not doesn't; it stays as it was."""
    lab.fresh(home(children=OFF))
    lab.end_daemon()
    # Alone with that firewall, under the lab's names of the ports: it, and nothing else, masquerades.
    lab.exec("gate", "nft", "flush", "ruleset")
    with open(f"{BOARD}/etc/nftables.conf") as file:
        lab.nft(in_the_lab(file.read()))
    before = firewall(lab)
    assert "policy drop" in before and "masquerade" in before, before
    start(lab, lab.policy_file, in_the_lab)
    for blocked, allowed in ("kid", "pupil"), ("pupil", "kid"):
        wait_for(lambda: refused(lab, blocked, VIDEO4), f"{blocked} closed")
        for address in VIDEO4, VIDEO6:
            assert refused(lab, blocked, address), (blocked, address)
            assert reaches(lab, allowed, address), (allowed, address)
        lab.write_policy(home(pupils=OFF))
    assert firewall(lab) == before
    # It, loaded anew, doesn't take Kindgate away either.
    with open(f"{BOARD}/etc/nftables.conf") as file:
        lab.nft(in_the_lab(file.read()))
    assert refused(lab, "pupil", VIDEO4) and reaches(lab, "kid", VIDEO4)
    lab.stop()
    assert firewall(lab) == before


def in_the_lab(text):
    """The lab calls the ports otherwise."""
    return re.sub(r"\bwan0\b", "wan", re.sub(r"\blan0\b", "br-lan", text))


def firewall(lab):
    return lab.exec("gate", "nft", "list", "table", "inet", "router").stdout


def start(lab, policy, changed=lambda text: text):
    """Of debian-gateway's board file, with the lab's files; changed so."""
    with open(f"{BOARD}/board.textproto") as file:
        text = changed(file.read())
    text = text.replace("/etc/kindgate/policy.textproto", policy)
    text = text.replace("/run/kindgate/api.sock", lab.socket).replace("/var/lib/kindgate", lab.state)
    with open(lab.board_file, "w") as file:
        file.write(text)
    lab.start()


def test_debian_gateway_kernel_settings_exist(lab):
    """What debian-gateway's forwarding.conf sets are settings that this kernel has, each given once and as a number."""
    with open(f"{BOARD}/etc/forwarding.conf") as file:
        lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    settings = dict(line.split(" = ") for line in lines)
    assert len(settings) == len(lines) and all(value.isdigit() for value in settings.values()), lines
    # Only the machine's first network namespace has limits of the neighbour table.
    first = os.path.exists("/proc/sys/net/ipv4/neigh/default/gc_thresh1")
    for setting in (one for one in settings if first or ".gc_thresh" not in one):
        assert os.path.exists(f"/proc/sys/{setting.replace('.', '/')}"), setting
