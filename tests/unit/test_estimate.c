/* Intervals: exact coverage where it can be summed, simulated coverage where it cannot.
 *
 * Simulations have fixed seeds and 2,000 experiments, so that an observed coverage has standard
 * deviation 0.0049 at 95 %. Conservative methods must reach 0.95 less 4 standard deviations
 * (0.93: false alarm below 1e-4 each), Student intervals, which hold only in the limit, 0.92. The
 * same checks reject the naive intervals that these methods replace. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/real.h"
#include "base/stream.h"
#include "estimate/estimate.h"
#include "estimate/moment.h"

#define ALPHA 0.05

static const hr_outcome fraction = {
    .name = "fraction", .estimator = HR_ESTIMATOR_MEAN, .most = 1.0};
static const hr_outcome amount = {.name = "amount", .estimator = HR_ESTIMATOR_MEAN};
static const hr_outcome share = {.name = "share", .estimator = HR_ESTIMATOR_RATIO, .most = 1.0};
static const hr_outcome length = {.name = "length", .estimator = HR_ESTIMATOR_RATIO};
static const hr_outcome spread = {.name = "spread", .estimator = HR_ESTIMATOR_VARIANCE};

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

/* ---- exact sums */

static void differences_of_products_are_exact(void **state)
{
    (void)state;
    const hr_u128 all = ~(hr_u128)0;
    assert_true(hr_moment_difference(all, all, all - 1, all - 1) == 0x1p129); /* 2^129 - 3 */
    assert_true(hr_moment_difference(all - 1, all - 1, all, all) == -0x1p129);
    assert_true(hr_moment_difference(all, all, all, all) == 0.0);
    assert_true(hr_moment_difference(7, 9, 8, 8) == -1.0);
    /* 10^18 + 0, 1, 2: n sum(x^2) - (sum x)^2 = 6 is lost in double and in 128 bits */
    hr_cell cell = {0};
    for (uint64_t i = 0; i < 3; i++)
        add(&cell, UINT64_C(1000000000000000000) + i, 0);
    assert_true(hr_moment_difference(3, cell.xx, cell.x, cell.x) == 6.0);
}

/* ---- point estimates against formulas on the values themselves */

static void points_and_errors_match_the_values(void **state)
{
    (void)state;
    enum { N = 200 };
    double x[N], y[N], mean_x = 0.0, mean_y = 0.0;
    hr_cell cell = {0};
    for (uint64_t i = 0; i < N; i++) {
        const uint64_t h = hr_hash(&i, 1);
        y[i] = (double)(100 + h % 50);
        x[i] = (double)(h % 50 + (h >> 32) % 20 + 1);
        add(&cell, (uint64_t)x[i], (uint64_t)y[i]);
        mean_x += x[i] / N;
        mean_y += y[i] / N;
    }
    const double r = mean_x / mean_y;
    double v = 0.0, residual = 0.0;
    for (size_t i = 0; i < N; i++) {
        v += (x[i] - mean_x) * (x[i] - mean_x) / (N - 1);
        residual += (x[i] - r * y[i]) * (x[i] - r * y[i]) / (N - 1);
    }
    hr_estimate e = hr_estimate_cell(&amount, &cell, N, 4.0, ALPHA);
    assert_near(e.value, mean_x / 4.0, 1e-12);
    assert_near(e.standard_error, sqrt(v / N) / 4.0, 1e-12);
    assert_near(e.upper - e.value, 1.971956544249395 * e.standard_error, 1e-9); /* t(199) */
    assert_near(e.value - e.lower, 1.971956544249395 * e.standard_error, 1e-9);
    assert_int_equal(e.hits, N);
    assert_int_equal(e.n, N);
    assert_false(e.is_bound);
    e = hr_estimate_cell(&length, &cell, N, 2.0, ALPHA);
    assert_near(e.value, r / 2.0, 1e-12);
    assert_near(e.standard_error, sqrt(residual / N) / mean_y / 2.0, 1e-12);
}

