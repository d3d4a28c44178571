/* occupancy: how many meetings are in progress, in the mean, when nothing is refused.
 *
 * Arrivals that are Poisson, in time or in the number of a clock batch, leave independent Poisson
 * numbers alive of each class at any instant: M_t/G/infinity (Eick, Massey and Whitt 1993, "The
 * physics of the Mt/G/infinity queue", theorem 1): the integral of the rate at age v times the
 * probability to last longer than v.
 */
#ifndef HR_MODEL_OCCUPANCY_H
#define HR_MODEL_OCCUPANCY_H

#include <stdbool.h>

#include "model/configuration.h"

/* Are the numbers alive that this source brings Poisson? No for batches of other counts. */
bool hr_occupancy_is_poisson(const hr_source *source);

/* Mean number of meetings of class `class` of source `source` that are alive at study time t, s:
 * started at t or before and ending after it. The start of the window (empty or not) and of late
 * sources counts; thinning does not: it is the source's own rate. The configuration is prepared.
 * Relative accuracy 1e-9, and 1e-7 where both lateness and duration are continuous: there a smooth
 * function of t between epochs. Of a batch that is coming 1e-3 where one of the two has a law on
 * integers. */
double hr_occupancy_mean(const hr_configuration *configuration, unsigned source, unsigned class,
                         double t);
/* Mean number of them that start in (from, to]; as accurate. */
double hr_occupancy_starts(const hr_configuration *configuration, unsigned source, unsigned class,
                           double from, double to);

#endif
