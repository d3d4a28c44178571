/* outcome_more: pairs of outcomes that are about single meetings. Private to src/model.
 */
#ifndef HR_MODEL_OUTCOME_MORE_H
#define HR_MODEL_OUTCOME_MORE_H

#include "model/outcome.h"

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
/* As hr_outcome.scale has it. */
double hr_scale_anatomy(const hr_configuration *configuration, const unsigned index[HR_MAX_AXES]);

#endif
