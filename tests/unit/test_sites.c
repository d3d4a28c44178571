/* Further sites: a pool assembled as the first is, from its own users and servers, on streams of
 * its own; its pools of other roles; who serves the users of all sites; and what is refused. */
#include "unit/site_pools.h"

/* Everything that a first pool with these values would have. */
static void assert_alike(const hr_configuration *site, const hr_configuration *first)
{
    assert_int_equal(site->n_servers, first->n_servers);
    assert_int_equal(site->n_resources, first->n_resources);
    assert_int_equal(site->n_limits, first->n_limits);
    assert_int_equal(site->n_background, first->n_background);
    assert_near(hr_configuration_mean_present(site), hr_configuration_mean_present(first));
    for (unsigned r = 0; r < site->n_resources; r++)
        assert_near(hr_configuration_mean_load(site, r), hr_configuration_mean_load(first, r));
    for (unsigned l = 0; l < site->n_limits; l++) {
        for (unsigned j = 0; j < site->n_servers; j++)
            assert_near(site->limits[l].ceiling[j], first->limits[l].ceiling[j]);
    }
    for (unsigned b = 0; b < site->n_background; b++)
        assert_near(hr_law_mean(&site->background[b].law), hr_law_mean(&first->background[b].law));
}

static void test_a_site_is_a_first_pool(void **state)
{
    (void)state;
    sites with, alone;
    OPEN(&with, SITE ", in_conference: 7 %, server: {cpu: 16000 Mc/s}, "
                     "ceilings: {viewers: {limit: 300}}}]");
    OPEN(&alone, "pool.servers=3", "population.users=5000 per server",
         "population.in_conference=7 %", "pool.server.cpu=16000 Mc/s",
         "pool.ceilings.viewers.limit=300");
    assert_true(with.study.pools[with.study.n_pools - 1].is_site);
    assert_alike(pool(&with, "munich"), &alone.first);
    close_sites(&alone);
    OPEN(&alone, "pool.servers=4");
    assert_alike(&with.first, &alone.first); /* which has nothing of the site */
    close_sites(&with);
    close_sites(&alone);
}

static void test_streams_follow_the_name(void **state)
{
    (void)state;
    sites d;
    hr_input first = {0}, a = {0}, b = {0};
    const hr_vector *vector = NULL;
    hr_err err = {0};
    OPEN(&d, "deployment.sites=[{name: a, users: 6660 per server, servers: 4}, "
             "{name: b, users: 6660 per server, servers: 4}]");
    assert_int_equal(hr_vector_choose(NULL, &vector, &err), HR_OK);
    assert_int_equal(hr_input_write(&first, &d.first, 0, vector, &err), HR_OK);
    assert_int_equal(hr_input_write_other(&a, pool(&d, "a"), &first, &d.first, 0, vector, &err),
                     HR_OK);
    assert_int_equal(hr_input_write_other(&b, pool(&d, "b"), &first, &d.first, 0, vector, &err),
                     HR_OK);
    assert_true(first.n_meetings > 20 && a.n_meetings > 20 && b.n_meetings > 20);
    assert_true(first.start[9] != a.start[9] && a.start[9] != b.start[9]);
    const hr_tick start = a.start[9];
    close_sites(&d);
    OPEN(&d, "deployment.sites=[{name: c, users: 6660 per server, servers: 4}, "
             "{name: a, users: 6660 per server, servers: 4}]");
    assert_int_equal(hr_input_write_other(&a, pool(&d, "a"), &first, &d.first, 0, vector, &err),
                     HR_OK);
    assert_true(a.start[9] == start); /* whoever else is there */
    hr_input_free(&first);
    hr_input_free(&a);
    hr_input_free(&b);
    close_sites(&d);
}

/* A busy day is busy everywhere. */
static void test_days_are_common(void **state)
{
    (void)state;
    sites d;
    open_sites(&d, 0, 3,
               SETS("daily={population.busyness: \"gamma(mean 1, cv 15 %)\"}",
                    "deployment.sites=[{name: a, users: 6660 per server, servers: 4}]"));
    sites ordinary;
    OPEN(&ordinary, "deployment.sites=[{name: a, users: 6660 per server, servers: 4}]");
    const double busyness =
        hr_configuration_arrival_rate(&d.first) / hr_configuration_arrival_rate(&ordinary.first);
    assert_true(fabs(busyness - 1.0) > 0.01);
    assert_near(hr_configuration_arrival_rate(pool(&d, "a")),
                hr_configuration_arrival_rate(&d.first));
    close_sites(&d);
    close_sites(&ordinary);
}

