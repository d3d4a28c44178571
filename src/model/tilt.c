#include "model/tilt.h"

#include <math.h>
#include <string.h>

#include "base/real.h"
#include "model/prepared.h"
#include "model/tally.h"
#include "model/tilt_plan.h"

#define RARE       1e-4 /* automatic: more likely than this at an instant, it is left to luck */
#define MOST_TRIES 1e6  /* further meetings of one replication, in the mean */
#define NEVER      1e-300
#define MOST_NOISE                                                                                 \
    0.2 /* of the variance of a server's load under the tilt: automatic, background */

/* Rungs of the ladder: loads of the pool. One ceiling needs few, a range of them is covered evenly.
 * A server overflows by one meeting while the others have room for less than one, so that the pool
 * is mostly short of full by some such meetings: so many by each other server. */
enum { RUNGS_OF_ONE = 3, RUNGS_OF_SERVER = 2, RUNGS_OF_RANGE = 6 };
static const double rung_of_server[RUNGS_OF_SERVER] = {0.95, 1.03}; /* of the way */
_Static_assert((int)RUNGS_OF_RANGE <= (int)HR_TILT_MOST_RUNGS &&
                   (int)HR_TILT_MOST_RUNGS < (int)HR_MOST_RUNGS,
               "the last rung of a tally is that of the true laws");
static const double room_at_rung[RUNGS_OF_ONE] = {1.8, 1.0, 0.4};
#define NO_MATTER    1e-3 /* of the likeliest: numbers of large meetings that are left out */
#define QUIET        1e-2 /* of the most starts before any instant: none of fewer is looked for */
#define LEAST_EFFORT 0.02 /* of the most for a component of the group */
#define BEYOND       1.02 /* of the way to the ceilings: the highest rung */
#define LEAST        0.35 /* the lowest */

/* Background does not lean: where it has to rise much, the true laws see as much. */
static bool is_by_background(const hr_tilt_planning *plan)
{
    for (unsigned g = 0; plan->noise > 0.0 && g < plan->n_groups; g++) {
        const double theta = hr_tilt_theta_for(plan, g, plan->high[g]);
        if (plan->noise > MOST_NOISE * hr_tilt_cumulants_of(plan, g, theta).second)
            return true;
    }
    return false;
}

/* ---- components */

/* E[exp(lean)] - 1 of a meeting of each class. */
static void more_of_classes(const hr_tilt_planning *plan, const double *lean, double *more)
{
    for (unsigned k = 0; k < plan->c->n_classes; k++)
        more[k] = 0.0;
    for (unsigned i = 0; i < plan->cut.n_strata; i++)
        more[plan->cut.class_of_stratum[i]] +=
            hr_tilt_share(&plan->cut.strata[i]) * hr_expm1(lean[i]);
}

/* The law of the instant, proportional to exp(Lambda(u)), and ln of the sum of these; uniform where
 * `more` is 0. */
static hr_status make_when(const hr_tilt_planning *plan, double share, const double *more,
                           hr_tilt_component *out, double *log_sum, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n = plan->n_checks;
    double *value = NULL, *weight = NULL;
    double most = 0.0, sum = 0.0;
    HR_TAKE(value, plan->arena, n);
    HR_TAKE(weight, plan->arena, n);
    hr_tilt_cluster_lambda(plan, out, weight);
    for (unsigned u = 0; u < n; u++) {
        value[u] = u;
        for (unsigned k = 0; k < plan->c->n_classes; k++)
            weight[u] += share * hr_tilt_alone(plan, u, k) * more[k];
        for (unsigned i = 0; i < out->n_large; i++) {
            const double *of = i == 0 ? out->last.weight : NULL;
            weight[u] += hr_log(fmax(share * hr_tilt_large_since(plan, u, of, false), NEVER));
        }
        most = u == 0 ? weight[u] : fmax(most, weight[u]);
    }
    for (unsigned u = 0; u < n; u++)
        sum += weight[u] = hr_exp(weight[u] - most);
    for (unsigned u = 0; u < n; u++)
        weight[u] /= sum;
    *log_sum = most + hr_log(sum);
    const hr_law law = {.kind = HR_LAW_TABLE, .n = n, .value = value, .share = weight};
    HR_TRY(hr_sampler_init(&out->when, &law, plan->arena, err));
out:
    return st;
}

