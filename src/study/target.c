#include "study/target.h"

#include <math.h>
#include <string.h>

#include "study/assemble_pool.h"
#include "study/rare.h"
#include "study/span.h"

/* The rows that say which number is meant: those of the target, or those of claim `i`. */
typedef struct hr_selection {
    hr_key outcome, pool, level, min_episode, server, k, class_name, size, time;
    hr_key resource; /* of one resource, or the target's list of them */
} hr_selection;

static const hr_selection of_target = {
    HR_KEY_target_outcome, HR_KEY_target_pool,      HR_KEY_target_level, HR_KEY_target_min_episode,
    HR_KEY_target_server,  HR_KEY_target_k,         HR_KEY_target_class, HR_KEY_target_size,
    HR_KEY_target_time,    HR_KEY_target_resources,
};
static const hr_selection of_claim = {
    HR_KEY_claim_outcome, HR_KEY_claim_pool,     HR_KEY_claim_level, HR_KEY_claim_min_episode,
    HR_KEY_claim_server,  HR_KEY_claim_k,        HR_KEY_claim_class, HR_KEY_claim_size,
    HR_KEY_claim_time,    HR_KEY_claim_resource,
};

typedef struct hr_selecting {
    const hr_params *params;
    const hr_configuration *example;
    const hr_layout *layout;
    const hr_selection *keys;
    size_t i; /* claim */
    int level;
    int resource; /* index in the configuration; -1 = any named resource */
} hr_selecting;

static const hr_value *value_of(const hr_selecting *s, hr_key key)
{
    return hr_params_at(s->params, key, s->i, 0);
}

/* ---- pools by name */

static hr_status find_pool(const hr_study *study, const hr_params *params, hr_key key, size_t i,
                           unsigned *pool, hr_err *err)
{
    const hr_value *name = hr_params_at(params, key, i, 0);
    hr_guess guess = hr_guess_for(hr_span_of(name->text));
    *pool = 0;
    for (unsigned p = 0; name->is_set && p < study->n_pools; p++) {
        if (strcmp(study->pools[p].name, name->text) == 0) {
            *pool = p;
            return HR_OK;
        }
        hr_guess_offer(&guess, study->pools[p].name);
    }
    if (!name->is_set)
        return HR_OK;
    return hr_params_fail(params, key, i, 0, err,
                          "the deployment has no such pool; the first is %s%s%s",
                          study->pools[0].name, guess.best != NULL ? ", the nearest " : "",
                          guess.best != NULL ? guess.best : "");
}

/* ---- outcomes by name */

static hr_status unknown_outcome(const hr_params *params, hr_key key, size_t i, const char *name,
                                 hr_err *err)
{
    hr_guess guess = hr_guess_for(hr_span_of(name));
    for (unsigned o = 0; o < hr_n_outcomes; o++)
        hr_guess_offer(&guess, hr_outcomes[o].name);
    if (guess.best != NULL)
        return hr_params_fail(params, key, i, 0, err, "there is no outcome %.60s; did you mean %s?",
                              name, guess.best);
    return hr_params_fail(params, key, i, 0, err,
                          "there is no outcome %.60s (headroom list outcomes)", name);
}

/* What there is to measure in a pool, and whether the pool is the one that is asked. */
typedef struct hr_sizes {
    const hr_layout *layout;
    bool is_asked;
} hr_sizes;

/* An outcome asked for by name must have something to measure. */
static hr_status select_named(const hr_params *params, hr_key key, size_t i, const char *name,
                              const hr_sizes *sizes, bool *selected, hr_err *err)
{
    const unsigned o = hr_outcome_find(name);
    if (o == hr_n_outcomes)
        return unknown_outcome(params, key, i, name, err);
    if (hr_layout_cells(sizes->layout, o) == 0 && !sizes->is_asked)
        return HR_OK;
    if (hr_layout_cells(sizes->layout, o) == 0)
        return hr_params_fail(params, key, i, 0, err,
                              "%s has nothing to measure here: outcomes at instants need "
                              "observe.every or observe.times, those of probes probe.sizes, scaled "
                              "ones observe.capacity, total_above its thresholds, backlogs a full "
                              "ceiling of cpu, lost service failures, those of any pool other "
                              "pools and target.pool the first, those of an inserted meeting "
                              "probe.insert.size",
                              name);
    selected[o] = true;
    return HR_OK;
}

