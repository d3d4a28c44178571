/* Arrivals and departures of an input in order by counting, held to a sort of all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kernel/gaps.h"

enum { MOST = 3000, NUMBER_BITS = 30 };

static hr_tick start[MOST], end[MOST];
static uint32_t event[2 * MOST], sorted[2 * MOST];

static hr_tick tick_of(uint32_t word)
{
    const uint32_t number = word & ((1u << NUMBER_BITS) - 1);
    return word >> NUMBER_BITS == HR_EVENT_ARRIVAL ? start[number] : end[number];
}

/* By time; at one tick departures before arrivals, and each by number. */
static int compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const hr_tick at = tick_of(x), other = tick_of(y);
    if (at != other)
        return at < other ? -1 : 1;
    return x < y ? -1 : x > y;
}

static uint64_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Meetings at random; few different ticks make many ties, short windows leave many behind. */
static hr_input make_input(uint32_t n, uint64_t apart, uint64_t longest, uint64_t seed)
{
    hr_tick now = 1000;
    for (uint32_t i = 0; i < n; i++) {
        now += draw(&seed) % apart;
        start[i] = now;
        end[i] = now + 1 + draw(&seed) % longest;
    }
    return (hr_input){.begin = 1000,
                      .from = 1000 + (now - 1000) / 2,
                      .to = now + 1 + longest / 3,
                      .n_meetings = n,
                      .start = start,
                      .end = end};
}

static uint32_t sort_all(const hr_input *in)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        sorted[n++] = (uint32_t)HR_EVENT_ARRIVAL << NUMBER_BITS | i;
        if (end[i] < in->to)
            sorted[n++] = i;
    }
    qsort(sorted, n, sizeof *sorted, compare);
    return n;
}

static void hold_to_sort(hr_gaps *gaps, hr_scratch *scratch, const hr_input *in,
                         const hr_vector *vector)
{
    hr_err err = {0};
    hr_events events;
    uint32_t n = 0;
    assert_true(hr_events_fit(in, &events));
    assert_true(hr_gaps_fit(&events, in));
    assert_int_equal(hr_scratch_room_for_events(scratch, 2 * (size_t)MOST, &err), HR_OK);
    assert_true(hr_gaps_put_in_order(gaps, &events, in, vector, NUMBER_BITS, event, &n));
    assert_int_equal(n, sort_all(in));
    for (uint32_t e = 0; e < n; e++) { /* the same but for departures of one gap */
        if (sorted[e] >> NUMBER_BITS == HR_EVENT_ARRIVAL)
            assert_int_equal(event[e], sorted[e]);
    }
    uint32_t before = 0;
    while (before < n && (tick_of(sorted[before]) < in->from ||
                          (tick_of(sorted[before]) == in->from && sorted[before] < in->n_meetings)))
        before++;
    assert_int_equal(hr_gaps_count_until(gaps, &events, in, in->from, NUMBER_BITS, event, scratch),
                     before);
    hr_gaps_sort(&events, in, NUMBER_BITS, 0, n, event, scratch);
    assert_memory_equal(event, sorted, n * sizeof *event);
}

static void order_is_that_of_a_sort(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t n;
        uint64_t apart, longest;
    } cases[] = {{0, 1, 1},        {1, 9, 9},
                 {2, 1, 1},        {MOST, 5, 40},
                 {MOST, 1, 100},   {MOST, 2, 9000},
                 {MOST, 5000, 20}, {MOST, 100000, 60000000},
                 {700, 3, 3},      {50, 1u << 20, 1u << 22}};
    hr_err err = {0};
    hr_gaps gaps = {0};
    hr_scratch *scratch = NULL;
    assert_int_equal(hr_scratch_new(&scratch, &err), HR_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const hr_input in = make_input(cases[i].n, cases[i].apart, cases[i].longest, i + 1);
        for (unsigned level = 0; hr_vector_level(level) != NULL; level++)
            hold_to_sort(&gaps, scratch, &in, hr_vector_level(level));
    }
    assert_true(hr_gaps_bytes(&gaps) > 0);
    hr_gaps_free(&gaps);
    hr_scratch_free(scratch);
}

static void joins_and_long_windows_do_not_fit(void **unused)
{
    (void)unused;
    hr_input in = make_input(10, 5, 5, 1);
    hr_events events;
    assert_true(hr_events_fit(&in, &events));
    in.n_joins = 1;
    assert_false(hr_gaps_fit(&events, &in));
    in.n_joins = 0;
    assert_true(hr_gaps_fit(&events, &in));
    in.to = in.begin + UINT32_MAX;
    assert_false(hr_gaps_fit(&events, &in));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_that_of_a_sort),
        cmocka_unit_test(joins_and_long_windows_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
