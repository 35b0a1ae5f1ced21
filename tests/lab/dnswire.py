"""DNS messages byte by byte (RFC 1035, 4.1), a client that sends them as they are, and a resolver that answers as a test says."""
import contextlib
import glob
import selectors
import socket
import struct
import threading

from lab import wait_for
from traffic import PATIENT, SO_RCVBUFFORCE, connect, family

KINDS = {"A": 1, "NS": 2, "CNAME": 5, "TXT": 16, "AAAA": 28, "RRSIG": 46, "DNSKEY": 48, "HTTPS": 65}
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, REFUSED = 0, 1, 2, 3, 5
QR, TC, RD, RA, AD = 0x8000, 0x0200, 0x0100, 0x0080, 0x0020
OF_QUESTION = b"\xc0\x0c"  # a pointer to the question's name


def encoded(name):
    """Of "www.example", or of labels as bytes, which may hold anything."""
    labels = name.encode().split(b".") if isinstance(name, str) else name
    return b"".join(bytes([len(label)]) + label for label in labels if label) + b"\0"


def query(name, kind="A", number=0, flags=RD, edns=None, dnssec=False):
    """A question; with `edns`, an OPT record with these options' bytes (RFC 6891, 6.1.2)."""
    head = struct.pack("!6H", number, flags, 1, 0, 0, 0 if edns is None else 1)
    opt = b"" if edns is None else b"\0" + struct.pack("!HHIH", 41, 1232, 0x8000 if dnssec else 0, len(edns)) + edns
    return head + encoded(name) + struct.pack("!HH", KINDS[kind], 1) + opt


def option(code, value):
    return struct.pack("!HH", code, len(value)) + value


def record(kind, data, owner=OF_QUESTION, ttl=60):
    return owner + struct.pack("!HHIH", KINDS[kind], 1, ttl, len(data)) + data


def address(text, owner=OF_QUESTION, ttl=60):
    return record("AAAA" if ":" in text else "A", socket.inet_pton(family(text), text), owner, ttl)


def question_end(message):
    at = 12
    while message[at]:
        at += 1 + message[at]
    return at + 5


def reply(asked, *records, code=NOERROR, flags=RA, authority=()):
    """To these bytes of a question, in its case."""
    head = struct.pack("!2s5H", asked[:2], QR | RD | flags | code, 1, len(records), len(authority), 0)
    return head + asked[12:question_end(asked)] + b"".join(records) + b"".join(authority)


class Message:
    """What a message says; its records are not looked into beyond their data."""

    def __init__(self, data):
        self.data = data
        self.number, self.flags, questions, answers, _, _ = struct.unpack("!6H", data[:12])
        self.code = self.flags & 15
        self.name, self.kind, self.answers, at = "", 0, [], 12
        if questions:
            at = question_end(data)
            self.name, self.kind = ".".join(self._labels(12)), struct.unpack("!H", data[at - 4:at - 2])[0]
        for _ in range(answers):
            at = self._skip(at)
            kind, _, ttl, size = struct.unpack("!HHIH", data[at:at + 10])
            self.answers.append((kind, ttl, data[at + 10:at + 10 + size]))
            at += 10 + size

    def addresses(self):
        return [socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, data)
                for kind, _, data in self.answers if kind in (1, 28)]

    def _labels(self, at):
        while size := self.data[at]:
            yield self.data[at + 1:at + 1 + size].decode("latin-1")
            at += 1 + size

    def _skip(self, at):
        while size := self.data[at]:
            if size >= 0xc0:
                return at + 2
            at += 1 + size
        return at + 1


class Client:
    """Asks by UDP from one port of a host."""

    def __init__(self, lab, host, server="192.168.77.1"):
        with lab.on(host):
            self.sock = socket.socket(family(server), socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, PATIENT)
        self.sock.connect((server, 53))
        lab.opened.append(self)

    def send(self, message):
        self.sock.send(message)

    def receive(self, timeout=6.0):
        self.sock.settimeout(timeout)
        return Message(self.sock.recv(65535))

    def ask(self, *words, **more):
        """As the usual resolver of a program does: twice, five seconds each."""
        self.send(query(*words, **more))
        try:
            return self.receive(5)
        except TimeoutError:
            self.send(query(*words, **more))
            return self.receive(5)

    def heard(self):
        """All that has come by now."""
        self.sock.setblocking(False)
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                found.append(Message(self.sock.recv(65535)))
        return found

    def close(self):
        self.sock.close()


