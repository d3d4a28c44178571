/* deployment: what an event of a whole deployment costs with everything switched on, as the engine
 * runs it: input, replay of all pools, tallies.
 *
 * An event is a start, a join or an end of a meeting, or a start or an end of a leg, before the end
 * of the window, of a choice; in naive C a start or an end. Steps of sessions and load reports, one
 * per server each, are done in the same time and are not counted.
 */
#ifndef HR_BENCH_DEPLOYMENT_H
#define HR_BENCH_DEPLOYMENT_H

#include "base/vector.h"
#include "contest.h"

/* Everything on, some of it off, and choices of a world; `study` is the path of deployment.yaml. */
HR_MUST_CHECK hr_status deployment_run(const char *study, const hr_vector *vector,
                                       const contest_plan *plan, hr_err *err);

#endif
