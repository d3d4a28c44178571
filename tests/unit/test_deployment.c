/* Pools of other roles: what participants, calls and users become there, against exact means, and
 * that a role without servers costs nothing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "input/input.h"
#include "study/study.h"

static const char text[] = "study: test\nbase: lync-2013/deployment\n"
                           "target: {pool: ~, resources: ~, level: ~}\nwindow: {busy_hours: 1}\n";

typedef struct deployment {
    hr_study study;
    hr_arena arena;
    hr_configuration first;
    hr_configuration other[HR_MAX_POOLS];
    hr_err err;
} deployment;

enum { MOST_SETS = 8 };

static hr_status try_open(deployment *d, const char *const *sets)
{
    size_t n = 0;
    *d = (deployment){0};
    while (sets[n] != NULL)
        n++;
    hr_status st = hr_study_parse(&d->study, "test", text, strlen(text), sets, n, &d->err);
    if (st == HR_OK)
        st = hr_study_configuration(&d->study, NULL, 0, 0, &d->arena, &d->first, &d->err);
    if (st == HR_OK)
        st = hr_study_others(&d->study, &d->first, 0, &d->arena, d->other, &d->err);
    return st;
}

static void open_deployment(deployment *d, const char *const *sets)
{
    if (try_open(d, sets) != HR_OK)
        fail_msg("%s", d->err.message);
}
#define OPEN(d, ...) open_deployment((d), (const char *const[MOST_SETS]){__VA_ARGS__, NULL})
#define REFUSED(d, ...)                                                                            \
    assert_int_not_equal(try_open((d), (const char *const[MOST_SETS]){__VA_ARGS__, NULL}), HR_OK)

static void close_deployment(deployment *d)
{
    hr_study_free(&d->study);
    hr_arena_free(&d->arena);
}

static const hr_configuration *pool(const deployment *d, const char *name)
{
    for (unsigned p = 1; p < d->study.n_pools; p++) {
        if (strcmp(d->study.pools[p].name, name) == 0)
            return &d->other[p - 1];
    }
    fail_msg("no pool %s", name);
    return NULL;
}

static double mean_load(const hr_configuration *c, hr_resource_id id)
{
    for (unsigned r = 0; r < c->n_resources; r++) {
        if (c->resource[r] == id)
            return hr_configuration_mean_load(c, r);
    }
    fail_msg("no resource %s", hr_resources[id].name);
    return 0.0;
}

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g is not within %g of %.12g", value, tolerance, expected);
}

static const hr_vector *vector(void)
{
    const hr_vector *v = NULL;
    hr_err err = {0};
    assert_int_equal(hr_vector_choose(NULL, &v, &err), HR_OK);
    return v;
}

/* ---- what the legs are */

/* Half of 3,996 participants are outside. One with audio has a media session unless a phone does
 * for it, and nothing is seen: 90 % audio, a quarter of it by phone; 37.5 % sharing, 15 % video. */
static void test_edge_sessions(void **state)
{
    (void)state;
    deployment d;
    OPEN(&d, "population.in_conference=5 %");
    const hr_configuration *edge = pool(&d, "edge");
    const double present = 0.05 * 12.0 * 6660.0;
    const double seen = 1.0 - (1.0 - 0.375) * (1.0 - 0.15); /* something besides sound */
    const double session = seen + (1.0 - seen) * 0.9 * 0.75;
    /* Video without audio carries sound by computer, whoever phones elsewhere. */
    assert_near(mean_load(edge, HR_RESOURCE_EDGE_AV), 0.5 * present * session, 1e-3 * present);
    assert_near(mean_load(edge, HR_RESOURCE_EDGE_WEB), 0.5 * present * 0.15, 1e-3 * present);
    assert_near(mean_load(edge, HR_RESOURCE_EDGE_USERS), 0.0, 1e-9);
    assert_int_equal(edge->n_background, 1);
    assert_near(hr_law_mean(&edge->background[0].law), 0.3 * 12.0 * 6660.0 / 2.0, 1e-6);
    close_deployment(&d);
}

/* Media of calls and dial-in legs move to the Mediation pool, all of it. */
static void test_stand_alone_mediation(void **state)
{
    (void)state;
    deployment together, apart;
    OPEN(&together, "deployment.mediation.servers=0");
    OPEN(&apart, "deployment.mediation.servers=2");
    const hr_configuration *mediation = pool(&apart, "mediation");
    const double dial_in = mean_load(&together.first, HR_RESOURCE_PSTN_CALLS);
    assert_true(dial_in > 800.0);
    assert_near(mean_load(&apart.first, HR_RESOURCE_PSTN_CALLS), 0.0, 1e-9);
    assert_near(mean_load(mediation, HR_RESOURCE_PSTN_CALLS), dial_in, 1e-6 * dial_in);
    assert_near(mediation->background[0].sessions * 2.0, 12.0 * 139.86, 0.1); /* 399.6 erl x 35 % */
    /* The mixer's work stays where it was. */
    const double work =
        mean_load(&together.first, HR_RESOURCE_CPU) - mean_load(&apart.first, HR_RESOURCE_CPU);
    assert_near(work, dial_in * 14.5, 1e-6 * work);
    close_deployment(&together);
    close_deployment(&apart);
}

