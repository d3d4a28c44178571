/* study_tree: what a study keeps to resolve configurations; private to src/study. */
#ifndef HR_STUDY_STUDY_TREE_H
#define HR_STUDY_STUDY_TREE_H

#include "study/assemble_pool.h"
#include "study/bind.h"
#include "study/design.h"
#include "study/tree.h"

struct hr_study_tree {
    hr_node *root; /* merged */
    hr_shape shape;
    hr_params base; /* without choose, unknown, daily */
    hr_design design;
    const hr_pool_keys *keys[HR_MAX_POOLS]; /* [n_pools] the rows of each pool */
    hr_configuration *example; /* [n_pools] of configuration 0: the shape that all must have */
};

/* Values of configuration `index` on day `replication`. Local; thread-safe. */
HR_MUST_CHECK hr_status hr_study_params(const hr_study *study, uint64_t index, uint64_t replication,
                                        hr_params *params, hr_arena *arena, hr_err *err);

/* Pool number `pool` of configuration `index`, of which nothing is filled in yet. */
hr_configuration hr_study_blank(const hr_study *study, unsigned pool, uint64_t index);

/* The first pool of configuration `index` on day `replication` without its prepared part. Local;
 * thread-safe. */
HR_MUST_CHECK hr_status hr_study_assemble(const hr_study *study, uint64_t index,
                                          uint64_t replication, hr_arena *arena,
                                          hr_configuration *configuration, hr_err *err);

#endif
