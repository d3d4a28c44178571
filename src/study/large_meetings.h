/* large_meetings: the pool that a deployment may have for large meetings alone.
 *
 * It takes those of the first pool's meetings that have at least deployment.large_meetings.from
 * participants: the same meetings as without it, placed by the same rule on servers that carry
 * nothing else [S:large][S:lmsetup].
 */
#ifndef HR_STUDY_LARGE_MEETINGS_H
#define HR_STUDY_LARGE_MEETINGS_H

#include "study/assemble_pool.h"

extern const hr_pool_keys hr_large_meetings_keys;

/* Assemble the pool; without servers it is empty, but has its shape. `first` is the first pool of
 * the same configuration, assembled. The rest as hr_assemble.
 * Errors  HR_ERR_DATA: no ceilings, a ceiling on what its meetings do not load, a rule that
 * compares what has none. */
HR_MUST_CHECK hr_status hr_large_meetings_assemble(const hr_params *params,
                                                   const hr_configuration *first, hr_arena *arena,
                                                   hr_configuration *configuration, hr_err *err);

#endif
