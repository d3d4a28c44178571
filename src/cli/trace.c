#include "cli/trace.h"

#include <inttypes.h>

#include "kernel/backlog.h"
#include "kernel/policy.h"
#include "model/prepared.h"

hr_json hr_trace_start_line(FILE *out, const char *type)
{
    hr_json json = hr_json_start(out, 0);
    hr_json_object(&json, NULL);
    hr_json_text(&json, "type", type);
    return json;
}

/* ---- header */

static void put_identity(hr_json *json, const hr_trace *trace)
{
    char identity[24];
    snprintf(identity, sizeof identity, "%016" PRIx64, trace->study->identity);
    hr_json_count(json, "format", 1);
    hr_json_text(json, "study", trace->study->name);
    hr_json_text(json, "pool", trace->pool);
    hr_json_text(json, "identity", identity);
    hr_json_count(json, "configuration", trace->configuration->index);
    hr_json_count(json, "replication", trace->replication);
    hr_json_number(json, "weight", trace->weight);
}

static void put_window(hr_json *json, const hr_trace *trace)
{
    const hr_configuration *configuration = trace->configuration;
    const hr_prepared *prepared = configuration->prepared;
    hr_json_count(json, "tick_zero", HR_TICK_ZERO);
    hr_json_count(json, "begin", trace->input->begin);
    hr_json_count(json, "from", trace->input->from);
    hr_json_count(json, "to", trace->input->to);
    hr_json_count(json, "period", prepared->period);
    hr_json_count(json, "n_periods", configuration->n_periods);
    hr_json_number(json, "large_from", configuration->large_from);
    hr_json_flag(json, "anatomy", configuration->follows_anatomy);
    hr_json_flag(json, "excess", configuration->follows_excess);
    hr_json_integer(json, "inserted_class",
                    configuration->inserted != NULL && configuration->inserted->size > 0
                        ? (int64_t)configuration->inserted->class_of
                        : -1);
    hr_json_counts(json, "min_episode", prepared->min_episode, configuration->n_durations);
}

