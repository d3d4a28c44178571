#include "study/large_meetings.h"

#include "study/charge.h"
#include "study/deployment.h"
#include "study/modality.h"

const hr_pool_keys hr_large_meetings_keys = {
    .role = HR_ROLE_large_meetings,
    .kind = HR_POOL_LARGE,
    .name = "large_meetings",
    .section = "deployment.large_meetings",
    .servers = HR_KEY_large_meetings_servers,
    .server = HR_KEY_large_meetings_server,
    .ceilings = HR_KEY_large_meetings_ceilings,
    .when_full = HR_KEY_large_meetings_when_full,
};

typedef struct hr_large_work {
    const hr_params *params;
    const hr_configuration *first;
    hr_arena *arena;
    hr_configuration *pool; /* being assembled: servers, resources, ceilings are known */
    hr_charges charges;
} hr_large_work;

/* ---- classes: the first pool's, at the costs of this one */

/* In the published test nothing is shared and the roster suppressed, so that all participants cost
 * alike; a phone among them holds a call all the same. */
static bool costs_as_tested(const hr_large_work *w)
{
    return hr_params_get(w->params, HR_KEY_large_meetings_participants)->choice == 0;
}

static bool is_as_tested(const hr_large_work *w, hr_resource_id resource)
{
    return costs_as_tested(w) && resource != HR_RESOURCE_PSTN_CALLS &&
           resource != HR_RESOURCE_LARGE_MEETINGS;
}

static hr_status copy_cost(const hr_large_work *w, const double *ordinary, bool is_meeting,
                           const double **cost, hr_err *err)
{
    hr_status st = HR_OK;
    double *out = NULL;
    HR_TAKE(out, w->arena, w->pool->n_resources);
    for (unsigned r = 0; r < w->pool->n_resources; r++) {
        const hr_resource_id resource = w->pool->resource[r];
        out[r] = ordinary[r];
        if (is_as_tested(w, resource)) /* the mixer is a part of what people cost there */
            out[r] = is_meeting ? 0.0 : hr_charge_large(&w->charges, resource);
    }
    *cost = out;
out:
    return st;
}

static hr_status copy_profile(const hr_large_work *w, const hr_profile *ordinary,
                              hr_profile *profile, hr_err *err)
{
    hr_status st = HR_OK;
    hr_kind *kinds = NULL;
    HR_TAKE(kinds, w->arena, ordinary->n_kinds);
    *profile = *ordinary;
    HR_TRY(copy_cost(w, ordinary->cost, true, &profile->cost, err));
    for (unsigned i = 0; i < ordinary->n_kinds; i++) {
        kinds[i] = ordinary->kinds[i];
        HR_TRY(copy_cost(w, ordinary->kinds[i].cost, false, &kinds[i].cost, err));
    }
    profile->kinds = kinds;
out:
    return st;
}

/* Media of the published test, whatever the meeting: its Focus, sound and data. What phones hold is
 * with sound. */
static const hr_medium tested_media[] = {HR_MEDIUM_FOCUS, HR_MEDIUM_AV, HR_MEDIUM_DATA};
enum { N_TESTED = sizeof tested_media / sizeof *tested_media };

static double tested_cost(const hr_large_work *w, hr_medium medium, unsigned r, double whole)
{
    const hr_resource_id resource = w->pool->resource[r];
    if (is_as_tested(w, resource))
        return hr_charge_large_part(&w->charges, medium, resource);
    return medium == HR_MEDIUM_AV ? whole : 0.0;
}

static hr_status fill_tested_part(const hr_large_work *w, const hr_profile *whole, hr_medium medium,
                                  hr_profile *part, hr_err *err)
{
    hr_status st = HR_OK;
    hr_kind *kinds = NULL;
    double *nothing = NULL;
    HR_TAKE(kinds, w->arena, whole->n_kinds);
    HR_TAKE(nothing, w->arena, w->pool->n_resources);
    for (unsigned i = 0; i < whole->n_kinds; i++) {
        double *cost = NULL;
        HR_TAKE(cost, w->arena, w->pool->n_resources);
        for (unsigned r = 0; r < w->pool->n_resources; r++)
            cost[r] = tested_cost(w, medium, r, whole->kinds[i].cost[r]);
        kinds[i] = whole->kinds[i];
        kinds[i].cost = cost;
    }
    *part =
        (hr_profile){.cost = nothing, .n_kinds = whole->n_kinds, .kinds = kinds, .medium = medium};
out:
    return st;
}

