/* bracket: what is known of a candidate without any simulation.
 */
#ifndef HR_EXPLORE_BRACKET_H
#define HR_EXPLORE_BRACKET_H

#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "estimate/estimate.h"
#include "study/study.h"

/* *verdict <- HR_BOUND_MET or HR_BOUND_MISSED where an exact bound on the target's outcome settles
 * it, else HR_GO_ON. Local; the same on every rank. Memory from `arena`, which is reset. */
HR_MUST_CHECK hr_status hr_bracket(const hr_study *study, uint64_t configuration, hr_arena *arena,
                                   hr_verdict *verdict, hr_err *err);

#endif