static void put_resources(hr_json *json, const hr_configuration *configuration)
{
    const hr_prepared *prepared = configuration->prepared;
    hr_json_count(json, "servers", configuration->n_servers);
    hr_json_array(json, "resources");
    for (unsigned r = 0; r < configuration->n_resources; r++) {
        hr_json_object(json, NULL);
        hr_json_text(json, "name", hr_resources[configuration->resource[r]].name);
        hr_json_text(json, "unit", hr_resources[configuration->resource[r]].unit);
        hr_json_number(json, "steps", prepared->steps[r]);
        hr_json_count(json, "shift", prepared->shift[r]);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
    hr_json_array(json, "full");
    for (unsigned r = 0; r < configuration->n_resources; r++)
        hr_json_numbers(json, NULL, prepared->full + r * (size_t)configuration->n_servers,
                        configuration->n_servers);
    hr_json_end_array(json);
}

static void put_limits(hr_json *json, const hr_trace *trace)
{
    const hr_configuration *configuration = trace->configuration;
    const size_t n = configuration->n_servers;
    hr_json_array(json, "limits");
    for (size_t l = 0; l < configuration->n_limits; l++) {
        hr_json_object(json, NULL);
        hr_json_count(json, "resource", configuration->limits[l].resource);
        hr_json_integer(json, "level", configuration->limits[l].level);
        hr_json_numbers(json, "ceiling", configuration->prepared->ceiling + l * n, n);
        hr_json_integers(json, "effective", trace->input->ceiling + l * n, n);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
    hr_json_array(json, "criteria");
    for (unsigned c = 0; c < configuration->n_criteria; c++) {
        hr_json_object(json, NULL);
        hr_json_count(json, "limits", configuration->criteria[c].limits);
        hr_json_integer(json, "level", configuration->criteria[c].level);
        hr_json_integer(json, "resource", configuration->criteria[c].resource);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
}

static const char *metric_name(int metric)
{
    static const char *const names[] = {"relative", "meetings", "participants"};
    return metric < HR_METRIC_RESOURCE ? names[metric]
                                       : hr_resources[metric - HR_METRIC_RESOURCE].name;
}

static void put_policies(hr_json *json, const hr_configuration *configuration)
{
    const hr_placement *placement = &configuration->placement;
    const hr_prepared *prepared = configuration->prepared;
    hr_json_object(json, "placement");
    hr_json_text(json, "unit", placement->unit == HR_UNIT_MODALITY ? "modality" : "meeting");
    hr_json_text(json, "rule", hr_rule_rows[placement->rule].name);
    hr_json_text(json, "metric", metric_name(placement->metric));
    hr_json_count(json, "d", placement->d);
    hr_json_text(json, "ties", placement->ties == HR_TIES_LOWEST ? "lowest" : "uniform");
    hr_json_count(json, "report_period", prepared->report_period);
    hr_json_flag(json, "in_flight", placement->in_flight);
    hr_json_words(json, "weight", prepared->weight, configuration->n_servers);
    hr_json_count(json, "report_lag", prepared->report_lag);
    hr_json_flag(json, "reports_staggered", placement->reports_staggered);
    hr_json_number(json, "growth", placement->growth);
    hr_json_count(json, "young_age", prepared->young_age);
    hr_json_count(json, "young_count", (uint64_t)placement->young_count);
    hr_json_array(json, "watched");
    for (unsigned r = 0; r < configuration->n_resources; r++) {
        if (hr_placement_watches(placement, configuration->resource[r]))
            hr_json_count(json, NULL, r);
    }
    hr_json_end_array(json);
    hr_json_number(json, "start_gate", placement->start_gate);
    hr_json_count(json, "dedicated", placement->dedicated);
    hr_json_number(json, "dedicated_from", placement->dedicated_from);
    hr_json_number(json, "seats", placement->overbook * placement->seats);
    hr_json_number(json, "join_gate", placement->join_gate);
    hr_json_count(json, "most_joins", placement->most_joins);
    hr_json_flag(json, "cascades", placement->cascades);
    hr_json_number(json, "link", placement->link);
    hr_json_count(json, "review_period", prepared->review_period);
    hr_json_number(json, "review_above", placement->review_above);
    hr_json_count(json, "cool_down", prepared->cool_down);
    hr_json_end_object(json);
    hr_json_object(json, "admission");
    hr_json_text(json, "policy", hr_admission_rows[configuration->admission].name);
    hr_json_integer(json, "level", configuration->admission_level);
    hr_json_array(json, "reserve");
    for (unsigned k = 0; k < configuration->n_classes; k++)
        hr_json_integers(json, NULL, prepared->classes[k].reserve, configuration->n_resources);
    hr_json_end_array(json);
    hr_json_end_object(json);
}

static void put_profile(hr_json *json, const hr_prepared_profile *profile, unsigned n_resources)
{
    hr_json_object(json, NULL);
    hr_json_integers(json, "cost", profile->cost, n_resources);
    hr_json_array(json, "kinds");
    for (unsigned i = 0; i < profile->n_kinds; i++)
        hr_json_integers(json, NULL, profile->kind_cost + i * (size_t)n_resources, n_resources);
    hr_json_end_array(json);
    hr_json_end_object(json);
}

static void put_classes(hr_json *json, const hr_configuration *configuration)
{
    hr_json_array(json, "classes");
    for (unsigned k = 0; k < configuration->n_classes; k++) {
        hr_json_object(json, NULL);
        hr_json_text(json, "name", configuration->classes[k].name);
        hr_json_array(json, "profiles");
        const hr_class *class = &configuration->classes[k];
        for (unsigned p = 0; p < class->n_profiles + class->n_parts; p++)
            put_profile(json, &configuration->prepared->classes[k].profiles[p],
                        configuration->n_resources);
        hr_json_end_array(json);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
}

static void put_sessions(hr_json *json, const hr_configuration *configuration)
{
    const hr_prepared *prepared = configuration->prepared;
    hr_json_count(json, "session_step", prepared->session_step);
    hr_json_array(json, "session_costs");
    for (unsigned b = 0; b < configuration->n_background; b++) {
        if (configuration->background[b].kind == HR_BACKGROUND_SESSIONS)
            hr_json_integers(json, NULL, prepared->background[b].cost, configuration->n_resources);
    }
    hr_json_end_array(json);
}

/* Limit -1: it is not followed. */
static void put_backlog(hr_json *json, const hr_configuration *configuration)
{
    const hr_prepared *prepared = configuration->prepared;
    hr_json_object(json, "backlog");
    hr_json_integer(json, "limit",
                    hr_backlog_is_followed(configuration) ? prepared->backlog_limit : -1);
    hr_json_count(json, "throttled_from", prepared->throttled_from);
    hr_json_count(json, "throttled_until", prepared->throttled_until);
    hr_json_count(json, "rejected_from", prepared->rejected_from);
    hr_json_end_object(json);
}

/* Empty where meetings are placed as a whole. */
static void put_probe_media(hr_json *json, const hr_configuration *configuration)
{
    const size_t n_media = HR_MEDIUM_LAST + 1, n = configuration->n_resources;
    const int64_t *part = configuration->prepared->probe_part;
    hr_json_array(json, "probe_media");
    for (size_t i = 0; part != NULL && i < configuration->n_probes; i++) {
        hr_json_array(json, NULL);
        for (size_t m = 0; m < n_media; m++)
            hr_json_integers(json, NULL, part + (i * n_media + m) * n, n);
        hr_json_end_array(json);
    }
    hr_json_end_array(json);
    hr_json_array(json, "probe_sizes");
    for (size_t i = 0; i < configuration->n_probes; i++)
        hr_json_count(json, NULL, (uint64_t)configuration->probes[i].size);
    hr_json_end_array(json);
}

static void put_observation(hr_json *json, const hr_configuration *configuration)
{
    const hr_prepared *prepared = configuration->prepared;
    hr_json_count(json, "observe_every", prepared->observe_every);
    hr_json_counts(json, "observed", prepared->observed, configuration->n_observed);
    hr_json_array(json, "slot");
    for (unsigned i = 0; i < configuration->n_observed; i++)
        hr_json_count(json, NULL, prepared->slot[i]);
    hr_json_end_array(json);
    hr_json_array(json, "probes");
    for (unsigned p = 0; p < configuration->n_probes; p++)
        hr_json_integers(json, NULL, prepared->probe + p * (size_t)configuration->n_resources,
                         configuration->n_resources);
    hr_json_end_array(json);
    put_probe_media(json, configuration);
    hr_json_integers(json, "thresholds", prepared->threshold, configuration->n_thresholds);
}

void hr_trace_header(const hr_trace *trace)
{
    hr_json json = hr_trace_start_line(trace->out, "header");
    put_identity(&json, trace);
    put_window(&json, trace);
    put_resources(&json, trace->configuration);
    put_limits(&json, trace);
    put_policies(&json, trace->configuration);
    put_classes(&json, trace->configuration);
    put_sessions(&json, trace->configuration);
    put_backlog(&json, trace->configuration);
    put_observation(&json, trace->configuration);
    hr_json_end_object(&json);
}

/* ---- input */

/* When somebody whose meeting loses its server is back: ticks, of one turn after the other. */
static void put_returns(hr_json *json, const hr_trace *trace, uint32_t meeting, uint32_t number)
{
    uint64_t after[HR_RETURNS];
    const uint32_t name = hr_input_name(trace->input, meeting);
    for (unsigned turn = 0; turn < HR_RETURNS; turn++)
        after[turn] =
            hr_prepared_return_after(trace->configuration->prepared, trace->input->tie[name],
                                     trace->input->pick[name], number, turn);
    hr_json_counts(json, "back_after", after, HR_RETURNS);
}

static const char *const medium_names[] = {[HR_MEDIUM_FOCUS] = "focus",
                                           [HR_MEDIUM_MESSAGES] = "messages",
                                           [HR_MEDIUM_AV] = "av",
                                           [HR_MEDIUM_SHARING] = "sharing",
                                           [HR_MEDIUM_DATA] = "data"};

static void put_meeting(const hr_trace *trace, uint32_t m)
{
    const hr_input *input = trace->input;
    const size_t n_resources = trace->configuration->n_resources;
    hr_json json = hr_trace_start_line(trace->out, "meeting");
    hr_json_count(&json, "number", m);
    hr_json_count(&json, "start", input->start[m]);
    hr_json_count(&json, "end", input->end[m]);
    hr_json_count(&json, "class", input->class_of[m]);
    hr_json_count(&json, "profile", input->profile[m]);
    hr_json_count(&json, "size", input->size[m]);
    hr_json_count(&json, "tie", input->tie[m]);
    hr_json_count(&json, "pick", input->pick[m]);
    hr_json_integers(&json, "initial", input->initial + m * n_resources, n_resources);
    hr_json_integers(&json, "final", input->final + m * n_resources, n_resources);
    hr_json_count(&json, "told", hr_policy_told(trace->configuration, input, m));
    if (input->n_changes > 0 && trace->configuration->prepared->joins_at_once)
        put_returns(&json, trace, m, 0);
    if (input->part_of != NULL) {
        hr_json_count(&json, "part_of", input->part_of[m]);
        hr_json_text(&json, "medium", medium_names[input->medium[m]]);
    }
    if (input->kept != NULL)
        hr_json_flag(&json, "here", hr_input_owns(input, m));
    hr_json_end_object(&json);
}

/* `own`: which of the meeting's. */
static void put_join(const hr_trace *trace, uint32_t i, uint32_t own)
{
    hr_json json = hr_trace_start_line(trace->out, "join");
    hr_json_count(&json, "tick", trace->input->join_tick[i]);
    hr_json_count(&json, "meeting", trace->input->join_meeting[i]);
    hr_json_count(&json, "kind", trace->input->join_kind[i]);
    if (trace->input->n_changes > 0)
        put_returns(&json, trace, trace->input->join_meeting[i], own);
    hr_json_end_object(&json);
}

static void put_session_step(const hr_trace *trace, uint32_t step)
{
    const hr_prepared *prepared = trace->configuration->prepared;
    const size_t n_items = prepared->n_session_items, n = trace->configuration->n_servers;
    hr_json json = hr_trace_start_line(trace->out, "sessions");
    hr_json_count(&json, "step", step);
    hr_json_count(&json, "tick", trace->input->begin + step * prepared->session_step);
    hr_json_array(&json, "in_progress");
    for (size_t i = 0; i < n_items; i++) {
        hr_json_array(&json, NULL);
        for (size_t j = 0; j < n; j++)
            hr_json_count(&json, NULL, trace->input->sessions[(step * n_items + i) * n + j]);
        hr_json_end_array(&json);
    }
    hr_json_end_array(&json);
    hr_json_end_object(&json);
}

static void put_change(const hr_trace *trace, uint32_t i)
{
    static const char *const states[] = {"up", "drains", "out"};
    const hr_input *input = trace->input;
    const size_t n = trace->configuration->n_servers, n_limits = trace->configuration->n_limits;
    hr_json json = hr_trace_start_line(trace->out, "change");
    hr_json_count(&json, "number", i);
    hr_json_count(&json, "tick", input->change[i]);
    hr_json_number(&json, "signed_in", input->signed_in[i]);
    hr_json_array(&json, "servers");
    for (size_t j = 0; j < n; j++)
        hr_json_text(&json, NULL, states[input->server_state[i * n + j]]);
    hr_json_end_array(&json);
    hr_json_array(&json, "effective");
    for (size_t l = 0; l < n_limits; l++)
        hr_json_integers(&json, NULL, input->ceiling + (i * n_limits + l) * n, n);
    hr_json_end_array(&json);
    hr_json_end_object(&json);
}

static void put_probe_words(const hr_trace *trace, uint32_t i)
{
    hr_json json = hr_trace_start_line(trace->out, "probe");
    hr_json_count(&json, "number", i);
    hr_json_count(&json, "tie", trace->input->probe_tie[i]);
    hr_json_count(&json, "pick", trace->input->probe_pick[i]);
    hr_json_array(&json, "media");
    for (unsigned m = 0; trace->configuration->prepared->probe_part != NULL && m <= HR_MEDIUM_LAST;
         m++)
        hr_json_count(
            &json, NULL,
            hr_input_medium_words(trace->input->probe_tie[i], trace->input->probe_pick[i], m));
    hr_json_end_array(&json);
    hr_json_end_object(&json);
}

void hr_trace_input(const hr_trace *trace)
{
    for (uint32_t m = 0; m < trace->input->n_meetings; m++)
        put_meeting(trace, m);
    for (uint32_t i = 0, first = 0; i < trace->input->n_joins; i++) {
        if (trace->input->join_meeting[i] != trace->input->join_meeting[first])
            first = i;
        put_join(trace, i, i - first);
    }
    for (uint32_t i = 0; i < trace->input->n_changes; i++)
        put_change(trace, i);
    for (uint32_t step = 0; step < trace->input->n_steps; step++)
        put_session_step(trace, step);
    for (uint32_t i = 0; i < trace->input->n_probe_words; i++)
        put_probe_words(trace, i);
}

/* ---- what followed */

static void print_placed(void *context, hr_tick tick, uint32_t meeting, unsigned server)
{
    hr_json json = hr_trace_start_line(context, "placed");
    hr_json_count(&json, "tick", tick);
    hr_json_count(&json, "meeting", meeting);
    hr_json_count(&json, "server", server);
    hr_json_end_object(&json);
}

static void print_changed(void *context, hr_tick tick, unsigned server, uint64_t criteria_over)
{
    hr_json json = hr_trace_start_line(context, "changed");
    hr_json_count(&json, "tick", tick);
    hr_json_count(&json, "server", server);
    hr_json_count(&json, "over", criteria_over);
    hr_json_end_object(&json);
}

hr_observer hr_trace_observer(FILE *out)
{
    return (hr_observer){.context = out, .placed = print_placed, .changed = print_changed};
}
