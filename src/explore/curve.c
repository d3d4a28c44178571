#include "explore/curve.h"

#include "study/size.h"

bool hr_curve_is_asked(const hr_study *study)
{
    return study->size.along != HR_SIZE_NOT_ASKED && study->size.along != HR_SIZE_CHOICE;
}

hr_status hr_curve_init(hr_curve *curve, const hr_study *study, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t n = study->size.n_candidates;
    *curve = (hr_curve){.study = study, .rule = hr_size_rule(study), .n = n};
    HR_TRY(hr_tally_init(&curve->tally, study->n_cells, arena, err));
    HR_TAKE(curve->cell, arena, n);
    HR_TAKE(curve->candidate, arena, n);
    HR_TAKE(curve->wanted, arena, n);
    HR_TAKE(curve->scratch, arena, 3 * n);
out:
    return st;
}

hr_status hr_curve_unpack(hr_curve *curve, const uint8_t *packed, size_t size, hr_err *err)
{
    if (!hr_tally_unpack(&curve->tally, packed, size))
        return HR_FAIL(err, HR_ERR_BUG, "a finished task is no tally of this study");
    for (size_t i = 0; i < curve->n; i++)
        curve->cell[i] = curve->tally.cell[hr_size_cell(curve->study, i)];
    return HR_OK;
}

hr_verdict hr_curve_verdict(hr_curve *curve, const hr_cell *cell, uint64_t n_replications,
                            const double *scale, unsigned look)
{
    const hr_outcome *outcome = &hr_outcomes[curve->study->target.outcome];
    const double alpha = hr_sequential_alpha(&curve->rule, look);
    for (size_t i = 0; i < curve->n; i++) {
        const hr_estimate estimate =
            hr_estimate_cell(outcome, &cell[i], n_replications, scale[i], alpha);
        curve->candidate[i] =
            (hr_candidate){.verdict = hr_sequential_verdict(&curve->rule, &estimate),
                           .n = n_replications,
                           .value = hr_sequential_small(&curve->rule, &estimate).value};
    }
    hr_sequential_next(curve->candidate, curve->n, hr_sequential_bound(&curve->rule), curve->wanted,
                       curve->scratch);
    for (size_t i = 0; i < curve->n; i++) {
        if (curve->wanted[i])
            return HR_GO_ON;
    }
    return n_replications >= curve->rule.at_most ? HR_EXHAUSTED : HR_DECIDED;
}
