#include "study/activity.h"

#include <math.h>

#include "study/deployment.h"
#include "study/front_end.h"
#include "study/study_tree.h"

/* ---- the keys of an activity, each plus one; 0 where it has none */

typedef struct activity_keys {
    unsigned short share, rate, cpu;
} activity_keys;

static const activity_keys keys_of[HR_N_ACTIVITIES] = {
#define HR_ACTIVITY(name, ...)                                                                     \
    [HR_ACTIVITY_##name] = {HR_KEY_activity_##name##_share + 1, HR_KEY_activity_##name##_rate + 1, \
                            HR_KEY_activity_##name##_cpu + 1},
#define HR_ACTIVITY_PER(name, ...)                                                                 \
    [HR_ACTIVITY_##                                                                                \
        name] = {0, HR_KEY_activity_##name##_number + 1, HR_KEY_activity_##name##_cpu + 1},
#define HR_ACTIVITY_OF_ALL(name, ...)                                                              \
    [HR_ACTIVITY_##name] = {0, HR_KEY_activity_##name##_rate + 1, HR_KEY_activity_##name##_cpu + 1},
#define HR_ACTIVITY_INSIDE(name, ...)                                                              \
    [HR_ACTIVITY_##                                                                                \
        name] = {HR_KEY_activity_##name##_share + 1, HR_KEY_activity_##name##_rate + 1, 0},
#include "model/activity.def"
};

static double number(const hr_params *params, hr_key key)
{
    return hr_params_get(params, key)->number;
}

/* Value of a key of the table above, `other` where there is none. */
static double value_of(const hr_params *params, unsigned short key, double other)
{
    return key != 0 ? number(params, (hr_key)(key - 1)) : other;
}

/* ---- rates */

/* Users whose rate it is; 1 for the deployment as a whole. */
static double group_of(const hr_params *params, hr_activity_by by, double users)
{
    switch (by) {
    case HR_ACTIVITY_BY_EVERYBODY:
        return users;
    case HR_ACTIVITY_BY_MOBILE:
        return users * number(params, HR_KEY_mobile_users);
    case HR_ACTIVITY_BY_REMOTE:
        return users * number(params, HR_KEY_remote_users);
    case HR_ACTIVITY_BY_CHAT:
        return users * number(params, HR_KEY_chat_users);
    case HR_ACTIVITY_BY_ALL:
        return 1.0;
    default:
        return 0.0; /* follows from meetings or calls */
    }
}

/* Events per second of all users in the busy hour, busyness left out. Rows come after those that
 * they count events of. */
static void find_rates(const hr_params *params, double users, double rates[HR_N_ACTIVITIES])
{
    for (unsigned i = 0; i < HR_N_ACTIVITIES; i++) {
        const hr_activity *a = &hr_activities[i];
        const double each = value_of(params, keys_of[i].rate, a->rate);
        const double share = value_of(params, keys_of[i].share, a->share);
        const double peak =
            a->peak == HR_ACTIVITY_PEER_TO_PEER ? number(params, HR_KEY_peak_peer_to_peer) : 1.0;
        rates[i] = a->by == HR_ACTIVITY_BY_ACTIVITY
                       ? each * rates[a->of]
                       : each * share * peak * group_of(params, a->by, users);
    }
}

/* ---- work */

/* The pool that carries an activity: front_end stands for the first one; HR_N_ROLES where the
 * deployment has no such servers. */
static hr_role_id carrier_of(const hr_params *params, const hr_activity *activity)
{
    if (activity->role == HR_ROLE_front_end || hr_deployment_has(params, activity->role))
        return activity->role;
    return activity->by == HR_ACTIVITY_BY_ALL ? HR_ROLE_front_end : HR_N_ROLES;
}

bool hr_activities_count(const hr_params *params)
{
    return hr_params_get(params, HR_KEY_background_from)->choice == 1;
}

bool hr_activity_is_extra(hr_activity_id activity)
{
    return hr_activities[activity].rate <= 0.0;
}

double hr_activities_cpu(const hr_params *params, double users, hr_role_id role)
{
    double rates[HR_N_ACTIVITIES];
    const bool all_count = hr_activities_count(params);
    double cpu = 0.0;
    find_rates(params, users, rates);
    for (unsigned i = 0; i < HR_N_ACTIVITIES; i++) {
        if ((all_count || hr_activity_is_extra((hr_activity_id)i)) &&
            carrier_of(params, &hr_activities[i]) == role)
            cpu += rates[i] * value_of(params, keys_of[i].cpu, 0.0);
    }
    return cpu;
}

/* ---- the demand of a configuration */

/* Events per second that meetings bring: their starts, joins, and pairs of participants, each of
 * whom learns that the later one has come: E[N (N - 1) / 2] a meeting. */
static double rate_of_meetings(const hr_configuration *first, hr_activity_by by)
{
    double events = 0.0;
    for (unsigned k = 0; k < first->n_classes; k++) {
        const hr_class *class = &first->classes[k];
        const double size = hr_law_mean(&class->size);
        const double pairs = 0.5 * (hr_law_variance(&class->size) + size * size - size);
        events += class->share * (by == HR_ACTIVITY_BY_MEETINGS ? 1.0
                                  : by == HR_ACTIVITY_BY_JOINS  ? size
                                                                : pairs);
    }
    return events * hr_configuration_arrival_rate(first);
}

/* Calls that begin, and of them the legs that other devices add. */
static double rate_of_calls(const hr_params *params, hr_activity_by by, double calls)
{
    const double legs = number(params, HR_KEY_voice_legs);
    const double begin = calls / hr_law_mean(&hr_params_get(params, HR_KEY_voice_duration)->law);
    if (!(legs > 0.0))
        return 0.0;
    return by == HR_ACTIVITY_BY_CALLS ? begin / legs : begin * fmax(0.0, 1.0 - 1.0 / legs);
}

static unsigned servers_of(const hr_params *params, hr_role_id role, const hr_configuration *first)
{
    const hr_pool_keys *keys = NULL;
    for (unsigned i = 0; (keys = hr_deployment_pool(i)) != NULL; i++) {
        if (keys->role == role)
            return (unsigned)number(params, keys->servers);
    }
    return first->n_servers;
}

static void add_activity(const hr_params *params, const hr_configuration *first,
                         const double rates[HR_N_ACTIVITIES], hr_activity_id id, hr_demand *demand)
{
    const hr_activity *activity = &hr_activities[id];
    const hr_role_id carrier = carrier_of(params, activity);
    if (carrier == HR_N_ROLES)
        return;
    hr_activity_load load = {.activity = id,
                             .role = carrier == HR_ROLE_front_end ? hr_deployment_first(params).role
                                                                  : carrier,
                             .n_servers = servers_of(params, carrier, first),
                             .cpu = value_of(params, keys_of[id].cpu, (double)NAN)};
    if (activity->by == HR_ACTIVITY_BY_CALLS || activity->by == HR_ACTIVITY_BY_EXTRA_CALLS)
        load.rate = rate_of_calls(params, activity->by, demand->calls);
    else if (activity->by == HR_ACTIVITY_BY_MEETINGS || activity->by == HR_ACTIVITY_BY_JOINS ||
             activity->by == HR_ACTIVITY_BY_NOTICES)
        load.rate = rate_of_meetings(first, activity->by);
    else
        load.rate = rates[id] * number(params, HR_KEY_busyness);
    demand->activity[demand->n_activities++] = load;
}

hr_status hr_study_demand(const hr_study *study, uint64_t index, const hr_configuration *first,
                          hr_demand *demand, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_params params = {0};
    double rates[HR_N_ACTIVITIES];
    *demand = (hr_demand){0};
    HR_TRY(hr_study_params(study, index, 0, &params, &arena, err));
    demand->has_population = hr_params_count(&params, HR_KEY_classes, 0) == 0 &&
                             hr_params_get(&params, HR_KEY_users)->is_set;
    if (!demand->has_population)
        goto out;
    demand->is_counted = hr_activities_count(&params);
    demand->users = hr_front_end_users(&params, first->n_servers) * first->n_servers;
    demand->calls = hr_front_end_calls(&params, demand->users);
    demand->crossing = demand->calls * (1.0 - number(&params, HR_KEY_voice_bypass));
    find_rates(&params, demand->users, rates);
    for (unsigned i = 0; i < HR_N_ACTIVITIES; i++)
        add_activity(&params, first, rates, (hr_activity_id)i, demand);
out:
    hr_arena_free(&arena);
    return st;
}
