/* Rules of the documented topology: each broken once and kept once, and what is said then. */
#include "study/topology.h"

#include "study_text.h"

enum { MOST_SETS = 8 };
static const char text[] = "study: test\nbase: lync-2013/deployment\n"
                           "target: {pool: ~, resources: ~, level: ~}\nwindow: {busy_hours: 1}\n";

typedef struct deployment {
    hr_study study;
    hr_arena arena;
    hr_topology topology;
    hr_err err;
} deployment;

static hr_status check(deployment *d, const char *yaml, const char *const *sets)
{
    *d = (deployment){0};
    open_good(&d->study, yaml, sets);
    return hr_topology_check(&d->study, 0, &d->arena, &d->topology, &d->err);
}

static void done(deployment *d)
{
    hr_study_free(&d->study);
    hr_arena_free(&d->arena);
}

static const hr_topology_finding *find(const deployment *d, const char *name)
{
    for (size_t i = 0; i < d->topology.n; i++) {
        if (strcmp(d->topology.finding[i].rule->name, name) == 0)
            return &d->topology.finding[i];
    }
    return NULL;
}

#define STANDARD "pool.role=standard_edition", "pool.servers=1", "deployment.back_end.servers=0"

#define NO_CHAT "deployment.persistent_chat.servers=0"

