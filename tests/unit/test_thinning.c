/* Common random numbers between configurations of different rates: the slower one's input is part
 * of the faster one's, and follows its own law. Seeds are fixed; a bound of 5 standard errors is
 * missed by a correct writer with probability 6e-7 per check, and each check is shown to reject
 * inputs that are 5 % off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "input/input.h"
#include "model/prepared.h"
#include "pool.h"

enum { REPLICATIONS = 4000 };
#define SIGMAS 5.0

static const hr_law two_to_six = {.kind = HR_LAW_ZETA, .a = 2.0, .b = 2.0, .c = 6.0};

static void prepare(hr_configuration *c, hr_arena *arena)
{
    hr_err err = {0};
    if (hr_configuration_prepare(c, arena, &err) != HR_OK)
        fail_msg("%s", err.message);
}

static void write_input(hr_input *in, const hr_configuration *c, uint64_t replication)
{
    hr_err err = {0};
    if (hr_input_write(in, c, replication, hr_vector_level(0), &err) != HR_OK)
        fail_msg("%s", err.message);
}

/* A pool whose source is `source`, thinned from `candidates` when there are any. */
static void make(hr_pool *pool, const hr_source *source, const hr_source *candidates)
{
    hr_configuration *c = hr_pool_make(pool, 3, 40.0, 30.0, 2.0);
    pool->source = *source;
    pool->source.candidates = candidates;
    pool->class_of_all.size = two_to_six;
    c->start = HR_START_STATIONARY;
    c->warm_up = 1800.0;
    prepare(c, &pool->arena);
}

static bool is_same_meeting(const hr_input *a, uint32_t i, const hr_input *b, uint32_t k)
{
    return a->start[i] == b->start[k] && a->end[i] == b->end[k] && a->size[i] == b->size[k] &&
           a->tie[i] == b->tie[k] && a->pick[i] == b->pick[k] && a->initial[i] == b->initial[k];
}

/* Each meeting of `part` is the next one like it in `whole`. */
static bool is_part(const hr_input *part, const hr_input *whole)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < part->n_meetings; i++, k++) {
        while (k < whole->n_meetings && !is_same_meeting(part, i, whole, k))
            k++;
        if (k == whole->n_meetings)
            return false;
    }
    return true;
}

static const hr_source fast_poisson = {.kind = HR_SOURCE_POISSON, .rate = 60.0 / 3600.0};
static const hr_source slow_poisson = {.kind = HR_SOURCE_POISSON, .rate = 24.0 / 3600.0};
static const hr_source fast_wave = {
    .kind = HR_SOURCE_SINUSOID, .rate = 60.0 / 3600.0, .amplitude = 0.5, .period = 3600.0};
static const hr_source slow_wave = {
    .kind = HR_SOURCE_SINUSOID, .rate = 24.0 / 3600.0, .amplitude = 0.5, .period = 3600.0};
static const hr_source fast_clock = {.kind = HR_SOURCE_CLOCK_BATCH,
                                     .period = 1800.0,
                                     .count = {.kind = HR_LAW_POISSON, .a = 30.0},
                                     .lateness = {.kind = HR_LAW_UNIFORM, .a = 0.0, .b = 120.0}};
static const hr_source slow_clock = {.kind = HR_SOURCE_CLOCK_BATCH,
                                     .period = 1800.0,
                                     .count = {.kind = HR_LAW_POISSON, .a = 12.0},
                                     .lateness = {.kind = HR_LAW_UNIFORM, .a = 0.0, .b = 120.0}};
static const hr_source fast_batches = {.kind = HR_SOURCE_POISSON_BATCH,
                                       .rate = 20.0 / 3600.0,
                                       .count = {.kind = HR_LAW_CONSTANT, .a = 3.0}};
static const hr_source slow_batches = {.kind = HR_SOURCE_POISSON_BATCH,
                                       .rate = 8.0 / 3600.0,
                                       .count = {.kind = HR_LAW_CONSTANT, .a = 3.0}};

typedef struct pair {
    const hr_source *fast, *slow;
} pair;
static const pair pairs[] = {{&fast_poisson, &slow_poisson},
                             {&fast_wave, &slow_wave},
                             {&fast_clock, &slow_clock},
                             {&fast_batches, &slow_batches}};
enum { N_PAIRS = sizeof pairs / sizeof *pairs };

static void the_slower_input_is_part_of_the_faster(void **state)
{
    (void)state;
    for (int i = 0; i < N_PAIRS; i++) {
        hr_pool fast, slow, apart;
        hr_input whole = {0}, part = {0}, other = {0};
        uint64_t most = 0, kept = 0;
        make(&fast, pairs[i].fast, NULL);
        make(&slow, pairs[i].slow, pairs[i].fast);
        make(&apart, pairs[i].slow, NULL);
        for (uint64_t r = 0; r < 200; r++) {
            write_input(&whole, &fast.configuration, r);
            write_input(&part, &slow.configuration, r);
            write_input(&other, &apart.configuration, r);
            assert_true(is_part(&part, &whole));
            assert_false(other.n_meetings > 1 && is_part(&other, &whole));
            most += whole.n_meetings;
            kept += part.n_meetings;
        }
        assert_true(fabs((double)kept / (double)most - 0.4) < 0.02);
        hr_input_free(&whole);
        hr_input_free(&part);
        hr_input_free(&other);
        hr_arena_free(&fast.arena);
        hr_arena_free(&slow.arena);
        hr_arena_free(&apart.arena);
    }
}

/* Mean and variance of `x` over replications, each with its standard error. */
typedef struct sample {
    double n, sum, x[REPLICATIONS];
} sample;

static void add(sample *s, double x)
{
    s->x[(size_t)s->n] = x;
    s->n += 1.0;
    s->sum += x;
}

