#include "study/study.h"

#include <math.h>
#include <string.h>

#include "base/stream.h"
#include "study/assemble.h"
#include "study/group.h"
#include "study/merge.h"
#include "study/pools.h"
#include "study/reader.h"
#include "study/size.h"
#include "study/study_tree.h"
#include "study/target.h"

enum { MOST_LEVELS_CHECKED = 16 }; /* of one choice, when the study is opened */

static hr_status no_memory(hr_err *err)
{
    return HR_FAIL(err, HR_ERR_MEMORY, "no memory for the study");
}

/* ---- one configuration */

/* One tally layout serves all configurations of a study: their shapes must agree. */
static hr_status check_shape(const hr_configuration *a, const hr_configuration *b, hr_err *err)
{
    const char *what = NULL;
    if (a->n_resources != b->n_resources ||
        memcmp(a->resource, b->resource, a->n_resources * sizeof *a->resource) != 0)
        what = "resources";
    else if (a->n_limits != b->n_limits || a->n_criteria != b->n_criteria)
        what = "ceilings";
    else if (a->n_classes != b->n_classes)
        what = "numbers of meeting classes";
    else if (a->n_probes != b->n_probes || a->n_observed != b->n_observed ||
             a->n_thresholds != b->n_thresholds || a->n_durations != b->n_durations)
        what = "observations";
    for (unsigned k = 0; what == NULL && k < a->n_criteria; k++) {
        if (a->criteria[k].limits != b->criteria[k].limits ||
            a->criteria[k].level != b->criteria[k].level ||
            a->criteria[k].resource != b->criteria[k].resource)
            what = "ceilings";
    }
    if (what == NULL)
        return HR_OK;
    return HR_FAIL(err, HR_ERR_DATA,
                   "choose: the configurations have different %s, so they cannot stand in one "
                   "table; give all of them the same %s",
                   what, what);
}

hr_status hr_study_params(const hr_study *study, uint64_t index, uint64_t replication,
                          hr_params *params, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const struct hr_study_tree *tree = study->tree;
    const hr_shape *shape = &tree->shape;
    HR_TRY(hr_params_init(params, shape, arena, err));
    memcpy(params->slot, tree->base.slot, shape->n_slots * sizeof *params->slot);
    memcpy(params->count, tree->base.count, shape->n_counts * sizeof *params->count);
    HR_TRY(hr_design_apply(&tree->design, index, replication, params, arena, err));
out:
    return st;
}

/* Other pools draw from streams of their own, which depend on the role alone. */
static uint64_t seed_of(const hr_study *study, unsigned pool)
{
    const char *name = study->pools[pool].name;
    const uint64_t words[] = {study->seed, hr_hash_bytes(name, strlen(name))};
    return hr_hash(words, 2);
}

hr_configuration hr_study_blank(const hr_study *study, unsigned pool, uint64_t index)
{
    return (hr_configuration){.index = index,
                              .group = hr_design_group(&study->tree->design, index),
                              .seed = pool == 0 ? study->seed : seed_of(study, pool),
                              .feeds = study->pools[pool].feeds,
                              .n_pools = pool == 0 ? study->n_pools : 0};
}

hr_status hr_study_assemble(const hr_study *study, uint64_t index, uint64_t replication,
                            hr_arena *arena, hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_params params = {0};
    *configuration = hr_study_blank(study, 0, index);
    HR_TRY(hr_study_params(study, index, replication, &params, arena, err));
    HR_TRY(hr_assemble(&params, arena, configuration, err));
out:
    return st;
}

static hr_status resolve(const hr_study *study, hr_groups *groups, unsigned pool, uint64_t index,
                         uint64_t replication, hr_arena *arena, hr_configuration *configuration,
                         hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_study_assemble(study, index, replication, arena, configuration, err));
    if (pool > 0) {
        hr_params params = {0};
        const hr_configuration first = *configuration;
        HR_TRY(hr_study_params(study, index, replication, &params, arena, err));
        return hr_pools_resolve_one(study, &params, pool, &first, arena, configuration, err);
    }
    if (groups != NULL)
        HR_TRY(hr_group_join(study, groups, replication, arena, configuration, err));
    HR_TRY(hr_configuration_prepare(configuration, arena, err));
out:
    return st;
}

hr_status hr_study_others(const hr_study *study, const hr_configuration *first,
                          uint64_t replication, hr_arena *arena, hr_configuration *others,
                          hr_err *err)
{
    hr_status st = HR_OK;
    hr_params params = {0};
    if (study->n_pools == 1)
        return HR_OK;
    HR_TRY(hr_study_params(study, first->index, replication, &params, arena, err));
    HR_TRY(hr_pools_resolve(study, &params, first, arena, others, err));
    for (unsigned p = 1; p < study->n_pools; p++)
        HR_TRY(check_shape(&study->tree->example[p], &others[p - 1], err));
out:
    return st;
}

