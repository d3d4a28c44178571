/* Large meetings in the aim of a tilt: how many of them overload a server, beside what others, and
 * what the last of them is. Answers are about right: they say what is aimed at, and weights see to
 * the rest. */
#include <math.h>

#include "base/real.h"
#include "model/occupancy.h"
#include "model/prepared.h"
#include "model/tilt_plan.h"

static const double TURN = 6.28318530717958647692528676655900577;

/* Large meetings take so much of the room that the fullest server of the ceilings aimed at leaves
 * beside its mean; they are a rarity while there is less than one of them. */
#define HARD_TO_FIT 0.4
void hr_tilt_find_large(hr_tilt_planning *plan)
{
    const double *alive = plan->alive + plan->busiest * (size_t)plan->c->n_classes;
    const double n = hr_tilt_servers(plan);
    double room = HUGE_VAL, load = 0.0;
    plan->large_from = HUGE_VAL;
    for (unsigned g = 0; g < plan->n_groups; g++)
        room = fmin(room, (plan->high[g] - hr_tilt_cumulants_of(plan, g, 0.0).first) / n);
    plan->large_alive = 0.0;
    for (unsigned i = 0; i < plan->cut.n_strata; i++) {
        const hr_tilt_stratum *s = &plan->cut.strata[i];
        if (!(room > 0.0) || s->load < HARD_TO_FIT * room)
            continue;
        const double mean = alive[plan->cut.class_of_stratum[i]] * hr_tilt_share(s);
        plan->large_alive += mean;
        load += mean * s->load;
    }
    if (plan->lasting || !(plan->large_alive > 0.0) || plan->large_alive > 1.0)
        return;
    plan->large_from = HARD_TO_FIT * room;
    plan->large_load = load / plan->large_alive;
}

double hr_tilt_large_since(const hr_tilt_planning *plan, unsigned u, const double *weight,
                           bool starts)
{
    const unsigned n_classes = plan->c->n_classes, before = u > 0 ? u - 1 : 0;
    const double from = hr_tilt_seconds(plan->check[before]), to = hr_tilt_seconds(plan->check[u]);
    double sum = 0.0;
    for (unsigned k = 0; k < n_classes; k++) {
        double share = 0.0, mean = starts ? 0.0 : plan->alive[before * n_classes + k];
        for (unsigned i = 0; i < plan->cut.n_strata; i++) {
            if (plan->cut.class_of_stratum[i] == k && plan->cut.strata[i].load >= plan->large_from)
                share += hr_tilt_share(&plan->cut.strata[i]) * (weight != NULL ? weight[i] : 1.0);
        }
        for (unsigned i = 0; share > 0.0 && i < plan->c->n_sources; i++)
            mean += hr_occupancy_starts(plan->c, i, k, from, to);
        sum += share * mean;
    }
    return sum;
}

/* ---- the others */

/* ln P(Z > z) of a normal Z. */
static double log_above(double z)
{
    enum { FAR = 30 };
    return z > FAR ? -0.5 * z * z - hr_log(z * sqrt(TURN)) : hr_log(hr_normal_cdf(-z));
}

/* By how much a normal load is beyond what is z deviations above its mean, in the mean of those
 * that are. */
static double overshoot(double z, double sigma)
{
    return sigma * fmax(hr_exp(-0.5 * z * z - log_above(z)) / sqrt(TURN) - z, 0.0);
}

hr_tilt_crowd hr_tilt_crowd_of(const hr_tilt_planning *plan, unsigned g)
{
    hr_tilt_crowd out = {.group = g};
    if (isinf(plan->large_from))
        return out;
    const double top = hr_tilt_theta_for(plan, g, plan->high[g]);
    const hr_tilt_cumulants truth = hr_tilt_cumulants_of(plan, g, 0.0);
    out.mean = truth.first;
    out.sigma = sqrt(truth.second);
    for (unsigned i = 0; i < HR_TILT_POINTS && top > 0.0; i++) {
        const double theta = top * i / (HR_TILT_POINTS - 1.0);
        const hr_tilt_cumulants k = hr_tilt_cumulants_of(plan, g, theta);
        const double sigma = sqrt(k.second), z = theta * sigma;
        out.x[i] = k.first;
        out.log_chance[i] = k.k - theta * k.first + 0.5 * z * z + log_above(z);
        out.beyond[i] = overshoot(z, sigma);
    }
    return out;
}