static void a_variance_is_unbiased(void **state)
{
    (void)state;
    enum { N = 50 };
    hr_cell cell = {0};
    double mean = 0.0, v = 0.0;
    for (uint64_t i = 0; i < N; i++)
        mean += (double)(hr_hash(&i, 1) % 1000) / N;
    for (uint64_t i = 0; i < N; i++) {
        const uint64_t load = hr_hash(&i, 1) % 1000;
        v += ((double)load - mean) * ((double)load - mean) / (N - 1); /* N - 1: unbiased */
        add(&cell, load * load, load);
    }
    const hr_estimate e = hr_estimate_cell(&spread, &cell, N, 3.0, ALPHA);
    assert_near(e.value, v / 9.0, 1e-9 * v);
    assert_true(e.lower > 0.0 && e.lower < e.value && e.upper > e.value);
}

/* ---- binomial */

/* scipy 1.10: stats.beta.ppf(0.025, h, n-h+1), stats.beta.ppf(0.975, h+1, n-h). */
static void clopper_pearson_matches_the_table(void **state)
{
    (void)state;
    static const struct {
        uint64_t hits, n;
        double lower, upper;
    } table[] = {{0, 10, 0, 0.308497107818761},
                 {1, 10, 0.00252857854446178, 0.445016117028195},
                 {5, 10, 0.187086028447399, 0.812913971552601},
                 {10, 10, 0.691502892181239, 1},
                 {3, 1000, 0.000619099931649571, 0.0087420232384783},
                 {100, 1000, 0.08210533435558, 0.120287936518693},
                 {12, 100000, 6.20072391173597e-05, 0.000209606458050164},
                 {99990, 100000, 0.999816104154623, 0.999952045104861},
                 {50000, 1000000, 0.0495736395473264, 0.0504289693684639}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        double lower, upper;
        hr_clopper_pearson(table[i].hits, table[i].n, ALPHA, &lower, &upper);
        assert_near(lower, table[i].lower, 1e-9 * table[i].lower);
        assert_near(upper, table[i].upper, 1e-9 * table[i].upper);
    }
    double lower, upper;
    hr_clopper_pearson(0, 0, ALPHA, &lower, &upper);
    assert_true(lower == 0.0 && upper == 1.0);
}

/* Ours; value +- z standard errors; the score interval of Wilson (J. Amer. Stat. Assoc. 22, 1927).
 */
enum { OURS, WALD, WILSON };

static void interval_of(int kind, const hr_estimate *e, double alpha, double *lower, double *upper)
{
    const double m = (double)e->n, p = (double)e->hits / m;
    const double z = hr_normal_quantile(1.0 - 0.5 * alpha), z2 = kind == WILSON ? z * z : 0.0;
    const double middle = (p + 0.5 * z2 / m) / (1.0 + z2 / m);
    const double reach = z * sqrt((p * (1.0 - p) + 0.25 * z2 / m) / m) / (1.0 + z2 / m);
    *lower = kind == OURS ? e->lower : middle - reach;
    *upper = kind == OURS ? e->upper : middle + reach;
}

/* P(the interval of n Bernoulli(p) replications holds p), summed over all hits. */
static double exact_coverage(uint64_t n, double p, int kind, double alpha)
{
    double coverage = 0.0;
    for (uint64_t h = 0; h <= n; h++) {
        const double m = (double)n, k = (double)h;
        const double mass = hr_exp(hr_lgamma(m + 1.0) - hr_lgamma(k + 1.0) -
                                   hr_lgamma(m - k + 1.0) + k * hr_log(p) + (m - k) * hr_log1p(-p));
        hr_cell cell = {.hits = h, .x = 8 * h, .xx = 64 * h};
        const hr_estimate e = hr_estimate_cell(&fraction, &cell, n, 8.0, alpha);
        double lower, upper;
        interval_of(kind, &e, alpha, &lower, &upper);
        coverage += lower <= p && p <= upper ? mass : 0.0;
    }
    return coverage;
}

static void zero_one_values_are_covered_exactly(void **state)
{
    (void)state;
    static const double p[] = {0.001, 0.01, 0.03, 0.1, 0.35, 0.5, 0.9, 0.999};
    unsigned naive_fails = 0;
    for (uint64_t n = 10; n <= 640; n *= 4)
        for (size_t i = 0; i < sizeof p / sizeof p[0]; i++) {
            const double coverage = exact_coverage(n, p[i], OURS, ALPHA);
            assert_true(coverage >= 1.0 - ALPHA && coverage < 1.0 + 1e-9);
            naive_fails += exact_coverage(n, p[i], WALD, ALPHA) < 1.0 - ALPHA;
        }
    assert_true(naive_fails >= 20); /* of 32 */
    assert_true(exact_coverage(160, 0.01, WALD, ALPHA) < 0.85);
}

