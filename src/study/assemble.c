#include "study/assemble.h"

#include <math.h>
#include <string.h>

#include "study/assemble_pool.h"
#include "study/bind.h"
#include "study/deployment.h"
#include "study/failures.h"
#include "study/signals.h"

#define HOUR              3600.0
#define PROBE_EVERY       300.0 /* s between probes when the study names no time */
#define WARM_UP           2.0   /* mean durations; design of the model, section 3 */
#define WARM_UP_ADMISSION 20.0  /* refusals are remembered for longer */

/* ---- pool and placement */

static hr_status fill_weights(const hr_params *params, hr_arena *arena, hr_configuration *c,
                              hr_err *err)
{
    hr_status st = HR_OK;
    const hr_value *weights = hr_params_get(params, HR_KEY_pool_weights);
    double *out = NULL;
    double sum = 0.0;
    if (weights->is_set && weights->n != c->n_servers)
        return hr_params_fail(params, HR_KEY_pool_weights, 0, 0, err,
                              "has %zu values for %u servers", weights->n, c->n_servers);
    HR_TAKE(out, arena, c->n_servers);
    for (unsigned j = 0; j < c->n_servers; j++)
        sum += weights->is_set ? weights->list[j] : 1.0;
    if (!(sum > 0.0))
        return hr_params_fail(params, HR_KEY_pool_weights, 0, 0, err, "must not all be 0");
    for (unsigned j = 0; j < c->n_servers; j++)
        out[j] = (weights->is_set ? weights->list[j] : 1.0) / sum;
    c->weight = out;
out:
    return st;
}

/* The rules that name their metric; least_participants is another word for one of them. */
static hr_status fill_rule(const hr_params *params, hr_configuration *c, hr_err *err)
{
    const int choice = hr_params_get(params, HR_KEY_placement_rule)->choice;
    const int metric = hr_params_get(params, HR_KEY_placement_metric)->choice;
    hr_placement *placement = &c->placement;
    placement->rule = choice < HR_N_RULES ? (hr_rule)choice : HR_RULE_FEWEST_PARTICIPANTS;
    placement->metric = metric;
    if (metric >= HR_METRIC_RESOURCE) {
        const hr_span name = hr_words_at(hr_param_rows[HR_KEY_placement_metric].words, metric);
        size_t id = 0;
        while (id < HR_N_RESOURCES && !hr_span_is(name, hr_resources[id].name))
            id++;
        HR_ASSERT(id < HR_N_RESOURCES);
        if (hr_assemble_resource(c, (hr_resource_id)id) < 0)
            return hr_params_fail(params, HR_KEY_placement_metric, 0, 0, err,
                                  "has no ceiling in this study, so its load is not followed");
        placement->metric = HR_METRIC_RESOURCE + (int)id;
    }
    if (placement->rule == HR_RULE_FEWEST_MEETINGS)
        placement->metric = HR_METRIC_MEETINGS;
    else if (placement->rule == HR_RULE_FEWEST_PARTICIPANTS)
        placement->metric = HR_METRIC_PARTICIPANTS;
    else if (placement->rule == HR_RULE_LEAST_RELATIVE_LOAD)
        placement->metric = HR_METRIC_RELATIVE;
    return HR_OK;
}

static double number(const hr_params *params, hr_key key)
{
    return hr_params_get(params, key)->number;
}

/* What a meeting is told to count for. */
static hr_status fill_hint(const hr_params *params, hr_placement *placement, hr_err *err)
{
    const hr_value *drawn = hr_params_get(params, HR_KEY_hint_law);
    const double cv = number(params, HR_KEY_hint_error);
    placement->hint = (hr_hint)hr_params_get(params, HR_KEY_hint)->choice;
    if (placement->hint == HR_HINT_LAW && !drawn->is_set)
        return hr_params_fail(params, HR_KEY_hint_law, 0, 0, err,
                              "is missing: which sizes are told? e.g. `500`");
    if (placement->hint == HR_HINT_LAW)
        placement->hint_law = drawn->law;
    else
        placement->hint_law = cv > 0.0 ? (hr_law){.kind = HR_LAW_LOGNORMAL, .a = 1.0, .b = cv}
                                       : (hr_law){.kind = HR_LAW_CONSTANT, .a = 1.0};
    return HR_OK;
}

