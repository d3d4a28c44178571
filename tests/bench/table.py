"""Rows of a benchmark: from the lines of samples to statistics, and to and from CSV."""

import csv
import statistics

COLUMNS = ["section", "name", "isa", "parameter", "repeats", "min", "q1", "median", "q3", "unit",
           "ratio", "ratio_q1", "ratio_q3"]
NUMBERS = COLUMNS[5:9] + COLUMNS[10:]
KEY = ("section", "name", "isa", "parameter")
# ns in a unit: what has one has a ratio to the naive program.
NANOSECONDS = {"ns": 1.0, "ms": 1e6}


def quartiles(values):
    if len(values) == 1:
        return values * 3
    return statistics.quantiles(values, n=4, method="inclusive")


class Row:
    """One measurement. The ratio is the median over rounds of naive time / own time, each pair
    taken in one round: how many times as fast as a meeting of the naive program."""

    def __init__(self, key, unit, repeats, numbers):
        self.section, self.name, self.isa, self.parameter = self.key = key
        self.unit, self.repeats = unit, repeats
        (self.min, self.q1, self.median, self.q3, self.ratio, self.ratio_q1,
         self.ratio_q3) = numbers

    @classmethod
    def of_samples(cls, key, unit, pairs):
        values = [value for value, _ in pairs]
        scale = NANOSECONDS.get(unit.split()[0])
        ratios = [None] * 3
        if scale is not None:
            ratios = quartiles([naive / (value * scale) for value, naive in pairs if value > 0]
                               or [0.0])
        q1, median, q3 = quartiles(values)
        return cls(key, unit, len(values),
                   [min(values), q1, median, q3, ratios[1], ratios[0], ratios[2]])

    @classmethod
    def missing(cls, key, why):
        return cls(key, why, 0, [None] * 7)

    @property
    def spread(self):
        return (self.q3 - self.q1) / self.median if self.median else 0.0

    def cells(self):
        numbers = ["" if getattr(self, name) is None else f"{getattr(self, name):.6g}"
                   for name in NUMBERS]
        return [*self.key, self.repeats, *numbers[:4], self.unit, *numbers[4:]]


def read_samples(path):
    """({key: Row}, {key: (n, sum, sum of squares)}) of a file of lines."""
    found, answers = {}, {}
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            kind, *words = line.rstrip("\n").split("\t")
            key = tuple(words[:4])
            if kind == "sample":
                found.setdefault(key, (words[4], []))[1].append((float(words[5]),
                                                                 float(words[6])))
            elif kind == "answer":
                old = answers.get(key, (0, 0.0, 0.0))
                answers[key] = tuple(a + b for a, b in zip(old, map(float, words[4:7])))
            elif kind == "missing":
                found[key] = (words[4], [])
    rows = {key: Row.of_samples(key, unit, pairs) if pairs else Row.missing(key, unit)
            for key, (unit, pairs) in found.items()}
    return rows, answers


def write_csv(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(COLUMNS)
        out.writerows(row.cells() for row in rows.values())


def read_csv(path):
    rows = {}
    with open(path, encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            key = tuple(line[name] for name in KEY)
            numbers = [float(line[name]) if line[name] else None for name in NUMBERS]
            rows[key] = Row(key, line["unit"], int(line["repeats"]), numbers)
    return rows
