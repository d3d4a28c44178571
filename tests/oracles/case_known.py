"""Cases answered without simulation by `headroom exact`, and pool sizes by `headroom size`."""

import case_effort
from case_program import exact_answer, headline_of, size_study
from case_study import Unsupported

MOST_SERVERS = 64
SIZE_SECONDS = 600.0


class Nothing(Exception):
    """The program knows no exact value; the text is its reason."""


def answer_to(case, program, folder):
    """(study, what `headroom exact` says of it)."""
    study = case_effort.Study(case)
    return study, exact_answer(program, folder, case["id"], study.known_text())


def exact_of(case, program, folder):
    """(value, method) of the probability that a case asks of one configuration."""
    study, answer = answer_to(case, program, folder)
    cell = headline_of(answer)[0]
    if cell["is"] != "exact":
        raise Nothing(cell.get("why") or f"only {cell['is']}")
    return study.target.of(cell["value"]), cell["method"]


# ---- over configurations, and what keeps a target

def over_unknown(case, program, folder, pick):
    """What the program says of the target over the law of the one unknown."""
    study, answer = answer_to(case, program, folder)
    if not answer["over_unknown"]:
        raise Nothing("nothing is known over the law of the unknown")
    row = answer["over_unknown"][0]
    value = pick(row)
    if value is None:
        raise Nothing(row["why"] or "nothing is known over the law of the unknown")
    return study.target.of(value), "over the law of the unknown"


def mean_over_configurations(case, program, folder):
    return over_unknown(case, program, folder, lambda row: row["mean"])


def quantile_over_configurations(case, program, folder):
    def pick(row):
        for quantile in row["quantiles"]:
            if quantile["level"] == case["quantity"]["level"]:
                return quantile["value"]
        raise Unsupported(f"level {case['quantity']['level']} is none that the program prints")
    return over_unknown(case, program, folder, pick)


def fraction_meeting_target(case, program, folder):
    return over_unknown(case, program, folder, lambda row: row["met"])


def capacity_for_target(case, program, folder):
    needed = answer_to(case, program, folder)[1]["configurations"][0]["needed_ceiling"]
    if needed["ceiling"] is None:
        raise Nothing(needed["why"])
    return needed["ceiling"], "needed ceiling"


def smallest_n(case, program, folder):
    study = case_effort.Study(case)
    row = size_study(program, folder, case["id"], study.size_text(1, MOST_SERVERS),
                     ["--threads", "1"], SIZE_SECONDS)
    if row["meets"] is None:
        raise Nothing(f"no answer up to {MOST_SERVERS} servers: {row['answer']}")
    return float(row["meets"].split()[0]), f"headroom size: {row['answer']}"


SEARCHES = {
    "mean_over_configurations": mean_over_configurations,
    "quantile_over_configurations": quantile_over_configurations,
    "fraction_meeting_target": fraction_meeting_target,
    "capacity_for_target": capacity_for_target,
    "smallest_n": smallest_n,
}


def known(case, program, folder):
    """(value, method) without simulation; raises Nothing, Unsupported or what the program does."""
    return SEARCHES.get(case["quantity"]["kind"], exact_of)(case, program, folder)
