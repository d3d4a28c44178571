/* pools: which pools the configurations of a study have; private to src/study.
 */
#ifndef HR_STUDY_POOLS_H
#define HR_STUDY_POOLS_H

#include "study/study.h"
#include "study/study_tree.h"

/* The first pool and those that have servers in any configuration: their rows into tree->keys,
 * names, roles, feeders and largest sizes into pools[HR_MAX_POOLS]: the pool for large meetings,
 * other roles in order of model/role.def, sites as listed, each with its other roles behind it.
 * Errors  HR_ERR_DATA when others stand beside `meetings.classes`, from which nothing follows for
 * them; a site without name, users or servers; more than HR_MAX_POOLS. */
HR_MUST_CHECK hr_status hr_pools_find(struct hr_study_tree *tree, hr_arena *arena,
                                      hr_pool_of_study *pools, unsigned *n_pools, hr_err *err);
/* All pools but the first of the configuration with these values, whose first pool is `first`, or
 * one of them: into others[n_pools - 1], or configuration. Each as the header of its kind says. */
HR_MUST_CHECK hr_status hr_pools_resolve(const hr_study *study, const hr_params *params,
                                         const hr_configuration *first, hr_arena *arena,
                                         hr_configuration *others, hr_err *err);
HR_MUST_CHECK hr_status hr_pools_resolve_one(const hr_study *study, const hr_params *params,
                                             unsigned pool, const hr_configuration *first,
                                             hr_arena *arena, hr_configuration *configuration,
                                             hr_err *err);

#endif
