#!/usr/bin/env python3
"""From a study file to pictures, as a user would go: new, check, run, show, h5py, xarray,
h5dump, analysis/plot.py. Shapes, units and consistency; never pixels."""

import json
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import xarray

ROOT = os.environ["HEADROOM_SOURCE"]
PROGRAM = os.environ["HEADROOM"]
SETS = ["design.worlds=4", "precision.at_most=8 replications", "pool.servers=4"]
CHOICES = 6 * 3  # of pool-80000: servers x rules

faults = []


def expect(condition, message):
    if not condition:
        faults.append(message)


def call(*words, code=0, **more):
    done = subprocess.run(list(words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, **more)
    expect(done.returncode == code,
           f"{' '.join(words)}: exit {done.returncode}, expected {code}: {done.stderr[-400:]}")
    return done


def check_hdf5(path):
    with h5py.File(path) as file:
        for group in ("estimates", "provenance", "distributions"):
            expect(group in file, f"no group /{group}")
        for name, data in file["estimates"].items():
            is_scale = h5py.h5ds.is_scale(data.id)
            for axis in range(data.ndim):
                expect(is_scale or len(data.dims[axis]) == 1,
                       f"/estimates/{name}: axis {axis} has no scale")
            if data.dtype.kind == "f":
                expect("units" in data.attrs and "long_name" in data.attrs,
                       f"/estimates/{name}: no units or long_name")
        value = file["estimates/time_over"][()]
        lower = file["estimates/time_over_lower"][()]
        upper = file["estimates/time_over_upper"][()]
        known = np.isfinite(value)
        expect(known.any(), "time_over has no numbers")
        expect((lower[known] <= value[known]).all() and (value[known] <= upper[known]).all(),
               "an estimate lies outside its interval")
        expect((upper[known] > 0.0).all(), "an upper bound of 0")
        study = file["provenance"].attrs["study"]
        study = study.decode() if isinstance(study, bytes) else study
        with open(os.path.splitext(path)[0] + ".yaml", encoding="utf-8") as source:
            expect(study == source.read(), "the study in the file is not the study verbatim")


def check_xarray(path):
    for engine in ("h5netcdf", "netcdf4"):
        with xarray.open_dataset(path, group="estimates", engine=engine) as data:
            expect(data["time_over"].dims[0] == "configuration",
                   f"{engine}: dimensions {data['time_over'].dims}")
            expect("level" in data.coords, f"{engine}: no coordinate `level`")
            expect(float(data["time_over"].sel(level="target", resource="any").mean()) >= 0.0,
                   f"{engine}: cannot select by name")


def check_json(path):
    answer = json.loads(call(PROGRAM, "show", path, "--json").stdout)
    expect(len(answer["configurations"]) == 4 * CHOICES,
           f"{len(answer['configurations'])} configurations, expected {4 * CHOICES}")
    with h5py.File(path) as file:
        levels = [level.decode() for level in file["level"][()]]
        expected = file["estimates/time_over"][:, levels.index("target"), 0]
    for row, value in zip(answer["configurations"], expected):
        cells = [c["value"] for c in row["outcomes"]["time_over"]
                 if c["level"] == "target" and c["resource"] == "any"]
        expect(cells == [value], f"show --json says {cells}, the file {value}")
    check_means(path, answer["headline"]["choices"])
    return answer


def check_means(path, choices):
    """`show`, the file and the pictures give the mean over the worlds the same interval."""
    sys.path.insert(0, os.path.join(ROOT, "analysis"))
    from answer import Answer
    answer = Answer(path)
    drawn = np.array(answer.over_worlds(answer.headline)).T
    said = np.array([[row[key] for key in ("mean", "lower", "upper")] for row in choices])
    expect((drawn == said).all(), f"means over worlds: show {said}, the file {drawn}")


def check_pictures(path, folder):
    python = os.environ.get("HEADROOM_PYTHON", sys.executable)
    plot = os.path.join(ROOT, "analysis", "plot.py")
    done = call(python, plot, path, "--output", folder)
    paths = done.stdout.split()
    expect(len(paths) == 4, f"plot.py wrote {paths}, expected two PNG and two SVG")
    for one in paths:
        expect(os.path.getsize(one) > 10000, f"{one} has {os.path.getsize(one)} bytes")
    for one in (p for p in paths if p.endswith(".svg")):
        with open(one, encoding="utf-8") as stream:
            content = stream.read()
        expect("<svg" in content, f"{one} is no SVG")
    if paths:
        from matplotlib import image
        expect(image.imread(paths[0])[..., :3].std() > 0.02, f"{paths[0]} is blank")
    foreign = os.path.join(folder, "foreign.h5")
    with h5py.File(foreign, "w") as file:
        file["x"] = 1.0
    done = call(python, plot, foreign, code=65)
    expect("no result of Headroom" in done.stderr, f"foreign file: {done.stderr}")
    call(python, plot, os.path.join(ROOT, "LICENSE"), code=65)


def main():
    with tempfile.TemporaryDirectory() as folder:
        study = os.path.join(folder, "mine.yaml")
        output = os.path.join(folder, "mine.h5")
        text = call(PROGRAM, "new", "pool-80000").stdout
        with open(study, "w", encoding="utf-8") as stream:
            stream.write(text)
        sets = [word for one in SETS for word in ("--set", one)]
        call(PROGRAM, "check", study, *sets)
        call(PROGRAM, "run", study, "-o", output, "--progress", "none", *sets)
        again = call(PROGRAM, "run", study, "-o", output, "--progress", "none", *sets)
        expect("finished already" in again.stdout, "the second run did not say it is finished")
        shown = call(PROGRAM, "show", output).stdout
        answer = check_json(output)
        expect(answer["digest"] in shown, "show does not print the digest")
        check_hdf5(output)
        check_xarray(output)
        expect("time_over" in call("h5dump", "-H", output).stdout, "h5dump does not list time_over")
        check_pictures(output, folder)
    for line in faults:
        print(line)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
