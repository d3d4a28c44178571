/* Assembly: from values to the described part of a configuration, in general form. */
#include <math.h>

#include "study/assemble.h"
#include "unit/study_text.h"

/* A resolved configuration 0 of a study. */
typedef struct fixture {
    hr_study study;
    hr_arena arena;
    hr_configuration c;
} fixture;

static void make(fixture *f, const char *text)
{
    *f = (fixture){0};
    open_good(&f->study, text, NULL);
    resolve_good(&f->study, 0, 0, &f->arena, &f->c);
}

static void drop(fixture *f)
{
    hr_arena_free(&f->arena);
    hr_study_free(&f->study);
}

#define CLASS "meetings: {classes: [{duration: exponential(mean 1 h), cost: {load: 1}}]}\n"
#define RATE  "arrivals: {sources: [{rate: 20 per hour}]}\n"
#define POOL  "pool: {servers: 2, server: {load: 14}}\n"

static void the_smallest_study_has_the_defaults(void **state)
{
    (void)state;
    fixture f;
    make(&f, SMALL);
    const hr_configuration *c = &f.c;
    assert_int_equal(c->n_servers, 2);
    assert_int_equal(c->n_resources, 1);
    assert_int_equal(c->resource[0], HR_RESOURCE_LOAD);
    assert_int_equal(c->n_limits, 1); /* full 100 % of the capacity */
    assert_true(c->limits[0].level == HR_LEVEL_FULL && c->limits[0].ceiling[1] == 14.0);
    assert_int_equal(c->n_criteria, 1); /* "any" says all there is */
    assert_int_equal(c->criteria[0].resource, -1);
    assert_true(c->weight[0] == 0.5 && c->weight[1] == 0.5);
    assert_int_equal(c->placement.rule, HR_RULE_LEAST_LOADED);
    assert_int_equal(c->placement.metric, HR_METRIC_RELATIVE);
    assert_int_equal(c->admission, HR_ADMISSION_NONE);
    assert_int_equal(c->start, HR_START_STATIONARY);
    assert_true(c->length == 3600.0 && c->n_periods == 1);
    assert_true(c->warm_up == 7200.0);
    assert_int_equal(c->n_durations, 3);
    assert_true(c->min_episode[0] == 0.0 && c->min_episode[2] == 300.0);
    assert_int_equal(c->n_classes, 1);
    assert_string_equal(c->classes[0].name, "class 0");
    assert_true(c->classes[0].size.a == 1.0 && c->classes[0].profiles[0].kinds[0].cost[0] == 1.0);
    assert_true(hr_law_is_constant(&c->join) && c->join.a == 0.0);
    assert_true(c->observe_every == 0.0 && c->n_observed == 0 && c->n_probes == 0);
    drop(&f);
}

static void ceilings_stand_level_by_level_any_first(void **state)
{
    (void)state;
    fixture f;
    make(&f, "pool:\n  servers: 2\n  server: {cpu: [1 Gc/s, 2 Gc/s], network_out: 1 Gbit/s}\n"
             "  ceilings:\n    cpu: {target: 80 %, full: 100 %}\n"
             "    network_out: {target: 500 Mbit/s, full: 100 %}\n    registrations: {limit: "
             "6660}\n" RATE "meetings: {classes: [{duration: 1 h, cost: {cpu: 9 Mc/s}}]}\n"
             "target: {resources: [cpu, network_out], level: target}\n"
             "observe: {capacity: [0.5, 1]}\n");
    const hr_configuration *c = &f.c;
    static const struct {
        int level, resource;
        uint64_t limits;
    } expected[] = {
        {HR_LEVEL_TARGET, -1, 0x3},
        {HR_LEVEL_TARGET, 0, 0x1},
        {HR_LEVEL_TARGET, 1, 0x2},
        {HR_LEVEL_LIMIT, 2, 0x4}, /* registrations are not named: no "any" */
        {HR_LEVEL_FULL, -1, 0x18},
        {HR_LEVEL_FULL, 0, 0x8},
        {HR_LEVEL_FULL, 1, 0x10},
        {-1, -1, 0x60},
        {-1, -1, 0x180},
    };
    assert_int_equal(c->n_resources, 3);
    assert_int_equal(c->resource[2], HR_RESOURCE_REGISTRATIONS);
    assert_int_equal(c->n_criteria, sizeof expected / sizeof *expected);
    for (size_t k = 0; k < c->n_criteria; k++) {
        assert_int_equal(c->criteria[k].level, expected[k].level);
        assert_int_equal(c->criteria[k].resource, expected[k].resource);
        assert_int_equal(c->criteria[k].limits, expected[k].limits);
    }
    assert_true(c->limits[0].ceiling[0] == 800.0 && c->limits[0].ceiling[1] == 1600.0);
    assert_true(c->limits[1].ceiling[1] == 500000.0);
    assert_true(c->limits[5].level == -1 && c->limits[5].ceiling[1] == 800.0);
    assert_true(c->limits[7].factor == 1 && c->limits[7].ceiling[1] == 1600.0);
    drop(&f);
}

