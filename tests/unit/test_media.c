/* Media placed apart: what falls on each of them, and what is true of a meeting all the same. */
#include "kernel/kernel.h"
#include "model/prepared.h"
#include "unit/replayed_pool.h"

#define APART "placement.unit=modality"

/* ---- costs */

static void parts_cost_what_the_meeting_costs(void **state)
{
    (void)state;
    pool p;
    OPEN(&p, APART, "cost.av=93.7 %", "cost.focus_participant.cpu=4.1 Mc/s",
         "pool.ceilings.viewers.limit=375");
    for (unsigned k = 0; k < p.c.n_classes; k++) {
        const hr_class *class = &p.c.classes[k];
        const hr_prepared_profile *all = p.c.prepared->classes[k].profiles;
        for (unsigned i = 0; i < class->n_profiles; i++) {
            const hr_profile *whole = &class->profiles[i];
            const unsigned n_costs = (whole->n_kinds + 1) * p.c.n_resources;
            assert_int_equal(class->profiles[whole->first_part].medium, HR_MEDIUM_FOCUS);
            assert_true(whole->n_parts >= 2);
            for (unsigned at = 0; at < n_costs; at++) {
                const unsigned r = at % p.c.n_resources, kind = at / p.c.n_resources;
                double sum = 0.0;
                int64_t steps = 0;
                for (unsigned m = 0; m < whole->n_parts; m++) {
                    const hr_profile *part = &class->profiles[whole->first_part + m];
                    const hr_prepared_profile *prepared = &all[whole->first_part + m];
                    assert_int_equal(part->n_kinds, whole->n_kinds);
                    const double cost = kind ? part->kinds[kind - 1].cost[r] : part->cost[r];
                    const int64_t one =
                        kind ? prepared->kind_cost[at - p.c.n_resources] : prepared->cost[r];
                    assert_true(cost >= 0.0 && one >= 0);
                    sum += cost;
                    steps += one;
                }
                assert_near(sum, kind ? whole->kinds[kind - 1].cost[r] : whole->cost[r], 1e-9);
                assert_int_equal(steps,
                                 kind ? all[i].kind_cost[at - p.c.n_resources] : all[i].cost[r]);
            }
        }
    }
    pool_free(&p);
}

/* Signalling is on the Focus, also where data has it inside its cost; who is present counts once.
 */
static void the_focus_has_signalling_and_the_first_medium_the_people(void **state)
{
    (void)state;
    pool p;
    OPEN(&p, APART, "meetings.modalities.audio=0 %", "meetings.modalities.video=0 %",
         "meetings.modalities.sharing=100 %", "meetings.modalities.data=100 %",
         "meetings.sharing_content.heavy_share=0 %", "population.dial_in=0 %");
    const hr_class *class = &p.c.classes[0];
    const unsigned cpu = resource(&p, HR_RESOURCE_CPU);
    const unsigned people = resource(&p, HR_RESOURCE_PARTICIPANTS);
    assert_int_equal(class->n_profiles, 1);
    assert_int_equal(class->profiles[0].n_parts, 3);
    const hr_profile *part = class->profiles + class->profiles[0].first_part;
    assert_int_equal(part[1].medium, HR_MEDIUM_SHARING);
    assert_int_equal(part[2].medium, HR_MEDIUM_DATA);
    assert_near(part[0].kinds[0].cost[cpu], 0.4, 1e-12);
    assert_near(part[1].kinds[0].cost[cpu], 8.0, 1e-12);
    assert_near(part[2].kinds[0].cost[cpu], 3.5, 1e-12);
    assert_near(part[0].kinds[0].cost[people], 0.0, 0.0);
    assert_near(part[1].kinds[0].cost[people], 1.0, 0.0);
    assert_near(part[2].kinds[0].cost[people], 0.0, 0.0);
    pool_free(&p);
}

/* ---- input */

