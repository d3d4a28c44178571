/* The communicator: every rank sees the same sums, the same failure, and each number of the
 * shared counter goes to one rank only. A condition is agreed before it is asserted, so that one
 * failing rank cannot leave the others waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/comm.h"

static hr_comm *comm;

static void assert_on_all(bool condition)
{
    uint64_t failed = condition ? 0 : 1;
    hr_comm_sum(comm, &failed, 1);
    assert_int_equal(failed, 0);
}

static void test_sum_and_max(void **state)
{
    (void)state;
    const uint64_t size = (uint64_t)hr_comm_size(comm), rank = (uint64_t)hr_comm_rank(comm);
    uint64_t values[] = {rank, UINT64_MAX, 7};
    hr_comm_sum(comm, values, 3);
    assert_on_all(values[0] == size * (size - 1) / 2);
    assert_on_all(values[1] == UINT64_MAX - (size - 1)); /* modulo 2^64 */
    assert_on_all(values[2] == 7 * size);
    uint64_t most[] = {rank, size - rank};
    hr_comm_max(comm, most, 2);
    assert_on_all(most[0] == size - 1 && most[1] == size);
}

static void test_share(void **state)
{
    (void)state;
    char text[32] = "mine";
    if (hr_comm_rank(comm) == 0)
        (void)snprintf(text, sizeof text, "of rank 0");
    hr_comm_share(comm, text, sizeof text);
    assert_on_all(strcmp(text, "of rank 0") == 0);
}

/* Whoever fails, alone or with all above: all ranks get the lowest one's status and words. */
static void test_agree(void **state)
{
    (void)state;
    const int size = hr_comm_size(comm), rank = hr_comm_rank(comm);
    hr_err none = {0};
    assert_on_all(hr_comm_agree(comm, HR_OK, &none) == HR_OK && none.status == HR_OK);
    for (int lowest = 0; lowest < size; lowest++) {
        hr_err err = {0};
        hr_status st = HR_OK;
        char wanted[64];
        if (rank == lowest)
            st = HR_FAIL(&err, HR_ERR_WRITE, "disk %d is full", rank);
        else if (rank > lowest)
            st = HR_FAIL(&err, HR_ERR_DATA, "less important");
        st = hr_comm_agree(comm, st, &err);
        (void)snprintf(wanted, sizeof wanted,
                       lowest == 0 ? "disk %d is full" : "rank %d: disk %d is full", lowest,
                       lowest);
        assert_on_all(st == HR_ERR_WRITE && err.status == HR_ERR_WRITE);
        assert_on_all(strcmp(err.message, wanted) == 0);
    }
}

static void test_agree_without_words(void **state)
{
    (void)state;
    const int last = hr_comm_size(comm) - 1;
    hr_err err = {0};
    hr_status st = hr_comm_rank(comm) == last ? HR_ERR_MEMORY : HR_OK;
    assert_on_all(hr_comm_agree(comm, st, NULL) == HR_ERR_MEMORY);
    assert_on_all(hr_comm_agree(comm, st, &err) == HR_ERR_MEMORY && err.message[0] != '\0');
}

/* Ranks take runs of different lengths until the end; every number is taken once. */
static void test_counter(void **state)
{
    enum { TOTAL = 2000 };
    (void)state;
    const uint64_t mine = 1 + (uint64_t)hr_comm_rank(comm);
    for (int round = 0; round < 3; round++) {
        static uint64_t taken[TOTAL];
        memset(taken, 0, sizeof taken);
        hr_comm_counter_set(comm, 0);
        for (;;) {
            hr_comm_counter_ask(comm, mine);
            const uint64_t first = hr_comm_counter_answer(comm);
            if (first >= TOTAL)
                break;
            for (uint64_t t = first; t < first + mine && t < TOTAL; t++)
                taken[t]++;
        }
        hr_comm_sum(comm, taken, TOTAL);
        bool once = true;
        for (int t = 0; t < TOTAL; t++)
            once = once && taken[t] == 1;
        assert_on_all(once);
    }
}

/* One rank pushes the counter past the end: nobody gets another number. */
static void test_counter_can_be_ended(void **state)
{
    (void)state;
    hr_comm_counter_set(comm, 5);
    if (hr_comm_rank(comm) == hr_comm_size(comm) - 1) {
        hr_comm_counter_ask(comm, UINT64_C(1) << 62);
        assert_int_equal(hr_comm_counter_answer(comm), 5);
    }
    hr_comm_wait(comm);
    hr_comm_counter_ask(comm, 1);
    assert_on_all(hr_comm_counter_answer(comm) >= UINT64_C(1) << 62);
}

int main(int argc, char **argv)
{
    hr_err err = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum_and_max), cmocka_unit_test(test_share),
        cmocka_unit_test(test_agree),       cmocka_unit_test(test_agree_without_words),
        cmocka_unit_test(test_counter),     cmocka_unit_test(test_counter_can_be_ended),
    };
    if (hr_comm_start(&comm, &argc, &argv, &err) != HR_OK) {
        fprintf(stderr, "%s\n", err.message);
        return EXIT_FAILURE;
    }
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    hr_comm_stop(comm);
    return failed;
}
