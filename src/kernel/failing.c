#include "kernel/failing.h"

#include <string.h>

#include "kernel/absence.h"
#include "kernel/apart.h"
#include "kernel/backlog.h"
#include "kernel/joining.h"
#include "kernel/placing.h"
#include "kernel/policy.h"
#include "kernel/reports.h"
#include "kernel/server.h"

#define NEVER UINT64_MAX

/* A participant, or all of a meeting whose participants join at once, on the way back. */
typedef struct coming {
    hr_tick tick;
    uint32_t number;
} coming;

struct hr_failing {
    uint32_t change; /* row of the input that holds */
    bool *takes;     /* [n] new meetings */
    coming *heap;    /* [n_heap] the earliest first; as many as there are numbers */
    uint32_t n_heap;
    hr_tick *since; /* [numbers] thrown out at; 0: is not away. Who never comes back stays away */
    size_t n_numbers;
    uint16_t *turn;    /* [numbers] times that they came back or tried to */
    hr_tick *placed;   /* [M] when it was placed last; 0: at its start */
    uint32_t *restart; /* [M] how often a server was asked for */
    uint32_t *lost_by; /* [M] the change that a meeting whose media are apart lost one to last */
};

/* A meeting whose server went out; refused ones are on server n. */
static uint16_t nowhere(const hr_replaying *replay)
{
    return (uint16_t)(replay->configuration->n_servers + 1);
}

static const uint8_t *states(const hr_replaying *replay)
{
    const size_t n = replay->configuration->n_servers;
    return replay->input->server_state + replay->scratch->failing->change * n;
}

static void take_states(hr_replaying *replay)
{
    struct hr_failing *f = replay->scratch->failing;
    for (unsigned j = 0; j < replay->configuration->n_servers; j++)
        f->takes[j] = states(replay)[j] == HR_SERVER_UP;
}

hr_status hr_failing_begin(hr_replaying *replay, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scratch *s = replay->scratch;
    const hr_input *in = replay->input;
    const size_t numbers = replay->prepared->joins_at_once ? in->n_meetings : in->n_joins;
    s->failing = NULL;
    if (in->n_changes == 0)
        return HR_OK;
    HR_TAKE(s->failing, &s->arena, 1);
    HR_TAKE(s->failing->takes, &s->arena, replay->configuration->n_servers);
    HR_TAKE(s->failing->heap, &s->arena, numbers);
    HR_TAKE(s->failing->since, &s->arena, numbers);
    s->failing->n_numbers = numbers;
    HR_TAKE(s->failing->turn, &s->arena, numbers);
    HR_TAKE(s->failing->placed, &s->arena, in->n_meetings);
    HR_TAKE(s->failing->restart, &s->arena, in->n_meetings);
    HR_TAKE(s->failing->lost_by, &s->arena, in->n_meetings);
    take_states(replay);
out:
    return st;
}

/* ---- what others ask */

hr_tick hr_failing_next_change(const hr_replaying *replay)
{
    const struct hr_failing *f = replay->scratch->failing;
    const hr_input *in = replay->input;
    return f != NULL && f->change + 1 < in->n_changes ? in->change[f->change + 1] : NEVER;
}

hr_tick hr_failing_next_return(const hr_replaying *replay)
{
    const struct hr_failing *f = replay->scratch->failing;
    return f != NULL && f->n_heap > 0 ? f->heap[0].tick : NEVER;
}

bool hr_failing_takes(const hr_replaying *replay, unsigned server)
{
    const struct hr_failing *f = replay->scratch->failing;
    return f == NULL || f->takes[server];
}

const bool *hr_failing_allowed(const hr_replaying *replay)
{
    const struct hr_failing *f = replay->scratch->failing;
    return f != NULL ? f->takes : NULL;
}

bool hr_failing_is_placed(const hr_replaying *replay, uint32_t meeting)
{
    return replay->scratch->server[meeting] < replay->configuration->n_servers;
}

hr_tick hr_failing_placed_at(const hr_replaying *replay, uint32_t meeting)
{
    const struct hr_failing *f = replay->scratch->failing;
    return f != NULL && f->placed[meeting] != 0 ? f->placed[meeting]
                                                : replay->input->start[meeting];
}

/* ---- coming back */

static bool is_earlier(coming a, coming b)
{
    return a.tick != b.tick ? a.tick < b.tick : a.number < b.number;
}

static void push(struct hr_failing *f, coming one)
{
    uint32_t at = f->n_heap++;
    for (; at > 0 && is_earlier(one, f->heap[(at - 1) / 2]); at = (at - 1) / 2)
        f->heap[at] = f->heap[(at - 1) / 2];
    f->heap[at] = one;
}

static coming pop(struct hr_failing *f)
{
    const coming first = f->heap[0], last = f->heap[--f->n_heap];
    uint32_t at = 0;
    for (uint32_t child = 1; child < f->n_heap; child = 2 * at + 1) {
        child += child + 1 < f->n_heap && is_earlier(f->heap[child + 1], f->heap[child]);
        if (!is_earlier(f->heap[child], last))
            break;
        f->heap[at] = f->heap[child];
        at = child;
    }
    f->heap[at] = last;
    return first;
}

