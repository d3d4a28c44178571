/* The queue: every task of a look once, teams side by side whichever choices are shared, and cuts
 * that tile it whatever numbers the ranks take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "explore/queue.h"

enum { N_WORLDS = 5, N_CHOICES = 3 * 4, N = N_WORLDS * N_CHOICES, MOST_TASKS = N * 64 };

static const char text_of_study[] =
    "study: queue\n"
    "pool: {servers: 2, server: {load: 14}, ceilings: {load: {full: 14}}}\n"
    "arrivals:\n"
    "  sources: [{kind: poisson, rate: 20 per hour}]\n"
    "meetings:\n"
    "  classes: [{name: any, size: 1, duration: exponential(mean 1 h), cost: {load: 1}}]\n"
    "placement: {rule: least_loaded, metric: load}\n"
    "window: {length: 2 h}\n"
    "choose:\n"
    "  placement.rule: [random, least_loaded, round_robin]\n"
    "  pool.servers: [2, 3, 4, 5]\n"
    "unknown:\n"
    "  arrivals.sources[0].rate: uniform(10 per hour, 25 per hour)\n"
    "target: {outcome: time_over, level: full}\n"
    "precision: {at_most: 512 replications, block: 1 replications}\n"
    "design: {worlds: 5, kind: sobol, common_random_numbers: ";

static const char *const shared[] = {"yes", "no", "[placement.rule]", "[pool.servers]"};
enum { N_SHARED = sizeof shared / sizeof *shared };
static const uint64_t group_size[N_SHARED] = {12, 1, 3, 4};

typedef struct scene {
    hr_study study;
    uint32_t active[N];
    hr_queue queue;
} scene;

/* Look `number`; of the configurations those go on whose bit of `mask` is set, or all. */
static void set_scene(scene *s, unsigned shares, unsigned number, uint64_t mask, uint64_t workers)
{
    hr_err err = {0};
    char text[2048];
    (void)snprintf(text, sizeof text, "%s%s}\n", text_of_study, shared[shares]);
    if (hr_study_parse(&s->study, "queue.yaml", text, strlen(text), NULL, 0, &err) != HR_OK)
        fail_msg("%s", err.message);
    assert_int_equal(s->study.n_configurations, N);
    assert_int_equal(hr_queue_sort(&s->study, s->active, N, &err), HR_OK);
    s->queue = (hr_queue){.study = &s->study,
                          .look = hr_plan_look(&s->study, number),
                          .active = s->active,
                          .n_workers = workers};
    for (int i = 0; i < N; i++) {
        if ((mask >> s->active[i] & 1) != 0)
            s->active[s->queue.n_active++] = s->active[i];
    }
    s->queue.n_tasks = s->queue.n_active * s->queue.look.n_pieces;
    assert_true(s->queue.n_tasks <= MOST_TASKS);
}

static const uint64_t masks[] = {UINT64_MAX, 0x0FEDCBA987654321, 1, UINT64_C(1) << (N - 1),
                                 0x0842108421084210};
enum { N_MASKS = sizeof masks / sizeof *masks };

static void check_order(const hr_queue *queue)
{
    static bool seen[N][64];
    memset(seen, 0, sizeof seen);
    uint64_t n = 0, last_group = 0;
    hr_task last = {0};
    hr_queue_place at = hr_queue_find(queue, 0);
    for (; at.number < queue->n_tasks; hr_queue_next(queue, &at), n++) {
        const hr_queue_place found = hr_queue_find(queue, n);
        assert_memory_equal(&found, &at, sizeof at);
        const hr_task task = hr_queue_task(queue, &at);
        assert_int_equal(task.configuration, queue->active[hr_queue_position(&at)]);
        assert_false(seen[task.configuration][at.piece]);
        seen[task.configuration][at.piece] = true;
        const uint64_t group = hr_study_group(queue->study, task.configuration);
        /* (group, piece, member) ascends. */
        assert_true(n == 0 || group >= last_group);
        if (n > 0 && group == last_group) {
            assert_true(task.first_block >= last.first_block);
            assert_true(task.first_block > last.first_block ||
                        task.configuration > last.configuration);
        }
        last = task;
        last_group = group;
    }
    assert_int_equal(n, queue->n_tasks);
}

static void test_order(void **state)
{
    (void)state;
    for (unsigned shares = 0; shares < N_SHARED; shares++) {
        for (unsigned m = 0; m < N_MASKS; m++) {
            for (unsigned look = 0; look < 8; look += 3) {
                scene s = {0};
                set_scene(&s, shares, look, masks[m], 2);
                check_order(&s.queue);
                hr_study_free(&s.study);
            }
        }
    }
}

static void test_groups_are_whole(void **state)
{
    (void)state;
    for (unsigned shares = 0; shares < N_SHARED; shares++) {
        scene s = {0};
        set_scene(&s, shares, 3, UINT64_MAX, 1);
        for (uint64_t t = 0; t < s.queue.n_tasks; t++)
            assert_int_equal(hr_queue_find(&s.queue, t).n, group_size[shares]);
        hr_study_free(&s.study);
    }
}

/* Cuts never fall, lie close behind their number, and never tear a small team of a long queue. */
static void test_cuts(void **state)
{
    (void)state;
    for (unsigned shares = 0; shares < N_SHARED; shares++) {
        for (uint64_t workers = 1; workers < 1000; workers *= 4) {
            scene s = {0};
            set_scene(&s, shares, 6, masks[shares % 2], workers);
            uint64_t last = 0;
            for (uint64_t t = 0; t <= s.queue.n_tasks; t++) {
                const uint64_t cut = hr_queue_cut(&s.queue, t);
                assert_true(cut >= t && cut >= last && cut < t + HR_QUEUE_TOGETHER);
                last = cut;
                if (cut < s.queue.n_tasks - s.queue.n_tasks / 2 && workers == 1)
                    assert_int_equal(hr_queue_find(&s.queue, cut).member, 0);
                if (workers > s.queue.n_tasks)
                    assert_int_equal(cut, t); /* everybody gets one at a time */
            }
            assert_int_equal(last, s.queue.n_tasks);
            assert_int_equal(hr_queue_cut(&s.queue, UINT64_MAX / 2), s.queue.n_tasks);
            hr_study_free(&s.study);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order),
                                       cmocka_unit_test(test_groups_are_whole),
                                       cmocka_unit_test(test_cuts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
