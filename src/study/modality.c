#include "study/modality.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/memo.h"

enum { MOST_KINDS = 4 };     /* (computer, phone) x (viewer, presenter) */
enum { N_MODALITIES = 4 };   /* HR_AUDIO .. HR_DATA */
enum { CONTENTS_KEPT = 16 }; /* with more of them profiles are not looked for */

/* What sharing meetings show: one entry per rate. */
typedef struct content {
    double rate;  /* kbit/s to each viewer */
    double share; /* of the sharing meetings */
} content;

/* All that profiles depend on; without padding, because it is their key in the memo. */
typedef struct facts {
    hr_charges charges;
    double mean_size;
    double with[N_MODALITIES]; /* share of the meetings with each modality */
    double dial_in;
    uint64_t are_apart; /* media are placed by themselves */
    uint64_t n_resources;
    uint64_t resource[HR_MAX_RESOURCES]; /* hr_resource_id */
    uint64_t n_contents;
    content contents[CONTENTS_KEPT];
} facts;

/* What is needed to work out a class. */
typedef struct work {
    const hr_params *params;
    hr_arena *arena;
    facts facts;
    const content *contents; /* [facts.n_contents] */
} work;

typedef struct profiles {
    unsigned n, n_parts;
    hr_profile *profile; /* [n], then [n_parts] */
} profiles;

static hr_resource_id resource_of(const work *w, unsigned r)
{
    return (hr_resource_id)w->facts.resource[r];
}

static void find_shares(const hr_params *params, double with[N_MODALITIES])
{
    static const hr_key key[N_MODALITIES] = {HR_KEY_modality_audio, HR_KEY_modality_sharing,
                                             HR_KEY_modality_video, HR_KEY_modality_data};
    for (unsigned i = 0; i < N_MODALITIES; i++)
        with[i] = hr_params_get(params, key[i])->number;
}

static double share_of(const double with[N_MODALITIES], unsigned modalities)
{
    double share = 1.0;
    for (unsigned i = 0; i < N_MODALITIES; i++)
        share *= modalities >> i & 1 ? with[i] : 1.0 - with[i];
    return share;
}

double hr_modality_share(const hr_params *params, unsigned modalities)
{
    double with[N_MODALITIES];
    find_shares(params, with);
    return share_of(with, modalities);
}

