#include "base/law.h"

#include <math.h>

#include "base/law_integer.h"
#include "base/real.h"

const hr_law_row hr_law_rows[] = {
    {"constant", HR_LAW_CONSTANT, {"value", NULL}, "Always the same value."},
    {"uniform", HR_LAW_UNIFORM, {"low", "high", NULL}, "Uniform between low and high."},
    {"log_uniform",
     HR_LAW_LOG_UNIFORM,
     {"low", "high", NULL},
     "The logarithm is uniform: every factor between low and high is equally likely."},
    {"triangular",
     HR_LAW_TRIANGULAR,
     {"low", "mode", "high", NULL},
     "Triangular density between low and high with its top at mode."},
    {"exponential", HR_LAW_EXPONENTIAL, {"mean", NULL}, "Exponential."},
    {"erlang",
     HR_LAW_ERLANG,
     {"mean", "stages", NULL},
     "Sum of `stages` independent exponentials, with this mean in all."},
    {"gamma", HR_LAW_GAMMA, {"mean", "cv", NULL}, "Gamma by mean and coefficient of variation."},
    {"normal", HR_LAW_NORMAL, {"mean", "sd", NULL}, "Normal by mean and standard deviation."},
    {"lognormal",
     HR_LAW_LOGNORMAL,
     {"mean", "cv", NULL},
     "Log-normal by its own mean and coefficient of variation (not those of the logarithm)."},
    {"hyperexponential",
     HR_LAW_HYPEREXPONENTIAL,
     {NULL},
     "Mixture of exponentials: means, each at its share."},
    {"mix", HR_LAW_TABLE, {NULL}, "Values, each at its share."},
    {"geometric",
     HR_LAW_GEOMETRIC,
     {"success", NULL},
     "1, 2, 3, ...: trials up to the first success; the mean is 1 / success."},
    {"poisson", HR_LAW_POISSON, {"mean", NULL}, "Poisson: 0, 1, 2, ..."},
    {"pareto",
     HR_LAW_PARETO,
     {"from", "alpha", "to", NULL},
     "Integers from..to whose survival falls as the power -alpha, cut at `to`."},
    {"zeta",
     HR_LAW_ZETA,
     {"from", "alpha", "to", NULL},
     "Integers from..to with probability proportional to the power -alpha."},
    {"lognormal_sizes",
     HR_LAW_LOGNORMAL_SIZE,
     {"from", "to", "mu", "sigma", NULL},
     "Integers from..to with the probability that a log-normal rounds to them."},
};
const size_t hr_n_law_rows = sizeof hr_law_rows / sizeof hr_law_rows[0];

bool hr_law_is_integer(const hr_law *law)
{
    return hr_integer_kind(law->kind) ||
           (law->kind == HR_LAW_CONSTANT && law->a == floor(law->a)) ||
           (law->kind == HR_LAW_TABLE && hr_table_is_integer(law));
}

bool hr_law_is_constant(const hr_law *law)
{
    switch (law->kind) {
    case HR_LAW_CONSTANT:
        return true;
    case HR_LAW_UNIFORM:
    case HR_LAW_LOG_UNIFORM:
        return law->a == law->b;
    case HR_LAW_TRIANGULAR:
    case HR_LAW_PARETO:
    case HR_LAW_ZETA:
        return law->a == law->c;
    case HR_LAW_LOGNORMAL_SIZE:
        return law->a == law->b;
    case HR_LAW_NORMAL:
        return law->b == 0.0;
    case HR_LAW_POISSON:
        return law->a == 0.0;
    case HR_LAW_GEOMETRIC:
        return law->a == 1.0;
    case HR_LAW_TABLE:
        return hr_law_variance(law) == 0.0;
    default:
        return false;
    }
}

/* E[f] over the entries, f = value^power. */
static double entry_moment(const hr_law *law, int power)
{
    double sum = 0.0;
    for (size_t i = 0; i < law->n; i++) {
        const double v = law->value[i];
        sum += law->share[i] * (power == 1 ? v : v * v);
    }
    return sum;
}

