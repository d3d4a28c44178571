/* Intervals of weighted sums: simulated coverage, what counts as unreliable, and that nothing is
 * decided by what is.
 *
 * A replication contributes with probability p[0]; its contribution is p[1] times a lognormal of
 * mean 1 and logarithmic deviation p[2], cut off where no likelihood ratio can be: at 8 (the
 * inverse of HR_TILT_UNTILTED). 2,000 experiments with fixed seeds: an observed coverage has
 * standard deviation 0.0049 at 95 %, so that 0.93 has a false-alarm rate below 1e-4 of a method
 * that keeps its promise; the delta method, which holds only in the limit, must reach 0.92. The
 * same checks reject an estimator whose weights are a tenth too small. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/real.h"
#include "base/stream.h"
#include "estimate/diagnosis.h"
#include "estimate/estimate.h"
#include "estimate/weighted.h"
#include "model/tilt.h"

#define ALPHA 0.05
enum { EXPERIMENTS = 2000 };

static const hr_outcome fraction = {
    .name = "fraction", .estimator = HR_ESTIMATOR_MEAN, .most = 1.0};
static const hr_outcome amount = {.name = "amount", .estimator = HR_ESTIMATOR_MEAN};
static const hr_outcome share = {.name = "share", .estimator = HR_ESTIMATOR_RATIO, .most = 1.0};

typedef struct model {
    double p[3];
    uint64_t n;
} model;

static double one(hr_stream *stream)
{
    return hr_uniform(hr_stream_next(stream));
}

static double contribution(hr_stream *stream, const model *m)
{
    const double u = one(stream), z = hr_normal_quantile(one(stream)), s = m->p[2];
    return u < m->p[0] ? m->p[1] * fmin(hr_exp(s * z - 0.5 * s * s), 1.0 / HR_TILT_UNTILTED) : 0.0;
}

static double normal_below(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

/* Mean of a contribution: of a lognormal that is cut off. */
static double truth_of(const model *m)
{
    const double s = m->p[2], d = (hr_log(1.0 / HR_TILT_UNTILTED) + 0.5 * s * s) / s;
    const double cut = normal_below(d - s) + (1.0 - normal_below(d)) / HR_TILT_UNTILTED;
    return m->p[0] * m->p[1] * cut;
}

static void add(hr_tally *tally, double value)
{
    if (value > 0.0) /* the weight of a replication in which the target is seen, once */
        hr_tally_add_weight(tally, value, 0, 1);
}

static hr_cell sum_of(const hr_tally *tally)
{
    hr_cell cell = tally->weights.rung[0];
    hr_cell_mark_weighted(&cell);
    return cell;
}

static hr_stream stream_of(const model *m, uint64_t experiment)
{
    hr_stream stream;
    hr_stream_open(&stream, (hr_stream_id){77, m->n, experiment}, HR_PURPOSE_SIZE, 0,
                   hr_vector_level(0));
    return stream;
}

typedef struct found {
    double inside, unreliable, no_hits, hits;
} found;

/* Shares of the experiments whose interval holds the truth, that are unreliable, ... */
static found coverage(const hr_outcome *outcome, const model *m, double bias)
{
    const double truth = truth_of(m);
    found f = {0};
    for (uint64_t k = 0; k < EXPERIMENTS; k++) {
        hr_stream stream = stream_of(m, k);
        hr_tally tally = {0};
        for (uint64_t i = 0; i < m->n; i++)
            add(&tally, bias * contribution(&stream, m));
        const hr_cell cell = sum_of(&tally);
        const hr_estimate e = hr_estimate_cell(outcome, &cell, m->n, 1.0, ALPHA);
        assert_true(e.is_weighted && e.hits == cell.hits);
        assert_true(e.lower <= e.value && e.value <= e.upper && e.lower >= 0.0);
        assert_true(e.is_unreliable ==
                    (e.hits < HR_WEIGHTED_HITS || e.largest_share > HR_WEIGHTED_SHARE));
        assert_true(e.is_bound == (e.hits == 0));
        f.inside += (e.lower <= truth && truth <= e.upper) / (double)EXPERIMENTS;
        f.unreliable += e.is_unreliable / (double)EXPERIMENTS;
        f.no_hits += e.is_bound / (double)EXPERIMENTS;
        f.hits += (double)e.hits / EXPERIMENTS;
    }
    return f;
}

