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

#define JOIN_AGAIN(a, b) a##b
#define JOIN(a, b)       JOIN_AGAIN(a, b)
#define TEXT_AGAIN(a)    #a
#define TEXT(a)          TEXT_AGAIN(a)

extern const hr_vector JOIN(hr_vector_, HR_VECTOR_LEVEL);
const hr_vector JOIN(hr_vector_, HR_VECTOR_LEVEL) = {TEXT(HR_VECTOR_LEVEL), pcg32, exponential,
                                                     lognormal};
