#!/usr/bin/env python3
"""Measure whole programs: SimPy, headroom run alone and under mpirun, its start-up, its memory, its
result file. Writes the lines that report.py reads; started by run.sh.

Wall time. Everything of a section is run in turn, round after round, the naive program first.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
M0, TWO_SERVERS = ROOT / "params/m0.yaml", ROOT / "params/two-servers.yaml"
DEPLOYMENT = HERE / "deployment.yaml"
LAYOUTS = [(1, 1), (1, 2), (2, 1), (2, 2)]  # ranks, threads of each
ACCOUNTS = ["idle_in_sets", "idle_at_looks", "scheduling", "mpi", "ledger", "part_logs",
            "result_file"]


class Section:
    """A section's lines; `naive` is what a meeting cost the naive program in this round."""

    def __init__(self, name, options):
        self.name, self.options, self.naive = name, options, "-"

    def begin_round(self, number, words=None):
        """By `bench naive`, or by another command of bench that measures more besides."""
        words = words or ["naive", self.name, "4", str(number)]
        done = subprocess.run([self.options.bench, *words], stdout=subprocess.PIPE, text=True,
                              check=True)
        self.naive = done.stdout.split("\n")[0].split("\t")[6]
        sys.stdout.write(done.stdout)

    def sample(self, name, parameter, unit, value, isa="-"):
        print("sample", self.name, name, isa, parameter, unit, f"{value:.6g}", self.naive,
              sep="\t")

    def answer(self, name, parameter, count, total, squares, isa="-"):
        print("answer", self.name, name, isa, parameter, count, total, squares, sep="\t")


