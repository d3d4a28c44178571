#include "cli/list_roles.h"

#include <stdio.h>
#include <string.h>

#include "cli/text.h"
#include "model/signal.h"
#include "model/workload.h"

static const char *unit_of(hr_resource_id resource)
{
    const char *unit = hr_resources[resource].unit;
    return strcmp(unit, "1") == 0 ? "" : unit;
}

/* Is the workload carried there? A Standard Edition server and one for large meetings are Front
 * Ends; calls are a Front End's unless they have servers of their own. */
static bool carries(hr_role_id role, hr_workload_id workload)
{
    const bool is_front_end = role == HR_ROLE_standard_edition || role == HR_ROLE_large_meetings;
    if (role == HR_ROLE_mediation)
        return workload == HR_WORKLOAD_call;
    return hr_workloads[workload].role == (is_front_end ? HR_ROLE_front_end : role);
}

static bool is_loaded(hr_role_id role, hr_resource_id resource)
{
    if (resource == HR_RESOURCE_LARGE_MEETINGS)
        return role == HR_ROLE_large_meetings;
    if (role == HR_ROLE_edge && resource == HR_RESOURCE_NETWORK_IN)
        return true; /* what is relayed comes in, and goes out */
    for (unsigned i = 0; i < hr_n_workload_costs; i++) {
        const hr_workload_cost *cost = &hr_workload_costs[i];
        if (cost->resource == resource && carries(role, cost->workload) && !cost->is_open)
            return true;
    }
    return false;
}

/* "cpu Mc/s, edge_users" */
static hr_words loads_of(hr_role_id role)
{
    hr_words words = {0};
    for (unsigned r = 0; r < HR_N_RESOURCES; r++) {
        if (is_loaded(role, (hr_resource_id)r))
            hr_words_add(&words, "%s%s%s%s", words.used > 0 ? ", " : "", hr_resources[r].name,
                         unit_of((hr_resource_id)r)[0] != '\0' ? " " : "",
                         unit_of((hr_resource_id)r));
    }
    return words;
}

/* "edge_av limit: 500 sessions [S:edge1]; ..." */
static hr_words thresholds_of(hr_role_id role)
{
    hr_words words = {0};
    for (unsigned i = 0; i < hr_n_signals; i++) {
        const hr_signal *signal = &hr_signals[i];
        if (signal->is_modelled && signal->role == role)
            hr_words_add(&words, "%s%s %s: %s %s", words.used > 0 ? "; " : "",
                         hr_resources[signal->resource].name, hr_level_names[signal->level],
                         signal->threshold, signal->source);
    }
    return words;
}

static hr_words balancer_of(hr_role_id role)
{
    hr_words words = {0};
    if (hr_roles[role].place == HR_ROLE_PLACE_FIRST)
        hr_words_add(&words, "meetings by placement.rule, users by their routing groups, sign-ins "
                             "by failures.sign_in.balancer");
    else if (role == HR_ROLE_large_meetings)
        hr_words_add(&words, "placement.rule");
    else if (hr_roles[role].place == HR_ROLE_PLACE_POOL)
        hr_words_add(&words, "deployment.%s.balancer", hr_roles[role].name);
    return words;
}

static void print_words(const char *label, const hr_words *words)
{
    hr_words line = {0};
    if (words->used == 0)
        return;
    hr_words_add(&line, "%s: %s", label, words->s);
    fputs("    ", stdout);
    hr_text_wrap(stdout, line.s, 4, 4, HR_TEXT_WIDTH);
}

static void put_words(hr_json *json, const char *name, const hr_words *words)
{
    hr_json_text(json, name, words->used > 0 ? words->s : NULL);
}

void hr_list_roles(hr_entries *entries)
{
    for (unsigned i = 0; i < HR_N_ROLES; i++) {
        const hr_role *role = &hr_roles[i];
        const size_t n = entries->n;
        const hr_words loads = loads_of((hr_role_id)i), thresholds = thresholds_of((hr_role_id)i),
                       balancer = balancer_of((hr_role_id)i);
        const bool is_open =
            hr_entries_begin(entries, role->name, hr_role_places[role->place], role->carries);
        if (entries->n == n)
            continue; /* does not match */
        if (is_open) {
            hr_json_text(entries->json, "place", hr_role_places[role->place]);
            hr_json_text(entries->json, "overload", role->overload);
            put_words(entries->json, "loads", &loads);
            put_words(entries->json, "thresholds", &thresholds);
            put_words(entries->json, "balancer", &balancer);
            hr_json_text(entries->json, "source", role->source);
            hr_json_end_object(entries->json);
            continue;
        }
        hr_words words = {0};
        hr_words_add(&words, "%s %s", role->overload, role->source);
        print_words("overload", &words);
        print_words("loads", &loads);
        print_words("thresholds", &thresholds);
        print_words("balancer", &balancer);
    }
}
