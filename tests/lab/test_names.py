"""Names: what devices ask is judged by the policy, whatever server they ask, and the kernel holds what was answered."""
import contextlib
import os
import time

from clients import dig
from dnswire import Resolver, address, record, reply
from lab import GATE4, LEARN4, VIDEO4, VIDEO6, wait_for
from policies import home
from traffic import Download, reaches, refused

LISTS = 'domain_lists { name: "games" domains: "games.example" } domain_lists { name: "social" domains: "social.example" }'
ALWAYS = 'always_reachable { domains: "help.example" }'
HELP4 = "203.0.113.40"
GAMES4 = "203.0.113.30"
REAL4, REAL6 = "203.0.113.70", "2001:db8:113::70"  # a search engine's
SAFE4, SAFE6 = "203.0.113.71", "2001:db8:113::71"

CHILDREN = """
content {
  block_categories: "social"
  block_domains: "news.example"
  learning_domains: "learn.example"
  safe_search: true
  bypass { block_encrypted_dns: true resolved_only: true }
}
"""


def policy(children=CHILDREN, more=""):
    return home(children=children, extra=f"{LISTS} {ALWAYS} {more}")


def test_a_refusal_says_why(lab):
    """A blocked name is refused with the reason, to whom it is blocked and to nobody else."""
    lab.fresh(policy())
    status, answers, error = dig(lab, "kid", "social.example")
    assert (status, answers) == ("NXDOMAIN", []) and "The category social is blocked for children" in error, (status, answers, error)
    assert dig(lab, "parent", "social.example")[0] == "NOERROR"


def test_only_resolved_addresses(lab):
    """Under resolved_only an address works after the gate's DNS gave it, and not before; foreign numbers never do."""
    lab.fresh(policy())
    assert refused(lab, "kid", VIDEO4, 443) and refused(lab, "kid", VIDEO6, 443)
    done = lab.exec("kid", "curl", "-sm3", "--resolve", f"video.example:443:{VIDEO4}", "https://video.example/", check=False)
    assert done.returncode, "a number that nobody resolved"
    assert "video.example answers" in lab.exec("kid", "curl", "-sm3", "https://video.example/").stdout
    assert reaches(lab, "kid", VIDEO4, 443)
    assert dig(lab, "kid", "video.example", "AAAA")[1], "an IPv6 address"
    assert reaches(lab, "kid", VIDEO6, 443)
    assert refused(lab, "kid", GAMES4, 443)
    assert reaches(lab, "parent", GAMES4, 443), "others aren't confined"


def test_a_window_for_a_category_cuts_its_connections(lab):
    """At a category window's edge a running download of that category stops, one of another goes on; killed daemon or not."""
    for killed in False, True:
        lab.fresh(policy('windows { days: "daily" from: "19:00" to: "24:00" mode: OFF categories: "games" }'))
        edge = lab.clock_to("19:00", 6)
        wait_for(lambda: dig(lab, "kid", "games.example")[0] == "NOERROR", "games before seven")
        assert dig(lab, "kid", "video.example")[0] == "NOERROR"
        game, video = Download(lab, "kid", GAMES4), Download(lab, "kid", VIDEO4)
        if killed:
            lab.kill()
        wait_for(lambda: time.monotonic() >= edge + 1.2, "the edge", edge - time.monotonic() + 2)
        assert edge - 0.3 <= game.last <= edge + 1.0, f"the last byte came {game.last - edge:+.3f} s from the edge"
        assert video.last > edge + 0.9, "the other download was cut, too"
        if not killed:
            assert dig(lab, "kid", "games.example")[0] == "NXDOMAIN"


def test_learning(lab):
    """In LEARNING only the learning list works, by name and by address; a helpline always does."""
    lab.fresh(policy(CHILDREN + "default_mode: LEARNING"))
    assert dig(lab, "kid", "video.example")[0] == "NXDOMAIN"
    assert "learn.example answers" in lab.exec("kid", "curl", "-sm3", "https://learn.example/").stdout
    assert "help.example answers" in lab.exec("kid", "curl", "-sm3", "https://help.example/").stdout
    assert reaches(lab, "kid", LEARN4, 443) and refused(lab, "kid", VIDEO4, 443)


def test_helplines_in_off(lab):
    """In OFF a helpline answers over HTTP and HTTPS; other names lead to the gate, other addresses nowhere."""
    lab.fresh(policy("default_mode: OFF"))
    for address in "http://help.example/", "https://help.example/":
        assert "help.example answers" in lab.exec("kid", "curl", "-sm3", address).stdout
    assert reaches(lab, "kid", HELP4, 443)
    assert dig(lab, "kid", "video.example")[1] == [GATE4]
    assert refused(lab, "kid", VIDEO4, 443)


def test_the_page_tells_why(lab):
    """A plain web request of a device without access gets a page with who, why and until when; over IPv4 and IPv6."""
    lab.fresh(policy('windows { days: "daily" from: "00:00" to: "24:00" mode: OFF label: "Bedtime" }'))
    for address in "http://video.example/", f"http://{VIDEO4}/", f"http://[{VIDEO6}]/some/where?x=1":
        page = lab.exec("kid", "curl", "-sm3", address).stdout
        assert "The internet is off" in page and "Bedtime: off daily" in page and "kid" in page, page
    assert lab.exec("kid", "curl", "-sm3", "-o/dev/null", "-w%{http_code}", "http://video.example/").stdout == "403"
    assert "help.example answers" in lab.exec("kid", "curl", "-sm3", "http://help.example/").stdout
    assert "video.example answers" in lab.exec("parent", "curl", "-sm3", "http://video.example/").stdout