static bool has_mean(const sample *s, double expected)
{
    const double mean = s->sum / s->n;
    double squares = 0.0;
    for (size_t i = 0; i < (size_t)s->n; i++)
        squares += (s->x[i] - mean) * (s->x[i] - mean);
    return fabs(mean - expected) <= SIGMAS * sqrt(squares) / s->n;
}

/* The variance of a Poisson number equals its mean: E[(x - m)^2 - m] = 0. */
static bool has_variance(const sample *s, double expected)
{
    const double mean = s->sum / s->n;
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < (size_t)s->n; i++) {
        const double d = (s->x[i] - mean) * (s->x[i] - mean);
        sum += d;
        squares += d * d;
    }
    const double variance = sum / s->n;
    return fabs(variance - expected) <=
           SIGMAS * sqrt(squares / s->n - variance * variance) / sqrt(s->n);
}

/* Thinned, the pool has the law of its own rate: meetings in progress at the beginning (the past)
 * and at the end are Poisson with mean rate x duration. */
static void the_thinned_input_has_its_own_law(void **state)
{
    (void)state;
    static sample begin, end;
    for (int i = 0; i < 2; i++) { /* the sources whose law is Poisson at every instant */
        const pair *p = &pairs[2 * i];
        const double mean = 24.0; /* per hour, of one hour each; both kinds */
        hr_pool slow;
        hr_input in = {0};
        begin = end = (sample){0};
        make(&slow, p->slow, p->fast);
        for (uint64_t r = 0; r < REPLICATIONS; r++) {
            uint32_t at_begin = 0, at_end = 0;
            write_input(&in, &slow.configuration, r);
            for (uint32_t m = 0; m < in.n_meetings; m++) {
                at_begin += in.start[m] < in.begin && in.end[m] >= in.begin;
                at_end += in.end[m] >= in.to;
            }
            add(&begin, at_begin);
            add(&end, at_end);
        }
        if (i == 0) {
            assert_true(has_mean(&begin, mean) && has_mean(&end, mean));
            assert_false(has_mean(&begin, 1.05 * mean) || has_mean(&end, 1.05 * mean));
        }
        assert_true(has_variance(&begin, begin.sum / begin.n));
        assert_true(has_variance(&end, end.sum / end.n));
        assert_false(has_variance(&end, 1.6 * end.sum / end.n));
        hr_input_free(&in);
        hr_arena_free(&slow.arena);
    }
}

/* With a ramp, the draws of those who are taken out are passed over. */
static void joins_are_in_common_too(void **state)
{
    (void)state;
    hr_pool fast, slow;
    hr_input whole = {0}, part = {0};
    const hr_law ramp = {.kind = HR_LAW_UNIFORM, .a = 0.0, .b = 300.0};
    make(&fast, &fast_poisson, NULL);
    make(&slow, &slow_poisson, &fast_poisson);
    fast.configuration.join = slow.configuration.join = ramp;
    prepare(&fast.configuration, &fast.arena);
    prepare(&slow.configuration, &slow.arena);
    for (uint64_t r = 0; r < 100; r++) {
        write_input(&whole, &fast.configuration, r);
        write_input(&part, &slow.configuration, r);
        assert_true(part.n_meetings < whole.n_meetings);
        uint32_t k = 0;
        for (uint32_t i = 0; i < part.n_joins; i++, k++) {
            const uint32_t m = part.join_meeting[i];
            assert_true(m < part.n_meetings);
            assert_true(part.join_tick[i] >= part.start[m] && part.join_tick[i] < part.end[m]);
            while (k < whole.n_joins && (whole.join_tick[k] != part.join_tick[i] ||
                                         !is_same_meeting(&part, m, &whole, whole.join_meeting[k])))
                k++;
            assert_true(k < whole.n_joins);
        }
    }
    hr_input_free(&whole);
    hr_input_free(&part);
    hr_arena_free(&fast.arena);
    hr_arena_free(&slow.arena);
}

static void only_what_differs_in_rate_is_thinned(void **state)
{
    (void)state;
    const double edges[] = {0.0, 600.0, 1200.0}, rates[] = {0.01, 0.02}, doubled[] = {0.02, 0.04},
                 skewed[] = {0.03, 0.03};
    const hr_source slow = {
        .kind = HR_SOURCE_PIECEWISE, .n_pieces = 2, .edges = edges, .rates = rates};
    hr_source fast = slow;
    fast.rates = doubled;
    assert_true(fabs(hr_source_share(&slow, &fast) - 0.5) < 1e-15);
    assert_true(isnan(hr_source_share(&fast, &slow)));
    fast.rates = skewed;
    assert_true(isnan(hr_source_share(&slow, &fast)));
    assert_true(hr_source_share(&slow_clock, &fast_clock) == 12.0 / 30.0);
    hr_source fixed = fast_clock;
    fixed.count.kind = HR_LAW_CONSTANT;
    assert_true(isnan(hr_source_share(&slow_clock, &fixed)));
    assert_true(hr_source_share(&fixed, &fixed) == 1.0);
    hr_source late = fast_clock;
    late.lateness.b = 60.0;
    assert_true(isnan(hr_source_share(&slow_clock, &late)));
    assert_true(isnan(hr_source_share(&slow_poisson, &fast_wave)));
    hr_source silent = slow_poisson;
    silent.rate = 0.0;
    assert_true(hr_source_share(&silent, &silent) == 1.0);
    assert_true(hr_source_share(&silent, &fast_poisson) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_slower_input_is_part_of_the_faster),
        cmocka_unit_test(the_thinned_input_has_its_own_law),
        cmocka_unit_test(joins_are_in_common_too),
        cmocka_unit_test(only_what_differs_in_rate_is_thinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
