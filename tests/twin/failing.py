"""Servers that fail, and who comes back from them."""

import heapq

from joining import Joining
from meeting import is_focus
from placing import derived_word

(AGE, DEPARTURE, CHANGE, STEP, WINDOW, SEEN, REPORT, REVIEW, SNAPSHOT, ARRIVAL, JOIN,
 RETURN) = range(12)


class Failing(Joining):
    """Meetings lose servers, people lose meetings, and both come back."""

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
