#!/usr/bin/python3
"""More seeds for a fuzzer, of the test data that is no part of the repository.

    tests/fuzz/testdata.py TESTDATA FUZZER FOLDER

Writes what TESTDATA/corpora has for this fuzzer into FOLDER, a file an input; nothing for one that it has nothing for.
"""
import json
import os
import sys

# ListFormat, as list_read_fuzz.cpp takes it from the first byte.
AUTOMATIC = 0
FORMATS = {"plain": 1, "hosts": 3, "dnsmasq": 4, "adblock": 5, "adblock-list": 5, "rpz": 6}


def rows(testdata, *path):
    """Of a table whose first line names the columns."""
    with open(os.path.join(testdata, "corpora", *path), encoding="utf-8") as file:
        head, *lines = (line.rstrip("\n").split("\t") for line in file)
    return [dict(zip(head, line)) for line in lines]


def dns_message(testdata):
    for row in rows(testdata, "dns", "messages.tsv"):
        yield row["id"], bytes.fromhex(row["hex"])
    for row in rows(testdata, "dns", "svcb_rdata.tsv"):
        yield row["id"], bytes.fromhex(row["rdata_hex"])


def list_read(testdata):
    whole = {}
    for row in rows(testdata, "lists", "cases.tsv"):
        line = json.loads(row["line_json"]).encode("utf-8", "surrogatepass")
        yield row["id"], bytes([FORMATS[row["format"]]]) + line
        whole.setdefault(row["format"], []).append(line)
    # All of a format as one list, whose format is to be told by its lines.
    for name, lines in whole.items():
        yield name, bytes([AUTOMATIC]) + b"\n".join(lines)


def main():
    testdata, fuzzer, folder = sys.argv[1:]
    for name, data in {"dns_message": dns_message, "list_read": list_read}.get(fuzzer, lambda _: ())(testdata):
        with open(os.path.join(folder, f"testdata-{name.replace('/', '_')}"), "wb") as file:
            file.write(data)


main()