/* Meetings of class k that source i is tried for at any instant, were they to last `longer` (s):
 * some are refused, because the rate was lower when they would have started (see input/tilting.c).
 */
static double tries_of(const hr_tilt_planning *plan, unsigned i, unsigned k, double longer)
{
    const hr_source *source = &plan->c->sources[i];
    const hr_prepared_source *prepared = &plan->p->sources[i];
    const double lasts = plan->p->classes[k].mean_duration + longer;
    const double share = plan->c->classes[k].share;
    if (source->kind == HR_SOURCE_POISSON_BATCH)
        return 0.0;
    if (source->kind == HR_SOURCE_CLOCK_BATCH)
        return share * hr_law_mean(&source->count) * (lasts / source->period + 1.0);
    return share * lasts * prepared->greatest_rate * ((double)prepared->keep * 0x1p-32);
}

/* Law of what a further large meeting is, of strata by these weights, that has started or is alive
 * since the instant before. */
static hr_status make_large(const hr_tilt_planning *plan, const double *of_stratum, bool starts,
                            hr_sampler *out, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n_strata = plan->cut.n_strata;
    const size_t n = plan->c->n_sources * (size_t)n_strata;
    const double step = (double)((hr_tick)1 << plan->step_bits) / HR_TICKS_PER_SECOND;
    double *value = NULL, *weight = NULL;
    double sum = 0.0;
    HR_TAKE(value, plan->arena, n);
    HR_TAKE(weight, plan->arena, n);
    for (size_t i = 0; i < n; i++) {
        const unsigned s = (unsigned)(i % n_strata);
        const double lasts = plan->p->classes[plan->cut.class_of_stratum[s]].mean_duration;
        value[i] = (double)i;
        if (plan->cut.strata[s].is_large)
            weight[i] = (of_stratum != NULL ? of_stratum[s] : 1.0) *
                        hr_tilt_share(&plan->cut.strata[s]) *
                        tries_of(plan, (unsigned)(i / n_strata), plan->cut.class_of_stratum[s],
                                 starts ? step - lasts : step);
        sum += weight[i];
    }
    for (size_t i = 0; i < n; i++)
        weight[i] /= sum;
    const hr_law law = {.kind = HR_LAW_TABLE, .n = n, .value = value, .share = weight};
    HR_TRY(hr_sampler_init(out, &law, plan->arena, err));
out:
    return st;
}

/* Laws of the further large meetings. */
static hr_status make_last(const hr_tilt_planning *plan, hr_tilt_component *out, hr_err *err)
{
    hr_status st = HR_OK;
    const double *weight = out->last.weight;
    double *begins = NULL, *more = NULL, *starts = NULL;
    double most = 0.0;
    HR_TAKE(begins, plan->arena, plan->n_checks);
    HR_TAKE(more, plan->arena, plan->n_checks);
    HR_TAKE(starts, plan->arena, plan->n_checks);
    for (unsigned u = 0; u < plan->n_checks; u++) {
        starts[u] = hr_tilt_large_since(plan, u, weight, true);
        most = fmax(most, starts[u]);
    }
    for (unsigned u = 0; u < plan->n_checks; u++) {
        if (!(starts[u] > QUIET * most))
            continue;
        begins[u] = HR_TILT_BEGINS;
        more[u] = HR_TILT_BEGINS * hr_tilt_large_since(plan, u, weight, false) / starts[u];
    }
    out->last.begins = begins;
    out->last.more = more;
    HR_TRY(make_large(plan, NULL, false, &out->large, err));
    HR_TRY(make_large(plan, weight, false, &out->last.alive, err));
    HR_TRY(make_large(plan, weight, true, &out->last.starts, err));
out:
    return st;
}

