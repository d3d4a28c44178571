/* Arrivals that lean beside durations, where a server gets every n-th. The tilted law of starts and
 * durations together has the factor 1 + p (e^s - 1) for each of its meetings, p the chance that it
 * is alive at the instant. Which arrivals are its own changes all the time, so the n-th root of
 * that for each of all arrivals comes to nearly the same: then weights hardly depend on when
 * meetings started.
 */
#include <math.h>

#include "base/real.h"
#include "model/prepared.h"
#include "model/tilt_plan.h"

enum { CELLS = 256, CELLS_PER_MEAN = 32 };

/* Arrivals of constant rates: their tilted numbers have a closed law. */
bool hr_tilt_may_hasten(const hr_configuration *c)
{
    for (unsigned i = 0; i < c->n_sources; i++) {
        if (c->sources[i].kind != HR_SOURCE_POISSON ||
            c->prepared->sources[i].first > c->prepared->begin)
            return false;
    }
    return true;
}

/* E[1 + p (e^s - 1)] over meetings that started `age` ago. */
static double factor_of(const hr_tilt_planning *plan, const double *lean, double age)
{
    double factor = 1.0;
    for (unsigned j = 0; j < plan->cut.n_strata; j++) {
        const hr_class *class = &plan->c->classes[plan->cut.class_of_stratum[j]];
        factor += hr_tilt_share(&plan->cut.strata[j]) * class->share *
                  hr_law_survival(&class->duration, age) * hr_expm1(lean[j]);
    }
    return factor;
}

/* Arrivals expected beyond those in truth since `begin`, seen from each check; `each`: beyond one
 * tick's of a cell. */
static void expect(const hr_tilt_planning *plan, const hr_tilt_pace *pace, double per_tick,
                   double *expected)
{
    const hr_tick cell = (hr_tick)1 << pace->age_bits;
    for (unsigned u = 0; u < plan->n_checks; u++) {
        hr_tick left = plan->check[u] - plan->p->begin + 1;
        for (unsigned i = 0; i < pace->n && left > 0; i++) {
            const hr_tick ticks = left < cell ? left : cell;
            expected[u] += per_tick * pace->more[i] * (double)ticks;
            left -= ticks;
        }
    }
}

/* Laws of how many further arrivals are tried, and of their ages. */
static hr_status make_samplers(const hr_tilt_planning *plan, const hr_tilt_pace *pace,
                               double per_tick, hr_tilt_component *out, hr_err *err)
{
    hr_status st = HR_OK;
    double *value = NULL, *weight = NULL;
    double sum = 0.0;
    HR_TAKE(value, plan->arena, pace->n);
    HR_TAKE(weight, plan->arena, pace->n);
    for (unsigned i = 0; i < pace->n; i++)
        sum += pace->more[i];
    for (unsigned i = 0; i < pace->n; i++) {
        value[i] = i;
        weight[i] = pace->more[i] / sum;
    }
    const double mean = sum * per_tick * (double)((hr_tick)1 << pace->age_bits);
    const hr_law kind = {.kind = HR_LAW_TABLE, .n = pace->n, .value = value, .share = weight};
    const hr_law number = {.kind = HR_LAW_POISSON, .a = mean};
    HR_TRY(hr_sampler_init(&out->kind, &kind, plan->arena, err));
    HR_TRY(hr_sampler_init(&out->number, &number, plan->arena, err));
out:
    return st;
}

hr_status hr_tilt_make_pace(const hr_tilt_planning *plan, const hr_tilt_component *list,
                            hr_tilt_component *out, hr_err *err)
{
    hr_status st = HR_OK;
    hr_tilt_pace *pace = NULL;
    double *more = NULL, *logarithm = NULL, *expected = NULL;
    double rate = 0.0;
    for (unsigned i = 0; i < plan->c->n_sources; i++)
        rate += plan->c->sources[i].rate;
    if (!(rate > 0.0) || !(out->theta > 0.0))
        return HR_OK;
    for (; list < out; list++) {
        if (fabs(list->theta - out->theta) <= 0.0) {
            out->pace = list->pace;
            out->number = list->number;
            out->kind = list->kind;
            return HR_OK;
        }
    }
    HR_TAKE(pace, plan->arena, 1);
    HR_TAKE(more, plan->arena, CELLS);
    HR_TAKE(logarithm, plan->arena, CELLS);
    HR_TAKE(expected, plan->arena, plan->n_checks);
    *pace = (hr_tilt_pace){CELLS, 0, more, logarithm, expected};
    while ((double)((hr_tick)1 << (pace->age_bits + 1)) * CELLS_PER_MEAN <=
           plan->p->mean_duration * HR_TICKS_PER_SECOND)
        pace->age_bits++;
    for (unsigned i = 0; i < CELLS; i++) {
        const double age = hr_tilt_seconds(HR_TICK_ZERO + ((hr_tick)i << pace->age_bits) +
                                           ((hr_tick)1 << pace->age_bits) / 2);
        logarithm[i] = hr_log(factor_of(plan, out->lean, age)) / plan->c->n_servers;
        more[i] = hr_expm1(logarithm[i]);
    }
    expect(plan, pace, rate / HR_TICKS_PER_SECOND, expected);
    HR_TRY(make_samplers(plan, pace, rate / HR_TICKS_PER_SECOND, out, err));
    out->pace = pace;
out:
    return st;
}
