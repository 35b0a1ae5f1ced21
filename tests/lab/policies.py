"""Policy texts for tests: the lab's home with the profiles' bodies as wanted."""
from lab import KID, PARENT, PUPIL

BEDTIME = 'windows { days: "daily" from: "20:30" to: "06:30" mode: OFF label: "Bedtime" }'
OFF = "default_mode: OFF"
OPEN = "default_mode: OPEN"


def home(children=OPEN, pupils=OPEN, parents=OPEN, guests=OPEN, newcomers="guests", more_macs="", zone="UTC", extra=""):
    return f"""name: "Test home"
time_zone: "{zone}"
newcomer_profile: "{newcomers}"
profiles {{ id: "children" {children} }}
profiles {{ id: "pupils" {pupils} }}
profiles {{ id: "parents" {parents} }}
profiles {{ id: "guests" {guests} }}
devices {{ id: "kid" macs: "{KID}" {more_macs} profile: "children" }}
devices {{ id: "pupil" macs: "{PUPIL}" profile: "pupils" }}
devices {{ id: "parent" macs: "{PARENT}" profile: "parents" }}
{extra}"""
