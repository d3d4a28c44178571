#include "exact/saddlepoint.h"

#include <math.h>

#include "base/real.h"

enum { MOST_ITERATIONS = 200 };
#define LOG_ROOT_2_PI 0.91893853320467274178

hr_cumulant hr_cumulant_at(const hr_jumps *jumps, double theta)
{
    hr_cumulant k = {0.0, 0.0, 0.0};
    for (size_t i = 0; i < jumps->n; i++) {
        const double load = (double)jumps->load[i], mean = jumps->mean[i];
        const double tilted = mean * hr_exp(theta * load);
        k.value += mean * hr_expm1(theta * load);
        k.first += tilted * load;
        k.second += tilted * load * load;
    }
    return k;
}

/* K' is convex and increases, so Newton's method comes down to the root from any point above it.
 * Where one load's term alone makes x, all of them make at least x. */
double hr_saddlepoint_root(const hr_jumps *jumps, double x)
{
    double theta = HUGE_VAL;
    for (size_t i = 0; i < jumps->n; i++) {
        const double load = (double)jumps->load[i];
        if (jumps->mean[i] > 0.0)
            theta = fmin(theta, hr_log(x / (jumps->mean[i] * load)) / load);
    }
    for (int i = 0; i < MOST_ITERATIONS; i++) {
        const hr_cumulant k = hr_cumulant_at(jumps, theta);
        const double step = (k.first - x) / k.second;
        if (!(step > 0.0) || theta - step == theta)
            break;
        theta -= step;
        if (step < 1e-14 * (fabs(theta) + 1e-300))
            break;
    }
    return theta;
}

double hr_saddlepoint_chernoff(const hr_jumps *jumps, double x)
{
    if (x <= hr_jumps_moment(jumps, 1))
        return 0.0;
    const double theta = hr_saddlepoint_root(jumps, x);
    return hr_cumulant_at(jumps, theta).value - theta * x;
}

/* log of P(S >= x), x a lattice point away from the mean: phi(w) (m(w) - 1/w + 1/u) with Mills'
 * ratio m; the difference by its series where the terms are equal. */
static double log_upper(const hr_jumps *jumps, double x, double theta)
{
    const hr_cumulant k = hr_cumulant_at(jumps, theta);
    const double h = (double)jumps->span;
    const double half = theta * x - k.value; /* w^2 / 2 */
    const double w = (theta > 0.0 ? 1.0 : -1.0) * sqrt(fmax(2.0 * half, 0.0));
    const double u = -hr_expm1(-h * theta) / h * sqrt(k.second);
    if (w < 0.0) { /* below the mean: nothing to lose by adding up */
        const double density = hr_exp(-half - LOG_ROOT_2_PI);
        return hr_log(fmin(fmax(hr_normal_cdf(-w) + density * (1.0 / u - 1.0 / w), 1e-300), 1.0));
    }
    const double r = 1.0 / (w * w);
    const double mills = w > 12.0 ? -r / w * (1.0 - 3.0 * r * (1.0 - 5.0 * r * (1.0 - 7.0 * r)))
                                  : hr_normal_cdf(-w) * hr_exp(half + LOG_ROOT_2_PI) - 1.0 / w;
    return -half - LOG_ROOT_2_PI + hr_log(mills + 1.0 / u);
}

double hr_saddlepoint_log_tail(const hr_jumps *jumps, int64_t above)
{
    const double h = (double)jumps->span;
    double x = (floor((double)above / h) + 1.0) * h;
    if (jumps->n == 0 || !(hr_jumps_moment(jumps, 1) > 0.0))
        return -HUGE_VAL;
    double theta = hr_saddlepoint_root(jumps, x);
    const double spread = sqrt(hr_cumulant_at(jumps, theta).second);
    if (fabs(theta) * spread > 1e-3)
        return log_upper(jumps, x, theta);
    /* At the mean both terms have a pole which cancels: the middle of two points beside it. */
    const double aside = h * ceil(0.01 * spread / h);
    const double low = log_upper(jumps, x - aside, hr_saddlepoint_root(jumps, x - aside));
    const double high = log_upper(jumps, x + aside, hr_saddlepoint_root(jumps, x + aside));
    return 0.5 * (low + high);
}

double hr_saddlepoint_tail(const hr_jumps *jumps, int64_t above)
{
    return hr_exp(hr_saddlepoint_log_tail(jumps, above));
}

double hr_saddlepoint_error(const hr_jumps *jumps, int64_t above)
{
    const double h = (double)jumps->span;
    const double theta = hr_saddlepoint_root(jumps, (floor((double)above / h) + 1.0) * h);
    double second = 0.0, third = 0.0, fourth = 0.0;
    for (size_t i = 0; i < jumps->n; i++) {
        const double load = (double)jumps->load[i];
        const double square = jumps->mean[i] * hr_exp(theta * load) * load * load;
        second += square;
        third += square * load;
        fourth += square * load * load;
    }
    return fabs(fourth / (8.0 * second * second) -
                5.0 * third * third / (24.0 * second * second * second));
}
