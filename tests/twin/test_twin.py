#!/usr/bin/env python3
"""The twin: what `headroom trace` prints, replayed by a second, independent program.

Equality of integers, not closeness: every placement, every change of overload, every count.
Then the twin itself is tested: traces with one thing changed must be rejected.

Usage: test_twin.py [REPLICATIONS]   of each case; 1 unless it is said
"""

import copy
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("HEADROOM", os.path.join(HERE, "..", "..", "build", "headroom"))
REPLICATIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 1

RULES = ["random", "round_robin", "least_loaded", "fewest_meetings", "fewest_participants",
         "least_relative_load", "power_of_d"]

# Media that begin later than their meeting.
LATE = ["meetings.activation.av=uniform(0 s, 30 s)",
        "meetings.activation.sharing=exponential(mean 15 min)", "meetings.activation.data=5 min"]

# Servers that come and go.
FAILING = ["failures.every=30 min", "failures.repair=5 min", "failures.quorum=none"]

# Where one more meeting would go, medium by medium; one of 300 as tested.
PROBED = ["probe.sizes=[4, 12, 20, 300]", "observe.every=6 min", "meetings.large_from=12"]

# (study, what is set or which pool), each replayed for several replications.
CASES = (
    [("load", [f"placement.rule={rule}"]) for rule in RULES] +
    [("pool", [f"placement.rule={rule}"]) for rule in RULES] +
    [("load", ["placement.rule=least_loaded", "placement.ties=lowest"]),
     ("load", ["placement.rule=power_of_d", "placement.d=3", "placement.ties=lowest"]),
     ("load", ["placement.rule=power_of_d", "placement.metric=meetings"]),
     ("load", ["placement.rule=power_of_d", "placement.d=5"]),
     ("load", ["placement.rule=random", "pool.weights=[1, 2, 3, 4, 5]"]),
     ("load", ["rare.engine=tilted", "target.level=full"]),
     ("load", ["rare.engine=tilted", "target.level=full", "placement.rule=round_robin",
               "arrivals.sources=[{kind: poisson, rate: 15 per hour}]"]),
     ("load", ["placement.report_delay=10 s"]),
     ("load", ["placement.report_delay=5 min", "placement.in_flight=yes"]),
     ("pool", ["placement.report_delay=30 s"]),
     ("pool", ["placement.report_delay=2 min", "placement.in_flight=yes"]),
     ("pool", ["placement.rule=least_loaded", "placement.metric=cpu"]),
     ("pool", ["placement.rule=least_loaded", "placement.report_delay=7 s",
               "placement.in_flight=yes"]),
     ("pool", ["placement.report_delay=2 min", "placement.report_lag=40 s"]),
     ("pool", ["placement.report_delay=1 min", "placement.report_lag=1 min",
               "placement.in_flight=yes", "placement.report_phase=staggered"]),
     ("pool", ["placement.report_delay=1 min", "placement.report_phase=staggered"]),
     ("pool", ["placement.growth=2"]),
     ("pool", ["placement.young.count=15"]),
     ("pool", ["placement.young.count=15", "placement.young.age=5 min",
               "placement.report_delay=1 min", "placement.in_flight=yes"]),
     ("pool", ["placement.hint.of=size", "placement.hint.error=50 %"]),
     ("pool", ["placement.hint.of=law", "placement.hint.law=pareto(from 1, alpha 1.5, to 40)",
               "placement.growth=1.5", "placement.report_delay=10 s"]),
     ("pool", ["placement.gates.start=60 %"]),
     ("pool", ["placement.gates.start=60 %", "placement.gates.resources=[network_out]"]),
     ("pool", ["placement.hint.of=size", "placement.dedicated.servers=1",
               "placement.dedicated.from=8"]),
     ("pool", ["placement.hint.of=size", "placement.admission=booked",
               "placement.booking.seats=60", "placement.booking.overbook=120 %"]),
     ("pool", ["placement.gates.join=70 %"]),
     ("pool", ["placement.gates.join=60 %", "placement.join.then=refuse"]),
     ("pool", ["placement.join.most=3", "placement.hint.of=size"]),
     ("pool", ["placement.join.most=2", "placement.join.link=2", "placement.rule=random"]),
     ("pool", ["placement.join.most=4", "placement.report_delay=1 min", "placement.in_flight=yes",
               "placement.rule=power_of_d"]),
     ("pool", ["placement.review.every=30 s", "placement.review.above=70 %"]),
     ("pool", ["placement.review.every=1 min", "placement.review.above=60 %",
               "placement.review.cool_down=0 s", "placement.join.most=3",
               "placement.gates.resources=cpu",
               "placement.young.count=10", "placement.report_delay=20 s"]),
     ("pool", ["placement.report_delay=30 s", "placement.join.most=1", "placement.review.every=7 s",
               "placement.review.above=50 %", "seed=989314"]),
     ("pool", ["meetings.large_from=12"]),
     ("pool", ["observe.outcomes=[all, anatomy_largest]"]),
     ("pool", ["observe.outcomes=[all, anatomy_largest]", "placement.report_delay=1 min",
               "placement.report_lag=20 s", *FAILING]),
     ("media", ["observe.outcomes=[all, anatomy_meetings]", "meetings.join_ramp=0 s"]),
     ("media", ["placement.unit=meeting", "probe.insert.size=20"]),
     ("media", ["placement.unit=meeting", "probe.insert.size=300", "meetings.join_ramp=0 s",
                "placement.admission=none_fits"]),
     ("media", ["placement.unit=meeting", "probe.insert.size=30", "failures.every=30 min",
                "failures.quorum=none"]),
     ("media", ["probe.insert.size=30", "probe.insert.duration=40 min"]),
     ("media", ["probe.insert.size=300", "probe.insert.at=1.2 h", "meetings.join_ramp=0 s",
                "probe.insert.duration=10 min", "failures.every=30 min", "failures.quorum=none"]),
     ("load", ["meetings.large_from=1"]),
     ("pool", ["failures.down=1"]),
     ("pool", ["failures.out.servers=1", "failures.out.at=80 min", "failures.out.for=20 min"]),
     ("pool", ["failures.out.servers=2", "failures.out.at=90 min", "failures.out.for=9 min",
               "failures.rejoin=0 s", "placement.rule=round_robin", "failures.which=first"]),
     ("pool", ["failures.out.servers=3", "failures.out.at=90 min", "failures.out.for=9 min",
               "failures.rejoin=exponential(mean 4 min)", "placement.rule=random"]),
     ("pool", ["failures.out.servers=1", "failures.out.at=100 min", "failures.out.notice=20 min",
               "placement.hint.of=size", "placement.report_delay=1 min",
               "placement.in_flight=yes"]),
     ("pool", ["failures.every=40 min", "failures.repair=uniform(1 min, 9 min)",
               "failures.quorum=none", "placement.review.every=1 min",
               "placement.review.above=60 %"]),
     ("pool", ["failures.every=30 min", "failures.repair=5 min", "placement.rule=power_of_d",
               "placement.metric=participants", "placement.young.count=15", "placement.young.age=5 min"]),
     ("pool", ["failures.every=30 min", "failures.repair=5 min", "placement.admission=none_fits",
               "failures.quorum=none"]),
     ("pool", ["failures.every=20 min", "failures.quorum=none", "placement.admission=chosen_full",
               "placement.hint.of=size", "placement.dedicated.servers=1",
               "placement.dedicated.from=8"]),
     ("load", ["failures.out.servers=1", "failures.out.at=40 min", "failures.out.for=30 min"]),
     ("load", ["failures.every=2 h", "failures.quorum=none", "placement.admission=chosen_full"]),
     ("load", ["failures.every=2 h", "failures.repair=hyperexponential(2 min at 80 %, 30 min at 20 %)",
               "failures.rejoin=lognormal(mean 1 min, cv 1)", "placement.report_delay=5 min",
               "placement.in_flight=yes"]),
     *(("media", [f"placement.rule={rule}"]) for rule in RULES),
     ("media", ["placement.report_delay=20 s", "placement.in_flight=yes"]),
     ("media", ["placement.rule=fewest_participants", "placement.growth=2",
                "placement.young.count=8", "placement.report_delay=1 min",
                "placement.report_lag=20 s"]),
     ("media", ["placement.gates.start=70 %"]),
     ("media", ["placement.review.every=7 s", "placement.review.above=60 %",
                "placement.review.cool_down=0 s", "placement.rule=random"]),
     ("media", ["placement.review.every=7 s", "placement.review.above=80 %",
                "placement.review.cool_down=0 s", "placement.rule=fewest_participants",
                "placement.report_delay=30 s", "placement.young.count=5"]),
     ("media", ["placement.review.every=20 s", "placement.review.above=70 %",
                "placement.review.cool_down=10 s", "placement.rule=random",
                "meetings.join_ramp=0 s", "placement.hint.of=size"]),
     ("media", ["placement.hint.of=size", "placement.hint.error=50 %",
                "placement.rule=fewest_participants", "placement.young.count=8"]),
     ("media", ["placement.hint.of=size", "placement.dedicated.servers=1",
                "placement.dedicated.from=10", "placement.report_delay=30 s",
                "placement.in_flight=yes"]),
     ("media", ["placement.hint.of=law", "placement.hint.law=geometric(success 0.1)",
                "placement.admission=booked", "placement.booking.seats=60",
                "placement.booking.overbook=120 %", "placement.growth=1.5",
                "placement.rule=fewest_participants"]),
     ("media", ["placement.admission=chosen_full"]),
     ("media", ["placement.admission=none_fits", "placement.rule=random"]),
     ("media", ["meetings.join_ramp=0 s", "placement.admission=chosen_full"]),
     ("media", ["placement.unit=meeting"]),
     ("media", ["placement.gates.join=70 %"]),
     ("media", ["placement.gates.join=60 %", "placement.join.then=refuse", *LATE]),
     ("media", ["placement.join.most=3", "placement.hint.of=size",
                "placement.rule=fewest_participants"]),
     ("media", ["placement.join.most=2", "placement.join.link=2", "placement.rule=random",
                "placement.review.every=20 s", "placement.review.above=70 %",
                "placement.report_delay=1 min", "placement.in_flight=yes", *LATE]),
     *(("media", [*PROBED, f"placement.rule={rule}"]) for rule in RULES),
     ("media", [*PROBED, "placement.report_delay=2 min", "placement.in_flight=yes"]),
     ("media", [*PROBED, "placement.report_delay=2 min",
                "pool.ceilings.large_meetings.full=1", "meetings.large_from=20"]),
     ("pool", [*FAILING, "placement.join.most=2", "placement.join.link=2"]),
     ("pool", [*FAILING, "placement.gates.join=60 %", "placement.join.then=refuse",
               "placement.report_delay=1 min", "placement.in_flight=yes"]),
     ("pool", [*FAILING, "placement.join.most=1", "placement.review.every=30 s",
               "placement.review.above=60 %", "placement.young.count=10"]),
     ("pool", ["failures.out.servers=2", "failures.out.at=80 min", "failures.out.for=20 min",
               "failures.which=first", "placement.join.most=1", "placement.rule=random"]),
     ("media", FAILING),
     ("media", [*FAILING, *LATE, "placement.rule=random"]),
     ("media", [*FAILING, "meetings.join_ramp=0 s", "placement.hint.of=size"]),
     ("media", [*FAILING, "placement.join.most=2", "placement.join.link=2",
                "placement.rule=fewest_participants"]),
     ("media", [*FAILING, "placement.gates.join=60 %", "placement.join.then=refuse", *LATE]),
     ("media", [*FAILING, *PROBED, "placement.report_delay=1 min", "placement.in_flight=yes",
                "placement.review.every=20 s", "placement.review.above=70 %"]),
     ("media", ["failures.out.servers=4", "failures.out.at=90 min", "failures.out.for=9 min",
                "failures.rejoin=exponential(mean 4 min)"]),
     ("media", ["failures.out.servers=4", "failures.out.at=90 min", "failures.out.for=9 min",
                "failures.rejoin=0 s", "meetings.join_ramp=0 s"]),
     ("media", ["failures.out.servers=1", "failures.out.at=100 min", "failures.out.notice=20 min",
                "placement.admission=none_fits", *LATE]),
     ("media", LATE),
     ("media", LATE + ["meetings.join_ramp=0 s", "placement.admission=none_fits",
                       "placement.rule=random"]),
     ("media", LATE + ["placement.hint.of=size", "placement.rule=fewest_participants",
                       "placement.young.count=8", "placement.young.age=5 min",
                       "placement.report_delay=1 min", "placement.in_flight=yes"]),
     ("media", LATE + ["placement.review.every=7 s", "placement.review.above=60 %",
                       "placement.review.cool_down=0 s", "placement.gates.start=70 %"]),
     ("pool", ["pool.ceilings.cpu.full=280 Mc/s"]),
     ("pool", ["pool.ceilings.cpu.full=300 Mc/s", "signals.throttled.from=40 s",
               "signals.throttled.until=0 s", "signals.rejected.from=100 s"]),
     ("pool", ["pool.ceilings.cpu.full=300 Mc/s", "placement.review.every=1 min",
               "background.session_step=1 s", "signals.throttled.from=1 s",
               "signals.throttled.until=0.1 s"]),
     *(("sites", ["--pool=munich", f"placement.rule={rule}"]) for rule in ("random", "least_loaded")),
     ("sites", ["--pool=munich", "deployment.sites[0].failures.down=1",
                "deployment.sites[0].failures.rejoin=exponential(mean 8 min)"]),
     ("sites", ["--pool=munich.edge"]),
     ("sites", ["--pool=large_meetings"]),
     ("sites", ["--pool=large_meetings", "placement.unit=modality", "probe.sizes=[4, 20]",
                "observe.every=6 min", "deployment.large_meetings.servers=2", *LATE]),
     ("sites", ["placement.unit=modality", "meetings.join_ramp=0 s",
                "deployment.large_meetings.participants=ordinary"]),
     ("sites", ["--pool=large_meetings", "placement.unit=modality", "meetings.join_ramp=0 s",
                "deployment.large_meetings.participants=ordinary"]),
     ("sites", ["--pool=edge", "deployment.edge.failures.every=30 min"]),
     ("sites", ["--pool=edge", "deployment.edge.when_full=refuse",
                "deployment.edge.ceilings.edge_av.limit=3"]),
     ("load", ["observe.capacity=[80 %, 120 %]"]),
     ("load", ["placement.admission=chosen_full"]),
     ("load", ["placement.admission=chosen_full", "placement.rule=random"]),
     ("load", ["placement.admission=chosen_full", "placement.admission_level=target"]),
     ("load", ["placement.admission=none_fits", "placement.rule=round_robin"]),
     ("load", ["placement.admission=none_fits", "placement.rule=random"]),
     ("load", ["placement.admission=none_fits", "placement.rule=power_of_d"]),
     ("pool", ["placement.admission=none_fits"]),
     ("pool", ["placement.admission=chosen_full"]),
     ("pool", ["placement.admission=reserve"]),
     ("load", ["window.start=empty"]),
     ("load", ["window.start=periodic", "window.from=3 h"]),
     ("load", ["pool.ceilings.load.full=8", "pool.ceilings.load.limit=7",
               "pool.ceilings.load.target=6"]),
     ("pool", ["background.session_step=30 s", "window.start=empty", "window.from=0 h",
               "observe.times=[0.5 h]"])])