def test_a_policy_holds_from_the_next_question(lab):
    """What is blocked while the gate runs is refused from the next question on, though its answer was kept."""
    lab.fresh(policy(""))
    events = lab.events()
    assert dig(lab, "kid", "news.example")[0] == "NOERROR"
    lab.write_policy(policy())
    events.wait("POLICY_IN_FORCE")
    assert dig(lab, "kid", "news.example")[0] == "NXDOMAIN"


def test_leases_come_back_after_a_flush(lab):
    """After `nft flush ruleset` the addresses that a device was given work again without being asked for anew."""
    lab.fresh(policy())
    lab.exec("kid", "curl", "-sm3", "https://video.example/")
    assert reaches(lab, "kid", VIDEO4, 443)
    lab.exec("gate", "nft", "delete", "table", "inet", "kindgate")
    wait_for(lambda: lab.table().get("access"), "the table")
    wait_for(lambda: reaches(lab, "kid", VIDEO4, 443), "the address")


def test_restart_keeps_resolved_addresses(lab):
    """A restart leaves what devices were given in the kernel: an open connection goes on, a new one works at once."""
    lab.fresh(policy())
    lab.exec("kid", "curl", "-sm3", "https://video.example/")
    download = Download(lab, "kid", VIDEO4)
    lab.stop()
    lab.start()
    assert reaches(lab, "kid", VIDEO4, 443)
    seen = download.total
    wait_for(lambda: download.total > seen, "the download to go on")


def test_a_resolver_that_dies_is_told(lab):
    """A resolver that doesn't answer is told, and questions are answered by the next one."""
    lab.fresh(policy(), 'resolvers: "192.168.77.99#5353"\nresolvers: "127.0.0.1"\n')
    events = lab.events()

    def told():
        assert dig(lab, "kid", "video.example", "A", GATE4, "+time=4")[0] == "NOERROR"
        return events.find("RESOLVER_CHANGED", "192.168.77.99 doesn't answer")

    wait_for(told, "the dead resolver to be told", 15)


def written(lab):
    """All that stands in the state folder: {path: bytes}, the ledger's own files with what it has not put in order yet."""
    found = {}
    for folder, _, names in os.walk(lab.state):
        for name in names:
            with contextlib.suppress(FileNotFoundError), open(os.path.join(folder, name), "rb") as file:
                found[file.name] = file.read()
    return found


def test_refusals_are_told_as_the_profile_says(lab):
    """Refusals are told by category under CATEGORIES, with the name under DOMAINS, not at all under NOTHING; no other name is written anywhere."""
    profiles = (CHILDREN + f"visibility: {visibility}" for visibility in ("NOTHING", "CATEGORIES", "DOMAINS"))
    lab.fresh(home(*profiles, extra=f"{LISTS} {ALWAYS}"))
    lab.speak("guest")
    events = lab.events()
    for host in "kid", "pupil", "parent":
        assert dig(lab, host, f"secret-of-{host}.social.example")[0] == "NXDOMAIN"
        assert dig(lab, host, f"secret-of-{host}.video.example")[0] == "NOERROR"
    lab.kindgate("allow", "kid", "for", "5m")  # something to write
    events.wait("NAME_REFUSED", "^pupil was refused social$")
    events.wait("NAME_REFUSED", "^parent was refused secret-of-parent.social.example")
    assert not events.find("NAME_REFUSED", device="kid")
    told = str(events.heard) + lab.log()
    assert "secret-of-parent" in told and "secret-of-kid" not in told and "secret-of-pupil" not in told, told
    for state in "running", "ended":
        if state == "ended":
            lab.stop()
        files = written(lab)
        assert state == "ended" or any(path.endswith("-wal") for path in files), files.keys()
        # The name that the guest's phone gave itself is kept: what is kept would be found.
        assert any(b"guest" in data for data in files.values()), files.keys()
        for secret in b"secret-of-kid", b"secret-of-pupil":
            assert not [path for path, data in files.items() if secret in data.lower()], (secret, state)


def test_safe_search(lab):
    """A search engine's name is answered as its safe one; the real one's address is not given."""
    known = {("www.bing.com", 1): REAL4, ("www.bing.com", 28): REAL6, ("strict.bing.com", 1): SAFE4, ("strict.bing.com", 28): SAFE6}

    def says(asked):
        found = known.get((asked.name, asked.message.kind))
        return reply(asked.data, *([address(found)] if found else []))

    resolver = Resolver(lab, says)
    # The parent's names are judged too, else another resolver would be asked.
    lab.fresh(home(children=CHILDREN, parents='content { block_domains: "news.example" }', extra=f"{LISTS} {ALWAYS}"), Resolver.BOARD)
    for host in "kid", "parent":
        lab.speak(host)
    for kind, real, safe in ("A", REAL4, SAFE4), ("AAAA", REAL6, SAFE6):
        for _ in range(2):  # the second time both are known, and kept
            assert dig(lab, "kid", "www.bing.com", kind)[:2] == ("NOERROR", ["strict.bing.com.", safe]), kind
            assert dig(lab, "parent", "www.bing.com", kind)[:2] == ("NOERROR", [real]), kind
    assert {one.name for one in resolver.asked} == {"www.bing.com", "strict.bing.com"}
