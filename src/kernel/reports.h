/* reports: what the servers have told the placer, and when. Each server reports at multiples of the
 * period from study time 0, all at once or spread over it; a report shows the state after
 * departures and steps of its tick and before arrivals, and is seen a lag later.
 */
#ifndef HR_KERNEL_REPORTS_H
#define HR_KERNEL_REPORTS_H

#include "kernel/overload.h"

/* Begin with an empty pool; nothing without a period. Memory from the scratch. */
HR_MUST_CHECK hr_status hr_reports_begin(hr_replaying *replay, hr_err *err);
/* All that is made or arrives before `now`, and at `now` too if `inclusive`. Before every event. */
void hr_reports_until(hr_replaying *replay, hr_tick now, bool inclusive);
/* In-flight correction: the placer adds what it has placed itself since a report was made. */
void hr_reports_add(hr_replaying *replay, unsigned server, uint32_t meeting, const int64_t *load,
                    uint32_t people, bool is_start);

#endif
