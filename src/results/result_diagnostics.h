/* result_diagnostics: /diagnostics of a result file, what hr_diagnose says of each configuration
 * whose input was tilted. The group is not there when none was.
 */
#ifndef HR_RESULTS_RESULT_DIAGNOSTICS_H
#define HR_RESULTS_RESULT_DIAGNOSTICS_H

#include "estimate/diagnosis.h"
#include "results/result_h5.h"
#include "study/study.h"

typedef struct hr_diagnostics {
    const hr_study *study;
    double *real[8]; /* [n_configurations] each, NULL until one is weighted; NaN where none was */
    double *share;   /* [n_configurations * HR_MOST_RUNGS] */
} hr_diagnostics;

/* Note configuration `index`. Memory from `arena`. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_diagnostics_add(hr_diagnostics *diagnostics, uint64_t index,
                                           const hr_tally *tally, hr_arena *arena, hr_err *err);
HR_MUST_CHECK hr_status hr_diagnostics_write(const hr_diagnostics *diagnostics, const hr_h5 *h5,
                                             hr_err *err);
bool hr_diagnostics_are_there(const hr_h5 *h5);

#endif
