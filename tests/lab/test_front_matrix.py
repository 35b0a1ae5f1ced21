"""The DNS front as real clients find it: every client by every way under every policy."""
from concurrent.futures import ThreadPoolExecutor

from clients import ask_all, browse, fetch_all
from lab import GATE4, GATE6
from policies import home

# The gate's own server, the real one of the lab's internet, and one far away that nobody runs.
SERVERS = {"gate": (GATE4, GATE6), "foreign": ("198.51.100.1", "2001:db8:ffff::1"), "nobody's": ("192.0.2.53", "2001:db8:5353::53")}
SITES = {"video.example": (10, 11), "learn.example": (20,), "social.example": (60,), "www.social.example": (60,),
         "news.example": (50,), "help.example": (40,)}
CANARY = "use-application-dns.net"  # Firefox asks for it: may it go around this network's DNS?
NAMES = (*SITES, CANARY)

# One device each. What each name gets: "+" its own address, "-" no such name (with the reason), "g" the gate's address.
POLICIES = {
    "open": ("kid", "++---+-"),
    "resolved_only": ("pupil", "++---+-"),
    "learning": ("guest", "-+---+-"),
    "off": ("parent", "ggggg+g"),
}
RULES = 'block_categories: "social" block_domains: "news.example" bypass { block_encrypted_dns: true %s }'
TEXT = home(
    children=f"content {{ {RULES % ''} }}",
    pupils=f"content {{ {RULES % 'resolved_only: true'} }}",
    guests=f"default_mode: LEARNING content {{ learning_domains: 'learn.example' {RULES % ''} }}",
    parents="default_mode: OFF",
    extra='domain_lists { name: "social" domains: "social.example" } always_reachable { domains: "help.example" }')


def own_addresses(name, kind):
    head = "203.0.113." if kind == "A" else "2001:db8:113::"
    return [f"{head}{last}" for last in SITES.get(name, ())]


class Matrix:
    """Decisions by client and way, a letter a name, side by side for the policies."""

    def __init__(self):
        self.rows, self.wrong, self.count = {}, [], 0

    def add(self, policy, client, way, seen, expected):
        self.rows.setdefault((client, way), {})[policy] = seen + ("" if seen == expected else f" not {expected}")
        self.count += sum(letter != " " for letter in expected)
        self.wrong += [(policy, client, way, name, f"{letter} and not {right}")
                       for name, letter, right in zip(NAMES, seen, expected, strict=True) if letter != right]

    def show(self):
        print(f"{'':52}{''.join(f'{policy:16}' for policy in POLICIES)}")
        for (client, way), cells in self.rows.items():
            print(f"{client:16}{way:36}{''.join(f'{cells.get(policy, str()):16}' for policy in POLICIES)}".rstrip())
        print(f"a letter each for {', '.join(NAMES)}:\n+ its own address, or its site; - no such name, or no way there; "
              f"g the gate's address, or its page; blank: not asked\n{self.count} decisions, {len(self.wrong)} wrong")


def letter_of(said, name, kind):
    """Of one reply; "?" for what no rule explains."""
    if said is None:
        return "?"
    gate = GATE4 if kind == "A" else GATE6
    if said.status == "NXDOMAIN" and not said.answers and said.error[:2] in ("15", "17"):
        return "-"
    if said.status != "NOERROR" or not said.answers:
        return "?"
    if said.answers == [gate] and said.error[:2] == "17":
        return "g"
    return "+" if sorted(said.answers) == sorted(own_addresses(name, kind)) else "?"


def ask(lab, matrix, policy, tool, way, options):
    host, expected = POLICIES[policy]
    questions = [(name, kind, server) for whose in SERVERS.values() for server in whose for kind in ("A", "AAAA") for name in NAMES]
    said = dict(zip(questions, ask_all(lab, host, tool, options, questions), strict=True))
    for whose, servers in SERVERS.items():
        for server in servers:
            for kind in "A", "AAAA":
                answers = [said[(name, kind, server)] for name in NAMES]
                seen = "".join(letter_of(one, name, kind) if one and one.way == way else "?"
                               for one, name in zip(answers, NAMES, strict=True))
                family = "IPv6" if ":" in server else "IPv4"
                matrix.add(policy, tool, f"{way} {family}, {whose} server, {kind}", seen, expected)


