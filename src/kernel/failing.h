/* failing: servers go out, their meetings are lost, and the participants come back. Of the
 * reference.
 *
 * A meeting that lost its server is nowhere until the first participant is back (or joins), who
 * starts it again where the rule says; the others find it there. Each comes back after a time of
 * their own (hr_failures.rejoin), again and again while no server takes the meeting, and not after
 * its end.
 */
#ifndef HR_KERNEL_FAILING_H
#define HR_KERNEL_FAILING_H

#include "kernel/overload.h"

/* Begin with the first row of the input's changes; nothing without. Memory from the scratch.
 * Errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_failing_begin(hr_replaying *replay, hr_err *err);
/* When servers change next, and when the next participant is back; UINT64_MAX: never. */
hr_tick hr_failing_next_change(const hr_replaying *replay);
hr_tick hr_failing_next_return(const hr_replaying *replay);
/* That happens. `n_started` meetings have started. */
void hr_failing_change(hr_replaying *replay, uint32_t n_started);
void hr_failing_return(hr_replaying *replay);
/* The window has ended: who is away then, or was until the end of the meeting, has lost that time.
 */
void hr_failing_finish(hr_replaying *replay);

/* Does the server take new meetings? */
bool hr_failing_takes(const hr_replaying *replay, unsigned server);
/* The same for all of them, [n_servers]; NULL: all do. */
const bool *hr_failing_allowed(const hr_replaying *replay);
/* Is the meeting, which was not refused, on a server? */
bool hr_failing_is_placed(const hr_replaying *replay, uint32_t meeting);
/* When the meeting was placed last: at its start, if its server has not failed. */
hr_tick hr_failing_placed_at(const hr_replaying *replay, uint32_t meeting);
/* Participant `number` of the input's joins joins a meeting that is nowhere: it starts again, or
 * the participant comes back later. True when the meeting is on a server then. */
bool hr_failing_restart(hr_replaying *replay, hr_tick now, uint32_t meeting, uint32_t number);
/* The first of the meeting's joins in the input. */
uint32_t hr_failing_first_join(const hr_input *input, uint32_t meeting);

#endif
