#include "estimate/estimate.h"

#include <math.h>

#include "base/real.h"
#include "estimate/moment.h"
#include "estimate/weighted.h"

/* Where replication values are common enough for the central limit theorem to be believed: at
 * least ENOUGH replications contribute, or half of all (a short run in which nothing is rare). */
enum { ENOUGH = 100 };

static bool is_common(double contributing, uint64_t n)
{
    return n >= 2 && (contributing >= ENOUGH || 2.0 * contributing >= (double)n);
}

static hr_estimate nothing(uint64_t n, uint64_t hits)
{
    const double nan = (double)NAN;
    return (hr_estimate){
        .value = nan, .lower = nan, .upper = nan, .standard_error = nan, .hits = hits, .n = n};
}

/* ---- binomial intervals */

/* Clopper and Pearson 1934 with beta quantiles; `successes` may be a fraction, see below. */
static void beta_interval(double successes, double n, double alpha, double *lower, double *upper)
{
    const double failures = n - successes, half = 0.5 * alpha;
    if (successes <= 0.0)
        *lower = 0.0;
    else
        *lower = failures <= 0.0 ? hr_exp(hr_log(half) / n)
                                 : hr_beta_p_inverse(successes, failures + 1.0, half);
    if (failures <= 0.0)
        *upper = 1.0;
    else
        *upper = successes <= 0.0 ? -hr_expm1(hr_log(half) / n)
                                  : hr_beta_p_inverse(successes + 1.0, failures, 1.0 - half);
}

void hr_clopper_pearson(uint64_t hits, uint64_t n, double alpha, double *lower, double *upper)
{
    *lower = 0.0;
    *upper = 1.0;
    if (n > 0)
        beta_interval((double)hits, (double)n, alpha, lower, upper);
}

/* ---- point estimates and standard errors, in the outcome's unit */

/* The variance of x - g y over replications, from sums: A - 2 g B + g^2 C. */
static double residual_variance(const hr_cell *cell, uint64_t n, double g)
{
    if (n < 2)
        return (double)NAN;
    const double a = hr_moment_difference(n, cell->xx, cell->x, cell->x);
    const double b = hr_moment_difference(n, cell->xy, cell->x, cell->y);
    const double c = hr_moment_difference(n, cell->yy, cell->y, cell->y);
    return fmax(a - 2.0 * g * b + g * g * c, 0.0) / ((double)n * ((double)n - 1.0));
}

static hr_estimate point_mean(const hr_cell *cell, uint64_t n, double scale)
{
    const double m = (double)n;
    return (hr_estimate){.value = (double)cell->x / m / scale,
                         .standard_error = sqrt(residual_variance(cell, n, 0.0) / m) / scale,
                         .hits = cell->hits,
                         .n = n};
}

/* Delta method: the residual x - r y has mean 0. */
static hr_estimate point_ratio(const hr_cell *cell, uint64_t n, double scale)
{
    const double m = (double)n, y = (double)cell->y;
    const double ratio = (double)cell->x / y;
    const double error = sqrt(residual_variance(cell, n, ratio) / m) / (y / m);
    return (hr_estimate){
        .value = ratio / scale, .standard_error = error / scale, .hits = cell->hits, .n = n};
}

/* mean(x) - mean(y)^2 with the bias -Var(mean y) taken out; delta method with slope 2 mean(y). */
static hr_estimate point_variance(const hr_cell *cell, uint64_t n, double scale)
{
    const double m = (double)n, square = scale * scale;
    double value = hr_moment_difference(n, cell->x, cell->y, cell->y) / (m * m);
    if (n > 1)
        value += hr_moment_difference(n, cell->yy, cell->y, cell->y) / (m * m * (m - 1.0));
    const double slope = 2.0 * (double)cell->y / m;
    return (hr_estimate){.value = value / square,
                         .standard_error = sqrt(residual_variance(cell, n, slope) / m) / square,
                         .hits = cell->hits,
                         .n = n};
}

/* ---- intervals */

static void student(hr_estimate *e, double error, double degrees, double alpha)
{
    const double reach = hr_student_quantile(1.0 - 0.5 * alpha, degrees) * error;
    e->lower = e->value - reach;
    e->upper = e->value + reach;
    e->is_rough = degrees + 1.0 < ENOUGH;
}

/* Interval of the mean of the contributions of the `hits` replications that have one. */
static void contribution(const hr_cell *cell, double alpha, double *lower, double *upper)
{
    *lower = 0.0;
    *upper = HUGE_VAL; /* one contribution, or none, says nothing about their spread */
    if (cell->hits < 2)
        return;
    const double h = (double)cell->hits, mean = (double)cell->x / h;
    const double spread = hr_moment_difference(cell->hits, cell->xx, cell->x, cell->x);
    const double error = sqrt(spread / (h * h * (h - 1.0)));
    const double reach = hr_student_quantile(1.0 - 0.5 * alpha, h - 1.0) * error;
    *lower = fmax(mean - reach, 0.0);
    *upper = mean + reach;
}

/* Few hits: [probability of contributing] x [size of a contribution] / `divisor`, each factor at
 * `alpha`; `most` (0: none) is the largest possible contribution. */
static void product_interval(hr_estimate *e, const hr_cell *cell, double alpha, double most,
                             const double divisor[2])
{
    double p[2], size[2];
    hr_clopper_pearson(cell->hits, e->n, alpha, &p[0], &p[1]);
    contribution(cell, alpha, &size[0], &size[1]);
    if (most > 0.0)
        size[1] = fmin(size[1], most);
    e->lower = p[0] * size[0] / divisor[1];
    e->upper = divisor[0] > 0.0 ? p[1] * size[1] / divisor[0] : HUGE_VAL;
}

