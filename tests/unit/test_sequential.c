/* Sequential tests of candidates, and what they make of rows.
 *
 * Simulations have fixed seeds. What is claimed is the probability of a wrong statement about a
 * row; it is allowed the claimed error itself over 2,000 rows, whose standard deviation, 0.5 %, is
 * the margin: right code fails with probability far below 1e-6, because Bonferroni wastes most of
 * the error. A rule that spends the error anew at every look is shown to fail the same check. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/real.h"
#include "base/stream.h"
#include "estimate/sequential.h"

enum { ROWS = 2000, MOST = 32, MOST_REPLICATIONS = 1 << 16, TICKS = 1 << 20 };
enum { CORRECT, PEEKS, BELIEVES_ROUGH }; /* how a row is tested */
enum { BLOCK = 8 };

static const hr_outcome share = {.name = "share", .estimator = HR_ESTIMATOR_MEAN, .most = 1.0};

/* ---- noise */

/* A candidate that contributes with probability p; then all, or an exponential with mean `part`. */
typedef struct truth {
    double p, part; /* part >= 1: always all */
} truth;

static double mean_of(const truth *t)
{
    return t->part >= 1.0 ? t->p : t->p * t->part * (1.0 - hr_exp(-1.0 / t->part));
}

/* The same words for all candidates of a row: common random numbers. */
static void draw(const truth *t, uint32_t word, uint32_t size, hr_cell *cell)
{
    uint64_t x = 0;
    if (hr_uniform(word) < t->p)
        x = t->part >= 1.0
                ? TICKS
                : 1 + (uint64_t)(fmin(-t->part * hr_log(hr_uniform(size)), 1.0) * (TICKS - 1));
    cell->hits += x > 0;
    cell->x += x;
    cell->xx += (hr_u128)x * x;
}

typedef struct simulated {
    hr_row_state state;
    hr_candidate row[MOST];
    uint64_t replications; /* of all candidates */
} simulated;

/* What explore/sizing does, without a pool: candidates want looks of one block each, then doubled.
 */
static simulated size_row(const struct hr_sequential *rule, const truth *truths, size_t n,
                          uint64_t seed, int how)
{
    simulated s = {.replications = 0};
    hr_cell cell[MOST] = {{0}};
    bool wanted[MOST];
    double scratch[3 * MOST];
    static uint32_t words[2 * MOST_REPLICATIONS];
    uint64_t known = 0;
    hr_stream stream;
    const hr_stream_id id = {seed, 0, 0};
    hr_stream_open(&stream, id, HR_PURPOSE_DAILY, 0, hr_vector_level(0));
    for (bool any = true; any;) {
        any = false;
        hr_sequential_next(s.row, n, hr_sequential_bound(rule), wanted, scratch);
        for (size_t i = 0; i < n; i++) {
            if (!wanted[i])
                continue;
            any = true;
            unsigned look = 0;
            while (s.row[i].n >= BLOCK * hr_look_blocks(look))
                look++;
            const uint64_t wish = BLOCK * hr_look_blocks(look);
            const uint64_t end = wish < rule->at_most ? wish : rule->at_most;
            for (; known < 2 * end; known++)
                words[known] = hr_stream_next(&stream);
            for (uint64_t r = s.row[i].n; r < end; r++)
                draw(&truths[i], words[2 * r], words[2 * r + 1], &cell[i]);
            s.replications += end - s.row[i].n;
            const double alpha = hr_sequential_alpha(rule, how == PEEKS ? 0 : look);
            hr_estimate e = hr_estimate_cell(&share, &cell[i], end, TICKS, alpha);
            e.is_rough = e.is_rough && how != BELIEVES_ROUGH;
            s.row[i] = (hr_candidate){hr_sequential_verdict(rule, &e), end,
                                      hr_sequential_small(rule, &e).value};
        }
    }
    s.state = hr_sequential_state(s.row, n);
    return s;
}

/* Is any statement wrong? */
static bool is_wrong(const simulated *s, const struct hr_sequential *rule, const truth *truths,
                     size_t n)
{
    bool wrong = s->state.contradicts;
    for (size_t i = 0; i < n; i++) {
        const double p = mean_of(&truths[i]), f = rule->indifference;
        wrong = wrong || (i < s->state.missed && p <= rule->threshold);
        wrong = wrong || (i >= s->state.met && p > rule->threshold);
        wrong = wrong || (s->row[i].verdict == HR_NEAR &&
                          (p > rule->threshold * f || p < rule->threshold / f));
    }
    return wrong;
}

/* ---- statements about one candidate hold as often as they say */

/* Share of rows of one candidate, a little off the threshold, with a wrong statement. */
static double wrong_share(truth t, double off, int how)
{
    const struct hr_sequential rule = {.threshold = mean_of(&t) * off,
                                       .indifference = 1.0,
                                       .error = 0.05,
                                       .n_candidates = 1,
                                       .at_most = 4096};
    unsigned wrong = 0;
    for (uint64_t i = 0; i < ROWS; i++) {
        const simulated s = size_row(&rule, &t, 1, 1000 + i, how);
        wrong += is_wrong(&s, &rule, &t, 1);
    }
    return wrong / (double)ROWS;
}

