/* lanes_arrivals: arrivals of all lanes of the lanes kernel side by side, a block at a time.
 */
#ifndef HR_KERNEL_LANES_ARRIVALS_H
#define HR_KERNEL_LANES_ARRIVALS_H

#include "kernel/lanes_key.h"

enum { AHEAD = 8 * BLOCK }; /* arrivals asked for before they are needed */

/* The arrivals at work. */
typedef struct arrivals {
    lane_key people[BLOCK][N]; /* there before the next arrival; 0 past a lane's end */
    uint32_t gap[BLOCK][N];
    uint32_t size[BLOCK][N];    /* on a ramp: all people */
    lane_key joining[BLOCK][N]; /* on a ramp: who joins any meeting before the next arrival */
    uint32_t tie[BLOCK][N];     /* when ties_uniform */
} arrivals;

#if defined(__AVX2__)

_Static_assert((int)N == 8, "a square of words has eight rows of lanes");

/* Rows to columns: by pairs, by fours, by halves. */
static inline void turn(words row[N])
{
    words pair[N], four[N];
    HR_UNROLL
    for (int l = 0; l < N; l += 2) {
        pair[l] = __builtin_shufflevector(row[l], row[l + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pair[l + 1] = __builtin_shufflevector(row[l], row[l + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    HR_UNROLL
    for (int l = 0; l < N; l += 4) {
        for (int i = 0; i < 2; i++) {
            const words a = pair[l + i], b = pair[l + i + 2];
            four[l + 2 * i] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
            four[l + 2 * i + 1] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    HR_UNROLL
    for (int i = 0; i < N / 2; i++) {
        const words a = four[i], b = four[i + N / 2];
        row[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
        row[i + N / 2] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* N arrivals of each lane from `at` on, which all lanes have. */
static inline void take_square(const uint32_t *const of[N], uint32_t at, words row[N])
{
    HR_UNROLL
    for (int l = 0; l < N; l++)
        memcpy(&row[l], of[l] + at, sizeof row[l]);
    turn(row);
}

static inline bool are_whole(const hr_lanes *lanes, uint32_t from)
{
    bool all = true;
    for (int l = 0; l < N; l++)
        all = all && lanes->n[l] >= from + BLOCK;
    return all;
}

/* A block that all lanes have whole; the bits of all sizes. */
static inline uint32_t interleave_whole(const hr_lanes *lanes, uint32_t from, arrivals *block)
{
    words sizes = {0}, row[N];
    uint32_t size[N], all = 0;
    for (uint32_t i = 0; i < BLOCK; i += N) {
        take_square(lanes->size, from + i, row);
        HR_UNROLL
        for (uint32_t k = 0; k < N; k++) {
            const lane_vector people = __builtin_convertvector(row[k], lane_vector);
            sizes |= row[k];
            memcpy(block->people[i + k], &people, sizeof people);
        }
        take_square(lanes->gap, from + i, row);
        memcpy(block->gap[i], row, sizeof row);
    }
    memcpy(size, &sizes, sizeof size);
    for (int l = 0; l < N; l++)
        all |= size[l];
    return all;
}

#endif

/* A block of lane `l`, which may end in it or before it. */
static inline uint32_t interleave_part(const hr_lanes *lanes, uint32_t from, int l, arrivals *block)
{
    const uint32_t left = lanes->n[l] > from ? lanes->n[l] - from : 0;
    const uint32_t n = left < BLOCK ? left : BLOCK;
    uint32_t sizes = 0;
    for (uint32_t i = 0; i < n; i++) {
        sizes |= lanes->size[l][from + i];
        block->people[i][l] = (lane_key)lanes->size[l][from + i];
        block->gap[i][l] = lanes->gap[l][from + i];
    }
    for (uint32_t i = n; i < BLOCK; i++) {
        block->people[i][l] = 0;
        block->gap[i][l] = from + i + BLOCK;
    }
    return sizes;
}

/* Arrivals from `from` on of all lanes, side by side. Past the end of a lane nobody comes. False
 * when more come at once than a key holds. */
static inline bool interleave(const hr_lanes *lanes, uint32_t from, arrivals *block)
{
    uint32_t sizes = 0;
    for (int l = 0; l < N; l++) {
        const uint32_t left = lanes->n[l] > from ? lanes->n[l] - from : 0;
        for (uint32_t i = 0; i < BLOCK && left > AHEAD; i += 16) {
            __builtin_prefetch(lanes->size[l] + from + AHEAD + i);
            __builtin_prefetch(lanes->gap[l] + from + AHEAD + i);
        }
        for (uint32_t i = 0; lanes->ties_uniform && i < BLOCK && i < left; i++)
            block->tie[i][l] = lanes->tie[l][from + i];
    }
#if defined(__AVX2__) /* else a row of words is in two registers, and turning it is slower */
    if (are_whole(lanes, from))
        return interleave_whole(lanes, from, block) <= (uint32_t)MOST;
#endif
    for (int l = 0; l < N; l++)
        sizes |= interleave_part(lanes, from, l, block);
    return sizes <= (uint32_t)MOST;
}

/* The same on a ramp: who of them is there soon, and who joins other meetings. */
static inline bool interleave_joins(const hr_lanes *lanes, uint32_t from, arrivals *block)
{
    uint32_t most = 0;
    for (int l = 0; l < N; l++) {
        const uint32_t left = lanes->n[l] > from ? lanes->n[l] - from : 0;
        const uint32_t n = left < BLOCK ? left : BLOCK;
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t joining = lanes->joining[l][from + i + 1];
            block->size[i][l] = lanes->size[l][from + i];
            block->people[i][l] = (lane_key)lanes->joined[l][from + i];
            block->joining[i][l] = (lane_key)joining;
            most |= joining;
        }
        for (uint32_t i = n; i < BLOCK; i++) {
            block->size[i][l] = 0;
            block->joining[i][l] = 0;
        }
    }
    return most <= (uint32_t)MOST;
}

#endif