def trace_of(study, sets, replication):
    command = [PROGRAM, "trace", os.path.join(HERE, "studies", study + ".yaml"),
               "--replication", str(replication)]
    for one in sets:
        command += [one] if one.startswith("--") else ["--set", one]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"exit {done.returncode}")
    return done.stdout.splitlines()


def check_case(study, sets):
    """Lines about what is wrong, and how much was compared."""
    wrong, seen = [], {"placed": 0, "changed": 0, "refused": 0, "lost": 0, "throttled": 0}
    for replication in range(REPLICATIONS):
        name = f"{study} {' '.join(sets)} replication {replication}"
        try:
            trace = compare.Trace(trace_of(study, sets, replication))
        except (RuntimeError, ValueError) as reason:
            wrong.append(f"{name}: {reason}")
            continue
        wrong += [f"{name}: {line}" for line in compare.differences(trace)]
        seen["placed"] += len(trace.placed)
        seen["changed"] += len(trace.changed)
        seen["refused"] += sum(trace.counts["refused"])
        seen["lost"] += trace.counts["meetings_lost"]
        seen["throttled"] += trace.counts["throttled_time"] > 0
    return wrong, seen


# ---- traces that must be rejected

def rows_of(rows, kind):
    return [row for row in rows if row["type"] == kind]