/* People whom `number` stands for. */
static uint32_t people_of(const hr_replaying *replay, uint32_t number)
{
    return replay->prepared->joins_at_once ? replay->input->size[number] : 1;
}

/* Those behind `number` have been away since they were thrown out, until `now`. */
static void count_away(hr_replaying *replay, uint32_t number, hr_tick now)
{
    struct hr_failing *f = replay->scratch->failing;
    const hr_prepared *p = replay->prepared;
    replay->counts->person_time_lost +=
        (hr_overload_clip(p, now) - hr_overload_clip(p, f->since[number])) *
        people_of(replay, number);
    f->since[number] = 0;
}

/* They come back after a while, unless the meeting is over by then. How many are away now that were
 * not before; `was_in`: they have been in the meeting. */
static uint32_t send_away(hr_replaying *replay, hr_tick now, uint32_t meeting, uint32_t number,
                          bool was_in)
{
    struct hr_failing *f = replay->scratch->failing;
    const hr_input *in = replay->input;
    const uint32_t first = hr_failing_first_join(in, meeting), name = hr_input_name(in, meeting);
    const uint32_t own = replay->prepared->joins_at_once ? 0 : number - first;
    const hr_tick back = now + hr_prepared_return_after(replay->prepared, in->tie[name],
                                                        in->pick[name], own, f->turn[number]++);
    uint32_t people = 0;
    if (f->since[number] == 0) {
        f->since[number] = now;
        people = replay->scratch->absence != NULL
                     ? hr_absence_goes(replay, now, meeting, number, was_in)
                     : people_of(replay, number);
    }
    if (back < in->end[meeting])
        push(f, (coming){back, number});
    return people;
}

static uint32_t meeting_of(const hr_replaying *replay, uint32_t number)
{
    return replay->prepared->joins_at_once ? number : replay->input->join_meeting[number];
}

void hr_failing_finish(hr_replaying *replay)
{
    struct hr_failing *f = replay->scratch->failing;
    if (f == NULL || replay->scratch->absence != NULL)
        return;
    for (uint32_t i = 0; i < f->n_numbers; i++) {
        if (f->since[i] != 0)
            count_away(replay, i, replay->input->end[meeting_of(replay, i)]);
    }
}

