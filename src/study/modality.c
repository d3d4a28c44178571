#include "study/modality.h"

#include <math.h>

#include "study/charge.h"

enum { MOST_KINDS = 4 }; /* (computer, phone) x (viewer, presenter) */

/* What sharing meetings show: one entry per rate. */
typedef struct content {
    double rate;  /* kbit/s to each viewer */
    double share; /* of the sharing meetings */
} content;

/* What is needed to work out a class. */
typedef struct work {
    const hr_params *params;
    hr_arena *arena;
    const hr_configuration *pool;
    double mean_size;
    unsigned n_contents;
    const content *contents;
} work;

double hr_modality_share(const hr_params *params, unsigned modalities)
{
    static const struct {
        unsigned modality;
        hr_key key;
    } all[] = {{HR_AUDIO, HR_KEY_modality_audio},
               {HR_SHARING, HR_KEY_modality_sharing},
               {HR_VIDEO, HR_KEY_modality_video},
               {HR_DATA, HR_KEY_modality_data}};
    double share = 1.0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const double with = hr_params_get(params, all[i].key)->number;
        share *= modalities & all[i].modality ? with : 1.0 - with;
    }
    return share;
}

/* Rates that a content law can take, appended to `contents`, each `share` times its own. */
static hr_status add_contents(work *w, content *contents, hr_key key, double share, hr_err *err)
{
    const hr_law *rates = &hr_params_get(w->params, key)->law;
    if (share <= 0.0)
        return HR_OK;
    if (hr_law_is_constant(rates)) {
        contents[w->n_contents++] = (content){hr_law_mean(rates), share};
        return HR_OK;
    }
    if (rates->kind != HR_LAW_TABLE)
        return hr_params_fail(w->params, key, 0, 0, err,
                              "must be a rate or a mix of rates, e.g. `200 kbit/s` or "
                              "`mix(3 Mbit/s at 50 %%, 5 Mbit/s at 50 %%)`");
    for (size_t i = 0; i < rates->n; i++) {
        if (rates->share[i] > 0.0)
            contents[w->n_contents++] = (content){rates->value[i], share * rates->share[i]};
    }
    return HR_OK;
}

static hr_status find_contents(work *w, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_law *slides = &hr_params_get(w->params, HR_KEY_content_slides)->law;
    const hr_law *heavy = &hr_params_get(w->params, HR_KEY_content_heavy)->law;
    const double heavy_share = hr_params_get(w->params, HR_KEY_heavy_share)->number;
    content *contents = NULL;
    HR_TAKE(contents, w->arena, slides->n + heavy->n + 2);
    HR_TRY(add_contents(w, contents, HR_KEY_content_slides, 1.0 - heavy_share, err));
    HR_TRY(add_contents(w, contents, HR_KEY_content_heavy, heavy_share, err));
    w->contents = contents;
out:
    return st;
}

static hr_status participant_costs(const work *w, const hr_participation *p, const double **costs,
                                   hr_err *err)
{
    hr_status st = HR_OK;
    double *out = NULL;
    HR_TAKE(out, w->arena, w->pool->n_resources);
    for (unsigned r = 0; r < w->pool->n_resources; r++)
        out[r] = hr_charge_participant(w->params, p, w->pool->resource[r]);
    *costs = out;
out:
    return st;
}

/* Kinds of participants of a meeting. One participant of a sharing meeting presents and does not
 * view: each does with probability 1 / mean size, which is exact in the mean of the class. */
static hr_status fill_kinds(const work *w, unsigned modalities, double rate, hr_profile *profile,
                            hr_err *err)
{
    hr_status st = HR_OK;
    const double phones =
        modalities & HR_AUDIO ? hr_params_get(w->params, HR_KEY_dial_in)->number : 0.0;
    const double presents = modalities & HR_SHARING ? fmin(1.0, 1.0 / w->mean_size) : 0.0;
    hr_kind *kinds = NULL;
    HR_TAKE(kinds, w->arena, MOST_KINDS);
    for (unsigned i = 0; i < MOST_KINDS; i++) {
        const hr_participation p = {modalities, rate, i & 1, i & 2};
        const double share =
            (p.phones ? phones : 1.0 - phones) * (p.presents ? presents : 1.0 - presents);
        if (share <= 0.0)
            continue;
        hr_kind *kind = &kinds[profile->n_kinds++];
        kind->share = share;
        HR_TRY(participant_costs(w, &p, &kind->cost, err));
    }
    profile->kinds = kinds;
out:
    return st;
}

static hr_status fill_profile(const work *w, unsigned modalities, const content *shown,
                              hr_profile *profile, hr_err *err)
{
    hr_status st = HR_OK;
    double *cost = NULL;
    HR_TAKE(cost, w->arena, w->pool->n_resources);
    for (unsigned r = 0; r < w->pool->n_resources; r++)
        cost[r] = hr_charge_meeting(w->params, modalities, w->pool->resource[r]);
    profile->cost = cost;
    profile->share = hr_modality_share(w->params, modalities) * shown->share;
    HR_TRY(fill_kinds(w, modalities, shown->rate, profile, err));
out:
    return st;
}

static hr_status fill_profiles(const work *w, hr_class *class, hr_err *err)
{
    static const content nothing = {0.0, 1.0};
    hr_status st = HR_OK;
    hr_profile *profiles = NULL;
    HR_TAKE(profiles, w->arena, HR_N_MODALITY_SETS * (size_t)(w->n_contents + 1));
    for (unsigned modalities = 0; modalities < HR_N_MODALITY_SETS; modalities++) {
        const bool shares = modalities & HR_SHARING;
        const unsigned n = shares ? w->n_contents : 1;
        if (hr_modality_share(w->params, modalities) <= 0.0)
            continue;
        for (unsigned i = 0; i < n; i++) {
            const content *shown = shares ? &w->contents[i] : &nothing;
            HR_TRY(fill_profile(w, modalities, shown, &profiles[class->n_profiles++], err));
        }
    }
    class->profiles = profiles;
out:
    return st;
}

hr_status hr_modality_profiles(const hr_params *params, hr_arena *arena,
                               const hr_configuration *pool, hr_class *class, hr_err *err)
{
    hr_status st = HR_OK;
    work w = {
        .params = params, .arena = arena, .pool = pool, .mean_size = hr_law_mean(&class->size)};
    HR_TRY(find_contents(&w, err));
    HR_TRY(fill_profiles(&w, class, err));
out:
    return st;
}
