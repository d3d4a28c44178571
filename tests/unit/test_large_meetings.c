/* A pool of its own for large meetings: the same meetings as without it, each in one of the two
 * pools, with the same people at the same times; and the counter of large meetings. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "input/input.h"
#include "kernel/kernel.h"
#include "study/study.h"

static const char text[] =
    "study: test\nbase: lync-2013/deployment\nwindow: {busy_hours: 1}\n"
    "target: {pool: ~, resources: ~, level: ~}\n"
    "pool: {servers: 4, ceilings: {large_meetings: {limit: 1}}}\n"
    "meetings: {tail_share: 20 %, tail: \"pareto(from 20, alpha 1.5, to 1000)\"}\n"
    "deployment:\n  large_meetings:\n    servers: 2\n    from: 50\n    participants: ordinary\n"
    "    ceilings: {participants: {limit: 1000}, pstn_calls: {limit: 150}}\n";

enum { MOST_SETS = 8, FROM = 50 };
#define RAMP    "meetings.join_ramp=uniform(0 min, 5 min)"
#define AT_ONCE "meetings.join_ramp=0 s"

typedef struct large {
    hr_study study;
    hr_arena arena;
    hr_groups groups;
    hr_configuration first;
    hr_configuration other[HR_MAX_POOLS];
    hr_err err;
} large;

static hr_status try_open(large *d, uint64_t index, const char *const *sets)
{
    size_t n = 0;
    *d = (large){0};
    while (sets[n] != NULL)
        n++;
    hr_status st = hr_study_parse(&d->study, "test", text, strlen(text), sets, n, &d->err);
    if (st == HR_OK)
        st = hr_study_configuration(&d->study, &d->groups, index, 0, &d->arena, &d->first, &d->err);
    if (st == HR_OK)
        st = hr_study_others(&d->study, &d->first, 0, &d->arena, d->other, &d->err);
    return st;
}

static void open_large(large *d, uint64_t index, const char *const *sets)
{
    if (try_open(d, index, sets) != HR_OK)
        fail_msg("%s", d->err.message);
}
#define OPEN(d, ...) open_large((d), 0, (const char *const[MOST_SETS]){__VA_ARGS__, NULL})
#define REFUSED(d, pattern, ...)                                                                   \
    do {                                                                                           \
        assert_int_not_equal(try_open((d), 0, (const char *const[MOST_SETS]){__VA_ARGS__, NULL}),  \
                             HR_OK);                                                               \
        if (strstr((d)->err.message, (pattern)) == NULL)                                           \
            fail_msg("no '%s' in: %s", (pattern), (d)->err.message);                               \
        close_large(d);                                                                            \
    } while (0)

static void close_large(large *d)
{
    hr_study_free(&d->study);
    hr_arena_free(&d->arena);
}

static const hr_vector *vector(void)
{
    const hr_vector *v = NULL;
    hr_err err = {0};
    assert_int_equal(hr_vector_choose(NULL, &v, &err), HR_OK);
    return v;
}

static void assert_near(double value, double expected, double relative)
{
    if (!(fabs(value - expected) <= relative * fabs(expected)))
        fail_msg("%.12g is not within %g of %.12g", value, relative, expected);
}

static int64_t load_of(const hr_configuration *c, const int64_t *load, uint32_t meeting,
                       hr_resource_id id)
{
    for (unsigned r = 0; r < c->n_resources; r++) {
        if (c->resource[r] == id)
            return load[meeting * (size_t)c->n_resources + r];
    }
    fail_msg("no resource %s", hr_resources[id].name);
    return 0;
}

static void assert_same_meeting(const hr_input *a, uint32_t i, const hr_input *b, uint32_t k)
{
    assert_int_equal(a->start[i], b->start[k]);
    assert_int_equal(a->end[i], b->end[k]);
    assert_int_equal(a->size[i], b->size[k]);
    assert_int_equal(a->class_of[i], b->class_of[k]);
    assert_int_equal(a->profile[i], b->profile[k]);
    assert_int_equal(a->tie[i], b->tie[k]);
    assert_int_equal(a->pick[i], b->pick[k]);
}

/* Joins of meeting `i` from `*at` on, which is moved behind them. */
static uint32_t joins_of(const hr_input *in, uint32_t i, uint32_t *at)
{
    while (*at < in->n_joins && in->join_meeting[*at] < i)
        ++*at;
    const uint32_t first = *at;
    while (*at < in->n_joins && in->join_meeting[*at] == i)
        ++*at;
    return first;
}

