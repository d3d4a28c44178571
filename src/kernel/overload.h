/* overload: who is over which ceiling, since when, and the times that follow from it.
 */
#ifndef HR_KERNEL_OVERLOAD_H
#define HR_KERNEL_OVERLOAD_H

#include "kernel/scratch.h"

/* One replay in progress: everything its parts need, nothing that outlives it. */
typedef struct hr_replaying {
    const hr_configuration *configuration;
    const hr_prepared *prepared;
    const hr_input *input;
    hr_scratch *scratch;
    hr_counts *counts;
    const hr_observer *observer;
} hr_replaying;

/* Ceilings of all servers as they stand at session step `step`, and what that changes. */
void hr_overload_set_ceilings(hr_replaying *replay, hr_tick now, uint32_t step);
/* Count the time up to `now` for all criteria that are over. Call before anything changes that
 * the counted times depend on. */
void hr_overload_account(hr_replaying *replay, hr_tick now);
/* The load of `server` has changed at `now`: find what is over and count what begins or ends. */
void hr_overload_update(hr_replaying *replay, hr_tick now, unsigned server);
/* A meeting begins on `server`, or ends inside the window: how much overload does it meet? */
void hr_overload_meeting_begins(hr_replaying *replay, hr_tick now, uint32_t meeting,
                                unsigned server);
void hr_overload_meeting_ends(hr_replaying *replay, hr_tick now, uint32_t meeting, unsigned server);
/* The window ends: episodes in progress count up to here. */
void hr_overload_end(hr_replaying *replay, hr_tick now);

#endif
