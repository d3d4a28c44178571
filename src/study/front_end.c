/* A Front End pool: from users, their meetings and the costs of workloads to arrivals, classes
 * of meetings and background. One function per thing derived; METHODS.md has the formulas. */
#include <stddef.h>

#include "base/memo.h"
#include "model/workload.h"
#include "study/activity.h"
#include "study/assemble.h"
#include "study/charge.h"
#include "study/deployment.h"
#include "study/failures.h"
#include "study/front_end.h"
#include "study/modality.h"

/* The published maximum that calibrate.cpu_at_published_maximum speaks of. */
#define PUBLISHED_IN_CONFERENCE 0.05  /* of 6,660 users [S:usermodel] */
#define PUBLISHED_CALLS         150.0 /* without media bypass [S:capmodel] */
#define HALF_HOUR               1800.0

enum { SMALL, LARGE, N_CLASSES }; /* of meetings that come; an inserted one is the next */
enum { MOST_BACKGROUND = 3, N_SOURCES = 2, MOST_SOURCES = 2 * N_SOURCES + 1 };
enum { WORDS_KEPT = 64 }; /* of a law: longer tables are not looked for */

typedef struct front_end {
    const hr_params *params;
    hr_arena *arena;
    const hr_configuration *pool; /* its servers, resources and limits are known */
    double users;                 /* logged in, per server */
    double busyness;
    hr_charges charges;
} front_end;

static double number(const front_end *fe, hr_key key)
{
    return hr_params_get(fe->params, key)->number;
}

static const hr_law *law(const front_end *fe, hr_key key)
{
    return &hr_params_get(fe->params, key)->law;
}

/* ---- classes of meetings */

/* The inserted meeting is a class of its own, also where a choice leaves it out. */
static hr_status fill_inserted(const front_end *fe, hr_configuration *configuration,
                               hr_class *class, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_inserted *inserted = configuration->inserted;
    if (inserted == NULL)
        return HR_OK;
    *class = (hr_class){
        .name = "inserted",
        .size = {.kind = HR_LAW_CONSTANT, .a = inserted->size > 0 ? inserted->size : 1.0},
        .duration = {.kind = HR_LAW_CONSTANT, .a = inserted->duration}};
    HR_TRY(hr_modality_inserted(fe->params, &fe->charges, fe->arena, fe->pool, class, err));
    HR_ASSERT(inserted->class_of == configuration->n_classes);
    configuration->n_classes++;
out:
    return st;
}

/* Ordinary and large meetings differ in size alone. Both classes exist even when tail_share is 0,
 * so that all configurations of a study have one shape. */
static hr_status fill_classes(const front_end *fe, hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    const double tail = number(fe, HR_KEY_tail_share);
    hr_class *classes = NULL;
    HR_TAKE(classes, fe->arena, N_CLASSES + 1);
    classes[SMALL] =
        (hr_class){.name = "small", .share = 1.0 - tail, .size = *law(fe, HR_KEY_meeting_size)};
    classes[LARGE] =
        (hr_class){.name = "large", .share = tail, .size = *law(fe, HR_KEY_meeting_tail)};
    for (unsigned k = 0; k < N_CLASSES; k++) {
        classes[k].duration = *law(fe, HR_KEY_meeting_duration);
        if (!hr_law_is_integer(&classes[k].size))
            return hr_params_fail(fe->params,
                                  k == SMALL ? HR_KEY_meeting_size : HR_KEY_meeting_tail, 0, 0, err,
                                  "a meeting has a whole number of participants");
        HR_TRY(
            hr_modality_profiles(fe->params, &fe->charges, fe->arena, fe->pool, &classes[k], err));
    }
    configuration->n_classes = N_CLASSES;
    configuration->classes = classes;
    HR_TRY(fill_inserted(fe, configuration, &classes[N_CLASSES], err));
    configuration->join = *law(fe, HR_KEY_join_ramp);
    HR_TRY(hr_modality_activation(fe->params, fe->arena, configuration, err));
out:
    return st;
}

/* ---- arrivals */

/* How many people or meetings there are is said once: twice would let a sweep of one of the two
 * pass without any effect. */
