#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/order.h"

enum { N = 5000 };

/* Sorted by tick, equal ticks in input order. */
static void check_order(const uint64_t *tick, uint32_t n)
{
    uint32_t *place = calloc(n, sizeof *place);
    uint64_t *work = calloc(HR_ORDER_WORK(n), sizeof *work);
    hr_err err = {0};
    assert_int_equal(hr_order(tick, n, place, work, &err), HR_OK);
    for (uint32_t i = 1; i < n; i++) {
        assert_true(tick[place[i - 1]] <= tick[place[i]]);
        if (tick[place[i - 1]] == tick[place[i]])
            assert_true(place[i - 1] < place[i]);
    }
    free(place);
    free(work);
}

static uint64_t random_below(unsigned spread_bits)
{
    const uint64_t word = ((uint64_t)rand() << 31 ^ (uint64_t)rand()) << 20 ^ (uint64_t)rand();
    return word & (((uint64_t)1 << spread_bits) - 1);
}

/* Over narrow and wide spreads. */
static void check(unsigned spread_bits, unsigned seed)
{
    static uint64_t tick[N];
    srand(seed);
    for (int i = 0; i < N; i++)
        tick[i] = ((uint64_t)1 << 40) + random_below(spread_bits);
    check_order(tick, N);
}

/* Most lie close together, `n_far` of them on each side far away, close together or not: what an
 * end of the range takes is put in order by itself. */
static void check_far_ones(int n_far, unsigned far_bits)
{
    static uint64_t tick[N];
    for (int i = 0; i < N; i++)
        tick[i] = ((uint64_t)1 << 40) + random_below(16);
    for (int i = 0; i < n_far; i++) {
        tick[rand() % N] = ((uint64_t)1 << 20) + random_below(far_bits);
        tick[rand() % N] = ((uint64_t)1 << 45) + random_below(far_bits);
    }
    check_order(tick, N);
}

static void test_far_ones_are_in_order(void **state)
{
    (void)state;
    for (int n_far = 1; n_far < N; n_far *= 3) {
        check_far_ones(n_far, 4);
        check_far_ones(n_far, 30);
    }
}

static void test_few_are_in_order(void **state)
{
    (void)state;
    uint64_t tick[70];
    for (uint32_t n = 0; n <= 70; n++) {
        for (uint32_t i = 0; i < n; i++)
            tick[i] = random_below(5);
        check_order(tick, n);
    }
}

static void test_order_is_stable(void **state)
{
    (void)state;
    for (unsigned bits = 1; bits <= 50; bits += 7)
        check(bits, bits);
}

static void test_too_wide_a_spread_is_refused(void **state)
{
    (void)state;
    const uint64_t tick[4] = {0, 1, 2, UINT64_MAX};
    uint32_t place[4];
    uint64_t work[8];
    hr_err err = {0};
    assert_int_equal(hr_order(tick, 4, place, work, &err), HR_ERR_DATA);
    assert_int_equal(hr_order(tick, 0, place, work, &err), HR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_is_stable),
        cmocka_unit_test(test_far_ones_are_in_order),
        cmocka_unit_test(test_few_are_in_order),
        cmocka_unit_test(test_too_wide_a_spread_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
