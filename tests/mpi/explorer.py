"""What the tests of long runs share: a study of a few seconds, ways to start, stop and compare."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import h5py

HEADROOM = os.environ["HEADROOM"]
MPIEXEC = os.environ.get("HEADROOM_MPIEXEC", "mpirun")

# Many short tasks: there is always something finished and something to do.
STUDY = """\
study: long
seed: 75
pool: {servers: 3, server: {load: 20}, ceilings: {load: {full: 20}}}
arrivals:
  sources: [{kind: poisson, rate: 60 per hour}]
meetings:
  classes: [{name: any, size: 1, duration: exponential(mean 30 min), cost: {load: 1}}]
placement: {rule: least_loaded, metric: load}
unknown:
  arrivals.sources[0].rate: uniform(60 per hour, 120 per hour)
choose:
  pool.servers: [2, 3, 4]
design: {worlds: 8, kind: sobol}
window: {start: stationary, length: 4 h}
target: {outcome: time_over, level: full}
precision: {relative: 0.01 %, at_most: 512 replications, block: 16 replications}
"""
SETTINGS = ["--quiet"]


def digest(path):
    with h5py.File(path) as file:
        return file["provenance"].attrs["digest"]


def is_same(one, other):
    """Equal outside /provenance."""
    done = subprocess.run(["h5diff", "--exclude-path=/provenance", str(one), str(other)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode == 0


def children(pid):
    """Processes below `pid`, whatever mpirun puts between."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                found += [int(child)] + children(int(child))
        except OSError:
            pass
    return found


def is_headroom(pid):
    try:
        return os.path.realpath(f"/proc/{pid}/exe") == os.path.realpath(HEADROOM)
    except OSError:
        return False


class Run:
    """One start of the program, on `ranks` ranks (0: without mpirun)."""

    def __init__(self, study, output, ranks=0, threads=1, more=(), env=None,
                 settings=SETTINGS, command="run"):
        launcher = [MPIEXEC, "-n", str(ranks)] if ranks > 0 else []
        self.ranks = ranks
        self.output = Path(output)
        self.process = subprocess.Popen(
            launcher + [HEADROOM, command, str(study), "-o", str(output), *settings, *more],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads), **(env or {})})

    def pids(self):
        """Processes of the program itself."""
        return [p for p in [self.process.pid] + children(self.process.pid) if is_headroom(p)]

    def wait_until_working(self, at_least=20000):
        """Until the part logs of this start hold some records (or it ended)."""
        before = self.log_bytes()
        deadline = time.monotonic() + 60
        while self.process.poll() is None and self.log_bytes() < before + at_least:
            if time.monotonic() > deadline:
                raise TimeoutError("no progress in a minute")
            time.sleep(0.01)

    def log_bytes(self):
        total = 0
        for log in Path(f"{self.output}.parts").glob("*.log"):
            try:
                total += log.stat().st_size
            except OSError:
                pass
        return total

    def end(self, timeout=120):
        self.out, self.err = self.process.communicate(timeout=timeout)
        self.code = self.process.returncode
        return self


class ExplorerTest(unittest.TestCase):
    """A directory with the study, and its answer from one undisturbed run."""

    text = STUDY

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="test_explorer_"))
        cls.study = cls.folder / "long.yaml"
        cls.study.write_text(cls.text, encoding="utf-8")
        cls.reference = cls.folder / "reference.h5"
        done = Run(cls.study, cls.reference, threads=2).end()
        if done.code != 0:
            raise AssertionError(f"reference run: exit {done.code}: {done.err}")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.output = self.folder / f"{self._testMethodName}.h5"
        self.parts = Path(f"{self.output}.parts")

    def start(self, **more):
        return Run(self.study, self.output, **more)

    def check_code(self, run, code):
        self.assertEqual(run.code, code, f"stdout: {run.out}\nstderr: {run.err}")

    def check_answer(self):
        self.assertEqual(digest(self.output), digest(self.reference))
        self.assertTrue(is_same(self.output, self.reference))
        self.assertFalse(self.parts.exists(), "part logs stay behind")
        self.assertFalse(Path(f"{self.output}.part").exists(), "half-written file stays behind")


def kill(pid):
    os.kill(pid, signal.SIGKILL)
