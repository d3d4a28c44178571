"""From an oracle case (schema "oracles/1") to a study of Headroom.

A case names a pool, a quantity and the exact value of the quantity. `translate` writes the
pool in the words of a study file and the quantity as the study's target; how long a window is
simulated and how often is `Effort`'s business. Whatever cannot be said as a study raises
Unsupported with the reason: nothing is skipped silently. Times are hours, as in the schema.
"""

import re
from decimal import Decimal


class Unsupported(Exception):
    """The case is no simulation study; the text says why."""


# Resources that stand for the load dimensions of a case, with the unit that a study wants.
RESOURCES = [("load", ""), ("cpu", " Mc/s"), ("network_out", " kbit/s"), ("memory", " MiB")]


def plain(number):
    """The shortest text that reads back as the same double, without an exponent."""
    return format(Decimal(repr(float(number))), "f")


def percent(number):
    return format(Decimal(repr(float(number))) * 100, "f") + " %"


def hours(number):
    return plain(number) + " h"


def per_hour(number):
    return plain(number) + " per hour"


# ---- laws

def law(spec, write):
    """A law of the schema in the words of a study; `write` turns a value into text with unit."""
    if isinstance(spec, (int, float)):
        return write(spec)
    kind = spec["type"]
    if kind in ("deterministic", "constant"):
        return write(spec["value"])
    if kind == "fixed":
        return write(spec["m"] if "m" in spec else spec["value"])
    if kind in ("exponential", "poisson"):
        return f"{kind}({write(spec['mean'])})"
    if kind == "uniform":
        return f"uniform({write(spec['low'])}, {write(spec['high'])})"
    if kind == "erlang":
        stages = spec["k"] if "k" in spec else spec["stages"]
        return f"erlang(mean {write(spec['mean'])}, stages {stages})"
    if kind == "lognormal":
        return f"lognormal(mean {write(spec['mean'])}, cv {plain(spec['cv'])})"
    if kind == "normal":
        return f"normal(mean {write(spec['mean'])}, sd {write(spec['sd'])})"
    if kind == "gamma":
        shape = spec["shape"] if "shape" in spec else 1.0 / spec["cv"] ** 2
        mean = spec["mean"] if "mean" in spec else shape * spec["scale"]
        return f"gamma(mean {write(mean)}, cv {plain(shape ** -0.5)})"
    if kind == "hyperexponential":
        return mixture("hyperexponential", spec["means"], spec["probs"], write)
    if kind == "discrete":
        return mixture("mix", spec["values"], spec["probs"], write)
    if kind == "geometric":
        return f"geometric({plain(spec['success'])})"
    raise Unsupported(f"law of type {kind}")


def mixture(name, values, shares, write):
    parts = [f"{write(v)} at {percent(s)}" for v, s in zip(values, shares)]
    return f"{name}({', '.join(parts)})"


def mean_of(spec):
    """Mean of a law of the schema, hours or whatever it is in."""
    if isinstance(spec, (int, float)):
        return float(spec)
    if "mean" in spec:
        return spec["mean"]
    if "value" in spec or "m" in spec:
        return float(spec.get("value", spec.get("m")))
    if "low" in spec:
        return 0.5 * (spec["low"] + spec["high"])
    if "shape" in spec:
        return spec["shape"] * spec["scale"]
    if "success" in spec:
        return 1.0 / spec["success"]
    return sum(v * p for v, p in zip(spec.get("values", spec.get("means")), spec["probs"]))


# ---- the pool

def pool_lines(model, resources):
    capacity = model["capacity"]
    if len(resources) == 1:
        capacity = [capacity]
    lines = ["pool:", f"  servers: {model['n']}", "  ceilings:"]
    for (name, unit), ceiling in zip(resources, capacity):
        if isinstance(ceiling, list):
            text = "[" + ", ".join(plain(c) + unit for c in ceiling) + "]"
        else:
            text = plain(ceiling) + unit
        lines.append(f"    {name}: {{full: {text}}}")
    if "weights" in model["placement"]:
        weights = ", ".join(plain(w) for w in model["placement"]["weights"])
        lines.append(f"  weights: [{weights}]")
    return lines


def placement_lines(model, resources):
    rules = {"least_meetings": "fewest_meetings"}
    spec = model["placement"]
    rule = rules.get(spec["rule"], spec["rule"])
    known = ("random", "round_robin", "least_loaded", "fewest_meetings", "fewest_participants",
             "least_relative_load", "power_of_d")
    if rule not in known:
        raise Unsupported(f"placement rule {rule}")
    if spec.get("replacement"):
        raise Unsupported("candidates drawn with replacement")
    lines = ["placement:", f"  rule: {rule}"]
    if rule in ("least_loaded", "power_of_d"):
        # The load itself, whatever the ceilings; with several resources the relative load.
        lines.append(f"  metric: {'load' if len(resources) == 1 else 'relative'}")
    if rule == "power_of_d":
        lines.append(f"  d: {spec['d']}")
    policies = {"none": "none", "block_if_chosen_full": "chosen_full",
                "block_if_none_fits": "none_fits", "block_if_all_full": "none_fits",
                "reservation": "reserve"}
    policy = model.get("admission", {"policy": "none"})["policy"]
    if policy not in policies:
        raise Unsupported(f"admission policy {policy}")
    lines.append(f"  admission: {policies[policy]}")
    return lines


