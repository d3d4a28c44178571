#include "kernel/replay.h"

#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "kernel/absence.h"
#include "kernel/apart.h"
#include "kernel/failing.h"
#include "kernel/joining.h"
#include "kernel/placing.h"
#include "kernel/policy.h"
#include "kernel/reports.h"
#include "kernel/review.h"
#include "kernel/server.h"
#include "kernel/snapshot.h"
#include "kernel/stepping.h"

#define NEVER UINT64_MAX

/* Cursors into the input: the next event of each kind. */
typedef struct hr_cursors {
    uint32_t *departures; /* meetings in order of (end, number) */
    uint32_t *joins;      /* joins in order of (tick, number) */
    uint32_t arrival, join, departure, step, snapshot;
    uint32_t turn; /* meetings so far */
    hr_tick next_step, next_snapshot, next_review;
    bool measuring; /* the window has begun */
} hr_cursors;

/* Departures and joins in the order in which they happen. */
static hr_status put_in_order(const hr_replaying *replay, hr_cursors *at, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scratch *s = replay->scratch;
    const hr_input *in = replay->input;
    const size_t n = in->n_meetings > in->n_joins ? in->n_meetings : in->n_joins;
    HR_TRY(hr_scratch_room_for_events(s, n + 1, err));
    at->departures = (uint32_t *)s->event; /* two lists share the words */
    at->joins = at->departures + n;
    HR_TRY(hr_order(in->end, in->n_meetings, at->departures, s->work, err));
    HR_TRY(hr_order(in->join_tick, in->n_joins, at->joins, s->work, err));
out:
    return st;
}

/* ---- events */

/* `load` and `people` of a meeting come to its server, to stay until the meeting ends. */
static void add_to_server(hr_replaying *replay, hr_tick now, uint32_t meeting, const int64_t *load,
                          uint32_t people)
{
    /* who is in several media is present once, with the Focus, which counts nobody for the rule */
    const uint32_t present = hr_apart_is_first(replay, meeting) ? people : 0;
    hr_server_count_stay(replay, now, replay->input->end[meeting], load, present);
    if (replay->scratch->apart != NULL)
        hr_apart_join(replay, now, meeting, present);
    hr_server_grow(replay, now, meeting, load, hr_apart_is_focus(replay, meeting) ? 0 : people);
}

static void count_offer(hr_replaying *replay, uint32_t meeting)
{
    const unsigned class = replay->input->class_of[meeting];
    const bool is_refused = replay->scratch->server[meeting] == replay->configuration->n_servers;
    replay->counts->offered[class] += hr_apart_is_first(replay, meeting);
    replay->counts->refused[class] += is_refused && hr_apart_is_first_refused(replay, meeting);
}

/* The rule's choice, which no Focus asks for. */
static unsigned choose_server(const hr_replaying *replay, hr_cursors *at, uint32_t meeting)
{
    const hr_input *in = replay->input;
    if (hr_apart_is_focus(replay, meeting))
        return hr_apart_home(replay, in->tie[meeting], in->pick[meeting], 0);
    if (hr_apart_is_refused(replay, meeting))
        return replay->configuration->n_servers;
    return hr_placing_choose(replay, meeting, at->turn++);
}

static void arrive(hr_replaying *replay, hr_cursors *at)
{
    const hr_configuration *c = replay->configuration;
    const hr_input *in = replay->input;
    hr_scratch *s = replay->scratch;
    const uint32_t meeting = at->arrival++;
    const hr_tick now = in->start[meeting];
    s->n_arrived = at->arrival;
    if (!hr_input_owns(in, meeting)) {
        s->server[meeting] = (uint16_t)c->n_servers; /* not ours: as if refused */
        return;
    }
    hr_policy_tell(replay, meeting);
    const bool is_focus = hr_apart_is_focus(replay, meeting);
    const unsigned server = choose_server(replay, at, meeting);
    s->server[meeting] = (uint16_t)server;
    if (now >= in->from)
        count_offer(replay, meeting);
    if (replay->observer != NULL)
        replay->observer->placed(replay->observer->context, now, meeting, server);
    if (server == c->n_servers)
        return;
    const int64_t *initial = in->initial + meeting * (size_t)c->n_resources;
    memset(s->load + meeting * (size_t)c->n_resources, 0, c->n_resources * sizeof *s->load);
    s->people[meeting] = 0;
    if (s->apart != NULL)
        hr_apart_arrive(replay, now, meeting);
    else
        hr_overload_meeting_begins(replay, now, meeting, server);
    s->truth.meetings[server] += !is_focus;
    const uint32_t people = replay->prepared->joins_at_once ? in->size[meeting] : 0;
    add_to_server(replay, now, meeting, initial, people);
    hr_reports_add(replay, server, meeting, initial, is_focus ? 0 : people, !is_focus);
}

