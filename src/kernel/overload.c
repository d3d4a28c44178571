#include "kernel/overload.h"

#include "kernel/anatomy.h"
#include "kernel/apart.h"
#include "kernel/backlog.h"
#include "kernel/excess.h"
#include "kernel/stepping.h"
#include "model/joint.h"

/* The integral of people over the window's time up to `now`, but for a constant: with d people more
 * at time t it is sum d (now - t) = people now - sum d t, the moment. Modulo 2^64, where
 * differences are exact. */
static uint64_t person_time(const hr_replaying *replay, hr_tick now, unsigned server)
{
    const hr_scratch *s = replay->scratch;
    return (uint64_t)s->truth.people[server] * hr_overload_clip(replay->prepared, now) -
           s->moment[server];
}

void hr_overload_account(hr_replaying *replay, hr_tick now)
{
    hr_scratch *s = replay->scratch;
    const hr_tick end = hr_overload_clip(replay->prepared, now);
    const uint64_t ticks = end - s->accounted;
    s->accounted = end;
    if (ticks == 0)
        return;
    const size_t row = replay->configuration->n_servers + (size_t)1;
    for (uint64_t left = s->criteria_over; left != 0; left &= left - 1) {
        const unsigned c = (unsigned)__builtin_ctzll(left);
        replay->counts->time_with[c * row + s->n_over[c]] += ticks;
    }
}

/* Mark the busy periods that hold at least d of the episode [begin, end) of one server. */
static void mark_periods(hr_replaying *replay, unsigned criterion, hr_tick begin, hr_tick end)
{
    const hr_prepared *p = replay->prepared;
    const hr_configuration *c = replay->configuration;
    begin = hr_overload_clip(p, begin);
    end = hr_overload_clip(p, end);
    for (unsigned i = hr_prepared_period(p, c->n_periods, begin); i < c->n_periods; i++) {
        const hr_tick opens = p->from + i * p->period;
        const hr_tick closes = i + 1 == c->n_periods ? p->to : opens + p->period;
        if (opens >= end)
            break;
        const hr_tick inside = (end < closes ? end : closes) - (begin > opens ? begin : opens);
        for (unsigned d = 0; d < c->n_durations && inside > 0; d++) {
            if (inside >= p->min_episode[d])
                replay->counts->periods_hit[criterion * c->n_durations + d] |= (uint64_t)1 << i;
        }
    }
}

static void begin_episode(hr_replaying *replay, hr_tick now, unsigned server, unsigned criterion)
{
    hr_scratch *s = replay->scratch;
    const hr_configuration *c = replay->configuration;
    const size_t place = server * (size_t)c->n_criteria + criterion;
    s->ever_over[server] |= (uint64_t)1 << criterion;
    s->since[place] = now;
    s->person_time[place] = person_time(replay, now, server);
    const bool measured = now >= replay->prepared->from && now < replay->prepared->to;
    if (measured)
        replay->counts->server_episodes[criterion * (size_t)c->n_servers + server]++;
    if (s->n_over[criterion]++ == 0) {
        s->criteria_over |= (uint64_t)1 << criterion;
        s->any_since[criterion] = now;
        if (replay->counts->stretches != NULL)
            hr_stretches_begin(replay->counts->stretches, criterion, now);
        if (measured) {
            const uint64_t limits = s->limits_over[server] & c->criteria[criterion].limits;
            const unsigned limit = (unsigned)__builtin_ctzll(limits);
            const unsigned first = c->limits[limit].resource;
            if (c->follows_anatomy)
                hr_anatomy_note(replay, now, server, criterion, limit);
            replay->counts->episodes[criterion]++;
            replay->counts->first_over[criterion * c->n_resources + first]++;
        }
    }
}

/* The any-server episode of a criterion is over. */
static void count_length(hr_replaying *replay, hr_tick now, unsigned criterion)
{
    const hr_prepared *p = replay->prepared;
    const unsigned n = replay->configuration->n_durations;
    if (now < p->from || now >= p->to)
        return;
    replay->counts->ended[criterion]++;
    for (unsigned d = 0; d < n; d++)
        replay->counts->lasting[criterion * n + d] +=
            now - replay->scratch->any_since[criterion] >= p->min_episode[d];
}

static void end_episode(hr_replaying *replay, hr_tick now, unsigned server, unsigned criterion)
{
    hr_scratch *s = replay->scratch;
    const hr_configuration *c = replay->configuration;
    const size_t place = server * (size_t)c->n_criteria + criterion;
    const hr_tick begin = s->since[place];
    s->clock[place] += now - begin;
    s->last_over[server] = now;
    replay->counts->server_time[criterion * (size_t)c->n_servers + server] +=
        hr_overload_clip(replay->prepared, now) - hr_overload_clip(replay->prepared, begin);
    replay->counts->person_time_over[criterion] +=
        person_time(replay, now, server) - s->person_time[place];
    mark_periods(replay, criterion, begin, now);
    if (--s->n_over[criterion] == 0) {
        s->criteria_over &= ~((uint64_t)1 << criterion);
        count_length(replay, now, criterion);
        if (replay->counts->stretches != NULL)
            hr_stretches_end(replay->counts->stretches, criterion, now);
    }
}

