/* team: tasks of configurations that share random numbers, for the same days. Whatever they have in
 * common is drawn once: the meetings of a day, where they differ by thinning only.
 */
#ifndef HR_ENGINE_TEAM_H
#define HR_ENGINE_TEAM_H

#include "engine/plain.h"
#include "input/input.h"
#include "model/counts.h"
#include "model/joint.h"

/* The same number of configurations may share an input and replay it side by side. */
enum { HR_TEAM_MOST = HR_MAX_SHARING };

/* One configuration of a team at work. */
typedef struct hr_member {
    hr_configuration configuration; /* its first pool, of the day */
    hr_configuration *others;       /* [n_pools - 1] its other pools, of the day */
    hr_counts *other_counts;        /* [n_pools - 1] */
    hr_joint joint;                 /* of the day, where an outcome asks for all pools at once */
    hr_input input;                 /* of the day */
    hr_input other;                 /* of the day, of one other pool after the other; */
    hr_input *sites; /* [n_pools] of those that are sites: pools of other roles follow them */
    hr_counts counts;
    hr_tally tally;
    double weight;     /* of the day, see hr_input */
    uint64_t meetings; /* simulated */
    bool has_tally;    /* there is memory for one */
} hr_member;

/* One thread's own memory: nothing is shared but the study. */
typedef struct hr_worker {
    const hr_study *study;
    const hr_vector *vector;
    const hr_kernel *kernel;      /* NULL: any */
    hr_arena configuration_arena; /* of the configurations at work; laid anew for others */
    size_t n_known;               /* members whose configurations hold for any task */
    hr_arena counts_arena;        /* shaped by the configurations */
    hr_arena tally_arena;         /* shaped by the study: kept */
    hr_arena output;              /* packed tallies of the current run */
    hr_groups groups;
    hr_member member[HR_TEAM_MOST];
    hr_input input[HR_KERNEL_MOST_LANES]; /* further days of a member that works alone */
    hr_configuration configuration[HR_KERNEL_MOST_LANES]; /* the same, where days differ */
    hr_counts counts[HR_KERNEL_MOST_LANES];
    hr_scratch *scratch;
    void (*between)(void *context); /* hr_engine_between; NULL on all threads but the caller's */
    void *between_context;
    hr_err err;
    uint64_t failed_task;
} hr_worker;

HR_MUST_CHECK hr_status hr_worker_init(hr_worker *worker, const hr_study *study,
                                       const hr_vector *vector, const hr_kernel *kernel,
                                       hr_err *err);
void hr_worker_free(hr_worker *worker);
size_t hr_worker_bytes(const hr_worker *worker); /* memory held */

/* How many of tasks[0..n_tasks) make a team with the first, 1 to HR_TEAM_MOST: they follow each
 * other in the list. */
size_t hr_team_size(const hr_worker *worker, const hr_task *tasks, size_t n_tasks);
/* Run the tasks of a team and fill their results. `stop` is polled between replications; then no
 * result is done. Errors stand in worker->err. */
HR_MUST_CHECK hr_status hr_team_run(hr_worker *worker, const hr_task *tasks, size_t n_tasks,
                                    const atomic_bool *stop, hr_task_result *results);

#endif
