"""Who is over which ceiling, since when, and what passes meanwhile."""

from counting import TICKS_PER_MINUTE, Counting


class Overload(Counting):
    """Ceilings, episodes and time."""

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
        for i, (opens, closes) in enumerate(self.busy_periods()):
            inside = min(end, closes) - max(begin, opens)
            for d, ticks in enumerate(least):
                if inside > 0 and inside >= ticks:
                    self.counts["periods_hit"][c * len(least) + d] |= 1 << i

    def overload_clock(self, j, c):
        running = self.now - self.since[j, c] if self.over[j] >> c & 1 else 0
        return self.clock.get((j, c), 0) + running

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
