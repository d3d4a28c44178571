/* Designs: choices, worlds, days, and which configuration draws what. */
#include <math.h>

#include "study/study_tree.h"
#include "unit/study_text.h"

static double coordinate(const hr_study *study, size_t axis, uint64_t index)
{
    double value = -1.0;
    hr_err err = {0};
    assert_int_equal(hr_study_coordinate(study, axis, index, &value, &err), HR_OK);
    return value;
}

static void choices_are_a_full_grid(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c;
    open_good(&study,
              SMALL
              "choose:\n  pool.servers: [2, 4, 8]\n  placement.rule: [random, least_loaded]\n",
              NULL);
    assert_int_equal(study.n_choices, 6);
    assert_int_equal(study.n_worlds, 1);
    assert_int_equal(study.n_configurations, 6);
    assert_int_equal(study.pools[0].n_servers_max, 8);
    static const unsigned servers[] = {2, 2, 4, 4, 8, 8};
    for (uint64_t i = 0; i < 6; i++) {
        hr_arena_reset(&arena);
        resolve_good(&study, i, 0, &arena, &c);
        assert_int_equal(c.n_servers, servers[i]);
        assert_int_equal(c.placement.rule, i % 2 == 0 ? HR_RULE_RANDOM : HR_RULE_LEAST_LOADED);
        assert_true(coordinate(&study, 0, i) == servers[i]);
        assert_true(coordinate(&study, 1, i) == (double)(i % 2));
        assert_int_equal(c.group, 0); /* common random numbers */
        assert_int_equal(c.index, i);
    }
    assert_string_equal(study.axes[0].path, "pool.servers");
    assert_string_equal(study.axes[0].unit, "1");
    assert_string_equal(study.axes[1].unit, "");
    assert_string_equal(study.axes[1].labels[1], "least_loaded");
    hr_arena_free(&arena);
    hr_study_free(&study);
}

static void ranges_units_groups_and_arguments_can_be_chosen(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c;
    open_good(&study,
              SMALL "choose:\n  placement.report_delay: 10 s to 30 s by 10 s\n"
                    "  meetings.classes[0].duration.mean: [30 min, 1 h]\n"
                    "  hardware:\n    old: {pool.servers: 4, pool.server.load: 10}\n"
                    "    new: {pool.servers: 3}\n"
                    "  pool.server.kind:\n    small: {load: 12}\n    large: {load: 24}\n",
              NULL);
    assert_int_equal(study.n_choices, 3 * 2 * 2 * 2);
    assert_int_equal(study.pools[0].n_servers_max, 4);
    assert_string_equal(study.axes[0].unit, "s");
    assert_true(coordinate(&study, 0, study.n_choices - 1) == 30.0);
    assert_string_equal(study.axes[1].unit, "s"); /* min and h: the base unit */
    assert_true(coordinate(&study, 1, 0) == 1800.0);
    assert_string_equal(study.axes[2].labels[0], "old");
    resolve_good(&study, study.n_choices - 1, 0, &arena, &c);
    assert_int_equal(c.n_servers, 3);
    assert_true(c.placement.report_period == 30.0);
    assert_true(c.classes[0].duration.a == 3600.0);
    assert_true(c.limits[0].ceiling[0] == 24.0);
    hr_arena_free(&arena);
    hr_study_free(&study);
}

static void a_chosen_list_replaces_the_whole_list(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c;
    open_good(
        &study,
        "pool: {servers: 2, server: {load: 14}}\n"
        "meetings: {classes: [{duration: exponential(mean 1 h), cost: {load: 1}}]}\n"
        "arrivals: {sources: [{rate: 20 per hour, kind: sinusoid, amplitude: 50 %, period: 24 h},"
        " {rate: 1 per hour}]}\n"
        "choose:\n  arrivals.sources:\n    - [{rate: 5 per hour}]\n"
        "    - [{rate: 6 per hour}, {rate: 7 per hour}]\n",
        NULL);
    resolve_good(&study, 0, 0, &arena, &c);
    assert_int_equal(c.n_sources, 1);
    assert_int_equal(c.sources[0].kind, HR_SOURCE_POISSON);
    resolve_good(&study, 1, 0, &arena, &c);
    assert_int_equal(c.n_sources, 2);
    assert_true(fabs(c.sources[1].rate - 7.0 / 3600.0) < 1e-15);
    hr_arena_free(&arena);
    hr_study_free(&study);
}

#define UNKNOWN                                                                                    \
    "unknown:\n"                                                                                   \
    "  arrivals.sources[0].rate: uniform(10 per hour, 30 per hour)\n"                              \
    "  meetings.classes[0].duration.mean: log_uniform(30 min, 2 h)\n"

