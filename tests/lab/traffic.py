"""Real packets between hosts of the lab: downloads, UDP flows, servers of the test's own. Each runs in a thread, in this
process, on sockets that live on a host of the lab."""
import contextlib
import ipaddress
import os
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time

from lab import wait_for

EVERY_PROTOCOL = 3  # ETH_P_ALL, linux/if_ether.h
IP_RECVERR, IPV6_RECVERR, MSG_ERRQUEUE, SO_RCVBUFFORCE = 11, 25, 0x2000, 33
PATIENT = 8 << 20  # bytes: a busy machine may keep this process waiting, which must not look like a packet lost


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def connect(lab, host, address, port, timeout=3.0):
    with lab.on(host):
        sock = socket.socket(family(address), socket.SOCK_STREAM)
    sock.settimeout(timeout)
    try:
        sock.connect((address, port))
    except OSError:
        sock.close()
        raise
    return sock


def reaches(lab, host, address, port=443, timeout=1.0):
    """Whether a new TCP connection succeeds now."""
    try:
        connect(lab, host, address, port, timeout).close()
        return True
    except OSError:
        return False


def refused(lab, host, address, port=443):
    """Whether a new TCP connection is reset at once, as the gate does for a closed device."""
    try:
        connect(lab, host, address, port, 2.0).close()
        return False
    except ConnectionRefusedError:
        return True


def checksum(data):
    """RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packet(source, target, protocol, payload, sum_at, hops=64):
    """An IP packet (RFC 791, 8200) whose payload has its checksum there: over a pseudo header, too."""
    source, target = ipaddress.ip_address(source), ipaddress.ip_address(target)
    pseudo = source.packed + target.packed + struct.pack("!IxxxB", len(payload), protocol)
    payload = payload[:sum_at] + struct.pack("!H", checksum(pseudo + payload)) + payload[sum_at + 2:]
    if source.version == 6:
        return struct.pack("!IHBB", 6 << 28, len(payload), protocol, hops) + source.packed + target.packed + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, hops, protocol, 0) + source.packed + target.packed
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def datagram(source, target, payload, from_port=4000, to_port=9999):
    """An IP packet with UDP (RFC 768)."""
    return packet(source, target, 17, struct.pack("!HHHH", from_port, to_port, 8 + len(payload), 0) + payload, 6)


class Wire:
    """Sends frames to the gate on a host's wire as they are, and hears what comes there."""

    def __init__(self, lab, host):
        self.gate = hardware(lab.exec("gate", "cat", "/sys/class/net/br-lan/address").stdout.strip())
        self.own = hardware(lab.exec(host, "cat", "/sys/class/net/eth0/address").stdout.strip())
        with lab.on(host):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL))
            self.socket.bind(("eth0", EVERY_PROTOCOL))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, PATIENT)
        lab.opened.append(self)

    def send(self, data, mac=None):
        """`mac`: another sender than the host, six bytes."""
        self.frame((mac or self.own) + (b"\x86\xdd" if data[0] >> 4 == 6 else b"\x08\x00") + data)

    def frame(self, rest):
        self.socket.send(self.gate + rest)

    def heard(self):
        """The frames that have come by now."""
        frames = []
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                frames.append(self.socket.recv(65535))
        return frames

    def close(self):
        self.socket.close()


def hardware(text):
    """"02:00:5e:10:00:01" as bytes."""
    return bytes.fromhex(text.replace(":", ""))


class Download:
    """An endless download. `last` is the moment of its last byte, `error` what ended it."""

    def __init__(self, lab, host, address, port=80, rate=200_000):
        self.total, self.last, self.error, self.stop = 0, 0.0, None, False
        self.tls = port == 443
        sock = connect(lab, host, address, port)
        if self.tls:
            context = ssl.create_default_context(cafile=f"{lab.run}/ca.crt")
            sock = context.wrap_socket(sock, server_hostname="video.example")
        sock.settimeout(0.1)
        sock.sendall(f"GET /stream?rate={rate} HTTP/1.1\r\nHost: video.example\r\n\r\n".encode())
        self.sock = sock
        lab.opened.append(self)
        threading.Thread(target=self._read, daemon=True).start()
        self.flows()

    def _read(self):
        while not self.stop:
            try:
                data = self.sock.recv(65536)
            except TimeoutError:
                continue
            except OSError as error:
                self.error = self.error or error
                return
            if not data:
                self.error = self.error or EOFError("closed by the server")
                return
            self.last = time.monotonic()
            self.total += len(data)

    def flows(self, timeout=3.0):
        """Waits until more bytes come."""
        before = self.total
        wait_for(lambda: self.total > before + 3000, f"more bytes than {before} (error: {self.error})", timeout)

    def speak(self):
        """The client sends something: a shut gate answers with a reset, unless one came already."""
        try:
            self.sock.send(b"x")
        except OSError as error:
            self.error = self.error or error

    def close(self):
        self.stop = True
        self.sock.close()