static void rows_are_the_media_of_the_meetings(void **state)
{
    (void)state;
    pool p;
    replayed r = {0};
    OPEN(&p, APART, "pool.servers=2", "window.busy_hours=1", "window.warm_up=1 h");
    run(&p, &r, 0);
    const hr_input *in = &r.input, *media = r.input.media;
    const size_t n_resources = p.c.n_resources;
    uint32_t row = 0;
    uint64_t joins = 0;
    assert_non_null(media);
    assert_ptr_equal(hr_input_placed(in), media);
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const hr_profile *whole = &p.c.classes[in->class_of[i]].profiles[in->profile[i]];
        int64_t load[HR_MAX_RESOURCES] = {0};
        joins += (uint64_t)in->size[i] * whole->n_parts;
        for (unsigned m = 0; m < whole->n_parts; m++, row++) {
            assert_int_equal(media->part_of[row], i);
            assert_int_equal(media->medium[row] == HR_MEDIUM_FOCUS, m == 0);
            assert_int_equal(media->start[row], in->start[i]);
            assert_int_equal(media->end[row], in->end[i]);
            assert_int_equal(media->size[row], in->size[i]);
            assert_true(media->tie[row] != in->tie[i]);
            for (size_t j = 0; j < n_resources; j++)
                load[j] += media->final[row * n_resources + j];
        }
        for (size_t j = 0; j < n_resources; j++)
            assert_int_equal(load[j], in->final[i * n_resources + j]);
    }
    assert_int_equal(row, media->n_meetings);
    assert_int_equal(joins, media->n_joins);
    end(&p, &r);
}

/* Each medium begins when it is activated, its own draw after the meeting, or not at all; whoever
 * is there by then joins it at once. The meetings are the same. */
static void check_late_rows(const hr_input *late, const hr_input *all, const hr_configuration *c)
{
    const hr_input *media = late->media;
    uint32_t forestalled = 0, join = 0;
    assert_int_equal(late->n_meetings, all->n_meetings);
    for (uint32_t row = 0; row < media->n_meetings; row++) {
        const uint32_t meeting = media->part_of[row];
        const hr_tick start = all->start[meeting];
        const bool is_focus = media->medium[row] == HR_MEDIUM_FOCUS;
        assert_true(row == 0 || media->start[row] >= media->start[row - 1]);
        assert_int_equal(media->end[row], all->end[meeting]);
        assert_true(media->start[row] < media->end[row]);
        if (media->medium[row] == HR_MEDIUM_SHARING)
            assert_int_equal(media->start[row], start + 600 * 65536);
        else if (is_focus || media->medium[row] == HR_MEDIUM_AV)
            assert_int_equal(media->start[row], start);
        for (; join < media->n_joins && media->join_meeting[join] == row; join++)
            assert_true(media->join_tick[join] >= media->start[row]);
        if (!is_focus)
            continue;
        const hr_profile *whole =
            &c->classes[all->class_of[meeting]].profiles[all->profile[meeting]];
        unsigned n_rows = 1;
        assert_int_equal(media->first_row[meeting], row);
        for (uint32_t i = media->next_row[row]; i != 0; i = media->next_row[i], n_rows++) {
            assert_int_equal(media->part_of[i], meeting);
            assert_true(i > row);
        }
        assert_true(n_rows <= whole->n_parts);
        forestalled += whole->n_parts - n_rows;
    }
    assert_int_equal(join, media->n_joins);
    assert_true(forestalled > 0);
    assert_true(media->n_meetings + forestalled == all->media->n_meetings);
}

static void media_begin_when_they_are_activated(void **state)
{
    (void)state;
    static const char *const ramps[] = {"meetings.join_ramp=0 s",
                                        "meetings.join_ramp=uniform(0 s, 300 s)"};
    for (unsigned i = 0; i < 2; i++) {
        pool p, q;
        replayed r = {0}, all = {0};
        OPEN(&p, APART, "pool.servers=2", "window.busy_hours=1", "window.warm_up=1 h", ramps[i],
             "meetings.activation.sharing=10 min",
             "meetings.activation.data=exponential(mean 1 h)");
        OPEN(&q, APART, "pool.servers=2", "window.busy_hours=1", "window.warm_up=1 h", ramps[i]);
        run(&p, &r, 0);
        run(&q, &all, 0);
        check_late_rows(&r.input, &all.input, &p.c);
        assert_int_equal(r.counts.person_time, all.counts.person_time);
        assert_int_equal(r.counts.people_ended, all.counts.people_ended);
        assert_true(r.counts.load_time[0] < all.counts.load_time[0]);
        end(&p, &r);
        end(&q, &all);
    }
}