static hr_status check_rate_keys(const front_end *fe, hr_err *err)
{
    const bool by_people = hr_params_get(fe->params, HR_KEY_in_conference)->is_set;
    const bool by_meetings = hr_params_get(fe->params, HR_KEY_meetings_per_server)->is_set;
    if (!by_people && !by_meetings)
        return hr_params_fail(fe->params, HR_KEY_in_conference, 0, 0, err,
                              "missing: which share of the users is in conferences? e.g. `5 %%`");
    if (by_people && by_meetings)
        return hr_params_fail(fe->params, HR_KEY_meetings_per_server, 0, 0, err,
                              "population.in_conference says already how many meetings there are; "
                              "remove one of the two (`in_conference: ~`)");
    if (hr_params_get(fe->params, HR_KEY_hold)->choice != 0)
        return hr_params_fail(fe->params, HR_KEY_hold, 0, 0, err,
                              "meetings start at random, so their number can be held in the mean "
                              "only; write `mean`, or give a fixed batch in arrivals.sources");
    return HR_OK;
}

/* hr_class_mean_presence, worked out once in the arena. */
static hr_status mean_presence(const front_end *fe, const hr_class *class, double *presence,
                               hr_err *err)
{
    hr_status st = HR_OK;
    uint64_t key[2 * WORDS_KEPT];
    double *kept = NULL;
    const hr_law *join = &fe->pool->join;
    const size_t n_duration = hr_law_words(&class->duration, key, WORDS_KEPT);
    const size_t n_join = hr_law_words(join, key + n_duration, WORDS_KEPT);
    const size_t bytes = (n_duration + n_join) * sizeof *key;
    const bool is_kept = n_duration > 0 && n_join > 0;
    const double *known = is_kept ? hr_memo_find(fe->arena, HR_MEMO_PRESENCE, key, bytes) : NULL;
    *presence = known != NULL ? *known : hr_class_mean_presence(class, join);
    if (known != NULL || !is_kept)
        return HR_OK;
    HR_TAKE(kept, fe->arena, 1);
    *kept = *presence;
    HR_TRY(hr_memo_keep(fe->arena, HR_MEMO_PRESENCE, key, bytes, kept, err));
out:
    return st;
}

/* Meetings that start per second on an ordinary day. From people: users x in_conference of them
 * are present in the mean, each for E[(D - J)+] of a meeting. From meetings: Little's law. */
static hr_status find_rate(const front_end *fe, double *rate, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = fe->pool;
    const double lasts = hr_law_mean(law(fe, HR_KEY_meeting_duration)); /* of every class */
    double presence = 0.0;
    double people = 0.0; /* of a meeting */
    HR_TRY(mean_presence(fe, &c->classes[SMALL], &presence, err));
    for (unsigned k = 0; k < c->n_classes; k++) {
        double size = 0.0;
        HR_TRY(hr_law_mean_once(&c->classes[k].size, fe->arena, &size, err));
        people += c->classes[k].share * size;
    }
    if (!(lasts > 0.0 && presence > 0.0))
        return hr_params_fail(fe->params, HR_KEY_meeting_duration, 0, 0, err,
                              "every meeting ends before anybody has joined (meetings.join_ramp)");
    const hr_value *held = hr_params_get(fe->params, HR_KEY_meetings_per_server);
    *rate = held->is_set ? held->number * c->n_servers / lasts
                         : fe->users * c->n_servers * number(fe, HR_KEY_in_conference) *
                               number(fe, HR_KEY_peak_conferences) / (people * presence);
out:
    return st;
}

/* The partner's meetings, once its users are here: like the pool's own, and those that ended with
 * the partner start again. They exist even when nobody is lost. */
static void add_partner(const front_end *fe, const hr_source *own, double in_progress,
                        hr_source *partner)
{
    const double share = number(fe, HR_KEY_failures_partner);
    for (unsigned i = 0; i < N_SOURCES; i++) {
        partner[i] = own[i];
        partner[i].rate *= share;
        partner[i].count.a *= share;
        partner[i].is_late = true;
        partner[i].begins = hr_failures_take_over(fe->params);
    }
    partner[N_SOURCES] = (hr_source){
        .kind = HR_SOURCE_SINGLE_BATCH,
        .offset = hr_failures_take_over(fe->params),
        .count = {.kind = HR_LAW_POISSON, .a = share * in_progress},
    };
}

/* Scheduled meetings on the clock come in Poisson batches at :00 and :30, all others at random.
 * Both sources exist even when one is silent, so that all configurations of a study have one shape
 * and can have their meetings in common. */
