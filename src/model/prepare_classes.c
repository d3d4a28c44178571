/* Samplers and integer costs of classes, profiles and kinds of participants. */
#include <math.h>
#include <string.h>

#include "base/memo.h"
#include "model/preparing.h"

static hr_status prepare_profile(const hr_preparing *p, const hr_profile *profile,
                                 hr_prepared_profile *o, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n_resources = p->configuration->n_resources;
    double *share = NULL;
    double *cost = NULL;
    HR_TRY(hr_preparing_costs(p, profile->cost, 1, &o->cost, err));
    HR_TAKE(share, p->arena, profile->n_kinds);
    HR_TAKE(cost, p->arena, profile->n_kinds * (size_t)n_resources);
    for (unsigned k = 0; k < profile->n_kinds; k++) {
        share[k] = profile->kinds[k].share;
        memcpy(cost + k * (size_t)n_resources, profile->kinds[k].cost, n_resources * sizeof *cost);
    }
    HR_TRY(hr_preparing_costs(p, cost, profile->n_kinds, &o->kind_cost, err));
    HR_TRY(hr_preparing_index(p, share, profile->n_kinds, &o->kind, err));
    o->n_kinds = profile->n_kinds;
out:
    return st;
}

/* Random loads of a class: samplers, and the rounding that continuous laws suffer. */
static hr_status prepare_load_laws(const hr_preparing *p, const hr_class *class,
                                   hr_prepared_class *o, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n_resources = p->configuration->n_resources;
    hr_sampler *load = NULL;
    if (class->load == NULL)
        return HR_OK;
    HR_TAKE(load, p->arena, n_resources);
    for (unsigned r = 0; r < n_resources; r++) {
        HR_TRY(hr_sampler_init(&load[r], &class->load[r], p->arena, err));
        const double mean = hr_law_mean(&class->load[r]) * p->prepared->steps[r];
        if (!hr_law_is_integer(&class->load[r]) && mean > 0.0) {
            const double error = hr_law_is_constant(&class->load[r])
                                     ? fabs(floor(mean + 0.5) - mean) / mean
                                     : 0.25 / mean; /* mean distance to the nearest step */
            if (error > p->prepared->rounding)
                p->prepared->rounding = error;
        }
    }
    o->load = load;
out:
    return st;
}

/* What the profiles of a class become. */
typedef struct prepared_profiles {
    const hr_prepared_profile *profiles;
    hr_sampler profile;
    double rounding; /* the worst of their costs */
} prepared_profiles;

/* Steps of n costs that sum to `whole`: each rounded, and the largest takes what that leaves. */
static void divide(int64_t whole, const double *cost, unsigned n, double steps, int64_t *out)
{
    unsigned largest = 0;
    for (unsigned i = 0; i < n; i++) {
        out[i] = (int64_t)floor(cost[i] * steps + 0.5);
        whole -= out[i];
        largest = cost[i] > cost[largest] ? i : largest;
    }
    out[largest] += whole;
}

/* Costs of the parts of a profile: to the step, together they are the profile's, so that a meeting
 * loads the pool alike whether it is placed as a whole or not. */
static hr_status prepare_parts(const hr_preparing *p, const hr_class *class,
                               const hr_profile *profile, const hr_prepared_profile *whole,
                               hr_prepared_profile *parts, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n_resources = p->configuration->n_resources, n = profile->n_parts;
    const hr_profile *part = class->profiles + profile->first_part;
    int64_t *cost[HR_MEDIUM_LAST + 1];
    HR_ASSERT(n <= HR_MEDIUM_LAST + 1);
    for (unsigned i = 0; i < n; i++) {
        HR_TAKE(cost[i], p->arena, (profile->n_kinds + (size_t)1) * n_resources);
        parts[i] = (hr_prepared_profile){.cost = cost[i],
                                         .n_kinds = profile->n_kinds,
                                         .kind = whole->kind,
                                         .kind_cost = cost[i] + n_resources};
    }
    for (unsigned at = 0; at < (profile->n_kinds + 1) * n_resources; at++) {
        const unsigned r = at % n_resources, kind = at / n_resources; /* 0: per meeting */
        double exact[HR_MEDIUM_LAST + 1];
        int64_t steps[HR_MEDIUM_LAST + 1];
        for (unsigned i = 0; i < n; i++)
            exact[i] = kind == 0 ? part[i].cost[r] : part[i].kinds[kind - 1].cost[r];
        divide(kind == 0 ? whole->cost[r] : whole->kind_cost[at - n_resources], exact, n,
               p->prepared->steps[r], steps);
        for (unsigned i = 0; i < n; i++)
            cost[i][at] = steps[i];
    }
out:
    return st;
}

static hr_status make_profiles(const hr_preparing *p, const hr_class *class, prepared_profiles *o,
                               hr_err *err)
{
    hr_status st = HR_OK;
    double *share = NULL;
    hr_prepared_profile *profiles = NULL;
    hr_prepared own = *p->prepared;
    const hr_preparing alone = {p->configuration, &own, p->arena};
    own.rounding = 0.0;
    HR_TAKE(share, p->arena, class->n_profiles);
    HR_TAKE(profiles, p->arena, class->n_profiles + (size_t) class->n_parts);
    for (unsigned i = 0; i < class->n_profiles; i++) {
        const hr_profile *profile = &class->profiles[i];
        share[i] = profile->share;
        HR_TRY(prepare_profile(&alone, profile, &profiles[i], err));
        if (profile->n_parts > 0)
            HR_TRY(prepare_parts(p, class, profile, &profiles[i], profiles + profile->first_part,
                                 err));
    }
    HR_TRY(hr_preparing_index(p, share, class->n_profiles, &o->profile, err));
    o->profiles = profiles;
    o->rounding = own.rounding;
out:
    return st;
}

