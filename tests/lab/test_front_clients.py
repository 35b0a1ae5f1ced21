"""Clients of the DNS front by TCP that are slow, or don't read: whom they hold up, and what they cost."""
import contextlib
import struct
import time

from clients import dig
from dnswire import KINDS, TC, TcpClient, query, record, reply
from lab import wait_for
from test_front_attacks import SITE, house, right, sanitized, site


def test_slow_clients(lab):
    """Clients that dribble their questions by TCP, or don't read their answers, hold up nobody and are let go within seconds."""
    house(lab, site)
    slow = []
    for _ in range(16):
        client = TcpClient(lab, "kid")
        client.sock.sendall(b"\0")
        slow.append(client)
    deaf = TcpClient(lab, "guest")
    for number in range(900):
        deaf.send(query("social.example", number=number))
    assert held(lab, deaf)
    one_more = TcpClient(lab, "kid")
    wait_for(lambda: closed(one_more), "the seventeenth connection of one device to be refused")
    other = TcpClient(lab, "pupil")
    began = time.monotonic()
    for number in range(100):
        slow[number % 16].sock.sendall(b"\x40" if number < 16 else b"x")
        other.send(query(f"n{number}.test", number=number))
        assert right(other.receive())
    took = time.monotonic() - began
    print(f"100 questions by TCP beside 17 slow clients: {took:.2f} s")
    assert took < 5
    assert dig(lab, "kid", "video.example")[1] == [SITE], "by UDP the slow device itself is served"

    def let_go():
        for client in slow:
            with contextlib.suppress(OSError):
                client.sock.send(b"x")
        return all(closed(client) for client in slow)

    wait_for(let_go, "the slow ones to be let go", 20, 0.5)
    wait_for(lambda: not held(lab, deaf), "the deaf one to be let go", 5, 0.1)
    client = TcpClient(lab, "kid")
    client.send(query("again.test"))
    assert right(client.receive())


def test_deaf_clients(lab):
    """Clients that ask by TCP for answers of 60 KB and read none are cut off within seconds; kindgated doesn't grow by what they asked for."""
    text = b"".join(b"\xff" + bytes([number]) * 255 for number in range(235))

    def says(asked):
        if asked.message.kind != KINDS["TXT"]:
            return site(asked)
        return reply(asked.data, record("TXT", text)) if asked.way == "TCP" else reply(asked.data, flags=TC)

    house(lab, says)
    other = TcpClient(lab, "pupil")
    other.send(query("long.test", "TXT"))
    size = len(other.receive().data)
    assert size > 60_000
    before, began = memory(lab), time.monotonic()
    deaf = [TcpClient(lab, "guest") for _ in range(4)]
    assert all(held(lab, client) for client in deaf)
    # Most are known by now, one in ten has to be asked for. Fewer than a device gets answers at once.
    asked = [query(f"n{number}.test" if number % 10 == 0 else "long.test", "TXT", number) for number in range(240)]
    for client in deaf:
        with contextlib.suppress(ConnectionError):  # cut off already
            client.sock.sendall(b"".join(struct.pack("!H", len(one)) + one for one in asked))
    most = 0

    def cut_off():
        nonlocal most
        most = max(most, memory(lab) - before)
        return not any(held(lab, client) for client in deaf)

    # Within less than an idle connection is kept.
    wait_for(cut_off, "the deaf clients to be cut off", 5, 0.05)
    print(f"cut off within {time.monotonic() - began:.2f} s; {len(deaf) * len(asked) * size / 1e6:.0f} MB asked for, kindgated grew by {most / 1e6:.1f} MB")
    other = TcpClient(lab, "pupil")
    other.send(query("other.test"))
    assert right(other.receive())
    assert sanitized(lab) or most < 24e6, "what isn't read is kept"


def memory(lab):
    """Bytes of the daemon's that are in memory."""
    with open(f"/proc/{lab.daemon.pid}/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmRSS:"))


def held(lab, client):
    """Whether the gate still has its end of this connection. A client that reads nothing can't tell."""
    address, port = client.sock.getsockname()
    return bool(lab.exec("gate", "ss", "-Htn", "state", "established", "dst", f"{address}:{port}").stdout)


def closed(client):
    try:
        client.sock.setblocking(False)
        return client.sock.recv(64) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
