"""How names are answered that a profile closes, or has in another form, as dig and curl find it."""
import socket

from clients import ask_all, dig
from dnswire import Resolver, address, option, record, reply
from lab import GATE4, GATE6, wait_for
from policies import home

FORMS = {  # what kindgate-policy(5) says of each: status, and the answers to A and AAAA; who has it here
    "NXDOMAIN": ("kid", "NXDOMAIN", [], []),
    "NODATA": ("pupil", "NOERROR", [], []),
    "NULL_ADDRESS": ("parent", "NOERROR", ["0.0.0.0"], ["::"]),
    "GATE_ADDRESS": ("guest", "NOERROR", [GATE4], [GATE6]),
}
PATIENT = ["+time=5", "+tries=3"]
SITE = "203.0.113.10"


def test_each_blocked_answer_is_the_one_that_is_written(lab):
    """A blocked name is answered as blocked_answer says, with the reason, whatever server is asked; others have their own addresses."""
    lab.fresh(home(*(f'content {{ block_domains: "news.example" blocked_answer: {form} }}' for form in FORMS)))
    lab.speak("guest")
    for form, (host, status, *addresses) in FORMS.items():
        expected = dict(zip(("A", "AAAA", "TXT", "HTTPS"), (*addresses, [], []), strict=True))
        questions = [("www.news.example", kind, server) for server in (GATE4, GATE6, "198.51.100.1") for kind in expected]
        *said, other = ask_all(lab, host, "dig", PATIENT, [*questions, ("learn.example", "A", GATE4)])
        for (_, kind, server), one in zip(questions, said, strict=True):
            assert one and (one.status, one.answers) == (status, expected[kind]), (form, server, kind, one and vars(one))
            assert "17 (Filtered)" in one.error and "news.example is blocked for" in one.error, (form, one.error)
        assert other and other.answers == ["203.0.113.20"], form


def opens(lab, host, family, name):
    """(page, HTTP status): the system's resolver, then whatever address it was given."""
    done = lab.exec(host, "curl", "-sSm20", family, "-w%{http_code}", f"http://{name}/some/where?x=1", check=False)
    return done.stdout[:-3], done.stdout[-3:]


def test_a_blocked_name_opens_the_gates_page(lab):
    """With GATE_ADDRESS a client that opens http://BLOCKED-NAME/ sees the gate's page: the name, why, until when, and who; IPv4 and IPv6."""
    games = 'windows { days: "daily" from: "19:00" to: "21:00" mode: OFF categories: "games" label: "No games" }'
    content = 'content { block_domains: "news.example" blocked_answer: GATE_ADDRESS }'
    lab.fresh(home(children=games + content, extra='domain_lists { name: "games" domains: "games.example" }'))
    lab.clock_to("20:00")
    wait_for(lambda: dig(lab, "kid", "games.example")[1] == [GATE4], "the window", 20)
    for family in "-4", "-6":
        page, code = opens(lab, "kid", family, "games.example")
        assert code == "403", (code, page)
        for part in "games.example is closed", "No games: games off daily 19:00-21:00, until 21:00", "This device: kid":
            assert part in page, (part, page)
        page, code = opens(lab, "kid", family, "www.news.example")
        assert code == "403" and "www.news.example is closed" in page and "news.example is blocked for children" in page, (code, page)
        assert "until" not in page, "nobody knows when it opens"
        assert "video.example answers" in opens(lab, "kid", family, "video.example")[0]
        assert "games.example answers" in opens(lab, "parent", family, "games.example")[0]
    # By TLS there is nobody: the gate has no certificate for such a name, and a browser would call it an attack.
    assert lab.exec("kid", "curl", "-sSkm20", "https://games.example/", check=False).returncode == 7
    lab.clock_to("21:30")
    wait_for(lambda: "games.example answers" in opens(lab, "kid", "-4", "games.example")[0], "the window's end", 20)


def test_strip_ech(lab):
    """strip_ech takes the ech parameter, and nothing else, out of HTTPS records; a profile without it has them whole."""
    service = b"\0\1\0" + option(1, b"\2h2") + option(4, socket.inet_aton(SITE)) + option(5, bytes(range(72)))

    def says(asked):
        return reply(asked.data, record("HTTPS", service)) if asked.message.kind == 65 else reply(asked.data, address(SITE))

    Resolver(lab, says)
    lab.fresh(home(children="content { bypass { strip_ech: true } }", parents='content { block_domains: "news.example" }'), Resolver.BOARD)
    (stripped,), (whole,) = (dig(lab, host, "video.example", "HTTPS", GATE4, *PATIENT)[1] for host in ("kid", "parent"))
    assert whole.split()[:2] == stripped.split()[:2] == ["1", "."], (whole, stripped)
    parameters = [parameter for parameter in whole.split()[2:] if not parameter.startswith("ech=")]
    assert len(parameters) == len(whole.split()) - 3 and f"ipv4hint={SITE}" in parameters, whole
    assert stripped.split()[2:] == parameters, (whole, stripped)


def test_youtube_modes(lab):
    """YouTube's names are answered as the one of the restricted mode that is written, with its address; without a mode as themselves."""
    targets = {"restrict.youtube.com": "203.0.113.60", "restrictmoderate.youtube.com": "203.0.113.50"}
    Resolver(lab, lambda asked: reply(asked.data, *([address(targets.get(asked.name, SITE))] if asked.message.kind == 1 else [])))
    lab.fresh(home(children="content { youtube: YOUTUBE_STRICT }", pupils="content { youtube: YOUTUBE_MODERATE }",
                   parents="content { youtube: YOUTUBE_OFF safe_search: true }"), Resolver.BOARD)
    names = "www.youtube.com", "youtubei.googleapis.com"
    for host, target in ("kid", "restrict.youtube.com"), ("pupil", "restrictmoderate.youtube.com"), ("parent", None):
        said = ask_all(lab, host, "dig", PATIENT, [(name, kind, GATE4) for name in names for kind in ("A", "AAAA")])
        expected = [[f"{target}.", targets[target]], [f"{target}."]] if target else [[SITE], []]
        assert [one and one.answers for one in said] == expected * 2, (host, [one and vars(one) for one in said])
