"""Quantiles from how often marks are exceeded: of a Poisson number, of the busy periods of a server with
infinitely many places, which are known."""

import json
import math

from program import Case, main

# Everybody comes at the beginning and stays: the peak is how many they are, 10 in the mean. On a
# ceiling of 10, factors on either side of the quantiles of a Poisson number: 10, 14, 15 and 18, at a distance that tells.
STUDY = """\
pool: {servers: 1, ceilings: {load: {full: 10}}}
arrivals:
  sources: [{kind: clock_batch, period: 100 h, count: poisson(mean 10)}]
meetings:
  classes: [{size: 1, duration: constant(50 h), cost: {load: 1}}]
placement: {rule: random}
window: {start: empty, length: 1 h, min_episodes: [0 s, 30 min]}
observe: {capacity: [200 %, 90 %, 100 %, 130 %, 160 %]}
target: {outcome: time_over, level: full}
precision: {relative: 0 %, at_most: 8192 replications}
"""
FACTORS = [0.9, 1.0, 1.3, 1.6, 2.0]


def poisson_above(mean, most):
    return 1 - sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(most + 1))


# Meetings of half an hour that overlap make one episode. Its last one begins t < 1/2 h after the first
# with the chance 1 - p - p t / h, p = exp(-1/2) that none begins within half an hour of another (Takacs 1962).
BUSY = """\
pool: {servers: 1, ceilings: {load: {full: 0.5}}}
arrivals:
  sources: [{kind: poisson, rate: 1 per hour}]
meetings:
  classes: [{size: 1, duration: constant(30 min), cost: {load: 1}}]
placement: {rule: random}
window: {length: 8 h, min_episodes: [31 min, 40 min, 50 min, 60 min, 2 h]}
observe: {capacity: [100 %, 300 %, 500 %], outcomes: [time_over, episodes_lasting]}
target: {outcome: time_over, level: full}
precision: {relative: 0 %, at_most: 4096 replications}
"""


def lasts(minutes):
    p = math.exp(-0.5)
    return 1 - p - p * (minutes - 30) / 60


class Quantiles(Case):
    def shown(self, study):
        (self.folder / "study.yaml").write_text(study)
        (self.folder / "result.h5").unlink(missing_ok=True)
        self.succeeds("run", "study.yaml", "-o", "result.h5")
        return (json.loads(self.succeeds("show", "result.h5", "--json")),
                " ".join(self.succeeds("show", "result.h5").split()))

    def test_a_poisson_number(self):
        answer, text = self.shown(STUDY)
        brackets = {row["quantile"]: (row["above"], row["at_most"]) for row in answer["peaks"]}
        for quantile, (above, at_most) in brackets.items():
            for factor in FACTORS:  # the intervals are narrow enough to tell each factor's side
                is_beyond = poisson_above(10, round(10 * factor)) > 1 - quantile
                self.assertEqual(factor <= above, is_beyond, (quantile, factor))
                self.assertEqual(factor >= at_most, not is_beyond, (quantile, factor))
        self.assertEqual(sorted(brackets), [0.5, 0.9, 0.95, 0.99])
        self.assertIn("P50 90 to 100 %, P90 130 to 160 %, P95 130 to 160 %, P99 160 to 200 %", text)

    def test_what_the_curve_does_not_tell(self):
        answer, text = self.shown(STUDY.replace("[200 %, 90 %, 100 %, 130 %, 160 %]", "[130 %]"))
        self.assertEqual([(row["above"], row["at_most"]) for row in answer["peaks"]],
                         [(None, 1.3), (1.3, None), (1.3, None), (1.3, None)])
        self.assertIn("P50 at most 130 %, P90 above 130 %", text)

    def test_few_days_decide_little(self):
        answer, text = self.shown(STUDY.replace("8192", "8"))
        self.assertIn("P99 above 130 %", text)
        self.assertIsNone(answer["peaks"][3]["at_most"])

    def test_length_of_busy_periods(self):
        answer, text = self.shown(BUSY)
        rows = answer["configurations"][0]["outcomes"]["episodes_lasting"]
        found = {row["min_episode"]: row for row in rows}
        for minutes in (31, 40, 50, 60):
            row = found[60.0 * minutes]
            self.assertLess(row["lower"], lasts(minutes))  # 95 % or more each, at this seed
            self.assertGreater(row["upper"], lasts(minutes))
            # and lengths four minutes off are told apart
            self.assertGreater(row["lower"], lasts(minutes + 4))
            self.assertLess(row["upper"], lasts(minutes - 4))
        # also of those that were there when the simulation began: the warm-up is long enough
        done = self.headroom("check", "study.yaml", "--set", "window.warm_up=1 h")
        self.assertEqual(done.code, 64)
        self.assertIn("episodes_lasting tells lengths of up to 7200 s", done.err)
        brackets = {row["quantile"]: (row["above"], row["at_most"]) for row in answer["lengths"]}
        self.assertEqual(brackets[0.9], (3000, 3600))
        self.assertEqual(brackets[0.5], (0, 1860))
        self.assertIn("P50 0 s to 31 min, P90 50 min to 60 min", text)

    def test_loads_over_time(self):
        """The capacity curve over time: a Poisson number of mean 1/2."""
        answer, text = self.shown(BUSY.replace("outcomes: [", "outcomes: [time_over_scaled, "))
        brackets = {row["quantile"]: (row["above"], row["at_most"]) for row in answer["loads"]}
        for quantile, (above, at_most) in brackets.items():
            for factor in (1, 3, 5):
                is_beyond = poisson_above(0.5, int(0.5 * factor)) > 1 - quantile
                self.assertEqual(above is not None and factor <= above, is_beyond)
                self.assertEqual(at_most is not None and factor >= at_most, not is_beyond)
        self.assertIn("busiest server at any time, of its ceiling: P50", text)

    def test_nothing_without_a_curve(self):
        answer, text = self.shown(STUDY.replace("observe: {capacity", "# {"))
        self.assertNotIn("peaks", answer)
        self.assertNotIn("Peaks", text)


if __name__ == "__main__":
    main()
