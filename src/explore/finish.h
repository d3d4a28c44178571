/* finish: from part logs to the result file, configuration by configuration, on rank 0. */
#ifndef HR_EXPLORE_FINISH_H
#define HR_EXPLORE_FINISH_H

#include <stdatomic.h>

#include "base/error.h"
#include "explore/ledger.h"
#include "explore/progress.h"
#include "results/result.h"

/* Fold, write, sync, rename. `provenance` comes with what the caller knows; what the logs know
 * (effort, runs, digest) is added. Local. HR_ERR_STOPPED when `stop` was set before the end. */
HR_MUST_CHECK hr_status hr_finish(const hr_ledger *ledger, const char *output,
                                  const atomic_bool *stop, hr_progress *progress,
                                  hr_provenance *provenance, hr_err *err);

#endif
