#include "deployment.h"

#include "base/mem.h"
#include "engine/plain.h"
#include "input/input.h"
#include "sample.h"

enum { MOST_SETS = 10, MOST_TASKS = 8 };

static const char section[] = "deployment";

typedef struct change {
    const char *parameter;
    const char *sets[MOST_SETS]; /* one is left for no_calls */
} change;

static const change changes[] = {
    {"everything on", {"precision.block=32 replications"}},
    {"first pool alone",
     {"target.pool=front_end", "target.level=target", "target.resources=[cpu]",
      "deployment.edge.servers=0", "deployment.mediation.servers=0", "deployment.gateway.servers=0",
      "precision.block=32 replications"}},
    {"8 choices of a world",
     {"choose.deployment.edge.servers=[2, 4, 6, 8]", "choose.deployment.mediation.servers=[3, 4]"}},
};
enum { N_CHANGES = sizeof changes / sizeof *changes };

/* Without them there are no sessions on the grid. */
static const char no_calls[] = "population.voice.users=0 %";

/* A study and its tasks, one for each configuration. */
typedef struct runner {
    hr_study study;
    hr_engine *engine;
    hr_task task[MOST_TASKS];
    size_t n_tasks;
    uint64_t n_events; /* in all tasks */
} runner;

/* A row of the table: the same with sessions and without. */
typedef struct subject {
    const change *change;
    const hr_vector *vector;
    runner with, without;
} subject;

/* ---- how many events there are: inputs say it */

static uint64_t count_events(const hr_input *input)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < input->n_meetings; i++)
        n += 1u + (input->end[i] < input->to);
    for (uint32_t j = 0; j < input->n_joins; j++)
        n += input->join_tick[j] < input->to;
    return n;
}

/* Of a replication of a configuration by itself, in all its pools. */
static hr_status add_events(runner *r, uint64_t index, uint64_t day, hr_arena *arena,
                            hr_groups *groups, hr_input input[2], const hr_vector *vector,
                            hr_err *err)
{
    hr_status st = HR_OK;
    hr_configuration first, other;
    HR_TRY(hr_study_configuration(&r->study, groups, index, day, arena, &first, err));
    HR_TRY(hr_input_write(&input[0], &first, day, vector, err));
    r->n_events += count_events(&input[0]);
    for (unsigned p = 1; p < r->study.n_pools; p++) {
        HR_TRY(hr_study_pool(&r->study, groups, p, index, day, arena, &other, err));
        if (other.n_servers == 0)
            continue;
        const hr_feeding feeding = {&input[1], &other, {&input[0], &first}, NULL};
        HR_TRY(hr_input_write_legs(&feeding, 1, day, vector, err));
        r->n_events += count_events(&input[1]);
    }
out:
    return st;
}

static hr_status count_all(runner *r, const hr_vector *vector, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_input input[2] = {{0}};
    hr_groups *groups = hr_mem_take(1, sizeof *groups);
    if (groups == NULL)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory to count events");
    for (size_t i = 0; i < r->n_tasks; i++) {
        for (unsigned day = 0; day < r->study.precision.block; day++) {
            hr_arena_reset(&arena);
            HR_TRY(add_events(r, i, day, &arena, groups, input, vector, err));
        }
    }
out:
    hr_input_free(&input[0]);
    hr_input_free(&input[1]);
    hr_arena_free(&arena);
    hr_mem_free(groups);
    return st;
}

/* ---- a row */

static hr_status open_runner(runner *r, const char *study, const char *const *some_sets,
                             const char *another_set, const hr_vector *vector, hr_err *err)
{
    hr_status st = HR_OK;
    const char *sets[MOST_SETS];
    size_t n_sets = 0;
    for (; some_sets[n_sets] != NULL; n_sets++)
        sets[n_sets] = some_sets[n_sets];
    if (another_set != NULL)
        sets[n_sets++] = another_set;
    HR_TRY(hr_study_open(&r->study, study, sets, n_sets, err));
    HR_ASSERT(r->study.n_configurations <= MOST_TASKS);
    r->n_tasks = (size_t)r->study.n_configurations;
    for (size_t i = 0; i < r->n_tasks; i++)
        r->task[i] = (hr_task){.configuration = i, .n_blocks = 1};
    HR_TRY(count_all(r, vector, err));
    HR_TRY(hr_engine_new(&r->engine, &r->study, vector, NULL, 1, err));
out:
    return st;
}

static hr_status run(runner *r, double *seconds, hr_err *err)
{
    hr_status st = HR_OK;
    const atomic_bool stop = false;
    hr_task_result result[MOST_TASKS];
    const double begun = sample_cpu_s();
    HR_TRY(hr_engine_run(r->engine, r->task, r->n_tasks, &stop, result, err));
    *seconds = sample_cpu_s() - begun;
out:
    return st;
}

static void write_speed(const subject *s, const runner *r, const char *name, double seconds,
                        const contest_round *round)
{
    const sample_place place = {section, name, s->vector->name, s->change->parameter,
                                "ns per event"};
    /* a meeting of naive C is two events */
    sample_write(&place, 1e9 * seconds / (double)r->n_events, round->naive_ns / 2.0);
}

static hr_status take(void *subject_, const contest_round *round, hr_err *err)
{
    hr_status st = HR_OK;
    subject *s = subject_;
    double with = 0.0, without = 0.0;
    HR_TRY(run(&s->with, &with, err));
    HR_TRY(run(&s->without, &without, err));
    if (!round->is_recorded)
        return HR_OK;
    write_speed(s, &s->with, "with sessions", with, round);
    write_speed(s, &s->without, "no sessions", without, round);
    sample_write(&(sample_place){section, "sessions", s->vector->name, s->change->parameter, "1"},
                 with / without, round->naive_ns);
out:
    return st;
}

hr_status deployment_run(const char *study, const hr_vector *vector, const contest_plan *plan,
                         hr_err *err)
{
    hr_status st = HR_OK;
    contest_turn turns[N_CHANGES];
    subject *all = hr_mem_take(N_CHANGES, sizeof *all);
    if (all == NULL)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory for deployments");
    for (int i = 0; i < N_CHANGES; i++) {
        all[i] = (subject){.change = &changes[i], .vector = vector};
        turns[i] = (contest_turn){take, &all[i]};
        HR_TRY(open_runner(&all[i].with, study, changes[i].sets, NULL, vector, err));
        HR_TRY(open_runner(&all[i].without, study, changes[i].sets, no_calls, vector, err));
    }
    HR_TRY(contest_run(section, plan, turns, N_CHANGES, err));
out:
    for (int i = 0; i < N_CHANGES; i++) {
        hr_engine_free(all[i].with.engine);
        hr_engine_free(all[i].without.engine);
        hr_study_free(&all[i].with.study);
        hr_study_free(&all[i].without.study);
    }
    hr_mem_free(all);
    return st;
}
