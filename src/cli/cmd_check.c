/* check: validate a study and say what it would be to run it; runs nothing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/demand.h"
#include "cli/forecast.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/values.h"
#include "kernel/kernel.h"
#include "study/study.h"
#include "study/topology.h"

enum { OPTION_VALUES, OPTION_SET, OPTION_CONFIGURATION, OPTION_JSON };

static const hr_option options[] = {
    [OPTION_VALUES] = {.name = "values",
                       .doc = "print every parameter: value, unit, source, and whether the study "
                              "set it"},
    [OPTION_SET] = HR_OPTION_SET,
    [OPTION_CONFIGURATION] = {.name = "configuration",
                              .value = "I",
                              .doc = "the pool and values of this configuration; default 0"},
    [OPTION_JSON] = {.name = "json", .doc = "machine-readable"},
};

enum { COLUMN = 14 };

static void fact(const char *word, const char *text)
{
    printf("%-*s", COLUMN, word);
    hr_text_wrap(stdout, text, COLUMN, COLUMN, HR_TEXT_WIDTH);
}

/* ---- the design */

static const char *const design_names[] = {
    [HR_DESIGN_SOBOL] = "scrambled Sobol' points",
    [HR_DESIGN_RANDOM] = "independent draws",
    [HR_DESIGN_GRID] = "a full grid",
};

static void print_choices(const hr_study *study)
{
    for (size_t a = 0; a < study->n_axes; a++) {
        const hr_axis_of_study *axis = &study->axes[a];
        hr_words words = {0};
        if (!axis->is_choice)
            continue;
        hr_words_add(&words, "%s: ", axis->path);
        for (size_t i = 0; i < axis->n_levels; i++)
            hr_words_add(&words, "%s%s", i == 0 ? "" : ", ", axis->labels[i]);
        fact(a == 0 ? "choose" : "", words.s);
    }
}

/* The lines "unknown.<path> = <law>" of the resolved study. */
static void print_laws(const hr_study *study, const char *group)
{
    const size_t length = strlen(group);
    bool is_first = true;
    for (const char *line = study->resolved; *line != '\0';) {
        const size_t n = strcspn(line, "\n");
        if (n > length && strncmp(line, group, length) == 0 && line[length] == '.') {
            hr_words words = {0};
            hr_words_add(&words, "%.*s", (int)(n - length - 1), line + length + 1);
            fact(is_first ? group : "", words.s);
            is_first = false;
        }
        line += n + (line[n] == '\n');
    }
}

/* Which choices share random numbers. */
static void add_common(const hr_study *study, hr_words *words)
{
    size_t n_choices = 0, n_shared = 0;
    for (size_t a = 0; a < study->n_axes; a++) {
        n_choices += study->axes[a].is_choice;
        n_shared += study->axes[a].is_shared;
    }
    if (n_shared == n_choices)
        hr_words_add(words, "; all choices see the same days");
    else if (n_shared == 0)
        hr_words_add(words, "; each choice sees days of its own");
    for (size_t a = 0, i = 0; a < study->n_axes && n_shared > 0 && n_shared < n_choices; a++) {
        if (study->axes[a].is_shared)
            hr_words_add(words, "%s%s", i++ == 0 ? "; the same days are seen by all of " : ", ",
                         study->axes[a].path);
    }
}

static void print_design(const hr_study *study)
{
    hr_words words = {0};
    hr_words_add(&words, "%s world%s x %s choice%s = %s configuration%s",
                 hr_text_count(study->n_worlds).s, study->n_worlds == 1 ? "" : "s",
                 hr_text_count(study->n_choices).s, study->n_choices == 1 ? "" : "s",
                 hr_text_count(study->n_configurations).s, study->n_configurations == 1 ? "" : "s");
    if (study->n_worlds > 1)
        hr_words_add(&words, "; worlds are %s", design_names[study->design]);
    if (study->n_choices > 1)
        add_common(study, &words);
    hr_words_add(&words, "; seed %llu", (unsigned long long)study->seed);
    printf("%s is valid.\n", study->name);
    fact("design", words.s);
    print_choices(study);
    print_laws(study, "unknown");
    print_laws(study, "daily");
}

