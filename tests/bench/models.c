#include "models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contestant.h"
#include "model/placement.h"
#include "sample.h"

enum { MOST_SETS = 12, MOST_MODELS = 24, MOST_TEXT = 96 };

/* What is set on top of M0. */
typedef struct change {
    const char *section, *parameter;
    const char *sets[MOST_SETS];
} change;

/* Offered load per server as in M0; about as many meetings as M0 where the pool is neither too
 * large nor, in windows of the same kind, too small for that. */
static const change servers[] = {
    {"servers",
     "1",
     {"pool.servers=1", "arrivals.sources[0].rate=166.67 per hour", "window.from=2.25 h",
      "window.length=15 h"}},
    {"servers",
     "2",
     {"pool.servers=2", "arrivals.sources[0].rate=333.33 per hour", "window.from=2.25 h",
      "window.length=15 h"}},
    {"servers",
     "4",
     {"pool.servers=4", "arrivals.sources[0].rate=666.67 per hour", "window.from=2.25 h",
      "window.length=15 h"}},
    {"servers",
     "8",
     {"pool.servers=8", "arrivals.sources[0].rate=1333.3 per hour", "window.from=2.25 h",
      "window.length=15 h"}},
    {"servers",
     "12",
     {"pool.servers=12", "arrivals.sources[0].rate=2000 per hour", "window.from=2.25 h",
      "window.length=12.75 h"}},
    {"servers",
     "16",
     {"pool.servers=16", "arrivals.sources[0].rate=2666.7 per hour", "window.from=2.25 h",
      "window.length=9 h"}},
    {"servers",
     "32",
     {"pool.servers=32", "arrivals.sources[0].rate=5333.3 per hour", "window.from=2.25 h",
      "window.length=3.4 h"}},
    {"servers",
     "64",
     {"pool.servers=64", "arrivals.sources[0].rate=10667 per hour", "window.from=2.25 h",
      "window.length=0.5 h"}},
    {"servers",
     "128",
     {"pool.servers=128", "arrivals.sources[0].rate=21333 per hour", "window.from=2.25 h",
      "window.length=0.5 h"}},
    {"servers",
     "256",
     {"pool.servers=256", "arrivals.sources[0].rate=42667 per hour", "window.from=2.25 h",
      "window.length=0.5 h"}},
};

/* The same pool, its load counted in finer steps. */
static const change loads[] = {
    {"load range", "1,000 steps", {NULL}},
    {"load range",
     "32,000 steps",
     {"meetings.classes[0].cost.load=32", "pool.server.load=32000",
      "pool.ceilings.load.full=32000"}},
    {"load range",
     "65,536,000 steps",
     {"meetings.classes[0].cost.load=65536", "pool.server.load=65536000",
      "pool.ceilings.load.full=65536000"}},
    {"load range",
     "10^12 steps",
     {"meetings.classes[0].cost.load=1000000000", "pool.server.load=1000000000000",
      "pool.ceilings.load.full=1000000000000"}},
};

static const change overloads[] = {
    {"overload", "ceiling 1100", {"pool.ceilings.load.full=1100", "pool.server.load=1100"}},
    {"overload", "ceiling 1030", {"pool.ceilings.load.full=1030", "pool.server.load=1030"}},
    {"overload", "ceiling 1000 (M0)", {NULL}},
    {"overload", "ceiling 930", {"pool.ceilings.load.full=930"}},
    {"overload", "ceiling 800", {"pool.ceilings.load.full=800"}},
    {"overload", "ceiling 690", {"pool.ceilings.load.full=690"}},
};

#define MORE_RESOURCES                                                                             \
    "pool.server.cpu=7000 Mc/s", "pool.ceilings.cpu.full=100 %",                                   \
        "meetings.classes[0].cost.cpu=7 Mc/s", "pool.server.network_out=250 Mbit/s",               \
        "pool.ceilings.network_out.full=100 %", "meetings.classes[0].cost.network_out=250 kbit/s"

