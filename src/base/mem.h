/* mem: an arena, so that a study or a configuration is one thing to free.
 *
 * Memory comes from one allocator call (tests inject its failure by wrapping `hr_mem_raw`).
 * Blocks are 64-byte aligned (one cache line, one AVX-512 vector) and zeroed.
 */
#ifndef HR_BASE_MEM_H
#define HR_BASE_MEM_H

#include <stddef.h>

#include "base/error.h"

typedef struct hr_arena {
    struct hr_arena_chunk *first; /* owned chain; kept by hr_arena_reset */
    struct hr_arena_chunk *current;
    size_t used;          /* bytes handed out from `current` */
    size_t total;         /* bytes held from the system */
    struct hr_memo *memo; /* what was worked out in it (base/memo.h), or NULL */
} hr_arena;

/* Everything in the arena is gone; its memory is kept for reuse. `{0}` is an empty arena. */
void hr_arena_reset(hr_arena *arena);
/* Give all memory back; idempotent, legal on `{0}` and NULL. */
void hr_arena_free(hr_arena *arena);
/* `count` zeroed items of `size` bytes; NULL when the system has no memory or the product
 * overflows. count == 0 gives a valid pointer to nothing. */
void *hr_arena_take(hr_arena *arena, size_t count, size_t size);
/* A copy of text[0..length) with a final NUL; NULL without memory. */
char *hr_arena_text(hr_arena *arena, const char *text, size_t length);

/* One zeroed, 64-byte aligned block outside any arena; free with hr_mem_free. */
void *hr_mem_take(size_t count, size_t size);
void hr_mem_free(void *block);
/* The single call to the system's allocator (aligned to 64 bytes, not zeroed). */
void *hr_mem_raw(size_t bytes);

/* Take into `pointer` or fail with HR_ERR_MEMORY through HR_TRY's `out:`. */
#define HR_TAKE(pointer, arena, count)                                                             \
    do {                                                                                           \
        (pointer) = hr_arena_take((arena), (size_t)(count), sizeof *(pointer));                    \
        if ((pointer) == NULL) {                                                                   \
            st = HR_FAIL(err, HR_ERR_MEMORY, "no memory for %zu bytes",                            \
                         (size_t)(count) * sizeof *(pointer));                                     \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

#endif
