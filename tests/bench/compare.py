#!/usr/bin/env python3
"""What changed between two benchmark runs beyond their noise.

    compare.py OLD.csv NEW.csv

Times are compared by their ratio to the naive program of the same run, never by themselves; sizes
by their medians. Changed: each median lies outside the other's quartiles, and they differ by more
than 3 times the spread (q3 - q1 over median) of the section's integer loop, by more than the
spread of its naive program and of the row itself, in either run, and by more than 2 %. Not judged:
rows of fewer than 5 repeats (their quartiles say little), and times by the wall of sections in
which others took the core.
"""

import math
import sys

import table

SPREADS = 3.0
LEAST = 0.02
LEAST_REPEATS = 5
BUSY = 1.05  # wall / processor time
WALL_SECTIONS = ("program", "scaling", "start-up", "result file")


def noise_of(rows, row):
    """The least relative difference that means anything in this run."""
    loop = rows.get((row.section, "probe", "-", "integer loop"))
    naive = rows.get((row.section, "naive C", "-", "input + replay"))
    low, middle, high = numbers(row)
    return max(SPREADS * loop.spread if loop else 0.0, naive.spread if naive else 0.0,
               (high - low) / middle if middle > 0 else 0.0, LEAST)


def is_judged(rows, row):
    wall = rows.get((row.section, "probe", "-", "wall / processor time"))
    is_busy = wall is not None and wall.median > BUSY and row.section in WALL_SECTIONS
    return row.repeats >= LEAST_REPEATS and not is_busy


def numbers(row):
    """(q1, median, q3), larger is better: the ratio where there is one."""
    if row.ratio is not None:
        return row.ratio_q1, row.ratio, row.ratio_q3
    return row.q1, row.median, row.q3


def change(old, new, noise):
    """new / old when that is beyond noise, else None."""
    (a1, a, a3), (b1, b, b3) = numbers(old), numbers(new)
    if not (a > 0 and b > 0):
        return None
    outside = not a1 <= b <= a3 and not b1 <= a <= b3
    return b / a if outside and abs(math.log(b / a)) > math.log1p(noise) else None


def is_compared(row):
    return row.repeats > 0 and row.name not in ("probe", "naive C")


def label(row):
    return " ".join(word for word in (row.section + ":", row.name, row.isa, row.parameter)
                    if word != "-")


def main():
    if len(sys.argv) != 3:
        print(__doc__.split("\n")[2].strip(), file=sys.stderr)
        return 64
    old, new = [table.read_csv(path) for path in sys.argv[1:]]
    both = [key for key in new if key in old and is_compared(new[key]) and is_compared(old[key])]
    judged = [key for key in both if all(is_judged(rows, rows[key]) for rows in (old, new))]
    found = []
    for key in judged:
        noise = max(noise_of(rows, rows[key]) for rows in (old, new))
        factor = change(old[key], new[key], noise)
        if factor is not None:
            found.append((factor, new[key], old[key]))
    print(f"== Against {sys.argv[1]}: {len(found)} of {len(judged)} rows changed beyond noise; "
          f"{len(both) - len(judged)} not judged")
    for factor, row, before in sorted(found, key=lambda item: -abs(math.log(item[0]))):
        if row.ratio is not None:
            word = "faster" if factor > 1 else "slower"
            what = f"x naive {before.ratio:.3g} -> {row.ratio:.3g}"
        else:
            word = "more" if factor > 1 else "less"
            what = f"{before.median:.4g} -> {row.median:.4g} {row.unit}"
        print(f"{100 * (max(factor, 1 / factor) - 1):6.1f} % {word:6} {label(row)[:56]:56} {what}")
    for rows, others, word in ((old, new, "gone"), (new, old, "new")):
        for key in rows:
            if key not in others and is_compared(rows[key]):
                print(f"         {word:6} {label(rows[key])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
