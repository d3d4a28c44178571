#!/usr/bin/env python3
"""Tables of a benchmark run from the lines of its samples; started by run.sh, which says how to
read them.

Exit code 1 when programs disagree about the answer: nobody is fast by being wrong.
"""

import argparse
import math
import os
import platform
import sys

import table

NOISY = 0.03      # spread of the probe above which a warning is printed
BUSY = 1.05       # wall / processor time of the probe, the same
SIGMAS = 5.0      # joint standard errors within which answers agree
COLUMNS = 4       # kernels side by side
WHOLE = "input + replay"


def number(value):
    """Three or four figures in at most eight characters."""
    if value is None:
        return "-"
    if value == 0:
        return "0"
    digits = max(0, 3 - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 6)}f}"


def times(row):
    return "-" if row.ratio is None else number(row.ratio)


def heading(text, *notes):
    print()
    print(f"== {text}")
    for note in notes:
        print(f"   {note}")


def grid(head, lines, widths):
    """First columns left, the rest right."""
    for line in [head, *lines]:
        cells = [f"{cell:<{-width}}" if width < 0 else f"{cell:>{width}}"
                 for cell, width in zip(line, widths)]
        print(" ".join(cells).rstrip())


def of(rows, section):
    return [row for row in rows.values() if row.section == section and row.name != "probe"]


def unique(words):
    return list(dict.fromkeys(words))


def full(rows):
    """Every number of each row."""
    lines = []
    for row in rows:
        if row.repeats == 0:
            lines.append([row.name, row.isa, row.parameter, row.unit])
            continue
        lines.append([row.name, row.isa, row.parameter, row.repeats, number(row.min),
                      number(row.q1), number(row.median), number(row.q3), times(row)])
    grid(["", "isa", "part", "n", "min", "q1", "median", "q3", "x naive"], lines,
         [-15, -8, -14, 3, 8, 8, 8, 8, 8])


def print_m0(rows):
    heading("Model M0, ns per meeting, processor time of one thread",
            "x naive: how many times as fast as naive C, median over rounds")
    part = {WHOLE: 0, "replay": 1, "input": 2}
    ours = sorted(of(rows, "M0"), key=lambda row: part[row.parameter])
    peers = [row for row in of(rows, "SimPy") if row.name != "naive C"]
    full(ours + peers)


def print_blocks(rows):
    found = of(rows, "blocks")
    if not found:
        return
    levels = unique(row.isa for row in found if row.isa != "-")
    heading("Building blocks, ns: median, and half the distance of the quartiles in percent")
    lines = []
    for name, parameter in unique((row.name, row.parameter) for row in found):
        if name == "naive C":
            continue
        some = {row.isa: row for row in found if (row.name, row.parameter) == (name, parameter)}
        any_row = next(iter(some.values()))
        cells = [some[level] if level in some else None for level in levels]
        if "-" in some:
            cells = [some["-"]] + [None] * (len(levels) - 1)
        lines.append([name, parameter, any_row.unit[3:]] +
                     [f"{number(row.median)} {100 * row.spread / 2:3.0f}%" if row else ""
                      for row in cells])
    grid(["", "", "ns", *levels], lines, [-12, -28, -18] + [13] * len(levels))


def print_models(rows, answers):
    sections = ["servers", "load range", "overload", "rule", "admission", "feature"]
    print_sections(rows, sections, "M0 with one thing changed", answers)
    print_sections(rows, ["sharing"], "Choices of M0 on one input, each meeting of each of them",
                   answers)


def print_sections(rows, sections, title, answers):
    found = [row for section in sections for row in of(rows, section) if row.name != "naive C"]
    if not found:
        return
    kernels = unique(row.name for row in found if row.repeats > 0)
    for at in range(0, len(kernels), COLUMNS):
        print_changed(found, sections, title, kernels[at:at + COLUMNS], answers)


def changed_cell(row):
    if row is None:
        return ""
    return f"{number(row.median)} {times(row):>5}x" if row.repeats > 0 else "declines"


def print_changed(found, sections, title, kernels, answers):
    heading(f"{title} ({found[0].isa}), {WHOLE}",
            "ns per meeting (median), and x naive C on plain M0 in the same rounds",
            "over: measured share of time with any server over the target")
    for section in sections:
        lines = []
        for parameter in unique(row.parameter for row in found if row.section == section):
            some = [row for row in found if (row.section, row.parameter) == (section, parameter)]
            shares = [answers[row.key] for row in some if row.key in answers]
            over = f"{100 * shares[0][1] / shares[0][0]:.2f} %" if shares else "-"
            by_name = {row.name: row for row in some}
            lines.append([parameter, over] + [changed_cell(by_name.get(k)) for k in kernels])
        repeats = max(row.repeats for row in found if row.section == section)
        grid([f"{section} (n = {repeats})", "over", *kernels], lines,
             [-30, 8] + [14] * len(kernels))
        print()


def with_quartiles(row, *numbers):
    median, low, high = numbers
    return f"{number(median)} ({number(low)} - {number(high)})" if row.repeats > 0 else "-"


