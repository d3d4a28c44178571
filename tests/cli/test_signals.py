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
        self.assertRegex(self.answer(quiet), r"Never seen +.*health_full of front_end")

    def test_show_is_quiet(self):
        self.succeeds("run", "single.yaml", "-o", "single.h5")
        self.assertNotIn("ignal", self.succeeds("show", "single.h5"))


if __name__ == "__main__":
    main()
