/* Connections that stay where a balancer has put them: what a server that is back gets, against
 * closed forms, and the work of signing in that floods it. */
#include "front_end_pool.h"

#include "input/input.h"
#include "input/service.h"
#include "model/prepared.h"

enum { UP = HR_SERVER_UP, OUT = HR_SERVER_OUT };

enum { FOUR = 4 };
static const uint8_t all_up[FOUR] = {UP, UP, UP, UP}, last_out[FOUR] = {UP, UP, UP, OUT};

/* Four servers of a role, the last of which was out for so long that the others have everything;
 * its connections are made anew once in two hours. It is back since `seconds`. */
static hr_service back_for(hr_balance balance, double seconds)
{
    const hr_failures f = {.has_no_groups = true,
                           .users = 6000.0,
                           .endpoints = 1.9,
                           .balance = balance,
                           .renewals = 1.0 / 7200.0};
    hr_service s = hr_service_begin(&f, FOUR);
    hr_service_settle(&s, last_out, true);
    hr_service_change(&s, all_up, true);
    for (double passed = 0.0; passed < seconds; passed += 10.0)
        hr_service_pass(&s, 10.0, true);
    return s;
}

/* The one that is back: 1 - e^(-t / T) of all where new connections go to the fewest, until it has
 * a quarter after T ln(4/3) = 2,071 s; a quarter of that at any time where they go anywhere. */
static void test_connections_after_a_return(void **state)
{
    (void)state;
    for (double t = 0.0; t <= 2000.0; t += 500.0) {
        const double renewed = 1.0 - exp(-t / 7200.0);
        const hr_service few = back_for(HR_BALANCE_TO_FEWEST, t);
        const hr_service any = back_for(HR_BALANCE_AT_RANDOM, t);
        assert_near(few.connections.share[3], renewed, 1e-12);
        assert_near(any.connections.share[3], renewed / 4.0, 1e-12);
        assert_near(hr_service_factor(&few, 3), 4.0 * renewed, 1e-12);
        assert_near(hr_service_factor(&few, 0), 4.0 * (1.0 - renewed) / 3.0, 1e-12);
        assert_false(hr_service_is_settled(&few));
    }
    const hr_service even = back_for(HR_BALANCE_TO_FEWEST, 2080.0);
    assert_near(even.connections.share[3], 0.25, 1e-12);
    assert_true(hr_service_is_settled(&even));
    const hr_service uneven = back_for(HR_BALANCE_AT_RANDOM, 7200.0);
    assert_false(hr_service_is_settled(&uneven));
    /* as always in routing groups: nobody notices */
    const hr_service groups = back_for(HR_BALANCE_EVENLY, 0.0);
    assert_near(groups.connections.share[3], 0.25, 1e-12);
}

/* Who still waits when the server is back signs in there alone, beside all renewals: 12 endpoints
 * and 18,990 / 7,200 s users a second; neighbours are rid of theirs. At random everybody gets a
 * quarter. */
static void test_flood_of_sign_ins(void **state)
{
    hr_failures f = {.has_no_groups = true,
                     .users = 6000.0,
                     .endpoints = 1.9,
                     .sign_ins = 12.0,
                     .renewals = 1.0 / 7200.0};
    double sign_ins[FOUR];
    (void)state;
    for (int fewest = 0; fewest < 2; fewest++) {
        f.balance = fewest ? HR_BALANCE_TO_FEWEST : HR_BALANCE_AT_RANDOM;
        hr_service s = hr_service_begin(&f, FOUR);
        hr_service_change(&s, last_out, true);
        hr_service_pass(&s, 155.0, true); /* of 950: 18,000 + 155 x 12 / 1.9 users are back */
        hr_service_change(&s, all_up, true);
        hr_service_sign_ins(&s, 1e-3, sign_ins);
        const double users = 18000.0 + 155.0 * 12.0 / 1.9, renewed = users / 7200.0;
        const double all = 12.0 + renewed;
        assert_near(sign_ins[3], fewest ? all : all / 4.0, 1e-5);
        assert_near(sign_ins[0], (fewest ? 0.0 : all / 4.0) - renewed / 3.0, 1e-5);
        double sum = 0.0;
        for (unsigned j = 0; j < FOUR; j++)
            sum += sign_ins[j];
        assert_near(sum, 12.0, 1e-5); /* renewals are in what users cost anyway */
    }
}

