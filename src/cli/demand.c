#include "cli/demand.h"

#include <math.h>
#include <stdio.h>

#include "cli/forecast.h"
#include "cli/table.h"
#include "cli/text.h"
#include "study/activity.h"
#include "study/thumb.h"

/* ---- what all of it has */

/* Share of the published ceiling that an activity takes; NaN without one. */
static double share_of_ceiling(const hr_activity_load *load)
{
    const hr_activity_ceiling *ceiling = hr_activity_ceiling_find(load->activity);
    if (ceiling == NULL)
        return (double)NAN;
    const double rate =
        ceiling->scope == HR_ACTIVITY_POOL ? load->rate : load->rate / load->n_servers;
    return rate / ceiling->rate;
}

/* ---- as text */

static hr_status print_media(const hr_configuration *first, hr_err *err)
{
    static const char *const headings[] = {"in conferences, per server", "meetings", "people"};
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_table table;
    hr_forecast_medium media[HR_N_MEDIA];
    hr_forecast_media(first, media);
    HR_TRY(hr_table_init(&table, &arena, "lrr", 1, headings, err));
    for (unsigned m = 0; m < HR_N_MEDIA; m++) {
        const hr_text meetings = hr_text_number(media[m].meetings);
        const hr_text people = hr_text_number(media[m].people);
        const char *row[] = {media[m].name, meetings.s, people.s};
        HR_TRY(hr_table_add(&table, row, err));
    }
    putchar('\n');
    hr_table_print(&table, stdout, 1, HR_TEXT_WIDTH);
out:
    hr_arena_free(&arena);
    return st;
}

static void print_calls(const hr_demand *demand, const hr_configuration *first)
{
    const hr_forecast_pool pool = hr_forecast_pool_of(first);
    hr_words words = {0};
    if (!(demand->calls > 0.0))
        return;
    hr_words_add(&words, "calls: %s in progress for the users of a server, %s without media bypass",
                 hr_text_number(demand->calls / first->n_servers).s,
                 hr_text_number(demand->crossing / first->n_servers).s);
    for (unsigned r = 0; r < first->n_resources; r++) {
        if (isnan(pool.blocking[r]))
            continue;
        hr_words_add(
            &words,
            "; were they refused at the highest ceiling of %s instead, %s %% would be, with "
            "the dial-in legs %s %% (Erlang-B at the mean)",
            hr_resources[first->resource[r]].name,
            hr_text_number(100.0 * pool.blocking_of_calls[r]).s,
            hr_text_number(100.0 * pool.blocking[r]).s);
    }
    hr_text_wrap(stdout, words.s, 0, 0, HR_TEXT_WIDTH);
}

bool hr_demand_lacks_memory(const hr_configuration *first)
{
    bool has = false;
    for (unsigned r = 0; r < first->n_resources; r++)
        has = has || first->resource[r] == HR_RESOURCE_MEMORY;
    return !has;
}

static void print_memory(const hr_configuration *first)
{
    hr_words words = {0};
    if (!hr_demand_lacks_memory(first))
        return;
    hr_words_add(&words, "memory of servers: %s", HR_NO_MEMORY);
    hr_text_wrap(stdout, words.s, 0, 0, HR_TEXT_WIDTH);
}

/* "92.5 % of 12 a pool"; nothing without a published ceiling. */
static hr_text part_of_ceiling(const hr_activity_load *load)
{
    const hr_activity_ceiling *ceiling = hr_activity_ceiling_find(load->activity);
    hr_text text = {""};
    if (ceiling != NULL)
        (void)snprintf(text.s, sizeof text.s, "%.20s %% of %.20s a %s",
                       hr_text_number(100.0 * share_of_ceiling(load)).s,
                       hr_text_number(ceiling->rate).s,
                       ceiling->scope == HR_ACTIVITY_POOL ? "pool" : "server");
    return text;
}

static hr_status add_activity(const hr_activity_load *load, hr_table *table, hr_err *err)
{
    const double servers = load->n_servers;
    const hr_text all = hr_text_number(load->rate);
    const hr_text each = hr_text_number(load->rate / servers);
    const hr_text work = hr_text_number(load->rate * load->cpu / servers);
    const hr_text part = part_of_ceiling(load);
    const char *row[] = {hr_activities[load->activity].name, all.s, each.s, work.s, part.s};
    return hr_table_add(table, row, err);
}

