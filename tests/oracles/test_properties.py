#!/usr/bin/env python3
"""What must hold whatever the values are, on random small pools with fixed seeds.

  I1   the law of the pool's total is the same under every rule and number of servers
  I2   some server is over at least as often as the pool cannot hold its total (pigeonhole)
  I3   meetings of one size: least loaded <= power of d <= random
  I4   the names of servers do not matter
  I5   Little's law: mean load = rate x mean duration x mean size
  I6   on one server all rules are the same
  I7   power of d is random for d = 1 and least loaded for d = servers
  I8   loads, ceilings and background in another unit change nothing
  I9   a higher ceiling is never worse, path by path
  I10  one more server helps in the mean; path by path it need not (Graham 1969)
  I11  likelihood ratios have the mean 1, whatever they weigh

Choices of a world share their input, so that I1, I2, I6, I8 and I9 are equalities or inequalities of
the numbers themselves, without statistics. The others allow four standard errors: with some 40
comparisons at fixed seeds, a false alarm of one in 400 if the seeds were fresh. Every property is
also put to studies for which it does not hold, and must then fail.

Elsewhere: I1 against exact values in cases I01-I02 of open.json; I3's majorisation has no unit test;
I6 and I9 of the kernels in tests/unit/test_placement.c and test_sharing.c.
"""

import json
import math
import os
import random
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case_program import fresh_output, call, write_study  # noqa: E402

HEADROOM = os.environ["HEADROOM"]
Z_MOST = 4.0
POOLS = 3  # random pools for each property
RULES = ("random", "round_robin", "least_loaded", "fewest_meetings", "power_of_d")
DURATIONS = ("exponential(mean 1 h)", "constant(1 h)", "lognormal(mean 1 h, cv 1.2)",
             "erlang(mean 1 h, stages 2)", "uniform(0.5 h, 1.5 h)")