static void join(hr_replaying *replay, hr_cursors *at)
{
    const hr_configuration *c = replay->configuration;
    const hr_input *in = replay->input;
    const uint32_t number = at->joins[at->join++];
    const uint32_t meeting = in->join_meeting[number];
    if (replay->scratch->server[meeting] == c->n_servers)
        return; /* refused */
    const hr_prepared_profile *profile =
        &replay->prepared->classes[in->class_of[meeting]].profiles[in->profile[meeting]];
    const int64_t *cost = profile->kind_cost + in->join_kind[number] * (size_t)c->n_resources;
    const hr_tick now = in->join_tick[number];
    if (!hr_failing_is_placed(replay, meeting) && !hr_failing_restart(replay, now, meeting, number))
        return; /* its server is out */
    unsigned server = replay->scratch->server[meeting];
    if (hr_joining_decides(c) && !hr_apart_is_focus(replay, meeting)) {
        server = hr_joining_join(replay, now, meeting, number, cost);
        if (server == c->n_servers)
            return; /* turned away */
        hr_server_count_stay(replay, now, in->end[meeting], cost,
                             hr_apart_is_first(replay, meeting));
    } else {
        add_to_server(replay, now, meeting, cost, 1);
    }
    hr_reports_add(replay, server, meeting, cost, hr_apart_is_focus(replay, meeting) ? 0 : 1,
                   false);
}

static void count_end(hr_replaying *replay, hr_tick now, uint32_t meeting)
{
    replay->counts->meetings_ended++;
    replay->counts->people_ended += replay->input->size[meeting];
    if (replay->scratch->apart != NULL)
        hr_apart_meeting_ends(replay, now, meeting);
    else
        hr_overload_meeting_ends(replay, now, meeting, replay->scratch->server[meeting]);
}

static void depart(hr_replaying *replay, hr_cursors *at)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    const uint32_t meeting = at->departures[at->departure++];
    const hr_tick now = replay->input->end[meeting];
    const unsigned server = s->server[meeting];
    if (server == c->n_servers)
        return; /* refused */
    if (now >= replay->prepared->from && hr_apart_is_first(replay, meeting))
        count_end(replay, now, meeting);
    if (hr_apart_is_focus(replay, meeting))
        hr_absence_end(replay, now, meeting);
    if (!hr_failing_is_placed(replay, meeting))
        return; /* its server is out, and nobody has come back */
    if (s->apart != NULL)
        hr_apart_leave(replay, now, meeting);
    hr_server_remove(replay, now, server, s->load + meeting * (size_t)c->n_resources,
                     s->people[meeting]);
    s->truth.meetings[server] -= !hr_apart_is_focus(replay, meeting);
    hr_policy_expect(replay, now, meeting, true);
    hr_joining_end(replay, now, meeting);
    hr_server_changed(replay, now, server);
}

/* The window begins: what stands now is the first peak. */
static void begin_measuring(hr_replaying *replay, hr_cursors *at)
{
    const hr_configuration *c = replay->configuration;
    at->measuring = replay->scratch->is_measuring = true;
    for (unsigned r = 0; r < c->n_resources; r++) {
        for (unsigned j = 0; j < c->n_servers; j++)
            replay->counts->peak[r * (size_t)c->n_servers + j] =
                replay->scratch->truth.load[j * (size_t)replay->scratch->stride + r];
    }
}

static void take_snapshot(hr_replaying *replay, hr_cursors *at)
{
    const hr_prepared *p = replay->prepared;
    const hr_view view = hr_placing_view(replay, at->turn);
    const bool listed = replay->configuration->n_observed > 0;
    const unsigned slot = listed ? p->slot[at->snapshot] : 0;
    hr_snapshot_take(replay, &view, at->snapshot, slot);
    at->snapshot++;
    if (listed)
        at->next_snapshot =
            at->snapshot < replay->configuration->n_observed ? p->observed[at->snapshot] : NEVER;
    else
        at->next_snapshot += p->observe_every;
}

static hr_cursors first_events(const hr_replaying *replay)
{
    const hr_prepared *p = replay->prepared;
    hr_cursors at = {0};
    at.next_step = replay->input->n_steps > 1 ? p->begin + p->session_step : NEVER;
    at.next_snapshot = replay->configuration->n_observed > 0 ? p->observed[0]
                       : p->observe_every > 0                ? p->from
                                                             : NEVER;
    at.next_review = p->review_period > 0 ? p->begin + p->review_period : NEVER;
    return at;
}

