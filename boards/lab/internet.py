#!/usr/bin/python3
"""The lab's internet: web servers on 80 and 443 for every name, and UDP services, on IPv4 and IPv6.

/            who answers, and whom
/stream      an endless download in pieces of 1,400 bytes; ?rate=BYTES a second (default 200,000)
/bytes/N     N bytes, as fast as they go
UDP 7, 9999  echo
UDP 9998     pushes 50 packets a second to whoever sent one, for 10 seconds after the last one heard (server push)

Usage: internet.py CERTIFICATE KEY ADDRESS…     (runs until it is ended)
"""
import asyncio
import socket
import ssl
import sys
import urllib.parse

SO_RCVBUFFORCE = 33
CHUNK = b"k" * 1399 + b"\n"


async def answer(writer, peer, host, target):
    url = urllib.parse.urlsplit(target)
    query = dict(urllib.parse.parse_qsl(url.query))
    if url.path == "/stream":
        await stream(writer, float(query.get("rate", 200_000)))
        return False
    if url.path.startswith("/bytes/"):
        length = int(url.path[len("/bytes/"):])
        writer.write(head(length))
        for start in range(0, length, 65536):
            writer.write(b"k" * min(65536, length - start))
            await writer.drain()
        return True
    body = f"{host or 'somebody'} answers {peer}\n".encode()
    writer.write(head(len(body)) + body)
    await writer.drain()
    return True


def head(length):
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n".encode()


async def stream(writer, rate):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n")
    loop = asyncio.get_running_loop()
    begin, sent = loop.time(), 0
    while True:
        writer.write(CHUNK)
        await writer.drain()
        sent += len(CHUNK)
        # A stalled client doesn't earn a burst.
        begin = max(begin, loop.time() - sent / rate - 0.1)
        await asyncio.sleep(max(0, begin + sent / rate - loop.time()))


async def serve(reader, writer):
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    peer = writer.get_extra_info("peername")[0].removeprefix("::ffff:")
    try:
        while request := await reader.readuntil(b"\r\n\r\n"):
            lines = request.decode("latin-1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
            keep = await answer(writer, peer, fields.get("host"), lines[0].split()[1])
            if not keep or fields.get("connection") == "close":
                break
    except (OSError, ValueError, IndexError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass
    finally:
        writer.close()


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport
        # So large that a busy machine loses nothing here: what is lost is the gate's doing.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)

    def datagram_received(self, data, addr):
        self.transport.sendto(data, addr)


class Push(asyncio.DatagramProtocol):
    def __init__(self):
        self.heard, self.running = {}, {}

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        loop = asyncio.get_running_loop()
        self.heard[addr] = loop.time()
        if addr not in self.running:
            self.running[addr] = loop.create_task(self.push(addr))

    async def push(self, addr):
        loop, number = asyncio.get_running_loop(), 0
        while loop.time() < self.heard[addr] + 10:
            self.transport.sendto(b"%d" % number, addr)
            number += 1
            await asyncio.sleep(0.02)
        del self.running[addr], self.heard[addr]


async def main(certificate, key, addresses):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    for address in addresses:
        # One socket an address: an answer has to come from the address that was asked.
        for port in 7, 9999:
            await loop.create_datagram_endpoint(Echo, local_addr=(address, port))
        await loop.create_datagram_endpoint(Push, local_addr=(address, 9998))
        await asyncio.start_server(serve, address, 80, backlog=1024)
        await asyncio.start_server(serve, address, 443, ssl=tls, backlog=1024)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
