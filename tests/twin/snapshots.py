"""Snapshots, and probes: would one more meeting fit?"""

import copy
import itertools

from counting import LEVELS
from failing import Failing
from placing import WORD


class Snapshots(Failing):
    """What is seen at an instant."""

    def snapshot_ticks(self):
        if self.h["observed"]:
            return self.h["observed"]
        if self.h["observe_every"]:
            return range(self.h["from"], self.h["to"], self.h["observe_every"])
        return []

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