static hr_status print_role(const hr_demand *demand, hr_role_id role, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_table table;
    char title[64];
    double work = 0.0;
    unsigned n = 0;
    (void)snprintf(title, sizeof title, "Activity on %s", hr_roles[role].name);
    const char *const headings[] = {title, "per second", "a server", "Mc/s", "published most"};
    HR_TRY(hr_table_init(&table, &arena, "lrrrl", 1, headings, err));
    for (unsigned i = 0; i < demand->n_activities; i++) {
        const hr_activity_load *load = &demand->activity[i];
        if (load->role != role || !(load->rate > 0.0))
            continue;
        HR_TRY(add_activity(load, &table, err));
        n++;
        work += isnan(load->cpu) ? 0.0 : load->rate * load->cpu / load->n_servers;
    }
    const hr_text sum = hr_text_number(work);
    const char *row[] = {"together", "", "", sum.s, ""};
    if (work > 0.0)
        HR_TRY(hr_table_add(&table, row, err));
    if (n == 0)
        goto out;
    putchar('\n');
    hr_table_print(&table, stdout, 1, HR_TEXT_WIDTH);
out:
    hr_arena_free(&arena);
    return st;
}

static hr_status print_activities(const hr_demand *demand, hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned role = 0; role < HR_N_ROLES; role++)
        HR_TRY(print_role(demand, (hr_role_id)role, err));
    hr_words words = {0};
    hr_words_add(&words, "- is inside the cost of a participant, call or user; the rest is %s",
                 demand->is_counted
                     ? "background (background.from: activities)"
                     : "not added to background.cpu (background.from: total), except third_party "
                       "and attack");
    hr_text_wrap(stdout, words.s, 0, 0, HR_TEXT_WIDTH);
out:
    return st;
}

static void print_joining(const hr_configuration *first)
{
    const hr_forecast_joining joining = hr_forecast_joining_of(first);
    hr_words words = {0};
    hr_words_add(
        &words,
        "joining: the largest meeting, of %s people, takes %s to %s s to get in with data, in "
        "proportion to its size; from the published test of 1,000, not simulated",
        hr_text_number(joining.people).s, hr_text_number(joining.low).s,
        hr_text_number(joining.high).s);
    if (joining.people > 0.0)
        hr_text_wrap(stdout, words.s, 0, 0, HR_TEXT_WIDTH);
}

/* "12 to 13" */
static hr_text servers_of(double least, double most)
{
    hr_text text = hr_text_number(least);
    if (most > least)
        (void)snprintf(text.s, sizeof text.s, "%.20s to %.20s", hr_text_number(least).s,
                       hr_text_number(most).s);
    return text;
}

/* What a planning tool says of the same users. */
static hr_status print_thumbs(const hr_study *study, uint64_t index, hr_err *err)
{
    bool has_sites = false;
    for (unsigned p = 1; p < study->n_pools; p++)
        has_sites = has_sites || study->pools[p].is_site;
    const char *const headings[] = {"Rule of thumb", has_sites ? "of (first pool)" : "of",
                                    "so many",       "a server",
                                    "servers",       "N + 1",
                                    "here"};
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_table table;
    hr_thumb thumb[HR_N_THUMBS];
    bool has_users = false;
    HR_TRY(hr_study_thumbs(study, index, thumb, &has_users, err));
    HR_TRY(hr_table_init(&table, &arena, "llrrrrr", 2, headings, err));
    for (unsigned i = 0; i < HR_N_THUMBS; i++) {
        const hr_thumb *rule = &thumb[i];
        const hr_text demand = hr_text_number(rule->demand);
        const hr_text each = hr_text_number(rule->per_server);
        const hr_text all = servers_of(rule->least, rule->most);
        const hr_text spare = servers_of(rule->least + 1.0, rule->most + 1.0);
        const hr_text here = hr_text_number(rule->servers);
        const char *row[] = {
            hr_roles[rule->role].name, rule->of, demand.s, each.s, all.s, spare.s, here.s};
        if (rule->demand > 0.0)
            HR_TRY(hr_table_add(&table, row, err));
    }
    putchar('\n');
    hr_table_print(&table, stdout, 1, HR_TEXT_WIDTH);
out:
    hr_arena_free(&arena);
    return st;
}

hr_status hr_demand_print(const hr_study *study, const hr_configuration *first, hr_err *err)
{
    hr_status st = HR_OK;
    hr_demand demand;
    HR_TRY(hr_study_demand(study, first->index, first, &demand, err));
    if (!demand.has_population)
        goto out;
    HR_TRY(print_media(first, err));
    print_calls(&demand, first);
    print_joining(first);
    print_memory(first);
    HR_TRY(print_activities(&demand, err));
    HR_TRY(print_thumbs(study, first->index, err));
out:
    return st;
}

/* ---- as json */

