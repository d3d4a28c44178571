/* What comes before what, as far as it is known before any server is chosen: compiled once for each
 * instruction set, named by HR_VECTOR_LEVEL (see cmake/floors.cmake). */
#include <stdbool.h>
#include <stddef.h>

#include "kernel/rank.h"

#if defined(__clang__)
/* With sanitizers or without optimisation the loops stay scalar; the results are the same. */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

#define HR_INLINE __attribute__((always_inline)) static inline

/* All arrivals, and the last one of each cell that has any, + 1: a little at a time, which is still
 * in the nearest cache when it is read again. */
static void list(const hr_rank *rank, const uint64_t *tick, int32_t *start, uint32_t *after)
{
    enum { BATCH = 64, LINE = 8, AHEAD = 1024 };
    const uint32_t n = rank->n, bits = rank->cell_bits;
    const uint64_t base = rank->base;
    for (uint32_t from = 0; from < n; from += BATCH) {
        const uint32_t to = n - from < BATCH ? n : from + BATCH;
        for (uint32_t i = from; i < to && n - from > AHEAD + BATCH; i += LINE)
            __builtin_prefetch(tick + i + AHEAD);
#pragma omp simd
        for (uint32_t i = from; i < to; i++)
            start[i] = (int32_t)((uint32_t)(tick[i] - base) ^ HR_RANK_SIGN);
        for (uint32_t i = from; i < to; i++)
            after[((uint32_t)start[i] ^ HR_RANK_SIGN) >> bits] = i + 1;
    }
    for (uint32_t i = n; i < n + HR_RANK_PAD; i++)
        start[i] = INT32_MAX;
}

/* Arrivals before a time. A table finds the neighbourhood, `n` comparisons at a time the place. */
HR_INLINE uint32_t count_before(const hr_rank *r, uint64_t after, const int n)
{
    const uint32_t time = (uint32_t)(after < r->span ? after : r->span);
    const int32_t end = (int32_t)(time ^ HR_RANK_SIGN);
    uint32_t gap = r->first[time >> r->cell_bits];
    int32_t less = n;
    while (less == n) {
        const int32_t *from = r->start + gap;
        less = 0;
#pragma omp simd reduction(+ : less)
        for (int k = 0; k < n; k++)
            less += from[k] < end;
        gap += (uint32_t)less;
    }
    return gap;
}

HR_INLINE uint32_t count_before_long(const hr_rank *r, uint64_t after, const int n)
{
    const int64_t time = (int64_t)(after < r->span ? after : r->span);
    uint32_t gap = r->first[time >> r->cell_bits];
    int64_t less = n;
    while (less == n) {
        const int64_t *from = r->long_start + gap;
        less = 0;
#pragma omp simd reduction(+ : less)
        for (int k = 0; k < n; k++)
            less += from[k] < time;
        gap += (uint32_t)less;
    }
    return gap;
}

/* Comparisons where a cell of the table has less than an arrival, and where it has some. */
enum { FEW = 4, SOME = HR_RANK_PAD };

/* One register's numbers are slowly summed up, those of several registers are not: so each count is
 * left in PARTS until those of TOGETHER departures are summed up, SUMMED at a time, by when they
 * have left for the cache. */
enum { TOGETHER = 64, SUMMED = 16, PARTS = 4, FIRST = 2 * PARTS };

typedef struct together {
    int32_t end[TOGETHER];
    uint32_t from[TOGETHER];
    int32_t less[TOGETHER][PARTS]; /* of the FIRST arrivals from there on */
} together;

/* Whether there is one of which all comparisons were less: it goes on. */
HR_INLINE bool sum_up(const together *t, uint32_t i, uint32_t *gap)
{
    uint32_t goes_on = 0;
#pragma omp simd reduction(+ : goes_on)
    for (uint32_t k = 0; k < SUMMED; k++) {
        const int32_t *less = t->less[i + k];
        const uint32_t sum = (uint32_t)(less[0] + less[1] + less[2] + less[3]);
        goes_on += sum == FIRST;
        gap[k] = t->from[i + k] + sum;
    }
    return goes_on != 0;
}

