/* target: which cells of the tally the headline and the claims are about. */
#ifndef HR_STUDY_TARGET_H
#define HR_STUDY_TARGET_H

#include "base/error.h"
#include "model/configuration.h"
#include "model/outcome.h"
#include "study/params.h"
#include "study/study.h"

/* Lay out the outcomes that the study asks for (observe.outcomes, target, claims) of pool number
 * `pool` from cell `begin` on. What is asked for by name must be measurable in the pool that it is
 * asked of, the first unless it says another; the others have it where they can. */
HR_MUST_CHECK hr_status hr_target_layout(hr_study *study, const hr_params *params, unsigned pool,
                                         const hr_configuration *example, uint32_t begin,
                                         hr_layout *layout, hr_err *err);
/* Fill target, precision and claims of `study`, whose pools are known; example[n_pools]. */
HR_MUST_CHECK hr_status hr_target_read(hr_study *study, const hr_params *params,
                                       const hr_configuration *example, hr_err *err);

#endif
