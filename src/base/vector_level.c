/* One instruction set's copy of the array operations: compiled once per level, with
 * HR_VECTOR_LEVEL naming the copy (see cmake/floors.cmake). */
#include <math.h>

#include "base/real_inline.h"
#include "base/vector.h"

#if defined(__clang__)
/* With sanitizers or without optimisation the loops stay scalar; the bits are the same. */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

enum { LANES = 16 };

/* PCG32 XSH-RR 64/32, O'Neill 2014 (see stream.h): the output of the old state, then a step. */
static void pcg32(uint64_t state[16], const uint64_t increment[16], size_t n_blocks, uint32_t *out)
{
    uint64_t s[LANES], step[LANES];
    memcpy(s, state, sizeof s);
    memcpy(step, increment, sizeof step);
    for (size_t block = 0; block < n_blocks; block++, out += LANES) {
#pragma omp simd
        for (int i = 0; i < LANES; i++) {
            const uint32_t shifted = (uint32_t)(((s[i] >> 18) ^ s[i]) >> 27);
            const uint32_t turn = (uint32_t)(s[i] >> 59);
            out[i] = (shifted >> turn) | (shifted << ((32 - turn) & 31));
            s[i] = s[i] * 6364136223846793005u + step[i];
        }
    }
    memcpy(state, s, sizeof s);
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

/* Conversions to 64-bit integers are missing below AVX-512: adding 2^52 rounds, and leaves the
 * integer in the low bits. */
static void round_down(const double *value, size_t n, double scale, double most, uint64_t *out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double exact = value[i] * scale + 0.5;
        const double x = hr_real_select(most - exact, exact, most);
        const double nearest = (x + 0x1p52) - 0x1p52;
        const double floored = nearest + hr_real_select(x - nearest, 0.0, -1.0);
        out[i] = hr_real_bits(floored + 0x1p52) & 0x000fffffffffffffu;
    }
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
    TEXT(HR_VECTOR_LEVEL), pcg32, exponential, lognormal, round_down, least, count_like};