static void many_hits_are_covered(void **state)
{
    (void)state;
    static const model models[] = {
        {{0.5, 1e-6, 0.5}, 1000}, {{0.2, 1e-9, 1.0}, 2000}, {{0.3, 1e-3, 1.5}, 4000}};
    for (size_t i = 0; i < 3; i++) {
        const found f = coverage(&fraction, &models[i], 1.0);
        const found biased = coverage(&fraction, &models[i], 0.9);
        if (!(f.inside >= 0.92 && f.unreliable <= 0.01))
            fail_msg("model %zu: coverage %g, unreliable %g", i, f.inside, f.unreliable);
        if (!(biased.inside < 0.80))
            fail_msg("model %zu: a tenth too small is inside of %g", i, biased.inside);
    }
}

/* Fewer than a hundred hits: no central limit theorem, and the bound holds all the more. */
static void few_hits_are_unreliable_and_covered(void **state)
{
    (void)state;
    static const model models[] = {
        {{0.002, 1.0 / 64, 1.0}, 500}, {{0.01, 0.25, 1.5}, 500}, {{0.05, 1e-6, 1.0}, 500}};
    for (size_t i = 0; i < 3; i++) {
        const found f = coverage(&fraction, &models[i], 1.0);
        if (!(f.inside >= 0.95 && f.unreliable >= 0.999))
            fail_msg("model %zu, %g hits: coverage %g, unreliable %g", i, f.hits, f.inside,
                     f.unreliable);
        const found none = coverage(&amount, &models[i], 1.0); /* no largest value: no bound */
        assert_true(none.inside >= 1.0 - 1e-9);
    }
    const found seldom = coverage(&fraction, &models[0], 1.0);
    assert_true(seldom.no_hits > 0.2 && seldom.no_hits < 0.6);
}

/* The bound of no hits holds for what only the true laws would show: one replication of each turn
 * comes from them, and it is missed with the probability that the bound allows. */
static void no_hits_give_a_bound(void **state)
{
    (void)state;
    hr_cell none = {0};
    hr_cell_mark_weighted(&none);
    for (uint64_t n = 8; n <= 4096; n *= 2) {
        const hr_estimate e = hr_estimate_cell(&fraction, &none, n, 1.0, ALPHA);
        assert_true(e.is_bound && e.is_unreliable && e.value == 0.0 && e.lower == 0.0);
        assert_true(e.upper > 0.0 && e.upper <= 1.0);
        /* (1 - upper)^(n / turn) <= alpha / 2: of the truth at the bound, n / turn are drawn */
        assert_true(pow(1.0 - e.upper, (double)n / HR_TILT_TURN) <= ALPHA / 2.0 + 1e-12 ||
                    e.upper >= 1.0);
        const double tight = 1.0 - pow(ALPHA / 2.0, (double)HR_TILT_TURN / (double)n);
        assert_true(e.upper >= tight && (n < 128 || e.upper <= 1.2 * tight));
    }
    const hr_estimate e = hr_estimate_cell(&amount, &none, 1000, 1.0, ALPHA);
    assert_true(e.is_bound && isinf(e.upper));
}

/* One replication with more than a twentieth of it all. */
static void one_heavy_weight_is_unreliable(void **state)
{
    (void)state;
    hr_tally tally = {0};
    for (int i = 0; i < 1000; i++)
        add(&tally, 1e-6);
    hr_cell cell = sum_of(&tally);
    assert_false(hr_estimate_cell(&fraction, &cell, 2000, 1.0, ALPHA).is_unreliable);
    add(&tally, 50e-6); /* 4.8 % */
    cell = sum_of(&tally);
    assert_false(hr_estimate_cell(&fraction, &cell, 2000, 1.0, ALPHA).is_unreliable);
    add(&tally, 60e-6); /* 5.4 % */
    cell = sum_of(&tally);
    const hr_estimate e = hr_estimate_cell(&fraction, &cell, 2000, 1.0, ALPHA);
    assert_true(e.is_unreliable && e.largest_share > 0.05 && e.largest_share < 0.055);
    assert_true(e.upper > 10.0 * e.value); /* no Student interval of the logarithm */
}

