/* snapshot: the pool at one instant, and whether one more meeting would fit.
 */
#ifndef HR_KERNEL_SNAPSHOT_H
#define HR_KERNEL_SNAPSHOT_H

#include "kernel/overload.h"

/* Take snapshot number `number` of the replication into the observed-time slot `slot`; `view` is
 * what the rule would look at now. */
void hr_snapshot_take(hr_replaying *replay, const hr_view *view, uint32_t number, unsigned slot);
/* Does `load` ([n_resources] steps) fit on `server` under the ceilings of `level`, which may be
 * HR_LEVEL_HIGHEST? */
bool hr_snapshot_fits(const hr_replaying *replay, unsigned server, const int64_t *load, int level);

#endif