/* What goes to the fewest fills the lowest servers to one height; a draining server gets nothing,
 * and what was on a server that goes is lost. */
static void test_fewest(void **state)
{
    static const uint8_t draining[FOUR] = {UP, UP, UP, HR_SERVER_DRAINS};
    (void)state;
    hr_connections c = {
        .balance = HR_BALANCE_TO_FEWEST, .n_servers = FOUR, .share = {0.4, 0.3, 0.2, 0.1}};
    double into[FOUR];
    assert_near(hr_connections_lose(&c, all_up), 0.0, 0.0);
    hr_connections_pass(&c, 10.0, 4.0, 1.0, into);
    static const double filled[FOUR] = {0.0, 1.0 / 3.0, 4.0 / 3.0, 7.0 / 3.0};
    for (unsigned j = 0; j < FOUR; j++)
        assert_near(into[j], filled[j], 1e-12);
    assert_near(hr_connections_lose(&c, draining), 0.0, 0.0);
    hr_connections_pass(&c, 14.0, 3.0, 1.0, into);
    assert_near(into[3], 0.0, 0.0);
    assert_near(into[0] + into[1] + into[2], 3.0, 1e-12);
    const double last = c.share[3];
    assert_near(hr_connections_lose(&c, last_out), last, 1e-12);
    assert_near(c.share[0] + c.share[1] + c.share[2], 1.0, 1e-12);
}

/* ---- the input */

static const hr_vector *vector(void)
{
    const hr_vector *v = NULL;
    hr_err err = {0};
    assert_int_equal(hr_vector_choose(NULL, &v, &err), HR_OK);
    return v;
}

/* Of six Front Ends one is away for 5 min of the 13 min that its users take to sign in. By chance
 * each of six takes a sixth of that work; at a hardware balancer the one that is back all of it. */
static void test_front_end_flood(void **state)
{
    static const char *const balancer[] = {"failures.sign_in.balancer=dns",
                                           "failures.sign_in.balancer=hardware"};
    double work[2][2]; /* on the server that is back, on another one: Mc/s */
    (void)state;
    for (size_t b = 0; b < 2; b++) {
        pool p;
        hr_input input = {0};
        hr_err err = {0};
        OPEN(&p, "pool.servers=6", "population.users=5000 per server",
             "population.in_conference=5 %", "background.flicker=0 %", "failures.out.servers=1",
             "failures.out.for=5 min", "failures.out.at=1 h", "failures.which=last",
             "failures.sign_in.work=300 Mc", "activity.sign_in.rate=0 per second", balancer[b]);
        if (hr_input_write(&input, &p.c, 0, vector(), &err) != HR_OK)
            fail_msg("%s", err.message);
        const hr_tick back = HR_TICK_ZERO + (hr_tick)(3900.0 * 65536.0);
        const size_t n = 6 * (size_t)p.c.n_limits;
        uint32_t row = 0, last = input.n_changes - 1;
        while (input.change[row] < back)
            row++;
        assert_int_equal(input.change[row], back);
        const double served = input.signed_in[row];
        for (unsigned i = 0; i < 2; i++) {
            const int64_t *now = input.ceiling + row * n, *then = input.ceiling + last * n;
            const unsigned j = i == 0 ? 5 : 0;
            const double step = p.c.prepared->steps[0];
            const double full = p.c.prepared->ceiling[j];
            const double users = full - (double)then[j]; /* at rest, all signed in */
            work[b][i] = ((double)(then[j] - now[j]) + (1.0 - served) * users) / step;
        }
        hr_input_free(&input);
        pool_free(&p);
    }
    assert_near(work[0][0], 12.0 * 300.0 / 6.0, 0.01);
    assert_near(work[0][1], 12.0 * 300.0 / 6.0, 0.01);
    assert_near(work[1][0], 12.0 * 300.0, 0.01);
    assert_near(work[1][1], 0.0, 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connections_after_a_return),
        cmocka_unit_test(test_flood_of_sign_ins),
        cmocka_unit_test(test_fewest),
        cmocka_unit_test(test_front_end_flood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
