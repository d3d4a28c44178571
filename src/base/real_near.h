/* real_near: an exponential that is only near, for half the price of hr_real_log, where what is
 * made of it is known to be the same. With fused operations, whose bits no result may show:
 * vector_level.c uses it in its copies for processors that have them.
 *
 * The polynomial interpolates at Chebyshev nodes, as those of real_inline.h, and is wrong by up to
 * 2^-40.58; tests/unit/test_near.c goes through all words.
 */
#ifndef HR_BASE_REAL_NEAR_H
#define HR_BASE_REAL_NEAR_H

#include "base/real_inline.h"

#define HR_REAL_NEAR_ERROR       0x1p-40
#define HR_REAL_MOST_EXPONENTIAL 23.0 /* above -log(2^-33), that of the word 0 */

/* -log((word + 1/2) 2^-32), but for less than HR_REAL_NEAR_ERROR. */
static inline double hr_real_near_exponential(uint32_t word)
{
    /* word + 1/2 = 2^(32 - k) (f + 3/2) */
    const uint64_t bits = hr_real_bits(hr_real_lifted(word) - (0x1p52 - 0.5));
    const double k = (0x1p52 + 1023.0 + 32.0) - hr_real_lifted(bits >> 52);
    const double f = hr_real_of_bits((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u) - 1.5;
    double p = 0x1.77327c15b020ep-12; /* -log(f + 3/2) for |f| <= 1/2 */
    p = __builtin_fma(p, f, -0x1.2df5ff50758e4p-11);
    p = __builtin_fma(p, f, 0x1.38d07401b1790p-11);
    p = __builtin_fma(p, f, -0x1.006b009826b84p-10);
    p = __builtin_fma(p, f, 0x1.c8f6aff3b705cp-10);
    p = __builtin_fma(p, f, -0x1.7cb8276079251p-9);
    p = __builtin_fma(p, f, 0x1.3f93cf9677231p-8);
    p = __builtin_fma(p, f, -0x1.11ed58798ed21p-7);
    p = __builtin_fma(p, f, 0x1.df75d3704306bp-7);
    p = __builtin_fma(p, f, -0x1.af8399b871b8dp-6);
    p = __builtin_fma(p, f, 0x1.948b0f2d4fbf5p-5);
    p = __builtin_fma(p, f, -0x1.948b0f4db1b01p-4);
    p = __builtin_fma(p, f, 0x1.c71c71c761402p-3);
    p = __builtin_fma(p, f, -0x1.5555555570c74p-1);
    p = __builtin_fma(p, f, -0x1.9f323ecbf984cp-2);
    return __builtin_fma(k, HR_LN2_HIGH + HR_LN2_LOW, p);
}

#endif