class Runner:
    """Runs headroom in a directory of its own and keeps time and memory."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.output = folder / "out.h5"

    def words(self, study, sets=(), ranks=0, threads=1):
        """The command; ranks 0 is without mpirun."""
        launch = ["mpirun", "-n", str(ranks), "--bind-to", "none"] if ranks else []
        more = [word for one in sets for word in ("--set", one)]
        return [*launch, self.options.headroom, "run", str(study), "-o", str(self.output), "-q",
                "-t", str(threads), *more]

    def run(self, words):
        """Seconds by the wall."""
        self.output.unlink(missing_ok=True)
        begun = time.monotonic()
        done = subprocess.run(words, stdout=subprocess.DEVNULL, check=False)
        seconds = time.monotonic() - begun
        if done.returncode != 0:
            sys.exit(f"bench: {' '.join(words)}: exit code {done.returncode}")
        return seconds

    def memory(self, study, sets, ranks=0):
        """Most MiB that each rank held. What a process had been before it became headroom counts
        too, hence a small one in between."""
        words = self.words(study, sets, ranks)
        at = words.index(self.options.headroom)
        note = self.folder / "memory"
        words[at:at] = [sys.executable, str(pathlib.Path(__file__).resolve()), "--most-memory",
                        str(note)]
        self.run(words)
        paths = sorted(self.folder.glob("memory.*"))
        held = [float(path.read_text(encoding="utf-8")) for path in paths]
        for path in paths:
            path.unlink()
        return held

    def shown(self):
        done = subprocess.run([self.options.headroom, "show", "--json", str(self.output)],
                              stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)


def simpy(options, _):
    """SimPy of any Python that has it."""
    section = Section("SimPy", options)
    script = str(HERE / "simpy_m0.py")
    for python in dict.fromkeys(["/usr/bin/python3", sys.executable, "python3"]):
        words = [python, script, "2" if options.rounds > 3 else "1"]
        if subprocess.run([*words, "0"], stdout=subprocess.DEVNULL, check=False).returncode == 0:
            break
    else:
        print("missing", "SimPy", "SimPy", "-", "input + replay", "not installed", sep="\t")
        return
    for number in range(1, options.rounds + 1):
        section.begin_round(number)
        done = subprocess.run([*words, str(number)], stdout=subprocess.PIPE, text=True, check=True)
        ns, count, total, squares, version = done.stdout.split()
        name = "SimPy " + version
        section.sample(name, "input + replay", "ns per meeting", float(ns))
        section.answer(name, "input + replay", count, total, squares)


def m0_sets(replications):
    return [f"precision.at_most={replications} replications", "precision.relative=0.001 %"]


def whole_run(options, runner):
    """M0 to its file in one process of one thread, beside its kernel by itself."""
    section = Section("program", options)
    for number in range(1, options.rounds + 1):
        section.begin_round(number, ["chosen", "1", "0", "8", str(M0), str(TWO_SERVERS), str(DEPLOYMENT)])
        wall = runner.run(runner.words(M0, m0_sets(options.replications)))
        shown = runner.shown()
        per_meeting = 1e9 / shown["meetings"]
        for part, seconds in (("in its tasks", shown["busy_seconds"]),
                              ("without start-up, wall", shown["seconds"]),
                              ("whole process, wall", wall)):
            section.sample("headroom run M0", part, "ns per meeting", seconds * per_meeting)
        if number == 1:
            estimate = shown["configurations"][0]["outcomes"]["time_over"][0]
            count, mean = estimate["n"], estimate["value"]
            squares = count * ((count - 1) * estimate["se"] ** 2 + mean ** 2)
            section.answer("headroom run M0", "whole process, wall", count, count * mean, squares)


def side_by_side(options, copies, replications=32):
    """Wall time of several naive programs at once: what the machine has to give."""
    words = [options.bench, "naive", "-", str(replications)]
    begun = time.monotonic()
    running = [subprocess.Popen([*words, str(seed)], stdout=subprocess.DEVNULL)
               for seed in range(copies)]
    if any([process.wait() for process in running]):
        sys.exit("bench: the naive program failed")
    return time.monotonic() - begun


def scaling(options, runner):
    """M0 on ranks x threads, each also with next to no work: what it takes to start."""
    section = Section("scaling", options)
    for number in range(1, options.rounds + 1):
        section.begin_round(number)
        for copies in sorted({ranks * threads for ranks, threads in LAYOUTS}):
            section.sample("naive C", f"{copies} at once", "ms",
                           1e3 * side_by_side(options, copies))
        for ranks, threads in LAYOUTS:
            name = layout_name(ranks, threads)
            start = runner.run(runner.words(M0, m0_sets(1), ranks, threads))
            wall = runner.run(runner.words(M0, m0_sets(options.replications), ranks, threads))
            section.sample(name, "whole", "ms", 1e3 * wall)
            section.sample(name, "start", "ms", 1e3 * start)
            section.sample(name, "work", "ms", 1e3 * (wall - start))


def layout_name(ranks, threads):
    return f"{ranks} rank{'s' * (ranks > 1)} x {threads} thread{'s' * (threads > 1)}"


def sweep(options, runner):
    """Many short configurations: what is not spent in tasks, by the program's own accounts."""
    section = Section("sweep", options)
    study = HERE / "sweep.yaml"
    sets = [f"design.worlds={options.configurations // 2}"]
    for number in range(1, options.rounds + 1):
        section.begin_round(number)
        for ranks, threads in LAYOUTS[:3]:
            name = layout_name(ranks, threads)
            runner.run(runner.words(study, sets, ranks, threads))
            shown = runner.shown()
            held = ranks * threads * shown["seconds"]
            section.sample(name, "one configuration", "ms",
                           1e3 * shown["computing_seconds"] / options.configurations)
            section.sample(name, "outside of tasks", "%",
                           100 * (1 - shown["computing_seconds"] / held))
            for account in ACCOUNTS:
                section.sample(name, account.replace("_", " "), "%",
                               100 * shown[account + "_seconds"] / held)
            section.sample(name, "longest fetch", "ms", 1e3 * shown["longest_fetch_seconds"])


def start_up(options, runner):
    section = Section("start-up", options)
    commands = {"headroom list laws": [options.headroom, "list", "laws"],
                "headroom check, two servers": [options.headroom, "check", str(TWO_SERVERS)],
                "headroom check, pool of 80,000": [options.headroom, "check",
                                                   str(ROOT / "params/pool-80000.yaml")],
                "headroom run, one replication": runner.words(M0, m0_sets(1)),
                "the same, mpirun -n 1": runner.words(M0, m0_sets(1), 1),
                "the same, mpirun -n 2": runner.words(M0, m0_sets(1), 2)}
    for number in range(1, options.rounds + 1):
        section.begin_round(number)
        for name, words in commands.items():
            wall = runner.run(words)
            section.sample(name, "wall", "ms", 1e3 * wall)


