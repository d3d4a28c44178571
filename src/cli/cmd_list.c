/* list: the tables that the program itself works with. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/law.h"
#include "cli/cells.h"
#include "cli/command.h"
#include "cli/entries.h"
#include "cli/json.h"
#include "cli/list_contradictions.h"
#include "cli/list_exact.h"
#include "cli/list_roles.h"
#include "cli/list_signals.h"
#include "cli/nearest.h"
#include "cli/text.h"
#include "model/activity.h"
#include "model/failure.h"
#include "model/outcome.h"
#include "model/placement.h"
#include "model/resource.h"
#include "model/workload.h"
#include "study/params.h"
#include "study/study.h"
#include "study/unit.h"

enum { OPTION_JSON, OPTION_MATCH };

static const hr_option options[] = {
    [OPTION_JSON] = {.name = "json", .doc = "machine-readable, with every column"},
    [OPTION_MATCH] = {.name = "match",
                      .value = "TEXT",
                      .doc = "only rows whose name or description holds TEXT"},
};

/* ---- one entry, however it is printed */

static void plain_entry(hr_entries *entries, const char *name, const char *about, const char *doc)
{
    if (!hr_entries_begin(entries, name, about, doc))
        return;
    if (about[0] != '\0')
        hr_json_text(entries->json, "group", about);
    hr_json_end_object(entries->json);
}

/* ---- params */

static const char *const kind_names[] = {
    [HR_PARAM_QUANTITY] = "quantity",
    [HR_PARAM_LAW] = "law",
    [HR_PARAM_CHOICE] = "choice",
    [HR_PARAM_FLAG] = "yes or no",
    [HR_PARAM_TEXT] = "text",
    [HR_PARAM_NUMBERS] = "one or more numbers",
    [HR_PARAM_WORDS] = "one or more words",
    [HR_PARAM_SECTION] = "section",
};

static bool is_numeric(const hr_param_row *row)
{
    return row->kind == HR_PARAM_QUANTITY || row->kind == HR_PARAM_LAW ||
           row->kind == HR_PARAM_NUMBERS;
}

static const char *unit_of(const hr_param_row *row)
{
    if (!is_numeric(row))
        return "";
    if (row->dimension == HR_DIMENSION_RESOURCE)
        return "unit of the resource";
    return hr_dimension_unit((hr_meaning){.dimension = row->dimension});
}

/* "a, b or c" of "a|b|c" */
static void add_choices(hr_words *about, const char *words)
{
    while (*words != '\0') {
        const size_t n = strcspn(words, "|");
        const char *rest = words + n + (words[n] == '|');
        hr_words_add(about, "%.*s%s", (int)n, words,
                     *rest == '\0'               ? ""
                     : strchr(rest, '|') == NULL ? " or "
                                                 : ", ");
        words = rest;
    }
}

/* "(quantity such as 4 h, default 10 s, [U])" */
static hr_words about_param(const hr_param_row *row)
{
    hr_words about = {0};
    hr_words_add(&about, "(");
    if (row->kind == HR_PARAM_CHOICE)
        add_choices(&about, row->words);
    else
        hr_words_add(&about, "%s", kind_names[row->kind]);
    if (is_numeric(row) && row->dimension != HR_DIMENSION_RESOURCE)
        hr_words_add(&about, " such as %s",
                     hr_dimension_example((hr_meaning){.dimension = row->dimension}));
    if (row->fallback != NULL)
        hr_words_add(&about, "; default %s", row->fallback[0] == '\0' ? "none" : row->fallback);
    hr_words_add(&about, "%s%s)", row->source[0] != '\0' ? "; " : "", row->source);
    return about;
}