/* ---- the pool */

static hr_status add_resource(const hr_configuration *configuration, const hr_forecast_pool *pool,
                              unsigned r, hr_table *table, hr_err *err)
{
    const hr_resource *resource = &hr_resources[configuration->resource[r]];
    const double load = pool->meetings[r] + pool->background[r];
    hr_text text[3 + HR_N_LEVELS];
    text[0] = hr_text_number(pool->meetings[r]);
    text[1] = hr_text_number(pool->background[r]);
    double high = (double)NAN;
    for (unsigned l = 0; l < HR_N_LEVELS; l++) {
        text[2 + l] = hr_text_number(pool->ceiling[r][l]);
        high = isnan(pool->ceiling[r][l]) ? high : pool->ceiling[r][l];
    }
    text[5] = isnan(high) ? hr_text_number(high) : hr_text_number(100.0 * load / high);
    const char *unit = strcmp(resource->unit, "1") == 0 ? "" : resource->unit;
    const char *row[] = {resource->name, unit,      text[0].s, text[1].s,
                         text[2].s,      text[3].s, text[4].s, text[5].s};
    return hr_table_add(table, row, err);
}

static hr_status print_pool(const char *name, const hr_configuration *configuration,
                            const hr_forecast_pool *pool, hr_err *err)
{
    hr_status st = HR_OK;
    const bool is_first = name == NULL;
    const bool has_meetings = configuration->meetings != HR_MEETINGS_LEGS;
    const char *const headings[] = {"per server", "",       has_meetings ? "meetings" : "legs",
                                    "other",      "target", "limit",
                                    "full",       "mean %"};
    hr_arena arena = {0};
    hr_table table;
    hr_words words = {0}, overload = {0};
    if (is_first)
        printf("\nConfiguration %llu: ", (unsigned long long)configuration->index);
    else
        printf("\n%s: ", name);
    printf("%u server%s, %s, admission %s\n", configuration->n_servers,
           configuration->n_servers == 1 ? "" : "s",
           hr_rule_rows[configuration->placement.rule].name,
           hr_admission_rows[configuration->admission].name);
    if (has_meetings)
        hr_words_add(&words,
                     "%s meetings start per hour; in progress on average %s with %s participants",
                     hr_text_number(pool->arrivals).s, hr_text_number(pool->in_progress).s,
                     hr_text_number(pool->present).s);
    else if (configuration->feed != NULL)
        hr_words_add(&words, "%s legs of participants%s begin per hour; on average %s are there",
                     hr_text_number(pool->arrivals).s,
                     configuration->feed->has_calls ? " and calls" : "",
                     hr_text_number(pool->present).s);
    if (words.used > 0)
        hr_text_wrap(stdout, words.s, 0, 0, HR_TEXT_WIDTH);
    HR_TRY(hr_table_init(&table, &arena, "llrrrrrr", 2, headings, err));
    for (unsigned r = 0; r < configuration->n_resources; r++)
        HR_TRY(add_resource(configuration, pool, r, &table, err));
    hr_table_print(&table, stdout, 1, HR_TEXT_WIDTH);
    if (!is_first && hr_forecast_overload(configuration, pool, &overload))
        fact("warning", overload.s);
out:
    hr_arena_free(&arena);
    return st;
}

/* The other pools that the configuration has. */
static hr_status print_others(const hr_study *study, uint64_t index, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    for (unsigned p = 1; p < study->n_pools; p++) {
        hr_configuration configuration = {0};
        HR_TRY(hr_study_pool(study, NULL, p, index, 0, &arena, &configuration, err));
        if (configuration.n_servers == 0)
            continue;
        const hr_forecast_pool pool = hr_forecast_pool_of(&configuration);
        HR_TRY(print_pool(study->pools[p].name, &configuration, &pool, err));
    }
out:
    hr_arena_free(&arena);
    return st;
}

/* ---- the work */

/* "scenarios: ...; 18 choices of a world share their meetings", "scalar: ...; the faster lanes
 * cannot do several resources". */
