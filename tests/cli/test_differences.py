"""What choices change, paired world by world: against the exact difference of two ceilings, narrower
than the difference of the two means, and what an inserted meeting does to the others."""

import math
import re

from program import Case, main

TWO_CEILINGS = """\
pool: {servers: 1, ceilings: {load: {full: 12}}}
arrivals: {sources: [{rate: 10 per hour}]}
meetings: {classes: [{size: 1, duration: exponential(mean 1 h), cost: {load: 1}}]}
placement: {rule: random}
window: {busy_hours: 2}
choose: {pool.ceilings.load.full: [12, 14]}
unknown: {"arrivals.sources[0].rate": "uniform(6 per hour, 16 per hour)"}
design: {worlds: 64, kind: random}
observe: {outcomes: [time_over]}
target: {outcome: time_over, level: full}
precision: {relative: 0 %, at_most: 32 replications, confidence: 99 %}
"""

HARM = """\
base: lync-2013/front-end
pool: {servers: 3}
choose: {probe.insert.size: [0, 200]}
unknown: {population.in_conference: "uniform(4 %, 6 %)"}
design: {worlds: 16}
window: {busy_hours: 1}
observe: {outcomes: [time_over, person_time_over]}
target: {outcome: time_over, level: target, at_most: ~}
precision: {relative: 0 %, at_most: 16 replications}
"""


def between(mean, above, most):
    return sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(above + 1, most + 1))


class Differences(Case):
    def shown(self, study, outcome, *options):
        """Rows of both tables, by choice and cell: (value, lower, upper) each."""
        (self.folder / "study.yaml").write_text(study)
        (self.folder / "result.h5").unlink(missing_ok=True)
        self.succeeds("run", "study.yaml", "-o", "result.h5", *options)
        means, _, differences = self.succeeds("show", "result.h5", "--outcome", outcome).partition("Minus ")
        return self.rows(means), self.rows(differences), differences

    @staticmethod
    def rows(text):
        number = r"(-?[\d.]+) \((-?[\d.]+)(?: to |-)(-?[\d.]+)\)"
        found = [re.match(r"(.*?)\s\s+(.*?)\s\s+" + number, line) for line in text.splitlines()]
        return {(m[1], m[2]): tuple(float(m[i]) for i in (3, 4, 5)) for m in found if m}

    def test_two_ceilings(self):
        means, differences, text = self.shown(TWO_CEILINGS, "time_over")
        self.assertTrue(text.startswith("full 12, paired world by world"), text)
        (value, lower, upper), = differences.values()
        exact = -100 * sum(between(6 + 10 * (i + 0.5) / 1000, 12, 14) for i in range(1000)) / 1000
        self.assertTrue(lower <= exact <= upper, (lower, exact, upper))
        self.assertFalse(lower <= 0 <= upper)  # nor no difference, nor 1.5 times as much
        self.assertFalse(lower <= 1.5 * exact <= upper)
        apart = [high - low for _, low, high in means.values()]
        self.assertEqual(len(apart), 2)
        self.assertLess(upper - lower, 0.5 * math.hypot(*apart))

    def test_harm(self):
        means, differences, _ = self.shown(HARM, "person_time_over")
        cell = ("size 200", "limit participants")
        value, lower, upper = differences[cell]
        self.assertAlmostEqual(value, means[cell][0] - means[("size 0", cell[1])][0], delta=1)
        self.assertGreater(lower, 0)
        apart = math.hypot(*(high - low for (_, of), (_, low, high) in means.items() if of == cell[1]))
        self.assertLess(upper - lower, apart)

    def test_one_world_or_one_choice_has_none(self):
        self.assertEqual(self.shown(re.sub(r"unknown:.*\ndesign:.*\n", "", TWO_CEILINGS), "time_over")[2], "")
        self.assertEqual(self.shown(re.sub(r"choose:.*\n", "", TWO_CEILINGS), "time_over")[2], "")


if __name__ == "__main__":
    main()