static void classes_have_kinds_loads_and_reserves(void **state)
{
    (void)state;
    fixture f;
    make(&f, "pool: {servers: 1, server: {load: 100, cpu: 1 Gc/s}, ceilings: {participants: {full: "
             "50}}}\n" RATE "meetings:\n  join_ramp: uniform(0 min, 5 min)\n  classes:\n"
             "    - {name: small, share: 75 %, size: 4, duration: 1 h, cost: {cpu: 8 Mc/s},\n"
             "       load: {load: \"exponential(mean 5)\", cpu: 28 Mc/s}, reserve: {load: 8}}\n"
             "    - name: mixed\n      share: 25 %\n      size: mix(2 at 50 %, 6 at 50 %)\n"
             "      duration: lognormal(mean 45 min, cv 0.8)\n"
             "      kinds: [{share: 60 %, cost: {load: 1}}, {share: 40 %, cost: {load: 3, "
             "participants: 2}}]\n");
    const hr_class *small = &f.c.classes[0], *mixed = &f.c.classes[1];
    assert_string_equal(small->name, "small");
    assert_int_equal(small->load[0].kind, HR_LAW_EXPONENTIAL);
    assert_true(small->load[1].kind == HR_LAW_CONSTANT && small->load[1].a == 0.0);
    assert_true(small->profiles[0].cost[1] == 28.0 && small->profiles[0].cost[0] == 0.0);
    assert_true(small->reserve[0] == 8.0 && small->reserve[1] == 0.0);
    assert_true(small->profiles[0].kinds[0].cost[1] == 8.0);
    assert_true(small->profiles[0].kinds[0].cost[2] == 1.0); /* everybody counts one */
    assert_null(mixed->load);
    assert_int_equal(mixed->profiles[0].n_kinds, 2);
    assert_true(mixed->profiles[0].kinds[1].share == 0.4 &&
                mixed->profiles[0].kinds[1].cost[0] == 3.0);
    assert_true(mixed->profiles[0].kinds[0].cost[2] == 1.0 &&
                mixed->profiles[0].kinds[1].cost[2] == 2.0);
    assert_int_equal(f.c.join.kind, HR_LAW_UNIFORM);
    assert_true(fabs(f.c.warm_up - 2.0 * (0.75 * 3600.0 + 0.25 * 2700.0)) < 1e-9);
    drop(&f);
}

static void all_kinds_of_sources_are_described(void **state)
{
    (void)state;
    fixture f;
    make(&f, POOL CLASS
         "window: {start: empty}\n"
         "arrivals:\n  sources:\n    - {kind: sinusoid, rate: 30 per hour, amplitude: 60 %, "
         "period: 24 h, phase: 90 deg}\n"
         "    - {kind: piecewise, edges: [0 h, 1 h, 3 h], rates: [10 per hour, 40 per hour]}\n"
         "    - {kind: poisson_batch, rate: 3 per hour, count: geometric(success 0.25)}\n"
         "    - {kind: clock_batch, period: 30 min, offset: 5 min, count: poisson(mean 20), "
         "lateness: exponential(mean 2 min)}\n"
         "    - {kind: single_batch, offset: 10 min, count: 16}\n");
    const hr_source *s = f.c.sources;
    assert_int_equal(f.c.n_sources, 5);
    assert_true(s[0].kind == HR_SOURCE_SINUSOID && s[0].amplitude == 0.6 && s[0].period == 86400.0);
    assert_true(fabs(s[0].phase - 1.5707963267948966) < 1e-12);
    assert_true(s[1].kind == HR_SOURCE_PIECEWISE && s[1].n_pieces == 2 && s[1].edges[2] == 10800.0);
    assert_true(s[2].kind == HR_SOURCE_POISSON_BATCH && s[2].count.kind == HR_LAW_GEOMETRIC);
    assert_true(s[3].kind == HR_SOURCE_CLOCK_BATCH && s[3].offset == 300.0);
    assert_int_equal(s[3].lateness.kind, HR_LAW_EXPONENTIAL);
    assert_true(s[4].kind == HR_SOURCE_SINGLE_BATCH && s[4].count.a == 16.0 &&
                s[4].offset == 600.0);
    drop(&f);
}

