/* overload: who is over which ceiling, since when, and the times that follow from it.
 */
#ifndef HR_KERNEL_OVERLOAD_H
#define HR_KERNEL_OVERLOAD_H

#include "kernel/scratch.h"

/* One replay in progress: everything its parts need, nothing that outlives it. */
typedef struct hr_replaying {
    const hr_configuration *configuration;
    const hr_prepared *prepared;
    const hr_input *input;
    hr_scratch *scratch;
    hr_counts *counts;
    const hr_observer *observer;
} hr_replaying;

/* The window, where the compiler sees that nobody writes to it. */
typedef struct hr_window {
    hr_tick from, to;
} hr_window;

static inline hr_window hr_window_of(const hr_prepared *prepared)
{
    return (hr_window){prepared->from, prepared->to};
}

/* `tick`, moved into the window. */
static inline hr_tick hr_window_clip(hr_window window, hr_tick tick)
{
    const hr_tick late = tick > window.from ? tick : window.from;
    return late < window.to ? late : window.to;
}

static inline hr_tick hr_overload_clip(const hr_prepared *prepared, hr_tick tick)
{
    return hr_window_clip(hr_window_of(prepared), tick);
}

/* What is left of limit `l` on `server` now. */
static inline int64_t hr_overload_ceiling(const hr_replaying *replay, unsigned server, unsigned l)
{
    const hr_scratch *s = replay->scratch;
    const hr_configuration *c = replay->configuration;
    return s->ceiling[server * (size_t)c->n_limits + l] -
           s->taken[server * (size_t)s->stride + c->limits[l].resource];
}

/* What every event needs and none moves: in variables of the caller, where the compiler sees that
 * nobody writes to it. Shapes as in the scratch and the input. */
typedef struct hr_at_hand {
    hr_window window;
    const hr_tick *start, *end;
    const uint16_t *server;
    int64_t *load, *peak, *people, *meetings;
    const int64_t *high, *low;
    uint64_t *moment;
    const uint64_t *over, *ever_over;
    const hr_tick *last_over;
} hr_at_hand;

static inline hr_at_hand hr_overload_at_hand(const hr_replaying *replay)
{
    const hr_scratch *s = replay->scratch;
    const hr_input *in = replay->input;
    return (hr_at_hand){.window = hr_window_of(replay->prepared),
                        .start = in->start,
                        .end = in->end,
                        .server = s->server,
                        .load = s->truth.load,
                        .peak = s->peak,
                        .people = s->truth.people,
                        .meetings = s->truth.meetings,
                        .high = s->high,
                        .low = s->low,
                        .moment = s->moment,
                        .over = s->over,
                        .ever_over = s->ever_over,
                        .last_over = s->last_over};
}

/* Has a meeting that has been on `server` since its start met any overload? May be no, where true.
 * Without a branch where it is as good as random: it is not on servers that have never been over.
 */
static inline bool hr_overload_may_have_met(const hr_at_hand *hand, uint32_t meeting,
                                            unsigned server)
{
    return hand->ever_over[server] != 0 &&
           ((hand->over[server] != 0) | (hand->last_over[server] > hand->start[meeting]));
}

/* Ceilings as the input has them, with the sessions of its first step; an empty pool may be over.
 */
void hr_overload_begin(hr_replaying *replay);
/* Other ceilings from now on, [n_limits * n_servers] steps before sessions: update all servers. */
void hr_overload_set_ceilings(hr_replaying *replay, const int64_t *ceiling);
/* Count the time up to `now` for all criteria that are over. Call before anything changes that
 * the counted times depend on. */
void hr_overload_account(hr_replaying *replay, hr_tick now);
/* `people` come to `server`, or go (negative). */
static inline void hr_overload_move_people(const hr_at_hand *hand, hr_tick now, unsigned server,
                                           int64_t people)
{
    hand->people[server] += people;
    hand->moment[server] += (uint64_t)people * hr_window_clip(hand->window, now);
}
/* The load of `server` has changed at `now`: find what is over and count what begins or ends. */
void hr_overload_update(hr_replaying *replay, hr_tick now, unsigned server);
/* A meeting begins on `server`, or ends inside the window where it is (beyond the last server:
 * nowhere): how much overload has it met? The times at its beginning are what the end needs. */
void hr_overload_meeting_begins(hr_replaying *replay, hr_tick now, uint32_t meeting,
                                unsigned server);
void hr_overload_meeting_ends(hr_replaying *replay, hr_tick now, uint32_t meeting, unsigned server);
/* Where meetings stay on their servers, a kernel may leave their beginnings to this file: it says
 * how many have begun in scratch->n_begun, in order and with scratch->server, and their clocks are
 * noted before one of them changes its pace. Ask for the end of one only where it may have met
 * something. */
void hr_overload_note_begun(hr_replaying *replay);
/* It leaves its server, comes to another, and takes along what it has met. */
void hr_overload_meeting_comes(hr_replaying *replay, hr_tick now, uint32_t meeting,
                               unsigned server);
void hr_overload_meeting_leaves(hr_replaying *replay, hr_tick now, uint32_t meeting,
                                unsigned server);
/* The window ends: episodes in progress count up to here. */
void hr_overload_end(hr_replaying *replay, hr_tick now);

#endif
