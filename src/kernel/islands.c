#include "kernel/islands.h"

#include <string.h>

#include "base/order.h"
#include "kernel/events.h"
#include "kernel/lanes_memory.h"
#include "kernel/placed.h"

enum { N = HR_LANES_N };
#define LAST UINT64_MAX /* after all events */

typedef struct hr_islands {
    hr_placed placed;
    hr_lanes_memory *memory;
    unsigned lane;
    hr_events events;
    /* on a ramp, if wanted */
    bool is_measuring; /* the window has begun */
    int64_t peak[HR_LANES_SERVERS];
} hr_islands;

static unsigned server_of(const hr_islands *at, uint32_t meeting)
{
    return at->memory->lanes.server[(size_t)meeting * N + at->lane];
}

static uint64_t word_of(const hr_islands *at, hr_tick tick, unsigned kind, uint32_t number)
{
    return hr_events_time(&at->events, tick, kind) << at->events.number_bits | number;
}

/* ---- what is replayed event by event */

enum { TOGETHER = 8 };

/* Whether any of so many gaps is one of the flagged ones, or among them. */
static inline bool are_among(const uint32_t *gap, int32_t first, int32_t last)
{
    int32_t among = 0;
#pragma omp simd reduction(| : among)
    for (int i = 0; i < TOGETHER; i++)
        among |= ((int32_t)gap[i] >= first) & ((int32_t)gap[i] <= last);
    return among != 0;
}

/* Meetings before `last` that end in a flagged gap; how many. Most do not, several at a time. */
static uint32_t find_meetings(const hr_islands *at, uint32_t last, uint32_t *meeting)
{
    const uint32_t *gap = at->memory->lanes.gap[at->lane];
    const uint8_t *flagged = at->memory->flagged;
    const int32_t first = (int32_t)at->memory->lanes.flag[at->lane][0].step + 1;
    uint32_t n = 0;
    for (uint32_t from = 0; from < last; from += TOGETHER) {
        const uint32_t to = last - from < TOGETHER ? last : from + TOGETHER;
        unsigned any = to - from < TOGETHER;
        if (any == 0 && !are_among(gap + from, first, (int32_t)last))
            continue;
        for (uint32_t i = from; to - from == TOGETHER && i < from + TOGETHER; i++)
            any |= flagged[gap[i]];
        for (uint32_t i = from; any != 0 && i < to; i++) {
            meeting[n] = i;
            n += flagged[gap[i]];
        }
    }
    return n;
}

/* What a departure needs lies far apart in memory. */
static inline void ask_for(const hr_islands *at, uint32_t meeting)
{
    const hr_input *in = at->placed.replay.input;
    __builtin_prefetch(&in->end[meeting]);
    __builtin_prefetch(&in->size[meeting]);
    __builtin_prefetch(&at->memory->lanes.server[(size_t)meeting * N + at->lane]);
}

/* Departures of flagged gaps; how many. They belong to meetings before `last`. */
static uint32_t find_departures(hr_islands *at, uint32_t last, uint64_t *event)
{
    enum { AHEAD = 16 };
    const hr_input *in = at->placed.replay.input;
    uint32_t *meeting = (uint32_t *)at->memory->work; /* free until words are sorted */
    const uint32_t n = find_meetings(at, last, meeting);
    uint32_t n_events = 0;
    for (uint32_t i = 0; i < n; i++) {
        ask_for(at, meeting[i + AHEAD < n ? i + AHEAD : i]);
        event[n_events] = word_of(at, in->end[meeting[i]], HR_EVENT_DEPARTURE, meeting[i]);
        n_events += in->end[meeting[i]] < in->to;
    }
    return n_events;
}

/* Joins of flagged gaps; how many. Nobody joins later than `longest` gaps after the meeting's
 * arrival, so that most meetings are passed over. */
