#!/usr/bin/env python3
"""`headroom size`: exact answers are found, and what is printed is what was found."""

import json
import re
import sys

from program import SOURCE, Case, main

sys.path.insert(0, str(SOURCE / "tests" / "oracles"))
import case_study as words  # noqa: E402

# One server passes at 5 meetings in the mean, the others are idle: an answer within a second.
STUDY = """\
study: needed
seed: 3
pool: {ceilings: {load: {full: 14}}}
arrivals: {sources: [{rate: 30 per hour}]}
meetings:
  classes: [{name: any, duration: exponential(mean 1 h), cost: {load: 1}}]
placement: {rule: random}
observe: {times: [0 h]}
window: {length: 1 min, warm_up: 0 s}
choose: {pool.servers: 1 to 9}
size: {vary: pool.servers, bracket: no}
target: {outcome: over_at, at_most: 5 %}
rare: {engine: plain}
precision: {at_most: 20000 replications}
"""


def oracle(name):
    with open(SOURCE / "tests" / "oracles" / "open.json", encoding="utf-8") as stream:
        cases = json.load(stream)["cases"]
    return next(case for case in cases if case["id"] == name)


def study_of(case, servers, more):
    """The case with the number of servers left open."""
    model = {**case["model"], "n": 1}
    resources = words.RESOURCES[:1]
    lines = words.pool_lines(model, resources) + words.arrivals_lines(model["arrivals"], {})
    lines += words.class_lines(model, resources) + words.placement_lines(model, resources)
    at_most = words.percent(case["quantity"]["target"])
    target = words.target_of(case["quantity"]["of"], model)
    lines += [f"choose: {{pool.servers: {servers}}}", "size: {vary: pool.servers}",
              f"target: {{outcome: {more.pop('outcome', target.outcome)}, at_most: {at_most}}}"]
    return "\n".join(lines + [f"{key}: {value}" for key, value in more.items()]) + "\n"


