"""What check, run, show, trace, list and new print: shape, width and agreement with each other.

Numbers of a simulation are never golden; they are compared with each other, or their place in
the text is.
"""

import csv
import io
import json
import math
import os
import pty
import re
import subprocess
import sys

import h5py

from program import HEADROOM, SOURCE, STUDY, Case, main

sys.path.insert(0, str(SOURCE / "analysis"))
import answer as answers  # noqa: E402

# Half of every hour each of two servers holds ten meetings of a load of one: nothing is random,
# so that all worlds have the same time_over of one half.
CLOCKWORK = """\
study: clockwork
pool: {servers: 2, server: {load: 14}, ceilings: {load: {full: 5}}}
arrivals: {sources: [{kind: clock_batch, period: 1 h, count: 20}]}
meetings: {classes: [{size: 1, duration: 30 min, cost: {load: 1}}]}
placement: {rule: round_robin}
window: {length: 2 h}
unknown: {placement.report_delay: "uniform(1 s, 2 s)"}
design: {worlds: 8}
precision: {relative: 50 %, hits: 10, at_most: 64 replications}
"""

VALUE = r"(?:< ?[\d.e-]+|[\d.e,-]+ \([^)]+\))"


class Check(Case):
    def test_design_and_pool(self):
        text = self.succeeds("check", "tiny.yaml")
        self.assertTrue(text.startswith("tiny is valid.\n"), text)
        for pattern in (r"8 worlds x 2 choices = 16 configurations",
                        r"choose +placement\.rule: random, least_loaded",
                        r"unknown +arrivals\.sources\[0\]\.rate = uniform\(10 per hour, 25 per hour\)",
                        r"2 servers", r"load .* 14 ", r"work +\d", r"about", r"memory", r"assumptions"):
            self.assertRegex(text, pattern)
        self.assert_narrow(text)

    def test_mean_load_is_exact(self):
        """20 arrivals per hour of one hour each: 20 in progress, 10 on each of two servers."""
        pool = json.loads(self.succeeds("check", "single.yaml", "--json"))["pool"]
        self.assertAlmostEqual(pool["arrivals_per_hour"], 20, places=9)
        self.assertAlmostEqual(pool["meetings_in_progress"], 20, places=9)
        load, = pool["resources"]
        self.assertAlmostEqual(load["meetings"], 10, places=9)
        self.assertEqual((load["target"], load["limit"], load["full"]), (12, None, 14))

    def test_values(self):
        text = self.succeeds("check", "tiny.yaml", "--values")
        self.assertRegex(text, r"pool\.servers += +2")
        self.assert_narrow(text)
        values = json.loads(self.succeeds("check", "tiny.yaml", "--json"))["values"]
        by_path = {v["path"]: v for v in values}
        self.assertEqual(by_path["pool.servers"]["text"], "2")
        self.assertTrue(by_path["pool.servers"]["by_study"])
        self.assertFalse(by_path["placement.ties"]["by_study"])

    def test_warnings(self):
        text = self.succeeds("check", "single.yaml", "--set", "arrivals.sources[0].rate=60 per hour")
        self.assertRegex(text, r"warning +load: the mean load 30 of a server is above")
        text = self.succeeds("check", "tiny.yaml", "--set", "target.at_most=0.1 %")
        self.assertRegex(re.sub(r"\s+", " ", text), r"no world could be met for sure")

    def test_every_study_that_comes_with_the_program(self):
        for path in sorted((SOURCE / "params").glob("*.yaml")):
            with self.subTest(path.name):
                self.assert_narrow(self.succeeds("check", path))
                self.assert_narrow(self.succeeds("check", path, "--values"))


class Run(Case):
    def test_report_and_second_time(self):
        text = self.succeeds("run", "tiny.yaml", "-o", "out.h5", "--progress", "none")
        self.assertRegex(text, r"^tiny: done in ")
        digest = re.search(r"(?m)^digest ([0-9a-f]{4}(?:-[0-9a-f]{4}){3})$", text).group(1)
        self.assertTrue(text.endswith("Look at it: headroom show out.h5\n"), text)
        self.assertFalse((self.folder / "out.h5.parts").exists())
        again = self.succeeds("run", "tiny.yaml", "-o", "out.h5", "--progress", "none")
        self.assertIn("out.h5 is finished already: the same study, nothing to do", again)
        self.assertIn(f"digest {digest}", self.succeeds("show", "out.h5"))

    def test_quiet(self):
        done = self.headroom("run", "single.yaml", "-o", "out.h5", "-q")
        self.assertEqual((done.code, done.out, done.err), (0, "", ""))

    def test_set_is_part_of_the_study(self):
        self.succeeds("run", "single.yaml", "-o", "out.h5", "-q", "--set", "seed=9")
        self.assertEqual(json.loads(self.succeeds("show", "out.h5", "--json"))["seed"], 9)


