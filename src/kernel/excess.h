/* excess: load above ceilings, integrated over the window; what could not be served.
 *
 * With L the load of a server, background included, and C a ceiling as the study names it, the
 * integral of max(L - C, 0) over time, summed over servers. Held background and sessions are taken
 * off the ceiling, which leaves the difference as it is. Load is constant between two changes of a
 * server, so that integers of load steps times ticks are exact and the same in any kernel. A
 * server that is out has neither load nor background.
 */
#ifndef HR_KERNEL_EXCESS_H
#define HR_KERNEL_EXCESS_H

#include "kernel/overload.h"

/* Memory in the scratch's arena, if the configuration follows it; the others need it. */
HR_MUST_CHECK hr_status hr_excess_take(const hr_replaying *replay, hr_err *err);
/* Load or ceilings of `server` have changed at `now`; it exceeds these limits, and its brackets are
 * right: the excess up to `now`, and brackets that let no change go by as long as there is any. */
void hr_excess_change(const hr_replaying *replay, hr_tick now, unsigned server, uint64_t limits);
/* The window ends: what is still above counts up to here; the background of the whole window. */
void hr_excess_end(const hr_replaying *replay, hr_tick now);

#endif
