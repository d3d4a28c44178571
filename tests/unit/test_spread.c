/* What is said across configurations: the noise of estimates taken out, and the mean's interval,
 * which is never a point because all worlds happen to show the same. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/real.h"
#include "base/stream.h"
#include "estimate/estimate.h"

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.15g is not within %g of %.15g", value, tolerance, expected);
}

static double one(hr_stream *stream)
{
    return hr_uniform(hr_stream_next(stream));
}

/* ---- values that differ */

static void a_spread_removes_the_inner_noise(void **state)
{
    (void)state;
    enum { N = 4000 };
    static hr_estimate e[N + 1];
    static double scratch[N + 1];
    hr_stream stream;
    hr_stream_open(&stream, (hr_stream_id){7, 7, 7}, HR_PURPOSE_WORLD, 0, hr_vector_level(0));
    for (size_t i = 0; i < N; i++) { /* truth: normal(10, 3); noise: sd 4 */
        const double value =
            10.0 + 3.0 * hr_normal_quantile(one(&stream)) + 4.0 * hr_normal_quantile(one(&stream));
        e[i] = (hr_estimate){
            .value = value, .lower = value - 8.0, .upper = value + 8.0, .standard_error = 4.0};
    }
    e[N].value = (double)NAN;
    const hr_spread s =
        hr_spread_of(&(struct hr_spread_rule){0.95, 0.0, true, 10.0, false}, e, N + 1, scratch);
    assert_int_equal(s.n, N);
    assert_near(s.mean, 10.0, 0.4); /* five standard errors */
    assert_near(s.mean_upper - s.mean, 1.9605 * s.sd_total / sqrt(N), 1e-3);
    assert_near(s.sd_total, 5.0, 0.3);
    assert_near(s.sd_between, 3.0, 0.6);
    assert_near(s.quantile[2], 10.0, 0.5);
    assert_near(s.quantile[4] - s.quantile[0], 2.0 * 1.645 * 5.0, 1.0);
    assert_int_equal(s.met + s.missed + s.undecided, N);
    assert_true(s.met > 100 && s.missed > 100 && s.undecided > 3000);
}

/* What is unreliable is neither met nor missed, however far its interval is from the threshold; the
 * bound of no hits is. */
static void what_is_unreliable_decides_nothing(void **state)
{
    (void)state;
    double scratch[4];
    hr_estimate e[4] = {{.value = 1.0, .lower = 0.5, .upper = 2.0},
                        {.value = 9.0, .lower = 8.0, .upper = 9.5},
                        {.upper = 2.0, .is_bound = true},
                        {.value = 5.0, .lower = 4.0, .upper = 6.0}};
    const struct hr_spread_rule rule = {0.95, 0.0, true, 5.0, false};
    hr_spread s = hr_spread_of(&rule, e, 4, scratch);
    assert_true(s.met == 2 && s.missed == 1 && s.undecided == 1 && s.n_unreliable == 0);
    for (int i = 0; i < 4; i++)
        e[i].is_unreliable = true;
    s = hr_spread_of(&rule, e, 4, scratch);
    assert_true(s.met == 1 && s.missed == 0 && s.undecided == 3 && s.n_unreliable == 3);
}

static void a_spread_of_few_is_plain(void **state)
{
    (void)state;
    double scratch[3];
    const hr_estimate e[3] = {{.value = 3.0, .lower = 2.0, .upper = 4.0, .standard_error = 0.1},
                              {.value = 1.0, .lower = 0.0, .upper = 2.0, .standard_error = 9.0},
                              {.value = 2.0, .lower = 1.0, .upper = 3.0, .standard_error = 0.1}};
    hr_spread s =
        hr_spread_of(&(struct hr_spread_rule){0.95, 0.0, false, 0.0, false}, e, 3, scratch);
    assert_true(s.mean == 2.0 && s.quantile[2] == 2.0 && s.sd_total == 1.0);
    assert_near(s.quantile[0], 1.1, 1e-12);
    assert_true(s.sd_between == 0.0); /* never negative under the root */
    assert_int_equal(s.met + s.missed + s.undecided, 0);
    const struct hr_spread_rule rule = {0.95, 0.0, true, 4.0, false};
    s = hr_spread_of(&rule, e, 1, scratch);
    assert_true(s.mean == 3.0 && s.mean_lower == 2.0 && s.mean_upper == 4.0 && s.sd_total == 0.0);
    assert_int_equal(s.met, 1);
    s = hr_spread_of(&rule, e, 0, scratch);
    assert_true(s.n == 0 && isnan(s.mean) && isnan(s.quantile[2]));
}

/* ---- values that are all alike */

