"""Reports: sharding, beside the permutations and multiplications that it needs; verifying; octets and heap of a report; a survey of a million households."""
import json
import os

from machine import folder as own, run
from report import middle, spread


def measure(folder, report, options):
    figures = json.loads(run([f"{folder}/bench/report_bench", 5 if options.quick else 31]))
    shard, verify, household = figures["shard"], figures["verify"], figures["household"]
    floors = [sum(pair) for pair in zip(shard["permutations"], shard["multiplications"], strict=True)]
    ratios = [floor / whole for floor, whole in zip(floors, shard["whole"], strict=True)]
    report.add("report: histogram of 100 buckets sharded, a second, one core", 1e6 / middle(shard["whole"]), "", None,
               f"permutations alone: {1e6 / middle(shard['permutations']):,.0f}; multiplications alone: {1e6 / middle(shard['multiplications']):,.0f}")
    report.add("report: sharding, of the rate of both alone", middle(ratios), "", (">=", 0.5), spread(ratios))
    report.add("report: verified by two aggregators and added up", middle(verify["whole"]), "µs", None, spread(verify["whole"]))
    report.add("report: a household's table of 10 buckets, from measurement to both sums", middle(household["whole"]), "µs", ("<=", 100),
               spread(household["whole"]))
    report.add("report: of 100 buckets, as it is uploaded", figures["sealed"], "bytes", None, f"its shares: {figures['octets']:,}")
    for what, one in ("sharding", shard), ("verifying", verify):
        report.add(f"report: heap of {what}, at most", one["heap"] / 1024, "KiB", ("<=", 256))
        report.add(f"report: heap of {what}, left over", one["left"], "bytes", ("<=", 0))
    simulate(folder, report, 50_000 if options.quick else 1_000_000)


def simulate(folder, report, households):
    """As a ministry would plan: a question of five answers, on all cores."""
    truth = os.path.join(own, "truth.csv")
    with open(truth, "w", encoding="utf-8") as file:
        file.write("screen-time,share\nnone,10\nup to an hour,20\none to two hours,30\ntwo to four hours,25\nmore,15\n")
    took = json.loads(run([f"{folder}/bin/kindgate", "report", "simulate", "--json", "--households", households, "--truth", truth]))
    # A thousand reports are sealed and opened, too: some seconds, whatever the rest is.
    report.add(f"report: a survey of {households:,} households simulated on {took['threads']} cores", took["seconds"], "s",
               ("<=", 60), f"{households / took['seconds']:,.0f} a second")
