#include "base/real.h"

#include <math.h>

#include "base/real_inline.h"

double hr_log(double x)
{
    if (x < 0x1p-1022) /* subnormal: bring it into the range of the core */
        return hr_real_log(x * 0x1p54) - 54.0 * HR_LN2_LOW - 54.0 * HR_LN2_HIGH;
    return hr_real_log(x);
}

double hr_exp(double x)
{
    return hr_real_exp(x);
}

/* log(1 + x) from the rounded u = 1 + x and what rounding lost of it. */
double hr_log1p(double x)
{
    const double u = 1.0 + x;
    const double lost = x > u - x ? (x - u) + 1.0 : x - (u - 1.0);
    return hr_log(u) + lost / u;
}

/* 2^k e^r - 1 = (2^k - 1) + 2^k (e^r - 1): no cancellation for small k. */
double hr_expm1(double x)
{
    if (!(fabs(x) < 40.0))
        return hr_exp(x) - 1.0;
    const double k = hr_real_nearest(x * HR_LOG2_E);
    const double small = hr_real_exp_small(x - k * HR_LN2_HIGH, k * HR_LN2_LOW);
    const double scale = hr_real_power_of_two(k);
    return (scale - 1.0) + scale * small;
}

/* An unevaluated sum of two doubles (Dekker 1971, "A floating-point technique for extending the
 * available precision", Numerische Mathematik 18). */
typedef struct pair {
    double high, low;
} pair;

static pair quick_sum(double a, double b) /* |a| >= |b| */
{
    const double sum = a + b;
    return (pair){sum, b - (sum - a)};
}

static pair split(double x) /* 26 + 27 bits */
{
    const double t = 0x1.0000002p27 * x;
    const double high = t - (t - x);
    return (pair){high, x - high};
}

static pair product(double x, double y)
{
    const double xy = x * y;
    const pair a = split(x), b = split(y);
    const double low = ((a.high * b.high - xy) + a.high * b.low + a.low * b.high) + a.low * b.low;
    return (pair){xy, low};
}

/* log x with about six more bits than hr_log: of log m = 2 s + s R(s^2) only the second term,
 * at most a hundredth of the first, is rounded to double. */
static pair log_pair(double x)
{
    double extra = 0.0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        extra = -54.0;
    }
    int exponent = 0;
    double m = frexp(x, &exponent);
    if (m < 0x1.6a09ep-1) {
        m *= 2.0;
        exponent--;
    }
    const double k = exponent + extra;
    const double f = m - 1.0, under = 2.0 + f;
    const double under_low = f - (under - 2.0);
    const double s = f / under;
    const pair back = product(s, under);
    const double s_low = (((f - back.high) - back.low) - s * under_low) / under;
    const double rest = s * hr_real_log_rest(s * s) + 2.0 * s_low + k * HR_LN2_LOW;
    const pair whole = fabs(k) > 0.0 ? quick_sum(k * HR_LN2_HIGH, 2.0 * s) : (pair){2.0 * s, 0.0};
    return quick_sum(whole.high, whole.low + rest);
}

double hr_pow(double x, double y)
{
    const pair log_x = log_pair(x);
    if (!(fabs(log_x.high * y) < 800.0) || fabs(y) > 0x1p900)
        return hr_exp(log_x.high * y);
    const pair main = product(log_x.high, y);
    const double power = hr_exp(main.high);
    return power > 0.0 && power <= 0x1.fffffffffffffp1023
               ? power + power * (main.low + log_x.low * y)
               : power;
}

/* Taylor series of sine and cosine on |t| <= pi/4, cut where the next term is below 2^-58. */
static double sine(double t)
{
    const double z = t * t;
    double p = 1.0 / 355687428096000.0; /* 1/17! */
    p = p * z - 1.0 / 1307674368000.0;
    p = p * z + 1.0 / 6227020800.0;
    p = p * z - 1.0 / 39916800.0;
    p = p * z + 1.0 / 362880.0;
    p = p * z - 1.0 / 5040.0;
    p = p * z + 1.0 / 120.0;
    p = p * z - 1.0 / 6.0;
    return t + t * z * p;
}

static double cosine(double t)
{
    const double z = t * t;
    double p = 1.0 / 20922789888000.0; /* 1/16! */
    p = p * z - 1.0 / 87178291200.0;
    p = p * z + 1.0 / 479001600.0;
    p = p * z - 1.0 / 3628800.0;
    p = p * z + 1.0 / 40320.0;
    p = p * z - 1.0 / 720.0;
    p = p * z + 1.0 / 24.0;
    return 1.0 - 0.5 * z + z * z * p;
}

double hr_sin_turn(double x)
{
    const double two_pi = 0x1.921fb54442d18p+2;
    double r = x - hr_real_nearest(x); /* exact */
    const double sign = r < 0.0 ? -1.0 : 1.0;
    r = fabs(r);
    if (r > 0.25)
        r = 0.5 - r;
    return sign * (r <= 0.125 ? sine(two_pi * r) : cosine(two_pi * (0.25 - r)));
}

/* The far tail of AS 241, r = sqrt(-log p) > 5 (see hr_real_quantile_middle). */
static double quantile_far(double root)
{
    static const double over[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                   1.78482653991729133580e0,  2.96560571828504891230e-1,
                                   2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                   2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double under[8] = {1.0,
                                    5.99832206555887937690e-1,
                                    1.36929880922735805310e-1,
                                    1.48753612908506148525e-2,
                                    7.86869131145613259100e-4,
                                    1.84631831751005468180e-5,
                                    1.42151175831644588870e-7,
                                    2.04426310338993978564e-15};
    const double r = root - 5.0;
    double a = over[7], b = under[7];
    for (int i = 6; i >= 0; i--) {
        a = a * r + over[i];
        b = b * r + under[i];
    }
    return a / b;
}

double hr_normal_quantile(double p)
{
    const double tail = p < 0.5 ? p : 1.0 - p;
    if (tail >= 0x1.8p-36) /* above e^-25: the core, the same bits as in a lane */
        return hr_real_normal_quantile(p);
    const double z = quantile_far(sqrt(-hr_log(tail)));
    return p < 0.5 ? -z : z;
}

/* exp(-z^2/2) with the rounding error of z^2 put back: z = a + b, a with 26 bits. */
static double gauss(double z)
{
    const double a = split(z).high;
    return hr_exp(-0.5 * a * a) * hr_exp(-0.5 * (z - a) * (z + a));
}

/* Middle: 1/2 + phi(z) (z + z^3/3 + z^5/15 + ...), Abramowitz and Stegun 26.2.11; tail: the
 * continued fraction of Mills' ratio, 26.2.14, from the back with enough terms for 2^-53. */
double hr_normal_cdf(double z)
{
    const double root = 0x1.9884533d43651p-2; /* 1 / sqrt(2 pi) */
    const double x = fabs(z);
    if (x > 39.0)
        return z < 0.0 ? 0.0 : 1.0;
    if (x < 1.5) {
        double term = x, sum = x;
        for (int k = 3; term > sum * 0x1p-55; k += 2) {
            term *= x * x / k;
            sum += term;
        }
        const double half = root * gauss(x) * sum;
        return z < 0.0 ? 0.5 - half : 0.5 + half;
    }
    double fraction = x;
    for (int k = (int)(400.0 / (x * x)) + 12; k > 0; k--)
        fraction = x + k / fraction;
    const double tail = root * gauss(x) / fraction;
    return z < 0.0 ? tail : 1.0 - tail;
}
