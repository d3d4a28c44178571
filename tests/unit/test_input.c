/* Inputs against their laws. Seeds are fixed; a bound of 5 standard errors is missed by a correct
 * writer with probability 6e-7 per check, and each statistical check is shown to reject a writer
 * that is 5 % off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "input/input.h"
#include "model/prepared.h"
#include "pool.h"

enum { REPLICATIONS = 4000 };
#define SIGMAS 5.0

typedef struct moments {
    double n, sum, square;
} moments;

static void add(moments *m, double x)
{
    m->n += 1.0;
    m->sum += x;
    m->square += x * x;
}

static bool agrees(const moments *m, double expected)
{
    const double mean = m->sum / m->n;
    const double error = sqrt((m->square / m->n - mean * mean) / m->n);
    return fabs(mean - expected) <= SIGMAS * error;
}

/* The mean is `expected`, and the check can tell it from 5 % more. */
static void check_mean(const moments *m, double expected)
{
    assert_true(agrees(m, expected));
    assert_false(agrees(m, 1.05 * expected));
}

static const hr_vector *vector(void)
{
    const hr_vector *chosen = NULL;
    hr_err err = {0};
    assert_int_equal(hr_vector_choose(NULL, &chosen, &err), HR_OK);
    return chosen;
}

/* Meetings of one input that are in progress at `tick`. */
static uint32_t in_progress(const hr_input *in, hr_tick tick)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++)
        n += in->start[i] <= tick && in->end[i] > tick;
    return n;
}

static void check_order(const hr_input *in)
{
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        assert_true(in->end[i] > in->start[i]);
        assert_true(in->end[i] > in->begin || in->n_joins > 0); /* a ramp ends some sooner */
        assert_true(in->start[i] < in->to);
        assert_true(i == 0 || in->start[i - 1] <= in->start[i]);
    }
    for (uint32_t i = 1; i < in->n_joins; i++)
        assert_true(in->join_meeting[i - 1] <= in->join_meeting[i]);
}

/* Mean number in progress when the simulated time begins, and at its end. */
static void observe(hr_configuration *c, moments *at_begin, moments *at_end)
{
    hr_arena arena = {0};
    hr_input in = {0};
    hr_err err = {0};
    *at_begin = *at_end = (moments){0};
    assert_int_equal(hr_configuration_prepare(c, &arena, &err), HR_OK);
    for (uint64_t r = 0; r < REPLICATIONS; r++) {
        assert_int_equal(hr_input_write(&in, c, r, vector(), &err), HR_OK);
        check_order(&in);
        add(at_begin, in_progress(&in, in.begin));
        add(at_end, in_progress(&in, in.to - 1));
    }
    hr_input_free(&in);
    hr_arena_free(&arena);
}

/* Every law of duration, and rates: M/G/inf has mean rate x E[D] at any time. */
static void test_the_past_is_stationary_for_every_duration(void **state)
{
    (void)state;
    static const double value[2] = {1800.0, 5400.0};
    static const double share[2] = {0.5, 0.5};
    const hr_law laws[] = {
        {.kind = HR_LAW_EXPONENTIAL, .a = 3600.0},
        {.kind = HR_LAW_CONSTANT, .a = 3600.0},
        {.kind = HR_LAW_UNIFORM, .a = 1800.0, .b = 5400.0},
        {.kind = HR_LAW_ERLANG, .a = 3600.0, .b = 3.0},
        {.kind = HR_LAW_LOGNORMAL, .a = 3600.0, .b = 0.8},
        {.kind = HR_LAW_TABLE, .n = 2, .value = value, .share = share},
        {.kind = HR_LAW_HYPEREXPONENTIAL, .n = 2, .value = value, .share = share},
    };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        hr_pool pool;
        moments at_begin;
        moments at_end;
        hr_configuration *c = hr_pool_make(&pool, 1, 20, 30, 0.5);
        c->warm_up = 0.0;
        pool.class_of_all.duration = laws[i];
        observe(c, &at_begin, &at_end);
        check_mean(&at_begin, 20.0);
        check_mean(&at_end, 20.0);
    }
}