/* What gates and reviews look at. */
static hr_status fill_watched(const hr_params *params, hr_configuration *c, hr_err *err)
{
    const hr_value *names = hr_params_get(params, HR_KEY_gate_resources);
    c->placement.watched = 0;
    for (size_t i = 0; i < names->n; i++) {
        unsigned r = 0;
        while (r < c->n_resources &&
               strcmp(names->words[i], hr_resources[c->resource[r]].name) != 0)
            r++;
        if (r == c->n_resources)
            return hr_params_fail(params, HR_KEY_gate_resources, 0, 0, err,
                                  "%.40s is no resource with a ceiling in this study",
                                  names->words[i]);
        c->placement.watched |= (uint32_t)1 << c->resource[r];
    }
    return HR_OK;
}

/* Policies beyond the rule: what a meeting counts for, and which servers may be chosen. */
static hr_status fill_policy(const hr_params *params, hr_configuration *c, hr_err *err)
{
    hr_status st = HR_OK;
    hr_placement *p = &c->placement;
    const bool counts_people = p->metric == HR_METRIC_PARTICIPANTS;
    p->report_lag = number(params, HR_KEY_report_lag);
    p->reports_staggered = hr_params_get(params, HR_KEY_report_phase)->choice != 0;
    p->growth = number(params, HR_KEY_growth);
    p->young_count = number(params, HR_KEY_young_count);
    p->young_age = p->young_count > 0.0 ? number(params, HR_KEY_young_age) : 0.0;
    p->start_gate = number(params, HR_KEY_start_gate);
    p->dedicated = (unsigned)number(params, HR_KEY_dedicated_servers);
    p->dedicated_from = number(params, HR_KEY_dedicated_from);
    p->seats = number(params, HR_KEY_seats);
    p->overbook = number(params, HR_KEY_overbook);
    p->join_gate = number(params, HR_KEY_join_gate);
    p->most_joins = (uint32_t)number(params, HR_KEY_most_joins);
    p->cascades = hr_params_get(params, HR_KEY_join_then)->choice == 0;
    p->link = number(params, HR_KEY_join_link);
    p->review_period = number(params, HR_KEY_review_every);
    p->review_above = number(params, HR_KEY_review_above);
    p->cool_down = number(params, HR_KEY_cool_down);
    HR_TRY(fill_watched(params, c, err));
    HR_TRY(fill_hint(params, p, err));
    if (!counts_people && p->growth > 0.0)
        return hr_params_fail(params, HR_KEY_growth, 0, 0, err,
                              "counts in participants, so the rule must compare participants");
    if (!counts_people && p->young_count > 0.0)
        return hr_params_fail(params, HR_KEY_young_count, 0, 0, err,
                              "counts in participants, so the rule must compare participants");
    if (p->dedicated >= c->n_servers)
        return hr_params_fail(params, HR_KEY_dedicated_servers, 0, 0, err,
                              "leaves none of the %u servers to other meetings", c->n_servers);
    if (p->dedicated > 0 && p->hint == HR_HINT_NONE)
        return hr_params_fail(params, HR_KEY_dedicated_servers, 0, 0, err,
                              "large meetings must be known when they start: placement.hint.of");
    if (c->admission == HR_ADMISSION_BOOKED && p->hint == HR_HINT_NONE)
        return hr_params_fail(params, HR_KEY_admission, 0, 0, err,
                              "a booking needs a size: placement.hint.of");
out:
    return st;
}