uint32_t hr_failing_first_join(const hr_input *input, uint32_t meeting)
{
    uint32_t low = 0, high = input->n_joins;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (input->join_meeting[middle] < meeting)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool hr_failing_restart(hr_replaying *replay, hr_tick now, uint32_t meeting, uint32_t number)
{
    const hr_configuration *c = replay->configuration;
    const hr_input *in = replay->input;
    hr_scratch *s = replay->scratch;
    const bool is_focus = hr_apart_is_focus(replay, meeting);
    const uint32_t again = s->failing->restart[meeting]++;
    const unsigned server =
        is_focus ? hr_apart_home(replay, in->tie[meeting], in->pick[meeting], again + 1)
                 : hr_placing_choose_again(replay, meeting, again);
    if (server == c->n_servers) {
        (void)send_away(replay, now, meeting, number, !is_focus);
        return false;
    }
    s->server[meeting] = (uint16_t)server;
    s->failing->placed[meeting] = now;
    if (replay->observer != NULL)
        replay->observer->placed(replay->observer->context, now, meeting, server);
    if (s->apart != NULL)
        hr_apart_arrive(replay, now, meeting);
    else
        hr_overload_meeting_comes(replay, now, meeting, server);
    s->truth.meetings[server] += !is_focus;
    hr_joining_move(replay, meeting);
    const uint32_t people = replay->prepared->joins_at_once && !is_focus ? in->size[meeting] : 0;
    const int64_t *initial = in->initial + meeting * (size_t)c->n_resources;
    hr_server_count_stay(replay, now, in->end[meeting], initial, s->apart == NULL ? people : 0);
    hr_server_grow(replay, now, meeting, initial, people);
    hr_reports_add(replay, server, meeting, initial, people, !is_focus);
    return true;
}

/* One participant is back in a meeting that is on a server, where a join may be decided about. */
static void come_back(hr_replaying *replay, hr_tick now, uint32_t meeting, uint32_t number)
{
    const hr_configuration *c = replay->configuration;
    const hr_input *in = replay->input;
    const int64_t *cost =
        replay->prepared->classes[in->class_of[meeting]].profiles[in->profile[meeting]].kind_cost +
        in->join_kind[number] * (size_t)c->n_resources;
    const bool is_focus = hr_apart_is_focus(replay, meeting);
    unsigned server = replay->scratch->server[meeting];
    if (hr_joining_decides(c) && !is_focus)
        server = hr_joining_join(replay, now, meeting, number, cost);
    else
        hr_server_grow(replay, now, meeting, cost, !is_focus);
    if (server == c->n_servers)
        return; /* turned away */
    hr_server_count_stay(replay, now, in->end[meeting], cost, replay->scratch->apart == NULL);
    hr_reports_add(replay, server, meeting, cost, !is_focus, false);
}

void hr_failing_return(hr_replaying *replay)
{
    const bool at_once = replay->prepared->joins_at_once;
    const coming one = pop(replay->scratch->failing);
    const uint32_t meeting = meeting_of(replay, one.number);
    if (!hr_failing_is_placed(replay, meeting) &&
        !hr_failing_restart(replay, one.tick, meeting, one.number))
        return;
    if (replay->scratch->absence != NULL) {
        replay->scratch->failing->since[one.number] = 0;
        hr_absence_comes(replay, one.tick, meeting, one.number);
    } else {
        count_away(replay, one.number, one.tick);
    }
    if (!at_once)
        come_back(replay, one.tick, meeting, one.number);
}

/* ---- going out */

enum { WHOLE = 0 }; /* not a part */

/* Those who are on the meeting's servers, or on one further `part` of it, which are gone. How many.
 */
static uint32_t throw_out(hr_replaying *replay, hr_tick now, uint32_t meeting, uint32_t part)
{
    const hr_input *in = replay->input;
    const struct hr_failing *f = replay->scratch->failing;
    uint32_t people = 0;
    if (replay->prepared->joins_at_once)
        return send_away(replay, now, meeting, meeting, true);
    for (uint32_t i = hr_failing_first_join(in, meeting);
         i < in->n_joins && in->join_meeting[i] == meeting; i++) {
        const bool is_in =
            in->join_tick[i] < now && f->since[i] == 0 &&
            (part == WHOLE ? hr_joining_is_in(replay, i) : hr_joining_is_on_part(replay, i, part));
        if (is_in)
            people += send_away(replay, now, meeting, i, true);
    }
    return people;
}

/* The meeting has lost a server, its own or another one, and so many people with it. */
static void count_lost(hr_replaying *replay, hr_tick now, uint32_t meeting, uint32_t people)
{
    struct hr_failing *f = replay->scratch->failing;
    uint32_t *lost_by = &f->lost_by[hr_input_name(replay->input, meeting)];
    if (now >= replay->prepared->from) {
        replay->counts->meetings_lost += *lost_by != f->change;
        replay->counts->people_lost += people;
    }
    *lost_by = f->change;
}

static void lose(hr_replaying *replay, hr_tick now, uint32_t meeting)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    const unsigned server = s->server[meeting];
    int64_t *load = s->load + meeting * (size_t)c->n_resources;
    const uint32_t people = s->people[meeting] + hr_joining_elsewhere(replay, meeting);
    hr_policy_expect(replay, now, meeting, true);
    hr_joining_drop(replay, now, meeting);
    hr_server_discount_stay(replay, now, replay->input->end[meeting], load,
                            s->apart == NULL ? s->people[meeting] : 0);
    hr_server_remove(replay, now, server, load, s->people[meeting]);
    s->truth.meetings[server] -= !hr_apart_is_focus(replay, meeting);
    if (s->apart != NULL)
        hr_apart_leave(replay, now, meeting);
    else
        hr_overload_meeting_leaves(replay, now, meeting, server);
    s->server[meeting] = nowhere(replay);
    s->people[meeting] = 0;
    for (unsigned r = 0; r < c->n_resources; r++)
        load[r] = 0;
    if (replay->observer != NULL)
        replay->observer->placed(replay->observer->context, now, meeting, c->n_servers);
    const uint32_t away = throw_out(replay, now, meeting, WHOLE);
    count_lost(replay, now, meeting, s->apart == NULL ? people : away);
}

/* Parts of the meeting whose servers are out; it goes on without them. */
static void lose_parts(hr_replaying *replay, hr_tick now, uint32_t meeting)
{
    uint32_t part, people;
    while ((part = hr_joining_lose(replay, now, meeting, states(replay), &people)) != 0) {
        const uint32_t away = throw_out(replay, now, meeting, part);
        count_lost(replay, now, meeting, replay->scratch->apart == NULL ? people : away);
    }
}

/* Meetings, and parts of them, on servers that have just gone out. */
static void throw_all_out(hr_replaying *replay, hr_tick now, uint32_t n_started)
{
    const unsigned n = replay->configuration->n_servers;
    hr_scratch *s = replay->scratch;
    if (memcmp(states(replay), states(replay) - n, n) == 0)
        return; /* only the ceilings move */
    for (uint32_t i = 0; i < n_started; i++) {
        if (s->server[i] >= n || replay->input->end[i] <= now)
            continue;
        if (states(replay)[s->server[i]] == HR_SERVER_OUT)
            lose(replay, now, i);
        else
            lose_parts(replay, now, i);
    }
}

void hr_failing_change(hr_replaying *replay, uint32_t n_started)
{
    const hr_configuration *c = replay->configuration;
    const size_t row = ++replay->scratch->failing->change;
    const hr_tick now = replay->input->change[row];
    take_states(replay);
    throw_all_out(replay, now, n_started);
    hr_overload_set_ceilings(replay, replay->input->ceiling + row * c->n_limits * c->n_servers);
    for (unsigned j = 0; j < c->n_servers; j++) {
        hr_server_changed(replay, now, j);
        if (states(replay)[j] == HR_SERVER_OUT)
            hr_backlog_forget(replay, j);
    }
}
