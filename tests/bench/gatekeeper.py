"""One kindgated in a namespace: started, asked, measured, stopped."""
import json
import os
import subprocess
import time

import machine
from machine import Failed


class Gatekeeper:
    def __init__(self, build, space, policy, lan, name, state_below=None, core=None, board=""):
        self.build, self.space, self.name, self.core = build, space, name, core
        self.home = os.path.join(machine.folder, name)
        os.makedirs(self.home, exist_ok=True)
        self.state = os.path.join(state_below or self.home, f"kindgate-bench-{os.getpid()}-{name}")
        self.socket = os.path.join(self.home, "api.sock")
        self.board = os.path.join(self.home, "board.textproto")
        self.log = os.path.join(self.home, "log")
        self.process = None
        self._notify = None
        policy_file = os.path.join(self.home, "policy.textproto")
        with open(policy_file, "w", encoding="utf-8") as file:
            file.write(policy)
        with open(self.board, "w", encoding="utf-8") as file:
            file.write(f'lan: "{lan}"\npolicy_file: "{policy_file}"\nstate_directory: "{self.state}"\n'
                       f'socket: "{self.socket}"\nuntrusted_clock: OFF\n{board}\n')

    def start(self):
        """Seconds from exec (and our fork before it) to READY=1, which is told once the table is in force."""
        started = time.monotonic()
        self.exec()
        return self.wait_ready() - started

    def exec(self):
        """Starts it without waiting for it."""
        self._notify = machine.NotifySocket()
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = self.space.start([f"{self.build}/bin/kindgated", "--board", self.board], self.core, stdout=log, stderr=log,
                                            env={**os.environ, "NOTIFY_SOCKET": self._notify.path})
        return self.process

    def wait_ready(self):
        """The monotonic time at which it was ready."""
        try:
            return self._notify.wait_ready(self.process)
        except Failed as failed:
            with open(self.log, encoding="utf-8") as log:
                raise Failed(f"{failed}; its last words:\n{''.join(log.readlines()[-20:])}") from None
        finally:
            self._notify.close()

    def stop(self):
        """The leases stay."""
        machine.end(self.process)

    def release(self):
        """The table goes, and the daemon ends."""
        self.command("release")
        self.process.wait(10)

    def command(self, *words):
        return self.space.run([f"{self.build}/bin/kindgate", words[0], "--socket", self.socket, *words[1:]])

    def override_times(self, who, rounds):
        """Microseconds of each POST /v1/overrides."""
        words = [f"{self.build}/bench/api_tool", self.socket, who, rounds]
        return json.loads(self.space.run(words))["give_us"]

    def access(self):
        """How many slots hold an access lease, by the kernel's word."""
        listed = json.loads(self.space.run(["nft", "-j", "list", "set", "inet", "kindgate", "access"]))
        return sum(len(entry["set"].get("elem", [])) for entry in listed["nftables"] if "set" in entry)

    def memory(self):
        """KiB: Rss, Pss, private."""
        fields = {}
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as file:
            for line in file.readlines()[1:]:
                key, value = line.split(":")
                fields[key] = int(value.split()[0])
        return {"rss": fields["Rss"], "pss": fields["Pss"], "private": fields["Private_Clean"] + fields["Private_Dirty"]}


def stripped_size(program):
    """Bytes."""
    copy = os.path.join(machine.folder, "stripped")
    subprocess.run(["strip", "-o", copy, program], check=True)
    return os.path.getsize(copy)
