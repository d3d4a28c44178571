/* Calls one by one: a loss system. Erlang's B at the published loads, whatever the durations' law
 * and however many servers; the stationary number in progress; one call at Mediation and gateway.
 * All seeds are fixed, the false-alarm rate of each |z| <= 4 is 6e-5; a pool with one trunk less is
 * rejected. */
#include <math.h>
#include <string.h>

#include "input/input.h"
#include "kernel/kernel.h"
#include "model/counts.h"
#include "model/outcome.h"
#include "unit/study_text.h"

enum { MOST_SETS = 16, DAYS = 48 };

/* 6,660 users, half of them with voice, 60 % of these 4 calls of 3 min an hour, 35 % not bypassed:
 * 139.86 erlangs [S:usermodel][D], on one stand-alone Mediation Server of 150 calls. */
#define VOICE                                                                                      \
    "study: calls\nbase: lync-2013/deployment\nseed: 150\n"                                        \
    "pool: {servers: 1}\n"                                                                         \
    "population: {in_conference: 0.1 %, dial_in: 0 %}\n"                                           \
    "meetings: {on_the_clock: 0 %}\n"                                                              \
    "deployment:\n"                                                                                \
    "  edge: {servers: 0}\n"                                                                       \
    "  mediation: {servers: 1, calls: one_by_one, when_full: refuse,\n"                            \
    "              ceilings: {cpu: ~, pstn_calls: {limit: 150}}, server: {cpu: ~}}\n"              \
    "window: {busy_hours: 8, start: stationary, warm_up: 20 min}\n"                                \
    "target: {pool: mediation, outcome: blocking_all, resources: ~, level: ~, min_episode: 0 s}\n"

typedef struct loss {
    hr_study study;
    hr_arena arena;
    hr_configuration first, other[HR_MAX_POOLS];
    hr_input meetings, input;
    hr_scratch *scratch;
    hr_counts counts;
} loss;

static void open_loss(loss *l, const char *const *sets)
{
    hr_err err = {0};
    *l = (loss){0};
    open_good(&l->study, VOICE, sets);
    resolve_good(&l->study, 0, 0, &l->arena, &l->first);
    assert_int_equal(hr_study_others(&l->study, &l->first, 0, &l->arena, l->other, &err), HR_OK);
    assert_int_equal(hr_scratch_new(&l->scratch, &err), HR_OK);
}
#define OPEN(l, ...) open_loss((l), (const char *const[MOST_SETS]){__VA_ARGS__, NULL})

static void close_loss(loss *l)
{
    hr_input_free(&l->meetings);
    hr_input_free(&l->input);
    hr_scratch_free(l->scratch);
    hr_arena_free(&l->arena);
    hr_study_free(&l->study);
}

static unsigned number_of(const loss *l, const char *pool)
{
    for (unsigned p = 1; p < l->study.n_pools; p++) {
        if (strcmp(l->study.pools[p].name, pool) == 0)
            return p - 1;
    }
    fail_msg("no pool %s", pool);
    return 0;
}

static const hr_configuration *write(loss *l, const char *pool, uint64_t day)
{
    hr_err err = {0};
    const hr_configuration *c = &l->other[number_of(l, pool)];
    const hr_vector *vector = hr_vector_level(0);
    assert_int_equal(hr_input_write(&l->meetings, &l->first, day, vector, &err), HR_OK);
    const hr_feeding feeding = {&l->input, c, {&l->meetings, &l->first}, NULL};
    assert_int_equal(hr_input_write_legs(&feeding, 1, day, vector, &err), HR_OK);
    return c;
}

/* Replay a day of a pool by a kernel; counts are in l->counts. */
static const hr_configuration *play(loss *l, const char *pool, uint64_t day, unsigned kernel)
{
    hr_err err = {0};
    const hr_configuration *c = write(l, pool, day);
    const hr_lane lane = {c, &l->input, &l->counts};
    assert_int_equal(hr_counts_init(&l->counts, c, &l->arena, &err), HR_OK);
    assert_int_equal(
        hr_kernel_number(kernel)->replay(&lane, 1, hr_vector_level(0), l->scratch, &err), HR_OK);
    return c;
}

/* B(n) = a B(n - 1) / (n + a B(n - 1)), Erlang 1917. */
static double erlang_b(double a, unsigned n)
{
    double b = 1.0;
    for (unsigned i = 1; i <= n; i++)
        b = a * b / (i + a * b);
    return b;
}