/* How many replications fall short of the largest value M, at least: (sum z)^2 / sum z^2 with
 * z = M - x, by Cauchy and Schwarz. */
static double falling_short(const hr_cell *cell, uint64_t n, double largest)
{
    const double m = (double)n, mean = (double)cell->x / m;
    const double variance = hr_moment_difference(n, cell->xx, cell->x, cell->x) / (m * m);
    const double short_by = fmax(largest - mean, 0.0);
    const double square = short_by * short_by + variance;
    return square > 0.0 ? m * short_by * short_by / square : 0.0;
}

static hr_estimate mean(const hr_outcome *outcome, const hr_cell *cell, uint64_t n, double scale,
                        double alpha)
{
    hr_estimate e = point_mean(cell, n, scale);
    const double most = outcome->most, largest = most * scale, m = (double)n;
    const double unit[2] = {scale, scale};
    if (cell->hits == 0 && most > 0.0) {
        hr_clopper_pearson(0, n, alpha, &e.lower, &e.upper);
        e.upper *= most;
    } else if (most > 0.0 && (double)cell->x == largest * (double)cell->hits) {
        hr_clopper_pearson(cell->hits, n, alpha, &e.lower, &e.upper);
        e.lower *= most;
        e.upper *= most;
    } else if (!is_common((double)cell->hits, n)) {
        product_interval(&e, cell, 0.5 * alpha, largest, unit);
    } else if (most > 0.0 && !is_common(falling_short(cell, n, largest), n)) {
        /* Nearly always full: of all laws on [0, most] with this mean 0 and most spread most. */
        beta_interval(fmin((double)cell->x / largest, m), m, alpha, &e.lower, &e.upper);
        e.lower *= most;
        e.upper *= most;
    } else {
        student(&e, e.standard_error, m - 1.0, alpha);
    }
    return e;
}

/* The denominator y of a ratio: its mean, its relative standard error, and a value that one
 * replication hardly exceeds (four standard deviations above the mean). */
typedef struct below_line {
    double mean, error, high;
} below_line;

static below_line below(const hr_cell *cell, uint64_t n)
{
    const hr_cell y = {.x = cell->y, .xx = cell->yy};
    const double mean_y = (double)cell->y / (double)n, v = residual_variance(&y, n, 0.0);
    return (below_line){mean_y, sqrt(v / (double)n), mean_y + 4.0 * sqrt(v)};
}

/* A ratio whose denominator is as rare as its numerator (length of an episode): only the
 * replications with a hit say anything, so they are the sample. */
static void rare_ratio(hr_estimate *e, uint64_t hits, double alpha)
{
    const double h = (double)hits;
    e->lower = 0.0;
    e->upper = HUGE_VAL;
    if (hits >= 2)
        student(e, e->standard_error * sqrt(h / (h - 1.0)), h - 1.0, alpha);
}

/* Rare contributions over a denominator that is well known: three factors, a third of alpha
 * each. One x is at most `most` times its own y, hence hardly more than `most` times y.high. */
static void known_ratio(hr_estimate *e, const hr_cell *cell, below_line y, double most,
                        double scale, double alpha)
{
    const double degrees = (double)e->n - 1.0, third = alpha / 3.0;
    const double reach = hr_student_quantile(1.0 - 0.5 * third, degrees) * y.error;
    const double divisor[2] = {fmax(y.mean - reach, 0.0) * scale, (y.mean + reach) * scale};
    product_interval(e, cell, third, most * scale * y.high, divisor);
}

static hr_estimate ratio(const hr_outcome *outcome, const hr_cell *cell, uint64_t n, double scale,
                         double alpha)
{
    hr_estimate e = point_ratio(cell, n, scale);
    const double most = outcome->most, h = (double)cell->hits;
    const below_line y = below(cell, n);
    if (most > 0.0 && cell->x == cell->y && scale == 1.0)
        beta_interval(h, h, alpha, &e.lower, &e.upper); /* always all: never [1, 1] */
    else if (is_common(h, n))
        student(&e, e.standard_error, (double)n - 1.0, alpha);
    else if (n >= 2 && y.error <= 0.1 * y.mean)
        known_ratio(&e, cell, y, most, scale, alpha);
    else
        rare_ratio(&e, cell->hits, alpha);
    return e;
}

static hr_estimate variance(const hr_cell *cell, uint64_t n, double scale, double alpha)
{
    hr_estimate e = point_variance(cell, n, scale);
    if (n >= 2)
        student(&e, e.standard_error, (double)n - 1.0, alpha);
    else
        e.upper = HUGE_VAL;
    return e;
}

hr_estimate hr_estimate_cell(const hr_outcome *outcome, const hr_cell *cell, uint64_t n,
                             double scale, double alpha)
{
    const bool is_ratio = outcome->estimator == HR_ESTIMATOR_RATIO;
    const bool is_over_nothing = is_ratio && cell->y == 0 && cell->behind.y == 0;
    if (n == 0 || !(scale > 0.0) || is_over_nothing)
        return nothing(n, cell->hits);
    hr_estimate e;
    if (hr_cell_is_weighted(cell))
        return hr_estimate_weighted(outcome, cell, n, scale, alpha);
    if (is_ratio)
        e = ratio(outcome, cell, n, scale, alpha);
    else if (outcome->estimator == HR_ESTIMATOR_VARIANCE)
        e = variance(cell, n, scale, alpha);
    else
        e = mean(outcome, cell, n, scale, alpha);
    e.lower = fmax(fmin(e.lower, e.value), 0.0);
    e.upper = fmax(e.upper, e.value);
    if (outcome->most > 0.0)
        e.upper = fmin(e.upper, outcome->most);
    e.is_bound = cell->hits == 0 && outcome->estimator != HR_ESTIMATOR_VARIANCE;
    return e;
}
