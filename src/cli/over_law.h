/* over_law: the target's exact value over the law of a study's only unknown: not over the worlds of
 * the design, but the mean, quantiles and share that meets the target of the law itself.
 */
#ifndef HR_CLI_OVER_LAW_H
#define HR_CLI_OVER_LAW_H

#include "cli/json.h"
#include "cli/known.h"

enum { HR_N_OVER_LAW = 7 };
extern const double hr_over_law_levels[HR_N_OVER_LAW]; /* of the quantiles */

typedef struct hr_over_law {
    double mean, mean_error; /* relative error, estimated */
    bool is_monotone;        /* in the unknown: else there are no quantiles and no share */
    double quantile[HR_N_OVER_LAW];
    double met; /* share at or below the target's threshold; NaN without one */
    const char *why;
} hr_over_law;

/* Of choice `choice`; `why` where it is not known. */
HR_MUST_CHECK hr_status hr_over_law_of(hr_known_view *view, uint64_t choice, hr_over_law *over,
                                       hr_err *err);

#endif
