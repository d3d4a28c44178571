"""Read a trace (JSON lines of `headroom trace`) and compare it with a second replay."""

import json

from replay import Replay


class Trace:
    def __init__(self, lines):
        rows = [json.loads(line) for line in lines]
        if not rows or rows[0]["type"] != "header" or rows[0]["format"] != 1:
            raise ValueError("not a trace of format 1")
        self.header = rows[0]
        self.rows = rows
        self.meetings = self.of("meeting")
        self.joins = self.of("join")
        self.sessions = self.of("sessions")
        self.probes = self.of("probe")
        self.changes = self.of("change")
        self.placed = [(r["tick"], r["meeting"], r["server"]) for r in self.of("placed")]
        self.changed = [(r["tick"], r["server"], r["over"]) for r in self.of("changed")]
        counts = self.of("counts")
        if len(counts) != 1:
            raise ValueError("the trace has no counts: it was cut off")
        self.counts = counts[0]

    def of(self, kind):
        return [row for row in self.rows if row["type"] == kind]


def first_difference(what, mine, theirs):
    """One line about the first place where two lists differ, or None."""
    for index, (a, b) in enumerate(zip(mine, theirs)):
        if a != b:
            return f"{what}[{index}]: replayed {a}, the trace has {b}"
    if len(mine) != len(theirs):
        return f"{what}: replayed {len(mine)}, the trace has {len(theirs)}"
    return None


def input_faults(trace):
    """What the input itself promises: order, and loads that add up."""
    starts = [m["start"] for m in trace.meetings]
    if starts != sorted(starts):
        yield "meetings are not in order of start"
    load = {m["number"]: list(m["initial"]) for m in trace.meetings}
    people = dict.fromkeys(load, 0)
    for join in trace.joins:
        row = trace.meetings[join["meeting"]]
        profile = trace.header["classes"][row["class"]]["profiles"][row["profile"]]
        cost = profile["kinds"][join["kind"]]
        load[row["number"]] = [a + b for a, b in zip(load[row["number"]], cost)]
        people[row["number"]] += 1
        if not row["start"] <= join["tick"] < row["end"]:
            yield f"a join at {join['tick']} is outside meeting {row['number']}"
    for m in trace.meetings:
        if load[m["number"]] != m["final"]:
            yield f"meeting {m['number']}: initial load and joins make {load[m['number']]}, " \
                  f"not {m['final']}"
        if trace.joins and people[m["number"]] != m["size"]:
            yield f"meeting {m['number']}: {people[m['number']]} joins, size {m['size']}"
        if m["end"] <= m["start"]:
            yield f"meeting {m['number']} ends before it starts"


def hint_faults(trace):
    """All media of a meeting are told the same size, and of a size without error the right one."""
    told = {}
    for row in trace.meetings:
        if told.setdefault(row.get("part_of", row["number"]), row["told"]) != row["told"]:
            yield f"row {row['number']} is told {row['told']}, others of its meeting otherwise"


def differences(trace):
    """All that a second replay of the trace's input finds otherwise, as lines of text."""
    found = list(input_faults(trace)) + list(hint_faults(trace))
    replay = Replay(trace.header, trace.meetings, trace.joins, trace.sessions, trace.probes,
                    trace.changes)
    replay.run()
    found.append(first_difference("placed", replay.placed, trace.placed))
    found.append(first_difference("changed", replay.changed, trace.changed))
    missing = set(replay.counts) - set(trace.counts)
    if missing:
        found.append(f"the trace does not count {sorted(missing)}")
    for name, mine in replay.counts.items():
        theirs = trace.counts.get(name, mine)
        if isinstance(mine, int):
            mine, theirs = [mine], [theirs]
        found.append(first_difference(name, mine, theirs))
    return [line for line in found if line]
