/* Servers that fail: the published tables and shares, users with and without service by hand, and
 * what the input makes of it: who is out when, where background and sessions go. */
#include "front_end_pool.h"

#include "input/input.h"
#include "input/service.h"
#include "model/prepared.h"

/* ---- quorum, row by row of the published table [S:quorum] */

enum { UP = HR_SERVER_UP, OUT = HR_SERVER_OUT };

static bool holds(unsigned n, uint32_t out, bool has_witness, bool is_running)
{
    uint8_t state[HR_MAX_SERVERS];
    for (unsigned j = 0; j < n; j++)
        state[j] = out >> j & 1 ? OUT : UP;
    return hr_quorum_holds(hr_quorum_of(n), state, has_witness, is_running);
}

static void test_quorum_table(void **state)
{
    static const struct {
        unsigned n, start, run, voters;
    } published[] = {{2, 1, 1, 2},  {3, 3, 2, 3},  {4, 3, 2, 4},  {5, 4, 3, 5},
                     {6, 5, 3, 6},  {7, 5, 4, 7},  {8, 6, 4, 7},  {9, 7, 4, 7},
                     {10, 8, 5, 9}, {11, 9, 5, 9}, {12, 10, 5, 9}};
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        const unsigned n = published[i].n;
        for (uint32_t out = 0; out < 1u << n; out++) {
            const uint32_t voters = ~out & ((1u << published[i].voters) - 1);
            const unsigned votes = (unsigned)__builtin_popcount(voters);
            const unsigned up = n - (unsigned)__builtin_popcount(out);
            assert_int_equal(holds(n, out, true, true), votes >= published[i].run);
            assert_int_equal(holds(n, out, true, false),
                             votes >= published[i].run && up >= published[i].start);
        }
    }
    assert_null(hr_quorum_of(13)); /* what is not published is not made up */
    assert_null(hr_quorum_of(17));
}

/* Half of an even number of voters is a majority together with the witness alone. */
static void test_witness(void **state)
{
    (void)state;
    assert_true(holds(6, 0x7, true, true));
    assert_false(holds(6, 0x7, false, true));
    assert_true(holds(6, 0x3, false, true));
    assert_true(holds(5, 0x3, false, true)); /* odd: it has no part in it */
    assert_true(holds(8, 0x07, false, true));
}

/* ---- routing groups */

/* All ordered triples of n servers, of which the first `out` are out and then `more`. */
static void enumerate(unsigned n, unsigned out, unsigned more, double *served, double *displaced)
{
    unsigned all = 0, s = 0, d = 0;
    for (unsigned a = 0; a < n; a++) {
        for (unsigned b = 0; b < n; b++) {
            for (unsigned c = 0; c < n; c++) {
                if (a == b || b == c || a == c)
                    continue;
                const int lost = (a < out) + (b < out) + (c < out);
                const int later = (a < out + more) + (b < out + more) + (c < out + more);
                const unsigned own = a >= out ? a : b >= out ? b : c;
                all++;
                s += lost < 2;
                d += lost < 2 && later < 2 && own < out + more;
            }
        }
    }
    *served = (double)s / all;
    *displaced = (double)d / all;
}

static void test_groups(void **state)
{
    (void)state;
    for (unsigned n = 3; n <= 12; n++) {
        for (unsigned out = 0; out < n; out++) {
            for (unsigned more = 0; out + more < n; more++) {
                double served = 0.0, displaced = 0.0;
                enumerate(n, out, more, &served, &displaced);
                assert_near(hr_groups_served(n, out), served, 1e-14);
                assert_near(hr_groups_displaced(n, out, more), displaced, 1e-14);
            }
        }
    }
    /* two of twelve, eight, six servers: 4.5, 10.7, 20 % of users have lost two of three [D] */
    assert_near(1.0 - hr_groups_served(12, 2), 10.0 / 220.0, 1e-14);
    assert_near(1.0 - hr_groups_served(8, 2), 6.0 / 56.0, 1e-14);
    assert_near(1.0 - hr_groups_served(6, 2), 0.2, 1e-14);
    assert_near(hr_groups_served(2, 1), 1.0, 1e-14);
    assert_near(hr_groups_served(1, 1), 0.0, 1e-14);
}

/* ---- users in service, by hand */

/* The last `out` of up to twelve servers are out. */
static void go(hr_service *service, unsigned out, bool is_running)
{
    uint8_t state[12];
    for (unsigned j = 0; j < service->n_servers; j++)
        state[j] = j < service->n_servers - out ? UP : OUT;
    hr_service_change(service, state, is_running);
}

static const hr_failures twelve = {.users = 6600.0, .endpoints = 2.0, .sign_ins = 12.0};

