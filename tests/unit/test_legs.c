/* Legs of choices that share their meetings: written together they are those of each by itself, in
 * order, and the fast replay counts them as the reference does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "input/input.h"
#include "kernel/kernel.h"
#include "model/tally.h"
#include "study/study.h"

enum { CHOICES = 4, DAYS = 2 };

/* A pool in two sizes, two choices each of which have the same legs. */
typedef struct fed_pool {
    const char *name, *text;
} fed_pool;

#define TEXT                                                                                       \
    "study: test\nbase: lync-2013/deployment\n"                                                    \
    "target: {pool: ~, resources: ~, level: ~}\nwindow: {busy_hours: 1}\n"                         \
    "pool: {servers: 3}\npopulation: {users: 1500 per server}\n"                                   \
    "design: {worlds: 1}\nobserve: {outcomes: all, every: 10 min}\n"

static const fed_pool edge = {
    "edge", TEXT
    "deployment: {edge: {server: {cpu: 900 Mc/s}}, mediation: {servers: 0}, gateway: {servers: 0}}"
    "\nchoose: {meetings.participants.remote: [25 %, 40 %], deployment.edge.servers: [2, 5]}\n"};
/* With the same legs and other calls, which are not shared. */
static const fed_pool calls = {
    "mediation",
    TEXT "deployment: {edge: {servers: 0}, gateway: {servers: 0}, mediation: {calls: one_by_one}}\n"
         "choose: {population.voice.users: [50 %, 60 %], deployment.mediation.servers: [2, 5]}\n"};

typedef struct choices {
    hr_study study;
    hr_arena arena;
    hr_groups groups;
    hr_configuration first[CHOICES];
    hr_configuration *other[CHOICES];
    unsigned pool; /* its number */
    hr_input meetings[CHOICES], together[CHOICES], alone[CHOICES];
    hr_feeding feeding[CHOICES];
    hr_scratch *scratch;
    hr_err err;
} choices;

static void must(const choices *c, hr_status st)
{
    if (st != HR_OK)
        fail_msg("%s", c->err.message);
}

static void open_choices(choices *c, const fed_pool *pool, const char *const *sets, size_t n_sets)
{
    must(c,
         hr_study_parse(&c->study, "test", pool->text, strlen(pool->text), sets, n_sets, &c->err));
    assert_int_equal(c->study.n_configurations, CHOICES);
    must(c, hr_scratch_new(&c->scratch, &c->err));
    while (c->pool < c->study.n_pools && strcmp(c->study.pools[c->pool].name, pool->name) != 0)
        c->pool++;
    assert_true(c->pool < c->study.n_pools);
    for (unsigned i = 0; i < CHOICES; i++) {
        c->other[i] = hr_arena_take(&c->arena, HR_MAX_POOLS, sizeof *c->other[i]);
        assert_non_null(c->other[i]);
        must(c,
             hr_study_configuration(&c->study, &c->groups, i, 0, &c->arena, &c->first[i], &c->err));
        must(c, hr_study_others(&c->study, &c->first[i], 0, &c->arena, c->other[i], &c->err));
        assert_true(i == 0 || hr_input_may_share(&c->first[0], &c->first[i]));
    }
}

static void close_choices(choices *c)
{
    for (unsigned i = 0; i < CHOICES; i++) {
        hr_input_free(&c->meetings[i]);
        hr_input_free(&c->together[i]);
        hr_input_free(&c->alone[i]);
    }
    hr_scratch_free(c->scratch);
    hr_arena_free(&c->arena);
    hr_study_free(&c->study);
    free(c);
}

static void write_day(choices *c, uint64_t day)
{
    const hr_vector *vector = hr_vector_level(0);
    hr_input *input[CHOICES];
    const hr_configuration *first[CHOICES];
    for (unsigned i = 0; i < CHOICES; i++) {
        input[i] = &c->meetings[i];
        first[i] = &c->first[i];
        c->feeding[i] =
            (hr_feeding){&c->together[i], &c->other[i][c->pool - 1], {input[i], first[i]}, NULL};
    }
    must(c, hr_input_write_shared(input, first, CHOICES, day, vector, &c->err));
    must(c, hr_input_write_legs(c->feeding, CHOICES, day, vector, &c->err));
    for (unsigned i = 0; i < CHOICES; i++) {
        hr_feeding alone = c->feeding[i];
        alone.legs = &c->alone[i];
        must(c, hr_input_write_legs(&alone, 1, day, vector, &c->err));
    }
}

#define SAME(array, n) assert_memory_equal(a->array, b->array, (n) * sizeof *a->array)

static void compare_inputs(const hr_input *a, const hr_input *b, const hr_configuration *pool)
{
    const size_t n = a->n_meetings;
    assert_true(n > 100);
    assert_int_equal(n, b->n_meetings);
    SAME(start, n);
    SAME(end, n);
    SAME(class_of, n);
    SAME(profile, n);
    SAME(size, n);
    SAME(tie, n);
    SAME(pick, n);
    SAME(end_order, n);
    SAME(initial, n * pool->n_resources);
    SAME(ceiling, pool->n_limits * pool->n_servers);
}