static hr_status select_listed(const hr_params *params, const hr_sizes *sizes, bool *selected,
                               hr_err *err)
{
    hr_status st = HR_OK;
    const hr_value *names = hr_params_get(params, HR_KEY_observe_outcomes);
    for (size_t i = 0; i < names->n; i++) {
        const bool all = strcmp(names->words[i], "all") == 0;
        if (all || strcmp(names->words[i], "default") == 0) {
            for (unsigned o = 0; o < hr_n_outcomes; o++)
                selected[o] = selected[o] || ((all || hr_outcomes[o].by_default) &&
                                              hr_layout_cells(sizes->layout, o) > 0);
            continue;
        }
        HR_TRY(select_named(params, HR_KEY_observe_outcomes, 0, names->words[i], sizes, selected,
                            err));
    }
out:
    return st;
}

static hr_status select_one(const hr_params *params, hr_key key, size_t i, const hr_sizes *sizes,
                            bool *selected, hr_err *err)
{
    const hr_value *name = hr_params_at(params, key, i, 0);
    if (!name->is_set)
        return hr_params_fail(params, key, i, 0, err, "is missing (headroom list outcomes)");
    return select_named(params, key, i, name->text, sizes, selected, err);
}

hr_status hr_target_layout(hr_study *study, const hr_params *params, unsigned pool,
                           const hr_configuration *example, uint32_t begin, hr_layout *layout,
                           hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena *arena = &study->arena;
    const unsigned n_servers_max = study->pools[pool].n_servers_max;
    bool *selected = NULL;
    unsigned asked = 0;
    HR_TAKE(selected, arena, hr_n_outcomes);
    HR_TRY(hr_layout_init(layout, begin, example, n_servers_max, NULL, arena, err));
    hr_sizes sizes = {layout, pool == 0};
    HR_TRY(select_listed(params, &sizes, selected, err));
    HR_TRY(find_pool(study, params, HR_KEY_target_pool, 0, &asked, err));
    sizes.is_asked = pool == asked;
    HR_TRY(select_one(params, HR_KEY_target_outcome, 0, &sizes, selected, err));
    for (size_t i = 0; i < hr_params_count(params, HR_KEY_claims, 0); i++) {
        HR_TRY(find_pool(study, params, HR_KEY_claim_pool, i, &asked, err));
        sizes.is_asked = pool == asked;
        HR_TRY(select_one(params, HR_KEY_claim_outcome, i, &sizes, selected, err));
    }
    HR_TRY(hr_layout_init(layout, begin, example, n_servers_max, selected, arena, err));
out:
    return st;
}

/* ---- positions on the axes */

/* The criterion of (level, resource): a single resource may be all that "any" means. */
static hr_status find_criterion(const hr_selecting *s, unsigned *position, hr_err *err)
{
    const hr_configuration *c = s->example;
    for (unsigned k = 0; k < c->n_criteria; k++) {
        const hr_criterion *criterion = &c->criteria[k];
        if (criterion->level != s->level)
            continue;
        const uint64_t mask = criterion->limits;
        const bool is_single = (mask & (mask - 1)) == 0;
        const unsigned only = c->limits[__builtin_ctzll(mask)].resource;
        if (criterion->resource == s->resource ||
            (s->resource >= 0 && is_single && (int)only == s->resource)) {
            *position = k;
            return HR_OK;
        }
    }
    return hr_params_fail(s->params, s->keys->level, s->i, 0, err, "%s a ceiling at level %s",
                          s->resource >= 0 ? "the resource has not" : "no named resource has",
                          hr_level_names[s->level]);
}

static hr_status find_duration(const hr_selecting *s, unsigned *position, hr_err *err)
{
    const hr_value *least = value_of(s, s->keys->min_episode);
    for (unsigned d = 0; d < s->example->n_durations; d++) {
        if (fabs(s->example->min_episode[d] - least->number) < 1e-9) {
            *position = d;
            return HR_OK;
        }
    }
    return hr_params_fail(s->params, s->keys->min_episode, s->i, 0, err,
                          "is none of window.min_episodes");
}

