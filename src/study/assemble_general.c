/* Arrivals, classes and background as a study states them in general form. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study/assemble_pool.h"
#include "study/bind.h"

typedef struct hr_assembling {
    const hr_params *params;
    hr_arena *arena;
    hr_configuration *configuration;
} hr_assembling;

static hr_mark mark_of_item(const hr_params *params, hr_key list, size_t i)
{
    const size_t index[HR_PLACE_INDICES] = {i, 0, 0};
    return hr_params_mark(params, list, index);
}

static hr_status require(const hr_assembling *a, hr_key key, size_t i, const char *needs,
                         hr_err *err)
{
    if (hr_params_at(a->params, key, i, 0)->is_set)
        return HR_OK;
    return hr_params_fail(a->params, key, i, 0, err, "is missing: %s", needs);
}

/* ---- costs */

/* Costs on the configuration's resources: key(i, [j,] resource). Resources that the study does
 * not know must have none. `at` says how many indices stand before the resource. */
static hr_status fill_costs(const hr_assembling *a, hr_key key, unsigned before, size_t i, size_t j,
                            double *cost, hr_err *err)
{
    for (size_t id = 0; id < HR_N_RESOURCES; id++) {
        const hr_value *value = before == 1 ? hr_params_item(a->params, key, i, id, 0)
                                            : hr_params_item(a->params, key, i, j, id);
        const int r = hr_assemble_resource(a->configuration, (hr_resource_id)id);
        if (!value->is_set)
            continue;
        if (r < 0)
            return hr_params_fail(a->params, key, i, before == 1 ? id : j, err,
                                  "%s has no ceiling in this study, so its load is not followed; "
                                  "give pool.ceilings.%s or remove it",
                                  hr_resources[id].name, hr_resources[id].name);
        if (value->form != HR_FORM_PLAIN)
            return hr_params_fail(a->params, key, i, before == 1 ? id : j, err,
                                  "needs a quantity, not a percentage");
        cost[r] = value->number;
    }
    return HR_OK;
}

/* ---- classes */

/* Where participants themselves are counted, everybody counts one unless the study says else. */
static void count_participants(const hr_assembling *a, bool is_set, double *cost)
{
    const int r = hr_assemble_resource(a->configuration, HR_RESOURCE_PARTICIPANTS);
    if (r >= 0 && !is_set)
        cost[r] = 1.0;
}

static hr_status fill_kinds(const hr_assembling *a, size_t i, hr_profile *profile, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t n = hr_params_count(a->params, HR_KEY_kinds, i);
    hr_kind *kinds = NULL;
    HR_TAKE(kinds, a->arena, n > 0 ? n : 1);
    for (size_t k = 0; k < (n > 0 ? n : 1); k++) {
        double *cost = NULL;
        HR_TAKE(cost, a->arena, a->configuration->n_resources);
        const hr_value *own =
            n > 0 ? hr_params_item(a->params, HR_KEY_kind_cost, i, k, HR_RESOURCE_PARTICIPANTS)
                  : hr_params_at(a->params, HR_KEY_class_cost, i, HR_RESOURCE_PARTICIPANTS);
        count_participants(a, own->is_set, cost);
        if (n > 0)
            HR_TRY(fill_costs(a, HR_KEY_kind_cost, 2, i, k, cost, err));
        else
            HR_TRY(fill_costs(a, HR_KEY_class_cost, 1, i, 0, cost, err));
        kinds[k].share = n > 0 ? hr_params_at(a->params, HR_KEY_kind_share, i, k)->number : 1.0;
        kinds[k].cost = cost;
    }
    profile->n_kinds = n > 0 ? (unsigned)n : 1;
    profile->kinds = kinds;
out:
    return st;
}