static hr_status fill_placement(const hr_params *params, hr_arena *arena, hr_configuration *c,
                                hr_err *err)
{
    hr_status st = HR_OK;
    c->placement.unit = (hr_unit)hr_params_get(params, HR_KEY_placement_unit)->choice;
    HR_TRY(fill_rule(params, c, err));
    c->placement.d = (unsigned)hr_params_get(params, HR_KEY_placement_d)->number;
    c->placement.ties = (hr_ties)hr_params_get(params, HR_KEY_placement_ties)->choice;
    c->placement.report_period = hr_params_get(params, HR_KEY_report_delay)->number;
    c->placement.in_flight = hr_params_get(params, HR_KEY_in_flight)->choice != 0;
    c->admission = (hr_admission_policy)hr_params_get(params, HR_KEY_admission)->choice;
    c->admission_level = hr_params_get(params, HR_KEY_admission_level)->choice;
    HR_TRY(fill_policy(params, c, err));
    if (c->placement.rule == HR_RULE_POWER_OF_D && c->placement.d > c->n_servers)
        return hr_params_fail(params, HR_KEY_placement_d, 0, 0, err,
                              "more candidates than the %u servers", c->n_servers);
    bool has_level = c->admission == HR_ADMISSION_NONE || c->admission == HR_ADMISSION_BOOKED;
    for (unsigned l = 0; l < c->n_limits; l++)
        has_level = has_level || c->limits[l].level == c->admission_level;
    if (!has_level)
        return hr_params_fail(params, HR_KEY_admission_level, 0, 0, err,
                              "no resource has a ceiling at this level");
    HR_TRY(fill_weights(params, arena, c, err));
out:
    return st;
}

/* ---- time */

/* A value of the study itself counts more than one of its base, --set more than both, and what
 * varies most: the order of hr_set_by. */
static int rank_of(const hr_value *value)
{
    return value->is_set ? (int)((const hr_bound *)value)->by : -1;
}

static hr_status fill_window(const hr_params *params, hr_configuration *c, hr_err *err)
{
    const hr_value *length = hr_params_get(params, HR_KEY_window_length);
    const hr_value *hours = hr_params_get(params, HR_KEY_busy_hours);
    if (length->is_set && rank_of(length) == rank_of(hours))
        return hr_params_fail(params, HR_KEY_window_length, 0, 0, err,
                              "give length (with periods) or busy_hours, not both");
    c->start = (hr_start)hr_params_get(params, HR_KEY_window_start)->choice;
    c->from = hr_params_get(params, HR_KEY_window_from)->number;
    if (rank_of(length) > rank_of(hours)) {
        c->length = length->number;
        c->n_periods = (unsigned)hr_params_get(params, HR_KEY_window_periods)->number;
    } else {
        c->length = hours->number * HOUR;
        c->n_periods = (unsigned)hours->number;
    }
    c->session_step = hr_params_get(params, HR_KEY_session_step)->number;
    return HR_OK;
}

/* Mean over arriving meetings. */
static double mean_duration(const hr_configuration *c)
{
    double mean = 0.0;
    for (unsigned k = 0; k < c->n_classes; k++)
        mean += c->classes[k].share * hr_law_mean(&c->classes[k].duration);
    return mean;
}

static void fill_warm_up(const hr_params *params, hr_configuration *c)
{
    const hr_value *warm_up = hr_params_get(params, HR_KEY_warm_up);
    const double lengths = c->admission == HR_ADMISSION_NONE ? WARM_UP : WARM_UP_ADMISSION;
    if (c->start == HR_START_EMPTY)
        c->warm_up = 0.0;
    else
        c->warm_up = warm_up->is_set ? warm_up->number : lengths * mean_duration(c);
}

/* Insert into the ascending list unless it is there; false when the list is full. */
static bool add_duration(hr_configuration *c, double duration)
{
    unsigned place = c->n_durations;
    for (unsigned i = 0; i < c->n_durations; i++) {
        if (!(c->min_episode[i] < duration) && !(c->min_episode[i] > duration))
            return true;
    }
    if (c->n_durations == HR_MAX_DURATIONS)
        return false;
    for (; place > 0 && c->min_episode[place - 1] > duration; place--)
        c->min_episode[place] = c->min_episode[place - 1];
    c->min_episode[place] = duration;
    c->n_durations++;
    return true;
}

static hr_status fill_durations(const hr_params *params, hr_configuration *c, hr_err *err)
{
    const hr_value *list = hr_params_get(params, HR_KEY_min_episodes);
    const size_t n_claims = hr_params_count(params, HR_KEY_claims, 0);
    bool room = add_duration(c, 0.0);
    for (size_t i = 0; i < list->n; i++)
        room = room && add_duration(c, list->list[i]);
    room = room && add_duration(c, hr_params_get(params, HR_KEY_target_min_episode)->number);
    for (size_t i = 0; i < n_claims; i++)
        room =
            room && add_duration(c, hr_params_at(params, HR_KEY_claim_min_episode, i, 0)->number);
    if (!room)
        return hr_params_fail(params, HR_KEY_min_episodes, 0, 0, err,
                              "with 0 s, target.min_episode and those of the claims these are more "
                              "than %d different lengths",
                              HR_MAX_DURATIONS);
    return HR_OK;
}

