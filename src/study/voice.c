#include "study/voice.h"

#include "study/bind.h"
#include "study/front_end.h"

/* The cost of one call, its kind and its profile. */
static hr_status fill_profile(const hr_voice *voice, const hr_configuration *pool,
                              const hr_profile **filled, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    double *cost = NULL, *free_of_charge = NULL;
    hr_profile *profile = NULL;
    hr_kind *kind = NULL;
    HR_TAKE(cost, arena, pool->n_resources);
    HR_TAKE(free_of_charge, arena, pool->n_resources);
    HR_TAKE(profile, arena, 1);
    HR_TAKE(kind, arena, 1);
    for (unsigned r = 0; r < pool->n_resources; r++)
        cost[r] = hr_charge(voice->charges, voice->workload, pool->resource[r]);
    *kind = (hr_kind){.share = 1.0, .cost = cost};
    *profile = (hr_profile){.share = 1.0, .cost = free_of_charge, .n_kinds = 1, .kinds = kind};
    *filled = profile;
out:
    return st;
}

hr_status hr_voice_add_calls(const hr_voice *voice, const hr_configuration *pool, hr_class *class,
                             hr_source *source, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_law duration = hr_params_get(voice->params, HR_KEY_voice_duration)->law;
    const double all = hr_front_end_calls(voice->params, voice->users) / hr_law_mean(&duration);
    const double legs = source[0].rate, calls = voice->kept * all;
    hr_source *candidates = NULL;
    HR_TAKE(candidates, arena, 1);
    *candidates = (hr_source){.kind = HR_SOURCE_POISSON, .rate = all};
    source[1] = (hr_source){.kind = HR_SOURCE_POISSON, .rate = calls, .candidates = candidates};
    class[0].share = legs + calls > 0.0 ? legs / (legs + calls) : 1.0;
    class[1] = (hr_class){.name = "calls",
                          .share = 1.0 - class[0].share,
                          .size = {.kind = HR_LAW_CONSTANT, .a = 1.0},
                          .duration = duration,
                          .n_profiles = 1};
    HR_TRY(fill_profile(voice, pool, &class[1].profiles, arena, err));
out:
    return st;
}
