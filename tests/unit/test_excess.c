/* Load above ceilings: worked out on paper, and as the compound Poisson law of one server has it;
 * and that sums of load over time have room for their squares. */
#include <math.h>

#include "estimate/estimate.h"
#include "kernel/kernel.h"
#include "unit/scene.h"

/* 80 Mc/s throughout and 70 more in [10 s, 30 s), of which 10 s are in the window. */
static void test_by_hand(void **state)
{
    (void)state;
    for (double from = 0; from <= 20; from += 20) {
        scene s;
        open_scene(&s, from, 100);
        meet(&s, 0, 99, 80 * MC);
        meet(&s, 10, 30, 70 * MC);
        meet(&s, 15, 20, 0); /* an event that changes nothing */
        play(&s);
        const hr_tick above = S(from > 10 ? 10 : 20);
        assert_true(s.counts.excess[0] == (hr_u128)50 * MC * above);
        assert_true(s.counts.background_time[0] == 0);
        assert_true(s.counts.server_time[0] == above);
        close_scene(&s);
    }
}

/* What is above when the window ends counts up to there; held background lowers the ceiling. */
static void test_held_background_counts(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 0, 100);
    s.held = 30 * MC;
    meet(&s, 40, 200, 75 * MC);
    play(&s);
    assert_true(s.counts.excess[0] == (hr_u128)5 * MC * S(60));
    assert_true(s.counts.background_time[0] == (hr_u128)30 * MC * S(100));
    close_scene(&s);
}

/* 70 Mc/s with 100, 60, 20 and 100 of the ceiling left, 25 s each. */
static void test_sessions_count(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 0, 100);
    add_calls(&s);
    meet(&s, 0, 99, 70 * MC);
    play(&s);
    assert_true(s.counts.excess[0] == (hr_u128)(10 + 50) * MC * S(25));
    assert_true(s.counts.background_time[0] == (hr_u128)(40 + 80) * MC * S(25));
    close_scene(&s);
}

static void test_nobody_asks(void **state)
{
    (void)state;
    scene s;
    open_scene(&s, 0, 100)->follows_excess = false;
    meet(&s, 0, 99, 150 * MC);
    play(&s);
    assert_true(s.counts.excess[0] == 0);
    assert_int_equal(s.counts.server_time[0], S(99));
    close_scene(&s);
}

/* ---- through a study */

enum { DAYS = 400, MOST_PEOPLE = 400, CEILING = 40 };

#define ONE_SERVER                                                                                 \
    "pool: {servers: 1, ceilings: {load: {full: 40}}}\n"                                           \
    "arrivals: {sources: [{rate: 10 per hour}]}\n"                                                 \
    "meetings: {classes: [{size: \"mix(1 at 50 %, 5 at 50 %)\", duration: exponential(mean 1 h), " \
    "cost: {load: 1}}]}\n"                                                                         \
    "window: {length: 4 h}\n"                                                                      \
    "observe: {outcomes: [excess, excess_height, utilisation]}\n"

/* The tally of DAYS days. */
typedef struct days {
    hr_study study;
    hr_arena arena;
    hr_configuration c;
    hr_tally tally;
    double sum, squares; /* of the days' utilisation, added up as it is */
} days;

static void run_days(days *d, const char *text)
{
    hr_err err = {0};
    hr_input input = {0};
    hr_counts counts;
    hr_scratch *scratch = NULL;
    *d = (days){0};
    open_good(&d->study, text, NULL);
    resolve_good(&d->study, 0, 0, &d->arena, &d->c);
    assert_int_equal(hr_tally_init(&d->tally, d->study.n_cells, &d->arena, &err), HR_OK);
    assert_int_equal(hr_counts_init(&counts, &d->c, &d->arena, &err), HR_OK);
    assert_int_equal(hr_scratch_new(&scratch, &err), HR_OK);
    const hr_kernel *kernel = hr_kernel_for(NULL, &d->c, NULL);
    const double whole =
        (double)(d->c.prepared->to - d->c.prepared->from) * d->c.prepared->full[0] * d->c.n_servers;
    for (uint64_t day = 0; day < DAYS; day++) {
        const hr_lane lane = {&d->c, &input, &counts};
        assert_int_equal(hr_input_write(&input, &d->c, day, hr_vector_level(0), &err), HR_OK);
        assert_int_equal(kernel->replay(&lane, 1, hr_vector_level(0), scratch, &err), HR_OK);
        hr_tally_add(&d->tally, &d->study.pools[0].layout, &d->c, &counts, 1.0);
        const double share = (double)counts.load_time[0] / whole;
        d->sum += share;
        d->squares += share * share;
    }
    hr_input_free(&input);
    hr_scratch_free(scratch);
}

