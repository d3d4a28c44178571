#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/order.h"

enum { N = 5000 };

/* Sorted by tick, equal ticks in input order: over narrow and wide spreads. */
static void check(unsigned spread_bits, unsigned seed)
{
    uint64_t *tick = calloc(N, sizeof *tick);
    uint32_t *place = calloc(N, sizeof *place);
    uint64_t *work = calloc(HR_ORDER_WORK(N), sizeof *work);
    hr_err err = {0};
    srand(seed);
    for (int i = 0; i < N; i++) {
        const uint64_t word = ((uint64_t)rand() << 31 ^ (uint64_t)rand()) << 20 ^ (uint64_t)rand();
        tick[i] = ((uint64_t)1 << 40) + (word & (((uint64_t)1 << spread_bits) - 1));
    }
    assert_int_equal(hr_order(tick, N, place, work, &err), HR_OK);
    for (int i = 1; i < N; i++) {
        assert_true(tick[place[i - 1]] <= tick[place[i]]);
        if (tick[place[i - 1]] == tick[place[i]])
            assert_true(place[i - 1] < place[i]);
    }
    free(tick);
    free(place);
    free(work);
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
        cmocka_unit_test(test_too_wide_a_spread_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
