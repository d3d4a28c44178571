/* The ledger: sums over ranks are exact to the last of 128 bits, and all ranks strike out the same
 * configurations, whatever each of them has run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "explore/comm.h"
#include "explore/ledger.h"
#include "study.h"

static hr_comm *comm;
static hr_study study;

static void assert_on_all(bool condition)
{
    uint64_t failed = condition ? 0 : 1;
    hr_comm_sum(comm, &failed, 1);
    assert_int_equal(failed, 0);
}

/* Replications that rank `rank` of `size` has run of the `n` of a look. */
static uint64_t share_of(uint64_t n, uint64_t rank, uint64_t size)
{
    return n * (rank + 1) / size - n * rank / size;
}

static hr_cell cell_of(uint64_t hits, hr_u128 x)
{
    return (hr_cell){.hits = hits, .x = x, .xx = x, .y = 3 * x, .yy = x + 1, .xy = x + 2};
}

static void test_sums_are_exact(void **state)
{
    enum { N_ENTRIES = 100 };
    (void)state;
    static hr_entry own[N_ENTRIES], total[N_ENTRIES];
    static uint64_t work[HR_ENTRY_WORK(N_ENTRIES)];
    const uint64_t rank = (uint64_t)hr_comm_rank(comm), size = (uint64_t)hr_comm_size(comm);
    /* Close to 2^126 in all, with bits in every limb. */
    const hr_u128 big = ((hr_u128)0x2A5A5A5A5A5A5A5A << 64 | 0xFFFFFFFFFFFFFFFF) / size;
    for (uint64_t i = 0; i < N_ENTRIES; i++) {
        const hr_cell cell = cell_of(2, big - i + rank);
        hr_entry_add(&own[i], &cell, 7 + rank);
    }
    hr_entry_sum(comm, own, N_ENTRIES, total, work);
    for (uint64_t i = 0; i < N_ENTRIES; i++) {
        const hr_cell sum = hr_entry_target(&total[i], NULL);
        const hr_u128 x = (big - i) * size + size * (size - 1) / 2;
        assert_on_all(total[i].n_replications == 7 * size + size * (size - 1) / 2);
        assert_on_all(sum.hits == 2 * size && sum.x == x && sum.xx == x && sum.y == 3 * x);
        assert_on_all(sum.yy == x + size && sum.xy == x + 2 * size);
    }
}

/* What is behind the point, over ranks of which some have none: exact, carried into the whole, and
 * the largest. */
static void test_sums_behind_the_point_are_exact(void **state)
{
    enum { N_ENTRIES = 60 };
    (void)state;
    static hr_entry own[N_ENTRIES], total[N_ENTRIES];
    static hr_behind behind[N_ENTRIES], total_behind[N_ENTRIES];
    static uint64_t work[HR_ENTRY_WORK(N_ENTRIES)];
    const uint64_t rank = (uint64_t)hr_comm_rank(comm), size = (uint64_t)hr_comm_size(comm);
    const bool has_weights = rank % 2 == 0;
    const uint64_t n = (size + 1) / 2; /* ranks with weights */
    const hr_u128 all = ~(hr_u128)0, half = (hr_u128)1 << 127;
    for (uint64_t i = 0; i < N_ENTRIES; i++) {
        const hr_cell cell = cell_of(1, 1000 + i);
        const hr_behind part = {.x = all - i,
                                .xx = half,
                                .y = (hr_u128)i << 96,
                                .yy = ((hr_u128)UINT32_MAX << 96) + i,
                                .xy = (hr_u128)UINT64_MAX,
                                .largest = 40 + rank};
        hr_entry_add(&own[i], &cell, 1);
        if (has_weights)
            hr_entry_add_behind(&own[i], &behind[i], &part);
    }
    hr_entry_sum(comm, own, N_ENTRIES, total, work);
    hr_entry_sum_behind(comm, has_weights ? behind : NULL, N_ENTRIES, total, total_behind, work);
    for (uint64_t i = 0; i < N_ENTRIES; i++) {
        const hr_cell sum = hr_entry_target(&total[i], &total_behind[i]);
        const hr_u128 whole = (hr_u128)(1000 + i) * size; /* of x, before anything is carried */
        /* n (2^128 - 1 - i) = (n - 1) 2^128 + 2^128 - n (1 + i) */
        assert_on_all(sum.x == whole + n - 1 && sum.behind.x == (hr_u128)0 - n * (1 + i));
        assert_on_all(sum.xx == whole + n / 2 && sum.behind.xx == (n % 2 ? half : 0));
        assert_on_all(sum.y == 3 * whole && sum.behind.y == ((hr_u128)(i * n) << 96));
        assert_on_all(sum.yy == whole + size + n - 1);
        assert_on_all(sum.behind.yy == ((hr_u128)UINT32_MAX << 96) * n + n * i);
        assert_on_all(sum.xy == whole + 2 * size && sum.behind.xy == (hr_u128)UINT64_MAX * n);
        assert_on_all(sum.behind.largest == 40 + (size - 1) / 2 * 2);
        assert_on_all(hr_cell_is_weighted(&sum));
    }
    const hr_cell plain = hr_entry_target(&total[0], NULL);
    assert_on_all(!hr_cell_is_weighted(&plain) && plain.behind.x == 0);
}

