#include "kernel/reports.h"

#include <string.h>

#include "kernel/failing.h"
#include "kernel/placing.h"

#define NEVER UINT64_MAX

hr_status hr_reports_begin(hr_replaying *replay, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    hr_reports *reports = &s->reports;
    const hr_tick period = replay->prepared->report_period;
    *reports = (hr_reports){.due = NEVER};
    if (period == 0)
        return HR_OK;
    HR_TRY(hr_known_take(&reports->pending, &s->arena, c, err));
    HR_TAKE(reports->next, &s->arena, c->n_servers);
    HR_TAKE(reports->made, &s->arena, c->n_servers);
    HR_TAKE(reports->pending_made, &s->arena, c->n_servers);
    HR_TAKE(reports->arrives, &s->arena, c->n_servers);
    for (unsigned j = 0; j < c->n_servers; j++) {
        const hr_tick phase = c->placement.reports_staggered ? period * j / c->n_servers : 0;
        reports->next[j] = (HR_TICK_ZERO + phase) % period;
        reports->arrives[j] = NEVER;
    }
    reports->due = 0;
out:
    return st;
}

static void copy(const hr_replaying *replay, hr_known *to, const hr_known *from, unsigned server)
{
    const size_t stride = replay->scratch->stride;
    memcpy(to->load + server * stride, from->load + server * stride, stride * sizeof *to->load);
    to->people[server] = from->people[server];
    to->meetings[server] = from->meetings[server];
    to->expected[server] = from->expected[server];
    to->score[server] = hr_placing_score(replay, to, server);
}

/* Server `server` makes all its reports up to `limit`: they show the same, for nothing has happened
 * since the last event. If there are several, all but the last have arrived: the lag is at most a
 * period. */
static void make_report(hr_replaying *replay, unsigned server, hr_tick limit)
{
    hr_scratch *s = replay->scratch;
    hr_reports *reports = &s->reports;
    const hr_tick period = replay->prepared->report_period;
    const hr_tick last = limit - (limit - reports->next[server]) % period;
    if (last != reports->next[server]) {
        copy(replay, &s->reported, &s->truth, server);
        reports->made[server] = last - period;
    } else if (reports->arrives[server] <= last) {
        copy(replay, &s->reported, &reports->pending, server);
        reports->made[server] = reports->pending_made[server];
    }
    copy(replay, &reports->pending, &s->truth, server);
    reports->pending_made[server] = last;
    reports->arrives[server] = last + replay->prepared->report_lag;
    reports->next[server] = last + period;
}

void hr_reports_until(hr_replaying *replay, hr_tick now, bool inclusive)
{
    hr_scratch *s = replay->scratch;
    hr_reports *reports = &s->reports;
    if (now < reports->due || (now == reports->due && !inclusive))
        return;
    const hr_tick limit = inclusive ? now : now - 1;
    hr_tick due = NEVER;
    for (unsigned j = 0; j < replay->configuration->n_servers; j++) {
        if (reports->next[j] <= limit)
            make_report(replay, j, limit);
        if (reports->arrives[j] <= limit) {
            copy(replay, &s->reported, &reports->pending, j);
            reports->made[j] = reports->pending_made[j];
            reports->arrives[j] = NEVER;
        }
        const hr_tick sooner =
            reports->arrives[j] < reports->next[j] ? reports->arrives[j] : reports->next[j];
        due = sooner < due ? sooner : due;
    }
    reports->due = due;
}

static void add(const hr_replaying *replay, hr_known *known, unsigned server, const int64_t *load,
                uint32_t people, bool is_start)
{
    for (unsigned r = 0; r < replay->configuration->n_resources; r++)
        known->load[server * (size_t)replay->scratch->stride + r] += load[r];
    known->people[server] += people;
    known->meetings[server] += is_start;
    known->score[server] = hr_placing_score(replay, known, server);
}

void hr_reports_add(hr_replaying *replay, unsigned server, uint32_t meeting, const int64_t *load,
                    uint32_t people, bool is_start)
{
    hr_scratch *s = replay->scratch;
    hr_reports *reports = &s->reports;
    if (replay->prepared->report_period == 0 || !replay->configuration->placement.in_flight)
        return;
    const hr_tick start = hr_failing_placed_at(replay, meeting);
    if (start >= reports->made[server])
        add(replay, &s->reported, server, load, people, is_start);
    if (reports->arrives[server] != NEVER && start >= reports->pending_made[server])
        add(replay, &reports->pending, server, load, people, is_start);
}
