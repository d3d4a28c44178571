#include "engine/plain.h"

#include <omp.h>

#include "base/mem.h"
#include "engine/team.h"

struct hr_engine {
    unsigned n_threads;
    hr_worker *workers; /* [n_threads] */
    size_t *first;      /* [most_teams + 1] first task of each team of the current run */
    size_t most_teams;
};

hr_status hr_engine_new(hr_engine **engine, const hr_study *study, const hr_vector *vector,
                        const hr_kernel *kernel, unsigned n_threads, hr_err *err)
{
    hr_status st = HR_OK;
    hr_engine *e = hr_mem_take(1, sizeof *e);
    *engine = e;
    if (e == NULL)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory for an engine");
    e->n_threads = n_threads > 0 ? n_threads : (unsigned)omp_get_max_threads();
    e->workers = hr_mem_take(e->n_threads, sizeof *e->workers);
    if (e->workers == NULL)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory for %u threads", e->n_threads);
    for (unsigned i = 0; i < e->n_threads; i++)
        HR_TRY(hr_worker_init(&e->workers[i], study, vector, kernel, err));
out:
    return st;
}

void hr_engine_between(hr_engine *engine, void (*call)(void *context), void *context)
{
    engine->workers[0].between = call; /* OpenMP's thread 0 is the one that calls */
    engine->workers[0].between_context = context;
}

unsigned hr_engine_threads(const hr_engine *engine)
{
    return engine->n_threads;
}

size_t hr_engine_bytes(const hr_engine *engine)
{
    size_t bytes = sizeof *engine + engine->most_teams * sizeof *engine->first;
    for (unsigned i = 0; i < engine->n_threads; i++)
        bytes += hr_worker_bytes(&engine->workers[i]);
    return bytes;
}

void hr_engine_free(hr_engine *engine)
{
    if (engine == NULL)
        return;
    for (unsigned i = 0; engine->workers != NULL && i < engine->n_threads; i++)
        hr_worker_free(&engine->workers[i]);
    hr_mem_free(engine->workers);
    hr_mem_free(engine->first);
    hr_mem_free(engine);
}

/* The failure of the lowest task, whichever thread met it. */
static hr_status first_failure(const hr_engine *engine, hr_err *err)
{
    const hr_worker *first = NULL;
    for (unsigned i = 0; i < engine->n_threads; i++) {
        const hr_worker *worker = &engine->workers[i];
        if (worker->err.status != HR_OK && (!first || worker->failed_task < first->failed_task))
            first = worker;
    }
    if (first == NULL)
        return HR_OK;
    if (err != NULL && err->status == HR_OK)
        *err = first->err;
    return first->err.status;
}

static hr_status room_for_teams(hr_engine *engine, size_t n, hr_err *err)
{
    if (n <= engine->most_teams)
        return HR_OK;
    hr_mem_free(engine->first);
    engine->first = hr_mem_take(n + 1, sizeof *engine->first);
    engine->most_teams = engine->first != NULL ? n : 0;
    return engine->first != NULL ? HR_OK
                                 : HR_FAIL(err, HR_ERR_MEMORY, "no memory for %zu tasks", n);
}

/* Tasks of a team, at most, while `left` are: fewer towards the end, so that threads end together.
 */
static size_t most_together(const hr_engine *engine, size_t left)
{
    enum { TEAMS_OF_THREAD = 2 };
    if (engine->n_threads < 2)
        return left;
    const size_t most = left / (TEAMS_OF_THREAD * (size_t)engine->n_threads);
    return most > 1 ? most : 1;
}

/* Cut the list into teams; how many. */
static size_t make_teams(hr_engine *engine, const hr_task *tasks, size_t n_tasks)
{
    size_t n = 0;
    for (size_t i = 0; i < n_tasks; n++) {
        engine->first[n] = i;
        i += hr_team_size(&engine->workers[0], tasks + i, most_together(engine, n_tasks - i));
    }
    engine->first[n] = n_tasks;
    return n;
}

hr_status hr_engine_run(hr_engine *engine, const hr_task *tasks, size_t n_tasks,
                        const atomic_bool *stop, hr_task_result *results, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(room_for_teams(engine, n_tasks, err));
    for (unsigned i = 0; i < engine->n_threads; i++) {
        hr_arena_reset(&engine->workers[i].output);
        engine->workers[i].err = (hr_err){0};
    }
    const size_t n_teams = make_teams(engine, tasks, n_tasks);
#pragma omp parallel for schedule(dynamic, 1) num_threads(engine->n_threads)
    for (size_t i = 0; i < n_teams; i++) {
        hr_worker *worker = &engine->workers[omp_get_thread_num()];
        const size_t first = engine->first[i], n = engine->first[i + 1] - first;
        for (size_t k = 0; k < n; k++)
            results[first + k].done = false;
        if (worker->err.status != HR_OK)
            continue;
        if (hr_team_run(worker, tasks + first, n, stop, results + first) != HR_OK)
            worker->failed_task = first;
    }
    st = first_failure(engine, err);
out:
    return st;
}