static hr_spread spread_of_alike(double value, double most, uint64_t n, double confidence)
{
    hr_estimate e[64];
    double scratch[64];
    const struct hr_spread_rule rule = {.confidence = confidence, .most = most};
    assert_true(n <= 64);
    for (uint64_t i = 0; i < n; i++)
        e[i] = (hr_estimate){.value = value,
                             .lower = 0.5 * value,
                             .upper = 1.5 * value + 0.25,
                             .is_bound = value == 0.0};
    return hr_spread_of(&rule, e, n, scratch);
}

/* With 40 worlds the bound for none is 1 - 0.025^(1/40), whatever the worlds' own bounds. */
static void worlds_all_alike_are_never_certain(void **state)
{
    (void)state;
    const double bound = 1.0 - pow(0.025, 1.0 / 40.0);
    hr_spread s = spread_of_alike(0.0, 1.0, 40, 0.95);
    assert_true(s.mean == 0.0 && s.mean_lower == 0.0 && s.is_bound);
    assert_near(s.mean_upper, bound, 1e-12);
    s = spread_of_alike(1.0, 1.0, 40, 0.95);
    assert_true(s.mean == 1.0 && s.mean_upper == 1.0 && !s.is_bound);
    assert_near(s.mean_lower, 1.0 - bound, 1e-12);
    s = spread_of_alike(4.0, 4.0, 40, 0.95); /* another largest value */
    assert_near(s.mean_lower, 4.0 * (1.0 - bound), 1e-12);
    s = spread_of_alike(0.0, 1.0, 40, 0.99);
    assert_near(s.mean_upper, 1.0 - pow(0.005, 1.0 / 40.0), 1e-12);
}

/* Between the ends, without a largest value, and alone: the mean of their own ends. */
static void worlds_alike_elsewhere_keep_their_ends(void **state)
{
    (void)state;
    hr_spread s = spread_of_alike(0.1, 1.0, 40, 0.95);
    assert_true(s.mean == 0.1 && s.sd_total == 0.0 && !s.is_bound);
    assert_near(s.mean_lower, 0.05, 1e-12);
    assert_near(s.mean_upper, 0.4, 1e-12);
    s = spread_of_alike(0.0, 0.0, 40, 0.95);
    assert_true(s.mean_lower == 0.0 && s.is_bound);
    assert_near(s.mean_upper, 0.25, 1e-12);
    s = spread_of_alike(0.0, 1.0, 1, 0.95);
    assert_true(s.mean_lower == 0.0 && s.mean_upper == 0.25 && s.is_bound);
    s = spread_of_alike(0.9, 1.0, 2, 0.95); /* ends beyond the largest value */
    assert_true(s.mean_upper == 1.0);
    s = spread_of_alike(0.0, 1.0, 0, 0.95);
    assert_true(isnan(s.mean) && isnan(s.mean_lower) && isnan(s.mean_upper) && !s.is_bound);
}

/* Student knows no bounds, shares do; and what is counted is never negative, but for differences.
 */
static void a_mean_stays_within_its_outcome(void **state)
{
    (void)state;
    const hr_estimate e[3] = {{.value = 0.0}, {.value = 0.0}, {.value = 1.0}};
    double scratch[3];
    struct hr_spread_rule rule = {.confidence = 0.95, .most = 1.0};
    hr_spread s = hr_spread_of(&rule, e, 3, scratch);
    assert_true(s.mean_lower == 0.0 && s.mean_upper == 1.0);
    rule.most = 0.0;
    s = hr_spread_of(&rule, e, 3, scratch);
    assert_true(s.mean_lower == 0.0 && s.mean_upper > 1.0);
    rule.is_signed = true;
    s = hr_spread_of(&rule, e, 3, scratch);
    assert_true(s.mean_lower < 0.0 && s.mean_upper > 1.0);
}

/* No mean above the bound shows no hit in 40 worlds more often than in 2.5 % of experiments, be all
 * worlds alike or a share of them certain; a bound smaller by a tenth would not do. */
static void the_bound_over_worlds_covers(void **state)
{
    (void)state;
    const hr_spread s = spread_of_alike(0.0, 1.0, 40, 0.95);
    for (int m = 1; m <= 64; m *= 4) {
        for (double mean = s.mean_upper; mean <= 1.0; mean += 0.01) {
            const double every = pow(1.0 - mean, m * 40.0); /* all worlds have p = mean */
            const double some = pow(1.0 - mean, 40.0);      /* p = 1 in a share `mean` of them */
            assert_true(every <= 0.025 + 1e-12 && some <= 0.025 + 1e-12);
        }
    }
    assert_true(pow(1.0 - 0.9 * s.mean_upper, 40.0) > 0.025);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spread_removes_the_inner_noise),
        cmocka_unit_test(a_spread_of_few_is_plain),
        cmocka_unit_test(what_is_unreliable_decides_nothing),
        cmocka_unit_test(worlds_all_alike_are_never_certain),
        cmocka_unit_test(worlds_alike_elsewhere_keep_their_ends),
        cmocka_unit_test(a_mean_stays_within_its_outcome),
        cmocka_unit_test(the_bound_over_worlds_covers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