/* Choices of one world on one input: what each meeting of each of them costs. */
static const change sharing[] = {
    {"sharing",
     "4 ceilings",
     {"design.common_random_numbers=yes",
      "choose.pool.ceilings.load.full=[1000, 1010, 1020, 1030]"}},
    {"sharing",
     "8 ceilings",
     {"design.common_random_numbers=yes",
      "choose.pool.ceilings.load.full=[1000, 1010, 1020, 1030, 1040, 1050, 1060, 1070]"}},
    {"sharing",
     "32 ceilings",
     {"design.common_random_numbers=yes",
      "choose.pool.ceilings.load.full=[1000, 1005, 1010, 1015, 1020, 1025, 1030, 1035, 1040, 1045, "
      "1050, 1055, 1060, 1065, 1070, 1075, 1080, 1085, 1090, 1095, 1100, 1105, 1110, 1115, 1120, "
      "1125, 1130, 1135, 1140, 1145, 1150, 1155]"}},
    {"sharing",
     "4 pools x 8 ceilings",
     {"design.common_random_numbers=yes", "choose.pool.servers=[12, 11, 10, 9]",
      "choose.pool.ceilings.load.full=[1000, 1010, 1020, 1030, 1040, 1050, 1060, 1070]"}},
    {"sharing",
     "2 rates x 16 ceilings",
     {"design.common_random_numbers=yes",
      "choose.arrivals.sources[0].rate=[2000 per hour, 1800 per hour]",
      "choose.pool.ceilings.load.full=[1000, 1010, 1020, 1030, 1040, 1050, 1060, 1070, 1080, 1090, "
      "1100, 1110, 1120, 1130, 1140, 1150]"}},
    {"sharing",
     "32 ceilings, ties uniform",
     {"design.common_random_numbers=yes", "placement.ties=uniform",
      "choose.pool.ceilings.load.full=[1000, 1005, 1010, 1015, 1020, 1025, 1030, 1035, 1040, 1045, "
      "1050, 1055, 1060, 1065, 1070, 1075, 1080, 1085, 1090, 1095, 1100, 1105, 1110, 1115, 1120, "
      "1125, 1130, 1135, 1140, 1145, 1150, 1155]"}},
    {"sharing",
     "8 ceilings, join ramp of 5 min",
     {"design.common_random_numbers=yes", "meetings.join_ramp=uniform(0 s, 300 s)",
      "choose.pool.ceilings.load.full=[1000, 1010, 1020, 1030, 1040, 1050, 1060, 1070]"}},
    {"sharing",
     "18 choices, 3 resources",
     {"design.common_random_numbers=yes", MORE_RESOURCES,
      "choose.pool.servers=[12, 11, 10, 9, 8, 7]",
      "choose.placement.rule=[fewest_participants, fewest_meetings, random]"}},
};

/* The rules follow from the program's own table; these are the metrics of one of them. */
static const change metrics[] = {
    {"rule", "least_loaded by relative", {"placement.metric=relative"}},
    {"rule", "least_loaded by meetings", {"placement.metric=meetings"}},
    {"rule", "least_loaded by participants", {"placement.metric=participants"}},
    {"rule", "least_loaded, ties uniform", {"placement.ties=uniform"}},
};

static const change features[] = {
    {"feature", "M0", {NULL}},
    {"feature",
     "lognormal durations",
     {"meetings.classes[0].duration=lognormal(mean 2700 s, cv 0.947)"}},
    {"feature", "join ramp of 5 min", {"meetings.join_ramp=uniform(0 s, 300 s)"}},
    {"feature", "reports every 10 s", {"placement.report_delay=10 s"}},
    {"feature",
     "reports every 10 s, in flight",
     {"placement.report_delay=10 s", "placement.in_flight=yes"}},
    {"feature",
     "held background",
     {"background.items=[{name: held, resource: load, law: \"normal(mean 50, sd 5)\"}]"}},
    {"feature",
     "session background",
     {"background.items=[{name: calls, sessions: 12, holding: 3 min, cost: {load: 1}}]"}},
    {"feature",
     "snapshots every min, 2 probes",
     {"observe.every=1 min", "probe.sizes=[100, 400]", "probe.load.load=1"}},
    {"feature", "3 resources", {MORE_RESOURCES}},
    {"feature", "3 resources, relative", {MORE_RESOURCES, "placement.metric=relative"}},
    {"feature",
     "capacity curve of 8 factors",
     {"observe.capacity=[0.69, 0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.05]"}},
    {"feature", "its lowest ceiling alone", {"pool.ceilings.load.full=690"}},
    {"feature",
     "curve of 16 factors from 930",
     {"observe.capacity=[0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1, 1.01, 1.02, 1.03, 1.04, "
      "1.05, "
      "1.06, 1.07, 1.08]"}},
    {"feature", "ceiling 930 alone", {"pool.ceilings.load.full=930"}},
    {"feature", "window of a day", {"window.length=24 h"}},
    {"feature",
     "stationary start, one hour",
     {"window.start=stationary", "window.from=0 h", "window.length=1 h"}},
};

