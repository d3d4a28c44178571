#include "exact/loss.h"

#include <math.h>
#include <stddef.h>

hr_status hr_loss_carried(const hr_jumps *offered, int64_t ceiling, const hr_exact_effort *effort,
                          hr_arena *arena, hr_lattice *carried, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    double *f = NULL, log_scale = 0.0, sum = 0.0;
    const double n = ceiling < 0 ? 1.0 : floor((double)ceiling / (double)offered->span) + 1.0;
    if (!hr_exact_may(effort, n, n * (double)offered->n, why))
        return HR_OK;
    HR_TRY(hr_compound_recursion(offered, (size_t)n, arena, &f, &log_scale, err));
    for (size_t k = 0; k < (size_t)n; k++)
        sum += f[k];
    for (size_t k = 0; k < (size_t)n; k++)
        f[k] /= sum;
    *carried = (hr_lattice){.span = offered->span, .n = (size_t)n, .p = f};
out:
    return st;
}

double hr_loss_refused(const hr_lattice *carried, int64_t ceiling, int64_t load)
{
    double sum = 0.0;
    for (size_t k = 0; k < carried->n; k++) {
        if ((int64_t)k * carried->span + load > ceiling)
            sum += carried->p[k];
    }
    return sum < 1.0 ? sum : 1.0;
}