/* As count_before, for TOGETHER departures from number i on. */
HR_INLINE void count_together(const hr_rank *r, uint32_t i)
{
    together t;
    uint32_t cell[TOGETHER];
    const uint64_t *end = r->end + i;
    uint32_t *gap = r->gap + i;
#pragma omp simd
    for (uint32_t k = 0; k < TOGETHER; k++) {
        const uint64_t after = end[k] - r->base;
        const uint32_t time = (uint32_t)(after < r->span ? after : r->span);
        t.end[k] = (int32_t)(time ^ HR_RANK_SIGN);
        cell[k] = time >> r->cell_bits;
    }
    for (uint32_t k = 0; k < TOGETHER; k++) {
        t.from[k] = r->first[cell[k]];
        const int32_t *start = r->start + t.from[k];
#pragma omp simd
        for (int p = 0; p < PARTS; p++)
            t.less[k][p] = (start[p] < t.end[k]) + (start[p + PARTS] < t.end[k]);
    }
    for (uint32_t k = 0; k < TOGETHER; k += SUMMED) {
        const bool goes_on = sum_up(&t, k, gap + k);
        for (uint32_t j = k; goes_on && j < k + SUMMED; j++) {
            if (gap[j] - t.from[j] == FIRST)
                gap[j] = count_before(r, end[j] - r->base, SOME);
        }
    }
}

HR_INLINE void rank_all_departures(const hr_rank *rank, const int n, const bool is_long,
                                   const bool is_together)
{
    const hr_rank r = *rank; /* a copy, which no result is written over */
    uint32_t i = 0;
    for (; is_together && r.n - i >= TOGETHER; i += TOGETHER)
        count_together(&r, i);
    for (; i < r.n; i++)
        r.gap[i] = is_long ? count_before_long(&r, r.end[i] - r.base, n)
                           : count_before(&r, r.end[i] - r.base, n);
}

static void rank_departures(const hr_rank *rank)
{
    if (rank->long_start != NULL)
        rank_all_departures(rank, FEW, true, false);
    else if (rank->is_fine)
        rank_all_departures(rank, FEW, false, false);
    else
        rank_all_departures(rank, SOME, false, true);
}

/* Who joins at the tick of an arrival comes after it. Joins after the window go with what is left
 * of the meetings then, in the last gap, and are nobody's in `joining`. In one loop over all joins:
 * how many a meeting has nobody can tell, a loop's end least of all. */
HR_INLINE void rank_all_joins(hr_rank *rank, const bool is_long)
{
    const hr_rank r = *rank;
    uint32_t *later = r.join_gap;
    uint32_t longest = 0;
    uint64_t n_far = 0;
    for (uint32_t i = 0; i < r.n; i++)
        r.joined[i] = r.joining[i] = 0;
    r.joining[r.n] = 0;
    for (uint32_t k = 0; k < r.n_joins; k++) {
        const uint64_t after = r.join_tick[k] + 1 - r.base;
        const uint32_t meeting = r.join_meeting[k];
        const uint32_t gap =
            is_long ? count_before_long(&r, after, FEW) : count_before(&r, after, FEW);
        const uint32_t passed = gap - meeting;
        longest = passed > longest ? passed : longest;
        n_far += passed > r.near;
        r.joining[gap] += after <= r.span;
        r.joined[meeting] += passed == 1;
        *later = gap;
        later += passed > 1;
    }
    rank->longest = longest;
    rank->n_far = n_far;
}

static void rank_joins(hr_rank *rank)
{
    if (rank->long_start != NULL)
        rank_all_joins(rank, true);
    else
        rank_all_joins(rank, false);
}

#define JOIN_AGAIN(a, b) a##b
#define JOIN(a, b)       JOIN_AGAIN(a, b)

extern const hr_rank_level JOIN(hr_rank_, HR_VECTOR_LEVEL);
const hr_rank_level JOIN(hr_rank_, HR_VECTOR_LEVEL) = {list, rank_departures, rank_joins};