/* Why not Wilson's: for rare events it is wrong three times as often as it says, and at the error
 * of a later look fifty times, while decisions rest on every look's. */
static void wilsons_interval_would_not_keep_the_promise(void **state)
{
    (void)state;
    enum { N = 640 };
    const double late = hr_look_alpha(ALPHA, 7);
    const double rare = 0.17 / N, rarer = 0.065 / N;
    assert_true(exact_coverage(N, rare, OURS, ALPHA) >= 1.0 - ALPHA);
    assert_true(exact_coverage(N, rarer, OURS, late) >= 1.0 - late);
    assert_true(1.0 - exact_coverage(N, rare, WILSON, ALPHA) > 3.0 * ALPHA);
    assert_true(1.0 - exact_coverage(N, rarer, WILSON, late) > 50.0 * late);
}

/* ---- simulated coverage */

enum { EXPERIMENTS = 2000, TICKS = 1 << 20 };

typedef struct model {
    const hr_outcome *outcome;
    void (*replicate)(hr_stream *stream, const double *parameter, uint64_t *x, uint64_t *y);
    double parameter[2], truth, scale;
    uint64_t n;
} model;

static double one(hr_stream *stream)
{
    return hr_uniform(hr_stream_next(stream));
}

/* Coverage and, for comparison, that of value +- 1.96 standard errors over all replications. */
static double coverage(const model *m, double *naive, double *usual_hits)
{
    double inside = 0.0, wald = 0.0, hits = 0.0;
    for (uint64_t k = 0; k < EXPERIMENTS; k++) {
        hr_stream stream;
        hr_stream_open(&stream, (hr_stream_id){99, m->n, k}, HR_PURPOSE_SIZE, 0,
                       hr_vector_level(0));
        hr_cell cell = {0};
        for (uint64_t i = 0; i < m->n; i++) {
            uint64_t x = 0, y = 0;
            m->replicate(&stream, m->parameter, &x, &y);
            add(&cell, x, y);
        }
        const hr_estimate e = hr_estimate_cell(m->outcome, &cell, m->n, m->scale, ALPHA);
        const double reach = 1.96 * e.standard_error;
        inside += e.lower <= m->truth && m->truth <= e.upper;
        wald += fabs(e.value - m->truth) <= reach;
        hits += (double)cell.hits;
    }
    *naive = wald / EXPERIMENTS;
    *usual_hits = hits / EXPERIMENTS;
    return inside / EXPERIMENTS;
}

/* A share of the window, with probability p[0] at all, then exponential with mean p[1]. */
static void rare_share(hr_stream *stream, const double *p, uint64_t *x, uint64_t *y)
{
    (void)y;
    const double u = one(stream), size = -p[1] * hr_log(one(stream));
    if (u < p[0])
        *x = 1 + (uint64_t)(fmin(size, 1.0) * (TICKS - 1));
}

static double truth_of_rare_share(double p, double mean)
{
    return p * mean * (1.0 - hr_exp(-1.0 / mean));
}

/* Refused of 200 +- 14 offered: bursts of geometric size, with probability p[0]. */
static void rare_blocking(hr_stream *stream, const double *p, uint64_t *x, uint64_t *y)
{
    const double u = one(stream), burst = one(stream), z = hr_normal_quantile(one(stream));
    *y = (uint64_t)(200.0 + 14.0 * z);
    if (u < p[0])
        *x = 1 + (uint64_t)(hr_log(burst) / hr_log(p[1]));
}

/* Episodes of exponential length: how long, and how many; seldom any. */
static void rare_episodes(hr_stream *stream, const double *p, uint64_t *x, uint64_t *y)
{
    const double u = one(stream), second = one(stream);
    if (u >= p[0])
        return;
    *y = second < 0.3 ? 2 : 1;
    for (uint64_t i = 0; i < *y; i++)
        *x += 1 + (uint64_t)(-p[1] * hr_log(one(stream)));
}

/* Full but for a rare exponential loss. */
static void nearly_full(hr_stream *stream, const double *p, uint64_t *x, uint64_t *y)
{
    uint64_t lost = 0;
    rare_share(stream, p, &lost, y);
    *x = TICKS - lost;
}

