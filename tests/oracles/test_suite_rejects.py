#!/usr/bin/env python3
"""The oracle suite must be able to say no: to exact values that are a little off, to studies that
are a little off, to a program that breaks, and to files that are no cases."""

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SUITE = os.path.join(HERE, "..", "oracle_suite")
CASES = os.path.join(HERE, "open.json")

faults = []


def suite(*options, file=CASES, code=0, says=""):
    done = subprocess.run([sys.executable, SUITE, file, *options], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != code or says not in done.stdout:
        faults.append(f"oracle_suite {' '.join(options)}: exit {done.returncode}, expected {code} "
                      f"and the words '{says}':\n{done.stdout}")
    return done.stdout


def main():
    # A18, the mean load, is known to a quarter of a percent with 2,000 replications.
    precise = ["--ids", "A18", "--hits", "2000"]
    suite(*precise, code=0, says="1 right, 0 wrong")
    suite(*precise, "--bias", "1.05", code=1, says="WRONG")
    suite(*precise, "--bias", "0.95", code=1, says="WRONG")
    suite(*precise, "--rate", "1.02", code=1, says="WRONG")
    # A tail is steeper: 2 % more arrivals overload an hour in forty more often by a sixth.
    suite("--ids", "A01", "--hits", "4000", "--rate", "1.05", code=1, says="WRONG")
    suite("--ids", "A07", "--tier", "rare", "--hits", "10", "--most-seconds", "0.01", code=1,
          says="TOO FEW HITS")
    suite("--ids", "F23", code=0, says="F23   unsupported: a limit")
    suite("--ids", "A20,H16", "--tier", "all", code=0, says="2 unsupported")
    suite("--ids", "A18", "--headroom", "/bin/false", code=1, says="BROKEN")
    suite("--ids", "nothing", code=64, says="no case")
    with tempfile.TemporaryDirectory() as folder:
        foreign = os.path.join(folder, "foreign.json")
        with open(foreign, "w", encoding="utf-8") as stream:
            json.dump({"schema": "other/1", "cases": []}, stream)
        suite(file=foreign, code=65, says="not a file in the schema")
    for line in faults:
        print(line)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
