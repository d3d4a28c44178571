/* review: now and then, meetings are moved from servers that are too full. Of the reference.
 */
#ifndef HR_KERNEL_REVIEW_H
#define HR_KERNEL_REVIEW_H

#include "kernel/overload.h"

/* Memory from the scratch. Errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_review_begin(hr_replaying *replay, hr_err *err);
/* The pool is reviewed: of each server above the mark that has not been relieved for a while, the
 * meeting with most people there moves to the server that the rule chooses among those that stay
 * below the mark with it. `n_started` meetings have. */
void hr_review_pool(hr_replaying *replay, hr_tick now, uint32_t n_started);

#endif
