"""What a rule sees, and whom it chooses: each rule from its definition."""

WORD = 1 << 32
MASK = (1 << 64) - 1


def derived_word(pick, i):
    """Output i of SplitMix64 seeded by the meeting's word, upper half."""
    x = (pick + (i + 1) * 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x >> 32


class Placer:
    """The rules, each from its definition."""

    def __init__(self, header):
        self.n = header["servers"]
        self.rule = header["placement"]["rule"]
        self.d = header["placement"]["d"]
        self.lowest = header["placement"]["ties"] == "lowest"
        self.weight = header["placement"]["weight"]

    def choose(self, score, turn, tie, pick, allowed):
        """The server, or n when none is allowed. `allowed`: a set of servers."""
        if self.rule == "random":
            below = [-1] + list(self.weight)
            words = {j: self.weight[j] - below[j] for j in sorted(allowed)}
            left = pick * sum(words.values()) // WORD
            for j, mine in words.items():
                if left < mine:
                    return j
                left -= mine
            return min(allowed, default=self.n)
        if self.rule == "round_robin":
            first = turn % self.n
            cyclic = [(first + i) % self.n for i in range(self.n)]
            return next((j for j in cyclic if j in allowed), self.n)
        candidates = sorted(allowed)
        if not candidates:
            return self.n
        if self.rule == "power_of_d" and self.d < len(candidates):
            left = list(candidates)
            candidates = sorted(left.pop(derived_word(pick, i) * len(left) // WORD)
                                for i in range(self.d))
        least = min(score(j) for j in candidates)
        best = [j for j in candidates if score(j) == least]
        return best[0] if self.lowest else best[tie * len(best) // WORD]


class View:
    """What is known of the servers: the truth, or what they last reported."""

    def __init__(self, n, n_resources):
        self.load = [[0] * n_resources for _ in range(n)]
        self.people = [0] * n
        self.meetings = [0] * n
        self.expected = [0] * n

    def copy_from(self, other, j):
        self.load[j] = list(other.load[j])
        self.people[j] = other.people[j]
        self.meetings[j] = other.meetings[j]
        self.expected[j] = other.expected[j]
