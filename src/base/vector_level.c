/* One instruction set's copy of the array operations: compiled once per level, with
 * HR_VECTOR_LEVEL naming the copy (see cmake/floors.cmake). */
#include <math.h>
#include <stdbool.h>

#include "base/real_inline.h"
#include "base/real_near.h"
#include "base/vector.h"

#if defined(__clang__)
/* With sanitizers or without optimisation the loops stay scalar; the bits are the same. */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

enum { LANES = 16 };

/* Of a tick: beyond, too many batches are computed twice. */
#define MOST_MARGIN 0x1p-9

#define MULTIPLIER 6364136223846793005u

/* Multiplications are slow to answer, and each needs the one before: where they can overlap, this
 * many blocks are drawn at a time, each state stepping over the others' (Brown 1994, "Random number
 * generation with arbitrary strides"). */
#if defined(__AVX512DQ__)
enum { STRIDE = 4 };
#else
enum { STRIDE = 1 };
#endif

/* PCG32 XSH-RR 64/32, O'Neill 2014 (see stream.h). */
static inline uint32_t output(uint64_t state)
{
    const uint32_t shifted = (uint32_t)(((state >> 18) ^ state) >> 27);
    const uint32_t turn = (uint32_t)(state >> 59);
    return (shifted >> turn) | (shifted << ((32 - turn) & 31));
}

/* Registers are read as they were written: a copy as bytes would be read back before it is there.
 */
static void pcg32_steps(uint64_t state[LANES], const uint64_t step[LANES], size_t n_blocks,
                        uint32_t *out)
{
    for (size_t block = 0; block < n_blocks; block++, out += LANES) {
#pragma omp simd
        for (int i = 0; i < LANES; i++) {
            out[i] = output(state[i]);
            state[i] = state[i] * MULTIPLIER + step[i];
        }
    }
}

/* The output of the old state, then a step. */
static void pcg32(uint64_t state[16], const uint64_t increment[16], size_t n_blocks, uint32_t *out)
{
    uint64_t s[STRIDE][LANES], step[LANES], power = 1, sum = 0; /* of the multiplier's powers */
    const size_t n_strides = STRIDE > 1 ? n_blocks / STRIDE : 0;
    for (int k = 0; n_strides > 0 && k < STRIDE; k++) {
#pragma omp simd
        for (int i = 0; i < LANES; i++)
            s[k][i] = state[i] * power + increment[i] * sum;
        sum += power;
        power *= MULTIPLIER;
    }
    if (n_strides > 0) {
#pragma omp simd
        for (int i = 0; i < LANES; i++)
            step[i] = increment[i] * sum;
    }
    for (size_t stride = 0; stride < n_strides; stride++) {
        for (int k = 0; k < STRIDE; k++, out += LANES) {
#pragma omp simd
            for (int i = 0; i < LANES; i++) {
                out[i] = output(s[k][i]);
                s[k][i] = s[k][i] * power + step[i];
            }
        }
    }
    if (n_strides > 0)
        memcpy(state, s[0], sizeof s[0]);
    pcg32_steps(state, increment, n_blocks - n_strides * STRIDE, out);
}

static void exponential(const uint32_t *word, size_t n, double *out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = -hr_real_log(hr_real_uniform(word[i]));
}

static void lognormal(const uint32_t *word, size_t n, double location, double scale, double *out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = hr_real_exp(location + scale * hr_real_normal_quantile(hr_real_uniform(word[i])));
}

static void places(const uint64_t *value, size_t n, uint64_t from, unsigned bits, uint32_t most,
                   uint32_t *out)
{
    const int64_t end = most;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const int64_t since = (int64_t)(value[i] - from);
        const int64_t place = (int64_t)((uint64_t)(since > 0 ? since : 0) >> bits);
        out[i] = (uint32_t)(place < end ? place : end);
    }
}

static void exponentials(const double *value, size_t n, double *out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = hr_real_exp(value[i]);
}

/* Conversions to 64-bit integers are missing below AVX-512: adding 2^52 rounds, and leaves the
 * integer in the low bits. */
static inline uint64_t rounded(double value, double scale, double most)
{
    const double exact = value * scale + 0.5;
#if defined(__AVX512DQ__)
    return (uint64_t)(exact < most ? exact : most); /* the same with a conversion */
#else
    const double x = hr_real_select(most - exact, exact, most);
    const double nearest = (x + 0x1p52) - 0x1p52;
    const double floored = nearest + hr_real_select(x - nearest, 0.0, -1.0);
    return hr_real_bits(floored + 0x1p52) & 0x000fffffffffffffu;
#endif
}

static void round_down(const double *value, size_t n, double scale, double most, uint64_t *out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = rounded(value[i], scale, most);
}

