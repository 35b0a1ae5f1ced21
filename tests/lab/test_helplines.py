"""Helplines: whom a child can call stays reachable, whatever a policy or a person says."""
import os
import random
import re

from clients import ask_all, dig, fetch_all
from dnswire import Resolver, address, reply
from lab import GATE4, CHECKOUT, KID, wait_for
from policies import home
from traffic import Download, reaches, refused

HELP4, OTHER4 = "203.0.113.40", "203.0.113.50"


def shipped():
    """The names of policies/helplines.textproto."""
    with open(os.path.join(CHECKOUT, "policies", "helplines.textproto")) as file:
        lists = re.findall(r"^\s*domains: (.*?) *}?$", re.sub(r"#.*", "", file.read()), re.MULTILINE)
    return sorted({name for text in lists for name in re.findall(r'"([^"]+)"', text)})


def against(chance, names):
    """The body of a profile, and the rest of a policy, that go for these names by some of the means that a policy has."""
    def maybe(text):
        return text if chance.random() < 0.5 else ""

    listed = " ".join(f'domains: "{name}"' for name in names)
    blocked = " ".join(f'block_domains: "{text}"' for name in names for text in (name, name.split(".")[-1], f"www.{name}"))
    mode = chance.choice(("OPEN", "LEARNING", "OFF"))
    body = f"""default_mode: {mode}
{maybe('windows { days: "daily" from: "00:00" to: "24:00" mode: OFF }')}
{maybe('windows { days: "daily" from: "00:00" to: "24:00" mode: OFF categories: ["hostile", "helplines"] }')}
{maybe('budgets { category: "helplines" daily { days: "daily" minutes: 0 } }')}
content {{
  {maybe(blocked)}
  {maybe('block_categories: ["hostile", "helplines"]')}
  {maybe('age_gates { category: "hostile" min_age: 18 }')}
  {maybe('learning_domains: "learn.example"')}
  {maybe('safe_search: true youtube: YOUTUBE_STRICT')}
  blocked_answer: {chance.choice(("NXDOMAIN", "NODATA", "NULL_ADDRESS", "GATE_ADDRESS"))}
  bypass {{ {maybe('resolved_only: true')} {maybe('block_encrypted_dns: true block_vpn: true')} {maybe('strip_ech: true')} }}
}}"""
    return body, f'packs: "hostile" domain_lists {{ name: "helplines" {listed} }}'


def test_no_policy_closes_a_helpline(lab):
    """Under random policies that go for helplines by rule, list, pack, window, mode and a person's word, each is answered, leased, and answers."""
    seed = int(os.environ.get("KINDGATE_SEED", random.randrange(1 << 32)))
    print(f"KINDGATE_SEED={seed}")
    chance = random.Random(seed)
    names = chance.sample(shipped(), 2)
    with open(f"{lab.run}/hostile.txt", "w") as file:
        file.write("".join(f"{name}\n" for name in [*shipped(), "other.example"]))
    pack = f"{lab.run}/hostile.pack"
    lab.kindgate("pack", "build", "--out", pack, "--name", "hostile", f"hostile={lab.run}/hostile.txt")
    Resolver(lab, lambda asked: reply(asked.data, *([address(OTHER4 if "other" in asked.name else HELP4)] if asked.message.kind == 1 else [])))
    lab.fresh(home(extra='packs: "hostile"'), Resolver.BOARD)
    os.makedirs(f"{lab.state}/packs")
    events = lab.events()
    os.rename(pack, f"{lab.state}/packs/hostile.pack")
    events.wait("PACK_IN_FORCE")
    slot, others, asked = lab.slot(KID), 0, 0
    for _ in range(5):
        body, rest = against(chance, names)
        events.heard.clear()
        lab.write_policy(home(children=body, extra=rest))
        events.wait("POLICY_IN_FORCE")
        for word in "resume", "pause":
            lab.kindgate(word, "kid")
            questions = [(name, "A", server) for name in names for server in (GATE4, "192.0.2.53")]
            for question, said in zip(questions, ask_all(lab, "kid", "dig", ["+time=2", "+tries=1"], questions), strict=True):
                assert said and (said.status, said.answers) == ("NOERROR", [HELP4]), (question, word, vars(said or lab), body)
            sites = [(scheme, name) for name in names for scheme in ("http", "https")]
            for site, got in zip(sites, fetch_all(lab, "kid", [f"{scheme}://{name}/" for scheme, name in sites], "-k"), strict=True):
                assert got[1] == 200 and f"{site[1]} answers" in got[2], (site, word, got, body)
            held = [element for element in lab.table()["resolved4"] if HELP4 in str(element)]
            assert str(slot) in str(held), (held, body)
            asked += len(questions) + len(sites)
            others += refused(lab, "kid", OTHER4)
    print(f"5 policies, with a pause and without: {asked} ways to helplines, all open; another site was closed {others} times of 10")
    assert others >= 5, "a paused device reaches nothing else"


def test_a_conversation_with_a_helpline_goes_on(lab):
    """An open connection to a helpline goes on when the window, or a pause, closes everything else; one to another site is cut."""
    lab.fresh(home(children='content { block_domains: "news.example" }', extra='always_reachable { domains: "help.example" }'))
    for name in "help.example", "video.example":
        wait_for(lambda: dig(lab, "kid", name)[0] == "NOERROR", name)
    talk, video = Download(lab, "kid", HELP4), Download(lab, "kid", "203.0.113.10")
    lab.kindgate("pause", "kid")
    wait_for(lambda: refused(lab, "kid", "203.0.113.10", 443), "the pause")
    talk.flows()
    video.speak()
    wait_for(lambda: isinstance(video.error, ConnectionResetError), "the other's end")
    talk.flows()
    assert reaches(lab, "kid", HELP4)
