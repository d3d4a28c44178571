/* sites: further Front End pools of a deployment, each with users of its own.
 *
 * A site's pool is assembled as the first pool is, from the same keys with the values that
 * deployment.sites[] gives in their place. It draws from streams of its own, which depend on its
 * name, and shares nothing with the first pool but what the study says of both: a day's busyness,
 * the worlds, the rule. The published model has three sites, one pool each; a participant of
 * another site is a participant of the organiser's pool.
 */
#ifndef HR_STUDY_SITES_H
#define HR_STUDY_SITES_H

#include "study/assemble_pool.h"

enum { HR_MAX_SITES = 16 };

/* The rows of site `i` of the list, whose name is read from `params`.
 * Errors  HR_ERR_DATA: a site without name, users or servers, or with a name that is no word or
 * that of a role. */
HR_MUST_CHECK hr_status hr_site_keys(const hr_params *params, size_t i, hr_pool_keys *keys,
                                     hr_err *err);
/* The values of the study as they are at site `i`: memory from `arena`. */
HR_MUST_CHECK hr_status hr_site_params(const hr_params *params, size_t i, hr_arena *arena,
                                       hr_params *of_site, hr_err *err);
/* The row of a site that stands for one of the first pool's; `key` itself when none does. */
hr_key hr_site_key(hr_key key);
/* Users of all sites but the first. */
double hr_sites_users(const hr_params *params);
/* Assemble the pool of `keys`; without servers it is empty, but has its shape. The rest as
 * hr_assemble. Errors  HR_ERR_DATA also when configurations disagree about which sites there are.
 */
HR_MUST_CHECK hr_status hr_site_assemble(const hr_params *params, const hr_pool_keys *keys,
                                         hr_arena *arena, hr_configuration *configuration,
                                         hr_err *err);

#endif
