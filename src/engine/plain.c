#define _POSIX_C_SOURCE 200809L
#include "engine/plain.h"

#include <omp.h>
#include <time.h>

#include "base/mem.h"
#include "input/input.h"
#include "kernel/kernel.h"
#include "model/counts.h"

/* One thread's own memory: nothing is shared but the study. */
typedef struct hr_worker {
    hr_arena configuration_arena; /* of the configuration at work; laid anew for each task */
    hr_arena counts_arena;        /* shaped by the configuration */
    hr_arena tally_arena;         /* shaped by the study: kept */
    hr_arena output;              /* packed tallies of the current run */
    hr_groups groups;
    hr_configuration configuration[HR_KERNEL_MOST_LANES]; /* of each lane where days differ */
    hr_counts counts[HR_KERNEL_MOST_LANES];
    hr_input input[HR_KERNEL_MOST_LANES];
    hr_scratch *scratch;
    hr_tally tally;
    hr_err err;
    uint64_t failed_task;
} hr_worker;

struct hr_engine {
    const hr_study *study;
    const hr_vector *vector;
    const hr_kernel *kernel;
    unsigned n_threads;
    hr_worker *workers; /* [n_threads] */
};

static double now_s(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* cannot fail with this clock */
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

hr_status hr_engine_new(hr_engine **engine, const hr_study *study, const hr_vector *vector,
                        const hr_kernel *kernel, unsigned n_threads, hr_err *err)
{
    hr_status st = HR_OK;
    hr_engine *e = hr_mem_take(1, sizeof *e);
    *engine = e;
    if (e == NULL)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory for an engine");
    e->study = study;
    e->vector = vector;
    e->kernel = kernel;
    e->n_threads = n_threads > 0 ? n_threads : (unsigned)omp_get_max_threads();
    e->workers = hr_mem_take(e->n_threads, sizeof *e->workers);
    if (e->workers == NULL)
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory for %u threads", e->n_threads);
    for (unsigned i = 0; i < e->n_threads; i++) {
        hr_worker *worker = &e->workers[i];
        HR_TRY(hr_scratch_new(&worker->scratch, err));
        HR_TRY(hr_tally_init(&worker->tally, &study->layout, &worker->tally_arena, err));
    }
out:
    return st;
}

unsigned hr_engine_threads(const hr_engine *engine)
{
    return engine->n_threads;
}

size_t hr_engine_bytes(const hr_engine *engine)
{
    size_t bytes = sizeof *engine;
    for (unsigned i = 0; i < engine->n_threads; i++) {
        const hr_worker *w = &engine->workers[i];
        bytes += sizeof *w + w->configuration_arena.total + w->counts_arena.total +
                 w->tally_arena.total + w->output.total + hr_scratch_bytes(w->scratch);
        for (unsigned l = 0; l < HR_KERNEL_MOST_LANES; l++)
            bytes += hr_input_bytes(&w->input[l]);
    }
    return bytes;
}

void hr_engine_free(hr_engine *engine)
{
    if (engine == NULL)
        return;
    for (unsigned i = 0; engine->workers != NULL && i < engine->n_threads; i++) {
        hr_worker *worker = &engine->workers[i];
        hr_arena_free(&worker->configuration_arena);
        hr_arena_free(&worker->counts_arena);
        hr_arena_free(&worker->tally_arena);
        hr_arena_free(&worker->output);
        for (unsigned l = 0; l < HR_KERNEL_MOST_LANES; l++)
            hr_input_free(&worker->input[l]);
        hr_scratch_free(worker->scratch);
    }
    hr_mem_free(engine->workers);
    hr_mem_free(engine);
}

static hr_status resolve(const hr_engine *engine, hr_worker *worker, uint64_t configuration,
                         uint64_t replication, unsigned lane)
{
    return hr_study_configuration(engine->study, &worker->groups, configuration, replication,
                                  &worker->configuration_arena, &worker->configuration[lane],
                                  &worker->err);
}

/* What stays the same through a task: the configuration where days do not differ, the shape of the
 * counts, the kernel. */
static hr_status begin_task(const hr_engine *engine, hr_worker *worker, const hr_task *task,
                            uint64_t first, const hr_kernel **kernel)
{
    hr_status st = HR_OK;
    hr_arena_reset(&worker->configuration_arena);
    hr_arena_reset(&worker->counts_arena);
    HR_TRY(resolve(engine, worker, task->configuration, first, 0));
    *kernel = hr_kernel_for(engine->kernel, &worker->configuration[0], NULL);
    for (unsigned l = 0; l < (*kernel)->most_lanes; l++) {
        HR_TRY(hr_counts_init(&worker->counts[l], &worker->configuration[0], &worker->counts_arena,
                              &worker->err));
        worker->counts[l].needs = engine->study->layout.needs;
    }
out:
    return st;
}

/* Replications first .. first + n, one in each lane. */
static hr_status run_lanes(const hr_engine *engine, hr_worker *worker, const hr_kernel *kernel,
                           uint64_t configuration, uint64_t first, unsigned n, uint64_t *meetings)
{
    hr_status st = HR_OK;
    hr_lane lane[HR_KERNEL_MOST_LANES];
    if (engine->study->has_daily)
        hr_arena_reset(&worker->configuration_arena);
    for (unsigned l = 0; l < n; l++) {
        const unsigned own = engine->study->has_daily ? l : 0;
        if (engine->study->has_daily)
            HR_TRY(resolve(engine, worker, configuration, first + l, l));
        HR_TRY(hr_input_write(&worker->input[l], &worker->configuration[own], first + l,
                              engine->vector, &worker->err));
        lane[l] = (hr_lane){&worker->configuration[own], &worker->input[l], &worker->counts[l]};
        *meetings += worker->input[l].n_meetings;
    }
    HR_TRY(kernel->replay(lane, n, engine->vector, worker->scratch, &worker->err));
    for (unsigned l = 0; l < n; l++)
        hr_tally_add(&worker->tally, &engine->study->layout, lane[l].configuration, lane[l].counts);
out:
    return st;
}

static hr_status pack(const hr_engine *engine, hr_worker *worker, hr_task_result *result)
{
    hr_status st = HR_OK;
    hr_err *err = &worker->err;
    result->packed_size = hr_tally_pack(&worker->tally, NULL, 0);
    HR_TAKE(result->packed, &worker->output, result->packed_size);
    (void)hr_tally_pack(&worker->tally, result->packed, result->packed_size);
    result->target = worker->tally.cell[engine->study->target.cell];
    result->n_replications = worker->tally.n_replications;
out:
    return st;
}

/* The replications of a task: whole blocks, cut where the study's most replications end. */
static hr_status run_task(const hr_engine *engine, hr_worker *worker, const hr_task *task,
                          const atomic_bool *stop, hr_task_result *result)
{
    hr_status st = HR_OK;
    const hr_study *study = engine->study;
    const double begun = now_s();
    const hr_kernel *kernel = NULL;
    const uint64_t first = task->first_block * study->precision.block;
    uint64_t end = first + task->n_blocks * study->precision.block;
    end = end < study->precision.at_most ? end : study->precision.at_most;
    *result = (hr_task_result){0};
    hr_tally_clear(&worker->tally);
    HR_TRY(begin_task(engine, worker, task, first, &kernel));
    for (uint64_t r = first; r < end; r += kernel->most_lanes) {
        const uint64_t left = end - r;
        if (atomic_load_explicit(stop, memory_order_relaxed))
            return HR_OK;
        HR_TRY(run_lanes(engine, worker, kernel, task->configuration, r,
                         left < kernel->most_lanes ? (unsigned)left : kernel->most_lanes,
                         &result->meetings));
    }
    HR_TRY(pack(engine, worker, result));
    result->seconds = now_s() - begun;
    result->done = true;
out:
    return st;
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

hr_status hr_engine_run(hr_engine *engine, const hr_task *tasks, size_t n_tasks,
                        const atomic_bool *stop, hr_task_result *results, hr_err *err)
{
    for (unsigned i = 0; i < engine->n_threads; i++) {
        hr_arena_reset(&engine->workers[i].output);
        engine->workers[i].err = (hr_err){0};
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(engine->n_threads)
    for (size_t i = 0; i < n_tasks; i++) {
        hr_worker *worker = &engine->workers[omp_get_thread_num()];
        results[i].done = false;
        if (worker->err.status != HR_OK)
            continue;
        if (run_task(engine, worker, &tasks[i], stop, &results[i]) != HR_OK)
            worker->failed_task = i;
    }
    return first_failure(engine, err);
}
