#!/usr/bin/env python3
# cores: 2
"""Where a run may write: refusals come before any work, and touch nothing."""

import os
import shutil
import subprocess
import unittest
from pathlib import Path

import h5py

from explorer import ExplorerTest, digest


def contents(path):
    return path.read_bytes(), path.stat().st_mtime_ns


class Output(ExplorerTest):

    def refuse(self, code, words, **more):
        run = self.start(**more)
        run.end()
        self.check_code(run, code)
        self.assertEqual(run.err.count(words), 1, f"not said once: {run.err}")

    def test_finished_same_study_is_left_alone(self):
        shutil.copy(self.reference, self.output)
        before = contents(self.output)
        for ranks in (0, 2):
            self.check_code(self.start(ranks=ranks).end(), 0)
        self.assertEqual(contents(self.output), before)
        self.assertFalse(self.parts.exists())

    def test_other_study_is_left_alone(self):
        shutil.copy(self.reference, self.output)
        before = contents(self.output)
        self.refuse(73, "another study", more=["--set", "seed=76"], ranks=2)
        self.assertEqual(contents(self.output), before)
        self.assertFalse(self.parts.exists())

    def test_foreign_files_are_left_alone(self):
        with h5py.File(self.folder / "foreign.h5", "w") as file:
            file["x"] = [1, 2, 3]
        (self.folder / "text.h5").write_text("not HDF5 at all", encoding="utf-8")
        whole = self.reference.read_bytes()
        (self.folder / "cut.h5").write_bytes(whole[:len(whole) // 2])
        (self.folder / "empty.h5").write_bytes(b"")
        for name in ("foreign.h5", "text.h5", "cut.h5", "empty.h5"):
            self.output = self.folder / name
            before = contents(self.output)
            self.refuse(73, "is left alone")
            self.assertEqual(contents(self.output), before)

    def test_a_directory_is_no_output(self):
        self.output.mkdir()
        self.refuse(73, "is not a file")

    def test_missing_folder(self):
        self.output = self.folder / "no" / "such" / "out.h5"
        self.refuse(73, "No such file or directory", ranks=2)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_folder_without_permission(self):
        folder = self.folder / "locked"
        folder.mkdir(mode=0o555)
        self.output = folder / "out.h5"
        self.refuse(73, "Permission denied")

    def test_two_runs_at_once(self):
        first = self.start()
        first.wait_until_working()
        self.refuse(73, "another run")
        self.check_code(first.end(), 0)
        self.check_answer()

    def test_part_logs_of_another_study(self):
        run = self.start(more=["--set", "seed=76"])
        run.wait_until_working()
        run.process.kill()
        run.end()
        before = sorted((p.name, p.stat().st_size) for p in self.parts.iterdir())
        self.refuse(65, "another study")
        self.assertEqual(sorted((p.name, p.stat().st_size) for p in self.parts.iterdir()), before)

    def test_leftovers_of_a_finished_run_go(self):
        run = self.start()
        run.wait_until_working()
        run.process.kill()
        run.end()
        shutil.copy(self.reference, self.output)
        self.check_code(self.start().end(), 0)
        self.check_answer()

    def test_file_that_appears_meanwhile_is_kept(self):
        run = self.start()
        run.wait_until_working()
        self.output.write_text("mine", encoding="utf-8")
        self.check_code(run.end(), 73)
        self.assertEqual(self.output.read_text(encoding="utf-8"), "mine")
        self.output.unlink()
        self.check_code(self.start().end(), 0)
        self.check_answer()

    def test_slurm_tasks_that_mpi_does_not_see(self):
        self.refuse(64, "Slurm started 4 tasks", env={"SLURM_STEP_NUM_TASKS": "4"})
        self.assertFalse(self.output.exists())
        run = self.start(ranks=2, env={"SLURM_STEP_NUM_TASKS": "1"}).end()
        self.check_code(run, 0)

    def test_full_disk(self):
        """Too small for the part logs, then for the result, a little more each time."""
        disk = self.folder / "disk"
        disk.mkdir()
        self.output = disk / "out.h5"
        mount = ["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", str(disk)]
        if subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            self.skipTest("may not mount a small disk here")
        try:
            for n_refused in range(20):
                run = self.start(ranks=2).end()
                if run.code == 0:
                    break
                self.check_code(run, 73)
                self.assertEqual(run.err.count("No space left on device"), 1, run.err)
                self.assertFalse(self.output.exists())
                size = 40 + 150 * (n_refused + 1)
                subprocess.run(["mount", "-o", f"remount,size={size}k", str(disk)], check=True)
            self.assertGreaterEqual(n_refused, 3)
            self.assertEqual(digest(self.output), digest(self.reference))
        finally:
            subprocess.run(["umount", str(disk)], check=False)


class Wording(ExplorerTest):
    """What a reader of the file can rely on."""

    def test_layout(self):
        with h5py.File(self.reference) as file:
            self.assertEqual(file.attrs["headroom_format_version"], 1)
            n = len(file["configuration"])
            self.assertEqual(n, 8 * 3)
            self.assertEqual(list(file["choice"][:4]), [0, 1, 2, 0])
            self.assertEqual(list(file["world"][:4]), [0, 0, 0, 1])
            self.assertEqual(list(file["pool.servers"][:3]), [2, 3, 4])
            group = file["estimates"]
            self.assertTrue((group["replications"][()] == 512).all())
            for name in ("time_over", "time_over_lower", "time_over_upper", "time_over_hits"):
                self.assertEqual(group[name].shape[0], n)
            study = file["provenance"].attrs["study"]
            self.assertEqual(study, Path(self.study).read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
