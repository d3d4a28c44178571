/* What a tilt is aimed at: instants, the load there, ceilings and how likely it is to exceed them.
 */
#include <math.h>

#include "base/real.h"
#include "model/occupancy.h"
#include "model/prepared.h"
#include "model/tilt_plan.h"

#define CHECKS_PER_MEAN 40.0 /* instants within a mean duration */
/* of a tilt of durations, where each costs as much as there are meetings */
#define LASTING_PER_MEAN 20.0
enum { LASTING_MOST_CHECKS = 48 };
static const double TURN = 6.28318530717958647692528676655900577;

/* Load of server j that is no meetings', in the mean. */
static double background_of(const hr_configuration *c, unsigned resource)
{
    double sum = 0.0;
    for (unsigned i = 0; i < c->n_background; i++) {
        const hr_background *b = &c->background[i];
        sum += b->cost[resource] *
               (b->kind == HR_BACKGROUND_SESSIONS ? b->sessions : hr_law_mean(&b->law));
    }
    return sum;
}

/* Its variance; sessions in progress are a Poisson number. */
static double background_variance(const hr_configuration *c, unsigned resource)
{
    double sum = 0.0;
    for (unsigned i = 0; i < c->n_background; i++) {
        const hr_background *b = &c->background[i];
        sum += b->cost[resource] * b->cost[resource] *
               (b->kind == HR_BACKGROUND_SESSIONS ? b->sessions : hr_law_variance(&b->law));
    }
    return sum;
}

/* ---- instants */

/* Overload is often left over from a peak before it is seen, and then so is its cause: shortly
 * before, of a crowd, for then one of those on the server soon leaves; of two large meetings, for
 * as long as both last. In mean durations: */
#define LEAD       0.5
#define LARGE_LEAD 2.5
hr_status hr_tilt_choose_checks(hr_tilt_planning *plan, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared *p = plan->p;
    const double mean = p->mean_duration * HR_TICKS_PER_SECOND;
    const bool is_direct = plan->by_server || plan->c->n_servers == 1;
    hr_tick first = p->from, last = p->to - 1;
    if (plan->aim->is_at_times && plan->c->n_observed > 0) {
        first = p->observed[0];
        last = p->observed[plan->c->n_observed - 1];
    }
    const double before = isfinite(plan->large_from) ? LARGE_LEAD : LEAD;
    const double lead = is_direct && plan->aim->is_at_times ? 0.0 : before * mean;
    first = (double)(first - p->begin) > lead ? first - (hr_tick)lead : p->begin;
    const double per_mean = plan->lasting ? LASTING_PER_MEAN : CHECKS_PER_MEAN;
    const hr_tick most = plan->lasting ? LASTING_MOST_CHECKS : HR_TILT_MOST_CHECKS;
    plan->step_bits = 0; /* the power of two that is nearest to the step wanted, in proportion */
    while ((double)((hr_tick)1 << (plan->step_bits + 1)) * per_mean < mean * sqrt(2.0) ||
           (last - first) >> plan->step_bits >= most)
        plan->step_bits++;
    plan->n_checks = (unsigned)((last - first) >> plan->step_bits) + 1;
    HR_TAKE(plan->check, plan->arena, plan->n_checks);
    for (unsigned i = 0; i < plan->n_checks; i++)
        plan->check[i] = last - ((hr_tick)(plan->n_checks - 1 - i) << plan->step_bits);
out:
    return st;
}

hr_status hr_tilt_find_alive(hr_tilt_planning *plan, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = plan->c;
    HR_TAKE(plan->alive, plan->arena, plan->n_checks * (size_t)c->n_classes);
    for (unsigned u = 0; u < plan->n_checks; u++) {
        for (unsigned k = 0; k < c->n_classes; k++) {
            double *alive = &plan->alive[u * c->n_classes + k];
            for (unsigned i = 0; i < c->n_sources; i++)
                *alive += hr_occupancy_mean(c, i, k, hr_tilt_seconds(plan->check[u]));
        }
    }
out:
    return st;
}

/* Is the target likely even where meetings arrive evenly? They do not, so it is likelier still; and
 * this is quick. */
hr_status hr_tilt_find_even(hr_tilt_planning *plan, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = plan->c;
    const double rate = hr_configuration_own_rate(c);
    HR_TAKE(plan->alive, plan->arena, c->n_classes);
    for (unsigned k = 0; k < c->n_classes; k++)
        plan->alive[k] = rate * c->classes[k].share * plan->p->classes[k].mean_duration;
    plan->n_checks = 1;
out:
    return st;
}