/* Loads of whole meetings: constants go to the profile, random ones to the class. */
static hr_status fill_loads(const hr_assembling *a, size_t i, hr_class *class, double *cost,
                            hr_err *err)
{
    hr_status st = HR_OK;
    hr_law *load = NULL;
    bool random = false;
    HR_TAKE(load, a->arena, a->configuration->n_resources);
    for (size_t id = 0; id < HR_N_RESOURCES; id++) {
        const hr_value *value = hr_params_at(a->params, HR_KEY_class_load, i, id);
        const int r = hr_assemble_resource(a->configuration, (hr_resource_id)id);
        if (!value->is_set)
            continue;
        if (r < 0 || value->form != HR_FORM_PLAIN)
            return hr_params_fail(a->params, HR_KEY_class_load, i, id, err,
                                  r < 0 ? "the resource has no ceiling in this study"
                                        : "needs a quantity, not a percentage");
        if (hr_law_is_constant(&value->law)) {
            cost[r] = hr_law_mean(&value->law);
        } else {
            load[r] = value->law;
            random = true;
        }
    }
    class->load = random ? load : NULL; /* a zeroed law is CONSTANT 0 */
out:
    return st;
}

static hr_status fill_profile(const hr_assembling *a, size_t i, hr_class *class, hr_err *err)
{
    hr_status st = HR_OK;
    hr_profile *profile = NULL;
    double *cost = NULL, *reserve = NULL;
    HR_TAKE(profile, a->arena, 1);
    HR_TAKE(cost, a->arena, a->configuration->n_resources);
    HR_TAKE(reserve, a->arena, a->configuration->n_resources);
    HR_TRY(fill_loads(a, i, class, cost, err));
    HR_TRY(fill_kinds(a, i, profile, err));
    HR_TRY(fill_costs(a, HR_KEY_class_reserve, 1, i, 0, reserve, err));
    profile->share = 1.0;
    profile->cost = cost;
    class->reserve = reserve;
    class->n_profiles = 1;
    class->profiles = profile;
out:
    return st;
}

static hr_status fill_class(const hr_assembling *a, size_t i, hr_class *class, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_value *name = hr_params_at(a->params, HR_KEY_class_name, i, 0);
    const hr_value *duration = hr_params_at(a->params, HR_KEY_class_duration, i, 0);
    const hr_value *size = hr_params_at(a->params, HR_KEY_class_size, i, 0);
    if (!duration->is_set)
        return hr_mark_fail(mark_of_item(a->params, HR_KEY_classes, i), err,
                            "meetings.classes[%zu].duration is missing, e.g. exponential(mean 1 h)",
                            i);
    if (!hr_law_is_integer(&size->law))
        return hr_params_fail(a->params, HR_KEY_class_size, i, 0, err,
                              "needs a law of whole numbers, e.g. mix(4 at 85 %%, 6 at 15 %%)");
    *class = (hr_class){.name = name->is_set ? name->text : NULL,
                        .share = hr_params_at(a->params, HR_KEY_class_share, i, 0)->number,
                        .size = size->law,
                        .duration = duration->law};
    if (class->name == NULL) {
        char numbered[32];
        (void)snprintf(numbered, sizeof numbered, "class %zu", i);
        class->name = hr_arena_text(a->arena, numbered, strlen(numbered));
        if (class->name == NULL)
            return HR_FAIL(err, HR_ERR_MEMORY, "no memory for a name");
    }
    HR_TRY(fill_profile(a, i, class, err));
out:
    return st;
}

static hr_status fill_classes(const hr_assembling *a, hr_err *err)
{
    hr_status st = HR_OK;
    hr_class *classes = NULL;
    const size_t n = hr_params_count(a->params, HR_KEY_classes, 0);
    double sum = 0.0;
    HR_TAKE(classes, a->arena, n);
    for (size_t i = 0; i < n; i++) {
        HR_TRY(fill_class(a, i, &classes[i], err));
        sum += classes[i].share;
    }
    if (fabs(sum - 1.0) > 1e-9)
        return hr_mark_fail(mark_of_item(a->params, HR_KEY_class_share, 0), err,
                            "meetings.classes: the shares must sum to 100 %%, not %.9g %%",
                            100.0 * sum);
    a->configuration->n_classes = (unsigned)n;
    a->configuration->classes = classes;
    a->configuration->join = hr_params_get(a->params, HR_KEY_join_ramp)->law;
out:
    return st;
}

