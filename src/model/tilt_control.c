/* The control of a tilt: the pool's load near the sum of its ceilings. What overloads a server is
 * mostly a crowd in the pool, whose law is known (compound Poisson, at every instant). */
#include <string.h>

#include "base/panjer.h"
#include "base/real.h"
#include "model/tilt_plan.h"

/* The ramp begins where the other servers have room for nearly a large meeting each, and ends where
 * they have less than none; by trial, see METHODS.md. */
#define FROM_EACH   0.75
#define LARGE_SIGMA 2.0 /* above the mean of the law weighted by load: a large meeting */
#define TO_EACH     0.25
#define NEGLIGIBLE  32.0 /* -ln of what is left beyond the lattice, of what is above full */
#define MOST_WORK   2e7  /* multiplications */
enum { MOST_CELLS = 20000 };

/* Loads on a lattice: jumps of so many points, ascending, and how many there are of each. */
typedef struct lattice {
    uint32_t span; /* of the tilt's units */
    size_t n, n_jumps;
    size_t *jump; /* [n_jumps] */
    double *mean; /* [n_jumps] */
} lattice;

static hr_status make_lattice(const hr_tilt_planning *plan, double most, hr_arena *arena,
                              lattice *out, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_tilt *tilt = plan->tilt;
    bool *any = NULL;
    *out = (lattice){0};
    for (unsigned i = 0; i < tilt->n_strata; i++)
        out->span = (uint32_t)hr_panjer_span(tilt->strata[i].units, out->span);
    const double points = most / (tilt->unit * out->span);
    if (out->span == 0 || !(points < MOST_CELLS))
        return HR_OK;
    out->n = (size_t)points + 2;
    HR_TAKE(any, arena, out->n);
    HR_TAKE(out->jump, arena, tilt->n_strata);
    HR_TAKE(out->mean, arena, tilt->n_strata);
    for (unsigned i = 0; i < tilt->n_strata; i++) {
        if (tilt->strata[i].units / out->span < out->n)
            any[tilt->strata[i].units / out->span] = true;
    }
    for (size_t k = 1; k < out->n; k++) {
        if (any[k])
            out->jump[out->n_jumps++] = k;
    }
out:
    return st;
}

/* Mean numbers of meetings by load at an instant. */
static void find_means(const hr_tilt_planning *plan, unsigned check, lattice *l)
{
    const hr_tilt *tilt = plan->tilt;
    for (size_t j = 0; j < l->n_jumps; j++) {
        l->mean[j] = 0.0;
        for (unsigned i = 0; i < tilt->n_strata; i++) {
            if (tilt->strata[i].units / l->span == l->jump[j])
                l->mean[j] += hr_tilt_alone(plan, check, tilt->class_of_stratum[i]) *
                              hr_tilt_share(&tilt->strata[i]);
        }
    }
}

/* E of the ramp at an instant. */
static hr_status mean_at(const hr_tilt_planning *plan, unsigned check, const hr_tilt_control *c,
                         lattice *l, double *mean, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    double *f = NULL, log_scale = 0.0;
    find_means(plan, check, l);
    HR_TRY(hr_panjer(l->jump, l->mean, l->n_jumps, l->n, &arena, &f, &log_scale, err));
    const double scale = hr_exp(0.5 * log_scale); /* twice: once may be 0 */
    *mean = 0.0;
    for (size_t k = l->n; k-- > 0;)
        *mean +=
            f[k] * scale * scale * hr_tilt_ramp(c, (double)k * (double)l->span * plan->tilt->unit);
out:
    hr_arena_free(&arena);
    return st;
}

/* Is as much alive there as at the instant before? */
static bool is_as_before(const hr_tilt_planning *plan, unsigned check)
{
    const unsigned n = plan->c->n_classes;
    return memcmp(plan->alive + check * (size_t)n, plan->alive + (check - 1) * (size_t)n,
                  n * sizeof *plan->alive) == 0;
}

/* Mean of the ramp over the instants in the window; 0 where that takes too much. */
static hr_status mean_over(const hr_tilt_planning *plan, const hr_tilt_control *c, lattice *l,
                           double *mean, hr_err *err)
{
    hr_status st = HR_OK;
    unsigned n_laws = 1;
    double at = 0.0, sum = 0.0;
    *mean = 0.0;
    for (unsigned u = c->first + 1; u < plan->n_checks; u++)
        n_laws += !is_as_before(plan, u);
    if ((double)n_laws * (double)l->n * (double)l->n_jumps > MOST_WORK)
        return HR_OK;
    for (unsigned u = c->first; u < plan->n_checks; u++) {
        if (u == c->first || !is_as_before(plan, u))
            HR_TRY(mean_at(plan, u, c, l, &at, err));
        sum += at;
    }
    *mean = sum / (plan->n_checks - c->first);
out:
    return st;
}

/* Load of the meeting that a unit of load belongs to, where the pool is full: mean and standard
 * deviation. */
static void size_of_meetings(const hr_tilt_planning *plan, double theta, double *mean,
                             double *sigma)
{
    double sum[4] = {0.0};
    for (unsigned i = 0; i < plan->cut.n_strata; i++) {
        const hr_tilt_stratum *s = &plan->cut.strata[i];
        double term = hr_tilt_alone(plan, plan->busiest, plan->cut.class_of_stratum[i]) *
                      hr_tilt_share(s) * hr_exp(hr_tilt_lean_of(plan, theta, s));
        for (int k = 0; k < 4; k++, term *= s->load)
            sum[k] += term;
    }
    *mean = sum[2] / sum[1];
    *sigma = sqrt(fmax(sum[3] / sum[1] - *mean * *mean, 0.0));
}

hr_status hr_tilt_make_control(hr_tilt_planning *plan, hr_err *err)
{
    hr_status st = HR_OK;
    hr_tilt *tilt = plan->tilt;
    hr_tilt_control *c = NULL;
    lattice l;
    double mean = 0.0;
    if (!plan->aim->is_share_of_time || !tilt->is_linear || plan->by_server ||
        isfinite(plan->large_from) || tilt->clusters != NULL || plan->high[0] > plan->low[0])
        return HR_OK;
    const double full = plan->high[0], theta = hr_tilt_theta_for(plan, 0, full);
    const double others = fmax(plan->c->n_servers - 1.0, 1.0);
    double each, sigma;
    size_of_meetings(plan, theta, &each, &sigma);
    HR_TAKE(c, plan->arena, 1);
    c->from = full - FROM_EACH * others * (each + LARGE_SIGMA * sigma);
    c->to = full + TO_EACH * others * each;
    while (c->first < plan->n_checks && plan->check[c->first] < plan->p->from)
        c->first++;
    if (!(theta > 0.0) || c->first == plan->n_checks)
        return HR_OK;
    HR_TRY(make_lattice(plan, c->to + NEGLIGIBLE / theta, plan->arena, &l, err));
    if (l.n_jumps > 0)
        HR_TRY(mean_over(plan, c, &l, &mean, err));
    if (!(mean > 0.0))
        return HR_OK;
    c->scale = 1.0 / (mean * (plan->n_checks - c->first));
    tilt->control = c;
out:
    return st;
}