class Show(Case):
    def setUp(self):
        super().setUp()
        self.succeeds("run", "tiny.yaml", "-o", "tiny.h5", "-q")
        self.succeeds("run", "single.yaml", "-o", "single.h5", "-q")

    def test_answer(self):
        text = self.succeeds("show", "tiny.h5")
        flat = re.sub(r"\s+", " ", text)
        self.assertRegex(text, r"^tiny: 8 worlds x 2 choices = 16 configurations, [\d,]+ repl")
        self.assertRegex(text, r"(?m)^(MET|MISSED|UNDECIDED) in \d+ % of worlds \(")
        self.assertIn("For rule least_loaded. Asked: time_over (level full, load) at most 5 %", flat)
        self.assertRegex(text, rf"(?m)^ random +{VALUE} ")
        self.assertRegex(text, rf"(?m)^ least_loaded +{VALUE} ")
        self.assertRegex(text, r"(?m)^  (HOLDS|FAILS|UNDECIDED) +rule random: ")
        self.assertRegex(text, rf"(?m)^ +4 +{VALUE} +{VALUE}")
        self.assertRegex(text, r"(?m)^ never seen ")
        self.assertRegex(text, r"(?m)^Ceilings +load target 12, full 14; per server")
        self.assertRegex(text, r"(?m)^Trust +plain engine, ")
        self.assertRegex(text, r"(?m)^digest [0-9a-f-]{19}  headroom ")
        self.assertRegex(text, r"(?m)^Over the worlds of each choice, intervals at 95 %$")
        self.assertIn("; a configuration's intervals hold at 95 % or more, as looks are paid for",
                      flat)
        self.assert_narrow(text)

    def test_plain_ascii_without_utf8(self):
        self.assertIn("\u2588", self.succeeds("show", "tiny.h5"))
        text = self.succeeds("show", "tiny.h5", env={"LC_ALL": "C"})
        self.assertTrue(text.isascii())
        self.assertIn("##", text)

    def test_bold_only_on_a_terminal_that_wants_it(self):
        def on_terminal(**variables):
            parent, child = pty.openpty()
            environment = dict(os.environ, TERM="xterm", **variables)
            subprocess.run([HEADROOM, "show", "tiny.h5"], cwd=self.folder, env=environment,
                           stdout=child, check=True)
            os.close(child)
            seen = b""
            try:
                while block := os.read(parent, 65536):
                    seen += block
            except OSError:
                pass
            os.close(parent)
            return seen

        self.assertIn(b"\033[1m", on_terminal())
        self.assertNotIn(b"\033", on_terminal(NO_COLOR="1"))
        self.assertNotIn("\033", self.succeeds("show", "tiny.h5"))

    def test_single_configuration(self):
        text = self.succeeds("show", "single.h5")
        self.assertRegex(text, r"(?m)^(MET|MISSED|UNDECIDED)\.$")
        self.assertRegex(text, rf"(?m)^time_over +full any +{VALUE} +% +[\d,]+$")
        self.assertRegex(text, r"(?m)^[\d,]+ replications, intervals at 95 % or more$")
        self.assert_narrow(text)

    def test_other_views_are_narrow(self):
        for arguments in (["--outcome", "fits"], ["--outcome", "time_over", "--level", "full"],
                          ["--by", "placement.rule"], ["--by", "arrivals.sources[0].rate"],
                          ["--configuration", "3"], ["--confidence", "99"], ["--assumptions"],
                          ["--width", "60"]):
            with self.subTest(arguments):
                self.assert_narrow(self.succeeds("show", "tiny.h5", *arguments))

    def test_errors_that_need_a_file(self):
        for arguments, code, pattern in (
                (["--outcome", "time_ovre"], 64, r"no outcome `time_ovre`; did you mean `time_over`"),
                (["--outcome", "load_variance"], 65, r"did not measure load_variance"),
                (["--by", "placement.rul"], 64, r"did you mean `placement.rule`"),
                (["--configuration", "16"], 64, r"the file has configurations 0 to 15")):
            done = self.headroom("show", "tiny.h5", *arguments)
            self.assertEqual(done.code, code, done)
            self.assertRegex(done.err, pattern)

    def test_json(self):
        whole = json.loads(self.succeeds("show", "tiny.h5", "--json"))
        self.assertEqual((whole["study"], whole["worlds"], whole["choices"]), ("tiny", 8, 2))
        self.assertEqual(whole["target"]["outcome"], "time_over")
        self.assertEqual([c["index"] for c in whole["configurations"]], list(range(16)))
        total = 0
        for configuration in whole["configurations"]:
            total += configuration["replications"]
            self.assertIn(configuration["coordinates"]["placement.rule"], ("random", "least_loaded"))
            self.assertIn(configuration["verdict"], ("precise", "decided", "exhausted"))
            for cells in configuration["outcomes"].values():
                for cell in cells:
                    if cell["value"] is None:
                        continue
                    self.assertLessEqual(cell["lower"], cell["value"])
                    if cell["upper"] is not None:
                        self.assertLessEqual(cell["value"], cell["upper"])
                    self.assertEqual(cell["bound"], cell["hits"] == 0)
        self.assertEqual(total, whole["replications"])
        self.check_summary(whole)

    def check_summary(self, whole):
        def full(cells):
            return next(c for c in cells if c["level"] == "full")

        values = [full(c["outcomes"]["time_over"])["value"] for c in whole["configurations"]]
        summary = full(whole["summary"]["time_over"])
        mean = sum(values) / 16
        self.assertAlmostEqual(summary["mean"], mean, places=12)
        variance = sum((v - mean) ** 2 for v in values) / 15
        self.assertAlmostEqual(summary["se"], math.sqrt(variance / 16), places=12)

    def headline(self, path, *options):
        return json.loads(self.succeeds("show", path, "--json", *options))["headline"]

    def test_json_headline(self):
        whole = json.loads(self.succeeds("show", "tiny.h5", "--json"))
        headline = whole["headline"]
        about = {key: headline[key] for key in whole["target"]}
        self.assertEqual(about, whole["target"])
        self.assertEqual((about["outcome"], about["level"], about["resource"], about["at_most"]),
                         ("time_over", "full", "any", 0.05))
        self.assertEqual((headline["resources"], headline["unit"]), (["load"], "1"))
        base = headline["choices"][headline["base_choice"]]
        self.assertEqual(base["coordinates"], {"placement.rule": "least_loaded"})
        for number, choice in enumerate(headline["choices"]):
            cells = [next(cell for cell in configuration["outcomes"]["time_over"]
                          if (cell["level"], cell["resource"]) == ("full", "any"))
                     for configuration in whole["configurations"][number::2]]
            self.assertEqual((choice["choice"], choice["worlds"]), (number, 8))
            self.check_student(choice, [cell["value"] for cell in cells])
            met = sum(cell["upper"] <= 0.05 for cell in cells)
            missed = sum(cell["lower"] > 0.05 for cell in cells)
            for name, count in (("met", met), ("missed", missed), ("undecided", 8 - met - missed)):
                self.assertEqual(choice[name]["share"], count / 8)
                self.assertLessEqual(choice[name]["lower"], count / 8)
                self.assertGreaterEqual(choice[name]["upper"], count / 8)

    def check_student(self, choice, values):
        """Worlds that differ: Student's interval with 7 degrees of freedom, within [0, 1]."""
        self.assertGreater(len(set(values)), 1)
        mean = sum(values) / 8
        reach = 2.364624 * math.sqrt(sum((v - mean) ** 2 for v in values) / 7 / 8)
        self.assertAlmostEqual(choice["mean"], mean, places=12)
        self.assertAlmostEqual(choice["lower"], max(mean - reach, 0), places=6)
        self.assertAlmostEqual(choice["upper"], min(mean + reach, 1), places=6)
        self.assertAlmostEqual(choice["median"], sum(sorted(values)[3:5]) / 2, places=12)

    def test_json_headline_agrees_with_the_text(self):
        """The percentages of the text are those of the headline, rounded."""
        text = re.sub(r"\s+", " ", self.succeeds("show", "tiny.h5"))
        headline = self.headline("tiny.h5")
        base = headline["choices"][headline["base_choice"]]
        verdict, share = re.search(r"(MET|MISSED|UNDECIDED) in (\d+) % of worlds", text).groups()
        self.assertEqual(round(100 * base[verdict.lower()]["share"]), int(share))
        value, lower, upper = map(float, re.search(
            r"the mean is ([\d.]+) % \(([\d.]+)-([\d.]+)\)", text).groups())
        for shown, exact in ((value, "mean"), (lower, "lower"), (upper, "upper")):
            self.assertAlmostEqual(shown, 100 * base[exact], delta=0.51)

    def test_json_headline_of_a_single_world(self):
        choice, = self.headline("single.h5")["choices"]
        whole = json.loads(self.succeeds("show", "single.h5", "--json"))
        cell = next(cell for cell in whole["configurations"][0]["outcomes"]["time_over"]
                    if (cell["level"], cell["resource"]) == ("full", "any"))
        self.assertEqual([choice[key] for key in ("mean", "lower", "upper")],
                         [cell[key] for key in ("value", "lower", "upper")])
        self.assertEqual(sum(choice[name]["share"] for name in ("met", "missed", "undecided")), 1)
        self.assertIsNone(choice["met"]["lower"])

    def test_worlds_that_all_show_nothing_or_all(self):
        """None of 8 worlds is over, one more fits in all: exact binomial bounds for 0 and 8 of 8,
        the same in the sentence, the tables, the claims and the headline of --json."""
        quiet = "unknown.arrivals.sources[0].rate=uniform(0.001 per hour, 0.002 per hour)"
        self.succeeds("run", "tiny.yaml", "-o", "quiet.h5", "-q", "--set", quiet)
        bound = 1 - 0.025 ** (1 / 8)
        for choice in self.headline("quiet.h5")["choices"]:
            self.assertEqual((choice["mean"], choice["lower"], choice["bound"]), (0, 0, True))
            self.assertAlmostEqual(choice["upper"], bound, places=9)
        text = self.succeeds("show", "quiet.h5")
        self.assertIn("the mean is < 37 %", re.sub(r"\s+", " ", text))
        self.assertEqual(len(re.findall(r"(?m)^ (?:random|least_loaded) .* < 37 ", text)), 2, text)
        self.assertEqual(len(re.findall(r"HOLDS .*: 100 % \(63-100\), asked", text)), 2, text)
        self.assertRegex(text, r"(?m)^ +1 +100 \(63-100\) +< 37 ")
        self.assertRegex(self.succeeds("show", "quiet.h5", "--outcome", "time_over"),
                         r"least_loaded +full any +< 37 ")
        groups = self.succeeds("show", "quiet.h5", "--by", "arrivals.sources[0].rate")
        self.assertEqual(len(re.findall(r"< 84 +2$", groups, re.M)), 4, groups)
        wider = self.headline("quiet.h5", "--confidence", "99")["choices"][0]["upper"]
        self.assertAlmostEqual(wider, 1 - 0.005 ** (1 / 8), places=9)

    def test_worlds_that_all_show_the_same(self):
        """Anything else than nothing or all keeps the ends of the worlds' own intervals."""
        (self.folder / "clockwork.yaml").write_text(CLOCKWORK)
        self.succeeds("run", "clockwork.yaml", "-o", "clockwork.h5", "-q")
        choice, = self.headline("clockwork.h5")["choices"]
        whole = json.loads(self.succeeds("show", "clockwork.h5", "--json"))
        cells = [configuration["outcomes"]["time_over"][0]
                 for configuration in whole["configurations"]]
        self.assertEqual({cell["value"] for cell in cells}, {0.5})
        for end in ("lower", "upper"):
            self.assertAlmostEqual(choice[end], sum(cell[end] for cell in cells) / 8, places=12)
        self.assertIsNone(choice["met"])

    def test_rule_of_thumb(self):
        """80,000 users on 12 servers is the published plan, although 80,000 / 6,660 = 12.01."""
        for users, servers in (("80000", "12 to 13 servers"), ("6660 per server", "12 servers"),
                               ("81000", "13 servers")):
            with self.subTest(users):
                (self.folder / "front.yaml").write_text(
                    f"base: lync-2013/front-end\npopulation: {{users: {users}, in_conference: 5 %}}\n"
                    "pool: {servers: 12}\nwindow: {busy_hours: 1}\n"
                    "precision: {at_most: 4 replications, block: 4}\n")
                self.succeeds("run", "front.yaml", "-o", f"{servers}.h5", "-q")
                text = " ".join(self.succeeds("show", f"{servers}.h5").split())
                self.assertIn(f"one server per 6,660 users gives {servers}", text)

    def test_json_parts(self):
        part = json.loads(self.succeeds("show", "tiny.h5", "--json", "--configuration", "5",
                                        "--outcome", "time_over", "--level", "full"))
        configuration, = part["configurations"]
        self.assertEqual(configuration["index"], 5)
        self.assertEqual(list(configuration["outcomes"]), ["time_over"])
        self.assertEqual({c["level"] for c in configuration["outcomes"]["time_over"]}, {"full"})

    def test_confidence_widens(self):
        def interval(*options):
            whole = json.loads(self.succeeds("show", "single.h5", "--json", *options))
            cell = whole["configurations"][0]["outcomes"]["participants_present"][0]
            return cell["value"], cell["upper"] - cell["lower"]

        value, usual = interval()
        self.assertEqual(interval("--confidence", "95"), (value, usual))
        self.assertGreater(interval("--confidence", "99.9")[1], usual)
        self.assertEqual(interval("--confidence", "99.9")[0], value)

    def test_csv_agrees_with_json(self):
        rows = list(csv.DictReader(io.StringIO(self.succeeds("show", "tiny.h5", "--csv"))))
        whole = json.loads(self.succeeds("show", "tiny.h5", "--json"))
        self.assertEqual(len(rows), 16)
        target = whole["target"]
        for row, configuration in zip(rows, whole["configurations"]):
            cell = next(c for c in configuration["outcomes"]["time_over"]
                        if (c["level"], c["resource"]) == (target["level"], target["resource"]))
            self.assertEqual(row["placement.rule"], configuration["coordinates"]["placement.rule"])
            for name in ("lower", "upper"):
                self.assertAlmostEqual(float(row[name]), cell[name], places=8)
            self.assertEqual(int(row["hits"]), cell["hits"])


