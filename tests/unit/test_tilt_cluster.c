/* Generating functions of batches by formula and by table, the law of what a further batch counts,
 * and what is not aimed at. */
#include <math.h>

#include "model/tilt_cluster.h"
#include "study_text.h"

#define MODEL(batches, duration)                                                                   \
    "pool: {servers: 2, server: {load: 14}}\n"                                                     \
    "meetings: {classes: [{duration: " duration ", cost: {load: 1}}]}\n"                           \
    "arrivals: {sources: [" batches "]}\n"
#define GEOMETRIC "{kind: poisson_batch, rate: 3 per hour, count: geometric(success 0.25)}"
#define POISSON   "{kind: poisson_batch, rate: 3 per hour, count: poisson(4)}"
#define MIXED                                                                                      \
    "{kind: poisson_batch, rate: 3 per hour, count: \"mix(0 at 20 %, 2 at 50 %, 7 at 30 %)\"}"

typedef struct made {
    hr_study study;
    hr_arena arena;
    hr_configuration configuration;
    const hr_tilt_clusters *clusters;
} made;

static void make(const char *text, made *m)
{
    hr_err err = {0};
    *m = (made){0};
    open_good(&m->study, text, NULL);
    resolve_good(&m->study, 0, 0, &m->arena, &m->configuration);
    assert_int_equal(hr_tilt_clusters_make(&m->configuration, &m->arena, &m->clusters, &err),
                     HR_OK);
}

static void forget(made *m)
{
    hr_arena_free(&m->arena);
    hr_study_free(&m->study);
}

static void close_to(double value, double expected, double relative)
{
    if (!(fabs(value - expected) <= relative * fabs(expected)))
        fail_msg("%.15g instead of %.15g", value, expected);
}

/* P(k) as the headers of law.h have it. */
static double share_of(int law, unsigned k)
{
    if (law == 0)
        return k == 0 ? 0.0 : 0.25 * pow(0.75, k - 1.0);
    if (law == 1)
        return exp(k * log(4.0) - 4.0 - lgamma(k + 1.0));
    return k == 0 ? 0.2 : k == 2 ? 0.5 : k == 7 ? 0.3 : 0.0;
}

static const char *const laws[] = {MODEL(GEOMETRIC, "1 h"), MODEL(POISSON, "1 h"),
                                   MODEL(MIXED, "1 h")};

static void formulas_are_sums(void **state)
{
    (void)state;
    for (int law = 0; law < 3; law++) {
        made m;
        make(laws[law], &m);
        for (double more = 1e-9; more < 0.32; more = 4.0 * more + 1e-3) {
            double sum = 0.0, first = 0.0, second = 0.0, slope[2];
            for (unsigned k = 0; k < 4000; k++) {
                const double power = pow(1.0 + more, k - 2.0), share = share_of(law, k);
                sum += share * expm1(k * log1p(more));
                first += share * k * power * (1.0 + more);
                second += share * k * (k - 1.0) * power;
            }
            close_to(hr_tilt_batch_more(m.clusters->batches, more, slope), sum, 1e-9);
            close_to(slope[0], first, 1e-9);
            close_to(slope[1], second, 1e-9);
        }
        forget(&m);
    }
}

/* The geometric law's pole is at 1 / 0.75. */
static void a_tilt_stays_below_the_pole(void **state)
{
    (void)state;
    made m;
    make(laws[0], &m);
    assert_true(m.clusters->batches->most < 1.0 / 0.75);
    const double most =
        hr_tilt_batch_more(m.clusters->batches, m.clusters->batches->most - 1.0, NULL);
    assert_true(most > 10.0 && isfinite(most));
    forget(&m);
}

/* Shares of the counts over evenly spaced places are those of P(k) ((1 + m)^k - 1). */
static void further_batches_are_larger(void **state)
{
    (void)state;
    enum { PLACES = 200000, COUNTS = 400 };
    const double more = 0.2;
    for (int law = 0; law < 3; law++) {
        static unsigned seen[COUNTS];
        made m;
        make(laws[law], &m);
        memset(seen, 0, sizeof seen);
        for (unsigned i = 0; i < PLACES; i++)
            seen[hr_tilt_batch_count(m.clusters->batches, more, (i + 0.5) / PLACES)]++;
        const double all = hr_tilt_batch_more(m.clusters->batches, more, NULL);
        for (unsigned k = 0; k < COUNTS; k++) {
            const double expected = share_of(law, k) * expm1(k * log1p(more)) / all;
            if (fabs(seen[k] / (double)PLACES - expected) > 2.0 / PLACES)
                fail_msg("law %d: %u batches of %u, %g expected", law, seen[k], k,
                         expected * PLACES);
        }
        forget(&m);
    }
}

/* Cells of age end where meetings do. */
static void cells_reach_the_oldest(void **state)
{
    (void)state;
    made m;
    make(MODEL(POISSON, "\"mix(20 min at 40 %, 2 h at 60 %)\""), &m);
    const hr_tilt_clusters *clusters = m.clusters;
    bool has_step = false;
    assert_true(fabs(clusters->age[clusters->n_cells] - 7200.0) < 1e-9);
    for (unsigned i = 0; i < clusters->n_cells; i++) {
        assert_true(clusters->age[i] < clusters->age[i + 1]);
        has_step = has_step || fabs(clusters->age[i] - 1200.0) < 1e-9;
    }
    assert_true(has_step);
    forget(&m);
    make(MODEL("{rate: 3 per hour}", "1 h"), &m);
    assert_null(m.clusters);
    forget(&m);
}

static void some_are_not_aimed_at(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {MODEL(POISSON, "1 h"), NULL},
        {MODEL("{kind: poisson_batch, rate: 3 per hour, count: poisson(5000)}", "1 h"),
         "thousands"},
        {MODEL(POISSON, "geometric(success 0.001)"), "many values"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        made m;
        make(cases[i].text, &m);
        const char *why = hr_tilt_cluster_decline(&m.configuration);
        assert_int_equal(why == NULL, cases[i].why == NULL);
        if (why != NULL)
            assert_non_null(strstr(why, cases[i].why));
        forget(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_are_sums),          cmocka_unit_test(a_tilt_stays_below_the_pole),
        cmocka_unit_test(further_batches_are_larger), cmocka_unit_test(cells_reach_the_oldest),
        cmocka_unit_test(some_are_not_aimed_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