double hr_law_mean(const hr_law *law)
{
    const double a = law->a, b = law->b;
    switch (law->kind) {
    case HR_LAW_UNIFORM:
        return 0.5 * (a + b);
    case HR_LAW_LOG_UNIFORM:
        return a == b ? a : (b - a) / hr_log(b / a);
    case HR_LAW_TRIANGULAR:
        return (a + b + law->c) / 3.0;
    case HR_LAW_HYPEREXPONENTIAL:
    case HR_LAW_TABLE:
        return entry_moment(law, 1);
    case HR_LAW_GEOMETRIC:
        return 1.0 / a;
    case HR_LAW_PARETO:
    case HR_LAW_ZETA:
    case HR_LAW_LOGNORMAL_SIZE:
        return hr_range_moment(law, 0.0, 1);
    default: /* constant, exponential, Erlang, gamma, normal, log-normal, Poisson: named mean */
        return a;
    }
}

static double log_uniform_variance(double low, double high)
{
    if (low == high)
        return 0.0;
    const double span = hr_log(high / low), mean = (high - low) / span;
    return mean * (0.5 * (high + low) - mean);
}

/* Central, so that a law of one value has variance exactly 0. */
static double table_variance(const hr_law *law)
{
    const double mean = entry_moment(law, 1);
    double sum = 0.0, first = 0.0;
    bool one = true, seen = false;
    for (size_t i = 0; i < law->n; i++) {
        const double d = law->value[i] - mean;
        sum += law->share[i] * d * d;
        if (law->share[i] > 0.0) {
            one = one && (!seen || law->value[i] == first);
            first = seen ? first : law->value[i];
            seen = true;
        }
    }
    return one ? 0.0 : sum;
}

double hr_law_variance(const hr_law *law)
{
    const double a = law->a, b = law->b, c = law->c;
    switch (law->kind) {
    case HR_LAW_CONSTANT:
        return 0.0;
    case HR_LAW_UNIFORM:
        return (b - a) * (b - a) / 12.0;
    case HR_LAW_LOG_UNIFORM:
        return log_uniform_variance(a, b);
    case HR_LAW_TRIANGULAR:
        return ((b - a) * (b - a) + (c - b) * (c - b) + (b - a) * (c - b)) / 18.0;
    case HR_LAW_EXPONENTIAL:
        return a * a;
    case HR_LAW_ERLANG:
        return a * a / b;
    case HR_LAW_GAMMA:
    case HR_LAW_LOGNORMAL:
        return a * a * b * b;
    case HR_LAW_NORMAL:
        return b * b;
    case HR_LAW_HYPEREXPONENTIAL:
        return 2.0 * entry_moment(law, 2) - entry_moment(law, 1) * entry_moment(law, 1);
    case HR_LAW_TABLE:
        return table_variance(law);
    case HR_LAW_GEOMETRIC:
        return (1.0 - a) / (a * a);
    case HR_LAW_POISSON:
        return a;
    default:
        return hr_range_moment(law, hr_law_mean(law), 2);
    }
}

/* ---- gamma and log-normal in their natural parameters */

hr_natural hr_law_natural(const hr_law *law)
{
    if (law->kind == HR_LAW_LOGNORMAL) {
        const double variance = hr_log1p(law->b * law->b);
        return (hr_natural){hr_log(law->a) - 0.5 * variance, sqrt(variance)};
    }
    const double shape = law->kind == HR_LAW_ERLANG  ? law->b
                         : law->kind == HR_LAW_GAMMA ? 1.0 / (law->b * law->b)
                                                     : 1.0;
    return (hr_natural){shape, law->a / shape};
}

static double triangular_quantile(const hr_law *law, double p)
{
    const double low = law->a, mode = law->b, high = law->c;
    if (high == low)
        return low;
    const double split = (mode - low) / (high - low);
    return p < split ? low + sqrt(p * (high - low) * (mode - low))
                     : high - sqrt((1.0 - p) * (high - low) * (high - mode));
}

