#include "kernel/review.h"

#include "kernel/apart.h"
#include "kernel/failing.h"
#include "kernel/joining.h"
#include "kernel/placing.h"
#include "kernel/policy.h"
#include "kernel/server.h"

hr_status hr_review_begin(hr_replaying *replay, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scratch *s = replay->scratch;
    s->relieved = NULL;
    if (replay->prepared->review_period > 0)
        HR_TAKE(s->relieved, &s->arena, replay->configuration->n_servers);
out:
    return st;
}

/* The meeting, or medium of one, with most people on the server, its own; the first of equals;
 * n_started: there is none. A Focus has none: it stays. */
static uint32_t largest_on(const hr_replaying *replay, hr_tick now, unsigned server,
                           uint32_t n_started)
{
    const hr_scratch *s = replay->scratch;
    uint32_t largest = n_started;
    for (uint32_t i = 0; i < n_started; i++) {
        if (s->server[i] != server || replay->input->end[i] <= now || s->people[i] == 0)
            continue;
        if (largest == n_started || s->people[i] > s->people[largest])
            largest = i;
    }
    return largest;
}

/* Where the meeting would not lift the server above the mark; n_servers: nowhere. */
static unsigned choose_refuge(hr_replaying *replay, uint32_t meeting)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    hr_view view = hr_placing_view(replay, meeting);
    const int64_t *load = s->load + meeting * (size_t)c->n_resources;
    for (unsigned j = 0; j < c->n_servers; j++)
        s->allowed[j] = j != s->server[meeting] && hr_failing_takes(replay, j) &&
                        !hr_joining_is_on(replay, meeting, j) &&
                        hr_policy_passes_with(replay, j, c->placement.review_above, load);
    view.allowed = s->allowed;
    return hr_policy_choose_again(replay, &view, meeting, 0);
}

static void move(hr_replaying *replay, hr_tick now, uint32_t meeting, unsigned to)
{
    hr_scratch *s = replay->scratch;
    const int64_t *load = s->load + meeting * (size_t)replay->configuration->n_resources;
    const unsigned from = s->server[meeting];
    hr_policy_expect(replay, now, meeting, true);
    hr_server_remove(replay, now, from, load, s->people[meeting]);
    s->truth.meetings[from]--;
    if (s->apart != NULL) {
        hr_apart_leave(replay, now, meeting);
        s->server[meeting] = (uint16_t)to;
        hr_apart_arrive(replay, now, meeting);
    } else {
        hr_overload_meeting_leaves(replay, now, meeting, from);
        hr_overload_meeting_comes(replay, now, meeting, to);
        s->server[meeting] = (uint16_t)to;
    }
    s->truth.meetings[to]++;
    hr_server_add(replay, now, to, load, s->people[meeting]);
    hr_policy_expect(replay, now, meeting, false);
    hr_server_changed(replay, now, from);
    hr_server_changed(replay, now, to);
    hr_joining_move(replay, meeting);
    replay->counts->meetings_moved += now >= replay->prepared->from;
    if (replay->observer != NULL)
        replay->observer->placed(replay->observer->context, now, meeting, to);
}

void hr_review_pool(hr_replaying *replay, hr_tick now, uint32_t n_started)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    for (unsigned j = 0; j < c->n_servers; j++) {
        const bool rests =
            s->relieved[j] != 0 && now - s->relieved[j] < replay->prepared->cool_down;
        if (rests || hr_policy_passes(replay, j, c->placement.review_above))
            continue;
        const uint32_t meeting = largest_on(replay, now, j, n_started);
        const unsigned to = meeting < n_started ? choose_refuge(replay, meeting) : c->n_servers;
        if (to == c->n_servers)
            continue;
        s->relieved[j] = now;
        move(replay, now, meeting, to);
    }
}