/* ---- cumulants of a group's load at the busiest instant */

double hr_tilt_lean_of(const hr_tilt_planning *plan, double theta, const hr_tilt_stratum *s)
{
    return fmin(s->load >= plan->large_from ? plan->large_lean : theta * s->load,
                HR_TILT_MOST_LEAN);
}

/* One server's background does its part, as if it were normal: n times that, for the pool is aimed
 * at the sum of the ceilings. */
static hr_tilt_cumulants with_background(const hr_tilt_planning *plan, double theta,
                                         hr_tilt_cumulants of)
{
    of.k += 0.5 * plan->noise * theta * theta;
    of.first += plan->noise * theta;
    of.second += plan->noise;
    return of;
}

hr_tilt_cumulants hr_tilt_cumulants_of(const hr_tilt_planning *plan, unsigned g, double theta)
{
    hr_tilt_cumulants out = {0.0, 0.0, 0.0, 0.0};
    if (plan->lasting)
        return hr_tilt_lasting_cumulants(plan, g, theta);
    for (unsigned i = 0; i < plan->cut.n_strata; i++) {
        const hr_tilt_stratum *s = &plan->cut.strata[i];
        const double mean = hr_tilt_alone(plan, plan->busiest, plan->cut.class_of_stratum[i]) *
                            hr_tilt_share(s) * hr_tilt_group_share(plan, g);
        if (s->load >= plan->large_from)
            continue;
        const double more = hr_expm1(hr_tilt_lean_of(plan, theta, s));
        out.k += mean * more;
        out.first += mean * (more + 1.0) * s->load;
        out.second += mean * (more + 1.0) * s->load * s->load;
    }
    out.own = out.second;
    hr_tilt_cluster_cumulants(plan, g, theta, &out);
    return with_background(plan, theta, out);
}

static void find_busiest(hr_tilt_planning *plan)
{
    double most = -1.0;
    for (unsigned u = 0; u < plan->n_checks; u++) {
        double load = 0.0;
        for (unsigned i = 0; i < plan->cut.n_strata; i++)
            load += plan->alive[u * plan->c->n_classes + plan->cut.class_of_stratum[i]] *
                    hr_tilt_share(&plan->cut.strata[i]) * plan->cut.strata[i].load;
        if (load > most) {
            most = load;
            plan->busiest = u;
        }
    }
    if (plan->lasting)
        hr_tilt_lasting_list(plan, plan->busiest);
}

/* theta at which the tilted mean load of group g is x, or as near as batches let it come; 0 when it
 * is no more than the mean. Newton's rule on ln K'(theta), which is convex, from the right of the
 * solution on. */
double hr_tilt_theta_for(const hr_tilt_planning *plan, unsigned g, double x)
{
    const double most = hr_tilt_cluster_most(plan, g);
    double theta = 0.0;
    for (int i = 0; i < 60; i++) {
        const hr_tilt_cumulants k = hr_tilt_cumulants_of(plan, g, theta);
        if (!(k.first > 0.0) || (i == 0 && x <= k.first))
            return 0.0;
        const double step = hr_log(x / k.first) * k.first / k.second;
        const bool is_most = theta >= most && step >= 0.0;
        theta = fmin(fmax(theta + step, 0.0), most);
        if (fabs(step) <= 1e-9 * theta || is_most)
            break;
    }
    return theta;
}

/* P(load of group g > x) by the saddlepoint (Bahadur and Ranga Rao 1960), 1 where x is common; of
 * all that are not large, which may be nobody. */
static double chance_above(const hr_tilt_planning *plan, unsigned g, double x)
{
    const double theta = hr_tilt_theta_for(plan, g, x);
    if (!(theta > 0.0))
        return x > 0.0 && !(hr_tilt_cumulants_of(plan, g, 0.0).first > 0.0) ? 0.0 : 1.0;
    const hr_tilt_cumulants k = hr_tilt_cumulants_of(plan, g, theta);
    const double narrow = theta * sqrt(TURN * k.second);
    return hr_exp(k.k - theta * x) / fmax(narrow, 1.0);
}

/* ---- ceilings */

/* Loads of the probes, which a server must have room for besides. */
static void range_of_probes(const hr_tilt_planning *plan, unsigned resource, double *least,
                            double *most)
{
    const hr_configuration *c = plan->c;
    *least = *most = 0.0;
    for (unsigned i = 0; plan->aim->is_probe && i < c->n_probes; i++) {
        const double load =
            (double)plan->p->probe[i * c->n_resources + resource] / plan->p->steps[resource];
        *least = i == 0 ? load : fmin(*least, load);
        *most = fmax(*most, load);
    }
}

