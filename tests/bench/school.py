"""A policy as large as a school's, with nobody's name in it: 300 classes, 4,096 devices."""

PROFILES = 300
DEVICES = 4096


def mac(number):
    """Hardware address of device `number`, from 0."""
    return f"02:00:5e:{0x40 + (number >> 16):02x}:{number >> 8 & 0xff:02x}:{number & 0xff:02x}"


def _clock(minutes):
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


# All that the gate can ask about a packet: categories, one with a window, and addresses that it resolved.
CONTENT = """  windows { days: "daily" from: "19:00" to: "20:00" mode: OFF categories: "games" label: "No games" }
  content { block_categories: "social" bypass { block_encrypted_dns: true resolved_only: true } }"""


def policy(profiles=PROFILES, devices=DEVICES, content=""):
    """The night ends for all at 06:00; then every class has lessons of its own, so leases end at many moments."""
    lines = ['name: "School"', 'time_zone: "Europe/Berlin"', 'newcomer_profile: "class-0"']
    for number in range(profiles):
        lesson = 7 * 60 + number
        lines.append(
            f'profiles {{ id: "class-{number}"\n{content}\n'
            '  windows { days: "daily" from: "20:00" to: "06:00" mode: OFF label: "Night" }\n'
            f'  windows {{ days: "mon-fri" from: "{_clock(lesson)}" to: "{_clock(lesson + 90)}" mode: LEARNING label: "Lesson" }}\n'
            f'  windows {{ days: "mon-fri" from: "{_clock(lesson + 120)}" to: "{_clock(lesson + 210)}" mode: OFF label: "Exam" }}\n'
            '  exceptions { from_date: "2026-12-21" to_date: "2027-01-06" label: "Holidays"\n'
            '    windows { from: "22:00" to: "07:00" mode: OFF label: "Holiday night" } }\n'
            "}")
    for number in range(devices):
        lines.append(f'devices {{ id: "device-{number}" macs: "{mac(number)}" profile: "class-{number % profiles}" }}')
    return "\n".join(lines) + "\n"
