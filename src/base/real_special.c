/* Gamma, beta and Student. Probability masses are formed as in Loader 2000, "Fast and accurate
 * computation of binomial probabilities": by deviances and Stirling errors, so that nothing
 * large cancels. */
#include "base/real.h"

#include <math.h>

#include "base/error.h"
#include "base/real_inline.h"

#define TWO_PI      0x1.921fb54442d18p+2
#define EPSILON     0x1p-53
#define SERIES_FROM 15.0 /* Stirling's series needs no recurrence from here on */

enum { MANY = 100000 }; /* terms of a series, far beyond need: sqrt of the largest argument */

/* log Gamma(a + 1) - (a + 1/2) log a + a - log(2 pi)/2: the series 1/(12 a) - ... (Abramowitz
 * and Stegun 6.1.41) from 15 on, the recurrence below. */
static inline double stirling_series(double a)
{
    const double r = 1.0 / (a * a);
    double p = 1.0 / 1188.0 - r * (691.0 / 360360.0 - r / 156.0);
    p = 1.0 / 1680.0 - r * p;
    p = 1.0 / 1260.0 - r * p;
    p = 1.0 / 360.0 - r * p;
    p = 1.0 / 12.0 - r * p;
    return p / a;
}

static double stirling_error(double a)
{
    double shift = 0.0;
    for (; a < SERIES_FROM; a += 1.0)
        shift += (a + 0.5) * hr_log1p(1.0 / a) - 1.0;
    return shift + stirling_series(a);
}

/* x log(x / m) + m - x >= 0. */
static double deviance(double x, double m)
{
    const double d = x - m;
    if (fabs(d) > 0.1 * (x + m))
        return x * hr_log(x / m) + m - x;
    /* log(x/m) = 2 artanh(v), v = (x - m)/(x + m) */
    const double v = d / (x + m);
    double sum = d * v, term = 2.0 * x * v;
    for (int k = 3; k < 200; k += 2) {
        term *= v * v;
        const double next = sum + term / k;
        if (next == sum)
            break;
        sum = next;
    }
    return sum;
}

/* log Gamma(x) from SERIES_FROM on, given 0.5 log(2 pi). */
static inline double lgamma_series(double x, double half_log)
{
    return (x - 0.5) * hr_real_log(x) - x + half_log + stirling_series(x);
}

double hr_lgamma(double x)
{
    if (x < SERIES_FROM) {
        double factor = 1.0;
        for (; x < SERIES_FROM; x += 1.0)
            factor *= x;
        return hr_lgamma(x) - hr_log(factor);
    }
    return lgamma_series(x, 0.5 * hr_log(TWO_PI));
}

/* Two passes, the second without a branch: it is what the tables of Poisson laws cost. */
void hr_poisson_weights(double mean, double first, size_t n, double *out)
{
    const double log_mean = hr_log(mean), half_log = 0.5 * hr_log(TWO_PI);
    size_t i = 0;
    for (; i < n && first + (double)i + 1.0 < SERIES_FROM; i++) {
        const double k = first + (double)i;
        out[i] = hr_exp(k * log_mean - mean - hr_lgamma(k + 1.0));
    }
#pragma omp simd
    for (size_t j = i; j < n; j++) {
        const double k = first + hr_real_of_small(j);
        out[j] = hr_real_exp(k * log_mean - mean - lgamma_series(k + 1.0, half_log));
    }
}

/* x^a e^-x / Gamma(a + 1); `error` is stirling_error(a), constant during a search. */
static double gamma_mass(double a, double error, double x)
{
    if (x <= 0.0)
        return 0.0;
    return hr_exp(-error - deviance(a, x)) / sqrt(TWO_PI * a);
}

/* P(a, x) and Q(a, x): the series (6.5.29) below a + 1, the continued fraction (6.5.31)
 * above, evaluated by Lentz's method as modified by Thompson and Barnett 1986. */
typedef struct both {
    double lower, upper;
} both;

