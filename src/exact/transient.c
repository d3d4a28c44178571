#include "exact/transient.h"

#include <math.h>
#include <string.h>

#include "base/real.h"
#include "model/prepared.h"

#define TAIL 1e-24 /* of a Poisson law: terms left out */

const char *hr_transient_decline(const hr_configuration *configuration)
{
    for (unsigned s = 0; s < configuration->n_sources; s++) {
        const hr_source *source = &configuration->sources[s];
        if (source->kind == HR_SOURCE_POISSON_BATCH)
            return "meetings come in batches at random times";
        if (source->kind >= HR_SOURCE_CLOCK_BATCH && !hr_law_is_constant(&source->lateness))
            return "meetings of a batch are late by chance";
        if (source->is_late)
            return "a source begins late";
    }
    return NULL;
}

/* ---- one stretch at constant rates */

typedef struct stretch {
    hr_transient *t;
    double arrivals; /* 1/s */
    double greatest; /* rate out of any state */
    bool stops;
} stretch;

static double row_sum(const hr_chain_rows *rows, size_t i)
{
    double sum = 0.0;
    for (uint32_t e = rows->start[i]; e < rows->start[i + 1]; e++)
        sum += rows->to[e] != i ? rows->weight[e] : 0.0;
    return sum;
}

static double greatest_rate(const hr_chain *chain, double arrivals)
{
    double greatest = 0.0;
    for (size_t i = 0; i < chain->n_states; i++)
        greatest =
            fmax(greatest, arrivals * row_sum(&chain->arrive, i) + row_sum(&chain->leave, i));
    return greatest;
}

/* What leaves state i by `rows`, each entry weighted, into next; the sum that left. */
static double scatter(const hr_chain_rows *rows, size_t i, double mass, double *next)
{
    double left = 0.0;
    for (uint32_t e = rows->start[i]; e < rows->start[i + 1]; e++) {
        if (rows->to[e] == i)
            continue;
        next[rows->to[e]] += mass * rows->weight[e];
        left += rows->weight[e];
    }
    return left;
}

/* next = p (I + Q / greatest) */
static void step(const stretch *s, const double *p, double *next)
{
    const hr_chain *chain = s->t->chain;
    memset(next, 0, chain->n_states * sizeof *next);
    for (size_t i = 0; i < chain->n_states; i++) {
        double stay = 1.0;
        if (!(p[i] > 0.0))
            continue;
        if (!s->stops || !s->t->stops[i]) {
            const double come = s->arrivals / s->greatest;
            stay -= come * scatter(&chain->arrive, i, come * p[i], next);
            stay -= scatter(&chain->leave, i, p[i] / s->greatest, next) / s->greatest;
        }
        next[i] += fmax(stay, 0.0) * p[i];
    }
}

static hr_status advance(stretch *s, double lasts, const hr_exact_effort *effort, hr_arena *arena,
                         const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    hr_transient *t = s->t;
    const size_t n = t->chain->n_states;
    s->greatest = greatest_rate(t->chain, s->arrivals);
    const double mean = s->greatest * lasts;
    if (!(mean > 0.0))
        return HR_OK;
    const size_t most = (size_t)(mean + 12.0 * sqrt(mean) + 60.0);
    double *weight = NULL, *power = NULL, *next = NULL, *sum = NULL;
    const double entries =
        (double)t->chain->arrive.start[n] + (double)t->chain->leave.start[n] + (double)n;
    t->work += (double)most * entries;
    if (t->work > effort->work) {
        *why = "the window is too long for so many states";
        return HR_OK;
    }
    HR_TAKE(weight, arena, most);
    HR_TAKE(power, arena, n);
    HR_TAKE(next, arena, n);
    HR_TAKE(sum, arena, n);
    hr_poisson_weights(mean, 0.0, most, weight);
    memcpy(power, t->p, n * sizeof *power);
    for (size_t k = 0; k < most && (k < (size_t)mean || weight[k] > TAIL); k++) {
        for (size_t i = 0; i < n; i++)
            sum[i] += weight[k] * power[i];
        step(s, power, next);
        double *swap = power;
        power = next;
        next = swap;
    }
    memcpy(t->p, sum, n * sizeof *sum);
out:
    return st;
}

/* ---- rates that move */

static double rate_at(const hr_configuration *c, double t)
{
    double rate = 0.0;
    for (unsigned s = 0; s < c->n_sources; s++)
        rate += c->sources[s].kind <= HR_SOURCE_PIECEWISE ? hr_source_rate(&c->sources[s], t) : 0.0;
    return rate;
}

/* The longest step over which rates may be held; infinite where they are constant. */
static double longest_step(const hr_transient *t)
{
    double longest = HUGE_VAL;
    for (unsigned s = 0; s < t->configuration->n_sources; s++) {
        const hr_source *source = &t->configuration->sources[s];
        if (source->kind == HR_SOURCE_SINUSOID)
            longest = fmin(longest, source->period / t->pieces);
    }
    return longest;
}