/* Three classes of different durations: those in progress are weighted by length. */
static void test_long_meetings_are_found_more_often(void **state)
{
    (void)state;
    hr_pool pool;
    moments at_begin;
    moments at_end;
    hr_configuration *c = hr_pool_make(&pool, 1, 30, 30, 0.25);
    hr_class classes[2] = {pool.class_of_all, pool.class_of_all};
    classes[0].share = 0.75;
    classes[0].duration.a = 1800.0;
    classes[1].share = 0.25;
    classes[1].duration.a = 7200.0;
    c->classes = classes;
    c->n_classes = 2;
    c->warm_up = 0.0;
    observe(c, &at_begin, &at_end);
    check_mean(&at_begin, 30.0 * (0.75 * 0.5 + 0.25 * 2.0));
    check_mean(&at_end, 30.0 * (0.75 * 0.5 + 0.25 * 2.0));
}

/* Eick, Massey and Whitt 1993: mean of Mt/M/inf under a sinusoidal rate. */
static void test_a_sinusoid_has_its_periodic_past(void **state)
{
    (void)state;
    hr_pool pool;
    moments at_begin;
    moments at_end;
    hr_configuration *c = hr_pool_make(&pool, 1, 30, 60, 1);
    pool.source.kind = HR_SOURCE_SINUSOID;
    pool.source.amplitude = 0.6;
    pool.source.period = 24.0 * 3600.0;
    c->start = HR_START_PERIODIC;
    c->from = 7.0 * 3600.0;
    c->warm_up = 3600.0;
    observe(c, &at_begin, &at_end);
    const double w = 2.0 * 3.14159265358979323846 / 24.0; /* per hour, mean duration 1 h */
    const double t = 6.0;
    const double u = 8.0;
    check_mean(&at_begin, 30.0 * (1.0 + 0.6 * (sin(w * t) - w * cos(w * t)) / (1.0 + w * w)));
    check_mean(&at_end, 30.0 * (1.0 + 0.6 * (sin(w * u) - w * cos(w * u)) / (1.0 + w * w)));
}

/* Batches every half hour, D = 40 min: just before an epoch the batches 30 and 60 min old; two of
 * them 10 min after it. Poisson counts (drawn by epochs) and fixed counts (drawn in full) have the
 * same mean, and only Poisson counts vary. */
static void test_clock_batches_have_their_past(void **state)
{
    (void)state;
    for (int fixed = 0; fixed < 2; fixed++) {
        hr_pool pool;
        moments at_begin;
        moments at_end;
        hr_configuration *c = hr_pool_make(&pool, 1, 0, 60, 0.2);
        pool.source.kind = HR_SOURCE_CLOCK_BATCH;
        pool.source.period = 1800.0;
        pool.source.count = (hr_law){.kind = fixed ? HR_LAW_CONSTANT : HR_LAW_POISSON, .a = 20.0};
        pool.source.lateness = (hr_law){.kind = HR_LAW_CONSTANT, .a = 0.0};
        pool.class_of_all.duration = (hr_law){.kind = HR_LAW_CONSTANT, .a = 2400.0};
        c->start = HR_START_PERIODIC;
        c->warm_up = 0.0;
        c->from = 300.0; /* 5 min after an epoch: batches 5 and 35 min old */
        observe(c, &at_begin, &at_end);
        if (fixed) {
            assert_true(at_begin.sum == 40.0 * REPLICATIONS && at_end.sum == 20.0 * REPLICATIONS);
        } else {
            check_mean(&at_begin, 40.0);
            check_mean(&at_end, 20.0); /* 17 min after: the old batch is gone */
            const double mean = at_begin.sum / at_begin.n;
            const double variance = at_begin.square / at_begin.n - mean * mean;
            assert_true(fabs(variance / 40.0 - 1.0) < SIGMAS * sqrt(2.0 / REPLICATIONS));
        }
    }
}

/* With lateness, against the integral of the survival over epochs: exponential durations (1 h) and
 * lateness (10 min), every half hour, phase averaged out by the mean over a whole period. */