static void print_kernel(const hr_configuration *configuration, unsigned n_sharing,
                         const hr_kernel *chosen)
{
    const char *why = NULL;
    hr_words words = {0};
    const hr_kernel *kernel = hr_kernel_for_sharing(chosen, configuration, n_sharing, &why);
    const bool is_shared = kernel != NULL;
    if (!is_shared)
        kernel = hr_kernel_for(chosen, configuration, &why);
    hr_words_add(&words, "%s: %s", kernel->name, kernel->doc);
    if (is_shared)
        hr_words_add(&words, "; %u choices of a world share their meetings", n_sharing);
    if (why != NULL)
        hr_words_add(&words, "; the faster %s cannot do %s", is_shared ? "scenarios" : "lanes",
                     why);
    fact("kernel", words.s);
    words = (hr_words){0};
    hr_words_add(&words, "%s: %s", configuration->tilt != NULL ? "tilted" : "from the true laws",
                 configuration->tilt_why);
    fact("input", words.s);
}

static void print_work(const hr_study *study, const hr_forecast_work *work)
{
    hr_words words = {0};
    hr_forecast_tell(study, work, &words);
    putchar('\n');
    fact("work", words.s);
    words = (hr_words){0};
    hr_words_add(&words,
                 "about %s for each process and thread; result file about %s (%s numbers "
                 "for each configuration)",
                 hr_text_bytes(work->memory).s, hr_text_bytes(work->file).s,
                 hr_text_count(study->n_cells).s);
    fact("memory", words.s);
    words = (hr_words){0};
    hr_words_add(&words, "loads are counted in whole steps; largest rounding error %.1e",
                 work->rounding);
    fact("rounding", words.s);
}

static hr_status print_assumptions(const hr_study *study, uint64_t index, hr_err *err)
{
    hr_status st = HR_OK;
    uint64_t n = 0;
    hr_words words = {0};
    const hr_values values = {study, index, true};
    HR_TRY(hr_values_count(&values, &n, err));
    hr_words_add(&words, "%s value%s marked [U]: no published source; --values shows all",
                 hr_text_count(n).s, n == 1 ? " is" : "s are");
    fact("assumptions", words.s);
out:
    return st;
}

static void print_warnings(const hr_study *study, const hr_configuration *configuration,
                           const hr_forecast_pool *pool, const hr_forecast_work *work)
{
    hr_words warning;
    for (unsigned i = 0; hr_forecast_warning(study, configuration, pool, work, i, &warning); i++)
        fact("warning", warning.s);
}

/* Said where it could be asked: with several Front End pools. */
static void print_central(const hr_study *study)
{
    unsigned n_sites = 1;
    for (unsigned p = 1; p < study->n_pools; p++)
        n_sites += study->pools[p].is_site;
    if (n_sites > 1) {
        hr_words words = {0};
        hr_words_add(&words,
                     "%u, one Front End pool each; the Central Management Server is on %s, one for "
                     "the deployment [S:seed-roles], and carries no live load [U]",
                     n_sites, study->pools[0].name);
        fact("sites", words.s);
    }
}

static void print_topology(const hr_topology *topology)
{
    for (size_t i = 0; i < topology->n; i++)
        fact("topology", topology->finding[i].text);
}

static hr_status print_all(const hr_study *study, const hr_topology *topology,
                           const hr_configuration *configuration, const hr_kernel *chosen,
                           const hr_forecast_pool *pool, const hr_forecast_work *work, hr_err *err)
{
    hr_status st = HR_OK;
    print_design(study);
    HR_TRY(print_pool(NULL, configuration, pool, err));
    HR_TRY(print_others(study, configuration->index, err));
    HR_TRY(hr_demand_print(study, configuration, err));
    print_work(study, work);
    print_kernel(configuration, work->sharing, chosen);
    HR_TRY(print_assumptions(study, configuration->index, err));
    print_warnings(study, configuration, pool, work);
    print_central(study);
    print_topology(topology);
out:
    return st;
}

/* ---- json */

