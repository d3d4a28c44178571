"""A meeting in progress, as the replay knows it."""


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