/* Sets under which the rule is broken, and neighbouring ones under which it is kept. */
static const struct {
    const char *name;
    const char *broken[MOST_SETS], *kept[MOST_SETS];
} cases[] = {
    {"identical_servers",
     {"pool.servers=3", "pool.server.cpu=[27120 Mc/s, 27120 Mc/s, 16000 Mc/s]"},
     {"pool.servers=3", "pool.server.cpu=[27120 Mc/s, 27120 Mc/s, 27120 Mc/s]"}},
    {"identical_servers",
     {"deployment.edge.server.cpu=[16000 Mc/s, 8000 Mc/s]"},
     {"deployment.edge.server.cpu=16000 Mc/s"}},
    {"front_ends", {"pool.servers=13"}, {"pool.servers=12"}},
    {"front_ends", {"choose={pool.servers: [3, 16, 8]}"}, {"choose={pool.servers: [3, 12, 8]}"}},
    {"pool_users", {"population.users=80001"}, {"population.users=80000"}},
    {"three_front_ends", {"pool.servers=2"}, {"pool.servers=3"}},
    {"back_end", {"deployment.back_end.servers=0"}, {"deployment.back_end.servers=1"}},
    {"back_end_of_each_pool",
     {"deployment.large_meetings.servers=2"},
     {"deployment.large_meetings.servers=2", "deployment.back_end.servers=2"}},
    {"back_end_of_each_pool",
     {"deployment.sites=[{name: b, users: 6660 per server, servers: 3}]"},
     {"deployment.sites=[{name: b, users: 6660 per server, servers: 0}]"}},
    {"three_front_ends",
     {"deployment.sites=[{name: b, users: 6660 per server, servers: 2}]"},
     {"deployment.sites=[{name: b, users: 6660 per server, servers: 3}]"}},
    {"pool_users",
     {"deployment.sites=[{name: b, users: 80001, servers: 12}]"},
     {"deployment.sites=[{name: b, users: 80000, servers: 12}]"}},
    {"monitoring_store",
     {"deployment.sites=[{name: b, users: 80000, servers: 12}, {name: c, users: 9, servers: 3}]"},
     {"deployment.sites=[{name: b, users: 80000, servers: 12}, {name: c, users: 9, servers: 3}]",
      "deployment.monitoring_store.servers=2"}},
    {"back_end_of_each_pool",
     {"deployment.sites=[{name: b, users: 6660 per server, servers: 3}]"},
     {"deployment.sites=[{name: b, users: 6660 per server, servers: 3, back_end: {servers: 1}}]"}},
    {"monitoring_store",
     {"deployment.sites=[{name: b, users: 80000, servers: 12}, {name: c, users: 9, servers: 3}]"},
     {"deployment.sites=[{name: b, users: 80000, servers: 12, monitoring_store: {servers: 1}}, "
      "{name: c, users: 9, servers: 3}]"}},
    {"two_edges",
     {"deployment.sites=[{name: b, users: 9, servers: 3, edge: {servers: 1}}]"},
     {"deployment.sites=[{name: b, users: 9, servers: 3, edge: {servers: 2}}]"}},
    {"edge_of_each_site",
     {"deployment.sites=[{name: b, users: 9, servers: 3}]"},
     {"deployment.sites=[{name: b, users: 9, servers: 3, edge: {of: first}}]"}},
    {"edge_of_each_site",
     {"deployment.edge.servers=0",
      "deployment.sites=[{name: b, users: 9, servers: 3}, {name: c, users: 9, servers: 3, "
      "edge: {servers: 2}}]"},
     {"deployment.edge.servers=0", "deployment.sites=[{name: b, users: 9, servers: 3}]"}},
    {"mediation_of_each_site",
     {"deployment.mediation.servers=2", "deployment.sites=[{name: b, users: 9, servers: 3}]"},
     {"deployment.mediation.servers=2",
      "deployment.sites=[{name: b, users: 9, servers: 3, mediation: {of: first}}]"}},
    {"mediation_of_each_site",
     {"deployment.mediation.servers=2", "deployment.sites=[{name: b, users: 9, servers: 3}]"},
     {"deployment.mediation.servers=2",
      "deployment.sites=[{name: b, users: 9, servers: 3, mediation: {servers: 0}}]"}},
    {"two_large_meeting_servers",
     {"deployment.large_meetings.servers=1"},
     {"deployment.large_meetings.servers=2"}},
    {"shared_pool_meetings",
     {"meetings.size=mix(4 at 99 %, 1000 at 1 %)", "deployment.large_meetings.servers=2",
      "deployment.large_meetings.from=252"},
     {"meetings.size=mix(4 at 99 %, 1000 at 1 %)", "deployment.large_meetings.servers=2"}},
    {"shared_pool_meetings",
     {"meetings.size=mix(4 at 99 %, 1000 at 1 %)", "deployment.large_meetings.servers=2",
      "deployment.sites=[{name: b, users: 6660 per server, servers: 3}]"},
     {"meetings.size=mix(4 at 99 %, 1000 at 1 %)", "deployment.large_meetings.servers=2"}},
    {"witness",
     {"deployment.back_end.servers=0", "pool.servers=8"},
     {"deployment.back_end.servers=0", "pool.servers=9"}},
    {"sign_ins", {"population.users=86401"}, {"population.users=86400"}},
    {"standard_edition_alone",
     {STANDARD, "pool.servers=2", "population.users=2500"},
     {STANDARD, "population.users=2500"}},
    {"standard_edition_users",
     {STANDARD, "population.users=5000"},
     {STANDARD, "population.users=2500"}},
    {"standard_edition_failover",
     {STANDARD, "population.users=5001"},
     {STANDARD, "population.users=5000"}},
    {"standard_edition_databases",
     {STANDARD, "population.users=2500", "deployment.back_end.servers=1"},
     {STANDARD, "population.users=2500"}},
    {"mediation",
     {"pool.ceilings.pstn_calls.limit=~"},
     {"pool.ceilings.pstn_calls.limit=~", "deployment.mediation.servers=4"}},
    {"mediation",
     {"pool.ceilings.pstn_calls.limit=~", "population.voice.users=0 %"},
     {"pool.ceilings.pstn_calls.limit=~", "population.voice.users=0 %", "population.dial_in=0 %"}},
    {"chat_on_front_ends", {NO_CHAT, "pool.server.chat_users=20000"}, {NO_CHAT, "pool.servers=12"}},
    {"chat_on_front_ends",
     {NO_CHAT, "pool.ceilings.chat_users.limit=20000"},
     {NO_CHAT, STANDARD, "population.users=2500", "pool.ceilings.chat_users.limit=20000"}},
    {"chat_servers",
     {"deployment.persistent_chat.servers=0"},
     {"deployment.persistent_chat.servers=0", "population.persistent_chat=0 %"}},
    {"chat_servers",
     {"deployment.persistent_chat.servers=0"},
     {STANDARD, "population.users=2500", "deployment.persistent_chat.servers=0"}},
    {"databases_apart",
     {"deployment.persistent_chat_store.servers=0"},
     {"deployment.persistent_chat_store.servers=1"}},
    {"active_chat_servers",
     {"deployment.persistent_chat.servers=5"},
     {"deployment.persistent_chat.servers=4"}},
    {"directors", {"deployment.director.servers=11"}, {"deployment.director.servers=10"}},
    {"monitoring_store", {"population.users=160001"}, {"population.users=160000"}},
    {"two_edges", {"deployment.edge.servers=1"}, {"deployment.edge.servers=2"}},
    {"edge_hardware_balancer",
     {"deployment.edge.balancer=hardware"},
     {"deployment.edge.balancer=hardware", "meetings.modalities.data=0 %"}},
    {"dns_failover",
     {"deployment.edge.balancer=dns"},
     {"deployment.edge.balancer=dns", "meetings.participants.federated=0 %"}},
    {"dns_failover", {"deployment.edge.balancer=dns"}, {"deployment.edge.balancer=hardware"}},
    {"federation_route",
     {"deployment.sites=[{name: b, users: 9, servers: 3, edge: {servers: 2}}]"},
     {"deployment.sites=[{name: b, users: 9, servers: 3, edge: {of: first}}]"}},
    {"federation_route",
     {"deployment.sites=[{name: b, users: 9, servers: 3, edge: {servers: 2}}]"},
     {"deployment.sites=[{name: b, users: 9, servers: 3, edge: {servers: 2}}]",
      "meetings.participants.federated=0 %"}},
    {"shared_pool_meetings",
     {"meetings.tail=pareto(from 20, alpha 4.29, to 251)", "meetings.tail_share=1 %"},
     {"meetings.tail=pareto(from 20, alpha 4.29, to 250)", "meetings.tail_share=1 %"}},
    {"shared_pool_meetings",
     {"meetings.size=mix(4 at 99 %, 1000 at 1 %)"},
     {"meetings.size=mix(4 at 99 %, 250 at 1 %)", "meetings.tail=1000"}},
    {"largest_meetings", {"meetings.size=1001"}, {"meetings.size=1000"}},
};
enum { N_CASES = sizeof cases / sizeof *cases };

