/* The memo: what is found, what is not, what a reset forgets, and lack of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memo.h"

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

enum { MANY = 5000, WORDS = 3 };

static uint64_t value[MANY];

static void key_of(uint64_t i, uint64_t key[WORDS])
{
    key[0] = 7;
    key[1] = i << 40; /* the low bits say nothing */
    key[2] = i / 2;
}

static void keep(hr_arena *arena, uint64_t i)
{
    uint64_t key[WORDS];
    hr_err err = {0};
    key_of(i, key);
    value[i] = i;
    assert_int_equal(hr_memo_keep(arena, HR_MEMO_LAW_MEAN, key, sizeof key, &value[i], &err),
                     HR_OK);
    memset(key, 0xff, sizeof key); /* the memo has its own copy */
}

static void what_is_kept_is_found_and_nothing_else(void **state)
{
    (void)state;
    hr_arena arena = {0};
    uint64_t key[WORDS];
    key_of(0, key);
    assert_null(hr_memo_find(&arena, HR_MEMO_LAW_MEAN, key, sizeof key));
    for (uint64_t i = 0; i < MANY; i += 2)
        keep(&arena, i);
    for (uint64_t i = 0; i < MANY; i++) {
        key_of(i, key);
        const uint64_t *found = hr_memo_find(&arena, HR_MEMO_LAW_MEAN, key, sizeof key);
        if (i % 2 == 0)
            assert_ptr_equal(found, &value[i]);
        else
            assert_null(found);
    }
    hr_arena_free(&arena);
}

static void kind_and_length_tell_keys_apart(void **state)
{
    (void)state;
    hr_arena arena = {0};
    uint64_t key[WORDS];
    keep(&arena, 0);
    key_of(0, key);
    assert_non_null(hr_memo_find(&arena, HR_MEMO_LAW_MEAN, key, sizeof key));
    assert_null(hr_memo_find(&arena, HR_MEMO_WORLD, key, sizeof key));
    assert_null(hr_memo_find(&arena, HR_MEMO_LAW_MEAN, key, sizeof key - sizeof *key));
    hr_arena_free(&arena);
}

static void a_reset_forgets(void **state)
{
    (void)state;
    hr_arena arena = {0};
    uint64_t key[WORDS];
    key_of(1, key);
    for (int round = 0; round < 3; round++) {
        assert_null(hr_memo_find(&arena, HR_MEMO_LAW_MEAN, key, sizeof key));
        keep(&arena, 1);
        assert_non_null(hr_memo_find(&arena, HR_MEMO_LAW_MEAN, key, sizeof key));
        hr_arena_reset(&arena);
    }
    hr_arena_free(&arena);
    assert_null(hr_memo_find(&arena, HR_MEMO_LAW_MEAN, key, sizeof key));
}

static void without_memory_it_says_so_and_stays_whole(void **state)
{
    (void)state;
    unsigned n_refused = 0;
    for (long calls = 0; calls < 20; calls++) {
        hr_arena arena = {0};
        hr_err err = {0};
        hr_status st = HR_OK;
        uint64_t key[WORDS], i = 0;
        calls_left = calls;
        for (; i < MANY && st == HR_OK; i++) {
            key_of(i, key);
            st = hr_memo_keep(&arena, HR_MEMO_LAW_MEAN, key, sizeof key, &value[i], &err);
        }
        calls_left = -1;
        n_refused += st == HR_ERR_MEMORY;
        for (uint64_t k = 0; k + 1 < i; k++) {
            key_of(k, key);
            assert_ptr_equal(hr_memo_find(&arena, HR_MEMO_LAW_MEAN, key, sizeof key), &value[k]);
        }
        hr_arena_free(&arena);
    }
    assert_true(n_refused >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_found_and_nothing_else),
        cmocka_unit_test(kind_and_length_tell_keys_apart),
        cmocka_unit_test(a_reset_forgets),
        cmocka_unit_test(without_memory_it_says_so_and_stays_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
