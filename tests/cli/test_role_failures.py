"""Servers of other roles that fail: what is left carries all of it, lost legs come back elsewhere, users
without any server are without service as often as servers are out together, and what is refused."""

import json

from program import Case, main

EDGE = """base: lync-2013/deployment
pool: {servers: 1}
deployment:
  edge: {servers: 2, ceilings: {cpu: {target: ~, full: ~}, network_in: {target: ~, full: ~},
         network_out: {target: ~, full: ~}, edge_users: {target: ~, limit: ~}, edge_av: {limit: 125},
         edge_web: {limit: 50}}}
  persistent_chat: {servers: 0}
  persistent_chat_store: {servers: 0}
  back_end: {servers: 0}
  monitoring_store: {servers: 0}
  archiving_store: {servers: 0}
window: {busy_hours: 2}
target: {pool: edge, outcome: time_over, level: limit, resources: ~, at_most: ~, min_episode: 0 s}
precision: {at_most: 16 replications}
"""

# One of four Edge Servers restarts: away for 10 of the 950 / 60 min that its users take to sign in.
FLOOD = EDGE.replace("pool: {servers: 1}", "pool: {servers: 12}").replace("edge: {servers: 2,", """\
edge: {servers: 4, failures: {out: 1},""").replace("cpu: {target: ~, full: ~}", "cpu: {target: ~}") + """\
failures: {which: last, out: {at: 1 h, for: 10 min}, sign_in: {work: 1500 Mc}}
observe: {outcomes: [time_over, time_over_server, person_time_over]}
"""


