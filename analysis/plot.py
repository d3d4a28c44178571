#!/usr/bin/env python3
"""Draw a Headroom result: PNG and SVG beside the file, or in --output DIR.

  <name>-distribution   how the headline outcome is spread over the worlds: the share of worlds at
                        or below each value, with every world's interval
  <name>-servers        the outcomes against the number of servers: the mean over the worlds with
                        its interval, for each of the other choices

Needs h5py, numpy and matplotlib (Debian: python3-h5py python3-matplotlib).
"""

import argparse
import os
import sys

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot as plt, ticker  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answer import Answer, NotOurs  # noqa: E402

# Okabe and Ito (2008), told apart with every kind of colour vision; markers differ as well.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
SERVERS = "pool.servers"
MOST_PANELS, MOST_LINES = 6, len(COLOURS)


def short(path):
    name = path.removeprefix("deployment.") if path.startswith("deployment.") else path.split(".")[-1]
    return name.replace("_", " ").replace(".", " ")


def value_text(value):
    return value if isinstance(value, str) else f"{value:g}"


def is_share(answer, outcome):
    """Probabilities and shares are drawn in percent."""
    lower, upper = answer.cell(outcome)[1:]
    shares = ("time", "period", "over", "meetings", "people", "person", "fits", "stranded",
              "misplaced", "nowhere", "blocking", "first", "total")
    bounded = np.nanmin(lower) >= 0.0 and np.nanmax(upper) <= 1.0
    return answer.outcome_unit(outcome) == "1" and outcome.startswith(shares) and bounded


def axis_label(answer, outcome):
    name = outcome.replace("_", " ")
    unit = "%" if is_share(answer, outcome) else answer.outcome_unit(outcome)
    return f"{name} ({unit})" if unit != "1" else name


def scaled(answer, outcome):
    factor = 100.0 if is_share(answer, outcome) else 1.0
    return [factor * part for part in answer.cell(outcome)]


def provenance_line(answer):
    said = [answer.attribute("title"), f"{len(answer.column('configuration')):,} configurations",
            "headroom " + answer.attribute("version", "provenance"), "digest " + answer.digest()]
    return "  ·  ".join(filter(None, said))


def finish(figure, answer, folder, suffix):
    """Provenance below the figure, then both files; returns their paths."""
    figure.text(0.01, 0.005, provenance_line(answer), fontsize=6.5, color="0.35", va="bottom")
    stem = os.path.splitext(os.path.basename(answer.path))[0]
    paths = [os.path.join(folder, f"{stem}-{suffix}.{kind}") for kind in ("png", "svg")]
    for path in paths:
        # Without a date the same answer gives the same file.
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.endswith("svg") else None)
    plt.close(figure)
    return paths


# ---- how the configurations are told apart

def lines_and_panels(answer):
    """(panel axis, line axis): the number of servers and the first other choice, if any."""
    choices = answer.choices()
    panel = SERVERS if SERVERS in choices else None
    others = [c for c in choices if c != panel]
    return panel, (others[0] if others else None), others[1:]


def levels_of(answer, name):
    values = answer.column(name)
    order = {}
    for value in values:
        order.setdefault(value, len(order))
    levels = list(order)
    return sorted(levels) if values.dtype.kind in "if" else levels


def spread_out(items, most):
    """At most `most` items, first and last among them."""
    if len(items) <= most:
        return items
    places = np.unique(np.linspace(0, len(items) - 1, most).round().astype(int))
    return [items[p] for p in places]


def groups(answer, axis, most):
    """[(label, mask)] of the levels of an axis; one unnamed group without an axis."""
    if axis is None:
        return [("", np.ones(len(answer.column("configuration")), dtype=bool))]
    column = answer.column(axis)
    return [(value_text(v), column == v) for v in spread_out(levels_of(answer, axis), most)]


def restrict(answer, surplus):
    """Further choices are held at their first level, and the figure says so."""
    mask = np.ones(len(answer.column("configuration")), dtype=bool)
    notes = []
    for name in surplus:
        level = levels_of(answer, name)[0]
        mask &= answer.column(name) == level
        notes.append(f"{short(name)} {value_text(level)}")
    return mask, ", ".join(notes)


# ---- the distribution over the worlds

def draw_distribution(axes, values, lower, upper, style):
    """Share of worlds at or below a value. A world's interval is a thin bar within its step; the
    bars of several lines lie side by side."""
    order = np.argsort(values, kind="stable")
    step = 100.0 / len(order)
    top = step * (np.arange(len(order)) + 1.0)
    axes.step(values[order], top, where="post", color=style["color"], linewidth=1.6,
              label=style["label"], zorder=3)
    inside = top - step * (style["index"] + 0.5) / style["lines"]
    axes.hlines(inside, lower[order], upper[order], color=style["color"], alpha=0.45,
                linewidth=max(0.25, min(2.0, 90.0 / (len(order) * style["lines"]))))
    if len(order) <= 30:
        axes.plot(values[order], inside, linestyle="none", color=style["color"],
                  marker=style["marker"], markersize=3.5)