hr_status hr_study_pool(const hr_study *study, hr_groups *groups, unsigned pool, uint64_t index,
                        uint64_t replication, hr_arena *arena, hr_configuration *configuration,
                        hr_err *err)
{
    hr_status st = HR_OK;
    if (index >= study->n_configurations)
        return HR_FAIL(err, HR_ERR_USAGE, "configuration %llu: the study has %llu, numbered from 0",
                       (unsigned long long)index, (unsigned long long)study->n_configurations);
    HR_TRY(resolve(study, groups, pool, index, replication, arena, configuration, err));
    HR_TRY(check_shape(&study->tree->example[pool], configuration, err));
out:
    return st;
}

hr_status hr_study_configuration(const hr_study *study, hr_groups *groups, uint64_t index,
                                 uint64_t replication, hr_arena *arena,
                                 hr_configuration *configuration, hr_err *err)
{
    return hr_study_pool(study, groups, 0, index, replication, arena, configuration, err);
}

hr_status hr_study_place(const hr_study *study, uint64_t world, const double *coordinate,
                         hr_arena *arena, hr_err *err)
{
    return hr_design_place(&study->tree->design, world, coordinate, arena, err);
}

uint64_t hr_study_group(const hr_study *study, uint64_t index)
{
    return hr_design_group(&study->tree->design, index);
}

hr_status hr_study_coordinate(const hr_study *study, size_t axis, uint64_t index, double *value,
                              hr_err *err)
{
    const hr_design *design = &study->tree->design;
    if (axis >= study->n_axes || index >= study->n_configurations)
        return HR_FAIL(err, HR_ERR_USAGE, "axis %zu of configuration %llu does not exist", axis,
                       (unsigned long long)index);
    if (axis >= design->n_axes) {
        const size_t i = axis - design->n_axes;
        *value = hr_design_draw(design, index / design->n_choices, i) /
                 design->unknowns[i].call.quantity.scale;
        return HR_OK;
    }
    const hr_choice *choice = &design->choices[axis];
    const size_t level = hr_design_level(design, index, axis);
    *value = choice->is_numeric ? choice->levels[level].number / choice->scale : (double)level;
    return HR_OK;
}

/* ---- opening */

static const char *name_of(const hr_study *study, const hr_params *params, hr_arena *arena)
{
    const hr_value *name = hr_params_get(params, HR_KEY_study);
    if (name->is_set && name->text[0] != '\0')
        return name->text;
    const char *slash = strrchr(study->source, '/');
    const char *from = slash != NULL ? slash + 1 : study->source;
    const char *dot = strrchr(from, '.');
    return hr_arena_text(arena, from,
                         dot != NULL && dot > from ? (size_t)(dot - from) : strlen(from));
}

static hr_status fill_axes(hr_study *study, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_design *design = &study->tree->design;
    hr_axis_of_study *axes = NULL;
    study->n_axes = design->n_axes + design->n_unknowns;
    HR_TAKE(axes, &study->arena, study->n_axes);
    for (size_t a = 0; a < design->n_axes; a++) {
        const hr_choice *choice = &design->choices[a];
        const char **labels = NULL;
        HR_TAKE(labels, &study->arena, choice->n_levels);
        for (size_t l = 0; l < choice->n_levels; l++)
            labels[l] = choice->levels[l].label;
        axes[a] = (hr_axis_of_study){.path = choice->path,
                                     .unit = choice->is_numeric ? choice->unit : "",
                                     .is_choice = true,
                                     .is_shared = choice->is_shared,
                                     .n_levels = choice->n_levels,
                                     .labels = labels};
    }
    for (size_t i = 0; i < design->n_unknowns; i++)
        axes[design->n_axes + i] =
            (hr_axis_of_study){.path = design->unknowns[i].path, .unit = design->unknowns[i].unit};
    study->axes = axes;
out:
    return st;
}

/* Resolve the levels of every choice (the others at their first), in a throw-away arena: what is
 * wrong with one of them is said before the run. Of long lists, evenly spaced ones. */
