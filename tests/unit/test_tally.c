#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stream.h"
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

/* ---- weighted */

enum { N_WEIGHTED = 300, MOST_PACKED = 1 << 16 };

/* The same replication r each time: what it counted, its weight from 2^-60 to 8, and its rung. */
static double weight_of(uint64_t r)
{
    const uint64_t h = hr_hash(&r, 1);
    return ldexp((double)(h >> 11) * 0x1p-53, 3 - (int)(h % 64));
}

static void count(fixture *f, hr_tally *tally, uint64_t r)
{
    hr_counts_clear(&f->counts, &f->pool.configuration);
    f->counts.time_with[1] = r % 3 == 0 ? 0 : 1000003 * r;
    f->counts.time_with[2] = r % 5 == 0 ? 77 * r : 0;
    f->counts.episodes[0] = (uint32_t)(r % 7);
    hr_tally_add(tally, &f->layout, &f->pool.configuration, &f->counts, weight_of(r));
    hr_tally_add_weight(tally, weight_of(r), (unsigned)(r % HR_MOST_RUNGS), r % 3);
}

static size_t pack(const hr_tally *tally, uint8_t bytes[MOST_PACKED])
{
    const size_t size = hr_tally_pack(tally, bytes, MOST_PACKED);
    assert_true(size <= MOST_PACKED);
    return size;
}

static void make(fixture *f, hr_tally *tally)
{
    hr_err err = {0};
    assert_int_equal(hr_tally_init(tally, f->layout.n_cells, &f->pool.arena, &err), HR_OK);
}

/* Forwards in one; backwards in one; dealt out to five, which are packed, read again and merged
 * with strides: the same bytes and the same digest. */
static void test_weighted_sums_are_order_free(void **state)
{
    enum { PARTS = 5 };
    fixture *f = *state;
    static uint8_t bytes[3][MOST_PACKED];
    hr_tally forward, backward, merged, part[PARTS], back;
    make(f, &forward);
    make(f, &backward);
    make(f, &merged);
    make(f, &back);
    for (int i = 0; i < PARTS; i++)
        make(f, &part[i]);
    for (uint64_t r = 0; r < N_WEIGHTED; r++) {
        count(f, &forward, r);
        count(f, &backward, N_WEIGHTED - 1 - r);
        count(f, &part[hr_hash(&r, 1) % PARTS], r);
    }
    for (int i = 0; i < PARTS; i++) {
        const size_t n = pack(&part[i * 3 % PARTS], bytes[0]);
        assert_true(hr_tally_unpack(&back, bytes[0], n));
        hr_tally_merge(&merged, &back);
    }
    /* what a sum in doubles would not do: the order shows in it */
    double up = 0.0, down = 0.0;
    for (uint64_t r = 0; r < N_WEIGHTED; r++) {
        up += weight_of(r);
        down += weight_of(N_WEIGHTED - 1 - r);
    }
    assert_true(up < down || up > down);
    const size_t size = pack(&forward, bytes[0]);
    assert_int_equal(pack(&backward, bytes[1]), size);
    assert_int_equal(pack(&merged, bytes[2]), size);
    assert_memory_equal(bytes[0], bytes[1], size);
    assert_memory_equal(bytes[0], bytes[2], size);
    assert_true(hr_tally_unpack(&back, bytes[0], size));
    assert_true(back.is_weighted && back.n_replications == N_WEIGHTED);
    assert_int_equal(hr_tally_digest(&back, 3), hr_tally_digest(&merged, 3));
    assert_int_equal(pack(&back, bytes[1]), size);
    assert_memory_equal(bytes[0], bytes[1], size);
    for (size_t cut = 1; cut < size; cut += 7)
        if (hr_tally_unpack(&back, bytes[0], cut))
            assert_int_not_equal(hr_tally_digest(&back, 3), hr_tally_digest(&merged, 3));
}

/* Every number of a weighted tally is part of its identity. */
static void test_weights_are_part_of_the_digest(void **state)
{
    fixture *f = *state;
    hr_tally *t = &f->tally;
    for (uint64_t r = 0; r < 20; r++)
        count(f, t, r);
    const uint64_t digest = hr_tally_digest(t, 3);
    hr_cell *cell = cell_of(f, t, "time_over");
    hr_u128 *const numbers[] = {&cell->x,
                                &cell->behind.x,
                                &cell->behind.xx,
                                &cell->behind.xy,
                                &cell->behind.yy,
                                &t->weights.all.behind.x,
                                &t->weights.rung[2].behind.xx};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        *numbers[i] += 1;
        assert_int_not_equal(hr_tally_digest(t, 3), digest);
        *numbers[i] -= 1;
    }
    cell->behind.largest++;
    assert_int_not_equal(hr_tally_digest(t, 3), digest);
    cell->behind.largest--;
    assert_int_equal(hr_tally_digest(t, 3), digest);
}

static void assert_sum(double got, long double wanted)
{
    if (!(fabsl((long double)got - wanted) <= 1e-15L * fabsl(wanted)))
        fail_msg("%.17g is not %.17Lg", got, wanted);
}

