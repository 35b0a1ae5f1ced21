"""The starter lists: each service a named set of names."""
import glob
import os
import re

from kindgate import POLICIES, Test

CATEGORIES = ["adult", "chat", "education", "encrypted-dns", "gambling", "games", "search", "social", "video", "vpn"]


def services(path):
    """{service: names}, as the file has them."""
    found, name = {}, None
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines():
            heading = re.fullmatch(r"## (.+)", line)
            if heading:
                name = heading[1]
                assert name not in found, f"{path}: {name} stands there twice"
                found[name] = []
            elif line and not line.startswith("#"):
                found[name].append(line)
    return found


class Starter(Test):
    def lists(self):
        return {os.path.basename(path)[:-4]: path for path in glob.glob(f"{POLICIES}/starter/*.txt")}

    def test_categories(self):
        """There is a list for each category that policies are written with"""
        self.assertEqual(sorted(self.lists()), CATEGORIES)

    def test_sets(self):
        """Services and names are in order, each at one place, none empty, no name below another of its list"""
        whose = {}
        for category, path in self.lists().items():
            found = services(path)
            self.assertEqual(list(found), sorted(found, key=str.lower), category)
            names = {name for names in found.values() for name in names}
            for service, of_it in found.items():
                self.assertTrue(of_it, f"{category}: {service} has no names")
                self.assertEqual(of_it, sorted(of_it), service)
                for name in of_it:
                    self.assertNotIn(name, whose, f"{name} of {service} is of {whose.get(name)} too")
                    whose[name] = service
                    above = name.split(".")
                    self.assertFalse([".".join(above[i:]) for i in range(1, len(above)) if ".".join(above[i:]) in names], name)
        self.assertGreater(len(whose), 500)

    def test_pack(self):
        """They make a pack without a skipped line, and every name is found in its category"""
        pack = self.path("starter.pack")
        self.good("pack", "build", "--out", pack, *(f"{category}={path}" for category, path in self.lists().items()))
        for category, path in self.lists().items():
            names = [name for of_it in services(path).values() for name in of_it]
            for line in self.json_lines("pack", "lookup", "--json", pack, *names):
                self.assertIn(category, line["categories"])
                self.assertEqual(line["matched"], line["name"])