/* ---- sources */

static hr_status require_source(const hr_assembling *a, hr_key key, size_t i, hr_err *err)
{
    return require(a, key, i, "this kind of source needs it", err);
}

static hr_status fill_pieces(const hr_assembling *a, size_t i, hr_source *source, hr_err *err)
{
    const hr_value *edges = hr_params_at(a->params, HR_KEY_source_edges, i, 0);
    const hr_value *rates = hr_params_at(a->params, HR_KEY_source_rates, i, 0);
    if (edges->n != rates->n + 1)
        return hr_params_fail(a->params, HR_KEY_source_edges, i, 0, err,
                              "%zu rates need %zu edges, not %zu", rates->n, rates->n + 1,
                              edges->n);
    for (size_t k = 0; k + 1 < edges->n; k++) {
        if (!(edges->list[k] < edges->list[k + 1]))
            return hr_params_fail(a->params, HR_KEY_source_edges, i, 0, err, "must ascend");
    }
    if (source->period > 0.0 && edges->list[edges->n - 1] - edges->list[0] > source->period)
        return hr_params_fail(a->params, HR_KEY_source_edges, i, 0, err,
                              "reach over more than one period");
    source->n_pieces = (unsigned)rates->n;
    source->edges = edges->list;
    source->rates = rates->list;
    return HR_OK;
}

static hr_status check_source(const hr_assembling *a, size_t i, const hr_source *source,
                              hr_err *err)
{
    hr_status st = HR_OK;
    const bool by_rate =
        source->kind <= HR_SOURCE_SINUSOID || source->kind == HR_SOURCE_POISSON_BATCH;
    if (by_rate)
        HR_TRY(require_source(a, HR_KEY_source_rate, i, err));
    if (source->kind == HR_SOURCE_SINUSOID || source->kind == HR_SOURCE_CLOCK_BATCH) {
        HR_TRY(require_source(a, HR_KEY_source_period, i, err));
        if (!(source->period > 0.0))
            return hr_params_fail(a->params, HR_KEY_source_period, i, 0, err, "must be above 0");
    }
    if (source->kind == HR_SOURCE_PIECEWISE) {
        HR_TRY(require_source(a, HR_KEY_source_edges, i, err));
        HR_TRY(require_source(a, HR_KEY_source_rates, i, err));
    }
    if (source->kind >= HR_SOURCE_POISSON_BATCH) {
        HR_TRY(require_source(a, HR_KEY_source_count, i, err));
        if (!hr_law_is_integer(&source->count))
            return hr_params_fail(a->params, HR_KEY_source_count, i, 0, err,
                                  "needs a law of whole numbers, e.g. poisson(mean 20)");
    }
out:
    return st;
}

static hr_status fill_source(const hr_assembling *a, size_t i, hr_source *source, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_params *params = a->params;
    *source = (hr_source){
        .kind = (hr_source_kind)hr_params_at(params, HR_KEY_source_kind, i, 0)->choice,
        .rate = hr_params_at(params, HR_KEY_source_rate, i, 0)->number,
        .amplitude = hr_params_at(params, HR_KEY_source_amplitude, i, 0)->number,
        .period = hr_params_at(params, HR_KEY_source_period, i, 0)->number,
        .phase = hr_params_at(params, HR_KEY_source_phase, i, 0)->number,
        .offset = hr_params_at(params, HR_KEY_source_offset, i, 0)->number,
        .count = hr_params_at(params, HR_KEY_source_count, i, 0)->law,
        .lateness = hr_params_at(params, HR_KEY_source_lateness, i, 0)->law,
    };
    HR_TRY(check_source(a, i, source, err));
    if (source->kind == HR_SOURCE_PIECEWISE)
        HR_TRY(fill_pieces(a, i, source, err));
out:
    return st;
}

