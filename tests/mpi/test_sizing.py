#!/usr/bin/env python3
"""How much is needed: the same answer for any ranks and threads, killed, stopped and resumed.

Candidates that are left aside and come back later are what is new here; so rows are many, and in
some the first guess of where the threshold lies is wrong.
"""

import json
import signal
import unittest

import h5py

from explorer import ExplorerTest, Run, kill

STUDY = """\
study: sizing
seed: 6
pool: {ceilings: {load: {full: 20}}}
arrivals:
  sources: [{kind: poisson, rate: 60 per hour}]
meetings:
  classes:
    - {name: small, share: 90 %, size: 1, duration: exponential(mean 30 min), cost: {load: 1}}
    - {name: large, share: 10 %, size: 5, duration: exponential(mean 30 min), cost: {load: 1}}
placement: {metric: load}
choose:
  pool.servers: 1 to 20
  placement.rule: [least_loaded, random]
unknown:
  arrivals.sources[0].rate: uniform(60 per hour, 120 per hour)
design: {worlds: 4}
window: {start: stationary, length: 4 h}
target: {outcome: period_overload, level: full, at_most: 3 %}
size: {vary: pool.servers}
rare: {engine: plain}
precision: {at_most: 1024 replications, block: 8 replications}
"""


class Sizing(ExplorerTest):

    text = STUDY
    teams = ((1, 1), (2, 1), (3, 2))  # ranks and threads

    def finish(self, ranks=0, threads=2):
        done = self.start(ranks=ranks, threads=threads).end()
        self.check_code(done, 0)
        self.check_answer()

    def test_other_ranks_and_threads(self):
        for ranks, threads in self.teams:
            self.finish(ranks, threads)
            self.output.unlink()

    def test_killed_and_resumed(self):
        run = self.start(ranks=2)
        run.wait_until_working(at_least=200000)
        kill(run.pids()[1])
        run.end()
        self.assertTrue(any(self.parts.glob("*.log")), "nothing was kept")
        self.finish(ranks=3, threads=1)

    def test_stopped_by_a_signal(self):
        run = self.start(ranks=0, command="size")
        run.wait_until_working(at_least=200000)
        run.process.send_signal(signal.SIGTERM)
        run.end()
        self.check_code(run, 75)
        self.finish()

    def test_size_and_run_are_one_study(self):
        again = Run(self.study, self.reference, command="size", settings=["--json"]).end()
        self.check_code(again, 0)
        self.assertEqual(len(json.loads(again.out)["size"]["rows"]), 4 * 2)

    def test_who_is_not_needed_is_not_simulated(self):
        """Most rows are answered, and most candidates take one look or a few."""
        with h5py.File(self.reference) as file:
            size, n = file["size"], file["estimates/replications"][:]
            open_ones = size["met"][:] - size["missed"][:]
            self.assertTrue((open_ones >= 0).all())
            self.assertGreaterEqual((open_ones <= 1).sum(), 4)
            self.assertGreaterEqual((size["met"][:] < 20).sum(), 4)
            self.assertEqual(n.min(), 0)  # what bounds settle
            late = (n >= n.max() // 4).sum()
            self.assertLessEqual(late, 4 * 8)
            names = file["estimates/stopped_because"].attrs["flag_meanings"].split()
            self.assertIn("spared", names)


CURVE = STUDY.replace("choose:\n  pool.servers: 1 to 20\n", "choose:\n").replace(
    "pool: {", "pool: {servers: 4, ").replace(
        "vary: pool.servers", "vary: observe.capacity").replace(
            "{outcome: period_overload, level: full, at_most: 3 %}",
            "{outcome: time_over_scaled, level: full, at_most: 1 %}").replace(
                "window:", "observe: {capacity: [0.6, 0.8, 1, 1.25, 1.5, 2, 3]}\nwindow:").replace(
                    "at_most: 1024", "at_most: 8192")


class Curve(Sizing):
    """All candidates in one configuration, which stops when its row is answered."""

    text = CURVE
    teams = ((3, 2),)

    def test_who_is_not_needed_is_not_simulated(self):
        """Rows are answered, most of them early, and differ in what they take."""
        with h5py.File(self.reference) as file:
            size, n = file["size"], file["estimates/replications"][:]
            stopped = file["estimates/stopped_because"]
            names = dict(zip(stopped.attrs["flag_values"],
                             stopped.attrs["flag_meanings"].split()))
            answered = [names[value] == "decided" for value in stopped[:].flat]
            self.assertGreaterEqual(sum(answered), 6)
            self.assertLess(n.min(), 2048)
            self.assertGreater(len(set(n.flat)), 1)
            open_ones = (size["met"][:] - size["missed"][:]).flat
            self.assertTrue(all(left == 0 for left, done in zip(open_ones, answered) if done))


if __name__ == "__main__":
    unittest.main()