def move_meeting(rows):
    row = rows_of(rows, "placed")[-5]
    row["server"] = (row["server"] + 1) % 5


def shorten_meeting(rows):
    window = range(rows[0]["from"], rows[0]["to"])
    next(row for row in rows_of(rows, "meeting") if row["end"] in window)["end"] -= 1


def add_load(rows):
    row = rows_of(rows, "meeting")[-5]
    row["initial"][0] += 1
    row["final"][0] += 1


def shift_change(rows):
    rows_of(rows, "changed")[-1]["tick"] += 1


def drop_change(rows):
    rows.remove(rows_of(rows, "changed")[-1])


def miscount_tick(rows):
    rows_of(rows, "counts")[0]["server_time"][0] += 1


def miscount_backlog(rows):
    rows_of(rows, "counts")[0]["backlog_time"] += 1


def miscount_excess(rows):
    rows_of(rows, "counts")[0]["excess"][0] += 1


def shift_stretch(rows):
    next(level for level in rows_of(rows, "counts")[0]["stretches"] if level)[-1] += 1


def lower_ceiling(rows):
    rows[0]["limits"][0]["effective"] = [c - 1 for c in rows[0]["limits"][0]["effective"]]


def cut_off(rows):
    rows.remove(rows_of(rows, "counts")[0])


