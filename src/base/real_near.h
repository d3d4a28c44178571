/* real_near: an exponential that is only near, for half the price of hr_real_log, where what is
 * made of it is known to be the same. No result may show its bits: vector_level.c rounds it to
 * ticks where no rounding could differ.
 *
 * Two forms of it: one polynomial, for processors with fused operations; without them a short
 * polynomial in each of 64 parts, for which a table is read number by number. The polynomials
 * interpolate at Chebyshev nodes, as those of real_inline.h, and are wrong by up to 2^-40.58 and
 * 2^-41.30; tests/unit/test_near.c goes through all words.
 */
#ifndef HR_BASE_REAL_NEAR_H
#define HR_BASE_REAL_NEAR_H

#include "base/real_inline.h"

#define HR_REAL_NEAR_ERROR       0x1p-40
#define HR_REAL_MOST_EXPONENTIAL 23.0 /* above -log(2^-33), that of the word 0 */

/* The bits of word + 1/2 = 2^(32 - k) m, 1 <= m < 2. */
static inline uint64_t hr_real_near_bits(uint32_t word)
{
    return hr_real_bits(hr_real_lifted(word) - (0x1p52 - 0.5));
}

static inline double hr_real_near_k(uint64_t bits)
{
    return (0x1p52 + 1023.0 + 32.0) - hr_real_lifted(bits >> 52);
}

static inline double hr_real_near_m(uint64_t bits)
{
    return hr_real_of_bits((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u);
}

/* -log((word + 1/2) 2^-32), but for less than HR_REAL_NEAR_ERROR. */
static inline double hr_real_near_exponential(uint32_t word)
{
    const uint64_t bits = hr_real_near_bits(word);
    const double f = hr_real_near_m(bits) - 1.5;
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
    return __builtin_fma(hr_real_near_k(bits), HR_LN2_HIGH + HR_LN2_LOW, p);
}

/* One of the equal parts of 1 <= m < 2. */
enum { HR_REAL_NEAR_PART_BITS = 6, HR_REAL_NEAR_PARTS = 1 << HR_REAL_NEAR_PART_BITS };
typedef struct hr_real_near_part {
    double inverse; /* of its middle, of 20 bits: its product with any m is exact */
    double log;     /* of `inverse` */
} hr_real_near_part;
extern const hr_real_near_part hr_real_near_parts[HR_REAL_NEAR_PARTS];

static inline hr_real_near_part hr_real_near_part_of(uint64_t bits)
{
    return hr_real_near_parts[bits >> (52 - HR_REAL_NEAR_PART_BITS) & (HR_REAL_NEAR_PARTS - 1)];
}

/* The exponential again, by the part of its bits. */
static inline double hr_real_near_by_part(uint64_t bits, hr_real_near_part part)
{
    const double f = hr_real_near_m(bits) * part.inverse - 1.0;
    double p = 0x1.0003555f55735p-2; /* -log(f + 1) / f for |f| <= 1/128 */
    p = p * f - 0x1.55595560c32d8p-2;
    p = p * f + 0x1.fffffffcaa9e3p-2;
    p = p * f - 0x1.fffffffdfff8ep-1;
    return hr_real_near_k(bits) * (HR_LN2_HIGH + HR_LN2_LOW) + (part.log + p * f);
}

#endif
