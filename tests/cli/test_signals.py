"""The table of overload signals: METHODS.md says what the program lists, every row stands on outcomes,
keys and sources that there are, and `show` prints what a study has seen of them."""

import json
import re

from program import SOURCE, Case, main

OVERLOADED = """base: lync-2013/front-end
pool: {servers: 2}
population: {in_conference: 14 %}
observe: {outcomes: [default, throttled, time_throttled, rejected, backlog]}
precision: {at_most: 8 replications}
"""

# 139.86 erlangs on 150 trunks [S:usermodel][S:capmodel][D]
CALLS = """base: lync-2013/deployment
pool: {servers: 1}
population: {in_conference: 0.1 %, dial_in: 0 %}
deployment:
  edge: {servers: 0}
  mediation: {servers: 1, calls: one_by_one, when_full: refuse, server: {cpu: ~},
              ceilings: {cpu: ~, pstn_calls: {limit: 150}}}
window: {busy_hours: 1, warm_up: 20 min}
target: {pool: mediation, outcome: blocking_all, resources: ~, level: ~, min_episode: 0 s}
precision: {at_most: 64 replications}
"""


class Signals(Case):
    def setUp(self):
        super().setUp()
        self.rows = json.loads(self.succeeds("list", "signals", "--json"))
        self.methods = (SOURCE / "METHODS.md").read_text()

    def names(self, table):
        return {row["name"] for row in json.loads(self.succeeds("list", table, "--json"))}

    def test_methods_has_the_same_rows(self):
        for row in self.rows:
            cells = [row["name"], row["role"], f"{row['resource']}, {row['level']}",
                     row["threshold"], row["source"]]
            if not row["is_modelled"]:
                cells = [row["name"], row["threshold"], row["doc"], row["source"]]
            line = "| " + " | ".join(cells) + " |\n"
            self.assertIn(line, self.methods)
            self.assertNotIn(line, self.methods.replace(line, ""))
        told = self.methods.split("**Signals.**")[1].split("**Backlog**")[0]
        listed = re.findall(r"(?m)^\| (\w+) \|", told)
        self.assertEqual([name for name in listed if name != "signal"],
                         [row["name"] for row in self.rows if row["is_modelled"]] +
                         [row["name"] for row in self.rows if not row["is_modelled"]])

    def test_rows_stand_on_something(self):
        outcomes, roles = self.names("outcomes"), self.names("roles")
        keys = re.findall(r"(?m)^\| ([a-z0-9, -]+) \| ", self.methods.split("### Source keys")[1])
        keys = {key for row in keys for key in row.split(", ")}
        self.assertEqual(len(self.names("signals")), len(self.rows))
        for row in self.rows:
            self.assertIn(row["role"], roles)
            if row["is_modelled"]:
                self.assertIn(row["outcome"], outcomes)
            if row["share"] is not None:
                self.assertIn(row["share"], outcomes)
            self.assertRegex(row["source"], r"^(\[(S:[a-z0-9-]+|D|U)\])+$")
            for key in re.findall(r"S:([a-z0-9-]+)", row["source"]):
                self.assertIn(key, keys, row["name"])

    def test_database_latency_is_not_modelled(self):
        latency = next(row for row in self.rows if row["name"] == "database_latency")
        self.assertFalse(latency["is_modelled"])
        self.assertIsNone(latency["outcome"])

    def test_list_is_narrow(self):
        self.assert_narrow(self.succeeds("list", "signals"))

    def answer(self, text):
        (self.folder / "pool.yaml").write_text(text)
        self.succeeds("run", "pool.yaml", "-o", "pool.h5")
        shown = self.succeeds("show", "pool.h5")
        self.assert_narrow(shown)
        return shown

    def test_show_says_what_was_seen(self):
        shown = self.answer(OVERLOADED)
        table = shown.split("Signals of overload")[1].split("\n\n")[0]
        for name in ("health_loaded", "health_full", "throttling", "rejecting"):
            self.assertRegex(table, rf"(?m)^ front_end +{name} +[\d.]+ \([\d.]+-[\d.]+\)", name)
        self.assertNotIn("database_latency", shown)
        self.assertNotIn("edge_users", shown)

    def test_show_says_what_was_not(self):
        quiet = OVERLOADED.replace("14 %", "1 %")
        self.assertRegex(self.answer(quiet), r"Never seen +front_end health_loaded,.*")

    def test_calls_are_refused_as_erlang_says(self):
        shown = self.answer(CALLS)
        self.assertRegex(shown, r"(?m)^ mediation +calls_blocked +[\d.]+ \([\d.]+-[\d.]+\) of calls")
        self.assertIn("Erlang's B    2.784 % of calls at the mean load of mediation", shown)

    def test_every_resource_refuses(self):
        """At its own highest ceiling: cpu has a full one, calls have a limit, which is what gives way
        here. 279.7 erlangs on 150 trunks: nearly half are refused, and nothing is ever over."""
        study = CALLS.replace("server: {cpu: ~},", "").replace("cpu: ~, ", "")
        (self.folder / "study.yaml").write_text(study.replace("pool: {servers: 1}",
                                                              "pool: {servers: 2}"))
        self.succeeds("run", "study.yaml", "-o", "both.h5")
        shown = json.loads(self.succeeds("show", "both.h5", "--json", "--pool", "mediation"))
        outcomes = shown["configurations"][0]["outcomes"]
        refused = outcomes["blocking_all"][0]
        over = [row["value"] for row in outcomes["time_over"]]
        self.assertGreater(refused["lower"], 0.4)
        self.assertEqual(set(over), {0})

    def test_show_is_quiet(self):
        self.succeeds("run", "single.yaml", "-o", "single.h5")
        self.assertNotIn("ignal", self.succeeds("show", "single.h5"))


if __name__ == "__main__":
    main()
