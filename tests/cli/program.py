"""How the command-line tests run the program, and studies small enough to run in a second."""

import os
import re
import resource
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HEADROOM = os.environ.get("HEADROOM", "headroom")
SOURCE = Path(os.environ.get("HEADROOM_SOURCE", Path(__file__).resolve().parents[2]))
COMMANDS = ("check", "run", "size", "show", "exact", "trace", "list", "new")
WIDTH = 80

# Two servers, one person a meeting, a rule to choose and a rate that is not known.
STUDY = """\
study: tiny
question: Which share of the time is one of the servers above its ceiling?
seed: 7
pool: {servers: 2, server: {load: 14}, ceilings: {load: {target: 12, full: 14}}}
arrivals:
  sources: [{kind: poisson, rate: 20 per hour}]
meetings:
  classes: [{name: meeting, size: 1, duration: exponential(mean 1 h), cost: {load: 1}}]
placement: {rule: least_loaded, metric: load}
window: {busy_hours: 2}
choose:
  placement.rule: [random, least_loaded]
unknown:
  arrivals.sources[0].rate: uniform(10 per hour, 25 per hour)
design: {worlds: 8, kind: sobol}
observe: {every: 10 min}
probe: {sizes: [1, 4], load: {load: 1}}
target: {outcome: time_over, level: full, at_most: 5 %}
claims:
  - {say: one more fits, outcome: fits, size: 1, at_least: 50 %}
precision: {relative: 50 %, hits: 10, at_most: 64 replications}
"""

# The same without anything that varies.
SINGLE = re.sub(r"choose:.*?design:[^\n]*\n", "", STUDY, flags=re.S).replace("tiny", "single")


class Finished:
    """Exit code and both outputs of one run of the program."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __str__(self):
        return f"exit code {self.code}\n-- stdout\n{self.out}\n-- stderr\n{self.err}"


def run(*arguments, cwd=None, env=None, stdout=subprocess.PIPE, memory=None, timeout=120,
        before=()):
    """Run the program; `memory` limits its address space (bytes), `env` adds variables, `before`
    is put in front of the command."""

    def limit():
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    environment = {**os.environ, "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", **(env or {})}
    done = subprocess.run([*before, HEADROOM, *map(str, arguments)], cwd=cwd, env=environment,
                          stdout=stdout, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          timeout=timeout, preexec_fn=limit, check=False)
    text = done.stdout.decode("utf-8") if done.stdout is not None else ""
    return Finished(done.returncode, text, done.stderr.decode("utf-8", "replace"))


class Case(unittest.TestCase):
    """A test with a folder of its own that holds tiny.yaml and single.yaml."""

    maxDiff = None

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory())) \
            if hasattr(self, "enterContext") else self.make_folder()
        (self.folder / "tiny.yaml").write_text(STUDY)
        (self.folder / "single.yaml").write_text(SINGLE)

    def make_folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return Path(folder.name)

    def headroom(self, *arguments, **options):
        return run(*arguments, cwd=self.folder, **options)

    def in_parallel(self, ranks, *arguments, **options):
        mpiexec = os.environ.get("HEADROOM_MPIEXEC", "mpiexec")
        return self.headroom(*arguments, before=(mpiexec, "-n", str(ranks)), **options)

    def succeeds(self, *arguments, **options):
        done = self.headroom(*arguments, **options)
        self.assertEqual(done.code, 0, done)
        return done.out

    def assert_narrow(self, text):
        wide = [line for line in text.splitlines() if len(line) > WIDTH]
        self.assertEqual(wide, [], "lines of more than 80 columns")
        blanks = [line for line in text.splitlines() if line.endswith(" ")]
        self.assertEqual(blanks, [], "lines that end in a blank")


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=1)