def curl(lab, matrix, policy, scheme, family):
    """As programs do: the system's resolver, then a connection."""
    host, expected = POLICIES[policy]
    seen = ""
    for name, (status, code, body) in zip(SITES, fetch_all(lab, host, [f"{scheme}://{name}/" for name in SITES], family), strict=True):
        site = status == 0 and code == 200 and f"{name} answers" in body
        page = status == 0 and code == 403 and "The internet is off" in body
        # 6: the name wasn't resolved; 7: led to the gate, which has nothing on 443.
        seen += "+" if site else "g" if page or (status, scheme) == (7, "https") else "-" if status == 6 else "?"
    matrix.add(policy, "curl", f"{scheme}, IPv{family[1]}", seen + " ", expected[:-1] + " ")


def curl_by_number(lab, matrix, policy, what, wanted, expected):
    """curl --resolve: a number that the user knows instead of an answer."""
    host, _ = POLICIES[policy]
    for kind, address in ("A", "{}"), ("AAAA", "[{}]"):
        options = [word for name in SITES for word in ("--resolve", f"{name}:443:{address.format(own_addresses(wanted or name, kind)[0])}")]
        got = fetch_all(lab, host, [f"https://{name}/" for name in SITES], "-k", *options)
        seen = "".join("+" if status == 0 and code == 200 else "-" if status == 7 else "?" for status, code, _ in got)
        matrix.add(policy, "curl --resolve", f"{what}, {kind}", seen + " ", expected + " ")


def chromium(lab, matrix, policy, names):
    host, expected = POLICIES[policy]
    seen, wanted = "", ""
    for name, right in zip(NAMES, expected, strict=True):
        if name not in names:
            seen, wanted = seen + " ", wanted + " "
            continue
        page = browse(lab, host, f"http://{name}/")
        seen += ("+" if f"{name} answers" in page else "g" if "The internet is off" in page
                 else "-" if "net::ERR_NAME_NOT_RESOLVED" in page else "?")
        wanted += right
    matrix.add(policy, "Chromium", "http", seen, wanted)


def test_every_client_by_every_way_under_every_policy(lab):
    """dig, kdig over TCP, curl, `curl --resolve` and Chromium, by IPv4 and IPv6, through the gate's server and foreign ones: no wrong decision."""
    lab.fresh(TEXT)
    for host, _ in POLICIES.values():
        lab.speak(host)
    # The foreign server is there, and would say otherwise.
    (truth,) = ask_all(lab, "gate", "dig", ["+notcp"], [("social.example", "A", "198.51.100.1")])
    assert truth.answers == ["203.0.113.60"], truth.answers

    matrix = Matrix()
    # Numbers before names: nothing was answered yet, so under resolved_only and LEARNING nothing is reachable.
    for policy, expected in ("open", "++++++"), ("resolved_only", "------"), ("learning", "------"), ("off", "------"):
        curl_by_number(lab, matrix, policy, "before any question", None, expected)
    for policy in POLICIES:
        ask(lab, matrix, policy, "dig", "UDP", ["+notcp", "+time=2", "+tries=1"])
        ask(lab, matrix, policy, "kdig", "TCP", ["+tcp", "+edns", "+time=2", "+retry=0"])
        for scheme in "http", "https":
            for family in "-4", "-6":
                curl(lab, matrix, policy, scheme, family)
    # What was answered opens itself, under whatever name, and nothing else.
    curl_by_number(lab, matrix, "resolved_only", "after its questions", None, "++---+")
    curl_by_number(lab, matrix, "resolved_only", "the blocked one's number", "social.example", "------")
    curl_by_number(lab, matrix, "learning", "after its questions", None, "-+---+")
    curl_by_number(lab, matrix, "off", "after its questions", None, "-----+")
    browsed = {"open": ("video.example", "social.example"), "resolved_only": ("video.example",), "learning": ("learn.example",),
               "off": ("video.example", "help.example")}
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda policy: chromium(lab, matrix, policy, browsed[policy]), browsed))
    matrix.show()
    assert not matrix.wrong, matrix.wrong