/* P(X > x), and E[X | X > x]. */
static double chance_beyond(const hr_tilt_crowd *c, double x, double *mean)
{
    unsigned low = 0, high = HR_TILT_POINTS - 1;
    *mean = fmax(x, 0.0);
    if (!(c->mean > 0.0))
        return x > 0.0 ? 0.0 : 1.0;
    if (x <= c->mean) {
        const double z = (x - c->mean) / c->sigma;
        *mean = fmax(c->mean, x + overshoot(z, c->sigma));
        return hr_normal_cdf(-z);
    }
    while (high - low > 1) {
        const unsigned middle = (low + high) / 2;
        *(c->x[middle] <= x ? &low : &high) = middle;
    }
    const double step = c->x[high] - c->x[low], way = step > 0.0 ? (x - c->x[low]) / step : 1.0;
    *mean = x + c->beyond[low] + fmin(way, 1.0) * (c->beyond[high] - c->beyond[low]);
    return hr_exp(c->log_chance[low] + way * (c->log_chance[high] - c->log_chance[low]));
}

/* ---- how many large ones it takes */

/* The large ones that were there before the last: each server has `each` and n of them one more. Of
 * what was on a server when that one came, the part that is left: `least` and, in cells of
 * (1 - least) / CELLS, what is beyond that; summed over these n. */
enum { CELLS = 8, MOST_CELLS = CELLS * HR_MAX_SERVERS };
typedef struct rests {
    unsigned each, n;
    double least;
    double chance[MOST_CELLS]; /* of cell i, see rest_of */
} rests;

static double rest_of(const rests *rest, unsigned cell)
{
    return rest->n * rest->least + (1.0 - rest->least) * (cell + 0.5 * rest->n) / CELLS;
}

static unsigned n_cells_of(const rests *rest)
{
    return rest->n * (CELLS - 1) + 1;
}

/* Mean duration of the large ones, or of the others, each by its load. */
static double mean_duration(const hr_tilt_planning *plan, bool of_large)
{
    const double *alive = plan->alive + plan->busiest * (size_t)plan->c->n_classes;
    double load = 0.0, started = 0.0;
    for (unsigned i = 0; i < plan->cut.n_strata; i++) {
        const hr_tilt_stratum *s = &plan->cut.strata[i];
        const unsigned k = plan->cut.class_of_stratum[i];
        if ((s->load >= plan->large_from) != of_large)
            continue;
        load += alive[k] * hr_tilt_share(s) * s->load;
        started += alive[k] * hr_tilt_share(s) * s->load / plan->p->classes[k].mean_duration;
    }
    return started > 0.0 ? load / started : 0.0;
}

/* What is left of all meetings after the time that a simulation from empty has lasted at most of
 * the instants: nobody is older. */
static double least_rest(const hr_tilt_planning *plan)
{
    const hr_configuration *c = plan->c;
    double left = 0.0;
    if (c->start != HR_START_EMPTY)
        return 0.0;
    const double oldest = hr_tilt_seconds(plan->check[plan->n_checks - 1 - plan->n_checks / 4]) -
                          hr_tilt_seconds(plan->p->begin);
    for (unsigned k = 0; k < c->n_classes; k++)
        left += c->classes[k].share * hr_law_mean_excess(&c->classes[k].duration, oldest);
    return fmin(left / plan->p->mean_duration, 1.0);
}

/* Who is alive outlives his age by the law of the age: where all last alike, whatever the law, the
 * part of the others that outlive a large one's age is uniform. Else it is a power of that, as of
 * exponential durations. From empty nobody is older than the simulation. */
static void find_rests(const hr_tilt_planning *plan, unsigned n_before, rests *out)
{
    const unsigned n_servers = plan->by_server ? 1 : plan->c->n_servers;
    const unsigned each = n_before > 0 ? (n_before - 1) / n_servers : 0;
    const unsigned n = n_before - each * n_servers;
    const double large = mean_duration(plan, true), others = mean_duration(plan, false);
    const double power = large > 0.0 ? others / large : 1.0;
    double cell[CELLS], below = 0.0;
    for (unsigned i = 0; i < CELLS; i++) {
        const double up_to = power > 0.0 ? hr_pow((i + 1.0) / CELLS, power) : 1.0;
        cell[i] = up_to - below;
        below = up_to;
    }
    out->each = each;
    out->n = n;
    out->least = least_rest(plan);
    out->chance[0] = 1.0;
    for (unsigned k = 1, end = 1; k <= n; k++, end += CELLS - 1) { /* from the last cell down */
        for (unsigned i = end + CELLS - 1; i-- > 0;) {
            double sum = 0.0;
            for (unsigned j = 0; j < CELLS && j <= i; j++)
                sum += i - j < end ? out->chance[i - j] * cell[j] : 0.0;
            out->chance[i] = sum;
        }
    }
}