static hr_status fill_sources(const front_end *fe, hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    const double on_the_clock = number(fe, HR_KEY_scheduled) * number(fe, HR_KEY_on_the_clock);
    double rate = 0.0;
    hr_source *sources = NULL;
    HR_TRY(check_rate_keys(fe, err));
    HR_TRY(find_rate(fe, &rate, err));
    rate *= fe->busyness;
    const bool has_partner = configuration->failures != NULL && hr_failures_has_partner(fe->params);
    HR_TAKE(sources, fe->arena, MOST_SOURCES);
    sources[0] = (hr_source){.kind = HR_SOURCE_POISSON, .rate = rate * (1.0 - on_the_clock)};
    sources[1] = (hr_source){
        .kind = HR_SOURCE_CLOCK_BATCH,
        .period = HALF_HOUR,
        .count = {.kind = HR_LAW_POISSON, .a = rate * on_the_clock * HALF_HOUR},
        .lateness = *law(fe, HR_KEY_lateness),
    };
    const double lasts = hr_law_mean(law(fe, HR_KEY_meeting_duration));
    if (has_partner)
        add_partner(fe, sources, rate * lasts, sources + N_SOURCES);
    configuration->n_sources = has_partner ? MOST_SOURCES : N_SOURCES;
    configuration->sources = sources;
out:
    return st;
}

/* ---- background */

/* `x`, `x at n users` or a percentage of the reference server: work of one server. */
static double background_of(const front_end *fe, hr_key key, double reference)
{
    const hr_value *value = hr_params_get(fe->params, key);
    const bool is_percent =
        value->form == HR_FORM_PERCENT || (value->form == HR_FORM_AT_USERS && value->is_percent);
    const double work = is_percent ? value->number * reference : value->number;
    return value->form == HR_FORM_AT_USERS ? work * fe->users / value->at : work;
}

/* Processor work of the published maximum without its background: 6,660 users, 5 % of them in
 * conferences of the ordinary size, 150 calls, dial-in legs among them. */
static double published_cpu(const front_end *fe)
{
    const hr_class *class = &fe->pool->classes[SMALL];
    const double people = HR_USERS_PER_SERVER * PUBLISHED_IN_CONFERENCE;
    double cost = PUBLISHED_CALLS * hr_charge(&fe->charges, HR_WORKLOAD_call, HR_RESOURCE_CPU);
    for (unsigned m = 0; m < HR_N_MODALITY_SETS; m++) {
        const hr_participation p = {.modalities = m};
        const double each =
            hr_charge_participant(&fe->charges, &p, HR_RESOURCE_CPU) +
            hr_charge_meeting(&fe->charges, m, HR_RESOURCE_CPU) / hr_law_mean(&class->size);
        cost += people * hr_modality_share(fe->params, m) * each;
    }
    return cost;
}

/* What a stated closure at the published maximum leaves for other work. */
static hr_status closing_cpu(const front_end *fe, double closure, double *cpu, hr_err *err)
{
    const double known = published_cpu(fe);
    *cpu = (closure * HR_REFERENCE_CPU - known) * fe->users / HR_USERS_PER_SERVER;
    if (*cpu < 0.0)
        return hr_params_fail(
            fe->params, HR_KEY_calibrate_cpu, 0, 0, err,
            "conferences and calls of the published maximum alone take %.1f %% of "
            "a server; give more, or lower the costs",
            100.0 * known / HR_REFERENCE_CPU);
    return HR_OK;
}

/* Processor work of one server that is neither conferencing nor calls: stated, or what a closure
 * leaves, or the sum of activities; extra activities are on top of each. */
static hr_status background_cpu(const front_end *fe, double *cpu, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_value *closure = hr_params_get(fe->params, HR_KEY_calibrate_cpu);
    const bool is_stated = hr_params_get(fe->params, HR_KEY_background_cpu)->is_set;
    const bool is_summed = hr_activities_count(fe->params);
    const double all_users = fe->users * fe->pool->n_servers;
    if (is_summed && (is_stated || closure->is_set))
        return hr_params_fail(fe->params, is_stated ? HR_KEY_background_cpu : HR_KEY_calibrate_cpu,
                              0, 0, err,
                              "background.from is `activities`, whose sum is this work; remove "
                              "this (`~`), or write `background.from: total`");
    if (!is_summed && is_stated == closure->is_set)
        return hr_params_fail(fe->params, HR_KEY_background_cpu, 0, 0, err,
                              "give either background.cpu or calibrate.cpu_at_published_maximum "
                              "(`~` removes the other)");
    *cpu = 0.0;
    if (is_stated)
        *cpu = background_of(fe, HR_KEY_background_cpu, HR_REFERENCE_CPU);
    else if (closure->is_set)
        HR_TRY(closing_cpu(fe, closure->number, cpu, err));
    *cpu += hr_activities_cpu(fe->params, all_users, HR_ROLE_front_end) / fe->pool->n_servers;
out:
    return st;
}

