#include "kernel/events.h"

#include "base/order.h"

bool hr_events_fit(const hr_input *in, hr_events *events)
{
    const uint32_t most = in->n_meetings > in->n_joins ? in->n_meetings : in->n_joins;
    events->base = in->n_meetings > 0 && in->start[0] < in->begin ? in->start[0] : in->begin;
    events->number_bits = hr_order_bits(most);
    return hr_order_bits(in->to - events->base) + HR_EVENT_KIND_BITS + events->number_bits <= 64;
}

static uint32_t pack(const hr_events *events, const hr_tick *tick, uint32_t n, hr_tick to,
                     unsigned kind, uint64_t *word)
{
    uint32_t packed = 0;
    for (uint32_t i = 0; i < n; i++) {
        word[packed] = hr_events_time(events, tick[i], kind) << events->number_bits | i;
        packed += tick[i] < to;
    }
    return packed;
}

/* Departures stand at the end of the room that all events need, with the last word behind them: no
 * word is written before it is read. */
static void merge(const hr_events *events, const hr_input *in, const uint64_t *departure,
                  uint64_t *word)
{
    uint32_t taken = 0;
    for (uint64_t next = 0; next != UINT64_MAX;) {
        next = *departure++;
        for (; taken < in->n_joins; taken++) {
            const uint32_t number = in->join_order[taken];
            const hr_tick tick = in->join_tick[number];
            const uint64_t join =
                hr_events_time(events, tick, HR_EVENT_JOIN) << events->number_bits | number;
            if (tick >= in->to || join > next)
                break;
            *word++ = join;
        }
        *word++ = next;
    }
}

/* Of meetings, in the order of their ends. */
static uint32_t pack_in_order(const hr_events *events, const hr_input *in, uint64_t *word)
{
    uint32_t n = 0;
    for (; n < in->n_meetings && in->end[in->end_order[n]] < in->to; n++) {
        const uint32_t meeting = in->end_order[n];
        word[n] = hr_events_time(events, in->end[meeting], HR_EVENT_DEPARTURE)
                      << events->number_bits |
                  meeting;
    }
    return n;
}

void hr_events_put_in_order(const hr_events *events, const hr_input *in, hr_scratch *scratch)
{
    uint64_t *word = scratch->event;
    if (in->end_order != NULL) {
        uint64_t *departure = word + in->n_joins;
        departure[pack_in_order(events, in, departure)] = UINT64_MAX;
        merge(events, in, departure, word);
        return;
    }
    uint32_t n = pack(events, in->join_tick, in->n_joins, in->to, HR_EVENT_JOIN, word);
    n += pack(events, in->end, in->n_meetings, in->to, HR_EVENT_DEPARTURE, word + n);
    word[n] = UINT64_MAX;
    hr_order_words(word, n, events->number_bits, scratch->work);
}

/* As pack_in_order, of joins, by their meetings. */
static uint32_t pack_joins_in_order(const hr_events *events, const hr_input *in, uint64_t *word)
{
    uint32_t n = 0;
    for (; n < in->n_joins && in->join_tick[in->join_order[n]] < in->to; n++) {
        const uint32_t join = in->join_order[n];
        word[n] = hr_events_time(events, in->join_tick[join], HR_EVENT_JOIN)
                      << events->number_bits |
                  in->join_meeting[join];
    }
    return n;
}

/* Joins go by their meetings from now on, and who joins is told apart. */
static void name_meetings(const hr_events *events, const hr_prepared *prepared, const hr_input *in,
                          uint32_t n, uint64_t *word, uint16_t *kind)
{
    const uint64_t mask = ((uint64_t)1 << events->number_bits) - 1;
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t join = word[i] & mask;
        const uint32_t meeting = in->join_meeting[join];
        const hr_prepared_class *class = &prepared->classes[in->class_of[meeting]];
        word[i] = (word[i] & ~mask) | meeting;
        kind[i] = (uint16_t)(class->first_kind[in->profile[meeting]] + in->join_kind[join]);
    }
}

hr_event_lists hr_events_list(const hr_events *events, const hr_prepared *prepared,
                              const hr_input *in, hr_scratch *scratch)
{
    const bool is_ordered = in->end_order != NULL;
    const unsigned bits = events->number_bits;
    uint64_t *join = scratch->event;
    const uint32_t n_joins =
        is_ordered ? pack_joins_in_order(events, in, join)
                   : pack(events, in->join_tick, in->n_joins, in->to, HR_EVENT_JOIN, join);
    uint64_t *departure = join + n_joins + 1;
    if (!is_ordered) {
        hr_order_words(join, n_joins, bits, scratch->work);
        name_meetings(events, prepared, in, n_joins, join, scratch->kind);
    }
    join[n_joins] = UINT64_MAX;
    const uint32_t n =
        is_ordered ? pack_in_order(events, in, departure)
                   : pack(events, in->end, in->n_meetings, in->to, HR_EVENT_DEPARTURE, departure);
    if (!is_ordered)
        hr_order_words(departure, n, bits, scratch->work);
    departure[n] = UINT64_MAX;
    return (hr_event_lists){departure, join, is_ordered ? in->ordered_kinds : scratch->kind};
}