/* The contestants of one section. */
typedef struct starters {
    contestant_model model[MOST_MODELS];
    contestant contestant[MOST_MODELS * CONTESTANT_MOST_KERNELS];
    contest_turn turn[MOST_MODELS * CONTESTANT_MOST_KERNELS];
    size_t n_models, n_contestants;
} starters;

static void enter(starters *all, const contestant *c)
{
    all->contestant[all->n_contestants] = *c;
    all->turn[all->n_contestants] =
        (contest_turn){contestant_take, &all->contestant[all->n_contestants]};
    all->n_contestants++;
}

static hr_status open_model(starters *all, const char *study, const change *one, hr_err *err)
{
    HR_ASSERT(all->n_models < MOST_MODELS);
    contestant_model *model = &all->model[all->n_models++];
    model->section = one->section;
    model->parameter = one->parameter;
    return contestant_model_open(model, study, one->sets, err);
}

static hr_status run_all(starters *all, const char *section, const contest_plan *plan, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(contest_run(section, plan, all->turn, all->n_contestants, err));
    for (size_t i = 0; i < all->n_contestants; i++)
        contestant_write_answer(&all->contestant[i]);
out:
    return st;
}

static void free_all(starters *all)
{
    for (size_t i = 0; i < all->n_models; i++)
        contestant_model_free(&all->model[i]);
    hr_mem_free(all);
}

static hr_status new_models(starters **all, hr_err *err)
{
    *all = hr_mem_take(1, sizeof **all);
    return *all != NULL ? HR_OK : HR_FAIL(err, HR_ERR_MEMORY, "no memory for models");
}

hr_status models_m0(const char *study, const contest_plan *plan, hr_err *err)
{
    hr_status st = HR_OK;
    starters *all = NULL;
    const change m0 = {"M0", "input + replay", {NULL}};
    HR_TRY(new_models(&all, err));
    HR_TRY(open_model(all, study, &m0, err));
    for (unsigned k = 0; k < contestant_n_kernels(); k++) {
        for (unsigned level = 0; level < contestant_n_levels(); level++)
            enter(all, &(contestant){.model = &all->model[0],
                                     .kernel = hr_kernel_number(k),
                                     .vector = hr_vector_level(level),
                                     .parameter = m0.parameter,
                                     .shows_parts = true,
                                     .replications = plan->replications});
    }
    HR_TRY(run_all(all, m0.section, plan, err));
out:
    if (all != NULL)
        free_all(all);
    return st;
}

hr_status models_chosen(const char *study, const hr_vector *vector, const contest_plan *plan,
                        hr_err *err)
{
    hr_status st = HR_OK;
    starters *all = NULL;
    const hr_kernel *kernel = NULL; /* asked for */
    const change m0 = {"program", "by itself", {NULL}};
    HR_TRY(hr_kernel_choose(getenv("HEADROOM_KERNEL"), &kernel, err));
    HR_TRY(new_models(&all, err));
    HR_TRY(open_model(all, study, &m0, err));
    kernel = hr_kernel_for(kernel, all->model[0].configuration, NULL);
    enter(all, &(contestant){.model = &all->model[0],
                             .kernel = kernel,
                             .vector = vector,
                             .parameter = m0.parameter,
                             .replications = plan->replications});
    HR_TRY(contest_run(m0.section, plan, all->turn, all->n_contestants, err));
out:
    if (all != NULL)
        free_all(all);
    return st;
}

