/* Large meetings in progress at once: by hand, and as a Poisson number of them has it. */
#include "input/input.h"
#include "model/counts.h"
#include "model/prepared.h"
#include "unit/front_end_pool.h"

#define MINUTE ((hr_tick)60 * 65536)

static void check(const pool *p, const hr_input *in, hr_tick minutes, uint64_t periods)
{
    hr_counts counts = {0};
    hr_input_count_collisions(in, &p->c, &counts);
    assert_int_equal(counts.collision_time, minutes * MINUTE);
    assert_int_equal(counts.collision_periods, periods);
}

static void stretches_are_counted_once(void **state)
{
    (void)state;
    pool p;
    OPEN(&p, "meetings.large_from=100", "window.busy_hours=4");
    const hr_tick from = p.c.prepared->from;
    const hr_tick start[] = {from - 30 * MINUTE, from,
                             from + 50 * MINUTE, from + 55 * MINUTE,
                             from + 55 * MINUTE, from + 200 * MINUTE,
                             from + 230 * MINUTE};
    const hr_tick end[] = {from + 10 * MINUTE, from + 60 * MINUTE,  from + 70 * MINUTE,
                           from + 58 * MINUTE, from + 130 * MINUTE, from + 230 * MINUTE,
                           from + 900 * MINUTE};
    uint32_t size[] = {100, 250, 100, 99, 1000, 100, 100};
    hr_input in = {.from = from,
                   .to = p.c.prepared->to,
                   .n_meetings = 7,
                   .start = (hr_tick *)(uintptr_t)start,
                   .end = (hr_tick *)(uintptr_t)end,
                   .size = size};
    check(&p, &in, 10 + 20, 3); /* 0-10; 50-70, of which 55-60 are three; 230 is none */
    size[3] = 100;
    check(&p, &in, 30, 3);
    size[4] = 99;
    check(&p, &in, 10 + 10, 1); /* one ends at 60, when the second hour begins */
    in.end = (hr_tick *)(uintptr_t)(const hr_tick[]){end[0], end[1], end[2], end[3],
                                                     end[4], end[6], end[6]};
    check(&p, &in, 20 + 10, 9);
    pool_free(&p);
}

/* The number in progress is Poisson (M/G/inf), so that two are with 1 - e^-m (1 + m): a z-test with
 * a false alarm of 6e-5, which three as the mark would not pass. */
static void two_of_a_poisson_number(void **state)
{
    (void)state;
    enum { DAYS = 400 };
    pool p;
    hr_input in = {0};
    const hr_vector *vector = NULL;
    double sum = 0.0, squares = 0.0;
    OPEN(&p, "meetings.large_from=7", "meetings.on_the_clock=0 %", "meetings.join_ramp=0 s",
         "meetings.tail_share=0 %", "window.busy_hours=4", "window.warm_up=0 s", "pool.servers=1",
         "population.users=2000");
    const double mean = 0.05 * hr_configuration_mean_meetings(&p.c); /* those of 11 */
    const double expected = 1.0 - exp(-mean) * (1.0 + mean);
    assert_int_equal(hr_vector_choose(NULL, &vector, &p.err), HR_OK);
    for (uint64_t day = 0; day < DAYS; day++) {
        hr_counts counts = {0};
        assert_int_equal(hr_input_write(&in, &p.c, day, vector, &p.err), HR_OK);
        hr_input_count_collisions(&in, &p.c, &counts);
        const double share = (double)counts.collision_time / (double)(in.to - in.from);
        sum += share;
        squares += share * share;
    }
    const double se = sqrt((squares / DAYS - sum * sum / DAYS / DAYS) / DAYS);
    const double three = expected - exp(-mean) * mean * mean / 2.0;
    assert_true(fabs(sum / DAYS - expected) < 4.0 * se);
    assert_true(fabs(sum / DAYS - three) > 4.0 * se);
    hr_input_free(&in);
    pool_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stretches_are_counted_once),
        cmocka_unit_test(two_of_a_poisson_number),
    };
    return cmocka_run_group_tests_name("collisions", tests, NULL, NULL);
}
