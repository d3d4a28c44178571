"""What is counted: the names are those of the trace."""

from backlog import Backlog
from meeting import Meeting, Whole
from placing import Placer, View

TICKS_PER_MINUTE = 60 * 65536
LEVELS = 3


class Counting:
    """A pool, empty, and its counts."""

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

    def clear_counts(self):
        c, n, r = self.n_criteria, self.n, self.n_resources
        d, k, h = len(self.h["min_episode"]), len(self.h["classes"]), len(self.h["thresholds"])
        t = max(self.h["slot"]) + 1 if self.h["slot"] else int(self.h["observe_every"] > 0)
        p = LEVELS * len(self.h["probes"])
        for name, size in [
                ("time_with", c * (n + 1)), ("server_time", c * n), ("episodes", c),
                ("server_episodes", c * n), ("ended", c), ("lasting", c * d),
                ("periods_hit", c * d), ("first_over", c * r), ("anatomy", 5 * c),
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

    def busy_periods(self):
        """When each opens and closes."""
        opens = [self.h["from"] + i * self.h["period"] for i in range(self.h["n_periods"])]
        return zip(opens, opens[1:] + [self.h["to"]])

    def see_peak(self, j):
        for r in range(self.n_resources):
            place = r * self.n + j
            if self.measuring:
                self.counts["peak"][place] = max(self.counts["peak"][place],
                                                 self.truth.load[j][r])
