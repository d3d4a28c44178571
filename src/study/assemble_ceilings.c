/* Resources, limits and criteria of a pool. */
#include <string.h>

#include "study/assemble_pool.h"
#include "study/bind.h"

typedef struct hr_ceilings {
    const hr_params *params;
    const hr_pool_keys *keys;
    hr_arena *arena;
    hr_configuration *configuration;
    hr_limit *limits;
    hr_criterion *criteria;
    bool named[HR_MAX_RESOURCES]; /* by the target */
} hr_ceilings;

int hr_assemble_resource(const hr_configuration *configuration, hr_resource_id resource)
{
    for (unsigned r = 0; r < configuration->n_resources; r++) {
        if (configuration->resource[r] == resource)
            return (int)r;
    }
    return -1;
}

static bool has_ceiling(const hr_ceilings *c, size_t resource)
{
    for (size_t level = 0; level < HR_N_LEVELS; level++) {
        if (hr_params_at(c->params, c->keys->ceilings, resource, level)->is_set)
            return true;
    }
    return false;
}

/* For messages about all ceilings together: the first of them, or the pool's section. */
static hr_mark mark_of_pool(const hr_ceilings *c)
{
    static const size_t first[HR_PLACE_INDICES] = {0};
    return hr_params_mark(c->params, c->keys->ceilings, first);
}

static hr_status find_resources(const hr_ceilings *c, hr_err *err)
{
    hr_configuration *configuration = c->configuration;
    for (size_t r = 0; r < HR_N_RESOURCES; r++) {
        if (!has_ceiling(c, r) && !hr_params_at(c->params, c->keys->server, r, 0)->is_set)
            continue;
        if (configuration->n_resources == HR_MAX_RESOURCES)
            return hr_mark_fail(mark_of_pool(c), err, "%s: at most %d resources at once",
                                c->keys->name, HR_MAX_RESOURCES);
        configuration->resource[configuration->n_resources++] = (hr_resource_id)r;
    }
    if (configuration->n_resources == 0)
        return hr_mark_fail(mark_of_pool(c), err,
                            "%s: no resource has a capacity or a ceiling, so nothing can be "
                            "overloaded; give at least one, e.g. %s.ceilings.load.full: 150",
                            c->keys->section, c->keys->section);
    return HR_OK;
}

/* Entry for server `j` of a list with one value, or one per server. */
static hr_status entry(const hr_ceilings *c, hr_key key, size_t resource, size_t level, unsigned j,
                       double *number, hr_err *err)
{
    const hr_value *value = hr_params_at(c->params, key, resource, level);
    const unsigned n = c->configuration->n_servers;
    if (value->n != 1 && value->n != n)
        return hr_params_fail(c->params, key, resource, level, err,
                              "has %zu values; give one, or one for each of the %u servers",
                              value->n, n);
    *number = value->list[value->n == 1 ? 0 : j];
    return HR_OK;
}

static hr_status capacity(const hr_ceilings *c, size_t resource, size_t level, unsigned j,
                          double *number, hr_err *err)
{
    const hr_value *value = hr_params_at(c->params, c->keys->server, resource, 0);
    if (!value->is_set)
        return hr_params_fail(c->params, c->keys->ceilings, resource, level, err,
                              "a percentage needs the capacity %s.server.%s", c->keys->section,
                              hr_resources[resource].name);
    if (value->form != HR_FORM_PLAIN)
        return hr_params_fail(c->params, c->keys->server, resource, 0, err,
                              "a capacity is a quantity, not a percentage");
    return entry(c, c->keys->server, resource, 0, j, number, err);
}

