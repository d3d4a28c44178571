/* real_inline: the branch-free cores of base/real.h, for loops that the compiler vectorises.
 *
 * real.c and every copy of vector_level.c include this file, so that a value computed alone and
 * one computed in a lane have the same bits. Only integer operations and IEEE + - * / sqrt, in
 * one fixed order; selections by bit masks, because a conditional expression may be turned into
 * a branch that stops the vectoriser.
 *
 * Both polynomials are near-minimax: interpolation at Chebyshev nodes, printed with their errors
 * by tests/unit/real_coefficients.py. The reductions are the classical ones of Cody and Waite
 * ("Software Manual for the Elementary Functions", 1980) and of Ng's fdlibm.
 */
#ifndef HR_BASE_REAL_INLINE_H
#define HR_BASE_REAL_INLINE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define HR_LN2_HIGH 0x1.62e42fefa38p-1 /* 42 bits: k * HR_LN2_HIGH is exact for |k| < 2048 */
#define HR_LN2_LOW  0x1.ef35793c7673p-45
#define HR_LOG2_E   0x1.71547652b82fep+0

static inline uint64_t hr_real_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double hr_real_of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* `low` where the sign bit of `sign` is clear, `high` where it is set. */
static inline double hr_real_select(double sign, double low, double high)
{
    const uint64_t mask = (uint64_t)0 - (hr_real_bits(sign) >> 63);
    return hr_real_of_bits((hr_real_bits(low) & ~mask) | (hr_real_bits(high) & mask));
}

/* 2^52 + n for an integer below 2^52: to double without the conversion that AVX2 lacks. */
static inline double hr_real_lifted(uint64_t n)
{
    return hr_real_of_bits(n | 0x4330000000000000u);
}

static inline double hr_real_of_small(uint64_t n)
{
    return hr_real_lifted(n) - 0x1p52;
}

/* (word + 1/2) 2^-32, as hr_uniform. */
static inline double hr_real_uniform(uint32_t word)
{
    return (hr_real_of_small(word) + 0.5) * 0x1p-32;
}

/* ((log((1+s)/(1-s)) - 2 s) / s for z = s^2 <= (3 - sqrt 8)^2. */
static inline double hr_real_log_rest(double z)
{
    double p = 0x1.0c04595972ab8p-3;
    p = p * z + 0x1.0fbe83c2cbcf3p-3;
    p = p * z + 0x1.3b1c360763b8ap-3;
    p = p * z + 0x1.745cf901605f7p-3;
    p = p * z + 0x1.c71c720160b47p-3;
    p = p * z + 0x1.2492492476c87p-2;
    p = p * z + 0x1.9999999999a38p-2;
    p = p * z + 0x1.5555555555555p-1;
    return p * z;
}

/* Natural logarithm of a normal positive number: x = 2^k m with m in [sqrt 1/2, sqrt 2), and
 * log m = f - f^2/2 + s (f^2/2 + R(s^2)) with f = m - 1, s = f / (2 + f). */
static inline double hr_real_log(double x)
{
    const uint64_t offset = 0x3fe6a09e00000000u; /* sqrt 1/2, cut */
    const uint64_t bits = hr_real_bits(x) + (0x3ff0000000000000u - offset);
    const double k = hr_real_of_small(bits >> 52) - 1023.0;
    const double f = hr_real_of_bits((bits & 0x000fffffffffffffu) + offset) - 1.0;
    const double s = f / (2.0 + f);
    const double half = 0.5 * f * f;
    const double rest = s * (half + hr_real_log_rest(s * s));
    return k * HR_LN2_HIGH - ((half - (rest + k * HR_LN2_LOW)) - f);
}

/* (e^r - 1 - r - r^2/2) / r^3 for |r| <= log(2)/2. */
static inline double hr_real_exp_rest(double r)
{
    double p = 0x1.1f66df7fca49fp-29;
    p = p * r + 0x1.af38a9b0ec855p-26;
    p = p * r + 0x1.27e4e1f48534fp-22;
    p = p * r + 0x1.71de0dae63bb3p-19;
    p = p * r + 0x1.a01a01a47b054p-16;
    p = p * r + 0x1.a01a01a7c41d5p-13;
    p = p * r + 0x1.6c16c16c167e1p-10;
    p = p * r + 0x1.11111111109b3p-7;
    p = p * r + 0x1.5555555555555p-5;
    p = p * r + 0x1.5555555555556p-3;
    return p;
}

