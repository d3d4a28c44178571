/* The backlog of a server above its full ceiling: paths worked out on paper, in exact integers;
 * what a study must ask for to have it; and that it answers to load and to its marks. */
#include <string.h>

#include "kernel/backlog.h"
#include "kernel/kernel.h"
#include "unit/scene.h"

/* Waiting work (steps x ticks) of each tick from now on for `seconds`, added up. */
static hr_i128 sum_of(hr_i128 waiting, int64_t slope, double seconds)
{
    const hr_i128 n = S(seconds);
    return n * waiting + slope * (n * (n - 1) / 2);
}

/* 80 Mc/s throughout and 70 more in [10 s, 30 s): half a second of work more each second, 10 s at
 * 30 s, then a fifth less each second: 3 s at 65 s, nothing at 80 s. */
static void test_a_path_by_hand(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 0, 100);
    meet(&s, 0, 99, 80 * MC);
    meet(&s, 10, 30, 70 * MC);
    play(&s);
    assert_int_equal(s.counts.throttled_time, S(65) - S(22)); /* 6 s at 22 s */
    assert_int_equal(s.counts.throttled_periods, 7);          /* not in [75 s, 100 s) */
    assert_int_equal(s.counts.rejected_periods, 0);
    const hr_i128 sum = sum_of(0, 50 * MC, 20) + sum_of((hr_i128)100 * MC * S(10), -20 * MC, 50);
    assert_int_equal((uint64_t)s.counts.backlog_time, (uint64_t)(sum / (100 * MC) / 256));
    /* 350 s x s by the triangles, in 2^-8 s and ticks */
    assert_in_range((uint64_t)s.counts.backlog_time, 350 * 256 * 65536.0 * 0.99999,
                    350 * 256 * 65536.0);
    close_scene(&s);
}

/* Marks are reached at the first tick at or beyond them, whatever happens in between. */
static void test_marks_are_reached_between_ticks(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 0, 100);
    meet(&s, 1, 99, 107 * MC);
    meet(&s, 40, 41, 0); /* an event that changes nothing */
    play(&s);
    /* 6 x 100 / 7 = 85.714286 s after its start: 5617371.43 ticks */
    assert_int_equal(s.counts.throttled_time, S(99) + S(1) - (S(1) + 5617372));
    assert_int_equal(s.counts.throttled_periods, 8);
    close_scene(&s);
}

/* What stands when the window opens counts; requests are rejected in the period of 12 s alone. */
static void test_it_begins_before_the_window(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 40, 80);
    meet(&s, 0, 24, 150 * MC);    /* 12 s at 24 s, and at once less */
    meet(&s, 24, 46, 80 * MC);    /* 7.6 s at 46 s */
    meet(&s, 46, 58.8, 150 * MC); /* 12 s at 54.8 s, 14 s at 58.8 s */
    meet(&s, 58.8, 79, 0);        /* 12 s at 60.8 s, 3 s at 69.8 s */
    play(&s);
    assert_int_equal(s.counts.throttled_periods, 7); /* [40 s, 70 s) */
    assert_int_equal(s.counts.rejected_periods, 6);  /* [50 s, 70 s): until 60.8 s */
    assert_in_range(s.counts.throttled_time, S(29.8) - 2, S(29.8) + 2);
    close_scene(&s);
}

/* Calls in the background take 40 Mc/s each: what is left of the ceiling is 100, 60, 20, 100. */
static void test_background_takes_its_part(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 0, 100);
    add_calls(&s);
    meet(&s, 0, 99, 70 * MC);
    play(&s);
    /* -0.3, 0.1, 0.5, -0.3 a second: 2.5 s at 50 s, 15 s at 75 s, 3 s at 115 s */
    assert_int_equal(s.counts.throttled_time, S(100) - S(57));
    assert_int_equal(s.counts.throttled_periods, 12);
    assert_int_equal(s.counts.rejected_periods, 12); /* from 69 s to 85 s */
    close_scene(&s);
}

/* Not asked for, nothing is counted and no kernel minds. */
static void test_nobody_asks(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 0, 100)->backlog.is_followed = false;
    meet(&s, 0, 99, 150 * MC);
    play(&s);
    assert_int_equal(s.counts.throttled_time, 0);
    assert_true(s.counts.backlog_time == 0);
    close_scene(&s);
}

/* ---- through a study */

