/* The array operations: every level that this processor has gives the bits of base/real.h. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/real.h"
#include "base/stream.h"
#include "base/vector.h"

enum { N = 4096 };

/* Both ends, the borders of AS 241's middle, and words spread over the range. */
static void make_words(uint32_t word[N])
{
    static const uint32_t special[] = {0,           1,           2,           0x7fffffffu,
                                       0x80000000u, 0x80000001u, 0xfffffffeu, 0xffffffffu,
                                       0x13333332u, 0x13333333u, 0xecccccccu, 0xeccccccdu};
    const size_t n = sizeof special / sizeof special[0];
    memcpy(word, special, sizeof special);
    for (size_t i = n; i < N; i++)
        word[i] = (uint32_t)i * 2654435761u;
    for (size_t i = n; i < n + 64; i++)
        word[i] = i % 2 ? UINT32_C(1) << (i / 2 % 32) : ~(UINT32_C(1) << (i / 2 % 32));
}

static uint64_t bits(double x)
{
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

static void exponential_has_the_bits_of_log(void **state)
{
    (void)state;
    static uint32_t word[N];
    static double out[N + 1];
    make_words(word);
    for (unsigned l = 0; hr_vector_level(l) != NULL; l++) {
        memset(out, 0, sizeof out);
        hr_vector_level(l)->exponential(word, N - 3, out); /* not a whole number of vectors */
        for (size_t i = 0; i < N - 3; i++) {
            const double alone = -hr_log(hr_uniform(word[i]));
            if (bits(alone) != bits(out[i]))
                fail_msg("%s: word %08x gives %a, alone %a", hr_vector_level(l)->name,
                         (unsigned)word[i], out[i], alone);
        }
        assert_true(out[N - 3] == 0.0);
    }
}

static void lognormal_has_the_bits_of_exp_and_quantile(void **state)
{
    (void)state;
    static const double location[] = {0.0, 7.4, -3.0, 500.0, 0.0},
                        scale[] = {1.0, 0.7, 1e-3, 100.0, 0.0};
    static uint32_t word[N];
    static double out[N];
    make_words(word);
    for (unsigned l = 0; hr_vector_level(l) != NULL; l++)
        for (size_t k = 0; k < 5; k++) {
            hr_vector_level(l)->lognormal(word, N - 5, location[k], scale[k], out);
            for (size_t i = 0; i < N - 5; i++) {
                const double z = hr_normal_quantile(hr_uniform(word[i]));
                const double alone = hr_exp(location[k] + scale[k] * z);
                if (bits(alone) != bits(out[i]))
                    fail_msg("%s: word %08x gives %a, alone %a", hr_vector_level(l)->name,
                             (unsigned)word[i], out[i], alone);
            }
        }
}

static void pcg32_has_the_same_bits_at_every_level(void **state)
{
    (void)state;
    static uint32_t first[16 * 300], again[16 * 300];
    uint64_t start[16], increment[16], end[16], here[16];
    for (uint64_t i = 0; i < 16; i++) {
        start[i] = hr_hash(&i, 1);
        increment[i] = start[i] * 6 + 1;
    }
    memcpy(end, start, sizeof end);
    for (size_t i = 0; i < 300; i++) /* one by one */
        hr_vector_level(0)->pcg32(end, increment, 1, first + 16 * i);
    for (unsigned l = 0; hr_vector_level(l) != NULL; l++) {
        memcpy(here, start, sizeof here);
        hr_vector_level(l)->pcg32(here, increment, 100, again);
        for (size_t done = 100, n = 0; done < 300; done += n, n++) /* of any number of blocks */
            hr_vector_level(l)->pcg32(here, increment, done + n < 300 ? n : 300 - done,
                                      again + 16 * done);
        assert_memory_equal(first, again, sizeof first);
        assert_memory_equal(end, here, sizeof end);
    }
}

/* Products exactly between two ticks, at the ends, and beyond the most. */
static void ticks_are_rounded_alike(void **state)
{
    (void)state;
    static const double scale[] = {1.0, 0.5, 65536.0, 1.7694e8, 0x1p45};
    static uint32_t word[N];
    static double value[N];
    static uint64_t expected[N], out[N + 1];
    make_words(word);
    for (unsigned l = 0; hr_vector_level(l) != NULL; l++)
        for (size_t k = 0; k < sizeof scale / sizeof *scale; k++) {
            hr_vector_level(0)->exponential(word, N, value);
            value[0] = 0.5, value[1] = 1.5, value[2] = 0.0, value[3] = 0x1.fffffffffffffp-2;
            for (size_t i = 0; i < N; i++)
                expected[i] = (uint64_t)fmin(floor(value[i] * scale[k] + 0.5), 0x1p48);
            hr_vector_level(l)->round(value, N, scale[k], 0x1p48, out);
            assert_memory_equal(out, expected, sizeof expected);
            hr_vector_level(0)->exponential(word, N, value);
            hr_vector_level(0)->round(value, N, scale[k], 0x1p48, expected);
            out[N - 3] = 1;
            hr_vector_level(l)->exponential_ticks(word, N - 3, scale[k], 0x1p48, out);
            assert_memory_equal(out, expected, (N - 3) * sizeof *out);
            assert_int_equal(out[N - 3], 1);
        }
}

static void exponentials_have_the_bits_of_exp(void **state)
{
    (void)state;
    static uint32_t word[N];
    static double value[N], out[N + 1];
    make_words(word);
    for (size_t i = 0; i < N; i++)
        value[i] = 1500.0 * (hr_uniform(word[i]) - 0.5); /* zero and infinity at the ends */
    for (unsigned l = 0; hr_vector_level(l) != NULL; l++) {
        memset(out, 0, sizeof out);
        hr_vector_level(l)->exp(value, N - 3, out);
        for (size_t i = 0; i < N - 3; i++)
            assert_true(bits(hr_exp(value[i])) == bits(out[i]));
        assert_true(out[N - 3] == 0.0);
    }
}

/* Before all intervals, at their edges, and behind them. */
static void values_have_places(void **state)
{
    (void)state;
    static const unsigned width[] = {0, 3, 22, 31};
    static uint32_t word[N], out[N + 1];
    static uint64_t value[N];
    const uint32_t most = 57;
    make_words(word);
    for (size_t k = 0; k < sizeof width / sizeof *width; k++) {
        const uint64_t from = (uint64_t)1 << 50, step = (uint64_t)1 << width[k];
        for (size_t i = 0; i < N; i++)
            value[i] = from - 4 * step + (uint64_t)(hr_uniform(word[i]) * 70.0 * (double)step);
        value[0] = from, value[1] = from - 1, value[2] = from + step - 1, value[3] = from + step;
        value[4] = from + most * step - 1, value[5] = from + most * step, value[6] = 0;
        for (unsigned l = 0; hr_vector_level(l) != NULL; l++) {
            out[N - 3] = 1234;
            hr_vector_level(l)->places(value, N - 3, from, width[k], most, out);
            for (size_t i = 0; i < N - 3; i++) {
                const uint64_t place = value[i] < from ? 0 : (value[i] - from) / step;
                assert_int_equal(out[i], place < most ? place : most);
            }
            assert_int_equal(out[N - 3], 1234);
        }
    }
}

static void a_level_is_chosen_by_name(void **state)
{
    (void)state;
    unsigned n = 0;
    const hr_vector *chosen = NULL;
    hr_err err = {0};
    for (; hr_vector_level(n) != NULL; n++) {
        assert_int_equal(hr_vector_choose(hr_vector_level(n)->name, &chosen, &err), HR_OK);
        assert_ptr_equal(chosen, hr_vector_level(n));
    }
    assert_true(n >= 1);
    assert_string_equal(hr_vector_level(0)->name, "baseline");
    assert_int_equal(hr_vector_choose(NULL, &chosen, &err), HR_OK);
    assert_ptr_equal(chosen, hr_vector_level(n - 1));
    assert_int_equal(hr_vector_choose("", &chosen, &err), HR_OK);
    assert_ptr_equal(chosen, hr_vector_level(n - 1));
}

static void an_unknown_level_is_refused(void **state)
{
    (void)state;
    const hr_vector *chosen = NULL;
    hr_err err = {0};
    assert_int_equal(hr_vector_choose("sse9", &chosen, &err), HR_ERR_USAGE);
    assert_non_null(strstr(err.message, "sse9"));
    assert_non_null(strstr(err.message, "baseline, avx2 or avx512"));
    assert_null(chosen);
    unsigned n = 0;
    while (hr_vector_level(n) != NULL)
        n++;
    if (n < 3) {
        err = (hr_err){0};
        assert_int_equal(hr_vector_choose("avx512", &chosen, &err), HR_ERR_USAGE);
        assert_non_null(strstr(err.message, "this processor has no 'avx512'"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponential_has_the_bits_of_log),
        cmocka_unit_test(lognormal_has_the_bits_of_exp_and_quantile),
        cmocka_unit_test(pcg32_has_the_same_bits_at_every_level),
        cmocka_unit_test(ticks_are_rounded_alike),
        cmocka_unit_test(exponentials_have_the_bits_of_exp),
        cmocka_unit_test(values_have_places),
        cmocka_unit_test(a_level_is_chosen_by_name),
        cmocka_unit_test(an_unknown_level_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
