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

/* A sum over the numbers of one register is slow, sums over several registers are not: so each count
 * is left in PARTS until those of TOGETHER departures are summed up, SUMMED at a time, by when they
 * have left for the cache. */
enum { TOGETHER = 64, SUMMED = 16, PARTS = 4, FIRST = 2 * PARTS };

/* The first comparisons of departure number i. */
HR_INLINE void begin_count(const hr_rank *r, uint32_t i, uint32_t *from, int32_t less[PARTS])
{
    const uint64_t after = r->end[i] - r->base;
    const uint32_t time = (uint32_t)(after < r->span ? after : r->span);
    const int32_t end = (int32_t)(time ^ HR_RANK_SIGN);
    const int32_t *start = r->start + (*from = r->first[time >> r->cell_bits]);
#pragma omp simd
    for (int k = 0; k < PARTS; k++)
        less[k] = (start[k] < end) + (start[k + PARTS] < end);
}

/* Whether there is one of which all comparisons were less: it goes on. */
HR_INLINE bool sum_up(const uint32_t *from, int32_t (*less)[PARTS], uint32_t *gap)
{
    uint32_t goes_on = 0;
#pragma omp simd reduction(+ : goes_on)
    for (uint32_t k = 0; k < SUMMED; k++) {
        const uint32_t sum = (uint32_t)(less[k][0] + less[k][1] + less[k][2] + less[k][3]);
        goes_on += sum == FIRST;
        gap[k] = from[k] + sum;
    }
    return goes_on != 0;
}

/* As count_before, for TOGETHER departures from number i on. */
HR_INLINE void count_together(const hr_rank *r, uint32_t i)
{
    uint32_t from[TOGETHER];
    int32_t less[TOGETHER][PARTS];
    for (uint32_t k = 0; k < TOGETHER; k++)
        begin_count(r, i + k, &from[k], less[k]);
    for (uint32_t k = 0; k < TOGETHER; k += SUMMED) {
        const bool goes_on = sum_up(from + k, less + k, r->gap + i + k);
        for (uint32_t j = k; goes_on && j < k + SUMMED; j++) {
            if (r->gap[i + j] - from[j] == FIRST)
                r->gap[i + j] = count_before(r, r->end[i + j] - r->base, SOME);
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
const hr_rank_level JOIN(hr_rank_, HR_VECTOR_LEVEL) = {rank_departures, rank_joins};
