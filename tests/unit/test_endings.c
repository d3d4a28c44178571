/* How many sessions end: the tables against sequential inversion, word by word. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/stream.h"
#include "input/endings.h"

enum { MOST_SESSIONS = 3000 };

static double survive_all[MOST_SESSIONS];

/* Linked with --wrap=hr_mem_raw: the allocator call fails after `calls_left` more calls. */
void *__real_hr_mem_raw(size_t bytes);
void *__wrap_hr_mem_raw(size_t bytes);
static long calls_left = -1;

void *__wrap_hr_mem_raw(size_t bytes)
{
    if (calls_left == 0)
        return NULL;
    if (calls_left > 0)
        calls_left--;
    return __real_hr_mem_raw(bytes);
}

static hr_prepared_background item_of(double survive)
{
    for (size_t n = 0; n < MOST_SESSIONS; n++)
        survive_all[n] = n == 0 ? 1.0 : survive_all[n - 1] * survive;
    return (hr_prepared_background){
        .survive = survive, .survive_all = survive_all, .n_survive_all = MOST_SESSIONS};
}

/* The law itself: the frozen order of operations. */
static uint32_t by_inversion(double survive, uint32_t n, uint32_t word)
{
    const double odds = (1.0 - survive) / survive;
    double chance = survive_all[n];
    double below = hr_uniform(word) - chance;
    uint32_t ended = 0;
    while (below >= 0.0 && ended < n) {
        chance *= odds * (double)(n - ended) / (double)(ended + 1);
        below -= chance;
        ended++;
    }
    return ended;
}

static void assert_same(hr_endings *endings, const hr_prepared_background *item, uint32_t n,
                        uint32_t word)
{
    const uint32_t expected = by_inversion(item->survive, n, word);
    const uint32_t found = hr_endings_of(endings, item, n, word);
    if (found != expected)
        fail_msg("survive %g, n %u, word %08x: %u, not %u", item->survive, n, word, found,
                 expected);
}

static const double survive[] = {0.9459594689067654, 0.5, 0.999999, 0.02, 0.99};
static const uint32_t counts[] = {0, 1, 2, 7, 63, 140, 141, 800, MOST_SESSIONS - 1};
enum { N_SURVIVE = sizeof survive / sizeof *survive, N_COUNTS = sizeof counts / sizeof *counts };

/* Words drawn, the ends, and both sides of every place where the count changes. */
static void words_give_what_inversion_gives(void **state)
{
    (void)state;
    hr_endings endings = {0};
    hr_stream stream;
    hr_err err = {0};
    hr_stream_open(&stream, (hr_stream_id){1, 2, 3}, HR_PURPOSE_SESSIONS, 0, hr_vector_level(0));
    for (size_t i = 0; i < N_SURVIVE; i++) {
        const hr_prepared_background item = item_of(survive[i]);
        assert_int_equal(hr_endings_begin(&endings, &item, &err), HR_OK);
        for (size_t k = 0; k < N_COUNTS; k++) {
            for (int draw = 0; draw < 500; draw++)
                assert_same(&endings, &item, counts[k], hr_stream_next(&stream));
            for (uint32_t byte = 0; byte < 256; byte++) {
                assert_same(&endings, &item, counts[k], byte << 24);
                assert_same(&endings, &item, counts[k], byte << 24 | 0xffffff);
            }
        }
    }
    hr_arena_free(&endings.arena);
}

/* The last word that gives at most `count`, by halving: the count grows with the word. */
static uint32_t last_word(double chance, uint32_t n, uint32_t count)
{
    uint32_t low = 0, high = UINT32_MAX; /* at most `count` at low, more at high */
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (by_inversion(chance, n, middle) > count)
            high = middle;
        else
            low = middle;
    }
    return low;
}

static void edges_are_where_inversion_has_them(void **state)
{
    (void)state;
    hr_endings endings = {0};
    hr_err err = {0};
    unsigned n_edges = 0;
    for (size_t i = 0; i < N_SURVIVE; i++) {
        const hr_prepared_background item = item_of(survive[i]);
        assert_int_equal(hr_endings_begin(&endings, &item, &err), HR_OK);
        for (size_t k = 0; k + 2 < N_COUNTS; k++) {
            const uint32_t n = counts[k];
            const uint32_t most = by_inversion(item.survive, n, UINT32_MAX);
            for (uint32_t count = by_inversion(item.survive, n, 0); count < most; count++) {
                const uint32_t word = last_word(item.survive, n, count);
                assert_same(&endings, &item, n, word);
                assert_same(&endings, &item, n, word + 1);
                n_edges++;
            }
        }
    }
    assert_true(n_edges > 300);
    hr_arena_free(&endings.arena);
}

/* Rows stay for the same chance to survive, and are never those of another. */
static void rows_are_kept_and_exchanged(void **state)
{
    (void)state;
    hr_endings endings = {0};
    hr_err err = {0};
    hr_prepared_background item = item_of(survive[0]);
    item.n_survive_all = 200;
    assert_int_equal(hr_endings_begin(&endings, &item, &err), HR_OK);
    (void)hr_endings_of(&endings, &item, 140, 0);
    const hr_endings_row *row = endings.row[140];
    assert_non_null(row);
    item.n_survive_all = 250;
    assert_int_equal(hr_endings_begin(&endings, &item, &err), HR_OK);
    assert_ptr_equal(endings.row[140], row);
    item = item_of(survive[1]);
    assert_int_equal(hr_endings_begin(&endings, &item, &err), HR_OK);
    assert_null(endings.row[140]);
    assert_same(&endings, &item, 140, 0x80000000u);
    hr_arena_free(&endings.arena);
}

static void without_memory_it_is_slow_but_right(void **state)
{
    (void)state;
    hr_endings endings = {0};
    hr_err err = {0};
    const hr_prepared_background item = item_of(survive[0]);
    calls_left = 0;
    assert_int_equal(hr_endings_begin(&endings, &item, &err), HR_ERR_MEMORY);
    calls_left = -1;
    assert_int_equal(hr_endings_begin(&endings, &item, &err), HR_OK);
    calls_left = 0;
    for (uint32_t n = 0; n < MOST_SESSIONS; n++)
        assert_same(&endings, &item, n, n * 0x9e3779b9u);
    calls_left = -1;
    hr_arena_free(&endings.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_give_what_inversion_gives),
        cmocka_unit_test(edges_are_where_inversion_has_them),
        cmocka_unit_test(rows_are_kept_and_exchanged),
        cmocka_unit_test(without_memory_it_is_slow_but_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
