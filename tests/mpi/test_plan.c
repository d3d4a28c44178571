/* The plan: looks and tasks cover every block once, respect the study's most replications, and
 * depend on nothing but the study. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "estimate/estimate.h"
#include "explore/plan.h"

static hr_study study_of(uint64_t n_configurations, uint64_t block, uint64_t at_most)
{
    return (hr_study){.n_configurations = n_configurations,
                      .precision = {.block = block, .at_most = at_most}};
}

/* All looks of a study, one after another. */
static void check_cover(uint64_t n_configurations, uint64_t block, uint64_t at_most)
{
    const hr_study study = study_of(n_configurations, block, at_most);
    uint64_t next = 0;
    for (unsigned k = 0;; k++) {
        const hr_look look = hr_plan_look(&study, k);
        assert_int_equal(look.first_block, next);
        for (uint64_t piece = 0; piece < look.n_pieces; piece++) {
            const hr_task task = hr_plan_task(&look, 5, piece);
            assert_int_equal(task.configuration, 5);
            assert_int_equal(task.first_block, next);
            assert_true(task.n_blocks > 0 && task.n_blocks <= 256);
            next += task.n_blocks;
        }
        assert_int_equal(look.first_block + look.n_blocks, next);
        if (look.is_last) {
            assert_int_equal(look.replications, at_most);
            break;
        }
        assert_int_equal(next, hr_look_blocks(k));
        assert_int_equal(look.replications, next * block);
    }
    assert_int_equal(next, (at_most + block - 1) / block);
}

static void test_cover(void **state)
{
    (void)state;
    const uint64_t at_most[] = {1, 2, 7, 64, 65, 1000, 4096, 1000003};
    const uint64_t blocks[] = {1, 3, 64};
    const uint64_t sizes[] = {1, 24, 4608, 100000};
    for (size_t a = 0; a < sizeof at_most / sizeof *at_most; a++) {
        for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
            for (size_t c = 0; c < sizeof sizes / sizeof *sizes; c++)
                check_cover(sizes[c], blocks[b], at_most[a]);
        }
    }
}

/* One configuration feeds ten thousand ranks; a sweep writes one record a look. */
static void test_sizes(void **state)
{
    (void)state;
    const hr_study single = study_of(1, 64, UINT64_C(1) << 30);
    const hr_look late = hr_plan_look(&single, 20);
    assert_true(late.n_pieces >= 10000);
    const hr_study sweep = study_of(100000, 64, UINT64_C(1) << 30);
    assert_int_equal(hr_plan_look(&sweep, 8).n_pieces, 1);
    assert_int_equal(hr_plan_look(&sweep, 12).piece, 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cover), cmocka_unit_test(test_sizes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