static hr_status ceiling(const hr_ceilings *c, size_t resource, size_t level, unsigned j,
                         double *number, hr_err *err)
{
    hr_status st = HR_OK;
    double share = 1.0;
    const hr_value *value = hr_params_at(c->params, c->keys->ceilings, resource, level);
    if (value->is_set && value->form == HR_FORM_AT_USERS)
        return hr_params_fail(c->params, c->keys->ceilings, resource, level, err,
                              "a ceiling does not depend on users");
    if (value->is_set && value->form == HR_FORM_PLAIN)
        return entry(c, c->keys->ceilings, resource, level, j, number, err);
    if (value->is_set)
        HR_TRY(entry(c, c->keys->ceilings, resource, level, j, &share, err));
    HR_TRY(capacity(c, resource, level, j, number, err));
    *number *= share;
out:
    return st;
}

static hr_status too_many(const hr_ceilings *c, const char *what, hr_err *err)
{
    static const size_t first[HR_PLACE_INDICES] = {0};
    const bool has_factors = hr_params_get(c->params, HR_KEY_observe_capacity)->is_set;
    const hr_mark mark =
        has_factors ? hr_params_mark(c->params, HR_KEY_observe_capacity, first) : mark_of_pool(c);
    return hr_mark_fail(mark, err,
                        "too many %s at once: fewer resources, levels or observe.capacity factors",
                        what);
}

static hr_status add_limit(hr_ceilings *c, unsigned resource, int level, double *values,
                           unsigned factor, hr_err *err)
{
    hr_configuration *configuration = c->configuration;
    if (configuration->n_limits == HR_MAX_LIMITS)
        return too_many(c, "ceilings", err);
    c->limits[configuration->n_limits++] =
        (hr_limit){.resource = resource, .level = level, .factor = factor, .ceiling = values};
    return HR_OK;
}

static hr_status add_criterion(hr_ceilings *c, hr_criterion criterion, hr_err *err)
{
    hr_configuration *configuration = c->configuration;
    if (configuration->n_criteria == HR_MAX_CRITERIA)
        return too_many(c, "overload definitions", err);
    c->criteria[configuration->n_criteria++] = criterion;
    return HR_OK;
}

/* One limit per resource that has a ceiling at this level. */
static hr_status add_level_limits(hr_ceilings *c, int level, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n = c->configuration->n_servers;
    for (unsigned r = 0; r < c->configuration->n_resources; r++) {
        const size_t id = c->configuration->resource[r];
        const bool by_default = level == HR_LEVEL_FULL && !has_ceiling(c, id);
        const hr_value *value = hr_params_at(c->params, c->keys->ceilings, id, (size_t)level);
        double *values = NULL;
        if (!value->is_set && !by_default)
            continue;
        HR_TAKE(values, c->arena, n);
        for (unsigned j = 0; j < n; j++)
            HR_TRY(ceiling(c, id, (size_t)level, j, &values[j], err));
        HR_TRY(add_limit(c, r, level, values, 0, err));
    }
out:
    return st;
}

/* "Any named resource" and then each resource, over the limits [first, n_limits). */
static hr_status add_level_criteria(hr_ceilings *c, int level, unsigned first, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n = c->configuration->n_limits;
    hr_criterion any = {.level = level, .resource = -1};
    for (unsigned l = first; l < n; l++) {
        if (c->named[c->limits[l].resource])
            any.limits |= (uint64_t)1 << l;
    }
    if (any.limits != 0)
        HR_TRY(add_criterion(c, any, err));
    if (n == first + 1 && any.limits != 0)
        return HR_OK;
    for (unsigned l = first; l < n; l++)
        HR_TRY(add_criterion(c,
                             (hr_criterion){.limits = (uint64_t)1 << l,
                                            .level = level,
                                            .resource = (int)c->limits[l].resource},
                             err));
out:
    return st;
}

int hr_assemble_target_level(const hr_params *params, const hr_configuration *configuration)
{
    const hr_value *level = hr_params_get(params, HR_KEY_target_level);
    static const int order[] = {HR_LEVEL_FULL, HR_LEVEL_LIMIT, HR_LEVEL_TARGET};
    if (level->is_set)
        return level->choice;
    for (size_t i = 0; i < HR_N_LEVELS; i++) {
        for (unsigned k = 0; k < configuration->n_criteria; k++) {
            if (configuration->criteria[k].level == order[i] &&
                configuration->criteria[k].resource < 0)
                return order[i];
        }
    }
    return HR_LEVEL_FULL;
}