/* A medium that begins after an exponential time of mean a is there for b / (a + b) of the
 * exponential durations of mean b, by the lack of memory. A z-test with a false alarm of 6e-5. */
static void late_media_load_for_less_long(void **state)
{
    (void)state;
    enum { DAYS = 60 };
    pool p, q;
    replayed late = {0}, all = {0};
    OPEN(&p, APART, "pool.servers=2", "window.busy_hours=2", "meetings.join_ramp=0 s",
         "meetings.duration=exponential(mean 40 min)", "meetings.modalities.data=0 %",
         "meetings.activation.sharing=exponential(mean 20 min)", "meetings.modalities.audio=0 %",
         "meetings.modalities.video=0 %", "meetings.modalities.sharing=100 %");
    OPEN(&q, APART, "pool.servers=2", "window.busy_hours=2", "meetings.join_ramp=0 s",
         "meetings.duration=exponential(mean 40 min)", "meetings.modalities.data=0 %",
         "meetings.modalities.audio=0 %", "meetings.modalities.video=0 %",
         "meetings.modalities.sharing=100 %");
    const unsigned net = resource(&p, HR_RESOURCE_NETWORK_OUT); /* of the Focus: none */
    double sum = 0.0, squares = 0.0, base = 0.0;
    for (uint64_t day = 0; day < DAYS; day++) {
        run(&p, &late, day);
        run(&q, &all, day);
        const double is = (double)late.counts.load_time[net];
        const double would = (double)all.counts.load_time[net];
        const double off = is - would * 2.0 / 3.0;
        sum += off;
        squares += off * off;
        base += would;
    }
    const double se = sqrt((squares / DAYS - sum * sum / DAYS / DAYS) / DAYS);
    assert_true(fabs(sum / DAYS) < 4.0 * se);
    assert_true(4.0 * se < 0.05 * base / DAYS); /* a tenth off would not pass */
    end(&p, &late);
    end(&q, &all);
}

/* ---- replay */

/* The same meetings load the pool alike, whatever is placed; and in a pool of one server all is the
 * same, to the tick: there a meeting meets what its server does, and a person is one person. */
static void one_server_is_no_matter(void **state)
{
    (void)state;
    static const char *const ramps[] = {"meetings.join_ramp=0 s",
                                        "meetings.join_ramp=uniform(0 s, 300 s)"};
    for (unsigned i = 0; i < 2; i++) {
        pool whole, apart;
        replayed a = {0}, b = {0};
        OPEN(&whole, ramps[i], "pool.servers=1", "population.in_conference=7 %",
             "window.busy_hours=2", "pool.ceilings.cpu.target=76 %");
        OPEN(&apart, ramps[i], "pool.servers=1", "population.in_conference=7 %",
             "window.busy_hours=2", "pool.ceilings.cpu.target=76 %", APART);
        run(&whole, &a, 3);
        run(&apart, &b, 3);
        const size_t n_hits = whole.c.n_criteria * (size_t)whole.c.n_durations;
        uint64_t hits = 0, over = 0;
        for (size_t k = 0; k < n_hits; k++) {
            assert_int_equal(a.counts.meetings_hit[k], b.counts.meetings_hit[k]);
            assert_int_equal(a.counts.people_hit[k], b.counts.people_hit[k]);
            hits +=
                a.counts.meetings_hit[k] > 0 && a.counts.meetings_hit[k] < a.counts.meetings_ended;
        }
        for (unsigned c = 0; c < whole.c.n_criteria; c++) {
            assert_int_equal(a.counts.person_time_over[c], b.counts.person_time_over[c]);
            assert_int_equal(a.counts.server_time[c], b.counts.server_time[c]);
            over += a.counts.person_time_over[c];
        }
        for (unsigned r = 0; r < whole.c.n_resources; r++)
            assert_true(a.counts.load_time[r] == b.counts.load_time[r]);
        assert_true(hits > 0 && over > 0); /* not for want of overload */
        assert_int_equal(a.counts.meetings_ended, b.counts.meetings_ended);
        assert_int_equal(a.counts.people_ended, b.counts.people_ended);
        assert_int_equal(a.counts.person_time, b.counts.person_time);
        for (unsigned k = 0; k < whole.c.n_classes; k++)
            assert_int_equal(a.counts.offered[k], b.counts.offered[k]);
        end(&whole, &a);
        end(&apart, &b);
    }
}

