#!/usr/bin/env python3
"""What the published documents say is in Headroom: every claim of documents.txt by its commands or by the
test that proves it; METHODS.md has the same claims, and the contradictions that the program lists."""

import json
import re
import shlex
from collections import namedtuple

from program import SOURCE, Case, main

Claim = namedtuple("Claim", "says where steps proved")
Step = namedtuple("Step", "run expected")  # expected: (prints, not or refuses, pattern)
TABLE = SOURCE / "tests" / "cli" / "documents.txt"
BASES = ("front-end", "deployment", "standard-edition")


def read(text):
    """The claims of documents.txt; a line that cannot be meant is an error."""
    claims = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        word, value = line.split(": ", 1)
        if word == "says":
            claims.append(Claim(value, [], [], []))
        elif word == "run":
            claims[-1].steps.append(Step(value, []))
        elif word in ("prints", "not", "refuses"):
            claims[-1].steps[-1].expected.append((word, value))
        else:
            {"where": claims[-1].where, "proved": claims[-1].proved}[word].append(value)
    return claims


def wrong(step, done):
    """What a finished step should have said and did not."""
    out, err = (" ".join(text.split()) for text in (done.out, done.err))
    refused = any(word == "refuses" for word, _ in step.expected)
    if done.code not in ((64, 65) if refused else (0,)):  # 64: refused where --set says it
        return f"exit code {done.code}: {err}"
    for word, pattern in step.expected:
        found = re.search(pattern, err if word == "refuses" else out)
        if bool(found) == (word == "not"):
            return f"{word}: {pattern}"
    return None


def is_there(proof):
    """Does the repository have the test that is named?"""
    path, name = proof.split(" ")
    file = SOURCE / path
    text = file.read_text() if file.exists() else ""
    if path == "tests/e2e/test_jobs.sh":  # runs every job
        return "for job in jobs/*.sh" in text and (SOURCE / "jobs" / f"{name}.sh").exists()
    pattern = rf"cmocka_unit_test\({name}\)" if path.endswith(".c") else rf"def {name}\(self"
    return re.search(pattern, text) is not None


class Documents(Case):
    def setUp(self):
        super().setUp()
        self.claims = read(TABLE.read_text())
        self.done = {}  # by command: many claims look at one table
        self.methods = (SOURCE / "METHODS.md").read_text()
        for name in BASES:
            (self.folder / f"{name}.yaml").write_text(f"base: lync-2013/{name}\n")

    def perform(self, step):
        """Run it where the presets are; a name that is none of them is a file of params/."""
        if step.run not in self.done:
            words = shlex.split(step.run)
            if words[0] in ("check", "run"):
                folder = self.folder if words[1] in BASES else SOURCE / "params"
                words[1] = folder / f"{words[1]}.yaml"
            self.done[step.run] = self.headroom(*words)
        return wrong(step, self.done[step.run])

    def test_claims(self):
        for claim in self.claims:
            self.assertTrue(claim.proved or any(step.expected for step in claim.steps), claim.says)
            for step in claim.steps:
                with self.subTest(claim.says, run=step.run):
                    self.assertIsNone(self.perform(step))
            for proof in claim.proved:
                with self.subTest(claim.says, proved=proof):
                    self.assertTrue(is_there(proof), "no such test")

    def test_it_can_fail(self):
        steps = {"prints: registrations 0 6661": "check front-end", "not: registrations": "check front-end",
                 "refuses: anything": "check front-end", "prints: .": "check front-end --set pool.servers=-1"}
        for expected, line in steps.items():
            claim, = read(f"says: x\nrun: {line}\n{expected}\n")
            self.assertIsNotNone(self.perform(claim.steps[0]), expected)
        for proof in ("tests/cli/test_published.py test_nothing", "tests/unit/test_none.c test_groups",
                      "tests/e2e/test_jobs.sh nothing"):
            self.assertFalse(is_there(proof), proof)

    def table(self, title):
        """The rows of the table below a title of METHODS.md, without its head."""
        below = re.split(rf"(?m)^### {title}$", self.methods)[1]
        return re.search(r"(?m)^\| --- .*\n((?:\|.*\n)+)", below).group(1).splitlines()

    def test_methods_has_the_claims(self):
        rows = [f"| {claim.says} | {claim.where[0]} |" for claim in self.claims if claim.where]
        self.assertEqual(self.table("What the published documents say, and where it is"), rows)

    def test_methods_has_the_contradictions(self):
        listed = json.loads(self.succeeds("list", "contradictions", "--json"))
        rows = [f"| {row['name']} | {row['one']} {row['one_source']} | {row['other']} "
                f"{row['other_source']} | {row['used']} |" for row in listed]
        self.assertEqual(self.table("Contradictions in the sources, kept visible"), rows)

    def test_sources_have_a_title(self):
        titles = re.findall(r"(?m)^\| ([a-z0-9, -]+) \| ", self.methods.split("### Source keys")[1])
        titles = {key for row in titles for key in row.split(", ")}
        told = TABLE.read_text() + self.methods + "".join(
            self.succeeds("list", table) for table in ("contradictions", "roles", "signals", "workloads",
                                                       "activities", "policies", "params"))
        for key in set(re.findall(r"\[S:([a-z0-9-]+)\]", told)):
            self.assertIn(key, titles)


if __name__ == "__main__":
    main()
