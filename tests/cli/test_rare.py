#!/usr/bin/env python3
"""Rare overload: a trace is of the input that the run had, and counts with the weight it had there."""

import json

from program import Case, main

# Overload of a pool that never has any in truth: sixteen replications, all traced.
STUDY = """\
study: rare
seed: 5
pool: {servers: 2, server: {load: 24}}
arrivals: {sources: [{rate: 20 per hour}]}
meetings: {classes: [{duration: exponential(mean 1 h), cost: {load: 1}}]}
window: {start: empty, length: 2 h}
target: {outcome: time_over}
rare: {engine: tilted}
precision: {block: 8 replications, at_most: 16 replications, relative: 0 %}
"""
REPLICATIONS = 16

# Two or three large meetings at once overload a server, often for a moment only: what happens
# between two of the instants that a weight looks at must not come with a weight of its own.
MOMENTS = """\
study: moments
pool: {servers: 2, server: {load: 15}}
arrivals: {sources: [{rate: 2 per hour}]}
meetings:
  classes:
    - duration: exponential(mean 1 h)
      size: "mix(1 at 99.5 %, 10 at 0.5 %)"
      kinds: [{cost: {load: 1}}]
window: {start: empty, length: 4 h}
observe: {outcomes: [period_overload]}
target: {outcome: period_overload}
rare: {engine: tilted}
precision: {relative: 0 %, block: 64 replications, at_most: 65536 replications}
"""
MOST_VARIATION = 15  # 10 in truth; of hundreds when moments between instants are missed


class Rare(Case):
    def trace(self, replication):
        lines = self.succeeds("trace", "rare.yaml", "--replication", str(replication)).splitlines()
        return json.loads(lines[0]), json.loads(lines[-1])

    def test_a_trace_is_what_the_run_counted(self):
        (self.folder / "rare.yaml").write_text(STUDY)
        self.succeeds("run", "rare.yaml", "-o", "rare.h5", "--quiet")
        answer = json.loads(self.succeeds("show", "rare.h5", "--json"))["configurations"][0]
        weights, over = [], 0.0
        for replication in range(REPLICATIONS):
            header, counts = self.trace(replication)
            length = header["to"] - header["from"]
            weights.append(header["weight"])
            over += header["weight"] * sum(counts["time_with"][1:]) / length
        mean = sum(weights) / REPLICATIONS
        self.assertGreater(over, 0.0, "nothing was over: the test shows nothing")
        self.assertGreater(len(set(weights)), REPLICATIONS // 2, weights)
        self.assertAlmostEqual(mean / answer["diagnostics"]["likelihood_ratio"], 1.0, places=12)
        estimate = answer["outcomes"]["time_over"][0]["value"]
        self.assertAlmostEqual(over / REPLICATIONS / estimate, 1.0, places=12)

    def test_moments_between_instants_are_met(self):
        (self.folder / "moments.yaml").write_text(MOMENTS)
        exact = json.loads(self.succeeds("exact", "moments.yaml", "--json"))
        truth = exact["configurations"][0]["outcomes"]["period_overload"][0]
        self.assertEqual(truth["is"], "exact", truth)
        self.succeeds("run", "moments.yaml", "-o", "moments.h5", "--quiet")
        answer = json.loads(self.succeeds("show", "moments.h5", "--json"))["configurations"][0]
        estimate = answer["outcomes"]["period_overload"][0]
        z = (estimate["value"] - truth["value"]) / estimate["se"]
        self.assertLess(abs(z), 4.0, f"{estimate}, exact {truth}")
        self.assertGreater(abs(estimate["value"] - 1.1 * truth["value"]) / estimate["se"], 4.0,
                           "a tenth too much would pass")
        self.assertLess(answer["diagnostics"]["variation"], MOST_VARIATION)


if __name__ == "__main__":
    main()
