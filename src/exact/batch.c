#include "exact/batch.h"

#include <math.h>
#include <string.h>

#include "base/quadrature.h"
#include "model/occupancy.h"
#include "model/prepared.h"

enum { MOST_COUNT = 4096 };
#define GONE 1e-18 /* P(D > age) beyond which nobody is left */

bool hr_batch_is_one(const hr_source *source)
{
    return !hr_occupancy_is_poisson(source);
}

const char *hr_batch_decline(const hr_configuration *configuration)
{
    const hr_configuration *c = configuration;
    bool has_batches = false;
    for (unsigned s = 0; s < c->n_sources; s++) {
        const hr_source *source = &c->sources[s];
        if (!hr_batch_is_one(source))
            continue;
        has_batches = true;
        if (source->kind == HR_SOURCE_POISSON_BATCH &&
            (c->start == HR_START_EMPTY || source->is_late))
            return "batches at random begin with an empty pool";
        if (source->kind != HR_SOURCE_POISSON_BATCH &&
            (!hr_law_is_constant(&source->lateness) || source->is_late))
            return "meetings of a batch are late by chance";
        if (!hr_law_is_integer(&source->count))
            return "a batch's count is no whole number";
    }
    for (unsigned k = 1; has_batches && k < c->n_classes; k++) {
        if (!hr_law_equals(&c->classes[k].duration, &c->classes[0].duration))
            return "meetings of a batch have different durations";
    }
    return NULL;
}

/* ---- counts */

/* A law on 0 .. n - 1. */
typedef struct counts {
    size_t n;
    double *share;
} counts;

static hr_status count_law(const hr_law *law, hr_arena *arena, counts *o, const char **why,
                           hr_err *err)
{
    hr_status st = HR_OK;
    size_t n = 0;
    const double *value = NULL, *share = NULL;
    double most = 0.0;
    HR_TRY(hr_law_tabulate(law, arena, &n, &value, &share, err));
    for (size_t i = 0; i < n; i++)
        most = fmax(most, value[i]);
    if (most > MOST_COUNT) {
        *why = "a batch may have too many meetings";
        return HR_OK;
    }
    o->n = (size_t)most + 1;
    HR_TAKE(o->share, arena, o->n);
    for (size_t i = 0; i < n; i++)
        o->share[(size_t)value[i]] += share[i];
out:
    return st;
}

/* Adds factor times the law of how many are left when each stays with probability `stay`: Horner's
 * rule for the generating function. */
static void add_left(const counts *o, double stay, double factor, double *scratch, double *left)
{
    memset(scratch, 0, o->n * sizeof *scratch);
    for (size_t n = o->n; n-- > 0;) {
        for (size_t j = o->n - 1; j > 0; j--)
            scratch[j] = scratch[j] * (1.0 - stay) + scratch[j - 1] * stay;
        scratch[0] = scratch[0] * (1.0 - stay) + o->share[n];
    }
    for (size_t j = 0; j < o->n; j++)
        left[j] += factor * scratch[j];
}

/* ---- ages of batches at random */

/* Durations of a table: nobody leaves between two of its values. */
static void integrate_table(const hr_law *law, const counts *o, double weight, double rate,
                            double *scratch, double *left)
{
    const bool is_one = law->kind == HR_LAW_CONSTANT;
    double from = 0.0;
    for (;;) {
        double to = HUGE_VAL;
        for (size_t i = 0; i < (is_one ? 1 : law->n); i++) {
            const double value = is_one ? law->a : law->value[i];
            to = value > from ? fmin(to, value) : to;
        }
        if (isinf(to))
            return;
        add_left(o, weight * hr_law_survival(law, from), rate * (to - from), scratch, left);
        from = to;
    }
}

/* By quadrature on panels that are short where the law may be steep. */
static void integrate_ages(const hr_law *law, const counts *o, double weight, double rate,
                           double *scratch, double *left)
{
    const double mean = hr_law_mean(law);
    double width = mean * 0x1p-10;
    for (double from = 0.0; hr_law_survival(law, from) > GONE; from += width) {
        width = fmin(fmax(width, 0.5 * from), 0.25 * mean);
        for (int i = 0; i < HR_QUADRATURE_NODES; i++) {
            const double age = from + 0.5 * width * (1.0 + hr_quadrature_node[i]);
            add_left(o, weight * hr_law_survival(law, age),
                     0.5 * rate * width * hr_quadrature_weight[i], scratch, left);
        }
    }
}

/* ---- loads of several meetings */