static both gamma_both(double a, double mass, double x)
{
    if (x < a + 1.0) {
        double term = 1.0, sum = 1.0;
        for (int k = 1; k < MANY && term > sum * EPSILON; k++) {
            term *= x / (a + k);
            sum += term;
        }
        const double p = fmin(mass * sum, 1.0);
        return (both){p, 1.0 - p};
    }
    double b = x + 1.0 - a, c = 1e300, d = 1.0 / b, fraction = d;
    for (int k = 1; k < MANY; k++) {
        const double n = k * (a - k);
        b += 2.0;
        d = 1.0 / (b + n * d);
        c = b + n / c;
        fraction *= c * d;
        if (fabs(c * d - 1.0) < 2.0 * EPSILON)
            break;
    }
    const double q = fmin(mass * a * fraction, 1.0);
    return (both){1.0 - q, q};
}

double hr_gamma_p(double a, double x)
{
    return gamma_both(a, gamma_mass(a, stirling_error(a), x), x).lower;
}

double hr_gamma_q(double a, double x)
{
    return gamma_both(a, gamma_mass(a, stirling_error(a), x), x).upper;
}

/* A Newton iteration for log(tail) in log x, kept inside a bracket. */
typedef struct search {
    double x, low, high; /* high = 0: none yet */
    double slack;        /* stop when step^2 * slack is negligible */
} search;

/* `value` is the distribution function at search->x (increasing in x), or its complement when
 * `upper`; `slope` is x times its density. True when x has converged. */
static _Bool search_step(search *s, double value, double wanted, _Bool upper, double slope)
{
    const _Bool too_low = upper ? value > wanted : value < wanted;
    if (too_low)
        s->low = s->x;
    else
        s->high = s->x;
    double step = 2000.0;
    if (value > 0.0 && slope > 0.0)
        step = hr_log(wanted / value) * value / slope * (upper ? -1.0 : 1.0);
    double next = s->x * hr_exp(step);
    const _Bool inside = next > s->low && (s->high == 0.0 || next < s->high) && step < 700.0;
    if (!inside && s->high == 0.0)
        next = 4.0 * s->x;
    else if (!inside)
        next = s->low > 0.0 ? sqrt(s->low) * sqrt(s->high) : s->high * 0x1p-8;
    const _Bool done = (inside && step * step * s->slack < 0x1p-56) || next == s->x ||
                       (s->high > 0.0 && s->high - s->low <= 2.0 * EPSILON * s->high);
    s->x = next;
    return done;
}

/* Start of the gamma search: Wilson and Hilferty 1931 (Abramowitz and Stegun 26.4.17), or the
 * first term of the series where that fails. */
static double gamma_start(double a, double p)
{
    const double t = 1.0 - 1.0 / (9.0 * a) + hr_normal_quantile(p) / (3.0 * sqrt(a));
    if (a > 0.5 && t > 0.3)
        return a * t * t * t;
    const double first = hr_exp((hr_log(p) + hr_lgamma(a + 1.0)) / a);
    return fmin(first, a + 2.0 * sqrt(a) + 2.0);
}

double hr_gamma_p_inverse(double a, double p)
{
    if (p <= 0.0)
        return 0.0;
    const _Bool upper = p > 0.5;
    const double error = stirling_error(a);
    search s = {.x = gamma_start(a, p), .slack = 1.0 + a};
    for (int i = 0; i < 200 && s.x > 0.0; i++) {
        const double mass = gamma_mass(a, error, s.x);
        const both f = gamma_both(a, mass, s.x);
        if (search_step(&s, upper ? f.upper : f.lower, upper ? 1.0 - p : p, upper, a * mass))
            break;
    }
    return s.x;
}

static double beta_error(double a, double b)
{
    return stirling_error(a + b) - stirling_error(a) - stirling_error(b);
}

/* x^a y^b / B(a, b) with y = 1 - x given, so that neither loses digits; `error` as above. */
static double beta_mass(double a, double b, double error, double x, double y)
{
    if (x <= 0.0 || y <= 0.0)
        return 0.0;
    const double n = a + b;
    return hr_exp(error - deviance(a, n * x) - deviance(b, n * y)) * sqrt(a * (b / n) / TWO_PI);
}

