#include "kernel/islands.h"

#include <string.h>

#include "base/order.h"
#include "kernel/lanes_memory.h"
#include "kernel/placed.h"

enum { N = HR_LANES_N };
#define NONE UINT32_MAX

typedef struct hr_islands {
    hr_placed placed;
    hr_lanes_memory *memory;
    unsigned lane;
} hr_islands;

static unsigned server_of(const hr_islands *at, uint32_t meeting)
{
    return at->memory->lanes.server[(size_t)meeting * N + at->lane];
}

static uint32_t gap_of(const hr_islands *at, uint32_t meeting)
{
    return at->memory->lanes.gap[at->lane][meeting];
}

/* ---- what is replayed event by event */

/* Departures of flagged gaps in order of (end, number); how many. They belong to meetings before
 * `last`. */
static uint32_t sort_departures(hr_islands *at, uint32_t last, unsigned *number_bits)
{
    const hr_input *in = at->placed.replay.input;
    hr_lanes_memory *m = at->memory;
    const uint32_t *gap = m->lanes.gap[at->lane];
    const uint8_t *flagged = m->flagged;
    uint32_t *meeting = (uint32_t *)m->work; /* free until words are sorted */
    uint32_t n = 0, n_words = 0;
    *number_bits = hr_order_bits(in->n_meetings);
    for (uint32_t i = 0; i < last; i++) {
        meeting[n] = i;
        n += flagged[gap[i]];
    }
    for (uint32_t i = 0; i < n; i++) {
        m->departure[n_words] = (in->end[meeting[i]] - in->start[0]) << *number_bits | meeting[i];
        n_words += in->end[meeting[i]] < in->to;
    }
    hr_order_words(m->departure, n_words, *number_bits, m->work);
    return n_words;
}

/* Nothing was over before this arrival: the pool as it stood is what stood after it, less it. */
static void enter(hr_islands *at, uint32_t step, const int32_t *standing)
{
    const unsigned server = server_of(at, step);
    for (unsigned j = 0; j < at->placed.replay.configuration->n_servers; j++)
        hr_placed_stand(&at->placed, j, standing[j]);
    hr_placed_stand(&at->placed, server,
                    (int64_t)standing[server] - at->placed.replay.input->size[step]);
}

/* Gaps after flagged arrivals of the lane are marked; the last of these arrivals, NONE without. */
static uint32_t mark_gaps(hr_islands *at)
{
    hr_lanes_memory *m = at->memory;
    const uint32_t n = at->placed.replay.input->n_meetings;
    uint32_t last = NONE;
    for (uint32_t i = 0; i < m->lanes.n_flags; i++) {
        const hr_lanes_flag *flag = &m->lanes.flag[i];
        if (flag->lane[at->lane] == 0 || flag->step >= n)
            continue;
        if (last == NONE)
            memset(m->flagged, 0, n + (size_t)1);
        last = flag->step;
        m->flagged[last + 1] = 1;
    }
    return last;
}

static void replay_islands(hr_islands *at, uint32_t last)
{
    const hr_input *in = at->placed.replay.input;
    hr_lanes_memory *m = at->memory;
    unsigned number_bits = 0;
    uint32_t next = 0;
    const uint32_t n = sort_departures(at, last + 1, &number_bits);
    const uint64_t mask = ((uint64_t)1 << number_bits) - 1;
    const int32_t *standing = m->lanes.standing;
    const hr_lanes_flag *previous = NULL;
    for (uint32_t i = 0; i < m->lanes.n_flags; previous = &m->lanes.flag[i++]) {
        const hr_lanes_flag *flag = &m->lanes.flag[i];
        const bool goes_on = previous != NULL && previous->step + 1 == flag->step;
        const int32_t *own = standing;
        for (unsigned l = 0; l < N; l++) {
            const bool begins = flag->lane[l] != 0 && !(goes_on && previous->lane[l] != 0);
            own = l == at->lane ? standing : own;
            standing += begins ? at->placed.replay.configuration->n_servers : 0;
        }
        if (flag->lane[at->lane] == 0 || flag->step > last)
            continue;
        if (!(goes_on && previous->lane[at->lane] != 0))
            enter(at, flag->step, own);
        hr_placed_move(&at->placed, in->start[flag->step], server_of(at, flag->step),
                       in->size[flag->step]);
        for (; next < n; next++) {
            const uint32_t meeting = (uint32_t)(m->departure[next] & mask);
            if (gap_of(at, meeting) != flag->step + 1)
                break;
            hr_placed_move(&at->placed, in->end[meeting], server_of(at, meeting),
                           -(int64_t)in->size[meeting]);
        }
    }
}

/* ---- sums */

/* The largest load is what stood when the window began, or what an arrival made. */
static void find_peaks(hr_islands *at)
{
    const hr_input *in = at->placed.replay.input;
    const hr_lanes *lanes = &at->memory->lanes;
    int64_t standing[HR_LANES_SERVERS] = {0};
    for (uint32_t i = 0; i < lanes->measured[at->lane]; i++)
        standing[server_of(at, i)] += in->end[i] > in->from ? in->size[i] : 0;
    for (unsigned j = 0; j < at->placed.replay.configuration->n_servers; j++) {
        const int64_t peak = lanes->peak[j][at->lane];
        at->placed.replay.counts->peak[j] =
            (standing[j] > peak ? standing[j] : peak) * at->placed.one;
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
    HR_TRY(hr_placed_begin(&at.placed, lane, &at.memory->changes, scratch, err));
    const uint32_t last = mark_gaps(&at);
    if (last != NONE)
        replay_islands(&at, last);
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
