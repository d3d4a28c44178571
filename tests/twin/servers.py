"""What servers report, what a meeting counts for there, and where it may go."""

from counting import LEVELS
from meeting import is_focus
from overload import Overload
from placing import WORD, derived_word


class Servers(Overload):
    """Servers as the rule sees them."""

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

    def is_admitted(self, meeting, j):
        level = self.h["admission"]["level"]
        load = list(meeting.row["final"])
        if self.h["admission"]["policy"] == "reserve":
            reserve = self.h["admission"]["reserve"][meeting.row["class"]]
            load = [a + b for a, b in zip(load, reserve)]
        return self.fits(j, load, level)

    def fits(self, j, load, level):
        after = [a + b for a, b in zip(self.truth.load[j], load)]
        return self.state[j] == "up" and all(
            after[limit["resource"]] <= self.ceiling[index][j]
            for index, limit in enumerate(self.h["limits"]) if self.is_asked(limit, level))

    def is_asked(self, limit, level):
        """Of the level, or, at the one above all, the highest of its resource."""
        highest = max(other["level"] for other in self.h["limits"]
                      if other["resource"] == limit["resource"])
        return limit["level"] == (highest if level == LEVELS else level)

    def choose(self, meeting, turn, tie, pick):
        policy = self.h["admission"]["policy"]
        allowed = {j for j in range(self.n)
                   if self.state[j] == "up" and self.may_go(meeting.row, j)}
        if policy == "none_fits":
            allowed = {j for j in allowed if self.is_admitted(meeting, j)}
        server = self.placer.choose(self.score, turn, tie, pick, allowed)
        asks = policy in ("chosen_full", "reserve") and server < self.n
        return self.n if asks and not self.is_admitted(meeting, server) else server

    def home(self, tie, pick, number):
        """Where a focus is: its organiser's server, or while that takes none any that does."""
        home = tie * self.n // WORD
        up = [j for j in range(self.n) if self.state[j] == "up"]
        if home in up:
            return home
        return up[derived_word(pick, 256 + 2 * number) * len(up) // WORD] if up else self.n

    def another(self, row, allowed, number):
        """A further choice of the rule for a meeting that has a server."""
        tie, pick = (derived_word(row["pick"], 256 + 2 * number + i) for i in (0, 1))
        return self.placer.choose(self.score, row["number"], tie, pick, allowed)