def print_deployment(rows):
    found = {(row.parameter, row.name): row for row in of(rows, "deployment")
             if row.name != "naive C"}
    naive = [row.min / 2 for row in of(rows, "deployment") if row.name == "naive C"]
    if not found:
        return
    heading("A deployment: ns per event, and x an event of naive C; medians (quartiles)",
            "event: start, join or end of a meeting, start or end of a leg, of each choice; in naive C",
            "start or end. Steps of sessions (10 s) and reports (10 s) of each server come on top.",
            "sessions: how many times the time without them",
            "by the engine as in a run: input, replay of all pools, tallies")
    lines = []
    for parameter in unique(parameter for parameter, _ in found):
        on, off, more = [found[parameter, name]
                         for name in ("with sessions", "no sessions", "sessions")]
        lines.append([parameter, on.repeats, number(on.median),
                      with_quartiles(on, on.ratio, on.ratio_q1, on.ratio_q3), number(off.median),
                      with_quartiles(off, off.ratio, off.ratio_q1, off.ratio_q3),
                      with_quartiles(more, more.median, more.q1, more.q3)])
    isa = next(iter(found.values())).isa
    grid([isa, "n", "ns", "x naive", "no sessions", "x naive", "sessions"], lines,
         [-22, 3, 6, 20, 12, 20, 20])
    if not naive:
        return
    print("   of minima:")
    lines = []
    for parameter in unique(parameter for parameter, _ in found):
        on, off = [found[parameter, name].min for name in ("with sessions", "no sessions")]
        lines.append([parameter, "", number(on), f"{naive[0] / on:.2f}", number(off),
                      f"{naive[0] / off:.2f}", f"{on / off:.2f}"])
    grid([isa, "", "ns", "x naive", "no sessions", "x naive", "sessions"], lines,
         [-22, 3, 6, 20, 12, 20, 20])


def print_program(rows):
    found = [row for row in of(rows, "program") if row.name != "naive C"]
    if not found:
        return
    heading("The whole program on M0, one process, one thread; the file is written",
            "by itself: input and replay with the program's own kernel, nothing else;",
            "in its tasks: with outcomes and tallies")
    lines = [[f"{row.name} {row.isa}".rstrip(" -"), row.parameter, row.repeats, number(row.min),
              number(row.median), number(row.q3), times(row)] for row in found]
    grid(["ns per meeting", "", "n", "min", "median", "q3", "x naive"], lines,
         [-18, -24, 3, 9, 9, 9, 9])


def print_scaling(rows):
    found = {(row.name, row.parameter): row for row in of(rows, "scaling")}
    names = unique(name for name, _ in found if name != "naive C")
    if not names:
        return
    heading(f"Strong scaling on M0 under mpirun, ms by the wall, {os.cpu_count()} cores",
            "start: the same run with one replication; work: the difference, whose medians make",
            "the speed-up. naive C's: of as many naive programs at once, for their work together:",
            "what the machine had to give beside its other work")
    base, one = found[names[0], "work"], found["naive C", "1 at once"]
    lines = []
    for name in names:
        work = found[name, "work"]
        copies = math.prod(int(word) for word in name.split() if word.isdigit())
        naive = found["naive C", f"{copies} at once"]
        lines.append([name, work.repeats] +
                     [number(found[name, part].median) for part in ("whole", "start", "work")] +
                     [number(work.min), f"{base.median / work.median:.2f}",
                      f"{copies * one.median / naive.median:.2f}"])
    grid(["", "n", "whole", "start", "work", "least work", "speed-up", "naive C's"], lines,
         [-22, 3, 9, 9, 9, 11, 9, 10])


def print_plain(rows, section, title, *notes):
    found = [row for row in of(rows, section) if row.name != "naive C"]
    if not found:
        return
    heading(title, *notes)
    lines = [[row.name, row.parameter, row.repeats, number(row.min), number(row.median),
              number(row.q3), row.unit] for row in found]
    grid(["", "", "n", "min", "median", "q3", "unit"], lines, [-30, -30, 3, 8, 8, 8, -5])


def print_sweep(rows):
    found = {(row.name, row.parameter): row for row in of(rows, "sweep") if row.name != "naive C"}
    if not found:
        return
    heading("Many configurations of about 10 ms: shares of the cores' time, medians in percent",
            "ms: computing, of one configuration; outside: all else, then what that was",
            "longest: wait for a task number, ms")
    parts = unique(parameter for _, parameter in found)
    heads = {"one configuration": "ms", "outside of tasks": "outside", "longest fetch": "longest"}
    lines = [[name, next(row.repeats for (n, _), row in found.items() if n == name)] +
             [f"{found[name, part].median:.2f}" for part in parts]
             for name in unique(name for name, _ in found)]
    grid(["", "n", *(heads.get(part, part.split()[-1]) for part in parts)], lines,
         [-19, 2] + [max(6, len(heads.get(part, part.split()[-1]))) for part in parts])