static hr_status check_levels(const hr_study *study, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_design *design = &study->tree->design;
    hr_arena arena = {0};
    hr_configuration configuration, others[HR_MAX_POOLS];
    for (size_t a = 0; a < design->n_axes; a++) {
        const size_t n = design->choices[a].n_levels;
        const size_t step = (n + MOST_LEVELS_CHECKED - 1) / MOST_LEVELS_CHECKED;
        for (size_t l = n - 1; l > 0; l -= l < step ? l : step) {
            hr_arena_reset(&arena);
            HR_TRY(hr_study_configuration(study, NULL, hr_design_neighbour(design, 0, a, l), 0,
                                          &arena, &configuration, err));
            HR_TRY(hr_study_others(study, &configuration, 0, &arena, others, err));
        }
    }
out:
    hr_arena_free(&arena);
    return st;
}

/* The identity covers the defaults that apply too: a program with other defaults is another
 * study. */
static hr_status fill_identity(hr_study *study, hr_err *err)
{
    hr_status st = HR_OK;
    const struct hr_study_tree *tree = study->tree;
    uint64_t *words = NULL;
    size_t n = 0;
    HR_TAKE(words, &study->arena, 2 * HR_N_KEYS + 1);
    study->resolved = hr_tree_lines(tree->root, &study->arena);
    if (study->resolved == NULL)
        return no_memory(err);
    words[n++] = hr_hash_bytes(study->resolved, strlen(study->resolved));
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        const hr_bound *fallback = tree->shape.fallback[key];
        if (fallback == NULL || hr_params_get(&tree->base, key) != &fallback->value)
            continue;
        words[n++] = hr_hash_bytes(hr_param_rows[key].path, strlen(hr_param_rows[key].path));
        words[n++] = hr_hash_bytes(fallback->value.text, strlen(fallback->value.text));
    }
    study->identity = hr_hash(words, n);
    study->tree->design.identity = study->identity;
out:
    return st;
}

/* Tree -> values -> design. */
static hr_status bind_study(hr_study *study, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_study_tree *tree = study->tree;
    hr_arena *arena = &study->arena;
    const hr_binder binder = {.root = tree->root, .arena = arena};
    const hr_position root = {0};
    hr_bindings bindings = {0};
    HR_TRY(hr_bind(&binder, &root, tree->root, &bindings, err));
    hr_shape_widen(&tree->shape, &bindings);
    HR_TRY(hr_design_read(&tree->design, tree->root, &tree->shape, arena, err));
    HR_TRY(hr_shape_finish(&tree->shape, arena, err));
    HR_TRY(hr_params_init(&tree->base, &tree->shape, arena, err));
    hr_params_apply(&tree->base, &bindings);
    HR_TRY(hr_design_finish(&tree->design, &tree->base, arena, err));
out:
    return st;
}

/* A configuration holds only the ceilings that the factors lead to. */
static hr_status take_capacity_factors(hr_study *study, hr_err *err)
{
    hr_status st = HR_OK;
    hr_params params = {0};
    HR_TRY(hr_study_params(study, 0, 0, &params, &study->arena, err));
    const hr_value *factors = hr_params_get(&params, HR_KEY_observe_capacity);
    study->n_capacity_factors = factors->n;
    study->capacity_factors = factors->list;
out:
    return st;
}

/* Pools, their shapes and where their cells are. */
static hr_status lay_out_pools(hr_study *study, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_study_tree *tree = study->tree;
    hr_pool_of_study *pools = NULL;
    uint64_t identity[HR_MAX_POOLS];
    HR_TAKE(pools, &study->arena, HR_MAX_POOLS);
    HR_TAKE(tree->example, &study->arena, HR_MAX_POOLS);
    study->pools = pools;
    HR_TRY(hr_pools_find(tree, &study->arena, pools, &study->n_pools, err));
    for (unsigned p = 0; p < study->n_pools; p++) {
        HR_TRY(resolve(study, NULL, p, 0, 0, &study->arena, &tree->example[p], err));
        HR_TRY(hr_target_layout(study, &tree->base, p, &tree->example[p], study->n_cells,
                                &pools[p].layout, err));
        study->n_cells += pools[p].layout.n_cells;
        identity[p] = pools[p].layout.identity;
    }
    study->layout_identity = hr_hash(identity, study->n_pools);
out:
    return st;
}

/* Values -> what study.h promises. */
static hr_status describe_study(hr_study *study, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_study_tree *tree = study->tree;
    const hr_design *design = &tree->design;
    const hr_params *base = &tree->base;
    study->name = name_of(study, base, &study->arena);
    if (study->name == NULL)
        return no_memory(err);
    study->question = hr_params_get(base, HR_KEY_question)->text;
    study->seed = design->seed;
    study->design = design->kind;
    study->n_worlds = design->n_worlds;
    study->n_choices = design->n_choices;
    study->n_configurations = design->n_worlds * design->n_choices;
    study->has_daily = design->n_daily > 0;
    HR_TRY(fill_axes(study, err));
    HR_TRY(fill_identity(study, err));
    HR_TRY(take_capacity_factors(study, err));
    HR_TRY(lay_out_pools(study, err));
    HR_TRY(hr_target_read(study, base, tree->example, err));
    HR_TRY(hr_size_read(study, base, &tree->example[study->target.pool], err));
    HR_TRY(check_levels(study, err));
out:
    return st;
}