static hr_status find_class(const hr_selecting *s, unsigned *position, hr_err *err)
{
    const hr_value *name = value_of(s, s->keys->class_name);
    for (unsigned k = 0; k < s->example->n_classes; k++) {
        if (!name->is_set || strcmp(s->example->classes[k].name, name->text) == 0) {
            *position = k;
            return HR_OK;
        }
    }
    return hr_params_fail(s->params, s->keys->class_name, s->i, 0, err, "no class has this name");
}

static hr_status find_probe(const hr_selecting *s, unsigned *position, hr_err *err)
{
    const hr_value *size = value_of(s, s->keys->size);
    for (unsigned p = 0; p < s->example->n_probes; p++) {
        if (!size->is_set || fabs(s->example->probes[p].size - size->number) < 0.5) {
            *position = p;
            return HR_OK;
        }
    }
    return hr_params_fail(s->params, s->keys->size, s->i, 0, err, "is none of probe.sizes");
}

static hr_status find_time(const hr_selecting *s, unsigned *position, hr_err *err)
{
    const hr_value *time = value_of(s, s->keys->time);
    const unsigned n = s->example->n_observed;
    *position = 0;
    for (unsigned t = 0; t < n; t++) {
        if (!time->is_set || fabs(s->example->observed[t] - time->number) < 1e-9) {
            *position = t;
            return HR_OK;
        }
    }
    return n == 0
               ? HR_OK
               : hr_params_fail(s->params, s->keys->time, s->i, 0, err, "is none of observe.times");
}

static hr_status find_number(const hr_selecting *s, hr_key key, unsigned first, unsigned size,
                             unsigned *position, hr_err *err)
{
    const double number = value_of(s, key)->number;
    if (number < first || number - first >= size)
        return hr_params_fail(s->params, key, s->i, 0, err, "must lie between %u and %u", first,
                              first + size - 1);
    *position = (unsigned)number - first;
    return HR_OK;
}

static hr_status find_position(const hr_selecting *s, hr_axis axis, unsigned *position, hr_err *err)
{
    const unsigned size = s->layout->size[axis];
    *position = 0;
    switch (axis) {
    case HR_AXIS_CRITERION:
        return find_criterion(s, position, err);
    case HR_AXIS_SERVER:
        return find_number(s, s->keys->server, 0, size, position, err);
    case HR_AXIS_K:
        return find_number(s, s->keys->k, 1, size, position, err);
    case HR_AXIS_DURATION:
        return find_duration(s, position, err);
    case HR_AXIS_CLASS:
        return find_class(s, position, err);
    case HR_AXIS_RESOURCE:
        *position = s->resource > 0 ? (unsigned)s->resource : 0;
        return HR_OK;
    case HR_AXIS_TIME:
        return find_time(s, position, err);
    case HR_AXIS_LEVEL:
        *position = (unsigned)s->level;
        return HR_OK;
    case HR_AXIS_PROBE:
        return find_probe(s, position, err);
    default: /* capacity, threshold: the first; cause: any; pool: the first */
        return HR_OK;
    }
}

static hr_status find_cell(const hr_selecting *s, unsigned outcome, uint32_t *cell, hr_err *err)
{
    hr_status st = HR_OK;
    uint32_t place = 0;
    for (int a = 0; a < HR_MAX_AXES; a++) {
        const hr_axis axis = hr_outcomes[outcome].axes[a];
        unsigned position = 0;
        HR_TRY(find_position(s, axis, &position, err));
        place = place * s->layout->size[axis] + position;
    }
    *cell = s->layout->first[outcome] + place;
out:
    return st;
}

/* ---- the target and the claims */

/* Outcomes of one resource have no "any": they are about the first that is named. */
static int single_resource(unsigned outcome, const hr_value *names, const hr_configuration *example)
{
    const hr_axis *axes = hr_outcomes[outcome].axes;
    if (!names->is_set || (axes[0] != HR_AXIS_RESOURCE && axes[1] != HR_AXIS_RESOURCE) ||
        axes[0] == HR_AXIS_CRITERION)
        return -1;
    for (unsigned r = 0; r < example->n_resources; r++) {
        if (strcmp(names->words[0], hr_resources[example->resource[r]].name) == 0)
            return (int)r;
    }
    return -1;
}

