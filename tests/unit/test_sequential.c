/* Sequential tests of candidates, and what they make of rows.
 *
 * Simulations have fixed seeds. What is claimed is the probability of a wrong statement about a row;
 * it is allowed the claimed error itself over 2,000 rows, whose standard deviation, 0.5 %, is the
 * margin: right code fails with probability far below 1e-6, because Bonferroni wastes most of the
 * error. A rule that spends the error anew at every look is shown to fail the same check. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/real.h"
#include "base/stream.h"
#include "estimate/sequential.h"

enum { ROWS = 2000, MOST = 32, TICKS = 1 << 20 };

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
        x = t->part >= 1.0 ? TICKS
                           : 1 + (uint64_t)(fmin(-t->part * hr_log(hr_uniform(size)), 1.0) *
                                            (TICKS - 1));
    cell->hits += x > 0;
    cell->x += x;
    cell->xx += (hr_u128)x * x;
}

typedef struct simulated {
    hr_row_state state;
    hr_candidate row[MOST];
    uint64_t replications; /* of all candidates */
} simulated;

/* What explore/sizing does, without a pool: candidates want looks of one block each, then doubled. */
static simulated size_row(const struct hr_sequential *rule, const truth *truths, size_t n,
                          uint64_t block, uint64_t seed, bool pays_for_looks)
{
    simulated s = {.replications = 0};
    hr_cell cell[MOST] = {{0}};
    bool wanted[MOST];
    double scratch[3 * MOST];
    for (bool any = true; any;) {
        any = false;
        hr_sequential_next(s.row, n, hr_sequential_bound(rule), wanted, scratch);
        for (size_t i = 0; i < n; i++) {
            if (!wanted[i])
                continue;
            any = true;
            hr_stream stream;
            unsigned look = 0;
            while (s.row[i].n >= block * hr_look_blocks(look))
                look++;
            const uint64_t wish = block * hr_look_blocks(look);
            const uint64_t end = wish < rule->at_most ? wish : rule->at_most;
            for (uint64_t r = s.row[i].n; r < end; r++) {
                const hr_stream_id id = {seed, 0, r};
                hr_stream_open(&stream, id, HR_PURPOSE_DAILY, 0, hr_vector_level(0));
                const uint32_t word = hr_stream_next(&stream);
                draw(&truths[i], word, hr_stream_next(&stream), &cell[i]);
            }
            s.replications += end - s.row[i].n;
            const double alpha = hr_sequential_alpha(rule, pays_for_looks ? look : 0);
            const hr_estimate e = hr_estimate_cell(&share, &cell[i], end, TICKS, alpha);
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
#include <stdio.h>
static void test_measure(void **state)
{
    (void)state;
    const double parts[] = {1.0, 0.3, 0.03};
    for (int k = 0; k < 3; k++)
        for (int side = 0; side < 2; side++)
            for (unsigned m = 1; m <= 32; m *= 4)
            for (double p = 0.6; p > 0.005; p *= 0.3) {
                truth t = {p, parts[k]};
                const double mean = mean_of(&t);
                struct hr_sequential rule = {.threshold = side ? mean * 1.0001 : mean * 0.9999,
                    .indifference = 1.0, .error = 0.05, .n_candidates = m, .at_most = 8192};
                unsigned wrong = 0, open = 0;
                uint64_t r = 0;
                for (uint64_t i = 0; i < ROWS; i++) {
                    const simulated s = size_row(&rule, &t, 1, 8, 1000 + i, true);
                    wrong += is_wrong(&s, &rule, &t, 1);
                    open += s.row[0].verdict == HR_EXHAUSTED;
                    r += s.replications;
                }
                printf("part %4.2f side %d m %2u p %.4f wrong %.4f of %.4f open %.3f mean n %.0f\n", parts[k], side, m, p, wrong/(double)ROWS, 0.05/m, open/(double)ROWS, r/(double)ROWS);
            }
}
int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_measure)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
