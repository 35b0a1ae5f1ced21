"""The policy file: watched however it is replaced; a bad one is refused whole and every error told at its place."""
import json
import os
import re

from lab import KID, VIDEO4, VIDEO6, wait_for
from policies import OFF, home
from traffic import Download, reaches, refused


def closed(lab):
    wait_for(lambda: lab.mode("children") == "OFF", "the new policy", 2)
    assert refused(lab, "kid", VIDEO4) and refused(lab, "kid", VIDEO6)


def test_written_in_place(lab):
    """A policy saved in place is in force at once, running downloads included, and told."""
    lab.fresh(home())
    events, download = lab.events(), Download(lab, "kid", VIDEO4)
    lab.write_policy(home(children=OFF))
    events.wait("POLICY_IN_FORCE", timeout=2)
    closed(lab)
    total = download.total
    download.speak()
    wait_for(lambda: isinstance(download.error, ConnectionResetError), "the download's end")
    assert download.total <= total + 100_000
    lab.write_policy(home())
    wait_for(lambda: reaches(lab, "kid", VIDEO4), "open again", 2)


def test_replaced_by_rename(lab):
    """A policy that an editor replaces by renaming is in force at once, again and again."""
    lab.fresh(home())
    for children, mode in ((OFF, "OFF"), ("", "OPEN"), (OFF, "OFF")):
        with open(lab.policy_file + ".new", "w") as file:
            file.write(home(children=children))
        os.rename(lab.policy_file + ".new", lab.policy_file)
        wait_for(lambda: lab.mode("children") == mode, f"mode {mode}", 2)
    closed(lab)


def test_symlink_moves(lab):
    """A policy behind a symlink is in force at once when the link moves, and when its target is written."""
    lab.fresh(home())
    lab.end_daemon()
    for name, children in ("a", ""), ("b", OFF):
        with open(f"{lab.run}/{name}.textproto", "w") as file:
            file.write(home(children=children))
    os.unlink(lab.policy_file)
    os.symlink(f"{lab.run}/a.textproto", lab.policy_file)
    lab.start()
    assert lab.mode("children") == "OPEN"
    os.symlink(f"{lab.run}/b.textproto", f"{lab.run}/link")
    os.rename(f"{lab.run}/link", lab.policy_file)
    closed(lab)
    with open(f"{lab.run}/b.textproto", "w") as file:
        file.write(home())
    wait_for(lambda: lab.mode("children") == "OPEN", "the target's new text", 2)
    os.unlink(lab.policy_file)
    lab.write_policy(home())


def test_bad_policy_is_refused_whole(lab):
    """A bad policy changes nothing; each error of meaning is told as file:line:column, in an event and in status."""
    lab.fresh(home(children=OFF))
    events = lab.events()
    bad = home(children='windows { days: "someday" from: "20:30" to: "06:30" mode: OFF }', newcomers="nobody")
    lab.write_policy(bad)
    events.wait("POLICY_REFUSED", timeout=2)
    errors = wait_for(lambda: lab.status()["policy_errors"], "errors in status", 2)
    places = [f"{lab.policy_file}:{line}:" for line, text in enumerate(bad.splitlines(), 1)
              if "someday" in text or "nobody" in text]
    assert len(errors) == 2 and len(places) == 2, errors
    for place in places:
        assert any(re.match(re.escape(place) + r"\d+: .+: .+", error) for error in errors), (place, errors)
    closed(lab)
    lab.kill()
    lab.start()
    closed(lab)
    lab.write_policy(home())
    wait_for(lambda: lab.mode("children") == "OPEN" and not lab.status()["policy_errors"], "the good one", 2)


def test_syntax_error_is_told_at_its_place(lab):
    """A policy that doesn't parse, is empty, or is gone: the one in force stays, and status says why."""
    lab.fresh(home(children=OFF))
    lab.write_policy(home() + "\nprofiles { id: }\n")
    errors = wait_for(lambda: lab.status()["policy_errors"], "an error in status", 2)
    line = len((home() + "\n").splitlines()) + 1
    assert re.match(rf"{re.escape(lab.policy_file)}:{line}:\d+: ", errors[0]), errors
    closed(lab)
    lab.write_policy("")
    empty = wait_for(lambda: [now for now in [lab.status()["policy_errors"]] if now not in ([], errors)], "another error", 2)[0]
    closed(lab)
    os.unlink(lab.policy_file)
    gone = wait_for(lambda: [now for now in [lab.status()["policy_errors"]] if now not in ([], empty)], "the file's absence", 2)[0]
    assert len(gone) == 1 and lab.policy_file in gone[0] and "no such file" in gone[0], gone
    closed(lab)
    lab.write_policy(home())
    wait_for(lambda: not lab.status()["policy_errors"], "the good one", 2)


def test_replaced_through_the_api(lab):
    """PUT /v1/policy writes the file and puts it in force; with a stale If-Match, or a bad text, it changes nothing."""
    lab.fresh(home())
    revision = lab.status()["policy_revision"]
    status, answer = lab.api("PUT", "/v1/policy", home(children="default_mode: NEVER"), {"If-Match": f'"{revision}"'})
    assert status == 400 and len(answer["details"]) == 1, (status, answer)
    assert lab.mode("children") == "OPEN"
    status, answer = lab.api("PUT", "/v1/policy", home(children=OFF), {"If-Match": f'"{revision}"'})
    assert status == 200, answer
    closed(lab)
    with open(lab.policy_file) as file:
        assert file.read() == home(children=OFF)
    status, _ = lab.api("PUT", "/v1/policy", home(), {"If-Match": f'"{revision}"'})
    assert status == 412, status
    closed(lab)


def test_policy_before(lab):
    """`kindgate policy revisions` lists what was in force, and the policy before can be read and put back."""
    lab.fresh(home())
    before = lab.status()["policy_revision"]
    lab.write_policy(home(children=OFF))
    closed(lab)
    listed = json.loads(lab.kindgate("policy", "revisions", "--json").stdout)["revisions"]
    assert [one["revision"] for one in listed[:2]] == [lab.status()["policy_revision"], before], listed
    assert before in lab.kindgate("policy", "revisions").stdout
    text = lab.kindgate("policy", "get", "--revision", before).stdout
    assert text == home(), text
    assert "no revision 'none'" in lab.kindgate("policy", "get", "--revision", "none", check=False).stderr
    status, answer = lab.api("PUT", "/v1/policy", text, {"If-Match": "*"})
    assert status == 200 and answer["revision"] == before, (status, answer)
    assert lab.mode("children") == "OPEN"
