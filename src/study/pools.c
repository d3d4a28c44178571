#include "study/pools.h"

#include <math.h>

#include "study/deployment.h"
#include "study/large_meetings.h"
#include "study/sites.h"

/* Unknown numbers of servers: the pool that all but 2^-33 of the worlds are within. */
#define TAIL 0x1p-33

/* Largest number of servers over all configurations: the last choice that sets it decides. */
static unsigned most_servers(const struct hr_study_tree *tree, const hr_pool_keys *keys)
{
    const hr_design *design = &tree->design;
    const hr_key key = keys->servers;
    const size_t site = keys->site;
    double most = 0.0;
    for (size_t i = 0; i < design->n_unknowns; i++) {
        const hr_drawn *drawn = &design->unknowns[i];
        if (drawn->knob.key == key && drawn->knob.index[0] == site && !drawn->knob.is_daily)
            return (unsigned)(hr_law_is_constant(&drawn->law)
                                  ? hr_law_mean(&drawn->law)
                                  : hr_law_quantile(&drawn->law, 1.0 - TAIL));
    }
    for (size_t a = design->n_axes; a-- > 0;) {
        size_t n_setting = 0;
        for (size_t l = 0; l < design->choices[a].n_levels; l++) {
            const hr_binding *at = design->choices[a].levels[l].bindings.first;
            while (at != NULL && (at->key != key || at->index[0] != site))
                at = at->next;
            n_setting += at != NULL;
            if (at != NULL)
                most = fmax(most, at->bound->value.number);
        }
        if (n_setting == design->choices[a].n_levels)
            return (unsigned)most;
    }
    return (unsigned)fmax(most, hr_params_at(&tree->base, key, site, 0)->number);
}

/* One more pool of the study, if any configuration has servers for it. */
static hr_status add_pool(struct hr_study_tree *tree, const hr_pool_keys *keys, unsigned *n_pools,
                          hr_err *err)
{
    if (keys->kind != HR_POOL_FIRST && most_servers(tree, keys) == 0)
        return HR_OK;
    if (keys->kind != HR_POOL_FIRST && hr_params_count(&tree->base, HR_KEY_classes, 0) > 0)
        return hr_params_fail(&tree->base, keys->servers, keys->site, 0, err,
                              "other pools than the first follow from population and meetings, "
                              "which meetings.classes replaces; remove one of the two");
    if (*n_pools == HR_MAX_POOLS)
        return hr_params_fail(&tree->base, keys->servers, keys->site, 0, err,
                              "at most %d pools in one deployment", HR_MAX_POOLS);
    tree->keys[(*n_pools)++] = keys;
    return HR_OK;
}

/* A site, and its pools of other roles right after it. */
static hr_status add_site(struct hr_study_tree *tree, size_t i, hr_arena *arena,
                          hr_pool_of_study *pools, unsigned *n_pools, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned place = *n_pools;
    const hr_pool_keys *role = NULL;
    hr_pool_keys *site = NULL;
    HR_TAKE(site, arena, 1);
    HR_TRY(hr_site_keys(&tree->base, i, site, err));
    HR_TRY(add_pool(tree, site, n_pools, err));
    for (unsigned k = 0; *n_pools > place && (role = hr_deployment_pool(k)) != NULL; k++) {
        hr_pool_keys *keys = NULL;
        HR_TAKE(keys, arena, 1);
        HR_TRY(hr_site_role_keys(site, role, arena, keys, err));
        HR_TRY(add_pool(tree, keys, n_pools, err));
        if (tree->keys[*n_pools - 1] == keys)
            pools[*n_pools - 1].feeder = place;
    }
out:
    return st;
}

static hr_status add_sites(struct hr_study_tree *tree, hr_arena *arena, hr_pool_of_study *pools,
                           unsigned *n_pools, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t n = hr_params_count(&tree->base, HR_KEY_sites, 0);
    if (n > HR_MAX_SITES)
        return hr_params_fail(&tree->base, HR_KEY_site_name, HR_MAX_SITES, 0, err,
                              "at most %d sites beside the first", HR_MAX_SITES);
    for (size_t i = 0; i < n; i++)
        HR_TRY(add_site(tree, i, arena, pools, n_pools, err));
out:
    return st;
}

hr_status hr_pools_find(struct hr_study_tree *tree, hr_arena *arena, hr_pool_of_study *pools,
                        unsigned *n_pools, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_pool_keys *keys = NULL;
    hr_pool_keys *first = NULL;
    HR_TAKE(first, arena, 1);
    *first = hr_deployment_first(&tree->base);
    HR_TRY(add_pool(tree, first, n_pools, err));
    HR_TRY(add_pool(tree, &hr_large_meetings_keys, n_pools, err));
    for (unsigned i = 0; (keys = hr_deployment_pool(i)) != NULL; i++)
        HR_TRY(add_pool(tree, keys, n_pools, err));
    HR_TRY(add_sites(tree, arena, pools, n_pools, err));
    for (unsigned p = 0; p < *n_pools; p++) {
        pools[p].name = tree->keys[p]->name;
        pools[p].role = tree->keys[p]->role;
        pools[pools[p].feeder].feeds |= p > 0;
        pools[p].is_site = tree->keys[p]->kind == HR_POOL_SITE;
        pools[p].n_servers_max = most_servers(tree, tree->keys[p]);
    }
out:
    return st;
}

hr_status hr_pools_assemble(const hr_params *params, const hr_pool_keys *keys,
                            const hr_configuration *of, hr_arena *arena,
                            hr_configuration *configuration, hr_err *err)
{
    if (keys->kind == HR_POOL_LARGE)
        return hr_large_meetings_assemble(params, of, arena, configuration, err);
    if (keys->kind == HR_POOL_SITE)
        return hr_site_assemble(params, keys, arena, configuration, err);
    if (keys->kind == HR_POOL_SITE_ROLE)
        return hr_site_assemble_role(params, keys, of, arena, configuration, err);
    return hr_deployment_assemble(params, keys, of, arena, configuration, err);
}