/* Laws of the number of further meetings and batches that are tried, and of what they are. */
static hr_status make_tries(const hr_tilt_planning *plan, double share, hr_tilt_component *out,
                            bool *fits, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n_strata = plan->cut.n_strata;
    const hr_tilt_clusters *clusters = plan->tilt->clusters;
    const size_t n_alone = plan->c->n_sources * (size_t)n_strata;
    const size_t n = n_alone + (clusters != NULL ? clusters->n * clusters->n_cells : 0);
    double *value = NULL, *weight = NULL;
    double sum = 0.0;
    HR_TAKE(value, plan->arena, n);
    HR_TAKE(weight, plan->arena, n);
    for (size_t i = 0; i < n_alone; i++) {
        const unsigned s = (unsigned)(i % n_strata);
        weight[i] = share * hr_expm1(out->lean[s]) * hr_tilt_share(&plan->cut.strata[s]) *
                    tries_of(plan, (unsigned)(i / n_strata), plan->cut.class_of_stratum[s], 0.0);
    }
    hr_tilt_cluster_tries(plan, out, weight + n_alone);
    for (size_t i = 0; i < n; i++) {
        value[i] = (double)i;
        sum += weight[i];
    }
    *fits = (sum > 0.0 || out->n_large > 0) && sum < MOST_TRIES;
    if (!*fits)
        return HR_OK;
    for (size_t i = 0; i < n; i++)
        weight[i] = sum > 0.0 ? weight[i] / sum : 1.0 / (double)n;
    const hr_law kind = {.kind = HR_LAW_TABLE, .n = n, .value = value, .share = weight};
    const hr_law number = {.kind = HR_LAW_POISSON, .a = sum};
    HR_TRY(hr_sampler_init(&out->kind, &kind, plan->arena, err));
    HR_TRY(hr_sampler_init(&out->number, &number, plan->arena, err));
out:
    return st;
}

/* A component of group g that brings its load to x; its share of the replications is still to be
 * put into log_scale. */
static hr_status add_component(hr_tilt_planning *plan, hr_tilt_component *list, unsigned g,
                               unsigned rung, double x, hr_err *err)
{
    hr_status st = HR_OK;
    hr_tilt_component *out = &list[plan->tilt->n_components];
    const double theta = hr_tilt_theta_for(plan, g, x), share = hr_tilt_group_share(plan, g);
    double *lean = NULL, *more = NULL, *last_weight = NULL;
    double log_sum = 0.0;
    bool fits = false;
    if (!(theta > 0.0) && !(plan->large_lean > 0.0) && plan->n_large == 0)
        return HR_OK;
    HR_TAKE(lean, plan->arena, plan->cut.n_strata);
    HR_TAKE(more, plan->arena, plan->c->n_classes);
    for (unsigned i = 0; i < plan->cut.n_strata; i++)
        lean[i] = hr_tilt_lean_of(plan, theta, &plan->cut.strata[i]);
    if (plan->n_large > 0) {
        HR_TAKE(last_weight, plan->arena, plan->cut.n_strata);
        memcpy(last_weight, plan->weight, plan->cut.n_strata * sizeof *last_weight);
    }
    for (unsigned i = 0; i < plan->cut.n_strata; i++) {
        const hr_tilt_stratum *stratum = &plan->cut.strata[i];
        const double linear = stratum->is_large ? 0.0 : theta * stratum->load;
        plan->tilt->is_linear = plan->tilt->is_linear && fabs(lean[i] - linear) <= 0.0;
    }
    *out = (hr_tilt_component){.rung = rung,
                               .server = plan->by_server ? (int)g : -1,
                               .theta = theta,
                               .lean = lean,
                               .n_large = plan->n_large,
                               .last.weight = last_weight};
    if (!plan->lasting)
        more_of_classes(plan, lean, more);
    HR_TRY(hr_tilt_cluster_lean(plan, share, out, err));
    HR_TRY(make_when(plan, share, more, out, &log_sum, err));
    fits = plan->lasting;
    if (plan->hastens)
        HR_TRY(hr_tilt_make_pace(plan, list, out, err));
    if (!plan->lasting)
        HR_TRY(make_tries(plan, share, out, &fits, err));
    if (out->n_large > 0)
        HR_TRY(make_last(plan, out, err));
    out->log_scale = -log_sum;
    plan->share[plan->tilt->n_components] = plan->effort;
    plan->tilt->n_components += fits;
out:
    return st;
}