/* On several servers each is loaded otherwise, the pool is not; and meetings meet more than any one
 * server's part of them would. */
static void the_pool_carries_the_same(void **state)
{
    (void)state;
    pool whole, apart;
    replayed a = {0}, b = {0};
    OPEN(&whole, "pool.servers=5", "window.busy_hours=1", "placement.rule=random");
    OPEN(&apart, "pool.servers=5", "window.busy_hours=1", "placement.rule=random", APART);
    run(&whole, &a, 0);
    run(&apart, &b, 0);
    for (unsigned r = 0; r < whole.c.n_resources; r++)
        assert_true(a.counts.load_time[r] == b.counts.load_time[r]);
    assert_int_equal(a.counts.person_time, b.counts.person_time);
    assert_true(memcmp(a.counts.peak, b.counts.peak, 5 * sizeof *a.counts.peak) != 0);
    end(&whole, &a);
    end(&apart, &b);
}

/* Meetings of Poisson arrivals, at random: the load of a server is a compound Poisson sum, of
 * variance m E[what a meeting puts there ^2] with m meetings in the mean. One of n servers gets all
 * of a meeting with 1/n, or each of its parts by itself: sum of squares / n, mixed products / n^2.
 * The z-test over days has a false alarm of 6e-5 and rejects the other unit's value. */
static void check_variance(const char *unit, double expected, double other)
{
    enum { DAYS = 1500, SERVERS = 4 };
    pool p;
    replayed r = {0};
    double sum = 0.0, squares = 0.0;
    OPEN(&p, unit, "placement.rule=random", "pool.servers=4", "meetings.size=4",
         "meetings.modalities.audio=100 %", "meetings.modalities.sharing=100 %",
         "meetings.modalities.video=0 %", "meetings.modalities.data=0 %", "population.dial_in=0 %",
         "meetings.on_the_clock=0 %", "meetings.join_ramp=0 s", "population.in_conference=~",
         "arrivals.meetings_per_server=5", "window.busy_hours=1", "window.warm_up=0 s",
         "observe.times=[0 h]", "window.from=0 h");
    const unsigned cpu = resource(&p, HR_RESOURCE_CPU);
    const double mean = 5.0 * (4.0 * (0.4 + 8.8 + 8.0) + 28.0);
    for (uint64_t day = 0; day < DAYS; day++) {
        double deviation = 0.0;
        run(&p, &r, day);
        assert_int_equal(r.counts.n_snapshots[0], 1);
        for (unsigned j = 0; j < SERVERS; j++) {
            const double load =
                (double)r.counts.load[cpu * SERVERS + j] / p.c.prepared->steps[cpu] - mean;
            deviation += load * load / SERVERS;
        }
        sum += deviation;
        squares += deviation * deviation;
    }
    const double se = sqrt((squares / DAYS - sum * sum / DAYS / DAYS) / DAYS);
    assert_true(fabs(sum / DAYS - expected) < 4.0 * se);
    assert_true(fabs(sum / DAYS - other) > 4.0 * se);
    end(&p, &r);
}

static void at_random_a_server_varies_as_its_parts_do(void **state)
{
    (void)state;
    const double part[] = {4.0 * 0.4, 28.0 + 4.0 * 8.8, 4.0 * 8.0}, n = 4.0, m = 5.0 * n;
    double load = 0.0, squares = 0.0;
    for (unsigned i = 0; i < 3; i++) {
        load += part[i];
        squares += part[i] * part[i];
    }
    const double whole = m / n * load * load;
    const double apart = m * (squares / n + (load * load - squares) / (n * n));
    check_variance("placement.unit=meeting", whole, apart);
    check_variance(APART, apart, whole);
}