static void background_is_held_or_in_sessions(void **state)
{
    (void)state;
    fixture f;
    make(&f, "pool: {servers: 1, server: {cpu: 1 Gc/s, network_out: 1 Gbit/s}}\n" RATE
             "meetings: {classes: [{duration: 1 h, cost: {cpu: 1 Mc/s}}]}\n"
             "background:\n  session_step: 5 s\n  items:\n"
             "    - {name: web, resource: network_out, law: \"normal(mean 30 Mbit/s, sd 1 "
             "Mbit/s)\", shared: yes}\n"
             "    - {name: calls, sessions: 140, holding: 3 min, cost: {cpu: 14.5 Mc/s, "
             "network_out: 105 kbit/s}}\n");
    const hr_background *b = f.c.background;
    assert_int_equal(f.c.n_background, 2);
    assert_true(b[0].kind == HR_BACKGROUND_HELD && b[0].shared && b[0].law.a == 30000.0);
    assert_true(b[0].cost[0] == 0.0 && b[0].cost[1] == 1.0);
    assert_true(b[1].kind == HR_BACKGROUND_SESSIONS && b[1].sessions == 140.0 &&
                b[1].holding == 180.0);
    assert_true(b[1].cost[0] == 14.5 && b[1].cost[1] == 105.0);
    assert_true(f.c.session_step == 5.0);
    drop(&f);
}

static void placement_and_admission_are_taken_over(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        hr_rule rule;
        int metric;
    } cases[] = {
        {"rule: least_participants", HR_RULE_FEWEST_PARTICIPANTS, HR_METRIC_PARTICIPANTS},
        {"rule: fewest_participants", HR_RULE_FEWEST_PARTICIPANTS, HR_METRIC_PARTICIPANTS},
        {"rule: fewest_meetings, metric: load", HR_RULE_FEWEST_MEETINGS, HR_METRIC_MEETINGS},
        {"rule: least_relative_load", HR_RULE_LEAST_RELATIVE_LOAD, HR_METRIC_RELATIVE},
        {"rule: least_loaded, metric: load", HR_RULE_LEAST_LOADED,
         HR_METRIC_RESOURCE + HR_RESOURCE_LOAD},
        {"rule: power_of_d, d: 2, metric: meetings", HR_RULE_POWER_OF_D, HR_METRIC_MEETINGS},
        {"rule: round_robin", HR_RULE_ROUND_ROBIN, HR_METRIC_RELATIVE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[600];
        fixture f;
        (void)snprintf(text, sizeof text,
                       SMALL "placement: {%s, report_delay: 10 s, in_flight: yes, "
                             "admission: none_fits}\n",
                       cases[i].text);
        make(&f, text);
        assert_int_equal(f.c.placement.rule, cases[i].rule);
        assert_int_equal(f.c.placement.metric, cases[i].metric);
        assert_true(f.c.placement.report_period == 10.0 && f.c.placement.in_flight);
        assert_int_equal(f.c.admission, HR_ADMISSION_NONE_FITS);
        assert_true(f.c.warm_up == 20.0 * 3600.0);
        drop(&f);
    }
}

static void windows_and_observations(void **state)
{
    (void)state;
    fixture f;
    make(&f,
         SMALL "window: {start: periodic, from: 24 h, length: 2 h, periods: 4, warm_up: 3 h, "
               "min_episodes: [10 s]}\nobserve: {times: [25 h, 24.5 h], total_above: [20, 25]}\n"
               "probe: {sizes: [4, 1000], load: {load: 2}}\ntarget: {min_episode: 30 s}\n"
               "pool.weights: [3, 1]\n");
    const hr_configuration *c = &f.c;
    assert_true(c->start == HR_START_PERIODIC && c->from == 86400.0 && c->length == 7200.0);
    assert_true(c->n_periods == 4 && c->warm_up == 10800.0);
    assert_int_equal(c->n_durations, 3);
    assert_true(c->min_episode[0] == 0.0 && c->min_episode[1] == 10.0 && c->min_episode[2] == 30.0);
    assert_true(c->n_observed == 2 && c->observed[0] == 90000.0 && c->observe_every == 0.0);
    assert_true(c->n_thresholds == 2 && c->threshold[1] == 25.0);
    assert_true(c->n_probes == 2 && c->probes[1].load[0] == 2000.0);
    assert_true(c->weight[0] == 0.75);
    drop(&f);
    make(&f, SMALL "window: {start: empty, busy_hours: 4}\nprobe: {sizes: 4, load: {load: 1}}\n");
    assert_true(f.c.length == 14400.0 && f.c.n_periods == 4 && f.c.warm_up == 0.0);
    assert_true(f.c.observe_every == 300.0); /* probes need instants */
    drop(&f);
}

