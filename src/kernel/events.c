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
 * word is written before it is read. A join goes by its number, or by `name` of it. */
static void merge(const hr_events *events, const hr_input *in, const uint64_t *departure,
                  const uint32_t *name, uint64_t *word)
{
    uint32_t taken = 0;
    for (uint64_t next = 0; next != UINT64_MAX;) {
        next = *departure++;
        for (; taken < in->n_joins; taken++) {
            const uint32_t number = in->join_order[taken];
            const hr_tick tick = in->join_tick[number];
            const uint64_t join =
                hr_events_time(events, tick, HR_EVENT_JOIN) << events->number_bits |
                (name != NULL ? name[number] : number);
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

static void merge_in_order(const hr_events *events, const hr_input *in, const uint32_t *name,
                           uint64_t *word)
{
    uint64_t *departure = word + in->n_joins;
    departure[pack_in_order(events, in, departure)] = UINT64_MAX;
    if (in->n_joins > 0)
        merge(events, in, departure, name, word);
}

void hr_events_put_in_order(const hr_events *events, const hr_input *in, hr_scratch *scratch)
{
    uint64_t *word = scratch->event;
    if (in->end_order != NULL) {
        merge_in_order(events, in, NULL, word);
        return;
    }
    uint32_t n = pack(events, in->join_tick, in->n_joins, in->to, HR_EVENT_JOIN, word);
    n += pack(events, in->end, in->n_meetings, in->to, HR_EVENT_DEPARTURE, word + n);
    word[n] = UINT64_MAX;
    hr_order_words(word, n, events->number_bits, scratch->work);
}

/* Joins go by their meetings from now on, and who joins is told apart. */
static void name_meetings(const hr_events *events, const hr_prepared *prepared, const hr_input *in,
                          uint64_t *word, uint16_t *kind)
{
    const uint64_t mask = ((uint64_t)1 << events->number_bits) - 1;
    for (; *word != UINT64_MAX; word++) {
        const uint64_t time = *word >> events->number_bits, join = *word & mask;
        if (hr_events_kind(time) != HR_EVENT_JOIN)
            continue;
        const uint32_t meeting = in->join_meeting[join];
        const hr_prepared_class *class = &prepared->classes[in->class_of[meeting]];
        *word = time << events->number_bits | meeting;
        *kind++ = (uint16_t)(class->first_kind[in->profile[meeting]] + in->join_kind[join]);
    }
}

const uint16_t *hr_events_put_meetings_in_order(const hr_events *events,
                                                const hr_prepared *prepared, const hr_input *in,
                                                hr_scratch *scratch)
{
    if (in->end_order != NULL) {
        merge_in_order(events, in, in->join_meeting, scratch->event);
        return in->ordered_kinds;
    }
    hr_events_put_in_order(events, in, scratch);
    if (in->n_joins > 0)
        name_meetings(events, prepared, in, scratch->event, scratch->kind);
    return scratch->kind;
}
