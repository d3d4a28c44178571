/* contest: several subjects measured in turn, round after round, the naive program first in each
 * round: a machine that changes speed changes it for all of them.
 */
#ifndef HR_BENCH_CONTEST_H
#define HR_BENCH_CONTEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef struct contest_round {
    unsigned number;  /* 0 warms up and is not recorded */
    double naive_ns;  /* per meeting, measured in this round */
    bool is_recorded; /* subjects write no samples otherwise */
} contest_round;

/* One subject's turn: measure once, write the samples. */
typedef struct contest_turn {
    hr_status (*take)(void *subject, const contest_round *round, hr_err *err);
    void *subject;
} contest_turn;

typedef struct contest_plan {
    unsigned rounds, least_rounds; /* recorded ones */
    double seconds;                /* after which no round begins once there are least_rounds */
    unsigned replications;         /* of M0 in one turn */
    bool without_reference;        /* changed models: leave out the slowest kernel, number 0 */
} contest_plan;

/* Run the rounds of `section`. The subjects' order is turned by one each round, so that nobody
 * always follows the same neighbour. Errors: those of a turn; HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status contest_run(const char *section, const contest_plan *plan,
                                    const contest_turn *turns, size_t n_turns, hr_err *err);

#endif
