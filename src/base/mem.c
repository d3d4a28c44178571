#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, CHUNK_BYTES = 64 * 1024 };

typedef struct hr_arena_chunk {
    struct hr_arena_chunk *next;
    size_t capacity; /* usable bytes after the header */
} hr_arena_chunk;

enum { HEADER = ALIGNMENT }; /* the header fills one line so that the data stays aligned */
_Static_assert(sizeof(hr_arena_chunk) <= HEADER, "chunk header fits its line");

static size_t round_up(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void *hr_mem_take(size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX - ALIGNMENT) / size)
        return NULL;
    void *block = hr_mem_raw(count * size);
    if (block != NULL)
        memset(block, 0, count * size);
    return block;
}

void hr_mem_free(void *block)
{
    free(block);
}

void hr_arena_reset(hr_arena *arena)
{
    arena->current = arena->first;
    arena->used = 0;
    arena->memo = NULL;
}

void hr_arena_free(hr_arena *arena)
{
    if (arena == NULL)
        return;
    for (hr_arena_chunk *chunk = arena->first; chunk != NULL;) {
        hr_arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    *arena = (hr_arena){0};
}

/* Make `current` a chunk with room for `bytes`: the next kept one that fits, else a new one. */
static hr_arena_chunk *open_chunk(hr_arena *arena, size_t bytes)
{
    hr_arena_chunk *last = arena->current;
    for (hr_arena_chunk *chunk = last ? last->next : NULL; chunk != NULL; chunk = chunk->next) {
        if (chunk->capacity >= bytes) {
            arena->current = chunk;
            arena->used = 0;
            return chunk;
        }
        last = chunk;
    }
    const size_t capacity = bytes > CHUNK_BYTES ? round_up(bytes) : CHUNK_BYTES;
    hr_arena_chunk *chunk = hr_mem_raw(HEADER + capacity);
    if (chunk == NULL)
        return NULL;
    *chunk = (hr_arena_chunk){.next = NULL, .capacity = capacity};
    arena->total += HEADER + capacity;
    if (last == NULL)
        arena->first = chunk;
    else
        last->next = chunk;
    arena->current = chunk;
    arena->used = 0;
    return chunk;
}

void *hr_arena_take(hr_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX - 4 * (size_t)CHUNK_BYTES) / size)
        return NULL;
    const size_t bytes = round_up(count * size);
    hr_arena_chunk *chunk = arena->current;
    if (chunk == NULL || chunk->capacity - arena->used < bytes) {
        chunk = open_chunk(arena, bytes);
        if (chunk == NULL)
            return NULL;
    }
    void *block = (char *)chunk + HEADER + arena->used;
    arena->used += bytes;
    memset(block, 0, bytes);
    return block;
}

char *hr_arena_text(hr_arena *arena, const char *text, size_t length)
{
    char *copy = hr_arena_take(arena, length + 1, 1);
    if (copy != NULL)
        memcpy(copy, text, length);
    return copy;
}
