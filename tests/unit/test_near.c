/* The exponential that is only near: how near, and that the ticks found with it are those of the
 * exact one. Compiled for a processor with fused operations. With the argument `all` every one of
 * the 2^32 words is tried, otherwise one in 257. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/real_near.h"
#include "base/vector.h"

#if defined(__clang__)
/* With sanitizers or without optimisation the loop stays scalar; the bits are the same. */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

static uint64_t stride = 257; /* prime: all low bits occur */

enum { BATCH = 1024, TRIED = 1 << 16 };

enum { BY_PART = true };

__attribute__((always_inline)) static inline double near_of(uint32_t word, const bool by_part)
{
    const uint64_t bits = hr_real_near_bits(word);
    return by_part ? hr_real_near_by_part(bits, hr_real_near_part_of(bits))
                   : hr_real_near_exponential(word);
}

/* The largest distance of BATCH words from `first` on, `stride` apart. */
__attribute__((always_inline)) static inline double batch_error(uint64_t first, const bool by_part)
{
    double largest = 0.0;
#pragma omp simd reduction(max : largest)
    for (uint64_t i = 0; i < BATCH; i++) {
        const uint32_t word = (uint32_t)(first + i * stride);
        const double error = fabs(near_of(word, by_part) + hr_real_log(hr_real_uniform(word)));
        largest = error > largest ? error : largest;
    }
    return largest;
}

__attribute__((always_inline)) static inline double largest_error(const bool by_part)
{
    double largest = 0.0;
    for (uint64_t first = 0; first <= UINT32_MAX; first += BATCH * stride)
        largest = fmax(largest, batch_error(first, by_part));
    for (uint64_t bit = 0; bit < 32; bit++) /* both sides of every power of two */
        largest = fmax(largest, batch_error(((uint64_t)1 << bit) - BATCH / 2 * stride, by_part));
    print_message("largest error 2^%.2f\n", log2(largest));
    return largest;
}

static bool has_fused(void)
{
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("fma") || !__builtin_cpu_supports("avx2")) {
        print_message("no fused operations on this processor: nothing of this file was tried\n");
        return false;
    }
#endif
    return true;
}

/* The bounds hold, with room for the roundings of the ticks themselves, two of 23 x 2^-53; and they
 * are no wider than they must be, so that a bound made smaller is seen here. */
static void the_error_is_below_its_bound(void **state)
{
    (void)state;
    if (!has_fused())
        skip();
    const double largest = largest_error(!BY_PART);
    assert_true(largest < HR_REAL_NEAR_ERROR - 0x1p-47);
    assert_true(largest > 0.5 * HR_REAL_NEAR_ERROR);
}

static void the_error_by_part_is_below_its_bound(void **state)
{
    (void)state;
    if (!has_fused()) /* this file is compiled for them: the words are gone through in wide loops */
        skip();
    const double largest = largest_error(BY_PART);
    assert_true(largest < HR_REAL_NEAR_ERROR - 0x1p-47);
    assert_true(largest > 0.25 * HR_REAL_NEAR_ERROR);
}

/* Scales from one tick to the widest margin, and beyond where only the exact one is used. */
static void ticks_are_those_of_the_exact_one(void **state)
{
    (void)state;
    static const double scales[] = {1e-3, 1.0, 117964.8, 176947200.0, 1.7e9, 2.1e9, 2.2e9, 1e12};
    static uint32_t word[TRIED];
    static double value[TRIED];
    static uint64_t exact[TRIED], ticks[TRIED];
    const size_t n = TRIED;
    for (size_t i = 0; i < n; i++)
        word[i] = (uint32_t)i * 2654435761u;
    hr_vector_level(0)->exponential(word, n, value);
    for (size_t k = 0; k < sizeof scales / sizeof *scales; k++) {
        hr_vector_level(0)->round(value, n, scales[k], 0x1p39, exact);
        for (unsigned l = 0; hr_vector_level(l) != NULL; l++) {
            hr_vector_level(l)->exponential_ticks(word, n, scales[k], 0x1p39, ticks);
            assert_memory_equal(ticks, exact, sizeof exact);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_error_is_below_its_bound),
        cmocka_unit_test(the_error_by_part_is_below_its_bound),
        cmocka_unit_test(ticks_are_those_of_the_exact_one),
    };
    if (argc > 1 && strcmp(argv[1], "all") == 0)
        stride = 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
