#include "kernel/excess.h"

#include <math.h>

#include "base/mem.h"

typedef struct hr_excess {
    uint64_t named; /* limits of a level, not of the capacity curve */
    hr_tick *at;    /* [n] last change */
    uint64_t *over; /* [n] named limits exceeded since */
    int64_t *above; /* [n * L] by how much, of these */
} hr_excess;

hr_status hr_excess_take(const hr_replaying *replay, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    s->excess = NULL;
    if (!c->follows_excess)
        return HR_OK;
    HR_TAKE(s->excess, &s->arena, 1);
    HR_TAKE(s->excess->at, &s->arena, c->n_servers);
    HR_TAKE(s->excess->over, &s->arena, c->n_servers);
    HR_TAKE(s->excess->above, &s->arena, c->n_servers * (size_t)c->n_limits);
    for (unsigned l = 0; l < c->n_limits; l++)
        s->excess->named |= (uint64_t)(c->limits[l].level >= 0) << l;
out:
    return st;
}

void hr_excess_change(const hr_replaying *replay, hr_tick now, unsigned server, uint64_t limits)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    hr_excess *e = s->excess;
    int64_t *above = e->above + server * (size_t)c->n_limits;
    const hr_tick ticks =
        hr_overload_clip(replay->prepared, now) - hr_overload_clip(replay->prepared, e->at[server]);
    for (uint64_t left = e->over[server]; left != 0; left &= left - 1) {
        const unsigned l = (unsigned)__builtin_ctzll(left);
        replay->counts->excess[l] += (hr_u128)(uint64_t)above[l] * ticks;
    }
    e->at[server] = now;
    e->over[server] = limits & e->named;
    for (uint64_t left = e->over[server]; left != 0; left &= left - 1) {
        const unsigned l = (unsigned)__builtin_ctzll(left);
        const size_t place = server * (size_t)s->stride + c->limits[l].resource;
        above[l] = s->truth.load[place] - hr_overload_ceiling(replay, server, l);
        s->low[place] = HR_BEYOND - 1; /* whatever comes next is beyond the bracket */
    }
}

/* ---- background: known from the input alone */

typedef struct hr_span {
    hr_tick from, to; /* in the window */
} hr_span;

/* Row `i` of the servers' states; without failures the only one. */
static hr_span span_of_row(const hr_replaying *replay, uint32_t i)
{
    const hr_input *in = replay->input;
    const hr_tick from = i > 0 ? in->change[i] : in->begin;
    const hr_tick to = i + 1 < in->n_changes ? in->change[i + 1] : in->to;
    return (hr_span){hr_overload_clip(replay->prepared, from),
                     hr_overload_clip(replay->prepared, to)};
}

static bool is_out(const hr_replaying *replay, uint32_t row, unsigned server)
{
    const hr_input *in = replay->input;
    return in->n_changes > 0 &&
           in->server_state[row * (size_t)replay->configuration->n_servers + server] ==
               HR_SERVER_OUT;
}

/* Sessions of a server between two ticks, times ticks, times what each takes of resource `r`. */
static hr_u128 sessions_of(const hr_replaying *replay, hr_span span, unsigned server, unsigned r)
{
    const hr_prepared *p = replay->prepared;
    const hr_input *in = replay->input;
    const hr_scratch *s = replay->scratch;
    const size_t n = replay->configuration->n_servers;
    hr_u128 sum = 0;
    for (uint32_t step = 0; step < in->n_steps; step++) {
        const hr_tick from = in->begin + step * p->session_step, to = from + p->session_step;
        const hr_tick first = from > span.from ? from : span.from;
        const hr_tick last = to < span.to ? to : span.to;
        for (unsigned i = 0; i < p->n_session_items && first < last; i++) {
            const uint64_t cost = (uint64_t)s->session_cost[i * (size_t)s->stride + r];
            sum += (hr_u128)cost * in->sessions[(step * p->n_session_items + i) * n + server] *
                   (last - first);
        }
    }
    return sum;
}

/* Held background is what ceilings lack; it may be negative, if its law is. */
static void add_background(const hr_replaying *replay, unsigned limit)
{
    const hr_configuration *c = replay->configuration;
    const hr_input *in = replay->input;
    const size_t n = c->n_servers;
    const unsigned r = c->limits[limit].resource;
    const uint32_t rows = in->n_changes > 0 ? in->n_changes : 1;
    for (uint32_t row = 0; row < rows; row++) {
        const hr_span span = span_of_row(replay, row);
        for (unsigned j = 0; j < n && span.from < span.to; j++) {
            if (is_out(replay, row, j))
                continue;
            const int64_t full = (int64_t)floor(replay->prepared->ceiling[limit * n + j]);
            const int64_t held = full - in->ceiling[(row * (size_t)c->n_limits + limit) * n + j];
            if (held > 0)
                replay->counts->background_time[r] +=
                    (hr_u128)(uint64_t)held * (span.to - span.from);
            replay->counts->background_time[r] += sessions_of(replay, span, j, r);
        }
    }
}

void hr_excess_end(const hr_replaying *replay, hr_tick now)
{
    const hr_configuration *c = replay->configuration;
    uint64_t seen = 0;
    for (unsigned j = 0; j < c->n_servers; j++)
        hr_excess_change(replay, now, j, replay->scratch->limits_over[j]);
    for (unsigned l = 0; l < c->n_limits; l++) {
        const uint64_t resource = (uint64_t)1 << c->limits[l].resource;
        if (c->limits[l].level >= 0 && (seen & resource) == 0)
            add_background(replay, l);
        seen |= c->limits[l].level >= 0 ? resource : 0;
    }
}