/* Root of the mixture's survival, by bisection: used by designs, never per draw. */
static double mixture_quantile(const hr_law *law, double p)
{
    double low = 0.0, high = 1.0;
    while (hr_law_survival(law, high) > 1.0 - p)
        high *= 2.0;
    for (int i = 0; i < 1100; i++) {
        const double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high)
            break;
        if (hr_law_survival(law, middle) > 1.0 - p)
            low = middle;
        else
            high = middle;
    }
    return high;
}

double hr_law_quantile(const hr_law *law, double p)
{
    const double a = law->a, b = law->b;
    switch (law->kind) {
    case HR_LAW_CONSTANT:
        return a;
    case HR_LAW_UNIFORM:
        return a + p * (b - a);
    case HR_LAW_LOG_UNIFORM:
        return fmin(fmax(a * hr_exp(p * hr_log(b / a)), a), b);
    case HR_LAW_TRIANGULAR:
        return triangular_quantile(law, p);
    case HR_LAW_EXPONENTIAL:
        return -a * hr_log1p(-p);
    case HR_LAW_ERLANG:
    case HR_LAW_GAMMA: {
        const hr_natural natural = hr_law_natural(law);
        return natural.second * hr_gamma_p_inverse(natural.first, p);
    }
    case HR_LAW_NORMAL:
        return a + b * hr_normal_quantile(p);
    case HR_LAW_LOGNORMAL: {
        const hr_natural natural = hr_law_natural(law);
        return hr_exp(natural.first + natural.second * hr_normal_quantile(p));
    }
    case HR_LAW_HYPEREXPONENTIAL:
        return mixture_quantile(law, p);
    default:
        return hr_integer_quantile(law, p);
    }
}

static double mixture_survival(const hr_law *law, double x)
{
    double sum = 0.0;
    for (size_t i = 0; i < law->n; i++)
        sum += law->share[i] * hr_exp(-x / law->value[i]);
    return sum;
}

static double triangular_survival(const hr_law *law, double x)
{
    const double low = law->a, mode = law->b, high = law->c;
    if (x <= low || x >= high)
        return x < low || (x == low && high > low) ? 1.0 : 0.0;
    return x < mode ? 1.0 - (x - low) * (x - low) / ((high - low) * (mode - low))
                    : (high - x) * (high - x) / ((high - low) * (high - mode));
}

/* P(X > x) of a law on [a, b] whose distribution function inside is `inside`. */
static double within(const hr_law *law, double x, double inside)
{
    if (x >= law->b)
        return 0.0;
    return x < law->a ? 1.0 : 1.0 - inside;
}

double hr_law_survival(const hr_law *law, double x)
{
    const double a = law->a, b = law->b;
    const hr_natural natural = hr_law_natural(law);
    switch (law->kind) {
    case HR_LAW_CONSTANT:
        return x < a ? 1.0 : 0.0;
    case HR_LAW_UNIFORM:
        return within(law, x, (x - a) / (b - a));
    case HR_LAW_LOG_UNIFORM:
        return within(law, x, x < a || a == b ? 0.0 : hr_log(x / a) / hr_log(b / a));
    case HR_LAW_TRIANGULAR:
        return triangular_survival(law, x);
    case HR_LAW_EXPONENTIAL:
        return x < 0.0 ? 1.0 : hr_exp(-x / a);
    case HR_LAW_ERLANG:
    case HR_LAW_GAMMA:
        return x <= 0.0 ? 1.0 : hr_gamma_q(natural.first, x / natural.second);
    case HR_LAW_NORMAL:
        return b == 0.0 ? (x < a ? 1.0 : 0.0) : hr_normal_cdf((a - x) / b);
    case HR_LAW_LOGNORMAL:
        return x <= 0.0 ? 1.0 : hr_normal_cdf((natural.first - hr_log(x)) / natural.second);
    case HR_LAW_HYPEREXPONENTIAL:
        return x < 0.0 ? 1.0 : mixture_survival(law, x);
    default:
        return hr_integer_survival(law, x);
    }
}

/* ---- E[(X - t)+] inside the support, by kind */

