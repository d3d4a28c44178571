#include "kernel/islands.h"

#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "kernel/lanes_memory.h"
#include "kernel/overload.h"

enum { N = HR_LANES_N };
#define NONE UINT32_MAX

typedef struct hr_islands {
    hr_replaying replay;
    hr_lanes_memory *memory;
    unsigned lane;
    int64_t one;                             /* load of a participant, steps */
    uint32_t first_change[HR_LANES_SERVERS]; /* of each server; NONE: never over */
    uint32_t last_change[HR_LANES_SERVERS];
    bool is_full; /* no room for all changes */
} hr_islands;

static unsigned server_of(const hr_islands *at, uint32_t meeting)
{
    return (unsigned)at->memory->people[(size_t)meeting * N + at->lane]; /* see hr_lanes */
}

static uint32_t gap_of(const hr_islands *at, uint32_t meeting)
{
    return meeting + at->memory->lane_away[at->lane][meeting];
}

/* ---- what is replayed event by event */

/* Observer of the overload states: their history is kept, for the meetings that met them. */
static void note_change(void *context, hr_tick tick, unsigned server, uint64_t over)
{
    hr_islands *at = context;
    hr_lanes_memory *m = at->memory;
    if (m->n_changes == m->most_changes) {
        at->is_full = true;
        return;
    }
    const uint32_t number = (uint32_t)m->n_changes++;
    m->change[number] = (hr_lanes_change){tick, over, NONE};
    if (at->first_change[server] == NONE)
        at->first_change[server] = number;
    else
        m->change[at->last_change[server]].next = number;
    at->last_change[server] = number;
}

static void note_placed(void *context, hr_tick tick, uint32_t meeting, unsigned server)
{
    (void)context, (void)tick, (void)meeting, (void)server;
}

/* Departures of flagged gaps in order of (end, number); how many. */
static uint32_t sort_departures(hr_islands *at, unsigned *number_bits)
{
    const hr_input *in = at->replay.input;
    hr_lanes_memory *m = at->memory;
    const hr_tick base = in->start[0];
    uint32_t n = 0;
    *number_bits = hr_order_bits(in->n_meetings);
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        m->departure[n] = (in->end[i] - base) << *number_bits | i;
        n += m->flagged[gap_of(at, i)] != 0 && in->end[i] < in->to;
    }
    hr_order_words(m->departure, n, *number_bits, m->work);
    return n;
}

/* `people` come to a server, or go. */
static void move_people(hr_islands *at, hr_tick now, unsigned server, int64_t people)
{
    hr_scratch *s = at->replay.scratch;
    hr_overload_move_people(&at->replay, now, server, people);
    s->truth.load[server] += people * at->one;
    if (s->truth.load[server] > s->high[server] || s->truth.load[server] <= s->low[server])
        hr_overload_update(&at->replay, now, server);
}

/* Nothing was over before this arrival: the pool as it stood is what stood after it, less it. */
static void enter(hr_islands *at, const hr_lanes_flag *flag)
{
    hr_scratch *s = at->replay.scratch;
    for (unsigned j = 0; j < at->replay.configuration->n_servers; j++)
        s->truth.people[j] = flag->people[j];
    s->truth.people[server_of(at, flag->step)] -= at->replay.input->size[flag->step];
    for (unsigned j = 0; j < at->replay.configuration->n_servers; j++)
        s->truth.load[j] = s->truth.people[j] * at->one;
}

static void replay_islands(hr_islands *at)
{
    const hr_input *in = at->replay.input;
    hr_lanes_memory *m = at->memory;
    unsigned number_bits = 0;
    uint32_t previous = NONE, next = 0;
    const uint32_t n = sort_departures(at, &number_bits);
    const uint64_t mask = ((uint64_t)1 << number_bits) - 1;
    for (uint32_t i = 0; i < m->lanes.n_flags; i++) {
        const hr_lanes_flag *flag = &m->lanes.flag[i];
        if (flag->lane != at->lane || flag->step >= in->n_meetings)
            continue;
        if (previous == NONE || flag->step != previous + 1)
            enter(at, flag);
        previous = flag->step;
        move_people(at, in->start[flag->step], server_of(at, flag->step), in->size[flag->step]);
        for (; next < n; next++) {
            const uint32_t meeting = (uint32_t)(m->departure[next] & mask);
            if (gap_of(at, meeting) != flag->step + 1)
                break;
            move_people(at, in->end[meeting], server_of(at, meeting), -(int64_t)in->size[meeting]);
        }
    }
}

/* ---- sums */

/* Ticks of [begin, end) that the server of these changes was over `criterion`. */
static uint64_t time_over(const hr_islands *at, uint32_t change, unsigned criterion, hr_tick begin,
                          hr_tick end)
{
    const hr_lanes_change *changes = at->memory->change;
    uint64_t ticks = 0;
    for (; change != NONE && changes[change].tick < end; change = changes[change].next) {
        const uint32_t next = changes[change].next;
        const hr_tick until = next != NONE && changes[next].tick < end ? changes[next].tick : end;
        const hr_tick from = changes[change].tick > begin ? changes[change].tick : begin;
        if (changes[change].over >> criterion & 1 && until > from)
            ticks += until - from;
    }
    return ticks;
}