static void json_classes(hr_json *json, const hr_configuration *first)
{
    const double starts = hr_configuration_arrival_rate(first);
    hr_json_array(json, "classes");
    for (unsigned k = 0; k < first->n_classes; k++) {
        const hr_class *class = &first->classes[k];
        const hr_class_own own = hr_configuration_own(first, k);
        hr_json_object(json, NULL);
        hr_json_text(json, "name", class->name);
        hr_json_number(json, "meetings_in_progress",
                       starts * class->share * own.meetings * hr_law_mean(&class->duration));
        hr_json_number(json, "participants_present",
                       starts * class->share * own.people *
                           hr_class_mean_presence(class, &first->join));
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
}

static void json_media(hr_json *json, const hr_configuration *first)
{
    hr_forecast_medium media[HR_N_MEDIA];
    hr_forecast_media(first, media);
    hr_json_array(json, "media");
    for (unsigned m = 0; m < HR_N_MEDIA; m++) {
        hr_json_object(json, NULL);
        hr_json_text(json, "name", media[m].name);
        hr_json_number(json, "meetings_per_server", media[m].meetings);
        hr_json_number(json, "people_per_server", media[m].people);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
}

static void json_calls(hr_json *json, const hr_demand *demand, const hr_configuration *first)
{
    hr_json_object(json, "calls");
    hr_json_number(json, "in_progress", demand->calls);
    hr_json_number(json, "in_progress_per_server", demand->calls / first->n_servers);
    hr_json_number(json, "without_bypass_per_server", demand->crossing / first->n_servers);
    hr_json_end_object(json);
}

static void json_joining(hr_json *json, const hr_configuration *first)
{
    const hr_forecast_joining joining = hr_forecast_joining_of(first);
    hr_json_object(json, "joining");
    hr_json_number(json, "people", joining.people);
    hr_json_number(json, "seconds_low", joining.low);
    hr_json_number(json, "seconds_high", joining.high);
    hr_json_end_object(json);
}

static void json_activity(hr_json *json, const hr_activity_load *load)
{
    const hr_activity *activity = &hr_activities[load->activity];
    const hr_activity_ceiling *ceiling = hr_activity_ceiling_find(load->activity);
    hr_json_object(json, NULL);
    hr_json_text(json, "name", activity->name);
    hr_json_text(json, "role", hr_roles[load->role].name);
    hr_json_count(json, "servers", load->n_servers);
    hr_json_number(json, "per_second", load->rate);
    hr_json_number(json, "per_second_per_server", load->rate / load->n_servers);
    hr_json_number(json, "work", load->cpu);
    hr_json_number(json, "cpu_per_server", load->rate * load->cpu / load->n_servers);
    hr_json_text(json, "inside", activity->inside);
    hr_json_number(json, "ceiling", ceiling == NULL ? (double)NAN : ceiling->rate);
    hr_json_text(json, "ceiling_of",
                 ceiling == NULL                      ? NULL
                 : ceiling->scope == HR_ACTIVITY_POOL ? "pool"
                                                      : "server");
    hr_json_number(json, "share_of_ceiling", share_of_ceiling(load));
    hr_json_end_object(json);
}

static hr_status json_thumbs(hr_json *json, const hr_study *study, uint64_t index, hr_err *err)
{
    hr_status st = HR_OK;
    hr_thumb thumb[HR_N_THUMBS];
    bool has_users = false;
    HR_TRY(hr_study_thumbs(study, index, thumb, &has_users, err));
    hr_json_array(json, "rule_of_thumb");
    for (unsigned i = 0; has_users && i < HR_N_THUMBS; i++) {
        hr_json_object(json, NULL);
        hr_json_text(json, "role", hr_roles[thumb[i].role].name);
        hr_json_text(json, "of", thumb[i].of);
        hr_json_text(json, "source", thumb[i].source);
        hr_json_number(json, "demand", thumb[i].demand);
        hr_json_number(json, "per_server", thumb[i].per_server);
        hr_json_number(json, "least", thumb[i].least);
        hr_json_number(json, "most", thumb[i].most);
        hr_json_number(json, "servers", thumb[i].servers);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
out:
    return st;
}

hr_status hr_demand_json(hr_json *json, const hr_study *study, const hr_configuration *first,
                         hr_err *err)
{
    hr_status st = HR_OK;
    hr_demand demand;
    HR_TRY(hr_study_demand(study, first->index, first, &demand, err));
    json_classes(json, first);
    if (demand.has_population) {
        json_media(json, first);
        json_calls(json, &demand, first);
        json_joining(json, first);
    }
    hr_json_array(json, "activities");
    for (unsigned i = 0; i < demand.n_activities; i++)
        json_activity(json, &demand.activity[i]);
    hr_json_end_array(json);
    HR_TRY(json_thumbs(json, study, first->index, err));
out:
    return st;
}
