#include "model/tilt_cluster.h"

#include <math.h>

#include "base/real.h"

enum { MOST_COUNT = 4096, MOST_CELLS = 512, MOST_STEPS = 256, LAST_COUNT = 1 << 20 };
#define MOST_EXPONENT 600.0   /* of G, and of a Poisson count's mean: doubles hold e^700 */
#define LAST_TERM     1e-17   /* of a sum that goes on without end */
#define NEAREST_POLE  0.995   /* of the way to it */
#define OLDEST        0x1p-44 /* chance to reach this age, of any meeting */

/* ---- counts */

static double more_of_table(const hr_tilt_batches *b, double m, double slope[2])
{
    double sum = 0.0, first = 0.0, second = 0.0;
    double more = 0.0, before = 0.0,
           earlier = 0.0; /* (1 + m)^k - 1, (1 + m)^(k - 1), and (k - 2) */
    for (unsigned k = 0; k < b->n; k++) {
        sum += b->share[k] * more;
        first += b->share[k] * k * before;
        second += b->share[k] * k * (k - 1.0) * earlier;
        earlier = before;
        before = 1.0 + more;
        more += m + m * more;
    }
    if (slope != NULL) {
        slope[0] = first;
        slope[1] = second;
    }
    return sum;
}

double hr_tilt_batch_more(const hr_tilt_batches *b, double m, double slope[2])
{
    const double a = b->count->a;
    if (b->count->kind == HR_LAW_POISSON) {
        const double whole = hr_exp(a * m);
        if (slope != NULL) {
            slope[0] = a * whole;
            slope[1] = a * a * whole;
        }
        return hr_expm1(a * m);
    }
    if (b->count->kind == HR_LAW_GEOMETRIC) { /* G(1 + m) = a (1 + m) / (1 - (1 - a)(1 + m)) */
        const double left = a - (1.0 - a) * m;
        if (slope != NULL) {
            slope[0] = a / (left * left);
            slope[1] = 2.0 * (1.0 - a) * slope[0] / left;
        }
        return m / left;
    }
    return more_of_table(b, m, slope);
}

/* P(k), or 0 to make it from the one before. */
static double share_of(const hr_tilt_batches *b, unsigned k, double before)
{
    const double a = b->count->a;
    if (b->count->kind == HR_LAW_POISSON)
        return k == 0 ? hr_exp(-a) : before * a / k;
    if (b->count->kind == HR_LAW_GEOMETRIC)
        return k == 0 ? 0.0 : k == 1 ? a : before * (1.0 - a);
    return k < b->n ? b->share[k] : 0.0;
}

unsigned hr_tilt_batch_count(const hr_tilt_batches *b, double m, double place)
{
    const double asked = place * hr_tilt_batch_more(b, m, NULL);
    const bool is_table = b->n > 0;
    const unsigned n = is_table ? b->n : (unsigned)LAST_COUNT;
    double share = 0.0, more = 0.0, sum = 0.0;
    unsigned last = 1;
    for (unsigned k = 0; k < n && sum < asked; k++) {
        share = share_of(b, k, share);
        const double term = share * more;
        if (!is_table && sum > 0.0 && term < LAST_TERM * sum)
            break;
        sum += term;
        last = term > 0.0 ? k : last;
        more += m + m * more;
    }
    return last;
}

static hr_status make_counts(hr_tilt_batches *b, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const double *value = NULL, *share = NULL;
    double *dense = NULL;
    size_t n = 0;
    unsigned last = 0;
    b->most = 1.0 + MOST_EXPONENT / b->count->a;
    if (b->count->kind == HR_LAW_POISSON)
        return HR_OK;
    if (b->count->kind == HR_LAW_GEOMETRIC) {
        /* all of it where every batch is a single meeting */
        b->most = b->count->a < 1.0 ? NEAREST_POLE / (1.0 - b->count->a) : MOST_EXPONENT;
        return HR_OK;
    }
    HR_TRY(hr_law_tabulate(b->count, arena, &n, &value, &share, err));
    for (size_t i = 0; i < n; i++)
        last = value[i] > last ? (unsigned)value[i] : last;
    HR_TAKE(dense, arena, last + 1);
    for (size_t i = 0; i < n; i++)
        dense[(unsigned)value[i]] += share[i];
    b->n = last + 1;
    b->share = dense;
    b->most = hr_exp(fmin(MOST_EXPONENT / fmax(last, 1.0), 40.0));
out:
    return st;
}

