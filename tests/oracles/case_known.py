"""Cases answered without simulation, by the exact column, and pool sizes by `headroom size`.

A quantile over configurations, the share of them that meets a target, and the capacity that keeps
one are questions to several studies: the program says how likely overload is in each, and this file
looks for the one that is asked for. Overload is more likely the higher the rate of arrivals, so that
its quantiles are those of the rate.
"""

import json
import math

import case_effort
from case_program import exact_study, size_study
from case_study import Unsupported

MOST_SERVERS = 64
SIZE_SECONDS = 600.0


class Nothing(Exception):
    """The program knows no exact value; the text is its reason."""


def exact_of(case, program, folder):
    """(value, method) of the probability that a case asks of one configuration."""
    study = case_effort.Study(case)
    if study.over_worlds:
        raise Unsupported("a mean over configurations: known of each, not of their law")
    cell = exact_study(program, folder, case["id"], study.known_text())
    if cell["is"] != "exact":
        raise Nothing(cell.get("why") or f"only {cell['is']}")
    return study.target.of(cell["value"]), cell["method"]


# ---- laws of an unknown rate

def gamma_cdf(x, shape, scale):
    """Regularised incomplete gamma, by its series (Abramowitz and Stegun 6.5.29)."""
    x /= scale
    if x <= 0.0:
        return 0.0
    term = total = math.exp(shape * math.log(x) - x - math.lgamma(shape + 1.0))
    k = shape
    while term > 1e-17 * total or k < x:
        k += 1.0
        term *= x / k
        total += term
    return min(total, 1.0)


def cdf_of(spec):
    """The distribution function of a law of the schema."""
    kind = spec["type"]
    if kind == "uniform":
        return lambda x: min(max((x - spec["low"]) / (spec["high"] - spec["low"]), 0.0), 1.0)
    if kind == "exponential":
        return lambda x: -math.expm1(-max(x, 0.0) / spec["mean"])
    if kind == "gamma":
        shape = spec["shape"] if "shape" in spec else 1.0 / spec["cv"] ** 2
        scale = spec["scale"] if "scale" in spec else spec["mean"] / shape
        return lambda x: gamma_cdf(x, shape, scale)
    if kind == "lognormal":
        sigma = math.sqrt(math.log1p(spec["cv"] ** 2))
        mu = math.log(spec["mean"]) - 0.5 * sigma * sigma
        return lambda x: 0.5 * math.erfc(-(math.log(max(x, 1e-300)) - mu) / sigma / math.sqrt(2.0))
    raise Unsupported(f"an unknown rate of type {kind}")


def root(is_beyond, low, high):
    """Where a monotone condition begins to hold, to the last bits."""
    while not is_beyond(high):
        low, high = high, 2.0 * high
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high) or high - low < 1e-13 * high:
            break
        low, high = (low, middle) if is_beyond(middle) else (middle, high)
    return high


# ---- searches

def changed(case, change):
    """The case of one configuration, changed by `change(model)`."""
    case = json.loads(json.dumps(case))
    case["quantity"] = case_effort.words.inner_of(case["quantity"])
    change(case["model"])
    return case


def unknown_rate(case):
    laws = [s["rate"] for s in case["model"]["arrivals"] if isinstance(s.get("rate"), dict)]
    if len(laws) != 1:
        raise Unsupported(f"{len(laws)} unknown rates")
    return laws[0]


def at_rate(case, rate, program, folder):
    def change(model):
        for source in model["arrivals"]:
            if isinstance(source.get("rate"), dict):
                source["rate"] = rate
    return exact_of(changed(case, change), program, folder)


def quantile_over_configurations(case, program, folder):
    cdf, level = cdf_of(unknown_rate(case)), case["quantity"]["level"]
    value, method = at_rate(case, root(lambda x: cdf(x) >= level, 0.0, 1.0), program, folder)
    return value, f"{method}, at a quantile of the rate"


def fraction_meeting_target(case, program, folder):
    cdf, target = cdf_of(unknown_rate(case)), case["quantity"]["target"]
    rate = root(lambda x: at_rate(case, x, program, folder)[0] > target, 1e-3, 1.0)
    return cdf(rate), "the rate at which the exact column is the target"


def capacity_for_target(case, program, folder):
    """Loads that are whole numbers have whole capacities; else the capacity is a real number."""
    def meets(capacity):
        def change(model):
            model["capacity"] = capacity
        return exact_of(changed(case, change), program, folder)[0] <= target
    target = case["quantity"]["target"]
    loads = [c.get("load") for c in case_effort.words.classes_of(case["model"])]
    if not all(isinstance(load, int) for load in loads):
        return root(meets, 0.0, 1.0), "a root of the exact column"
    low, high = 0, 1
    while not meets(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if meets(middle) else (middle, high)
    return float(high), "the first capacity at which the exact column meets the target"


def smallest_n(case, program, folder):
    study = case_effort.Study(case)
    row = size_study(program, folder, case["id"], study.size_text(1, MOST_SERVERS),
                     ["--threads", "1"], SIZE_SECONDS)
    if row["meets"] is None:
        raise Nothing(f"no answer up to {MOST_SERVERS} servers: {row['answer']}")
    return float(row["meets"].split()[0]), f"headroom size: {row['answer']}"


SEARCHES = {
    "quantile_over_configurations": quantile_over_configurations,
    "fraction_meeting_target": fraction_meeting_target,
    "capacity_for_target": capacity_for_target,
    "smallest_n": smallest_n,
}


def known(case, program, folder):
    """(value, method) without simulation; raises Nothing, Unsupported or what the program does."""
    return SEARCHES.get(case["quantity"]["kind"], exact_of)(case, program, folder)