static hr_tick least(hr_tick a, hr_tick b)
{
    return a < b ? a : b;
}

/* What nobody does: meetings age, servers report. At `now` itself only if departures and steps of
 * that tick are done (`inclusive`). */
static void pass_time(hr_replaying *replay, const hr_cursors *at, hr_tick now, bool inclusive)
{
    for (;;) {
        const hr_tick age = hr_policy_next_age(replay, at->arrival);
        if (age > now)
            break;
        hr_reports_until(replay, age, false);
        hr_policy_age(replay, age);
    }
    hr_reports_until(replay, now, inclusive);
}

/* Everything due at `now` that is neither a departure nor an arrival nor a join. */
static void quiet_events(hr_replaying *replay, hr_cursors *at, hr_tick now)
{
    if (hr_failing_next_change(replay) == now) {
        pass_time(replay, at, now, false); /* reports made before show what was lost */
        hr_failing_change(replay, at->arrival);
    }
    if (at->next_step == now) {
        hr_stepping_step(replay, now, ++at->step, replay->scratch->stride);
        at->next_step =
            at->step + 1 < replay->input->n_steps ? now + replay->prepared->session_step : NEVER;
    }
    if (!at->measuring && now == replay->prepared->from)
        begin_measuring(replay, at);
    pass_time(replay, at, now, true);
    if (at->next_review == now) {
        hr_review_pool(replay, now, at->arrival);
        at->next_review += replay->prepared->review_period;
    }
    if (at->next_snapshot == now)
        take_snapshot(replay, at);
}

static void run_events(hr_replaying *replay, hr_cursors *at)
{
    const hr_input *in = replay->input;
    const hr_prepared *p = replay->prepared;
    for (;;) {
        const hr_tick arrival = at->arrival < in->n_meetings ? in->start[at->arrival] : NEVER;
        const hr_tick joining = at->join < in->n_joins ? in->join_tick[at->joins[at->join]] : NEVER;
        const hr_tick departure =
            at->departure < in->n_meetings ? in->end[at->departures[at->departure]] : NEVER;
        const hr_tick returning = hr_failing_next_return(replay);
        hr_tick quiet =
            least(least(at->next_step, at->next_snapshot), least(at->next_review, p->to));
        quiet = least(quiet, hr_failing_next_change(replay));
        if (!at->measuring)
            quiet = least(quiet, p->from);
        const hr_tick coming = least(least(arrival, joining), returning);
        if (departure <= quiet && departure <= coming) {
            if (departure >= p->to)
                return;
            pass_time(replay, at, departure, false);
            depart(replay, at);
        } else if (quiet <= coming) {
            if (quiet >= p->to)
                return;
            quiet_events(replay, at, quiet);
        } else {
            pass_time(replay, at, coming, true);
            if (arrival == coming)
                arrive(replay, at);
            else if (joining == coming)
                join(replay, at);
            else
                hr_failing_return(replay);
        }
    }
}

hr_status hr_replay(const hr_configuration *configuration, const hr_input *input,
                    hr_scratch *scratch, hr_counts *counts, const hr_observer *observer,
                    hr_err *err)
{
    hr_status st = HR_OK;
    hr_replaying replay = {
        configuration, configuration->prepared, hr_input_placed(input), scratch, counts, observer};
    HR_TRY(hr_scratch_room_for_meetings(&replay, err));
    hr_cursors at = first_events(&replay);
    scratch->n_arrived = 0;
    HR_TRY(put_in_order(&replay, &at, err));
    HR_TRY(hr_scratch_lay_out(&replay, err));
    HR_TRY(hr_reports_begin(&replay, err));
    HR_TRY(hr_joining_begin(&replay, err));
    HR_TRY(hr_review_begin(&replay, err));
    HR_TRY(hr_failing_begin(&replay, err));
    HR_TRY(hr_apart_begin(&replay, err));
    HR_TRY(hr_absence_begin(&replay, err));
    hr_counts_clear(counts, configuration);
    if (input->n_changes > 0) {
        memcpy(counts->service_lost, input->service_lost, sizeof counts->service_lost);
        counts->resilient = input->resilient;
    }
    hr_overload_begin(&replay);
    run_events(&replay, &at);
    hr_overload_end(&replay, input->to);
    hr_apart_end(&replay);
    hr_failing_finish(&replay);
    hr_absence_finish(&replay);
out:
    return st;
}
