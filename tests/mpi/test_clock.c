/* Every moment goes to one row: their sum is the time that has passed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "explore/clock.h"

static void pass(uint64_t ns)
{
    const uint64_t begun = hr_clock_now();
    while (hr_clock_now() - begun < ns) {
    }
}

static uint64_t all_of(const hr_clock *clock)
{
    uint64_t all = 0;
    for (int i = 0; i < HR_N_TIMES; i++)
        all += clock->spent[i];
    return all;
}

static void test_time_goes_to_one_row(void **state)
{
    (void)state;
    hr_clock clock;
    hr_clock_start(&clock);
    const uint64_t begun = clock.since;
    pass(1000000);
    assert_int_equal(hr_clock_switch(&clock, HR_ACCOUNT_MPI), HR_ACCOUNT_REST);
    pass(2000000);
    assert_int_equal(hr_clock_switch(&clock, HR_ACCOUNT_REST), HR_ACCOUNT_MPI);
    pass(500000);
    assert_int_equal(hr_clock_switch(&clock, HR_ACCOUNT_RESULT), HR_ACCOUNT_REST);
    assert_true(clock.spent[HR_ACCOUNT_REST] >= 1500000);
    assert_true(clock.spent[HR_ACCOUNT_MPI] >= 2000000);
    assert_int_equal(clock.spent[HR_ACCOUNT_RESULT], 0);
    assert_int_equal(all_of(&clock), clock.since - begun);
}

static void test_threads_without_tasks_are_idle(void **state)
{
    (void)state;
    hr_clock clock = {.spent = {[HR_ACCOUNT_COMPUTING] = 10000000000}};
    hr_clock_computed(&clock, 10000000000, 15.0, 2);
    assert_int_equal(clock.spent[HR_ACCOUNT_COMPUTING], 7500000000);
    assert_int_equal(clock.spent[HR_ACCOUNT_SETS], 2500000000);
    /* Tasks are timed by themselves: a little more than the wall is none idle. */
    hr_clock_computed(&clock, 1000, 2.1e-6, 2);
    assert_int_equal(clock.spent[HR_ACCOUNT_SETS], 2500000000);
}

static void test_fetches(void **state)
{
    (void)state;
    hr_clock clock = {0};
    hr_clock_fetched(&clock, 30);
    hr_clock_fetched(&clock, 50);
    hr_clock_fetched(&clock, 10);
    assert_int_equal(clock.spent[HR_ACCOUNT_FETCHES], 3);
    assert_int_equal(clock.spent[HR_ACCOUNT_FETCHING], 90);
    assert_int_equal(clock.spent[HR_ACCOUNT_LONGEST_FETCH], 50);
    assert_int_equal(all_of(&clock), 0);
    hr_clock_fetched(NULL, 1);
    assert_int_equal(hr_clock_switch(NULL, HR_ACCOUNT_MPI), HR_ACCOUNT_MPI);
}

static void test_shares(void **state)
{
    (void)state;
    const hr_accounts none = {0};
    hr_accounts accounts = {.n_cores = 4};
    accounts.sum[HR_ACCOUNT_COMPUTING] = 700;
    accounts.sum[HR_ACCOUNT_FETCHES] = 3;
    accounts.sum[HR_ACCOUNT_FETCHING] = 6000000;
    hr_accounts_of_result(&accounts, 75);
    assert_true(fabs(hr_accounts_share(&accounts, HR_ACCOUNT_COMPUTING) - 0.7) < 1e-12);
    assert_true(fabs(hr_accounts_share(&accounts, HR_ACCOUNT_RESULT) - 0.3) < 1e-12);
    assert_true(fabs(hr_accounts_mean_fetch(&accounts) - 0.002) < 1e-12);
    assert_true(fabs(hr_accounts_share(&none, HR_ACCOUNT_RESULT)) < 1e-12);
    assert_true(fabs(hr_accounts_mean_fetch(&none)) < 1e-12);
}

static void test_rows_are_complete(void **state)
{
    (void)state;
    for (int i = 0; i < HR_N_ACCOUNTS; i++) {
        assert_non_null(hr_account_rows[i].name);
        assert_non_null(hr_account_rows[i].doc);
        assert_int_equal(hr_account_rows[i].label != NULL, i < HR_N_TIMES);
        hr_accounts accounts = {0};
        hr_accounts_set_number(&accounts, (hr_account)i, 3.0);
        assert_true(fabs(hr_accounts_number(&accounts, (hr_account)i) - 3.0) < 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_goes_to_one_row),
        cmocka_unit_test(test_threads_without_tasks_are_idle),
        cmocka_unit_test(test_fetches),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_rows_are_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
