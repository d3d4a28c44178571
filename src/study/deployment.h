/* deployment: the pools of a study, the first and those of other roles, and what the others carry.
 *
 * Meetings are placed in the first pool, and in those of further sites (sites.h). Another role's
 * pool carries legs of the first pool's participants (hr_feed), calls and users; its servers,
 * ceilings and balancer stand under deployment.<role>. At a site the site's pool is what the first
 * pool is here.
 */
#ifndef HR_STUDY_DEPLOYMENT_H
#define HR_STUDY_DEPLOYMENT_H

#include "study/assemble_pool.h"

/* The first pool's rows; its role is the study's. */
hr_pool_keys hr_deployment_first(const hr_params *params);
/* Row i of the pools of other roles, in order of model/role.def; NULL past the last. */
const hr_pool_keys *hr_deployment_pool(unsigned i);
/* Does the study give the role's calls and legs a pool of its own? */
bool hr_deployment_has(const hr_params *params, hr_role_id role);

/* The row of one role; NULL of those that are never beside a first pool. */
const hr_pool_keys *hr_deployment_keys(hr_role_id role);
/* Does a pool of the role serve the users of sites that have none and name none? */
bool hr_deployment_serves_all(hr_role_id role);

/* Assemble the pool of `keys`; without servers it is empty, but has its shape. `of` is the first
 * pool of the same configuration, and sites with a part in it. The rest as hr_assemble.
 * Errors  HR_ERR_DATA: no ceilings, a ceiling on what the role does not load. */
HR_MUST_CHECK hr_status hr_deployment_assemble(const hr_params *params, const hr_pool_keys *keys,
                                               const hr_feeders *of, hr_arena *arena,
                                               hr_configuration *configuration, hr_err *err);

#endif