static void param_entry(hr_entries *entries, const hr_param_row *row)
{
    if (!hr_entries_begin(entries, row->path, about_param(row).s, row->doc))
        return;
    hr_json_text(entries->json, "kind", kind_names[row->kind]);
    if (row->kind == HR_PARAM_CHOICE)
        hr_json_text(entries->json, "words", row->words);
    if (is_numeric(row)) {
        hr_json_text(entries->json, "unit", unit_of(row));
        hr_json_number(entries->json, "low", row->low);
        hr_json_number(entries->json, "high", row->high);
    }
    hr_json_text(entries->json, "default", row->fallback);
    hr_json_text(entries->json, "source", row->source);
    hr_json_end_object(entries->json);
}

static void list_params(hr_entries *entries)
{
    for (size_t i = 0; i < HR_N_KEYS; i++)
        param_entry(entries, &hr_param_rows[i]);
}

/* ---- the other tables */

/* The keys of policies beyond the rule: all of `placement` that is no rule or admission itself. */
static void list_policy_keys(hr_entries *entries)
{
    static const char section[] = "placement.";
    static const hr_key others[] = {
        HR_KEY_placement_unit, HR_KEY_placement_rule, HR_KEY_placement_metric, HR_KEY_placement_d,
        HR_KEY_placement_ties, HR_KEY_admission,      HR_KEY_admission_level};
    for (hr_key key = 0; key < HR_N_KEYS; key++) {
        const hr_param_row *row = &hr_param_rows[key];
        bool is_other = strncmp(row->path, section, sizeof section - 1) != 0;
        for (size_t i = 0; i < HR_LENGTH(others); i++)
            is_other = is_other || key == others[i];
        if (!is_other)
            plain_entry(entries, row->path, row->source, row->doc);
    }
}

static void list_policies(hr_entries *entries)
{
    for (size_t i = 0; i < HR_N_RULES; i++)
        plain_entry(entries, hr_rule_rows[i].name, "placement.rule", hr_rule_rows[i].doc);
    for (size_t i = 0; i < HR_N_ADMISSIONS; i++)
        plain_entry(entries, hr_admission_rows[i].name, "placement.admission",
                    hr_admission_rows[i].doc);
    list_policy_keys(entries);
    for (size_t i = 0; i < HR_N_SOURCE_KINDS; i++)
        plain_entry(entries, hr_source_rows[i].name, "arrivals.sources[].kind",
                    hr_source_rows[i].doc);
}

static void workload_cost(hr_entries *entries, const hr_workload_cost *cost)
{
    const hr_resource *resource = &hr_resources[cost->resource];
    if (entries->json == NULL) {
        if (cost->is_open)
            printf("    %-12s no published figure\n", resource->name);
        else
            printf("    %-12s %.10g%s%s (%.10g to %.10g) %s\n", resource->name, cost->value,
                   strcmp(resource->unit, "1") == 0 ? "" : " ",
                   strcmp(resource->unit, "1") == 0 ? "" : resource->unit, cost->low, cost->high,
                   cost->source);
        return;
    }
    hr_json_object(entries->json, NULL);
    hr_json_text(entries->json, "resource", resource->name);
    hr_json_text(entries->json, "unit", resource->unit);
    hr_json_number(entries->json, "value", cost->is_open ? (double)NAN : cost->value);
    hr_json_number(entries->json, "low", cost->is_open ? (double)NAN : cost->low);
    hr_json_number(entries->json, "high", cost->is_open ? (double)NAN : cost->high);
    hr_json_text(entries->json, "source", cost->source);
    hr_json_text(entries->json, "doc", cost->doc);
    hr_json_flag(entries->json, "is_key", cost->is_key);
    hr_json_end_object(entries->json);
}

