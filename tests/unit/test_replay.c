/* Replays of inputs written by hand, with every expected number worked out on paper. Randomised
 * replays are checked against an independent program by the twin (tests/twin). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "kernel/replay.h"
#include "model/counts.h"
#include "model/prepared.h"
#include "pool.h"

enum { MOST = 8 };
#define S(seconds)  ((hr_tick)((seconds)*65536.0)) /* ticks */
#define AT(seconds) (HR_TICK_ZERO + S(seconds))

/* A pool and an input with all arrays in place. */
typedef struct scene {
    hr_pool pool;
    hr_input input;
    hr_counts counts;
    hr_scratch *scratch;
    hr_tick start[MOST], end[MOST], join_tick[MOST];
    uint16_t class_of[MOST], profile[MOST];
    uint32_t size[MOST], tie[MOST], pick[MOST], join_meeting[MOST];
    int64_t initial[MOST], final[MOST], ceiling[MOST];
    uint8_t join_kind[MOST];
    uint16_t sessions[MOST];
    unsigned placed[MOST];
} scene;

/* n servers of the given capacity, empty at 0, window [0, 100) s with `periods` busy periods. */
static hr_configuration *open_scene(scene *s, unsigned n, double capacity, unsigned periods)
{
    memset(s, 0, sizeof *s);
    hr_configuration *c = hr_pool_make(&s->pool, n, 1, capacity, 1);
    c->start = HR_START_EMPTY;
    c->length = 100.0;
    c->n_periods = periods;
    c->placement.ties = HR_TIES_LOWEST;
    c->n_durations = 2;
    c->min_episode[1] = 10.0;
    return c;
}

/* A meeting of load and size `size` from `start` to `end` seconds; call in start order. */
static void meet(scene *s, double start, double end, uint32_t size)
{
    const uint32_t i = s->input.n_meetings++;
    s->start[i] = AT(start);
    s->end[i] = AT(end);
    s->size[i] = size;
    s->initial[i] = s->final[i] = size;
}

static void note_placed(void *context, hr_tick tick, uint32_t meeting, unsigned server)
{
    (void)tick;
    ((scene *)context)->placed[meeting] = server;
}

static void note_nothing(void *context, hr_tick tick, unsigned server, uint64_t over)
{
    (void)context, (void)tick, (void)server, (void)over;
}

static void play(scene *s)
{
    hr_err err = {0};
    hr_configuration *c = &s->pool.configuration;
    hr_input *in = &s->input;
    assert_int_equal(hr_configuration_prepare(c, &s->pool.arena, &err), HR_OK);
    assert_int_equal(hr_counts_init(&s->counts, c, &s->pool.arena, &err), HR_OK);
    assert_int_equal(hr_scratch_new(&s->scratch, &err), HR_OK);
    for (unsigned l = 0; l < c->n_limits; l++)
        for (unsigned j = 0; j < c->n_servers; j++)
            s->ceiling[l * c->n_servers + j] = (int64_t)c->prepared->ceiling[l * c->n_servers + j] +
                                               s->ceiling[l * c->n_servers + j];
    in->begin = c->prepared->begin;
    in->from = c->prepared->from;
    in->to = c->prepared->to;
    in->start = s->start, in->end = s->end, in->class_of = s->class_of, in->profile = s->profile;
    in->size = s->size, in->tie = s->tie, in->pick = s->pick, in->initial = s->initial;
    in->final = s->final, in->join_tick = s->join_tick;
    in->join_meeting = s->join_meeting, in->join_kind = s->join_kind, in->ceiling = s->ceiling;
    in->sessions = s->sessions, in->probe_tie = s->tie, in->probe_pick = s->pick;
    const hr_observer observer = {s, note_placed, note_nothing};
    assert_int_equal(hr_replay(c, in, s->scratch, &s->counts, &observer, &err), HR_OK);
}

static void close_scene(scene *s)
{
    hr_scratch_free(s->scratch);
    hr_arena_free(&s->pool.arena);
}

static void test_overload_is_strictly_above_the_ceiling(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 1, 10, 1);
    meet(&s, 10, 50, 10); /* at the ceiling: not over */
    meet(&s, 20, 30, 1);  /* 11: over for 10 s */
    play(&s);
    assert_int_equal(s.counts.server_time[0], S(10));
    assert_int_equal(s.counts.episodes[0], 1);
    assert_int_equal(s.counts.periods_hit[0], 1);  /* d = 0 */
    assert_int_equal(s.counts.periods_hit[1], 1);  /* d = 10 s: exactly reached */
    assert_int_equal(s.counts.meetings_hit[0], 2); /* both were there */
    assert_int_equal(s.counts.people_hit[0], 11);
    assert_int_equal(s.counts.meetings_ended, 2);
    assert_int_equal(s.counts.person_time_over[0], 11 * S(10));
    assert_int_equal(s.counts.person_time, 10 * S(40) + S(10));
    assert_int_equal(s.counts.peak[0], 11);
    close_scene(&s);
}

