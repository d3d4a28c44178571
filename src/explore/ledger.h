/* ledger: where every configuration stands. All ranks know alike which go on.
 *
 * A rank keeps what it has run itself, over all looks, and forgets what has stopped: sums over
 * ranks are made when a look is settled, some thousand configurations at a time. So a rank holds
 * about 110 bytes a configuration while looks are going on and 2 afterwards, in a sizing study some
 * 300, along a curve 110 for each of its candidates; tallies stay in the part logs.
 */
#ifndef HR_EXPLORE_LEDGER_H
#define HR_EXPLORE_LEDGER_H

#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "estimate/estimate.h"
#include "explore/comm.h"
#include "explore/curve.h"
#include "explore/entry.h"
#include "explore/plan.h"
#include "explore/sizing.h"
#include "model/tally.h"
#include "study/study.h"

typedef struct hr_ledger {
    hr_arena arena;  /* of what stays */
    hr_arena rounds; /* of what looks need */
    const hr_study *study;
    hr_sizing *sizing; /* who goes on in a sizing study; else NULL: all that have not stopped */
    hr_curve *curve;   /* who has had enough in a sizing study along a curve; else NULL */
    size_t n_cells;    /* that decide, of a configuration: the target's; a curve's candidates */
    unsigned next_look;
    uint64_t n_active;
    uint32_t
        *active;   /* [n_active] configurations of the next look, in the order of hr_queue_sort */
    hr_entry *own; /* [n_active * n_cells] by this rank in all looks; by position in `active` */
    hr_behind *behind; /* the same, of weighted sums; NULL while there are none */
    double *scale;     /* [n_cells] each of this rank's share of the configurations, in a sizing
                          study along a choice of all of them, because all ranks judge all; < 0: not
                          yet known */
    uint8_t *n_looks;  /* [n_configurations] that it took part in; filled as it stops */
    uint8_t *verdict;  /* [n_configurations] hr_verdict */
} hr_ledger;

HR_MUST_CHECK hr_status hr_ledger_init(hr_ledger *ledger, const hr_study *study, int n_ranks,
                                       hr_err *err);
void hr_ledger_free(hr_ledger *ledger);
/* Local. A task of the look at hand is finished: `position` in `active`, `cell` [n_cells]. */
HR_MUST_CHECK hr_status hr_ledger_add(hr_ledger *ledger, uint64_t position, const hr_cell *cell,
                                      uint64_t n_replications, hr_err *err);
/* Collective. The look is complete: sum over ranks, decide, fill `active` and `next_look`. Verdicts
 * are computed once each, by the rank of the configuration's share, from integers; those of a
 * sizing study on all ranks, from the same integers. */
HR_MUST_CHECK hr_status hr_ledger_settle(hr_ledger *ledger, hr_comm *comm, const hr_look *look,
                                         hr_err *err);
/* Local. No look follows: keep `n_looks` and `verdict` alone. */
void hr_ledger_close(hr_ledger *ledger);

#endif