static uint32_t find_joins(const hr_islands *at, uint32_t last, uint64_t *event)
{
    const hr_input *in = at->placed.replay.input;
    const hr_lanes_memory *m = at->memory;
    const uint32_t *joined = m->lanes.joined[at->lane], *later = m->lanes.join_gap[at->lane];
    const uint32_t longest = m->longest[at->lane];
    uint32_t number = 0, flagged = 0, n = 0; /* flagged: the next gap that is */
    for (uint32_t i = 0; i < last; i++) {
        const uint32_t others = in->size[i] - joined[i];
        while (flagged <= i || m->flagged[flagged] == 0)
            flagged++;
        if (flagged - i > longest) {
            number += in->size[i];
            later += others;
            continue;
        }
        const hr_tick next = i + 1 < in->n_meetings ? in->start[i + 1] : in->to;
        for (uint32_t k = 0; k < in->size[i]; k++, number++) {
            const hr_tick tick = in->join_tick[number];
            const bool is_soon = tick < next || i + 1 == in->n_meetings;
            event[n] = word_of(at, tick, HR_EVENT_JOIN, number);
            n += m->flagged[is_soon ? i + 1 : *later] != 0 && tick < in->to;
            later += !is_soon;
        }
    }
    return n;
}

/* What happens in flagged gaps but for arrivals, in order; how much. */
static uint32_t sort_events(hr_islands *at, uint32_t last)
{
    hr_lanes_memory *m = at->memory;
    uint32_t n = m->lanes.has_ramp ? find_joins(at, last, m->event) : 0;
    n += find_departures(at, last, m->event + n);
    hr_order_words(m->event, n, at->events.number_bits, m->work);
    return n;
}

/* Nothing was over before this arrival: the pool as it stood is what stood after it, less those who
 * came with it. */
static void enter(hr_islands *at, uint32_t step, const int32_t *standing)
{
    const unsigned server = server_of(at, step);
    for (unsigned j = 0; j < at->placed.replay.configuration->n_servers; j++)
        hr_placed_stand(&at->placed, j, standing[j]);
    if (!at->memory->lanes.has_ramp)
        hr_placed_stand(&at->placed, server,
                        (int64_t)standing[server] - at->placed.replay.input->size[step]);
}

/* Gaps after flagged arrivals of the lane are marked; how many. */
static uint32_t mark_gaps(hr_islands *at)
{
    hr_lanes_memory *m = at->memory;
    const hr_lanes_flag *flag = m->lanes.flag[at->lane];
    const uint32_t n = at->placed.replay.input->n_meetings;
    uint32_t n_flags = m->lanes.n_flags[at->lane];
    while (n_flags > 0 && flag[n_flags - 1].step >= n)
        n_flags--; /* other lanes go on */
    if (n_flags > 0)
        memset(m->flagged, 0, n + (size_t)1);
    for (uint32_t i = 0; i < n_flags; i++)
        m->flagged[flag[i].step + 1] = 1;
    return n_flags;
}

/* What stands now is the first peak. */
static void begin_measuring(hr_islands *at)
{
    for (unsigned j = 0; j < at->placed.replay.configuration->n_servers; j++)
        at->peak[j] = at->placed.replay.scratch->truth.people[j];
    at->is_measuring = true;
}

static void replay_event(hr_islands *at, uint64_t word)
{
    const hr_input *in = at->placed.replay.input;
    const uint64_t time = word >> at->events.number_bits;
    const uint32_t number = (uint32_t)(word & (((uint64_t)1 << at->events.number_bits) - 1));
    const hr_tick tick = hr_events_tick(&at->events, time);
    if (hr_events_kind(time) == HR_EVENT_DEPARTURE) {
        hr_placed_move(&at->placed, tick, server_of(at, number), -(int64_t)in->size[number]);
        return;
    }
    const unsigned server = server_of(at, in->join_meeting[number]);
    hr_placed_move(&at->placed, tick, server, 1);
    const int64_t people = at->placed.replay.scratch->truth.people[server];
    if (at->is_measuring && people > at->peak[server])
        at->peak[server] = people;
}