static void worlds_are_even_and_within_their_laws(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c;
    enum { N = 64 };
    open_good(&study, SMALL UNKNOWN "design: {worlds: 64}\nchoose: {pool.servers: [2, 3]}\n", NULL);
    bool seen[N] = {false};
    for (uint64_t w = 0; w < N; w++) {
        const double rate = coordinate(&study, 1, 2 * w), mean = coordinate(&study, 2, 2 * w);
        assert_true(rate > 10.0 && rate < 30.0 && mean > 30.0 && mean < 120.0);
        seen[(int)((rate - 10.0) / 20.0 * N)] = true;
        hr_arena_reset(&arena);
        resolve_good(&study, 2 * w + 1, 0, &arena, &c);
        assert_int_equal(c.group, w);
        assert_true(fabs(c.sources[0].rate - rate / 3600.0) < 1e-12);
        assert_true(fabs(c.classes[0].duration.a - mean * 60.0) < 1e-9);
    }
    for (int k = 0; k < N; k++)
        assert_true(seen[k]); /* Sobol': one world in each 64th */
    assert_string_equal(study.axes[1].unit, "per hour");
    assert_string_equal(study.axes[2].unit, "min");
    hr_arena_free(&arena);
    hr_study_free(&study);
}

static void designs_only_append(void **state)
{
    (void)state;
    static const char *const kinds[] = {"design.kind=sobol", "design.kind=random"};
    for (size_t k = 0; k < 2; k++) {
        hr_study few, many;
        const char *const sets_few[] = {kinds[k], "design.worlds=8", NULL};
        const char *const sets_many[] = {kinds[k], "design.worlds=100", NULL};
        open_good(&few, SMALL UNKNOWN, sets_few);
        open_good(&many, SMALL UNKNOWN, sets_many);
        for (uint64_t i = 0; i < 8; i++) {
            assert_true(coordinate(&few, 0, i) == coordinate(&many, 0, i));
            assert_true(coordinate(&few, 1, i) == coordinate(&many, 1, i));
        }
        hr_study_free(&few);
        hr_study_free(&many);
    }
}

/* 4,000 random worlds: mean of a uniform within 5 standard errors, and no two equal. */
static void random_worlds_are_uniform(void **state)
{
    (void)state;
    hr_study study;
    enum { N = 4000 };
    open_good(&study, SMALL UNKNOWN "design: {worlds: 4000, kind: random}\n", NULL);
    double sum = 0.0, cross = 0.0;
    for (uint64_t w = 0; w < N; w++) {
        const double a = (coordinate(&study, 0, w) - 10.0) / 20.0;
        const double b = log(coordinate(&study, 1, w) / 30.0) / log(4.0);
        sum += a;
        cross += (a - 0.5) * (b - 0.5);
    }
    assert_true(fabs(sum / N - 0.5) < 5.0 / sqrt(12.0 * N));
    assert_true(fabs(cross / N) < 5.0 / (12.0 * sqrt(N))); /* independent of each other */
    hr_study_free(&study);
}

static void grids_take_midpoints_of_equal_probability(void **state)
{
    (void)state;
    hr_study study;
    open_good(&study, SMALL UNKNOWN "design: {kind: grid, levels: 2}\n", NULL);
    assert_int_equal(study.n_worlds, 4);
    static const double rate[] = {15, 15, 25, 25};
    for (uint64_t w = 0; w < 4; w++) {
        assert_true(fabs(coordinate(&study, 0, w) - rate[w]) < 1e-9);
        assert_true(fabs(coordinate(&study, 1, w) - 30.0 * pow(4.0, w % 2 == 0 ? 0.25 : 0.75)) <
                    1e-6);
    }
    hr_study_free(&study);
}

static void own_numbers_give_every_configuration_its_group(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c;
    open_good(&study, SMALL "choose: {pool.servers: [2, 3]}\ndesign: {common_random_numbers: no}\n",
              NULL);
    resolve_good(&study, 1, 0, &arena, &c);
    assert_int_equal(c.group, 1);
    hr_arena_free(&arena);
    hr_study_free(&study);
}

/* In a named level, a path into a list would replace the list by that one item. */
static void named_levels_give_lists_whole(void **state)
{
    (void)state;
    assert_bad(SMALL "choose:\n  busy:\n    no: {\"arrivals.sources[0].rate\": 10 per hour}\n"
                     "    yes: {\"arrivals.sources[0].rate\": 30 per hour}\n",
               "choose its key by itself");
}