class Trace(Case):
    def test_lines(self):
        text = self.succeeds("trace", "tiny.yaml", "--configuration", "1", "--replication", "3")
        lines = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(lines[0]["type"], "header")
        self.assertEqual((lines[0]["configuration"], lines[0]["replication"]), (1, 3))
        self.assertEqual(lines[-1]["type"], "counts")
        meetings = [line for line in lines if line["type"] == "meeting"]
        placed = [line for line in lines if line["type"] == "placed"]
        self.assertGreater(len(meetings), 10)
        self.assertEqual([m["number"] for m in meetings], list(range(len(meetings))))
        self.assertEqual(sorted(p["meeting"] for p in placed), list(range(len(meetings))))
        self.assertTrue(all(0 <= p["server"] < 2 for p in placed))
        self.assertEqual(text, self.succeeds("trace", "tiny.yaml", "--configuration", "1",
                                             "--replication", "3"))
        self.assertNotEqual(text, self.succeeds("trace", "tiny.yaml", "--configuration", "1",
                                                "--replication", "4"))


    def test_joins_make_up_the_load(self):
        """In a Front End pool with a ramp: load at the start + joins = load once all are there."""
        text = self.succeeds("trace", SOURCE / "params/pool-80000.yaml", "--configuration", "17")
        lines = [json.loads(line) for line in text.splitlines()]
        classes = lines[0]["classes"]
        meetings = {line["number"]: line for line in lines if line["type"] == "meeting"}
        loads = {number: list(meeting["initial"]) for number, meeting in meetings.items()}
        order = []
        for join in (line for line in lines if line["type"] == "join"):
            meeting = meetings[join["meeting"]]
            profile = classes[meeting["class"]]["profiles"][meeting["profile"]]
            for r, cost in enumerate(profile["kinds"][join["kind"]]):
                loads[join["meeting"]][r] += cost
            order.append(join["meeting"])
        self.assertGreater(len(order), 1000)
        self.assertTrue(order == sorted(order), "joins come meeting by meeting")
        for number, meeting in meetings.items():
            self.assertEqual(loads[number], meeting["final"])