def repair_at_once(rows):
    for row in rows_of(rows, "change"):
        row["servers"] = ["up"] * len(row["servers"])


def return_later(rows):
    for row in rows_of(rows, "join"):
        row["back_after"] = [ticks + 1 for ticks in row["back_after"]]


FAULTS = [move_meeting, shorten_meeting, add_load, shift_change, drop_change, miscount_tick,
          miscount_backlog, miscount_excess, shift_stretch, lower_ceiling, cut_off]
FAULTS_OF_FAILURES = [repair_at_once, return_later]


def is_rejected(rows):
    try:
        trace = compare.Trace([json.dumps(row) for row in rows])
    except ValueError:
        return True
    return bool(compare.differences(trace))


def check_rejection():
    """The twin accepts a trace and rejects it with one fault of each kind."""
    failing = ("pool", ["failures.out.servers=2", "failures.out.at=80 min"])
    wrong = []
    for (study, sets), faults in ((("load", []), FAULTS), (failing, FAULTS_OF_FAILURES)):
        rows = [json.loads(line) for line in trace_of(study, sets, 0)]
        if is_rejected(copy.deepcopy(rows)):
            return ["a sound trace is rejected"]
        for fault in faults:
            spoiled = copy.deepcopy(rows)
            fault(spoiled)
            if not is_rejected(spoiled):
                wrong.append(f"{fault.__name__}: a spoiled trace is accepted")
    return wrong


def main():
    wrong = []
    total = {"placed": 0, "changed": 0, "refused": 0, "lost": 0, "throttled": 0}
    for study, sets in CASES:
        found, seen = check_case(study, sets)
        wrong += found
        for key, value in seen.items():
            total[key] += value
    if not wrong:
        wrong += check_rejection()
    if not all(total.values()):
        wrong.append(f"the cases are too tame to test anything: {total}")
    for line in wrong[:40]:
        print(line)
    print(f"{len(CASES)} cases x {REPLICATIONS} replications: {total['placed']} placements, "
          f"{total['changed']} changes, {total['refused']} refusals, {total['throttled']} with "
          f"throttled servers; {total['lost']} meetings lost; "
          f"{len(FAULTS + FAULTS_OF_FAILURES)} planted faults; {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
