/* The aim of a tilt of durations: given when meetings start, each is alive at an instant or not,
 * independently of the others; the mean over starts is that of the sources. */
#include <math.h>

#include "base/real.h"
#include "model/prepared.h"
#include "model/tilt_plan.h"

enum { MOST_AGES = 1024, AGES_PER_MEAN = 32 };
#define OLDEST 16.0 /* mean durations: of older ones hardly any is left */

static void add_age(hr_tilt_planning *plan, double age, double started)
{
    if (plan->n_ages == MOST_AGES || !(age >= 0.0) || !(started > 0.0))
        return;
    plan->age[plan->n_ages] = age;
    plan->started[plan->n_ages++] = started;
}

static void add_rate(hr_tilt_planning *plan, const hr_source *source, double t, double oldest)
{
    const double step = plan->p->mean_duration / AGES_PER_MEAN;
    const double each = source->kind == HR_SOURCE_POISSON_BATCH ? hr_law_mean(&source->count) : 1.0;
    for (double age = 0.5 * step; age < oldest; age += step)
        add_age(plan, age, hr_source_rate(source, t - age) * each * step);
}

static void add_clock(hr_tilt_planning *plan, const hr_source *source, double t, double oldest)
{
    const double late = hr_law_mean(&source->lateness);
    for (double k = floor((t - late - source->offset) / source->period);; k -= 1.0) {
        const double age = t - late - (source->offset + k * source->period);
        if (!(age <= oldest))
            break;
        add_age(plan, age, hr_law_mean(&source->count));
    }
}

void hr_tilt_lasting_list(hr_tilt_planning *plan, unsigned check)
{
    const hr_configuration *c = plan->c;
    const double t = hr_tilt_seconds(plan->check[check]);
    const bool is_empty = c->start == HR_START_EMPTY;
    plan->n_ages = 0;
    for (unsigned i = 0; i < c->n_sources; i++) {
        const hr_source *source = &c->sources[i];
        const hr_tick first = plan->p->sources[i].first;
        const bool has_first = is_empty || first > plan->p->begin;
        const double most = OLDEST * plan->p->mean_duration;
        const double oldest = has_first ? fmin(most, t - hr_tilt_seconds(first)) : most;
        if (source->kind == HR_SOURCE_CLOCK_BATCH)
            add_clock(plan, source, t, oldest);
        else if (source->kind == HR_SOURCE_SINGLE_BATCH)
            add_age(plan, t - source->offset, hr_law_mean(&source->count));
        else
            add_rate(plan, source, t, oldest);
    }
    for (unsigned i = 0; i < plan->n_ages; i++) {
        for (unsigned k = 0; k < c->n_classes; k++)
            plan->last[i * c->n_classes + k] =
                hr_law_survival(&c->classes[k].duration, plan->age[i]);
    }
}

hr_status hr_tilt_lasting_find(hr_tilt_planning *plan, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n = plan->c->n_classes;
    HR_TAKE(plan->age, plan->arena, MOST_AGES);
    HR_TAKE(plan->started, plan->arena, MOST_AGES);
    HR_TAKE(plan->last, plan->arena, MOST_AGES * (size_t)n);
    HR_TAKE(plan->alive, plan->arena, plan->n_checks * (size_t)n);
    for (unsigned u = 0; u < plan->n_checks; u++) {
        hr_tilt_lasting_list(plan, u);
        for (unsigned i = 0; i < plan->n_ages; i++) {
            for (unsigned k = 0; k < n; k++)
                plan->alive[u * n + k] +=
                    plan->c->classes[k].share * plan->started[i] * plan->last[i * n + k];
        }
    }
out:
    return st;
}

/* Of one meeting alive with probability s: ln(1 + s (e^lean - 1)), and the tilted mean and variance
 * of its load. Arrivals that lean too are (1 + s (e^lean - 1))^(1/n) times as many, see
 * tilt_pace.c. */
hr_tilt_cumulants hr_tilt_lasting_cumulants(const hr_tilt_planning *plan, unsigned g, double theta)
{
    hr_tilt_cumulants out = {0.0, 0.0, 0.0, 0.0};
    const unsigned n = plan->c->n_classes;
    for (unsigned j = 0; j < plan->cut.n_strata; j++) {
        const hr_tilt_stratum *stratum = &plan->cut.strata[j];
        const unsigned k = plan->cut.class_of_stratum[j];
        const double share =
            hr_tilt_share(stratum) * plan->c->classes[k].share * hr_tilt_group_share(plan, g);
        const double more = hr_expm1(hr_tilt_lean_of(plan, theta, stratum));
        for (unsigned i = 0; i < plan->n_ages; i++) {
            const double s = plan->last[i * n + k], sum = 1.0 + s * more;
            const double tilted = s * (1.0 + more) / sum;
            const double weight = plan->started[i] * share, each = hr_log1p(s * more);
            const double part = plan->hastens ? 1.0 / plan->c->n_servers : 0.0;
            const double faster = weight * hr_exp(part * each);
            out.k += part > 0.0 ? (faster - weight) / part : weight * each;
            out.first += faster * tilted * stratum->load;
            out.second +=
                faster * tilted * (1.0 - tilted + part * tilted) * stratum->load * stratum->load;
        }
    }
    out.own = out.second;
    return out;
}
