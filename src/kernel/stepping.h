/* stepping: background sessions come and go at the steps of their grid, and ceilings move with
 * them. Inline, so that each instruction set has its own copy of the loops.
 */
#ifndef HR_KERNEL_STEPPING_H
#define HR_KERNEL_STEPPING_H

#include "kernel/overload.h"

/* Session step `step`, the one after the last, begins at `now`: ceilings of all servers, and what
 * that changes. `stride` is scratch->stride, best known to the compiler. */
static inline void hr_stepping_step(hr_replaying *replay, hr_tick now, uint32_t step,
                                    const unsigned stride)
{
    hr_scratch *s = replay->scratch;
    const hr_input *in = replay->input;
    const unsigned n_servers = replay->configuration->n_servers;
    const unsigned n_items = replay->prepared->n_session_items;
    const size_t row = (size_t)n_items * n_servers;
    if (step >= in->n_steps)
        return;
    for (unsigned j = 0; j < n_servers; j++) {
        const uint16_t *after = in->sessions + step * row + j;
        const size_t first = j * (size_t)stride;
        const int64_t *load = s->truth.load + first;
        int64_t *taken = s->taken + first, *high = s->high + first, *low = s->low + first;
        int64_t more[HR_MAX_RESOURCES] = {0}, room = 0; /* negative: other limits are exceeded */
        for (unsigned i = 0; i < n_items; i++, after += n_servers) {
            const int64_t sessions = (int64_t)*after - (step > 0 ? (int64_t) * (after - row) : 0);
            const int64_t *cost = s->session_cost + i * (size_t)stride;
#pragma omp simd
            for (unsigned r = 0; r < stride; r++)
                more[r] += sessions * cost[r];
        }
#pragma omp simd reduction(| : room)
        for (unsigned r = 0; r < stride; r++) {
            taken[r] += more[r];
            high[r] -= more[r];
            low[r] -= more[r];
            room |= (high[r] - load[r]) | (load[r] - low[r] - 1);
        }
        if (room < 0)
            hr_overload_update(replay, now, j);
    }
}

#endif
