/* sizing: who goes on in a study that asks how much is needed (study/size.h).
 *
 * Every configuration is a candidate of a row. Rows are answered on their own, candidates of a row
 * take looks as hr_sequential_next wants them: those that were left aside for a while catch up look
 * by look, on the days that the others had. What is decided follows from sums over all ranks alone.
 */
#ifndef HR_EXPLORE_SIZING_H
#define HR_EXPLORE_SIZING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "estimate/sequential.h"
#include "explore/entry.h"
#include "explore/plan.h"
#include "study/study.h"

typedef struct hr_sizing {
    const hr_study *study;
    struct hr_sequential rule;
    uint64_t n_rows;
    size_t n_candidates;     /* of a row */
    hr_candidate *candidate; /* [n_rows * n_candidates] */
    uint8_t *n_looks;        /* [n_configurations] taken part in */
    bool *is_wanted;         /* [n_configurations] */
    bool *is_answered;       /* [n_rows] */
    hr_entry *own;           /* [n_configurations] this rank's sums of those left aside */
    hr_behind *behind;       /* [n_configurations] the same, of weighted sums */
    const uint32_t *order;   /* [n_configurations] that of the queue */
    bool *wanted;            /* [n_candidates] scratch, as: */
    double *scratch;         /* [3 * n_candidates] */
} hr_sizing;

/* `order`: all configurations as hr_queue_sort puts them; kept. Memory from `arena`. */
HR_MUST_CHECK hr_status hr_sizing_init(hr_sizing *sizing, const hr_study *study,
                                       const uint32_t *order, hr_arena *arena, hr_err *err);
/* Local. The sums over all ranks of a configuration after `look`, and the scale of its cell. */
void hr_sizing_judge(hr_sizing *sizing, uint64_t configuration, const hr_cell *target,
                     const hr_look *look, double scale);
/* Local. active[0..n) <- the configurations that take the next look, in the order of the queue; n
 * is returned, 0 when all rows are answered, and *look is the look, the earliest of those wanted.
 */
uint64_t hr_sizing_next(hr_sizing *sizing, uint32_t *active, unsigned *look);
/* What is said of a configuration in the end. */
hr_verdict hr_sizing_verdict(const hr_sizing *sizing, uint64_t configuration);

#endif
