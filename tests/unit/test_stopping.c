/* Looks and stopping.
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_looks_share_alpha),
        cmocka_unit_test(verdicts_follow_the_rule),
        cmocka_unit_test(stopping_keeps_the_error_probability),
        cmocka_unit_test(the_answer_at_the_first_precise_look_covers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