static void free_days(days *d)
{
    hr_arena_free(&d->arena);
    hr_study_free(&d->study);
}

/* Of the first resource at its full ceiling. */
static hr_estimate estimate_of(const days *d, const char *outcome, double alpha)
{
    const hr_layout *layout = &d->study.pools[0].layout;
    const unsigned o = hr_outcome_find(outcome), index[HR_MAX_AXES] = {0, HR_LEVEL_FULL, 0};
    const unsigned cell = hr_layout_cells(layout, o) > 1 ? HR_LEVEL_FULL : 0;
    return hr_estimate_cell(&hr_outcomes[o], &d->tally.cell[layout->first[o] + cell], DAYS,
                            hr_outcome_scale(o, &d->c, index), alpha);
}

/* E(L - C)+ and P(L > C) of people present at one server: meetings arrive at random, so that their
 * number of either size is Poisson with mean `rate` whatever their durations (M/G/inf); Panjer's
 * recursion k p(k) = sum of size x rate x p(k - size). */
static void expect(unsigned ceiling, double rate, unsigned small, unsigned large, double *above,
                   double *is_over)
{
    double p[MOST_PEOPLE] = {exp(-2.0 * rate)};
    *above = *is_over = 0.0;
    for (unsigned k = 1; k < MOST_PEOPLE; k++) {
        const double one = k >= small ? small * rate * p[k - small] : 0.0;
        const double other = k >= large ? large * rate * p[k - large] : 0.0;
        p[k] = (one + other) / k;
        *above += k > ceiling ? (k - ceiling) * p[k] : 0.0;
        *is_over += k > ceiling ? p[k] : 0.0;
    }
}

static bool holds(hr_estimate e, double value)
{
    return e.lower <= value && value <= e.upper;
}

/* Intervals at 1 - 1e-4 each hold the exact value; not that of a ceiling 10 % off, nor of as many
 * people in meetings of 3. */
static void test_compound_poisson(void **state)
{
    (void)state;
    days d;
    double above, is_over;
    const double mean = 30.0;
    run_days(&d, ONE_SERVER);
    const hr_estimate excess = estimate_of(&d, "excess", 1e-4);
    const hr_estimate height = estimate_of(&d, "excess_height", 1e-4);
    expect(CEILING, 5.0, 1, 5, &above, &is_over);
    assert_true(holds(excess, above / mean));
    assert_true(holds(height, above / is_over));
    for (unsigned ceiling = CEILING - 4; ceiling <= CEILING + 4; ceiling += 8) {
        expect(ceiling, 5.0, 1, 5, &above, &is_over);
        assert_false(holds(excess, above / mean));
    }
    expect(CEILING, 5.0, 3, 3, &above, &is_over);
    assert_false(holds(excess, above / mean));
    assert_false(holds(height, above / is_over));
    free_days(&d);
}

/* 12 servers of 27,120 Mc/s for 4 h are 2^61 steps x ticks: what is tallied must leave room for the
 * squares of many days, or the interval is wrong. */
#define TWELVE_SERVERS                                                                             \
    "pool: {servers: 12, server: {cpu: 27120 Mc/s}, ceilings: {cpu: {full: 100 %}}}\n"             \
    "arrivals: {sources: [{rate: 150 per hour}]}\n"                                                \
    "meetings: {classes: [{duration: exponential(mean 1 h), cost: {cpu: 1500 Mc/s}}]}\n"           \
    "window: {length: 4 h}\n"                                                                      \
    "observe: {outcomes: [utilisation, excess, excess_height]}\n"

static void test_squares_have_room(void **state)
{
    (void)state;
    days d;
    run_days(&d, TWELVE_SERVERS);
    const hr_estimate e = estimate_of(&d, "utilisation", 0.05);
    const double mean = d.sum / DAYS;
    const double error = sqrt((d.squares / DAYS - mean * mean) / (DAYS - 1));
    assert_true(fabs(e.value - mean) < 1e-9 * mean);
    assert_true(fabs(e.standard_error - error) < 1e-6 * error);
    for (uint32_t i = 0; i < d.tally.n_cells; i++) {
        const hr_cell *cell = &d.tally.cell[i]; /* a million days like these */
        assert_true((double)cell->xx / DAYS * 0x1p20 < 0x1p128);
        assert_true((double)cell->yy / DAYS * 0x1p20 < 0x1p128);
        assert_true((double)cell->xx * DAYS >= 0.999 * (double)cell->x * (double)cell->x);
    }
    free_days(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),          cmocka_unit_test(test_held_background_counts),
        cmocka_unit_test(test_sessions_count),   cmocka_unit_test(test_nobody_asks),
        cmocka_unit_test(test_compound_poisson), cmocka_unit_test(test_squares_have_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