double hr_front_end_calls(const hr_params *params, double users)
{
    static const hr_key factors[] = {HR_KEY_voice_users, HR_KEY_voice_pstn, HR_KEY_voice_calls,
                                     HR_KEY_voice_legs, HR_KEY_busyness};
    double calls = users * hr_law_mean(&hr_params_get(params, HR_KEY_voice_duration)->law);
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        calls *= hr_params_get(params, factors[i])->number;
    return calls;
}

hr_status hr_front_end_check_grid(const hr_params *params, hr_err *err)
{
    if (hr_params_get(params, HR_KEY_voice_duration)->law.kind == HR_LAW_EXPONENTIAL)
        return HR_OK;
    return hr_params_fail(params, HR_KEY_voice_duration, 0, 0, err,
                          "calls in progress are followed with exponential lengths only; write "
                          "`exponential(mean 3 min)`, or have them one by one on a pool of their "
                          "own: deployment.mediation.calls");
}

/* Mean calls in progress per server. */
static double calls(const front_end *fe)
{
    return hr_front_end_calls(fe->params, fe->users);
}

/* Item of background under construction: nothing on any resource. */
static hr_status start_item(const front_end *fe, hr_background *item, double **cost, hr_err *err)
{
    hr_status st = HR_OK;
    *cost = NULL;
    HR_TAKE(*cost, fe->arena, fe->pool->n_resources);
    item->cost = *cost;
out:
    return st;
}

/* Everything else on the server, and the signalling of bypassed calls, which is too little to
 * follow call by call. */
static hr_status fill_other_work(const front_end *fe, hr_background *item, hr_err *err)
{
    hr_status st = HR_OK;
    const double flicker = number(fe, HR_KEY_background_flicker);
    const double bypassed = calls(fe) * number(fe, HR_KEY_voice_bypass);
    double cpu = 0.0;
    double *cost = NULL;
    HR_TRY(start_item(fe, item, &cost, err));
    HR_TRY(background_cpu(fe, &cpu, err));
    const double out = background_of(fe, HR_KEY_background_network_out, HR_REFERENCE_NETWORK_OUT);
    for (unsigned r = 0; r < fe->pool->n_resources; r++) {
        const hr_resource_id resource = fe->pool->resource[r];
        cost[r] = bypassed * hr_charge(&fe->charges, HR_WORKLOAD_bypass_call, resource);
        if (resource == HR_RESOURCE_CPU)
            cost[r] += cpu * fe->busyness;
        if (resource == HR_RESOURCE_NETWORK_OUT)
            cost[r] += out * fe->busyness;
    }
    item->name = "other work";
    item->law = flicker > 0.0 ? (hr_law){.kind = HR_LAW_NORMAL, .a = 1.0, .b = flicker}
                              : (hr_law){.kind = HR_LAW_CONSTANT, .a = 1.0};
out:
    return st;
}

/* Persistent Chat stands on these servers where the study gives them a number of chat users and
 * chat no servers of its own; supported on Standard Edition alone [S:seed-roles] (topology.c). */
static bool has_chat(const front_end *fe)
{
    return hr_assemble_resource(fe->pool, HR_RESOURCE_CHAT_USERS) >= 0 &&
           !hr_deployment_has(fe->params, HR_ROLE_persistent_chat);
}

static hr_status fill_users(const front_end *fe, hr_background *item, hr_err *err)
{
    hr_status st = HR_OK;
    const double mobile = number(fe, HR_KEY_mobile_users);
    const hr_workload_cost *mobile_memory =
        hr_workload_cost_find(HR_WORKLOAD_mobile_session, HR_RESOURCE_MEMORY);
    const double chat = has_chat(fe) ? number(fe, HR_KEY_chat_users) : 0.0;
    double *cost = NULL;
    HR_TRY(start_item(fe, item, &cost, err));
    for (unsigned r = 0; r < fe->pool->n_resources; r++) {
        const hr_resource_id resource = fe->pool->resource[r];
        cost[r] = hr_charge(&fe->charges, HR_WORKLOAD_user, resource) +
                  chat * hr_charge(&fe->charges, HR_WORKLOAD_chat_user, resource);
        if (resource == HR_RESOURCE_MEMORY && mobile > 0.0) /* the only one published [S:memlim] */
            cost[r] += mobile * mobile_memory->value + HR_MOBILE_MEMORY / fe->users;
    }
    item->name = "users";
    item->law = (hr_law){.kind = HR_LAW_CONSTANT, .a = fe->users};
out:
    return st;
}

