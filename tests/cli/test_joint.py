"""Overload of all pools of a deployment at once: against the exact value of two pools that know
nothing of each other, where one pool decides alone, with every kernel, and where it cannot be asked."""

import json
import math

from program import Case, main

# One server where people meet, one with users of persistent chat, who are a normal number of their
# mean for the whole day. Nothing else has a ceiling that is ever reached.
TWO = """base: lync-2013/deployment
pool:
  servers: 1
  server: {cpu: ~, network_out: ~}
  ceilings: {cpu: {target: ~, full: ~}, network_out: {target: ~, full: ~},
             participants: {limit: 370}, pstn_calls: {limit: ~}, registrations: {limit: ~, full: ~}}
deployment:
  edge: {servers: 0}
  persistent_chat: {servers: 1, ceilings: {cpu: {target: ~, full: ~}, chat_users: {target: ~, limit: 1665}}}
  persistent_chat_store: {servers: 0}
  back_end: {servers: 0}
  monitoring_store: {servers: 0}
  archiving_store: {servers: 0}
meetings: {join_ramp: 0 s, on_the_clock: 0 %}
placement: {rule: random, report_delay: 0 s}
window: {busy_hours: 2}
observe: {outcomes: [time_over, any_pool_time_over, any_pool_period_over, any_pool_episodes, first_pool]}
target: {pool: ~, outcome: any_pool_time_over, level: limit, resources: ~, at_most: ~, min_episode: 0 s}
precision: {relative: 0 %, at_most: 2048 replications, confidence: 99.9 %}
"""


def share_above(limit, meetings, sizes):
    """P(sum of the sizes of a Poisson number of meetings > limit), by Panjer's recursion."""
    law = [math.exp(-meetings)]
    for k in range(1, limit + 1):
        law.append(sum(meetings * share * size * law[k - size]
                       for size, share in sizes.items() if size <= k) / k)
    return 1 - sum(law)


class Joint(Case):
    def result(self, study, *options, env=None):
        (self.folder / "study.yaml").write_text(study)
        (self.folder / "result.h5").unlink(missing_ok=True)
        self.succeeds("run", "study.yaml", "-o", "result.h5", *options, env=env)
        return json.loads(self.succeeds("show", "result.h5", "--json", "--configuration", "0"))

    @staticmethod
    def cells(answer, outcome, **labels):
        return [cell for cell in answer["configurations"][0]["outcomes"][outcome]
                if all(cell[key] == value for key, value in labels.items())]

    def cell(self, answer, outcome, **labels):
        found = self.cells(answer, outcome, **labels)
        self.assertEqual(len(found), 1, (outcome, labels))
        return found[0]

    def test_two_that_know_nothing_of_each_other(self):
        sizes = {4: 0.85, 6: 0.10, 11: 0.05}
        mean = sum(size * share for size, share in sizes.items())
        first = share_above(370, 0.05 * 6660 / mean, sizes)
        other = 0.5  # 1,665 users in the mean, and 1,665 allowed
        exact = 1 - (1 - first) * (1 - other)
        answer = self.result(TWO)
        joint = self.cell(answer, "any_pool_time_over", level="limit")
        self.assertLess(joint["lower"], exact)
        self.assertGreater(joint["upper"], exact)
        for wrong in (other, first + other):  # the larger of them, the sum of them
            self.assertFalse(joint["lower"] <= wrong <= joint["upper"])
        self.assertEqual(self.cell(answer, "any_pool_time_over", level="full")["value"], 0)
        shares = [cell["value"] for cell in self.cells(answer, "first_pool", level="limit")]
        self.assertAlmostEqual(sum(shares), 1, places=9)
        self.assertTrue(all(share > 0.2 for share in shares))
        shown = self.succeeds("show", "result.h5")
        self.assert_narrow(shown)
        self.assertIn("\n any of them ", shown)
        self.assertIn("First pool    limit front_end ", shown)

    def test_one_decides_alone(self):
        answer = self.result(TWO, "--set", "pool.ceilings.participants.limit=3000",
                             "--set", "precision.at_most=64")
        joint = self.cell(answer, "any_pool_time_over", level="limit")
        chat = json.loads(self.succeeds("show", "result.h5", "--json", "--configuration", "0",
                                        "--pool", "persistent_chat", "--outcome", "time_over"))
        own = next(cell for cell in chat["configurations"][0]["outcomes"]["time_over"]
                   if cell["level"] == "limit")
        self.assertGreater(own["value"], 0.1)
        for key in ("value", "lower", "upper", "hits"):
            self.assertEqual(joint[key], own[key])
        period = self.cell(answer, "any_pool_period_over", level="limit", min_episode=300)
        self.assertEqual(period["value"], own["value"])  # over for all of the day, or never
        self.assertEqual(self.cell(answer, "any_pool_episodes", level="limit")["hits"], 0)
        self.assertEqual(self.cell(answer, "first_pool", level="limit",
                                   pool="persistent_chat")["value"], 1)
        self.assertEqual(self.cell(answer, "first_pool", level="limit", pool="front_end")["value"], 0)

    def test_kernels_teams_and_threads(self):
        for choose in ("", "choose:\n  deployment.persistent_chat.servers: [1, 2, 0, 3]\n"):
            digests = set()
            for kernel in ("", "reference", "scalar", "lanes", "scenarios"):
                for threads in ("1", "3"):
                    answer = self.result(TWO + choose, "--set", "precision.at_most=48",
                                         "--set", "placement.rule=fewest_participants",
                                         env={"HEADROOM_KERNEL": kernel, "OMP_NUM_THREADS": threads})
                    digests.add(answer["digest"])
            self.assertEqual(len(digests), 1)

    def test_where_it_cannot_be_asked(self):
        alone = TWO.replace("persistent_chat: {servers: 1", "persistent_chat: {servers: 0")
        for study, message in ((alone, "those of any pool other pools"),
                               (TWO.replace("{pool: ~,", "{pool: persistent_chat,"),
                                "those of any pool other pools and target.pool the first")):
            (self.folder / "study.yaml").write_text(study)
            done = self.headroom("check", "study.yaml")
            self.assertNotEqual(done.code, 0)
            self.assertIn(message, " ".join(done.err.split()))


if __name__ == "__main__":
    main()
