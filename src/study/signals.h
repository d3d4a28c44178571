/* signals: what of overload's consequences a study follows.
 */
#ifndef HR_STUDY_SIGNALS_H
#define HR_STUDY_SIGNALS_H

#include "model/configuration.h"
#include "study/params.h"

/* Say whether what overload is made of is followed (hr_anatomy), and fill the marks of the backlog,
 * which is followed if an outcome that is asked for needs it: in `observe.outcomes`, as the target
 * or in a claim. Where the lengths of episodes are asked for, the warm-up is as long as the longest
 * of them at least.
 * Errors  HR_ERR_DATA: a server would never be throttled for a while; a warm-up that the study
 * gives is too short. */
HR_MUST_CHECK hr_status hr_signals_assemble(const hr_params *params,
                                            hr_configuration *configuration, hr_err *err);

#endif
