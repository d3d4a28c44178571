#include "base/memo.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { FIRST_PLACES = 64 }; /* a power of two */

typedef struct sought {
    uint64_t hash;
    hr_memo_kind kind;
    size_t bytes;
    const void *key;
} sought;

typedef struct place {
    sought what;
    const void *value; /* NULL: the place is free */
} place;

/* Open addressing with at most half of the places taken. */
struct hr_memo {
    size_t n_places, n_taken;
    place *places;
};

/* Multiplication by the golden ratio, folded: nobody chooses keys to collide. */
static sought look_for(hr_memo_kind kind, const void *key, size_t bytes)
{
    uint64_t hash = (uint64_t)kind << 32 | bytes;
    for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, (const char *)key + i, bytes - i < sizeof word ? bytes - i : sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return (sought){hash, kind, bytes, key};
}

static bool is_same(const sought *a, const sought *b)
{
    return a->hash == b->hash && a->kind == b->kind && a->bytes == b->bytes &&
           memcmp(a->key, b->key, a->bytes) == 0;
}

/* Where it stands, or the free place where it would. */
static place *place_of(const struct hr_memo *memo, const sought *what)
{
    size_t i = what->hash & (memo->n_places - 1);
    while (memo->places[i].value != NULL && !is_same(&memo->places[i].what, what))
        i = (i + 1) & (memo->n_places - 1);
    return &memo->places[i];
}

const void *hr_memo_find(const hr_arena *arena, hr_memo_kind kind, const void *key, size_t bytes)
{
    if (arena->memo == NULL || arena->memo->n_taken == 0)
        return NULL;
    const sought what = look_for(kind, key, bytes);
    return place_of(arena->memo, &what)->value;
}

/* Twice the places; the old ones are left to the arena. */
static hr_status widen(hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_memo *memo = arena->memo;
    const struct hr_memo old = *memo;
    place *places = NULL;
    HR_TAKE(places, arena, old.n_places > 0 ? 2 * old.n_places : FIRST_PLACES);
    memo->n_places = old.n_places > 0 ? 2 * old.n_places : FIRST_PLACES;
    memo->places = places;
    for (size_t i = 0; i < old.n_places; i++) {
        if (old.places[i].value != NULL)
            *place_of(memo, &old.places[i].what) = old.places[i];
    }
out:
    return st;
}

hr_status hr_memo_keep(hr_arena *arena, hr_memo_kind kind, const void *key, size_t bytes,
                       const void *value, hr_err *err)
{
    hr_status st = HR_OK;
    char *copy = NULL;
    if (arena->memo == NULL)
        HR_TAKE(arena->memo, arena, 1);
    if (2 * arena->memo->n_taken >= arena->memo->n_places)
        HR_TRY(widen(arena, err));
    HR_TAKE(copy, arena, bytes);
    memcpy(copy, key, bytes);
    const sought what = look_for(kind, copy, bytes);
    *place_of(arena->memo, &what) = (place){what, value};
    arena->memo->n_taken++;
out:
    return st;
}
