/* result_size: the answer of a sizing study, /size: every candidate of every row with its estimate,
 * the interval that it was tested by, and what was found.
 */
#ifndef HR_RESULTS_RESULT_SIZE_H
#define HR_RESULTS_RESULT_SIZE_H

#include "base/error.h"
#include "base/mem.h"
#include "estimate/estimate.h"
#include "model/tally.h"
#include "results/result.h"
#include "results/result_h5.h"
#include "study/study.h"

typedef struct hr_sizes {
    const hr_study *study;
    hr_sized *sized; /* [rows * candidates] */
} hr_sizes;

/* Room for all candidates; nothing where the study asks for no size. */
HR_MUST_CHECK hr_status hr_sizes_init(hr_sizes *sizes, const hr_study *study, hr_arena *arena,
                                      hr_err *err);
/* Take the candidates that a configuration holds; `configuration` is that of the target's pool, and
 * `arena` does not outlive it. */
HR_MUST_CHECK hr_status hr_sizes_add(hr_sizes *sizes, const hr_configuration *configuration,
                                     const hr_tally *tally, unsigned look, hr_verdict verdict,
                                     hr_arena *arena, hr_err *err);
HR_MUST_CHECK hr_status hr_sizes_write(const hr_sizes *sizes, const hr_h5 *h5, hr_err *err);
HR_MUST_CHECK hr_status hr_sizes_read(const hr_h5 *h5, const hr_study *study, hr_sized *sized,
                                      hr_err *err);

#endif
