"""A second replay of Headroom's input, written from the description of the trace and of the
model alone: slow, plain, all integers. It must find every placement, every change of overload
and every count that the program found, exactly.

Semantics held here: at one tick meetings age first, then departures (lowest meeting first),
failures and repairs, background steps, the begin of the window, load reports, snapshots, arrivals
in input order, joins, participants who come back. Windows are half-open. Overload is a load
strictly above the ceiling less the background.

What it is made of, each floor on the one before: counting, overload, servers, joining, failing,
snapshots, and here the events.
"""

import heapq

from failing import (AGE, ARRIVAL, CHANGE, DEPARTURE, JOIN, REPORT, RETURN, REVIEW, SEEN, SNAPSHOT,
                     STEP, WINDOW)
from meeting import Whole, is_focus
from snapshots import Snapshots


class Replay(Snapshots):
    """All events of a trace, in order."""

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
                for i, (opens, closes) in enumerate(self.busy_periods()):
                    periods |= (since < closes and tick > opens) << i
            n, since = n + step, tick
        self.counts["collision_time"], self.counts["collision_periods"] = ticks, periods

    def open_window(self, _):
        self.measuring = True
        for j in range(self.n):
            self.see_peak(j)

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

    def count_offer(self, row, is_refused):
        whole = self.wholes.get(row.get("part_of"), Whole())
        self.counts["offered"][row["class"]] += is_focus(row) or not self.wholes
        self.counts["refused"][row["class"]] += is_refused and not whole.lacks
        whole.lacks = whole.lacks or is_refused

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