/* Lowest and highest ceiling of each group over the criteria aimed at, of one resource; false when
 * none of them looks at it. */
static bool find_ceilings(hr_tilt_planning *plan, unsigned resource)
{
    const hr_configuration *c = plan->c;
    const double background = background_of(c, resource);
    bool any = false;
    double least = 0.0, most = 0.0;
    range_of_probes(plan, resource, &least, &most);
    for (unsigned k = 0; k < c->n_criteria; k++) {
        for (unsigned l = 0; l < c->n_limits; l++) {
            const hr_limit *limit = &c->limits[l];
            if (!(plan->aim->criteria >> k & 1) || !(c->criteria[k].limits >> l & 1) ||
                limit->resource != resource)
                continue;
            double low[HR_MAX_SERVERS] = {0.0}, high[HR_MAX_SERVERS] = {0.0};
            for (unsigned j = 0; j < c->n_servers; j++) {
                const double room = limit->ceiling[j] - background;
                low[plan->by_server ? j : 0] += fmax(room - most, 0.0);
                high[plan->by_server ? j : 0] += fmax(room - least, 0.0);
            }
            for (unsigned g = 0; g < plan->n_groups; g++) {
                plan->low[g] = any ? fmin(plan->low[g], low[g]) : low[g];
                plan->high[g] = any ? fmax(plan->high[g], high[g]) : high[g];
            }
            any = true;
        }
    }
    return any;
}

/* Chance that a meeting is alive which fills a server that carries its mean besides: it overflows
 * without any crowd. */
static double chance_of_one(const hr_tilt_planning *plan)
{
    const double *alive = plan->alive + plan->busiest * (size_t)plan->c->n_classes;
    const double n = hr_tilt_servers(plan);
    double mean = 0.0;
    for (unsigned g = 0; g < plan->n_groups; g++) {
        const double room = (plan->low[g] - hr_tilt_cumulants_of(plan, g, 0.0).first) / n;
        for (unsigned i = 0; i < plan->cut.n_strata; i++) {
            const hr_tilt_stratum *s = &plan->cut.strata[i];
            if (s->load > room)
                mean += alive[plan->cut.class_of_stratum[i]] * hr_tilt_share(s) *
                        hr_tilt_group_share(plan, g);
        }
    }
    return -hr_expm1(-mean);
}

/* Chance of the least rare of the events aimed at, or of the rarest. */
static double chance_of(const hr_tilt_planning *plan, bool of_lowest)
{
    double sum = 0.0;
    for (unsigned g = 0; g < plan->n_groups; g++)
        sum += chance_above(plan, g, of_lowest ? plan->low[g] : plan->high[g]);
    return fmin(sum, 1.0);
}

bool hr_tilt_is_common(const hr_tilt_planning *plan)
{
    return chance_of(plan, false) >= 1.0;
}

static void find_noise(hr_tilt_planning *plan, unsigned resource)
{
    const double n = hr_tilt_servers(plan);
    plan->noise = n * n * background_variance(plan->c, resource);
}

/* Cut by the resource whose ceilings give way first. */
hr_status hr_tilt_choose_resource(hr_tilt_planning *plan, double *chance, hr_err *err)
{
    hr_status st = HR_OK;
    int best = -1;
    double most = 0.0;
    *chance = 0.0;
    for (unsigned r = 0; r < plan->c->n_resources; r++) {
        if (!find_ceilings(plan, r))
            continue;
        HR_TRY(hr_tilt_cut_make(plan->c, r, plan->arena, &plan->cut, err));
        HR_TAKE(plan->weight, plan->arena, plan->cut.n_strata);
        find_noise(plan, r);
        find_busiest(plan);
        hr_tilt_find_large(plan);
        const double above = chance_of(plan, true);
        if (best < 0 || above > most) {
            most = above;
            best = (int)r;
        }
    }
    if (best < 0)
        return HR_OK;
    (void)find_ceilings(plan, (unsigned)best);
    HR_TRY(hr_tilt_cut_make(plan->c, (unsigned)best, plan->arena, &plan->cut, err));
    HR_TAKE(plan->weight, plan->arena, plan->cut.n_strata);
    find_noise(plan, (unsigned)best);
    find_busiest(plan);
    hr_tilt_find_large(plan);
    *chance = fmax(chance_of(plan, false), chance_of_one(plan));
    *chance = fmin(fmax(*chance, hr_tilt_chance_of_large(plan)), 1.0);
out:
    return st;
}
