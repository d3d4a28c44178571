/* curve: when a configuration that holds all candidates of its row, as cells of one simulation,
 * has had enough: a sizing study along probe.sizes or observe.capacity (study/size.h).
 *
 * Candidates see the same replications, so nobody is left aside: at each look all are tested, each
 * at its share of the error (estimate/sequential.h), and the configuration stops at the first look
 * whose tests answer the row. The answer that the result file holds is that of the same tests.
 */
#ifndef HR_EXPLORE_CURVE_H
#define HR_EXPLORE_CURVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "estimate/sequential.h"
#include "model/tally.h"
#include "study/study.h"

typedef struct hr_curve {
    const hr_study *study;
    struct hr_sequential rule;
    size_t n;                /* candidates: cells of a configuration that decide */
    hr_tally tally;          /* scratch */
    hr_cell *cell;           /* [n] of one task */
    hr_candidate *candidate; /* [n] scratch, as: */
    bool *wanted;            /* [n] */
    double *scratch;         /* [3 n] */
} hr_curve;

/* Does the study ask along a curve? */
bool hr_curve_is_asked(const hr_study *study);
/* Memory from `arena`. */
HR_MUST_CHECK hr_status hr_curve_init(hr_curve *curve, const hr_study *study, hr_arena *arena,
                                      hr_err *err);
/* The candidates' cells of a task's packed tally, n of them, into curve->cell. HR_ERR_BUG when the
 * bytes are none. */
HR_MUST_CHECK hr_status hr_curve_unpack(hr_curve *curve, const uint8_t *packed, size_t size,
                                        hr_err *err);
/* HR_DECIDED where the tests at `look` answer the row; else HR_GO_ON, HR_EXHAUSTED where nothing is
 * left. `cell` [n] after `n_replications`, scale [n] their divisors. */
hr_verdict hr_curve_verdict(hr_curve *curve, const hr_cell *cell, uint64_t n_replications,
                            const double *scale, unsigned look);

#endif