/* Make the study from `text`, which lives in its arena. */
static hr_status open_text(hr_study *study, hr_span text, const char *const *sets, size_t n_sets,
                           hr_err *err)
{
    hr_status st = HR_OK;
    hr_origin *origin = NULL;
    HR_TAKE(origin, &study->arena, 1);
    *origin = (hr_origin){HR_ORIGIN_STUDY, study->source, text.at, text.length};
    HR_TAKE(study->tree, &study->arena, 1);
    HR_TRY(hr_merge(origin, sets, n_sets, &study->arena, &study->tree->root, err));
    HR_TRY(bind_study(study, err));
    HR_TRY(describe_study(study, err));
out:
    return st;
}

/* --set texts stay in messages and marks: keep copies. */
static hr_status copy_sets(hr_study *study, const char *const *sets, size_t n_sets,
                           const char *const **copies, hr_err *err)
{
    hr_status st = HR_OK;
    const char **out = NULL;
    HR_TAKE(out, &study->arena, n_sets);
    for (size_t i = 0; i < n_sets; i++) {
        out[i] = hr_arena_text(&study->arena, sets[i], strlen(sets[i]));
        if (out[i] == NULL)
            return no_memory(err);
    }
    *copies = out;
out:
    return st;
}

hr_status hr_study_parse(hr_study *study, const char *name, const char *text, size_t length,
                         const char *const *sets, size_t n_sets, hr_err *err)
{
    hr_status st = HR_OK;
    const char *const *copies = NULL;
    *study = (hr_study){0};
    study->source = hr_arena_text(&study->arena, name, strlen(name));
    study->text = hr_arena_text(&study->arena, text, length);
    if (study->source == NULL || study->text == NULL)
        HR_TRY(no_memory(err));
    HR_TRY(copy_sets(study, sets, n_sets, &copies, err));
    HR_TRY(open_text(study, (hr_span){study->text, length}, copies, n_sets, err));
out:
    if (st != HR_OK)
        hr_study_free(study);
    return st;
}

/* Lines of `resolved`, each a --set. */
static hr_status split_lines(hr_arena *arena, const char *resolved, const char *const **lines,
                             size_t *n, hr_err *err)
{
    hr_status st = HR_OK;
    const char **out = NULL;
    size_t most = 1;
    for (const char *at = resolved; *at != '\0'; at++)
        most += *at == '\n';
    HR_TAKE(out, arena, most);
    *n = 0;
    for (const char *at = resolved; *at != '\0';) {
        const size_t length = strcspn(at, "\n");
        if (length > 0) {
            out[*n] = hr_arena_text(arena, at, length);
            if (out[(*n)++] == NULL)
                return no_memory(err);
        }
        at += length + (at[length] == '\n');
    }
    *lines = out;
out:
    return st;
}

hr_status hr_study_parse_resolved(hr_study *study, const char *name, const char *text,
                                  const char *resolved, hr_err *err)
{
    hr_status st = HR_OK;
    const char *const *lines = NULL;
    size_t n = 0;
    *study = (hr_study){0};
    study->source = hr_arena_text(&study->arena, name, strlen(name));
    study->text = hr_arena_text(&study->arena, text, strlen(text));
    if (study->source == NULL || study->text == NULL)
        HR_TRY(no_memory(err));
    HR_TRY(split_lines(&study->arena, resolved, &lines, &n, err));
    HR_TRY(open_text(study, (hr_span){"", 0}, lines, n, err));
out:
    if (st != HR_OK)
        hr_study_free(study);
    if (st == HR_ERR_USAGE) { /* nobody typed these --set */
        st = HR_ERR_DATA;
        if (err != NULL)
            err->status = st;
    }
    return st;
}

hr_status hr_study_open(hr_study *study, const char *path, const char *const *sets, size_t n_sets,
                        hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena file = {0};
    const char *text = NULL;
    size_t length = 0;
    *study = (hr_study){0};
    HR_TRY(hr_read_file(path, &file, &text, &length, err));
    HR_TRY(hr_study_parse(study, path, text, length, sets, n_sets, err));
out:
    hr_arena_free(&file);
    return st;
}

void hr_study_free(hr_study *study)
{
    if (study == NULL)
        return;
    hr_arena_free(&study->arena);
    *study = (hr_study){0};
}
