/* diagnosis: can a tilted configuration's estimate of the target be believed?
 *
 * The weights of a tilted input have mean 1 whatever it was aimed at; that they do, how evenly the
 * estimate is made up, and from which rungs of the ladder (model/tilt.h) it comes, shows whether it
 * was aimed well (theory: Owen and Zhou 2000, section 3).
 */
#ifndef HR_ESTIMATE_DIAGNOSIS_H
#define HR_ESTIMATE_DIAGNOSIS_H

#include "estimate/estimate.h"
#include "model/tally.h"

#define HR_DIAGNOSIS_ERRORS 4.0 /* standard errors by which the mean weight may be off */

typedef struct hr_diagnosis {
    bool is_weighted;   /* else all below is 0 */
    bool is_unreliable; /* the target's estimate, or the mean weight is off by chance no more */
    double weight, weight_error; /* mean likelihood ratio, which is 1 in truth; standard error */
    double variation;            /* variance of a replication's contribution over the square of
                                    its mean: relative error^2 x replications */
    double effective;            /* replications of equal weight that would say as much */
    double largest_share;        /* of the estimate, of one replication */
    double control_gain;         /* as in hr_estimate */
    uint64_t hits;
    double share[HR_MOST_RUNGS]; /* of the estimate, by rung; the last: from the true laws */
} hr_diagnosis;

/* Is the mean weight further from 1 than chance explains? Then no estimate of this tally is to be
 * relied on. False without weights. */
bool hr_weights_are_off(const hr_tally *tally);
/* Of the target's cell `target` (its number in the tally). Local. */
hr_diagnosis hr_diagnose(const hr_tally *tally, const hr_outcome *outcome, uint32_t target);

#endif
