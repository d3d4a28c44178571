/* Activities: a complete catalogue, rates that follow from users and meetings, work that adds up to
 * the published total and counts once. */
#include "front_end_pool.h"
#include "model/workload.h"
#include "study/activity.h"

static void every_activity_is_described(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HR_N_ACTIVITIES; i++) {
        const hr_activity *a = &hr_activities[i];
        const hr_activity_ceiling *ceiling = hr_activity_ceiling_find((hr_activity_id)i);
        assert_true(strlen(a->name) > 0 && strlen(a->doc) > 0);
        assert_true(strncmp(a->source, "[S:", 3) == 0 || strcmp(a->source, "[D]") == 0 ||
                    strcmp(a->source, "[U]") == 0);
        assert_true(a->low <= a->cpu && a->cpu <= a->high);
        assert_true(a->share > 0.0 && a->share <= 1.0 && a->rate >= 0.0);
        assert_true(a->inside == NULL || a->high == 0.0); /* never twice */
        assert_true(hr_roles[a->role].place == HR_ROLE_PLACE_POOL || a->role == HR_ROLE_front_end);
        if (a->by == HR_ACTIVITY_BY_ACTIVITY)
            assert_true(a->of < i);
        if (ceiling != NULL)
            assert_true(ceiling->rate > 0.0 && strncmp(ceiling->source, "[S:", 3) == 0);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(hr_activities[k].name, a->name);
    }
}

static double cpu(const pool *p)
{
    const unsigned r = resource(p, HR_RESOURCE_CPU);
    double load = 0.0;
    for (unsigned b = 0; b < p->c.n_background; b++) {
        const hr_background *item = &p->c.background[b];
        const double units =
            item->kind == HR_BACKGROUND_SESSIONS ? item->sessions : hr_law_mean(&item->law);
        load += units * item->cost[r];
    }
    return load;
}

static double background_of(const char *const *sets)
{
    pool p;
    open_pool(&p, sets);
    const double load = cpu(&p);
    pool_free(&p);
    return load;
}
#define BACKGROUND(...) background_of((const char *const[MOST_SETS]){__VA_ARGS__, NULL})
#define SUMMED          "background.from=activities", "background.cpu=~", "population.voice.users=0 %"

/* 0.75 Mc/s a user and as much a mobile user: the totals of the catalogue of workloads. */
static void activities_add_up_to_the_total_of_a_user(void **state)
{
    (void)state;
    const hr_workload_cost *user = hr_workload_cost_find(HR_WORKLOAD_user, HR_RESOURCE_CPU);
    const hr_workload_cost *mobile =
        hr_workload_cost_find(HR_WORKLOAD_mobile_session, HR_RESOURCE_CPU);
    const double alone = BACKGROUND(SUMMED, "population.mobile=0 %");
    const double all = BACKGROUND(SUMMED, "population.mobile=100 %");
    assert_near(alone / HR_USERS_PER_SERVER, user->value, 0.005);
    assert_near((all - alone) / HR_USERS_PER_SERVER, mobile->value, 0.005);
}

static void work_is_in_proportion_to_rates_users_and_busyness(void **state)
{
    (void)state;
    const double one = BACKGROUND(SUMMED);
    const double more = BACKGROUND(SUMMED, "activity.sql_batch.rate=720 per hour");
    assert_near(BACKGROUND(SUMMED, "population.users=3330 per server"), one / 2.0, 1e-9 * one);
    assert_near(BACKGROUND(SUMMED, "population.busyness=3"), 3.0 * one, 1e-9 * one);
    assert_near(more - one, 0.1 * 2.0 * HR_USERS_PER_SERVER, 1e-6);
    /* a message is ten of a session, a transaction two of a message, a record one of it */
    const double no_sessions = BACKGROUND(SUMMED, "activity.im_session.share=0 %");
    const double sessions = HR_USERS_PER_SERVER * 2.5 * 0.75 / 3600.0;
    assert_near(one - no_sessions, sessions * (20.0 + 10.0 * (4.0 + 2.0 * 4.0 + 2.0)), 1e-6);
}