/* Parts behind the profiles: those of the ordinary class, or the test's for each. */
static hr_status fill_parts(const hr_large_work *w, const hr_class *ordinary, hr_profile *profiles,
                            unsigned *n_parts, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n = ordinary->n_profiles;
    *n_parts = ordinary->n_parts;
    for (unsigned i = n; i < n + ordinary->n_parts; i++)
        profiles[i] = ordinary->profiles[i];
    if (ordinary->n_parts == 0 || !costs_as_tested(w))
        return HR_OK;
    *n_parts = N_TESTED * n;
    for (unsigned i = 0; i < n; i++) {
        profiles[i].first_part = n + N_TESTED * i;
        profiles[i].n_parts = N_TESTED;
        for (unsigned m = 0; m < N_TESTED; m++)
            HR_TRY(fill_tested_part(w, &profiles[i], tested_media[m],
                                    &profiles[profiles[i].first_part + m], err));
    }
out:
    return st;
}

/* Profiles and kinds are those of the first pool, number by number: meetings keep theirs. */
static hr_status fill_class(const hr_large_work *w, bool is_inserted, hr_class *class, hr_err *err)
{
    hr_status st = HR_OK;
    hr_profile *profiles = NULL;
    const unsigned n_profiles = class->n_profiles;
    class->n_profiles = 0;
    HR_TRY(is_inserted
               ? hr_modality_inserted(w->params, &w->charges, w->arena, w->pool, class, err)
               : hr_modality_profiles(w->params, &w->charges, w->arena, w->pool, class, err));
    HR_ASSERT(class->n_profiles == n_profiles);
    HR_TAKE(profiles, w->arena, (N_TESTED + 1) * (size_t)n_profiles + class->n_parts);
    for (unsigned i = 0; i < n_profiles; i++)
        HR_TRY(copy_profile(w, &class->profiles[i], &profiles[i], err));
    HR_TRY(fill_parts(w, class, profiles, &class->n_parts, err));
    class->profiles = profiles;
    class->is_kept = false;
out:
    return st;
}

static hr_status fill_meetings(const hr_large_work *w, hr_err *err)
{
    hr_status st = HR_OK;
    hr_class *classes = NULL;
    HR_TAKE(classes, w->arena, w->first->n_classes);
    w->pool->meetings = HR_MEETINGS_LARGE;
    w->pool->placement.unit = w->first->placement.unit;
    for (unsigned k = 0; k < w->first->n_classes; k++) {
        classes[k] = w->first->classes[k];
        HR_TRY(fill_class(w, w->first->inserted != NULL && w->first->inserted->class_of == k,
                          &classes[k], err));
    }
    w->pool->inserted = w->first->inserted;
    w->pool->n_classes = w->first->n_classes;
    w->pool->classes = classes;
    w->pool->n_sources = w->first->n_sources;
    w->pool->sources = w->first->sources;
    w->pool->join = w->first->join;
    w->pool->from_size = (uint32_t)hr_params_get(w->params, HR_KEY_large_meetings_from)->number;
    w->pool->large_from = w->first->large_from;
out:
    return st;
}

/* A ceiling on something that nothing here loads would look like a finding: "never over". */
static bool is_loaded(const hr_configuration *pool, unsigned r)
{
    for (unsigned k = 0; k < pool->n_classes; k++) {
        for (unsigned i = 0; i < pool->classes[k].n_profiles; i++) {
            const hr_profile *profile = &pool->classes[k].profiles[i];
            for (unsigned m = 0; m < profile->n_kinds; m++) {
                if (profile->cost[r] > 0.0 || profile->kinds[m].cost[r] > 0.0)
                    return true;
            }
        }
    }
    return pool->resource[r] == HR_RESOURCE_LARGE_MEETINGS;
}

static hr_status check_resources(const hr_large_work *w, hr_err *err)
{
    for (unsigned r = 0; r < w->pool->n_resources; r++) {
        if (!is_loaded(w->pool, r))
            return HR_FAIL(err, HR_ERR_DATA,
                           "%s.ceilings.%s: its meetings do not load this resource; remove the "
                           "ceiling",
                           hr_large_meetings_keys.section, hr_resources[w->pool->resource[r]].name);
    }
    return HR_OK;
}

