"""What check says of the documented topology: lines, JSON, a refusal with its place."""

import json
import re

from program import Case, main

STUDY = "base: lync-2013/deployment\npool: {servers: 2}\ndeployment: {edge: {servers: 1}}\n"
REFUSED = "base: lync-2013/standard-edition\npool:\n  servers: 2\n"


class Topology(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "pool.yaml").write_text(STUDY)
        (self.folder / "refused.yaml").write_text(REFUSED)

    def test_lines(self):
        text = self.succeeds("check", "pool.yaml")
        self.assert_narrow(text)
        lines = re.findall(r"(?m)^topology +(.*)$", text)
        self.assertEqual(len(lines), 2, text)
        self.assertIn("pool.servers = 2 (pool.yaml:2:17): ", lines[0])
        self.assertIn("deployment.edge.servers = 1 (pool.yaml:3:30)", lines[1])

    def test_json(self):
        findings = json.loads(self.succeeds("check", "pool.yaml", "--json"))["topology"]
        self.assertEqual([f["name"] for f in findings], ["three_front_ends", "two_edges"])
        for finding in findings:
            self.assertIn(finding["source"], finding["text"])

    def test_nothing_to_say(self):
        self.assertNotIn("topology", self.succeeds("check", "tiny.yaml"))
        kept = self.succeeds("check", "refused.yaml", "--set", "pool.servers=1", "--json")
        self.assertEqual(json.loads(kept)["topology"], [])

    def test_refusal(self):
        done = self.headroom("check", "refused.yaml")
        self.assertEqual((done.code, done.out), (65, ""), done)
        self.assertIn("refused.yaml:3:12: pool.servers = 2: several Standard Edition", done.err)


if __name__ == "__main__":
    main()