/* [a, b]: those share, others do not. */
static void named_choices_share_numbers(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c;
    static const uint64_t groups[] = {0, 0, 1, 1, 2, 2};
    open_good(&study,
              SMALL "choose:\n  pool.servers: [2, 3, 4]\n  placement.rule: [random, least_loaded]\n"
                    "design: {common_random_numbers: [placement.rule]}\n",
              NULL);
    for (uint64_t i = 0; i < 6; i++) {
        hr_arena_reset(&arena);
        resolve_good(&study, i, 0, &arena, &c);
        assert_int_equal(c.group, groups[i]);
    }
    assert_false(study.axes[0].is_shared);
    assert_true(study.axes[1].is_shared);
    hr_arena_free(&arena);
    hr_study_free(&study);
    assert_bad(SMALL
               "choose: {pool.servers: [2, 3]}\ndesign: {common_random_numbers: [pool.serves]}\n",
               "pool.serves is not a key of choose, did you mean pool.servers");
    assert_bad(SMALL "design: {common_random_numbers: maybe}\n", "maybe is not a key of choose");
}

#define RATES                                                                                      \
    SMALL                                                                                          \
    "choose:\n"                                                                                    \
    "  arrivals.sources[0].rate: [10 per hour, 40 per hour, 20 per hour]\n"                        \
    "  placement.rule: [random, least_loaded]\n"

/* The fastest of the group is drawn for all that share its days. */
static void slower_choices_are_thinned_from_the_fastest(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c;
    static const double rate[] = {10.0, 10.0, 40.0, 40.0, 20.0, 20.0};
    open_good(&study, RATES, NULL);
    for (uint64_t i = 0; i < 6; i++) {
        hr_arena_reset(&arena);
        resolve_good(&study, i, 0, &arena, &c);
        assert_true(fabs(c.sources[0].rate * 3600.0 - rate[i]) < 1e-9);
        if (i / 2 == 1) {
            assert_null(c.sources[0].candidates);
            continue;
        }
        assert_non_null(c.sources[0].candidates);
        assert_true(fabs(c.sources[0].candidates->rate * 3600.0 - 40.0) < 1e-9);
    }
    hr_study_free(&study);
    open_good(&study, RATES "design: {common_random_numbers: [placement.rule]}\n", NULL);
    for (uint64_t i = 0; i < 6; i++) {
        hr_arena_reset(&arena);
        resolve_good(&study, i, 0, &arena, &c);
        assert_null(c.sources[0].candidates);
    }
    hr_arena_free(&arena);
    hr_study_free(&study);
}

#define DAILY SMALL "daily:\n  arrivals.sources[0].rate: gamma(mean 20 per hour, cv 15 %)\n"

/* 2,000 days of two worlds: mean and spread of the daily law, days shared by choices. */
static void days_differ_and_choices_share_them(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c, other;
    enum { N = 2000 };
    open_good(&study, DAILY "choose: {pool.servers: [2, 3]}\n", NULL);
    assert_true(study.has_daily);
    double sum = 0.0, squares = 0.0;
    for (uint64_t day = 0; day < N; day++) {
        hr_arena_reset(&arena);
        resolve_good(&study, 0, day, &arena, &c);
        resolve_good(&study, 1, day, &arena, &other);
        assert_true(c.sources[0].rate == other.sources[0].rate);
        const double rate = c.sources[0].rate * 3600.0 / 20.0;
        sum += rate;
        squares += (rate - 1.0) * (rate - 1.0);
    }
    assert_true(fabs(sum / N - 1.0) < 5.0 * 0.15 / sqrt(N));
    assert_true(fabs(sqrt(squares / N) - 0.15) < 5.0 * 0.15 / sqrt(2.0 * N));
    hr_arena_free(&arena);
    hr_study_free(&study);
}

static void what_is_unknown_about_days_is_drawn_per_world(void **state)
{
    (void)state;
    hr_study study;
    hr_arena arena = {0};
    hr_configuration c;
    open_good(&study,
              DAILY "unknown:\n  daily.arrivals.sources[0].rate.cv: uniform(0 %, 40 %)\n"
                    "design: {worlds: 16}\n",
              NULL);
    assert_string_equal(study.axes[0].path, "daily.arrivals.sources[0].rate.cv");
    assert_string_equal(study.axes[0].unit, "%");
    for (uint64_t w = 0; w < 16; w++) {
        double squares = 0.0;
        const double cv = coordinate(&study, 0, w) / 100.0;
        enum { N = 400 };
        for (uint64_t day = 0; day < N; day++) {
            hr_arena_reset(&arena);
            resolve_good(&study, w, day, &arena, &c);
            const double rate = c.sources[0].rate * 3600.0 / 20.0;
            squares += (rate - 1.0) * (rate - 1.0);
        }
        assert_true(fabs(sqrt(squares / N) - cv) < 6.0 * cv / sqrt(2.0 * N) + 1e-9);
    }
    hr_arena_free(&arena);
    hr_study_free(&study);
}

