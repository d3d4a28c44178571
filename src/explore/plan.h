/* plan: which blocks belong to which look, and how a look is cut into tasks.
 *
 * Look 0 is block 0; look k is blocks 2^(k-1) .. 2^k - 1 of each configuration that goes on, cut
 * at the study's most replications. Everything here depends on the study alone, never on ranks
 * or threads, because tasks are the records of the part logs.
 */
#ifndef HR_EXPLORE_PLAN_H
#define HR_EXPLORE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/plain.h"
#include "study/study.h"

typedef struct hr_look {
    unsigned number;
    uint64_t first_block, n_blocks; /* of each configuration */
    uint64_t piece;                 /* blocks in a task; the last one may have fewer */
    uint64_t n_pieces;              /* tasks of each configuration */
    uint64_t replications;          /* of a configuration after this look */
    bool is_last;                   /* no replications are left after it */
} hr_look;

hr_look hr_plan_look(const hr_study *study, unsigned number);
/* Task number `piece` of a configuration. */
hr_task hr_plan_task(const hr_look *look, uint64_t configuration, uint64_t piece);

#endif