class File(Case):
    """What names the answer in the result file, for readers that know nothing of the study."""

    def attributes(self, *changes):
        study = STUDY
        for old, new in changes:
            self.assertIn(old, study)
            study = study.replace(old, new)
        (self.folder / "file.yaml").write_text(study)
        self.succeeds("run", "file.yaml", "-o", "file.h5", "-q")
        with h5py.File(self.folder / "file.h5") as file:
            self.factors = list(file["capacity_factor"][()]) if "capacity_factor" in file else None
            return {name.removeprefix("target_"): plain(value)
                    for name, value in file.attrs.items() if name.startswith("target")}

    def test_target(self):
        self.assertEqual(self.attributes(), {
            "target": "time_over", "pool": "front_end", "at_most": 0.05, "level": "full",
            "resource": "any", "resources": ["load"]})
        answer = answers.Answer(self.folder / "file.h5")
        self.assertEqual(answer.target_text(), "time over (level full, load)")
        self.check_cell(answer, "full", "any")

    def test_target_with_a_shortest_episode(self):
        attributes = self.attributes(
            ("outcome: time_over, level: full",
             "outcome: period_overload, min_episode: 5 min, level: target"))
        self.assertEqual(attributes, {
            "target": "period_overload", "pool": "front_end", "at_most": 0.05, "level": "target",
            "resource": "any", "min_episode": 300.0, "resources": ["load"]})
        answer = answers.Answer(self.folder / "file.h5")
        self.assertEqual(answer.target_text(),
                         "period overload (level target, load, at least 300 s)")
        self.check_cell(answer, "target", "any")

    def test_target_with_two_resources(self):
        """Of a ceiling, and what was over first."""
        attributes = self.attributes(("outcome: time_over,", "outcome: first_over, resources: load,"))
        self.assertEqual(attributes, {
            "target": "first_over", "pool": "front_end", "at_most": 0.05, "level": "full",
            "resource": "any", "first": "load", "resources": ["load"]})
        self.check_cell(answers.Answer(self.folder / "file.h5"), "full", "any")

    def test_capacity_factors_are_those_of_the_study(self):
        """Whatever the level of the target, here that of a probe."""
        attributes = self.attributes(
            ("observe: {every: 10 min}", "observe: {every: 10 min, capacity: [70 %, 0.95, 1, 1.3]}"),
            ("outcome: time_over,", "outcome: fits, size: 4,"))
        self.assertEqual(attributes, {"target": "fits", "pool": "front_end", "at_most": 0.05,
                                      "level": "full", "probe_size": 4.0})
        self.assertEqual(self.factors, [0.7, 0.95, 1.0, 1.3])
        self.assertIn("capacity 0.95 ", self.succeeds("show", "file.h5", "--outcome",
                                                      "time_over_scaled"))

    def check_cell(self, answer, level, resource):
        """analysis/ draws the cell that the program calls the headline."""
        whole = json.loads(self.succeeds("show", "file.h5", "--json"))
        about = {key: value for key, value in whole["target"].items()
                 if key not in ("outcome", "pool", "at_most")}
        self.assertEqual((about["level"], about["resource"]), (level, resource))
        cells = [next(cell for cell in configuration["outcomes"][answer.headline]
                      if all(cell[key] == value for key, value in about.items()))["value"]
                 for configuration in whole["configurations"]]
        drawn = [None if math.isnan(value) else value for value in answer.cell(answer.headline)[0]]
        self.assertEqual(drawn, cells)


def plain(value):
    return value.tolist() if hasattr(value, "tolist") else value


class Tables(Case):
    def test_lists(self):
        for table in ("params", "policies", "workloads", "outcomes", "laws", "units", "presets"):
            with self.subTest(table):
                self.assert_narrow(self.succeeds("list", table))
                rows = json.loads(self.succeeds("list", table, "--json"))
                self.assertGreater(len(rows), 3)
                self.assertTrue(all(row["name"] and row["doc"] for row in rows))
                self.assertEqual(len({(r["name"], r.get("group")) for r in rows}), len(rows))

    def test_match(self):
        text = self.succeeds("list", "params", "--match", "report_delay")
        self.assertTrue(text.startswith("placement.report_delay"), text)

    def test_new_prints_what_the_repository_holds(self):
        names = self.succeeds("new", "--list").split()
        files = {str(path.relative_to(SOURCE / "params").with_suffix("")).removeprefix("presets/"):
                 path for path in (SOURCE / "params").rglob("*.yaml")}
        self.assertEqual(sorted(names), sorted(files))
        for name, path in files.items():
            self.assertEqual(self.succeeds("new", name), path.read_text())


if __name__ == "__main__":
    main()