/* A meeting that ended inside the window, on a server that has been over. */
static void count_hits(hr_islands *at, uint32_t meeting, unsigned server)
{
    const hr_configuration *c = at->replay.configuration;
    const hr_input *in = at->replay.input;
    hr_counts *counts = at->replay.counts;
    const hr_lanes_change *last = &at->memory->change[at->last_change[server]];
    const bool is_past = last->tick <= in->start[meeting] && last->over == 0;
    if (is_past || at->memory->change[at->first_change[server]].tick >= in->end[meeting])
        return;
    for (unsigned i = 0; i < c->n_criteria; i++) {
        const uint64_t met =
            time_over(at, at->first_change[server], i, in->start[meeting], in->end[meeting]);
        for (unsigned d = 0; d < c->n_durations && met > 0; d++) {
            const bool hit = met >= at->replay.prepared->min_episode[d];
            counts->meetings_hit[i * c->n_durations + d] += hit;
            counts->people_hit[i * c->n_durations + d] += hit ? in->size[meeting] : 0;
        }
    }
}

/* What does not depend on where meetings are. */
static void sum_up(hr_islands *at)
{
    const hr_input *in = at->replay.input;
    hr_counts *counts = at->replay.counts;
    const hr_tick from = in->from, to = in->to;
    uint64_t person_time = 0, ended = 0, people = 0;
#pragma omp simd reduction(+ : person_time, ended, people)
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const hr_tick begin = in->start[i] > from ? in->start[i] : from;
        const hr_tick end = in->end[i] < to ? in->end[i] : to;
        const uint64_t has_ended = in->end[i] >= from && in->end[i] < to;
        person_time += (end > begin ? end - begin : 0) * in->size[i];
        ended += has_ended;
        people += has_ended * in->size[i];
    }
    for (uint32_t i = in->n_meetings; i-- > 0 && in->start[i] >= from;)
        counts->offered[in->class_of[i]]++;
    counts->person_time = person_time;
    counts->meetings_ended = ended;
    counts->people_ended = people;
    counts->load_time[0] = (hr_u128)person_time * (hr_u128)(uint64_t)at->one;
}

/* The largest load is what stood when the window began, or what an arrival made. */
static void find_peaks(hr_islands *at)
{
    const hr_input *in = at->replay.input;
    int64_t standing[HR_LANES_SERVERS] = {0}, peak[HR_LANES_SERVERS] = {0};
    uint32_t i = 0;
    for (; i < in->n_meetings && in->start[i] < in->from; i++)
        standing[server_of(at, i)] += in->end[i] > in->from ? in->size[i] : 0;
    for (; i < in->n_meetings; i++) {
        const int64_t people = at->memory->after[(size_t)i * N + at->lane];
        int64_t *most = &peak[server_of(at, i)];
        *most = people > *most ? people : *most;
    }
    for (unsigned j = 0; j < at->replay.configuration->n_servers; j++)
        at->replay.counts->peak[j] = (standing[j] > peak[j] ? standing[j] : peak[j]) * at->one;
}

static void find_hits(hr_islands *at)
{
    const hr_input *in = at->replay.input;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const unsigned server = server_of(at, i);
        if (at->first_change[server] != NONE && in->end[i] >= in->from && in->end[i] < in->to)
            count_hits(at, i, server);
    }
}

hr_status hr_islands_count(const hr_lane *lane, unsigned l, int64_t one, hr_scratch *scratch,
                           hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = lane->configuration;
    hr_islands at = {.replay = {c, c->prepared, lane->input, scratch, lane->counts, NULL},
                     .memory = scratch->lanes,
                     .lane = l,
                     .one = one};
    const hr_observer observer = {&at, note_placed, note_change};
    at.replay.observer = &observer;
    at.memory->n_changes = 0;
    for (unsigned j = 0; j < HR_LANES_SERVERS; j++)
        at.first_change[j] = NONE;
    HR_TRY(hr_scratch_lay_out(&at.replay, err));
    hr_counts_clear(lane->counts, c);
    hr_overload_begin(&at.replay);
    memset(at.memory->flagged, 0, lane->input->n_meetings + (size_t)1);
    bool any = false;
    for (uint32_t i = 0; i < at.memory->lanes.n_flags; i++) {
        const hr_lanes_flag *flag = &at.memory->lanes.flag[i];
        if (flag->lane == l && flag->step < lane->input->n_meetings) {
            at.memory->flagged[flag->step + 1] = 1;
            any = true;
        }
    }
    if (any)
        replay_islands(&at);
    hr_overload_end(&at.replay, lane->input->to);
    HR_ASSERT(!at.is_full); /* a change needs an arrival or a departure of its own */
    if (lane->counts->needs & HR_NEEDS_SUMS)
        sum_up(&at);
    if (lane->counts->needs & HR_NEEDS_PEAK)
        find_peaks(&at);
    if ((lane->counts->needs & HR_NEEDS_HITS) == HR_NEEDS_HITS && any)
        find_hits(&at);
out:
    return st;
}