/* Is the target about this pool? */
static bool is_target(const hr_ceilings *c)
{
    const hr_value *name = hr_params_get(c->params, HR_KEY_target_pool);
    return name->is_set ? strcmp(name->text, c->keys->name) == 0 : c->keys->kind == HR_POOL_FIRST;
}

static hr_status name_resources(hr_ceilings *c, hr_err *err)
{
    const hr_configuration *configuration = c->configuration;
    const hr_value *names = hr_params_get(c->params, HR_KEY_target_resources);
    const bool is_asked = names->is_set && is_target(c);
    for (unsigned r = 0; r < configuration->n_resources; r++)
        c->named[r] = !is_asked;
    for (size_t i = 0; is_asked && i < names->n; i++) {
        unsigned r = 0;
        while (r < configuration->n_resources &&
               strcmp(names->words[i], hr_resources[configuration->resource[r]].name) != 0)
            r++;
        if (r == configuration->n_resources)
            return hr_params_fail(c->params, HR_KEY_target_resources, 0, 0, err,
                                  "%.40s is no resource with a ceiling in this study",
                                  names->words[i]);
        c->named[r] = true;
    }
    return HR_OK;
}

/* All ceilings of the target, scaled by one factor: limits and their criterion. */
static hr_status add_factor(hr_ceilings *c, unsigned factor, double by, int level, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n = c->configuration->n_limits;
    hr_criterion scaled = {.level = -1, .resource = -1, .factor = factor};
    for (unsigned l = 0; l < n; l++) {
        double *values = NULL;
        if (c->limits[l].level != level || !c->named[c->limits[l].resource])
            continue;
        HR_TAKE(values, c->arena, c->configuration->n_servers);
        for (unsigned j = 0; j < c->configuration->n_servers; j++)
            values[j] = by * c->limits[l].ceiling[j];
        if (c->configuration->n_limits < HR_MAX_LIMITS)
            scaled.limits |= (uint64_t)1 << c->configuration->n_limits;
        HR_TRY(add_limit(c, c->limits[l].resource, -1, values, factor, err));
    }
    HR_TRY(add_criterion(c, scaled, err));
out:
    return st;
}

static hr_status add_curve(hr_ceilings *c, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_value *factors = hr_params_get(c->params, HR_KEY_observe_capacity);
    const int level = hr_assemble_target_level(c->params, c->configuration);
    if (factors->is_set && hr_params_get(c->params, HR_KEY_admission)->choice != 0)
        return hr_params_fail(c->params, HR_KEY_observe_capacity, 0, 0, err,
                              "with admission, what happens depends on the ceilings themselves, so "
                              "they cannot be scaled afterwards; choose pool.ceilings instead");
    for (unsigned i = 0; i < factors->n; i++)
        HR_TRY(add_factor(c, i, factors->list[i], level, err));
out:
    return st;
}

hr_status hr_assemble_ceilings(const hr_params *params, const hr_pool_keys *keys, hr_arena *arena,
                               hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_ceilings c = {
        .params = params, .keys = keys, .arena = arena, .configuration = configuration};
    HR_TRY(find_resources(&c, err));
    HR_TRY(name_resources(&c, err));
    HR_TAKE(c.limits, arena, HR_MAX_LIMITS);
    HR_TAKE(c.criteria, arena, HR_MAX_CRITERIA);
    configuration->limits = c.limits;
    configuration->criteria = c.criteria;
    for (int level = 0; level < HR_N_LEVELS; level++) {
        const unsigned first = configuration->n_limits;
        HR_TRY(add_level_limits(&c, level, err));
        HR_TRY(add_level_criteria(&c, level, first, err));
    }
    if (keys->kind == HR_POOL_FIRST)
        HR_TRY(add_curve(&c, err));
out:
    return st;
}
