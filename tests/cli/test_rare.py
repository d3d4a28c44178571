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

# Nothing but large meetings: two are left on a server long after there were three. Of all overload
# a tenth is left over from more than half a mean duration before such a window.
LEFT_OVER = """\
study: left over
pool: {servers: 2, server: {load: 1.5}}
arrivals: {sources: [{rate: 0.02 per hour}]}
meetings: {classes: [{duration: exponential(mean 1 h), cost: {load: 1}}]}
window: {length: 30 min, warm_up: 6 h}
target: {outcome: time_over}
precision: {relative: 0 %, block: 64 replications, at_most: 65536 replications}
"""

# A server holds two of the large meetings, not three: those alone, or beside a few small ones.
TWO_HELD = """\
study: two held
pool: {servers: 3, server: {load: 1000}}
arrivals: {sources: [{rate: RATE per hour}]}
meetings:
  classes:
    - duration: exponential(mean 45 min)
      size: "mix(SIZES)"
      kinds: [{cost: {load: 1}}]
placement: {rule: RULE}
window: {length: 4 h}
target: {outcome: time_over}
rare: {engine: tilted}
precision: {relative: 0 %, block: 64 replications, at_most: 32768 replications}
"""
HELD = (  # rate, sizes, rule
    ("0.4", "400 at 100 %", "random"),
    ("0.4", "400 at 100 %", "least_loaded"),
    ("0.4", "2 at 50 %, 400 at 50 %", "random"),
    ("4", "20 at 99 %, 400 at 1 %", "random"),
    ("4", "40 at 98 %, 420 at 2 %", "random"),
)


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

    def is_exact(self, study, outcome):
        """A run of the study agrees with its exact value, and would not if a tenth off."""
        (self.folder / "exact.yaml").write_text(study)
        exact = json.loads(self.succeeds("exact", "exact.yaml", "--json"))
        truth = exact["configurations"][0]["outcomes"][outcome][0]
        self.assertEqual(truth["is"], "exact", truth)
        (self.folder / "exact.h5").unlink(missing_ok=True)
        self.succeeds("run", "exact.yaml", "-o", "exact.h5", "--quiet")
        answer = json.loads(self.succeeds("show", "exact.h5", "--json"))["configurations"][0]
        estimate = answer["outcomes"][outcome][0]
        z = (estimate["value"] - truth["value"]) / estimate["se"]
        self.assertLess(abs(z), 4.0, f"{estimate}, exact {truth}")
        for off in (0.9, 1.1):
            self.assertGreater(abs(estimate["value"] - off * truth["value"]) / estimate["se"], 4.0,
                               "a tenth off would pass")
        return answer

    def test_moments_between_instants_are_met(self):
        answer = self.is_exact(MOMENTS, "period_overload")
        self.assertLess(answer["diagnostics"]["variation"], MOST_VARIATION)

    def test_what_is_left_over_is_met(self):
        self.is_exact(LEFT_OVER, "time_over")

    def test_of_large_meetings_that_fit_in_twos_three_are_met(self):
        for rate, sizes, rule in HELD:
            with self.subTest(rate=rate, sizes=sizes, rule=rule):
                study = TWO_HELD.replace("RATE", rate).replace("SIZES", sizes)
                self.is_exact(study.replace("RULE", rule), "time_over")


if __name__ == "__main__":
    main()