/* How many standard errors the blocking of calls over DAYS days is above `expected`: of a ratio, by
 * the variance of what is refused less what should be. */
static double z_of_blocking(double expected, const char *const *sets)
{
    loss l;
    double refused = 0.0, offered = 0.0, squares = 0.0;
    open_loss(&l, sets);
    for (uint64_t day = 0; day < DAYS; day++) {
        (void)play(&l, "mediation", day, 1);
        const double x = (double)l.counts.refused[1], y = (double)l.counts.offered[1];
        refused += x;
        offered += y;
        squares += (x - expected * y) * (x - expected * y);
    }
    close_loss(&l);
    const double excess = refused - expected * offered;
    return excess / sqrt((squares - excess * excess / DAYS) * DAYS / (DAYS - 1));
}

#define SETS(...) ((const char *const[MOST_SETS]){__VA_ARGS__, NULL})
#define ASSERT_ERLANG(erlangs, trunks, ...)                                                        \
    do {                                                                                           \
        const double z = z_of_blocking(erlang_b((erlangs), (trunks)), SETS(__VA_ARGS__));          \
        if (!(fabs(z) <= 4.0))                                                                     \
            fail_msg("%g erlangs on %d trunks: z = %g", (erlangs), (trunks), z);                   \
    } while (0)

static void test_published_loads(void **state)
{
    (void)state;
    const double half = 6660 * 0.5 * 0.6 * 4 * 0.05 * 0.35, most = half * 1.2;
    assert_true(fabs(erlang_b(139.9, 150) - 0.028) < 5e-4); /* the figures of the sources [D] */
    assert_true(fabs(erlang_b(167.8, 150) - 0.137) < 5e-4);
    ASSERT_ERLANG(half, 150, "seed=150");
    ASSERT_ERLANG(most, 150, "population.voice.users=60 %"); /* of the calculator */
}

/* B depends on the mean duration alone; and where a call that finds one server full is tried on the
 * others, servers are one bundle. */
static void test_insensitive(void **state)
{
    (void)state;
    const double half = 6660 * 0.5 * 0.6 * 4 * 0.05 * 0.35;
    ASSERT_ERLANG(half, 150, "population.voice.duration=lognormal(mean 3 min, cv 1.5)");
    ASSERT_ERLANG(half, 150, "population.voice.duration=3 min");
    ASSERT_ERLANG(half, 150, "deployment.mediation.servers=3",
                  "deployment.mediation.ceilings.pstn_calls.limit=50");
    ASSERT_ERLANG(half, 150, "deployment.mediation.servers=3",
                  "deployment.mediation.ceilings.pstn_calls.limit=50",
                  "deployment.mediation.balancer=hardware");
}

static void test_a_biased_pool_is_rejected(void **state)
{
    (void)state;
    const double half = 6660 * 0.5 * 0.6 * 4 * 0.05 * 0.35;
    const double z = z_of_blocking(erlang_b(half, 150),
                                   SETS("deployment.mediation.ceilings.pstn_calls.limit=149"));
    if (!(z > 4.0))
        fail_msg("one trunk less: z = %g", z);
}

/* Poisson in number, from the first tick on. */
static void test_stationary_from_the_beginning(void **state)
{
    (void)state;
    enum { N = 400, PLACES = 3 };
    loss l;
    const double mean = 6660 * 0.5 * 0.6 * 4 * 0.05 * 0.35;
    double sum[PLACES] = {0.0}, squares[PLACES] = {0.0};
    OPEN(&l, "window.length=30 min", "window.busy_hours=~", "window.warm_up=5 min",
         "population.voice.duration=lognormal(mean 3 min, cv 1)");
    for (uint64_t day = 0; day < N; day++) {
        (void)write(&l, "mediation", day);
        const hr_tick at[PLACES] = {l.input.begin, l.input.from, l.input.to - 1};
        for (unsigned k = 0; k < PLACES; k++) {
            double n = 0.0;
            for (uint32_t i = 0; i < l.input.n_meetings; i++)
                n +=
                    l.input.class_of[i] == 1 && l.input.start[i] <= at[k] && l.input.end[i] > at[k];
            sum[k] += n;
            squares[k] += (n - mean) * (n - mean);
        }
    }
    for (unsigned k = 0; k < PLACES; k++) {
        const double of_mean = (sum[k] / N - mean) / sqrt(mean / N);
        const double of_variance = (squares[k] / N / mean - 1.0) / sqrt((2.0 + 1.0 / mean) / N);
        if (!(fabs(of_mean) <= 4.0 && fabs(of_variance) <= 4.0))
            fail_msg("place %u: z = %g of the mean, %g of the variance", k, of_mean, of_variance);
    }
    close_loss(&l);
}

