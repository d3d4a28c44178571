/* Compound Poisson laws: against the direct sum over the number of meetings, against closed forms
 * far out in the tail, and against their own approximations and bounds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/real.h"
#include "exact/compound.h"
#include "exact/loss.h"
#include "exact/saddlepoint.h"
#include "exact/split.h"

static const int64_t sizes[] = {2, 4, 6, 20};
static const double shares[] = {0.3, 0.4, 0.2, 0.1};

static hr_jumps make_jumps(double meetings, double mean[4])
{
    for (int i = 0; i < 4; i++)
        mean[i] = meetings * shares[i];
    return (hr_jumps){4, sizes, mean, 2};
}

static double tail_of(const hr_jumps *jumps, int64_t above)
{
    hr_arena arena = {0};
    hr_err err = {0};
    hr_lattice lattice = {0};
    const char *why = NULL;
    assert_int_equal(
        hr_compound(jumps, above, &hr_exact_effort_whole, &arena, &lattice, &why, &err), HR_OK);
    assert_null(why);
    const double tail = hr_lattice_tail(&lattice, above);
    assert_true(lattice.beyond <= 1e-16 * tail);
    hr_arena_free(&arena);
    return tail;
}

static bool is_near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fabs(b);
}

/* Number of meetings by number: sum over n of Poisson(n) P(X_1 + ... + X_n > above), all terms
 * positive and convolved one by one. */
static double tail_by_number(double meetings, int64_t above)
{
    enum { MOST = 2500 };
    double *law = calloc(MOST, sizeof *law), *next = calloc(MOST, sizeof *next), sum = 0.0;
    assert_non_null(law);
    assert_non_null(next);
    law[0] = 1.0;
    double poisson = hr_exp(-meetings);
    for (int n = 0; n < 120; n++) {
        for (int k = MOST; k-- > above + 1;)
            sum += poisson * law[k];
        for (int k = 0; k < MOST; k++) {
            next[k] = 0.0;
            for (int i = 0; i < 4; i++)
                next[k] += k >= sizes[i] ? shares[i] * law[k - sizes[i]] : 0.0;
        }
        double *swap = law;
        law = next;
        next = swap;
        poisson *= meetings / (n + 1);
    }
    free(law);
    free(next);
    return sum;
}

static void tails_are_the_sum_over_numbers(void **state)
{
    (void)state;
    static const int64_t above[] = {0, 81, 150, 240, 300, 500};
    for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
        double mean[4];
        const hr_jumps jumps = make_jumps(15.0, mean);
        assert_true(is_near(tail_of(&jumps, above[i]), tail_by_number(15.0, above[i]), 1e-12));
        const hr_jumps other = make_jumps(15.001, mean); /* a wrong mean would be seen */
        assert_true(i == 0 ||
                    !is_near(tail_of(&other, above[i]), tail_by_number(15.0, above[i]), 1e-9));
    }
}

/* Unit loads: Poisson tails, where f_0 is far below the smallest double, and down to 1e-280. */
static void poisson_tails_keep_their_digits(void **state)
{
    (void)state;
    static const struct {
        double mean;
        int64_t above;
    } cases[] = {{20.0, 30},     {20.0, 250},    {900.0, 1000}, {900.0, 2000},
                 {5000.0, 5100}, {5000.0, 4000}, {0.01, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const int64_t one[] = {3};
        const hr_jumps jumps = {1, one, &cases[i].mean, 3};
        const double exact = hr_gamma_p((double)cases[i].above + 1.0, cases[i].mean);
        assert_true(is_near(tail_of(&jumps, 3 * cases[i].above), exact, 1e-11));
        assert_true(is_near(tail_of(&jumps, 3 * cases[i].above + 2), exact, 1e-11));
    }
}

static void chernoff_is_above_and_the_saddlepoint_near(void **state)
{
    (void)state;
    static const int64_t above[] = {80, 81, 90, 150, 240, 300, 600};
    for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
        double mean[4];
        const hr_jumps jumps = make_jumps(15.0, mean);
        const double exact = tail_of(&jumps, above[i]);
        assert_true(is_near(hr_saddlepoint_tail(&jumps, above[i]), exact, 2.5e-3));
        const double next = 2.0 * (floor((double)above[i] / 2.0) + 1.0);
        assert_true(hr_exp(hr_saddlepoint_chernoff(&jumps, next)) >= exact);
        const double theta = hr_saddlepoint_root(&jumps, next);
        assert_true(is_near(hr_cumulant_at(&jumps, theta).first, next, 1e-10));
    }
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    hr_arena arena = {0};
    hr_err err = {0};
    hr_lattice lattice;
    const char *why = NULL;
    double mean[4];
    const hr_exact_effort little = hr_exact_effort_beside(1000.0);
    const hr_jumps jumps = make_jumps(1e6, mean);
    assert_int_equal(hr_compound(&jumps, 6000000, &little, &arena, &lattice, &why, &err), HR_OK);
    assert_non_null(why);
    hr_arena_free(&arena);
}

