/* weighted: estimates from replications that count with a likelihood ratio (model/tilt.h).
 */
#ifndef HR_ESTIMATE_WEIGHTED_H
#define HR_ESTIMATE_WEIGHTED_H

#include "estimate/estimate.h"

/* Below so many hits, or with more than this share of the estimate from one replication, the
 * central limit theorem is not believed and the estimate is unreliable. */
enum { HR_WEIGHTED_HITS = 100 };
#define HR_WEIGHTED_SHARE 0.05

/* As hr_estimate_cell, of a weighted cell that has something below the line.
 * Reliable        Student's interval of the logarithm (delta method): rare values are known by
 *                 their factor; of a variance: of the value.
 * With a control  (tilt.h: y, whose mean is 1) x - b (y - 1) in place of x, b by least squares;
 * from HR_WEIGHTED_HITS on. The bias is of the order of 1 / n, as b is found from the same
 * replications. Unreliable      the empirical Bernstein bound (Maurer and Pontil 2009, theorem 4),
 * as no contribution exceeds `most` / HR_TILT_UNTILTED; infinite without `most`. Unreliable too is
 * what lies so low that 128 bits behind the point hold too little of it (1e-33); from where its
 * squares are lost (1e-19) the standard error is an upper bound. No hits         0 to the bound
 * from the replications that were drawn from the true laws, of which nobody knows which they were:
 * (1 - (alpha/2)^(1/n)) / HR_TILT_UNTILTED. */
hr_estimate hr_estimate_weighted(const hr_outcome *outcome, const hr_cell *cell, uint64_t n,
                                 double scale, double alpha);

#endif