/* Every call holds a port, bypassed or not. */
static void test_gateway(void **state)
{
    (void)state;
    deployment d;
    OPEN(&d, "deployment.gateway.servers=4");
    const hr_configuration *gateway = pool(&d, "gateway");
    assert_near(gateway->background[0].sessions * 4.0, 12.0 * 399.6, 1e-6);
    assert_near(mean_load(gateway, HR_RESOURCE_PORTS), mean_load(&d.first, HR_RESOURCE_PSTN_CALLS),
                1e-3);
    close_deployment(&d);
}

/* ---- the legs that are written */

typedef struct legs_seen {
    double sum, sum_square; /* over replications: legs present, averaged over the window */
    double spread;          /* over instants and servers: (n_j - n / s)^2 / (n (1 - 1/s) / s) */
    double n_spread;
    unsigned n;
} legs_seen;

static double within(const hr_input *in, hr_tick begin, hr_tick end)
{
    const hr_tick from = begin > in->from ? begin : in->from, to = end < in->to ? end : in->to;
    return to > from ? (double)(to - from) : 0.0;
}

static void see(legs_seen *seen, const hr_configuration *c, const hr_input *in)
{
    const hr_tick half = in->from + (in->to - in->from) / 2;
    double time = 0.0, present = 0.0, on[HR_MAX_SERVERS] = {0.0};
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        assert_true(i == 0 || in->start[i] >= in->start[i - 1]);
        assert_true(in->end[i] > in->start[i] && in->start[i] < in->to);
        time += within(in, in->start[i], in->end[i]);
        if (in->start[i] <= half && half < in->end[i]) {
            present += 1.0;
            on[((uint64_t)in->pick[i] * c->n_servers) >> 32] += 1.0;
        }
    }
    const double mean = time / (double)(in->to - in->from);
    seen->sum += mean;
    seen->sum_square += mean * mean;
    seen->n++;
    const double servers = c->n_servers;
    for (unsigned j = 0; j < c->n_servers; j++) {
        const double off = on[j] - present / servers;
        seen->spread += off * off / (present * (1.0 - 1.0 / servers) / servers);
        seen->n_spread += 1.0;
    }
}

static legs_seen watch(const char *ramp, unsigned n)
{
    deployment d;
    legs_seen seen = {0};
    hr_input meetings = {0}, legs = {0};
    OPEN(&d, "deployment.edge.servers=4", ramp);
    const hr_configuration *edge = pool(&d, "edge");
    for (uint64_t day = 0; day < n; day++) {
        assert_int_equal(hr_input_write(&meetings, &d.first, day, vector(), &d.err), HR_OK);
        const hr_feeding feeding = {&legs, edge, {&meetings, &d.first}, NULL};
        assert_int_equal(hr_input_write_legs(&feeding, 1, day, vector(), &d.err), HR_OK);
        see(&seen, edge, &legs);
    }
    hr_input_free(&meetings);
    hr_input_free(&legs);
    close_deployment(&d);
    return seen;
}

/* Number of standard errors by which the mean is off. */
static double z_of(const legs_seen *seen, double expected)
{
    const double mean = seen->sum / seen->n;
    const double variance = (seen->sum_square / seen->n - mean * mean) / (seen->n - 1.0);
    return fabs(mean - expected) / sqrt(variance);
}

/* False alarm of each z-test: 6e-5; the seed is fixed. A share of 50 % that was 51 % or 49 % would
 * be seen: 2 % of the mean are more than 8 standard errors. */
static void test_legs_have_their_mean(void **state)
{
    (void)state;
    static const char *const ramps[] = {"meetings.join_ramp=uniform(0 min, 5 min)",
                                        "meetings.join_ramp=0 s"};
    for (unsigned i = 0; i < 2; i++) {
        enum { DAYS = 300 };
        deployment d;
        OPEN(&d, "deployment.edge.servers=4", ramps[i]);
        const double expected = hr_configuration_mean_present(pool(&d, "edge"));
        const legs_seen seen = watch(ramps[i], DAYS);
        assert_true(z_of(&seen, expected) < 4.0);
        assert_true(z_of(&seen, 1.02 * expected) > 4.0);
        /* Spread over servers at random: a chi-square variable for each day, of 3 degrees. */
        const double degrees = 3.0 * DAYS;
        assert_near(seen.spread / seen.n_spread, 1.0, 4.0 * sqrt(2.0 / degrees));
        close_deployment(&d);
    }
}

