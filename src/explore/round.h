/* round: one look of all configurations that go on, on all ranks.
 *
 * Tasks are numbered by the queue. Ranks take runs of numbers from the shared counter, large ones
 * first; what a rank takes never changes what a task is.
 */
#ifndef HR_EXPLORE_ROUND_H
#define HR_EXPLORE_ROUND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/plain.h"
#include "explore/clock.h"
#include "explore/comm.h"
#include "explore/ledger.h"
#include "explore/plan.h"
#include "explore/progress.h"
#include "explore/queue.h"
#include "results/partindex.h"
#include "results/partlog.h"

typedef struct hr_round {
    hr_comm *comm;
    hr_clock *clock;
    hr_engine *engine;
    hr_ledger *ledger;
    hr_partlog *log;
    const hr_part_index *index; /* rank 0: what earlier runs left; else NULL */
    const atomic_bool *stop;
    hr_progress *progress;
    uint64_t n_workers;  /* threads of all ranks */
    hr_queue queue;      /* of the look at hand */
    uint8_t *done;       /* bit t: task t stands in a part log */
    uint64_t n_resumed;  /* tasks that did, over all rounds; on rank 0 */
    double task_seconds; /* recent mean on one thread; 0: not known yet */
} hr_round;

/* Collective. Run look `number`; on return every rank has either taken part in all of it (*stopped
 * is false) or knows that somebody was asked to stop. Errors are agreed. */
HR_MUST_CHECK hr_status hr_round_run(hr_round *round, unsigned number, bool *stopped, hr_err *err);

#endif
