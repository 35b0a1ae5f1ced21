"""bash completion: in a real interactive bash on a terminal, and against what the command's own --help says."""
import json
import os
import pty
import re
import select
import subprocess
import time

from kindgate import COMMAND, SMALL, STATUS, TOP, Answers, Test, answer
from test_command import subcommands

SCRIPT = f"{TOP}/daemon/cli/completion/kindgate.bash"
PROFILE = {"id": "parents", "display_name": "Parents", "mode": "OPEN", "until": "", "until_text": "", "because": [],
           "withheld_categories": [], "devices": [{"id": "phone", "display_name": "Phone"}]}
STRANGER, PLACED = "02:00:5e:20:bf:39", "02:00:5e:10:00:01"
DEVICES = {"devices": [
    {"id": "phone", "display_name": "", "macs": [PLACED], "profile": "parents", "placed_by": "file"},
    {"id": STRANGER, "display_name": "", "macs": [STRANGER], "profile": "", "placed_by": "newcomer"}]}
OVERRIDES = {"overrides": [{"id": "17", "who": "phone", "mode": "OFF"}]}
# C-o puts in what TAB would offer, all of it; C-g prints the line as it stands and takes it away.
READLINE = r'''
bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; bind 'set show-all-if-ambiguous off'
bind '"\C-o": insert-completions'
_line() { printf '\n<%s>\n' "$READLINE_LINE"; READLINE_LINE=""; READLINE_POINT=0; }
bind -x '"\C-g": _line'
PS1=; PS2=; echo rea""dy
'''


def compact(message):
    """As the daemon writes JSON."""
    return json.dumps(message, separators=(",", ":"))