/* Continued fraction of I_x(a, b) (DLMF 8.17.22) for x below the mean, by Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / d;
    double fraction = d;
    for (int m = 1; m < MANY; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        fraction *= c * d;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0));
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        fraction *= c * d;
        if (fabs(c * d - 1.0) < 2.0 * EPSILON)
            break;
    }
    return fraction;
}

static both beta_both(double a, double b, double mass, double x, double y)
{
    if (x < (a + 1.0) / (a + b + 2.0)) {
        const double p = fmin(mass / a * beta_fraction(a, b, x), 1.0);
        return (both){p, 1.0 - p};
    }
    const double q = fmin(mass / b * beta_fraction(b, a, y), 1.0);
    return (both){1.0 - q, q};
}

double hr_beta_p(double a, double b, double x)
{
    if (x <= 0.0 || x >= 1.0)
        return x <= 0.0 ? 0.0 : 1.0;
    return beta_both(a, b, beta_mass(a, b, beta_error(a, b), x, 1.0 - x), x, 1.0 - x).lower;
}

/* Abramowitz and Stegun 26.5.22 for a, b >= 1, else the mean. */
static double beta_start(double a, double b, double p)
{
    if (a < 1.0 || b < 1.0)
        return a / (a + b);
    const double z = -hr_normal_quantile(p);
    const double h = 2.0 / (1.0 / (2.0 * a - 1.0) + 1.0 / (2.0 * b - 1.0));
    const double skew = 1.0 / (2.0 * b - 1.0) - 1.0 / (2.0 * a - 1.0);
    const double lambda = (z * z - 3.0) / 6.0;
    const double w =
        z * sqrt(fmax(h + lambda, 0.0)) / h - skew * (lambda + 5.0 / 6.0 - 2.0 / (3.0 * h));
    const double x = a / (a + b * hr_exp(2.0 * w));
    return x > 0.0 && x < 1.0 ? x : a / (a + b);
}

/* x with I_x(a, b) = p = 1 - q, given that x <= 1/2. */
static double beta_search(double a, double b, double p, double q)
{
    const _Bool upper = p > 0.5;
    const double error = beta_error(a, b);
    search s = {.x = beta_start(a, b, p), .high = 1.0, .slack = 1.0 + a};
    for (int i = 0; i < 400 && s.x > 0.0; i++) {
        const double y = 1.0 - s.x, mass = beta_mass(a, b, error, s.x, y);
        const both f = beta_both(a, b, mass, s.x, y);
        if (search_step(&s, upper ? f.upper : f.lower, upper ? q : p, upper, mass / y))
            break;
    }
    return s.x;
}

double hr_beta_p_inverse(double a, double b, double p)
{
    if (p <= 0.0 || p >= 1.0)
        return p <= 0.0 ? 0.0 : 1.0;
    /* search for the smaller of x and 1 - x; the median lies on the side of the mean */
    _Bool below = a <= b;
    if (below != (p <= 0.5))
        below = hr_beta_p(a, b, 0.5) >= p;
    return below ? beta_search(a, b, p, 1.0 - p) : 1.0 - beta_search(b, a, 1.0 - p, p);
}

/* Cornish-Fisher expansion in 1/degrees, Abramowitz and Stegun 26.7.5. */
static double student_expansion(double z, double n)
{
    const double s = z * z;
    const double g1 = z * (s + 1.0) / 4.0;
    const double g2 = z * ((5.0 * s + 16.0) * s + 3.0) / 96.0;
    const double g3 = z * (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0;
    const double g4 = z * ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92160.0;
    return z + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n;
}

/* Upper tail P(T > t) = I_x(n/2, 1/2) / 2 with x = n / (n + t^2). */
double hr_student_quantile(double p, double degrees)
{
    const double tail = p < 0.5 ? p : 1.0 - p;
    if (tail >= 0.5)
        return 0.0;
    const double start = student_expansion(-hr_normal_quantile(tail), degrees);
    const double sign = p < 0.5 ? -1.0 : 1.0;
    if (degrees >= 2000.0)
        return sign * start;
    const double a = 0.5 * degrees, error = beta_error(a, 0.5);
    search s = {.x = fmin(start, 50.0), .slack = 1.0 + degrees};
    for (int i = 0; i < 200; i++) {
        const double square = s.x * s.x, under = degrees + square;
        const double x = degrees / under, y = square / under;
        const double mass = beta_mass(a, 0.5, error, x, y);
        const double value = 0.5 * beta_both(a, 0.5, mass, x, y).lower;
        if (search_step(&s, value, tail, 1, mass))
            break;
    }
    return sign * s.x;
}