/* The rungs of group g: its load at each. */
static unsigned rungs_of(const hr_tilt_planning *plan, unsigned g, double x[RUNGS_OF_RANGE])
{
    const double mean = hr_tilt_cumulants_of(plan, g, 0.0).first;
    const double low = fmax(plan->low[g], mean), high = plan->high[g], way = high - mean;
    const hr_tilt_cumulants full = hr_tilt_cumulants_of(plan, g, hr_tilt_theta_for(plan, g, high));
    const double others = plan->by_server ? 0.0 : (double)plan->c->n_servers - 1.0;
    const double room = others * full.own / full.first; /* of a meeting weighted by its load */
    const bool is_one = high <= low * 1.01;
    const unsigned n = is_one ? RUNGS_OF_ONE : RUNGS_OF_RANGE;
    const double top = mean + BEYOND * way;
    if (is_one && !(room > 0.0)) {
        for (unsigned i = 0; i < RUNGS_OF_SERVER; i++)
            x[i] = mean + rung_of_server[i] * way;
        return RUNGS_OF_SERVER;
    }
    for (unsigned i = 0; is_one && i < n; i++)
        x[i] = fmax(top - room_at_rung[i] * room, mean + LEAST * way);
    const double from = fmax(fmin(low, high - room_at_rung[0] * room), mean + LEAST * (low - mean));
    for (unsigned i = 0; !is_one && i < n; i++)
        x[i] = from + (top - from) * (double)(i + 1) / (double)n;
    return n;
}

/* One that brings k large meetings in the mean, where that is more than there are, and the others
 * to what these leave of `ceilings`. */
static hr_status add_with_large(hr_tilt_planning *plan, hr_tilt_component *list,
                                const hr_tilt_crowd *crowd, unsigned rung, double ceilings,
                                unsigned k, hr_err *err)
{
    const double mean = plan->large_alive * hr_tilt_group_share(plan, crowd->group);
    const hr_tilt_last last = hr_tilt_last_of(plan, crowd, ceilings, k, plan->weight);
    const bool has_number = plan->tilt->clusters == NULL;
    plan->n_large = has_number ? k : 0;
    plan->large_lean = !has_number && k > mean ? hr_log((double)k / mean) : 0.0;
    plan->effort = last.effort;
    const hr_status st = add_component(plan, list, crowd->group, rung, last.beside, err);
    plan->large_lean = 0.0;
    plan->n_large = 0;
    return st;
}

/* The number of large meetings, of those with a chance, that most likely exceeds the ceilings. */
static unsigned likeliest(const double *chance, unsigned n)
{
    unsigned best = 0;
    for (unsigned k = 1; k < n; k++)
        best = chance[k] > chance[best] ? k : best;
    return best;
}

/* Of a range of ceilings: each rung by the number of large meetings that does it there. */
static hr_status add_range(hr_tilt_planning *plan, hr_tilt_component *list,
                           const hr_tilt_crowd *crowd, const double *x, unsigned n, hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned i = 0; i < n; i++) {
        double chance[HR_TILT_MOST_LARGE];
        const unsigned k = likeliest(chance, hr_tilt_chances_with(plan, crowd, x[i], chance));
        HR_TRY(k == 0 ? add_component(plan, list, crowd->group, i, x[i], err)
                      : add_with_large(plan, list, crowd, i, x[i], k, err));
    }
out:
    return st;
}

