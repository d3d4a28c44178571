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


if __name__ == "__main__":
    main()