/* Rates that a content law can take, appended to `contents`, each `share` times its own. */
static hr_status add_contents(work *w, content *contents, hr_key key, double share, hr_err *err)
{
    const hr_law *rates = &hr_params_get(w->params, key)->law;
    if (share <= 0.0)
        return HR_OK;
    if (hr_law_is_constant(rates)) {
        contents[w->facts.n_contents++] = (content){hr_law_mean(rates), share};
        return HR_OK;
    }
    if (rates->kind != HR_LAW_TABLE)
        return hr_params_fail(w->params, key, 0, 0, err,
                              "must be a rate or a mix of rates, e.g. `200 kbit/s` or "
                              "`mix(3 Mbit/s at 50 %%, 5 Mbit/s at 50 %%)`");
    for (size_t i = 0; i < rates->n; i++) {
        if (rates->share[i] > 0.0)
            contents[w->facts.n_contents++] = (content){rates->value[i], share * rates->share[i]};
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
    HR_TAKE(out, w->arena, w->facts.n_resources);
    for (unsigned r = 0; r < w->facts.n_resources; r++)
        out[r] = hr_charge_participant(&w->facts.charges, p, resource_of(w, r));
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
    const double phones = modalities & HR_AUDIO ? w->facts.dial_in : 0.0;
    const double presents = modalities & HR_SHARING ? fmin(1.0, 1.0 / w->facts.mean_size) : 0.0;
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
        kind->uses = modalities | (p.phones ? HR_PHONES : 0) | (p.presents ? HR_PRESENTS : 0);
        kind->shown = rate;
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
    HR_TAKE(cost, w->arena, w->facts.n_resources);
    for (unsigned r = 0; r < w->facts.n_resources; r++)
        cost[r] = hr_charge_meeting(&w->facts.charges, modalities, resource_of(w, r));
    profile->cost = cost;
    profile->share = share_of(w->facts.with, modalities) * shown->share;
    HR_TRY(fill_kinds(w, modalities, shown->rate, profile, err));
out:
    return st;
}

/* One medium of the meetings of a profile: the same participants, at what they cost there. */
static hr_status fill_part(const work *w, unsigned modalities, const hr_profile *whole,
                           hr_medium medium, hr_profile *part, hr_err *err)
{
    hr_status st = HR_OK;
    const size_t n_resources = w->facts.n_resources;
    hr_kind *kinds = NULL;
    double *cost = NULL; /* of the meeting, then of each kind */
    HR_TAKE(kinds, w->arena, whole->n_kinds);
    HR_TAKE(cost, w->arena, (whole->n_kinds + (size_t)1) * n_resources);
    *part = (hr_profile){.cost = cost, .n_kinds = whole->n_kinds, .kinds = kinds, .medium = medium};
    for (unsigned r = 0; medium == HR_MEDIUM_AV && r < n_resources; r++)
        cost[r] = whole->cost[r]; /* the mixer's */
    for (unsigned k = 0; k < whole->n_kinds; k++) {
        const hr_kind *kind = &whole->kinds[k];
        const hr_participation p = {modalities, kind->shown, kind->uses & HR_PHONES,
                                    kind->uses & HR_PRESENTS};
        kinds[k] = *kind;
        kinds[k].cost = cost + (k + 1) * n_resources;
        for (unsigned r = 0; r < n_resources; r++)
            cost[(k + 1) * n_resources + r] =
                hr_charge_part(&w->facts.charges, &p, medium, resource_of(w, r));
    }
out:
    return st;
}

/* Room for them is behind the profiles. */
static hr_status fill_parts(const work *w, profiles *made, hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned i = 0; i < made->n; i++) {
        hr_medium media[HR_MEDIUM_LAST + 1];
        hr_profile *whole = &made->profile[i];
        const unsigned used = whole->kinds[0].uses & (HR_N_MODALITY_SETS - 1);
        whole->first_part = made->n + made->n_parts;
        whole->n_parts = hr_charge_media(used, media);
        for (unsigned m = 0; m < whole->n_parts; m++, made->n_parts++)
            HR_TRY(
                fill_part(w, used, whole, media[m], &made->profile[made->n + made->n_parts], err));
    }
out:
    return st;
}

static hr_status make_profiles(const work *w, profiles *made, hr_err *err)
{
    static const content nothing = {0.0, 1.0};
    hr_status st = HR_OK;
    const size_t most = HR_N_MODALITY_SETS * (size_t)(w->facts.n_contents + 1);
    HR_TAKE(made->profile, w->arena, w->facts.are_apart ? (HR_MEDIUM_LAST + 2) * most : most);
    for (unsigned modalities = 0; modalities < HR_N_MODALITY_SETS; modalities++) {
        const bool shares = modalities & HR_SHARING;
        const size_t n = shares ? w->facts.n_contents : 1;
        if (share_of(w->facts.with, modalities) <= 0.0)
            continue;
        for (size_t i = 0; i < n; i++) {
            const content *shown = shares ? &w->contents[i] : &nothing;
            HR_TRY(fill_profile(w, modalities, shown, &made->profile[made->n++], err));
        }
    }
    if (w->facts.are_apart)
        HR_TRY(fill_parts(w, made, err));
out:
    return st;
}

/* The profiles made before from the same facts, else new ones. */
static hr_status find_profiles(work *w, hr_class *class, hr_err *err)
{
    hr_status st = HR_OK;
    facts *key = &w->facts;
    const profiles *found = NULL;
    profiles *made = NULL;
    const bool is_kept = key->n_contents <= CONTENTS_KEPT;
    const size_t bytes = offsetof(facts, contents) + key->n_contents * sizeof(content);
    if (is_kept) {
        memcpy(key->contents, w->contents, key->n_contents * sizeof(content));
        found = hr_memo_find(w->arena, HR_MEMO_PROFILES, key, bytes);
    }
    if (found == NULL) {
        HR_TAKE(made, w->arena, 1);
        HR_TRY(make_profiles(w, made, err));
        if (is_kept)
            HR_TRY(hr_memo_keep(w->arena, HR_MEMO_PROFILES, key, bytes, made, err));
        found = made;
    }
    class->n_profiles = found->n;
    class->n_parts = found->n_parts;
    class->profiles = found->profile;
    class->is_kept = is_kept;
out:
    return st;
}