class Watch(threading.Thread):
    """When does the file beside the output come, and when does it become the output?"""

    def __init__(self, output):
        super().__init__(daemon=True)
        self.output, self.seen, self.renamed, self.over = output, None, None, False

    def run(self):
        while self.renamed is None:
            last = self.over  # look once more after the end
            names = os.listdir(self.output.parent)
            beside = [n for n in names if n != self.output.name and not n.endswith(".parts")]
            if self.seen is None and beside:
                self.seen = time.monotonic()
            if self.output.name in names:
                self.renamed = time.monotonic()
            if last:
                break
            time.sleep(0.0005)


def raw_write(folder, data):
    """Seconds for the same bytes without any meaning: written, synced, renamed."""
    begun = time.monotonic()
    with open(folder / "raw.beside", "wb") as stream:
        for at in range(0, len(data), 1 << 20):
            stream.write(data[at:at + (1 << 20)])
        stream.flush()
        os.fsync(stream.fileno())
    os.rename(folder / "raw.beside", folder / "raw")
    seconds = time.monotonic() - begun
    os.unlink(folder / "raw")
    return seconds


def memory(options, runner):
    """What a rank holds for each configuration of a study."""
    section = Section("memory", options)
    study, n = HERE / "many.yaml", options.configurations
    for number in range(1, min(options.rounds, 3) + 1):
        section.begin_round(number)
        for ranks in (0, 2):
            little = runner.memory(study, ["design.worlds=1"], ranks)
            much = runner.memory(study, [f"design.worlds={n}"], ranks)
            for rank, (low, high) in enumerate(zip(little, much)):
                name = f"rank {rank} of {max(ranks, 1)}"
                more = (high - low) / (n - 1)
                section.sample(name, "1 configuration", "MiB", low)
                section.sample(name, f"{n:,} configurations", "MiB", high)
                section.sample(name, "each configuration more", "bytes", more * 2 ** 20)
                section.sample(name, "so 1,000,000 need", "MiB", low + 1e6 * more)


def result_file(options, runner):
    """From the creation of the file beside the output to its renaming, against a raw write."""
    section = Section("result file", options)
    study, n = HERE / "many.yaml", options.configurations
    for number in range(1, min(options.rounds, 3) + 1):
        section.begin_round(number)
        for outcomes in ("time_over", "all"):
            name, parameter = f"outcomes: {outcomes}", f"{n:,} configurations"
            runner.output.unlink(missing_ok=True)
            watch = Watch(runner.output)
            watch.start()
            runner.run(runner.words(study, [f"design.worlds={n}",
                                            f"observe.outcomes={outcomes}"]))
            watch.over = True
            watch.join()
            data = runner.output.read_bytes()
            section.sample(name, f"{parameter}, size", "MiB", len(data) / 2 ** 20)
            if watch.seen is None or watch.renamed is None:
                sys.exit("bench: the result file was never seen to be written")
            section.sample(name, f"{parameter}, written", "ms",
                           1e3 * (watch.renamed - watch.seen))
            section.sample(name, "the same bytes, raw", "ms",
                           1e3 * raw_write(runner.folder, data))


def most_memory(ear, words):
    process = subprocess.Popen(words)
    _, status, usage = os.wait4(process.pid, 0)
    rank = os.environ.get("OMPI_COMM_WORLD_RANK") or os.environ.get("PMI_RANK") or "0"
    pathlib.Path(f"{ear}.{rank}").write_text(str(usage.ru_maxrss / 1024), encoding="utf-8")
    return os.waitstatus_to_exitcode(status)


SECTIONS = {"simpy": simpy, "run": whole_run, "scaling": scaling, "start": start_up,
            "memory": memory, "file": result_file, "sweep": sweep}


def main():
    if sys.argv[1:2] == ["--most-memory"]:
        return most_memory(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("section", choices=SECTIONS)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--replications", type=int, default=1024)
    parser.add_argument("--configurations", type=int, default=100000)
    options = parser.parse_args()
    options.headroom = str(options.build / "headroom")
    options.bench = str(options.build / "tests/bench")
    with tempfile.TemporaryDirectory(prefix="headroom-bench.") as folder:
        SECTIONS[options.section](options, Runner(options, pathlib.Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
