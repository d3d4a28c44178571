/* One instruction set's copy of the scalar kernel's events: compiled once per level, with
 * HR_VECTOR_LEVEL naming the copy (see cmake/floors.cmake). A vector holds the resources of one
 * server; their number with padding is known to the compiler. */
#include "kernel/scalar_state.h"
#include "kernel/stepping.h"

#if defined(__clang__)
/* With sanitizers or without optimisation the loops stay scalar; the results are the same. */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

/* The stride is known to the compiler where functions are one with their caller. */
#define HR_INLINE __attribute__((always_inline)) static inline

static inline hr_tick last_report(const hr_scalar_state *at)
{
    return at->next_report - at->replay->prepared->report_period;
}

/* Loads of a meeting, which lie without padding: what is read beyond them is not ours. */
HR_INLINE void fetch(const hr_scalar_state *at, const int64_t *loads, uint32_t meeting,
                     int64_t *own, const unsigned stride)
{
    const int64_t *from = loads + meeting * (size_t)at->replay->configuration->n_resources;
#pragma omp simd
    for (unsigned r = 0; r < stride; r++)
        own[r] = from[r] & at->own[r];
}

HR_INLINE void add_to_server(hr_scalar_state *at, hr_tick now, unsigned server, const int64_t *load,
                             int64_t people, const unsigned stride)
{
    hr_replaying *replay = at->replay;
    hr_scratch *s = replay->scratch;
    int64_t *sum = s->truth.load + server * (size_t)stride;
    const int64_t *high = s->high + server * (size_t)stride;
    const int64_t *low = s->low + server * (size_t)stride;
    int64_t room = 0; /* negative: other limits are exceeded than before */
    hr_overload_move_people(replay, now, server, people);
#pragma omp simd reduction(| : room)
    for (unsigned r = 0; r < stride; r++) {
        sum[r] += load[r];
        room |= (high[r] - sum[r]) | (sum[r] - low[r] - 1);
    }
    if (at->measuring && at->counts_peaks) {
        int64_t *peak = s->peak + server * (size_t)stride;
#pragma omp simd
        for (unsigned r = 0; r < stride; r++)
            peak[r] = sum[r] > peak[r] ? sum[r] : peak[r];
    }
    hr_seen_refresh(&at->seen, server);
    if (room < 0)
        hr_overload_update(replay, now, server);
}

static inline unsigned choose(const hr_scalar_state *at, uint32_t meeting)
{
    const hr_replaying *replay = at->replay;
    const hr_admission_policy admission = replay->configuration->admission;
    if (!hr_seen_is_keyed(&at->seen))
        return hr_placing_choose(replay, meeting, at->turn);
    const unsigned server = hr_seen_least(&at->seen, replay->input->tie[meeting]);
    return admission != HR_ADMISSION_NONE && !hr_placing_admits(replay, meeting, server)
               ? replay->configuration->n_servers
               : server;
}

HR_INLINE void arrive(hr_scalar_state *at, hr_tick now, uint32_t meeting, const unsigned stride)
{
    hr_replaying *replay = at->replay;
    const hr_input *in = replay->input;
    hr_scratch *s = replay->scratch;
    int64_t load[HR_MAX_RESOURCES];
    if (!hr_input_owns(in, meeting)) {
        s->server[meeting] = (uint16_t)replay->configuration->n_servers; /* as if refused */
        return;
    }
    const unsigned server = choose(at, meeting);
    at->turn++;
    s->server[meeting] = (uint16_t)server;
    if (server == replay->configuration->n_servers)
        return; /* refused */
    fetch(at, in->initial, meeting, load, stride);
    const uint32_t people = replay->prepared->joins_at_once ? in->size[meeting] : 0;
    if (at->counts_hits)
        hr_overload_meeting_begins(replay, now, meeting, server);
    s->truth.meetings[server]++;
    add_to_server(at, now, server, load, people, stride);
    if (at->is_corrected)
        hr_seen_add_in_flight(&at->seen, last_report(at), meeting, load, people, true);
}

