#!/usr/bin/env python3
"""What rare overload costs: tilted input against input from the true laws, on one core.

Work-normalised variance: seconds of computing per replication times the squared coefficient of
variation of its contribution. That of the true laws follows from the probability itself, 1 / p - 1.
Both engines run in turn, round after round; times are of computing (no start-up, no file): minima over
the rounds, and as the cost the median of the rounds' ratios, for what disturbs a round disturbs both.
The curve's time is the wall's.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


def answer(options, folder, study, sets):
    """The answer as JSON, and seconds by the wall."""
    output = folder / "out.h5"
    output.unlink(missing_ok=True)
    more = [word for one in sets for word in ("--set", one)]
    begun = time.monotonic()
    subprocess.run([options.headroom, "run", str(HERE / study), "-o", str(output), "-q", "-t", "1",
                    *more], stdout=subprocess.DEVNULL, check=True)
    seconds = time.monotonic() - begun
    done = subprocess.run([options.headroom, "show", str(output), "--json"],
                          stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout), seconds


POOLS = (
    ("any overload in 4 h, 8 servers at the documented load, least loaded", "rare-pool.yaml",
     (580, 600, 630)),
    ("the same with 2 in 10,000 meetings of 1,000 people", "rare-huge.yaml", (1600, 1700, 2000)),
    ("sizes with a long tail, up to 250", "rare-tail.yaml", (900, 1000)),
)


def pool(options, folder, study, load):
    """One row of the table for a ceiling of `load`."""
    each = {"plain": [], "tilted": []}
    for _ in range(options.rounds):
        for engine, seconds in each.items():
            result, _ = answer(options, folder, study,
                               [f"rare.engine={engine}", f"pool.server.load={load}",
                                f"precision.at_most={options.replications} replications"])
            seconds.append(result["computing_seconds"] / result["replications"])
    estimate = result["configurations"][0]["outcomes"]["period_overload"][0]
    variation = result["configurations"][0]["diagnostics"]["variation"]
    p = estimate["value"]
    cost = statistics.median(t / plain for t, plain in zip(each["tilted"], each["plain"]))
    print(f"{load:6d}  {p:9.3g} +- {100 * estimate['se'] / p:3.1f} %  {1e3 * min(each['plain']):8.3f}"
          f"  {1e3 * min(each['tilted']):9.3f}  {cost:5.2f}  {variation:6.1f}  {1 / p - 1:9.3g}"
          f"  {(1 / p - 1) / variation / cost:9.3g}")


def control(options, folder, study, sets):
    """The share of time over, with the pool's load as a control."""
    result, _ = answer(options, folder, study,
                       ["rare.engine=tilted", "target.outcome=time_over", *sets,
                        f"precision.at_most={options.replications} replications"])
    estimate = result["configurations"][0]["outcomes"]["time_over"][0]
    diagnostics = result["configurations"][0]["diagnostics"]
    print(f"{estimate['value']:9.3g} +- {100 * estimate['se'] / estimate['value']:4.2f} %"
          f"  {diagnostics['variation'] * diagnostics['control_gain']:6.1f}"
          f"  {diagnostics['variation']:6.2f}  {diagnostics['control_gain']:5.1f}")


CONTROLLED = (
    ("rare-pool.yaml", ("pool.server.load=570",)),
    ("rare-pool.yaml", ("pool.server.load=600",)),
    ("rare-pool.yaml", ("pool.server.load=630",)),
    ("rare-two.yaml", ()),
)


def curve(options, folder):
    result, seconds = answer(options, folder, "rare-curve.yaml", [])
    cells = [e for e in result["configurations"][0]["outcomes"]["period_overload_scaled"]
             if e.get("min_episode", 0) == 0]
    worst = max(e["se"] / e["value"] for e in cells)
    print(f"one run, {len(cells)} ceilings: {cells[0]['value']:.3g} down to "
          f"{cells[-1]['value']:.3g}, relative standard error at most {100 * worst:.1f} %, "
          f"{result['computing_seconds']:.1f} s of computing, {seconds:.1f} s in all")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=HERE.parent.parent / "build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--replications", type=int, default=4096, help="of each run of the pool")
    options = parser.parse_args()
    options.headroom = str(options.build / "headroom")
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        for title, study, loads in POOLS:
            print(f"{title}\n"
                  "   C          p           ms plain  ms tilted   cost  CV2     1/p - 1    gain")
            for load in loads:
                pool(options, pathlib.Path(name), study, load)
        print("share of time over, with the pool's load as a control\n"
              "   p                   CV2   with it  gain")
        for study, sets in CONTROLLED:
            control(options, pathlib.Path(name), study, sets)
        curve(options, pathlib.Path(name))


if __name__ == "__main__":
    main()
