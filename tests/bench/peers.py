"""Other programs that refuse listed names, each set up as its manual says for a list of a million and for speed."""
import os
import shutil

import machine

# Names below cached.example may be kept; the others come with TTL 0 and are not looked for in a cache.
_DNSDIST = """
setLocal("127.0.0.1:{port}")
setSecurityPollSuffix("")
setVerboseHealthChecks(false)
setUDPMultipleMessagesVectorSize(64)
newServer({{address="127.0.0.1:{upstream}", sockets=4}}):setUp()
newServer({{address="127.0.0.1:{upstream}", sockets=4, pool="kept"}}):setUp()
getPool("kept"):setCache(newPacketCache(100000))
listed = newCDBKVStore("{list}", 3600)
addAction(KeyValueStoreLookupRule(listed, KeyValueLookupKeySuffix(0, true)), RCodeAction(DNSRCode.NXDOMAIN))
addAction("cached.example.", PoolAction("kept"))
"""
_UNBOUND = """
server:
  verbosity: 0
  use-syslog: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  port: {port}
  interface: 127.0.0.1
  do-ip6: no
  do-not-query-localhost: no
  num-threads: 1
  outgoing-range: 4096
  num-queries-per-thread: 2048
  so-rcvbuf: 1m
  msg-cache-size: 32m
  rrset-cache-size: 64m
  module-config: "iterator"
  include: "{list}"
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{upstream}
"""
# With a larger cache it becomes slower, not faster.
_DNSMASQ = """
port={port}
listen-address=127.0.0.1
bind-interfaces
user=root
pid-file=
no-hosts
no-resolv
server=127.0.0.1#{upstream}
cache-size=10000
dns-forward-max=10000
servers-file={list}
"""


def _wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def _cdb(path, names):
    text = os.path.join(machine.folder, "cdb.txt")
    with open(text, "wb") as file:
        for name in names:
            key = _wire(name)
            file.write(b"+%d,1:%b->1\n" % (len(key), key))
        file.write(b"\n")
    machine.run(["cdb", "-c", path, text])
    os.unlink(text)


def _lines(form):
    def write(path, names):
        with open(path, "w", encoding="ascii") as file:
            file.writelines(form.format(name) for name in names)
    return write


# name: (programs, its list's writer, configuration, how it is started with it)
PEERS = {
    "dnsdist": (("dnsdist", "cdb"), _cdb, _DNSDIST, lambda program, file: [program, "--supervised", "--disable-syslog", "-C", file]),
    "unbound": (("unbound",), _lines('local-zone: "{}." always_nxdomain\n'), _UNBOUND, lambda program, file: [program, "-d", "-c", file]),
    "dnsmasq": (("dnsmasq",), _lines("server=/{}/\n"), _DNSMASQ, lambda program, file: [program, "--keep-in-foreground", "-C", file]),
}


def words(peer, port, upstream, names):
    """How it is started; None: it isn't installed."""
    programs, write_list, configuration, command = PEERS[peer]
    found = [shutil.which(program) for program in programs]
    if None in found:
        return None
    listed = os.path.join(machine.folder, f"{peer}.list")
    write_list(listed, names)
    file = os.path.join(machine.folder, f"{peer}.conf")
    with open(file, "w", encoding="ascii") as out:
        out.write(configuration.format(port=port, upstream=upstream, list=listed, folder=machine.folder))
    # A copy: AppArmor's profiles are for the programs where they are installed, and would keep them from the files here.
    program = shutil.copy(found[0], machine.folder)
    return command(program, file)
