/* queue: the tasks of a look in the order in which they are handed out.
 *
 * Tasks are numbered by group, then piece, then member: configurations that share random numbers
 * (hr_study_group) and go on stand side by side with the same piece, a *team*, because the engine
 * replays neighbours of one team on one input. Numbers follow from the study and from what goes
 * on, never from ranks or threads; records in part logs do not know them.
 */
#ifndef HR_EXPLORE_QUEUE_H
#define HR_EXPLORE_QUEUE_H

#include <stdint.h>

#include "base/error.h"
#include "engine/plain.h"
#include "explore/plan.h"
#include "study/study.h"

/* Tasks of a team that are not torn apart while there are enough: what the engine replays on one
 * input. */
enum { HR_QUEUE_TOGETHER = 32 };

typedef struct hr_queue {
    const hr_study *study;
    hr_look look;
    const uint32_t *active; /* [n_active] configurations that go on, as hr_queue_sort orders them */
    uint64_t n_active;
    uint64_t n_tasks;
    uint64_t n_workers; /* threads of all ranks */
} hr_queue;

/* A task, and where it stands in the queue. */
typedef struct hr_queue_place {
    uint64_t number;
    uint64_t first, n; /* the members of its group: a run of positions in `active` */
    uint64_t piece, member;
} hr_queue_place;

/* active[0..n) <- 0..n-1 by group, then index. */
HR_MUST_CHECK hr_status hr_queue_sort(const hr_study *study, uint32_t *active, uint64_t n,
                                      hr_err *err);

/* Task `number`, less than n_tasks. */
hr_queue_place hr_queue_find(const hr_queue *queue, uint64_t number);
/* The task after it; past the last one `number` is n_tasks and the rest means nothing. */
void hr_queue_next(const hr_queue *queue, hr_queue_place *place);
/* Of its configuration in `active`. */
uint64_t hr_queue_position(const hr_queue_place *place);
hr_task hr_queue_task(const hr_queue *queue, const hr_queue_place *place);

/* How many tasks of the team at `number` should stay together: as many as the engine replays on one
 * input, or fewer where too few tasks are left for all workers; at least 1. */
uint64_t hr_queue_together(const hr_queue *queue, uint64_t number);
/* Where a set that was to begin at `number` begins instead: there or less than HR_QUEUE_TOGETHER
 * later, so that teams are cut only where too few tasks are left for all workers. Never falls as
 * `number` grows, so that sets which meet at a number still meet, on whatever ranks. */
uint64_t hr_queue_cut(const hr_queue *queue, uint64_t number);

#endif