class RoleFailures(Case):
    def outcomes(self, *sets, env=None):
        (self.folder / "study.yaml").write_text(EDGE)
        (self.folder / "result.h5").unlink(missing_ok=True)
        options = [word for one in sets for word in ("--set", one)]
        self.succeeds("run", "study.yaml", "-o", "result.h5", *options, env=env)
        answer = json.loads(self.succeeds("show", "result.h5", "--json", "--configuration", "0",
                                          "--pool", "edge"))
        self.digest = answer["digest"]
        return answer["configurations"][0]["outcomes"]

    @staticmethod
    def value(outcomes, name, **labels):
        found = [cell for cell in outcomes[name]
                 if all(cell.get(key) == value for key, value in labels.items())]
        assert len(found) == 1, (name, labels, found)
        return found[0]

    def test_one_of_two_is_as_one(self):
        """The same legs, all on the one server that is left: the same times, to the tick."""
        alone = self.outcomes("deployment.edge.servers=1")
        left = self.outcomes("deployment.edge.failures.down=1")
        for name in ("time_over", "period_overload", "episodes", "episode_length"):
            self.assertEqual([(c["value"], c["hits"]) for c in alone[name]],
                             [(c["value"], c["hits"]) for c in left[name]], name)
        self.assertGreater(self.value(left, "time_over", level="limit", resource="any")["hits"], 0)
        self.assertEqual(self.value(left, "service_lost", cause="any")["value"], 0)
        both = self.outcomes()
        self.assertLess(self.value(both, "time_over", level="limit", resource="any")["value"],
                        self.value(left, "time_over", level="limit", resource="any")["value"])

    def test_users_follow(self):
        """1,998 remote users on one of two servers, in the mean: as a limit below and above says."""
        for limit, least, most in ((2300, 0, 0), (1700, 1, 1)):
            found = self.outcomes("deployment.edge.failures.down=1",
                                  f"deployment.edge.ceilings.edge_users.limit={limit}",
                                  "deployment.edge.ceilings.edge_av.limit=~",
                                  "deployment.edge.ceilings.edge_web.limit=~")
            over = self.value(found, "time_over", level="limit")["value"]
            self.assertTrue(least <= over <= most, (limit, over))

    def test_how_often_all_are_out(self):
        """Each is out a third of the time, independently: both a ninth."""
        found = self.outcomes("deployment.edge.failures.every=20 min",
                              "failures.repair=exponential(mean 10 min)",
                              "failures.sign_in.rate=0 per second",
                              "precision.at_most=512", "precision.confidence=99.9 %",
                              "precision.relative=0")
        lost = self.value(found, "service_lost", cause="any")
        self.assertTrue(lost["lower"] < 1 / 9 < lost["upper"], lost)
        self.assertLess(lost["upper"] - lost["lower"], 0.05)
        minutes = self.value(found, "user_minutes_lost", cause="any")["value"]
        self.assertAlmostEqual(minutes / (lost["value"] * 120 * 1998), 1, places=6)
        self.assertGreater(self.value(found, "meetings_lost")["value"], 100)
        self.assertGreater(self.value(found, "person_time_lost")["value"], 0.05)

    def test_lost_legs_come_back(self):
        """At once: nobody's time is lost as long as any server is up, and the pool's load is kept."""
        calm = self.outcomes()
        out = self.outcomes("deployment.edge.failures.out=1", "failures.out.at=40 min",
                            "failures.out.for=20 min", "failures.rejoin=0 s")
        self.assertGreater(self.value(out, "meetings_lost")["value"], 0)
        self.assertLess(self.value(out, "person_time_lost")["value"], 1e-5)
        for resource in ("edge_av", "edge_web"):
            before = self.value(calm, "utilisation", resource=resource)["value"]
            after = self.value(out, "utilisation", resource=resource)["value"]
            self.assertAlmostEqual(after / before, 1, places=4)
        told = self.succeeds("show", "result.h5")
        self.assert_narrow(told)
        self.assertIn("Failures      edge: users without service", told)

    def test_a_server_that_is_back_is_flooded(self):
        """With `least connections` all who reconnect hit the restarted server, which overloads while
        the others idle [S:perfmon]; who picks at random does not do that to it. Its legs: all of some
        300 that begin within ten minutes, against a quarter (above a half: chance below 1e-15)."""
        (self.folder / "study.yaml").write_text(FLOOD)
        for balancer in ("hardware", "dns"):
            sets = ("--set", f"deployment.edge.balancer={balancer}")
            rows = [json.loads(line) for line in
                    self.succeeds("trace", "study.yaml", "--pool", "edge", *sets).splitlines()]
            back = rows[0]["tick_zero"] + 4200 * 65536
            legs = [row["server"] for row in rows if row["type"] == "placed"
                    and back <= row["tick"] < back + 600 * 65536]
            self.assertGreater(len(legs), 200)
            share = legs.count(3) / len(legs)
            out = self.folder / f"{balancer}.h5"
            self.succeeds("run", "study.yaml", "-o", out, *sets)
            answer = json.loads(self.succeeds("show", out, "--json", "--pool", "edge"))
            over = [self.value(answer["configurations"][0]["outcomes"], "time_over_server",
                               level="full", resource="cpu", server=server)["value"]
                    for server in range(4)]
            self.assertEqual(over[:3], [0, 0, 0], balancer)
            if balancer == "hardware":
                self.assertEqual(share, 1)
                # as long as anybody still waits to sign in, 350 s of two hours, but for a step of 10 s
                self.assertAlmostEqual(over[3], 350 / 7200, delta=10 / 7200)
            else:
                self.assertLess(share, 0.5)
                self.assertEqual(over[3], 0)

    def test_same_answer(self):
        digests = set()
        for kernel, threads in (("", "1"), ("reference", "2"), ("scalar", "3"), ("scenarios", "1")):
            self.outcomes("deployment.edge.failures.every=1 h", "deployment.edge.when_full=refuse",
                          "deployment.mediation.servers=2", "deployment.mediation.calls=one_by_one",
                          "deployment.mediation.failures.out=1",
                          "deployment.edge.balancer=hardware", "failures.sign_in.work=1500 Mc",
                          env={"HEADROOM_KERNEL": kernel, "OMP_NUM_THREADS": threads})
            digests.add(self.digest)
        self.assertEqual(len(digests), 1)

    def test_none_fails_none_is_missed(self):
        self.outcomes()
        calm = self.digest
        self.outcomes("failures.repair=1 h", "failures.out.at=10 min")  # laws of nothing
        self.assertEqual(self.digest, calm)

    def test_what_is_refused(self):
        (self.folder / "study.yaml").write_text(EDGE)
        for sets, message in (
                (("deployment.edge.failures.down=2", "deployment.edge.failures.out=1"),
                 "3 servers go out of a pool of 2"),
                (("deployment.back_end.servers=1", "deployment.back_end.failures.down=1"),
                 "failures.back_end"),):
            done = self.headroom("check", "study.yaml",
                                 *[word for one in sets for word in ("--set", one)])
            self.assertNotEqual(done.code, 0)
            self.assertIn(message, " ".join(done.err.split()))


if __name__ == "__main__":
    main()
