"""Read a Headroom result file: what the pictures need, and clear errors for foreign files."""

import h5py
import numpy as np


class NotOurs(Exception):
    """The file is no result of Headroom; the text says what it is and what would be right."""


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


class Answer:
    """An opened result. Arrays are over configurations; NaN where a number does not exist."""

    def __init__(self, path):
        self.path = path
        try:
            self.file = h5py.File(path, "r")
        except OSError as reason:
            raise NotOurs(f"{path}: cannot be read as HDF5 ({reason}); expected the file that "
                          "`headroom run STUDY -o OUT.h5` writes") from reason
        missing = [name for name in ("estimates", "provenance", "configuration")
                   if name not in self.file]
        if missing or "headroom_format_version" not in self.file.attrs:
            raise NotOurs(f"{path}: HDF5, but no result of Headroom (no {', '.join(missing)}); "
                          "expected the file that `headroom run STUDY -o OUT.h5` writes")
        self.headline = self.attribute("target")
        pool = f"pools/{self.attribute('target_pool')}"
        self.estimates = self.file[pool if pool in self.file else "estimates"]
        threshold = self.file.attrs.get("target_at_most")
        self.threshold = None if threshold is None else float(threshold)
        self.place = self.place_of_target()

    def attribute(self, name, group="/"):
        return text(self.file[group].attrs.get(name, ""))

    def place_of_target(self):
        """Where the target stands on each dimension of its outcome: the root's target_<name>."""
        dimensions = set(self.file) | set(self.estimates) | {"first"}
        place = {}
        for attribute, value in self.file.attrs.items():
            name = attribute.removeprefix("target_")
            if name != attribute and name in dimensions:
                place[name] = value if isinstance(value, np.generic) else text(value)
        return place

    def target_text(self):
        """The headline in words: outcome, level, resources."""
        about = []
        if "level" in self.place:
            about.append(f"level {self.place['level']}")
        watched = [text(name) for name in self.file.attrs.get("target_resources", [])]
        if watched or "resource" in self.place:
            about.append(" or ".join(watched) or self.place["resource"])
        if self.place.get("min_episode"):
            about.append(f"at least {self.place['min_episode']:g} s")
        named = ("level", "resource", "min_episode")
        about += [f"{name.replace('_', ' ')} {value if isinstance(value, str) else f'{value:g}'}"
                  for name, value in self.place.items() if name not in named]
        outcome = self.headline.replace("_", " ")
        return f"{outcome} ({', '.join(about)})" if about else outcome

    def digest(self):
        """As the program prints it: groups of four."""
        digits = self.attribute("digest", "provenance").replace("0x", "")
        return "-".join(digits[i:i + 4] for i in range(0, len(digits), 4))

    # ---- what was swept

    def column(self, name):
        """A coordinate by configuration: numbers or texts."""
        values = self.file[name][()]
        return np.array([text(v) for v in values]) if values.dtype.kind in "OS" else values

    def swept(self):
        """Names of the coordinates, choices first."""
        names = self.attribute("coordinates").split()
        return [n for n in names if n in self.file and n not in ("world", "choice",
                                                                 "resource_unit")
                and not n.endswith("_index")]

    def choices(self):
        """Names of what may be chosen: constant within each choice, whatever the world."""
        choice = self.file["choice"][()]
        world = self.file["world"][()]
        first = choice[world == world[0]]
        names = []
        for name in self.swept():
            values = self.column(name)
            own = dict(zip(first, values[world == world[0]]))
            if all(own[c] == v for c, v in zip(choice, values)) and len(set(own.values())) > 1:
                names.append(name)
        return names

    def unit(self, name):
        return text(self.file[name].attrs.get("units", "1"))

    # ---- estimates

    def has(self, outcome):
        return outcome in self.estimates

    def cell(self, outcome, **wanted):
        """(value, lower, upper) by configuration of one cell; `wanted` selects by coordinate, the
        target's own place where it says nothing."""
        place = (slice(None), *self.place_in(outcome, wanted))
        return tuple(self.estimates[outcome + part][place]
                     for part in ("", "_lower", "_upper"))

    def over_worlds(self, outcome, **wanted):
        """(mean, lower, upper) by choice of the same cell over the worlds, as `headroom show` says;
        with one world the world's own interval. The ends are NaN where the file has none."""
        world = self.file["world"][()]
        if (world == world[0]).all():
            return self.cell(outcome, **wanted)
        names = [f"distributions/{outcome}_mean{part}" for part in ("", "_lower", "_upper")]
        if self.estimates.name == "/estimates" and all(name in self.file for name in names):
            place = (slice(None), *self.place_in(outcome, wanted))
            return tuple(self.file[name][place] for name in names)
        value, choice = self.cell(outcome, **wanted)[0], self.file["choice"][()]
        mean = np.array([np.mean(own[np.isfinite(own)]) if np.isfinite(own).any() else np.nan
                         for own in (value[choice == c] for c in range(choice.max() + 1))])
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)

    def place_in(self, outcome, wanted):
        """Positions of the cell on the outcome's own dimensions, all but the first."""
        array = self.estimates[outcome]
        place = []
        for axis in range(1, array.ndim):
            scale = array.dims[axis][0]
            name = scale.name.split("/")[-1]
            if axis > 1 and scale == array.dims[axis - 1][0]:
                name = "first"  # of two resources: the one that was over first
            values = [text(v) for v in scale[()]] if scale.dtype.kind == "O" else list(scale[()])
            place.append(self.position(outcome, name, values, wanted))
        return place

    def position(self, outcome, name, values, wanted):
        """Of the wanted value, else of the target's, on one dimension; else the default that the
        study's own target would have: the highest level with a ceiling, the first entry."""
        if name in wanted or name in self.place:
            value = wanted.get(name, self.place.get(name))
            if value in values:
                return values.index(value)
            if name in wanted:
                raise NotOurs(f"{self.path}: {outcome} has no {name} = {value}; it has {values}")
        if name == "level":
            filled = np.isfinite(self.estimates[outcome][0])
            while filled.ndim > 1:
                filled = filled.any(axis=-1)
            return int(np.flatnonzero(filled)[-1]) if filled.any() else 0
        return 0

    def outcome_unit(self, outcome):
        return text(self.estimates[outcome].attrs.get("units", "1"))

    def doc(self, outcome):
        return text(self.estimates[outcome].attrs.get("long_name", outcome))