/* ---- what is looked at */

static hr_status fill_snapshots(const hr_params *params, hr_configuration *c, hr_err *err)
{
    const hr_value *every = hr_params_get(params, HR_KEY_observe_every);
    const hr_value *times = hr_params_get(params, HR_KEY_observe_times);
    const bool probes = hr_params_get(params, HR_KEY_probe_sizes)->is_set;
    if (every->is_set && times->is_set && rank_of(every) == rank_of(times))
        return hr_params_fail(params, HR_KEY_observe_times, 0, 0, err,
                              "give every or times, not both");
    if (times->is_set && rank_of(times) > rank_of(every)) {
        if (times->n > HR_MAX_OBSERVED)
            return hr_params_fail(params, HR_KEY_observe_times, 0, 0, err, "at most %d times",
                                  HR_MAX_OBSERVED);
        c->n_observed = (unsigned)times->n;
        memcpy(c->observed, times->list, times->n * sizeof *times->list);
    } else if (every->is_set) {
        c->observe_every = every->number;
    } else if (probes || hr_params_get(params, HR_KEY_total_above)->is_set) {
        c->observe_every = fmin(PROBE_EVERY, c->length);
    }
    return HR_OK;
}

static hr_status fill_thresholds(const hr_params *params, hr_configuration *c, hr_err *err)
{
    const hr_value *above = hr_params_get(params, HR_KEY_total_above);
    if (above->is_set && above->form != HR_FORM_PLAIN)
        return hr_params_fail(params, HR_KEY_total_above, 0, 0, err,
                              "needs quantities, not percentages");
    c->n_thresholds = (unsigned)above->n;
    c->threshold = above->list;
    return HR_OK;
}

static hr_status check_unit(const hr_params *params, const hr_configuration *c, bool is_general,
                            hr_err *err)
{
    if (is_general && c->placement.unit != HR_UNIT_MEETING)
        return hr_params_fail(params, HR_KEY_placement_unit, 0, 0, err,
                              "the classes of meetings.classes have no media; write `meeting`, or "
                              "describe users and their meetings");
    return HR_OK;
}

hr_status hr_assemble_pool(const hr_params *params, const hr_pool_keys *keys, hr_arena *arena,
                           hr_configuration *configuration, hr_err *err)
{
    hr_status st = HR_OK;
    const bool is_general = hr_params_count(params, HR_KEY_classes, 0) > 0;
    configuration->n_servers = (unsigned)hr_params_get(params, HR_KEY_pool_servers)->number;
    configuration->large_from = number(params, HR_KEY_large_from);
    if (keys->kind == HR_POOL_FIRST && number(params, HR_KEY_large_meetings_servers) > 0.0)
        configuration->below_size = (uint32_t)number(params, HR_KEY_large_meetings_from);
    HR_TRY(hr_assemble_ceilings(params, keys, arena, configuration, err));
    HR_TRY(fill_placement(params, arena, configuration, err));
    HR_TRY(hr_failures_assemble(params, arena, configuration, err));
    HR_TRY(fill_window(params, configuration, err));
    HR_TRY(fill_durations(params, configuration, err));
    if (keys->kind == HR_POOL_FIRST)
        HR_TRY(hr_assemble_inserted(params, arena, configuration, is_general, err));
    HR_TRY(is_general ? hr_assemble_general(params, arena, configuration, err)
                      : hr_assemble_front_end(params, arena, configuration, err));
    fill_warm_up(params, configuration);
    HR_TRY(fill_snapshots(params, configuration, err));
    HR_TRY(fill_thresholds(params, configuration, err));
    HR_TRY(hr_assemble_probes(params, arena, configuration, is_general, err));
    HR_TRY(check_unit(params, configuration, is_general, err));
    HR_TRY(hr_signals_assemble(params, configuration, err));
out:
    return st;
}

hr_status hr_assemble(const hr_params *params, hr_arena *arena, hr_configuration *configuration,
                      hr_err *err)
{
    const hr_pool_keys keys = hr_deployment_first(params);
    return hr_assemble_pool(params, &keys, arena, configuration, err);
}
