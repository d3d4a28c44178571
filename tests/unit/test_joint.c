/* Overload of several pools at once: stretches and their union against a count of every tick, and
 * what is said of the ticks at which nobody is sure what comes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/stream.h"
#include "model/counts.h"
#include "model/joint.h"
#include "model/prepared.h"
#include "pool.h"

/* Ticks of a small world: the window is [FROM, TO), three periods, the last two ticks longer. */
enum { FROM = 20, TO = 82, TICKS = 100, N_PERIODS = 3, MOST = 5 };

typedef struct world {
    hr_pool pool;
    hr_prepared prepared;
    hr_arena arena;
    unsigned n;
    hr_stretches stretches[MOST];
    hr_counts counts[MOST];
    uint64_t periods_hit[MOST];
    hr_joint_pool pools[MOST];
} world;

static void open_world(world *w, unsigned n)
{
    *w = (world){.n = n};
    hr_configuration *c = hr_pool_make(&w->pool, 1, 1, 1, 1);
    w->prepared = (hr_prepared){.from = FROM, .to = TO, .period = (TO - FROM) / N_PERIODS};
    c->prepared = &w->prepared;
    c->n_periods = N_PERIODS;
    for (unsigned p = 0; p < n; p++) {
        hr_stretches_init(&w->stretches[p], c, &w->arena);
        w->counts[p].stretches = &w->stretches[p];
        w->counts[p].periods_hit = &w->periods_hit[p];
        w->pools[p] = (hr_joint_pool){c, &w->counts[p]};
    }
}

static void close_world(world *w)
{
    hr_arena_free(&w->pool.arena);
    hr_arena_free(&w->arena);
}

static void over(world *w, unsigned pool, hr_tick begin, hr_tick end)
{
    hr_stretches_begin(&w->stretches[pool], 0, begin);
    hr_stretches_end(&w->stretches[pool], 0, end);
}

static hr_joint unite(const world *w)
{
    hr_err err = {0};
    hr_joint joint;
    assert_int_equal(hr_joint_unite(&joint, w->pools, w->n, &err), HR_OK);
    return joint;
}

/* ---- by hand, tick by tick */

typedef struct ticks {
    bool is_over[MOST][TICKS + 1];
} ticks;

/* The pool that began what stands at `tick`: over at the first tick of the run, first in order. */
static unsigned began(const ticks *t, unsigned n, unsigned tick)
{
    bool any = true;
    while (any && tick > 0) {
        any = false;
        for (unsigned p = 0; p < n; p++)
            any = any || t->is_over[p][tick - 1];
        tick -= any;
    }
    unsigned p = 0;
    while (!t->is_over[p][tick])
        p++;
    return p;
}

static hr_joint count_ticks(const ticks *t, unsigned n)
{
    const int full = HR_LEVEL_FULL;
    const unsigned period = (TO - FROM) / N_PERIODS;
    hr_joint joint = {0};
    uint64_t taken = 0;
    for (unsigned tick = FROM; tick < TO; tick++) {
        const unsigned i = (tick - FROM) / period < N_PERIODS ? (tick - FROM) / period : 2;
        bool any = false, before = false;
        for (unsigned p = 0; p < n; p++) {
            any = any || t->is_over[p][tick];
            before = before || t->is_over[p][tick - 1];
        }
        joint.time[full] += any;
        joint.episodes[full] += any && !before;
        if (any && (taken >> i & 1) == 0) {
            joint.first[full][began(t, n, tick)] |= (uint64_t)1 << i;
            taken |= (uint64_t)1 << i;
        }
    }
    return joint;
}

/* Random stretches, some of no length, some that touch, some that reach over the window's ends. */
static void draw(world *w, ticks *t, uint64_t seed)
{
    *t = (ticks){0};
    for (unsigned p = 0; p < w->n; p++) {
        hr_tick at = 0;
        hr_stretches_clear(&w->stretches[p]);
        for (uint64_t k = 0; at < TICKS; k++) {
            const uint64_t word = hr_hash((const uint64_t[]){seed, p, k}, 3);
            const hr_tick begin = at + word % 23, end = begin + (word >> 20) % 9;
            if (end > TICKS)
                break;
            over(w, p, begin, end);
            for (hr_tick tick = begin; tick < end; tick++)
                t->is_over[p][tick] = true;
            at = end;
        }
    }
}

static void test_union_is_the_count_of_ticks(void **state)
{
    (void)state;
    uint64_t first_of_all = 0, begun_before = 0;
    for (unsigned n = 1; n <= MOST; n++) {
        world w;
        ticks t;
        open_world(&w, n);
        for (uint64_t seed = 0; seed < 2000; seed++) {
            draw(&w, &t, seed);
            const hr_joint expected = count_ticks(&t, n), joint = unite(&w);
            assert_memory_equal(joint.time, expected.time, sizeof joint.time);
            assert_memory_equal(joint.episodes, expected.episodes, sizeof joint.episodes);
            assert_memory_equal(joint.first, expected.first, sizeof joint.first);
            first_of_all += joint.first[HR_LEVEL_FULL][0];
            begun_before += t.is_over[0][FROM - 1] && t.is_over[0][FROM];
        }
        close_world(&w);
    }
    assert_true(first_of_all > 0 && begun_before > 0); /* the cases are about something */
}

