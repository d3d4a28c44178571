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

/* Does any configuration say this of the site? */
static bool is_said(const struct hr_study_tree *tree, hr_key key, size_t site)
{
    const hr_design *design = &tree->design;
    bool is = hr_params_at(&tree->base, key, site, 0)->is_set;
    for (size_t a = 0; a < design->n_axes; a++) {
        for (size_t l = 0; l < design->choices[a].n_levels; l++) {
            const hr_binding *at = design->choices[a].levels[l].bindings.first;
            while (at != NULL && (at->key != key || at->index[0] != site))
                at = at->next;
            is = is || at != NULL;
        }
    }
    return is;
}

/* May the site's participants have legs in a pool of another one? */
static bool may_be_guest(const struct hr_study_tree *tree, size_t site)
{
    const hr_pool_keys *role = NULL;
    bool may = false;
    for (unsigned k = 0; (role = hr_deployment_pool(k)) != NULL; k++)
        may = may || is_said(tree, role->of, site);
    return may;
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

/* Does the study have the pool that a site says it has a part in? */
static hr_status check_part(const struct hr_study_tree *tree, unsigned n_pools, size_t site,
                            const hr_pool_keys *role, hr_err *err)
{
    const hr_value *of = hr_params_at(&tree->base, role->of, site, 0);
    const size_t named = of->is_set ? hr_site_named(&tree->base, of->text) : HR_NOWHERE;
    bool has = named == HR_NOWHERE || named == site; /* which is said of every configuration */
    for (unsigned p = 1; !has && p < n_pools; p++) {
        const hr_pool_keys *keys = tree->keys[p];
        const size_t at = keys->kind == HR_POOL_ROLE ? HR_AT_FIRST : keys->site;
        has = keys->role == role->role &&
              (keys->kind == HR_POOL_ROLE || keys->kind == HR_POOL_SITE_ROLE) && named == at;
    }
    return has ? HR_OK
               : hr_params_fail(&tree->base, role->of, site, 0, err,
                                "no configuration has such a pool: give it servers there, or "
                                "write the place that has some");
}

static hr_status check_parts(const struct hr_study_tree *tree, unsigned n_pools, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_pool_keys *role = NULL;
    for (size_t i = 0; i < hr_params_count(&tree->base, HR_KEY_sites, 0); i++) {
        for (unsigned k = 0; (role = hr_deployment_pool(k)) != NULL; k++)
            HR_TRY(check_part(tree, n_pools, i, role, err));
    }
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
    HR_TRY(check_parts(tree, *n_pools, err));
    for (unsigned p = 0; p < *n_pools; p++) {
        pools[p].name = tree->keys[p]->name;
        pools[p].role = tree->keys[p]->role;
        pools[pools[p].feeder].feeds |= p > 0;
        pools[p].is_site = tree->keys[p]->kind == HR_POOL_SITE;
        pools[p].feeds |= pools[p].is_site && may_be_guest(tree, tree->keys[p]->site);
        pools[p].n_servers_max = most_servers(tree, tree->keys[p]);
    }
out:
    return st;
}

/* Sites that have a part in the pool, with these values. */
static void find_guests(const hr_study *study, const hr_params *params, unsigned pool,
                        hr_feeders *of)
{
    const hr_pool_keys *keys = study->tree->keys[pool];
    const bool is_at_first = keys->kind == HR_POOL_ROLE;
    of->n_guests = 0;
    if (!is_at_first && keys->kind != HR_POOL_SITE_ROLE)
        return;
    const hr_pool_keys *role = hr_deployment_keys(keys->role);
    const size_t at = is_at_first ? HR_AT_FIRST : keys->site;
    for (unsigned p = 1; p < study->n_pools; p++) {
        const hr_pool_keys *site = study->tree->keys[p];
        const bool is_part = site->kind == HR_POOL_SITE && site->site != at &&
                             hr_params_at(params, HR_KEY_site_servers, site->site, 0)->number > 0.0;
        if (is_part && hr_site_served_at(params, site->site, role) == at)
            of->pool[of->n_guests++] = p;
    }
}

static hr_status assemble(const hr_params *params, const hr_pool_keys *keys, const hr_feeders *of,
                          hr_arena *arena, hr_configuration *configuration, hr_err *err)
{
    if (keys->kind == HR_POOL_LARGE)
        return hr_large_meetings_assemble(params, of->first, arena, configuration, err);
    if (keys->kind == HR_POOL_SITE)
        return hr_site_assemble(params, keys, arena, configuration, err);
    if (keys->kind == HR_POOL_SITE_ROLE)
        return hr_site_assemble_role(params, keys, of, arena, configuration, err);
    return hr_deployment_assemble(params, keys, of, arena, configuration, err);
}

/* Pool number `pool` of the configuration whose first pool is `first`, and whose sites are among
 * `others` [n_pools - 1] already. */
static hr_status resolve_other(const hr_study *study, const hr_params *params, unsigned pool,
                               const hr_configuration *first, const hr_configuration *others,
                               hr_arena *arena, hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned feeder = study->pools[pool].feeder;
    hr_feeders of = {.first = feeder == 0 ? first : &others[feeder - 1]};
    find_guests(study, params, pool, &of);
    for (unsigned i = 0; i < of.n_guests; i++)
        of.guests[i] = &others[of.pool[i] - 1];
    *configuration = hr_study_blank(study, pool, first->index);
    HR_TRY(assemble(params, study->tree->keys[pool], &of, arena, configuration, err));
    HR_TRY(hr_configuration_prepare(configuration, arena, err));
out:
    return st;
}

/* All sites, or all pools but these and the first. */
static hr_status resolve_kind(const hr_study *study, const hr_params *params, bool sites,
                              const hr_configuration *first, hr_arena *arena,
                              hr_configuration *others, hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned p = 1; p < study->n_pools; p++) {
        if (study->pools[p].is_site == sites)
            HR_TRY(resolve_other(study, params, p, first, others, arena, &others[p - 1], err));
    }
out:
    return st;
}

hr_status hr_pools_resolve(const hr_study *study, const hr_params *params,
                           const hr_configuration *first, hr_arena *arena, hr_configuration *others,
                           hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(resolve_kind(study, params, true, first, arena, others, err));
    HR_TRY(resolve_kind(study, params, false, first, arena, others, err));
out:
    return st;
}

hr_status hr_pools_resolve_one(const hr_study *study, const hr_params *params, unsigned pool,
                               const hr_configuration *first, hr_arena *arena,
                               hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_configuration *others = NULL;
    HR_TAKE(others, arena, study->n_pools);
    HR_TRY(resolve_kind(study, params, true, first, arena, others, err));
    HR_TRY(resolve_other(study, params, pool, first, others, arena, configuration, err));
out:
    return st;
}
