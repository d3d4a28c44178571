/* replay: what follows from the input. The reference path: one event at a time, in order.
 *
 * At one tick: departures, failures and repairs, background steps, load reports, snapshots and
 * probes, then arrivals in input order, then joins, then participants who come back. Windows are
 * half-open; an overload that stands at the start counts.
 */
#ifndef HR_KERNEL_REPLAY_H
#define HR_KERNEL_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "input/input.h"
#include "model/configuration.h"
#include "model/counts.h"

/* Called for every placement and every change of an overload state; NULL observers cost one
 * predictable branch. `server` is n_servers for a refused meeting. */
typedef struct hr_observer {
    void *context;
    void (*placed)(void *context, hr_tick tick, uint32_t meeting, unsigned server);
    void (*changed)(void *context, hr_tick tick, unsigned server, uint64_t criteria_over);
} hr_observer;

/* One replication: what to replay, where to count. */
typedef struct hr_lane {
    const hr_configuration *configuration;
    const hr_input *input;
    hr_counts *counts;
} hr_lane;

/* Working memory of a replay, sized from the configuration and the input; reused. */
typedef struct hr_scratch hr_scratch;

HR_MUST_CHECK hr_status hr_scratch_new(hr_scratch **scratch, hr_err *err);
void hr_scratch_free(hr_scratch *scratch);
size_t hr_scratch_bytes(const hr_scratch *scratch); /* memory held */

/* Replay `input` and write `counts` (cleared first).
 * Calls   Local; thread-safe on distinct scratch and counts.
 * Errors  HR_ERR_MEMORY while growing the scratch, before the first event. */
HR_MUST_CHECK hr_status hr_replay(const hr_configuration *configuration, const hr_input *input,
                                  hr_scratch *scratch, hr_counts *counts,
                                  const hr_observer *observer, hr_err *err);

#endif