def distribution(answer, folder):
    outcome = answer.headline
    value, lower, upper = scaled(answer, outcome)
    panel_axis, line_axis, surplus = lines_and_panels(answer)
    kept, note = restrict(answer, surplus)
    panels = groups(answer, panel_axis, MOST_PANELS)
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure, grid = plt.subplots(rows, columns, figsize=(3.3 * columns + 0.6, 2.7 * rows + 0.7),
                                sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(panels):]:
        axes.set_visible(False)
    for axes, (name, inside) in zip(grid.flat, panels):
        lines = groups(answer, line_axis, MOST_LINES)
        for index, (label, of_line) in enumerate(lines):
            mask = kept & inside & of_line & np.isfinite(value)
            if mask.any():
                style = {"color": COLOURS[index], "marker": MARKERS[index], "label": label,
                         "index": index, "lines": len(lines)}
                draw_distribution(axes, value[mask], lower[mask], upper[mask], style)
        axes.set_title(f"{name} {short(panel_axis)}" if panel_axis else "", fontsize=9)
        axes.grid(alpha=0.25)
    top = np.nanmax(upper[np.isfinite(upper)], initial=0.0)  # nothing seen may leave no bound
    if np.nanmin(lower) >= 0.0 and top > 0.0:
        # Zero and one in a million both have a place; small values are what matters here.
        grid[0][0].set_xscale("symlog", linthresh=top / 1000.0)
        grid[0][0].set_xlim(0.0, top * 1.05)
        grid[0][0].xaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
    if answer.threshold is not None:
        limit = answer.threshold * (100.0 if is_share(answer, outcome) else 1.0)
        for axes in grid.flat:
            axes.axvline(limit, color="0.2", linewidth=0.8, linestyle=":")
    if line_axis:
        grid[0][0].legend(title=short(line_axis), fontsize=7, title_fontsize=7)
    figure.supxlabel(axis_label(answer, outcome) + (f"; {note}" if note else ""),
                    fontsize=9, y=0.035)
    figure.supylabel("worlds at or below (%)", fontsize=9)
    figure.suptitle(f"{answer.target_text()}: how it is spread over what is not known",
                    fontsize=10)
    figure.tight_layout(rect=(0, 0.02, 1, 1))
    return finish(figure, answer, folder, "distribution")


# ---- against the number of servers

def servers(answer, folder):
    panel_axis, line_axis, surplus = lines_and_panels(answer)
    if panel_axis is None:
        return []
    kept, note = restrict(answer, surplus)
    # A pool of more servers has more that can be over; a meeting's own risk may be compared.
    outcomes = [answer.headline] + [o for o in ("meetings_hit",)
                                    if answer.has(o) and o != answer.headline]
    figure, grid = plt.subplots(1, len(outcomes), figsize=(4.4 * len(outcomes) + 0.4, 3.7),
                                squeeze=False)
    levels = levels_of(answer, panel_axis)
    choice = answer.column("choice")
    for axes, outcome in zip(grid[0], outcomes):
        factor = 100.0 if is_share(answer, outcome) else 1.0
        mean, lower, upper = (factor * part for part in answer.over_worlds(outcome))
        lines = groups(answer, line_axis, MOST_LINES)
        for index, (label, of_line) in enumerate(lines):
            shift = 0.12 * (index - (len(lines) - 1) / 2.0)
            points = []
            for level in levels:
                mask = kept & of_line & (answer.column(panel_axis) == level)
                if mask.any():
                    c = choice[mask][0]  # all choices but these are held
                    points.append((level + shift, mean[c], lower[c], upper[c]))
            if not points:
                continue
            x, y, low, high = np.array(points, dtype=float).T
            axes.errorbar(x, y, yerr=[np.maximum(y - low, 0.0), np.maximum(high - y, 0.0)],
                          color=COLOURS[index], marker=MARKERS[index], markersize=4, capsize=2.5,
                          linewidth=1.3, label=label)
        axes.set_xticks(levels)
        axes.set_xlabel("servers in the pool")
        axes.set_ylabel(axis_label(answer, outcome))
        axes.set_ylim(bottom=0.0)
        axes.grid(alpha=0.25)
    if line_axis:
        grid[0][0].legend(title=short(line_axis), fontsize=7, title_fontsize=7)
    confidence = 100.0 * float(answer.file.attrs["confidence"])
    figure.suptitle(f"mean over the worlds, {confidence:g} % interval"
                    + (f"; {note}" if note else ""), fontsize=10)
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    return finish(figure, answer, folder, "servers")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", help="what `headroom run` wrote")
    parser.add_argument("--output", metavar="DIR", help="folder for the pictures")
    options = parser.parse_args()
    folder = options.output or os.path.dirname(os.path.abspath(options.result))
    try:
        os.makedirs(folder, exist_ok=True)
        answer = Answer(options.result)
        paths = distribution(answer, folder) + servers(answer, folder)
    except NotOurs as reason:
        print(f"plot: {reason}", file=sys.stderr)
        return 65
    except OSError as reason:
        print(f"plot: cannot write to {folder}: {reason}", file=sys.stderr)
        return 73
    for path in paths:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