/* From t->time to `to`, with no batch and no jump of a rate on the way. */
static hr_status go_smoothly(hr_transient *t, double to, const hr_exact_effort *effort,
                             hr_arena *arena, const char **why, hr_err *err)
{
    static const double place = 0.21132486540518711775; /* 1/2 - sqrt(3)/6 */
    static const double first = 0.53867513459481288225; /* 1/4 + sqrt(3)/6 */
    hr_status st = HR_OK;
    hr_arena scratch = {0};
    const double longest = longest_step(t);
    const double n = isinf(longest) ? 1.0 : fmax(ceil((to - t->time) / longest), 1.0);
    const double h = (to - t->time) / n, begin = t->time;
    const bool stops = t->stops != NULL && begin >= t->from;
    (void)arena;
    for (double i = 0.0; i < n && *why == NULL; i += 1.0) {
        const double at = begin + i * h;
        const double early = rate_at(t->configuration, at + place * h);
        const double late = rate_at(t->configuration, at + (1.0 - place) * h);
        stretch one = {t, 2.0 * (first * early + (0.5 - first) * late), 0.0, stops};
        stretch other = {t, 2.0 * ((0.5 - first) * early + first * late), 0.0, stops};
        hr_arena_reset(&scratch);
        if (isinf(longest)) {
            one.arrivals = rate_at(t->configuration, at + 0.5 * h);
            HR_TRY(advance(&one, h, effort, &scratch, why, err));
            continue;
        }
        HR_TRY(advance(&one, 0.5 * h, effort, &scratch, why, err));
        HR_TRY(advance(&other, 0.5 * h, effort, &scratch, why, err));
    }
    t->time = to;
out:
    hr_arena_free(&scratch);
    return st;
}

/* ---- batches */

/* next = p A: one more meeting is placed. */
static void place_one(const hr_transient *t, bool stops, const double *p, double *next)
{
    const hr_chain *chain = t->chain;
    memset(next, 0, chain->n_states * sizeof *next);
    for (size_t i = 0; i < chain->n_states; i++) {
        double stay = 1.0;
        if (!(p[i] > 0.0))
            continue;
        if (!stops || !t->stops[i])
            stay -= scatter(&chain->arrive, i, p[i], next);
        next[i] += fmax(stay, 0.0) * p[i];
    }
}

static hr_status place_batch(hr_transient *t, const hr_law *count, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena scratch = {0};
    const size_t n = t->chain->n_states;
    const bool stops = t->stops != NULL && t->time >= t->from;
    size_t n_values = 0;
    const double *value = NULL, *share = NULL;
    double *power = NULL, *next = NULL, *sum = NULL, placed = 0.0;
    HR_TAKE(power, &scratch, n);
    HR_TAKE(next, &scratch, n);
    HR_TAKE(sum, &scratch, n);
    HR_TRY(hr_law_tabulate(count, &scratch, &n_values, &value, &share, err));
    memcpy(power, t->p, n * sizeof *power);
    for (size_t v = 0; v < n_values; v++) { /* ascending */
        for (; placed < value[v]; placed += 1.0) {
            place_one(t, stops, power, next);
            double *swap = power;
            power = next;
            next = swap;
        }
        for (size_t i = 0; i < n; i++)
            sum[i] += share[v] * power[i];
    }
    memcpy(t->p, sum, n * sizeof *sum);
out:
    hr_arena_free(&scratch);
    return st;
}

/* ---- one event after the other */

static double next_repeat(double first, double period, double after)
{
    const double next = first + (floor((after - first) / period) + 1.0) * period;
    return next > after ? next : next + period;
}

/* The next time after `after` (or at it, where `included`) at which a source's batch is due. */
static double next_batch(const hr_source *source, double after, bool included)
{
    const double first = source->offset + hr_law_mean(&source->lateness);
    if (source->kind == HR_SOURCE_SINGLE_BATCH)
        return first > after || (included && first >= after) ? first : HUGE_VAL;
    if (source->kind != HR_SOURCE_CLOCK_BATCH)
        return HUGE_VAL;
    const double turns = (after - first) / source->period;
    return included && turns >= floor(turns) && turns <= floor(turns)
               ? after
               : next_repeat(first, source->period, after);
}

static double next_jump(const hr_source *source, double after)
{
    double next = HUGE_VAL;
    for (unsigned i = 0; source->kind == HR_SOURCE_PIECEWISE && i <= source->n_pieces; i++) {
        if (source->period > 0.0)
            next = fmin(next, next_repeat(source->edges[i], source->period, after));
        else if (source->edges[i] > after)
            next = fmin(next, source->edges[i]);
    }
    return next;
}

static void note_edge(hr_transient *t)
{
    double edge = 0.0;
    for (size_t i = 0; i < t->chain->n_states; i++) {
        const bool is_stopped = t->stops != NULL && t->stops[i];
        edge += t->chain->total[i] == t->chain->model.most && !is_stopped ? t->p[i] : 0.0;
    }
    t->edge = fmax(t->edge, edge);
}

hr_status hr_transient_go(hr_transient *transient, double to, const hr_exact_effort *effort,
                          hr_arena *arena, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    hr_transient *t = transient;
    const hr_configuration *c = t->configuration;
    bool included = true; /* batches at the beginning */
    while (*why == NULL) {
        double stop = to;
        for (unsigned s = 0; s < c->n_sources; s++) {
            const hr_source *source = &c->sources[s];
            const bool is_due = next_batch(source, t->time, included) <= t->time;
            HR_TRY(is_due ? place_batch(t, &source->count, err) : HR_OK);
            if (is_due)
                note_edge(t);
            stop = fmin(stop, fmin(next_batch(source, t->time, false), next_jump(source, t->time)));
        }
        if (t->stops != NULL && t->from > t->time)
            stop = fmin(stop, t->from);
        if (!(t->time < to))
            break;
        HR_TRY(go_smoothly(t, stop, effort, arena, why, err));
        note_edge(t);
        included = true;
        if (!(t->time < to))
            break;
    }
out:
    return st;
}
