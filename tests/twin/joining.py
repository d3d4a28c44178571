"""Where participants join, and reviews that move meetings."""

from counting import TICKS_PER_MINUTE
from meeting import is_focus
from servers import Servers


class Joining(Servers):
    """Decisions after a meeting's start."""

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
            has_parts = [part[0] for part in meeting.parts]
            allowed = {k for k in range(self.n)
                       if k != j and self.state[k] == "up" and k not in has_parts
                       and self.passes_gate(k, above, meeting.load)}
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