static void test_who_serves_all(void **state)
{
    (void)state;
    sites with, without;
    OPEN(&with, SITE "}]");
    OPEN(&without, "pool.servers=4");
    const double all = (4.0 * 6660.0 + 15000.0) / (4.0 * 6660.0);
    static const char *const common[] = {"back_end", "persistent_chat", "monitoring_store"};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        assert_near(background(pool(&with, common[i])) / background(pool(&without, common[i])),
                    all);
    assert_near(background(pool(&with, "edge")), background(pool(&without, "edge")));
    close_sites(&with);
    close_sites(&without);
}

/* ---- other roles at a site */

#define ROLES                                                                                      \
    ", edge: {servers: 3, ceilings: {edge_av: {limit: 60}}}, "                                     \
    "mediation: {servers: 2, calls: one_by_one, when_full: refuse}, back_end: {servers: 1}}]"

/* Everything of a role's pool but its seed. */
static void assert_alike_role(const hr_configuration *site, const hr_configuration *first)
{
    assert_int_equal(site->n_classes, first->n_classes);
    assert_int_equal(site->placement.rule, first->placement.rule);
    assert_int_equal(site->admission, first->admission);
    assert_near(hr_configuration_arrival_rate(site), hr_configuration_arrival_rate(first));
    assert_alike(site, first);
}

/* With the seeds of the others the same legs come to the tick. */
static void assert_same_legs(const hr_configuration *site, hr_configuration edge,
                             const hr_configuration *first, const hr_configuration *first_edge)
{
    hr_input a = {0}, b = {0}, legs_a = {0}, legs_b = {0};
    const hr_vector *vector = NULL;
    hr_err err = {0};
    hr_configuration at_home = *site;
    at_home.seed = first->seed;
    edge.seed = first_edge->seed;
    assert_true(at_home.feeds);
    assert_int_equal(hr_vector_choose(NULL, &vector, &err), HR_OK);
    assert_int_equal(hr_input_write(&a, &at_home, 0, vector, &err), HR_OK);
    assert_int_equal(hr_input_write(&b, first, 0, vector, &err), HR_OK);
    assert_int_equal(hr_input_write_other(&legs_a, &edge, &a, &at_home, 0, vector, &err), HR_OK);
    assert_int_equal(hr_input_write_other(&legs_b, first_edge, &b, first, 0, vector, &err), HR_OK);
    assert_true(legs_a.n_meetings > 20);
    assert_int_equal(legs_a.n_meetings, legs_b.n_meetings);
    assert_memory_equal(legs_a.start, legs_b.start, legs_a.n_meetings * sizeof *legs_a.start);
    assert_memory_equal(legs_a.end, legs_b.end, legs_a.n_meetings * sizeof *legs_a.end);
    hr_input_free(&a);
    hr_input_free(&b);
    hr_input_free(&legs_a);
    hr_input_free(&legs_b);
}

static void test_roles_of_a_site_are_as_beside_a_first_pool(void **state)
{
    (void)state;
    sites with, alone;
    OPEN(&with, SITE ROLES);
    OPEN(&alone, "pool.servers=3", "population.users=5000 per server", "deployment.edge.servers=3",
         "deployment.edge.ceilings.edge_av.limit=60", "deployment.mediation.servers=2",
         "deployment.mediation.calls=one_by_one", "deployment.mediation.when_full=refuse");
    assert_alike(pool(&with, "munich"), &alone.first); /* whose calls are not on it */
    assert_alike_role(pool(&with, "munich.edge"), pool(&alone, "edge"));
    assert_alike_role(pool(&with, "munich.mediation"), pool(&alone, "mediation"));
    assert_alike_role(pool(&with, "munich.back_end"), pool(&alone, "back_end"));
    assert_same_legs(pool(&with, "munich"), *pool(&with, "munich.edge"), &alone.first,
                     pool(&alone, "edge"));
    assert_same_legs(pool(&with, "munich"), *pool(&with, "munich.mediation"), &alone.first,
                     pool(&alone, "mediation"));
    close_sites(&alone);
    OPEN(&alone, "pool.servers=4");
    assert_alike(&with.first, &alone.first); /* which keeps its calls */
    assert_alike_role(pool(&with, "edge"), pool(&alone, "edge"));
    assert_alike_role(pool(&with, "back_end"), pool(&alone, "back_end"));
    close_sites(&with);
    close_sites(&alone);
}

/* Where the first one's calls are on Mediation Servers, a site's are off its Front Ends too, unless
 * it says that it has none. */
static void test_where_calls_are(void **state)
{
    (void)state;
    sites with, without;
    static const char stand_alone[] = "deployment.mediation.servers=2";
    OPEN(&with, stand_alone, SITE "}]");
    OPEN(&without, stand_alone, SITE ", mediation: {servers: 0}}]");
    const unsigned n = with.first.n_background;
    assert_int_equal(pool(&with, "munich")->n_background, n);
    assert_int_equal(pool(&without, "munich")->n_background, n + 1);
    assert_int_equal(without.first.n_background, n);
    close_sites(&with);
    close_sites(&without);
}

