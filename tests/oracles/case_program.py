"""The program under test: runs of its commands, and the one number that a study's target names."""

import functools
import json
import os
import resource
import shutil
import signal
import subprocess

from case_study import Unsupported


class Failed(Exception):
    """The program refused or broke; the text is its message."""


class TooSlow(Exception):
    """The program used up the processor time that a case may take."""


def limit_processor_time(seconds):
    """The process that calls this is killed after so many seconds of user and system time."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))


def call(command, most_seconds=None):
    """Output of a command, which may take `most_seconds` of processor time."""
    limit = functools.partial(limit_processor_time, most_seconds) if most_seconds else None
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, preexec_fn=limit)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL) and most_seconds:
        raise TooSlow(f"not done after {most_seconds:g} s of processor time")
    if done.returncode != 0:
        text = (done.stderr or done.stdout).strip().splitlines()
        raise Failed(f"exit {done.returncode}: {text[-1] if text else 'no message'}")
    return done.stdout


@functools.lru_cache(maxsize=None)
def require(program, command):
    """Raise Unsupported where the program has no such command."""
    done = subprocess.run([program, command, "--help"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise Unsupported(f"this program has no command `{command}`")


def write_study(folder, name, text):
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
    return path


def fresh_output(folder, name):
    """Where a result may go: what an earlier try left there is removed."""
    path = os.path.join(folder, name + ".h5")
    if os.path.exists(path):
        os.remove(path)
    shutil.rmtree(path + ".parts", ignore_errors=True)
    return path


def headline_of(answer):
    """The cells that the study's target names, one of each configuration."""
    labels = {key: value for key, value in answer["target"].items()
              if key not in ("outcome", "at_most")}
    rows = []
    for configuration in answer["configurations"]:
        cells = [cell for cell in configuration["outcomes"][answer["target"]["outcome"]]
                 if all(cell.get(key) == value for key, value in labels.items())]
        if len(cells) != 1:
            raise Failed(f"{len(cells)} cells of the answer fit its target {answer['target']}")
        rows.append(cells[0])
    return rows


def run_study(program, folder, name, text, extra=(), most_seconds=None):
    """Run a study: {"value", "se", "hits", "n", ...} of each configuration's headline."""
    study = write_study(folder, name, text)
    output = fresh_output(folder, name)
    call([program, "run", study, "-o", output, "--progress", "none", *extra], most_seconds)
    return headline_of(json.loads(call([program, "show", output, "--json"])))


def exact_study(program, folder, name, text):
    """What `headroom exact` knows: {"value", "is", "method", "why", ...} of the headline."""
    require(program, "exact")
    study = write_study(folder, name + "-exact", text)
    return headline_of(json.loads(call([program, "exact", study, "--json"])))[0]


def size_study(program, folder, name, text, extra=(), most_seconds=None):
    """The row of `headroom size`: {"answer", "meets", "misses", "candidates"}."""
    require(program, "size")
    study = write_study(folder, name, text)
    output = fresh_output(folder, name)
    answer = call([program, "size", study, "-o", output, "--progress", "none", "--json", *extra],
                  most_seconds)
    return json.loads(answer)["size"]["rows"][0]