/* Which limits of one resource are exceeded now, and how far its load may go until others are. */
static uint64_t find_limits_over(hr_replaying *replay, unsigned server, unsigned r)
{
    hr_scratch *s = replay->scratch;
    const size_t place = server * (size_t)s->stride + r;
    const int64_t load = s->truth.load[place];
    int64_t high = HR_BEYOND, low = -HR_BEYOND;
    uint64_t over = 0;
    for (uint64_t left = s->limits_of[r]; left != 0; left &= left - 1) {
        const int64_t ceiling =
            hr_overload_ceiling(replay, server, (unsigned)__builtin_ctzll(left));
        if (load > ceiling) {
            over |= left & -left;
            low = ceiling > low ? ceiling : low;
        } else {
            high = ceiling < high ? ceiling : high;
        }
    }
    s->high[place] = high;
    s->low[place] = low;
    return over;
}

void hr_overload_update(hr_replaying *replay, hr_tick now, unsigned server)
{
    hr_scratch *s = replay->scratch;
    uint64_t limits = s->limits_over[server];
    for (unsigned r = 0; r < replay->configuration->n_resources; r++) {
        const size_t place = server * (size_t)s->stride + r;
        if (s->truth.load[place] > s->high[place] || s->truth.load[place] <= s->low[place])
            limits = (limits & ~s->limits_of[r]) | find_limits_over(replay, server, r);
    }
    if (s->backlog != NULL)
        hr_backlog_change(replay, now, server);
    if (s->excess != NULL)
        hr_excess_change(replay, now, server, limits);
    if (limits == s->limits_over[server])
        return;
    s->limits_over[server] = limits;
    uint64_t over = 0;
    for (uint64_t left = limits; left != 0; left &= left - 1)
        over |= s->criteria_of[__builtin_ctzll(left)];
    const uint64_t changed = over ^ s->over[server];
    if (changed == 0)
        return;
    hr_overload_account(replay, now);
    hr_overload_note_begun(replay);
    for (uint64_t left = changed; left != 0; left &= left - 1) {
        const unsigned criterion = (unsigned)__builtin_ctzll(left);
        if (over >> criterion & 1)
            begin_episode(replay, now, server, criterion);
        else
            end_episode(replay, now, server, criterion);
    }
    s->over[server] = over;
    if (s->apart != NULL)
        hr_apart_see_server(replay, now, server);
    if (replay->observer != NULL)
        replay->observer->changed(replay->observer->context, now, server, over);
}

void hr_overload_set_ceilings(hr_replaying *replay, const int64_t *ceiling)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    for (unsigned j = 0; j < c->n_servers; j++) {
        for (unsigned l = 0; l < c->n_limits; l++)
            s->ceiling[j * (size_t)c->n_limits + l] = ceiling[l * (size_t)c->n_servers + j];
        for (unsigned r = 0; r < s->stride; r++) {
            s->high[j * (size_t)s->stride + r] = HR_BEYOND;
            s->low[j * (size_t)s->stride + r] = r < c->n_resources ? HR_BEYOND - 1 : -HR_BEYOND;
        }
    }
}

void hr_overload_begin(hr_replaying *replay)
{
    const hr_configuration *c = replay->configuration;
    const hr_scratch *s = replay->scratch;
    hr_overload_set_ceilings(replay, replay->input->ceiling);
    hr_backlog_begin(replay);
    hr_stepping_step(replay, replay->input->begin, 0, s->stride);
    for (unsigned j = 0; j < c->n_servers; j++)
        hr_overload_update(replay, replay->input->begin, j);
}

/* Ticks that `server` has been over `criterion` since the replay began. */
static uint64_t overload_clock(const hr_replaying *replay, hr_tick now, unsigned server,
                               unsigned criterion)
{
    const hr_scratch *s = replay->scratch;
    const size_t place = server * (size_t)replay->configuration->n_criteria + criterion;
    const bool is_over = s->over[server] >> criterion & 1;
    return s->clock[place] + (is_over ? now - s->since[place] : 0);
}

/* Meetings are on one server from their start to their end. */
static bool meetings_stay(const hr_replaying *replay)
{
    return replay->prepared->review_period == 0 && replay->input->n_changes == 0;
}

/* Clocks that have never run are 0, as they were for all meetings that began there before. */
static inline void note_clocks(hr_scratch *s, size_t n_criteria, hr_tick now, uint32_t meeting,
                               unsigned server)
{
    uint64_t *clock = s->clock_at_start + meeting * n_criteria;
    for (uint64_t left = s->ever_over[server]; left != 0; left &= left - 1) {
        const unsigned i = (unsigned)__builtin_ctzll(left);
        const size_t place = server * n_criteria + i;
        clock[i] = s->clock[place] + (s->over[server] >> i & 1 ? now - s->since[place] : 0);
        s->clocked[place] = meeting < s->clocked[place] ? meeting : s->clocked[place];
    }
}

