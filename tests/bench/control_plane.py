"""Plans, batches, overrides, restarts, memory: everything that isn't packets."""
import json
import os
import re
import time

import machine
import school
from gatekeeper import Gatekeeper, stripped_size
from report import middle, number, spread

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HOME = os.path.join(TOP, "policies/home.textproto")


def _google(space, words, repetitions):
    """Name -> times of the repetitions, which are taken in random order. In the unit the benchmark asked for."""
    out = os.path.join(machine.folder, "benchmark.json")
    space.run([*words, f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving=true",
               f"--benchmark_out={out}", "--benchmark_out_format=json"])
    times = {}
    with open(out, encoding="utf-8") as file:
        for entry in json.load(file)["benchmarks"]:
            if entry["run_type"] == "iteration":
                times.setdefault(re.sub(r"/(iterations|repeats):\d+|/manual_time", "", entry["name"]), []).append(entry["real_time"])
    return times


def plan(build, report, options):
    space = machine.Space("plan")
    path = os.path.join(machine.folder, "school.textproto")
    with open(path, "w", encoding="utf-8") as file:
        file.write(school.policy())
    times = _google(space, [f"{build}/bench/plan_bench", path], options.repetitions)
    report.add("4,096 leases begin: plan + difference + batch + acknowledged", middle(times["all_begin"]), "ms",
               ("<=", 15), spread(times["all_begin"], "ms"))
    report.add("  of that, plan() for 4,096 devices in 300 profiles", middle(times["plan"]), "ms", None,
               spread(times["plan"], "ms"))
    report.add("plan for all + batch, one override among 4,096", middle(times["one_override"]), "ms", None,
               spread(times["one_override"], "ms"))
    report.add("reading and checking that policy file", middle(times["load"]), "ms", None,
               f"{os.path.getsize(path) // 1024} KiB; once at start and after each save")


def kernel(build, report, options):
    space = machine.Space("kernel")
    times = _google(space, [f"{build}/bench/kernel_bench"], options.repetitions)
    of = {name: middle(values) for name, values in times.items()}
    for step, what, goal in (("begin_all", "4,096 leases begin", ("<=", 1.3)), ("extend_all", "4,096 leases extended", ("<=", 1.3)),
                             ("end_all", "4,096 leases end", ("<=", 1.3)), ("begin_one", "one lease of 4,096 begins", None)):
        note = f"{number(of[step + '/table'])} and {number(of[step + '/bare'])} us"
        if step + "/nft" in of:
            note += f"; nft -f: {number(of[step + '/nft'])} us, {of[step + '/nft'] / of[step + '/table']:.1f} x ours"
        report.add(f"{what}: kernel's part / bare libnftnl batch", of[f"{step}/table"] / of[f"{step}/bare"], "", goal, note)
    for count in 1, 16, 64:
        report.add(f"addresses leased before an answer leaves, {count} a batch", of[f"grant_new/{count}"], "us", None,
                   f"{spread(times[f'grant_new/{count}'], 'us')}; leased again: {number(of[f'grant_again/{count}'])} us")
    report.add("what 20,000 flows have carried, asked once a minute: a piece of the answer", of["usage/piece"], "us", None,
               f"between them the control thread does other work; all of it: {number(of['usage/whole'])} us")


def _homes(build, lan, below=None, tag=""):
    """The two policies that everything is measured with: (what, one of its devices, gatekeeper)."""
    with open(HOME, encoding="utf-8") as file:
        text = file.read()
    for what, policy in (("home", text), ("4,096", school.policy())):
        space = machine.Space(what.replace(",", "") + tag)
        space.ip(f"link add {lan} type veth peer name far", "addr add 10.0.0.1/16 dev " + lan, f"link set {lan} up", "link set far up")
        who = policy.split("devices {", 1)[1].split('"')[1]
        yield what, who, Gatekeeper(build, space, policy, lan, what.replace(",", "") + tag, below)


def _sync_time(folder):
    """Microseconds of a 4 KiB append with fdatasync: what any durable word costs there."""
    times = []
    path = os.path.join(folder, f"kindgate-bench-sync-{os.getpid()}")
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        for _ in range(100):
            started = time.perf_counter()
            os.write(handle, bytes(4096))
            os.fdatasync(handle)
            times.append((time.perf_counter() - started) * 1e6)
    finally:
        os.close(handle)
        os.unlink(path)
    return middle(times)


def override(build, report, options):
    for where, below in (("on disk", None), ("in memory", "/dev/shm")):
        sync = _sync_time(below or machine.folder)
        for what, who, keeper in _homes(build, "lan0", below, where[3:]):
            options.progress(f"override, {what}, state {where}")
            try:
                keeper.start()
                times = [value / 1000 for value in keeper.override_times(who, options.rounds)]
                keeper.stop()
            finally:
                machine.shutil.rmtree(keeper.state, ignore_errors=True)
            report.add(f"one override, request to acknowledged: {what}, state {where}", middle(times), "ms", ("<=", 0.5),
                       f"p10-p90 {number(_share(times, .1))}-{number(_share(times, .9))} ms; one fdatasync there: {number(sync)} us")


def _share(values, share):
    return sorted(values)[int(len(values) * share)]


def restart(build, report, options):
    for what, _, keeper in _homes(build, "lan0", None, "r"):
        options.progress(f"restart, {what}")
        first, again = [], []
        keeper.start()
        for _ in range(options.restarts):
            keeper.stop()
            again.append(keeper.start() * 1000)
        for _ in range(options.restarts):
            keeper.release()
            first.append(keeper.start() * 1000)
        keeper.stop()
        report.add(f"restart, exec to READY, table adopted in place: {what}", middle(again), "ms", None, spread(again, "ms"))
        report.add(f"start, exec to READY, table installed anew: {what}", middle(first), "ms", None, spread(first, "ms"))


def size(build, report, options):
    for what, _, keeper in _homes(build, "lan0", None, "s"):
        goal = ("<=", 8.0) if what == "home" else ("<=", 24.0)
        keeper.start()
        if what != "home":
            _populate(keeper.space)
        options.progress(f"memory, {what}: letting it come to rest")
        time.sleep(options.rest)
        memory = {key: value * 1024 / 1e6 for key, value in keeper.memory().items()}
        keeper.stop()
        report.add(f"memory of the idle daemon, Rss: {what}", memory["rss"], "MB", goal,
                   f"Pss {number(memory['pss'])}, private {number(memory['private'])} MB")
    for program in ("kindgated", "kindgate"):
        report.add(f"{program}, stripped", stripped_size(f"{build}/bin/{program}") // 1024, "KiB")


def _populate(space):
    """Every device of the school is there, with an address."""
    batch = "".join(f"neigh add 10.0.{number // 250 + 1}.{number % 250 + 1} lladdr {school.mac(number)} dev lan0 nud permanent\n"
                    for number in range(school.DEVICES))
    machine.run(["ip", "-n", space.name, "-batch", "-"], input=batch)