static void list_workloads(hr_entries *entries)
{
    for (unsigned w = 0; w < HR_N_WORKLOADS; w++) {
        const hr_workload *workload = &hr_workloads[w];
        hr_words about = {0};
        hr_words_add(&about, "%s; on %s", workload->per, hr_roles[workload->role].name);
        const size_t n = entries->n;
        const bool is_open = hr_entries_begin(entries, workload->name, about.s, workload->doc);
        if (entries->n == n)
            continue; /* does not match */
        if (is_open) {
            hr_json_text(entries->json, "per", workload->per);
            hr_json_text(entries->json, "role", hr_roles[workload->role].name);
            hr_json_array(entries->json, "costs");
        }
        for (unsigned i = 0; i < hr_n_workload_costs; i++) {
            if (hr_workload_costs[i].workload == (hr_workload_id)w)
                workload_cost(entries, &hr_workload_costs[i]);
        }
        if (is_open) {
            hr_json_end_array(entries->json);
            hr_json_end_object(entries->json);
        }
    }
}

/* "60 per hour of a user; on front_end", "2 of one im_message; ..." */
static hr_words about_activity(const hr_activity *a)
{
    hr_words about = {0};
    if (a->by == HR_ACTIVITY_BY_ACTIVITY)
        hr_words_add(&about, "%.10g of one %s", a->rate, hr_activities[a->of].name);
    else if (a->by == HR_ACTIVITY_BY_ALL)
        hr_words_add(&about, "%.10g per second of the deployment", a->rate);
    else if (a->by >= HR_ACTIVITY_BY_MEETINGS)
        hr_words_add(&about, "one of each %s", hr_activity_by_names[a->by]);
    else
        hr_words_add(&about, "%.10g per hour of a %s", 3600.0 * a->rate,
                     hr_activity_by_names[a->by]);
    if (a->share < 1.0)
        hr_words_add(&about, " for %.10g %% of them", 100.0 * a->share);
    if (a->peak == HR_ACTIVITY_PEER_TO_PEER)
        hr_words_add(&about, ", 2.5 times in the busy hour");
    hr_words_add(&about, " %s; on %s", a->source, hr_roles[a->role].name);
    return about;
}

static void activity_lines(const hr_activity *a, const hr_activity_ceiling *ceiling)
{
    if (a->inside != NULL)
        printf("    work inside %s\n", a->inside);
    else
        printf("    work %.10g Mc (%.10g to %.10g) [U]\n", a->cpu, a->low, a->high);
    if (ceiling != NULL)
        printf("    most %s per second of a %s: %s %s\n", hr_text_number(ceiling->rate).s,
               ceiling->scope == HR_ACTIVITY_POOL ? "pool" : "server", ceiling->doc,
               ceiling->source);
}

static void activity_json(hr_json *json, const hr_activity *a, const hr_activity_ceiling *ceiling)
{
    const bool has_work = a->inside == NULL;
    hr_json_text(json, "role", hr_roles[a->role].name);
    hr_json_text(json, "by", hr_activity_by_names[a->by]);
    hr_json_text(json, "of", a->by == HR_ACTIVITY_BY_ACTIVITY ? hr_activities[a->of].name : NULL);
    hr_json_flag(json, "peer_to_peer", a->peak == HR_ACTIVITY_PEER_TO_PEER);
    hr_json_number(json, "share", a->share);
    hr_json_number(json, "rate", a->rate);
    hr_json_text(json, "source", a->source);
    hr_json_text(json, "inside", a->inside);
    hr_json_number(json, "work", has_work ? a->cpu : (double)NAN);
    hr_json_number(json, "low", has_work ? a->low : (double)NAN);
    hr_json_number(json, "high", has_work ? a->high : (double)NAN);
    hr_json_number(json, "ceiling", ceiling == NULL ? (double)NAN : ceiling->rate);
    hr_json_text(json, "ceiling_of",
                 ceiling == NULL                      ? NULL
                 : ceiling->scope == HR_ACTIVITY_POOL ? "pool"
                                                      : "server");
    hr_json_text(json, "ceiling_source", ceiling == NULL ? NULL : ceiling->source);
    hr_json_end_object(json);
}

