"""Proofs of age: checks a second beside the bare signature checks that they need, and the heap that one takes."""
import json

from machine import run
from report import middle, spread

# What a check can't do without: a token one RSA-PSS signature, a document three ECDSA signatures.
KINDS = {"token": ("token", 0.9), "mdoc": ("attestation", 0.6)}


def measure(folder, report, options):
    rounds = 5 if options.quick else 31
    figures = json.loads(run([f"{folder}/bench/age_bench", rounds]))
    for kind, (name, goal) in KINDS.items():
        one = figures[kind]
        ratios = [bare / checked for checked, bare in zip(one["checked"], one["bare"], strict=True)]
        report.add(f"age: checks of a {name} a second, one core", 1e6 / middle(one["checked"]), "", None, f"bare: {1e6 / middle(one['bare']):,.0f}")
        report.add(f"age: {name}, of the bare signature checks' rate", middle(ratios), "", (">=", goal), spread(ratios))
        report.add(f"age: heap of a {name}'s check, at most", one["heap"] / 1024, "KiB", ("<=", 64))
        report.add(f"age: heap of a {name}'s check, left over", one["left"], "bytes", ("<=", 0))
