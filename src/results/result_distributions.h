/* result_distributions: how the headline outcomes spread over the configurations of each choice.
 *
 * /distributions/<outcome>_mean, _mean_lower, _mean_upper, _sd, _sd_between, _quantile and, for
 * shares, _histogram, over (choice, the outcome's dimensions); for the target also met, missed,
 * undecided (choice).
 */
#ifndef HR_RESULTS_RESULT_DISTRIBUTIONS_H
#define HR_RESULTS_RESULT_DISTRIBUTIONS_H

#include "base/error.h"
#include "results/result_h5.h"
#include "results/result_schema.h"

/* Reads the estimates back from `h5`, whose columns are complete. */
HR_MUST_CHECK hr_status hr_distributions_write(const hr_h5 *h5, const hr_schema *schema,
                                               hr_err *err);

#endif