static void test_late_starts_are_neither_lost_nor_doubled(void **state)
{
    (void)state;
    for (int fixed = 0; fixed < 2; fixed++) {
        hr_pool pool;
        hr_configuration *c = hr_pool_make(&pool, 1, 0, 60, 0.5);
        pool.source.kind = HR_SOURCE_CLOCK_BATCH;
        pool.source.period = 1800.0;
        pool.source.count = (hr_law){.kind = fixed ? HR_LAW_CONSTANT : HR_LAW_POISSON, .a = 10.0};
        pool.source.lateness = (hr_law){.kind = HR_LAW_EXPONENTIAL, .a = 600.0};
        c->start = HR_START_PERIODIC;
        c->warm_up = 0.0;
        c->from = 700.0;
        moments at_begin;
        moments at_end;
        observe(c, &at_begin, &at_end);
        /* sum over epochs e of age a = 700 + 1800 k: 10 P(late < a, late + D > a) */
        double expected = 0.0;
        for (int k = 0; k < 60; k++) {
            const double a = 700.0 + 1800.0 * k;
            expected += 10.0 * 3600.0 / (3600.0 - 600.0) * (exp(-a / 3600.0) - exp(-a / 600.0));
        }
        check_mean(&at_begin, expected);
        check_mean(&at_end, expected);
    }
}

/* M^X/G/inf: mean rate x E[X] x E[D]; geometric batches and exponential durations give a negative
 * binomial with r = rate / (mu alpha) and success 1 - alpha (theory of batch arrivals). */
static void test_batches_have_their_past(void **state)
{
    (void)state;
    hr_pool pool;
    moments at_begin;
    moments at_end;
    hr_configuration *c = hr_pool_make(&pool, 1, 3, 60, 0.5);
    pool.source.kind = HR_SOURCE_POISSON_BATCH;
    pool.source.count = (hr_law){.kind = HR_LAW_GEOMETRIC, .a = 0.25};
    c->warm_up = 0.0;
    observe(c, &at_begin, &at_end);
    assert_true(agrees(&at_begin, 12.0) && agrees(&at_end, 12.0));
    assert_false(agrees(&at_begin, 13.2)); /* batches vary more: 10 % can be told */
    const double mean = at_begin.sum / at_begin.n;
    const double variance = at_begin.square / at_begin.n - mean * mean;
    assert_true(fabs(variance / 48.0 - 1.0) < 0.25); /* 12 / (1 - 0.75) = 48, not Poisson's 12 */
}

/* Sessions in progress: Poisson in law at every step, autocorrelation exp(-step / holding). */
static void test_background_sessions_are_a_stationary_chain(void **state)
{
    (void)state;
    hr_pool pool;
    hr_configuration *c = hr_pool_make(&pool, 2, 1, 1000, 1);
    const double cost[1] = {1.0};
    const hr_background calls = {
        .kind = HR_BACKGROUND_SESSIONS, .sessions = 140.0, .holding = 180.0, .cost = cost};
    c->background = &calls;
    c->n_background = 1;
    c->warm_up = 0.0;
    hr_err err = {0};
    hr_input in = {0};
    assert_int_equal(hr_configuration_prepare(c, &pool.arena, &err), HR_OK);
    moments first = {0};
    moments last = {0};
    double product = 0.0;
    for (uint64_t r = 0; r < REPLICATIONS; r++) {
        assert_int_equal(hr_input_write(&in, c, r, vector(), &err), HR_OK);
        assert_int_equal(in.n_steps, 360);
        add(&first, in.sessions[0]);
        add(&last, in.sessions[359 * 2 + 1]);
        product += (in.sessions[100 * 2] - 140.0) * (in.sessions[109 * 2] - 140.0);
    }
    check_mean(&first, 140.0);
    check_mean(&last, 140.0);
    const double variance = last.square / last.n - pow(last.sum / last.n, 2.0);
    assert_true(fabs(variance / 140.0 - 1.0) < SIGMAS * sqrt(2.0 / REPLICATIONS));
    const double correlation = product / REPLICATIONS / 140.0; /* 90 s apart: exp(-1/2) */
    assert_true(fabs(correlation - exp(-0.5)) < SIGMAS / sqrt(REPLICATIONS) * 1.2);
    hr_input_free(&in);
    hr_arena_free(&pool.arena);
}

/* Where the inversion of ends would start below the smallest number, the study is refused. */
static void test_sessions_that_cannot_be_followed_are_refused(void **state)
{
    (void)state;
    hr_pool pool;
    hr_configuration *c = hr_pool_make(&pool, 1, 1, 1000, 1);
    const double cost[1] = {1.0};
    hr_background calls = {.name = "calls",
                           .kind = HR_BACKGROUND_SESSIONS,
                           .sessions = 700.0,
                           .holding = 10.0,
                           .cost = cost};
    c->background = &calls;
    c->n_background = 1;
    hr_err err = {0};
    assert_int_equal(hr_configuration_prepare(c, &pool.arena, &err), HR_ERR_DATA);
    assert_non_null(strstr(err.message, "session_step"));
    hr_arena_free(&pool.arena);
}

