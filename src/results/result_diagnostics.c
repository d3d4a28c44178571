#include "results/result_diagnostics.h"

#include <math.h>
#include <stddef.h>

#define GROUP "/diagnostics"

typedef struct row {
    const char *path;
    size_t offset; /* of the number in hr_diagnosis; of a flag or a count see number_of */
    const char *doc;
} row;

enum { UNRELIABLE, HITS, N_COUNTED, N_ROWS = 8 };
static const row rows[N_ROWS] = {
    [UNRELIABLE] = {GROUP "/unreliable", 0,
                    "1: the target's estimate fails its diagnostics and decides nothing"},
    [HITS] = {GROUP "/hits", 0, "replications that contribute to the target"},
    {GROUP "/likelihood_ratio", offsetof(hr_diagnosis, weight),
     "mean weight of a replication, 1 but for chance"},
    {GROUP "/likelihood_ratio_se", offsetof(hr_diagnosis, weight_error), "its standard error"},
    {GROUP "/variation", offsetof(hr_diagnosis, variation),
     "variance of a replication's contribution to the target over the square of its mean"},
    {GROUP "/effective_size", offsetof(hr_diagnosis, effective),
     "replications of equal weight that would say as much about the target"},
    {GROUP "/largest_share", offsetof(hr_diagnosis, largest_share),
     "of the target's estimate, of a single replication"},
    {GROUP "/control_gain", offsetof(hr_diagnosis, control_gain),
     "variance of the target's estimate without its control (the pool's load near its ceilings) "
     "over that with it; 1 without one"},
};

static double number_of(const hr_diagnosis *d, unsigned i)
{
    if (!d->is_weighted)
        return (double)NAN;
    if (i == UNRELIABLE)
        return d->is_unreliable ? 1.0 : 0.0;
    if (i == HITS)
        return (double)d->hits;
    return *(const double *)((const char *)d + rows[i].offset);
}

static hr_status make(hr_diagnostics *diagnostics, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n = diagnostics->study->n_configurations;
    HR_TAKE(diagnostics->share, arena, n * HR_MOST_RUNGS);
    for (uint64_t c = 0; c < n * HR_MOST_RUNGS; c++)
        diagnostics->share[c] = (double)NAN;
    for (unsigned i = 0; i < N_ROWS; i++) {
        HR_TAKE(diagnostics->real[i], arena, n);
        for (uint64_t c = 0; c < n; c++)
            diagnostics->real[i][c] = (double)NAN;
    }
out:
    return st;
}

hr_status hr_diagnostics_add(hr_diagnostics *diagnostics, uint64_t index, const hr_tally *tally,
                             hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_target *target = &diagnostics->study->target;
    const hr_diagnosis d = hr_diagnose(tally, &hr_outcomes[target->outcome], target->cell);
    if (!d.is_weighted)
        return HR_OK;
    if (diagnostics->share == NULL)
        HR_TRY(make(diagnostics, arena, err));
    for (unsigned i = 0; i < N_ROWS; i++)
        diagnostics->real[i][index] = number_of(&d, i);
    for (unsigned r = 0; r < HR_MOST_RUNGS; r++)
        diagnostics->share[index * HR_MOST_RUNGS + r] = d.share[r];
out:
    return st;
}

hr_status hr_diagnostics_write(const hr_diagnostics *diagnostics, const hr_h5 *h5, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n = diagnostics->study->n_configurations;
    if (diagnostics->share == NULL)
        return HR_OK;
    HR_TRY(hr_h5_group(h5, GROUP, err));
    for (unsigned i = 0; i < N_ROWS; i++) {
        const hr_h5_array array = {.path = rows[i].path,
                                   .type = HR_H5_REAL,
                                   .n_dims = 1,
                                   .size = {n},
                                   .scale = {"/configuration"},
                                   .rows = n,
                                   .unit = "1",
                                   .long_name = rows[i].doc};
        HR_TRY(hr_h5_write(h5, &array, diagnostics->real[i], err));
    }
    const hr_h5_array shares = {
        .path = GROUP "/rung_share",
        .type = HR_H5_REAL,
        .n_dims = 2,
        .size = {n, HR_MOST_RUNGS},
        .scale = {"/configuration"},
        .rows = n,
        .unit = "1",
        .long_name =
            "of the target's estimate, by rung of the ladder; the last: from the true laws"};
    HR_TRY(hr_h5_write(h5, &shares, diagnostics->share, err));
out:
    return st;
}

bool hr_diagnostics_are_there(const hr_h5 *h5)
{
    return H5Lexists(h5->file, GROUP, H5P_DEFAULT) > 0;
}
