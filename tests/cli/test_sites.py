"""Sites through the program: their Front Ends fail by the published shares, one Edge pool for two of
them carries what two would, and who is followed nowhere is said."""

import json

from program import Case, main

SITES = """base: lync-2013/deployment
pool: {servers: 3}
population: {users: 2000 per server}
meetings: {participants: {remote: 100 %, anonymous: 0 %, federated: 0 %}}
deployment:
  edge: {servers: 2}
  sites: [{name: munich, users: 1500 per server, servers: 3}]
window: {busy_hours: 1}
target: {pool: edge, outcome: time_over, level: limit, resources: ~, at_most: ~, min_episode: 0 s}
precision: {at_most: 4 replications}
"""


class Sites(Case):
    def outcomes(self, pools, *sets):
        (self.folder / "study.yaml").write_text(SITES)
        (self.folder / "result.h5").unlink(missing_ok=True)
        self.succeeds("run", "study.yaml", "-o", "result.h5",
                      *[word for one in sets for word in ("--set", one)])
        return [json.loads(self.succeeds("show", "result.h5", "--json", "--configuration", "0",
                                         "--pool", pool))["configurations"][0]["outcomes"]
                for pool in pools]

    def test_groups_lost_at_a_site(self):
        """Two of twelve servers out: 10 in 220 users have lost two of three replicas."""
        first, munich = self.outcomes(("front_end", "munich"), "deployment.sites[0].servers=12",
                                      "deployment.sites[0].failures.down=2")
        lost = {cell["cause"]: cell["value"] for cell in munich["service_lost"]}
        self.assertAlmostEqual(lost["routing_group"], 10 / 220, places=4)  # in 2^-14 of the users
        self.assertEqual(lost["pool"], 0)
        self.assertNotIn("service_lost", first)

    def test_one_edge_carries_both(self):
        """Everybody is outside, so every participant has the same leg wherever it goes: as many in one
        pool as in two, to the tick."""
        edge, site = self.outcomes(("edge", "munich.edge"), "deployment.sites[0].edge.servers=2")
        common, = self.outcomes(("edge",), "deployment.sites[0].edge.of=first")
        present = [pool["participants_present"][0]["value"] for pool in (edge, site, common)]
        self.assertGreater(present[1], 100)
        self.assertAlmostEqual((present[0] + present[1]) / present[2], 1, places=12)
        for resource in ("edge_av", "edge_web", "network_out"):
            used = [cell["value"] for pool in (edge, site, common)
                    for cell in pool["utilisation"] if cell["resource"] == resource]
            self.assertAlmostEqual((used[0] + used[1]) / used[2], 1, places=9)

    def test_who_is_left_out(self):
        (self.folder / "study.yaml").write_text(SITES)
        said = " ".join(self.succeeds("check", "study.yaml").split())
        self.assertIn("who is outside at a site that has no part in any Edge pool is followed "
                      "nowhere", said)
        self.assertNotIn("calls leave the Front Ends of a site", said)
        stand_alone = ("--set", "deployment.mediation.servers=2")
        said = " ".join(self.succeeds("check", "study.yaml", *stand_alone).split())
        self.assertIn("calls leave the Front Ends of a site", said)
        for sets in (("deployment.sites[0].edge.of=first", "deployment.sites[0].mediation.of=first"),
                     ("deployment.sites[0].edge.servers=2",
                      "deployment.sites[0].mediation.servers=0")):
            said = " ".join(self.succeeds("check", "study.yaml", *stand_alone, "--set", sets[0],
                                          "--set", sets[1]).split())
            self.assertNotIn("nowhere", said)


if __name__ == "__main__":
    main()