/* Load of the others at which the last large meeting puts a server over its ceiling, which has room
 * for `level` beside it. The others before it stand on as many servers as they can; of what these n
 * carry beside, `rest` is left, summed in parts of a server's; newcomers go to the servers with one
 * less, as even these out, or where the n leave less than the last needs. The last one goes to the
 * server that carries least. */
static double beside(const hr_tilt_planning *plan, double level, const rests *rest, unsigned cell)
{
    const double n = hr_tilt_servers(plan);
    const double less = fmax(level - rest->each * plan->large_load, 0.0);
    const double without = (n - rest->n) * less;
    const double with = rest->n * fmax(less - plan->large_load, 0.0);
    return fmax(without / (1.0 - rest_of(rest, cell) / n), without + with);
}

/* The chance that the others load as much as a last one asks for, beside which a ceiling has room
 * for `level`; and their mean load then, times that chance. */
static double chance_beside(const hr_tilt_planning *plan, const hr_tilt_crowd *crowd,
                            const rests *rest, double level, double *load)
{
    double chance = 0.0;
    *load = 0.0;
    for (unsigned i = 0; i < n_cells_of(rest); i++) {
        double mean = 0.0;
        const double x = beside(plan, level, rest, i);
        const double each = rest->chance[i] * chance_beyond(crowd, x, &mean);
        chance += each;
        *load += each * mean;
    }
    return chance;
}

/* A tilt of the others. */
typedef struct tilting {
    double theta, sigma;
    hr_tilt_cumulants of;
} tilting;

static tilting tilting_to(const hr_tilt_planning *plan, const hr_tilt_crowd *crowd, double x)
{
    tilting t = {.theta = hr_tilt_theta_for(plan, crowd->group, x)};
    t.of = hr_tilt_cumulants_of(plan, crowd->group, t.theta);
    t.sigma = sqrt(t.of.second);
    return t;
}

/* E[w^2; X > x] of replications that are drawn by the tilt, w = exp(K - theta X). */
static double square_beyond(const tilting *t, double x)
{
    if (!(t->sigma > 0.0))
        return x > 0.0 ? 0.0 : 1.0;
    const double z = t->theta * t->sigma;
    return hr_exp(2.0 * (t->of.k - t->theta * t->of.first + z * z) +
                  log_above((x - t->of.first) / t->sigma + 2.0 * z));
}

static double square_beside(const hr_tilt_planning *plan, const tilting *t, const rests *rest,
                            double level)
{
    double sum = 0.0;
    for (unsigned i = 0; i < n_cells_of(rest); i++)
        sum += rest->chance[i] * square_beyond(t, beside(plan, level, rest, i));
    return sum;
}

double hr_tilt_effort_without(const hr_tilt_planning *plan, const hr_tilt_crowd *crowd,
                              double ceilings)
{
    const tilting t = tilting_to(plan, crowd, ceilings);
    return sqrt(square_beyond(&t, ceilings));
}

static double level_beside(const hr_tilt_planning *plan, double ceilings, double load)
{
    return fmax(ceilings / hr_tilt_servers(plan) - load, 0.0);
}

/* The tilt with the least variance, from none to the one whose mean is that of the others where the
 * last one does it, which is what cross-entropy asks for: what loads less than most has a great
 * weight under that. The variance is convex in theta. */
static tilting best_tilting(const hr_tilt_planning *plan, const hr_tilt_crowd *crowd,
                            const rests *rest, double level, double most)
{
    enum { TRIES = 12 };
    double low = fmin(crowd->mean, most), high = most;
    for (int i = 0; i < TRIES; i++) {
        const double a = low + (high - low) / 3.0, b = high - (high - low) / 3.0;
        const tilting less = tilting_to(plan, crowd, a), more = tilting_to(plan, crowd, b);
        if (square_beside(plan, &less, rest, level) < square_beside(plan, &more, rest, level))
            high = b;
        else
            low = a;
    }
    return tilting_to(plan, crowd, 0.5 * (low + high));
}

