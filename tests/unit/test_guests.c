/* One pool of a role for several sites: its legs are those of each, merged, its means add up, and
 * a choice may say so. */
#include "unit/site_pools.h"

#define GUESTS                                                                                     \
    "deployment.sites=[{name: a, users: 2000 per server, servers: 3, edge: {of: first}, "          \
    "director: {of: b}, mediation: {of: first}}, {name: b, users: 1500 per server, servers: 3, "   \
    "edge: {servers: 1}, director: {servers: 1}, mediation: {servers: 0}}, "                       \
    "{name: c, users: 1000, servers: 2, edge: {of: b}, mediation: {of: first}, in_conference: 8 "  \
    "%}]"

static unsigned number_of(const sites *d, const char *name)
{
    unsigned p = 1;
    while (p < d->study.n_pools && strcmp(d->study.pools[p].name, name) != 0)
        p++;
    assert_true(p < d->study.n_pools);
    return p;
}

static void write_legs(hr_input *legs, const hr_configuration *pool, hr_feeder first,
                       const hr_feeder *guests)
{
    const hr_vector *vector = NULL;
    hr_err err = {0};
    const hr_feeding feeding = {legs, pool, first, guests};
    assert_int_equal(hr_vector_choose(NULL, &vector, &err), HR_OK);
    if (hr_input_write_legs(&feeding, 1, 2, vector, &err) != HR_OK)
        fail_msg("%s", err.message);
}

static void write_meetings(hr_input *input, const hr_configuration *c)
{
    const hr_vector *vector = NULL;
    hr_err err = {0};
    assert_true(c->feeds);
    assert_int_equal(hr_vector_choose(NULL, &vector, &err), HR_OK);
    assert_int_equal(hr_input_write(input, c, 2, vector, &err), HR_OK);
}

/* Is `at` in `part` the leg number i of `all`? Profiles of guests come after those before. */
static bool is_leg(const hr_input *all, uint32_t i, const hr_input *part, uint32_t at,
                   unsigned first_leg, unsigned n_resources)
{
    return at < part->n_meetings && part->start[at] == all->start[i] &&
           part->end[at] == all->end[i] && part->tie[at] == all->tie[i] &&
           part->pick[at] == all->pick[i] && part->profile[at] + first_leg == all->profile[i] &&
           memcmp(part->final + at * (size_t)n_resources, all->final + i * (size_t)n_resources,
                  n_resources * sizeof *all->final) == 0;
}

static void check_order(const hr_input *legs)
{
    for (uint32_t i = 1; i < legs->n_meetings; i++) {
        assert_true(legs->start[i - 1] <= legs->start[i]);
        assert_true(legs->end[legs->end_order[i - 1]] <= legs->end[legs->end_order[i]]);
    }
}

/* Legs of two pools in one are those of each, merged, to the tick and to the step. */
static void check_legs_add_up(const char *ramp)
{
    sites with, without;
    hr_input first = {0}, a = {0}, all = {0}, of_first = {0}, of_a = {0};
    OPEN(&with, GUESTS, "deployment.mediation.servers=2", ramp);
    OPEN(&without, "deployment.mediation.servers=2", ramp);
    const hr_configuration *edge = pool(&with, "edge"), *site = pool(&with, "a");
    assert_int_equal(edge->feed->n_guests, 1);
    assert_int_equal(edge->feed->guests[0].pool, number_of(&with, "a"));
    write_meetings(&first, &with.first);
    write_meetings(&a, site);
    write_legs(&all, edge, (hr_feeder){&first, &with.first}, &(hr_feeder){&a, site});
    write_legs(&of_first, pool(&without, "edge"), (hr_feeder){&first, &with.first}, NULL);
    hr_configuration alone = *pool(&without, "edge");
    write_legs(&of_a, &alone, (hr_feeder){&a, site}, NULL);
    const unsigned first_leg = edge->feed->guests[0].first_leg;
    uint32_t n_first = 0, n_a = 0;
    for (uint32_t i = 0; i < all.n_meetings; i++) {
        if (is_leg(&all, i, &of_first, n_first, 0, edge->n_resources))
            n_first++;
        else if (is_leg(&all, i, &of_a, n_a, first_leg, edge->n_resources))
            n_a++;
        else
            fail_msg("leg %u is nobody's", i);
    }
    assert_true(n_first > 100 && n_a > 50);
    assert_int_equal(n_first, of_first.n_meetings);
    assert_int_equal(n_a, of_a.n_meetings);
    check_order(&all);
    hr_input_free(&first);
    hr_input_free(&a);
    hr_input_free(&all);
    hr_input_free(&of_first);
    hr_input_free(&of_a);
    close_sites(&with);
    close_sites(&without);
}