# ---- arrivals

def count_of(spec):
    return law(spec, plain)


def source(spec, unknown, index):
    """Lines of one arrival source; a rate that is a law becomes an unknown of the study."""
    kind = spec["type"]
    if kind == "poisson":
        rate = spec.get("rate")
        if isinstance(rate, dict):
            unknown[f"arrivals.sources[{index}].rate"] = law(rate, per_hour)
            rate = mean_of(rate)
        return ["kind: poisson", f"rate: {per_hour(rate)}"]
    if kind == "sinusoid":
        return ["kind: sinusoid", f"rate: {per_hour(spec['mean_rate'])}",
                f"amplitude: {percent(spec['rel_amplitude'])}",
                f"period: {hours(spec['period'])}", f"phase: {plain(spec.get('phase', 0.0))} rad"]
    if kind == "piecewise":
        lines = ["kind: piecewise",
                 "edges: [" + ", ".join(hours(e) for e in spec["edges"]) + "]",
                 "rates: [" + ", ".join(per_hour(r) for r in spec["rates"]) + "]"]
        if spec.get("period"):
            lines.append(f"period: {hours(spec['period'])}")
        return lines
    if kind == "poisson_batch":
        return ["kind: poisson_batch", f"rate: {per_hour(spec['rate'])}",
                f"count: {count_of(spec['batch_size'])}"]
    if kind == "clock_batch":
        lines = ["kind: clock_batch", f"period: {hours(spec['period'])}",
                 f"offset: {hours(spec.get('offset', 0.0))}", f"count: {count_of(spec['count'])}"]
        if "lateness" in spec:
            lines.append(f"lateness: {law(spec['lateness'], hours)}")
        return lines
    if kind == "single_batch":
        return ["kind: single_batch", f"offset: {hours(spec.get('time', 0.0))}",
                f"count: {count_of(spec['count'])}"]
    raise Unsupported(f"arrivals of type {kind}")


def item(lines):
    """A list item of YAML from its lines."""
    return ["    - " + lines[0]] + ["      " + line for line in lines[1:]]


def arrivals_lines(sources, unknown):
    lines = ["arrivals:", "  sources:"]
    for index, spec in enumerate(sources):
        lines += item(source(spec, unknown, index))
    return lines


# ---- meetings

def classes_of(model):
    """The classes as a list; a parametric size law is one class."""
    classes = model["classes"]
    return [classes] if isinstance(classes, dict) else classes


def load_of_class(spec, resources):
    """Lines that give a meeting of the class its load."""
    if spec.get("type") == "discretized_lognormal":
        return [f"size: lognormal_sizes(from {spec['low']}, to {spec['high']}, "
                f"mu {plain(spec['mu'])}, sigma {plain(spec['sigma'])})",
                "cost: {load: 1}"]
    if "type" in spec:
        raise Unsupported(f"size law of type {spec['type']}")
    load = spec["load"]
    if isinstance(load, dict) and load["type"] == "sum_iid":
        kinds = [f"  - {{share: {percent(p)}, cost: {{load: {plain(v)}}}}}"
                 for v, p in zip(load["values"], load["probs"])]
        return [f"size: {load['n']}", "kinds:"] + kinds
    if not isinstance(load, list):
        load = [load]
    # Quoted: a law has commas, which would split an unquoted value of a flow map.
    parts = [f'{name}: "{law(part, lambda v, u=unit: plain(v) + u)}"'
             for (name, unit), part in zip(resources, load)]
    return ["size: 1", f"load: {{{', '.join(parts)}}}"]


def reserve_of(model, spec):
    """Headroom that the admission's definition keeps free of this class: its texts read
    "size-1 meetings are refused unless load+1 <= 32"."""
    definition = model["admission"].get("definition", "")
    for size, most in re.findall(r"load\s*\+\s*([\d.]+)\s*<=\s*([\d.]+)", definition):
        if float(size) == float(spec["load"]):
            return model["capacity"] - float(most)
    raise Unsupported(f"no threshold for load {spec['load']} in the reservation's definition")


def class_lines(model, resources):
    classes = classes_of(model)
    in_progress = "meetings_in_progress" in model
    weights = [spec.get("prob", 1.0) for spec in classes]
    if in_progress:
        # Meetings found in progress are of a class in proportion to arrivals times duration.
        weights = [w * mean_of(s["duration"]) for w, s in zip(weights, classes)]
        weights = [w / sum(weights) for w in weights]
    lines = ["meetings:", "  classes:"]
    for number, (spec, weight) in enumerate(zip(classes, weights)):
        duration = law(spec["duration"], hours)
        one = [f"name: c{number}", f"share: {percent(weight)}",
               f"duration: {hours(1.0) if in_progress else duration}"]
        one += load_of_class(spec, resources)
        if model.get("admission", {}).get("policy") == "reservation":
            one.append(f"reserve: {{load: {plain(reserve_of(model, spec))}}}")
        lines += item(one)
    return lines