/* Of one ceiling: the rungs, and one for each number of large meetings that matters. */
static hr_status add_ladder(hr_tilt_planning *plan, hr_tilt_component *list,
                            const hr_tilt_crowd *crowd, const double *x, unsigned n, hr_err *err)
{
    hr_status st = HR_OK;
    double chance[HR_TILT_MOST_LARGE];
    const double high = plan->high[crowd->group];
    const unsigned most = hr_tilt_chances_with(plan, crowd, high, chance);
    const double best = chance[likeliest(chance, most)];
    unsigned rung = 0;
    plan->effort = most > 1 ? hr_tilt_effort_without(plan, crowd, high) / n : 1.0;
    for (; chance[0] >= NO_MATTER * best && rung < n; rung++)
        HR_TRY(add_component(plan, list, crowd->group, rung, x[rung], err));
    for (chance[0] = 0.0; rung < HR_TILT_MOST_RUNGS; rung++) {
        const unsigned k = likeliest(chance, most);
        if (!(chance[k] > 0.0 && chance[k] >= NO_MATTER * best))
            break;
        HR_TRY(add_with_large(plan, list, crowd, rung, high, k, err));
        chance[k] = 0.0;
    }
out:
    return st;
}

/* To those of one group, from `first` on, 1 each in the mean: alike along a range of ceilings, and
 * where squares of chances are too small for a number; else by their efforts. */
static void share_out(hr_tilt_planning *plan, unsigned first, bool alike)
{
    const unsigned n = plan->tilt->n_components;
    double most = 0.0, sum = 0.0;
    for (unsigned i = first; i < n; i++)
        most = fmax(most, plan->share[i]);
    for (unsigned i = first; i < n; i++)
        sum += plan->share[i] =
            alike || !(most > 0.0) ? 1.0 : fmax(plan->share[i], LEAST_EFFORT * most);
    for (unsigned i = first; i < n; i++)
        plan->share[i] *= (n - first) / sum;
}

static hr_status make_components(hr_tilt_planning *plan, hr_err *err)
{
    hr_status st = HR_OK;
    hr_tilt *tilt = plan->tilt;
    const size_t most = plan->n_groups * (size_t)HR_TILT_MOST_RUNGS;
    hr_tilt_component *list = NULL;
    double *value = NULL;
    HR_TAKE(list, plan->arena, most);
    HR_TAKE(plan->share, plan->arena, most);
    for (unsigned i = 0; i < plan->cut.n_strata; i++)
        plan->cut.strata[i].is_large = plan->cut.strata[i].load >= plan->large_from;
    for (unsigned g = 0; g < plan->n_groups; g++) {
        double x[RUNGS_OF_RANGE];
        if (plan->by_server && plan->aim->server >= 0 && plan->aim->server != (int)g)
            continue;
        const unsigned n = rungs_of(plan, g, x), first = tilt->n_components;
        const hr_tilt_crowd crowd = hr_tilt_crowd_of(plan, g);
        HR_TRY(n == RUNGS_OF_RANGE ? add_range(plan, list, &crowd, x, n, err)
                                   : add_ladder(plan, list, &crowd, x, n, err));
        share_out(plan, first, n == RUNGS_OF_RANGE);
    }
    const unsigned n = tilt->n_components;
    if (n == 0)
        return HR_OK;
    HR_TAKE(value, plan->arena, n);
    for (unsigned i = 0; i < n; i++) {
        value[i] = i;
        list[i].log_scale += hr_log((1.0 - HR_TILT_UNTILTED) * plan->share[i] / n);
        plan->share[i] /= n;
    }
    const hr_law law = {.kind = HR_LAW_TABLE, .n = n, .value = value, .share = plan->share};
    HR_TRY(hr_sampler_init(&tilt->component, &law, plan->arena, err));
    tilt->components = list;
out:
    return st;
}

/* Large meetings do not lean: nor does their load count. */
static hr_status leave_large_out(hr_tilt_planning *plan, hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned k = 0; isfinite(plan->large_from) && k < plan->cut.n_classes; k++) {
        hr_tilt_class *row = &plan->cut.classes[k];
        uint32_t *units = NULL;
        HR_TAKE(units, plan->arena, row->n_marks);
        for (unsigned i = 0; i < row->n_marks; i++)
            units[i] = plan->cut.strata[row->of_mark[i]].is_large ? 0 : row->units[i];
        row->units = units;
    }