static void assert_broken(const char *name, const char *const *sets)
{
    deployment d;
    const hr_status st = check(&d, text, sets);
    for (unsigned r = 0; hr_topology_rule_at(r) != NULL; r++) {
        const hr_topology_rule *rule = hr_topology_rule_at(r);
        if (strcmp(rule->name, name) != 0)
            continue;
        const hr_topology_finding *finding = find(&d, name);
        const char *said = rule->is_refusal ? d.err.message : finding != NULL ? finding->text : "";
        assert_int_equal(st != HR_OK, rule->is_refusal);
        if (strstr(said, rule->broken) == NULL || strstr(said, rule->source) == NULL)
            fail_msg("%s is not said: \"%s\"", name, said);
    }
    done(&d);
}

static void assert_kept(const char *name, const char *const *sets)
{
    deployment d;
    if (check(&d, text, sets) != HR_OK)
        fail_msg("%s: %s", name, d.err.message);
    if (find(&d, name) != NULL)
        fail_msg("%s", find(&d, name)->text);
    done(&d);
}

static void every_rule_is_broken_and_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_CASES; i++) {
        assert_broken(cases[i].name, cases[i].broken);
        assert_kept(cases[i].name, cases[i].kept);
    }
    for (unsigned r = 0; hr_topology_rule_at(r) != NULL; r++) {
        size_t n = 0;
        for (size_t i = 0; i < N_CASES; i++)
            n += strcmp(cases[i].name, hr_topology_rule_at(r)->name) == 0;
        if (n == 0)
            fail_msg("no case for the rule %s", hr_topology_rule_at(r)->name);
    }
}

static void findings_point_into_the_study(void **state)
{
    (void)state;
    deployment d;
    const char *const sets[] = {NULL};
    assert_int_equal(check(&d, "base: lync-2013/front-end\npool: {servers: 2}\n", sets), HR_OK);
    assert_int_equal(d.topology.n, 1);
    const char *said = d.topology.finding[0].text;
    assert_non_null(strstr(said, "pool.servers = 2 (test.yaml:2:"));
    assert_non_null(strstr(said, "[S:quorum]"));
    done(&d);
    static const char refused[] =
        "base: lync-2013/front-end\npool: {role: standard_edition, servers: 2}\n";
    assert_int_equal(check(&d, refused, sets), HR_ERR_DATA);
    assert_non_null(strstr(d.err.message, "test.yaml:2:41: pool.servers = 2: "));
    done(&d);
}

/* Abstract pools name no product; the published ones keep all but what they choose to break. */
static void what_names_no_product_has_no_topology(void **state)
{
    (void)state;
    deployment d;
    const char *const sets[] = {NULL};
    assert_int_equal(check(&d, SMALL, sets), HR_OK);
    assert_int_equal(d.topology.n, 0);
    done(&d);
    assert_int_equal(check(&d, "base: lync-2013/front-end\n", sets), HR_OK);
    assert_int_equal(d.topology.n, 0);
    done(&d);
    assert_int_equal(check(&d, "base: lync-2013/standard-edition\n", sets), HR_OK);
    assert_int_equal(d.topology.n, 0);
    done(&d);
    for (size_t i = 0; i < hr_n_presets; i++) {
        if (check(&d, hr_presets[i].text, sets) != HR_OK)
            fail_msg("%s is refused: %s", hr_presets[i].name, d.err.message);
        done(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_broken_and_kept),
        cmocka_unit_test(findings_point_into_the_study),
        cmocka_unit_test(what_names_no_product_has_no_topology),
    };
    return cmocka_run_group_tests_name("topology", tests, NULL, NULL);
}