/* One of twelve servers: 6,600 users with two endpoints each take 1,100 s at 12 per second. */
static void test_queue(void **state)
{
    (void)state;
    hr_service s = hr_service_begin(&twelve, 12);
    hr_service_pass(&s, 100.0, true);
    assert_near(s.lost[HR_CAUSE_SIGN_IN], 0.0, 0.0);
    go(&s, 1, true);
    assert_near(hr_service_queue(&s), 1100.0, 1e-9);
    assert_near(hr_service_factor(&s, 0), 11.0 / 12.0 * 12.0 / 11.0, 1e-12);
    hr_service_pass(&s, 550.0, true);
    assert_near(s.lost[HR_CAUSE_SIGN_IN], (1.0 + 0.5) / 2.0 * 550.0 / 12.0, 1e-9);
    hr_service_pass(&s, 10000.0, false); /* not measured */
    assert_near(s.lost[HR_CAUSE_SIGN_IN], (1.0 + 0.5) / 2.0 * 550.0 / 12.0, 1e-9);
    assert_near(hr_service_factor(&s, 0), 12.0 / 11.0, 1e-12);
    go(&s, 0, true); /* back: nobody notices */
    assert_near(hr_service_queue(&s), 0.0, 0.0);
    assert_near(hr_service_factor(&s, 0), 1.0, 1e-12);
}

/* Two of twelve: 10/220 of the users are without their group until a server is back. */
static void test_groups_lost(void **state)
{
    (void)state;
    hr_failures at_once = twelve;
    at_once.sign_ins = 0.0;
    hr_service s = hr_service_begin(&at_once, 12);
    go(&s, 2, true);
    hr_service_pass(&s, 60.0, true);
    assert_near(s.lost[HR_CAUSE_GROUP], 60.0 * 10.0 / 220.0, 1e-12);
    assert_near(s.lost[HR_CAUSE_SIGN_IN], 0.0, 0.0);
    assert_near(hr_service_factor(&s, 0), 12.0 / 10.0 * 210.0 / 220.0, 1e-12);
}

/* The pool stops; when it runs again everybody signs in. */
static void test_pool_stops(void **state)
{
    (void)state;
    hr_service s = hr_service_begin(&twelve, 12);
    go(&s, 8, false);
    hr_service_pass(&s, 600.0, true);
    assert_near(s.lost[HR_CAUSE_POOL], 600.0, 1e-9);
    assert_near(s.lost[HR_CAUSE_GROUP], 0.0, 0.0);
    go(&s, 0, true);
    assert_near(hr_service_queue(&s), 13200.0, 1e-6);
    hr_service_pass(&s, 20000.0, true);
    assert_near(s.lost[HR_CAUSE_SIGN_IN], 6600.0, 1e-6);
    assert_near(hr_service_factor(&s, 0), 1.0, 1e-12);
}

/* A partner as large as the pool: twice the work once all have signed in. */
static void test_partner(void **state)
{
    (void)state;
    hr_service s = hr_service_begin(&twelve, 12);
    hr_service_partner_lost(&s, 1.0);
    hr_service_pass(&s, 1800.0, true);
    assert_near(s.lost[HR_CAUSE_FAILOVER], 1800.0, 1e-9);
    hr_service_take_over(&s);
    hr_service_pass(&s, 13200.0, true);
    assert_near(s.lost[HR_CAUSE_SIGN_IN], 6600.0, 1e-6);
    assert_near(s.lost[HR_CAUSE_FAILOVER], 1800.0, 1e-9);
    assert_near(hr_service_factor(&s, 0), 2.0, 1e-9);
    go(&s, 1, true); /* what a server of a doubled pool carries is displaced */
    assert_near(s.waiting, 2.0 / 12.0, 1e-12);
}

/* ---- the input */

typedef struct written {
    pool p;
    hr_input input;
} written;

static const hr_vector *vector(void)
{
    const hr_vector *v = NULL;
    hr_err err = {0};
    assert_int_equal(hr_vector_choose(NULL, &v, &err), HR_OK);
    return v;
}

static void write_input(written *w, uint64_t replication)
{
    hr_err err = {0};
    if (hr_input_write(&w->input, &w->p.c, replication, vector(), &err) != HR_OK)
        fail_msg("%s", err.message);
}

static void free_written(written *w)
{
    hr_input_free(&w->input);
    pool_free(&w->p);
}

static unsigned count_state(const hr_input *in, unsigned n, uint32_t change, uint8_t state)
{
    unsigned count = 0;
    for (unsigned j = 0; j < n; j++)
        count += in->server_state[change * (size_t)n + j] == state;
    return count;
}

#define SIX "pool.servers=6", "population.users=5000 per server", "population.in_conference=5 %"

