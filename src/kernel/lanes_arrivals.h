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

/* Arrivals from `from` on of all lanes, side by side. Past the end of a lane nobody comes. False
 * when more come at once than a key holds. */
static inline bool interleave(const hr_lanes *lanes, uint32_t from, arrivals *block)
{
    uint32_t sizes = 0;
    for (int l = 0; l < N; l++) {
        const uint32_t left = lanes->n[l] > from ? lanes->n[l] - from : 0;
        const uint32_t *size = left > 0 ? lanes->size[l] + from : NULL;
        const uint32_t *gap = left > 0 ? lanes->gap[l] + from : NULL;
        const uint32_t n = left < BLOCK ? left : BLOCK;
        for (uint32_t i = 0; i < BLOCK && left > AHEAD; i += 16) {
            __builtin_prefetch(size + AHEAD + i);
            __builtin_prefetch(gap + AHEAD + i);
        }
        for (uint32_t i = 0; i < n; i++) {
            sizes |= size[i];
            block->people[i][l] = (lane_key)size[i];
            block->gap[i][l] = gap[i];
        }
        for (uint32_t i = n; i < BLOCK; i++) {
            block->people[i][l] = 0;
            block->gap[i][l] = from + i + BLOCK;
        }
        for (uint32_t i = 0; lanes->ties_uniform && i < n; i++)
            block->tie[i][l] = lanes->tie[l][from + i];
    }
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
