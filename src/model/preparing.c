#include "model/preparing.h"

#include <math.h>

hr_tick hr_preparing_ticks(double seconds)
{
    return (hr_tick)(seconds * HR_TICKS_PER_SECOND + 0.5);
}

hr_tick hr_preparing_time(double seconds)
{
    return (hr_tick)((int64_t)HR_TICK_ZERO + (int64_t)floor(seconds * HR_TICKS_PER_SECOND + 0.5));
}

/* A cost in steps; the rounding error is remembered, the worst is judged at the end. */
static int64_t to_steps(hr_prepared *o, unsigned r, double value)
{
    const double exact = value * o->steps[r];
    const double rounded = floor(exact + 0.5);
    if (exact != 0.0) {
        const double error = fabs(rounded - exact) / fabs(exact);
        if (error > o->rounding)
            o->rounding = error;
    }
    return (int64_t)rounded;
}

hr_status hr_preparing_costs(const hr_preparing *p, const double *value, size_t n,
                             const int64_t **steps, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n_resources = p->configuration->n_resources;
    int64_t *out = NULL;
    HR_TAKE(out, p->arena, n * n_resources);
    for (size_t i = 0; i < n * n_resources; i++)
        out[i] = to_steps(p->prepared, (unsigned)(i % n_resources), value[i]);
    *steps = out;
out:
    return st;
}

/* A table law over 0..n-1 with the given shares. */
hr_status hr_preparing_index(const hr_preparing *p, const double *share, size_t n,
                             hr_sampler *sampler, hr_err *err)
{
    hr_status st = HR_OK;
    double *value = NULL;
    HR_TAKE(value, p->arena, n);
    for (size_t i = 0; i < n; i++)
        value[i] = (double)i;
    const hr_law law = {.kind = HR_LAW_TABLE, .n = n, .value = value, .share = share};
    HR_TRY(hr_sampler_init(sampler, &law, p->arena, err));
out:
    return st;
}