/* Squares of contributions below 2^-64 are lost behind the point; their spread is not forgotten. */
static void tiny_values_keep_their_error(void **state)
{
    (void)state;
    for (double size = 1e-12; size > 1e-29; size *= 1e-3) {
        const model m = {{0.5, size, 1.0}, 2000};
        hr_stream stream = stream_of(&m, 1);
        hr_tally tally = {0};
        double x = 0.0, xx = 0.0;
        for (uint64_t i = 0; i < m.n; i++) {
            const double value = contribution(&stream, &m);
            add(&tally, value);
            x += value / size;
            xx += value / size * value / size;
        }
        const hr_cell cell = sum_of(&tally);
        const hr_estimate e = hr_estimate_cell(&fraction, &cell, m.n, 1.0, ALPHA);
        const double n = (double)m.n, error = size * sqrt(xx / n - x / n * x / n) / sqrt(n - 1.0);
        if (!(e.standard_error >= 0.999 * error && e.effective <= 1.001 * x * x / xx))
            fail_msg("%g: error %g, not %g; worth %g", size, e.standard_error, error, e.effective);
        assert_true(size < 1e-17 || e.standard_error <= 1.001 * error);
        assert_true(e.upper > e.value && e.lower < e.value && !e.is_unreliable);
    }
    hr_tally tally = {0};
    for (int i = 0; i < 1000; i++)
        add(&tally, 1e-36);
    const hr_cell cell = sum_of(&tally);
    assert_true(hr_estimate_cell(&fraction, &cell, 2000, 1.0, ALPHA).is_unreliable);
}

/* ---- controls */

typedef struct controlled {
    double inside, gain;
    double mean, spread; /* of the estimates; standard deviation */
} controlled;

/* A contribution is a part of a control, seven times in ten. The control's mean is 1 / `wrong`. */
static controlled with_control(const model *m, double wrong)
{
    enum { PART = 7 };
    const double known = truth_of(m), truth = known * PART / 10.0;
    controlled f = {0};
    for (uint64_t k = 0; k < EXPERIMENTS; k++) {
        hr_stream stream = stream_of(m, k);
        hr_cell control = {0};
        hr_tally tally = {.n_cells = 1, .cell = &control};
        for (uint64_t i = 0; i < m->n; i++) {
            const double whole = contribution(&stream, m);
            const bool is_hit = whole > 0.0 && one(&stream) < PART / 10.0;
            const double weight = is_hit ? whole : 1.0;
            add(&tally, is_hit ? whole : 0.0);
            hr_tally_add_control(&tally, 0, weight, is_hit, whole / (known * wrong * weight));
        }
        hr_cell cell = sum_of(&tally);
        hr_cell_merge(&cell, &control);
        const hr_estimate e = hr_estimate_cell(&fraction, &cell, m->n, 1.0, ALPHA);
        assert_false(e.is_unreliable);
        f.inside += (e.lower <= truth && truth <= e.upper) / (double)EXPERIMENTS;
        f.gain += e.control_gain / EXPERIMENTS;
        f.mean += e.value / truth / EXPERIMENTS;
        f.spread += e.value / truth * (e.value / truth) / EXPERIMENTS;
    }
    f.spread = sqrt(f.spread - f.mean * f.mean);
    return f;
}

/* Smaller intervals that hold the truth as often. The slope is found from the same replications:
 * the bias of that is a tenth of the standard error at most (four deviations of 2,000 experiments
 * are as much). A control whose mean is off by a tenth is found out. */
static void a_control_helps_and_does_not_bias(void **state)
{
    (void)state;
    static const model models[] = {{{0.3, 1e-9, 0.5}, 2000}, {{0.4, 1e-3, 1.0}, 4000}};
    for (size_t i = 0; i < 2; i++) {
        const controlled f = with_control(&models[i], 1.0), off = with_control(&models[i], 1.1);
        if (!(f.inside >= 0.92 && f.gain > 2.0))
            fail_msg("model %zu: coverage %g, gain %g", i, f.inside, f.gain);
        if (!(fabs(f.mean - 1.0) <= 0.1 * f.spread))
            fail_msg("model %zu: mean %g, deviation %g", i, f.mean, f.spread);
        if (!(off.inside < 0.80 && fabs(off.mean - 1.0) > 0.5 * off.spread))
            fail_msg("model %zu: a wrong mean is inside of %g", i, off.inside);
    }
}