/* Who crosses Mediation has a port of a gateway: the same call, at the same time. */
static void test_pools_have_calls_in_common(void **state)
{
    (void)state;
    loss l;
    uint32_t n = 0, kept = 0;
    static hr_tick start[1 << 17], end[1 << 17];
    OPEN(&l, "deployment.gateway.servers=1", "deployment.gateway.calls=one_by_one",
         "window.busy_hours=1");
    (void)write(&l, "gateway", 3);
    for (uint32_t i = 0; i < l.input.n_meetings; i++) {
        start[n] = l.input.start[i];
        end[n++] = l.input.end[i];
        assert_true(n < 1 << 17);
    }
    (void)write(&l, "mediation", 3);
    for (uint32_t i = 0, at = 0; i < l.input.n_meetings; i++, kept++) {
        while (at < n && (start[at] != l.input.start[i] || end[at] != l.input.end[i]))
            at++;
        assert_true(at++ < n);
    }
    assert_true(kept > 0.33 * n && kept < 0.37 * n); /* 35 % are not bypassed */
    close_loss(&l);
}

static void test_kernels_agree(void **state)
{
    (void)state;
    loss l;
    OPEN(&l, "population.dial_in=25 %", "population.in_conference=5 %",
         "deployment.mediation.servers=2", "deployment.mediation.ceilings.pstn_calls.limit=80");
    for (uint64_t day = 0; day < 3; day++) {
        const hr_configuration *c = play(&l, "mediation", day, 0);
        const uint64_t refused[] = {l.counts.refused[0], l.counts.refused[1]};
        const uint64_t time = l.counts.server_time[0];
        assert_int_equal(c->n_classes, 2);
        assert_true(refused[0] > 0 && refused[1] > 0);
        assert_int_equal(time, 0); /* nobody comes beyond the ceiling */
        (void)play(&l, "mediation", day, 1);
        assert_int_equal(l.counts.refused[0], refused[0]);
        assert_int_equal(l.counts.refused[1], refused[1]);
    }
    close_loss(&l);
}

/* Where nothing is refused the mean is the same as on the grid, and so is the time above 150. */
static void test_same_overload_as_on_the_grid(void **state)
{
    (void)state;
    double share[2] = {0.0, 0.0};
    for (int k = 0; k < 2; k++) {
        loss l;
        OPEN(&l,
             k == 0 ? "deployment.mediation.calls=grid" : "deployment.mediation.calls=one_by_one",
             "deployment.mediation.when_full=degrade");
        for (uint64_t day = 0; day < DAYS; day++) {
            const hr_configuration *c = play(&l, "mediation", day, 1);
            hr_u128 x = 0, y = 0;
            const unsigned o = hr_outcome_find("time_over"), cell[] = {0, 0, 0};
            hr_outcomes[o].pair(&l.counts, c, cell, &x, &y);
            share[k] += (double)x / hr_outcome_scale(o, c, cell) / DAYS;
        }
        close_loss(&l);
    }
    assert_true(share[0] > 0.1 && fabs(share[1] / share[0] - 1.0) < 0.1);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    /* one table holds both only if they have the same classes */
    assert_bad(VOICE "choose: {deployment.mediation.calls: [grid, one_by_one]}\n",
               "numbers of meeting classes");
    assert_refused(VOICE,
                   (const char *const[]){"deployment.mediation.calls=grid",
                                         "population.voice.duration=3 min", NULL},
                   HR_ERR_USAGE, "exponential lengths only");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_loads),
        cmocka_unit_test(test_insensitive),
        cmocka_unit_test(test_a_biased_pool_is_rejected),
        cmocka_unit_test(test_stationary_from_the_beginning),
        cmocka_unit_test(test_pools_have_calls_in_common),
        cmocka_unit_test(test_kernels_agree),
        cmocka_unit_test(test_same_overload_as_on_the_grid),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