static hr_status fill_sources(const hr_assembling *a, hr_err *err)
{
    hr_status st = HR_OK;
    hr_source *sources = NULL;
    const size_t n = hr_params_count(a->params, HR_KEY_arrivals_sources, 0);
    if (n == 0 || n > HR_MAX_SOURCES)
        return hr_mark_fail(n == 0
                                ? mark_of_item(a->params, HR_KEY_classes, 0)
                                : mark_of_item(a->params, HR_KEY_arrivals_sources, HR_MAX_SOURCES),
                            err,
                            "arrivals.sources: meetings.classes needs 1 to %d sources, e.g. "
                            "[{rate: 20 per hour}]",
                            HR_MAX_SOURCES);
    HR_TAKE(sources, a->arena, n);
    for (size_t i = 0; i < n; i++)
        HR_TRY(fill_source(a, i, &sources[i], err));
    a->configuration->n_sources = (unsigned)n;
    a->configuration->sources = sources;
out:
    return st;
}

/* ---- background */

static hr_status fill_held(const hr_assembling *a, size_t i, hr_background *item, double *cost,
                           hr_err *err)
{
    const hr_value *law = hr_params_at(a->params, HR_KEY_item_law, i, 0);
    const hr_value *named = hr_params_at(a->params, HR_KEY_item_resource, i, 0);
    const hr_resource_id id =
        named->is_set ? (hr_resource_id)named->choice : a->configuration->resource[0];
    const int r = hr_assemble_resource(a->configuration, id);
    if (r < 0 || law->form != HR_FORM_PLAIN)
        return hr_params_fail(a->params, HR_KEY_item_law, i, 0, err,
                              r < 0 ? "its resource has no ceiling in this study"
                                    : "needs quantities, not percentages");
    item->kind = HR_BACKGROUND_HELD;
    item->law = law->law;
    item->shared = hr_params_at(a->params, HR_KEY_item_shared, i, 0)->choice != 0;
    cost[r] = 1.0;
    return HR_OK;
}

static hr_status fill_item(const hr_assembling *a, size_t i, hr_background *item, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_value *sessions = hr_params_at(a->params, HR_KEY_item_sessions, i, 0);
    const hr_value *name = hr_params_at(a->params, HR_KEY_item_name, i, 0);
    double *cost = NULL;
    HR_TAKE(cost, a->arena, a->configuration->n_resources);
    item->name = name->is_set ? name->text : "background";
    item->cost = cost;
    if (sessions->is_set == hr_params_at(a->params, HR_KEY_item_law, i, 0)->is_set)
        return hr_mark_fail(mark_of_item(a->params, HR_KEY_background_items, i), err,
                            "background.items[%zu]: give either law (a load that is held) or "
                            "sessions with holding and cost",
                            i);
    if (!sessions->is_set)
        return fill_held(a, i, item, cost, err);
    HR_TRY(require(a, HR_KEY_item_holding, i, "sessions need it", err));
    item->kind = HR_BACKGROUND_SESSIONS;
    item->sessions = sessions->number;
    item->holding = hr_params_at(a->params, HR_KEY_item_holding, i, 0)->number;
    HR_TRY(fill_costs(a, HR_KEY_item_cost, 1, i, 0, cost, err));
out:
    return st;
}

static hr_status fill_background(const hr_assembling *a, hr_err *err)
{
    hr_status st = HR_OK;
    hr_background *items = NULL;
    const size_t n = hr_params_count(a->params, HR_KEY_background_items, 0);
    if (n > HR_MAX_BACKGROUND)
        return hr_mark_fail(mark_of_item(a->params, HR_KEY_background_items, HR_MAX_BACKGROUND),
                            err, "background.items: at most %d", HR_MAX_BACKGROUND);
    HR_TAKE(items, a->arena, n);
    for (size_t i = 0; i < n; i++)
        HR_TRY(fill_item(a, i, &items[i], err));
    a->configuration->n_background = (unsigned)n;
    a->configuration->background = items;
out:
    return st;
}

hr_status hr_assemble_general(const hr_params *params, hr_arena *arena,
                              hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_assembling a = {params, arena, configuration};
    HR_TRY(fill_classes(&a, err));
    HR_TRY(fill_sources(&a, err));
    HR_TRY(fill_background(&a, err));
out:
    return st;
}
