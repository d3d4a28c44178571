/* ledger: where every configuration stands. All ranks hold the same ledger after each look.
 *
 * About 250 bytes a configuration; tallies stay in the part logs.
 */
#ifndef HR_EXPLORE_LEDGER_H
#define HR_EXPLORE_LEDGER_H

#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "estimate/estimate.h"
#include "explore/comm.h"
#include "explore/plan.h"
#include "model/tally.h"
#include "study/study.h"

/* What one rank adds to a configuration in one look. */
typedef struct hr_entry {
    hr_cell target;
    uint64_t n_replications;
} hr_entry;

typedef struct hr_ledger {
    hr_arena arena;
    const hr_study *study;
    uint64_t n_active;
    uint64_t *active; /* [n_active] configurations that go on, ascending */
    hr_entry *added;  /* [n_active] by this rank in the look at hand; by position in `active` */
    hr_entry *folded; /* [n_configurations] sums over the looks before */
    double *scale;    /* [n_configurations / ranks] of this rank's share; < 0: not yet known */
    uint8_t *look;    /* [n_configurations] at which it stopped */
    uint8_t *verdict; /* [n_configurations] hr_verdict */
} hr_ledger;

HR_MUST_CHECK hr_status hr_ledger_init(hr_ledger *ledger, const hr_study *study, int n_ranks,
                                       hr_err *err);
void hr_ledger_free(hr_ledger *ledger);
/* Local. A task of the look at hand is finished: `position` in `active`. */
void hr_ledger_add(hr_ledger *ledger, uint64_t position, const hr_cell *target,
                   uint64_t n_replications);
/* Collective. The look is complete: sum over ranks, decide, shorten `active`. Verdicts are
 * computed once each, by the rank of the configuration's share, from integers. */
HR_MUST_CHECK hr_status hr_ledger_settle(hr_ledger *ledger, hr_comm *comm, const hr_look *look,
                                         hr_err *err);

#endif
