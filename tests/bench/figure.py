#!/usr/bin/env python3
"""Draw a benchmark run: figure.py RUN.csv OUT.png (or .svg, .pdf)."""

import sys

import matplotlib
import table

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


def of(rows, section, parameter=None):
    return [row for row in rows.values()
            if row.section == section and row.name not in ("probe", "naive C")
            and row.repeats > 0 and parameter in (None, row.parameter)]


def draw_ratios(axes, rows):
    """Bars from the quartiles' median, with the quartiles as whiskers; naive C is the line."""
    found = of(rows, "M0", "input + replay") + of(rows, "SimPy")
    labels = [row.name if row.isa == "-" else f"{row.name}, {row.isa}" for row in found]
    whiskers = [[row.ratio - row.ratio_q1 for row in found],
                [row.ratio_q3 - row.ratio for row in found]]
    axes.barh(labels, [row.ratio for row in found], xerr=whiskers, color="#4878a8", capsize=2)
    for at, row in enumerate(found):
        axes.annotate(f"{row.ratio:.3g}", (row.ratio_q3, at), xytext=(5, 0), fontsize=8,
                      textcoords="offset points", va="center")
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.margins(x=0.15)
    axes.axvline(1.0, color="black", linewidth=1)
    axes.set_xlabel("speed on M0, naive C = 1")


def draw_servers(axes, rows):
    found = of(rows, "servers")
    for name in dict.fromkeys(row.name for row in found):
        mine = [row for row in found if row.name == name]
        x = [int(row.parameter) for row in mine]
        axes.plot(x, [row.median for row in mine], marker="o", markersize=3, label=name)
        axes.fill_between(x, [row.q1 for row in mine], [row.q3 for row in mine], alpha=0.25)
    ticks = sorted({int(row.parameter) for row in found})
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(ticks, [str(t) for t in ticks], fontsize=8)
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(matplotlib.ticker.ScalarFormatter())
    axes.yaxis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 5)))
    axes.set_xlabel("servers")
    axes.set_ylabel("ns per meeting (median, quartiles)")
    if found:
        axes.set_title(found[0].isa, fontsize=9)
        axes.legend()


def main():
    if len(sys.argv) != 3:
        print("usage: figure.py RUN.csv OUT.png", file=sys.stderr)
        return 64
    rows = table.read_csv(sys.argv[1])
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    draw_ratios(left, rows)
    draw_servers(right, rows)
    figure.savefig(sys.argv[2], dpi=150)
    return 0


if __name__ == "__main__":
    sys.exit(main())