/* Profiles that are kept are prepared once for the same steps. */
static hr_status prepare_profiles(const hr_preparing *p, const hr_class *class,
                                  hr_prepared_class *o, hr_err *err)
{
    hr_status st = HR_OK;
    struct {
        uint64_t profiles, n_profiles, n_resources;
        double steps[HR_MAX_RESOURCES];
    } key = {(uintptr_t) class->profiles, class->n_profiles, p->configuration->n_resources, {0}};
    const prepared_profiles *found = NULL;
    prepared_profiles *made = NULL;
    memcpy(key.steps, p->prepared->steps, sizeof key.steps);
    if (class->is_kept)
        found = hr_memo_find(p->arena, HR_MEMO_PREPARED_PROFILES, &key, sizeof key);
    if (found == NULL) {
        HR_TAKE(made, p->arena, 1);
        HR_TRY(make_profiles(p, class, made, err));
        if (class->is_kept)
            HR_TRY(hr_memo_keep(p->arena, HR_MEMO_PREPARED_PROFILES, &key, sizeof key, made, err));
        found = made;
    }
    o->profile = found->profile;
    o->profiles = found->profiles;
    if (found->rounding > p->prepared->rounding)
        p->prepared->rounding = found->rounding;
out:
    return st;
}

static hr_status prepare_class(const hr_preparing *p, const hr_class *class, hr_prepared_class *o,
                               hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_law_mean_once(&class->duration, p->arena, &o->mean_duration, err));
    if (!(o->mean_duration > 0.0) || o->mean_duration > HR_MOST_SECONDS)
        return HR_FAIL(err, HR_ERR_DATA, "class %s: mean duration %g s is out of range",
                       class->name, o->mean_duration);
    HR_TRY(hr_sampler_init(&o->size, &class->size, p->arena, err));
    HR_TRY(hr_sampler_init(&o->duration, &class->duration, p->arena, err));
    HR_TRY(hr_law_length_biased(&class->duration, p->arena, &o->alive, err));
    HR_TRY(prepare_profiles(p, class, o, err));
    HR_TRY(prepare_load_laws(p, class, o, err));
    if (class->reserve != NULL)
        HR_TRY(hr_preparing_costs(p, class->reserve, 1, &o->reserve, err));
out:
    return st;
}

static hr_status number_kinds(const hr_preparing *p, hr_prepared_class *classes, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = p->configuration;
    unsigned n_kinds = 0;
    for (unsigned k = 0; k < c->n_classes; k++) {
        unsigned *first = NULL;
        HR_TAKE(first, p->arena, c->classes[k].n_profiles);
        for (unsigned i = 0; i < c->classes[k].n_profiles; i++) {
            first[i] = n_kinds;
            n_kinds += c->classes[k].profiles[i].n_kinds;
        }
        classes[k].first_kind = first;
    }
    if (n_kinds > UINT16_MAX)
        return HR_FAIL(err, HR_ERR_DATA, "%u kinds of participants; at most %d", n_kinds,
                       UINT16_MAX);
    p->prepared->n_kinds = n_kinds;
out:
    return st;
}

static hr_status prepare_activation(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_law *law = p->configuration->activation;
    hr_sampler *sampler = NULL;
    if (law == NULL)
        return HR_OK;
    HR_TAKE(sampler, p->arena, HR_MEDIUM_LAST + 1);
    for (unsigned m = 0; m <= HR_MEDIUM_LAST; m++)
        HR_TRY(hr_sampler_init(&sampler[m], &law[m], p->arena, err));
    p->prepared->activation = sampler;
out:
    return st;
}

hr_status hr_prepare_classes(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = p->configuration;
    hr_prepared_class *classes = NULL;
    double *share = NULL;
    double *alive = NULL;
    HR_TAKE(classes, p->arena, c->n_classes);
    HR_TAKE(share, p->arena, c->n_classes);
    HR_TAKE(alive, p->arena, c->n_classes);
    double mean = 0.0;
    for (unsigned k = 0; k < c->n_classes; k++) {
        HR_TRY(prepare_class(p, &c->classes[k], &classes[k], err));
        share[k] = c->classes[k].share;
        alive[k] = share[k] * classes[k].mean_duration;
        mean += alive[k];
    }
    HR_TRY(number_kinds(p, classes, err));
    for (unsigned k = 0; k < c->n_classes; k++)
        alive[k] /= mean;
    p->prepared->mean_duration = mean;
    p->prepared->classes = classes;
    HR_TRY(hr_preparing_index(p, share, c->n_classes, &p->prepared->class_of, err));
    HR_TRY(hr_preparing_index(p, alive, c->n_classes, &p->prepared->class_alive, err));
    p->prepared->joins_at_once = hr_law_is_constant(&c->join) && hr_law_mean(&c->join) == 0.0;
    if (!p->prepared->joins_at_once)
        HR_TRY(hr_sampler_init(&p->prepared->join, &c->join, p->arena, err));
    HR_TRY(prepare_activation(p, err));
out:
    return st;
}