/* The meetings of `whole` are those of `first`, which keeps the small ones, and the large ones are
 * those of `taken`, in the same order. */
static void assert_divided(const large *d, const hr_input *whole, const hr_input *first,
                           const hr_input *taken)
{
    uint32_t n = 0, at = 0, at_taken = 0, n_joins = 0;
    assert_int_equal(whole->n_meetings, first->n_meetings);
    for (uint32_t i = 0; i < whole->n_meetings; i++) {
        assert_same_meeting(whole, i, first, i);
        assert_true(hr_input_owns(first, i) == (whole->size[i] < FROM));
        if (whole->size[i] < FROM)
            continue;
        assert_true(n < taken->n_meetings);
        assert_same_meeting(whole, i, taken, n);
        assert_int_equal(load_of(&d->first, whole->final, i, HR_RESOURCE_CPU),
                         load_of(&d->other[0], taken->final, n, HR_RESOURCE_CPU));
        assert_int_equal(load_of(&d->first, whole->final, i, HR_RESOURCE_PSTN_CALLS),
                         load_of(&d->other[0], taken->final, n, HR_RESOURCE_PSTN_CALLS));
        assert_int_equal(load_of(&d->first, whole->initial, i, HR_RESOURCE_LARGE_MEETINGS),
                         whole->size[i] >= 250);
        assert_int_equal(load_of(&d->other[0], taken->final, n, HR_RESOURCE_LARGE_MEETINGS),
                         whole->size[i] >= 250);
        uint32_t a = joins_of(whole, i, &at), b = joins_of(taken, n, &at_taken);
        assert_int_equal(at - a, at_taken - b);
        for (; a < at; a++, b++, n_joins++) {
            assert_int_equal(whole->join_tick[a], taken->join_tick[b]);
            assert_int_equal(whole->join_kind[a], taken->join_kind[b]);
        }
        n++;
    }
    assert_true(n > 5);
    assert_int_equal(n, taken->n_meetings);
    assert_int_equal(n, taken->n_own);
    assert_int_equal(n_joins, taken->n_joins);
    assert_int_equal(first->n_own + n, whole->n_own);
}

static void test_both_pools_have_the_same_meetings(void **state)
{
    (void)state;
    static const char *const ramps[] = {RAMP, AT_ONCE};
    for (unsigned i = 0; i < 2; i++) {
        large with, without;
        hr_input whole = {0}, first = {0}, taken = {0};
        OPEN(&with, ramps[i]);
        OPEN(&without, ramps[i], "deployment.large_meetings.servers=0");
        assert_string_equal(with.study.pools[1].name, "large_meetings");
        hr_err err = {0};
        assert_int_equal(hr_input_write(&whole, &without.first, 3, vector(), &err), HR_OK);
        assert_int_equal(hr_input_write(&first, &with.first, 3, vector(), &err), HR_OK);
        assert_int_equal(
            hr_input_write_large(&taken, &with.other[0], &first, &with.first, 3, vector(), &err),
            HR_OK);
        assert_divided(&with, &whole, &first, &taken);
        hr_input_free(&whole);
        hr_input_free(&first);
        hr_input_free(&taken);
        close_large(&with);
        close_large(&without);
    }
}

/* ---- in a team: thinned, some with the pool and some without */

#define CHOICES                                                                                    \
    "choose={deployment.large_meetings.servers: [0, 2], population.users: [3000 per server, "      \
    "6660 per server]}"

static void check_alone_and_in_a_team(const char *ramp)
{
    enum { N = 4 };
    large d[N];
    hr_input shared[N] = {{0}}, *input[N], alone = {0}, taken = {0}, of_team = {0};
    const hr_configuration *configuration[N];
    hr_err err = {0};
    for (unsigned l = 0; l < N; l++) {
        open_large(&d[l], l, (const char *const[MOST_SETS]){CHOICES, ramp, NULL});
        configuration[l] = &d[l].first;
        input[l] = &shared[l];
        assert_true(hr_input_may_share(configuration[0], configuration[l]));
    }
    assert_int_equal(hr_input_write_shared(input, configuration, N, 5, vector(), &err), HR_OK);
    for (unsigned l = 0; l < N; l++) {
        assert_int_equal(hr_input_write(&alone, configuration[l], 5, vector(), &err), HR_OK);
        assert_int_equal(alone.n_own, shared[l].n_own);
        if (d[l].other[0].n_servers == 0)
            continue;
        assert_int_equal(hr_input_write_large(&taken, &d[l].other[0], &alone, configuration[l], 5,
                                              vector(), &err),
                         HR_OK);
        assert_int_equal(hr_input_write_large(&of_team, &d[l].other[0], input[l], configuration[l],
                                              5, vector(), &err),
                         HR_OK);
        assert_true(taken.n_meetings > 10);
        assert_int_equal(taken.n_meetings, of_team.n_meetings);
        for (uint32_t i = 0; i < taken.n_meetings; i++)
            assert_same_meeting(&taken, i, &of_team, i);
        assert_memory_equal(taken.final, of_team.final,
                            taken.n_meetings * d[l].other[0].n_resources * sizeof *taken.final);
    }
    assert_true(shared[0].n_own > shared[2].n_own); /* without the pool and with it */
    for (unsigned l = 0; l < N; l++) {
        hr_input_free(&shared[l]);
        close_large(&d[l]);
    }
    hr_input_free(&alone);
    hr_input_free(&taken);
    hr_input_free(&of_team);
}

