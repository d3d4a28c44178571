#include "study/deployment.h"

#include <math.h>

#include "study/activity.h"
#include "study/charge.h"
#include "study/failures.h"
#include "study/front_end.h"
#include "study/sites.h"
#include "study/voice.h"

/* ---- what a role carries */

/* Users of a pool are a share of all users, who picked a server at random; calls are followed one
 * by one on a grid; legs come from the participants of meetings. */
typedef struct hr_carrying {
    hr_workload_id user; /* HR_N_WORKLOADS: no users */
    hr_key share;        /* of the users; HR_N_KEYS: all of them, alike on every server */
    hr_workload_id call; /* HR_N_WORKLOADS: no calls */
    bool bypassed_too;   /* calls whose media bypasses the servers hold something here */
    bool has_legs;
    bool serves_all; /* the users of all sites without a pool of this role; else those of one */
    bool connects;   /* its users hold connections that the balancer gives them */
} hr_carrying;

#define NOTHING HR_N_WORKLOADS
static const hr_carrying carryings[HR_N_ROLES] = {
    [HR_ROLE_edge] = {HR_WORKLOAD_edge_user, HR_KEY_remote_users, NOTHING, false, true, false,
                      true},
    [HR_ROLE_mediation] = {NOTHING, HR_N_KEYS, HR_WORKLOAD_call, false, true, false, false},
    [HR_ROLE_gateway] = {NOTHING, HR_N_KEYS, HR_WORKLOAD_trunk_call, true, true, false, false},
    [HR_ROLE_director] = {HR_WORKLOAD_director_user, HR_KEY_remote_users, NOTHING, false, false,
                          false, true},
    [HR_ROLE_persistent_chat] = {HR_WORKLOAD_chat_user, HR_KEY_chat_users, NOTHING, false, false,
                                 true, true},
    [HR_ROLE_persistent_chat_store] = {HR_WORKLOAD_chat_history, HR_KEY_chat_users, NOTHING, false,
                                       false, true, false},
    [HR_ROLE_persistent_chat_compliance] = {HR_WORKLOAD_chat_copies, HR_KEY_chat_users, NOTHING,
                                            false, false, true, false},
    [HR_ROLE_back_end] = {HR_WORKLOAD_database_user, HR_N_KEYS, NOTHING, false, false, true, false},
    [HR_ROLE_monitoring_store] = {HR_WORKLOAD_call_records, HR_N_KEYS, NOTHING, false, false, true,
                                  false},
    [HR_ROLE_archiving_store] = {HR_WORKLOAD_archive_records, HR_N_KEYS, NOTHING, false, false,
                                 true, false},
};

bool hr_deployment_serves_all(hr_role_id role)
{
    return carryings[role].serves_all;
}

typedef struct hr_role_work {
    const hr_params *params;
    const hr_pool_keys *keys;
    const hr_feeders *of;
    hr_arena *arena;
    hr_configuration *pool; /* being assembled: servers, resources, ceilings are known */
    hr_carrying carrying;
    hr_charges charges;
    double users; /* whom the role serves, all servers */
} hr_role_work;

static double number(const hr_role_work *w, hr_key key)
{
    return hr_params_get(w->params, key)->number;
}

static double per_server(const hr_role_work *w, double total)
{
    return w->pool->n_servers > 0 ? total / w->pool->n_servers : 0.0;
}

/* ---- legs */

/* Streams of a participant outside, which the Edge relays in and out, kbit/s. */
static double relayed(const hr_role_work *w, const hr_kind *kind, unsigned media)
{
    const hr_resource_id out = HR_RESOURCE_NETWORK_OUT;
    double rate = 0.0;
    if (media & (HR_AUDIO | HR_VIDEO))
        rate +=
            kind->uses & HR_PHONES ? 0.0 : hr_charge(&w->charges, HR_WORKLOAD_av_participant, out);
    if (media & HR_VIDEO)
        rate += hr_charge(&w->charges, HR_WORKLOAD_video_receiver, out);
    if (media & HR_SHARING)
        rate += kind->uses & HR_PRESENTS
                    ? hr_charge(&w->charges, HR_WORKLOAD_sharing_presenter, HR_RESOURCE_NETWORK_IN)
                    : kind->shown;
    return rate;
}

