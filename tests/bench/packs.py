"""Packs: how large, how fast made, opened and asked; and that nothing is missed or taken for something else."""
import glob
import json
import os

from machine import run
from report import middle, spread


def measure(folder, report, options):
    names = 100_000 if options.quick else 1_000_000
    lookups = 1_000_000 if options.quick else 100_000_000
    runs = []
    for number in range(options.repetitions if options.quick else 5):
        options.progress(f"pack {number + 1}")
        # The look-ups of names in no list are counted once.
        runs.append(json.loads(run([f"{folder}/bench/pack_bench", names, 0 if number else lookups])))
    first = runs[0]

    def add(what, key, scale, unit, goal=None):
        values = [one[key] * scale for one in runs]
        report.add(what, middle(values), unit, goal, spread(values, unit))

    report.add(f"pack: bytes a name, {first['names']:,} names with categories", first["bytes"] / first["names"], "", ("<=", 5.5))
    add("pack: built from text in memory", "build", 1, "s", ("<=", 1.5))
    add("pack: the same, processor time", "build_cpu", 1, "s")
    add("pack: opened, checksum and all", "open", 1000, "ms")
    add("pack: look-up of a listed name, processor time", "listed_ns", 1, "ns")
    add("pack: look-up of a name in no list, processor time", "others_ns", 1, "ns")
    report.add("pack: listed names missed", sum(one["missed"] for one in runs), "", ("<=", 0))
    report.add("pack: false matches", sum(one["false_matches"] for one in runs), "", ("<=", 0), f"of {lookups:,} look-ups")
    real = sorted(glob.glob(f"{os.environ.get('KINDGATE_TESTDATA', '')}/lists/ut1/*.domains"))
    if not real:
        return
    options.progress("pack of UT1's lists")
    of_ut1 = json.loads(run([f"{folder}/bench/pack_bench", 0, lookups, *real]))
    report.add(f"pack of UT1, {of_ut1['names']:,} names: listed names missed", of_ut1["missed"], "", ("<=", 0), "of 200,000, or of all")
    report.add("pack of UT1: false matches", of_ut1["false_matches"], "", ("<=", 0), f"of {lookups:,} look-ups")