hr_status hr_modality_profiles(const hr_params *params, const hr_charges *charges, hr_arena *arena,
                               const hr_configuration *pool, hr_class *class, hr_err *err)
{
    hr_status st = HR_OK;
    work w = {.params = params, .arena = arena};
    facts *key = &w.facts;
    key->charges = *charges;
    HR_TRY(hr_law_mean_once(&class->size, arena, &key->mean_size, err));
    find_shares(params, key->with);
    key->dial_in = hr_params_get(params, HR_KEY_dial_in)->number;
    key->are_apart = pool->placement.unit == HR_UNIT_MODALITY;
    key->n_resources = pool->n_resources;
    for (unsigned r = 0; r < pool->n_resources; r++)
        key->resource[r] = pool->resource[r];
    HR_TRY(find_contents(&w, err));
    HR_TRY(find_profiles(&w, class, err));
out:
    return st;
}

/* ---- the inserted meeting */

static hr_status fill_tested(const hr_charges *charges, hr_arena *arena,
                             const hr_configuration *pool, int medium, hr_profile *profile,
                             hr_err *err)
{
    hr_status st = HR_OK;
    double *cost = NULL, *free_of_charge = NULL;
    hr_kind *kind = NULL;
    HR_TAKE(cost, arena, pool->n_resources);
    HR_TAKE(free_of_charge, arena, pool->n_resources);
    HR_TAKE(kind, arena, 1);
    for (unsigned r = 0; r < pool->n_resources; r++)
        cost[r] = medium < 0 ? hr_charge_large(charges, pool->resource[r])
                             : hr_charge_large_part(charges, (hr_medium)medium, pool->resource[r]);
    *kind = (hr_kind){.share = 1.0, .cost = cost, .uses = HR_AUDIO | HR_DATA};
    *profile = (hr_profile){.share = medium < 0 ? 1.0 : 0.0,
                            .cost = free_of_charge,
                            .n_kinds = 1,
                            .kinds = kind,
                            .medium = medium < 0 ? HR_MEDIUM_FOCUS : (hr_medium)medium};
out:
    return st;
}

hr_status hr_modality_inserted(const hr_params *params, const hr_charges *charges, hr_arena *arena,
                               const hr_configuration *pool, hr_class *class, hr_err *err)
{
    hr_status st = HR_OK;
    static const int tested[] = {-1, HR_MEDIUM_FOCUS, HR_MEDIUM_AV, HR_MEDIUM_DATA};
    enum { N_PARTS = sizeof tested / sizeof *tested - 1 };
    hr_profile *made = NULL;
    if (hr_law_mean(&class->size) <= HR_LARGEST_SHARED_MEETING)
        return hr_modality_profiles(params, charges, arena, pool, class, err);
    HR_TAKE(made, arena, N_PARTS + 1);
    for (unsigned i = 0; i <= N_PARTS; i++)
        HR_TRY(fill_tested(charges, arena, pool, tested[i], &made[i], err));
    class->n_profiles = 1;
    class->profiles = made;
    if (pool->placement.unit == HR_UNIT_MODALITY) {
        made[0].first_part = 1;
        made[0].n_parts = class->n_parts = N_PARTS;
    }
out:
    return st;
}

/* ---- when media begin */

hr_status hr_modality_activation(const hr_params *params, hr_arena *arena,
                                 hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    static const hr_key keys[HR_MEDIUM_LAST + 1] = {[HR_MEDIUM_FOCUS] = HR_N_KEYS,
                                                    [HR_MEDIUM_MESSAGES] = HR_N_KEYS,
                                                    [HR_MEDIUM_AV] = HR_KEY_activation_av,
                                                    [HR_MEDIUM_SHARING] = HR_KEY_activation_sharing,
                                                    [HR_MEDIUM_DATA] = HR_KEY_activation_data};
    bool any = false;
    hr_law *laws = NULL;
    HR_TAKE(laws, arena, HR_MEDIUM_LAST + 1);
    for (unsigned m = 0; m <= HR_MEDIUM_LAST; m++) {
        laws[m] = (hr_law){.kind = HR_LAW_CONSTANT};
        if (keys[m] == HR_N_KEYS || !hr_params_get(params, keys[m])->is_set)
            continue;
        laws[m] = hr_params_get(params, keys[m])->law;
        any = any || !hr_law_is_constant(&laws[m]) || hr_law_mean(&laws[m]) > 0.0;
    }
    configuration->activation =
        any && configuration->placement.unit == HR_UNIT_MODALITY ? laws : NULL;
out:
    return st;
}
