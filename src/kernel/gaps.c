#include "kernel/gaps.h"

#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "kernel/rank.h"

_Static_assert(HR_EVENT_DEPARTURE == 0, "a departure's word is its number");

enum { FEW = 16 }; /* departures that insertion puts in order fastest */

bool hr_gaps_fit(const hr_events *events, const hr_input *in)
{
    const uint32_t n = in->n_meetings;
    return in->n_joins == 0 && in->to - events->base < UINT32_MAX &&
           (n == 0 || in->start[n - 1] < in->to);
}

void hr_gaps_free(hr_gaps *gaps)
{
    hr_mem_free(gaps->start);
    hr_mem_free(gaps->first);
    hr_mem_free(gaps->gap);
    hr_mem_free(gaps->place);
    *gaps = (hr_gaps){0};
}

size_t hr_gaps_bytes(const hr_gaps *gaps)
{
    return gaps->most == 0
               ? 0
               : (gaps->most + HR_RANK_PAD) * sizeof *gaps->start +
                     hr_rank_cells(gaps->most, false) * sizeof *gaps->first +
                     gaps->most * sizeof *gaps->gap + (gaps->most + 1) * sizeof *gaps->place;
}

static bool make_room(hr_gaps *gaps, size_t n)
{
    if (n <= gaps->most)
        return true;
    hr_gaps_free(gaps);
    const size_t most = n + n / 4;
    gaps->start = hr_mem_take(most + HR_RANK_PAD, sizeof *gaps->start);
    gaps->first = hr_mem_take(hr_rank_cells(most, false), sizeof *gaps->first);
    gaps->gap = hr_mem_take(most, sizeof *gaps->gap);
    gaps->place = hr_mem_take(most + 1, sizeof *gaps->place);
    if (gaps->start == NULL || gaps->first == NULL || gaps->gap == NULL || gaps->place == NULL) {
        hr_gaps_free(gaps);
        return false;
    }
    gaps->most = most;
    return true;
}

/* How many arrivals come before each departure: at one tick departures are first. */
static void find_gaps(hr_gaps *gaps, hr_tick base, const hr_input *in, const hr_vector *vector)
{
    hr_rank rank = {.base = base, .span = in->to - base, .gap = gaps->gap};
    const hr_rank_level *level = hr_rank_level_of(vector);
    hr_rank_begin(&rank, in, level, false, gaps->start, gaps->first);
    level->departures(&rank);
}

bool hr_gaps_put_in_order(hr_gaps *gaps, const hr_events *events, const hr_input *in,
                          const hr_vector *vector, unsigned number_bits, uint32_t *event,
                          uint32_t *n_events)
{
    const uint32_t n = in->n_meetings, arrival = (uint32_t)HR_EVENT_ARRIVAL << number_bits;
    if (!make_room(gaps, n + (size_t)1))
        return false;
    find_gaps(gaps, events->base, in, vector);
    uint32_t *place = gaps->place;
    const uint32_t *gap = gaps->gap;
    memset(place, 0, (n + (size_t)1) * sizeof *place);
    for (uint32_t i = 0; i < n; i++)
        place[gap[i]]++;
    uint32_t sum = 0;
    for (uint32_t g = 0; g < n; g++) {
        const uint32_t first = sum;
        sum += place[g];
        place[g] = first;
        event[sum++] = arrival | g;
    }
    place[n] = sum;
    for (uint32_t i = 0; i < n; i++)
        event[place[gap[i]]++] = i;
    /* the last gap has also those that are too late */
    const uint32_t end = place[n];
    place[n] = sum;
    for (uint32_t e = sum; e < end; e++) {
        event[place[n]] = event[e];
        place[n] += in->end[event[e]] < in->to;
    }
    *n_events = place[n];
    return true;
}

static void insert(const hr_tick *end, uint32_t *departure, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        const uint32_t moving = departure[i];
        uint32_t at = i;
        for (; at > 0 && end[departure[at - 1]] > end[moving]; at--)
            departure[at] = departure[at - 1];
        departure[at] = moving;
    }
}

static void sort(const hr_events *events, const hr_tick *end, uint32_t *departure, uint32_t n,
                 hr_scratch *scratch)
{
    const uint64_t mask = ((uint64_t)1 << events->number_bits) - 1;
    for (uint32_t i = 0; i < n; i++)
        scratch->event[i] =
            (end[departure[i]] - events->base) << events->number_bits | departure[i];
    hr_order_words(scratch->event, n, events->number_bits, scratch->work);
    for (uint32_t i = 0; i < n; i++)
        departure[i] = (uint32_t)(scratch->event[i] & mask);
}

void hr_gaps_sort(const hr_events *events, const hr_input *in, unsigned number_bits, uint32_t first,
                  uint32_t end, uint32_t *event, hr_scratch *scratch)
{
    for (uint32_t e = first; e < end;) {
        uint32_t n = 0;
        while (e + n < end && event[e + n] >> number_bits == HR_EVENT_DEPARTURE)
            n++;
        if (n > FEW)
            sort(events, in->end, event + e, n, scratch);
        else
            insert(in->end, event + e, n);
        e += n + 1;
    }
}

uint32_t hr_gaps_count_until(const hr_gaps *gaps, const hr_events *events, const hr_input *in,
                             hr_tick tick, unsigned number_bits, uint32_t *event,
                             hr_scratch *scratch)
{
    uint32_t gap = 0;
    while (gap < in->n_meetings && in->start[gap] < tick)
        gap++;
    uint32_t e = gap > 0 ? gaps->place[gap - 1] + 1 : 0; /* after the last arrival */
    const uint32_t end = gaps->place[gap];
    hr_gaps_sort(events, in, number_bits, e, end, event, scratch);
    while (e < end && in->end[event[e]] <= tick) /* at one tick departures are first */
        e++;
    return e;
}
