#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "model/counts.h"
#include "model/prepared.h"
#include "model/tally.h"
#include "pool.h"

/* A prepared pool of two servers with everything selected that it can measure. */
typedef struct fixture {
    hr_pool pool;
    hr_layout layout;
    hr_counts counts;
    hr_tally tally;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    hr_err err = {0};
    hr_configuration *c = hr_pool_make(&f->pool, 2, 20, 14, 4);
    hr_arena *arena = &f->pool.arena;
    if (hr_configuration_prepare(c, arena, &err) || hr_counts_init(&f->counts, c, arena, &err) ||
        hr_layout_init(&f->layout, 0, c, 3, NULL, arena, &err) ||
        hr_tally_init(&f->tally, f->layout.n_cells, arena, &err))
        return -1;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    hr_arena_free(&f->pool.arena);
    free(f);
    return 0;
}

static hr_cell *cell_of(fixture *f, hr_tally *tally, const char *name)
{
    const unsigned o = hr_outcome_find(name);
    assert_true(o < hr_n_outcomes && f->layout.selected[o]);
    return &tally->cell[f->layout.first[o]];
}

static void test_sums_are_those_of_the_replications(void **state)
{
    fixture *f = *state;
    for (uint64_t r = 1; r <= 3; r++) {
        hr_counts_clear(&f->counts, &f->pool.configuration);
        f->counts.time_with[1] = 10 * r; /* one server over */
        f->counts.time_with[2] = r;      /* both */
        f->counts.episodes[0] = r == 2 ? 0 : 2;
        hr_tally_add(&f->tally, &f->layout, &f->pool.configuration, &f->counts, 1.0);
    }
    const hr_cell *time = cell_of(f, &f->tally, "time_over");
    assert_int_equal(time->hits, 3);
    assert_int_equal((uint64_t)time->x, 11 + 22 + 33);
    assert_int_equal((uint64_t)time->xx, 11 * 11 + 22 * 22 + 33 * 33);
    const hr_cell *servers = cell_of(f, &f->tally, "overloaded_servers");
    assert_int_equal((uint64_t)servers->x, 12 + 24 + 36);
    const hr_cell *length = cell_of(f, &f->tally, "episode_length");
    assert_int_equal((uint64_t)length->y, 4);
    assert_int_equal((uint64_t)length->xy, 11 * 2 + 33 * 2);
    assert_int_equal(f->tally.n_replications, 3);
}

/* Random tallies of the fixture's shape, some cells empty, some beyond 64 bits. */
static void fill(hr_tally *tally, unsigned seed)
{
    srand(seed);
    tally->n_replications = (uint64_t)rand();
    for (uint32_t i = 0; i < tally->n_cells; i++) {
        if (rand() % 3 == 0)
            continue;
        const hr_u128 high = (unsigned)rand();
        const hr_u128 low = (unsigned)rand();
        const hr_u128 big = (high << 70) + low;
        tally->cell[i] = (hr_cell){(uint64_t)rand() % 100, big, big * 2, 7, 49, big + 1, {0}};
    }
}

static void test_merging_is_order_free(void **state)
{
    fixture *f = *state;
    hr_err err = {0};
    hr_tally part[3];
    hr_tally forward;
    hr_tally backward;
    assert_int_equal(hr_tally_init(&forward, f->layout.n_cells, &f->pool.arena, &err), HR_OK);
    assert_int_equal(hr_tally_init(&backward, f->layout.n_cells, &f->pool.arena, &err), HR_OK);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(hr_tally_init(&part[i], f->layout.n_cells, &f->pool.arena, &err), HR_OK);
        fill(&part[i], i + 1);
    }
    for (int i = 0; i < 3; i++) {
        hr_tally_merge(&forward, &part[i]);
        hr_tally_merge(&backward, &part[2 - i]);
    }
    assert_memory_equal(forward.cell, backward.cell, forward.n_cells * sizeof *forward.cell);
    assert_int_equal(hr_tally_digest(&forward, 5), hr_tally_digest(&backward, 5));
    assert_int_not_equal(hr_tally_digest(&forward, 5), hr_tally_digest(&forward, 6));
    backward.cell[3].xx += 1;
    backward.cell[3].x += 1;
    assert_int_not_equal(hr_tally_digest(&forward, 5), hr_tally_digest(&backward, 5));
}

static void test_packing_keeps_every_bit(void **state)
{
    fixture *f = *state;
    hr_err err = {0};
    hr_tally back;
    assert_int_equal(hr_tally_init(&back, f->layout.n_cells, &f->pool.arena, &err), HR_OK);
    fill(&f->tally, 9);
    const size_t size = hr_tally_pack(&f->tally, NULL, 0);
    uint8_t *bytes = malloc(size + 1);
    bytes[size] = 0xAB;
    assert_int_equal(hr_tally_pack(&f->tally, bytes, size), size);
    assert_int_equal(bytes[size], 0xAB); /* not a byte further */
    assert_true(hr_tally_unpack(&back, bytes, size));
    assert_int_equal(back.n_replications, f->tally.n_replications);
    assert_int_equal(hr_tally_digest(&back, 1), hr_tally_digest(&f->tally, 1));
    for (size_t cut = 1; cut < size; cut++) /* a torn record never counts as more than it is */
        if (hr_tally_unpack(&back, bytes, cut))
            assert_int_not_equal(hr_tally_digest(&back, 1), hr_tally_digest(&f->tally, 1));
    free(bytes);
}

static void test_garbage_is_no_tally(void **state)
{
    fixture *f = *state;
    uint8_t endless[40];
    memset(endless, 0xFF, sizeof endless);
    const uint8_t far_cell[] = {1, 0xFF, 0x7F, 1, 1, 1, 1, 1, 1};
    assert_false(hr_tally_unpack(&f->tally, endless, sizeof endless));
    assert_false(hr_tally_unpack(&f->tally, far_cell, sizeof far_cell));
    assert_false(hr_tally_unpack(&f->tally, far_cell, 0));
}

static void test_layout_follows_the_table(void **state)
{
    fixture *f = *state;
    uint32_t cells = 0;
    for (unsigned o = 0; o < hr_n_outcomes; o++) {
        assert_int_equal(hr_outcome_find(hr_outcomes[o].name), o); /* names are unique */
        if (!f->layout.selected[o])
            continue;
        assert_int_equal(f->layout.first[o], cells);
        cells += hr_layout_cells(&f->layout, o);
    }
    assert_int_equal(cells, f->layout.n_cells);
    assert_int_equal(hr_outcome_find("no_such_outcome"), hr_n_outcomes);
    /* a server that this pool does not have is no cell */
    const unsigned third[HR_MAX_AXES] = {0, 2, 0};
    assert_true(hr_outcome_scale(hr_outcome_find("time_over_server"), &f->pool.configuration,
                                 third) == 0.0);
}

static void test_asking_for_nothing_is_refused(void **state)
{
    fixture *f = *state;
    hr_err err = {0};
    hr_layout layout;
    bool selected[64] = {false};
    selected[hr_outcome_find("fits")] = true; /* no probes in this study */
    assert_int_equal(
        hr_layout_init(&layout, 0, &f->pool.configuration, 2, selected, &f->pool.arena, &err),
        HR_ERR_DATA);
    assert_non_null(strstr(err.message, "fits"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sums_are_those_of_the_replications, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_merging_is_order_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_packing_keeps_every_bit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_garbage_is_no_tally, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_layout_follows_the_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_asking_for_nothing_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
