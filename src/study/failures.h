/* failures: what of a study's first pool fails.
 */
#ifndef HR_STUDY_FAILURES_H
#define HR_STUDY_FAILURES_H

#include "base/mem.h"
#include "model/configuration.h"
#include "study/params.h"

/* configuration->failures; NULL when the study has none. Servers are known.
 * Errors  HR_ERR_DATA: more servers than there are, or a quorum that is not published. */
HR_MUST_CHECK hr_status hr_failures_assemble(const hr_params *params, hr_arena *arena,
                                             hr_configuration *configuration, hr_err *err);
/* Does the study say that a paired pool is lost? Then a Front End has the partner's meetings from
 * hr_failures_take_over on, s of study time. */
bool hr_failures_has_partner(const hr_params *params);
double hr_failures_take_over(const hr_params *params);

#endif