/* Drained for 20 min, out for an hour, back: at the ticks that are stated. */
static void test_planned(void **state)
{
    (void)state;
    written w = {0};
    OPEN(&w.p, SIX, "failures.out.servers=2", "failures.out.at=1 h", "failures.out.for=1 h",
         "failures.out.notice=20 min", "failures.sign_in.rate=0 per second", "failures.which=last");
    write_input(&w, 0);
    assert_int_equal(w.input.n_changes, 4);
    static const double at[] = {0.0, 2400.0, 3600.0, 7200.0};
    static const unsigned drain[] = {0, 2, 0, 0}, out[] = {0, 0, 2, 0};
    for (uint32_t i = 0; i < 4; i++) {
        if (i > 0)
            assert_int_equal(w.input.change[i], HR_TICK_ZERO + (hr_tick)(at[i] * 65536.0));
        assert_int_equal(count_state(&w.input, 6, i, HR_SERVER_DRAINS), drain[i]);
        assert_int_equal(count_state(&w.input, 6, i, HR_SERVER_OUT), out[i]);
    }
    assert_int_equal(w.input.server_state[2 * 6 + 5], HR_SERVER_OUT);
    /* 20 % without their group for an hour of four */
    const double window = 4.0 * 3600.0 * 65536.0;
    assert_near((double)w.input.service_lost[HR_CAUSE_GROUP] / (window * HR_USERS_ONE), 0.05, 1e-9);
    free_written(&w);
}

/* Background goes where the users go: with one of six out, each of five has a fifth more. */
static void test_background_moves(void **state)
{
    (void)state;
    written all = {0}, five = {0};
    OPEN(&all.p, SIX, "background.flicker=0 %");
    OPEN(&five.p, SIX, "background.flicker=0 %", "failures.down=1", "failures.which=first");
    write_input(&all, 0);
    write_input(&five, 0);
    for (unsigned l = 0; l < all.p.c.n_limits; l++) {
        const double full = all.p.c.prepared->ceiling[l * (size_t)6 + 1];
        const double taken = full - (double)all.input.ceiling[l * (size_t)6 + 1];
        const double more = full - (double)five.input.ceiling[l * (size_t)6 + 1];
        assert_near(more, 1.2 * taken, 2.5); /* each is rounded to a step */
    }
    free_written(&all);
    free_written(&five);
}

/* Calls in progress: the mean of a pool with two of six servers out is that of the users in
 * service, on the servers that are up; 400 days, |z| at most 4 (a false alarm in 16,000), and a
 * pool that lost nobody is told apart. */
static void test_sessions_move(void **state)
{
    (void)state;
    enum { DAYS = 400 };
    written w = {0};
    OPEN(&w.p, SIX, "failures.down=2", "failures.quorum=none", "window.busy_hours=1",
         "background.session_step=60 s");
    double sum = 0.0, squares = 0.0;
    for (uint64_t day = 0; day < DAYS; day++) {
        double total = 0.0;
        write_input(&w, day);
        const uint16_t *last = w.input.sessions + (w.input.n_steps - 1) * (size_t)6;
        for (unsigned j = 0; j < 6; j++) {
            if (w.input.server_state[j] == HR_SERVER_OUT)
                assert_int_equal(last[j], 0);
            total += last[j];
        }
        sum += total;
        squares += total * total;
    }
    double all = 0.0;
    for (unsigned i = 0; i < w.p.c.n_background; i++)
        all += w.p.c.background[i].kind == HR_BACKGROUND_SESSIONS
                   ? 6.0 * w.p.c.background[i].sessions
                   : 0.0;
    const double mean = sum / DAYS;
    const double error = sqrt((squares / DAYS - mean * mean) / DAYS);
    assert_near((mean - 0.8 * all) / error, 0.0, 4.0);
    assert_true(fabs((mean - all) / error) > 4.0);
    assert_true(fabs((mean - 0.82 * all) / error) > 4.0);
    free_written(&w);
}

/* Servers that fail by themselves are out for repair / (every + repair) of the time, at the
 * beginning too; 12 servers x 500 days, |z| at most 4, and a share wrong by a fifth is rejected. */
static void test_equilibrium(void **state)
{
    (void)state;
    enum { DAYS = 500, SERVERS = 12 };
    written w = {0};
    OPEN(&w.p, "pool.servers=12", "population.users=100 per server", "population.in_conference=5 %",
         "failures.every=40 min", "failures.repair=uniform(2 min, 18 min)", "failures.quorum=none",
         "failures.sign_in.rate=0 per second");
    double begin = 0.0, end = 0.0;
    for (uint64_t day = 0; day < DAYS; day++) {
        write_input(&w, day);
        begin += count_state(&w.input, SERVERS, 0, HR_SERVER_OUT);
        end += count_state(&w.input, SERVERS, w.input.n_changes - 1, HR_SERVER_OUT);
    }
    const double n = DAYS * SERVERS, share = 10.0 / 50.0, error = sqrt(share * (1.0 - share) / n);
    assert_near((begin / n - share) / error, 0.0, 4.0);
    assert_near((end / n - share) / error, 0.0, 4.0);
    assert_true(fabs(begin / n - 0.24) / error > 4.0);
    free_written(&w);
}

