/* Servers fail where meetings are on several of them: media apart, and further servers that
 * participants were sent to. */
#include "unit/replayed_pool.h"

#define APART  "placement.unit=modality"
#define WINDOW "window.busy_hours=2", "window.warm_up=1 h", "failures.quorum=none"
#define EVERY  "failures.every=40 min", "failures.repair=5 min"

/* Who is in a meeting is present or away, and nobody both: to the tick as many participant-ticks as
 * where nothing fails. */
static void check_everybody_is_somewhere(const char *ramp, const char *late)
{
    pool failing, sound;
    replayed a = {0}, b = {0};
    OPEN(&failing, WINDOW, APART, ramp, late, "pool.servers=5", "failures.out.servers=2",
         "failures.out.at=30 min", "failures.out.for=20 min",
         "failures.rejoin=uniform(10 s, 5 min)", "window.from=0 h");
    OPEN(&sound, "window.busy_hours=2", "window.warm_up=1 h", APART, ramp, late, "pool.servers=5",
         "window.from=0 h");
    for (uint64_t day = 0; day < 3; day++) {
        run(&failing, &a, day);
        run(&sound, &b, day);
        assert_true(a.counts.meetings_lost > 50);
        assert_true(a.counts.people_lost > a.counts.meetings_lost);
        assert_true(a.counts.person_time_lost > 0);
        assert_int_equal(a.counts.person_time + a.counts.person_time_lost, b.counts.person_time);
        assert_int_equal(a.counts.meetings_ended, b.counts.meetings_ended);
        assert_true(a.counts.load_time[0] < b.counts.load_time[0]);
    }
    end(&failing, &a);
    end(&sound, &b);
}

/* The same of whole meetings, where many never come back, some are thrown out before others of
 * their meeting are back, and the last are away when the window ends. */
static void check_nobody_is_forgotten(const char *ramp)
{
    pool failing, sound;
    replayed a = {0}, b = {0};
    OPEN(&failing, WINDOW, ramp, "pool.servers=8", "failures.every=2 h", "failures.repair=5 min",
         "failures.rejoin=uniform(10 s, 80 min)", "window.from=0 h");
    OPEN(&sound, WINDOW, ramp, "pool.servers=8", "window.from=0 h");
    for (uint64_t day = 0; day < 3; day++) {
        run(&failing, &a, day);
        run(&sound, &b, day);
        assert_true(a.counts.meetings_lost > 50 && a.counts.refused[0] == 0);
        assert_int_equal(a.counts.person_time + a.counts.person_time_lost, b.counts.person_time);
    }
    end(&failing, &a);
    end(&sound, &b);
}

static void nobody_is_forgotten(void **state)
{
    (void)state;
    check_nobody_is_forgotten("meetings.join_ramp=0 s");
    check_nobody_is_forgotten("meetings.join_ramp=uniform(0 s, 300 s)");
}

static void everybody_is_present_or_away(void **state)
{
    (void)state;
    check_everybody_is_somewhere("meetings.join_ramp=0 s", "meetings.activation.data=0 s");
    check_everybody_is_somewhere("meetings.join_ramp=uniform(0 s, 300 s)",
                                 "meetings.activation.data=0 s");
    check_everybody_is_somewhere("meetings.join_ramp=uniform(0 s, 300 s)",
                                 "meetings.activation.sharing=exponential(mean 10 min)");
}

/* Everything is on the one server, and all of it is lost with it: no more meetings, nor people,
 * than where meetings are placed as a whole. */
