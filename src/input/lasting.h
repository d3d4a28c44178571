/* lasting: a tilt of durations (model/tilt.h): given all starts, meetings are alive at an instant
 * more often than in truth.
 */
#ifndef HR_INPUT_LASTING_H
#define HR_INPUT_LASTING_H

#include "input/tilting.h"

/* P(a duration, in whole ticks and at least one, is above `age` ticks), see hr_duration_ticks. */
double hr_lasting_chance(const hr_law *duration, hr_tick age);
/* End of a meeting that lasts beyond `at`: by a word, the rest of its duration, given that. */
hr_tick hr_lasting_end(const hr_law *duration, hr_tick start, hr_tick at, uint32_t word);
/* Some meetings that had ended by tilting->at last beyond it. Durations and strata are known. */
void hr_lasting_lean(const hr_writing *writing);
/* input->weight. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_lasting_weigh(const hr_writing *writing, hr_err *err);

#endif
