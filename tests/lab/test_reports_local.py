"""What the gate counts of its house, what people are told of it, and what may leave the house: all of it without a network."""
import base64
import csv
import datetime
import glob
import json
import struct

from lab import GATE4, KID, PARENT, PUPIL, VIDEO4, VIDEO6, wait_for
from policies import OFF, home
from traffic import Download

EPOCH_WEEK = datetime.date(1970, 1, 1) - datetime.timedelta(days=3)  # the Monday of the week that has 1970-01-01
CLASS_SIZE = 25


def octets(data, size):
    return len(data).to_bytes(size, "big") + data


def configuration(answers, chunk):
    """A survey's TaskConfiguration (draft-ietf-ppm-dap-taskprov-04, 3.2) by weeks, from last week on for a quarter; nobody is there."""
    week = (datetime.datetime.now(datetime.timezone.utc).date() - EPOCH_WEEK).days // 7
    interval = octets(struct.pack(">H", 1) + octets(struct.pack(">QQ", week - 1, 13), 2), 2)
    histogram = struct.pack(">I", 4) + octets(struct.pack(">II", answers, chunk), 2)
    return base64.b64encode(octets(b"lab", 1) + octets(b"https://leader.invalid/", 2) + octets(b"https://helper.invalid/", 2) +
                            struct.pack(">QQB", 7 * 86400, 1000, 1) + octets(b"", 2) + histogram + interval).decode()


def survey():
    return f"""reports {{
  aggregators {{ name: "Town" url: "https://leader.invalid/" }}
  aggregators {{ name: "University" url: "https://helper.invalid/" }}
  tasks {{ table: "screen-time" leader: "Town" helper: "University" configuration: "{configuration(5, 2)}" }}
}}
"""


def today(lab):
    return lab.get("/v1/report/figures")["days"][-1]


def of_device(lab, device):
    return next((one["figures"] for one in lab.get("/v1/report/figures")["devices"] if one["device"] == device), None)


def last_week(lab):
    """The Monday and Sunday of the last whole week by the gate's clock (UTC)."""
    now = datetime.datetime.fromisoformat(lab.status()["now"].replace("Z", "+00:00")).date()
    sunday = now - datetime.timedelta(days=now.weekday() + 1)
    return sunday - datetime.timedelta(days=6), sunday


def a_week_later(lab):
    lab.move_clock(7 * 86400)
    wait_for(lambda: lab.status()["clock_trusted"], "the time to be known")


def test_minutes_of_use(lab):
    """Devices that download over IPv4, over IPv6, get minutes of use; an idle one gets none; the house counts a minute once."""
    lab.fresh(home())
    for host in ("kid", "pupil", "parent"):
        lab.speak(host)
    for host, address in (("kid", VIDEO4), ("pupil", VIDEO6)):
        Download(lab, host, address)
    wait_for(lambda: of_device(lab, "kid") and of_device(lab, "pupil"), "a minute of use", 100, 0.5)
    day = today(lab)
    assert of_device(lab, "parent") is None, day
    assert day["house"]["minutes"] == max(of_device(lab, one)["minutes"] for one in ("kid", "pupil")), day
    shown = lab.kindgate("report", "figures").stdout
    assert f"{day['date']}  " in shown and "█" in shown and "never leave this house" in shown, shown
    names = [line.split()[0] for line in shown.split("DEVICE")[1].splitlines()[1:3]]
    assert names == ["kid", "pupil"], shown


def test_words_and_ways_around(lab):
    """A person's word counts for those it is about, a refused VPN name for the device that asked; shown is what the profile's visibility says."""
    lab.fresh(home(children="visibility: CATEGORIES content { bypass { block_vpn: true } }"))
    for host in ("kid", "pupil"):
        lab.speak(host)
    lab.kindgate("allow", "kid", "for", "1h")
    lab.kindgate("pause", "all", "for", "1h")
    lab.kindgate("resume", "all")
    lab.exec("kid", "dig", "+time=2", "+tries=1", f"@{GATE4}", "nordvpn.com")
    lab.exec("kid", "dig", "+time=2", "+tries=1", f"@{GATE4}", "video.example")
    wait_for(lambda: today(lab)["house"]["bypass_attempts"], "the refused name to be counted")
    day = today(lab)
    assert day["house"] == {"minutes": 0, "overrides": 2, "proofs": 0, "bypass_attempts": 1}, day
    assert of_device(lab, "kid") == {"minutes": 0, "overrides": 2, "proofs": 0, "bypass_attempts": 1}, day
    assert of_device(lab, "pupil") is None, "of who is seen by minutes only nothing but minutes"
    early = lab.kindgate("report", "figures", "--to", "2020-01-01").stdout
    assert "No day that is kept" in early, early


def page(lab):
    """What the gate tells the kid, who is off."""
    return lab.exec("kid", "curl", "-sSm5", f"http://{GATE4}/").stdout


