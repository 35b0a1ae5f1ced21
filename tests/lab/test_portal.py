"""How long still: the captive portal document (RFC 8908) by TLS, where DHCP says it is, and the gate's page in its place."""
import json
import os
import re
import socket
import ssl
import struct
import time

from lab import GATE4, GATE6, KID, run, wait_for
from policies import home
from traffic import connect

NAME, PORT = "gate.example", 5443
DOCUMENT = f"https://{NAME}:{PORT}/captive-portal"
BEDTIME = 'windows { days: "daily" from: "20:30" to: "06:30" mode: OFF label: "Bedtime" }'
LESSONS = 'windows { days: "daily" from: "00:00" to: "24:00" mode: LEARNING label: "Lessons" }'
SO_BINDTODEVICE = 25


def curl(lab, host, *arguments):
    return lab.exec(host, "curl", "-sSm5", *arguments, check=False)


def document(lab, host, family="-4"):
    """What a phone on this host is told, as it would ask."""
    done = curl(lab, host, family, "-D-", "-H", "Accept: application/captive+json", DOCUMENT)
    head, _, body = done.stdout.partition("\n\n")
    assert " 200 " in head and "application/captive+json" in head and "no-store" in head, done
    return json.loads(body)


def option_114(lab, host):
    """The captive portal's address as the DHCP server tells it to who asks for it (RFC 2131, RFC 8910); "" if it doesn't."""
    mac = bytes.fromhex(KID.replace(":", ""))
    with lab.on(host):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        lab.opened.append(sock)
        sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, b"eth0\0")
        sock.bind(("", 68))
    sock.settimeout(3)
    own = lab.exec(host, "ip", "-4", "-o", "addr", "show", "dev", "eth0").stdout
    address = re.search(r"inet ([\d.]+)", own)[1]
    inform, asked = b"\x35\x01\x08", b"\x37\x01\x72"
    packet = struct.pack("!BBBBIHH4s4s4s4s16s64s128s4s", 1, 1, 6, 0, 0x6b67, 0, 0, socket.inet_aton(address), b"", b"", b"",
                         mac, b"", b"", b"\x63\x82\x53\x63") + inform + asked + b"\xff"
    sock.sendto(packet, (GATE4, 67))
    answer = sock.recv(2048)
    assert struct.unpack("!I", answer[4:8])[0] == 0x6b67, "an answer to another question"
    options = answer[240:]
    while options and options[0] != 255:
        if options[0] == 0:
            options = options[1:]
            continue
        kind, length = options[0], options[1]
        if kind == 114:
            return options[2:2 + length].decode()
        options = options[2 + length:]
    return ""


def certify(lab, name, days="30"):
    """Another certificate for this name by the lab's authority, with the gate's key; its serial number."""
    request = run("openssl", "req", "-new", "-key", f"{lab.run}/gate.key", "-subj", "/CN=lab").stdout
    names = f"{lab.run}/names.ext"
    with open(names, "w") as file:
        file.write(f"subjectAltName=DNS:{name}\n")
    made = run("openssl", "x509", "-req", "-CA", f"{lab.run}/ca.crt", "-CAkey", f"{lab.run}/ca.key", "-days", days,
               "-extfile", names, input=request).stdout
    with open(f"{lab.run}/gate.new", "w") as file:
        file.write(made)
    os.rename(f"{lab.run}/gate.new", f"{lab.run}/gate.crt")
    return run("openssl", "x509", "-noout", "-serial", input=made).stdout.strip().partition("=")[2]


def shown(lab, host):
    """The serial number of the certificate that a client sees and trusts; "" without one."""
    context = ssl.create_default_context(cafile=f"{lab.run}/ca.crt")
    try:
        with context.wrap_socket(connect(lab, host, GATE4, PORT), server_hostname=NAME) as sock:
            return sock.getpeercert()["serialNumber"]
    except OSError:
        return ""