static void test_departures_come_before_arrivals(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 1, 10, 1);
    meet(&s, 10, 20, 10);
    meet(&s, 20, 30, 10); /* begins in the tick in which the first ends: never over */
    play(&s);
    assert_int_equal(s.counts.server_time[0], 0);
    assert_int_equal(s.counts.episodes[0], 0);
    close_scene(&s);
}

static void test_least_loaded_sees_who_is_there(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 2, 10, 1);
    meet(&s, 1, 90, 5);  /* server 0 (tie: lowest) */
    meet(&s, 2, 90, 3);  /* 1 */
    meet(&s, 3, 5, 1);   /* 1: 4 */
    meet(&s, 4, 90, 2);  /* 1: 6 */
    meet(&s, 6, 90, 1);  /* the 1 has left: 5 against 5, lowest: 0 */
    meet(&s, 7, 90, 20); /* 1: 25, over until 90 */
    play(&s);
    const unsigned expected[] = {0, 1, 1, 1, 0, 1};
    for (int i = 0; i < 6; i++)
        assert_int_equal(s.placed[i], expected[i]);
    assert_int_equal(s.counts.server_time[1], S(83));
    assert_int_equal(s.counts.time_with[1], S(83));
    assert_int_equal(s.counts.time_with[2], 0);
    close_scene(&s);
}

static void test_two_servers_over_at_once(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 2, 10, 4); /* periods of 25 s */
    meet(&s, 10, 40, 20);     /* server 0 over [10, 40) */
    meet(&s, 30, 60, 20);     /* server 1 over [30, 60) */
    play(&s);
    assert_int_equal(s.counts.time_with[1], S(40)); /* [10,30) and [40,60) */
    assert_int_equal(s.counts.time_with[2], S(10));
    assert_int_equal(s.counts.episodes[0], 1); /* one any-server episode */
    assert_int_equal(s.counts.server_episodes[0], 1);
    assert_int_equal(s.counts.server_episodes[1], 1);
    assert_int_equal(s.counts.periods_hit[0], 7); /* periods 0, 1, 2 */
    assert_int_equal(s.counts.periods_hit[1], 7); /* 15, 20 and 10 s inside them */
    assert_int_equal(s.counts.person_time_over[0], 20 * S(30) + 20 * S(30));
    close_scene(&s);
}

static void test_what_stands_at_the_start_counts(void **state)
{
    (void)state;
    scene s;
    hr_configuration *c = open_scene(&s, 1, 10, 1);
    c->from = 50.0; /* window [50, 150) */
    meet(&s, 10, 70, 20);
    meet(&s, 140, 200, 20);
    play(&s);
    assert_int_equal(s.counts.server_time[0], S(20) + S(10));
    assert_int_equal(s.counts.episodes[0], 1); /* only the second begins inside */
    assert_int_equal(s.counts.periods_hit[0], 1);
    assert_int_equal(s.counts.meetings_ended, 1);
    assert_int_equal(s.counts.offered[0], 1);
    close_scene(&s);
}

static void test_joins_make_a_meeting_grow(void **state)
{
    (void)state;
    scene s;
    hr_configuration *c = open_scene(&s, 2, 3, 1);
    c->join = (hr_law){.kind = HR_LAW_UNIFORM, .a = 0.0, .b = 60.0};
    meet(&s, 10, 90, 4);
    meet(&s, 11, 90, 4); /* placed when the first is still empty: lowest again */
    s.initial[0] = s.initial[1] = 0;
    s.input.n_joins = 5;
    for (uint32_t i = 0; i < 5; i++) {
        s.join_tick[i] = AT(20 + i);
        s.join_meeting[i] = i < 4 ? 0 : 1;
    }
    s.final[1] = s.size[1] = 1;
    play(&s);
    assert_int_equal(s.placed[0], 0);
    assert_int_equal(s.placed[1], 0);
    assert_int_equal(s.counts.server_time[0], S(90 - 23)); /* the fourth join at 23 s */
    assert_int_equal(s.counts.person_time, S(70 + 69 + 68 + 67 + 66));
    assert_int_equal(s.counts.people_hit[0], 5);
    close_scene(&s);
}

static void test_stale_reports_mislead_and_in_flight_corrects(void **state)
{
    (void)state;
    for (int in_flight = 0; in_flight < 2; in_flight++) {
        scene s;
        hr_configuration *c = open_scene(&s, 2, 10, 1);
        c->placement.report_period = 30.0;
        c->placement.in_flight = in_flight;
        meet(&s, 1, 90, 5);
        meet(&s, 2, 90, 5);  /* still sees an empty pool */
        meet(&s, 30, 90, 1); /* the report of this very tick */
        play(&s);
        assert_int_equal(s.placed[0], 0);
        assert_int_equal(s.placed[1], in_flight ? 1 : 0);
        assert_int_equal(s.placed[2], in_flight ? 0 : 1);
        close_scene(&s);
    }
}

