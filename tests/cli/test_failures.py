"""Servers of the first pool that fail, through the program: the published shares and times to the digit,
where they are known, and what the rest does."""

import json

from program import Case, main

STUDY = """\
study: failures
base: lync-2013/front-end
pool: {servers: 12}
window: {busy_hours: 1, warm_up: 30 min}
observe: {outcomes: [service_lost, user_minutes_lost, resiliency_mode, meetings_lost, people_lost]}
target: {outcome: service_lost, at_most: ~, resources: ~, level: ~, min_episode: 0 s}
precision: {at_most: 4}
"""


class Failures(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "study.yaml").write_text(STUDY)

    def lost(self, *sets):
        """{outcome: value} or {outcome: {cause: value}} of the study."""
        (self.folder / "out.h5").unlink(missing_ok=True)
        self.succeeds("run", "study.yaml", "-o", "out.h5", "-q",
                      *(word for one in sets for word in ("--set", one)))
        answer = json.loads(self.succeeds("show", "out.h5", "--json"))["configurations"][0]
        return {name: {cell["cause"]: cell["value"] for cell in cells} if "cause" in cells[0]
                else cells[0]["value"] for name, cells in answer["outcomes"].items()}

    def test_groups_that_lose_two_of_three(self):
        """4.5, 10.7 and 20 % of the users with two of 12, 8 and 6 servers down [D]."""
        for servers, share in ((12, 10 / 220), (8, 6 / 56), (6, 4 / 20)):
            found = self.lost(f"pool.servers={servers}", "failures.down=2", "failures.which=last")
            for cause in ("any", "routing_group"):
                self.assertAlmostEqual(found["service_lost"][cause], share, places=4)
            self.assertAlmostEqual(found["user_minutes_lost"]["any"] / (60 * 6660 * servers * share),
                                   1, places=3)

    def test_sign_in_queue(self):
        """6,660 users with 1.9 endpoints at 12 a second: 17.6 minutes, half of that each in the mean."""
        out = "failures={out: {servers: 1, at: 20 min, for: 20 min, notice: %s}}"
        minutes = 6660 * 1.9 / 12 / 60
        found = {notice: self.lost(out % notice) for notice in ("0 s", "20 min")}
        for each in found.values():
            self.assertAlmostEqual(each["user_minutes_lost"]["sign_in"], 6660 * minutes / 2, delta=60)
            self.assertEqual(each["user_minutes_lost"]["routing_group"], 0)
        # an upgrade domain that drains before keeps the meetings that end in time
        self.assertLess(found["20 min"]["meetings_lost"], 0.8 * found["0 s"]["meetings_lost"])
        self.assertGreater(found["20 min"]["meetings_lost"], 0)

    def test_back_end(self):
        """Missed for 50 min: 30 as normal, then resiliency mode; a mirror is there after five."""
        gone = "failures={back_end: {for: 50 min, at: 0 min%s}}"
        self.assertAlmostEqual(self.lost(gone % "")["resiliency_mode"], 20 / 60, places=6)
        self.assertEqual(self.lost(gone % ", mirror: yes")["resiliency_mode"], 0)

    def test_partner(self):
        """As many users as the pool's own, half an hour of the hour of twice as many without service."""
        found = self.lost("failures={partner: {users: 100 %, at: 0 min}}")
        self.assertAlmostEqual(found["user_minutes_lost"]["failover"], 12 * 6660 * 30, delta=60)
        self.assertGreater(found["user_minutes_lost"]["sign_in"], 0)

    def test_people_rejoin(self):
        """A server's meetings start again on the others within the minute that people take to be back:
        a surge of starts above four times those of the minute before (some 20 of a Poisson number)."""
        sets = ("--set", "failures={which: last, out: {servers: 1, at: 20 min, for: 20 min}}",
                "--set", "meetings.on_the_clock=0 %")
        rows = [json.loads(line) for line in self.succeeds("trace", "study.yaml", *sets).splitlines()]
        out = rows[0]["tick_zero"] + 1200 * 65536
        placed = [(row["tick"], row["server"]) for row in rows if row["type"] == "placed"]
        before = [s for tick, s in placed if out - 60 * 65536 <= tick < out]
        after = [s for tick, s in placed if out < tick <= out + 61 * 65536 and s < 12]
        self.assertIn(11, [s for tick, s in placed if tick < out])
        self.assertNotIn(11, after)
        self.assertGreater(len(after), 4 * len(before))


if __name__ == "__main__":
    main()
