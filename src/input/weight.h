/* weight: what a tilted replication counts for, see model/tilt.h: from the starts, ends and loads
 * of all meetings.
 */
#ifndef HR_INPUT_WEIGHT_H
#define HR_INPUT_WEIGHT_H

#include "input/tilting.h"

/* Does the weight follow from participants, so that tilting->stratum is not looked at? */
bool hr_weight_needs_sizes_alone(const hr_writing *writing);
/* input->weight, where numbers of meetings lean. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_weight_write(const hr_writing *writing, hr_err *err);

#endif