def background_lines(model, resources):
    spec = model.get("background", {"type": "none"})
    if spec["type"] == "none":
        return []
    if len(resources) > 1:
        raise Unsupported("background with several resources")
    shared = "yes" if spec.get("shared_by_all_servers") else "no"
    return ["background:", "  items:"] + item(
        ["name: other", "resource: load", f"law: {law(spec, plain)}", f"shared: {shared}"])


# ---- the quantity

def has_same_servers(model):
    capacity = model["capacity"]
    return not (isinstance(capacity, list) and "resources" not in model
                or "weights" in model["placement"])


def probe_target(quantity, model):
    """(outcome, complement?) of a probe."""
    if quantity["kind"] == "probe_overload_probability":
        if model["n"] == 1:
            return "nowhere", False  # the pool as a whole is the server
        if isinstance(quantity.get("server"), int):
            if not has_same_servers(model):
                raise Unsupported("probe of one server among unequal ones")
            return "fits_servers", True
        return "fits", True
    rule = quantity.get("rule", "chosen server fits")
    if re.search(r"\b(all|every)\b", rule):
        return "fits_everywhere", False
    if re.search(r"\b(any|some|least one)\b", rule):
        return "fits_somewhere", False
    if re.search(r"chosen|picked|least|placement", rule):
        return "fits", False
    raise Unsupported(f"probe rule {rule!r}")


class Target:
    """What the study's target must say, and how its number becomes the case's quantity."""

    def __init__(self, outcome, at_time=False, every=False, factor=1.0, complement=False,
                 **cells):
        self.outcome = outcome
        self.at_time = at_time        # observed at quantity["time"] by a snapshot
        self.every = every            # observed by snapshots over the window
        self.factor = factor          # the quantity is factor times the outcome
        self.complement = complement  # the quantity is one minus the outcome
        self.cells = cells            # further keys of `target:`

    def of(self, value):
        return 1.0 - value if self.complement else self.factor * value


# Quantities that ask several studies, or several configurations of one, the probability `of`.
SEARCHED = ("capacity_for_target", "smallest_n", "quantile_over_configurations",
            "fraction_meeting_target")


def inner_of(quantity):
    """What is asked of one configuration."""
    if quantity["kind"] in SEARCHED + ("mean_over_configurations",):
        return quantity.get("of", {"kind": "server_overload_probability", "server": 0})
    return quantity


def target_of(quantity, model):
    quantity = inner_of(quantity)
    kind = quantity["kind"]
    timed = "time" in quantity
    if kind == "sobol_index":
        raise Unsupported("a sensitivity index of a formula, not of a pool")
    if quantity.get("limit"):
        raise Unsupported(f"a limit, {quantity['limit']}, no pool")
    server = {"server": quantity.get("server", 0)}
    if kind == "server_overload_probability":
        return Target("over_server_at" if timed else "time_over_server", timed, **server)
    if kind == "any_overload_probability":
        return Target("over_at" if timed else "time_over", timed)
    if kind == "server_overload_time_fraction":
        return Target("time_over_server", **server)
    if kind == "any_overload_time_fraction":
        return Target("time_over")
    if kind == "expected_overloaded_servers":
        return Target("overloaded_servers_at" if timed else "overloaded_servers", timed)
    if kind == "at_least_k_overloaded":
        return Target("over_at_least_at" if timed else "time_over_at_least", timed,
                      k=quantity["k"])
    if kind == "expected_overloaded_server_hours":
        return Target("server_hours_over")
    if kind == "overload_episode_rate":
        return Target("episodes_server", **server)
    if kind == "any_overload_episode_rate":
        return Target("episodes")
    if kind == "mean_overload_episode_length":
        return Target("episode_length_server", factor=1.0 / 3600.0, **server)
    if kind == "any_overload_in_window":
        return Target("period_overload")
    if kind == "blocking_probability":
        return Target("blocking", **{"class": f"c{quantity.get('class', 0)}"})
    if kind == "mean_load":
        return Target("load_mean", timed, not timed, **server)
    if kind == "var_load":
        return Target("load_variance", timed, not timed, **server)
    if kind == "mean_max_load":
        return Target("largest_load", timed, not timed)
    if kind in ("pool_total_tail", "any_overload_lower_bound"):
        return Target("total_above", timed, not timed)
    if kind in ("probe_overload_probability", "probe_admission_probability"):
        outcome, complement = probe_target(quantity, model)
        return Target(outcome, timed, not timed, complement=complement)
    raise Unsupported(f"quantity {kind}")


def threshold_of(quantity, model):
    if quantity["kind"] == "any_overload_lower_bound":
        return model["n"] * model["capacity"]
    return quantity["x"]
