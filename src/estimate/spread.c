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
    if (e->upper <= threshold)
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

hr_spread hr_spread_of(const hr_estimate *estimates, uint64_t n, double confidence,
                       bool has_threshold, double threshold, double *scratch)
{
    static const double level[5] = {0.05, 0.25, 0.5, 0.75, 0.95};
    hr_spread s = {0};
    double sum = 0.0;
    for (uint64_t i = 0; i < n; i++) {
        const hr_estimate *e = &estimates[i];
        if (isnan(e->value))
            continue;
        scratch[s.n++] = e->value;
        sum += e->value;
        s.mean_lower = e->lower; /* all that one configuration has */
        s.mean_upper = e->upper;
        if (has_threshold)
            count_against(&s, e, threshold);
    }
    s.mean = sum / (double)s.n; /* NaN without any */
    if (s.n >= 2)
        set_moments(&s, estimates, n, confidence);
    qsort(scratch, s.n, sizeof *scratch, ascending);
    for (int i = 0; i < 5; i++)
        s.quantile[i] = s.n > 0 ? quantile(scratch, s.n, level[i]) : (double)NAN;
    return s;
}