/* ---- absence and refusals */

static void test_absent_roles_cost_nothing(void **state)
{
    (void)state;
    deployment with, without;
    OPEN(&with, "deployment.director.servers=2");
    OPEN(&without, "deployment.edge.servers=0", "deployment.persistent_chat.servers=0",
         "deployment.persistent_chat_store.servers=0", "deployment.back_end.servers=0",
         "deployment.monitoring_store.servers=0", "deployment.archiving_store.servers=0");
    assert_int_equal(without.study.n_pools, 1);
    assert_int_equal(with.study.n_pools, 8);
    assert_int_equal(without.study.n_cells, without.study.pools[0].layout.n_cells);
    for (unsigned r = 0; r < with.first.n_resources; r++)
        assert_near(hr_configuration_mean_load(&with.first, r),
                    hr_configuration_mean_load(&without.first, r), 0.0);
    close_deployment(&with);
    close_deployment(&without);
}

/* A choice may leave a role out: the pool is there, empty. */
static void test_pool_of_some_choices(void **state)
{
    (void)state;
    static const char choose[] = "study: test\nbase: lync-2013/deployment\n"
                                 "choose: {deployment.mediation.servers: [0, 3]}\n";
    hr_study study = {0};
    hr_arena arena = {0};
    hr_configuration c;
    hr_err err = {0};
    assert_int_equal(hr_study_parse(&study, "test", choose, strlen(choose), NULL, 0, &err), HR_OK);
    for (unsigned p = 1; p < study.n_pools; p++) {
        if (strcmp(study.pools[p].name, "mediation") != 0)
            continue;
        assert_int_equal(study.pools[p].n_servers_max, 3);
        assert_int_equal(hr_study_pool(&study, NULL, p, 0, 0, &arena, &c, &err), HR_OK);
        assert_int_equal(c.n_servers, 0);
        assert_int_equal(hr_study_pool(&study, NULL, p, 1, 0, &arena, &c, &err), HR_OK);
        assert_int_equal(c.n_servers, 3);
    }
    hr_arena_free(&arena);
    hr_study_free(&study);
}

static void test_refusals(void **state)
{
    (void)state;
    deployment d;
    REFUSED(&d, "deployment.edge.ceilings.viewers.limit=375");
    assert_non_null(strstr(d.err.message, "deployment.edge.ceilings.viewers"));
    close_deployment(&d);
    REFUSED(&d, "meetings.participants.remote=76 %");
    assert_non_null(strstr(d.err.message, "101 %"));
    close_deployment(&d);
    REFUSED(&d, "target.pool=edgy");
    assert_non_null(strstr(d.err.message, "edge"));
    close_deployment(&d);
    REFUSED(&d, "deployment.edge.server.cpu=~");
    assert_non_null(strstr(d.err.message, "deployment.edge.server.cpu"));
    close_deployment(&d);
}

/* What is placed in the first pool has nothing to do with the other pools. */
static void test_legs_are_the_same_where_media_are_apart(void **state)
{
    (void)state;
    static const char *const units[] = {"placement.unit=meeting", "placement.unit=modality"};
    hr_input meetings[2] = {{0}}, legs[2] = {{0}};
    deployment d[2];
    for (unsigned i = 0; i < 2; i++) {
        OPEN(&d[i], "deployment.edge.servers=4", units[i]);
        assert_int_equal(hr_input_write(&meetings[i], &d[i].first, 0, vector(), &d[i].err), HR_OK);
        const hr_feeding feeding = {
            &legs[i], pool(&d[i], "edge"), {&meetings[i], &d[i].first}, NULL};
        assert_int_equal(hr_input_write_legs(&feeding, 1, 0, vector(), &d[i].err), HR_OK);
    }
    const size_t n = legs[0].n_meetings;
    assert_true(n > 1000);
    assert_int_equal(legs[1].n_meetings, n);
    assert_memory_equal(legs[0].start, legs[1].start, n * sizeof *legs->start);
    assert_memory_equal(legs[0].end, legs[1].end, n * sizeof *legs->end);
    assert_memory_equal(legs[0].profile, legs[1].profile, n * sizeof *legs->profile);
    assert_memory_equal(legs[0].tie, legs[1].tie, n * sizeof *legs->tie);
    for (unsigned i = 0; i < 2; i++) {
        hr_input_free(&legs[i]);
        hr_input_free(&meetings[i]);
        close_deployment(&d[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edge_sessions),
        cmocka_unit_test(test_stand_alone_mediation),
        cmocka_unit_test(test_gateway),
        cmocka_unit_test(test_legs_have_their_mean),
        cmocka_unit_test(test_legs_are_the_same_where_media_are_apart),
        cmocka_unit_test(test_absent_roles_cost_nothing),
        cmocka_unit_test(test_pool_of_some_choices),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