/* ---- stopping */

static const struct hr_stopping asked = {.relative = 0.1,
                                         .confidence = 0.95,
                                         .min_hits = 100,
                                         .at_most = 8192,
                                         .stop_when_decided = true,
                                         .has_threshold = true};

/* Runs one experiment to its end; false where it stopped on an unreliable estimate. */
static bool run(const model *m, const struct hr_stopping *rule, uint64_t experiment, hr_estimate *e,
                hr_verdict *verdict)
{
    enum { BLOCK = 64 };
    hr_stream stream = stream_of(m, experiment);
    hr_tally tally = {0};
    uint64_t n = 0;
    *verdict = HR_GO_ON;
    for (unsigned look = 0; *verdict == HR_GO_ON; look++) {
        for (; n < BLOCK * hr_look_blocks(look); n++)
            add(&tally, contribution(&stream, m));
        const hr_cell cell = sum_of(&tally);
        *verdict = hr_stopping_verdict(rule, &fraction, &cell, n, 1.0, look, e);
    }
    return !e->is_unreliable || *verdict == HR_EXHAUSTED;
}

/* However it ends, the last interval holds the truth, looks or not. */
static void stopping_keeps_the_promise(void **state)
{
    (void)state;
    static const model models[] = {{{0.5, 1e-6, 0.7}, 11}, {{0.1, 1e-6, 1.2}, 12}};
    for (size_t i = 0; i < 2; i++) {
        const double truth = truth_of(&models[i]);
        struct hr_stopping rule = asked;
        rule.threshold = 1.5 * truth;
        double inside = 0.0;
        unsigned early = 0, wrong = 0;
        for (uint64_t k = 0; k < EXPERIMENTS; k++) {
            hr_estimate e;
            hr_verdict verdict;
            assert_true(run(&models[i], &rule, k, &e, &verdict));
            inside += (e.lower <= truth && truth <= e.upper) / (double)EXPERIMENTS;
            early += verdict != HR_EXHAUSTED;
            wrong += verdict == HR_DECIDED && e.lower > rule.threshold;
        }
        if (!(inside >= 0.93 && early > EXPERIMENTS / 2 && wrong <= EXPERIMENTS / 40))
            fail_msg("model %zu: coverage %g, %u stopped early, %u decided wrongly", i, inside,
                     early, wrong);
    }
}

/* Few hits and heavy tails go on to the end, far from the threshold as they are. */
static void nothing_stops_on_what_is_unreliable(void **state)
{
    (void)state;
    static const model models[] = {{{0.004, 1e-6, 0.1}, 13}, {{0.02, 1e-6, 0.5}, 14}};
    struct hr_stopping rule = asked;
    rule.threshold = 1.0;
    rule.min_hits = 1;
    rule.at_most = 2048;
    for (size_t i = 0; i < 2; i++) {
        for (uint64_t k = 0; k < 200; k++) {
            hr_estimate e;
            hr_verdict verdict;
            assert_true(run(&models[i], &rule, k, &e, &verdict));
            assert_true(verdict == HR_EXHAUSTED);
        }
    }
}

/* ---- ratios and the diagnosis */

/* Refused of offered, both with their weight: the ratio of the sums, with the error of the
 * residuals. */
