"""A person's word: it beats the schedule at once and ends by itself, also without a daemon."""
import datetime
import time
import zoneinfo

from lab import KID, VIDEO4, VIDEO6, wait_for
from policies import OFF, home
from traffic import Download, Flow, reaches, refused


def give(lab, who, mode, seconds):
    status, answer = lab.api("POST", "/v1/overrides", {"who": who, "mode": mode, "seconds": seconds})
    assert status in (200, 201), answer
    return answer


def test_pause_cuts_and_resume_opens(lab):
    """`kindgate pause kid` cuts a running download at once; `kindgate resume kid` opens again."""
    lab.fresh(home())
    downloads = [Download(lab, "kid", VIDEO4), Download(lab, "kid", VIDEO6)]
    lab.kindgate("pause", "kid")
    paused = time.monotonic()
    for download in downloads:
        download.speak()
        wait_for(lambda: isinstance(download.error, ConnectionResetError), "the download's reset")
        assert download.last < paused + 0.2
    assert refused(lab, "kid", VIDEO4) and refused(lab, "kid", VIDEO6)
    assert reaches(lab, "pupil", VIDEO4), "the word was about the kid alone"
    lab.kindgate("resume", "kid")
    assert reaches(lab, "kid", VIDEO4) and reaches(lab, "kid", VIDEO6)
    assert lab.get("/v1/overrides")["overrides"] == []


def test_allow_ends_by_itself(lab):
    """Two seconds of OPEN in a closed time: they open at once and end by themselves, on time, and both are told."""
    lab.fresh(home(children=OFF))
    events = lab.events()
    given = give(lab, "kid", "OPEN", 2)
    flow = Flow(lab, "kid", VIDEO4)
    flow.runs(10, 1)
    events.wait("OVERRIDE_GIVEN")
    end = lab.moment(timestamp(given["until"]))
    events.wait("OVERRIDE_ENDED", timeout=4)
    flow.end()
    assert end - 0.3 <= max(flow.answered.values()) <= end + 0.1, max(flow.answered.values()) - end
    assert refused(lab, "kid", VIDEO4)


def timestamp(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def test_allow_ends_without_the_daemon(lab):
    """Two seconds of OPEN end on time though the daemon was killed right after they were given."""
    lab.fresh(home(children=OFF))
    end = lab.moment(timestamp(give(lab, "children", "OPEN", 2)["until"]))
    flow = Flow(lab, "kid", VIDEO6)
    flow.runs(10, 1)
    lab.kill()
    wait_for(flow.prohibited, "the end", 4)
    flow.end()
    assert max(flow.answered.values()) <= end + 0.1
    lab.start()
    assert refused(lab, "kid", VIDEO6)


def test_pause_ends_by_itself(lab):
    """Two seconds of OFF in an open time: closed at once, open again on time."""
    lab.fresh(home())
    end = lab.moment(timestamp(give(lab, "all", "OFF", 2)["until"]))
    assert refused(lab, "kid", VIDEO4) and refused(lab, "parent", VIDEO4)
    flow = Flow(lab, "kid", VIDEO4)
    flow.runs(10, 4)
    flow.end()
    first = flow.sent[min(flow.answered)]
    assert end - 0.01 <= first <= end + 0.1, first - end


def test_words_outlive_the_daemon(lab):
    """What a person said is remembered over SIGKILL; the latest word wins; a single one can be cancelled."""
    lab.fresh(home())
    lab.kindgate("pause", "kid")
    lab.kill()
    lab.start()
    assert refused(lab, "kid", VIDEO4)
    lab.kindgate("allow", "children", "for", "30m")
    assert reaches(lab, "kid", VIDEO4)
    latest = max(int(word["id"]) for word in lab.get("/v1/overrides")["overrides"])
    status, _ = lab.api("DELETE", f"/v1/overrides/{latest}")
    assert status == 200
    assert refused(lab, "kid", VIDEO4)


def test_commands_say_what_is_wrong(lab):
    """An unknown WHO, or a time that is none, is refused with status 2 and changes nothing."""
    lab.fresh(home())
    for words in (("pause", "nobody"), ("allow", "kid", "for", "soon"), ("off", "kid", "until", "25:00"), ("resume", "nobody")):
        done = lab.kindgate(*words, check=False)
        assert done.returncode == 2, (words, done)
        assert done.stderr.strip(), words
    assert lab.get("/v1/overrides")["overrides"] == []
    assert reaches(lab, "kid", VIDEO4)


def test_off_until(lab):
    """`kindgate off kid until HH:MM` lasts to the next such local time of the policy's zone."""
    lab.fresh(home(zone="Europe/Berlin"))
    lab.kindgate("off", "kid", "until", "07:00")
    word = lab.get("/v1/overrides")["overrides"][0]
    local = datetime.datetime.fromtimestamp(timestamp(word["until"]), zoneinfo.ZoneInfo("Europe/Berlin"))
    assert (local.hour, local.minute) == (7, 0) and 0 < timestamp(word["until"]) - time.time() <= 90_000, word
    assert refused(lab, "kid", VIDEO4)
    assert KID in lab.seen(KID)["macs"]
