/* One more meeting on top of the others, which stay as they are: does the pool carry it? */
#include "input/input.h"
#include "kernel/kernel.h"
#include "kernel/replay.h"
#include "model/counts.h"
#include "model/outcome_more.h"
#include "model/prepared.h"
#include "unit/front_end_pool.h"

#define WINDOW  "window.busy_hours=2", "window.warm_up=1 h", "pool.servers=3"
#define AT_ONCE "meetings.join_ramp=0 s"
#define RAMP    "meetings.join_ramp=uniform(0 s, 300 s)"

static const hr_vector *vector_of(pool *p)
{
    const hr_vector *vector = NULL;
    assert_int_equal(hr_vector_choose(NULL, &vector, &p->err), HR_OK);
    return vector;
}

static void write(pool *p, hr_input *in, uint64_t day)
{
    if (hr_input_write(in, &p->c, day, vector_of(p), &p->err) != HR_OK)
        fail_msg("%s", p->err.message);
}

/* Everything of meeting `a` of one input is so in meeting `b` of the other. */
static void assert_same_meeting(const hr_input *one, uint32_t a, const hr_input *other, uint32_t b,
                                size_t n_resources)
{
    assert_int_equal(one->start[a], other->start[b]);
    assert_int_equal(one->end[a], other->end[b]);
    assert_int_equal(one->class_of[a], other->class_of[b]);
    assert_int_equal(one->profile[a], other->profile[b]);
    assert_int_equal(one->size[a], other->size[b]);
    assert_int_equal(one->tie[a], other->tie[b]);
    assert_int_equal(one->pick[a], other->pick[b]);
    assert_memory_equal(one->initial + a * n_resources, other->initial + b * n_resources,
                        n_resources * sizeof *one->initial);
    assert_memory_equal(one->final + a * n_resources, other->final + b * n_resources,
                        n_resources * sizeof *one->final);
}

static void check_others(const char *ramp, const char *size)
{
    pool with, without;
    hr_input in = {0}, plain = {0};
    OPEN(&with, WINDOW, ramp, size, "placement.rule=power_of_d");
    OPEN(&without, WINDOW, ramp, "placement.rule=power_of_d");
    const size_t n_resources = with.c.n_resources;
    const unsigned class_of = with.c.inserted->class_of;
    for (uint64_t day = 0; day < 3; day++) {
        uint32_t b = 0, j = 0, own = 0, place = UINT32_MAX;
        write(&with, &in, day);
        write(&without, &plain, day);
        assert_int_equal(in.n_meetings, plain.n_meetings + 1);
        for (uint32_t a = 0; a < in.n_meetings; a++) {
            assert_true(a == 0 || in.start[a] >= in.start[a - 1]);
            if (in.class_of[a] == class_of)
                place = a;
            else
                assert_same_meeting(&in, a, &plain, b++, n_resources);
        }
        assert_int_equal(b, plain.n_meetings);
        assert_int_not_equal(place, UINT32_MAX);
        for (uint32_t i = 0; i < in.n_joins; i++) {
            if (in.join_meeting[i] == place) {
                assert_true(in.join_tick[i] >= in.start[place]);
                assert_true(in.join_tick[i] < in.end[place]);
                own++;
                continue;
            }
            assert_int_equal(in.join_tick[i], plain.join_tick[j]);
            assert_int_equal(in.join_kind[i], plain.join_kind[j]);
            assert_int_equal(in.join_meeting[i] - (in.join_meeting[i] > place),
                             plain.join_meeting[j]);
            j++;
        }
        assert_int_equal(j, plain.n_joins);
        assert_int_equal(in.n_joins > 0 ? own : in.size[place], in.size[place]);
        assert_int_equal(in.size[place], with.c.inserted->size);
    }
    hr_input_free(&in);
    hr_input_free(&plain);
    pool_free(&with);
    pool_free(&without);
}

static void the_others_stay_as_they_are(void **state)
{
    (void)state;
    check_others(AT_ONCE, "probe.insert.size=20");
    check_others(RAMP, "probe.insert.size=20");
    check_others(AT_ONCE, "probe.insert.size=1000");
    check_others(RAMP, "probe.insert.size=1000");
}

/* It loads what a participant of an ordinary meeting or of the test of 1,000 does. */
static void it_costs_what_its_size_costs(void **state)
{
    (void)state;
    pool p;
    hr_input in = {0};
    OPEN(&p, WINDOW, AT_ONCE, "probe.insert.size=1000", "probe.sizes=[1000]", "observe.every=1 h");
    write(&p, &in, 0);
    for (uint32_t i = 0; i < in.n_meetings; i++) {
        for (unsigned r = 0; in.class_of[i] == p.c.inserted->class_of && r < p.c.n_resources; r++)
            assert_int_equal(in.initial[i * (size_t)p.c.n_resources + r], p.c.prepared->probe[r]);
    }
    hr_input_free(&in);
    pool_free(&p);
}

/* x and y of `carries` at any resource of level full, by this kernel. */
static void ask(pool *p, const char *kernel, hr_u128 *x, hr_u128 *y)
{
    hr_input in = {0};
    hr_counts counts = {0};
    hr_scratch *scratch = NULL;
    unsigned criterion = 0;
    while (p->c.criteria[criterion].level != HR_LEVEL_FULL)
        criterion++;
    write(p, &in, 0);
    assert_int_equal(hr_scratch_new(&scratch, &p->err), HR_OK);
    assert_int_equal(hr_counts_init(&counts, &p->c, &p->arena, &p->err), HR_OK);
    const hr_lane lane = {&p->c, &in, &counts};
    const hr_kernel *which = NULL;
    assert_int_equal(hr_kernel_choose(kernel, &which, &p->err), HR_OK);
    assert_int_equal(which->replay(&lane, 1, vector_of(p), scratch, &p->err), HR_OK);
    *x = *y = 0;
    hr_pair_carries(&counts, &p->c, (const unsigned[HR_MAX_AXES]){criterion}, x, y);
    hr_scratch_free(scratch);
    hr_input_free(&in);
}

static void a_pool_carries_what_it_has_room_for(void **state)
{
    (void)state;
    static const struct {
        const char *size;
        unsigned x, y;
    } cases[] = {{"probe.insert.size=4", 1, 1},
                 {"probe.insert.size=3000", 0, 1}, /* more than a server */
                 {"probe.insert.size=0", 0, 0}};
    static const char *const kernels[] = {"reference", "scalar"};
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 2; k++) {
            pool p;
            hr_u128 x, y;
            OPEN(&p, WINDOW, cases[i].size, "population.in_conference=1 %");
            ask(&p, kernels[k], &x, &y);
            assert_true(x == cases[i].x && y == cases[i].y);
            pool_free(&p);
        }
    }
}

static void what_cannot_be(void **state)
{
    (void)state;
    pool p;
    const char *late[] = {"probe.insert.size=4", "probe.insert.at=1.5 h", "window.from=0 h",
                          "window.busy_hours=2", NULL};
    assert_int_not_equal(try_open(&p, late), HR_OK);
    assert_non_null(strstr(p.err.message, "must begin and end in the window"));
    pool_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_others_stay_as_they_are),
        cmocka_unit_test(it_costs_what_its_size_costs),
        cmocka_unit_test(a_pool_carries_what_it_has_room_for),
        cmocka_unit_test(what_cannot_be),
    };
    return cmocka_run_group_tests_name("inserted", tests, NULL, NULL);
}
