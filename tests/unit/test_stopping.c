/* Looks, stopping and what is said across configurations.
 *
 * Simulations have fixed seeds. Errors under stopping must stay below alpha with the whole of
 * alpha = 0.05 as the margin for 2,000 experiments (what is observed lies far below); peeking
 * without a correction is shown to fail the same check. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/real.h"
#include "base/stream.h"
#include "estimate/estimate.h"

enum { EXPERIMENTS = 2000, TICKS = 1 << 20 };

static const hr_outcome fraction = {
    .name = "fraction", .estimator = HR_ESTIMATOR_MEAN, .most = 1.0};

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.15g is not within %g of %.15g", value, tolerance, expected);
}

static void add(hr_cell *cell, uint64_t x, uint64_t y)
{
    cell->hits += x > 0;
    cell->x += x;
    cell->xx += (hr_u128)x * x;
    cell->y += y;
    cell->yy += (hr_u128)y * y;
    cell->xy += (hr_u128)x * y;
}

static double one(hr_stream *stream)
{
    return hr_uniform(hr_stream_next(stream));
}

static double truth_of_rare_share(double p, double mean)
{
    return p * mean * (1.0 - hr_exp(-1.0 / mean));
}

/* A share of the window, with probability p[0] at all, then exponential with mean p[1]. */
static void rare_share(hr_stream *stream, const double *p, uint64_t *x, uint64_t *y)
{
    (void)y;
    const double u = one(stream), size = -p[1] * hr_log(one(stream));
    if (u < p[0])
        *x = 1 + (uint64_t)(fmin(size, 1.0) * (TICKS - 1));
}

/* ---- looks */

static void the_looks_share_alpha(void **state)
{
    (void)state;
    double sum = 0.0;
    for (unsigned look = 0; look < 100000; look++)
        sum += hr_look_alpha(0.05, look);
    assert_near(sum, 0.05, 1e-6);
    assert_near(hr_look_alpha(0.05, 0), 0.025, 1e-15);
    assert_int_equal(hr_look_blocks(0), 1);
    assert_int_equal(hr_look_blocks(10), 1024);
}

static void verdicts_follow_the_rule(void **state)
{
    (void)state;
    struct hr_stopping rule = {
        .relative = 0.2, .confidence = 0.95, .min_hits = 100, .at_most = 100000, .threshold = 0.5};
    hr_estimate e;
    const hr_cell few = {.hits = 20, .x = 20, .xx = 20};
    const hr_cell many = {.hits = 2000, .x = 2000, .xx = 2000};
    assert_int_equal(hr_stopping_verdict(&rule, &fraction, &few, 1000, 1.0, 2, &e), HR_GO_ON);
    assert_int_equal(e.hits, 20);
    assert_int_equal(hr_stopping_verdict(&rule, &fraction, &many, 20000, 1.0, 5, &e), HR_PRECISE);
    assert_int_equal(hr_stopping_verdict(&rule, &fraction, &few, 100000, 1.0, 9, &e), HR_EXHAUSTED);
    rule.min_hits = 3000;
    assert_int_equal(hr_stopping_verdict(&rule, &fraction, &many, 20000, 1.0, 5, &e), HR_GO_ON);
    rule.stop_when_decided = rule.has_threshold = true;
    assert_int_equal(hr_stopping_verdict(&rule, &fraction, &few, 1000, 1.0, 2, &e), HR_DECIDED);
    rule.threshold = 0.02;
    assert_int_equal(hr_stopping_verdict(&rule, &fraction, &few, 1000, 1.0, 2, &e), HR_GO_ON);
    const hr_cell none = {0};
    rule.threshold = 0.05;
    assert_int_equal(hr_stopping_verdict(&rule, &fraction, &none, 1000, 1.0, 2, &e), HR_DECIDED);
    rule.stop_when_decided = false;
    assert_int_equal(hr_stopping_verdict(&rule, &fraction, &none, 1000, 1.0, 2, &e), HR_GO_ON);
}

/* Stop at the first look at which the interval excludes the threshold, which is the truth: the
 * worst case for peeking. Errors must stay below alpha; peeking with Wald intervals at the full
 * alpha at every look errs far more often. */
