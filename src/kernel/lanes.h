/* lanes: replications side by side, for pools in which a meeting is a number of people and nothing
 * else happens: one resource, loaded by each participant alike, fresh least-loaded placement,
 * nothing refused. Everybody is there at once or joins on a ramp. Equal to hr_replay in every
 * count.
 *
 * Three facts make it fast. The order of events does not depend on the placement. Between two
 * arrivals nobody is placed, so all who leave between them may be taken off together, and all who
 * join added, whatever their order. Without joins an overload begins at an arrival only; with them
 * no server gets more people between two arrivals than all that join then: so the exact order
 * matters only in the gaps that begin with a server above its lowest ceiling, or that close to it.
 * Those are replayed event by event.
 */
#ifndef HR_KERNEL_LANES_H
#define HR_KERNEL_LANES_H

#include "base/vector.h"
#include "kernel/replay.h"

/* NULL, or the feature of the configuration that this kernel cannot do. */
const char *hr_lanes_decline(const hr_configuration *configuration);
/* Loads follow from sizes, whatever it takes. */
bool hr_lanes_needs_no_loads(const hr_configuration *configuration);
/* Replay 1 to HR_LANES_N replications of pools with the same number of servers. What does not fit
 * (too many people, overload most of the time) is left to hr_scalar_replay. */
HR_MUST_CHECK hr_status hr_lanes_replay(const hr_lane *lane, unsigned n, const hr_vector *vector,
                                        hr_scratch *scratch, hr_err *err);
/* Memory that the scratch keeps for this kernel. */
typedef struct hr_lanes_memory hr_lanes_memory;
void hr_lanes_memory_free(hr_lanes_memory *memory);
size_t hr_lanes_memory_bytes(const hr_lanes_memory *memory);

#endif
