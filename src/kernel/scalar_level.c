/* One instruction set's copy of the scalar kernel's events: compiled once per level, with
 * HR_VECTOR_LEVEL naming the copy (see cmake/floors.cmake). A vector holds the resources of one
 * server; their number with padding is known to the compiler. */
#include <string.h>

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
    const int64_t *from = loads + meeting * (size_t)at->n_resources;
#pragma omp simd
    for (unsigned r = 0; r < stride; r++)
        own[r] = from[r] & at->own[r];
}

/* More of it, or less, if the rule does not look at servers: see add_to_server. Peaks before the
 * window are forgotten when it begins. */
HR_INLINE void change_server(hr_scalar_state *at, const hr_at_hand *hand, hr_tick now,
                             unsigned server, const int64_t *load, int64_t people,
                             const unsigned stride)
{
    int64_t *sum = hand->load + server * (size_t)stride;
    const int64_t *high = hand->high + server * (size_t)stride;
    const int64_t *low = hand->low + server * (size_t)stride;
    int64_t room = 0; /* negative: other limits are exceeded than before */
    hr_overload_move_people(hand, now, server, people);
#pragma omp simd reduction(| : room)
    for (unsigned r = 0; r < stride; r++) {
        sum[r] += load[r];
        room |= (high[r] - sum[r]) | (sum[r] - low[r] - 1);
    }
    if (at->counts_peaks) {
        int64_t *peak = hand->peak + server * (size_t)stride;
#pragma omp simd
        for (unsigned r = 0; r < stride; r++)
            peak[r] = sum[r] > peak[r] ? sum[r] : peak[r];
    }
    if (room < 0)
        hr_overload_update(at->replay, now, server);
}

HR_INLINE void add_to_server(hr_scalar_state *at, const hr_at_hand *hand, hr_tick now,
                             unsigned server, const int64_t *load, int64_t people,
                             const unsigned stride)
{
    change_server(at, hand, now, server, load, people, stride);
    hr_seen_refresh(&at->seen, server);
}

static inline unsigned choose(const hr_scalar_state *at, uint32_t meeting)
{
    const hr_replaying *replay = at->replay;
    const hr_admission_policy admission = replay->configuration->admission;
    if (!hr_seen_is_keyed(&at->seen))
        return hr_placing_choose(replay, meeting, at->turn);
    const unsigned server = hr_seen_least(&at->seen, at->input->tie[meeting]);
    return admission != HR_ADMISSION_NONE && !hr_placing_admits(replay, meeting, server)
               ? at->n_servers
               : server;
}

HR_INLINE void arrive(hr_scalar_state *at, const hr_at_hand *hand, hr_tick now, uint32_t meeting,
                      const unsigned stride)
{
    hr_replaying *replay = at->replay;
    const hr_input *in = at->input;
    hr_scratch *s = at->scratch;
    int64_t load[HR_MAX_RESOURCES];
    if (!hr_input_owns(in, meeting)) {
        s->server[meeting] = (uint16_t)at->n_servers; /* as if refused */
        return;
    }
    const unsigned server = choose(at, meeting);
    at->turn++;
    s->server[meeting] = (uint16_t)server;
    if (server == at->n_servers)
        return; /* refused */
    fetch(at, in->initial, meeting, load, stride);
    const uint32_t people = replay->prepared->joins_at_once ? in->size[meeting] : 0;
    if (at->counts_hits)
        s->n_begun = meeting + 1;
    hand->meetings[server]++;
    add_to_server(at, hand, now, server, load, people, stride);
    if (at->is_corrected)
        hr_seen_add_in_flight(&at->seen, last_report(at), meeting, load, people, true);
}

HR_INLINE void join(hr_scalar_state *at, const hr_at_hand *hand, hr_tick now, uint32_t meeting,
                    const unsigned stride)
{
    const unsigned server = hand->server[meeting];
    hr_stay *kind = &at->stays.kind[*at->next.kind++];
    if (server == at->n_servers)
        return; /* refused, or not ours */
    hr_stays_join(kind, hand->window, now, hand->end[meeting]);
    add_to_server(at, hand, now, server, kind->cost, 1, stride);
    if (at->is_corrected)
        hr_seen_add_joined(&at->seen, last_report(at), meeting, server, kind->cost);
}