/* And a fault in one tick is found. */
static void test_the_count_of_ticks_rejects(void **state)
{
    (void)state;
    world w;
    ticks t;
    unsigned found = 0;
    open_world(&w, 3);
    for (uint64_t seed = 0; seed < 100; seed++) {
        draw(&w, &t, seed);
        for (unsigned p = 0; p < 3; p++)
            t.is_over[p][50] = false;
        const hr_joint wrong = count_ticks(&t, 3), joint = unite(&w);
        found += memcmp(&joint, &wrong, sizeof joint) != 0;
    }
    assert_true(found > 20);
    close_world(&w);
}

/* ---- what is agreed */

static void test_ties_and_ends(void **state)
{
    (void)state;
    world w;
    open_world(&w, 3);
    over(&w, 1, 5, 30);  /* stands when the window opens */
    over(&w, 0, 28, 35); /* goes on without a gap */
    over(&w, 2, 35, 36); /* touches: the same episode */
    over(&w, 0, 60, 60); /* of no length: nothing */
    over(&w, 2, 70, 99); /* beyond the window's end, at one tick with: */
    over(&w, 1, 70, 71);
    const hr_joint joint = unite(&w);
    assert_int_equal(joint.time[HR_LEVEL_FULL], 16 + 12);
    assert_int_equal(joint.episodes[HR_LEVEL_FULL], 1); /* one begins in the window */
    assert_int_equal(joint.first[HR_LEVEL_FULL][0], 0);
    assert_int_equal(joint.first[HR_LEVEL_FULL][1], 1 | 4); /* first in the order of the study */
    assert_int_equal(joint.first[HR_LEVEL_FULL][2], 0);
    assert_int_equal(joint.time[HR_LEVEL_LIMIT], 0);
    close_world(&w);
}

/* Episodes of a least length are one server's, so a period is hit where any pool's is. */
static void test_periods_are_any_pools(void **state)
{
    (void)state;
    world w;
    open_world(&w, 3);
    w.periods_hit[0] = 1;
    w.periods_hit[2] = 5;
    hr_joint joint = unite(&w);
    assert_int_equal(joint.periods_hit[HR_LEVEL_FULL][0], 5);
    w.counts[2].stretches = NULL; /* no servers: neither its periods nor its time */
    joint = unite(&w);
    assert_int_equal(joint.periods_hit[HR_LEVEL_FULL][0], 1);
    close_world(&w);
}

/* Only "any named resource" of a level has a list; capacity factors and single resources do not. */
static void test_lists_are_of_levels(void **state)
{
    (void)state;
    world w;
    open_world(&w, 1);
    hr_criterion criteria[] = {{1, HR_LEVEL_TARGET, -1, 0},
                               {1, HR_LEVEL_TARGET, 0, 0},
                               {1, -1, -1, 0},
                               {1, HR_LEVEL_FULL, -1, 0}};
    w.pool.configuration.criteria = criteria;
    w.pool.configuration.n_criteria = 4;
    hr_stretches_init(&w.stretches[0], &w.pool.configuration, &w.arena);
    for (unsigned k = 0; k < 4; k++) {
        hr_stretches_begin(&w.stretches[0], k, 30 + k);
        hr_stretches_end(&w.stretches[0], k, 40);
    }
    assert_int_equal(w.stretches[0].level[HR_LEVEL_TARGET].n, 1);
    assert_int_equal(w.stretches[0].level[HR_LEVEL_TARGET].stretch[0].begin, 30);
    assert_int_equal(w.stretches[0].level[HR_LEVEL_LIMIT].n, 0);
    assert_int_equal(w.stretches[0].level[HR_LEVEL_FULL].stretch[0].begin, 33);
    close_world(&w);
}

/* ---- memory */

static int left = -1; /* calls of the allocator that succeed; -1: all */
void *__real_hr_mem_raw(size_t bytes);
void *__wrap_hr_mem_raw(size_t bytes);
void *__wrap_hr_mem_raw(size_t bytes)
{
    if (left == 0)
        return NULL;
    left -= left > 0;
    return __real_hr_mem_raw(bytes);
}

static void test_no_memory_is_said(void **state)
{
    (void)state;
    world w;
    hr_err err = {0};
    hr_joint joint;
    open_world(&w, 2);
    for (hr_tick i = 0; i < 100000; i++)
        over(&w, 0, 3 * i, 3 * i + 1);
    assert_int_equal(w.stretches[0].level[HR_LEVEL_FULL].n, 100000);
    assert_int_equal(w.stretches[0].level[HR_LEVEL_FULL].stretch[77777].end, 3 * 77777 + 1);
    left = 0;
    for (hr_tick i = 0; i < 100000; i++)
        over(&w, 1, 3 * i, 3 * i + 1);
    left = -1;
    assert_int_equal(hr_joint_unite(&joint, w.pools, 2, &err), HR_ERR_MEMORY);
    assert_non_null(strstr(err.message, "no memory"));
    hr_stretches_clear(&w.stretches[1]); /* the next replication begins anew */
    assert_int_equal(hr_joint_unite(&joint, w.pools, 2, &err), HR_OK);
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_union_is_the_count_of_ticks),
        cmocka_unit_test(test_the_count_of_ticks_rejects),
        cmocka_unit_test(test_ties_and_ends),
        cmocka_unit_test(test_periods_are_any_pools),
        cmocka_unit_test(test_lists_are_of_levels),
        cmocka_unit_test(test_no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