static void a_ratio_is_that_of_its_sums(void **state)
{
    (void)state;
    enum { N = 400 };
    double x = 0.0, y = 0.0, residual = 0.0, a[N], b[N];
    hr_cell cell = {.hits = N / 2};
    hr_u128 behind[5] = {0};
    for (uint64_t i = 0; i < N; i++) {
        const uint64_t h = hr_hash(&i, 1);
        const double w = 0.01 + 0.001 * (double)(h % 100);
        a[i] = i % 2 == 0 ? w * (double)(1 + h % 7) : 0.0;
        b[i] = w * (double)(20 + (h >> 20) % 9);
        const double products[5] = {a[i], a[i] * a[i], b[i], b[i] * b[i], a[i] * b[i]};
        for (int s = 0; s < 5; s++) /* all sums stay below 2^64: 64 bits behind the point do */
            behind[s] += (hr_u128)(products[s] * 0x1p64);
        x += a[i];
        y += b[i];
    }
    hr_u128 *const whole[] = {&cell.x, &cell.xx, &cell.y, &cell.yy, &cell.xy};
    hr_u128 *const rest[] = {&cell.behind.x, &cell.behind.xx, &cell.behind.y, &cell.behind.yy,
                             &cell.behind.xy};
    for (int s = 0; s < 5; s++) {
        *whole[s] = behind[s] >> 64;
        *rest[s] = behind[s] << 64;
    }
    hr_cell_mark_weighted(&cell);
    for (int i = 0; i < N; i++)
        residual += (a[i] - x / y * b[i]) * (a[i] - x / y * b[i]);
    const hr_estimate e = hr_estimate_cell(&share, &cell, N, 1.0, ALPHA);
    const double error = sqrt(residual / N / (N - 1.0)) / (y / N);
    assert_true(fabs(e.value - x / y) <= 1e-12 * e.value);
    assert_true(fabs(e.standard_error - error) <= 1e-9 * error);
    assert_true(fabs(e.upper / e.value - e.value / e.lower) <= 1e-9);
    /* Student's 97.5 % quantile with 399 degrees of freedom, scipy 1.10: 1.965927295920 */
    assert_true(fabs(hr_log(e.upper / e.value) - 1.965927295920 * error / e.value) <= 1e-9);
}

static hr_tally weights_of(double factor, double spread)
{
    hr_tally tally = {.is_weighted = true, .n_replications = 4000};
    for (uint64_t i = 0; i < tally.n_replications; i++) {
        const double u = hr_uniform((uint32_t)hr_hash(&i, 1)) - 0.5;
        hr_tally_add_weight(&tally, factor * (1.0 + spread * u), i % 2 ? 1 : 0, i % 2 ? 3 : 1);
    }
    return tally;
}

static void weights_that_are_off_are_noticed(void **state)
{
    (void)state;
    hr_tally good = weights_of(1.0, 1.0), off = weights_of(1.03, 1.0), plain = {0};
    good.cell = &good.weights.rung[1];
    off.cell = &off.weights.rung[1];
    good.n_cells = off.n_cells = 1;
    const hr_diagnosis d = hr_diagnose(&good, &fraction, 0);
    assert_true(d.is_weighted && !d.is_unreliable && d.hits == 2000);
    assert_true(fabs(d.weight - 1.0) <= 4.0 * d.weight_error);
    assert_true(fabs(d.weight_error - sqrt(1.0 / 12.0 / 4000.0)) <= 0.05 * d.weight_error);
    assert_true(fabs(d.share[0] - 0.25) < 0.02 && fabs(d.share[1] - 0.75) < 0.02);
    assert_true(d.share[2] == 0.0 && d.effective > 1500.0 && d.effective <= 2000.0);
    /* half contribute: E a^2 / (E a)^2 - 1 = 2 (1 + 1/12) - 1 */
    assert_true(fabs(d.variation - 1.1667) < 0.05);
    assert_true(hr_diagnose(&off, &fraction, 0).is_unreliable);
    assert_false(hr_diagnose(&plain, &fraction, 0).is_weighted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_hits_are_covered),
        cmocka_unit_test(few_hits_are_unreliable_and_covered),
        cmocka_unit_test(no_hits_give_a_bound),
        cmocka_unit_test(one_heavy_weight_is_unreliable),
        cmocka_unit_test(tiny_values_keep_their_error),
        cmocka_unit_test(a_control_helps_and_does_not_bias),
        cmocka_unit_test(stopping_keeps_the_promise),
        cmocka_unit_test(nothing_stops_on_what_is_unreliable),
        cmocka_unit_test(a_ratio_is_that_of_its_sums),
        cmocka_unit_test(weights_that_are_off_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