/* A rate so small that the first gap outlasts every clock: nothing happens, nothing overflows. */
static void test_hardly_ever_is_never(void **state)
{
    (void)state;
    hr_pool pool;
    moments at_begin;
    moments at_end;
    observe(hr_pool_make(&pool, 1, 1e-15, 30, 10), &at_begin, &at_end);
    assert_true(at_begin.sum == 0.0 && at_end.sum == 0.0);
}

/* Held background: one draw per server, or one for all. */
static void test_held_background_is_shared_or_not(void **state)
{
    (void)state;
    for (int shared = 0; shared < 2; shared++) {
        hr_pool pool;
        hr_configuration *c = hr_pool_make(&pool, 2, 1, 150, 1);
        const double cost[1] = {1.0};
        const hr_background held = {
            .law = {.kind = HR_LAW_NORMAL, .a = 30.0, .b = 10.0}, .shared = shared, .cost = cost};
        c->background = &held;
        c->n_background = 1;
        hr_err err = {0};
        hr_input in = {0};
        assert_int_equal(hr_configuration_prepare(c, &pool.arena, &err), HR_OK);
        moments ceiling = {0};
        int equal = 0;
        for (uint64_t r = 0; r < REPLICATIONS; r++) {
            assert_int_equal(hr_input_write(&in, c, r, vector(), &err), HR_OK);
            add(&ceiling, (double)in.ceiling[0]);
            equal += in.ceiling[0] == in.ceiling[1];
        }
        check_mean(&ceiling, 119.5); /* 120 less half a unit of rounding down */
        assert_true(shared ? equal == REPLICATIONS : equal < REPLICATIONS / 10);
        hr_input_free(&in);
        hr_arena_free(&pool.arena);
    }
}

/* The join ramp: participants come over 5 minutes, the first one begins the meeting; nobody joins
 * after the end. */
static void test_joins_fill_the_ramp(void **state)
{
    (void)state;
    hr_pool pool;
    hr_configuration *c = hr_pool_make(&pool, 1, 100, 1000, 1);
    pool.class_of_all.size.a = 5.0;
    c->join = (hr_law){.kind = HR_LAW_UNIFORM, .a = 0.0, .b = 300.0};
    hr_err err = {0};
    hr_input in = {0};
    assert_int_equal(hr_configuration_prepare(c, &pool.arena, &err), HR_OK);
    moments offset = {0};
    moments present = {0};
    for (uint64_t r = 0; r < 200; r++) {
        assert_int_equal(hr_input_write(&in, c, r, vector(), &err), HR_OK);
        check_order(&in);
        uint64_t joins = 0;
        uint64_t firsts = 0;
        uint64_t held = 0;
        for (uint32_t i = 0; i < in.n_joins; i++) {
            const uint32_t m = in.join_meeting[i];
            assert_true(in.join_tick[i] >= in.start[m] && in.join_tick[i] < in.end[m]);
            if (in.end[m] - in.start[m] > 400 * 65536)
                add(&offset, (double)(in.join_tick[i] - in.start[m]) / 65536.0);
            firsts += in.join_tick[i] == in.start[m];
        }
        for (uint32_t i = 0; i < in.n_meetings; i++) {
            joins += in.size[i];
            held += in.size[i] > 0;
            assert_int_equal(in.final[i] - in.initial[i], in.size[i]);
        }
        assert_int_equal(joins, in.n_joins);
        assert_int_equal(firsts, held); /* the first join activates the meeting */
        double there = 0.0;             /* person-time at one instant */
        for (uint32_t i = 0; i < in.n_joins; i++)
            there += in.join_tick[i] <= in.from && in.end[in.join_meeting[i]] > in.from;
        add(&present, there);
    }
    check_mean(&offset, 150.0 - 50.0); /* the earliest of five is at 300 / 6 */
    check_mean(&present, hr_configuration_mean_present(c));
    hr_input_free(&in);
    hr_arena_free(&pool.arena);
}

