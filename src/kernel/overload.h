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

/* `tick`, moved into the window. */
static inline hr_tick hr_overload_clip(const hr_prepared *prepared, hr_tick tick)
{
    const hr_tick late = tick > prepared->from ? tick : prepared->from;
    return late < prepared->to ? late : prepared->to;
}

/* What is left of limit `l` on `server` now. */
static inline int64_t hr_overload_ceiling(const hr_replaying *replay, unsigned server, unsigned l)
{
    const hr_scratch *s = replay->scratch;
    const hr_configuration *c = replay->configuration;
    return s->ceiling[server * (size_t)c->n_limits + l] -
           s->taken[server * (size_t)s->stride + c->limits[l].resource];
}

/* Has a meeting that has been on `server` since its start met any overload? May be no, where true.
 * Without a branch where it is as good as random: it is not on servers that have never been over.
 */
static inline bool hr_overload_may_have_met(const hr_replaying *replay, uint32_t meeting,
                                            unsigned server)
{
    const hr_scratch *s = replay->scratch;
    return s->ever_over[server] != 0 &&
           ((s->over[server] != 0) | (s->last_over[server] > replay->input->start[meeting]));
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
static inline void hr_overload_move_people(hr_replaying *replay, hr_tick now, unsigned server,
                                           int64_t people)
{
    replay->scratch->truth.people[server] += people;
    replay->scratch->moment[server] += (uint64_t)people * hr_overload_clip(replay->prepared, now);
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