/* Even configurations never see overload and go on to the end; odd ones stop early because every
 * replication gives the same. */
static void test_all_strike_out_alike(void **state)
{
    (void)state;
    hr_err err = {0};
    hr_ledger ledger;
    const uint64_t rank = (uint64_t)hr_comm_rank(comm), size = (uint64_t)hr_comm_size(comm);
    const uint64_t constant = UINT64_C(100) << 16; /* ticks over in each replication */
    assert_on_all(hr_ledger_init(&ledger, &study, (int)size, &err) == HR_OK);
    uint64_t before = 0;
    unsigned k = 0;
    for (; ledger.n_active > 0; k++) {
        const hr_look look = hr_plan_look(&study, k);
        const uint64_t mine = share_of(look.replications - before, rank, size);
        before = look.replications;
        for (uint64_t i = 0; i < ledger.n_active; i++) {
            const bool is_over = ledger.active[i] % 2 == 1;
            const hr_cell cell = {.hits = is_over ? mine : 0,
                                  .x = is_over ? (hr_u128)mine * constant : 0,
                                  .xx = is_over ? (hr_u128)mine * constant * constant : 0};
            assert_on_all(hr_ledger_add(&ledger, i, &cell, mine, &err) == HR_OK);
        }
        assert_on_all(hr_ledger_settle(&ledger, comm, &look, &err) == HR_OK);
        uint64_t most[] = {ledger.n_active, UINT64_MAX - ledger.n_active};
        hr_comm_max(comm, most, 2);
        assert_on_all(most[0] == ledger.n_active && most[1] == UINT64_MAX - ledger.n_active);
    }
    assert_on_all(ledger.verdict[0] == HR_EXHAUSTED && ledger.n_looks[0] == k);
    assert_on_all(ledger.verdict[1] == HR_DECIDED || ledger.verdict[1] == HR_PRECISE);
    assert_on_all(ledger.n_looks[1] < ledger.n_looks[0]);
    hr_ledger_free(&ledger);
}

/* A lost task is a bug, and it is noticed. */
static void test_missing_replications_are_noticed(void **state)
{
    (void)state;
    hr_err err = {0};
    hr_ledger ledger;
    const hr_look look = hr_plan_look(&study, 0);
    assert_on_all(hr_ledger_init(&ledger, &study, hr_comm_size(comm), &err) == HR_OK);
    assert_on_all(hr_ledger_settle(&ledger, comm, &look, &err) == HR_ERR_BUG);
    hr_ledger_free(&ledger);
}

int main(int argc, char **argv)
{
    hr_err err = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_are_exact),
        cmocka_unit_test(test_sums_behind_the_point_are_exact),
        cmocka_unit_test(test_all_strike_out_alike),
        cmocka_unit_test(test_missing_replications_are_noticed),
    };
    if (hr_comm_start(&comm, &argc, &argv, &err) != HR_OK ||
        hr_small_study_open(&study, &err) != HR_OK) {
        fprintf(stderr, "%s\n", err.message);
        return EXIT_FAILURE;
    }
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    hr_study_free(&study);
    hr_comm_stop(comm);
    return failed;
}