static void what_cannot_vary_is_refused(void **state)
{
    (void)state;
    assert_bad(SMALL "choose: {pool.servers: []}\n", "nothing to choose from");
    assert_bad(SMALL "choose: {pool.servers: 12}\n", "needs a list of values");
    assert_bad(SMALL "choose: {pool.servers: 8 to 2}\n", "the range is empty");
    assert_bad(SMALL "choose: {placement.report_delay: 1 s to 9 s}\n", "needs a step");
    assert_bad(SMALL "choose: {pool.serves: [2]}\n", "did you mean servers?");
    assert_bad(SMALL "choose: {pool.servers.x: [2]}\n", "has no part \"x\"");
    assert_bad(SMALL "choose: {seed: [1, 2]}\n", "is the same in all configurations");
    assert_bad(SMALL "choose: {pool.servers: [2, two]}\n", "needs a whole number");
    assert_bad(SMALL "choose: [1]\n", "path: [values]");
    assert_bad(SMALL "choose: {x: {a: {pool.nothing: 3}}}\n", "unknown key");
    assert_bad(SMALL
               "choose:\n  pool.ceilings:\n    a: {load: {full: 3}}\n    b: {load: {limit: 3}}\n",
               "different ceilings");
    assert_bad(SMALL "unknown:\n  placement.rule: uniform(1, 2)\n", "is no number");
    assert_bad(SMALL "unknown:\n  pool.servers: uniform(1, 3)\n", "law of whole numbers");
    assert_bad(SMALL "unknown:\n  arrivals.sources[3].rate: 3 per hour\n", "no such item");
    assert_bad(SMALL "unknown:\n  arrivals.sources[0].rate: uniform(-1 per hour, 3 per hour)\n",
               "with -1 per hour: must be at least 0");
    assert_bad(SMALL "unknown:\n  meetings.classes[0].duration.cv: uniform(1, 2)\n",
               "has no argument cv");
    assert_bad(SMALL "unknown:\n  meetings.classes[0].duration.mean: uniform(-1 h, 2 h)\n",
               "mean must be above 0");
    assert_bad(SMALL "unknown:\n  pool.servers: [1, 2]\n", "needs a law");
    assert_bad(SMALL "unknown:\n  daily.x.cv: uniform(1, 2)\n", "under daily:");
    assert_bad(SMALL "daily:\n  pool.servers: mix(1 at 100 %)\n", "cannot differ from day to day");
    assert_bad(DAILY
               "unknown:\n  daily.arrivals.sources[0].rate.sd: uniform(1 per hour, 2 per hour)\n",
               "has no argument sd");
    assert_bad(DAILY "unknown:\n  daily.arrivals.sources[0].rate.cv: uniform(-1, 2)\n",
               "cv must be");
    assert_bad(SMALL "unknown:\n  arrivals.sources[0].rate: uniform(1 per hour)\n",
               "high is missing");
    assert_bad(SMALL UNKNOWN "design: {kind: grid, levels: 1000}\n"
                             "choose: {pool.servers: 1 to 250, placement.d: 1 to 2, "
                             "precision.x: [1]}\n",
               "precision.x");
    assert_bad(SMALL UNKNOWN "design: {kind: grid, levels: 1000}\n"
                             "choose: {pool.servers: 1 to 250, seed2: {a: {placement.d: 1},"
                             " b: {placement.d: 2}, c: {}, d: {}, e: {}}}\n",
               "more than 1000000000 configurations");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choices_are_a_full_grid),
        cmocka_unit_test(ranges_units_groups_and_arguments_can_be_chosen),
        cmocka_unit_test(a_chosen_list_replaces_the_whole_list),
        cmocka_unit_test(worlds_are_even_and_within_their_laws),
        cmocka_unit_test(designs_only_append),
        cmocka_unit_test(random_worlds_are_uniform),
        cmocka_unit_test(grids_take_midpoints_of_equal_probability),
        cmocka_unit_test(own_numbers_give_every_configuration_its_group),
        cmocka_unit_test(named_levels_give_lists_whole),
        cmocka_unit_test(named_choices_share_numbers),
        cmocka_unit_test(slower_choices_are_thinned_from_the_fastest),
        cmocka_unit_test(days_differ_and_choices_share_them),
        cmocka_unit_test(what_is_unknown_about_days_is_drawn_per_world),
        cmocka_unit_test(what_cannot_vary_is_refused),
    };
    return cmocka_run_group_tests_name("design", tests, NULL, NULL);
}
