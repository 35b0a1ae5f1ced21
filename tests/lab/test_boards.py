"""The boards' files are what the programs they are for accept."""
import os

from lab import CHECKOUT, run

BOARD = os.path.join(CHECKOUT, "boards", "debian-gateway")


def test_debian_gateway_files_are_accepted(lab):
    """debian-gateway's board file, firewall and dnsmasq configuration load as they are; Kindgate lives beside that firewall."""
    lab.end_daemon()
    run("dnsmasq", "--test", "-C", f"{BOARD}/etc/dnsmasq.conf")
    lab.exec("gate", "nft", "-f", f"{BOARD}/etc/nftables.conf")
    lab.exec("gate", "nft", "-f", f"{BOARD}/etc/nftables.conf")
    lab.exec("gate", "nft", "delete", "table", "inet", "router")
    with open(f"{BOARD}/board.textproto") as file:
        text = file.read()
    text = text.replace("/etc/kindgate/policy.textproto", f"{CHECKOUT}/policies/home.textproto")
    text = text.replace("/run/kindgate/api.sock", lab.socket).replace("/var/lib/kindgate", lab.state)
    with open(lab.board_file, "w") as file:
        file.write(text)
    lab.start()
    assert lab.status()["policy_name"] == "Home"


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