out:
    return st;
}

static void fill(hr_tilt_planning *plan)
{
    hr_tilt *tilt = plan->tilt;
    tilt->n_classes = plan->cut.n_classes;
    tilt->n_strata = plan->cut.n_strata;
    tilt->classes = plan->cut.classes;
    tilt->strata = plan->cut.strata;
    tilt->class_of_stratum = plan->cut.class_of_stratum;
    tilt->check = plan->check;
    tilt->n_checks = plan->n_checks;
    tilt->step_bits = plan->step_bits;
    tilt->unit = plan->cut.unit;
    tilt->by_server = plan->by_server;
    tilt->lasting = plan->lasting;
    tilt->counts_turns = plan->hastens && plan->c->start != HR_START_EMPTY;
    tilt->is_linear = tilt->is_linear && !tilt->lasting;
}

/* Instants, who is alive there and what is aimed at. */
static hr_status look(hr_tilt_planning *plan, double *chance, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_tilt_choose_checks(plan, err));
    HR_TRY(plan->lasting ? hr_tilt_lasting_find(plan, err) : hr_tilt_find_alive(plan, err));
    if (!plan->lasting)
        HR_TRY(hr_tilt_find_clusters(plan, err));
    HR_TRY(hr_tilt_choose_resource(plan, chance, err));
out:
    return st;
}

hr_status hr_tilt_plan(const hr_configuration *configuration, const hr_tilt_aim *aim,
                       hr_arena *arena, const hr_tilt **tilt, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    hr_tilt_planning *plan = NULL;
    double chance = 0.0;
    *tilt = NULL;
    *why = hr_tilt_unsuited(configuration, aim);
    if (*why != NULL)
        return HR_OK;
    HR_TAKE(plan, arena, 1);
    HR_TAKE(plan->tilt, arena, 1);
    plan->c = configuration;
    plan->p = configuration->prepared;
    plan->aim = aim;
    plan->arena = arena;
    plan->large_from = HUGE_VAL;
    plan->by_server = hr_tilt_is_by_server(configuration);
    plan->lasting = hr_tilt_is_lasting(configuration);
    plan->hastens = plan->lasting && plan->by_server && hr_tilt_may_hasten(configuration);
    plan->tilt->is_linear = true;
    plan->n_groups = plan->by_server ? configuration->n_servers : 1;
    *why = "the target is likely enough to be seen by itself";
    if (aim->engine == HR_RARE_AUTO && configuration->start != HR_START_EMPTY && !plan->lasting &&
        !hr_tilt_has_batches(configuration)) {
        HR_TRY(hr_tilt_find_even(plan, err));
        HR_TRY(hr_tilt_choose_resource(plan, &chance, err));
        if (chance > RARE)
            return HR_OK;
    }
    plan->large_from = HUGE_VAL;
    HR_TRY(look(plan, &chance, err));
    if (isfinite(plan->large_from))
        HR_TRY(look(plan, &chance, err)); /* from earlier on */
    if (aim->engine == HR_RARE_AUTO && chance > RARE)
        return HR_OK;
    *why = "background that varies may do it alone";
    if (aim->engine == HR_RARE_AUTO && is_by_background(plan))
        return HR_OK;
    *why = "even the highest ceiling is below the mean load";
    if (hr_tilt_is_common(plan))
        return HR_OK;
    *why = "no load can reach the ceilings";
    if (chance < NEVER)
        return HR_OK;
    HR_TRY(make_components(plan, err));
    if (plan->tilt->n_components == 0)
        return HR_OK;
    HR_TRY(leave_large_out(plan, err));
    fill(plan);
    HR_TRY(hr_tilt_make_control(plan, err));
    *why = "the target is rare";
    *tilt = plan->tilt;
out:
    return st;
}

unsigned hr_tilt_rung(const hr_tilt *tilt, uint32_t component)
{
    return component < tilt->n_components ? tilt->components[component].rung : HR_MOST_RUNGS - 1;
}