static hr_status read_target(hr_study *study, const hr_params *params,
                             const hr_configuration *example, hr_err *err)
{
    hr_status st = HR_OK;
    hr_target *target = &study->target;
    const hr_value *at_most = hr_params_get(params, HR_KEY_target_at_most);
    const hr_value *resources = hr_params_get(params, HR_KEY_target_resources);
    HR_TRY(find_pool(study, params, HR_KEY_target_pool, 0, &target->pool, err));
    example += target->pool;
    hr_selecting s = {params, example, &study->pools[target->pool].layout, &of_target, 0, 0, -1};
    s.level = hr_assemble_target_level(params, example);
    target->outcome = hr_outcome_find(hr_params_get(params, HR_KEY_target_outcome)->text);
    s.resource = single_resource(target->outcome, resources, example);
    HR_TRY(find_cell(&s, target->outcome, &target->cell, err));
    target->has_threshold = at_most->is_set;
    target->at_most = at_most->number;
out:
    return st;
}

static hr_status read_claim(hr_study *study, const hr_params *params,
                            const hr_configuration *example, size_t i, hr_claim *claim, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_value *say = hr_params_at(params, HR_KEY_claim_say, i, 0);
    const hr_value *level = hr_params_at(params, HR_KEY_claim_level, i, 0);
    const hr_value *resource = hr_params_at(params, HR_KEY_claim_resource, i, 0);
    const hr_value *least = hr_params_at(params, HR_KEY_claim_at_least, i, 0);
    const hr_value *most = hr_params_at(params, HR_KEY_claim_at_most, i, 0);
    HR_TRY(find_pool(study, params, HR_KEY_claim_pool, i, &claim->pool, err));
    example += claim->pool;
    hr_selecting s = {params, example, &study->pools[claim->pool].layout, &of_claim, i, 0, -1};
    s.level = level->is_set ? level->choice : hr_assemble_target_level(params, example);
    if (resource->is_set)
        s.resource = hr_assemble_resource(example, (hr_resource_id)resource->choice);
    if (resource->is_set && s.resource < 0)
        return hr_params_fail(params, HR_KEY_claim_resource, i, 0, err,
                              "has no ceiling in this study");
    if (least->is_set == most->is_set)
        return hr_params_fail(params, HR_KEY_claim_outcome, i, 0, err,
                              "a claim needs either at_least or at_most");
    claim->outcome = hr_outcome_find(hr_params_at(params, HR_KEY_claim_outcome, i, 0)->text);
    HR_TRY(find_cell(&s, claim->outcome, &claim->cell, err));
    claim->say = say->is_set ? say->text : hr_outcomes[claim->outcome].doc;
    claim->is_upper = most->is_set;
    claim->bound = most->is_set ? most->number : least->number;
out:
    return st;
}

static hr_status read_claims(hr_study *study, const hr_params *params,
                             const hr_configuration *example, hr_err *err)
{
    hr_status st = HR_OK;
    hr_claim *claims = NULL;
    study->n_claims = hr_params_count(params, HR_KEY_claims, 0);
    HR_TAKE(claims, &study->arena, study->n_claims);
    for (size_t i = 0; i < study->n_claims; i++)
        HR_TRY(read_claim(study, params, example, i, &claims[i], err));
    study->claims = claims;
out:
    return st;
}

static hr_status read_precision(hr_study *study, const hr_params *params, hr_err *err)
{
    hr_precision *p = &study->precision;
    p->relative = hr_params_get(params, HR_KEY_precision_relative)->number;
    p->confidence = hr_params_get(params, HR_KEY_precision_confidence)->number;
    p->hits = (uint64_t)hr_params_get(params, HR_KEY_precision_hits)->number;
    p->at_most = (uint64_t)hr_params_get(params, HR_KEY_precision_at_most)->number;
    p->block = (uint64_t)hr_params_get(params, HR_KEY_precision_block)->number;
    p->stop_when_decided = hr_params_get(params, HR_KEY_stop_when_decided)->choice != 0;
    if (p->stop_when_decided && !study->target.has_threshold)
        return hr_params_fail(params, HR_KEY_stop_when_decided, 0, 0, err,
                              "needs target.at_most to decide about");
    return HR_OK;
}

hr_status hr_target_read(hr_study *study, const hr_params *params, const hr_configuration *example,
                         hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(read_target(study, params, example, err));
    HR_TRY(read_claims(study, params, example, err));
    HR_TRY(read_precision(study, params, err));
    study->rare = hr_rare_aim(study, params, example);
out:
    return st;
}