class Size(Case):
    def size(self, text, *options):
        (self.folder / "needed.yaml").write_text(text)
        return self.succeeds("size", "needed.yaml", "-o", "needed.h5", "--progress", "none",
                             *options)

    def rows(self, text, *options):
        return json.loads(self.size(text, "--json", *options))["size"]["rows"]

    def check_oracle(self, name, servers, **more):
        """Simulated, and by what is known exactly."""
        case = oracle(name)
        text = study_of(case, servers, more)
        for bracket in ("no", "yes"):
            row, = self.rows(text, "--set", f"size.bracket={bracket}")
            self.assertEqual(row["answer"], "found")
            self.assertEqual((int(row["misses"]), int(row["meets"])),
                             (case["value"] - 1, case["value"]))
            simulated = sum(candidate["n"] for candidate in row["candidates"])
            self.assertEqual(simulated == 0, bracket == "yes")
            (self.folder / "needed.h5").unlink()

    def test_random_placement(self):
        self.check_oracle("H16", "2 to 40", outcome="over_at", observe="{times: [0 h]}",
                          window="{length: 1 min, warm_up: 0 s}", rare="{engine: plain}",
                          precision="{at_most: 200000 replications, block: 16 replications}")

    def test_blocking(self):
        self.check_oracle("H19", "4 to 40", window="{length: 20 h}",
                          precision="{at_most: 20000 replications, block: 4 replications}")

    def test_the_sentence(self):
        text = self.size(STUDY)
        self.assertRegex(text, r"\n4 servers suffice: [\d.]+ % \([\d.]+-[\d.]+\); "
                               r"3 servers\s+fail: [\d.]+ % \([\d.]+-[\d.]+\)\.")
        self.assertIn("holds with 95 % confidence or more", text)
        self.assert_narrow(text)
        again = self.succeeds("show", "needed.h5")
        self.assertIn(re.search(r"4 servers suffice[^;]*;", text).group(), again)
        self.assertIn("Asked: pool.servers, the smallest of 9 values", again)
        self.assert_narrow(again)
        shown = json.loads(self.succeeds("show", "needed.h5", "--json"))["size"]
        self.assertEqual(shown, json.loads(self.size(STUDY, "--json"))["size"])

    def test_ends_of_the_row(self):
        self.assertIn("The first that was asked for is enough; 6 servers suffice",
                      self.size(STUDY.replace("1 to 9", "6 to 9")))
        self.assertEqual(self.rows(STUDY.replace("1 to 9", "6 to 9"))[0]["answer"], "first")
        (self.folder / "needed.h5").unlink()
        text = self.size(STUDY.replace("1 to 9", "1 to 3"))
        self.assertIn("Nothing that was asked for is enough; even 3 servers fail", text)

    def test_indifference_and_budget(self):
        near = STUDY.replace("at_most: 5 %", "at_most: 3.6 %")
        near = near.replace("vary: pool.servers,", "vary: pool.servers, indifference: 2,")
        text = self.size(near)
        self.assertRegex(text, r"(?s)4 servers:\s+within a factor of 2 of the\s+threshold")
        self.assertRegex(text, r"5 servers suffice.*; 3 servers\s+fail")
        (self.folder / "needed.h5").unlink()
        few = self.size(STUDY.replace("at_most: 20000", "at_most: 50"))
        self.assertRegex(few, r"undecided after\s+50 replications")

    def test_the_largest(self):
        """More users than are safe; and asked the wrong way round, it says so."""
        rates = STUDY.replace("choose: {pool.servers: 1 to 9}",
                              "choose: {\"arrivals.sources[0].rate\": [10 per hour, 20 per hour, "
                              "30 per hour, 40 per hour, 80 per hour]}\n")
        rates = rates.replace("pool: {", "pool: {servers: 4, ").replace(
            "vary: pool.servers", "vary: \"arrivals.sources[0].rate\"")
        row, = self.rows(rates, "--set", "size.find=largest")
        self.assertEqual((row["meets"], row["misses"]), ("30 per hour", "40 per hour"))
        (self.folder / "needed.h5").unlink()
        text = self.size(rates)
        self.assertIn("NOT MONOTONE", text)
        self.assertRegex(text, r"size\.find:\s+largest")

    def test_a_table_of_rows(self):
        table = STUDY.replace("choose: {", "choose: {pool.ceilings.load.full: [12, 14, 16], ")
        text = self.size(table)
        self.assertRegex(text, r" full +smallest servers +over_at, % +fails\n 12 ")
        self.assert_narrow(text)
        rows = self.rows(table)
        self.assertEqual([row["choices"]["pool.ceilings.load.full"] for row in rows],
                         ["12", "14", "16"])
        needed = [int(row["meets"]) for row in rows]
        self.assertEqual(needed, sorted(needed, reverse=True))

    def test_worlds(self):
        text = self.size(STUDY + "unknown:\n  arrivals.sources[0].rate: uniform(10 per hour, "
                                 "40 per hour)\ndesign: {worlds: 8}\n")
        self.assertRegex(text, r"servers in half of worlds +in nine of ten +in all\n \d")

    def test_curves(self):
        """One simulation, read at all factors or sizes."""
        factors = STUDY.replace("choose: {pool.servers: 1 to 9}\n", "").replace(
            "observe: {times: [0 h]}", "observe: {capacity: [0.5, 0.8, 1, 1.2, 1.5, 2]}")
        factors = factors.replace("pool: {", "pool: {servers: 3, ").replace(
            "vary: pool.servers", "vary: observe.capacity").replace("over_at,",
                                                                    "time_over_scaled,")
        row, = self.rows(factors)
        # P(Poisson(10) > 16) on one of three servers is 7.9 %, P(Poisson(10) > 21) 0.2 %.
        self.assertEqual((row["misses"], row["meets"]), ("1.2", "1.5"))
        (self.folder / "needed.h5").unlink()
        sizes = STUDY.replace("choose: {pool.servers: 1 to 9}\n", "").replace(
            "observe: {times: [0 h]}",
            "observe: {times: [0 h]}\nprobe: {sizes: [1, 2, 5, 10], load: {load: 1}}")
        sizes = sizes.replace("pool: {", "pool: {servers: 4, ").replace(
            "vary: pool.servers", "vary: probe.sizes, at_least: 95 %").replace(
            "{outcome: over_at, at_most: 5 %}", "{outcome: fits}")
        text = self.size(sizes)
        self.assertRegex(text, r"a meeting of \d is safe: 9\d")

    def test_a_curve_stops_when_it_is_answered(self):
        text = STUDY.replace("choose: {pool.servers: 1 to 9}\n", "").replace(
            "observe: {times: [0 h]}", "observe: {capacity: [0.5, 1, 2]}").replace(
                "pool: {", "pool: {servers: 3, ").replace(
                    "vary: pool.servers", "vary: observe.capacity").replace(
                        "over_at,", "time_over_scaled,").replace(
                            "window: {length: 1 min", "window: {length: 1 h")
        row, = self.rows(text)
        self.assertEqual((row["misses"], row["meets"]), ("1", "2"))
        self.assertLess(row["candidates"][0]["n"], 2000)

    def test_the_forecast_holds_what_is_run(self):
        """Two candidates of a row go on, and those that bounds settle cost nothing."""
        for bracket in ("no", "yes"):
            text = STUDY.replace("bracket: no", f"bracket: {bracket}")
            (self.folder / "needed.yaml").write_text(text)
            work = json.loads(self.succeeds("check", "needed.yaml", "--json"))["work"]
            row, = self.rows(text)
            run = sum(candidate["n"] for candidate in row["candidates"])
            self.assertLessEqual(work["least_replications"], run)
            self.assertGreaterEqual(work["most_replications"], run)
            self.assertLess(work["most_replications"], 3 * 20000)
            self.assertEqual(work["most_replications"] == 0, bracket == "yes")
            (self.folder / "needed.h5").unlink()
        self.assertRegex(self.succeeds("check", "needed.yaml"),
                         r"(?s)bounds\s+leave\s+0 % of\s+the\s+candidates\s+open")

    def test_not_asked(self):
        done = self.headroom("size", "tiny.yaml", "-o", "tiny.h5")
        self.assertEqual(done.code, 65, done)
        self.assertIn("the study does not say what to vary", done.err)
        self.assertEqual(self.headroom("size", "tiny.yaml").code, 64)


if __name__ == "__main__":
    main()