HR_INLINE void join(hr_scalar_state *at, hr_tick now, uint32_t meeting, const unsigned stride)
{
    const hr_replaying *replay = at->replay;
    const unsigned server = replay->scratch->server[meeting];
    const int64_t *load = at->stays.kind[*at->kind++].cost;
    if (server == replay->configuration->n_servers)
        return; /* refused, or not ours */
    add_to_server(at, now, server, load, 1, stride);
    if (at->is_corrected && replay->input->start[meeting] >= last_report(at))
        hr_seen_add_in_flight(&at->seen, last_report(at), meeting, load, 1, false);
}

HR_INLINE void depart(hr_scalar_state *at, hr_tick now, uint32_t meeting, const unsigned stride)
{
    hr_replaying *replay = at->replay;
    const hr_input *in = replay->input;
    hr_scratch *s = replay->scratch;
    int64_t load[HR_MAX_RESOURCES];
    const unsigned server = s->server[meeting];
    if (server == replay->configuration->n_servers)
        return; /* refused, or not ours */
    if (at->counts_hits && now >= in->from)
        hr_overload_meeting_ends(replay, now, meeting, server);
    fetch(at, in->final, meeting, load, stride);
    int64_t *sum = s->truth.load + server * (size_t)stride;
    const int64_t *low = s->low + server * (size_t)stride;
    int64_t room = 0;
#pragma omp simd reduction(| : room)
    for (unsigned r = 0; r < stride; r++) {
        sum[r] -= load[r];
        room |= sum[r] - low[r] - 1;
    }
    hr_overload_move_people(replay, now, server, -(int64_t)in->size[meeting]);
    s->truth.meetings[server]--;
    hr_seen_refresh(&at->seen, server);
    if (room < 0)
        hr_overload_update(replay, now, server);
}

/* Loads of meetings that will depart soon are fetched ahead: they lie anywhere. */
enum { AHEAD = 8 };
_Static_assert((int)AHEAD <= (int)HR_EVENTS_PAD, "there is something to read");

HR_INLINE void fetch_ahead(const int64_t *load, const unsigned stride)
{
    __builtin_prefetch(load);
    __builtin_prefetch(load + stride - 1); /* it may lie in two lines of the cache */
}

/* No arrival is behind the list's last word. */
HR_INLINE void run_events(hr_scalar_state *at, const uint64_t *event, const unsigned stride)
{
    const hr_input *in = at->replay->input;
    const hr_events *events = &at->events;
    const unsigned number_bits = events->number_bits;
    const uint64_t mask = ((uint64_t)1 << number_bits) - 1;
    const size_t n_resources = at->replay->configuration->n_resources;
    uint32_t meeting = 0;
    uint64_t arrival =
        in->n_meetings > 0 ? hr_events_time(events, in->start[0], HR_EVENT_ARRIVAL) : UINT64_MAX;
    for (;;) {
        const uint64_t other = *event >> number_bits;
        const uint64_t time = arrival < other ? arrival : other;
        if (at->due < time && time != UINT64_MAX >> number_bits)
            hr_scalar_catch_up(at, time);
        const hr_tick now = hr_events_tick(events, time);
        if (arrival < other) {
            arrive(at, now, meeting++, stride);
            arrival = meeting < in->n_meetings
                          ? hr_events_time(events, in->start[meeting], HR_EVENT_ARRIVAL)
                          : UINT64_MAX;
            continue;
        }
        if (*event == UINT64_MAX)
            break;
        fetch_ahead(in->final + (event[AHEAD] & mask) * n_resources, stride);
        const uint32_t number = (uint32_t)(*event++ & mask);
        if (hr_events_kind(time) == HR_EVENT_JOIN)
            join(at, now, number, stride);
        else
            depart(at, now, number, stride);
    }
}

/* ---- servers that nobody looks at: all meetings are placed beforehand, and a start and an end are
 * one and the same but for the sign. Which of them comes next is as good as random: nothing here
 * branches on it. */

/* The first server whose threshold the word does not exceed, as hr_placement_choose finds it. */
static inline unsigned choose_at_random(const hr_replaying *replay, uint32_t meeting)
{
    const uint32_t pick = replay->input->pick[meeting];
    const uint32_t *threshold = replay->prepared->weight;
    unsigned server = 0;
    for (unsigned j = 0; j < replay->configuration->n_servers; j += HR_WEIGHT_PAD) {
        for (unsigned k = 0; k < HR_WEIGHT_PAD; k++)
            server += pick > threshold[j + k];
    }
    return server;
}