void hr_overload_meeting_begins(hr_replaying *replay, hr_tick now, uint32_t meeting,
                                unsigned server)
{
    hr_scratch *s = replay->scratch;
    const unsigned n = replay->configuration->n_criteria;
    uint64_t *clock = s->clock_at_start + meeting * (size_t)n;
    if (meetings_stay(replay)) {
        note_clocks(s, n, now, meeting, server);
        return;
    }
    for (unsigned i = 0; i < n; i++)
        clock[i] = overload_clock(replay, now, server, i);
}

/* What was over when they began is over still, and for as long: nothing has changed since. */
void hr_overload_note_begun(hr_replaying *replay)
{
    hr_scratch *s = replay->scratch;
    const unsigned n_servers = replay->configuration->n_servers;
    const size_t n_criteria = replay->configuration->n_criteria;
    const hr_tick *start = replay->input->start;
    for (uint32_t i = s->n_noted; i < s->n_begun; i++) {
        if (s->server[i] < n_servers)
            note_clocks(s, n_criteria, start[i], i, s->server[i]);
    }
    s->n_noted = s->n_begun;
}

void hr_overload_meeting_comes(hr_replaying *replay, hr_tick now, uint32_t meeting, unsigned server)
{
    const unsigned n = replay->configuration->n_criteria;
    uint64_t *start = replay->scratch->clock_at_start + meeting * (size_t)n;
    for (unsigned i = 0; i < n; i++)
        start[i] += overload_clock(replay, now, server, i);
}

void hr_overload_meeting_leaves(hr_replaying *replay, hr_tick now, uint32_t meeting,
                                unsigned server)
{
    const unsigned n = replay->configuration->n_criteria;
    uint64_t *start = replay->scratch->clock_at_start + meeting * (size_t)n;
    for (unsigned i = 0; i < n; i++)
        start[i] -= overload_clock(replay, now, server, i);
}

/* The meeting has met criterion `i` for so many ticks, at least one. */
static inline void count_hit(const hr_replaying *replay, unsigned i, uint64_t met, uint32_t meeting)
{
    const uint32_t size = replay->input->size[meeting];
    if (hr_configuration_inserts(replay->configuration, replay->input->class_of[meeting]))
        replay->counts->inserted_hit |= (uint64_t)1 << i;
    const unsigned n = replay->configuration->n_durations;
    const hr_tick *least = replay->prepared->min_episode;
    uint64_t *meetings = replay->counts->meetings_hit + i * n;
    uint64_t *people = replay->counts->people_hit + i * n;
    for (unsigned d = 0; d < n; d++) {
        const uint64_t hit = met >= least[d];
        meetings[d] += hit;
        people[d] += hit * size;
    }
}

/* Where meetings stay. */
static void end_where_it_began(hr_replaying *replay, hr_tick now, uint32_t meeting, unsigned server)
{
    hr_scratch *s = replay->scratch;
    const size_t n = replay->configuration->n_criteria;
    if (meeting >= s->n_noted)
        hr_overload_note_begun(replay);
    const uint64_t *start = s->clock_at_start + meeting * n;
    for (uint64_t left = s->ever_over[server]; left != 0; left &= left - 1) {
        const unsigned i = (unsigned)__builtin_ctzll(left);
        const size_t place = server * n + i;
        const uint64_t open = s->over[server] >> i & 1 ? now - s->since[place] : 0;
        const uint64_t met = s->clock[place] + open - (meeting < s->clocked[place] ? 0 : start[i]);
        if (met > 0)
            count_hit(replay, i, met, meeting);
    }
}

void hr_overload_meeting_ends(hr_replaying *replay, hr_tick now, uint32_t meeting, unsigned server)
{
    const hr_configuration *c = replay->configuration;
    const uint64_t *start = replay->scratch->clock_at_start + meeting * (size_t)c->n_criteria;
    const bool is_placed = server < c->n_servers;
    if (meetings_stay(replay)) {
        const hr_at_hand hand = hr_overload_at_hand(replay);
        if (hr_overload_may_have_met(&hand, meeting, server))
            end_where_it_began(replay, now, meeting, server);
        return;
    }
    for (unsigned i = 0; i < c->n_criteria; i++) {
        const uint64_t met = (is_placed ? overload_clock(replay, now, server, i) : 0) - start[i];
        if (met > 0)
            count_hit(replay, i, met, meeting);
    }
}

void hr_overload_end(hr_replaying *replay, hr_tick now)
{
    hr_scratch *s = replay->scratch;
    hr_overload_account(replay, now);
    hr_backlog_end(replay, now);
    if (s->excess != NULL)
        hr_excess_end(replay, now);
    for (unsigned j = 0; j < replay->configuration->n_servers; j++) {
        for (uint64_t left = s->over[j]; left != 0; left &= left - 1)
            end_episode(replay, now, j, (unsigned)__builtin_ctzll(left));
        s->over[j] = 0;
    }
}
