#!/usr/bin/env python3
# cores: 2
"""Killed, stopped, damaged, resumed with other ranks: always the same answer in the end."""

import os
import signal
import unittest

from explorer import ExplorerTest, kill


class KillAndResume(ExplorerTest):

    def finish(self, ranks=0, threads=2):
        """Run to the end and compare."""
        done = self.start(ranks=ranks, threads=threads).end()
        self.check_code(done, 0)
        self.check_answer()

    def kill_one(self, ranks, which):
        run = self.start(ranks=ranks)
        run.wait_until_working()
        kill(run.pids()[which])
        run.end()
        self.assertNotIn(run.code, (0, 75))
        self.assertTrue(any(self.parts.glob("*.log")), "nothing was kept")
        self.assertFalse(self.output.exists())

    def test_kill_a_single_process(self):
        self.kill_one(ranks=0, which=0)
        self.finish(ranks=2, threads=1)

    def test_kill_one_rank_of_three(self):
        self.kill_one(ranks=3, which=1)
        self.finish(ranks=2, threads=1)

    def test_kill_again_and_again(self):
        for ranks, which in ((2, 0), (3, 2), (0, 0)):
            self.kill_one(ranks, which)
        self.finish()

    def test_torn_and_damaged_logs(self):
        self.kill_one(ranks=2, which=1)
        logs = sorted(self.parts.glob("*.log"))
        with open(logs[0], "r+b") as log:  # lose the end in the middle of a record
            log.truncate(log.seek(0, os.SEEK_END) - 17)
        with open(logs[1], "r+b") as log:  # and one bit in the middle of another file
            middle = log.seek(0, os.SEEK_END) // 2
            log.seek(middle)
            byte = log.read(1)
            log.seek(middle)
            log.write(bytes([byte[0] ^ 4]))
        (self.parts / "000000-000009.log").write_bytes(b"")  # killed while it was created
        self.finish()

    def test_usr1_to_mpirun(self):
        run = self.start(ranks=2)
        run.wait_until_working()
        run.process.send_signal(signal.SIGUSR1)
        run.end()
        self.check_code(run, 75)
        self.assertIn("run the same command", run.err)
        self.finish()

    def test_term_to_one_rank_stops_all(self):
        run = self.start(ranks=3)
        run.wait_until_working()
        os.kill(run.pids()[-1], signal.SIGTERM)
        run.end(timeout=30)
        self.check_code(run, 75)
        self.finish(ranks=5, threads=1)

    def test_signals_to_a_single_process(self):
        for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGINT):
            run = self.start(threads=2)
            run.wait_until_working(at_least=5000)
            run.process.send_signal(number)
            run.process.send_signal(number)  # impatience does no harm
            run.end(timeout=30)
            self.check_code(run, 75)
        self.finish()


if __name__ == "__main__":
    unittest.main()
