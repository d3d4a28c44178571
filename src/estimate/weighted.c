#include "estimate/weighted.h"

#include <math.h>

#include "base/real.h"
#include "model/tilt.h"

#define LOST      0x1p-128 /* of a number, at most, by putting it into a sum */
#define MOST_LOST 1e-6     /* of an estimate */

/* Variance of the mean over n replications of x - g y. */
static double variance_of_mean(const hr_sums *s, double n, double g)
{
    if (n < 2.0)
        return (double)NAN;
    const double mean = (s->x - g * s->y) / n;
    const double square = (s->xx - 2.0 * g * s->xy + g * g * s->yy) / n;
    return fmax(square - mean * mean, 0.0) / (n - 1.0);
}

/* How much of x goes with y: least squares. */
static double slope_on_control(const hr_sums *s, double n)
{
    const double together = s->xy - s->x * s->y / n, square = s->yy - s->y * s->y / n;
    return square > 0.0 ? together / square : 0.0;
}

static void find_point(hr_estimate *e, hr_estimator estimator, const hr_sums *s, double scale)
{
    const double n = (double)e->n, x = s->x / n, y = s->y / n;
    double slope = 0.0, below = scale;
    e->value = x / scale;
    if (estimator == HR_ESTIMATOR_MEAN && s->y > 0.0 && e->hits >= HR_WEIGHTED_HITS) {
        const double alone = variance_of_mean(s, n, 0.0);
        slope = slope_on_control(s, n);
        e->value = fmax(x - slope * (y - 1.0), 0.0) / scale;
        e->control_gain = alone / variance_of_mean(s, n, slope);
    }
    if (estimator == HR_ESTIMATOR_RATIO) {
        slope = x / y;
        below = y * scale;
        e->value = slope / scale;
    } else if (estimator == HR_ESTIMATOR_VARIANCE) {
        const hr_sums only_y = {.x = s->y, .xx = s->yy};
        const double bias = n > 1.0 ? variance_of_mean(&only_y, n, 0.0) : 0.0;
        slope = 2.0 * y;
        below = scale * scale;
        e->value = fmax(x - y * y + bias, 0.0) / below;
    }
    e->standard_error = sqrt(variance_of_mean(s, n, slope)) / below;
}

/* By factors, as far as the estimate is known by its factor. */
static void student_of_logarithm(hr_estimate *e, double alpha)
{
    const double t = hr_student_quantile(1.0 - 0.5 * alpha, (double)e->n - 1.0);
    const double factor = hr_exp(t * e->standard_error / e->value);
    e->lower = e->value / factor;
    e->upper = e->value * factor;
}

static void bernstein(hr_estimate *e, double most, double alpha)
{
    const double n = (double)e->n, log_term = -hr_log(0.25 * alpha);
    e->lower = 0.0;
    e->upper = HUGE_VAL;
    if (!(most > 0.0) || e->n < 2)
        return;
    const double reach = sqrt(2.0 * log_term) * e->standard_error +
                         7.0 * most / HR_TILT_UNTILTED * log_term / (3.0 * (n - 1.0));
    e->lower = fmax(e->value - reach, 0.0);
    e->upper = e->value + reach;
}

static void bound_of_nothing(hr_estimate *e, double most, double alpha)
{
    const double none = -hr_expm1(hr_log(0.5 * alpha) / (double)e->n) / HR_TILT_UNTILTED;
    e->lower = 0.0;
    e->upper = most > 0.0 ? most * none : HUGE_VAL;
    e->is_bound = true;
}

/* A hit leaves up to 2^-128 of its number behind (tally.c), of its square all when it is below
 * 2^-64. So the sum of squares is no more than what is there and that for each hit, and no more
 * than the largest times the sum. The larger error is the honest one; nothing is seen of it in
 * numbers whose squares are well above. */
static void hold_squares(hr_sums *s, uint64_t hits)
{
    s->xx = fmin(s->xx + (double)hits * LOST, fmax(s->largest * s->x, s->xx));
}

hr_estimate hr_estimate_weighted(const hr_outcome *outcome, const hr_cell *cell, uint64_t n,
                                 double scale, double alpha)
{
    hr_sums s = hr_cell_sums(cell);
    const bool is_variance = outcome->estimator == HR_ESTIMATOR_VARIANCE;
    hr_estimate e = {.hits = cell->hits, .n = n, .is_weighted = true, .control_gain = 1.0};
    hold_squares(&s, cell->hits);
    find_point(&e, outcome->estimator, &s, scale);
    e.effective = s.xx > 0.0 ? s.x * s.x / s.xx : 0.0;
    e.largest_share = s.x > 0.0 ? s.largest / s.x : 0.0;
    e.is_unreliable = e.hits < HR_WEIGHTED_HITS || e.largest_share > HR_WEIGHTED_SHARE ||
                      (double)e.hits * LOST > MOST_LOST * s.x;
    if (e.hits == 0 && !is_variance)
        bound_of_nothing(&e, outcome->most, alpha);
    else if (e.is_unreliable || !(e.value > 0.0))
        bernstein(&e, outcome->most, alpha);
    else
        student_of_logarithm(&e, alpha);
    if (outcome->most > 0.0)
        e.upper = fmin(e.upper, fmax(outcome->most, e.value));
    return e;
}