#define LEAST_WEIGHT 0.02 /* of one that is the last: none is left out */

hr_tilt_last hr_tilt_last_of(const hr_tilt_planning *plan, const hr_tilt_crowd *crowd,
                             double ceilings, unsigned k, double *weight)
{
    const double *alive = plan->alive + plan->busiest * (size_t)plan->c->n_classes;
    const hr_tilt_stratum *s = plan->cut.strata;
    hr_tilt_last out = {0.0, 0.0, 0.0};
    double most = 0.0, level = 0.0, square = 0.0, all = 0.0;
    rests rest;
    find_rests(plan, k - 1, &rest);
    for (unsigned i = 0; i < plan->cut.n_strata; i++) {
        const double mean = alive[plan->cut.class_of_stratum[i]] * hr_tilt_share(&s[i]);
        double load = 0.0;
        weight[i] = 0.0;
        if (s[i].load >= plan->large_from)
            weight[i] =
                chance_beside(plan, crowd, &rest, level_beside(plan, ceilings, s[i].load), &load);
        if (weight[i] > most) {
            most = weight[i];
            level = level_beside(plan, ceilings, s[i].load);
        }
        out.chance += mean * weight[i];
        out.beside += mean * load;
    }
    if (!(out.chance > 0.0))
        return out;
    const tilting t = best_tilting(plan, crowd, &rest, level, out.beside / out.chance);
    out.beside = t.of.first;
    for (unsigned i = 0; i < plan->cut.n_strata; i++) {
        const double mean = alive[plan->cut.class_of_stratum[i]] * hr_tilt_share(&s[i]);
        if (s[i].load < plan->large_from)
            continue;
        weight[i] = fmax(weight[i] / most, LEAST_WEIGHT);
        all += mean * weight[i];
        square += mean / weight[i] *
                  square_beside(plan, &t, &rest, level_beside(plan, ceilings, s[i].load));
    }
    double number = hr_tilt_group_share(plan, crowd->group);
    for (unsigned i = 2; i <= k; i++)
        number *= plan->large_alive * hr_tilt_group_share(plan, crowd->group) / i;
    out.chance *= number;
    out.effort = number * sqrt(square * all);
    return out;
}

#define NEVER_MATTERS 1e-6 /* of all together: chances of so many large ones are not looked at */

/* The fewest large ones that the group's servers cannot hold all, beside the mean of the others. */
static unsigned too_many(const hr_tilt_planning *plan, const hr_tilt_crowd *crowd, double ceilings)
{
    const double n = hr_tilt_servers(plan);
    double least = HUGE_VAL;
    for (unsigned i = 0; i < plan->cut.n_strata; i++) {
        const double load = plan->cut.strata[i].load;
        if (load >= plan->large_from)
            least = fmin(least, load);
    }
    const double each = floor((ceilings - crowd->mean) / n / least);
    return (unsigned)(n * fmin(fmax(each, 1.0), HR_TILT_MOST_HELD)) + 1;
}

unsigned hr_tilt_chances_with(const hr_tilt_planning *plan, const hr_tilt_crowd *crowd,
                              double ceilings, double chance[HR_TILT_MOST_LARGE])
{
    const double each = plan->large_alive * hr_tilt_group_share(plan, crowd->group);
    double number = 1.0, sum, mean;
    chance[0] = 1.0;
    if (isinf(plan->large_from))
        return 1;
    const unsigned most = too_many(plan, crowd, ceilings);
    chance[0] = sum = chance_beyond(crowd, ceilings, &mean);
    for (unsigned k = 1; k <= most; k++) {
        number *= each / k;
        if (!(number > 0.0) || number < NEVER_MATTERS * sum)
            return k;
        chance[k] = hr_tilt_last_of(plan, crowd, ceilings, k, plan->weight).chance;
        sum += chance[k];
    }
    return most + 1;
}

double hr_tilt_chance_of_large(const hr_tilt_planning *plan)
{
    double sum = 0.0;
    for (unsigned g = 0; isfinite(plan->large_from) && g < plan->n_groups; g++) {
        const hr_tilt_crowd crowd = hr_tilt_crowd_of(plan, g);
        double chance[HR_TILT_MOST_LARGE];
        const unsigned n = hr_tilt_chances_with(plan, &crowd, plan->high[g], chance);
        for (unsigned k = 1; k < n; k++)
            sum += chance[k];
    }
    return sum;
}
