#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/placement.h"

enum { N = 5, WORDS = 60000 };

/* Words spread evenly over the 32-bit range: counts are then exact, not random. */
static uint32_t even_word(uint32_t i)
{
    return (uint32_t)(((uint64_t)i << 32) / WORDS);
}

static void test_least_loaded_takes_the_smallest(void **state)
{
    (void)state;
    const double score[N] = {3, 1, 2, 1.5, 9};
    const hr_view view = {.n_servers = N, .score = score};
    const hr_placement rule = {.rule = HR_RULE_LEAST_LOADED};
    assert_int_equal(hr_placement_choose(&rule, &view, 0, 0), 1);
    assert_int_equal(hr_placement_choose(&rule, &view, UINT32_MAX, UINT32_MAX), 1);
}

static void test_ties_are_shared_evenly_or_go_to_the_lowest(void **state)
{
    (void)state;
    const double score[N] = {3, 1, 2, 1, 1};
    const hr_view view = {.n_servers = N, .score = score};
    hr_placement rule = {.rule = HR_RULE_LEAST_LOADED, .ties = HR_TIES_UNIFORM};
    int count[N] = {0};
    for (uint32_t i = 0; i < WORDS; i++)
        count[hr_placement_choose(&rule, &view, even_word(i), 7)]++;
    const int expected[N] = {0, WORDS / 3, 0, WORDS / 3, WORDS / 3};
    for (int j = 0; j < N; j++)
        assert_in_range(count[j] + 1, expected[j], expected[j] + 2); /* +-1: rounding */
    rule.ties = HR_TIES_LOWEST;
    assert_int_equal(hr_placement_choose(&rule, &view, UINT32_MAX, 7), 1);
}

static void test_random_follows_the_weights(void **state)
{
    (void)state;
    /* weights 0.4, 0.3, 0.2, 0.1 */
    const uint32_t threshold[4] = {1717986917, 3006477106, 3865470565, UINT32_MAX};
    const hr_view view = {.n_servers = 4, .threshold = threshold};
    const hr_placement rule = {.rule = HR_RULE_RANDOM};
    int count[4] = {0};
    for (uint32_t i = 0; i < WORDS; i++)
        count[hr_placement_choose(&rule, &view, 0, even_word(i))]++;
    for (int j = 0; j < 4; j++)
        assert_in_range(count[j], (4 - j) * WORDS / 10 - 1, (4 - j) * WORDS / 10 + 1);
}

/* A server that may not be chosen leaves its share to the others in proportion. */
static void test_random_keeps_its_weights_among_the_allowed(void **state)
{
    (void)state;
    const uint32_t threshold[4] = {1717986917, 3006477106, 3865470565, UINT32_MAX};
    const bool allowed[4] = {true, false, true, true}; /* 0.4 : 0.2 : 0.1 */
    const hr_view view = {.n_servers = 4, .threshold = threshold, .allowed = allowed};
    const hr_placement rule = {.rule = HR_RULE_RANDOM};
    int count[4] = {0};
    for (uint32_t i = 0; i < WORDS; i++)
        count[hr_placement_choose(&rule, &view, 0, even_word(i))]++;
    const int expected[4] = {WORDS * 4 / 7, 0, WORDS * 2 / 7, WORDS / 7};
    for (int j = 0; j < 4; j++)
        assert_in_range(count[j] + 2, expected[j], expected[j] + 4);
}

static void test_round_robin_takes_its_turn(void **state)
{
    (void)state;
    const bool allowed[3] = {true, false, true};
    hr_view view = {.n_servers = 3, .turn = 1};
    const hr_placement rule = {.rule = HR_RULE_ROUND_ROBIN};
    assert_int_equal(hr_placement_choose(&rule, &view, 5, 5), 1);
    view.allowed = allowed;
    assert_int_equal(hr_placement_choose(&rule, &view, 5, 5), 2);
}

/* All pairs of 5 servers equally often: chi-square with 9 degrees of freedom; 40 is exceeded with
 * probability 8e-6. The seeds are fixed, so the test is not random. */
static void test_power_of_two_draws_every_pair(void **state)
{
    (void)state;
    int hit[N][N] = {{0}};
    const hr_placement rule = {.rule = HR_RULE_POWER_OF_D, .d = 2};
    for (uint32_t i = 0; i < WORDS; i++) {
        /* the better of the pair wins: with distinct scores the loser is found by reversing */
        const double up[N] = {0, 1, 2, 3, 4};
        const double down[N] = {4, 3, 2, 1, 0};
        const hr_view low = {.n_servers = N, .score = up};
        const hr_view high = {.n_servers = N, .score = down};
        const uint32_t pick = i * 2654435761u + 12345u;
        const unsigned a = hr_placement_choose(&rule, &low, 0, pick);
        const unsigned b = hr_placement_choose(&rule, &high, 0, pick);
        assert_true(a < b);
        hit[a][b]++;
    }
    double chi_square = 0.0;
    for (int a = 0; a < N; a++) {
        for (int b = a + 1; b < N; b++) {
            const double expected = WORDS / 10.0;
            chi_square += (hit[a][b] - expected) * (hit[a][b] - expected) / expected;
        }
    }
    assert_true(chi_square < 40.0);
}

static void test_power_of_d_meets_its_limits(void **state)
{
    (void)state;
    const double score[N] = {3, 1, 2, 1.5, 9};
    const hr_view view = {.n_servers = N, .score = score};
    hr_placement rule = {.rule = HR_RULE_POWER_OF_D, .d = N};
    int count[N] = {0};
    for (uint32_t i = 0; i < WORDS; i++) {
        rule.d = N; /* d = n: least loaded */
        assert_int_equal(hr_placement_choose(&rule, &view, 0, i), 1);
        rule.d = 1; /* d = 1: random, whatever the scores */
        count[hr_placement_choose(&rule, &view, 0, i * 2654435761u)]++;
    }
    for (int j = 0; j < N; j++)
        assert_in_range(count[j], WORDS / N - 600, WORDS / N + 600); /* 6 standard deviations */
}

static void test_no_allowed_server_means_none(void **state)
{
    (void)state;
    const double score[N] = {3, 1, 2, 1.5, 9};
    const bool none[N] = {false};
    const bool one[N] = {false, false, false, false, true};
    const uint32_t threshold[N] = {1, 2, 3, 4, UINT32_MAX};
    for (int r = 0; r < HR_N_RULES; r++) {
        const hr_placement rule = {.rule = (hr_rule)r, .d = 2};
        hr_view view = {.n_servers = N, .score = score, .threshold = threshold, .allowed = none};
        assert_int_equal(hr_placement_choose(&rule, &view, 3, 2), N);
        view.allowed = one;
        assert_int_equal(hr_placement_choose(&rule, &view, 3, 2), 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_least_loaded_takes_the_smallest),
        cmocka_unit_test(test_ties_are_shared_evenly_or_go_to_the_lowest),
        cmocka_unit_test(test_random_follows_the_weights),
        cmocka_unit_test(test_random_keeps_its_weights_among_the_allowed),
        cmocka_unit_test(test_round_robin_takes_its_turn),
        cmocka_unit_test(test_power_of_two_draws_every_pair),
        cmocka_unit_test(test_power_of_d_meets_its_limits),
        cmocka_unit_test(test_no_allowed_server_means_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