/* One after the other, a little at a time: both together need more registers than there are. */
static void exact_ticks(const uint32_t *word, size_t n, double scale, double most, uint64_t *out)
{
    enum { BATCH = 256 };
    double value[BATCH];
    for (size_t from = 0; from < n; from += BATCH) {
        const size_t now = n - from < BATCH ? n - from : BATCH;
        exponential(word + from, now, value);
        round_down(value, now, scale, most, out + from);
    }
}

/* Most ticks are known from a logarithm that is only near, as one that is within `room` of the tick
 * could not be rounded to another. */
typedef struct near_ticks {
    double scale, room;
} near_ticks;

enum { NEAR_BATCH = 64 };

#if defined(__FMA__)

/* Whether the ticks of a batch are sure. */
static inline bool find_near_ticks(const near_ticks *near, const uint32_t *word, uint64_t *out)
{
    const double scale = near->scale, room = near->room;
    uint64_t is_sure = UINT64_MAX; /* in the highest bit */
#pragma omp simd reduction(& : is_sure)
    for (int i = 0; i < NEAR_BATCH; i++) {
        const double value = hr_real_near_exponential(word[i]);
        const double sum = __builtin_fma(value, scale, 0x1p52); /* rounds to a tick */
        const double off = __builtin_fma(value, scale, 0x1p52 - sum);
        is_sure &= hr_real_bits(__builtin_fma(off, off, -room * room));
        out[i] = hr_real_bits(sum) & 0x000fffffffffffffu;
    }
    return is_sure >> 63 != 0;
}

#else

static inline bool find_near_ticks(const near_ticks *near, const uint32_t *word, uint64_t *out)
{
    const double scale = near->scale, room = near->room;
    uint64_t bits[NEAR_BATCH], is_sure = UINT64_MAX;
    hr_real_near_part part[NEAR_BATCH];
#pragma omp simd
    for (int i = 0; i < NEAR_BATCH; i++)
        bits[i] = hr_real_near_bits(word[i]);
    for (int i = 0; i < NEAR_BATCH; i++)
        part[i] = hr_real_near_part_of(bits[i]);
#pragma omp simd reduction(& : is_sure)
    for (int i = 0; i < NEAR_BATCH; i++) {
        const double ticks = hr_real_near_by_part(bits[i], part[i]) * scale;
        const double sum = ticks + 0x1p52; /* rounds to a tick */
        const double off = ticks - (sum - 0x1p52);
        is_sure &= hr_real_bits(off * off - room * room);
        out[i] = hr_real_bits(sum) & 0x000fffffffffffffu;
    }
    return is_sure >> 63 != 0;
}

#endif

/* What is not sure is left to the exact one, with all of its batch. */
static void exponential_ticks(const uint32_t *word, size_t n, double scale, double most,
                              uint64_t *out)
{
    size_t from = 0;
    /* 2^-30: more than the last roundings of a number of ticks near 1 */
    const double margin = scale * HR_REAL_NEAR_ERROR + 0x1p-30;
    const near_ticks near = {scale, 0.5 - margin};
    const bool is_worth_it = margin < MOST_MARGIN && scale * HR_REAL_MOST_EXPONENTIAL < most;
    for (; is_worth_it && n - from >= NEAR_BATCH; from += NEAR_BATCH) {
        if (!find_near_ticks(&near, word + from, out + from))
            exact_ticks(word + from, NEAR_BATCH, scale, most, out + from);
    }
    exact_ticks(word + from, n - from, scale, most, out + from);
}

/* n / PAD * PAD tells the compiler that there is no remainder. */
static int64_t least(const int64_t *key, size_t n)
{
    int64_t smallest = INT64_MAX;
#pragma omp simd reduction(min : smallest)
    for (size_t j = 0; j < n / HR_VECTOR_PAD * HR_VECTOR_PAD; j++)
        smallest = key[j] < smallest ? key[j] : smallest;
    return smallest;
}

static unsigned count_like(const int64_t *key, size_t n, int64_t one)
{
    int64_t count = 0;
#pragma omp simd reduction(+ : count)
    for (size_t j = 0; j < n / HR_VECTOR_PAD * HR_VECTOR_PAD; j++)
        count += (key[j] | 255) == (one | 255);
    return (unsigned)count;
}

#define JOIN_AGAIN(a, b) a##b
#define JOIN(a, b)       JOIN_AGAIN(a, b)
#define TEXT_AGAIN(a)    #a
#define TEXT(a)          TEXT_AGAIN(a)

extern const hr_vector JOIN(hr_vector_, HR_VECTOR_LEVEL);
const hr_vector JOIN(hr_vector_, HR_VECTOR_LEVEL) = {
    TEXT(HR_VECTOR_LEVEL), pcg32,      exponential,       lognormal, places,
    exponentials,          round_down, exponential_ticks, least,     count_like};