static void normal_load(hr_stream *stream, const double *p, uint64_t *x, uint64_t *y)
{
    *y = (uint64_t)(p[0] + p[1] * hr_normal_quantile(one(stream)) + 0.5);
    *x = *y * *y;
}

static void check(const model *m, double least, double naive_below)
{
    double naive = 0.0, hits = 0.0;
    const double inside = coverage(m, &naive, &hits);
    if (!(inside >= least))
        fail_msg("%s, %g hits: coverage %g is below %g", m->outcome->name, hits, inside, least);
    if (!(naive < naive_below))
        fail_msg("%s, %g hits: the naive interval covers %g", m->outcome->name, hits, naive);
}

static void few_hits_are_covered(void **state)
{
    (void)state;
    static const double p[] = {0.004, 0.01, 0.03, 0.08};
    for (size_t i = 0; i < 4; i++) {
        const model m = {&fraction, rare_share, {p[i], 0.05}, truth_of_rare_share(p[i], 0.05),
                         TICKS,     500};
        check(&m, 0.93, i < 3 ? 0.92 : 1.0);
        const model unbounded = {&amount, rare_share, {p[i], 0.05}, truth_of_rare_share(p[i], 0.05),
                                 TICKS,   500};
        check(&unbounded, 0.93, i < 3 ? 0.92 : 1.0);
    }
}

static void many_hits_are_covered(void **state)
{
    (void)state;
    const model skewed = {&fraction, rare_share, {0.25, 0.05}, truth_of_rare_share(0.25, 0.05),
                          TICKS,     500};
    check(&skewed, 0.92, 1.0);
    const model short_run = {&amount, rare_share, {1.0, 0.05}, truth_of_rare_share(1.0, 0.05),
                             TICKS,   30};
    check(&short_run, 0.90, 1.0); /* thirty exponentials */
}

static void ratios_are_covered(void **state)
{
    (void)state;
    /* E[1 + floor(log U / log q)] = 1 / (1 - q); E[floor(200 + 14 z)] = 199.5 */
    const double burst = 1.0 / (1.0 - 0.8);
    const model few = {&share, rare_blocking, {0.02, 0.8}, 0.02 * burst / 199.5, 1.0, 300};
    check(&few, 0.93, 0.92);
    const model many = {&share, rare_blocking, {0.5, 0.8}, 0.5 * burst / 199.5, 1.0, 300};
    check(&many, 0.92, 1.0);
    /* each episode lasts 1 + floor(exponential of mean 1000): mean 1 + 1/(e^0.001 - 1) */
    const double mean = 1.0 + 1.0 / hr_expm1(0.001);
    const model rare = {&length, rare_episodes, {0.04, 1000.0}, mean, 1.0, 500};
    check(&rare, 0.90, 0.94); /* Student on about twenty exponentials */
    const model usual = {&length, rare_episodes, {0.5, 1000.0}, mean, 1.0, 500};
    check(&usual, 0.92, 1.0);
}

static void nearly_full_is_covered(void **state)
{
    (void)state;
    const model m = {&fraction, nearly_full, {0.004, 0.3}, 1.0 - truth_of_rare_share(0.004, 0.3),
                     TICKS,     500};
    check(&m, 0.93, 0.92);
}

static void variances_are_covered(void **state)
{
    (void)state;
    const model m = {&spread, normal_load, {1000.0, 60.0}, 3600.0 + 1.0 / 12.0, 1.0, 300};
    check(&m, 0.92, 1.0);
}

/* ---- edges */

static void no_hits_give_a_bound(void **state)
{
    (void)state;
    const hr_cell none = {0};
    hr_estimate e = hr_estimate_cell(&fraction, &none, 1000, 65536.0, ALPHA);
    assert_true(e.is_bound && e.value == 0.0 && e.lower == 0.0);
    assert_near(e.upper, 1.0 - pow(0.025, 0.001), 1e-15);
    e = hr_estimate_cell(&amount, &none, 1000, 1.0, ALPHA);
    assert_true(e.is_bound && e.value == 0.0 && isinf(e.upper));
    hr_cell offered = {0};
    for (uint64_t i = 0; i < 1000; i++)
        add(&offered, 0, 190 + i % 21);
    e = hr_estimate_cell(&share, &offered, 1000, 1.0, ALPHA);
    assert_true(e.is_bound && e.value == 0.0 && e.upper > 0.003 && e.upper < 0.007);
}