/* ---- the rule */

/* The first pool's, among servers that are all for large meetings. */
static hr_status fill_placement(const hr_large_work *w, hr_err *err)
{
    hr_status st = HR_OK;
    hr_configuration *c = w->pool;
    hr_placement *p = &c->placement;
    *p = w->first->placement;
    p->dedicated = 0;
    p->d = c->n_servers > 0 && p->d > c->n_servers ? c->n_servers : p->d;
    if (p->metric >= HR_METRIC_RESOURCE &&
        hr_assemble_resource(c, (hr_resource_id)(p->metric - HR_METRIC_RESOURCE)) < 0)
        return hr_params_fail(w->params, HR_KEY_placement_metric, 0, 0, err,
                              "has no ceiling in the pool for large meetings; give "
                              "deployment.large_meetings.ceilings.%s",
                              hr_resources[p->metric - HR_METRIC_RESOURCE].name);
    HR_TRY(hr_assemble_when_full(w->params, &hr_large_meetings_keys, w->arena, c, err));
out:
    return st;
}

/* ---- probes */

/* The same loads, medium by medium where these are placed apart. */
static hr_status fill_probe_parts(const hr_large_work *w, hr_probe *probe, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = w->pool;
    const size_t n = c->n_resources;
    double *part = NULL;
    if (!costs_as_tested(w) || c->placement.unit != HR_UNIT_MODALITY)
        return hr_assemble_probe_parts(w->params, w->arena, c, probe->size, &probe->part, err);
    HR_TAKE(part, w->arena, (HR_MEDIUM_LAST + (size_t)1) * n);
    for (unsigned m = 0; m < N_TESTED; m++) {
        for (unsigned r = 0; r < n; r++)
            part[tested_media[m] * n + r] =
                probe->size * tested_cost(w, tested_media[m], r, probe->load[r] / probe->size);
    }
    probe->part = part;
out:
    return st;
}

static hr_status fill_probes(const hr_large_work *w, hr_err *err)
{
    hr_status st = HR_OK;
    hr_configuration *c = w->pool;
    hr_probe *probes = NULL;
    HR_TAKE(probes, w->arena, w->first->n_probes);
    for (unsigned i = 0; i < w->first->n_probes; i++) {
        const double size = w->first->probes[i].size;
        double *load = NULL;
        HR_TAKE(load, w->arena, c->n_resources);
        HR_TRY(hr_assemble_front_end_probe(w->params, w->arena, c, size, load, err));
        for (unsigned r = 0; r < c->n_resources; r++) {
            if (is_as_tested(w, c->resource[r]))
                load[r] = size * hr_charge_large(&w->charges, c->resource[r]);
            else if (c->resource[r] == HR_RESOURCE_LARGE_MEETINGS)
                load[r] = size >= c->large_from ? 1.0 : 0.0;
        }
        probes[i] = (hr_probe){size, load, NULL};
        HR_TRY(fill_probe_parts(w, &probes[i], err));
    }
    c->n_probes = w->first->n_probes;
    c->probes = probes;
out:
    return st;
}

/* ---- the whole */

hr_status hr_large_meetings_assemble(const hr_params *params, const hr_configuration *first,
                                     hr_arena *arena, hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_large_work w = {.params = params, .first = first, .arena = arena, .pool = configuration};
    configuration->may_be_empty = true;
    configuration->n_servers =
        (unsigned)hr_params_get(params, HR_KEY_large_meetings_servers)->number;
    hr_charges_read(&w.charges, params);
    if (hr_deployment_has(params, HR_ROLE_mediation))
        hr_charges_without_calls(&w.charges);
    HR_TRY(hr_assemble_ceilings(params, &hr_large_meetings_keys, arena, configuration, err));
    hr_assemble_times(first, configuration);
    HR_TRY(fill_meetings(&w, err));
    HR_TRY(check_resources(&w, err));
    HR_TRY(fill_placement(&w, err));
    HR_TRY(fill_probes(&w, err));
    HR_TRY(hr_modality_activation(params, arena, configuration, err));
out:
    return st;
}
