"""The ledger: killed, damaged, without space. What was acknowledged stays; the gate goes on whatever happens."""
import contextlib
import glob
import os
import random
import shutil
import sqlite3
import threading
import time

from lab import KID, LEARN4, LEARN6, NAT, VIDEO4, VIDEO6, run, wait_for
from policies import OFF, home
from traffic import Flow, Server, reaches, refused


def ledger_files(lab):
    return [path for path in glob.glob(f"{lab.state}/*") if open(path, "rb").read(15) == b"SQLite format 3"]


@contextlib.contextmanager
def small_disk(lab):
    """A state directory on a file system of four megabytes."""
    lab.fresh(home())
    lab.end_daemon()
    shutil.rmtree(lab.state)
    os.mkdir(lab.state, 0o700)
    run("mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", lab.state)
    try:
        lab.start()
        yield
    finally:
        lab.end_daemon()
        run("umount", lab.state)


def fill(path):
    with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"0" * 1024)


def test_no_folder_is_no_open_house(lab):
    """After a power cut with an unusable ledger the gate enforces all the same, and says that it will forget."""
    lab.fresh(home(children=OFF))
    lab.end_daemon()
    lab.exec("gate", "nft", "flush", "ruleset")
    lab.nft(NAT)
    shutil.rmtree(lab.state)
    os.makedirs(f"{lab.state}/ledger.sqlite")
    lab.start()
    assert refused(lab, "kid", VIDEO4) and reaches(lab, "parent", VIDEO4)
    assert "kept until kindgated ends, and forgotten then" in lab.log(), lab.log()
    lab.kindgate("allow", "kid", "for", "1h")
    assert reaches(lab, "kid", VIDEO4)


def test_a_removed_ledger_is_told(lab):
    """Somebody removes the ledger's file: the next word is refused, not kept in a file without a name."""
    lab.fresh(home())
    for path in ledger_files(lab):
        os.unlink(path)
    done = lab.kindgate("pause", "kid", check=False)
    assert done.returncode == 1 and "was removed or replaced" in done.stderr, done
    assert reaches(lab, "kid", VIDEO4)


def test_disk_full(lab):
    """With a full disk a word is refused or done, never half; the gate goes on, restarts, and heals with the disk."""
    with small_disk(lab):
        events = lab.events()
        fill(f"{lab.state}/filler")
        refusals = 0
        for number in range(200):
            status, answer = lab.api("POST", "/v1/overrides", {"who": "kid", "mode": "OFF", "seconds": 3600 + number})
            if status >= 500:
                refusals += 1
                assert answer["error"]
                break
        assert refusals, "a full disk was never noticed"
        words = lab.get("/v1/overrides")["overrides"]
        lab.write_policy(home(parents=OFF))
        wait_for(lambda: refused(lab, "parent", VIDEO4), "a new policy, disk full or not", 2)
        events.wait("STORAGE_FAILED")
        lab.kill()
        lab.start()
        assert lab.get("/v1/overrides")["overrides"] == words, "an acknowledged word was lost, or a refused one kept"
        assert refused(lab, "parent", VIDEO4) and reaches(lab, "pupil", VIDEO4)
        os.unlink(f"{lab.state}/filler")
        lab.kindgate("pause", "pupil")
        assert refused(lab, "pupil", VIDEO4)


def test_damaged_ledger_is_set_aside(lab):
    """A damaged ledger is set aside and told; the gate enforces the policy file and keeps a new ledger."""
    lab.fresh(home(children=OFF))
    lab.kindgate("pause", "parent")
    lab.stop()  # not killed: what stands in the log would make it whole again
    for path in ledger_files(lab):
        with open(path, "r+b") as file:
            file.write(random.Random(1).randbytes(os.path.getsize(path)))
    before = set(os.listdir(lab.state))
    lab.start()
    assert refused(lab, "kid", VIDEO4)
    assert set(os.listdir(lab.state)) - before, "nothing was set aside"
    assert "set aside" in lab.log() + str(lab.status()["warnings"])
    lab.kindgate("pause", "pupil")
    lab.kill()
    lab.start()
    assert refused(lab, "pupil", VIDEO4)


def test_a_second_daemon_is_refused(lab):
    """A second daemon for the same state directory ends with a clear word and disturbs nothing."""
    lab.fresh(home(children=OFF))
    with open(f"{lab.state}/lock") as file:
        first = file.read()
    for host, word in ("gate", "another kindgated runs here: stop it first"), \
            ("net", f"another kindgated (process {first}) uses the state directory {lab.state}: stop it first"):
        done = lab.exec(host, f"{lab.run}/bin/kindgated", "--board", lab.board_file, check=False, timeout=10)
        assert done.returncode == 1 and word in done.stderr and "enforces" not in done.stderr, (host, done)
    assert refused(lab, "kid", VIDEO4) and lab.status()["kernel_in_force"]


def test_fifty_kills_under_load(lab):
    """Fifty SIGKILLs at random moments under load: the ledger is whole, acknowledged words stay, no packet lost or leaked."""
    seed = int(os.environ.get("KINDGATE_SEED", time.time_ns() % 1_000_000))
    print(f"# KINDGATE_SEED={seed}")
    chance = random.Random(seed)
    lab.fresh(home(children=OFF))
    servers = [Server(lab, LEARN4), Server(lab, LEARN6)]
    blocked = [Flow(lab, "kid", server.address, server.port) for server in servers]
    open_flows = [Flow(lab, "parent", address) for address in (VIDEO4, VIDEO6)]
    acknowledged, lock = {}, threading.Lock()
    words = 0
    for flow in blocked:
        flow.is_refused()
    for _ in range(50):
        speakers = [threading.Thread(target=speak, args=(lab, acknowledged, lock, chance.random())) for _ in range(2)]
        for speaker in speakers:
            speaker.start()
        time.sleep(chance.uniform(0, 0.4))
        lab.kill()
        for speaker in speakers:
            speaker.join()
        check_whole(lab)
        words += len(acknowledged)
        for flow in blocked:
            flow.is_refused(1)
        lab.start()
        remembered = {int(word["id"]): word["until"] for word in lab.get("/v1/overrides")["overrides"]}
        missing = {key: word for key, word in acknowledged.items() if remembered.get(key) != word}
        assert not missing, f"acknowledged and lost: {missing}"
        for word in list(remembered)[:-20]:
            lab.api("DELETE", f"/v1/overrides/{word}")
            acknowledged.pop(word, None)
    assert words, "no word was ever acknowledged: nothing could be lost"
    for flow in open_flows:
        lost = flow.lost()
        assert not lost, lost
    for flow, server in zip(blocked, servers):
        flow.is_refused()
        flow.end()
        assert server.heard == 0, f"{server.heard} packets of a closed device got out"
        server.close()
    assert lab.seen(KID)["id"] == "kid", lab.get("/v1/devices")


test_fifty_kills_under_load.long = True


def speak(lab, acknowledged, lock, fraction):
    """Words about pupils, as fast as they are taken, until the daemon is gone."""
    number = 0
    while True:
        number += 1
        try:
            status, word = lab.api("POST", "/v1/overrides",
                                   {"who": "pupil", "mode": "OFF", "seconds": 3600 + number + int(1000 * fraction)})
        except Exception:  # killed in the middle: not acknowledged
            return
        if status in (200, 201):
            with lock:
                acknowledged[int(word["id"])] = word["until"]


def check_whole(lab):
    for path in ledger_files(lab):
        copy = f"{lab.run}/copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(lab.state, copy)
        database = sqlite3.connect(os.path.join(copy, os.path.basename(path)))
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        database.close()
        shutil.rmtree(copy)