static void place_all(const hr_scalar_state *at)
{
    const hr_replaying *replay = at->replay;
    const unsigned nowhere = replay->configuration->n_servers;
    uint16_t *server = replay->scratch->server;
    for (uint32_t i = 0; i < replay->input->n_meetings; i++)
        server[i] =
            (uint16_t)(hr_input_owns(replay->input, i) ? choose_at_random(replay, i) : nowhere);
}

/* Rarely: one that begins must know what there was, one that ends what there has been. */
static void meet_overload(hr_replaying *replay, hr_tick now, uint32_t meeting, unsigned server,
                          int64_t sign)
{
    if (sign > 0)
        hr_overload_meeting_begins(replay, now, meeting, server);
    else if (now >= replay->input->from)
        hr_overload_meeting_ends(replay, now, meeting, server);
}

/* Something of the kind that goes by `sign` happens to the meeting: 1 a start, -1 an end. */
HR_INLINE void change(hr_scalar_state *at, hr_tick now, uint32_t meeting, int64_t sign,
                      const unsigned stride)
{
    hr_replaying *replay = at->replay;
    hr_scratch *s = replay->scratch;
    const unsigned server = s->server[meeting];
    int64_t load[HR_MAX_RESOURCES];
    if (server == replay->configuration->n_servers)
        return; /* not ours */
    if (at->counts_hits && hr_overload_has_been(s, server))
        meet_overload(replay, now, meeting, server, sign);
    fetch(at, replay->input->final, meeting, load, stride);
#pragma omp simd
    for (unsigned r = 0; r < stride; r++)
        load[r] = (load[r] ^ (sign >> 1)) - (sign >> 1); /* times the sign */
    s->truth.meetings[server] += sign;
    add_to_server(at, now, server, load, sign * (int64_t)replay->input->size[meeting], stride);
}

HR_INLINE void run_placed(hr_scalar_state *at, const uint64_t *event, const unsigned stride)
{
    const hr_input *in = at->replay->input;
    const hr_events *events = &at->events;
    const unsigned number_bits = events->number_bits;
    const uint64_t mask = ((uint64_t)1 << number_bits) - 1, end = UINT64_MAX >> number_bits;
    const size_t n_resources = at->replay->configuration->n_resources;
    place_all(at);
    for (uint32_t meeting = 0;;) {
        const uint64_t arrival = meeting < in->n_meetings
                                     ? hr_events_time(events, in->start[meeting], HR_EVENT_ARRIVAL)
                                     : UINT64_MAX;
        const uint64_t departure = *event >> number_bits;
        const bool is_start = arrival < departure;
        const uint64_t time = is_start ? arrival : departure;
        const uint32_t number = is_start ? meeting : (uint32_t)(*event & mask);
        if (time == end)
            return;
        if (at->due < time)
            hr_scalar_catch_up(at, time);
        fetch_ahead(in->final + (event[AHEAD] & mask) * n_resources, stride);
        meeting += is_start;
        event += !is_start;
        change(at, hr_events_tick(events, time), number, is_start ? 1 : -1, stride);
    }
}

HR_INLINE void run_all(hr_scalar_state *at, const uint64_t *event, const unsigned stride)
{
    if (at->is_placed)
        run_placed(at, event, stride);
    else
        run_events(at, event, stride);
}

static void run(hr_scalar_state *at, const uint64_t *event)
{
    switch (at->replay->scratch->stride) {
    case 1:
        run_all(at, event, 1);
        break;
    case 4:
        run_all(at, event, 4);
        break;
    default:
        run_all(at, event, HR_MAX_RESOURCES);
    }
}

static void step_all(hr_replaying *replay, hr_tick now, uint32_t step)
{
    switch (replay->scratch->stride) {
    case 1:
        hr_stepping_step(replay, now, step, 1);
        break;
    case 4:
        hr_stepping_step(replay, now, step, 4);
        break;
    default:
        hr_stepping_step(replay, now, step, HR_MAX_RESOURCES);
    }
}

#define JOIN_AGAIN(a, b) a##b
#define JOIN(a, b)       JOIN_AGAIN(a, b)

extern const hr_scalar_level JOIN(hr_scalar_, HR_VECTOR_LEVEL);
const hr_scalar_level JOIN(hr_scalar_, HR_VECTOR_LEVEL) = {run, step_all};