class Typing:
    """An interactive bash that has loaded the completion, and types."""

    def __init__(self, folder):
        ours, theirs = pty.openpty()
        environment = {"PATH": f"{os.path.dirname(COMMAND)}:/usr/bin:/bin", "TERM": "dumb", "INPUTRC": "/dev/null",
                       "LC_ALL": "C", "KINDGATE_SOCKET": f"{folder}/api.sock", "HISTFILE": "/dev/null"}
        environment |= {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        self.bash = subprocess.Popen(["bash", "--norc", "--noprofile", "-i"], stdin=theirs, stdout=theirs, stderr=theirs,
                                     env=environment, cwd=folder, start_new_session=True)
        os.close(theirs)
        self.terminal, self.screen = ours, ""
        with open(f"{folder}/rc", "w", encoding="utf-8") as file:
            file.write(f"source {SCRIPT}\n{READLINE}")
        self.type("stty -echo; source ./rc\n", "ready")

    def type(self, keys, until):
        """Types, and returns what the terminal shows up to the match of `until`."""
        os.write(self.terminal, keys.encode())
        end = time.monotonic() + 30
        while not (found := re.search(until, self.screen, re.S)):
            ready, _, _ = select.select([self.terminal], [], [], end - time.monotonic())
            assert ready, f"typed {keys!r}, waited for {until!r}, saw {self.screen!r}"
            self.screen += os.read(self.terminal, 4096).decode()
        self.screen = self.screen[found.end():]
        return found

    def line(self, keys):
        return self.type(keys + "\a", r"\n<(.*?)>\r?\n")[1]

    def close(self):
        self.bash.kill()
        self.bash.wait()
        os.close(self.terminal)


class Interactive(Test):
    def setUp(self):
        super().setUp()
        self.bash = Typing(self.folder)
        self.addCleanup(self.bash.close)

    def gate(self, *answers):
        server = Answers(self.path("api.sock"), *(answer(compact(one)) for one in answers))
        self.addCleanup(server.close)

    def test_behind_a_hardware_address(self):
        """kindgate place ADDRESS par<TAB> completes the profile, though bash breaks words at ':'"""
        self.gate(STATUS | {"profiles": [PROFILE]})
        self.assertEqual(self.bash.line(f"kindgate place {STRANGER} par\t"), f"kindgate place {STRANGER} parents ")

    def test_addresses_of_those_nobody_placed(self):
        """kindgate place <TAB> offers the hardware addresses of devices that nobody has placed, from any part of them"""
        self.gate(DEVICES, DEVICES, DEVICES, DEVICES)
        for typed in ("", "02", "02:00:", "02:00:5e:2"):
            self.assertEqual(self.bash.line(f"kindgate place {typed}\t"), f"kindgate place {STRANGER} ")

    def test_numbers_of_overrides(self):
        """kindgate overrides cancel <TAB> offers the numbers of the words that hold"""
        self.gate(OVERRIDES)
        self.assertEqual(self.bash.line("kindgate overrides cancel \t"), "kindgate overrides cancel 17 ")

    def test_options_with_an_equals_sign(self):
        """--policy=, --profile= complete as --policy and --profile do, and what stands behind them too"""
        self.write("home.textproto", SMALL)
        self.gate(STATUS | {"profiles": [PROFILE]})
        self.assertEqual(self.bash.line("kindgate explain --policy=ho\t"), "kindgate explain --policy=home.textproto ")
        self.assertEqual(self.bash.line("kindgate explain --policy ho\t"), "kindgate explain --policy home.textproto ")
        self.assertEqual(self.bash.line("kindgate explain --profile=\x0f"), "kindgate explain --profile=parents phone ")
        self.assertEqual(self.bash.line("kindgate explain --policy=home.textproto --pro\t"),
                         "kindgate explain --policy=home.textproto --profile ")
        self.assertEqual(self.bash.line("kindgate timeline --policy=home.textproto --profile=ki\t"),
                         "kindgate timeline --policy=home.textproto --profile=kids ")

    def test_files(self):
        """Values that are files are completed, also a list's behind its category, and a folder of data"""
        os.mkdir(self.path("folder"))
        self.write("games.txt", "")
        self.assertEqual(self.bash.line("kindgate pack build games=ga\t"), "kindgate pack build games=games.txt ")
        self.assertEqual(self.bash.line("kindgate explain --data fo\t"), "kindgate explain --data folder/")

    def test_other_word_breaks(self):
        """It works as well where somebody took ':' and '=' out of COMP_WORDBREAKS"""
        self.write("home.textproto", SMALL)
        self.gate(STATUS | {"profiles": [PROFILE]}, DEVICES)
        self.bash.type("COMP_WORDBREAKS=${COMP_WORDBREAKS//[:=]}; echo do\"\"ne\n", "done\r?\n")
        self.assertEqual(self.bash.line(f"kindgate place {STRANGER} par\t"), f"kindgate place {STRANGER} parents ")
        self.assertEqual(self.bash.line("kindgate place 02:00:5e:2\t"), f"kindgate place {STRANGER} ")
        self.assertEqual(self.bash.line("kindgate explain --policy=ho\t"), "kindgate explain --policy=home.textproto ")

    def test_another_socket(self):
        """With --socket it asks the daemon there"""
        server = Answers(self.path("other.sock"), answer(compact(OVERRIDES)))
        self.addCleanup(server.close)
        self.assertEqual(self.bash.line("kindgate overrides --socket=other.sock cancel \t"),
                         "kindgate overrides --socket=other.sock cancel 17 ")

    def test_no_daemon(self):
        """Without a daemon there is nothing to offer, and no word about it on the terminal"""
        self.assertEqual(self.bash.line("kindgate place \t"), "kindgate place ")
        self.assertEqual(self.bash.line("kindgate pause \t"), "kindgate pause all ")


class AgainstHelp(Test):
    def complete(self, *words):
        code = (f'source {SCRIPT}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${{#COMP_LINE}}; _kindgate; '
                'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", code, "bash", "kindgate", *words], cwd=self.folder, capture_output=True,
                              check=True, encoding="utf-8", env={"PATH": "/usr/bin:/bin"})
        self.assertEqual(done.stderr, "")
        return sorted(filter(None, done.stdout.split("\n")))

    def test_completion_knows_every_subcommand(self):
        """bash completes every subcommand and option that the command has, and nothing else"""
        named = [name.split() for name in subcommands(self)]
        self.assertEqual(self.complete(""), sorted({name[0] for name in named} | {"--help", "--version"}))
        groups = {name[0] for name in named if len(name) > 1}
        self.assertLessEqual({"policy", "overrides"}, groups)
        for group in groups:
            self.assertEqual(self.complete(group, ""), sorted(name[1] for name in named if name[0] == group and len(name) > 1))
        for subcommand in map(" ".join, named):
            options = set(re.findall(r"(?<![\w-])--[a-z-]+(?= |,|$)", self.options_part(subcommand), re.M))
            self.assertEqual(set(self.complete(*subcommand.split(), "--")), options, subcommand)
        self.write("home.textproto", SMALL)
        self.assertEqual(self.complete("policy", "check", "ho"), ["home.textproto"])
        self.assertEqual(self.complete("pause", "kid", ""), ["for", "until"])

    def options_part(self, subcommand):
        text = self.good(*subcommand.split(), "--help")
        return text[text.index("Options:"):text.index("Examples:")]