/* The same replication is the same input; its neighbours and other groups are not. */
static void test_inputs_depend_on_identity_alone(void **state)
{
    (void)state;
    hr_pool pool;
    hr_configuration *c = hr_pool_make(&pool, 2, 100, 30, 1);
    hr_err err = {0};
    hr_input a = {0};
    hr_input b = {0};
    assert_int_equal(hr_configuration_prepare(c, &pool.arena, &err), HR_OK);
    assert_int_equal(hr_input_write(&a, c, 3, vector(), &err), HR_OK);
    for (unsigned level = 0; hr_vector_level(level) != NULL; level++) {
        assert_int_equal(hr_input_write(&b, c, 7, hr_vector_level(level), &err), HR_OK);
        assert_int_equal(hr_input_write(&b, c, 3, hr_vector_level(level), &err), HR_OK);
        assert_int_equal(a.n_meetings, b.n_meetings);
        assert_memory_equal(a.start, b.start, a.n_meetings * sizeof *a.start);
        assert_memory_equal(a.end, b.end, a.n_meetings * sizeof *a.end);
        assert_memory_equal(a.tie, b.tie, a.n_meetings * sizeof *a.tie);
    }
    assert_int_equal(hr_input_write(&b, c, 4, vector(), &err), HR_OK);
    assert_int_not_equal(a.tie[0], b.tie[0]);
    c->group = 1;
    assert_int_equal(hr_input_write(&b, c, 3, vector(), &err), HR_OK);
    assert_int_not_equal(a.tie[0], b.tie[0]);
    hr_input_free(&a);
    hr_input_free(&b);
    hr_arena_free(&pool.arena);
}

/* Words that name meetings are drawn whatever the rule, not left from another day. */
static void test_named_meetings_have_their_words(void **state)
{
    (void)state;
    enum { FEEDS, IS_TOLD, ARE_SENT, ARE_MOVED, N_REASONS };
    for (unsigned why = 0; why < N_REASONS; why++) {
        hr_pool pool;
        hr_configuration *c = hr_pool_make(&pool, 2, 100, 30, 1);
        hr_err err = {0};
        hr_input a = {0};
        hr_input b = {0};
        c->placement.ties = HR_TIES_LOWEST;
        c->placement.hint = why == IS_TOLD ? HR_HINT_SIZE : HR_HINT_NONE;
        c->placement.hint_law = (hr_law){.kind = HR_LAW_CONSTANT, .a = 1.0};
        c->placement.most_joins = why == ARE_SENT ? 2 : 0;
        c->placement.review_period = why == ARE_MOVED ? 60.0 : 0.0;
        c->feeds = why == FEEDS;
        assert_int_equal(hr_configuration_prepare(c, &pool.arena, &err), HR_OK);
        assert_int_equal(hr_input_write(&a, c, 3, vector(), &err), HR_OK);
        assert_int_equal(hr_input_write(&b, c, 7, vector(), &err), HR_OK);
        memset(b.tie, 1, b.n_meetings * sizeof *b.tie);
        memset(b.pick, 1, b.n_meetings * sizeof *b.pick);
        assert_int_equal(hr_input_write(&b, c, 3, vector(), &err), HR_OK);
        assert_memory_equal(a.tie, b.tie, a.n_meetings * sizeof *a.tie);
        assert_memory_equal(a.pick, b.pick, a.n_meetings * sizeof *a.pick);
        hr_input_free(&a);
        hr_input_free(&b);
        hr_arena_free(&pool.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_past_is_stationary_for_every_duration),
        cmocka_unit_test(test_long_meetings_are_found_more_often),
        cmocka_unit_test(test_a_sinusoid_has_its_periodic_past),
        cmocka_unit_test(test_clock_batches_have_their_past),
        cmocka_unit_test(test_late_starts_are_neither_lost_nor_doubled),
        cmocka_unit_test(test_batches_have_their_past),
        cmocka_unit_test(test_background_sessions_are_a_stationary_chain),
        cmocka_unit_test(test_sessions_that_cannot_be_followed_are_refused),
        cmocka_unit_test(test_hardly_ever_is_never),
        cmocka_unit_test(test_held_background_is_shared_or_not),
        cmocka_unit_test(test_joins_fill_the_ramp),
        cmocka_unit_test(test_inputs_depend_on_identity_alone),
        cmocka_unit_test(test_named_meetings_have_their_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