static void stopping_keeps_the_error_probability(void **state)
{
    (void)state;
    enum { LOOKS = 9, BLOCK = 32 };
    const double p = 0.1;
    const struct hr_stopping rule = {.confidence = 0.95,
                                     .at_most = UINT64_MAX,
                                     .has_threshold = true,
                                     .stop_when_decided = true,
                                     .threshold = p};
    unsigned wrong = 0, naive_wrong = 0;
    for (uint64_t k = 0; k < EXPERIMENTS; k++) {
        hr_stream stream;
        hr_stream_open(&stream, (hr_stream_id){5, 5, k}, HR_PURPOSE_TIE, 0, hr_vector_level(0));
        hr_cell cell = {0};
        bool decided = false, naive = false;
        uint64_t n = 0;
        for (unsigned look = 0; look < LOOKS; look++) {
            for (; n < BLOCK * hr_look_blocks(look); n++)
                add(&cell, one(&stream) < p, 0);
            hr_estimate e;
            const hr_verdict verdict =
                hr_stopping_verdict(&rule, &fraction, &cell, n, 1.0, look, &e);
            decided = decided || verdict == HR_DECIDED;
            naive = naive || fabs(e.value - p) > 1.96 * e.standard_error;
        }
        wrong += decided;
        naive_wrong += naive;
    }
    assert_true(wrong <= 0.05 * EXPERIMENTS);
    assert_true(naive_wrong > 0.15 * EXPERIMENTS);
}

/* The answer given at the first precise look covers the truth. */
static void the_answer_at_the_first_precise_look_covers(void **state)
{
    (void)state;
    enum { LOOKS = 9, BLOCK = 64 };
    const double parameter[2] = {0.1, 0.05}, truth = truth_of_rare_share(0.1, 0.05);
    const struct hr_stopping rule = {
        .confidence = 0.95, .relative = 0.4, .min_hits = 30, .at_most = BLOCK << (LOOKS - 1)};
    unsigned inside = 0, early = 0;
    for (uint64_t k = 0; k < 500; k++) {
        hr_stream stream;
        hr_stream_open(&stream, (hr_stream_id){6, 6, k}, HR_PURPOSE_TIE, 0, hr_vector_level(0));
        hr_cell cell = {0};
        hr_estimate e;
        hr_verdict verdict = HR_GO_ON;
        uint64_t n = 0;
        for (unsigned look = 0; verdict == HR_GO_ON; look++) {
            for (; n < BLOCK * hr_look_blocks(look); n++) {
                uint64_t x = 0, y = 0;
                rare_share(&stream, parameter, &x, &y);
                add(&cell, x, y);
            }
            verdict = hr_stopping_verdict(&rule, &fraction, &cell, n, TICKS, look, &e);
        }
        inside += e.lower <= truth && truth <= e.upper;
        early += verdict == HR_PRECISE && n < rule.at_most;
    }
    assert_true(early > 450);
    assert_true(inside >= 0.93 * 500);
}

/* ---- across configurations */

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
        hr_spread_of(&(struct hr_spread_rule){0.95, 0.0, true, 10.0}, e, N + 1, scratch);
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

static void a_spread_of_few_is_plain(void **state)
{
    (void)state;
    double scratch[3];
    const hr_estimate e[3] = {{.value = 3.0, .lower = 2.0, .upper = 4.0, .standard_error = 0.1},
                              {.value = 1.0, .lower = 0.0, .upper = 2.0, .standard_error = 9.0},
                              {.value = 2.0, .lower = 1.0, .upper = 3.0, .standard_error = 0.1}};
    hr_spread s = hr_spread_of(&(struct hr_spread_rule){0.95, 0.0, false, 0.0}, e, 3, scratch);
    assert_true(s.mean == 2.0 && s.quantile[2] == 2.0 && s.sd_total == 1.0);
    assert_near(s.quantile[0], 1.1, 1e-12);
    assert_true(s.sd_between == 0.0); /* never negative under the root */
    assert_int_equal(s.met + s.missed + s.undecided, 0);
    const struct hr_spread_rule rule = {0.95, 0.0, true, 4.0};
    s = hr_spread_of(&rule, e, 1, scratch);
    assert_true(s.mean == 3.0 && s.mean_lower == 2.0 && s.mean_upper == 4.0 && s.sd_total == 0.0);
    assert_int_equal(s.met, 1);
    s = hr_spread_of(&rule, e, 0, scratch);
    assert_true(s.n == 0 && isnan(s.mean) && isnan(s.quantile[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_looks_share_alpha),
        cmocka_unit_test(verdicts_follow_the_rule),
        cmocka_unit_test(stopping_keeps_the_error_probability),
        cmocka_unit_test(the_answer_at_the_first_precise_look_covers),
        cmocka_unit_test(a_spread_removes_the_inner_noise),
        cmocka_unit_test(a_spread_of_few_is_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
