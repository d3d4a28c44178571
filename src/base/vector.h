/* vector: the few array operations that are worth having per instruction set.
 *
 * The same C file is compiled once per level (baseline x86-64, AVX2, AVX-512); the level is
 * chosen at run time, or forced by HEADROOM_ISA = baseline | avx2 | avx512. Every level gives
 * the same bits: only integer operations and IEEE + - * / in a fixed order, no contraction, and
 * fused operations only where they cannot show (real_near.h).
 */
#ifndef HR_BASE_VECTOR_H
#define HR_BASE_VECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { HR_VECTOR_PAD = 8 };

typedef struct hr_vector {
    const char *name; /* "baseline", "avx2", "avx512" */
    /* out[16 n_blocks] <- outputs of sixteen PCG32; state advances n_blocks steps */
    void (*pcg32)(uint64_t state[16], const uint64_t increment[16], size_t n_blocks, uint32_t *out);
    /* out[i] <- -log((word[i] + 1/2) 2^-32), the standard exponential; n any */
    void (*exponential)(const uint32_t *word, size_t n, double *out);
    /* out[i] <- exp(location + scale * z(word[i])), z the standard normal quantile; n any */
    void (*lognormal)(const uint32_t *word, size_t n, double location, double scale, double *out);
    /* out[i] <- which of `most` intervals of 2^bits from `from` on value[i] is in: the first if it
       is before all, `most` if behind all; differences below 2^63, n any */
    void (*places)(const uint64_t *value, size_t n, uint64_t from, unsigned bits, uint32_t most,
                   uint32_t *out);
    /* out[i] <- hr_exp(value[i]), the same bits; n any */
    void (*exp)(const double *value, size_t n, double *out);
    /* out[i] <- floor(min(value[i] * scale + 1/2, most)) for value * scale >= 0, most < 2^51 */
    void (*round)(const double *value, size_t n, double scale, double most, uint64_t *out);
    /* out[i] <- what `round` makes of the standard exponential of word[i]; n any */
    void (*exponential_ticks)(const uint32_t *word, size_t n, double scale, double most,
                              uint64_t *out);
    /* the least of key[0..n); n a multiple of HR_VECTOR_PAD */
    int64_t (*least)(const int64_t *key, size_t n);
    /* how many of key[0..n) differ from `one` in their low 8 bits only; n as above */
    unsigned (*count_like)(const int64_t *key, size_t n, int64_t one);
} hr_vector;

/* The level to use: `request` (HEADROOM_ISA's value) or, when NULL or empty, the widest that
 * this processor has. Fails with HR_ERR_USAGE on an unknown name or one the processor lacks. */
HR_MUST_CHECK hr_status hr_vector_choose(const char *request, const hr_vector **chosen,
                                         hr_err *err);
/* Level number i (narrowest first) that this processor can run; NULL past the last. */
const hr_vector *hr_vector_level(unsigned i);
/* The number of a level: its place in tables of copies, of which there are HR_VECTOR_LEVELS. */
enum { HR_VECTOR_LEVELS = 3 };
unsigned hr_vector_number(const hr_vector *vector);

#endif