static void json_pool(hr_json *json, const char *key, const char *name,
                      const hr_configuration *configuration, const hr_forecast_pool *pool)
{
    hr_json_object(json, key);
    hr_json_text(json, "name", name);
    hr_json_count(json, "configuration", configuration->index);
    hr_json_count(json, "servers", configuration->n_servers);
    hr_json_text(json, "rule", hr_rule_rows[configuration->placement.rule].name);
    hr_json_text(json, "admission", hr_admission_rows[configuration->admission].name);
    hr_json_number(json, "arrivals_per_hour", pool->arrivals);
    hr_json_number(json, "meetings_in_progress", pool->in_progress);
    hr_json_number(json, "participants_present", pool->present);
    hr_json_array(json, "resources");
    for (unsigned r = 0; r < configuration->n_resources; r++) {
        hr_json_object(json, NULL);
        hr_json_text(json, "name", hr_resources[configuration->resource[r]].name);
        hr_json_text(json, "unit", hr_resources[configuration->resource[r]].unit);
        hr_json_number(json, "meetings", pool->meetings[r]);
        hr_json_number(json, "background", pool->background[r]);
        for (unsigned l = 0; l < HR_N_LEVELS; l++)
            hr_json_number(json, hr_level_names[l], pool->ceiling[r][l]);
        hr_json_number(json, "erlang_b", pool->blocking[r]);
        hr_json_number(json, "erlang_b_of_calls", pool->blocking_of_calls[r]);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
    hr_json_end_object(json);
}

static hr_status json_others(hr_json *json, const hr_study *study, uint64_t index, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_json_array(json, "other_pools");
    for (unsigned p = 1; p < study->n_pools; p++) {
        hr_configuration configuration = {0};
        HR_TRY(hr_study_pool(study, NULL, p, index, 0, &arena, &configuration, err));
        if (configuration.n_servers == 0)
            continue;
        const hr_forecast_pool pool = hr_forecast_pool_of(&configuration);
        json_pool(json, NULL, study->pools[p].name, &configuration, &pool);
    }
    hr_json_end_array(json);
out:
    hr_arena_free(&arena);
    return st;
}

static void json_work(hr_json *json, const hr_configuration *configuration, const hr_kernel *chosen,
                      const hr_forecast_work *work)
{
    hr_json_object(json, "work");
    const hr_kernel *kernel = hr_kernel_for_sharing(chosen, configuration, work->sharing, NULL);
    if (kernel == NULL)
        kernel = hr_kernel_for(chosen, configuration, NULL);
    hr_json_text(json, "kernel", kernel->name);
    hr_json_text(json, "input", configuration->tilt != NULL ? "tilted" : "plain");
    hr_json_count(json, "sharing", work->sharing);
    hr_json_number(json, "least_replications", work->least_replications);
    hr_json_number(json, "most_replications", work->most_replications);
    hr_json_number(json, "meetings_per_replication", work->meetings);
    hr_json_number(json, "events_per_replication", work->events);
    hr_json_number(json, "least_core_seconds", work->least_seconds);
    hr_json_number(json, "most_core_seconds", work->most_seconds);
    hr_json_number(json, "memory_bytes", work->memory);
    hr_json_number(json, "file_bytes", work->file);
    hr_json_number(json, "rounding", work->rounding);
    hr_json_end_object(json);
}

static void json_design(hr_json *json, const hr_study *study)
{
    hr_json_text(json, "study", study->name);
    hr_json_count(json, "worlds", study->n_worlds);
    hr_json_count(json, "choices", study->n_choices);
    hr_json_count(json, "configurations", study->n_configurations);
    hr_json_count(json, "seed", study->seed);
    hr_json_array(json, "axes");
    for (size_t a = 0; a < study->n_axes; a++) {
        hr_json_object(json, NULL);
        hr_json_text(json, "path", study->axes[a].path);
        hr_json_text(json, "unit", study->axes[a].unit);
        hr_json_flag(json, "is_choice", study->axes[a].is_choice);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
}

static void json_topology(hr_json *json, const hr_topology *topology)
{
    hr_json_array(json, "topology");
    for (size_t i = 0; i < topology->n; i++) {
        const hr_topology_finding *finding = &topology->finding[i];
        hr_json_object(json, NULL);
        hr_json_text(json, "name", finding->rule->name);
        hr_json_text(json, "source", finding->rule->source);
        hr_json_text(json, "text", finding->text);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
}

static hr_status json_all(const hr_study *study, const hr_topology *topology,
                          const hr_configuration *configuration, const hr_kernel *chosen,
                          const hr_forecast_pool *pool, const hr_forecast_work *work, hr_err *err)
{
    hr_status st = HR_OK;
    hr_words warning;
    hr_json json = hr_json_start(stdout, 2);
    const hr_values values = {.study = study, .configuration = configuration->index};
    hr_json_object(&json, NULL);
    json_design(&json, study);
    json_pool(&json, "pool", study->pools[0].name, configuration, pool);
    HR_TRY(json_others(&json, study, configuration->index, err));
    HR_TRY(hr_demand_json(&json, study, configuration, err));
    json_work(&json, configuration, chosen, work);
    hr_json_array(&json, "warnings");
    for (unsigned i = 0; hr_forecast_warning(study, configuration, pool, work, i, &warning); i++)
        hr_json_text(&json, NULL, warning.s);
    hr_json_end_array(&json);
    json_topology(&json, topology);
    HR_TRY(hr_values_json(&values, &json, "values", err));
    hr_json_end_object(&json);
out:
    return st;
}

/* ---- the command */

static hr_status check_study(const hr_invocation *invocation, const hr_study *study, uint64_t index,
                             const hr_kernel *chosen, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_configuration configuration = {0};
    hr_forecast_work work;
    hr_topology topology;
    HR_TRY(hr_topology_check(study, index, &arena, &topology, err));
    HR_TRY(hr_study_configuration(study, NULL, index, 0, &arena, &configuration, err));
    HR_TRY(hr_study_tilt(study, &configuration, &arena, err));
    const hr_forecast_pool pool = hr_forecast_pool_of(&configuration);
    HR_TRY(hr_forecast_work_of(study, &work, err));
    const hr_values values = {.study = study, .configuration = index};
    if (hr_given(invocation, OPTION_JSON))
        HR_TRY(json_all(study, &topology, &configuration, chosen, &pool, &work, err));
    else if (hr_given(invocation, OPTION_VALUES))
        HR_TRY(hr_values_print(&values, stdout, HR_TEXT_WIDTH, err));
    else
        HR_TRY(print_all(study, &topology, &configuration, chosen, &pool, &work, err));
out:
    hr_arena_free(&arena);
    return st;
}

static hr_status run(hr_invocation *invocation, hr_err *err)
{
    hr_status st = HR_OK;
    hr_study study = {0};
    uint64_t index = 0;
    const hr_kernel *chosen = NULL;
    HR_TRY(hr_option_count(invocation, OPTION_CONFIGURATION, UINT64_MAX, 0, &index, err));
    HR_TRY(hr_kernel_choose(getenv("HEADROOM_KERNEL"), &chosen, err));
    HR_TRY(hr_study_open(&study, invocation->operand, invocation->sets, invocation->n_sets, err));
    if (index >= study.n_configurations)
        HR_TRY(HR_FAIL(err, HR_ERR_USAGE,
                       "check: --configuration `%llu`: the study has configurations 0 to %llu",
                       (unsigned long long)index,
                       (unsigned long long)(study.n_configurations - 1)));
    HR_TRY(check_study(invocation, &study, index, chosen, err));
out:
    hr_study_free(&study);
    return st;
}

const hr_command hr_command_check = {
    .name = "check",
    .operand = "STUDY",
    .summary = "validate a study; show its design, pool and work; run nothing",
    .doc =
        "Reads a study, with its base and --set, and checks everything that can be checked "
        "without running it. Prints the design, the pool of one configuration with its mean "
        "loads against the ceilings, what the rules of thumb give, about how long a run would "
        "take, and which rules of the documented topology the deployment breaks; refuses one that "
        "is not supported.",
    .n_options = HR_LENGTH(options),
    .options = options,
    .examples = {"headroom check mine.yaml", "headroom check mine.yaml --values",
                 "headroom check mine.yaml --set pool.servers=8"},
    .run = run,
};
