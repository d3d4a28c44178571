#include "exact/compound.h"

#include <math.h>

#include "base/panjer.h"
#include "base/real.h"
#include "exact/saddlepoint.h"

#define NEGLIGIBLE -40.0  /* log of 4e-18: what the lattice may leave out of the tail */
#define LEAST_LOG  -667.0 /* log of 1e-290: below it terms of the tail lose digits */

const char *const hr_compound_vanishes = "the probability is below 1e-290";

hr_status hr_compound_recursion(const hr_jumps *jumps, size_t n, hr_arena *arena, double **out,
                                double *log_scale, hr_err *err)
{
    hr_status st = HR_OK;
    size_t *shift = NULL;
    HR_TAKE(shift, arena, jumps->n);
    for (size_t i = 0; i < jumps->n; i++)
        shift[i] = (size_t)(jumps->load[i] / jumps->span);
    HR_TRY(hr_panjer(shift, jumps->mean, jumps->n, n, arena, out, log_scale, err));
out:
    return st;
}

/* Lattice points that a law needs: Chernoff's bound there is below `log_least`. In x it is
 * concave and falls above the mean: doubling, then bisection. */
static double points_needed(const hr_jumps *jumps, double from, double log_least)
{
    const double h = (double)jumps->span;
    double low = from / h, high = low + 16.0;
    while (hr_saddlepoint_chernoff(jumps, high * h) > log_least && high < 1e12)
        high += high - low;
    for (int i = 0; i < 20 && high - low > 1.0; i++) {
        const double middle = floor(0.5 * (low + high));
        if (hr_saddlepoint_chernoff(jumps, middle * h) > log_least)
            low = middle;
        else
            high = middle;
    }
    return ceil(high) + 1.0;
}

hr_status hr_compound(const hr_jumps *jumps, int64_t above, const hr_exact_effort *effort,
                      hr_arena *arena, hr_lattice *lattice, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    double *f = NULL, log_scale = 0.0;
    const double mean = hr_jumps_moment(jumps, 1);
    *lattice = (hr_lattice){.span = jumps->span};
    double n = 1.0;
    if (mean > 0.0) {
        const int64_t place = above < 0 ? 0 : above;
        const double log_tail = fmin(hr_saddlepoint_log_tail(jumps, place), 0.0);
        if (log_tail < LEAST_LOG) {
            *why = hr_compound_vanishes;
            return HR_OK;
        }
        n = points_needed(jumps, fmax((double)place, mean), log_tail + NEGLIGIBLE);
    }
    if (!hr_exact_may(effort, n, n * (double)jumps->n, why))
        return HR_OK;
    HR_TRY(hr_compound_recursion(jumps, (size_t)n, arena, &f, &log_scale, err));
    const double scale = hr_exp(0.5 * log_scale); /* twice: once may be 0 */
    for (size_t k = 0; k < (size_t)n; k++)
        f[k] = f[k] * scale * scale;
    lattice->n = (size_t)n;
    lattice->p = f;
    lattice->beyond =
        mean > 0.0 ? hr_exp(hr_saddlepoint_chernoff(jumps, n * (double)jumps->span)) : 0.0;
out:
    return st;
}

double hr_lattice_tail(const hr_lattice *lattice, int64_t above)
{
    if (above < 0)
        return 1.0;
    const uint64_t first = (uint64_t)(above / lattice->span) + 1;
    double high = 0.0, low = 0.0;
    for (size_t k = lattice->n; k-- > first;)
        high += lattice->p[k];
    if (high < 0.5)
        return high;
    for (size_t k = first < lattice->n ? first : lattice->n; k-- > 0;)
        low += lattice->p[k];
    return fmax(1.0 - low, 0.0);
}

hr_status hr_lattice_tails(const hr_lattice *lattice, hr_arena *arena, double **tail, hr_err *err)
{
    hr_status st = HR_OK;
    double *t = NULL;
    HR_TAKE(t, arena, lattice->n);
    for (size_t k = lattice->n - 1; k > 0; k--)
        t[k - 1] = fmin(t[k] + lattice->p[k], 1.0);
    *tail = t;
out:
    return st;
}
