#include "explore/sizing.h"

#include "results/bracket.h"
#include "study/size.h"

static hr_candidate *candidate_of(const hr_sizing *sizing, uint64_t configuration)
{
    size_t at = 0;
    const uint64_t row = hr_size_row(sizing->study, configuration, &at);
    return &sizing->candidate[row * sizing->n_candidates + at];
}

/* What exact bounds settle beforehand. */
static hr_status bracket_all(hr_sizing *sizing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const hr_study *study = sizing->study;
    for (uint64_t c = 0; c < study->n_configurations && study->size.has_bracket; c++) {
        hr_configuration resolved = {0};
        hr_estimate bounds;
        hr_arena_reset(&arena);
        HR_TRY(hr_study_pool(study, NULL, study->target.pool, c, 0, &arena, &resolved, err));
        HR_TRY(
            hr_bracket(study, &resolved, &arena, &bounds, &candidate_of(sizing, c)->verdict, err));
    }
out:
    hr_arena_free(&arena);
    return st;
}

hr_status hr_sizing_init(hr_sizing *sizing, const hr_study *study, const uint32_t *order,
                         hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n = study->n_configurations;
    const size_t n_candidates = study->size.n_candidates;
    *sizing = (hr_sizing){.study = study,
                          .rule = hr_size_rule(study),
                          .n_rows = hr_size_rows(study),
                          .n_candidates = n_candidates,
                          .order = order};
    HR_TAKE(sizing->candidate, arena, n);
    HR_TAKE(sizing->n_looks, arena, n);
    HR_TAKE(sizing->is_wanted, arena, n);
    HR_TAKE(sizing->is_answered, arena, sizing->n_rows);
    HR_TAKE(sizing->own, arena, n);
    HR_TAKE(sizing->behind, arena, n);
    HR_TAKE(sizing->wanted, arena, n_candidates);
    HR_TAKE(sizing->scratch, arena, 3 * n_candidates);
    HR_TRY(bracket_all(sizing, err));
out:
    return st;
}

void hr_sizing_judge(hr_sizing *sizing, uint64_t configuration, const hr_cell *target,
                     const hr_look *look, double scale)
{
    hr_candidate *candidate = candidate_of(sizing, configuration);
    const hr_outcome *outcome = &hr_outcomes[sizing->study->target.outcome];
    const double alpha = hr_sequential_alpha(&sizing->rule, look->number);
    const hr_estimate estimate =
        hr_estimate_cell(outcome, target, look->replications, scale, alpha);
    candidate->n = look->replications;
    candidate->value = hr_sequential_small(&sizing->rule, &estimate).value;
    candidate->verdict = hr_sequential_verdict(&sizing->rule, &estimate);
    sizing->n_looks[configuration] = (uint8_t)(look->number + 1);
}

/* Who of a row goes on; false when nobody does. */
static bool ask_row(hr_sizing *sizing, uint64_t row)
{
    bool any = false;
    hr_sequential_next(sizing->candidate + row * sizing->n_candidates, sizing->n_candidates,
                       hr_sequential_bound(&sizing->rule), sizing->wanted, sizing->scratch);
    for (size_t i = 0; i < sizing->n_candidates; i++) {
        sizing->is_wanted[hr_size_configuration(sizing->study, row, i)] = sizing->wanted[i];
        any = any || sizing->wanted[i];
    }
    return any;
}

uint64_t hr_sizing_next(hr_sizing *sizing, uint32_t *active, unsigned *look)
{
    uint64_t n_active = 0;
    *look = UINT8_MAX;
    for (uint64_t row = 0; row < sizing->n_rows; row++) {
        if (!sizing->is_answered[row])
            sizing->is_answered[row] = !ask_row(sizing, row);
    }
    for (uint64_t c = 0; c < sizing->study->n_configurations; c++) {
        if (sizing->is_wanted[c] && sizing->n_looks[c] < *look)
            *look = sizing->n_looks[c];
    }
    for (uint64_t i = 0; i < sizing->study->n_configurations; i++) {
        const uint32_t c = sizing->order[i];
        if (sizing->is_wanted[c] && sizing->n_looks[c] == *look)
            active[n_active++] = c;
    }
    return n_active;
}

hr_verdict hr_sizing_verdict(const hr_sizing *sizing, uint64_t configuration)
{
    const hr_verdict verdict = candidate_of(sizing, configuration)->verdict;
    return verdict == HR_GO_ON ? HR_SPARED : verdict;
}
