/* target: which cells of the tally the headline and the claims are about. */
#ifndef HR_STUDY_TARGET_H
#define HR_STUDY_TARGET_H

#include "base/error.h"
#include "model/configuration.h"
#include "model/outcome.h"
#include "study/params.h"
#include "study/study.h"

/* Lay out the outcomes that the study asks for (observe.outcomes, target, claims). */
HR_MUST_CHECK hr_status hr_target_layout(const hr_params *params, const hr_configuration *example,
                                         unsigned n_servers_max, hr_layout *layout, hr_arena *arena,
                                         hr_err *err);
/* Fill target, precision and claims of `study`, whose layout is known. */
HR_MUST_CHECK hr_status hr_target_read(hr_study *study, const hr_params *params,
                                       const hr_configuration *example, hr_err *err);

#endif
