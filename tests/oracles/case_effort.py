"""How long and how often an oracle case is simulated, and the study that says so.

Tier crude: the exact value is known, so the effort can be chosen for it. A long stationary window
spreads the cost of the warm-up, but only replications count as hits, so a window is about as long
as the time between two overloads. `replications` starts from a guess and is corrected by what a
first run found. The engine is the plain one, which these cases test.

Tier rare: the program chooses its engine and stops by itself. A window is short: a path of the
tilted engine has its overload wherever it is looked for, and a longer window only costs more.
"""

import math

import case_study as words
from case_study import Target, hours, mean_of, percent, plain

LONGEST_WINDOW = 2000.0   # hours; a study may not reach further than 1e7 s
RARE_WINDOW = 2.0         # mean durations
EPISODE = 0.12            # of a mean duration: a typical overload, for the first guess
SNAPSHOT = 0.05           # of a mean duration: apart far enough to be worth looking
MOST_WORLDS = 4096
RARE_RELATIVE = 6.0       # %, half an interval that pays for its looks: more than three standard errors


class Study:
    """A case in the words of a study: `text` is the file of tier crude, `rare_text` of tier rare,
    `known_text` what `headroom exact` reads, `size_text` what `headroom size` does."""

    def __init__(self, case, is_rare=False):
        self.case = case
        self.is_rare = is_rare
        self.model = dict(case["model"])
        self.quantity = case["quantity"]
        self.over_worlds = self.quantity["kind"] == "mean_over_configurations"
        self.inner = words.inner_of(self.quantity)
        # The probability to be seen; of a search the one that is searched for.
        self.likely = abs(self.quantity.get("target", case["value"]))
        self.target = words.target_of(self.quantity, self.model)
        self.check()
        names = self.model.get("resources", ["load"])
        if len(names) > len(words.RESOURCES):
            raise words.Unsupported(f"{len(names)} resources")
        self.resources = words.RESOURCES[1:][:len(names)] if len(names) > 1 else \
            words.RESOURCES[:1]
        self.duration = self.mean_duration()
        self.in_progress = self.model.get("meetings_in_progress")
        self.set_window()

    def check(self):
        if self.quantity["kind"] == "smallest_n":
            self.model["n"] = 1  # where the search begins
        if not isinstance(self.model.get("n"), int):
            raise words.Unsupported(f"a pool of n = {self.model.get('n')} servers")
        if self.model.get("initial") not in ("stationary", "empty", "periodic steady state"):
            raise words.Unsupported(f"initial state {self.model.get('initial')!r}")

    def mean_duration(self):
        classes = words.classes_of(self.model)
        total = sum(c.get("prob", 1.0) for c in classes)
        return sum(c.get("prob", 1.0) * mean_of(c["duration"]) for c in classes) / total

    # ---- the window: self.start, .begin, .length (hours), .sources

    def set_window(self):
        self.start = {"stationary": "stationary", "empty": "empty",
                      "periodic steady state": "periodic"}[self.model["initial"]]
        self.sources = self.model["arrivals"]
        self.warm_up = None
        self.begin, self.time = 0.0, None
        if self.in_progress is not None:
            self.hold_meetings()
        elif self.target.at_time:
            self.time = self.inner["time"]
            # A little around the instant; from an empty pool all that goes before it.
            self.begin = 0.0 if self.start == "empty" else self.time - 0.005
            self.length = self.time + 0.005 - self.begin
        elif "window" in self.inner:
            self.begin, end = self.inner["window"]
            self.length = end - self.begin
            if self.start == "empty" and self.begin > 0.0:
                self.begin_empty_before_window()
        else:
            self.length = self.stationary_length()

    def hold_meetings(self):
        """Exactly k meetings in progress: a batch of k that outlasts the window."""
        self.start = "empty"
        self.sources = [{"type": "single_batch", "time": 0.0,
                         "count": {"type": "fixed", "m": self.in_progress}}]
        self.time, self.length = 0.005, 0.01
        self.target.at_time, self.target.every = True, False

    def begin_empty_before_window(self):
        """Empty at 0, measured from later on: nothing arrives before 0, and the time between is
        warm-up. Only sources with a rate that can be cut off at 0 can say this."""
        if any(s["type"] not in ("poisson", "piecewise") or s.get("period") for s in self.sources):
            raise words.Unsupported("a window that begins after an empty start")
        end = self.begin + self.length
        self.sources = [s if s["type"] == "piecewise" else
                        {"type": "piecewise", "edges": [0.0, end], "rates": [s["rate"]]}
                        for s in self.sources]
        self.start, self.warm_up = "periodic", self.begin

    def is_held(self):
        """One background draw per replication: long windows do not average it."""
        return self.model.get("background", {}).get("type", "none") not in ("none", "constant")

    def stationary_length(self):
        unit = self.duration
        if self.is_held() or self.over_worlds:
            return 4.0 * unit
        if self.is_rare:
            return RARE_WINDOW * unit * (2.0 if self.is_admission() else 1.0)
        value = self.likely
        if self.inner["kind"] in ("mean_load", "var_load", "mean_max_load", "imbalance"):
            return 20.0 * unit
        if self.inner["kind"] == "mean_overload_episode_length":
            return 40.0 * unit
        if "episode_rate" in self.inner["kind"]:
            wanted = 1.0 / value
        elif self.inner["kind"] == "blocking_probability":
            # Refusals come in clusters while the pool is full.
            wanted = max(40.0 * unit, 0.3 * unit / value)
        else:
            # What takes all servers at once lasts shorter by their number.
            together = self.model["n"] if self.target.outcome == "fits_everywhere" else 1
            wanted = EPISODE * unit / value / together
        least = 40.0 if self.is_admission() else 10.0
        return min(max(wanted, least * unit), LONGEST_WINDOW)

    def is_admission(self):
        return self.model.get("admission", {"policy": "none"})["policy"] != "none"

    # ---- effort

    def replications(self, hits):
        """First guess of how many replications give `hits`."""
        if self.over_worlds:
            return 8
        likely = 0.5
        if self.target.at_time or self.inner["kind"] == "any_overload_in_window":
            likely = min(max(self.likely, 1e-9), 1.0)
        if self.inner["kind"] in ("mean_load", "var_load", "mean_max_load"):
            likely = 1.0
        return math.ceil(1.15 * hits / likely)

    def worlds(self, hits):
        return min(MOST_WORLDS, max(512, 2 * hits)) if self.over_worlds else 1

    # ---- the file

    def text(self, replications, hits, seed):
        """So many replications of the plain engine, in worlds enough for `hits`."""
        return self.study(seed, self.worlds(hits), "plain", [
            "  relative: 0.001 %", f"  hits: {10 ** 12} replications",
            f"  at_most: {replications} replications",
            f"  block: {block_of(replications)} replications"])

    def rare_text(self, seed, block):
        """Until the program finds its answer precise."""
        if self.over_worlds:
            return self.study(seed, MOST_WORLDS // 8, "tilted", [
                "  relative: 30 %", "  hits: 30 replications", "  block: 64 replications",
                f"  at_most: {10 ** 6} replications"])
        return self.study(seed, 1, "tilted", [
            f"  relative: {RARE_RELATIVE} %", "  hits: 100 replications",
            f"  at_most: {10 ** 12} replications", f"  block: {block} replications"])

    def known_text(self):
        return self.study(1, 1, "auto", ["  at_most: 8 replications"])

    def size_text(self, seed, most_servers):
        """The smallest number of servers that keeps the target."""
        extra = ["choose:", f"  pool.servers: 1 to {most_servers}", "size:", "  vary: pool.servers"]
        return self.study(seed, 1, "auto", [f"  at_most: {10 ** 7} replications",
                                            "  block: 32 replications"],
                          [f"  at_most: {percent(self.quantity['target'])}"]) + \
            "\n".join(extra) + "\n"

    def study(self, seed, worlds, engine, precision, threshold=()):
        unknown = {}
        lines = [f"study: {self.case['id']}", f"seed: {seed}"]
        lines += words.pool_lines(self.model, self.resources)
        lines += words.arrivals_lines(self.sources, unknown)
        lines += words.class_lines(self.model, self.resources)
        lines += words.background_lines(self.model, self.resources)
        lines += words.placement_lines(self.model, self.resources)
        if unknown:
            lines += ["unknown:"] + [f"  {path}: {law}" for path, law in unknown.items()]
            # Independent worlds, so that their spread gives an honest standard error.
            lines += ["design:", "  kind: random", f"  worlds: {worlds}"]
        lines += self.window_lines() + self.observe_lines() + self.target_lines()
        lines += list(threshold) + ["precision:"] + precision
        lines += ["rare:", f"  engine: {engine}"]
        return "\n".join(lines) + "\n"

    def window_lines(self):
        lines = ["window:", f"  start: {self.start}", f"  from: {hours(self.begin)}",
                 f"  length: {hours(self.length)}", "  min_episodes: [0 s]"]
        if self.warm_up is not None:
            lines.append(f"  warm_up: {hours(self.warm_up)}")
        return lines

    def observe_lines(self):
        lines = ["observe:", f"  outcomes: [{self.target.outcome}]"]
        if self.time is not None:
            lines.append(f"  times: [{hours(self.time)}]")
        elif self.target.every:
            lines.append(f"  every: {hours(SNAPSHOT * self.duration)}")
        if self.target.outcome == "total_above":
            lines.append(f"  total_above: [{plain(words.threshold_of(self.inner, self.model))}]")
        if "probe_load" in self.inner:
            if len(self.resources) > 1:
                raise words.Unsupported("probes with several resources")
            lines += ["probe:", "  sizes: [1]",
                      f"  load: {{load: {plain(self.inner['probe_load'])}}}"]
        return lines

    def target_lines(self):
        lines = ["target:", f"  outcome: {self.target.outcome}", "  level: full"]
        lines += [f"  {key}: {value}" for key, value in self.target.cells.items()]
        if self.time is not None:
            lines.append(f"  time: {hours(self.time)}")
        return lines


def block_of(replications):
    """Replications per block so that a power of two of blocks, a whole number of looks, is all
    that was asked for (rounded up by the caller with `whole_looks`)."""
    looks = max(0, math.ceil(math.log2(max(1, replications) / 64.0)))
    return max(1, replications >> looks)


def whole_looks(replications):
    """The least number of the form block * 2^k, block of 32 to 64, that is not smaller."""
    looks = max(0, math.ceil(math.log2(max(1, replications) / 64.0)))
    return math.ceil(replications / 2 ** looks) * 2 ** looks