static void see_order(const hr_input *legs)
{
    bool *seen = calloc(legs->n_meetings, sizeof *seen);
    assert_non_null(seen);
    for (uint32_t i = 0; i < legs->n_meetings; i++) {
        const uint32_t number = legs->end_order[i];
        assert_true(i == 0 || legs->start[i - 1] <= legs->start[i]);
        assert_true(i == 0 || legs->end[legs->end_order[i - 1]] <= legs->end[number]);
        assert_true(number < legs->n_meetings && !seen[number]);
        seen[number] = true;
    }
    free(seen);
}

/* The number of a kind among all: those of classes and profiles before it come first. */
static unsigned number_of(const hr_configuration *first, unsigned class, unsigned profile,
                          unsigned kind)
{
    for (unsigned k = 0; k <= class; k++) {
        const unsigned n = k == class ? profile : first->classes[k].n_profiles;
        for (unsigned i = 0; i < n; i++)
            kind += first->classes[k].profiles[i].n_kinds;
    }
    return kind;
}

static void see_kinds(const hr_input *meetings, const hr_configuration *first)
{
    for (uint32_t i = 0; i < meetings->n_joins; i++) {
        const uint32_t join = meetings->join_order[i], meeting = meetings->join_meeting[join];
        assert_int_equal(meetings->ordered_kinds[i],
                         number_of(first, meetings->class_of[meeting], meetings->profile[meeting],
                                   meetings->join_kind[join]));
    }
}

/* What the pool's part of a tally holds after one replay, packed. */
static size_t pack(choices *c, unsigned i, const hr_counts *counts, uint8_t **packed)
{
    hr_tally tally = {0};
    must(c, hr_tally_init(&tally, c->study.n_cells, &c->arena, &c->err));
    hr_tally_add(&tally, &c->study.pools[c->pool].layout, c->feeding[i].pool, counts, 1.0);
    const size_t size = hr_tally_pack(&tally, NULL, 0);
    *packed = hr_arena_take(&c->arena, size, 1);
    assert_non_null(*packed);
    (void)hr_tally_pack(&tally, *packed, size);
    return size;
}

static void compare_replays(choices *c, const hr_vector *vector)
{
    hr_counts one[CHOICES], all[CHOICES];
    hr_lane lane[CHOICES];
    for (unsigned i = 0; i < CHOICES; i++) {
        const hr_configuration *pool = c->feeding[i].pool;
        must(c, hr_counts_init(&one[i], pool, &c->arena, &c->err));
        must(c, hr_counts_init(&all[i], pool, &c->arena, &c->err));
        one[i].needs = all[i].needs = c->study.pools[c->pool].layout.needs;
        lane[i] = (hr_lane){pool, &c->alone[i], &one[i]};
        must(c, hr_kernel_number(0)->replay(&lane[i], 1, vector, c->scratch, &c->err));
        lane[i] = (hr_lane){pool, &c->together[i], &all[i]};
    }
    must(c, hr_kernel_number(1)->replay(lane, CHOICES, vector, c->scratch, &c->err));
    for (unsigned i = 0; i < CHOICES; i++) {
        uint8_t *reference = NULL, *fast = NULL;
        const size_t size = pack(c, i, &one[i], &reference);
        assert_int_equal(pack(c, i, &all[i], &fast), size);
        assert_memory_equal(reference, fast, size);
    }
}

static void see_choices(const fed_pool *pool, const char *const *sets, size_t n_sets)
{
    choices *c = calloc(1, sizeof *c);
    assert_non_null(c);
    open_choices(c, pool, sets, n_sets);
    for (uint64_t day = 0; day < DAYS; day++) {
        write_day(c, day);
        for (unsigned i = 0; i < CHOICES; i++) {
            compare_inputs(&c->together[i], &c->alone[i], c->feeding[i].pool);
            see_order(&c->together[i]);
            see_kinds(c->feeding[i].first.meetings, c->feeding[i].first.configuration);
        }
        assert_true(c->together[0].start == c->together[1].start);
        assert_true(c->together[0].start != c->together[2].start);
        assert_true(c->together[0].n_meetings < c->together[2].n_meetings);
        for (unsigned level = 0; hr_vector_level(level) != NULL; level++)
            compare_replays(c, hr_vector_level(level));
    }
    close_choices(c);
}

static void test_on_a_ramp(void **state)
{
    (void)state;
    see_choices(&edge, NULL, 0);
}

static void test_all_at_once(void **state)
{
    (void)state;
    static const char *const sets[] = {"meetings.join_ramp=0 s"};
    see_choices(&edge, sets, 1);
}

/* State decides: the general path. */
static void test_hardware_balancer(void **state)
{
    (void)state;
    static const char *const sets[] = {"deployment.edge.balancer=hardware"};
    see_choices(&edge, sets, 1);
}

static void test_beside_calls(void **state)
{
    (void)state;
    see_choices(&calls, NULL, 0);
}

/* What goes to a pool of its own is in the same meetings as before: these have legs as well. */
static void test_large_meetings_elsewhere(void **state)
{
    (void)state;
    static const char *const sets[] = {"deployment.large_meetings.servers=1",
                                       "deployment.large_meetings.from=20"};
    see_choices(&edge, sets, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_on_a_ramp),
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_hardware_balancer),
        cmocka_unit_test(test_beside_calls),
        cmocka_unit_test(test_large_meetings_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
