/* output: may this run write there? Asked before anything is computed, by rank 0. */
#ifndef HR_EXPLORE_OUTPUT_H
#define HR_EXPLORE_OUTPUT_H

#include <stdbool.h>

#include "base/error.h"
#include "results/partdir.h"
#include "study/study.h"

/* Look at `output`, then create and lock its directory of part logs.
 * *finished: the result of this very study stands there; nothing is locked then.
 * Errors  HR_ERR_WRITE: another study's result, another file, a directory, or not writable. */
HR_MUST_CHECK hr_status hr_output_claim(hr_partdir *dir, const char *output, const hr_study *study,
                                        bool *finished, hr_err *err);

#endif
