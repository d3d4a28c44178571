/* clock: epochs of a clock batch, offset + k period for all whole k.
 */
#ifndef HR_INPUT_CLOCK_H
#define HR_INPUT_CLOCK_H

#include <math.h>

#include "model/prepared.h"

/* Number of the first epoch at or after `tick`; may be negative. */
static inline int64_t hr_epoch_after(const hr_prepared_source *source, int64_t tick)
{
    const int64_t distance = tick - (int64_t)source->offset;
    const int64_t period = (int64_t)source->period;
    return distance >= 0 ? (distance + period - 1) / period : -(-distance / period);
}

static inline int64_t hr_lateness_ticks(const hr_prepared_source *source, uint32_t word)
{
    return (int64_t)floor(hr_sampler_draw(&source->lateness, word) * HR_TICKS_PER_SECOND + 0.5);
}

#endif