HR_INLINE void depart(hr_scalar_state *at, const hr_at_hand *hand, hr_tick now, uint32_t meeting,
                      const unsigned stride)
{
    hr_replaying *replay = at->replay;
    const hr_input *in = at->input;
    int64_t load[HR_MAX_RESOURCES];
    const unsigned server = hand->server[meeting];
    if (server == at->n_servers)
        return; /* refused, or not ours */
    if (at->counts_hits && hr_overload_may_have_met(hand, meeting, server) &&
        now >= hand->window.from)
        hr_overload_meeting_ends(replay, now, meeting, server);
    fetch(at, in->final, meeting, load, stride);
    int64_t *sum = hand->load + server * (size_t)stride;
    const int64_t *low = hand->low + server * (size_t)stride;
    int64_t room = 0;
#pragma omp simd reduction(| : room)
    for (unsigned r = 0; r < stride; r++) {
        sum[r] -= load[r];
        room |= sum[r] - low[r] - 1;
    }
    hr_overload_move_people(hand, now, server, -(int64_t)in->size[meeting]);
    hand->meetings[server]--;
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

/* Joins before `time`, which no arrival or departure is before. */
HR_INLINE void run_joins(hr_scalar_state *at, const hr_at_hand *hand, uint64_t time,
                         const unsigned stride)
{
    const unsigned number_bits = at->events.number_bits;
    const uint64_t mask = ((uint64_t)1 << number_bits) - 1;
    const uint64_t *event = at->next.join;
    for (; *event >> number_bits < time; event++) {
        const uint64_t now = *event >> number_bits;
        if (at->due < now)
            hr_scalar_catch_up(at, now);
        join(at, hand, hr_events_tick(&at->events, now), (uint32_t)(*event & mask), stride);
    }
    at->next.join = event;
}

static inline uint64_t next_arrival(const hr_scalar_state *at, uint32_t meeting)
{
    const hr_input *in = at->input;
    return meeting < in->n_meetings
               ? hr_events_time(&at->events, in->start[meeting], HR_EVENT_ARRIVAL)
               : UINT64_MAX;
}

/* No arrival is behind the last word of the departures. */
HR_INLINE void run_events(hr_scalar_state *at, const bool has_joins, const unsigned stride)
{
    const hr_at_hand hand = hr_overload_at_hand(at->replay);
    const hr_input *in = at->input;
    const unsigned number_bits = at->events.number_bits;
    const uint64_t mask = ((uint64_t)1 << number_bits) - 1, end = UINT64_MAX >> number_bits;
    const size_t n_resources = at->n_resources;
    const uint64_t *event = at->next.departure;
    uint32_t meeting = 0;
    for (uint64_t arrival = next_arrival(at, 0);;) {
        const uint64_t departure = *event >> number_bits;
        const uint64_t time = arrival < departure ? arrival : departure;
        if (has_joins)
            run_joins(at, &hand, time, stride);
        if (time == end)
            return;
        if (at->due < time)
            hr_scalar_catch_up(at, time);
        if (arrival < departure) {
            arrive(at, &hand, hr_events_tick(&at->events, time), meeting++, stride);
            arrival = next_arrival(at, meeting);
            continue;
        }
        fetch_ahead(in->final + (event[AHEAD] & mask) * n_resources, stride);
        depart(at, &hand, hr_events_tick(&at->events, time), (uint32_t)(*event++ & mask), stride);
    }
}

/* ---- servers that nobody looks at: all meetings are placed beforehand, and a start and an end are
 * one and the same but for the sign. Which of them comes next is as good as random: nothing here
 * branches on it. */

/* Of each meeting the first server whose threshold its word does not exceed, as hr_placement_choose
 * finds it. */
static void place_all(const hr_scalar_state *at)
{
    enum { BATCH = 64 };
    const hr_replaying *replay = at->replay;
    const hr_input *in = at->input;
    const unsigned nowhere = at->n_servers;
    const uint32_t *threshold = replay->prepared->weight;
    for (uint32_t from = 0; from < in->n_meetings; from += BATCH) {
        uint32_t server[BATCH] = {0}, pick[BATCH] = {0};
        const uint32_t n = in->n_meetings - from < BATCH ? in->n_meetings - from : BATCH;
        memcpy(pick, in->pick + from, n * sizeof *pick);
        for (unsigned j = 0; j < nowhere; j++) {
#pragma omp simd
            for (unsigned i = 0; i < BATCH; i++)
                server[i] += pick[i] > threshold[j];
        }
        for (uint32_t i = 0; i < n; i++)
            at->scratch->server[from + i] =
                (uint16_t)(hr_input_owns(in, from + i) ? server[i] : nowhere);
    }
}

/* Something of the kind that goes by `is_start` happens to the meeting, with which `people` and
 * `load` come or go. */
HR_INLINE void change(hr_scalar_state *at, const hr_at_hand *hand, hr_tick now, uint32_t meeting,
                      bool is_start, const int64_t *load, int64_t people, const unsigned stride)
{
    const unsigned server = hand->server[meeting];
    if (server == at->n_servers)
        return; /* not ours */
    const bool is_measured_end = !is_start & at->counts_hits & (now >= hand->window.from);
    if (hr_overload_may_have_met(hand, meeting, server) & is_measured_end)
        hr_overload_meeting_ends(at->replay, now, meeting, server);
    hand->meetings[server] += is_start ? 1 : -1;
    change_server(at, hand, now, server, load, people, stride);
}

/* What a meeting brings or takes away, in general. */
HR_INLINE void change_by_own(hr_scalar_state *at, const hr_at_hand *hand, hr_tick now,
                             uint32_t meeting, bool is_start, const unsigned stride)
{
    const hr_input *in = at->input;
    const int64_t sign = is_start ? 0 : -1, people = (int64_t)in->size[meeting];
    int64_t load[HR_MAX_RESOURCES];
    fetch(at, in->final, meeting, load, stride);
#pragma omp simd
    for (unsigned r = 0; r < stride; r++)
        load[r] = (load[r] ^ sign) - sign; /* times 1 or -1 */
    change(at, hand, now, meeting, is_start, load, (people ^ sign) - sign, stride);
}

/* Where all meetings of a kind are alike: nothing is read of the meeting but its kind. */
HR_INLINE void change_by_kind(hr_scalar_state *at, const hr_at_hand *hand, hr_tick now,
                              uint32_t meeting, bool is_start, const unsigned stride)
{
    const size_t row = 2 * (size_t)at->kind[meeting] + is_start;
    change(at, hand, now, meeting, is_start, at->row + row * stride, is_start ? 1 : -1, stride);
}

HR_INLINE void run_placed(hr_scalar_state *at, const bool are_alike, const unsigned stride)
{
    const hr_at_hand hand = hr_overload_at_hand(at->replay);
    const hr_input *in = at->input;
    const hr_events *events = &at->events;
    const unsigned number_bits = events->number_bits;
    const uint64_t mask = ((uint64_t)1 << number_bits) - 1, end = UINT64_MAX >> number_bits;
    const size_t n_resources = at->n_resources;
    const uint64_t *event = at->next.departure;
    for (uint32_t meeting = 0;;) {
        const uint64_t arrival = next_arrival(at, meeting);
        const uint64_t departure = *event >> number_bits;
        const bool is_start = arrival < departure;
        const uint64_t time = is_start ? arrival : departure;
        const uint32_t starts = -(uint32_t)is_start; /* a mask: compilers turn `?` into a branch */
        const uint32_t number = (meeting & starts) | ((uint32_t)(*event & mask) & ~starts);
        if (time == end)
            return;
        if (at->due < time)
            hr_scalar_catch_up(at, time);
        if (!are_alike)
            fetch_ahead(in->final + (event[AHEAD] & mask) * n_resources, stride);
        meeting += is_start;
        event += !is_start;
        if (at->counts_hits)
            at->scratch->n_begun = meeting;
        if (are_alike)
            change_by_kind(at, &hand, hr_events_tick(events, time), number, is_start, stride);
        else
            change_by_own(at, &hand, hr_events_tick(events, time), number, is_start, stride);
    }
}

HR_INLINE void run_all(hr_scalar_state *at, const unsigned stride)
{
    if (at->is_placed)
        place_all(at);
    if (at->is_placed && at->kind != NULL)
        run_placed(at, true, stride);
    else if (at->is_placed)
        run_placed(at, false, stride);
    else if (at->input->n_joins > 0)
        run_events(at, true, stride);
    else
        run_events(at, false, stride);
}

static void run(hr_scalar_state *at)
{
    switch (at->scratch->stride) {
    case 1:
        run_all(at, 1);
        break;
    case 4:
        run_all(at, 4);
        break;
    default:
        run_all(at, HR_MAX_RESOURCES);
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
