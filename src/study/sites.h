/* sites: further Front End pools of a deployment, each with users of its own.
 *
 * A site's pool is assembled as the first pool is, from the same keys with the values that
 * deployment.sites[] gives in their place. It draws from streams of its own, which depend on its
 * name, and shares nothing with the first pool but what the study says of both: a day's busyness,
 * the worlds, the rule. The published model has three sites, one pool each; a participant of
 * another site is a participant of the organiser's pool.
 *
 * A site may have pools of other roles for its own users and meetings (deployment.sites[].<role>),
 * assembled as those beside the first pool are, or have a part in those of another site. Where it
 * has neither, roles that serve all users of the deployment serve the site's too, and what else
 * would follow from it is not followed: calls leave its Front Ends as they leave the first ones.
 */
#ifndef HR_STUDY_SITES_H
#define HR_STUDY_SITES_H

#include "study/assemble_pool.h"
#include "study/bind.h"

/* Where a site's users and participants have what a role is for them; else the number of a site. */
enum { HR_AT_FIRST = HR_MAX_SITES, HR_NOWHERE };

/* The rows of site `i` of the list, whose name is read from `params`.
 * Errors  HR_ERR_DATA: a site without name, users or servers, or with a name that is no word or
 * that of a role. */
HR_MUST_CHECK hr_status hr_site_keys(const hr_params *params, size_t i, hr_pool_keys *keys,
                                     hr_err *err);
/* The rows of a role's pool there, `role` being its rows beside the first pool; text from `arena`.
 */
HR_MUST_CHECK hr_status hr_site_role_keys(const hr_pool_keys *site, const hr_pool_keys *role,
                                          hr_arena *arena, hr_pool_keys *keys, hr_err *err);
/* The values of the study as they are at site `i`: memory from `arena`. */
HR_MUST_CHECK hr_status hr_site_params(const hr_params *params, size_t i, hr_arena *arena,
                                       hr_params *of_site, hr_err *err);
/* The row of a site that stands for one of the first pool's; `key` itself when none does. */
hr_key hr_site_key(hr_key key);
/* Where the value at a place is written: of values of a site (hr_site_params) in the list, if the
 * site says it; then `index` is that of the returned key. */
hr_key hr_site_place(const hr_params *params, hr_key key, size_t index[HR_PLACE_INDICES]);
/* The place that a site names: `first` or another site; HR_NOWHERE when there is no such. */
size_t hr_site_named(const hr_params *params, const char *name);
/* Whose pool of a role serves site `i`, which is there: its own, the one that it names
 * (deployment.sites[].<role>.of), or the first one's where that serves all. HR_NOWHERE also when
 * there is no such pool. */
size_t hr_site_served_at(const hr_params *params, size_t i, const hr_pool_keys *role);
/* Users of all sites that the role's pool at `at` (HR_AT_FIRST, a site) serves, but that site's
 * own; `role` NULL: of all but the first. */
double hr_sites_users(const hr_params *params, const hr_pool_keys *role, size_t at);
/* Servers of a role in the whole deployment. */
double hr_sites_servers(const hr_params *params, const hr_pool_keys *role);
/* Assemble the pool of `keys`; without servers it is empty, but has its shape. The rest as
 * hr_assemble. Errors  HR_ERR_DATA also when configurations disagree about which sites there are.
 */
HR_MUST_CHECK hr_status hr_site_assemble(const hr_params *params, const hr_pool_keys *keys,
                                         hr_arena *arena, hr_configuration *configuration,
                                         hr_err *err);
/* Assemble a role's pool at a site, whose own pool, of->first, is that of the same configuration,
 * assembled; without servers of either it is empty, but has its shape. The rest as
 * hr_deployment_assemble. */
HR_MUST_CHECK hr_status hr_site_assemble_role(const hr_params *params, const hr_pool_keys *keys,
                                              const hr_feeders *of, hr_arena *arena,
                                              hr_configuration *configuration, hr_err *err);

#endif
