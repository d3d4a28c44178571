/* Large meetings that are in progress at once: of the input alone, as no rule moves them in time.
 */
#include "input/input.h"
#include "model/counts.h"
#include "model/prepared.h"

static hr_tick clip(const hr_input *in, hr_tick tick)
{
    const hr_tick late = tick > in->from ? tick : in->from;
    return late < in->to ? late : in->to;
}

/* Meetings come in order of start: a later one is there with another from its start to its own end,
 * or to the last of the ends before. Stretches that touch are counted once: `upto` is where the
 * time has been counted. */
void hr_input_count_collisions(const hr_input *input, const hr_configuration *configuration,
                               hr_counts *counts)
{
    const hr_prepared *p = configuration->prepared;
    hr_tick last_end = 0, upto = input->from;
    counts->collision_periods = counts->collision_time = 0;
    for (uint32_t i = 0; i < input->n_meetings && input->start[i] < input->to; i++) {
        const hr_tick start = input->start[i], end = input->end[i];
        if (input->size[i] < configuration->large_from || !hr_input_owns(input, i))
            continue;
        const hr_tick both = end < last_end ? end : last_end;
        const hr_tick to = clip(input, both), from = start > upto ? start : upto;
        last_end = end > last_end ? end : last_end;
        if (to <= from)
            continue;
        counts->collision_time += to - from;
        const unsigned n = configuration->n_periods;
        const unsigned first = hr_prepared_period(p, n, from);
        for (unsigned k = first; k <= hr_prepared_period(p, n, to - 1); k++)
            counts->collision_periods |= (uint64_t)1 << k;
        upto = to;
    }
}
