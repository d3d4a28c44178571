#include "estimate/sequential.h"

#include <math.h>

#include "base/error.h"

/* ---- one candidate */

double hr_sequential_alpha(const struct hr_sequential *rule, unsigned look)
{
    HR_ASSERT(rule->n_candidates > 0);
    return hr_look_alpha(2.0 * rule->error / (double)rule->n_candidates, look);
}

hr_estimate hr_sequential_small(const struct hr_sequential *rule, const hr_estimate *estimate)
{
    hr_estimate e = *estimate;
    if (!rule->is_at_least)
        return e;
    e.value = 1.0 - estimate->value;
    e.lower = 1.0 - estimate->upper;
    e.upper = 1.0 - estimate->lower;
    return e;
}

double hr_sequential_bound(const struct hr_sequential *rule)
{
    return rule->is_at_least ? 1.0 - rule->threshold : rule->threshold;
}

hr_verdict hr_sequential_verdict(const struct hr_sequential *rule, const hr_estimate *estimate)
{
    const hr_estimate e = hr_sequential_small(rule, estimate);
    const double bound = hr_sequential_bound(rule);
    const bool says = !isnan(e.value) && !e.is_unreliable && !e.is_rough;
    if (says && e.upper <= bound)
        return HR_MET;
    if (says && e.lower > bound)
        return HR_MISSED;
    if (says && rule->indifference > 1.0 && e.lower >= bound / rule->indifference &&
        e.upper <= bound * rule->indifference)
        return HR_NEAR;
    return e.n >= rule->at_most ? HR_EXHAUSTED : HR_GO_ON;
}

/* ---- a row */

void hr_sequential_count(hr_row_state *state, size_t i, hr_verdict verdict)
{
    if ((verdict == HR_MISSED || verdict == HR_BOUND_MISSED) && i + 1 > state->missed)
        state->missed = i + 1;
    if ((verdict == HR_MET || verdict == HR_BOUND_MET) && i < state->met)
        state->met = i;
    state->contradicts = state->met < state->missed;
}

hr_row_state hr_sequential_state(const hr_candidate *row, size_t n)
{
    hr_row_state state = {.missed = 0, .met = n};
    for (size_t i = 0; i < n; i++)
        hr_sequential_count(&state, i, row[i].verdict);
    return state;
}

/* Blocks of equal value: their sum of weights, and their mean. */
void hr_sequential_fit(const hr_candidate *row, size_t n, double *fit, double *scratch)
{
    double *weight = scratch, *mean = scratch + n;
    size_t n_blocks = 0, at = 0;
    for (size_t i = 0; i < n; i++) {
        if (row[i].n == 0 || isnan(row[i].value))
            continue;
        weight[n_blocks] = (double)row[i].n;
        mean[n_blocks++] = row[i].value;
        while (n_blocks > 1 && mean[n_blocks - 1] > mean[n_blocks - 2]) {
            const double a = weight[n_blocks - 2], b = weight[n_blocks - 1];
            mean[n_blocks - 2] = (a * mean[n_blocks - 2] + b * mean[n_blocks - 1]) / (a + b);
            weight[n_blocks - 2] = a + b;
            n_blocks--;
        }
    }
    double last = (double)INFINITY, left = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (row[i].n == 0 || isnan(row[i].value)) {
            fit[i] = last;
            continue;
        }
        if (left <= 0.0) {
            left = weight[at];
            last = mean[at++];
        }
        left -= (double)row[i].n;
        fit[i] = last;
    }
}

/* Everybody's first look: a row is known only when all of it has been seen. */
static bool start_all(const hr_candidate *row, size_t from, size_t to, bool *wanted)
{
    bool any = false;
    for (size_t i = from; i < to; i++) {
        wanted[i] = row[i].verdict == HR_GO_ON && row[i].n == 0;
        any = any || wanted[i];
    }
    return any;
}

/* Where even no hit at all did not suffice nothing more can be shown further on. */
static size_t hopeless_from(const hr_candidate *row, size_t from, size_t to)
{
    while (from < to && !(row[from].verdict == HR_EXHAUSTED && row[from].value <= 0.0))
        from++;
    return from;
}

void hr_sequential_next(const hr_candidate *row, size_t n, double bound, bool *wanted,
                        double *scratch)
{
    const hr_row_state state = hr_sequential_state(row, n);
    double *fit = scratch;
    size_t crossing = 0, above = n, below = n;
    for (size_t i = 0; i < n; i++)
        wanted[i] = false;
    if (state.contradicts || start_all(row, state.missed, state.met, wanted))
        return;
    hr_sequential_fit(row, n, fit, scratch + n);
    while (crossing < n && fit[crossing] > bound)
        crossing++;
    const size_t end = hopeless_from(row, state.missed, state.met);
    for (size_t i = state.missed; i < end; i++) {
        if (row[i].verdict != HR_GO_ON)
            continue;
        if (i < crossing)
            above = i; /* the last that seems to miss */
        else if (below == n)
            below = i; /* the first that seems to meet */
    }
    if (above == n && below == n) {
        above = state.met == n ? 0 : n;
        below = state.missed == 0 ? n - 1 : n;
    }
    if (above < n)
        wanted[above] = row[above].verdict == HR_GO_ON;
    if (below < n)
        wanted[below] = row[below].verdict == HR_GO_ON;
}
