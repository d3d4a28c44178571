"""The backlog of servers above their full ceiling of cpu, written a second time from its definition:
each stretch between two events is a straight line that stays at 0, looked at tick by tick where
something may happen, found by halving.
"""

from bisect import bisect_left

UNIT = 256  # ticks in 2^-8 s


class Band:
    """On from the first tick with `reach` waiting until the first at or below `back`."""

    def __init__(self, reach, back):
        self.reach, self.back = reach, back
        self.is_on = False
        self.on = []  # [begin, end) of what is over

    def follow(self, begin, end, waiting):
        tick = begin
        while tick < end:
            start = tick
            if self.is_on:
                tick = first(tick, end, lambda t: waiting(t) <= self.back)
                self.on.append((start, tick))
            else:
                tick = first(tick, end, lambda t: waiting(t) >= self.reach)
            if tick < end:
                self.is_on = not self.is_on


class Ticks:
    """The ticks of a stretch, so that bisect can look for one."""

    def __init__(self, begin, end, holds):
        self.begin, self.n, self.holds = begin, end - begin, holds

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return bool(self.holds(self.begin + i))


def first(begin, end, holds):
    """The first tick from which on `holds` is true, or the end: on a straight line it stays true."""
    if holds(begin):
        return begin
    return begin + bisect_left(Ticks(begin, end, holds), True)


class Backlog:
    def __init__(self, header):
        self.h, marks = header, header["backlog"]
        self.limit = marks["limit"]
        if self.limit < 0:
            return
        self.resource = header["limits"][self.limit]["resource"]
        self.full = [max(1, int(f)) for f in header["limits"][self.limit]["ceiling"]]
        self.waiting = [0] * header["servers"]
        self.sum = [0] * header["servers"]
        self.throttled = [Band(full * marks["throttled_from"], full * marks["throttled_until"])
                          for full in self.full]
        self.rejected = [Band(full * marks["rejected_from"], full * marks["rejected_from"] - 1)
                         for full in self.full]

    def pass_time(self, now, tick, load, ceiling):
        begin = max(now, self.h["begin"])
        if self.limit < 0 or tick <= begin:
            return
        for j, start in enumerate(self.waiting):
            slope = load[j][self.resource] - ceiling[self.limit][j]
            if start == 0 and slope <= 0:
                continue

            def waiting(t, start=start, slope=slope):
                return max(0, start + slope * (t - begin))

            self.throttled[j].follow(begin, tick, waiting)
            self.rejected[j].follow(begin, tick, waiting)
            self.sum[j] += self.sum_of(max(begin, self.h["from"]), min(tick, self.h["to"]), waiting)
            self.waiting[j] = waiting(tick)

    def forget(self, servers):
        """Those servers are gone, and what waited with them."""
        for j in servers if self.limit >= 0 else ():
            self.waiting[j] = 0
            self.throttled[j].is_on = self.rejected[j].is_on = False

    @staticmethod
    def sum_of(begin, end, waiting):
        """Over the ticks of [begin, end): pairs from both ends of what is above 0."""
        if begin >= end:
            return 0
        if waiting(begin) > 0:
            end = first(begin, end, lambda t: waiting(t) == 0)
        n = end - begin
        return n * (waiting(begin) + waiting(end - 1)) // 2

    def counts(self):
        if self.limit < 0:
            return {}
        throttled = [stretch for band in self.throttled for stretch in self.inside(band)]
        rejected = [stretch for band in self.rejected for stretch in self.inside(band)]
        return {
            "throttled_periods": self.periods(throttled),
            "rejected_periods": self.periods(rejected),
            "throttled_time": sum(end - begin for begin, end in throttled),
            "backlog_time": sum(total // full // UNIT for total, full in zip(self.sum, self.full)),
        }

    def inside(self, band):
        stretches = [(max(begin, self.h["from"]), min(end, self.h["to"])) for begin, end in band.on]
        return [(begin, end) for begin, end in stretches if begin < end]

    def periods(self, stretches):
        mask = 0
        for i in range(self.h["n_periods"]):
            opens = self.h["from"] + i * self.h["period"]
            closes = self.h["to"] if i + 1 == self.h["n_periods"] else opens + self.h["period"]
            if any(begin < closes and end > opens for begin, end in stretches):
                mask |= 1 << i
        return mask