static void test_legs_of_guests_add_up(void **state)
{
    (void)state;
    check_legs_add_up("meetings.join_ramp=uniform(0 min, 5 min)");
    check_legs_add_up("meetings.join_ramp=0 s");
}

/* Users, calls and mean loads of a pool for several sites are the sums of what each of them would
 * bring to a pool of its own. */
static void test_means_of_guests_add_up(void **state)
{
    (void)state;
    sites with, apart;
    OPEN(&with, GUESTS, "deployment.mediation.servers=2");
    OPEN(&apart, "deployment.mediation.servers=2",
         "deployment.sites=[{name: a, users: 2000 per server, servers: 3, edge: {servers: 1}, "
         "director: {servers: 1}, mediation: {servers: 1}}, {name: b, users: 1500 per server, "
         "servers: 3, edge: {servers: 1}, director: {servers: 1}}, {name: c, users: 1000, "
         "servers: 2, edge: {servers: 1}, mediation: {servers: 1}, in_conference: 8 %}]");
    static const char *const parts[][4] = {
        {"edge", "edge", "a.edge", NULL},
        {"b.edge", "b.edge", "c.edge", NULL},
        {"b.director", "a.director", "b.director", NULL},
        {"mediation", "mediation", "a.mediation", "c.mediation"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const hr_configuration *all = pool(&with, parts[i][0]);
        double present = 0.0, behind = 0.0, load[HR_MAX_RESOURCES] = {0};
        for (size_t k = 1; k < 4 && parts[i][k] != NULL; k++) {
            const hr_configuration *part = pool(&apart, parts[i][k]);
            present += hr_configuration_mean_present(part);
            behind += part->n_background > 0 ? background(part) : 0.0;
            for (unsigned r = 0; r < all->n_resources; r++)
                load[r] += hr_configuration_mean_load(part, r);
        }
        assert_near(hr_configuration_mean_present(all), present);
        assert_near(background(all), behind);
        for (unsigned r = 0; r < all->n_resources; r++)
            assert_near(hr_configuration_mean_load(all, r), load[r]);
    }
    assert_near(background(pool(&apart, "edge")), 0.3 * 4.0 * 6660.0);
    assert_near(background(pool(&with, "edge")), 0.3 * (4.0 * 6660.0 + 6000.0));
    close_sites(&with);
    close_sites(&apart);
}

/* One Edge pool for both or one for each: a choice. */
static void test_guests_of_some_choices(void **state)
{
    (void)state;
    static const char choose[] =
        "choose={edges: {common: {deployment.sites: [{name: munich, users: 5000 per server, "
        "servers: 3, edge: {of: first}}]}, apart: {deployment.sites: [{name: munich, "
        "users: 5000 per server, servers: 3, edge: {servers: 2}}]}}}";
    sites d;
    open_sites(&d, 0, 0, SETS(SITE "}]", choose));
    assert_int_equal(pool(&d, "edge")->feed->n_guests, 1);
    assert_int_equal(pool(&d, "munich.edge")->n_servers, 0);
    const double users = background(pool(&d, "edge"));
    close_sites(&d);
    open_sites(&d, 1, 0, SETS(SITE "}]", choose));
    assert_int_equal(pool(&d, "edge")->feed->n_guests, 0);
    assert_int_equal(pool(&d, "munich.edge")->n_servers, 2);
    assert_near(background(pool(&d, "edge")) + 0.3 * 15000.0, users);
    close_sites(&d);
}

static void test_refused_guests(void **state)
{
    (void)state;
    refused("deployment.sites[0].edge.of = berlin: is no site",
            SETS(SITE ", edge: {of: berlin}}]"));
    refused("is this site itself", SETS(SITE ", edge: {of: munich}}]"));
    refused("remove one of the two", SETS(SITE ", edge: {of: first, servers: 2}}]"));
    refused("no configuration has such a pool", SETS(SITE ", gateway: {of: first}}]"));
    refused("means the first pool",
            SETS("deployment.sites=[{name: first, users: 5000, servers: 3}]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_legs_of_guests_add_up),
        cmocka_unit_test(test_means_of_guests_add_up),
        cmocka_unit_test(test_guests_of_some_choices),
        cmocka_unit_test(test_refused_guests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
