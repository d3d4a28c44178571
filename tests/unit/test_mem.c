/* The arena: alignment, zeroes, reuse, and every way to run out of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

/* Linked with --wrap=hr_mem_raw: the allocator call fails after `calls_left` more calls. */
void *__real_hr_mem_raw(size_t bytes);
void *__wrap_hr_mem_raw(size_t bytes);

static long calls_left = -1; /* negative: never fail */
static size_t last_request;

void *__wrap_hr_mem_raw(size_t bytes)
{
    last_request = bytes;
    if (calls_left == 0)
        return NULL;
    if (calls_left > 0)
        calls_left--;
    return __real_hr_mem_raw(bytes);
}

static int let_memory_last(void **state)
{
    (void)state;
    calls_left = -1;
    return 0;
}

static void blocks_are_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    hr_arena arena = {0};
    unsigned char *block[200];
    for (size_t i = 0; i < 200; i++) {
        block[i] = hr_arena_take(&arena, i * 13, 7);
        assert_non_null(block[i]);
        assert_int_equal((uintptr_t)block[i] % 64, 0);
        for (size_t k = 0; k < i * 91; k++)
            assert_int_equal(block[i][k], 0);
        memset(block[i], (int)i + 1, i * 91);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t k = 0; k < i * 91; k++)
            assert_int_equal(block[i][k], (unsigned char)(i + 1));
    hr_arena_free(&arena);
    assert_null(arena.first);
    hr_arena_free(&arena);
    hr_arena_free(NULL);
}

static void reset_keeps_the_memory_and_zeroes_again(void **state)
{
    (void)state;
    hr_arena arena = {0};
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 50; i++) {
            unsigned char *block = hr_arena_take(&arena, 10000, 1);
            assert_non_null(block);
            assert_int_equal(block[0] | block[9999], 0);
            memset(block, 0xff, 10000);
        }
        unsigned char *large = hr_arena_take(&arena, 1 << 20, 1);
        assert_non_null(large);
        if (round > 0)
            assert_int_equal(calls_left, 0); /* not one more call to the system */
        hr_arena_reset(&arena);
        calls_left = 0;
    }
    hr_arena_free(&arena);
}

static void a_reset_of_an_empty_arena_is_legal(void **state)
{
    (void)state;
    hr_arena arena = {0};
    hr_arena_reset(&arena);
    assert_non_null(hr_arena_take(&arena, 0, 8));
    hr_arena_free(&arena);
}

static void text_is_copied_with_its_end(void **state)
{
    (void)state;
    hr_arena arena = {0};
    char *text = hr_arena_text(&arena, "headroom", 4);
    assert_string_equal(text, "head");
    hr_arena_free(&arena);
}

static void without_memory_null_comes_back(void **state)
{
    (void)state;
    hr_arena arena = {0};
    calls_left = 0;
    assert_null(hr_arena_take(&arena, 1, 1));
    assert_null(hr_arena_text(&arena, "x", 1));
    assert_null(hr_mem_take(3, 8));
    assert_int_equal(last_request, 24);
    calls_left = 1;
    assert_non_null(hr_arena_take(&arena, 1, 1));
    assert_null(hr_arena_take(&arena, 1 << 20, 1));
    assert_non_null(hr_arena_take(&arena, 1, 1)); /* what is left still serves */
    hr_arena_free(&arena);
}

static void a_product_that_overflows_is_refused(void **state)
{
    (void)state;
    hr_arena arena = {0};
    last_request = 12345;
    assert_null(hr_arena_take(&arena, SIZE_MAX / 4, 8));
    assert_null(hr_arena_take(&arena, SIZE_MAX, 1));
    assert_null(hr_mem_take(SIZE_MAX / 4, 8));
    assert_null(hr_mem_take(SIZE_MAX, 1));
    assert_int_equal(last_request, 12345); /* the system was not even asked */
    hr_arena_free(&arena);
}

static hr_status take_two(hr_arena *arena, double **first, double **second, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TAKE(*first, arena, 10);
    HR_TAKE(*second, arena, 1 << 20);
out:
    return st;
}

static void take_reports_what_it_could_not_have(void **state)
{
    (void)state;
    hr_arena arena = {0};
    hr_err err = {0};
    double *first = NULL, *second = NULL;
    calls_left = 1;
    assert_int_equal(take_two(&arena, &first, &second, &err), HR_ERR_MEMORY);
    assert_string_equal(err.message, "no memory for 8388608 bytes");
    assert_non_null(first);
    assert_null(second);
    hr_arena_free(&arena);
}

static void a_block_of_its_own_is_zeroed_and_aligned(void **state)
{
    (void)state;
    unsigned char *block = hr_mem_take(1000, 3);
    assert_non_null(block);
    assert_int_equal((uintptr_t)block % 64, 0);
    for (size_t i = 0; i < 3000; i++)
        assert_int_equal(block[i], 0);
    hr_mem_free(block);
    hr_mem_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(blocks_are_aligned_zeroed_and_apart, let_memory_last),
        cmocka_unit_test_setup(reset_keeps_the_memory_and_zeroes_again, let_memory_last),
        cmocka_unit_test_setup(a_reset_of_an_empty_arena_is_legal, let_memory_last),
        cmocka_unit_test_setup(text_is_copied_with_its_end, let_memory_last),
        cmocka_unit_test_setup(without_memory_null_comes_back, let_memory_last),
        cmocka_unit_test_setup(a_product_that_overflows_is_refused, let_memory_last),
        cmocka_unit_test_setup(take_reports_what_it_could_not_have, let_memory_last),
        cmocka_unit_test_setup(a_block_of_its_own_is_zeroed_and_aligned, let_memory_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