/* A participant outside has one media session for all that is heard, seen and watched, and one
 * connection for data; who phones comes in through the trunks and only watches here. */
static double edge_cost(const hr_role_work *w, const hr_kind *kind, hr_resource_id resource)
{
    const unsigned heard = kind->uses & HR_PHONES ? 0 : HR_AUDIO;
    const unsigned media = kind->uses & (heard | HR_SHARING | HR_VIDEO);
    const bool is_network =
        resource == HR_RESOURCE_NETWORK_IN || resource == HR_RESOURCE_NETWORK_OUT;
    double cost = 0.0;
    if (media != 0)
        cost += is_network ? relayed(w, kind, media)
                           : hr_charge(&w->charges, HR_WORKLOAD_edge_session, resource);
    if (kind->uses & HR_DATA)
        cost += hr_charge(&w->charges, HR_WORKLOAD_edge_connection, resource);
    return cost;
}

/* Share of such participants that have a leg here, and what it costs. */
static double leg_of(const hr_role_work *w, const hr_kind *kind, double *cost)
{
    const unsigned heard = kind->uses & HR_PHONES ? 0 : HR_AUDIO;
    const bool is_edge = w->keys->role == HR_ROLE_edge;
    for (unsigned r = 0; r < w->pool->n_resources; r++)
        cost[r] = is_edge ? edge_cost(w, kind, w->pool->resource[r])
                          : hr_charge(&w->charges, w->carrying.call, w->pool->resource[r]);
    if (!is_edge)
        return kind->uses & HR_PHONES ? 1.0 : 0.0;
    if ((kind->uses & (heard | HR_SHARING | HR_VIDEO | HR_DATA)) == 0)
        return 0.0;
    return fmin(1.0, number(w, HR_KEY_external_remote) + number(w, HR_KEY_external_anonymous) +
                         number(w, HR_KEY_external_federated));
}

/* Kinds of participants of a pool. */
static unsigned count_kinds(const hr_configuration *of)
{
    unsigned n = 0;
    for (unsigned k = 0; k < of->n_classes; k++) {
        for (unsigned i = 0; i < of->classes[k].n_profiles; i++)
            n += of->classes[k].profiles[i].n_kinds;
    }
    return n;
}

/* The mean of the legs as one class: one participant each, for as long as participants stay in the
 * mean over those who have one. */
typedef struct hr_leg_means {
    double legs;    /* of one arriving meeting of the first feeder, with its share of the others' */
    double present; /* s x legs */
} hr_leg_means;

static hr_status fill_class(const hr_role_work *w, const hr_leg_means *means, hr_class *class,
                            hr_source *source, hr_err *err)
{
    hr_status st = HR_OK;
    const bool has_legs = w->pool->feed != NULL && means->legs > 0.0;
    hr_profile *none = NULL;
    hr_kind *nobody = NULL;
    double *cost = NULL;
    *class = (hr_class){
        .name = "legs",
        .share = 1.0,
        .size = {.kind = HR_LAW_CONSTANT, .a = 1.0},
        .duration = {.kind = HR_LAW_CONSTANT, .a = has_legs ? means->present / means->legs : 1.0},
        .n_profiles = class->n_profiles,
        .profiles = class->profiles};
    *source = (hr_source){.kind = HR_SOURCE_POISSON,
                          .rate = means->legs * hr_configuration_arrival_rate(w->of->first)};
    if (has_legs)
        return HR_OK;
    HR_TAKE(none, w->arena, 1);
    HR_TAKE(nobody, w->arena, 1);
    HR_TAKE(cost, w->arena, w->pool->n_resources);
    *nobody = (hr_kind){.share = 1.0, .cost = cost};
    *none = (hr_profile){.share = 1.0, .cost = cost, .n_kinds = 1, .kinds = nobody};
    class->n_profiles = 1;
    class->profiles = none;
out:
    return st;
}

/* Means of a class's meetings: participants of the mean meeting of all classes, and how long they
 * stay. Both are integrals, and every kind wants them. */
typedef struct hr_attendance {
    double people, presence;
} hr_attendance;

