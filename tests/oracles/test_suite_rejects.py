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


def never_ends():
    """A program that computes for ever, and knows nothing exactly."""
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "headroom")
        with open(program, "w", encoding="utf-8") as stream:
            stream.write("#!/bin/sh\n[ $1 = run ] || exit 64\nwhile :; do :; done\n")
        os.chmod(program, 0o755)
        suite("--ids", "A07", "--tier", "rare", "--most-seconds", "1", "--headroom", program, code=1,
              says="TOO SLOW")


def knows_exactly():
    return subprocess.run([os.environ["HEADROOM"], "exact", "--help"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def main():
    # A18, the mean load, is known to a quarter of a percent with 2,000 replications.
    precise = ["--ids", "A18", "--hits", "2000"]
    suite(*precise, code=0, says="1 right, 0 wrong")
    suite(*precise, "--bias", "1.05", code=1, says="WRONG")
    suite(*precise, "--bias", "0.95", code=1, says="WRONG")
    suite(*precise, "--rate", "1.02", code=1, says="WRONG")
    # A tail is steeper: 2 % more arrivals overload an hour in forty more often by a sixth.
    suite("--ids", "A01", "--hits", "4000", "--rate", "1.05", code=1, says="WRONG")
    suite("--ids", "C08", "--hits", "100", "--rate", "0.5", "--most-seconds", "0.01", code=1,
          says="TOO FEW HITS")
    suite("--ids", "F03", "--tier", "rare", "--rate", "1.05", code=1, says="WRONG")
    never_ends()
    if knows_exactly():
        suite("--ids", "A20,A01,S12", "--tier", "all", "--exact", code=0, says="3 right")
        suite("--ids", "A01", "--exact", "--bias", "1.00001", code=1, says="WRONG")
        suite("--ids", "A20", "--tier", "deterministic", "--bias", "1.01", code=1, says="WRONG")
    else:
        print("SKIPPED in part: this program has no command `exact`")
    suite("--ids", "F23", code=0, says="F23   unsupported: a limit")
    suite("--ids", "H06,H12", "--tier", "all", code=0, says="2 unsupported")
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