/* What a pool follows from stands before it, whatever the order of the list. */
static void test_feeders(void **state)
{
    (void)state;
    sites d;
    unsigned n_fed = 0;
    OPEN(&d, "deployment.sites=[{name: a, users: 2000 per server, servers: 3}, "
             "{name: b, users: 3000 per server, servers: 3, director: {servers: 1}, "
             "edge: {servers: 2}}]");
    for (unsigned p = 0; p < d.study.n_pools; p++) {
        const hr_pool_of_study *pools = d.study.pools;
        if (strncmp(pools[p].name, "b.", 2) == 0) {
            assert_string_equal(pools[pools[p].feeder].name, "b");
            assert_false(pools[p].is_site);
            n_fed++;
        } else {
            assert_int_equal(pools[p].feeder, 0);
        }
    }
    assert_int_equal(n_fed, 2);
    assert_false(pool(&d, "a")->feeds);
    assert_true(pool(&d, "b")->feeds);
    assert_near(background(pool(&d, "b.director")), 0.3 * 9000.0);
    hr_arena arena = {0};
    hr_configuration alone = {0};
    assert_int_equal(
        hr_study_pool(&d.study, NULL, d.study.n_pools - 2, 0, 0, &arena, &alone, &d.err), HR_OK);
    assert_alike(&alone, &d.other[d.study.n_pools - 3]); /* by itself too */
    hr_arena_free(&arena);
    close_sites(&d);
}

/* Neither a site's servers nor what happens to them is taken over from the first one's. */
static void test_incidents_are_a_sites_own(void **state)
{
    (void)state;
    sites d;
    OPEN(&d, "deployment.edge.failures.down=1",
         "deployment.sites=[{name: a, users: 2000 per server, servers: 3, edge: {servers: 2}}, "
         "{name: b, users: 2000 per server, servers: 3, "
         "edge: {servers: 2, failures: {every: 40 min}}}]");
    assert_non_null(pool(&d, "edge")->failures);
    assert_null(pool(&d, "a.edge")->failures);
    assert_int_equal(pool(&d, "b.edge")->failures->n_down, 0);
    assert_near(pool(&d, "b.edge")->failures->every, 2400.0);
    close_sites(&d);
    refused("3 servers go out of a pool of 2",
            SETS(SITE ", edge: {servers: 2, failures: {down: 3}}}]"));
}

/* A site's Front Ends fail as a first pool's do: with its seed, the same servers at the same ticks.
 * What the study says of the first pool's failures is how they fail here too, not that they do. */
static void test_front_ends_of_a_site_fail(void **state)
{
    (void)state;
    sites with, alone;
    hr_input a = {0}, b = {0};
    const hr_vector *vector = NULL;
    OPEN(&with, SITE ", failures: {down: 1, every: 30 min, quorum: none}}]",
         "failures.out.servers=2", "failures.repair=5 min");
    OPEN(&alone, "pool.servers=3", "population.users=5000 per server", "failures.down=1",
         "failures.every=30 min", "failures.quorum=none", "failures.repair=5 min");
    hr_configuration site = *pool(&with, "munich");
    assert_alike(&site, &alone.first);
    assert_int_equal(with.first.failures->n_out, 2);
    assert_true(with.first.failures->has_quorum && with.first.failures->n_down == 0);
    assert_int_equal(site.failures->n_out, 0);
    assert_near(site.failures->users, 5000.0);
    assert_true(site.seed != alone.first.seed && site.seed != with.first.seed);
    site.seed = alone.first.seed;
    assert_int_equal(hr_vector_choose(NULL, &vector, &with.err), HR_OK);
    assert_int_equal(hr_input_write(&a, &site, 0, vector, &with.err), HR_OK);
    assert_int_equal(hr_input_write(&b, &alone.first, 0, vector, &with.err), HR_OK);
    assert_true(a.n_changes > 5 && a.n_changes == b.n_changes);
    assert_memory_equal(a.change, b.change, a.n_changes * sizeof *a.change);
    assert_memory_equal(a.server_state, b.server_state, a.n_changes * (size_t)3);
    assert_memory_equal(a.service_lost, b.service_lost, sizeof a.service_lost);
    hr_input_free(&a);
    hr_input_free(&b);
    close_sites(&with);
    close_sites(&alone);
    OPEN(&with, SITE "}]", "failures.every=30 min");
    assert_null(pool(&with, "munich")->failures);
    close_sites(&with);
    refused("deployment.sites[0].failures.down = 4: 4 servers go out of a pool of 3",
            SETS(SITE ", failures: {down: 4}}]"));
}

