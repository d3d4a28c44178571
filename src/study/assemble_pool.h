/* assemble_pool: the parts of a configuration that assemble.c puts together. */
#ifndef HR_STUDY_ASSEMBLE_POOL_H
#define HR_STUDY_ASSEMBLE_POOL_H

#include "model/role.h"
#include "study/assemble.h"

/* The rows that describe a pool. */
typedef struct hr_pool_keys {
    hr_role_id role;
    bool is_first;       /* of the deployment */
    const char *section; /* "pool", "deployment.edge": for messages */
    hr_key servers, server, ceilings;
    hr_key balancer, when_full; /* of other pools than the first */
} hr_pool_keys;

/* Index of a resource in the configuration; -1 when it has none of that name. */
int hr_assemble_resource(const hr_configuration *configuration, hr_resource_id resource);
/* Resources, limits and criteria, in the order that configuration.h and outcome.h need: per level
 * "any named resource" first, then single resources (left out where "any" is the only one), the
 * capacity curve last, which only the first pool has. */
HR_MUST_CHECK hr_status hr_assemble_ceilings(const hr_params *params, const hr_pool_keys *keys,
                                             hr_arena *arena, hr_configuration *configuration,
                                             hr_err *err);
/* Level whose ceilings the target looks at. */
int hr_assemble_target_level(const hr_params *params, const hr_configuration *configuration);
/* Classes, sources and background of the general form. */
HR_MUST_CHECK hr_status hr_assemble_general(const hr_params *params, hr_arena *arena,
                                            hr_configuration *configuration, hr_err *err);

#endif