/* Nobody may come to a server: every meeting lacks a medium, and is counted once. */
static void a_meeting_that_lacks_media_is_refused_once(void **state)
{
    (void)state;
    pool p;
    replayed r = {0};
    OPEN(&p, APART, "pool.servers=3", "window.busy_hours=1", "window.warm_up=1 h",
         "placement.gates.start=1 %");
    run(&p, &r, 0);
    for (unsigned k = 0; k < p.c.n_classes; k++)
        assert_int_equal(r.counts.refused[k], r.counts.offered[k]);
    assert_true(r.counts.offered[0] > 100);
    assert_true(r.counts.meetings_ended > 100); /* with their Focus alone */
    end(&p, &r);
}

/* A large meeting counts one on the counter of large meetings, on one server. */
static void a_large_meeting_counts_once(void **state)
{
    (void)state;
    pool p;
    replayed r = {0};
    OPEN(&p, APART, "pool.servers=2", "window.busy_hours=1", "meetings.large_from=6",
         "pool.ceilings.large_meetings.full=1");
    const size_t large = resource(&p, HR_RESOURCE_LARGE_MEETINGS), n = p.c.n_resources;
    run(&p, &r, 0);
    uint64_t wholes = 0, rows = 0;
    for (uint32_t i = 0; i < r.input.n_meetings; i++)
        wholes += r.input.size[i] >= 6;
    for (uint32_t i = 0; i < r.input.media->n_meetings; i++)
        rows += (uint64_t)r.input.media->initial[i * n + large];
    assert_true(wholes > 10);
    assert_int_equal(rows, wholes);
    end(&p, &r);
}

/* ---- where people join */

/* Each medium by itself sends people on; the Focus stays alone, and who is turned away from a
 * medium is in the meeting all the same. */
static void people_join_medium_by_medium(void **state)
{
    (void)state;
    pool p, free_to_join;
    replayed r = {0}, all = {0};
    OPEN(&p, APART, "pool.servers=3", "window.busy_hours=1", "placement.join.most=2",
         "placement.join.then=refuse");
    OPEN(&free_to_join, APART, "pool.servers=3", "window.busy_hours=1");
    run(&p, &r, 0);
    run(&free_to_join, &all, 0);
    uint64_t joins = 0;
    for (uint32_t i = 0; i < r.input.media->n_joins; i++) {
        const hr_input *in = r.input.media;
        joins += in->join_tick[i] >= in->from && in->join_tick[i] < in->to &&
                 in->medium[in->join_meeting[i]] != HR_MEDIUM_FOCUS;
    }
    assert_int_equal(r.counts.joins_offered, joins);
    assert_true(r.counts.joins_refused > 0);
    assert_int_equal(r.counts.person_time, all.counts.person_time);
    assert_true(r.counts.load_time[0] < all.counts.load_time[0]);
    end(&p, &r);
    end(&free_to_join, &all);
}

/* ---- who can, and what cannot be asked */

static void faster_kernels_decline(void **state)
{
    (void)state;
    pool p;
    const char *why = NULL;
    OPEN(&p, APART);
    assert_string_equal(hr_kernel_for(NULL, &p.c, &why)->name, "reference");
    assert_string_equal(why, "media that are placed apart");
    pool_free(&p);
}

static void classes_have_no_media(void **state)
{
    (void)state;
    pool p;
    const char *classes[] = {APART, "meetings.classes=[{size: 4, duration: exponential(mean 1 h)}]",
                             "arrivals.sources=[{rate: 5 per hour}]", NULL};
    assert_int_not_equal(try_open(&p, classes), HR_OK);
    assert_non_null(strstr(p.err.message, "have no media"));
    pool_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_cost_what_the_meeting_costs),
        cmocka_unit_test(the_focus_has_signalling_and_the_first_medium_the_people),
        cmocka_unit_test(rows_are_the_media_of_the_meetings),
        cmocka_unit_test(media_begin_when_they_are_activated),
        cmocka_unit_test(late_media_load_for_less_long),
        cmocka_unit_test(one_server_is_no_matter),
        cmocka_unit_test(the_pool_carries_the_same),
        cmocka_unit_test(at_random_a_server_varies_as_its_parts_do),
        cmocka_unit_test(a_meeting_that_lacks_media_is_refused_once),
        cmocka_unit_test(a_large_meeting_counts_once),
        cmocka_unit_test(people_join_medium_by_medium),
        cmocka_unit_test(faster_kernels_decline),
        cmocka_unit_test(classes_have_no_media),
    };
    return cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