/* Law of the load of one meeting of any class: dense, in spans. */
static hr_status one_load(const hr_load_asked *asked, hr_arena *arena, counts *one, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = asked->configuration;
    const hr_loads *loads = asked->loads;
    double *law = NULL, sum = 0.0;
    one->n = loads->n == 0 ? 1 : (size_t)(loads->load[loads->n - 1] / loads->span) + 1;
    HR_TAKE(law, arena, one->n);
    for (size_t i = 0; i < loads->n_shares; i++) {
        const hr_load_share *s = &loads->shares[i];
        const double share = c->classes[s->class].share * s->share;
        law[s->load / loads->span] += share;
        sum += share;
    }
    law[0] += fmax(1.0 - sum, 0.0); /* meetings that are another pool's */
    one->share = law;
out:
    return st;
}

/* `to` = `law` convolved with `one`, both of at most n_to points kept. */
static void convolve(const double *law, size_t n_law, const double *one, size_t n_one, double *to,
                     size_t n_to)
{
    memset(to, 0, n_to * sizeof *to);
    for (size_t b = 0; b < n_one; b++) {
        if (!(one[b] > 0.0))
            continue;
        for (size_t i = 0; i < n_law && i + b < n_to; i++)
            to[i + b] += law[i] * one[b];
    }
}

/* Adds left[j] times the law of the load of j meetings, j > 0, into sum [n]. */
static void add_powers(const double *left, size_t n_left, const double *one, size_t n_one,
                       double *power, double *next, double *sum, size_t n)
{
    memset(power, 0, n * sizeof *power);
    power[0] = 1.0;
    for (size_t j = 1; j < n_left; j++) {
        convolve(power, (j - 1) * (n_one - 1) + 1 < n ? (j - 1) * (n_one - 1) + 1 : n, one, n_one,
                 next, n);
        for (size_t i = 0; i < n; i++)
            sum[i] += left[j] * next[i];
        double *swap = power;
        power = next;
        next = swap;
    }
}

/* The jumps there are, and mean [n] at multiples of the span. */
static hr_status merge_jumps(hr_jumps *jumps, const double *mean, size_t n, int64_t span,
                             hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    int64_t *load = NULL;
    double *all = NULL;
    size_t kept = 0;
    HR_TAKE(load, arena, n + jumps->n);
    HR_TAKE(all, arena, n + jumps->n);
    for (size_t i = 1, j = 0; i < n || j < jumps->n;) {
        const int64_t mine = i < n ? (int64_t)i * span : INT64_MAX;
        const int64_t theirs = j < jumps->n ? jumps->load[j] : INT64_MAX;
        const double sum =
            (mine <= theirs ? mean[i] : 0.0) + (theirs <= mine ? jumps->mean[j] : 0.0);
        if (sum > 0.0) {
            load[kept] = mine < theirs ? mine : theirs;
            all[kept++] = sum;
        }
        const bool both = mine == theirs;
        i += mine < theirs || both;
        j += theirs < mine || both;
    }
    *jumps = (hr_jumps){kept, load, all, span};
out:
    return st;
}

static hr_status add_source(const hr_load_asked *asked, unsigned s, const hr_exact_effort *effort,
                            hr_arena *arena, hr_jumps *jumps, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = asked->configuration;
    const double weight = asked->weight;
    const hr_law *law = &c->classes[0].duration;
    const bool is_table = law->kind == HR_LAW_CONSTANT || law->kind == HR_LAW_TABLE;
    counts o = {0}, one = {0};
    double *scratch = NULL, *left = NULL, *power = NULL, *next = NULL, *sum = NULL;
    HR_TRY(count_law(&c->sources[s].count, arena, &o, why, err));
    if (*why != NULL)
        return HR_OK;
    HR_TAKE(scratch, arena, o.n);
    HR_TAKE(left, arena, o.n);
    if (is_table)
        integrate_table(law, &o, weight, c->sources[s].rate, scratch, left);
    else
        integrate_ages(law, &o, weight, c->sources[s].rate, scratch, left);
    HR_TRY(one_load(asked, arena, &one, err));
    const double n = (double)(o.n - 1) * (double)(one.n - 1) + 1.0;
    if (!hr_exact_may(effort, n, n * (double)o.n * (double)asked->loads->n, why))
        return HR_OK;
    HR_TAKE(power, arena, (size_t)n);
    HR_TAKE(next, arena, (size_t)n);
    HR_TAKE(sum, arena, (size_t)n);
    add_powers(left, o.n, one.share, one.n, power, next, sum, (size_t)n);
    HR_TRY(merge_jumps(jumps, sum, (size_t)n, asked->loads->span, arena, err));
out:
    return st;
}