def test_who_has_access_is_told_how_long(lab):
    """A device with access gets, by TLS over IPv4 and IPv6, captive false and the seconds until its bedtime, after LEARNING too."""
    lab.fresh(home(children=BEDTIME, pupils=LESSONS))
    lab.clock_to("20:00")
    for family in "-4", "-6":
        told = document(lab, "kid", family)
        assert told["captive"] is False and 1780 <= told["seconds-remaining"] <= 1801, told  # the clock is moved by whole seconds
        assert "seconds-remaining" not in document(lab, "parent", family)
        learning = document(lab, "pupil", family)
        assert learning["captive"] is False and "seconds-remaining" not in learning, learning
    lab.kindgate("allow", "kid", "for", "45m")
    told = document(lab, "kid")
    assert 2680 <= told["seconds-remaining"] <= 2701, told  # a word holds to the end of its last second


def test_who_has_no_access_is_captive(lab):
    """A device without access is told captive true and a page by TLS that says why; both reachable over IPv4 and IPv6."""
    lab.fresh(home(children=BEDTIME))
    lab.clock_to("21:00")
    for family in "-4", "-6":
        told = document(lab, "kid", family)
        assert told == {"captive": True, "user-portal-url": f"https://{NAME}:{PORT}/"}, told
        page = curl(lab, "kid", family, told["user-portal-url"]).stdout
        assert "The internet is off" in page and "Bedtime: off daily" in page, page
    lab.kindgate("allow", "kid", "for", "10m")
    wait_for(lambda: document(lab, "kid")["captive"] is False, "the word to count")


def test_dhcp_tells_where(lab):
    """The DHCP server's option 114 is the document's address, as it stands there."""
    lab.fresh(home())
    assert option_114(lab, "kid") == DOCUMENT
    assert document(lab, "kid")["captive"] is False


def test_certificates_come_and_go(lab):
    """Another certificate is taken while the gate runs; one for another name is told, and the one in force stays."""
    lab.fresh(home())
    events = lab.events()
    first = shown(lab, "kid")
    assert first
    second = certify(lab, NAME)
    events.wait("CERTIFICATE_IN_FORCE")
    assert shown(lab, "kid") == second != first
    try:
        certify(lab, "other.example")
        events.wait("CERTIFICATE_REFUSED", "stays.*isn't for the board's public_name gate.example")
        assert shown(lab, "kid") == second
        lab.stop()
        lab.start()
        assert not shown(lab, "kid") and "CERTIFICATE" not in str(lab.status())
        assert "video.example answers" in curl(lab, "kid", "http://video.example/").stdout
        events = lab.events()
    finally:
        third = certify(lab, NAME)
    events.wait("CERTIFICATE_IN_FORCE")
    assert shown(lab, "kid") == third


def test_one_who_says_nothing_is_in_nobodys_way(lab):
    """Connections that stop anywhere in the handshake take places for seconds only, and nobody else waits for them."""
    lab.fresh(home(children=BEDTIME))
    silent = []
    with lab.on("pupil"):
        for _ in range(40):
            sock = socket.create_connection((GATE4, PORT), 3)
            lab.opened.append(sock)
            silent.append(sock)
    for number, sock in enumerate(silent):
        try:
            sock.send(b"\x16\x03\x01\x02\x00\x01"[:number % 7])
        except OSError:
            pass  # no place: closed
    edge = lab.clock_to("20:30", 2)
    assert lab.mode("children") == "OPEN"
    wait_for(lambda: lab.mode("children") == "OFF", "bedtime", 5)
    assert time.monotonic() < edge + 0.5, "the edge waited"
    wait_for(lambda: curl(lab, "kid", DOCUMENT).returncode == 0, "a place", 15, 0.2)


def test_the_gates_own_page(lab):
    """A device with access that opens the gate by plain HTTP gets the page: what applies and until when, IPv4 and IPv6, by name too."""
    lab.fresh(home(children=BEDTIME))
    lab.clock_to("12:00")
    for address in f"http://{GATE4}/", f"http://[{GATE6}]/", f"http://{NAME}/any?x=1":
        done = curl(lab, "kid", "-w%{http_code}", address)
        assert done.stdout.endswith("200"), done
        assert "The internet is open" in done.stdout and "until 20:30" in done.stdout, done
    assert curl(lab, "parent", f"http://{GATE4}/").returncode == 7, "the router's own pages are the router's"