static void test_statements_hold(void **state)
{
    (void)state;
    static const truth laws[] = {{0.6, 1.0}, {0.05, 1.0}, {0.6, 0.3}, {0.6, 0.03}, {0.1, 0.03}};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        const double met = wrong_share(laws[i], 0.9999, CORRECT);
        const double missed = wrong_share(laws[i], 1.0001, CORRECT);
        if (met > 0.05 || missed > 0.05)
            fail_msg("law %zu: wrongly met %g, wrongly missed %g", i, met, missed);
    }
}

/* Testing at every look as if it were the only one, and Student with eight skewed values. */
static void test_biased_rules_are_found_out(void **state)
{
    (void)state;
    assert_true(wrong_share((truth){0.6, 1.0}, 0.9999, PEEKS) > 0.08);
    assert_true(wrong_share((truth){0.6, 0.03}, 0.9999, BELIEVES_ROUGH) > 0.08);
}

/* ---- rows */

/* Each candidate is half as bad as the one before it; the threshold lies between two. */
static void make_row(truth *truths, size_t n, double part)
{
    double p = 0.8;
    for (size_t i = 0; i < n; i++, p *= 0.5)
        truths[i] = (truth){p, part};
}

static void test_rows_are_answered_rightly(void **state)
{
    (void)state;
    enum { N = 12, AT = 5, FEW_ROWS = 400 };
    truth truths[N];
    static const double parts[] = {1.0, 0.1};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        make_row(truths, N, parts[k]);
        const struct hr_sequential rule = {.threshold = 1.3 * mean_of(&truths[AT]),
                                           .indifference = 1.1,
                                           .error = 0.05,
                                           .n_candidates = N,
                                           .at_most = MOST_REPLICATIONS};
        unsigned wrong = 0, found = 0;
        double all = 0.0, longest = 0.0;
        for (uint64_t i = 0; i < FEW_ROWS; i++) {
            const simulated s = size_row(&rule, truths, N, 1 + i, CORRECT);
            wrong += is_wrong(&s, &rule, truths, N);
            found += s.state.met == AT && s.state.missed == AT;
            all += (double)s.replications;
            longest += (double)(s.row[AT].n > s.row[AT - 1].n ? s.row[AT].n : s.row[AT - 1].n);
        }
        assert_true(wrong <= 0.05 * FEW_ROWS);
        assert_true(found >= 0.94 * FEW_ROWS);
        assert_true(all < 2.6 * longest); /* two go on, not twelve */
    }
}

/* What nobody needs to know is left open, and said. */
static void test_indifference_ends_the_search(void **state)
{
    (void)state;
    const truth truths[] = {{0.5, 1.0}, {0.1, 1.0}, {0.02, 1.0}};
    const struct hr_sequential rule = {.threshold = 0.1,
                                       .indifference = 1.15,
                                       .error = 0.05,
                                       .n_candidates = 3,
                                       .at_most = MOST_REPLICATIONS};
    const simulated s = size_row(&rule, truths, 3, 5, CORRECT);
    assert_int_equal(s.row[1].verdict, HR_NEAR);
    assert_true(s.row[1].n < MOST_REPLICATIONS);
    assert_true(s.state.missed == 1 && s.state.met == 2 && !s.state.contradicts);
}

/* ---- one estimate */

static hr_estimate interval(double lower, double value, double upper)
{
    return (hr_estimate){.value = value, .lower = lower, .upper = upper, .n = 200};
}

static void test_verdicts(void **state)
{
    (void)state;
    struct hr_sequential rule = {
        .threshold = 0.01, .indifference = 1.25, .n_candidates = 1, .at_most = 1000};
    hr_estimate e = interval(0.001, 0.005, 0.01);
    assert_int_equal(hr_sequential_verdict(&rule, &e), HR_MET);
    e.is_unreliable = true;
    assert_int_equal(hr_sequential_verdict(&rule, &e), HR_GO_ON);
    e.is_unreliable = false;
    e.is_rough = true;
    assert_int_equal(hr_sequential_verdict(&rule, &e), HR_GO_ON);
    e = interval(0.0101, 0.02, 0.03);
    assert_int_equal(hr_sequential_verdict(&rule, &e), HR_MISSED);
    e = interval(0.0081, 0.01, 0.0124);
    assert_int_equal(hr_sequential_verdict(&rule, &e), HR_NEAR);
    e = interval(0.0079, 0.01, 0.0124);
    assert_int_equal(hr_sequential_verdict(&rule, &e), HR_GO_ON);
    e.n = 1000;
    assert_int_equal(hr_sequential_verdict(&rule, &e), HR_EXHAUSTED);
    e = interval((double)NAN, (double)NAN, (double)NAN);
    assert_int_equal(hr_sequential_verdict(&rule, &e), HR_GO_ON);
}