/* The arrival and what happens before the next one; where the events after that begin. */
static const uint64_t *replay_gap(hr_islands *at, uint32_t step, const uint64_t *event)
{
    const hr_input *in = at->placed.replay.input;
    const bool has_ramp = at->memory->lanes.has_ramp;
    const uint64_t from = word_of(at, in->from, HR_EVENT_QUIET, 0);
    const uint64_t next =
        step + 1 < in->n_meetings ? word_of(at, in->start[step + 1], HR_EVENT_ARRIVAL, 0) : LAST;
    if (!has_ramp)
        hr_placed_move(&at->placed, in->start[step], server_of(at, step), in->size[step]);
    for (; *event < next; event++) {
        if (has_ramp && !at->is_measuring && *event > from)
            begin_measuring(at);
        replay_event(at, *event);
    }
    if (has_ramp && !at->is_measuring && next > from)
        begin_measuring(at);
    return event;
}

static void replay_islands(hr_islands *at, uint32_t n_flags)
{
    hr_lanes_memory *m = at->memory;
    const hr_lanes_flag *flag = m->lanes.flag[at->lane];
    const uint32_t n = sort_events(at, flag[n_flags - 1].step + 1);
    const uint64_t *event = m->event;
    m->event[n] = LAST;
    for (uint32_t i = 0; i < n_flags; i++) {
        if (flag[i].standing != HR_LANES_GOES_ON)
            enter(at, flag[i].step,
                  m->lanes.standing + (size_t)flag[i].standing * m->lanes.n_servers);
        event = replay_gap(at, flag[i].step, event);
    }
}

/* ---- sums */

/* The largest load is what stood when the window began, or what an arrival made; on a ramp, what
 * stood between two meetings, or what was seen event by event. */
static void find_peaks(hr_islands *at)
{
    const hr_input *in = at->placed.replay.input;
    const hr_lanes *lanes = &at->memory->lanes;
    int64_t standing[HR_LANES_SERVERS] = {0};
    const int64_t *most = lanes->has_ramp ? at->peak : standing;
    for (uint32_t i = 0; !lanes->has_ramp && i < lanes->measured[at->lane]; i++)
        standing[server_of(at, i)] += in->end[i] > in->from ? in->size[i] : 0;
    for (unsigned j = 0; j < at->placed.replay.configuration->n_servers; j++) {
        const int64_t peak = lanes->peak[j][at->lane];
        at->placed.replay.counts->peak[j] = (most[j] > peak ? most[j] : peak) * at->placed.one;
    }
}

static void find_hits(hr_islands *at)
{
    const hr_input *in = at->placed.replay.input;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        if (in->end[i] >= in->from && in->end[i] < in->to)
            hr_placed_count_hits(&at->placed, i, server_of(at, i));
    }
}

hr_status hr_islands_count(const hr_lane *lane, unsigned l, hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned needs = lane->counts->needs;
    hr_islands at = {.memory = scratch->lanes, .lane = l};
    HR_ASSERT(hr_events_fit(lane->input, &at.events)); /* or it would not have been placed */
    HR_TRY(hr_placed_begin(&at.placed, lane, &at.memory->changes, scratch, err));
    const uint32_t n_flags = mark_gaps(&at);
    if (n_flags > 0)
        replay_islands(&at, n_flags);
    HR_TRY(hr_placed_end(&at.placed, err));
    if (needs & HR_NEEDS_SUMS)
        hr_placed_sum_up(&at.placed);
    if (needs & HR_NEEDS_PEAK)
        find_peaks(&at);
    if ((needs & HR_NEEDS_HITS) == HR_NEEDS_HITS && at.memory->changes.n > 0)
        find_hits(&at);
out:
    return st;
}