/* The leg of one kind of a profile of such a class. */
static hr_status fill_leg(const hr_role_work *w, const hr_attendance *of, const hr_profile *in,
                          const hr_kind *kind, hr_leg *leg, hr_profile *profile,
                          hr_leg_means *means, hr_err *err)
{
    hr_status st = HR_OK;
    double *cost = NULL, *free_of_charge = NULL;
    hr_kind *participant = NULL;
    HR_TAKE(cost, w->arena, w->pool->n_resources);
    HR_TAKE(free_of_charge, w->arena, w->pool->n_resources);
    HR_TAKE(participant, w->arena, 1);
    leg->share = leg_of(w, kind, cost);
    leg->cost = cost;
    *participant = (hr_kind){.share = 1.0, .cost = cost};
    const double legs = of->people * in->share * kind->share * leg->share;
    *profile =
        (hr_profile){.share = legs, .cost = free_of_charge, .n_kinds = 1, .kinds = participant};
    means->legs += legs;
    means->present += legs * of->presence;
out:
    return st;
}

/* The legs of all kinds of one feeder, whose meetings come `weight` times as often as the first
 * one's. */
static hr_status fill_feeder(const hr_role_work *w, const hr_configuration *of, double weight,
                             hr_leg *legs, hr_profile *profiles, hr_leg_means *means, hr_err *err)
{
    hr_status st = HR_OK;
    unsigned n = 0;
    for (unsigned k = 0; k < of->n_classes; k++) {
        const hr_class *class = &of->classes[k];
        const hr_attendance mean = {weight * class->share * hr_law_mean(&class->size),
                                    hr_class_mean_presence(class, &of->join)};
        for (unsigned i = 0; i < class->n_profiles; i++) {
            for (unsigned m = 0; m < class->profiles[i].n_kinds; m++, n++)
                HR_TRY(fill_leg(w, &mean, &class->profiles[i], &class->profiles[i].kinds[m],
                                &legs[n], &profiles[n], means, err));
        }
    }
out:
    return st;
}

static hr_status fill_legs(const hr_role_work *w, hr_feed *feed, hr_class *class,
                           hr_leg_means *means, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_feeders *of = w->of;
    const double rate = hr_configuration_arrival_rate(of->first);
    hr_leg *legs = NULL;
    hr_profile *profiles = NULL;
    hr_guest *guests = NULL;
    unsigned n = count_kinds(of->first);
    HR_TAKE(guests, w->arena, of->n_guests);
    for (unsigned i = 0; i < of->n_guests; i++) {
        guests[i] = (hr_guest){of->pool[i], n};
        n += count_kinds(of->guests[i]);
    }
    HR_TAKE(legs, w->arena, n);
    HR_TAKE(profiles, w->arena, n);
    HR_TRY(fill_feeder(w, of->first, 1.0, legs, profiles, means, err));
    for (unsigned i = 0; i < of->n_guests; i++) {
        const double weight = hr_configuration_arrival_rate(of->guests[i]) / rate;
        const unsigned from = guests[i].first_leg;
        HR_TRY(fill_feeder(w, of->guests[i], weight, legs + from, profiles + from, means, err));
    }
    for (unsigned i = 0; i < n; i++)
        profiles[i].share = means->legs > 0.0 ? profiles[i].share / means->legs : 1.0 / n;
    *feed = (hr_feed){.n_legs = n, .leg = legs, .n_guests = of->n_guests, .guests = guests};
    class->n_profiles = n;
    class->profiles = profiles;
out:
    return st;
}

/* Remote, anonymous and federated participants are different ones, and the rest is inside. */
static hr_status check_participants(const hr_role_work *w, hr_err *err)
{
    const double outside = number(w, HR_KEY_external_remote) +
                           number(w, HR_KEY_external_anonymous) +
                           number(w, HR_KEY_external_federated);
    if (outside <= 1.0 + 1e-9)
        return HR_OK;
    return hr_params_fail(w->params, HR_KEY_external_remote, 0, 0, err,
                          "remote, anonymous and federated participants are %.4g %% of all; "
                          "together they can be at most 100 %%",
                          100.0 * outside);
}

