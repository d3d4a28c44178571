/* scenarios: configurations side by side on the one input that they share, for pools in which a
 * meeting is a number of people: one resource, loaded by each participant alike, at the start or as
 * they join; fresh rules; nothing refused. Equal to hr_replay in every count.
 *
 * All of them see the same events at the same times, so one order of events serves all, and what
 * happens to a server of one happens to that server of all in one vector. Only the stretches of
 * time in which some server is above its lowest ceiling are then gone through one configuration
 * after another.
 */
#ifndef HR_KERNEL_SCENARIOS_H
#define HR_KERNEL_SCENARIOS_H

#include "base/vector.h"
#include "kernel/replay.h"

/* NULL, or the feature of the configuration that this kernel cannot do. */
const char *hr_scenarios_decline(const hr_configuration *configuration);
/* Replay 1 to HR_MAX_SHARING configurations on the inputs of one hr_input_write_shared. Those that
 * do not fit are left to hr_scalar_replay. */
HR_MUST_CHECK hr_status hr_scenarios_replay(const hr_lane *lane, unsigned n,
                                            const hr_vector *vector, hr_scratch *scratch,
                                            hr_err *err);
/* Memory that the scratch keeps for this kernel. */
typedef struct hr_scenarios_memory hr_scenarios_memory;
void hr_scenarios_memory_free(hr_scenarios_memory *memory);
size_t hr_scenarios_memory_bytes(const hr_scenarios_memory *memory);

#endif