def print_file(rows):
    found = {(row.name, row.parameter): row for row in of(rows, "result file")}
    print_plain(rows, "result file", "The result file, by the wall",
                "written: from the creation of the file beside the output to its renaming; that",
                "includes reading and folding the part logs and all estimates")
    for name in unique(name for name, _ in found if name != "naive C"):
        size, written = [next(row for (n, p), row in found.items()
                              if n == name and p.endswith(end)) for end in ("size", "written")]
        raw = found[name, "the same bytes, raw"]
        print(f"   {name}: {1e3 * size.median / written.median:.1f} MiB/s; "
              f"raw {1e3 * size.median / raw.median:.0f} MiB/s")


def print_noise(rows):
    probes = [row for row in rows.values() if row.name == "probe"]
    heading("Noise: an integer loop timed in every round",
            "spread: (q3 - q1) / median of its processor time",
            "wall/proc: time by the wall over processor time of the whole round: what others took")
    lines, warnings = [], 0
    for section in unique(row.section for row in probes):
        loop, wall = [row for row in probes if row.section == section]
        naive = rows.get((section, "naive C", "-", WHOLE))
        warn = loop.spread > NOISY or wall.median > BUSY
        lines.append([section, loop.repeats, f"{loop.min:.3f}", f"{loop.median:.3f}",
                      f"{100 * loop.spread:.1f} %", f"{wall.median:.2f}",
                      f"{100 * naive.spread:.1f} %" if naive else "-", "noisy" if warn else ""])
        warnings += warn
    grid(["", "n", "min ns", "median", "spread", "wall/proc", "naive's", ""], lines,
         [-14, 4, 8, 8, 9, 10, 9, -6])
    if warnings:
        print("   WARNING: the machine was not quiet where it says noisy: trust ratios and minima, "
              "nothing\n   finer than the spread; times by the wall are worth little.")


def z_of(one, two):
    """Difference of two means in joint standard errors. Both simulate the same model, so that
    their replications have one variance, taken from all of them."""
    def rest(answer):
        count, total, squares = answer
        return max(squares - total * total / count, 0.0)
    (n, total_n, _), (m, total_m, _) = one, two
    variance = (rest(one) + rest(two)) / max(n + m - 2, 1)
    error = math.sqrt(variance * (1 / n + 1 / m))
    return (total_n / n - total_m / m) / error if error > 0 else math.inf


def disagreements(answers):
    """Texts. Headroom's own rows of one model replay the same replications: equal to the last
    bit. Others draw for themselves: within SIGMAS joint standard errors of naive C."""
    same, wrong, judged = {}, [], []
    naive = answers["M0", "naive C", "-", WHOLE]
    for key, answer in answers.items():
        section, name, isa, parameter = key
        independent = name.startswith(("naive", "SimPy", "headroom"))
        if not independent:
            first = same.setdefault((section, parameter), (key, answer))
            if first[1] != answer:
                wrong.append(f"{section}, {parameter}: {name} {isa} counts otherwise than "
                             f"{first[0][1]} {first[0][2]}")
        is_new = all(answer != other for _, other, _ in judged)
        if section in ("M0", "SimPy", "program") and name != "naive C" and is_new:
            z = z_of(answer, naive)
            judged.append((name if independent else "kernels", answer, z))
            if not abs(z) <= SIGMAS:
                wrong.append(f"{name} {isa}: another answer than naive C, z = {z:+.1f}")
    return same, judged, wrong


def print_answers(answers):
    same, judged, wrong = disagreements(answers)
    naive = answers["M0", "naive C", "-", WHOLE]
    heading("The answer: share of time with any server over",
            f"{len(same)} models: equal to the last bit for every kernel and instruction set"
            if not any("counts otherwise" in text for text in wrong) else "kernels DIFFER",
            f"against naive C, which draws for itself: |z| at most {SIGMAS:g}")
    lines = [["naive C", int(naive[0]), f"{naive[1] / naive[0]:.5f}", ""]]
    lines += [[name, int(count), f"{total / count:.5f}", f"{z:+.2f}"]
              for name, (count, total, _), z in judged]
    grid(["", "replications", "share", "z"], lines, [-22, 13, 9, 7])
    for text in wrong:
        print(f"   WRONG: {text}")
    return not wrong


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            return next(line.split(":", 1)[1].strip() for line in stream
                        if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples")
    parser.add_argument("--csv", help="write one row per measurement")
    options = parser.parse_args()
    rows, answers = table.read_samples(options.samples)
    print(f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} "
          "in the last minute")
    print_m0(rows)
    print_blocks(rows)
    print_models(rows, answers)
    print_deployment(rows)
    print_program(rows)
    print_scaling(rows)
    print_sweep(rows)
    print_plain(rows, "start-up", "Start-up, by the wall")
    print_plain(rows, "memory", "Memory: the most that a rank held")
    print_file(rows)
    print_noise(rows)
    agreed = print_answers(answers)
    if options.csv:
        table.write_csv(options.csv, rows)
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