/* e^r - 1 for r = high - low, |r| <= log(2)/2, |low| tiny. */
static inline double hr_real_exp_small(double high, double low)
{
    const double r = high - low;
    const double square = r * r;
    const double rest = 0.5 * square + square * r * hr_real_exp_rest(r);
    return high - (low - rest);
}

/* 2^k for the integer -1022 <= k <= 1023: k + 1023 appears in the low bits of the sum. */
static inline double hr_real_power_of_two(double k)
{
    return hr_real_of_bits(hr_real_bits(k + (0x1.8p52 + 1023.0)) << 52);
}

/* The integer nearest to x, |x| < 2^51 (ties to even). */
static inline double hr_real_nearest(double x)
{
    return (x + 0x1.8p52) - 0x1.8p52;
}

/* e^x for every x: clamped where the result is infinite or 0 anyway, and scaled in two steps so
 * that a subnormal result is rounded once. */
static inline double hr_real_exp(double x)
{
    x = hr_real_select(710.0 - x, x, 710.0);
    x = hr_real_select(x + 746.0, x, -746.0);
    const double k = hr_real_nearest(x * HR_LOG2_E);
    const double y = 1.0 + hr_real_exp_small(x - k * HR_LN2_HIGH, k * HR_LN2_LOW);
    const double half = hr_real_nearest(0.5 * k);
    return y * hr_real_power_of_two(half) * hr_real_power_of_two(k - half);
}

/* Wichura 1988, "Algorithm AS 241: the percentage points of the normal distribution", Applied
 * Statistics 37, 477-484, routine PPND16 (relative accuracy about 1e-16): the middle, |q| <=
 * 0.425 with q = p - 1/2, and the shoulder, r = sqrt(-log(min(p, 1-p))) <= 5. */
static inline double hr_real_quantile_middle(double q)
{
    const double r = 0.180625 - q * q;
    double over = 2.5090809287301226727e+3;
    over = over * r + 3.3430575583588128105e+4;
    over = over * r + 6.7265770927008700853e+4;
    over = over * r + 4.5921953931549871457e+4;
    over = over * r + 1.3731693765509461125e+4;
    over = over * r + 1.9715909503065514427e+3;
    over = over * r + 1.3314166789178437745e+2;
    over = over * r + 3.3871328727963666080e0;
    double under = 5.2264952788528545610e+3;
    under = under * r + 2.8729085735721942674e+4;
    under = under * r + 3.9307895800092710610e+4;
    under = under * r + 2.1213794301586595867e+4;
    under = under * r + 5.3941960214247511077e+3;
    under = under * r + 6.8718700749205790830e+2;
    under = under * r + 4.2313330701600911252e+1;
    under = under * r + 1.0;
    return q * over / under;
}

static inline double hr_real_quantile_shoulder(double root)
{
    const double r = root - 1.6;
    double over = 7.74545014278341407640e-4;
    over = over * r + 2.27238449892691845833e-2;
    over = over * r + 2.41780725177450611770e-1;
    over = over * r + 1.27045825245236838258e0;
    over = over * r + 3.64784832476320460504e0;
    over = over * r + 5.76949722146069140550e0;
    over = over * r + 4.63033784615654529590e0;
    over = over * r + 1.42343711074968357734e0;
    double under = 1.05075007164441684324e-9;
    under = under * r + 5.47593808499534494600e-4;
    under = under * r + 1.51986665636164571966e-2;
    under = under * r + 1.48103976427480074590e-1;
    under = under * r + 6.89767334985100004550e-1;
    under = under * r + 1.67638483018380384940e0;
    under = under * r + 2.05319162663775882187e0;
    under = under * r + 1.0;
    return over / under;
}

/* Normal quantile for e^-25 <= p <= 1 - e^-25, which holds for every 32-bit uniform: the far
 * tail of AS 241 is not needed and both other parts are computed and selected. */
static inline double hr_real_normal_quantile(double p)
{
    const double q = p - 0.5;
    const double smaller = hr_real_select(q, 1.0 - p, p);
    const double tail = hr_real_quantile_shoulder(sqrt(-hr_real_log(smaller)));
    const double distance = 0.425 - hr_real_select(q, q, -q);
    return hr_real_select(distance, hr_real_quantile_middle(q), hr_real_select(q, tail, -tail));
}

#endif
