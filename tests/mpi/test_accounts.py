#!/usr/bin/env python3
# alone: shares of time are measured
"""Where the time of a run went: printed in its last lines, kept in the file, and all of it."""

import json
import re
import subprocess
import unittest

import h5py

from explorer import HEADROOM, ExplorerTest

SHARE = re.compile(r"(\d+\.\d) % ([A-Za-z ]+?)[,\n]")


class Accounts(ExplorerTest):

    def account(self, ranks, threads, env):
        """(lines, shares by label, show --json) of a run."""
        run = self.start(ranks=ranks, threads=threads, settings=["--progress", "none"],
                         env=env).end()
        self.check_code(run, 0)
        self.check_answer()
        lines = run.out.splitlines()
        words = re.sub(r"\n +", " ", run.out[run.out.index("Time: "):run.out.index("digest")])
        shares = {label: float(share) for share, label in SHARE.findall(words)}
        shown = subprocess.run([HEADROOM, "show", "--json", str(self.output)], text=True,
                               stdout=subprocess.PIPE, check=True)
        self.output.unlink()
        return lines, shares, json.loads(shown.stdout)

    def check(self, ranks, threads, env=None):
        lines, shares, shown = self.account(ranks, threads, env)
        self.assertLessEqual(max(map(len, lines)), 80, lines)
        # What rounds to nothing is left out: at most 0.05 % of each of nine.
        self.assertAlmostEqual(sum(shares.values()), 100.0, delta=1.0)
        self.assertGreater(shares["computing"], 20.0)
        times = [value for name, value in shown.items()
                 if name.endswith("_seconds") and name not in
                 ("busy_seconds", "fetching_seconds", "longest_fetch_seconds")]
        cores = max(ranks, 1) * threads
        self.assertAlmostEqual(sum(times), cores * shown["seconds"],
                               delta=0.02 * cores * shown["seconds"])
        self.assertAlmostEqual(shown["computing_seconds"], shown["busy_seconds"],
                               delta=0.01 * shown["busy_seconds"])
        return lines, shown

    def test_alone(self):
        lines, shown = self.check(0, 2)
        self.assertEqual(shown["fetches"], 0)
        self.assertFalse([line for line in lines if "fetches" in line], lines)

    def test_two_ranks(self):
        lines, shown = self.check(2, 1)
        self.assertGreater(shown["fetches"], 0)
        self.assertGreaterEqual(shown["longest_fetch_seconds"] * shown["fetches"],
                                0.999 * shown["fetching_seconds"])
        self.assertEqual(len([line for line in lines if "fetches" in line]), 1, lines)

    def test_over_tcp(self):
        """As between nodes: Open MPI without shared memory."""
        _, shown = self.check(2, 1, {"OMPI_MCA_btl": "tcp,self", "OMPI_MCA_pml": "ob1",
                                     "OMPI_MCA_osc": "pt2pt"})
        self.assertGreater(shown["fetches"], 0)

    def test_most_of_a_process_is_in_the_file(self):
        self.check_code(self.start(ranks=2).end(), 0)
        with h5py.File(self.output) as file:
            kept = file["provenance"].attrs
            most, total = kept["most_computing_seconds"], kept["computing_seconds"]
        self.assertGreaterEqual(2.001 * most, total)
        self.assertLess(most, total)


if __name__ == "__main__":
    unittest.main()