static void a_total_holds_whatever_the_activities(void **state)
{
    (void)state;
    const double total = BACKGROUND("population.voice.users=0 %");
    assert_near(total, 0.3 * HR_REFERENCE_CPU, 1e-9);
    assert_true(BACKGROUND("population.voice.users=0 %", "activity.sql_batch.cpu=9 Mc",
                           "population.mobile=90 %") == total);
    /* but what nobody does unless stated is on top */
    assert_near(BACKGROUND("population.voice.users=0 %", "activity.third_party.rate=36 per hour",
                           "activity.third_party.cpu=5 Mc") -
                    total,
                HR_USERS_PER_SERVER * 0.05, 1e-6);
    assert_near(BACKGROUND("population.voice.users=0 %", "activity.attack.rate=120 per second") -
                    total,
                120.0 * 20.0 / 12.0, 1e-6);
}

static void background_is_said_once(void **state)
{
    (void)state;
    static const char *const wrong[][MOST_SETS] = {
        {"background.from=activities"},
        {"background.from=activities", "background.cpu=~",
         "calibrate.cpu_at_published_maximum=55 %"},
        {"background.cpu=~"},
        {"activity.im_session.cpu=20 Mc/s"},
        {"activity.conference_join.cpu=20 Mc"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        pool p;
        assert_int_not_equal(try_open(&p, wrong[i]), HR_OK);
        pool_free(&p);
    }
}

static double rate_of(const hr_demand *demand, hr_activity_id id)
{
    for (unsigned i = 0; i < demand->n_activities; i++) {
        if (demand->activity[i].activity == id)
            return demand->activity[i].rate;
    }
    return -1.0;
}

static void meetings_and_calls_bring_events(void **state)
{
    (void)state;
    pool p;
    hr_demand demand;
    OPEN(&p, "population.voice.legs=1.2");
    assert_int_equal(hr_study_demand(&p.study, 0, &p.c, &demand, &p.err), HR_OK);
    const double starts = hr_configuration_arrival_rate(&p.c);
    /* 4, 6 and 11 people: 6, 15 and 55 pairs */
    const double pairs = 0.85 * 6.0 + 0.10 * 15.0 + 0.05 * 55.0;
    assert_true(demand.has_population && !demand.is_counted);
    assert_near(rate_of(&demand, HR_ACTIVITY_meeting_start), starts, 1e-12);
    assert_near(rate_of(&demand, HR_ACTIVITY_conference_join), 4.55 * starts, 1e-9);
    assert_near(rate_of(&demand, HR_ACTIVITY_roster_notice), pairs * starts, 1e-9);
    assert_near(rate_of(&demand, HR_ACTIVITY_call_setup), 79920.0 * 0.3 * 4.0 / 3600.0, 1e-9);
    assert_near(rate_of(&demand, HR_ACTIVITY_call_via_work), 0.2 * 79920.0 * 0.3 * 4.0 / 3600.0,
                1e-9);
    assert_near(rate_of(&demand, HR_ACTIVITY_chat_poll), -1.0, 0.0); /* no such servers */
    pool_free(&p);
}

static void a_study_without_population_has_no_demand(void **state)
{
    (void)state;
    static const char text[] =
        "study: x\npool: {servers: 1, ceilings: {load: {full: 5}}}\n"
        "arrivals: {sources: [{kind: poisson, rate: 1 per hour}]}\nmeetings:\n  classes:\n"
        "  - {size: 1, duration: 1 h, cost: {load: 1}}\nwindow: {busy_hours: 1}\n"
        "placement: {rule: random}\ntarget: {outcome: time_over, level: full}\n";
    pool p = {0};
    hr_demand demand;
    if (hr_study_parse(&p.study, "x", text, strlen(text), NULL, 0, &p.err) != HR_OK)
        fail_msg("%s", p.err.message);
    assert_int_equal(hr_study_configuration(&p.study, NULL, 0, 0, &p.arena, &p.c, &p.err), HR_OK);
    assert_int_equal(hr_study_demand(&p.study, 0, &p.c, &demand, &p.err), HR_OK);
    assert_false(demand.has_population);
    assert_int_equal(demand.n_activities, 0);
    pool_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_activity_is_described),
        cmocka_unit_test(activities_add_up_to_the_total_of_a_user),
        cmocka_unit_test(work_is_in_proportion_to_rates_users_and_busyness),
        cmocka_unit_test(a_total_holds_whatever_the_activities),
        cmocka_unit_test(background_is_said_once),
        cmocka_unit_test(meetings_and_calls_bring_events),
        cmocka_unit_test(a_study_without_population_has_no_demand),
    };
    return cmocka_run_group_tests_name("activity", tests, NULL, NULL);
}
