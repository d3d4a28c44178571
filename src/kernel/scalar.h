/* scalar: one replication at a time, any feature, as fast as one event after another can be. Equal
 * to hr_replay (replay.h) in every count; tests/unit/test_kernels.c holds the two together.
 */
#ifndef HR_KERNEL_SCALAR_H
#define HR_KERNEL_SCALAR_H

#include "base/vector.h"
#include "kernel/replay.h"

/* Legs of all kinds are alike, and are placed without a look at servers: costs say all. */
bool hr_scalar_needs_no_loads(const hr_configuration *configuration);
/* As hr_replay for each of n replications, one after another, without an observer. */
HR_MUST_CHECK hr_status hr_scalar_replay(const hr_lane *lane, unsigned n, const hr_vector *vector,
                                         hr_scratch *scratch, hr_err *err);

#endif
