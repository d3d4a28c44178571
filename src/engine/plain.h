/* plain: the engine that draws from the true laws. One task = a run of consecutive blocks of
 * one configuration, folded into one tally. Tasks do not depend on each other; neighbours in the
 * list that share random numbers are run together (team.h), which is faster and changes nothing.
 */
#ifndef HR_ENGINE_PLAIN_H
#define HR_ENGINE_PLAIN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vector.h"
#include "kernel/kernel.h"
#include "model/tally.h"
#include "study/study.h"

typedef struct hr_task {
    uint64_t configuration;
    uint64_t first_block; /* replications first_block * block .. */
    uint64_t n_blocks;
} hr_task;

typedef struct hr_task_result {
    bool done;         /* false: stopped before the end, tally is worthless */
    double seconds;    /* spent, a team's in equal parts; for work estimates and provenance */
    uint64_t meetings; /* simulated */
    uint8_t *packed;   /* hr_tally_pack of the fold; owned by the engine until the next run */
    size_t packed_size;
    hr_cell target; /* the study's target cell, for stopping */
    uint64_t n_replications;
} hr_task_result;

/* Threads, each with its own arena, input, scratch and tally. */
typedef struct hr_engine hr_engine;

/* n_threads 0: what OpenMP gives (OMP_NUM_THREADS). */
HR_MUST_CHECK hr_status hr_engine_new(hr_engine **engine, const hr_study *study,
                                      const hr_vector *vector, const hr_kernel *kernel,
                                      unsigned n_threads, hr_err *err);
/* The thread that calls hr_engine_run calls `call` between two replays of its own, again and again:
 * what only it may do and others wait for. NULL: nothing is called. */
void hr_engine_between(hr_engine *engine, void (*call)(void *context), void *context);
unsigned hr_engine_threads(const hr_engine *engine);
size_t hr_engine_bytes(const hr_engine *engine); /* memory held */
void hr_engine_free(hr_engine *engine);

/* Run `tasks` on all threads (the one `omp parallel for` of the program) and fill `results`.
 * `stop` is polled between blocks; once set, unfinished tasks come back with done = false.
 * Calls   Local. Errors  first failure of any thread. */
HR_MUST_CHECK hr_status hr_engine_run(hr_engine *engine, const hr_task *tasks, size_t n_tasks,
                                      const atomic_bool *stop, hr_task_result *results,
                                      hr_err *err);

#endif