static hr_status fill_calls(const front_end *fe, hr_background *item, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_law *duration = law(fe, HR_KEY_voice_duration);
    double *cost = NULL;
    if (!hr_deployment_has(fe->params, HR_ROLE_mediation))
        HR_TRY(hr_front_end_check_grid(fe->params, err));
    HR_TRY(start_item(fe, item, &cost, err));
    for (unsigned r = 0; r < fe->pool->n_resources; r++)
        cost[r] = hr_charge(&fe->charges, HR_WORKLOAD_call, fe->pool->resource[r]);
    item->name = "calls";
    item->kind = HR_BACKGROUND_SESSIONS;
    item->sessions = calls(fe) * (1.0 - number(fe, HR_KEY_voice_bypass));
    item->holding = hr_law_mean(duration);
out:
    return st;
}

static bool is_empty(const front_end *fe, const hr_background *item)
{
    const double units =
        item->kind == HR_BACKGROUND_SESSIONS ? item->sessions : hr_law_mean(&item->law);
    HR_ASSERT(item->cost != NULL);
    for (unsigned r = 0; r < fe->pool->n_resources; r++) {
        if (units * item->cost[r] > 0.0)
            return false;
    }
    return true;
}

static hr_status fill_background(const front_end *fe, hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    unsigned n = 0;
    hr_background *items = NULL;
    HR_TAKE(items, fe->arena, MOST_BACKGROUND);
    HR_TRY(fill_other_work(fe, &items[n], err));
    n += !is_empty(fe, &items[n]);
    items[n] = (hr_background){.kind = HR_BACKGROUND_HELD};
    HR_TRY(fill_users(fe, &items[n], err));
    n += !is_empty(fe, &items[n]);
    items[n] = (hr_background){.kind = HR_BACKGROUND_HELD};
    HR_TRY(fill_calls(fe, &items[n], err));
    n += !is_empty(fe, &items[n]);
    configuration->n_background = n;
    configuration->background = items;
out:
    return st;
}

/* ---- the whole */

static bool is_loaded(const front_end *fe, hr_resource_id resource)
{
    if (resource == HR_RESOURCE_NETWORK_IN) /* the presenter's figure alone would mislead */
        return hr_charge_is_known(&fe->charges, HR_WORKLOAD_participant, resource);
    for (unsigned w = 0; w < HR_N_WORKLOADS; w++) {
        const bool is_here = hr_workloads[w].role == HR_ROLE_front_end ||
                             (w == HR_WORKLOAD_chat_user && has_chat(fe));
        if (is_here && hr_charge_is_known(&fe->charges, (hr_workload_id)w, resource))
            return true;
    }
    return resource == HR_RESOURCE_LARGE_MEETINGS;
}

/* A ceiling on something that no workload loads would look like a finding: "never over". */
static hr_status check_resources(const front_end *fe, hr_err *err)
{
    for (unsigned r = 0; r < fe->pool->n_resources; r++) {
        const hr_resource_id resource = fe->pool->resource[r];
        const char *name = hr_resources[resource].name;
        if (is_loaded(fe, resource))
            continue;
        if (hr_charge_has_key(HR_WORKLOAD_participant, resource))
            return HR_FAIL(err, HR_ERR_DATA,
                           "pool.ceilings.%s: no cost on this resource is published, so it is not "
                           "modelled; state cost.participant.%s, or remove pool.server.%s and its "
                           "ceilings",
                           name, name, name);
        return HR_FAIL(err, HR_ERR_DATA,
                       "pool.ceilings.%s: the work of a Front End does not load this resource; "
                       "remove the ceiling",
                       name);
    }
    return HR_OK;
}

double hr_front_end_users(const hr_params *params, double n_servers)
{
    const hr_value *users = hr_params_get(params, HR_KEY_users);
    return users->form == HR_FORM_PER_SERVER ? users->number : users->number / n_servers;
}

hr_status hr_assemble_front_end(const hr_params *params, hr_arena *arena,
                                hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    if (!hr_params_get(params, HR_KEY_users)->is_set)
        return hr_params_fail(params, HR_KEY_users, 0, 0, err,
                              "missing: how many users are logged in? e.g. `6660 per server`; "
                              "or describe meetings.classes and arrivals.sources");
    front_end fe = {
        .params = params,
        .arena = arena,
        .pool = configuration,
        .users = hr_front_end_users(params, configuration->n_servers),
        .busyness = hr_params_get(params, HR_KEY_busyness)->number,
    };
    hr_charges_read(&fe.charges, params);
    if (hr_deployment_has(params, HR_ROLE_mediation))
        hr_charges_without_calls(&fe.charges);
    HR_TRY(check_resources(&fe, err));
    HR_TRY(fill_classes(&fe, configuration, err));
    HR_TRY(fill_sources(&fe, configuration, err));
    HR_TRY(fill_background(&fe, configuration, err));
out:
    return st;
}
