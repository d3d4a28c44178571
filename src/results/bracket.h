/* bracket: what is known of a candidate of a sizing study without any simulation.
 */
#ifndef HR_RESULTS_BRACKET_H
#define HR_RESULTS_BRACKET_H

#include "base/error.h"
#include "base/mem.h"
#include "estimate/estimate.h"
#include "study/study.h"

/* *verdict <- HR_BOUND_MET or HR_BOUND_MISSED where exact bounds on the target's outcome settle it,
 * else HR_GO_ON; *bounds has them as lower and upper, and as value where they are one number, else
 * NaN. `configuration` is that of the target's pool, prepared. Nothing is known where days differ,
 * or where the study wants no bracket. Local; the same on every rank. Memory from `arena`, which
 * must not outlive the configuration. */
HR_MUST_CHECK hr_status hr_bracket(const hr_study *study, const hr_configuration *configuration,
                                   hr_arena *arena, hr_estimate *bounds, hr_verdict *verdict,
                                   hr_err *err);

#endif
