#!/usr/bin/env python3
"""Model M0 in SimPy as its tutorials write a queue: one process per meeting.

    simpy_m0.py REPLICATIONS SEED

Prints "ns-per-meeting replications sum-of-time-over sum-of-squares version", processor time. Works
with SimPy 3 and 4 (`simpy`) and with SimPy 2 (`SimPy`); exit code 77 where there is neither.
"""

import bisect
import itertools
import random
import sys
import time

SERVERS, CAPACITY = 12, 1000
ARRIVALS_PER_S, MEAN_DURATION_S = 2000 / 3600, 2700
SIZES, ZETA_EXPONENT = range(2, 501), 2.3914  # mean size 5.000
FROM_S, TO_S = 5 * 3600, 15 * 3600


class Pool:
    """Loads, and the time with any server over the capacity."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.sums = list(itertools.accumulate(k ** -ZETA_EXPONENT for k in SIZES))
        self.load = [0] * SERVERS
        self.n_over, self.over_since, self.over_time = 0, 0.0, 0.0
        self.n_meetings = 0

    def size(self):
        return SIZES[bisect.bisect_left(self.sums, self.random.random() * self.sums[-1])]

    def gap(self):
        return self.random.expovariate(ARRIVALS_PER_S)

    def duration(self):
        return self.random.expovariate(1 / MEAN_DURATION_S)

    def change(self, now, server, by):
        was = self.load[server] > CAPACITY
        self.load[server] += by
        over = self.load[server] > CAPACITY
        if over and not was:
            if self.n_over == 0:
                self.over_since = now
            self.n_over += 1
        elif was and not over:
            self.n_over -= 1
            if self.n_over == 0:
                self.count(now)

    def count(self, now):
        self.over_time += max(0.0, now - max(self.over_since, FROM_S))

    def place(self, now):
        """Server and size of a meeting that starts now."""
        server = self.load.index(min(self.load))
        size = self.size()
        self.change(now, server, size)
        self.n_meetings += 1
        return server, size

    def share(self):
        if self.n_over > 0:
            self.count(TO_S)
        return self.over_time / (TO_S - FROM_S)


def run_new(simpy, pool):
    """SimPy 3 and 4."""
    world = simpy.Environment()

    def meeting():
        server, size = pool.place(world.now)
        yield world.timeout(pool.duration())
        pool.change(world.now, server, -size)

    def arrivals():
        while True:
            yield world.timeout(pool.gap())
            world.process(meeting())

    world.process(arrivals())
    world.run(until=TO_S)


def run_old(simpy, pool):
    """SimPy 2."""
    world = simpy.Simulation()

    class Meeting(simpy.Process):
        def live(self):
            server, size = pool.place(world.now())
            yield simpy.hold, self, pool.duration()
            pool.change(world.now(), server, -size)

    class Arrivals(simpy.Process):
        def live(self):
            while True:
                yield simpy.hold, self, pool.gap()
                meeting = Meeting(sim=world)
                world.activate(meeting, meeting.live())

    world.initialize()
    source = Arrivals(sim=world)
    world.activate(source, source.live())
    world.simulate(until=TO_S)


def find():
    """(version, how to run) of the SimPy that is installed, or None."""
    try:
        import simpy
        return simpy.__version__, lambda pool: run_new(simpy, pool)
    except ImportError:
        pass
    try:
        import SimPy
        from SimPy import Simulation
        return SimPy.__version__, lambda pool: run_old(Simulation, pool)
    except ImportError:
        return None


def main():
    found = find()
    if found is None:
        return 77
    version, run = found
    replications, seed = int(sys.argv[1]), int(sys.argv[2])
    pools = [Pool(1000 * seed + r) for r in range(replications)]
    begun = time.process_time()
    for pool in pools:
        run(pool)
    seconds = time.process_time() - begun
    shares = [pool.share() for pool in pools]
    meetings = sum(pool.n_meetings for pool in pools)
    print(1e9 * seconds / meetings, replications, sum(shares), sum(s * s for s in shares), version)
    return 0


if __name__ == "__main__":
    sys.exit(main())