static void test_admission_refuses_what_does_not_fit(void **state)
{
    (void)state;
    for (int policy = HR_ADMISSION_NONE; policy <= HR_ADMISSION_RESERVE; policy++) {
        scene s;
        hr_configuration *c = open_scene(&s, 2, 10, 1);
        const double reserve[1] = {4.0};
        c->admission = (hr_admission_policy)policy;
        c->placement.metric = HR_METRIC_MEETINGS; /* so that the chosen server may be the fuller */
        s.pool.class_of_all.reserve = policy == HR_ADMISSION_RESERVE ? reserve : NULL;
        meet(&s, 1, 90, 9);
        meet(&s, 2, 90, 1);
        meet(&s, 3, 90, 5); /* tie: server 0, which is at 9 */
        play(&s);
        const unsigned third[] = {0, 2, 1, 2};
        const unsigned first[] = {0, 0, 0, 2}; /* 9 + 4 of reserve > 10 */
        assert_int_equal(s.placed[0], first[policy]);
        if (policy != HR_ADMISSION_RESERVE)
            assert_int_equal(s.placed[2], third[policy]);
        assert_int_equal(s.counts.offered[0], 3);
        assert_int_equal(s.counts.refused[0],
                         policy == HR_ADMISSION_CHOSEN_FULL || policy == HR_ADMISSION_RESERVE);
        close_scene(&s);
    }
}

static void test_background_lowers_the_ceiling(void **state)
{
    (void)state;
    scene s;
    hr_configuration *c = open_scene(&s, 1, 10, 1);
    const double cost[1] = {1.0};
    const hr_background calls = {.name = "calls",
                                 .kind = HR_BACKGROUND_SESSIONS,
                                 .sessions = 3.0,
                                 .holding = 60.0,
                                 .cost = cost};
    c->background = &calls;
    c->n_background = 1;
    c->session_step = 40.0;
    s.input.n_steps = 3; /* [0, 40): 1 call, [40, 80): 4, [80, 100): 0 */
    s.sessions[0] = 1, s.sessions[1] = 4, s.sessions[2] = 0;
    s.ceiling[0] = -1; /* held background: 1 */
    meet(&s, 10, 90, 8);
    play(&s);
    assert_int_equal(s.counts.server_time[0], S(40)); /* 8 > 10 - 1 - 4 only in the middle */
    assert_int_equal(s.counts.episodes[0], 1);
    close_scene(&s);
}

static void test_snapshots_and_probes(void **state)
{
    (void)state;
    scene s;
    hr_configuration *c = open_scene(&s, 2, 10, 1);
    const double load[2][1] = {{4.0}, {11.0}};
    const hr_probe probes[2] = {{4, load[0], NULL}, {11, load[1], NULL}};
    const double threshold[1] = {14.0};
    c->probes = probes;
    c->n_probes = 2;
    c->threshold = threshold;
    c->n_thresholds = 1;
    c->n_observed = 2;
    c->observed[0] = 60.0;
    c->observed[1] = 40.0; /* listed out of order: slots keep the study's numbering */
    meet(&s, 10, 90, 7);
    meet(&s, 20, 50, 8);
    play(&s);
    /* at 40 s: loads 7, 8, total 15; at 60 s: 7, 0. The rule picks server 0 (7 < 8), then 1. */
    assert_int_equal(s.counts.total_above[0], 0);
    assert_int_equal(s.counts.total_above[1], 1);
    assert_int_equal(s.counts.largest[1], 8);
    assert_int_equal(s.counts.load_square[2], 49); /* slot 1, server 0 */
    const int full = HR_LEVEL_FULL * 2;            /* [slot][level][probe] */
    const int slot = HR_N_LEVELS * 2;
    assert_int_equal(s.counts.fits[full], 1); /* 60 s, probe of 4: on the empty one */
    assert_int_equal(s.counts.fits_servers[full], 1);
    assert_int_equal(s.counts.stranded[full + 1], 1);    /* 11: 3 + 10 free in all */
    assert_int_equal(s.counts.fits[slot + full], 0);     /* 40 s: 3 and 2 free */
    assert_int_equal(s.counts.stranded[slot + full], 1); /* 4 <= 5 in all */
    assert_int_equal(s.counts.nowhere[slot + full + 1], 1);
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overload_is_strictly_above_the_ceiling),
        cmocka_unit_test(test_departures_come_before_arrivals),
        cmocka_unit_test(test_least_loaded_sees_who_is_there),
        cmocka_unit_test(test_two_servers_over_at_once),
        cmocka_unit_test(test_what_stands_at_the_start_counts),
        cmocka_unit_test(test_joins_make_a_meeting_grow),
        cmocka_unit_test(test_stale_reports_mislead_and_in_flight_corrects),
        cmocka_unit_test(test_admission_refuses_what_does_not_fit),
        cmocka_unit_test(test_background_lowers_the_ceiling),
        cmocka_unit_test(test_snapshots_and_probes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