/* Choices go to kernels that share, what has none to the others and to those that do anything. */
static bool is_for(const hr_kernel *kernel, const contestant_model *model)
{
    if (model->n_configurations > 1)
        return kernel->most_sharing > 0;
    return kernel->most_sharing == 0 || kernel->decline == NULL;
}

/* Every kernel on every model of one section. */
static hr_status run_section(const char *study, const hr_vector *vector, const change *changes,
                             size_t n, const contest_plan *plan, hr_err *err)
{
    hr_status st = HR_OK;
    starters *all = NULL;
    HR_TRY(new_models(&all, err));
    for (size_t i = 0; i < n; i++) {
        HR_TRY(open_model(all, study, &changes[i], err));
        for (unsigned k = plan->without_reference ? 1 : 0; k < contestant_n_kernels(); k++) {
            if (is_for(hr_kernel_number(k), &all->model[i]))
                enter(all, &(contestant){.model = &all->model[i],
                                         .kernel = hr_kernel_number(k),
                                         .vector = vector,
                                         .parameter = changes[i].parameter,
                                         .replications = plan->replications});
        }
    }
    HR_TRY(run_all(all, changes[0].section, plan, err));
out:
    if (all != NULL)
        free_all(all);
    return st;
}

/* One model per row of a table of policies of the program. */
static size_t policies(change *changes, char text[][MOST_TEXT], const char *section,
                       const char *key, const hr_policy_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(text[i], MOST_TEXT, "%s=%s", key, rows[i].name);
        changes[i] = (change){section, rows[i].name, {text[i]}};
    }
    return n;
}

static hr_status run_rules(const char *study, const hr_vector *vector, const contest_plan *plan,
                           hr_err *err)
{
    enum { N_METRICS = sizeof metrics / sizeof *metrics };
    change changes[HR_N_RULES + N_METRICS] = {{0}};
    char text[HR_N_RULES][MOST_TEXT];
    const size_t n = policies(changes, text, "rule", "placement.rule", hr_rule_rows, HR_N_RULES);
    /* A metric may be set only where the rule has one. */
    for (size_t i = 0; i < n; i++) {
        const bool has_metric = strcmp(changes[i].parameter, "least_loaded") == 0 ||
                                strcmp(changes[i].parameter, "power_of_d") == 0;
        changes[i].sets[1] = has_metric ? NULL : "placement.metric=relative";
    }
    memcpy(changes + n, metrics, sizeof metrics);
    return run_section(study, vector, changes, n + N_METRICS, plan, err);
}

static hr_status run_admissions(const char *study, const hr_vector *vector,
                                const contest_plan *plan, hr_err *err)
{
    change changes[HR_N_ADMISSIONS] = {{0}};
    char text[HR_N_ADMISSIONS][MOST_TEXT];
    const size_t n = policies(changes, text, "admission", "placement.admission", hr_admission_rows,
                              HR_N_ADMISSIONS);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(changes[i].parameter, "reserve") == 0)
            changes[i].sets[1] = "meetings.classes[0].reserve.load=20";
        if (strcmp(changes[i].parameter, "booked") == 0)
            changes[i].sets[1] = "placement.hint.of=size";
    }
    return run_section(study, vector, changes, n, plan, err);
}

#define RUN(changes)                                                                               \
    HR_TRY(run_section(study, vector, changes, sizeof(changes) / sizeof *(changes), plan, err))

hr_status models_changed(const char *study, const hr_vector *vector, const contest_plan *plan,
                         hr_err *err)
{
    hr_status st = HR_OK;
    RUN(servers);
    RUN(loads);
    RUN(overloads);
    HR_TRY(run_rules(study, vector, plan, err));
    HR_TRY(run_admissions(study, vector, plan, err));
    RUN(features);
    RUN(sharing);
out:
    return st;
}
