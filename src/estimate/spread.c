/* Across configurations: how the estimates are spread, and how much of that is their own noise. */
#include <math.h>
#include <stdlib.h>

#include "base/real.h"
#include "estimate/estimate.h"

static int ascending(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Linear between order statistics (type 7 of Hyndman and Fan 1996, the default of R and numpy). */
static double quantile(const double *sorted, uint64_t n, double p)
{
    const double at = p * ((double)n - 1.0), below = floor(at);
    const uint64_t i = (uint64_t)below;
    return i + 1 < n ? sorted[i] + (at - below) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static void count_against(hr_spread *s, const hr_estimate *e, double threshold)
{
    if (!hr_estimate_decides(e))
        s->undecided++;
    else if (e->upper <= threshold)
        s->met++;
    else if (e->lower > threshold)
        s->missed++;
    else
        s->undecided++;
}

/* Law of total variance: var(estimates) = var(truth) + mean(inner variance). */
static void set_moments(hr_spread *s, const hr_estimate *estimates, uint64_t n, double confidence)
{
    const double m = (double)s->n;
    double squares = 0.0, inner = 0.0;
    for (uint64_t i = 0; i < n; i++) {
        const hr_estimate *e = &estimates[i];
        if (isnan(e->value))
            continue;
        squares += (e->value - s->mean) * (e->value - s->mean);
        inner += isnan(e->standard_error) ? 0.0 : e->standard_error * e->standard_error;
    }
    const double total = squares / (m - 1.0);
    const double reach = hr_student_quantile(0.5 + 0.5 * confidence, m - 1.0) * sqrt(total / m);
    s->sd_total = sqrt(total);
    s->sd_between = sqrt(fmax(total - inner / m, 0.0));
    s->mean_lower = s->mean - reach;
    s->mean_upper = s->mean + reach;
}

/* The mean of the ends of the configurations' own intervals. */
static void take_mean_ends(hr_spread *s, const hr_estimate *estimates, uint64_t n)
{
    s->mean_lower = s->mean_upper = 0.0;
    for (uint64_t i = 0; i < n; i++) {
        if (isnan(estimates[i].value))
            continue;
        s->mean_lower += estimates[i].lower / (double)s->n;
        s->mean_upper += estimates[i].upper / (double)s->n;
    }
}

/* The interval of the mean of W values that are all `value`.
 *
 * Outcomes of at most M of which all show 0 (or all M, with misses in place of hits): let a
 * replication of a configuration have a hit with probability p; the outcome's mean is then at most
 * p M. With configurations drawn independently and m >= 1 replications in each, no hit at all has
 * the probability (E (1 - p)^m)^W <= (1 - E p)^W. So the exact binomial bound for none of W holds
 * for the mean over all that could be drawn, whatever m; the configurations' own bounds would hold
 * for these W alone. What a ratio estimates, E x / E y, is at most p M only where a replication
 * with hits has no more y than others: for ratios the argument holds up to their bias, as the mean
 * of ratios itself does.
 *
 * Any other number, and a single configuration: the mean of their own ends, generously. */
static void set_alike(hr_spread *s, const struct hr_spread_rule *rule, const hr_estimate *estimates,
                      uint64_t n)
{
    const double value = s->mean;
    if (s->n > 1 && rule->most > 0.0 && (value <= 0.0 || value >= rule->most)) {
        hr_clopper_pearson(value <= 0.0 ? 0 : s->n, s->n, 1.0 - rule->confidence, &s->mean_lower,
                           &s->mean_upper);
        s->mean_lower *= rule->most;
        s->mean_upper *= rule->most;
    } else {
        take_mean_ends(s, estimates, n);
    }
}

static void set_interval(hr_spread *s, const struct hr_spread_rule *rule,
                         const hr_estimate *estimates, uint64_t n, const double *sorted)
{
    const bool is_alike = sorted[0] >= sorted[s->n - 1];
    if (is_alike)
        s->mean = sorted[0]; /* without the rounding of a sum */
    if (s->n >= 2)
        set_moments(s, estimates, n, rule->confidence);
    if (is_alike)
        set_alike(s, rule, estimates, n);
    if (!rule->is_signed) /* Student intervals know no bounds */
        s->mean_lower = fmax(s->mean_lower, 0.0);
    if (rule->most > 0.0)
        s->mean_upper = fmin(s->mean_upper, rule->most);
}

hr_spread hr_spread_of(const struct hr_spread_rule *rule, const hr_estimate *estimates, uint64_t n,
                       double *scratch)
{
    static const double level[5] = {0.05, 0.25, 0.5, 0.75, 0.95};
    const double nan = (double)NAN;
    hr_spread s = {.mean = nan, .mean_lower = nan, .mean_upper = nan, .is_bound = true};
    double sum = 0.0;
    for (uint64_t i = 0; i < n; i++) {
        const hr_estimate *e = &estimates[i];
        if (isnan(e->value))
            continue;
        scratch[s.n++] = e->value;
        sum += e->value;
        s.is_bound = s.is_bound && e->is_bound;
        s.n_unreliable += !hr_estimate_decides(e);
        if (rule->has_threshold)
            count_against(&s, e, rule->threshold);
    }
    qsort(scratch, s.n, sizeof *scratch, ascending);
    for (int i = 0; i < 5; i++)
        s.quantile[i] = s.n > 0 ? quantile(scratch, s.n, level[i]) : nan;
    s.is_bound = s.is_bound && s.n > 0;
    if (s.n > 0) {
        s.mean = sum / (double)s.n;
        set_interval(&s, rule, estimates, n, scratch);
    }
    return s;
}