static void test_weighted_sums_are_right(void **state)
{
    fixture *f = *state;
    long double x = 0.0L, xx = 0.0L, y = 0.0L, yy = 0.0L, xy = 0.0L, all = 0.0L;
    double largest = 0.0;
    for (uint64_t r = 0; r < N_WEIGHTED; r++) {
        const double w = weight_of(r);
        const double a = w * (double)((r % 3 == 0 ? 0 : 1000003 * r) + (r % 5 == 0 ? 77 * r : 0));
        const double b = w * (double)(r % 7);
        count(f, &f->tally, r);
        x += (long double)a;
        xx += (long double)a * (long double)a;
        y += (long double)b;
        yy += (long double)b * (long double)b;
        xy += (long double)a * (long double)b;
        all += (long double)w;
        largest = fmax(largest, a);
    }
    const hr_sums s = hr_cell_sums(cell_of(f, &f->tally, "episode_length"));
    assert_sum(s.x, x);
    assert_sum(s.xx, xx);
    assert_sum(s.y, y);
    assert_sum(s.yy, yy);
    assert_sum(s.xy, xy);
    assert_true(s.largest >= largest && s.largest <= largest);
    assert_sum(hr_cell_sums(&f->tally.weights.all).x, all);
    assert_int_equal(f->tally.weights.all.hits, N_WEIGHTED);
    assert_int_equal(f->tally.n_replications, N_WEIGHTED);
}

/* What is behind the point carries into the whole, in a sum and in a merger; not before. */
static void test_the_point_is_carried_over(void **state)
{
    (void)state;
    const hr_u128 all = ~(hr_u128)0;
    hr_cell total = {.x = 4, .y = 4, .behind = {.x = all, .y = all - 1, .largest = 3}};
    const hr_cell part = {.x = 2, .y = 2, .behind = {.x = 1, .y = 1, .largest = 2}};
    hr_cell_merge(&total, &part);
    assert_true(total.x == 7 && total.behind.x == 0);
    assert_true(total.y == 6 && total.behind.y == all);
    assert_true(total.behind.largest == 3);
    hr_cell_merge(&total, &part);
    assert_true(total.x == 9 && total.behind.x == 1);
    assert_true(total.y == 9 && total.behind.y == 0);
    hr_tally tally = {0};
    for (int i = 0; i < 4; i++)
        hr_tally_add_weight(&tally, 0.75, 0, 1);
    assert_true(tally.weights.all.x == 3 && tally.weights.all.behind.x == 0);
    assert_true(tally.weights.all.xx == 2 && tally.weights.all.behind.xx == (hr_u128)1 << 126);
    assert_true(tally.weights.rung[0].hits == 4 && tally.weights.rung[1].hits == 0);
}

/* A tally without weights is what it was before there were weights: its bytes and its digest,
 * written down here once more. */
static size_t put_number(uint8_t *bytes, size_t used, hr_u128 value)
{
    for (; value > 127; value /= 128)
        bytes[used++] = (uint8_t)(128 + value % 128);
    bytes[used++] = (uint8_t)value;
    return used;
}

static void test_without_weights_nothing_has_changed(void **state)
{
    fixture *f = *state;
    static uint8_t bytes[MOST_PACKED], wanted[MOST_PACKED];
    fill(&f->tally, 12);
    size_t used = put_number(wanted, 0, f->tally.n_replications);
    uint64_t digest = hr_hash((const uint64_t[]){5, f->tally.n_replications}, 2);
    uint64_t empty = 0;
    for (uint32_t i = 0; i < f->tally.n_cells; i++) {
        const hr_cell *c = &f->tally.cell[i];
        const hr_u128 sums[] = {c->x, c->xx, c->y, c->yy, c->xy};
        uint64_t words[13] = {digest, i, c->hits};
        if (c->x == 0) {
            empty++;
            continue;
        }
        used = put_number(wanted, used, empty);
        used = put_number(wanted, used, c->hits);
        for (int s = 0; s < 5; s++) {
            used = put_number(wanted, used, sums[s]);
            words[3 + 2 * s] = (uint64_t)sums[s];
            words[4 + 2 * s] = (uint64_t)(sums[s] >> 64);
        }
        digest = hr_hash(words, 13);
        empty = 0;
    }
    assert_int_equal(pack(&f->tally, bytes), used);
    assert_memory_equal(bytes, wanted, used);
    assert_int_equal(hr_tally_digest(&f->tally, 5), digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sums_are_those_of_the_replications, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_merging_is_order_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_packing_keeps_every_bit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_weighted_sums_are_order_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_weights_are_part_of_the_digest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_weighted_sums_are_right, set_up, tear_down),
        cmocka_unit_test(test_the_point_is_carried_over),
        cmocka_unit_test_setup_teardown(test_without_weights_nothing_has_changed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_garbage_is_no_tally, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_layout_follows_the_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_asking_for_nothing_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
