#include "study/pools.h"

#include <math.h>

#include "study/deployment.h"

/* Unknown numbers of servers: the pool that all but 2^-33 of the worlds are within. */
#define TAIL 0x1p-33

/* Largest number of servers over all configurations: the last choice that sets it decides. */
static unsigned most_servers(const struct hr_study_tree *tree, hr_key key)
{
    const hr_design *design = &tree->design;
    double most = 0.0;
    for (size_t i = 0; i < design->n_unknowns; i++) {
        const hr_drawn *drawn = &design->unknowns[i];
        if (drawn->knob.key == key && !drawn->knob.is_daily)
            return (unsigned)(hr_law_is_constant(&drawn->law)
                                  ? hr_law_mean(&drawn->law)
                                  : hr_law_quantile(&drawn->law, 1.0 - TAIL));
    }
    for (size_t a = design->n_axes; a-- > 0;) {
        size_t n_setting = 0;
        for (size_t l = 0; l < design->choices[a].n_levels; l++) {
            const hr_binding *at = design->choices[a].levels[l].bindings.first;
            for (; at != NULL && at->key != key; at = at->next)
                continue;
            n_setting += at != NULL;
            if (at != NULL)
                most = fmax(most, at->bound->value.number);
        }
        if (n_setting == design->choices[a].n_levels)
            return (unsigned)most;
    }
    return (unsigned)fmax(most, hr_params_get(&tree->base, key)->number);
}

/* The first pool and those that have servers in any configuration. */
hr_status hr_pools_find(struct hr_study_tree *tree, hr_arena *arena, hr_pool_of_study *pools,
                        unsigned *n_pools, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_pool_keys *keys = NULL;
    hr_pool_keys *first = NULL;
    HR_TAKE(first, arena, 1);
    *first = hr_deployment_first(&tree->base);
    const bool is_general = hr_params_count(&tree->base, HR_KEY_classes, 0) > 0;
    tree->keys[(*n_pools)++] = first;
    for (unsigned i = 0; (keys = hr_deployment_pool(i)) != NULL; i++) {
        if (most_servers(tree, keys->servers) == 0)
            continue;
        if (is_general)
            return hr_params_fail(&tree->base, keys->servers, 0, 0, err,
                                  "pools of other roles follow from population and meetings, which "
                                  "meetings.classes replaces; remove one of the two");
        tree->keys[(*n_pools)++] = keys;
    }
    for (unsigned p = 0; p < *n_pools; p++) {
        pools[p].name = hr_roles[tree->keys[p]->role].name;
        pools[p].n_servers_max = most_servers(tree, tree->keys[p]->servers);
    }
out:
    return st;
}