static bool has_few_counts(const hr_law *count)
{
    if (count->kind == HR_LAW_GEOMETRIC || count->kind == HR_LAW_POISSON)
        return hr_law_mean(count) <= MOST_EXPONENT;
    return hr_law_quantile(count, 1.0 - 0x1p-50) <= MOST_COUNT;
}

/* ---- ages */

/* Do meetings end at a few times after they began? */
static bool has_steps(const hr_law *duration)
{
    return hr_law_is_integer(duration) || duration->kind == HR_LAW_TABLE;
}

const char *hr_tilt_cluster_decline(const hr_configuration *c)
{
    size_t n = 0;
    for (unsigned i = 0; i < c->n_sources; i++) {
        if (c->sources[i].kind == HR_SOURCE_POISSON_BATCH && !has_few_counts(&c->sources[i].count))
            return "batches of thousands of meetings are not aimed at";
    }
    for (unsigned k = 0; k < c->n_classes; k++) {
        const hr_law *duration = &c->classes[k].duration;
        if (has_steps(duration) && !hr_law_is_constant(duration))
            n += duration->kind == HR_LAW_TABLE ? duration->n : (size_t)MOST_STEPS;
        n += 2;
    }
    return n > MOST_STEPS ? "durations of many values in batches are not aimed at" : NULL;
}

/* The next age after `from` at which the chance to last is not smooth; infinite without. */
static double next_step(const hr_configuration *c, double from)
{
    double next = HUGE_VAL;
    for (unsigned k = 0; k < c->n_classes; k++) {
        const hr_law *d = &c->classes[k].duration;
        for (size_t i = 0; d->kind == HR_LAW_TABLE && i < d->n; i++)
            next = d->value[i] > from ? fmin(next, d->value[i]) : next;
        if ((d->kind == HR_LAW_CONSTANT || d->kind == HR_LAW_UNIFORM) && d->a > from)
            next = fmin(next, d->a);
        if (d->kind == HR_LAW_UNIFORM && d->b > from)
            next = fmin(next, d->b);
    }
    return next;
}

static bool may_last(const hr_configuration *c, double age)
{
    for (unsigned k = 0; k < c->n_classes; k++) {
        if (c->classes[k].share > 0.0 && hr_law_survival(&c->classes[k].duration, age) > OLDEST)
            return true;
    }
    return false;
}

/* Cells that grow from the youngest age on, because some laws have no slope there, and no further
 * than to where the chance to last jumps. */
static unsigned cut_ages(const hr_configuration *c, double *age)
{
    double shortest = HUGE_VAL, longest = 0.0;
    unsigned n = 0;
    for (unsigned k = 0; k < c->n_classes; k++) {
        const double mean = hr_law_mean(&c->classes[k].duration);
        shortest = fmin(shortest, mean);
        longest = fmax(longest, mean);
    }
    const double even = fmax(shortest / 16.0, longest / 128.0);
    age[0] = 0.0;
    while (n < MOST_CELLS && (n == 0 || may_last(c, age[n]))) {
        const double from = age[n], left = next_step(c, from) - from;
        const double width = fmin(fmax(from, shortest * 0x1p-12), fmax(even, from / 8.0));
        age[n + 1] = from + (width * 1.01 < left ? width : left);
        n++;
    }
    return n;
}

hr_status hr_tilt_clusters_make(const hr_configuration *c, hr_arena *arena,
                                const hr_tilt_clusters **out, hr_err *err)
{
    hr_status st = HR_OK;
    hr_tilt_clusters *clusters = NULL;
    hr_tilt_batches *batches = NULL;
    double *age = NULL;
    *out = NULL;
    HR_TAKE(clusters, arena, 1);
    HR_TAKE(batches, arena, c->n_sources);
    for (unsigned i = 0; i < c->n_sources; i++) {
        const hr_source *source = &c->sources[i];
        if (source->kind != HR_SOURCE_POISSON_BATCH || !(source->rate > 0.0) ||
            !(hr_law_mean(&source->count) > 0.0))
            continue;
        batches[clusters->n] =
            (hr_tilt_batches){.source = i, .rate = source->rate, .count = &source->count};
        HR_TRY(make_counts(&batches[clusters->n++], arena, err));
    }
    if (clusters->n == 0)
        return HR_OK;
    HR_TAKE(age, arena, MOST_CELLS + 1);
    clusters->batches = batches;
    clusters->n_cells = cut_ages(c, age);
    clusters->age = age;
    *out = clusters;
out:
    return st;
}
