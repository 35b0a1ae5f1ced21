#!/usr/bin/python3
"""More seeds for a fuzzer, of the test data that is no part of the repository.

    tests/fuzz/testdata.py TESTDATA FUZZER FOLDER

Writes what TESTDATA/corpora and TESTDATA/vectors have for this fuzzer into FOLDER, a file an input; nothing for one that it has nothing for.
"""
import base64
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


def vectors(testdata, folder):
    """(name, content) of all files of a folder of vectors."""
    path = os.path.join(testdata, "vectors", folder)
    for name in sorted(os.listdir(path)):
        with open(os.path.join(path, name), encoding="utf-8") as file:
            yield name, json.load(file)


def age_token(testdata):
    for name, content in vectors(testdata, "privacypass"):
        for number, one in enumerate(content):
            for part in "token", "token_challenge", "pkS", "token_request":
                if isinstance(one.get(part), str):
                    yield f"{name}-{number}-{part}", bytes.fromhex(one[part])


def age_header(testdata):
    for name, content in vectors(testdata, "privacypass"):
        for number, one in enumerate(content):
            if "WWW-Authenticate" in one:
                yield f"{name}-{number}", one["WWW-Authenticate"].encode()


def device_responses(testdata):
    for name, content in vectors(testdata, "mdoc"):
        for number, one in enumerate(content if isinstance(content, list) else [content]):
            for part in "device_response", "session_transcript":
                if part in one:
                    yield f"{name}-{number}-{part}", bytes.fromhex(one[part])


def certificates(testdata):
    for name, data in device_responses(testdata):
        # In x5chain (label 33): a byte string with two octets of length before a SEQUENCE.
        at = data.find(b"\x18\x21\x59")
        if at >= 0:
            yield name, data[at + 5:at + 5 + int.from_bytes(data[at + 3:at + 5], "big")]


def age_wallet(testdata):
    for name, data in device_responses(testdata):
        text = base64.urlsafe_b64encode(data).decode().rstrip("=")
        yield name, f'vp_token={{"age":["{text}"]}}&state=x'.encode()


def dap_messages(testdata, *kinds):
    for name, content in vectors(testdata, "dap"):
        for kind in kinds:
            for number, one in enumerate(content.get("messages", {}).get(kind, [])):
                yield f"{name}-{kind}-{number}", bytes.fromhex(one["encoded"])


def report_hpke_configs(testdata):
    yield from dap_messages(testdata, "HpkeConfigList")
    for name, data in dap_messages(testdata, "HpkeConfig"):
        yield name, len(data).to_bytes(2, "big") + data


def report_task(testdata):
    yield from dap_messages(testdata, "TaskConfiguration")
    for name, content in vectors(testdata, "dap"):
        if "header_value" in content:
            yield name, content["header_value"].encode()


def report_upload(testdata):
    yield from dap_messages(testdata, "Report", "UploadRequest", "PlaintextInputShare")


SEEDS = {"dns_message": dns_message, "list_read": list_read, "age_token": age_token, "age_header": age_header,
         "age_mdoc": device_responses, "age_x5chain": certificates, "age_wallet": age_wallet,
         "report_hpke_configs": report_hpke_configs, "report_task": report_task, "report_upload": report_upload}


def main():
    testdata, fuzzer, folder = sys.argv[1:]
    for name, data in SEEDS.get(fuzzer, lambda _: ())(testdata):
        with open(os.path.join(folder, f"testdata-{name.replace('/', '_')}"), "wb") as file:
            file.write(data)


main()
