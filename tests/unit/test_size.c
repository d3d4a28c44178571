/* The question of a sizing study: which configurations and cells are candidates of which row. */
#include <math.h>

#include "study/size.h"
#include "study_text.h"

#define TARGET "target: {outcome: time_over, level: full, at_most: 1 %}\n"
#define CHOOSE                                                                                     \
    SMALL "choose:\n"                                                                              \
          "  placement.rule: [random, least_loaded]\n"                                             \
          "  pool.servers: 2 to 5\n"                                                               \
          "  pool.ceilings.load.full: [10, 12, 14]\n"                                              \
          "unknown:\n"                                                                             \
          "  arrivals.sources[0].rate: uniform(10 per hour, 25 per hour)\n"                        \
          "design: {worlds: 3}\n"

static const char asked[] = CHOOSE TARGET "size: {vary: pool.servers}\n";

static double coordinate(const hr_study *study, size_t axis, uint64_t index)
{
    double value = (double)NAN;
    hr_err err = {0};
    assert_int_equal(hr_study_coordinate(study, axis, index, &value, &err), HR_OK);
    return value;
}

/* Every configuration is a candidate of one row, in which all else is alike. */
static void test_rows_and_candidates(void **state)
{
    (void)state;
    hr_study study;
    open_good(&study, asked, NULL);
    assert_int_equal(study.size.along, HR_SIZE_CHOICE);
    assert_int_equal(study.size.n_candidates, 4);
    assert_int_equal(hr_size_rows(&study), 3 * 2 * 3);
    for (uint64_t c = 0; c < study.n_configurations; c++) {
        size_t candidate = 99;
        const uint64_t row = hr_size_row(&study, c, &candidate);
        assert_true(row < hr_size_rows(&study));
        assert_int_equal(hr_size_configuration(&study, row, candidate), c);
        assert_true(coordinate(&study, 1, c) == 2.0 + (double)candidate);
        const uint64_t first = hr_size_configuration(&study, row, 0);
        for (size_t axis = 0; axis < study.n_axes; axis++)
            assert_true(axis == 1 ||
                        coordinate(&study, axis, c) == coordinate(&study, axis, first));
    }
    assert_string_equal(hr_size_label(&study, 3), "5");
    assert_int_equal(hr_size_cell(&study, 3), study.target.cell);
    hr_study_free(&study);
}

/* Where the largest is sought, the largest is the most likely to miss. */
static void test_the_largest_comes_first(void **state)
{
    (void)state;
    hr_study study;
    const char *const sets[] = {"size.find=largest", NULL};
    open_good(&study, asked, sets);
    assert_string_equal(hr_size_label(&study, 0), "5");
    assert_true(coordinate(&study, 1, hr_size_configuration(&study, 0, 0)) == 5.0);
    hr_study_free(&study);
}

static void test_a_curve_is_cells(void **state)
{
    (void)state;
    hr_study study;
    open_good(&study,
              SMALL "observe: {every: 10 min}\n"
                    "probe: {sizes: [1, 2, 5], load: {load: 1}}\n"
                    "target: {outcome: fits, level: full, size: 2}\n"
                    "size: {vary: probe.sizes, at_least: 99 %}\n",
              NULL);
    assert_int_equal(study.size.along, HR_SIZE_PROBE);
    assert_true(study.size.find_largest && study.size.is_at_least);
    assert_int_equal(hr_size_rows(&study), 1);
    assert_int_equal(study.size.n_candidates, 3);
    assert_string_equal(hr_size_label(&study, 0), "5");
    assert_int_equal(hr_size_cell(&study, 1), study.target.cell); /* of size 2 */
    assert_int_equal(hr_size_cell(&study, 0), study.target.cell + 1);
    hr_study_free(&study);
    open_good(&study,
              SMALL "observe: {capacity: [0.8, 1, 1.2, 1.5]}\n"
                    "window: {min_episodes: [0 s, 60 s]}\n"
                    "target: {outcome: period_overload_scaled, min_episode: 60 s, at_most: 5 %}\n"
                    "size: {vary: observe.capacity}\n",
              NULL);
    assert_int_equal(study.size.stride, 2); /* two least lengths */
    assert_int_equal(hr_size_cell(&study, 0), study.target.cell);
    assert_string_equal(hr_size_label(&study, 3), "1.5");
    hr_study_free(&study);
}

static void test_bad_questions(void **state)
{
    (void)state;
    assert_bad(CHOOSE TARGET "size: {vary: pool.server}\n", "did you mean pool.servers;");
    assert_bad(SMALL TARGET "size: {vary: pool.servers}\n", "give its values there");
    assert_bad(SMALL "choose: {pool.servers: [4, 2]}\n" TARGET "size: {vary: pool.servers}\n",
               "must rise");
    assert_bad(SMALL "choose: {pool.servers: [2, 4]}\nsize: {vary: pool.servers}\n",
               "needs target.at_most");
    assert_bad(CHOOSE TARGET "size: {vary: pool.servers, at_least: 99 %}\n",
               "stands beside target.at_most");
    assert_bad(CHOOSE "target: {outcome: episodes}\nsize: {vary: pool.servers, at_least: 99 %}\n",
               "is not a share");
    assert_bad(SMALL "observe: {capacity: [1, 2]}\n" TARGET "size: {vary: observe.capacity}\n",
               "does not tell observe.capacity apart");
}

/* Without the question nothing changes. */
static void test_not_asked(void **state)
{
    (void)state;
    hr_study study;
    open_good(&study, CHOOSE TARGET, NULL);
    assert_int_equal(study.size.along, HR_SIZE_NOT_ASKED);
    hr_study_free(&study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_and_candidates), cmocka_unit_test(test_the_largest_comes_first),
        cmocka_unit_test(test_a_curve_is_cells),    cmocka_unit_test(test_bad_questions),
        cmocka_unit_test(test_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