static void test_alone_and_in_a_team(void **state)
{
    (void)state;
    check_alone_and_in_a_team(RAMP);
    check_alone_and_in_a_team(AT_ONCE);
}

/* ---- media apart */

/* Row `row` of `part` is the same as row `i` of `whole`, but for the numbers of their meetings. */
static bool is_row(const hr_input *whole, uint32_t i, const hr_input *part, uint32_t row,
                   const hr_configuration *of_whole, const hr_configuration *of_part)
{
    const hr_resource_id cpu = HR_RESOURCE_CPU, calls = HR_RESOURCE_PSTN_CALLS;
    return row < part->n_meetings && whole->start[i] == part->start[row] &&
           whole->end[i] == part->end[row] && whole->size[i] == part->size[row] &&
           whole->medium[i] == part->medium[row] && whole->tie[i] == part->tie[row] &&
           whole->pick[i] == part->pick[row] &&
           load_of(of_whole, whole->initial, i, cpu) == load_of(of_part, part->initial, row, cpu) &&
           load_of(of_whole, whole->final, i, cpu) == load_of(of_part, part->final, row, cpu) &&
           load_of(of_whole, whole->final, i, calls) == load_of(of_part, part->final, row, calls);
}

/* Every medium of a meeting is in one of the pools, with the people and at the cost that it has
 * where there is one pool. */
static void check_media_are_divided(const char *ramp, const char *late)
{
    static const char apart[] = "placement.unit=modality";
    large with, without;
    hr_input whole = {0}, first = {0}, taken = {0};
    hr_err err = {0};
    OPEN(&with, ramp, late, apart);
    OPEN(&without, ramp, late, apart, "deployment.large_meetings.servers=0");
    const hr_configuration *pool = &with.other[0];
    assert_int_equal(hr_input_write(&whole, &without.first, 3, vector(), &err), HR_OK);
    assert_int_equal(hr_input_write(&first, &with.first, 3, vector(), &err), HR_OK);
    assert_int_equal(hr_input_write_large(&taken, pool, &first, &with.first, 3, vector(), &err),
                     HR_OK);
    const hr_input *rows = whole.media, *small = first.media, *big = taken.media;
    uint32_t n_small = 0, n_large = 0;
    for (uint32_t i = 0; i < rows->n_meetings; i++) {
        if (rows->size[i] < FROM)
            assert_true(is_row(rows, i, small, n_small++, &without.first, &with.first));
        else
            assert_true(is_row(rows, i, big, n_large++, &without.first, pool));
    }
    assert_true(n_small > 100 && n_large > 10);
    assert_int_equal(n_small, small->n_meetings);
    assert_int_equal(n_large, big->n_meetings);
    assert_int_equal(rows->n_joins, small->n_joins + big->n_joins);
    hr_input_free(&whole);
    hr_input_free(&first);
    hr_input_free(&taken);
    close_large(&with);
    close_large(&without);
}

static void test_media_are_divided(void **state)
{
    (void)state;
    static const char at_once[] = "meetings.activation.data=0 s";
    check_media_are_divided(RAMP, at_once);
    check_media_are_divided(AT_ONCE, at_once);
    check_media_are_divided(RAMP, "meetings.activation.data=uniform(0 min, 20 min)");
}

/* As tested every meeting is a Focus, sound and data, which cost together what the whole does; and
 * so do those of a probe. */
