/* gaps: arrivals and departures of an input in one list, by counting: a departure's gap, which is
 * how many arrivals come before it, says where it goes. Within a gap people only leave, so
 * departures of one gap stay in the order of their meetings until somebody asks for their times.
 */
#ifndef HR_KERNEL_GAPS_H
#define HR_KERNEL_GAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vector.h"
#include "kernel/events.h"

/* Working memory, kept and reused. */
typedef struct hr_gaps {
    int32_t *start;  /* as hr_rank has them */
    uint32_t *first; /* arrival of each cell of time */
    uint32_t *gap;   /* of each departure */
    uint32_t *place; /* after the last departure of each gap */
    size_t most;
} hr_gaps;

/* Are there no joins, and is the time short enough? */
bool hr_gaps_fit(const hr_events *events, const hr_input *input);
/* Write to event[0 .. 2 n_meetings) what happens before the window ends, an event a word: its kind
 * above, its meeting in the low `number_bits`. False: no memory. */
bool hr_gaps_put_in_order(hr_gaps *gaps, const hr_events *events, const hr_input *input,
                          const hr_vector *vector, unsigned number_bits, uint32_t *event,
                          uint32_t *n_events);
/* Put also the departures of each gap in order, of gaps between events `first` and `end`. */
void hr_gaps_sort(const hr_events *events, const hr_input *input, unsigned number_bits,
                  uint32_t first, uint32_t end, uint32_t *event, hr_scratch *scratch);
/* How many events are before `tick` or are departures at it, once those of its gap are in order. */
uint32_t hr_gaps_count_until(const hr_gaps *gaps, const hr_events *events, const hr_input *input,
                             hr_tick tick, unsigned number_bits, uint32_t *event,
                             hr_scratch *scratch);
void hr_gaps_free(hr_gaps *gaps);
size_t hr_gaps_bytes(const hr_gaps *gaps);

#endif