def test_on_and_off(lab):
    """Reports are off until a grown-up switches them on; preview, status and the children's page say so; off withdraws what waits."""
    lab.fresh(home(children=OFF, extra=survey()))
    lab.speak("kid")
    assert "statistics" not in page(lab)
    assert lab.kindgate("report", "preview").stdout.startswith("Reports are off: nothing leaves this house."), "off at first"
    assert "never were on" in lab.kindgate("report", "status").stdout
    assert "report preview" in lab.kindgate("report", "on").stdout
    assert "takes part in statistics" in page(lab)
    a_week_later(lab)
    lab.kindgate("report", "on")  # what is on stays on; the week is drawn at once
    record = lab.get("/v1/report")["records"][0]
    assert record["state"] == "drawn" and record["due"], record
    shown = lab.kindgate("report", "preview", "--bytes").stdout
    preview = lab.get("/v1/report/preview")
    answer = preview["answers"][0]
    assert preview["week"] == record["week"] and answer["answer"] in answer["choices"] and answer["truth"] == "none", preview
    assert "Town and University" in shown and answer["leader_share"][:64] in shown and answer["report_id"] in shown, shown
    assert all(len(line) <= 80 for line in shown.splitlines()), shown
    status = lab.kindgate("report", "status").stdout
    assert "https://leader.invalid/" in status and "aggregators see the house's address" in status and "leaves" in status, status
    told = lab.kindgate("report", "off").stdout
    assert "nothing leaves this house any more" in told and "1 answer that waited" in told, told
    assert lab.get("/v1/report")["records"][0]["state"] == "withdrawn"
    assert "statistics" not in page(lab)
    assert "reports were switched off" in lab.kindgate("report", "preview").stdout


def test_send_is_for_the_lab(lab):
    """`report send --now` tries what waits at once; without --now, or while reports are off, it says why not."""
    lab.fresh(home(extra=survey()))
    done = lab.kindgate("report", "send", check=False)
    assert done.returncode == 2 and "random hour" in done.stderr, done
    done = lab.kindgate("report", "send", "--now", check=False)
    assert done.returncode == 2 and "reports are off" in done.stderr, done
    lab.kindgate("report", "on")
    a_week_later(lab)
    lab.kindgate("report", "send", "--now")
    wait_for(lambda: lab.get("/v1/report")["records"][0]["note"], "a leader that isn't there to be told", 20)
    shown = lab.kindgate("report", "status").stdout
    assert "screen-time" in shown and "leaves" in shown, shown


def school():
    """A class of 25, of whom words are said to 13: six once, seven often."""
    devices = "".join(f'devices {{ id: "c{i}" macs: "02:00:5e:77:00:{i:02x}" profile: "class" }}\n' for i in range(CLASS_SIZE))
    return home(extra=f'profiles {{ id: "class" display_name: "Class 7b/é" }}\n{devices}reports {{ devices_a_person: 1 }}\n')


def test_summary(lab):
    """A school's summary shows a class, none of fewer than ten, is the same whoever asks again, and is written to files."""
    lab.fresh(school())
    for i in range(13):
        for _ in range(1 if i < 6 else 6):
            status, answer = lab.api("POST", "/v1/overrides", {"who": f"c{i}", "mode": "OPEN", "seconds": 60})
            assert status in (200, 201), answer
    a_week_later(lab)
    monday, sunday = last_week(lab)
    words = ("report", "summary", "--from", str(monday), "--to", str(sunday))
    shown = lab.kindgate(*words).stdout
    assert all(len(line) <= 80 for line in shown.splitlines()), shown
    assert "parents, guests: Not shown: fewer than ten people." in shown and "Class 7b/é" in shown, shown
    summary = json.loads(lab.kindgate(*words, "--json").stdout)
    mine = next(one for one in summary["tables"] if one["table"] == "overrides-used" and one["group"] == "Class 7b/é")
    assert mine["withheld"] == "" and ["people" in cell for cell in mine["cells"]] == [True, False, False], mine
    assert f"{mine['cells'][0]['people']} ± {mine['half_width']}" in shown, shown
    for one in summary["tables"]:
        assert one["withheld"] == "few_people" or one["group"] in ("Class 7b/é", "all together"), one
    folder = f"{lab.run}/summary"
    for _ in range(2):
        written = lab.kindgate(*words, "--out", folder).stdout
        assert "summary.csv" in written, written
    with open(f"{folder}/summary.csv", newline="", encoding="utf-8") as file:
        text = file.read()
    assert text == lab.kindgate(*words, "--csv").stdout.replace("\n", "\r\n").replace("\r\r", "\r"), "the same again"
    rows = [row for row in csv.DictReader(text.splitlines()) if (row["table"], row["group"]) == ("overrides-used", "Class 7b/é")]
    assert [row["people"] for row in rows] == [mine["cells"][0]["people"], "", ""], rows
    with open(f"{folder}/summary.json", encoding="utf-8") as file:
        assert json.load(file)[0]["period"] == mine["week"]
    pictures = sorted(path.rpartition("/")[2] for path in glob.glob(f"{folder}/*.svg"))
    shown_tables = [one for one in summary["tables"] if not one["withheld"]]
    assert len(pictures) == len(shown_tables) and f"{mine['week']}-overrides-used-Class-7b-é.svg" in pictures, pictures


def test_summary_of_few(lab):
    """A house of a few devices has no summary to give away: every table is withheld."""
    lab.fresh(home())
    lab.kindgate("pause", "kid", "for", "1m")
    a_week_later(lab)
    monday, sunday = last_week(lab)
    summary = lab.api("POST", "/v1/report/summary", {"from": str(monday), "to": str(sunday)})[1]
    assert summary["tables"] and {one["withheld"] for one in summary["tables"]} == {"few_people"}, summary
    assert {KID, PUPIL, PARENT} <= {mac for device in lab.get("/v1/devices")["devices"] for mac in device["macs"]}
