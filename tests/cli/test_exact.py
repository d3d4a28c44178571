"""What is known without simulation: as text, as JSON, over the law of an unknown, in the result file
beside the estimates; and that METHODS has the methods of the table."""

import json
import os
import re

from program import Case, main

POOL = """pool: {servers: 1, ceilings: {load: {full: 40}}}
arrivals: {sources: [{rate: 25 per hour}]}
placement: {rule: random}
meetings: {classes: [{duration: exponential(1 h), size: 1, load: {load: 1}}]}
target: {outcome: time_over, at_most: 0.001}
"""
UNKNOWN = "unknown: {'arrivals.sources[0].rate': 'uniform(10 per hour, 40 per hour)'}\n" \
          "design: {worlds: 2}\n"
HALF = 0.00203559928098218    # P(more than 40), 25 in progress: Poisson
MET = 0.467261518716661       # of rates from 10 to 40 an hour: inverse incomplete gamma


def headline(answer):
    labels = {k: v for k, v in answer["target"].items() if k not in ("outcome", "at_most")}
    cells = answer["configurations"][0]["outcomes"][answer["target"]["outcome"]]
    return [c for c in cells if all(c[k] == v for k, v in labels.items())]


class Exact(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "pool.yaml").write_text(POOL)
        (self.folder / "unknown.yaml").write_text(POOL + UNKNOWN)

    def near(self, value, exact, relative=1e-9):
        self.assertLessEqual(abs(value / exact - 1.0), relative, (value, exact))

    def test_text(self):
        text = self.succeeds("exact", "pool.yaml")
        self.assert_narrow(text)
        self.assertRegex(text, r"time_over +full any +0\.0020355993 +exact: random_split")
        self.assertIn("no value of", text)
        self.assertIn("meetings_hit", text)

    def test_json_has_the_labels_of_show(self):
        cell, = headline(json.loads(self.succeeds("exact", "pool.yaml", "--json")))
        self.near(cell["value"], HALF)
        self.assertEqual((cell["is"], cell["method"], cell["why"]),
                         ("exact", "random_split", None))
        self.assertTrue(any(b["is"] == "lower bound" and b["value"] <= HALF * (1 + 1e-9)
                            for b in cell["bounds"]))

    def test_over_the_law_of_the_unknown(self):
        answer = json.loads(self.succeeds("exact", "unknown.yaml", "--json"))
        over, = answer["over_unknown"]
        half, = [q["value"] for q in over["quantiles"] if q["level"] == 0.5]
        self.near(half, HALF)
        self.near(over["met"], MET)

    def test_needed_ceiling(self):
        answer = json.loads(self.succeeds("exact", "pool.yaml", "--json"))
        needed = answer["configurations"][0]["needed_ceiling"]
        self.assertEqual(needed["resource"], "load")
        self.assertTrue(needed["value"] <= 0.001 < needed["below"], needed)

    def test_beside_the_estimate(self):
        self.succeeds("run", "pool.yaml", "-o", "pool.h5", "--set", "precision.at_most=256")
        self.assertRegex(self.succeeds("show", "pool.h5"),
                         r"(?m)^Exact +time_over is 0\.2036 %, by random_split")
        answer = json.loads(self.succeeds("show", "pool.h5", "--json"))
        self.near(answer["configurations"][0]["exact"], HALF)
        self.assertEqual(answer["configurations"][0]["exact_method"], "random_split")

    def test_methods_are_documented(self):
        with open(os.path.join(os.environ["HEADROOM_SOURCE"], "METHODS.md"),
                  encoding="utf-8") as stream:
            rows = re.findall(r"(?m)^\| (\w+) \| (exact|\w+ bound|approximation) \|", stream.read())
        listed = json.loads(self.succeeds("list", "exact", "--json"))
        self.assertEqual(rows, [(m["name"], m["is"]) for m in listed])

    def test_usage(self):
        done = self.headroom("exact", "pool.yaml", "--configuration", "7")
        self.assertEqual(done.code, 64, done)


if __name__ == "__main__":
    main()