static void test_media_as_tested(void **state)
{
    (void)state;
    large d;
    OPEN(&d, "deployment.large_meetings.participants=tested", "placement.unit=modality",
         "probe.sizes=[100, 800]");
    const hr_configuration *c = &d.other[0];
    assert_int_equal(c->placement.unit, HR_UNIT_MODALITY);
    for (unsigned k = 0; k < c->n_classes; k++) {
        const hr_class *class = &c->classes[k];
        for (unsigned i = 0; i < class->n_profiles; i++) {
            const hr_profile *profile = &class->profiles[i];
            assert_int_equal(profile->n_parts, 3);
            for (unsigned m = 0; m < profile->n_kinds; m++) {
                for (unsigned r = 0; r < c->n_resources; r++) {
                    double sum = 0.0;
                    for (unsigned part = 0; part < profile->n_parts; part++)
                        sum += class->profiles[profile->first_part + part].kinds[m].cost[r];
                    assert_near(sum, profile->kinds[m].cost[r], 1e-12);
                }
            }
        }
    }
    assert_int_equal(c->n_probes, 2);
    for (unsigned i = 0; i < c->n_probes; i++) {
        for (unsigned r = 0; r < c->n_resources; r++) {
            double sum = 0.0;
            for (unsigned m = 0; m <= HR_MEDIUM_LAST; m++)
                sum += c->probes[i].part[m * c->n_resources + r];
            assert_near(sum, c->probes[i].load[r], 1e-12);
        }
        assert_near(c->probes[i].load[0], 12.7 * c->probes[i].size, 1e-9);
    }
    close_large(&d);
}

/* Legs are those of all participants, whichever pool their meeting is in. */
static void test_legs_do_not_depend_on_the_pool(void **state)
{
    (void)state;
    large with, without;
    hr_input meetings = {0}, legs[2] = {{0}};
    hr_err err = {0};
    OPEN(&with, "deployment.edge.servers=4");
    OPEN(&without, "deployment.edge.servers=4", "deployment.large_meetings.servers=0");
    assert_int_equal(hr_input_write(&meetings, &with.first, 0, vector(), &err), HR_OK);
    assert_int_equal(
        hr_input_write_other(&legs[0], &with.other[1], &meetings, &with.first, 0, vector(), &err),
        HR_OK);
    assert_int_equal(hr_input_write(&meetings, &without.first, 0, vector(), &err), HR_OK);
    assert_int_equal(hr_input_write_other(&legs[1], &without.other[0], &meetings, &without.first, 0,
                                          vector(), &err),
                     HR_OK);
    assert_true(legs[0].n_meetings > 100);
    assert_int_equal(legs[0].n_meetings, legs[1].n_meetings);
    for (uint32_t i = 0; i < legs[0].n_meetings; i++)
        assert_int_equal(legs[0].start[i], legs[1].start[i]);
    hr_input_free(&meetings);
    hr_input_free(&legs[0]);
    hr_input_free(&legs[1]);
    close_large(&with);
    close_large(&without);
}

/* ---- means */

static double mean_load(const hr_configuration *c, hr_resource_id id)
{
    for (unsigned r = 0; r < c->n_resources; r++) {
        if (c->resource[r] == id)
            return hr_configuration_mean_load(c, r);
    }
    return (double)NAN;
}

static void test_means_add_up(void **state)
{
    (void)state;
    large with, without;
    OPEN(&with, "deployment.large_meetings.from=50");
    OPEN(&without, "deployment.large_meetings.servers=0");
    const hr_configuration *taken = &with.other[0];
    assert_near(hr_configuration_own_rate(&with.first) + hr_configuration_own_rate(taken),
                hr_configuration_own_rate(&without.first), 1e-12);
    assert_near(hr_configuration_mean_present(&with.first) + hr_configuration_mean_present(taken),
                hr_configuration_mean_present(&without.first), 1e-12);
    static const hr_resource_id both[] = {HR_RESOURCE_CPU, HR_RESOURCE_NETWORK_OUT,
                                          HR_RESOURCE_PSTN_CALLS, HR_RESOURCE_LARGE_MEETINGS};
    for (size_t i = 0; i < sizeof both / sizeof *both; i++)
        assert_near(mean_load(&with.first, both[i]) + mean_load(taken, both[i]),
                    mean_load(&without.first, both[i]), 1e-12);
    assert_true(mean_load(&with.first, HR_RESOURCE_LARGE_MEETINGS) < 1e-9);
    close_large(&with);
    close_large(&without);
}

