/* outcome_more: pairs of outcomes that are about single meetings, and of loads above ceilings.
 * Private to src/model.
 */
#ifndef HR_MODEL_OUTCOME_MORE_H
#define HR_MODEL_OUTCOME_MORE_H

#include "model/outcome.h"

/* Steps x ticks of a resource are tallied without so many of their last bits, in whole units or so:
 * 12 servers of 2^28 steps for 4 h are 2^61, and the squares of a few replications would not fit
 * 128 bits; of 2^48, those of 2^20 do. */
int hr_outcome_shift(const hr_configuration *configuration, unsigned resource);

/* As hr_outcome.pair has it. */
void hr_pair_collision(const struct hr_counts *counts, const hr_configuration *configuration,
                       const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y);
void hr_pair_time_in_collision(const struct hr_counts *counts,
                               const hr_configuration *configuration,
                               const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y);

void hr_pair_carries(const struct hr_counts *counts, const hr_configuration *configuration,
                     const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y);

void hr_pair_anatomy_meetings(const struct hr_counts *counts, const hr_configuration *configuration,
                              const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y);
void hr_pair_anatomy_largest(const struct hr_counts *counts, const hr_configuration *configuration,
                             const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y);
void hr_pair_anatomy_since_clock(const struct hr_counts *counts,
                                 const hr_configuration *configuration,
                                 const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y);
void hr_pair_anatomy_background(const struct hr_counts *counts,
                                const hr_configuration *configuration,
                                const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y);
void hr_pair_anatomy_report_age(const struct hr_counts *counts,
                                const hr_configuration *configuration,
                                const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y);
void hr_pair_excess(const struct hr_counts *counts, const hr_configuration *configuration,
                    const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y);
void hr_pair_excess_height(const struct hr_counts *counts, const hr_configuration *configuration,
                           const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y);
/* As hr_outcome.scale has it. */
double hr_scale_excess(const hr_configuration *configuration, const unsigned index[HR_MAX_AXES]);
double hr_scale_excess_height(const hr_configuration *configuration,
                              const unsigned index[HR_MAX_AXES]);
double hr_scale_anatomy(const hr_configuration *configuration, const unsigned index[HR_MAX_AXES]);

#endif
