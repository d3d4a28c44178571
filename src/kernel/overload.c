#include "kernel/overload.h"

#include <string.h>

static hr_tick clip(const hr_prepared *prepared, hr_tick tick)
{
    if (tick < prepared->from)
        return prepared->from;
    return tick < prepared->to ? tick : prepared->to;
}

void hr_overload_account(hr_replaying *replay, hr_tick now)
{
    hr_scratch *s = replay->scratch;
    const hr_tick end = clip(replay->prepared, now);
    const uint64_t ticks = end - s->accounted;
    s->accounted = end;
    if (ticks == 0)
        return;
    const size_t row = replay->configuration->n_servers + (size_t)1;
    for (uint64_t left = s->criteria_over; left != 0; left &= left - 1) {
        const unsigned c = (unsigned)__builtin_ctzll(left);
        replay->counts->time_with[c * row + s->n_over[c]] += ticks;
        replay->counts->person_time_over[c] += ticks * (uint64_t)s->people_over[c];
    }
}

/* Mark the busy periods that hold at least d of the episode [begin, end) of one server. */
static void mark_periods(hr_replaying *replay, unsigned criterion, hr_tick begin, hr_tick end)
{
    const hr_prepared *p = replay->prepared;
    const hr_configuration *c = replay->configuration;
    begin = clip(p, begin);
    end = clip(p, end);
    unsigned i = (unsigned)((begin - p->from) / p->period);
    if (i >= c->n_periods)
        i = c->n_periods - 1; /* the last period also has the ticks that do not divide evenly */
    for (; i < c->n_periods; i++) {
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
    s->since[server * (size_t)c->n_criteria + criterion] = now;
    const bool measured = now >= replay->prepared->from && now < replay->prepared->to;
    if (measured)
        replay->counts->server_episodes[criterion * (size_t)c->n_servers + server]++;
    if (s->n_over[criterion]++ == 0) {
        s->criteria_over |= (uint64_t)1 << criterion;
        if (measured) {
            const uint64_t limits = s->limits_over[server] & c->criteria[criterion].limits;
            const unsigned first = c->limits[__builtin_ctzll(limits)].resource;
            replay->counts->episodes[criterion]++;
            replay->counts->first_over[criterion * c->n_resources + first]++;
        }
    }
    s->people_over[criterion] += s->truth.people[server];
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
        clip(replay->prepared, now) - clip(replay->prepared, begin);
    mark_periods(replay, criterion, begin, now);
    if (--s->n_over[criterion] == 0)
        s->criteria_over &= ~((uint64_t)1 << criterion);
    s->people_over[criterion] -= s->truth.people[server];
}

/* Limits exceeded now, and how far each load may go until one more or one less is. */
static uint64_t find_limits_over(const hr_replaying *replay, unsigned server)
{
    const hr_configuration *c = replay->configuration;
    const hr_scratch *s = replay->scratch;
    const int64_t *load = s->truth.load + server * (size_t)c->n_resources;
    const int64_t *ceiling = s->ceiling + server * (size_t)c->n_limits;
    int64_t *high = s->high + server * (size_t)c->n_resources;
    int64_t *low = s->low + server * (size_t)c->n_resources;
    uint64_t over = 0;
    for (unsigned r = 0; r < c->n_resources; r++) {
        high[r] = HR_BEYOND;
        low[r] = -HR_BEYOND;
    }
    for (unsigned l = 0; l < c->n_limits; l++) {
        const unsigned r = c->limits[l].resource;
        const bool is_over = load[r] > ceiling[l];
        over |= (uint64_t)is_over << l;
        if (is_over)
            low[r] = ceiling[l] > low[r] ? ceiling[l] : low[r];
        else
            high[r] = ceiling[l] < high[r] ? ceiling[l] : high[r];
    }
    return over;
}

void hr_overload_update(hr_replaying *replay, hr_tick now, unsigned server)
{
    hr_scratch *s = replay->scratch;
    const hr_configuration *c = replay->configuration;
    const uint64_t limits = find_limits_over(replay, server);
    if (limits == s->limits_over[server])
        return;
    s->limits_over[server] = limits;
    uint64_t over = 0;
    for (unsigned i = 0; i < c->n_criteria; i++)
        over |= (uint64_t)((limits & c->criteria[i].limits) != 0) << i;
    const uint64_t changed = over ^ s->over[server];
    if (changed == 0)
        return;
    hr_overload_account(replay, now);
    for (uint64_t left = changed; left != 0; left &= left - 1) {
        const unsigned criterion = (unsigned)__builtin_ctzll(left);
        if (over >> criterion & 1)
            begin_episode(replay, now, server, criterion);
        else
            end_episode(replay, now, server, criterion);
    }
    s->over[server] = over;
    if (replay->observer != NULL)
        replay->observer->changed(replay->observer->context, now, server, over);
}

/* What the sessions in progress at `step` take of each resource of `server`. */
static void session_load(const hr_replaying *replay, uint32_t step, unsigned server, int64_t *taken)
{
    const hr_configuration *c = replay->configuration;
    const hr_input *in = replay->input;
    memset(taken, 0, c->n_resources * sizeof *taken);
    if (in->n_steps == 0)
        return;
    const size_t stride = (size_t)replay->prepared->n_session_items * c->n_servers;
    const uint16_t *row = in->sessions + step * stride;
    for (unsigned i = 0, item = 0; i < c->n_background; i++) {
        if (c->background[i].kind != HR_BACKGROUND_SESSIONS)
            continue;
        const int64_t sessions = row[item * (size_t)c->n_servers + server];
        for (unsigned r = 0; r < c->n_resources; r++)
            taken[r] += sessions * replay->prepared->background[i].cost[r];
        item++;
    }
}

void hr_overload_set_ceilings(hr_replaying *replay, hr_tick now, uint32_t step)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    for (unsigned j = 0; j < c->n_servers; j++) {
        int64_t taken[HR_MAX_RESOURCES];
        session_load(replay, step, j, taken);
        int64_t *ceiling = s->ceiling + j * (size_t)c->n_limits;
        for (unsigned l = 0; l < c->n_limits; l++) {
            ceiling[l] =
                replay->input->ceiling[l * (size_t)c->n_servers + j] - taken[c->limits[l].resource];
        }
        hr_overload_update(replay, now, j);
    }
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

void hr_overload_meeting_begins(hr_replaying *replay, hr_tick now, uint32_t meeting,
                                unsigned server)
{
    hr_scratch *s = replay->scratch;
    const unsigned n = replay->configuration->n_criteria;
    uint64_t *clock = s->clock_at_start + meeting * (size_t)n;
    for (unsigned i = 0; i < n; i++)
        clock[i] = overload_clock(replay, now, server, i);
}

void hr_overload_meeting_ends(hr_replaying *replay, hr_tick now, uint32_t meeting, unsigned server)
{
    const hr_configuration *c = replay->configuration;
    const hr_scratch *s = replay->scratch;
    hr_counts *counts = replay->counts;
    const uint32_t size = replay->input->size[meeting];
    counts->meetings_ended++;
    counts->people_ended += size;
    if (s->over[server] == 0 && s->last_over[server] <= replay->input->start[meeting])
        return; /* nothing was over while it was there: the common case */
    const uint64_t *start = s->clock_at_start + meeting * (size_t)c->n_criteria;
    for (unsigned i = 0; i < c->n_criteria; i++) {
        const uint64_t met = overload_clock(replay, now, server, i) - start[i];
        for (unsigned d = 0; d < c->n_durations && met > 0; d++) {
            const bool hit = met >= replay->prepared->min_episode[d];
            counts->meetings_hit[i * c->n_durations + d] += hit;
            counts->people_hit[i * c->n_durations + d] += hit ? size : 0;
        }
    }
}

void hr_overload_end(hr_replaying *replay, hr_tick now)
{
    hr_scratch *s = replay->scratch;
    hr_overload_account(replay, now);
    for (unsigned j = 0; j < replay->configuration->n_servers; j++) {
        for (uint64_t left = s->over[j]; left != 0; left &= left - 1)
            end_episode(replay, now, j, (unsigned)__builtin_ctzll(left));
        s->over[j] = 0;
    }
}