/* The published test of 1,000: 12.7 Mc/s and 864 kbit/s a participant [S:lm2010][D]. */
static void test_costs_as_tested(void **state)
{
    (void)state;
    large d;
    OPEN(&d, "deployment.large_meetings.participants=tested");
    const double present = hr_configuration_mean_present(&d.other[0]);
    assert_near(mean_load(&d.other[0], HR_RESOURCE_CPU), 12.7 * present, 1e-9);
    assert_near(mean_load(&d.other[0], HR_RESOURCE_NETWORK_OUT), 864.0 * present, 1e-9);
    assert_int_equal(d.other[0].n_background, 0);
    close_large(&d);
}

/* ---- the counter by itself: two servers, meetings of 250 alone, and chance */

/* M/G/inf: with N of Poisson mean a in the pool and each at random on one of two servers, both have
 * Poisson counts of mean a / 2: P(more than one on some server) = 1 - ((1 + a/2) e^(-a/2))^2. */
static void test_collisions_by_chance(void **state)
{
    (void)state;
    static const char general[] =
        "study: test\npool: {servers: 2, ceilings: {large_meetings: {full: 1}}}\n"
        "arrivals: {sources: [{rate: 20 per hour}]}\n"
        "meetings: {classes: [{size: \"mix(4 at 95 %, 250 at 5 %)\", duration: exponential(mean 1 "
        "h)}]}\n"
        "placement: {rule: random}\nwindow: {length: 40 h}\nprecision: {at_most: 1}\n";
    hr_study study = {0};
    hr_arena arena = {0};
    hr_configuration c;
    hr_input input = {0};
    hr_counts counts = {0};
    hr_scratch *scratch = NULL;
    hr_err err = {0};
    assert_int_equal(hr_study_parse(&study, "test", general, strlen(general), NULL, 0, &err),
                     HR_OK);
    assert_int_equal(hr_study_configuration(&study, NULL, 0, 0, &arena, &c, &err), HR_OK);
    assert_near(hr_configuration_mean_load(&c, 0), 1.0, 1e-9);
    assert_int_equal(hr_counts_init(&counts, &c, &arena, &err), HR_OK);
    assert_int_equal(hr_scratch_new(&scratch, &err), HR_OK);
    enum { DAYS = 400 };
    double sum = 0.0, squares = 0.0;
    for (uint64_t day = 0; day < DAYS; day++) {
        hr_lane lane = {&c, &input, &counts};
        assert_int_equal(hr_input_write(&input, &c, day, vector(), &err), HR_OK);
        const hr_kernel *kernel = hr_kernel_for(NULL, &c, NULL);
        assert_string_equal(kernel->name, "scalar");
        assert_int_equal(kernel->replay(&lane, 1, vector(), scratch, &err), HR_OK);
        const double ticks = (double)(counts.time_with[1] + counts.time_with[2]);
        const double share = ticks / (40.0 * 3600.0 * HR_TICKS_PER_SECOND);
        sum += share;
        squares += share * share;
    }
    const double mean = sum / DAYS;
    const double error = sqrt((squares / DAYS - mean * mean) / (DAYS - 1.0));
    const double expected = 1.0 - 1.5 * 1.5 * exp(-1.0); /* a = 1 */
    assert_true(fabs(mean - expected) < 4.0 * error);
    assert_true(fabs(mean - 1.2 * expected) > 4.0 * error); /* it can fail */
    hr_scratch_free(scratch);
    hr_input_free(&input);
    hr_arena_free(&arena);
    hr_study_free(&study);
}

static void test_refusals(void **state)
{
    (void)state;
    large d;
    REFUSED(&d, "deployment.large_meetings.ceilings.registrations",
            "deployment.large_meetings.ceilings.registrations.limit=6660");
    REFUSED(&d, "deployment.large_meetings.from = 0", "deployment.large_meetings.from=0");
    REFUSED(&d, "give deployment.large_meetings.ceilings.viewers", "placement.rule=least_loaded",
            "placement.metric=viewers", "pool.ceilings.viewers.limit=375");
    REFUSED(&d, "meetings.classes", "meetings.classes=[{size: 4, duration: exponential(mean 1 h)}]",
            "arrivals.sources=[{rate: 5 per hour}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_pools_have_the_same_meetings),
        cmocka_unit_test(test_alone_and_in_a_team),
        cmocka_unit_test(test_media_are_divided),
        cmocka_unit_test(test_media_as_tested),
        cmocka_unit_test(test_legs_do_not_depend_on_the_pool),
        cmocka_unit_test(test_means_add_up),
        cmocka_unit_test(test_costs_as_tested),
        cmocka_unit_test(test_collisions_by_chance),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
