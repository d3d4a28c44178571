#include "kernel/backlog.h"

#include "base/mem.h"

#define NEVER UINT64_MAX
/* More is no different from this much, and products of it with 2^40 ticks twice fit 128 bits. */
#define MOST_EXCESS ((int64_t)1 << 46)

/* What backlog_time counts in: 2^-8 s, of ticks of 2^-16 s. */
enum { TICKS_PER_UNIT = 1 << 8 };

bool hr_backlog_is_followed(const hr_configuration *configuration)
{
    return configuration->backlog.is_followed && configuration->prepared->backlog_limit >= 0;
}

hr_status hr_backlog_take(const hr_replaying *replay, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scratch *s = replay->scratch;
    s->backlog = NULL;
    if (hr_backlog_is_followed(replay->configuration))
        HR_TAKE(s->backlog, &s->arena, replay->configuration->n_servers);
out:
    return st;
}

void hr_backlog_begin(const hr_replaying *replay)
{
    const hr_prepared *p = replay->prepared;
    const unsigned n = replay->configuration->n_servers;
    for (unsigned j = 0; replay->scratch->backlog != NULL && j < n; j++) {
        hr_backlog *b = &replay->scratch->backlog[j];
        const double full = p->ceiling[(unsigned)p->backlog_limit * (size_t)n + j];
        b->full = full > 1.0 ? (int64_t)full : 1;
        b->at = replay->input->begin;
        b->throttled.reach = (hr_i128)b->full * p->throttled_from;
        b->throttled.back = (hr_i128)b->full * p->throttled_until;
        b->rejected.reach = (hr_i128)b->full * p->rejected_from;
        b->rejected.back = b->rejected.reach - 1;
    }
}

/* ---- a straight line that ends at 0 */

static hr_i128 waiting_after(const hr_backlog *b, hr_tick ticks)
{
    const hr_i128 waiting = b->waiting + (hr_i128)b->excess * ticks;
    return waiting > 0 ? waiting : 0;
}

/* Ticks until the line is at `mark` or beyond it, above (going up) or below. */
static hr_tick ticks_until(hr_i128 waiting, int64_t slope, hr_i128 mark, bool goes_up)
{
    const hr_i128 way = goes_up ? mark - waiting : waiting - mark;
    const int64_t speed = goes_up ? slope : -slope;
    if (way <= 0)
        return 0;
    const hr_i128 ticks = speed > 0 ? (way + speed - 1) / speed : (hr_i128)NEVER;
    return ticks < (hr_i128)NEVER ? (hr_tick)ticks : NEVER;
}

/* Sum of the line over `n` ticks, the first with `waiting`. */
static hr_i128 sum_of(hr_i128 waiting, int64_t slope, hr_tick n)
{
    const hr_tick until_empty = slope < 0 ? ticks_until(waiting, slope, 0, false) : NEVER;
    const hr_tick positive = until_empty < n ? until_empty : n;
    if (positive == 0)
        return 0;
    return waiting * positive + (hr_i128)slope * ((hr_i128)positive * (positive - 1) / 2);
}

/* ---- bands */

/* Busy periods that hold some of [begin, end), and its ticks inside the window. */
static void count_band(const hr_replaying *replay, hr_tick begin, hr_tick end, uint64_t *periods,
                       uint64_t *ticks)
{
    const hr_prepared *p = replay->prepared;
    const unsigned last = replay->configuration->n_periods - 1;
    begin = hr_overload_clip(p, begin);
    end = hr_overload_clip(p, end);
    if (begin >= end)
        return;
    hr_tick i = (begin - p->from) / p->period;
    for (i = i < last ? i : last; i <= last && p->from + i * p->period < end; i++)
        *periods |= (uint64_t)1 << i;
    *ticks += end - begin;
}

/* The band over the line of `n` ticks from b->at on: as the line is straight, it goes on and off at
 * most once. */
static void follow(const hr_replaying *replay, const hr_backlog *b, hr_backlog_band *band,
                   hr_tick n, uint64_t *periods, uint64_t *ticks)
{
    hr_tick gone = 0;
    for (;;) {
        const hr_i128 mark = band->is_on ? band->back : band->reach;
        const hr_tick more = ticks_until(waiting_after(b, gone), b->excess, mark, !band->is_on);
        if (more >= n - gone)
            return;
        gone += more;
        if (band->is_on)
            count_band(replay, band->since, b->at + gone, periods, ticks);
        band->is_on = !band->is_on;
        band->since = b->at + gone;
    }
}

/* Nothing waits, nothing will, and nothing is on. */
static bool is_idle(const hr_backlog *b)
{
    return b->waiting == 0 && b->excess <= 0 && !b->throttled.is_on && !b->rejected.is_on;
}

static void advance(const hr_replaying *replay, hr_backlog *b, hr_tick now)
{
    const hr_prepared *p = replay->prepared;
    hr_counts *counts = replay->counts;
    uint64_t ignored = 0;
    if (now <= b->at)
        return; /* meetings of the past come before the beginning: they only bring their load */
    if (!is_idle(b)) {
        const hr_tick first = hr_overload_clip(p, b->at), end = hr_overload_clip(p, now);
        if (end > first)
            b->sum += sum_of(waiting_after(b, first - b->at), b->excess, end - first);
        follow(replay, b, &b->throttled, now - b->at, &counts->throttled_periods,
               &counts->throttled_time);
        follow(replay, b, &b->rejected, now - b->at, &counts->rejected_periods, &ignored);
        b->waiting = waiting_after(b, now - b->at);
    }
    b->at = now;
}

void hr_backlog_change(const hr_replaying *replay, hr_tick now, unsigned server)
{
    hr_scratch *s = replay->scratch;
    hr_backlog *b = &s->backlog[server];
    const unsigned l = (unsigned)replay->prepared->backlog_limit;
    const size_t place = server * (size_t)s->stride + replay->configuration->limits[l].resource;
    const int64_t excess = s->truth.load[place] - hr_overload_ceiling(replay, server, l);
    advance(replay, b, now);
    b->excess = excess < -MOST_EXCESS ? -MOST_EXCESS : excess < MOST_EXCESS ? excess : MOST_EXCESS;
    if (!is_idle(b))
        s->low[place] = HR_BEYOND - 1; /* whatever comes next is beyond the bracket */
}

void hr_backlog_forget(const hr_replaying *replay, unsigned server)
{
    if (replay->scratch->backlog != NULL)
        replay->scratch->backlog[server].waiting = 0;
}

void hr_backlog_end(const hr_replaying *replay, hr_tick now)
{
    hr_counts *counts = replay->counts;
    uint64_t ignored = 0;
    const unsigned n = replay->configuration->n_servers;
    for (unsigned j = 0; replay->scratch->backlog != NULL && j < n; j++) {
        hr_backlog *b = &replay->scratch->backlog[j];
        advance(replay, b, now);
        if (b->throttled.is_on)
            count_band(replay, b->throttled.since, now, &counts->throttled_periods,
                       &counts->throttled_time);
        if (b->rejected.is_on)
            count_band(replay, b->rejected.since, now, &counts->rejected_periods, &ignored);
        counts->backlog_time += (hr_u128)(b->sum / b->full / TICKS_PER_UNIT);
    }
}