static void contradictions_are_refused(void **state)
{
    (void)state;
    assert_bad(RATE CLASS, "nothing can be overloaded");
    assert_bad("pool: {servers: 3, server: {load: [1, 2]}}\n" RATE CLASS,
               "has 2 values; give one, or one for each of the 3");
    assert_bad("pool: {ceilings: {load: {full: 80 %}}}\n" RATE CLASS,
               "needs the capacity pool.server.load");
    assert_bad("pool: {servers: 2, server: {load: 14}, weights: [1, 2, 3]}\n" RATE CLASS,
               "3 values for 2 servers");
    assert_bad("pool: {servers: 2, server: {load: 14}, weights: [0, 0]}\n" RATE CLASS,
               "must not all be 0");
    assert_bad(POOL CLASS, "arrivals.sources");
    assert_bad(POOL RATE "meetings: {classes: [{cost: {load: 1}}]}\n",
               "classes[0].duration is missing");
    assert_bad(POOL RATE "meetings: {classes: [{duration: 1 h, cost: {cpu: 3 Mc/s}}]}\n",
               "cpu has no ceiling in this study");
    assert_bad(
        POOL RATE
        "meetings: {classes: [{duration: 1 h, share: 50 %}, {duration: 1 h, share: 40 %}]}\n",
        "must sum to 100 %, not 90 %");
    assert_bad(POOL RATE "meetings:\n  classes: [{duration: 1 h, size: \"uniform(1, 2)\"}]\n",
               "law of whole numbers");
    assert_bad(POOL CLASS "arrivals: {sources: [{kind: sinusoid, rate: 3 per hour}]}\n",
               "period: is missing");
    assert_bad(POOL CLASS "arrivals: {sources: [{kind: piecewise, edges: [0 h, 1 h], rates: [1 per "
                          "hour, 2 per hour]}]}\n",
               "2 rates need 3 edges");
    assert_bad(POOL CLASS
               "arrivals: {sources: [{kind: piecewise, edges: [1 h, 0 h], rates: 1 per hour}]}\n",
               "must ascend");
    assert_bad(
        POOL CLASS
        "arrivals: {sources: [{kind: clock_batch, period: 30 min, count: \"uniform(1, 2)\"}]}\n",
        "whole numbers");
    assert_bad(SMALL "background: {items: [{name: x}]}\n", "give either law");
    assert_bad(SMALL "background: {items: [{law: 3, sessions: 2}]}\n", "give either law");
    assert_bad(SMALL "background: {items: [{sessions: 2}]}\n", "holding: is missing");
    assert_bad(SMALL "placement: {metric: cpu}\n", "has no ceiling");
    assert_bad(SMALL "placement: {rule: power_of_d, d: 3}\n", "more candidates than the 2 servers");
    assert_bad(SMALL "placement: {admission: chosen_full, admission_level: target}\n",
               "no resource has a ceiling at this level");
    assert_bad(SMALL "placement: {admission: chosen_full}\nobserve: {capacity: 2}\n",
               "cannot be scaled afterwards");
    assert_bad(SMALL "window: {length: 2 h, busy_hours: 3}\n", "not both");
    assert_bad(SMALL "observe: {every: 5 min, times: 1 h}\n", "not both");
    assert_bad(SMALL "window: {min_episodes: [1 s, 2 s, 3 s, 4 s, 5 s, 6 s, 7 s, 8 s]}\n",
               "more than 8 different lengths");
    assert_bad(SMALL "probe: {sizes: 4}\n", "probe.load");
    assert_bad(SMALL "target: {resources: cpu}\n", "cpu is no resource with a ceiling");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_study_has_the_defaults),
        cmocka_unit_test(ceilings_stand_level_by_level_any_first),
        cmocka_unit_test(classes_have_kinds_loads_and_reserves),
        cmocka_unit_test(all_kinds_of_sources_are_described),
        cmocka_unit_test(background_is_held_or_in_sessions),
        cmocka_unit_test(placement_and_admission_are_taken_over),
        cmocka_unit_test(windows_and_observations),
        cmocka_unit_test(contradictions_are_refused),
    };
    return cmocka_run_group_tests_name("assemble", tests, NULL, NULL);
}