/* ---- loss */

static void erlang_b_is_the_recursion(void **state)
{
    (void)state;
    static const double offered[] = {4.461, 28.0, 120.0, 950.0};
    static const int64_t trunks[] = {10, 40, 200, 1000};
    for (size_t i = 0; i < 4; i++) {
        static const int64_t one[] = {1};
        hr_arena arena = {0};
        hr_err err = {0};
        hr_lattice carried;
        const char *why = NULL;
        double b = 1.0;
        const hr_jumps jumps = {1, one, &offered[i], 1};
        for (int64_t n = 1; n <= trunks[i]; n++)
            b = offered[i] * b / ((double)n + offered[i] * b);
        assert_int_equal(hr_loss_carried(&jumps, trunks[i], &hr_exact_effort_whole, &arena,
                                         &carried, &why, &err),
                         HR_OK);
        assert_true(is_near(hr_loss_refused(&carried, trunks[i], 1), b, 1e-11));
        hr_arena_free(&arena);
    }
}

/* ---- servers together */

static void counts_are_all_subsets(void **state)
{
    (void)state;
    static const double p[] = {1e-9, 0.2, 0.5, 0.03};
    double exactly[5], brute[5] = {0.0};
    for (unsigned set = 0; set < 16; set++) {
        double product = 1.0;
        for (unsigned j = 0; j < 4; j++)
            product *= set >> j & 1 ? p[j] : 1.0 - p[j];
        brute[__builtin_popcount(set)] += product;
    }
    hr_split_count(p, 4, exactly);
    for (int k = 0; k <= 4; k++)
        assert_true(is_near(exactly[k], brute[k], 1e-13));
    assert_true(is_near(hr_split_any(p, 4), 1.0 - brute[0], 1e-13));
    assert_true(is_near(hr_split_any(p, 1), 1e-9, 1e-13));
}

/* Two in 10,000 meetings have 1,000 people: the expansion is wrong by a factor, and knows it. */
static void the_saddlepoint_knows_when_it_is_wrong(void **state)
{
    (void)state;
    static const int64_t load[] = {4, 1000};
    static const double mean[] = {125.0, 0.025};
    double four[4];
    const hr_jumps jumps = {2, load, mean, 4};
    const double ratio = hr_saddlepoint_tail(&jumps, 1500) / tail_of(&jumps, 1500);
    assert_true(fabs(ratio - 1.0) > 0.1 && hr_saddlepoint_error(&jumps, 1500) > 0.05);
    const hr_jumps good = make_jumps(15.0, four);
    assert_true(hr_saddlepoint_error(&good, 240) < 0.03);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_are_the_sum_over_numbers),
        cmocka_unit_test(poisson_tails_keep_their_digits),
        cmocka_unit_test(chernoff_is_above_and_the_saddlepoint_near),
        cmocka_unit_test(the_saddlepoint_knows_when_it_is_wrong),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(erlang_b_is_the_recursion),
        cmocka_unit_test(counts_are_all_subsets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
