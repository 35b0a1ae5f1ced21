"""dns_load as Python calls it, and the names that it asks for, as a pack."""
import json
import subprocess
import time

import machine

SERVER_CORE, CLIENT_CORE = 0, 1
# Of names that are answered by upstreams: fewer than the front's cache has room for.
ALLOWED = 20_000


class Load:
    """dns_load in a namespace, towards one address."""

    def __init__(self, build, space, names, address="127.0.0.1"):
        self._tool, self._space, self._address = f"{build}/bench/dns_load", space, address
        self._names = {"blocked": names, "forwarded": ALLOWED, "cached": ALLOWED}

    def _words(self, kind, port, what):
        return [self._tool, kind, self._address, port, what, self._names[what]]

    def run(self, kind, port, what, *more):
        done = json.loads(self._space.run([*self._words(kind, port, what), *more], CLIENT_CORE))
        if done["wrong"]:
            raise machine.Failed(f"port {port}, {what}: {done['wrong']} of {done['count']} answers are wrong")
        return done

    def first(self, port, what, start):
        """What start() gave, which makes a server, and the milliseconds from it to the first right answer."""
        asking = self._space.start(self._words("first", port, what), CLIENT_CORE, stdout=subprocess.PIPE)
        machine.wait_ready(asking)
        started = time.monotonic()
        started_by_it = start()
        # It ends by itself after two minutes. The line may be in our buffer already, so nobody else may read the pipe.
        said = asking.stdout.readline()
        if asking.wait(10) or not said:
            raise machine.Failed(f"port {port}, {what}: no right answer came")
        return started_by_it, (json.loads(said)["at"] - started) * 1000

    def start(self, kind, port, what, *more):
        """The same as run(), without waiting for it: machine.result() has what it found."""
        return self._space.start([*self._words(kind, port, what), *more], CLIENT_CORE, stdout=subprocess.PIPE)


def names_of(count):
    return (f"n{i}.blocked.example" for i in range(count))


def make_pack(build, path, count, *more):
    """Seconds of `kindgate pack build`, from text to a file."""
    text = f"{path}.txt"
    with open(text, "w", encoding="ascii") as file:
        file.writelines(f"{name}\n" for name in names_of(count))
    started = time.monotonic()
    machine.run([f"{build}/bin/kindgate", "pack", "build", "--out", path, *more, f"blocked={text}"])
    return time.monotonic() - started