class Server:
    """A UDP echo on the internet that counts what reaches it."""

    def __init__(self, lab, address="203.0.113.10", port=4000, host="net", echo=True):
        with lab.on(host):
            self.sock = socket.socket(family(address), socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, PATIENT)
        lab.opened.append(self)
        self.sock.bind((address, port))
        self.sock.settimeout(0.1)
        self.address, self.port, self.echo = address, port, echo
        self.heard, self.arrived, self.peer, self.stop = 0, [], None, False
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while not self.stop:
            try:
                data, self.peer = self.sock.recvfrom(2048)
                self.heard += 1
                self.arrived.append(time.monotonic())
                if self.echo:
                    self.sock.sendto(data, self.peer)
            except TimeoutError:
                continue
            except OSError:
                if self.stop:
                    return

    def close(self):
        self.stop = True
        self.sock.close()


class Service:
    """A program that runs on a host until the test's end."""

    def __init__(self, lab, host, *command):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(["ip", "netns", "exec", lab.netns(host), *command], stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, start_new_session=True)
        lab.opened.append(self)

    def says(self, word):
        """Waits until it has said so."""
        wait_for(lambda: word in self.said(), f"'{word}' of a service")
        return self

    def said(self):
        return os.pread(self.log.fileno(), 1 << 20, 0).decode(errors="replace")

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Flow:
    """Numbered UDP packets to an echo, so many a second.

    `sent` and `answered` map a number to its moment; `unreachable` collects (moment, type, code) of ICMP errors."""

    def __init__(self, lab, host, address, port=7, rate=200):
        with lab.on(host):
            self.sock = socket.socket(family(address), socket.SOCK_DGRAM)
        self.six = ":" in address
        level, option = (socket.IPPROTO_IPV6, IPV6_RECVERR) if self.six else (socket.IPPROTO_IP, IP_RECVERR)
        self.sock.setsockopt(level, option, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, PATIENT)
        lab.opened.append(self)
        self.sock.connect((address, port))
        self.sock.settimeout(0.05)
        self.rate, self.sent, self.answered, self.unreachable = rate, {}, {}, []
        self.quiet = self.stop = False
        self.patience = 0.5  # seconds
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._send, self._receive)]
        for thread in self.threads:
            thread.start()

    def _send(self):
        begin, number = time.monotonic(), 0
        while not self.quiet:
            number += 1
            self.sent[number] = time.monotonic()
            try:
                self.sock.send(struct.pack("!I", number))
            except OSError:
                self._errors()  # of an earlier packet; this one was not sent
                del self.sent[number]
            time.sleep(max(0, begin + number / self.rate - time.monotonic()))

    def _receive(self):
        while not self.stop:
            try:
                data = self.sock.recv(2048)
                self.answered[struct.unpack("!I", data[:4])[0]] = time.monotonic()
            except TimeoutError:
                continue
            except OSError:
                self._errors()

    def _errors(self):
        while True:
            try:
                _, control, _, _ = self.sock.recvmsg(64, 512, MSG_ERRQUEUE | socket.MSG_DONTWAIT)
            except OSError:
                return
            for _, _, data in control:
                _, _, kind, code = struct.unpack("=IBBB", data[:7])
                self.unreachable.append((time.monotonic(), kind, code))

    def close(self):
        self.quiet = self.stop = True
        self.sock.close()

    def prohibited(self):
        """Whether 'administratively prohibited' was heard: ICMP 3/13, ICMPv6 1/1."""
        return any((kind, code) == ((1, 1) if self.six else (3, 13)) for _, kind, code in self.unreachable)

    def is_refused(self, more=20, timeout=3.0):
        """Waits until so many more were sent, and the gate has said that it refuses: else a closed device's silence shows
        nothing. The gate says so now and then only: the kernel limits the rate of ICMP errors."""
        before = len(self.sent)
        wait_for(lambda: len(self.sent) >= before + more and self.prohibited(),
                 f"{more} more packets sent in vain (before: {before}, now: {len(self.sent)})", timeout)

    def runs(self, more=20, timeout=3.0):
        """Waits until so many more are answered."""
        before = len(self.answered)
        wait_for(lambda: len(self.answered) >= before + more, f"{more} more answers (now {before})", timeout)

    def end(self):
        """Stops, waits for what is on the way, and returns what was never answered: [(number, moment)]."""
        self.quiet = True
        sender, receiver = self.threads
        sender.join()
        with contextlib.suppress(AssertionError):
            wait_for(lambda: len(self.answered) >= len(self.sent), "the last answers", self.patience)
        self.close()
        receiver.join()
        return [(number, moment) for number, moment in self.sent.items() if number not in self.answered]

    def lost(self):
        """Stops; "" if everything was answered, else what wasn't."""
        self.patience = 3
        lost = self.end()
        if not lost:
            return ""
        first, last = lost[0], lost[-1]
        return (f"{len(lost)} of {len(self.sent)} packets lost: number {first[0]} to {last[0]} within {last[1] - first[1]:.3f} s, "
                f"up to {time.monotonic() - last[1]:.1f} s ago; ICMP errors: {self.unreachable[:3]}")