static bool has_calls_one_by_one(const hr_role_work *w)
{
    const hr_key key =
        w->keys->role == HR_ROLE_mediation ? HR_KEY_mediation_calls : HR_KEY_gateway_calls;
    return w->carrying.call != NOTHING && hr_params_get(w->params, key)->choice == 1;
}

/* Share of the deployment's calls that hold something here. */
static double calls_kept(const hr_role_work *w)
{
    return w->carrying.bypassed_too ? 1.0 : 1.0 - number(w, HR_KEY_voice_bypass);
}

static hr_status fill_arrivals(const hr_role_work *w, hr_err *err)
{
    hr_status st = HR_OK;
    hr_class *class = NULL;
    hr_source *source = NULL;
    hr_feed *feed = NULL;
    hr_leg_means means = {0.0, 0.0};
    HR_TAKE(class, w->arena, 2);
    HR_TAKE(source, w->arena, 2);
    if (w->carrying.has_legs) {
        HR_TRY(check_participants(w, err));
        HR_TAKE(feed, w->arena, 1);
        HR_TRY(fill_legs(w, feed, class, &means, err));
        w->pool->feed = feed;
    }
    HR_TRY(fill_class(w, &means, class, source, err));
    if (feed != NULL && has_calls_one_by_one(w)) {
        feed->has_calls = true; /* a role with calls has legs */
        const hr_voice voice = {w->params, &w->charges, w->carrying.call, w->users, calls_kept(w)};
        HR_TRY(hr_voice_add_calls(&voice, w->pool, class, source, w->arena, err));
    }
    w->pool->n_classes = w->pool->n_sources = feed != NULL && feed->has_calls ? 2 : 1;
    w->pool->classes = class;
    w->pool->sources = source;
    w->pool->join = (hr_law){.kind = HR_LAW_CONSTANT};
out:
    return st;
}

/* ---- users and calls */

static hr_status fill_cost(const hr_role_work *w, hr_workload_id workload, const double **cost,
                           hr_err *err)
{
    hr_status st = HR_OK;
    double *out = NULL;
    HR_TAKE(out, w->arena, w->pool->n_resources);
    for (unsigned r = 0; r < w->pool->n_resources; r++)
        out[r] = hr_charge(&w->charges, workload, w->pool->resource[r]);
    *cost = out;
out:
    return st;
}

/* Users who are there in the mean, on all servers; 0 of a role without users. */
static double users_there(const hr_role_work *w)
{
    if (w->carrying.user == NOTHING)
        return 0.0;
    return w->carrying.share == HR_N_KEYS ? w->users : number(w, w->carrying.share) * w->users;
}

/* Users who picked a server at random are as many as a Poisson variable says, here in its normal
 * limit; work of all users is the same on every server. */
static hr_status fill_users(const hr_role_work *w, hr_background *item, hr_err *err)
{
    const bool is_all = w->carrying.share == HR_N_KEYS;
    const double mean = per_server(w, users_there(w));
    item->name = hr_workloads[w->carrying.user].name;
    item->law = is_all || mean <= 0.0 ? (hr_law){.kind = HR_LAW_CONSTANT, .a = mean}
                                      : (hr_law){.kind = HR_LAW_NORMAL, .a = mean, .b = sqrt(mean)};
    return fill_cost(w, w->carrying.user, &item->cost, err);
}

static hr_status fill_calls(const hr_role_work *w, hr_background *item, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_front_end_check_grid(w->params, err));
    item->name = hr_workloads[w->carrying.call].name;
    item->kind = HR_BACKGROUND_SESSIONS;
    item->sessions = per_server(w, calls_kept(w) * hr_front_end_calls(w->params, w->users));
    item->holding = hr_law_mean(&hr_params_get(w->params, HR_KEY_voice_duration)->law);
    HR_TRY(fill_cost(w, w->carrying.call, &item->cost, err));
out:
    return st;
}

/* Work of events that no user of this role stands for: partners outside, attacks. */
static hr_status fill_activities(const hr_role_work *w, double cpu, hr_background *item,
                                 hr_err *err)
{
    hr_status st = HR_OK;
    double *cost = NULL;
    HR_TAKE(cost, w->arena, w->pool->n_resources);
    for (unsigned r = 0; r < w->pool->n_resources; r++)
        cost[r] = w->pool->resource[r] == HR_RESOURCE_CPU ? 1.0 : 0.0;
    item->name = "activities";
    item->law = (hr_law){.kind = HR_LAW_CONSTANT, .a = per_server(w, cpu)};
    item->cost = cost;
out:
    return st;
}