static void what_does_not_exist_is_not_a_number(void **state)
{
    (void)state;
    const hr_cell none = {0}, some = {.hits = 1, .x = 1, .xx = 1};
    assert_true(isnan(hr_estimate_cell(&share, &none, 100, 1.0, ALPHA).value));
    assert_true(isnan(hr_estimate_cell(&fraction, &some, 100, 0.0, ALPHA).value));
    assert_true(isnan(hr_estimate_cell(&fraction, &none, 0, 1.0, ALPHA).upper));
    assert_false(hr_estimate_cell(&share, &none, 100, 1.0, ALPHA).is_bound);
}

static void one_hit_or_one_replication_says_little(void **state)
{
    (void)state;
    hr_cell cell = {0};
    add(&cell, 300, 0);
    hr_estimate e = hr_estimate_cell(&amount, &cell, 1, 1000.0, ALPHA);
    assert_true(e.lower == 0.0 && isinf(e.upper) && isnan(e.standard_error));
    e = hr_estimate_cell(&fraction, &cell, 1, 1000.0, ALPHA);
    assert_true(e.lower == 0.0 && e.upper == 1.0);
    e = hr_estimate_cell(&fraction, &cell, 500, 1000.0, ALPHA);
    assert_true(e.lower == 0.0 && e.upper > e.value && e.upper < 0.02);
}

static void always_is_never_certain(void **state)
{
    (void)state;
    hr_cell cell = {0};
    for (int i = 0; i < 200; i++)
        add(&cell, 7, 7);
    const double least = pow(0.025, 1.0 / 200.0);
    hr_estimate e = hr_estimate_cell(&fraction, &cell, 200, 7.0, ALPHA);
    assert_true(e.value == 1.0 && e.upper == 1.0);
    assert_near(e.lower, least, 1e-12);
    e = hr_estimate_cell(&share, &cell, 200, 1.0, ALPHA);
    assert_true(e.value == 1.0 && e.upper == 1.0);
    assert_near(e.lower, least, 1e-12);
}

static void every_interval_holds_its_value(void **state)
{
    (void)state;
    const hr_outcome *outcome[] = {&fraction, &amount, &share, &length, &spread};
    for (uint64_t seed = 0; seed < 3000; seed++) {
        hr_cell cell = {0};
        const uint64_t h = hr_hash(&seed, 1), n = 1 + h % 300, per = 1 + (h >> 40) % 200;
        for (uint64_t i = 0; i < n; i++) {
            const uint64_t g = hr_hash((const uint64_t[]){seed, i}, 2);
            add(&cell, g % per == 0 ? g >> 32 & 1023 : 0, 1023 + (g >> 48 & 15));
        }
        for (size_t o = 0; o < 5; o++) {
            const hr_estimate e = hr_estimate_cell(outcome[o], &cell, n, 1023.0, ALPHA);
            if (outcome[o] == &spread)
                continue; /* these pairs are no squares and loads */
            assert_true(e.lower >= 0.0 && e.lower <= e.value && e.value <= e.upper);
            assert_true(outcome[o]->most == 0.0 || e.upper <= 1.0);
            assert_true(e.is_bound == (cell.hits == 0));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_of_products_are_exact),
        cmocka_unit_test(points_and_errors_match_the_values),
        cmocka_unit_test(a_variance_is_unbiased),
        cmocka_unit_test(clopper_pearson_matches_the_table),
        cmocka_unit_test(zero_one_values_are_covered_exactly),
        cmocka_unit_test(wilsons_interval_would_not_keep_the_promise),
        cmocka_unit_test(few_hits_are_covered),
        cmocka_unit_test(many_hits_are_covered),
        cmocka_unit_test(ratios_are_covered),
        cmocka_unit_test(nearly_full_is_covered),
        cmocka_unit_test(variances_are_covered),
        cmocka_unit_test(no_hits_give_a_bound),
        cmocka_unit_test(what_does_not_exist_is_not_a_number),
        cmocka_unit_test(one_hit_or_one_replication_says_little),
        cmocka_unit_test(always_is_never_certain),
        cmocka_unit_test(every_interval_holds_its_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