/* Too few servers: all of them are out as far as anybody can tell. */
static void test_stopped_pool(void **state)
{
    (void)state;
    written w = {0};
    OPEN(&w.p, SIX, "failures.out.servers=4", "failures.out.at=1 h", "failures.out.for=1 h");
    write_input(&w, 0);
    assert_int_equal(count_state(&w.input, 6, 1, HR_SERVER_OUT), 6);
    const double window = 4.0 * 3600.0 * 65536.0;
    assert_near((double)w.input.service_lost[HR_CAUSE_POOL] / (window * HR_USERS_ONE), 0.25, 1e-9);
    free_written(&w);
}

/* The Back End is missed after half an hour, or for 5 min until its mirror has taken over. */
static void test_back_end(void **state)
{
    (void)state;
    written alone = {0}, mirrored = {0};
    OPEN(&alone.p, SIX, "failures.back_end.for=2 h");
    OPEN(&mirrored.p, SIX, "failures.back_end.for=2 h", "failures.back_end.mirror=yes");
    write_input(&alone, 0);
    write_input(&mirrored, 0);
    assert_int_equal(alone.input.resilient, (hr_tick)(5400.0 * 65536.0));
    assert_int_equal(mirrored.input.resilient, 0);
    free_written(&alone);
    free_written(&mirrored);
}

/* Half of six servers and no witness: three are enough with the Back End alone. */
static void test_back_end_is_the_witness(void **state)
{
    (void)state;
    written w = {0};
    OPEN(&w.p, SIX, "failures.down=3", "failures.back_end.for=1 h", "failures.back_end.at=1 h");
    write_input(&w, 0);
    assert_int_equal(count_state(&w.input, 6, 0, HR_SERVER_OUT), 3);
    assert_int_equal(count_state(&w.input, 6, 1, HR_SERVER_OUT), 6);
    free_written(&w);
}

/* A partner's meetings begin when its users are taken over; until then there are the same ones. */
static void test_partner_meetings(void **state)
{
    (void)state;
    written own = {0}, both = {0};
    OPEN(&own.p, SIX);
    OPEN(&both.p, SIX, "failures.partner.users=100 %", "failures.partner.at=1 h");
    write_input(&own, 3);
    write_input(&both, 3);
    const hr_tick over = HR_TICK_ZERO + (hr_tick)(5400.0 * 65536.0);
    uint32_t i = 0, n_own = 0, n_both = 0;
    for (; own.input.start[i] < over; i++)
        assert_int_equal(own.input.start[i], both.input.start[i]);
    assert_true(both.input.start[i] >= over);
    for (uint32_t k = i; k < own.input.n_meetings; k++)
        n_own++;
    for (uint32_t k = i; k < both.input.n_meetings; k++)
        n_both++;
    /* as many again, and those of some 45 min that were in progress */
    assert_near(n_both, n_own * (2.0 + 0.75 / 2.5), 6.0 * sqrt(2.3 * n_own));
    assert_true(n_both > 2 * n_own);
    free_written(&own);
    free_written(&both);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *set[3], *said;
    } cases[] = {
        {{"failures.down=4", "failures.out.servers=3"}, "7 servers go out of a pool of 6"},
        {{"failures.down=1", "pool.servers=13"}, "no quorum is published for a pool of 13"},
        {{"failures.out.notice=-1 s"}, "failures.out.notice"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pool p;
        const char *sets[MOST_SETS] = {SIX};
        for (size_t k = 0; k < 3; k++)
            sets[3 + k] = cases[i].set[k];
        assert_int_not_equal(try_open(&p, sets), HR_OK);
        if (strstr(p.err.message, cases[i].said) == NULL)
            fail_msg("\"%s\" is not in: %s", cases[i].said, p.err.message);
        pool_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quorum_table),     cmocka_unit_test(test_witness),
        cmocka_unit_test(test_groups),           cmocka_unit_test(test_queue),
        cmocka_unit_test(test_groups_lost),      cmocka_unit_test(test_pool_stops),
        cmocka_unit_test(test_partner),          cmocka_unit_test(test_planned),
        cmocka_unit_test(test_background_moves), cmocka_unit_test(test_sessions_move),
        cmocka_unit_test(test_equilibrium),      cmocka_unit_test(test_stopped_pool),
        cmocka_unit_test(test_back_end),         cmocka_unit_test(test_back_end_is_the_witness),
        cmocka_unit_test(test_partner_meetings), cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