/* A site that is not there has no servers that could go out. */
static void test_nobody_fails_where_nobody_is(void **state)
{
    (void)state;
    sites d;
    open_sites(&d, 0, 0,
               SETS(SITE ", failures: {down: 2, out: {servers: 1}}}]",
                    "choose={\"deployment.sites[0].servers\": [0, 3]}"));
    assert_int_equal(pool(&d, "munich")->n_servers, 0);
    close_sites(&d);
}

/* A choice may leave out a site with all its roles, or one of these. */
static void test_roles_of_some_choices(void **state)
{
    (void)state;
    static const char site[] = "choose={\"deployment.sites[0].servers\": [0, 3]}";
    static const char edge[] = "choose={\"deployment.sites[0].edge.servers\": [0, 3]}";
    sites d;
    open_sites(&d, 0, 0, SETS(SITE ROLES, site));
    assert_int_equal(pool(&d, "munich")->n_servers, 0);
    assert_int_equal(pool(&d, "munich.edge")->n_servers, 0);
    assert_int_equal(pool(&d, "munich.mediation")->n_servers, 0);
    close_sites(&d);
    open_sites(&d, 0, 0, SETS(SITE "}]", edge));
    assert_int_equal(pool(&d, "munich")->n_servers, 3);
    assert_int_equal(pool(&d, "munich.edge")->n_servers, 0);
    close_sites(&d);
    open_sites(&d, 1, 0, SETS(SITE "}]", edge));
    assert_int_equal(pool(&d, "munich.edge")->n_servers, 3);
    close_sites(&d);
}

/* A choice may leave a site out: the pool is there, empty, and nobody of it anywhere. */
static void test_site_of_some_choices(void **state)
{
    (void)state;
    static const char choose[] = "choose={\"deployment.sites[0].servers\": [0, 3]}";
    sites d;
    open_sites(&d, 0, 0, SETS(SITE "}]", choose));
    assert_int_equal(d.study.pools[d.study.n_pools - 1].n_servers_max, 3);
    assert_int_equal(pool(&d, "munich")->n_servers, 0);
    assert_near(background(pool(&d, "persistent_chat")), 0.25 * 4.0 * 6660.0);
    close_sites(&d);
    open_sites(&d, 1, 0, SETS(SITE "}]", choose));
    assert_int_equal(pool(&d, "munich")->n_servers, 3);
    close_sites(&d);
    OPEN(&d, "deployment.sites=[{name: munich, users: 5000, servers: 0}]");
    for (unsigned p = 0; p < d.study.n_pools; p++)
        assert_false(d.study.pools[p].is_site);
    close_sites(&d);
}

static void test_refusals(void **state)
{
    (void)state;
    refused("deployment.sites[0].users", SETS("deployment.sites=[{name: munich, servers: 3}]"));
    refused("deployment.sites[0].servers", SETS("deployment.sites=[{name: munich, users: 5000}]"));
    refused("deployment.sites[0].name", SETS("deployment.sites=[{users: 5000, servers: 3}]"));
    refused("deployment.sites[0].name = New York",
            SETS("deployment.sites=[{name: New York, users: 5000, servers: 3}]"));
    refused("is the name of a role",
            SETS("deployment.sites=[{name: edge, users: 5000, servers: 3}]"));
    refused("deployment.sites[1].name = a: is the name of another site too",
            SETS("deployment.sites=[{name: a, users: 5000, servers: 3}, "
                 "{name: a, users: 5000, servers: 3}]"));
    refused("is not in all configurations",
            SETS(SITE "}]", "choose={which: {one: {deployment.sites: "
                            "[{name: munich, users: 9, servers: 3}]}, two: {deployment.sites: "
                            "[{name: berlin, users: 9, servers: 3}]}}}"));
    refused("munich", SETS(SITE "}]", "target.pool=munch"));
    refused("meetings.classes",
            SETS(SITE "}]", "arrivals.sources=[{rate: 5 per hour}]",
                 "meetings.classes=[{size: 4, duration: exponential(mean 1 h)}]",
                 "deployment.edge.servers=0", "deployment.back_end.servers=0",
                 "deployment.persistent_chat.servers=0",
                 "deployment.persistent_chat_store.servers=0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_site_is_a_first_pool),
        cmocka_unit_test(test_streams_follow_the_name),
        cmocka_unit_test(test_days_are_common),
        cmocka_unit_test(test_who_serves_all),
        cmocka_unit_test(test_site_of_some_choices),
        cmocka_unit_test(test_roles_of_a_site_are_as_beside_a_first_pool),
        cmocka_unit_test(test_where_calls_are),
        cmocka_unit_test(test_feeders),
        cmocka_unit_test(test_incidents_are_a_sites_own),
        cmocka_unit_test(test_front_ends_of_a_site_fail),
        cmocka_unit_test(test_nobody_fails_where_nobody_is),
        cmocka_unit_test(test_roles_of_some_choices),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