static void list_activities(hr_entries *entries)
{
    for (unsigned i = 0; i < HR_N_ACTIVITIES; i++) {
        const hr_activity *a = &hr_activities[i];
        const hr_activity_ceiling *ceiling = hr_activity_ceiling_find((hr_activity_id)i);
        const size_t n = entries->n;
        const bool is_open = hr_entries_begin(entries, a->name, about_activity(a).s, a->doc);
        if (is_open)
            activity_json(entries->json, a, ceiling);
        else if (entries->n > n)
            activity_lines(a, ceiling);
    }
}

/* "(1/h; by criterion, server; not by default)" */
static hr_words about_outcome(const hr_outcome *outcome)
{
    hr_words about = {0};
    const char *before = "; by ";
    hr_words_add(&about, "(%s", strcmp(outcome->unit, "1") == 0 ? "number" : outcome->unit);
    for (size_t a = 0; a < HR_MAX_AXES; a++) {
        if (outcome->axes[a] == HR_AXIS_NONE)
            continue;
        hr_words_add(&about, "%s%s", before, hr_axis_name(outcome->axes[a]));
        before = ", ";
    }
    hr_words_add(&about, "%s)", outcome->by_default ? "" : "; not by default");
    return about;
}

static void outcome_entry(hr_entries *entries, const hr_outcome *outcome)
{
    if (!hr_entries_begin(entries, outcome->name, about_outcome(outcome).s, outcome->doc))
        return;
    hr_json_text(entries->json, "unit", outcome->unit);
    hr_json_array(entries->json, "axes");
    for (size_t a = 0; a < HR_MAX_AXES; a++) {
        if (outcome->axes[a] != HR_AXIS_NONE)
            hr_json_text(entries->json, NULL, hr_axis_name(outcome->axes[a]));
    }
    hr_json_end_array(entries->json);
    hr_json_flag(entries->json, "by_default", outcome->by_default);
    hr_json_end_object(entries->json);
}

static void list_outcomes(hr_entries *entries)
{
    for (unsigned o = 0; o < hr_n_outcomes; o++)
        outcome_entry(entries, &hr_outcomes[o]);
}

static void list_laws(hr_entries *entries)
{
    for (size_t i = 0; i < hr_n_law_rows; i++) {
        const hr_law_row *row = &hr_law_rows[i];
        hr_words about = {0};
        for (size_t a = 0; a < 4 && row->arguments[a] != NULL; a++)
            hr_words_add(&about, "%s%s", a == 0 ? "(" : ", ", row->arguments[a]);
        hr_words_add(&about, "%s", about.used > 0 ? ")" : "");
        plain_entry(entries, row->name, about.s, row->doc);
    }
}

static void list_units(hr_entries *entries)
{
    static const struct {
        hr_dimension dimension;
        const char *measures;
    } rows[] = {
        {HR_DIMENSION_COUNT, "whole numbers"},
        {HR_DIMENSION_NUMBER, "numbers"},
        {HR_DIMENSION_FRACTION, "shares, factors"},
        {HR_DIMENSION_TIME, "times"},
        {HR_DIMENSION_RATE, "rates of events"},
        {HR_DIMENSION_CPU, "processor work"},
        {HR_DIMENSION_WORK, "work of one event"},
        {HR_DIMENSION_MEMORY, "memory"},
        {HR_DIMENSION_BANDWIDTH, "network traffic"},
        {HR_DIMENSION_USERS, "users"},
        {HR_DIMENSION_ANGLE, "phases"},
    };
    for (size_t i = 0; i < HR_LENGTH(rows); i++) {
        const hr_meaning meaning = {.dimension = rows[i].dimension};
        char about[128];
        snprintf(about, sizeof about, "%.40s, e.g. %.70s", hr_dimension_unit(meaning),
                 hr_dimension_example(meaning));
        plain_entry(entries, rows[i].measures, "", about);
    }
    for (size_t i = 0; i < HR_N_RESOURCES; i++)
        plain_entry(entries, hr_resources[i].name, hr_resources[i].unit, hr_resources[i].doc);
}