static double gamma_excess(const hr_law *law, double t)
{
    const hr_natural g = hr_law_natural(law);
    const double x = t / g.second;
    return fmax(law->a * hr_gamma_q(g.first + 1.0, x) - t * hr_gamma_q(g.first, x), 0.0);
}

static double lognormal_excess(const hr_law *law, double t)
{
    const hr_natural g = hr_law_natural(law);
    const double z = (g.first - hr_log(t)) / g.second;
    return fmax(law->a * hr_normal_cdf(z + g.second) - t * hr_normal_cdf(z), 0.0);
}

static double normal_excess(const hr_law *law, double t)
{
    if (law->b == 0.0)
        return fmax(law->a - t, 0.0);
    const double z = (law->a - t) / law->b;
    const double density = 0x1.9884533d43651p-2 * hr_exp(-0.5 * z * z); /* 1/sqrt(2 pi) */
    return fmax(law->b * (density + z * hr_normal_cdf(z)), 0.0);
}

static double triangular_excess(const hr_law *law, double t)
{
    const double low = law->a, mode = law->b, high = law->c;
    if (t < mode) {
        const double d = t - low;
        return hr_law_mean(law) - t + d * d * d / (3.0 * (high - low) * (mode - low));
    }
    const double d = high - t;
    return d * d * d / (3.0 * (high - low) * (high - mode));
}

static double mixture_excess(const hr_law *law, double t)
{
    double sum = 0.0;
    for (size_t i = 0; i < law->n; i++)
        sum += law->share[i] * law->value[i] * hr_exp(-t / law->value[i]);
    return sum;
}

/* Below the support the excess is E[X] - t, above it 0; both ends need no formula. */
static bool outside(const hr_law *law, double t, double *excess)
{
    double low = 0.0, high = HUGE_VAL;
    switch (law->kind) {
    case HR_LAW_NORMAL:
        return false;
    case HR_LAW_CONSTANT:
        low = high = law->a;
        break;
    case HR_LAW_UNIFORM:
    case HR_LAW_LOG_UNIFORM:
    case HR_LAW_LOGNORMAL_SIZE:
        low = law->a;
        high = law->b;
        break;
    case HR_LAW_TRIANGULAR:
    case HR_LAW_PARETO:
    case HR_LAW_ZETA:
        low = law->a;
        high = law->c;
        break;
    case HR_LAW_TABLE:
        return false;
    default:
        break;
    }
    *excess = t <= low ? hr_law_mean(law) - t : 0.0;
    return t <= low || t >= high;
}

double hr_law_mean_excess(const hr_law *law, double t)
{
    const double a = law->a, b = law->b;
    double excess = 0.0;
    if (outside(law, t, &excess))
        return excess;
    switch (law->kind) {
    case HR_LAW_UNIFORM:
        return (b - t) * (b - t) / (2.0 * (b - a));
    case HR_LAW_LOG_UNIFORM:
        return (b - t - t * hr_log(b / t)) / hr_log(b / a);
    case HR_LAW_TRIANGULAR:
        return triangular_excess(law, t);
    case HR_LAW_EXPONENTIAL:
        return a * hr_exp(-t / a);
    case HR_LAW_ERLANG:
    case HR_LAW_GAMMA:
        return gamma_excess(law, t);
    case HR_LAW_NORMAL:
        return normal_excess(law, t);
    case HR_LAW_LOGNORMAL:
        return lognormal_excess(law, t);
    case HR_LAW_HYPEREXPONENTIAL:
        return mixture_excess(law, t);
    default:
        return hr_integer_excess(law, t);
    }
}

static bool is_same(double a, double b)
{
    return !(a < b) && !(a > b);
}

bool hr_law_equals(const hr_law *a, const hr_law *b)
{
    bool same = a->kind == b->kind && a->n == b->n && is_same(a->a, b->a) && is_same(a->b, b->b) &&
                is_same(a->c, b->c) && is_same(a->d, b->d);
    for (size_t i = 0; same && i < a->n; i++)
        same = is_same(a->value[i], b->value[i]) && is_same(a->share[i], b->share[i]);
    return same;
}