hr_status hr_batch_add_jumps(const hr_load_asked *asked, const hr_exact_effort *effort,
                             hr_arena *arena, hr_jumps *jumps, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *configuration = asked->configuration;
    for (unsigned s = 0; s < configuration->n_sources && *why == NULL; s++) {
        if (configuration->sources[s].kind == HR_SOURCE_POISSON_BATCH)
            HR_TRY(add_source(asked, s, effort, arena, jumps, why, err));
    }
out:
    return st;
}

/* ---- batches at given times */

/* Law of the sum with one batch of which each meeting is there with probability `stay`. */
static hr_status add_epoch(const counts *o, double stay, const counts *one,
                           const hr_exact_effort *effort, hr_arena *arena, hr_lattice *lattice,
                           const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    double *thin = NULL, *law = NULL, *next = NULL, *sum = NULL;
    const double n_law = (double)(o->n - 1) * (double)(one->n - 1) + 1.0;
    const double n = n_law + (double)lattice->n;
    if (!hr_exact_may(effort, n, n_law * ((double)o->n * (double)one->n + (double)lattice->n), why))
        return HR_OK;
    HR_TAKE(thin, arena, one->n);
    HR_TAKE(law, arena, (size_t)n_law);
    HR_TAKE(next, arena, (size_t)n_law);
    HR_TAKE(sum, arena, (size_t)n);
    for (size_t b = 0; b < one->n; b++)
        thin[b] = stay * one->share[b] + (b == 0 ? 1.0 - stay : 0.0);
    for (size_t c = o->n, used = 1; c-- > 0; used += one->n - 1) { /* Horner, as in add_left */
        convolve(law, used < (size_t)n_law ? used : (size_t)n_law, thin, one->n, next,
                 (size_t)n_law);
        double *swap = law;
        law = next;
        next = swap;
        law[0] += o->share[c];
    }
    convolve(lattice->p, lattice->n, law, (size_t)n_law, sum, (size_t)n);
    lattice->p = sum;
    lattice->n = (size_t)n;
out:
    return st;
}

/* The epochs of a source that are at t or before and may be felt there, latest first. */
static double epoch_at(const hr_source *source, double t, double number)
{
    const double first = source->offset + hr_law_mean(&source->lateness);
    if (source->kind == HR_SOURCE_SINGLE_BATCH)
        return number > 0.0 || first > t ? -HUGE_VAL : first;
    return first + (floor((t - first) / source->period) - number) * source->period;
}

static bool is_before(const hr_configuration *c, double epoch)
{
    const double begin = ((double)c->prepared->begin - (double)HR_TICK_ZERO) / HR_TICKS_PER_SECOND;
    return c->start == HR_START_EMPTY && epoch < begin;
}

hr_status hr_batch_add_epochs(const hr_load_asked *asked, const hr_exact_effort *effort,
                              hr_arena *arena, hr_lattice *lattice, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = asked->configuration;
    const double t = asked->time;
    const hr_law *law = &c->classes[0].duration;
    for (unsigned s = 0; s < c->n_sources && *why == NULL; s++) {
        counts o = {0}, one = {0};
        if (!hr_batch_is_one(&c->sources[s]) || c->sources[s].kind == HR_SOURCE_POISSON_BATCH)
            continue;
        HR_TRY(count_law(&c->sources[s].count, arena, &o, why, err));
        HR_TRY(one_load(asked, arena, &one, err));
        for (double k = 0.0; *why == NULL; k += 1.0) {
            const double epoch = epoch_at(&c->sources[s], t, k);
            const double stay = isinf(epoch) ? 0.0 : hr_law_survival(law, t - epoch);
            if (!(stay > GONE) || is_before(c, epoch))
                break;
            HR_TRY(add_epoch(&o, asked->weight * stay, &one, effort, arena, lattice, why, err));
        }
    }
out:
    return st;
}

double hr_batch_mean(const hr_configuration *configuration, unsigned source, double t)
{
    const hr_configuration *c = configuration;
    const hr_source *row = &c->sources[source];
    const hr_law *law = &c->classes[0].duration;
    const double count = hr_law_mean(&row->count);
    double sum = 0.0;
    if (row->kind == HR_SOURCE_POISSON_BATCH)
        return row->rate * count * hr_law_mean(law);
    for (double k = 0.0;; k += 1.0) {
        const double epoch = epoch_at(row, t, k);
        const double stay = isinf(epoch) ? 0.0 : hr_law_survival(law, t - epoch);
        if (!(stay > GONE) || is_before(c, epoch))
            break;
        sum += count * stay;
    }
    return sum;
}