static void a_meeting_is_lost_once(void **state)
{
    (void)state;
    pool whole, apart;
    replayed a = {0}, b = {0};
    OPEN(&whole, WINDOW, "pool.servers=1", "failures.out.servers=1", "failures.out.at=30 min",
         "failures.out.for=5 min", "window.from=0 h");
    OPEN(&apart, WINDOW, APART, "pool.servers=1", "failures.out.servers=1",
         "failures.out.at=30 min", "failures.out.for=5 min", "window.from=0 h");
    run(&whole, &a, 0);
    run(&apart, &b, 0);
    assert_true(a.counts.meetings_lost > 50);
    assert_int_equal(a.counts.meetings_lost, b.counts.meetings_lost);
    assert_int_equal(a.counts.people_lost, b.counts.people_lost);
    for (unsigned k = 0; k < whole.c.n_classes; k++)
        assert_int_equal(a.counts.refused[k], b.counts.refused[k]);
    assert_true(a.counts.refused[0] > 0);
    end(&whole, &a);
    end(&apart, &b);
}

/* Where media are apart more meetings are lost with two servers of five, and less of each. */
static void media_are_lost_one_by_one(void **state)
{
    (void)state;
    pool whole, apart;
    replayed a = {0}, b = {0};
    OPEN(&whole, WINDOW, EVERY, "pool.servers=6", "placement.rule=random");
    OPEN(&apart, WINDOW, EVERY, APART, "pool.servers=6", "placement.rule=random");
    run(&whole, &a, 0);
    run(&apart, &b, 0);
    assert_true(b.counts.meetings_lost > a.counts.meetings_lost);
    assert_true(b.counts.people_lost > a.counts.people_lost);
    end(&whole, &a);
    end(&apart, &b);
}

/* A limit that nobody meets decides about joins, and changes nothing. */
static void a_limit_that_nobody_meets(void **state)
{
    (void)state;
    pool limited, open;
    replayed a = {0}, b = {0};
    OPEN(&limited, WINDOW, EVERY, "pool.servers=4", "placement.join.most=1000000");
    OPEN(&open, WINDOW, EVERY, "pool.servers=4");
    run(&limited, &a, 0);
    run(&open, &b, 0);
    assert_true(a.counts.joins_offered > 0 && a.counts.joins_refused == 0);
    assert_int_equal(a.counts.servers_linked, 0);
    assert_int_equal(a.counts.meetings_lost, b.counts.meetings_lost);
    assert_int_equal(a.counts.people_lost, b.counts.people_lost);
    assert_int_equal(a.counts.person_time_lost, b.counts.person_time_lost);
    assert_int_equal(a.counts.person_time, b.counts.person_time);
    for (unsigned r = 0; r < open.c.n_resources; r++)
        assert_true(a.counts.load_time[r] == b.counts.load_time[r]);
    end(&limited, &a);
    end(&open, &b);
}

/* Meetings on further servers lose these too. */
static void further_servers_are_lost(void **state)
{
    (void)state;
    pool spread, together;
    replayed a = {0}, b = {0};
    OPEN(&spread, WINDOW, EVERY, "pool.servers=6", "placement.join.most=2",
         "placement.join.link=1");
    OPEN(&together, WINDOW, EVERY, "pool.servers=6");
    run(&spread, &a, 0);
    run(&together, &b, 0);
    assert_true(a.counts.servers_linked > 100);
    assert_true(a.counts.meetings_lost > b.counts.meetings_lost);
    assert_true(a.counts.person_time > 0 && a.counts.person_time < 2 * b.counts.person_time);
    for (unsigned r = 0; r < spread.c.n_resources; r++) { /* a link costs; what is gone does not */
        assert_true((a.counts.load_time[r] > 0) == (b.counts.load_time[r] > 0));
        assert_true(a.counts.load_time[r] <= 2 * b.counts.load_time[r]);
    }
    end(&spread, &a);
    end(&together, &b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_is_present_or_away), cmocka_unit_test(a_meeting_is_lost_once),
        cmocka_unit_test(media_are_lost_one_by_one),    cmocka_unit_test(a_limit_that_nobody_meets),
        cmocka_unit_test(further_servers_are_lost),     cmocka_unit_test(nobody_is_forgotten),
    };
    return cmocka_run_group_tests_name("absence", tests, NULL, NULL);
}