#define POOL                                                                                       \
    "pool: {servers: 3, server: {cpu: 1000 Mc/s}, ceilings: {cpu: {full: 100 %}}}\n"               \
    "arrivals: {sources: [{rate: 110 per hour}]}\n"                                                \
    "meetings: {classes: [{size: 1, duration: exponential(mean 1 h), cost: {cpu: 25 Mc/s}}]}\n"    \
    "window: {busy_hours: 1}\n"

/* Value of an outcome over 16 days; NaN-free, as it is always there when asked for. */
static double measure(const char *outcome, const char *set)
{
    hr_err err = {0};
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c;
    hr_counts counts;
    hr_input input = {0};
    hr_scratch *scratch = NULL;
    double sum = 0.0;
    char text[80];
    (void)snprintf(text, sizeof text, "observe.outcomes=[time_over, %s]", outcome);
    const char *sets[] = {text, set, NULL};
    const unsigned o = hr_outcome_find(outcome);
    open_good(&study, POOL, sets);
    resolve_good(&study, 0, 0, &arena, &c);
    assert_int_equal(hr_counts_init(&counts, &c, &arena, &err), HR_OK);
    assert_int_equal(hr_scratch_new(&scratch, &err), HR_OK);
    for (uint64_t day = 0; day < 16; day++) {
        const hr_lane lane = {&c, &input, &counts};
        hr_u128 x = 0, y = 0;
        assert_int_equal(hr_input_write(&input, &c, day, hr_vector_level(0), &err), HR_OK);
        assert_int_equal(
            hr_kernel_for(NULL, &c, NULL)->replay(&lane, 1, hr_vector_level(0), scratch, &err),
            HR_OK);
        hr_outcomes[o].pair(&counts, &c, (const unsigned[]){0, 0, 0}, &x, &y);
        sum += (double)x / hr_outcome_scale(o, &c, (const unsigned[]){0, 0, 0});
    }
    hr_input_free(&input);
    hr_scratch_free(scratch);
    hr_arena_free(&arena);
    hr_study_free(&study);
    return sum / 16.0;
}

static void test_outcomes_answer_to_load_and_marks(void **state)
{
    (void)state;
    const char *more = "arrivals.sources[0].rate=125 per hour";
    const double throttled = measure("throttled", NULL), time = measure("time_throttled", NULL);
    assert_true(throttled > 0.0 && throttled <= 1.0);
    assert_true(time > 0.0 && time < throttled);
    assert_true(measure("throttled", more) > throttled);
    assert_true(measure("time_throttled", more) > time);
    assert_true(measure("backlog", more) > measure("backlog", NULL));
    assert_true(measure("rejected", NULL) <= throttled);
    assert_true(measure("time_throttled", "signals.throttled.from=60 s") < time);
    assert_true(measure("time_throttled", "signals.throttled.until=1 s") > time);
    assert_true(measure("throttled", "arrivals.sources[0].rate=40 per hour") < throttled);
}

/* Kernels that cannot follow it step aside only where somebody asks. */
static void test_who_follows_it(void **state)
{
    (void)state;
    static const struct {
        const char *set, *kernel;
    } asked[] = {{"observe.outcomes=[time_over]", "lanes"},
                 {"observe.outcomes=[time_over, backlog]", "scalar"},
                 {"target.outcome=rejected", "scalar"},
                 {"observe.outcomes=default", "lanes"}};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        const char *sets[] = {asked[i].set, NULL};
        hr_study study;
        hr_arena arena = {0};
        hr_configuration c;
        open_good(&study, POOL, sets);
        resolve_good(&study, 0, 0, &arena, &c);
        assert_string_equal(hr_kernel_for(NULL, &c, NULL)->name, asked[i].kernel);
        hr_arena_free(&arena);
        hr_study_free(&study);
    }
}

static void test_what_is_refused(void **state)
{
    (void)state;
    assert_refused(POOL, (const char *const[]){"signals.throttled.until=6 s", NULL}, HR_ERR_USAGE,
                   "must be less than signals.throttled.from");
    assert_refused(POOL,
                   (const char *const[]){"target.outcome=throttled", "pool.ceilings.cpu.full=~",
                                         "pool.ceilings.cpu.target=80 %", NULL},
                   HR_ERR_USAGE, "backlogs a full ceiling");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_path_by_hand),
        cmocka_unit_test(test_marks_are_reached_between_ticks),
        cmocka_unit_test(test_it_begins_before_the_window),
        cmocka_unit_test(test_background_takes_its_part),
        cmocka_unit_test(test_nobody_asks),
        cmocka_unit_test(test_outcomes_answer_to_load_and_marks),
        cmocka_unit_test(test_who_follows_it),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
