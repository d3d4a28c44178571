"""A second replay of Headroom's input, written from the description of the trace and of the
model alone: slow, plain, all integers. It must find every placement, every change of overload
and every count that the program found, exactly.

Semantics held here: at one tick meetings age first, then departures (lowest meeting first), failures
and repairs, background steps, the begin of the window, load reports, snapshots, arrivals in input
order, joins, participants who come back. Windows are half-open. Overload is a load strictly above the ceiling less the background.
"""

import copy
import heapq
import itertools

from backlog import Backlog

(AGE, DEPARTURE, CHANGE, STEP, WINDOW, SEEN, REPORT, REVIEW, SNAPSHOT, ARRIVAL, JOIN,
 RETURN) = range(12)
TICKS_PER_MINUTE = 60 * 65536
LEVELS = 3
WORD = 1 << 32
MASK = (1 << 64) - 1


def derived_word(pick, i):
    """Output i of SplitMix64 seeded by the meeting's word, upper half."""
    x = (pick + (i + 1) * 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x >> 32


class Placer:
    """The rules, each from its definition."""

    def __init__(self, header):
        self.n = header["servers"]
        self.rule = header["placement"]["rule"]
        self.d = header["placement"]["d"]
        self.lowest = header["placement"]["ties"] == "lowest"
        self.weight = header["placement"]["weight"]

    def choose(self, score, turn, tie, pick, allowed):
        """The server, or n when none is allowed. `allowed`: a set of servers."""
        if self.rule == "random":
            below = [-1] + list(self.weight)
            words = {j: self.weight[j] - below[j] for j in sorted(allowed)}
            left = pick * sum(words.values()) // WORD
            for j, mine in words.items():
                if left < mine:
                    return j
                left -= mine
            return min(allowed, default=self.n)
        if self.rule == "round_robin":
            first = turn % self.n
            cyclic = [(first + i) % self.n for i in range(self.n)]
            return next((j for j in cyclic if j in allowed), self.n)
        candidates = sorted(allowed)
        if not candidates:
            return self.n
        if self.rule == "power_of_d" and self.d < len(candidates):
            left = list(candidates)
            candidates = sorted(left.pop(derived_word(pick, i) * len(left) // WORD)
                                for i in range(self.d))
        least = min(score(j) for j in candidates)
        best = [j for j in candidates if score(j) == least]
        return best[0] if self.lowest else best[tie * len(best) // WORD]


class View:
    """What is known of the servers: the truth, or what they last reported."""

    def __init__(self, n, n_resources):
        self.load = [[0] * n_resources for _ in range(n)]
        self.people = [0] * n
        self.meetings = [0] * n
        self.expected = [0] * n

    def copy_from(self, other, j):
        self.load[j] = list(other.load[j])
        self.people[j] = other.people[j]
        self.meetings[j] = other.meetings[j]
        self.expected[j] = other.expected[j]


def is_focus(row):
    """The part of a meeting that no rule places, where its media are placed apart."""
    return row.get("medium") == "focus"


class Meeting:
    def __init__(self, row):
        self.row = row
        self.server = None
        self.load = list(row["initial"])
        self.people = 0
        self.expecting = 0
        self.is_over = False
        self.parts = []   # further servers: [server, load, people, link]
        self.lost_by = 0  # the change that took a server of it last
        self.joins = {}   # server -> (minute, joins in it)
        self.placed = row["start"]  # when it was placed last
        self.is_nowhere = False     # its server went out
        self.restarts = 0           # how often a server was asked for since
        self.met = {}     # criterion -> the server's overload clock when the meeting started


class Whole:
    """A meeting whose media are rows of their own."""

    def __init__(self):
        self.rows = []
        self.people = 0
        self.lacks = False   # one of its media found no server
        self.refused = False  # its focus found none
        self.lost_by = 0
        self.met = {}        # criterion -> ticks with any of its servers over


class Replay:
    def __init__(self, header, meetings, joins, sessions, probes, changes):
        self.h = header
        self.n = header["servers"]
        self.n_resources = len(header["resources"])
        self.n_criteria = len(header["criteria"])
        self.placer = Placer(header)
        self.meetings = [Meeting(row) for row in meetings]
        self.wholes = {}
        self.present = []             # those of them that are in progress
        if header["placement"]["unit"] == "modality":
            for m in self.meetings:
                self.wholes.setdefault(m.row["part_of"], Whole()).rows.append(m)
        self.joins, self.sessions, self.probes = joins, sessions, probes
        self.changes = changes
        self.state = changes[0]["servers"] if changes else ["up"] * self.n
        self.effective = (changes[0]["effective"] if changes
                          else [limit["effective"] for limit in header["limits"]])
        self.taken = [[0] * self.n_resources for _ in range(self.n)]
        self.joins_of = {}
        for i, join in enumerate(joins):
            self.joins_of.setdefault(join["meeting"], []).append(i)
        self.away, self.turns = {}, {}   # join (or meeting) -> since when, times back so far
        self.absent = {}  # person of a meeting whose media are apart -> [media away from, since]
        self.on = {}      # join -> the part it is on, None: its own server, "gone": turned away
        self.heap = []
        self.truth = View(self.n, self.n_resources)
        self.reported = View(self.n, self.n_resources)
        self.pending = View(self.n, self.n_resources)
        self.policy = header["placement"]
        self.period = self.policy["report_period"]
        self.made = [-1] * self.n             # when the report was made that is seen
        self.pending_made = [None] * self.n   # the one on its way
        self.relieved = [None] * self.n       # when a review last moved a meeting away
        self.arrived = 0
        self.measuring = False
        self.now = header["begin"]
        self.over = [0] * self.n
        self.since = {}               # (server, criterion) -> begin of the episode
        self.clock = {}               # (server, criterion) -> ticks of finished episodes
        self.any_since = {}           # criterion -> since when some server is over
        self.placed, self.changed = [], []
        self.counts = {}
        self.clear_counts()
        self.set_ceilings(0)
        self.backlog = Backlog(header)

    # ---- counts

    def clear_counts(self):
        c, n, r = self.n_criteria, self.n, self.n_resources
        d, k, h = len(self.h["min_episode"]), len(self.h["classes"]), len(self.h["thresholds"])
        t = max(self.h["slot"]) + 1 if self.h["slot"] else int(self.h["observe_every"] > 0)
        p = LEVELS * len(self.h["probes"])
        for name, size in [
                ("time_with", c * (n + 1)), ("server_time", c * n), ("episodes", c),
                ("server_episodes", c * n), ("ended", c), ("lasting", c * d), ("periods_hit", c * d), ("first_over", c * r), ("anatomy", 5 * c),
                ("meetings_hit", c * d), ("people_hit", c * d), ("person_time_over", c),
                ("offered", k), ("refused", k), ("peak", r * n), ("load_time", r),
                ("n_snapshots", t), ("over_with", t * c * (n + 1)), ("server_over", t * c * n),
                ("excess", len(self.h["limits"])), ("background_time", r),
                ("load", t * r * n), ("load_square", t * r * n), ("load_shifted", t * r * n),
                ("largest", t * r), ("total_above", t * h), ("fits", t * p),
                ("fits_somewhere", t * p), ("fits_everywhere", t * p), ("fits_servers", t * p),
                ("stranded", t * p), ("nowhere", t * p)]:
            self.counts[name] = [0] * size
        for name in ("meetings_ended", "people_ended", "person_time", "joins_offered",
                     "joins_refused", "servers_linked", "meetings_moved", "meetings_lost",
                     "people_lost", "person_time_lost", "throttled_periods", "rejected_periods",
                     "throttled_time", "backlog_time", "inserted_hit"):
            self.counts[name] = 0

        self.counts["stretches"] = [[] for _ in range(LEVELS)]

    def in_window(self, tick):
        return self.h["from"] <= tick < self.h["to"]

    def clip(self, tick):
        return min(max(tick, self.h["from"]), self.h["to"])

    def pass_time(self, tick):
        """Everything stays as it is until `tick`: count the time of it inside the window."""
        ticks = self.clip(tick) - self.clip(self.now)
        for whole in self.present:
            self.pass_time_of(whole, tick - self.now, ticks)
        self.backlog.pass_time(self.now, tick, self.truth.load, self.ceiling)
        self.now = tick
        if ticks == 0:
            return
        for r in range(self.n_resources):
            self.counts["load_time"][r] += ticks * sum(row[r] for row in self.truth.load)
        if self.h["excess"]:
            self.pass_time_above(ticks)
        if not self.wholes:
            self.counts["person_time"] += ticks * sum(self.truth.people)
        for c in range(self.n_criteria):
            over = [j for j in range(self.n) if self.over[j] >> c & 1]
            if over:
                self.counts["time_with"][c * (self.n + 1) + len(over)] += ticks
            if not self.wholes:
                self.counts["person_time_over"][c] += ticks * sum(self.truth.people[j]
                                                                  for j in over)

    def pass_time_above(self, ticks):
        """Load above the limits of levels, and the background of resources that have one."""
        seen = set()
        for index, limit in enumerate(self.h["limits"]):
            if limit["level"] < 0:
                continue
            r = limit["resource"]
            for j in range(self.n):
                above = self.truth.load[j][r] - self.ceiling[index][j]
                self.counts["excess"][index] += ticks * max(above, 0)
                if r not in seen and self.state[j] != "out":
                    held = max(int(limit["ceiling"][j]) - self.effective[index][j], 0)
                    self.counts["background_time"][r] += ticks * (held + self.taken[j][r])
            seen.add(r)

    def pass_time_of(self, whole, all_ticks, measured):
        """A meeting is over a criterion while any of its servers is; each of its people is one."""
        self.counts["person_time"] += measured * whole.people
        over = 0
        for m in whole.rows:
            over |= self.over[m.server] if m.server is not None and not m.is_over else 0
        for c in range(self.n_criteria if over else 0):
            if over >> c & 1:
                whole.met[c] = whole.met.get(c, 0) + all_ticks
                self.counts["person_time_over"][c] += measured * whole.people

    # ---- events in order

    def run(self):
        heap = self.heap
        for m in self.meetings:
            heap.append((m.row["start"], ARRIVAL, m.row["number"]))
            heap.append((m.row["end"], DEPARTURE, m.row["number"]))
        heap += [(join["tick"], JOIN, i) for i, join in enumerate(self.joins)]
        heap += [(row["tick"], STEP, row["step"]) for row in self.sessions if row["step"] > 0]
        heap += [(row["tick"], CHANGE, row["number"]) for row in self.changes[1:]]
        heap.append((self.h["from"], WINDOW, 0))
        heap += [(tick, SNAPSHOT, i) for i, tick in enumerate(self.snapshot_ticks())]
        first = min(tick for tick, _, _ in heap)
        if self.period:
            # Reports come at multiples of the period from study time 0, of server j a part later.
            for j in range(self.n):
                phase = self.period * j // self.n if self.policy["reports_staggered"] else 0
                since = (first - self.h["tick_zero"] - phase) % self.period
                heap.append((first - since, REPORT, j))
        if self.policy["review_period"]:
            heap.append((self.h["begin"] + self.policy["review_period"], REVIEW, 0))
        heapq.heapify(heap)
        self.now = min(self.now, first)
        do = {DEPARTURE: self.depart, STEP: self.set_ceilings, WINDOW: self.open_window,
              REPORT: self.report, SEEN: self.see_report, SNAPSHOT: self.snapshot,
              ARRIVAL: self.arrive, JOIN: self.join, AGE: self.age, REVIEW: self.review,
              CHANGE: self.change, RETURN: self.come_back}
        while heap and heap[0][0] < self.h["to"]:
            tick, kind, number = heapq.heappop(heap)
            self.pass_time(tick)
            do[kind](number)
            if kind == REPORT:
                heapq.heappush(heap, (tick + self.period, REPORT, number))
                heapq.heappush(heap, (tick + self.policy["report_lag"], SEEN, number))
            if kind == REVIEW:
                heapq.heappush(heap, (tick + self.policy["review_period"], REVIEW, 0))
            if kind == ARRIVAL and self.policy["young_age"]:
                heapq.heappush(heap, (tick + self.policy["young_age"], AGE, number))
        self.pass_time(self.h["to"])
        for person in list(self.absent):
            self.end_absence(person)
        for i in () if self.wholes else list(self.away):
            meeting = self.meetings[self.joins[i]["meeting"] if self.joins else i]
            self.count_away(meeting, i, meeting.row["end"])
        self.counts.update(self.backlog.counts())
        self.count_collisions()
        for j in range(self.n):
            for c in range(self.n_criteria):
                if self.over[j] >> c & 1:
                    self.end_episode(j, c)
            self.over[j] = 0

    def count_collisions(self):
        """Time with two large meetings in progress, tick by tick of what changes it."""
        rows = {m.row.get("part_of", m.row["number"]): m.row for m in self.meetings
                if m.row.get("here", True) and m.row["size"] >= self.h["large_from"]
                and (is_focus(m.row) or not self.wholes)}
        changes = sorted((self.clip(tick), step) for row in rows.values()
                         for tick, step in ((row["start"], 1), (row["end"], -1)))
        n, since, periods, ticks = 0, 0, 0, 0
        for tick, step in changes:
            if n >= 2 and tick > since:
                ticks += tick - since
                for i in range(self.h["n_periods"]):
                    opens = self.h["from"] + i * self.h["period"]
                    closes = opens + self.h["period"] if i + 1 < self.h["n_periods"] else self.h["to"]
                    periods |= (since < closes and tick > opens) << i
            n, since = n + step, tick
        self.counts["collision_time"], self.counts["collision_periods"] = ticks, periods

    def snapshot_ticks(self):
        if self.h["observed"]:
            return self.h["observed"]
        if self.h["observe_every"]:
            return range(self.h["from"], self.h["to"], self.h["observe_every"])
        return []

    def open_window(self, _):
        self.measuring = True
        for j in range(self.n):
            self.see_peak(j)

    def see_peak(self, j):
        for r in range(self.n_resources):
            place = r * self.n + j
            if self.measuring:
                self.counts["peak"][place] = max(self.counts["peak"][place],
                                                 self.truth.load[j][r])

    # ---- what the rule sees

    def report(self, j):
        self.pending.copy_from(self.truth, j)
        self.pending_made[j] = self.now
        if self.policy["report_lag"] == 0:
            self.see_report(j)

    def see_report(self, j):
        if self.pending_made[j] == self.now - self.policy["report_lag"]:
            self.reported.copy_from(self.pending, j)
            self.made[j], self.pending_made[j] = self.pending_made[j], None

    def score(self, j):
        view = self.reported if self.period else self.truth
        metric = self.h["placement"]["metric"]
        if metric == "meetings":
            return view.meetings[j]
        if metric == "participants":
            return (view.people[j] + view.expected[j] +
                    self.policy["growth"] * view.meetings[j])
        for r, resource in enumerate(self.h["resources"]):
            if resource["name"] == metric:
                return view.load[j][r]
        return max(load / full[j] if full[j] else 0.0
                   for load, full in zip(view.load[j], self.h["full"]))

    def add_load(self, meeting, load, people, is_new=True):
        j = meeting.server
        if is_focus(meeting.row):  # its people count once in the meeting, and nowhere for the rule
            self.wholes[meeting.row["part_of"]].people += people * is_new
            people = 0
        for view in self.views_told(meeting):
            view.load[j] = [a + b for a, b in zip(view.load[j], load)]
            view.people[j] += people
        meeting.people += people
        self.expect(meeting)
        self.see_peak(j)
        self.see_overload(j)

    def views_told(self, meeting):
        """The truth, and the reports that the placer corrects: those made before the meeting."""
        j, start = meeting.server, meeting.placed
        views = [self.truth]
        if self.period and self.policy["in_flight"]:
            views += [self.reported] if start >= self.made[j] else []
            if self.pending_made[j] is not None and start >= self.pending_made[j]:
                views.append(self.pending)
        return views

    # ---- what a meeting counts for, and where it may go

    def expect(self, meeting):
        is_young = self.now < meeting.row["start"] + self.policy["young_age"]
        if is_focus(meeting.row):
            return
        seats = max(meeting.row["told"], self.policy["young_count"] if is_young else 0)
        present = meeting.people + sum(part[2] for part in meeting.parts)
        expecting = 0 if meeting.is_over else max(0, seats - present)
        self.truth.expected[meeting.server] += expecting - meeting.expecting
        meeting.expecting = expecting

    def age(self, number):
        if self.meetings[number].server is not None:
            self.expect(self.meetings[number])

    def may_go(self, row, j):
        dedicated = self.policy["dedicated"]
        is_large = row["told"] >= self.policy["dedicated_from"]
        if dedicated and (j >= self.n - dedicated) != is_large:
            return False
        taken = self.truth.people[j] + self.truth.expected[j]
        if self.h["admission"]["policy"] == "booked" and taken + row["told"] > self.policy["seats"]:
            return False
        return not self.policy["start_gate"] or self.passes_gate(j, self.policy["start_gate"])

    def passes_gate(self, j, gate, more=None):
        for r in self.policy["watched"]:
            own = [i for i, limit in enumerate(self.h["limits"])
                   if limit["resource"] == r and limit["level"] >= 0]
            if not own:
                continue
            highest = max(own, key=lambda i: self.h["limits"][i]["ceiling"][j])
            beyond = self.truth.load[j][r] + (more[r] if more else 0) - self.ceiling[highest][j]
            full = self.h["limits"][highest]["ceiling"][j]
            if float(beyond) > (gate - 1.0) * full:
                return False
        return True

    # ---- meetings

    def is_admitted(self, meeting, j):
        level = self.h["admission"]["level"]
        load = list(meeting.row["final"])
        if self.h["admission"]["policy"] == "reserve":
            reserve = self.h["admission"]["reserve"][meeting.row["class"]]
            load = [a + b for a, b in zip(load, reserve)]
        return self.fits(j, load, level)

    def fits(self, j, load, level):
        return self.state[j] == "up" and all(self.truth.load[j][limit["resource"]] + load[limit["resource"]]
                   <= self.ceiling[index][j]
                   for index, limit in enumerate(self.h["limits"]) if limit["level"] == level)

    def choose(self, meeting, turn, tie, pick):
        policy = self.h["admission"]["policy"]
        allowed = {j for j in range(self.n)
                   if self.state[j] == "up" and self.may_go(meeting.row, j)}
        if policy == "none_fits":
            allowed = {j for j in allowed if self.is_admitted(meeting, j)}
        server = self.placer.choose(self.score, turn, tie, pick, allowed)
        asks = policy in ("chosen_full", "reserve") and server < self.n
        return self.n if asks and not self.is_admitted(meeting, server) else server

    def arrive(self, number):
        meeting = self.meetings[number]
        row = meeting.row
        if not row.get("here", True):
            return  # another pool's
        whole = self.wholes.get(row.get("part_of"))
        if is_focus(row):
            server = self.home(row["tie"], row["pick"], 0)
            whole.refused = server == self.n
            if not whole.refused:
                self.present.append(whole)
        elif whole is not None and whole.refused:
            server = self.n
        else:
            server = self.choose(meeting, self.arrived, row["tie"], row["pick"])
            self.arrived += 1
        self.placed.append((self.now, number, server))
        if self.in_window(self.now):
            self.count_offer(row, server == self.n)
        if server == self.n:
            return
        meeting.server = server
        meeting.met = {c: self.overload_clock(server, c) for c in range(self.n_criteria)}
        for view in self.views_told(meeting):
            view.meetings[server] += not is_focus(row)
        # With a ramp, participants come by joins, and those who never come are not in `size`.
        self.add_load(meeting, meeting.load, 0 if self.joins else row["size"])

    def home(self, tie, pick, number):
        """Where a focus is: its organiser's server, or while that takes none any that does."""
        home = tie * self.n // WORD
        up = [j for j in range(self.n) if self.state[j] == "up"]
        if home in up:
            return home
        return up[derived_word(pick, 256 + 2 * number) * len(up) // WORD] if up else self.n

    def count_offer(self, row, is_refused):
        whole = self.wholes.get(row.get("part_of"), Whole())
        self.counts["offered"][row["class"]] += is_focus(row) or not self.wholes
        self.counts["refused"][row["class"]] += is_refused and not whole.lacks
        whole.lacks = whole.lacks or is_refused

    def join(self, number):
        join = self.joins[number]
        meeting = self.meetings[join["meeting"]]
        if meeting.is_nowhere and not self.restart(meeting, number):
            return
        if meeting.server is None:
            return
        self.add_participant(meeting, join, number)

    def add_participant(self, meeting, join, number, is_new=True):
        profile = self.h["classes"][meeting.row["class"]]["profiles"][meeting.row["profile"]]
        cost = profile["kinds"][join["kind"]]
        decides = self.policy["join_gate"] or self.policy["most_joins"]
        if decides and not is_focus(meeting.row):
            self.decide_join(meeting, cost, number)
            return
        meeting.load = [a + b for a, b in zip(meeting.load, cost)]
        self.add_load(meeting, cost, 1, is_new)

    # ---- servers that fail

    def change(self, number):
        row = self.changes[number]
        self.state, self.effective = row["servers"], row["effective"]
        for m in self.meetings:
            if m.server is None or m.is_over:
                continue
            if self.state[m.server] == "out":
                self.lose(m, number)
                continue
            for part in [part for part in m.parts if self.state[part[0]] == "out"]:
                self.lose_part(m, part, number)
        self.find_ceilings()
        self.backlog.forget(j for j in range(self.n) if self.state[j] == "out")

    def lose(self, meeting, change):
        j = meeting.server
        for c in range(self.n_criteria):
            meeting.met[c] -= self.overload_clock(j, c)
        self.truth.expected[j] -= meeting.expecting
        meeting.expecting = 0
        self.truth.load[j] = [a - b for a, b in zip(self.truth.load[j], meeting.load)]
        self.truth.people[j] -= meeting.people
        self.truth.meetings[j] -= not is_focus(meeting.row)
        people = meeting.people + sum(part[2] for part in meeting.parts)
        for k, load, there, _ in meeting.parts:
            self.truth.load[k] = [a - b for a, b in zip(self.truth.load[k], load)]
            self.truth.people[k] -= there
        number = meeting.row["number"]
        meeting.server, meeting.is_nowhere, meeting.people = None, True, 0
        meeting.parts, meeting.joins = [], {}
        self.placed.append((self.now, number, self.n))
        away = self.throw_out(meeting, [i for i in self.joins_of.get(number, [])
                                        if self.on.get(i) != "gone"])
        self.count_lost(meeting, change, away if self.wholes else people)

    def lose_part(self, meeting, part, change):
        k, load, there, link = part
        meeting.parts.remove(part)
        meeting.joins.pop(k, None)
        self.truth.load[k] = [a - b for a, b in zip(self.truth.load[k], load)]
        self.truth.people[k] -= there
        meeting.load = [a - b for a, b in zip(meeting.load, link)]
        j = meeting.server
        self.truth.load[j] = [a - b for a, b in zip(self.truth.load[j], link)]
        self.expect(meeting)
        away = self.throw_out(meeting, [i for i in self.joins_of[meeting.row["number"]]
                                        if self.on.get(i) is part])
        self.count_lost(meeting, change, away if self.wholes else there)

    def throw_out(self, meeting, joins):
        """How many are away now that were not."""
        thrown = [i for i in joins if self.joins[i]["tick"] < self.now and i not in self.away]
        return sum(self.send_away(meeting, i, True)
                   for i in (thrown if self.joins else [meeting.row["number"]]))

    def count_lost(self, meeting, change, people):
        measured = self.now >= self.h["from"]
        lost = self.wholes[meeting.row["part_of"]] if self.wholes else meeting
        self.counts["meetings_lost"] += measured and lost.lost_by != change
        self.counts["people_lost"] += people * measured
        lost.lost_by = change

    def send_away(self, meeting, i, was_in):
        """Participant (or, all at once, meeting) i comes back later, unless the meeting is over."""
        after = (self.joins[i] if self.joins else meeting.row)["back_after"]
        turn = self.turns.get(i, 0)
        self.turns[i] = turn + 1
        people = 0
        if i not in self.away:
            self.away[i] = self.now
            people = self.go_absent(meeting, i, was_in) if self.wholes else 1
        back = self.now + after[0 if turn == 0 else 1 + (turn - 1) % (len(after) - 1)]
        if back < meeting.row["end"]:
            heapq.heappush(self.heap, (back, RETURN, i))
        return people

    def count_away(self, meeting, i, until):
        people = 1 if self.joins else meeting.row["size"]
        since = self.away.pop(i)
        self.counts["person_time_lost"] += (self.clip(until) - self.clip(since)) * people

    # ---- who is away from any of the media

    def person_of(self, meeting, i):
        own = i - self.joins_of[meeting.row["number"]][0] if self.joins else 0
        return meeting.row["part_of"], own, 1 if self.joins else meeting.row["size"]

    def go_absent(self, meeting, i, was_in):
        person = self.person_of(meeting, i)
        if person in self.absent:
            self.absent[person][0] += 1
            return 0
        self.absent[person] = [1, self.now]
        self.wholes[person[0]].people -= person[2] * was_in
        return person[2]

    def come_present(self, meeting, i):
        person = self.person_of(meeting, i)
        self.absent[person][0] -= 1
        if self.absent[person][0] == 0:
            self.end_absence(person)
            self.wholes[person[0]].people += person[2]

    def end_absence(self, person):
        since = self.absent.pop(person)[1]
        self.counts["person_time_lost"] += (self.clip(self.now) - self.clip(since)) * person[2]

    def restart(self, meeting, i):
        """Whoever comes first starts the meeting again, if a server takes it."""
        row = meeting.row
        words = [derived_word(row["pick"], 256 + 2 * meeting.restarts + k) for k in (0, 1)]
        meeting.restarts += 1
        if is_focus(row):
            j = self.home(row["tie"], row["pick"], meeting.restarts)
        else:
            j = self.choose(meeting, row["number"], *words)
        if j == self.n:
            self.send_away(meeting, i, not is_focus(row))
            return False
        meeting.server, meeting.is_nowhere, meeting.placed = j, False, self.now
        self.placed.append((self.now, row["number"], j))
        for c in range(self.n_criteria):
            meeting.met[c] += self.overload_clock(j, c)
        for view in self.views_told(meeting):
            view.meetings[j] += not is_focus(row)
        meeting.load = list(row["initial"])
        self.add_load(meeting, meeting.load, 0 if self.joins else row["size"], False)
        return True

    def come_back(self, i):
        meeting = self.meetings[self.joins[i]["meeting"] if self.joins else i]
        if meeting.is_nowhere and not self.restart(meeting, i):
            return
        if self.wholes:
            del self.away[i]
            self.come_present(meeting, i)
        else:
            self.count_away(meeting, i, self.now)
        if self.joins:
            self.add_participant(meeting, self.joins[i], i, False)

    # ---- where participants join

    def takes_one_more(self, meeting, j):
        gate, most = self.policy["join_gate"], self.policy["most_joins"]
        if gate and not self.passes_gate(j, gate):
            return False
        minute = self.now // TICKS_PER_MINUTE
        known, joined = meeting.joins.get(j, (minute, 0))
        joined = joined if known == minute else 0
        if most and joined >= most:
            meeting.joins[j] = (minute, joined)
            return False
        meeting.joins[j] = (minute, joined + 1)
        return True

    def another(self, row, allowed, number):
        """A further choice of the rule for a meeting that has a server."""
        tie, pick = (derived_word(row["pick"], 256 + 2 * number + i) for i in (0, 1))
        return self.placer.choose(self.score, row["number"], tie, pick, allowed)

    def grow_part(self, meeting, part, load, people):
        j = part[0]
        part[1] = [a + b for a, b in zip(part[1], load)]
        part[2] += people
        self.truth.load[j] = [a + b for a, b in zip(self.truth.load[j], load)]
        self.truth.people[j] += people
        self.expect(meeting)
        self.see_peak(j)
        self.see_overload(j)

    def grow_own(self, meeting, load, people):
        j = meeting.server
        meeting.load = [a + b for a, b in zip(meeting.load, load)]
        meeting.people += people
        self.truth.load[j] = [a + b for a, b in zip(self.truth.load[j], load)]
        self.truth.people[j] += people
        self.expect(meeting)
        self.see_peak(j)
        self.see_overload(j)

    def open_part(self, meeting, cost):
        taken = {meeting.server} | {part[0] for part in meeting.parts}
        gate = self.policy["join_gate"]
        allowed = {j for j in range(self.n) if j not in taken and self.state[j] == "up"
                   and (not gate or self.passes_gate(j, gate))}
        j = self.another(meeting.row, allowed, len(meeting.parts))
        if j == self.n:
            return None
        link = [int(self.policy["link"] * float(c) + 0.5) for c in cost]
        meeting.parts.append([j, [0] * self.n_resources, 0, link])
        self.grow_own(meeting, link, 0)
        self.grow_part(meeting, meeting.parts[-1], link, 0)
        self.counts["servers_linked"] += self.now >= self.h["from"]
        return meeting.parts[-1]

    def decide_join(self, meeting, cost, number):
        self.on[number] = None
        measured = self.now >= self.h["from"]
        self.counts["joins_offered"] += measured
        if self.takes_one_more(meeting, meeting.server):
            self.grow_own(meeting, cost, 1)
            self.tell(meeting, meeting.server, cost)
            return
        part = next((p for p in meeting.parts if self.takes_one_more(meeting, p[0])), None)
        if part is None and self.policy["cascades"]:
            part = self.open_part(meeting, cost)
            if part is not None:
                self.takes_one_more(meeting, part[0])
        if part is not None:
            self.on[number] = part
            self.grow_part(meeting, part, cost, 1)
            self.tell(meeting, part[0], cost)
        elif self.policy["cascades"]:
            self.grow_own(meeting, cost, 1)
            self.tell(meeting, meeting.server, cost)
        else:
            self.on[number] = "gone"
            self.counts["joins_refused"] += measured

    def tell(self, meeting, j, cost):
        """The placer corrects the reports of server j by the participant that it sent there."""
        start = meeting.placed
        if not self.period or not self.policy["in_flight"]:
            return
        views = [self.reported] if start >= self.made[j] else []
        if self.pending_made[j] is not None and start >= self.pending_made[j]:
            views.append(self.pending)
        for view in views:
            view.load[j] = [a + b for a, b in zip(view.load[j], cost)]
            view.people[j] += 1

    # ---- reviews

    def review(self, _):
        above = self.policy["review_above"]
        for j in range(self.n):
            since = self.relieved[j]
            rests = since is not None and self.now - since < self.policy["cool_down"]
            if rests or self.passes_gate(j, above):
                continue
            there = [m for m in self.meetings if m.server == j and not m.is_over and m.people > 0]
            if not there:
                continue
            meeting = max(there, key=lambda m: (m.people, -m.row["number"]))
            allowed = {k for k in range(self.n)
                       if k != j and self.state[k] == "up" and self.passes_gate(k, above, meeting.load)
                       and k not in (part[0] for part in meeting.parts)}
            to = self.another(meeting.row, allowed, 0)
            if to < self.n:
                self.relieved[j] = self.now
                self.move(meeting, to)

    def move(self, meeting, to):
        j = meeting.server
        for c in range(self.n_criteria):
            meeting.met[c] += self.overload_clock(to, c) - self.overload_clock(j, c)
        self.truth.expected[j] -= meeting.expecting
        meeting.expecting = 0
        self.truth.load[j] = [a - b for a, b in zip(self.truth.load[j], meeting.load)]
        self.truth.people[j] -= meeting.people
        self.truth.meetings[j] -= 1
        meeting.server = to
        meeting.joins.pop(j, None)
        self.truth.load[to] = [a + b for a, b in zip(self.truth.load[to], meeting.load)]
        self.truth.people[to] += meeting.people
        self.truth.meetings[to] += 1
        self.expect(meeting)
        self.see_peak(to)
        self.see_overload(j)
        self.see_overload(to)
        self.counts["meetings_moved"] += self.now >= self.h["from"]
        self.placed.append((self.now, meeting.row["number"], to))

    def depart(self, number):
        meeting = self.meetings[number]
        j = meeting.server
        if j is None and not meeting.is_nowhere:
            return
        if self.in_window(self.now) and (is_focus(meeting.row) or not self.wholes):
            self.count_ended(meeting)
        if is_focus(meeting.row):
            part_of = meeting.row["part_of"]
            self.present.remove(self.wholes[part_of])
            for person in [p for p in self.absent if p[0] == part_of]:
                self.end_absence(person)
        if meeting.is_nowhere:
            meeting.is_over = True
            return
        self.truth.load[j] = [a - b for a, b in zip(self.truth.load[j], meeting.load)]
        self.truth.people[j] -= meeting.people
        self.truth.meetings[j] -= not is_focus(meeting.row)
        meeting.is_over = True
        self.expect(meeting)
        for k, load, people, _ in meeting.parts:
            self.truth.load[k] = [a - b for a, b in zip(self.truth.load[k], load)]
            self.truth.people[k] -= people
            self.see_overload(k)
        self.see_overload(j)

    def count_ended(self, meeting):
        size = meeting.row["size"]
        self.counts["meetings_ended"] += 1
        self.counts["people_ended"] += size
        least = self.h["min_episode"]
        for c in range(self.n_criteria):
            here = 0 if meeting.is_nowhere else self.overload_clock(meeting.server, c)
            met = here - meeting.met[c]
            if self.wholes:
                met = self.wholes[meeting.row["part_of"]].met.get(c, 0)
            if met > 0 and meeting.row["class"] == self.h["inserted_class"]:
                self.counts["inserted_hit"] |= 1 << c
            for d, ticks in enumerate(least):
                if met > 0 and met >= ticks:
                    self.counts["meetings_hit"][c * len(least) + d] += 1
                    self.counts["people_hit"][c * len(least) + d] += size

    # ---- overload

    def set_ceilings(self, step):
        self.taken = taken = [[0] * self.n_resources for _ in range(self.n)]
        if self.sessions:
            for item, cost in zip(self.sessions[step]["in_progress"], self.h["session_costs"]):
                for j in range(self.n):
                    taken[j] = [t + item[j] * c for t, c in zip(taken[j], cost)]
        self.find_ceilings()

    def find_ceilings(self):
        self.ceiling = [[effective - self.taken[j][limit["resource"]]
                         for j, effective in enumerate(row)]
                        for limit, row in zip(self.h["limits"], self.effective)]
        for j in range(self.n):
            self.see_overload(j)

    def see_overload(self, j):
        limits = 0
        for index, limit in enumerate(self.h["limits"]):
            limits |= (self.truth.load[j][limit["resource"]] > self.ceiling[index][j]) << index
        over = 0
        for c, criterion in enumerate(self.h["criteria"]):
            over |= (limits & criterion["limits"] != 0) << c
        before = self.over[j]
        if over == before:
            return
        for c in range(self.n_criteria):
            if over & ~before & 1 << c:
                self.begin_episode(j, c, limits)
            elif before & ~over & 1 << c:
                self.end_episode(j, c)
        self.over[j] = over
        self.changed.append((self.now, j, over))

    def begin_episode(self, j, c, limits):
        self.since[j, c] = self.now
        if not any(mask >> c & 1 for mask in self.over):
            self.any_since[c] = self.now
        if not self.in_window(self.now):
            return
        self.counts["server_episodes"][c * self.n + j] += 1
        if not any(mask >> c & 1 for mask in self.over):
            first = limits & self.h["criteria"][c]["limits"]
            index = (first & -first).bit_length() - 1
            resource = self.h["limits"][index]["resource"]
            self.counts["episodes"][c] += 1
            if self.h["anatomy"]:
                self.note_anatomy(j, c, index)
            self.counts["first_over"][c * self.n_resources + resource] += 1

    def note_anatomy(self, j, c, index):
        full = self.h["limits"][index]["ceiling"][j]
        taken = full - self.ceiling[index][j]
        found = [self.truth.meetings[j],
                 max([m.people for m in self.meetings if m.server == j and not m.is_over],
                     default=0),
                 (self.now - self.h["tick_zero"]) % (30 * TICKS_PER_MINUTE),
                 int(taken / full * 2.0 ** 20 + 0.5) if taken > 0 else 0,
                 self.now - self.made[j] if self.period else 0]
        for i, what in enumerate(found):
            self.counts["anatomy"][5 * c + i] += what

    def end_episode(self, j, c):
        begin, end = self.clip(self.since[j, c]), self.clip(self.now)
        self.clock[j, c] = self.clock.get((j, c), 0) + self.now - self.since[j, c]
        self.counts["server_time"][c * self.n + j] += end - begin
        criterion = self.h["criteria"][c]
        is_last = not any(mask >> c & 1 for k, mask in enumerate(self.over) if k != j)
        if is_last and criterion["resource"] < 0 and criterion["level"] >= 0 \
                and self.any_since[c] < self.now:
            self.counts["stretches"][criterion["level"]] += [self.any_since[c], self.now]
        least = self.h["min_episode"]
        if is_last and self.in_window(self.now):
            self.counts["ended"][c] += 1
            for d, ticks in enumerate(least):
                self.counts["lasting"][c * len(least) + d] += self.now - self.any_since[c] >= ticks
        for i in range(self.h["n_periods"]):
            opens = self.h["from"] + i * self.h["period"]
            closes = self.h["to"] if i + 1 == self.h["n_periods"] else opens + self.h["period"]
            inside = min(end, closes) - max(begin, opens)
            for d, ticks in enumerate(least):
                if inside > 0 and inside >= ticks:
                    self.counts["periods_hit"][c * len(least) + d] |= 1 << i

    def overload_clock(self, j, c):
        running = self.now - self.since[j, c] if self.over[j] >> c & 1 else 0
        return self.clock.get((j, c), 0) + running

    # ---- snapshots

    def snapshot(self, number):
        slot = self.h["slot"][number] if self.h["slot"] else 0
        counts, n = self.counts, self.n
        counts["n_snapshots"][slot] += 1
        for c in range(self.n_criteria):
            over = [j for j in range(n) if self.over[j] >> c & 1]
            row = slot * self.n_criteria + c
            counts["over_with"][row * (n + 1) + len(over)] += 1
            for j in over:
                counts["server_over"][row * n + j] += 1
        for r, resource in enumerate(self.h["resources"]):
            row = slot * self.n_resources + r
            loads = [load[r] for load in self.truth.load]
            counts["largest"][row] += max(loads)
            for j, load in enumerate(loads):
                counts["load"][row * n + j] += load
                counts["load_shifted"][row * n + j] += load >> resource["shift"]
                counts["load_square"][row * n + j] += (load >> resource["shift"]) ** 2
        total = sum(load[0] for load in self.truth.load)
        for i, threshold in enumerate(self.h["thresholds"]):
            counts["total_above"][slot * len(self.h["thresholds"]) + i] += total > threshold
        up = {j for j in range(n) if self.state[j] == "up"}
        for i, load in enumerate(self.h["probes"]):
            words = self.probes[number * len(self.h["probes"]) + i]
            loads, homes = [load], [None]
            if self.h["probe_media"]:
                loads, homes, picked = self.pick_media(i, words, up)
            else:
                picked = [self.placer.choose(self.score, self.arrived, words["tie"],
                                             words["pick"], up)]
            for level in range(LEVELS):
                place = (slot * LEVELS + level) * len(self.h["probes"]) + i
                self.probe(place, load, level, (loads, homes, picked))

    def pick_media(self, i, words, up):
        """Loads of the probe's media, where they must be, and where the rule would put them: each
        choice sees those before it."""
        view = self.reported if self.period else self.truth
        sees = not self.period or self.policy["in_flight"]
        before = copy.deepcopy(view)
        loads, homes, picked = [], [], []
        for medium, load in enumerate(self.h["probe_media"][i]):
            if medium > 0 and not any(load):
                continue
            word = words["media"][medium]
            if medium == 0:
                homes.append(self.home(word >> 32, word % WORD, 0))
                picked.append(homes[0])
            else:
                homes.append(None)
                picked.append(self.placer.choose(self.score, self.arrived + len(loads) - 1,
                                                 word >> 32, word % WORD, up))
            loads.append(load)
            j = picked[-1]
            if sees and j < self.n:
                view.load[j] = [a + b for a, b in zip(view.load[j], load)]
                view.people[j] += self.h["probe_sizes"][i] * (medium > 0)
                view.meetings[j] += medium > 0
        for j in range(self.n):
            view.copy_from(before, j)
        return loads, homes, picked

    def holds(self, loads, servers, level):
        """Does every server hold all that is put on it?"""
        return all(j < self.n and
                   self.fits(j, [sum(column) for column in
                                 zip(*(load for load, k in zip(loads, servers) if k == j))], level)
                   for j in set(servers))

    def probe(self, place, load, level, parts):
        loads, homes, picked = parts
        fitting = {j for j in range(self.n) if self.fits(j, load, level)}
        places = [range(self.n) if home is None else [home] for home in homes]
        somewhere = any(self.holds(loads, servers, level)
                        for servers in itertools.product(*places))
        self.counts["fits"][place] += self.holds(loads, picked, level)
        self.counts["fits_somewhere"][place] += somewhere
        self.counts["fits_everywhere"][place] += len(fitting) == self.n
        self.counts["fits_servers"][place] += len(fitting)
        if not somewhere:
            room = all(
                sum(max(self.ceiling[index][j] - self.truth.load[j][limit["resource"]], 0)
                    for j in range(self.n) if self.state[j] == "up") >= load[limit["resource"]]
                for index, limit in enumerate(self.h["limits"]) if limit["level"] == level)
            self.counts["stranded" if room else "nowhere"][place] += 1