class TcpClient:
    """Asks by TCP (RFC 1035, 4.2.2): a message has its length before it."""

    def __init__(self, lab, host, server="192.168.77.1"):
        self.sock = connect(lab, host, server, 53, 10.0)
        lab.opened.append(self)

    def send(self, message):
        self.sock.sendall(struct.pack("!H", len(message)) + message)

    def receive(self):
        return Message(self._bytes(struct.unpack("!H", self._bytes(2))[0]))

    def _bytes(self, count):
        data = b""
        while len(data) < count:
            more = self.sock.recv(count - len(data))
            if not more:
                raise EOFError("closed by the gate")
            data += more
        return data

    def close(self):
        self.sock.close()


class Asked:
    """One question that came to a Resolver, and the way back to who asked."""

    def __init__(self, data, peer, way, answer):
        self.data, self.peer, self.way, self.answer = data, peer, way, answer
        self.message = Message(data)
        self.name = self.message.name.lower()


class Resolver:
    """A resolver on the lab's internet, by UDP and TCP. `says(asked)` gives the bytes of its reply; None: nothing, now.

    A test that holds answers back finds the questions in `asked` and answers them itself: `one.answer(bytes)`."""

    PORT = 5301
    BOARD = f'resolvers: "198.51.100.1#{PORT}"\n'

    def __init__(self, lab, says=lambda asked: None):
        self.says, self.asked, self.stop = says, [], False
        with lab.on("net"):
            self.udp, self.tcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()
        self.udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, PATIENT)
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.udp.bind(("198.51.100.1", self.PORT))
        self.tcp.bind(("198.51.100.1", self.PORT))
        self.tcp.listen()
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.udp, selectors.EVENT_READ, self._datagram)
        self.selector.register(self.tcp, selectors.EVENT_READ, self._accept)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        lab.opened.append(self)

    def _serve(self):
        while not self.stop:
            for key, _ in self.selector.select(0.05):
                key.data(key.fileobj)

    def _come(self, data, peer, way, answer):
        asked = Asked(data, peer, way, answer)
        self.asked.append(asked)
        if said := self.says(asked):
            answer(said)

    def _datagram(self, sock):
        data, peer = sock.recvfrom(65535)
        self._come(data, peer, "UDP", lambda said: sock.sendto(said, peer))

    def _accept(self, listener):
        sock, peer = listener.accept()
        rest = bytearray()

        def readable(one):
            data = one.recv(65535)
            rest.extend(data)
            while len(rest) >= 2 and len(rest) >= 2 + int.from_bytes(rest[:2], "big"):
                size = int.from_bytes(rest[:2], "big")
                message = bytes(rest[2:2 + size])
                del rest[:2 + size]
                self._come(message, peer, "TCP", lambda said: one.sendall(struct.pack("!H", len(said)) + said))
            if not data:
                self.selector.unregister(one)
                one.close()

        self.selector.register(sock, selectors.EVENT_READ, readable)

    def of(self, name):
        """Questions for this name."""
        return [one for one in list(self.asked) if one.name == name]

    def wait(self, name, count=1, timeout=5.0):
        """The question for it, once so many have come; the last of them."""
        return wait_for(lambda: len(self.of(name)) >= count and self.of(name)[-1], f"{count} questions for {name}", timeout)

    def close(self):
        if self.stop:
            return
        self.stop = True
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()


def front_cpu(lab):
    """Seconds of CPU that the daemon's data thread has used, to the nanosecond: all of the daemon's but its first thread."""
    total = 0
    for path in glob.glob(f"/proc/{lab.daemon.pid}/task/*/schedstat"):
        if f"/task/{lab.daemon.pid}/" not in path:
            with open(path) as file:
                total += int(file.read().split()[0])
    return total / 1e9