static void list_presets(hr_entries *entries)
{
    for (size_t i = 0; i < hr_n_presets; i++) {
        char doc[256];
        const char *text = hr_presets[i].text;
        snprintf(doc, sizeof doc, "%.*s", (int)strcspn(text, "\n"), text);
        plain_entry(entries, hr_presets[i].name, "", doc[0] == '#' ? doc + 1 : doc);
    }
}

static void list_quorum(hr_entries *entries)
{
    const hr_quorum *row = NULL;
    for (unsigned i = 0; (row = hr_quorum_row(i)) != NULL; i++) {
        hr_words name = {0}, doc = {0};
        hr_words_add(&name, "%u", row->servers);
        hr_words_add(&doc, "%u to start; to keep running any %u%s", row->start, row->run,
                     row->voters < row->servers ? ""
                     : row->voters % 2 == 0     ? ", and the Back End"
                                                : "");
        if (row->voters < row->servers)
            hr_words_add(&doc, " of the first %u", row->voters);
        plain_entry(entries, name.s, row->servers == 1 ? "server" : "servers", doc.s);
    }
}

static const struct {
    const char *name;
    void (*list)(hr_entries *entries);
} tables[] = {
    {"params", list_params},
    {"policies", list_policies},
    {"roles", hr_list_roles},
    {"signals", hr_list_signals},
    {"workloads", list_workloads},
    {"activities", list_activities},
    {"outcomes", list_outcomes},
    {"laws", list_laws},
    {"units", list_units},
    {"presets", list_presets},
    {"quorum", list_quorum},
    {"exact", hr_list_exact},
    {"contradictions", hr_list_contradictions},
};

static const char *table_name(const void *unused, size_t i)
{
    (void)unused;
    return i < HR_LENGTH(tables) ? tables[i].name : NULL;
}

static hr_status find_table(const char *name, size_t *table, hr_err *err)
{
    for (*table = 0; *table < HR_LENGTH(tables); (*table)++) {
        if (strcmp(tables[*table].name, name) == 0)
            return HR_OK;
    }
    const char *near = hr_nearest(name, table_name, NULL);
    if (near != NULL)
        return HR_FAIL(err, HR_ERR_USAGE, "list: no table `%s`; did you mean `%s`?", name, near);
    return HR_FAIL(
        err, HR_ERR_USAGE,
        "list: no table `%s`; there are params, policies, roles, "
        "signals, workloads, activities, outcomes, laws, units, presets, quorum, exact and "
        "contradictions",
        name);
}

static hr_status run(hr_invocation *invocation, hr_err *err)
{
    hr_status st = HR_OK;
    size_t table = 0;
    hr_json json = hr_json_start(stdout, 1);
    hr_entries entries = {.match = invocation->value[OPTION_MATCH]};
    HR_TRY(find_table(invocation->operand, &table, err));
    if (hr_given(invocation, OPTION_JSON)) {
        entries.json = &json;
        hr_json_array(&json, NULL);
    }
    tables[table].list(&entries);
    if (entries.json != NULL)
        hr_json_end_array(&json);
out:
    return st;
}

const hr_command hr_command_list = {
    .name = "list",
    .operand = "TABLE",
    .summary = "params, policies, roles, signals, workloads, activities, outcomes, laws, units, "
               "presets, quorum, exact, contradictions",
    .doc =
        "Prints one of the tables that the program itself works with: params (every key of a "
        "study), policies (placement, admission, arrivals), roles (servers and systems of a "
        "deployment, and what overload means there), signals (published signs of overload, and the "
        "outcome that says how likely each is), workloads (costs, their ranges and "
        "sources), activities (events: their rates, work and published ceilings), outcomes "
        "(what is measured), laws (distributions), units, presets (studies "
        "that come with the program), quorum (servers that a pool of each size needs), exact "
        "(methods that need no simulation), contradictions (where the published documents say two "
        "things, and which is used).",
    .n_options = HR_LENGTH(options),
    .options = options,
    .examples = {"headroom list params --match placement", "headroom list outcomes",
                 "headroom list workloads --json"},
    .run = run,
};