/* At least 99 % is at most 1 % of what is missing; the factor stretches what is missing. */
static void test_at_least(void **state)
{
    (void)state;
    const struct hr_sequential rule = {.threshold = 0.99,
                                       .is_at_least = true,
                                       .indifference = 1.25,
                                       .n_candidates = 1,
                                       .at_most = 1000};
    hr_estimate e = interval(0.991, 0.995, 0.999);
    assert_int_equal(hr_sequential_verdict(&rule, &e), HR_MET);
    e = interval(0.97, 0.98, 0.9899);
    assert_int_equal(hr_sequential_verdict(&rule, &e), HR_MISSED);
    e = interval(0.9876, 0.99, 0.9919);
    assert_int_equal(hr_sequential_verdict(&rule, &e), HR_NEAR);
}

/* The error of a row is shared by its candidates and the looks: what they have sums to it. */
static void test_the_error_is_shared(void **state)
{
    (void)state;
    const struct hr_sequential rule = {.error = 0.05, .n_candidates = 10};
    double sum = 0.0;
    for (unsigned k = 0; k < 60; k++) /* one of the two ends */
        sum += 10.0 * 0.5 * hr_sequential_alpha(&rule, k);
    assert_true(sum < 0.05 && sum > 0.049);
}

/* ---- who goes on */

static hr_candidate open_at(double value, uint64_t n)
{
    return (hr_candidate){HR_GO_ON, n, value};
}

static void assert_wanted(const hr_candidate *row, size_t n, const char *expected)
{
    bool wanted[MOST];
    double scratch[3 * MOST];
    hr_sequential_next(row, n, 0.1, wanted, scratch);
    for (size_t i = 0; i < n; i++) {
        if (wanted[i] != (expected[i] == '+'))
            fail_msg("candidate %zu is%s wanted, expected %s", i, wanted[i] ? "" : " not",
                     expected);
    }
}

static void test_who_goes_on(void **state)
{
    (void)state;
    hr_candidate row[5] = {{0}};
    assert_wanted(row, 5, "+++++");
    for (size_t i = 0; i < 5; i++)
        row[i] = open_at(0.5 / (double)(i * i + 1), 8); /* 0.5 0.25 0.1 0.05 0.03 */
    row[2].value = 0.11;
    assert_wanted(row, 5, "--++-");
    row[2].value = 0.02; /* less than those behind it: they are taken together */
    assert_wanted(row, 5, "-++--");
    row[2].verdict = HR_MISSED;
    assert_wanted(row, 5, "---+-");
    row[3].verdict = HR_MET;
    assert_wanted(row, 5, "-----");
    row[3].verdict = HR_EXHAUSTED; /* says nothing; the next one might */
    assert_wanted(row, 5, "----+");
    row[3].value = 0.0; /* nor will the next one; then none is met: does the row fall at all? */
    assert_wanted(row, 5, "+----");
    row[4].verdict = HR_MISSED;
    assert_wanted(row, 5, "+----");
    row[0].verdict = HR_MET;
    assert_wanted(row, 5, "-----");
    assert_true(hr_sequential_state(row, 5).contradicts);
}

static void test_bounds_spare_all(void **state)
{
    (void)state;
    hr_candidate row[5] = {{0}};
    row[1].verdict = HR_BOUND_MISSED;
    row[4].verdict = HR_BOUND_MET;
    assert_wanted(row, 5, "--++-");
    row[3].verdict = HR_BOUND_MET;
    row[2].verdict = HR_BOUND_MISSED;
    assert_wanted(row, 5, "-----");
    const hr_row_state is = hr_sequential_state(row, 5);
    assert_true(is.missed == 3 && is.met == 3);
}

/* Ayer and others 1955: means of blocks, weighted. */
static void test_the_fit_falls(void **state)
{
    (void)state;
    const hr_candidate row[] = {open_at(0.9, 10), open_at(0.2, 30), open_at((double)NAN, 5),
                                open_at(0.6, 10), open_at(0.3, 20), open_at(0.1, 1)};
    const double expected[] = {0.9, 0.3, 0.3, 0.3, 0.3, 0.1};
    double fit[6], scratch[12];
    hr_sequential_fit(row, 6, fit, scratch);
    for (size_t i = 0; i < 6; i++)
        assert_true(fabs(fit[i] - expected[i]) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_hold),
        cmocka_unit_test(test_biased_rules_are_found_out),
        cmocka_unit_test(test_rows_are_answered_rightly),
        cmocka_unit_test(test_indifference_ends_the_search),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_at_least),
        cmocka_unit_test(test_the_error_is_shared),
        cmocka_unit_test(test_who_goes_on),
        cmocka_unit_test(test_bounds_spare_all),
        cmocka_unit_test(test_the_fit_falls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
