/* assemble_pool: the parts of a configuration that assemble.c puts together. */
#ifndef HR_STUDY_ASSEMBLE_POOL_H
#define HR_STUDY_ASSEMBLE_POOL_H

#include "study/assemble.h"

/* Index of a resource in the configuration; -1 when it has none of that name. */
int hr_assemble_resource(const hr_configuration *configuration, hr_resource_id resource);
/* Resources, limits and criteria, in the order that configuration.h and outcome.h need: per level
 * "any named resource" first, then single resources (left out where "any" is the only one), the
 * capacity curve last. */
HR_MUST_CHECK hr_status hr_assemble_ceilings(const hr_params *params, hr_arena *arena,
                                             hr_configuration *configuration, hr_err *err);
/* Level whose ceilings the target looks at. */
int hr_assemble_target_level(const hr_params *params, const hr_configuration *configuration);
/* Classes, sources and background of the general form. */
HR_MUST_CHECK hr_status hr_assemble_general(const hr_params *params, hr_arena *arena,
                                            hr_configuration *configuration, hr_err *err);

#endif