class Pool:
    """A random small pool whose ceiling lies a little above its mean load."""

    def __init__(self, seed, unit=False, servers=None):
        draw = random.Random(seed)
        self.seed = seed
        self.servers = servers or draw.randint(2, 4)
        self.loads = [1] if unit else draw.sample(range(1, 7), draw.randint(2, 3))
        shares = [draw.randint(1, 5) for _ in self.loads]
        # Hundredths, so that the shares of a study are 100 % to the last digit.
        self.shares = [100 * s // sum(shares) for s in shares]
        self.shares[0] += 100 - sum(self.shares)
        self.durations = [draw.choice(DURATIONS) for _ in self.loads]
        self.rate = draw.randint(4, 9) * self.servers
        self.size = sum(b * s for b, s in zip(self.loads, self.shares)) / 100.0
        square = sum(b * b * s for b, s in zip(self.loads, self.shares)) / 100.0
        mean = self.rate * self.size / self.servers
        self.ceiling = math.ceil(mean + 1.3 * math.sqrt(self.rate * square / self.servers))
        self.scale = 1
        self.background = None
        self.keys = {"placement": ["metric: load"], "choose": [], "rare": ["engine: plain"],
                     "observe": ["times: [3 h]"], "target": ["outcome: time_over", "level: full"],
                     "precision": ["relative: 0.001 %", "hits: 1000000000", "block: 16",
                                   "at_most: 2048 replications"]}

    def text(self):
        ceiling = self.ceiling if isinstance(self.ceiling, list) else [self.ceiling]
        full = ", ".join(str(c * self.scale) for c in ceiling)
        lines = ["study: property", f"seed: {self.seed}",
                 f"pool: {{servers: {self.servers}, ceilings: {{load: {{full: "
                 f"{full if len(ceiling) == 1 else '[' + full + ']'}}}}}}}",
                 f"arrivals: {{sources: [{{rate: {self.rate} per hour}}]}}", "meetings:",
                 "  classes:"]
        for number, (load, share, duration) in enumerate(
                zip(self.loads, self.shares, self.durations)):
            lines.append(f'    - {{name: c{number}, share: {share} %, duration: "{duration}", '
                         f"size: 1, load: {{load: {load * self.scale}}}}}")
        if self.background:
            low, high = (b * self.scale for b in self.background)
            lines.append("background: {items: [{name: other, resource: load, law: "
                         f'"uniform({low}, {high})"}}]}}')
        lines.append("window: {start: empty, from: 2 h, length: 2 h, min_episodes: [0 s]}")
        for block, rows in self.keys.items():
            if rows:
                lines += [f"{block}:"] + [f"  {row}" for row in rows]
        return "\n".join(lines) + "\n"


class Answer:
    """The estimates of a study's configurations, in the order of its choices."""

    def __init__(self, pool):
        with tempfile.TemporaryDirectory() as folder:
            study = write_study(folder, "property", pool.text())
            output = fresh_output(folder, "property")
            call([HEADROOM, "run", study, "-o", output, "--quiet", "--threads", "1"])
            self.configurations = json.loads(call([HEADROOM, "show", output, "--json"]))[
                "configurations"]

    def cells(self, outcome, **labels):
        """(value, standard error) of the outcome's cell with these labels in each configuration."""
        found = []
        for configuration in self.configurations:
            cells = [c for c in configuration["outcomes"][outcome]
                     if all(c.get(k) == v for k, v in labels.items())]
            found.append((cells[0]["value"] or 0.0, cells[0]["se"]))
        return found


def over(answer, outcome="time_over"):
    return answer.cells(outcome, level="full", resource="any")


def differ(one, other):
    """z of the difference of two independent estimates."""
    error = math.hypot(one[1], other[1])
    return (one[0] - other[0]) / error if error > 0.0 else 0.0


def changed(pool, **keys):
    for name, value in keys.items():
        if name in pool.keys:
            pool.keys[name] = pool.keys[name] + value
        else:
            setattr(pool, name, value)
    return pool


def asking(pool, outcomes, **keys):
    changed(pool, observe=[f"outcomes: [{', '.join(outcomes)}]"])
    return changed(pool, **keys)


def choice(*values):
    return f"[{', '.join(str(v) for v in values)}]"


# ---- the properties: each takes a seed and whether the study is to be wrong; true when it holds

def total_has_one_law(seed, wrong):
    pool = Pool(seed)
    at = round(pool.rate * pool.size)
    rows = [f"placement.rule: {choice(*RULES)}", f"pool.servers: {choice(2, 3, 5)}"]
    if wrong:
        rows = [f"arrivals.sources[0].rate: {choice(f'{pool.rate} per hour', f'{pool.rate + 1} per hour')}"]
    answer = Answer(asking(pool, ["time_over", "total_above"], choose=rows,
                           observe=[f"total_above: [{at}]"]))
    return len(set(answer.cells("total_above"))) == 1


def pigeonhole(seed, wrong):
    """A wrong bound leaves room for a whole server."""
    pool = Pool(seed)
    most = pool.ceiling * (pool.servers - (2 if wrong else 0))
    answer = Answer(asking(pool, ["time_over", "over_at", "total_above"],
                           observe=[f"total_above: [{most}]"],
                           choose=[f"placement.rule: {choice(*RULES)}"]))
    pairs = list(zip(over(answer, "over_at"), answer.cells("total_above")))
    return all(any_over[0] >= total[0] for any_over, total in pairs)


def rules_are_ordered(seed, wrong):
    pool = Pool(seed, unit=True, servers=4)
    rules = ["least_loaded", "power_of_d", "random"]
    if wrong:
        rules.reverse()
    answer = over(Answer(changed(pool, choose=[f"placement.rule: {choice(*rules)}"])))
    return all(differ(a, b) <= Z_MOST for a, b in zip(answer, answer[1:]))


def servers_have_no_names(seed, wrong):
    """Ceilings that differ, and in another order."""
    results = []
    for turn in range(2):
        pool = Pool(seed, servers=3)
        ceilings = [pool.ceiling, pool.ceiling + 3, pool.ceiling + 6]
        if wrong and turn == 1:
            ceilings[0] += 3
        changed(pool, ceiling=ceilings[turn:] + ceilings[:turn], placement=["rule: least_loaded"])
        pool.seed += 1000 * turn
        results += over(Answer(pool))
    return abs(differ(*results)) <= Z_MOST


def little(seed, wrong):
    pool = Pool(seed)
    changed(pool, durations=["constant(1 h)"] * len(pool.loads))  # all of them within 2 h
    mean = pool.rate * pool.size * (1.03 if wrong else 1.0)
    answer = Answer(asking(pool, ["time_over", "load_mean"],
                           choose=[f"placement.rule: {choice(*RULES)}"],
                           precision=[]))
    n = pool.servers
    cells = [answer.cells("load_mean", server=j) for j in range(n)]
    good = True
    for servers in zip(*cells):
        total = sum(value for value, _ in servers)
        # Loads of servers are correlated either way: the sum of errors bounds theirs.
        good = good and abs(total - mean) <= Z_MOST * sum(error for _, error in servers)
    return good


def one_server_has_one_rule(seed, wrong):
    pool = Pool(seed, servers=2 if wrong else 1)
    answer = Answer(changed(pool, placement=["d: 1"],
                            choose=[f"placement.rule: {choice(*RULES)}"]))
    values = over(answer)
    return len(set(values)) == 1 and values[0][0] > 0.0


def power_of_d_has_ends(seed, wrong):
    pool = Pool(seed, servers=3)
    answers = []
    for rule, d in (("random", 1), ("power_of_d", 1), ("least_loaded", 1), ("power_of_d", 3)):
        one = Pool(seed, servers=3)
        one.seed += 1000 * len(answers)
        if wrong and rule == "power_of_d":
            d = 2
        answers += over(Answer(changed(one, placement=[f"rule: {rule}", f"d: {d}"])))
    return abs(differ(*answers[:2])) <= Z_MOST and abs(differ(*answers[2:])) <= Z_MOST


def units_do_not_matter(seed, wrong):
    values = []
    for scale in (1, 3, 64):
        pool = Pool(seed)
        changed(pool, background=(1, 4), scale=scale, placement=["rule: least_loaded"])
        if wrong and scale == 3:
            pool.background = (0, 3)
        values += over(Answer(pool))
    # Background is a real number: its last bit may differ by scale, an overload by none of it.
    return values[0][0] > 0.0 and all(abs(v[0] - values[0][0]) < 1e-9 for v in values)


def ceilings_help(seed, wrong):
    pool = Pool(seed)
    ceilings = [pool.ceiling + step for step in range(-2, 6)]
    if wrong:
        ceilings.reverse()
    answer = Answer(changed(pool, choose=[f"pool.ceilings.load.full: {choice(*ceilings)}"],
                            placement=["rule: least_loaded"]))
    good = True
    for outcome in ("time_over", "over_at", "period_overload"):
        values = over(answer, outcome)
        good = good and values[0][0] > 0.0
        good = good and all(a[0] >= b[0] for a, b in zip(values, values[1:]))
    return good


def servers_help_in_the_mean(seed, wrong):
    counts = [3, 4, 5] if not wrong else [5, 4, 3]
    pool = Pool(seed, servers=3)
    answer = over(Answer(changed(pool, choose=[f"pool.servers: {choice(*counts)}"],
                                 placement=["rule: least_loaded"])))
    return all(differ(b, a) <= Z_MOST for a, b in zip(answer, answer[1:]))


def ratios_have_mean_one(seed, wrong):
    """Every replication's pool total at 3 h is above nothing with a known probability, and so high
    as its mean with the same whether inputs are tilted or not."""
    pool = Pool(seed, servers=2)
    pool.ceiling = round(1.9 * pool.ceiling)  # rare enough to be tilted at all
    half = round(pool.rate * pool.size)
    asking(pool, ["time_over", "total_above"], observe=[f"total_above: [0, {half}]"],
           placement=["rule: least_loaded"])
    pool.keys["rare"] = ["engine: tilted"]
    tilted = Answer(pool)
    changed(pool, rate=pool.rate * (1.1 if wrong else 1.0))
    pool.keys["rare"] = ["engine: plain"]
    pool.seed += 1000
    plain = Answer(pool)
    rows = [answer.configurations[0]["outcomes"]["total_above"] for answer in (tilted, plain)]
    return all(abs(differ((a["value"], a["se"]), (b["value"], b["se"]))) <= Z_MOST
               for a, b in zip(*rows))


PROPERTIES = {
    "I1": total_has_one_law, "I2": pigeonhole, "I3": rules_are_ordered,
    "I4": servers_have_no_names, "I5": little, "I6": one_server_has_one_rule,
    "I7": power_of_d_has_ends, "I8": units_do_not_matter, "I9": ceilings_help,
    "I10": servers_help_in_the_mean, "I11": ratios_have_mean_one,
}


def main():
    faults = 0
    for name, holds in PROPERTIES.items():
        seeds = range(100, 100 + POOLS)
        broken = [seed for seed in seeds if not holds(seed, False)]
        unseen = [seed for seed in seeds if holds(seed, True)]
        faults += len(broken) + (len(unseen) == POOLS)
        print(f"{name:4} {holds.__name__}: broken in {len(broken)} of {POOLS} pools {broken}; a "
              f"wrong study is seen in {POOLS - len(unseen)} of {POOLS}"
              f"{'' if len(unseen) < POOLS else ' : IT CANNOT FAIL'}", flush=True)
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