static hr_status fill_background(const hr_role_work *w, hr_err *err)
{
    hr_status st = HR_OK;
    enum { MOST = 3 };
    const double events =
        number(w, HR_KEY_busyness) * hr_activities_cpu(w->params, w->users, w->keys->role);
    hr_background *items = NULL;
    unsigned n = 0;
    HR_TAKE(items, w->arena, MOST);
    if (w->carrying.user != NOTHING)
        HR_TRY(fill_users(w, &items[n++], err));
    if (w->carrying.call != NOTHING && !has_calls_one_by_one(w) &&
        hr_front_end_calls(w->params, w->users) > 0.0)
        HR_TRY(fill_calls(w, &items[n++], err));
    if (events > 0.0)
        HR_TRY(fill_activities(w, events, &items[n++], err));
    w->pool->n_background = n;
    w->pool->background = items;
out:
    return st;
}

/* ---- the whole */

/* A ceiling on something that nothing here loads would look like a finding: "never over". */
static hr_status check_resources(const hr_role_work *w, hr_err *err)
{
    for (unsigned r = 0; r < w->pool->n_resources; r++) {
        const hr_resource_id resource = w->pool->resource[r];
        bool is_loaded = w->keys->role == HR_ROLE_edge && resource == HR_RESOURCE_NETWORK_IN;
        for (unsigned i = 0; i < HR_N_WORKLOADS; i++)
            is_loaded =
                is_loaded || ((hr_workloads[i].role == w->keys->role || i == w->carrying.call) &&
                              hr_charge_is_known(&w->charges, (hr_workload_id)i, resource));
        if (!is_loaded)
            return HR_FAIL(err, HR_ERR_DATA,
                           "%s.ceilings.%s: the work of this role does not load this resource; "
                           "remove the ceiling",
                           w->keys->section, hr_resources[resource].name);
    }
    return HR_OK;
}

/* DNS: every leg picks a server at random. Hardware: the fewest connections [S:dnslb][S:hlb]. A leg
 * that is turned away by one server is tried on the others [S:dnslb]. */
static hr_status fill_balancer(const hr_role_work *w, hr_err *err)
{
    const bool is_dns = hr_params_get(w->params, w->keys->balancer)->choice == 0;
    w->pool->placement =
        (hr_placement){.rule = is_dns ? HR_RULE_RANDOM : HR_RULE_FEWEST_PARTICIPANTS,
                       .metric = HR_METRIC_PARTICIPANTS,
                       .d = 1};
    return hr_assemble_when_full(w->params, w->keys, w->arena, w->pool, err);
}

hr_status hr_deployment_assemble(const hr_params *params, const hr_pool_keys *keys,
                                 const hr_feeders *of, hr_arena *arena,
                                 hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    hr_role_work w = {.params = params,
                      .keys = keys,
                      .of = of,
                      .arena = arena,
                      .pool = configuration,
                      .carrying = carryings[keys->role],
                      .users =
                          hr_front_end_users(params, of->first->n_servers) * of->first->n_servers};
    w.users += hr_sites_users(params, hr_deployment_keys(keys->role),
                              keys->kind == HR_POOL_ROLE ? HR_AT_FIRST : keys->site);
    configuration->may_be_empty = true;
    configuration->meetings = HR_MEETINGS_LEGS;
    configuration->n_servers = (unsigned)hr_params_get(params, keys->servers)->number;
    hr_charges_read(&w.charges, params);
    HR_TRY(hr_assemble_ceilings(params, keys, arena, configuration, err));
    HR_TRY(check_resources(&w, err));
    hr_assemble_times(of->first, configuration);
    HR_TRY(fill_balancer(&w, err));
    HR_TRY(fill_arrivals(&w, err));
    HR_TRY(fill_background(&w, err));
    const hr_role_users users = {users_there(&w), w.carrying.connects};
    HR_TRY(hr_failures_of_role(params, keys, &users, arena, configuration, err));
out:
    return st;
}
