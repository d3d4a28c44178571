/* islands: counts of one lane whose meetings have been placed. Only the stretches of time in which
 * some server may be above its lowest ceiling are replayed event by event; the rest are sums.
 */
#ifndef HR_KERNEL_ISLANDS_H
#define HR_KERNEL_ISLANDS_H

#include "kernel/lanes.h"

/* Write the counts of `lane`, number `l` of the placement in scratch->lanes.  Errors HR_ERR_MEMORY.
 */
HR_MUST_CHECK hr_status hr_islands_count(const hr_lane *lane, unsigned l, hr_scratch *scratch,
                                         hr_err *err);

#endif
