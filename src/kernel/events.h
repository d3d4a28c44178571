/* events: what happens when, as far as it is known before any server is chosen: departures and
 * joins of an input in order, as words of tick, kind and number (of the meeting or of the join).
 */
#ifndef HR_KERNEL_EVENTS_H
#define HR_KERNEL_EVENTS_H

#include <stdbool.h>

#include "kernel/scratch.h"

/* The order at one tick, as in replay.h. QUIET are steps, reports and snapshots; they and arrivals,
 * which come in order, are in no list. */
enum { HR_EVENT_DEPARTURE, HR_EVENT_QUIET, HR_EVENT_ARRIVAL, HR_EVENT_JOIN };
enum { HR_EVENT_KIND_BITS = 2 };

typedef struct hr_events {
    hr_tick base; /* words count ticks from here */
    unsigned number_bits;
} hr_events;

/* Words that may be read behind the last one. */
enum { HR_EVENTS_PAD = 8 };

/* False when tick, kind and number together do not fit a word. */
bool hr_events_fit(const hr_input *input, hr_events *events);
/* Write to scratch->event the words of what happens before the window ends, in order, and then a
 * last word of ones; there must be room for all joins and meetings and one more. */
void hr_events_put_in_order(const hr_events *events, const hr_input *input, hr_scratch *scratch);

/* Departures and joins apart. */
typedef struct hr_event_lists {
    const uint64_t *departure; /* words of meetings */
    const uint64_t *join;      /* words of who joins, by the number of the meeting: */
    const uint16_t *kind;      /* what they are, numbered as in hr_prepared_class */
} hr_event_lists;

/* What happens before the window ends, in order, each list with a last word of ones, in memory of
 * the input and the scratch; there must be room for all joins and meetings and two more. */
hr_event_lists hr_events_list(const hr_events *events, const hr_prepared *prepared,
                              const hr_input *input, hr_scratch *scratch);

/* A word's tick and kind, what is left of it without the number. */
static inline uint64_t hr_events_time(const hr_events *events, hr_tick tick, unsigned kind)
{
    return (tick - events->base) << HR_EVENT_KIND_BITS | kind;
}

static inline unsigned hr_events_kind(uint64_t time)
{
    return (unsigned)time & ((1u << HR_EVENT_KIND_BITS) - 1);
}

static inline hr_tick hr_events_tick(const hr_events *events, uint64_t time)
{
    return events->base + (time >> HR_EVENT_KIND_BITS);
}

#endif
