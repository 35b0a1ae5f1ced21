"""The gate's clock: jumps both ways, and times that can't be believed."""
import ctypes
import sqlite3
import time

from lab import KID, VIDEO4, VIDEO6, Skip, wait_for
from policies import BEDTIME, OFF, OPEN, home
from test_storage import ledger_files
from traffic import Download, reaches, refused


def test_jump_forward_into_bedtime(lab):
    """A clock that jumps over the edge closes at once: a running download ends within 1 s of the jump; it is told."""
    lab.fresh(home(BEDTIME))
    lab.clock_to("20:30", 3600)
    wait_for(lambda: lab.mode("children") == "OPEN", "the evening")
    events, download = lab.events(), Download(lab, "kid", VIDEO4)
    lab.move_clock(2 * 3600)
    jumped = time.monotonic()
    events.wait("CLOCK_JUMPED")
    wait_for(lambda: lab.mode("children") == "OFF", "bedtime", 1)
    download.speak()
    wait_for(lambda: isinstance(download.error, ConnectionResetError), "the download's end")
    assert download.last < jumped + 1
    assert refused(lab, "kid", VIDEO4) and refused(lab, "kid", VIDEO6)


def test_jump_back_out_of_bedtime(lab):
    """A clock that jumps back before the edge opens at once, and the lease's end moves with it."""
    lab.fresh(home(BEDTIME))
    lab.clock_to("20:30", -3600)
    wait_for(lambda: lab.mode("children") == "OFF", "bedtime")
    assert refused(lab, "kid", VIDEO4)
    lab.move_clock(-2 * 3600)
    wait_for(lambda: reaches(lab, "kid", VIDEO4) and reaches(lab, "kid", VIDEO6), "open", 1)
    assert 3500 < lab.leases()[lab.slot(KID)] <= 3601, lab.leases()
    lab.move_clock(-1800)
    wait_for(lambda: 5300 < lab.leases()[lab.slot(KID)] <= 5401, "half an hour more")
    lab.move_clock(3000)
    wait_for(lambda: 2300 < lab.leases()[lab.slot(KID)] <= 2401, "fifty minutes less")


def test_untrusted_clock(lab):
    """In a time before the last trusted one, profiles with windows fall to the board's mode, others don't; it is told."""
    lab.fresh(home(BEDTIME, parents=OPEN, pupils=OFF))
    lab.clock_to("20:30", 3600)
    wait_for(lambda: lab.mode("children") == "OPEN", "the evening")
    events = lab.events()
    lab.move_clock(-20 * 365 * 86400)
    events.wait("CLOCK_UNTRUSTED")
    status = lab.status()
    assert not status["clock_trusted"]
    assert {profile["id"]: profile["mode"] for profile in status["profiles"]} == {
        "children": "OFF", "pupils": "OFF", "parents": "OPEN", "guests": "OPEN"}, status["profiles"]
    assert refused(lab, "kid", VIDEO4) and reaches(lab, "parent", VIDEO4)
    lab.move_clock(20 * 365 * 86400)
    events.wait("CLOCK_TRUSTED")
    wait_for(lambda: reaches(lab, "kid", VIDEO4), "the schedule again", 1)


def synchronised():
    """Whether the kernel says that this machine's clock follows a time source."""
    return ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(1024)) != 5


def test_boots_in_the_past(lab):
    """A gate that starts with a clock before its last trusted time keeps what has windows closed until the time is right."""
    if synchronised():
        raise Skip("this machine's clock is synchronised: the kernel's word beats the ledger's")
    lab.fresh(home(BEDTIME, parents=OPEN))
    lab.end_daemon()
    ledger = sqlite3.connect(next(path for path in ledger_files(lab)))
    assert ledger.execute("UPDATE setting SET value = value + 3600 WHERE name = 'last_trusted'").rowcount == 1
    ledger.commit()
    ledger.close()
    lab.start()
    assert not lab.status()["clock_trusted"]
    assert refused(lab, "kid", VIDEO4) and refused(lab, "kid", VIDEO6) and reaches(lab, "parent", VIDEO4)
    lab.clock_to("20:30", 3600)
    wait_for(lambda: lab.status()["clock_trusted"] and reaches(lab, "kid", VIDEO4), "the schedule again", 2)


def test_only_the_lab_board_may_move_it(lab):
    """On any other board the clock can't be moved."""
    lab.fresh(home())
    lab.end_daemon()
    with open(lab.board_file, "w") as file:
        file.write(lab.board_text.replace("lab_clock: true", ""))
    lab.start()
    status, answer = lab.api("POST", "/v1/clock", {"seconds": 60})
    assert status in (403, 404) and answer["error"], (status, answer)
