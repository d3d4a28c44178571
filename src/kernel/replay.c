#include "kernel/replay.h"

#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "kernel/overload.h"
#include "kernel/snapshot.h"

#define NEVER UINT64_MAX

/* Cursors into the input: the next event of each kind. */
typedef struct hr_cursors {
    uint32_t arrival, join, departure, step, snapshot;
    hr_tick next_step, next_snapshot, next_report;
    bool measuring; /* the window has begun */
} hr_cursors;

/* ---- scratch */

hr_status hr_scratch_new(hr_scratch **scratch, hr_err *err)
{
    *scratch = hr_mem_take(1, sizeof **scratch);
    return *scratch ? HR_OK : HR_FAIL(err, HR_ERR_MEMORY, "no memory for a replay");
}

static void free_order_arrays(hr_scratch *scratch)
{
    hr_mem_free(scratch->departure);
    hr_mem_free(scratch->join);
    hr_mem_free(scratch->work);
    scratch->departure = scratch->join = NULL;
    scratch->work = NULL;
    scratch->order_capacity = 0;
}

static void free_meeting_arrays(hr_scratch *scratch)
{
    hr_mem_free(scratch->server);
    hr_mem_free(scratch->load);
    hr_mem_free(scratch->people);
    hr_mem_free(scratch->clock_at_start);
    scratch->server = NULL;
    scratch->load = NULL;
    scratch->people = NULL;
    scratch->clock_at_start = NULL;
    scratch->n_meetings = 0;
    scratch->load_capacity = scratch->clock_capacity = 0;
}

void hr_scratch_free(hr_scratch *scratch)
{
    if (scratch == NULL)
        return;
    free_meeting_arrays(scratch);
    free_order_arrays(scratch);
    hr_arena_free(&scratch->arena);
    hr_mem_free(scratch);
}

size_t hr_scratch_bytes(const hr_scratch *scratch)
{
    return sizeof *scratch + scratch->arena.total +
           scratch->n_meetings * (sizeof *scratch->server + sizeof *scratch->people) +
           scratch->load_capacity * sizeof *scratch->load +
           scratch->clock_capacity * sizeof *scratch->clock_at_start +
           scratch->order_capacity * (2 * sizeof *scratch->join) +
           HR_ORDER_WORK(scratch->order_capacity) * sizeof *scratch->work;
}

static hr_status room_for_meetings(const hr_replaying *replay, hr_err *err)
{
    hr_scratch *s = replay->scratch;
    const size_t n = replay->input->n_meetings;
    const size_t loads = n * replay->configuration->n_resources;
    const size_t clocks = n * replay->configuration->n_criteria;
    if (n <= s->n_meetings && loads <= s->load_capacity && clocks <= s->clock_capacity)
        return HR_OK;
    free_meeting_arrays(s);
    const size_t more = n / 4 + 64;
    s->load_capacity = loads + more * replay->configuration->n_resources;
    s->clock_capacity = clocks + more * replay->configuration->n_criteria;
    s->server = hr_mem_take(n + more, sizeof *s->server);
    s->people = hr_mem_take(n + more, sizeof *s->people);
    s->load = hr_mem_take(s->load_capacity, sizeof *s->load);
    s->clock_at_start = hr_mem_take(s->clock_capacity, sizeof *s->clock_at_start);
    if (!s->server || !s->people || !s->load || !s->clock_at_start) {
        free_meeting_arrays(s);
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory to replay %zu meetings", n);
    }
    s->n_meetings = (uint32_t)(n + more);
    return HR_OK;
}

/* Departures and joins in the order in which they happen. */
static hr_status put_in_order(const hr_replaying *replay, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scratch *s = replay->scratch;
    const hr_input *in = replay->input;
    const size_t n = in->n_meetings > in->n_joins ? in->n_meetings : in->n_joins;
    if (n > s->order_capacity || s->work == NULL) {
        free_order_arrays(s);
        const size_t most = n + n / 4 + 64;
        s->departure = hr_mem_take(most, sizeof *s->departure);
        s->join = hr_mem_take(most, sizeof *s->join);
        s->work = hr_mem_take(HR_ORDER_WORK(most), sizeof *s->work);
        if (!s->departure || !s->join || !s->work) {
            free_order_arrays(s);
            return HR_FAIL(err, HR_ERR_MEMORY, "no memory to order %zu events", n);
        }
        s->order_capacity = most;
    }
    HR_TRY(hr_order(in->end, in->n_meetings, s->departure, s->work, err));
    HR_TRY(hr_order(in->join_tick, in->n_joins, s->join, s->work, err));
out:
    return st;
}

static hr_status take_known(hr_known *known, hr_arena *arena, const hr_configuration *c,
                            hr_err *err)
{
    hr_status st = HR_OK;
    HR_TAKE(known->load, arena, c->n_servers * (size_t)c->n_resources);
    HR_TAKE(known->people, arena, c->n_servers);
    HR_TAKE(known->meetings, arena, c->n_servers);
    HR_TAKE(known->score, arena, c->n_servers);
out:
    return st;
}

/* Server-sized state, all zero: an empty pool. */
static hr_status lay_out(const hr_replaying *replay, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scratch *s = replay->scratch;
    const hr_configuration *c = replay->configuration;
    const size_t n = c->n_servers;
    hr_arena_reset(&s->arena);
    HR_TRY(take_known(&s->truth, &s->arena, c, err));
    HR_TRY(take_known(&s->reported, &s->arena, c, err));
    HR_TAKE(s->ceiling, &s->arena, n * c->n_limits);
    HR_TAKE(s->lowest, &s->arena, n * c->n_resources);
    HR_TAKE(s->limits_over, &s->arena, n);
    HR_TAKE(s->over, &s->arena, n);
    HR_TAKE(s->n_over, &s->arena, c->n_criteria);
    HR_TAKE(s->people_over, &s->arena, c->n_criteria);
    HR_TAKE(s->since, &s->arena, n * c->n_criteria);
    HR_TAKE(s->clock, &s->arena, n * c->n_criteria);
    HR_TAKE(s->allowed, &s->arena, n);
    s->accounted = replay->prepared->from;
    s->criteria_over = 0;
out:
    return st;
}

/* ---- what the rule knows */

static double score_of(const hr_replaying *replay, const hr_known *known, unsigned server)
{
    const hr_configuration *c = replay->configuration;
    const int metric = c->placement.metric;
    if (metric == HR_METRIC_MEETINGS)
        return (double)known->meetings[server];
    if (metric == HR_METRIC_PARTICIPANTS)
        return (double)known->people[server];
    const int64_t *load = known->load + server * (size_t)c->n_resources;
    double largest = 0.0;
    for (unsigned r = 0; r < c->n_resources; r++) {
        if (metric == HR_METRIC_RESOURCE + (int)c->resource[r])
            return (double)load[r];
        /* quotients of equal ratios are equal doubles: IEEE division rounds correctly */
        const double share = (double)load[r] / replay->prepared->full[r * c->n_servers + server];
        largest = share > largest ? share : largest;
    }
    return largest;
}

static bool is_fresh(const hr_replaying *replay)
{
    return replay->prepared->report_period == 0;
}

/* The truth of `server` has changed: refresh its score where the rule sees the truth. */
static void refresh(hr_replaying *replay, unsigned server)
{
    hr_known *truth = &replay->scratch->truth;
    if (is_fresh(replay) && replay->configuration->placement.rule != HR_RULE_RANDOM)
        truth->score[server] = score_of(replay, truth, server);
}

static void report_all(hr_replaying *replay)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    const size_t n = c->n_servers;
    memcpy(s->reported.load, s->truth.load, n * c->n_resources * sizeof *s->truth.load);
    memcpy(s->reported.people, s->truth.people, n * sizeof *s->truth.people);
    memcpy(s->reported.meetings, s->truth.meetings, n * sizeof *s->truth.meetings);
    for (unsigned j = 0; j < n; j++)
        s->reported.score[j] = score_of(replay, &s->reported, j);
}

/* Reports are common to all servers, at multiples of the period from study time 0; the state they
 * show is the one before anything that happens at `now`. */
static void report_until(hr_replaying *replay, hr_cursors *at, hr_tick now, bool inclusive)
{
    if (now < at->next_report || (now == at->next_report && !inclusive))
        return;
    report_all(replay);
    const hr_tick period = replay->prepared->report_period;
    const hr_tick last = now - (now + period - HR_TICK_ZERO % period) % period;
    at->next_report = last + period;
    if (!inclusive && last == now)
        at->next_report = now; /* the report of this very tick comes after its departures */
}

/* In-flight correction: the placer adds what it has placed itself since the last report. */
static void add_in_flight(hr_replaying *replay, const hr_cursors *at, uint32_t meeting,
                          const int64_t *load, uint32_t people, bool is_start)
{
    const hr_configuration *c = replay->configuration;
    if (is_fresh(replay) || !c->placement.in_flight)
        return;
    hr_known *reported = &replay->scratch->reported;
    const hr_tick last_report = at->next_report - replay->prepared->report_period;
    if (replay->input->start[meeting] < last_report)
        return;
    const unsigned server = replay->scratch->server[meeting];
    for (unsigned r = 0; r < c->n_resources; r++)
        reported->load[server * (size_t)c->n_resources + r] += load[r];
    reported->people[server] += people;
    reported->meetings[server] += is_start;
    reported->score[server] = score_of(replay, reported, server);
}

static hr_view view_of(const hr_replaying *replay, uint32_t turn)
{
    const hr_scratch *s = replay->scratch;
    const unsigned n = replay->configuration->n_servers;
    return (hr_view){
        .n_servers = n,
        .score = is_fresh(replay) ? s->truth.score : s->reported.score,
        .threshold = replay->prepared->weight,
        .turn = turn % n,
    };
}

/* ---- admission: asks for the meeting's final load, as a booking would; the rule never does */

static bool is_admitted(const hr_replaying *replay, uint32_t meeting, unsigned server)
{
    const hr_configuration *c = replay->configuration;
    const int64_t *load = replay->input->final + meeting * (size_t)c->n_resources;
    const int64_t *reserve = replay->prepared->classes[replay->input->class_of[meeting]].reserve;
    if (c->admission != HR_ADMISSION_RESERVE || reserve == NULL)
        return hr_snapshot_fits(replay, server, load, c->admission_level);
    int64_t wanted[HR_MAX_RESOURCES];
    for (unsigned r = 0; r < c->n_resources; r++)
        wanted[r] = load[r] + reserve[r];
    return hr_snapshot_fits(replay, server, wanted, c->admission_level);
}

/* The server that takes the meeting; n_servers when it is refused. */
static unsigned place(const hr_replaying *replay, uint32_t meeting)
{
    const hr_configuration *c = replay->configuration;
    const uint32_t tie = replay->input->tie[meeting];
    const uint32_t pick = replay->input->pick[meeting];
    hr_view view = view_of(replay, meeting);
    if (c->admission == HR_ADMISSION_NONE_FITS) {
        bool *allowed = replay->scratch->allowed;
        for (unsigned j = 0; j < c->n_servers; j++)
            allowed[j] = is_admitted(replay, meeting, j);
        view.allowed = allowed;
    }
    const unsigned server = hr_placement_choose(&c->placement, &view, tie, pick);
    const bool asks =
        c->admission == HR_ADMISSION_CHOSEN_FULL || c->admission == HR_ADMISSION_RESERVE;
    return asks && !is_admitted(replay, meeting, server) ? c->n_servers : server;
}

/* ---- events */

static uint64_t within(const hr_prepared *p, hr_tick begin, hr_tick end)
{
    const hr_tick from = begin > p->from ? begin : p->from;
    const hr_tick to = end < p->to ? end : p->to;
    return to > from ? to - from : 0;
}

/* `load` and `people` of a meeting come to its server, to stay until the meeting ends. */
static void add_to_server(hr_replaying *replay, const hr_cursors *at, hr_tick now, uint32_t meeting,
                          const int64_t *load, uint32_t people)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    hr_counts *counts = replay->counts;
    const unsigned server = s->server[meeting];
    if (s->over[server] != 0) {
        hr_overload_account(replay, now);
        for (uint64_t left = s->over[server]; left != 0; left &= left - 1)
            s->people_over[__builtin_ctzll(left)] += people;
    }
    const uint64_t stays = within(replay->prepared, now, replay->input->end[meeting]);
    s->truth.people[server] += people;
    counts->person_time += stays * people;
    int64_t *sum = s->truth.load + server * (size_t)c->n_resources;
    int64_t *own = s->load + meeting * (size_t)c->n_resources;
    for (unsigned r = 0; r < c->n_resources; r++) {
        sum[r] += load[r];
        own[r] += load[r];
        counts->load_time[r] += (hr_u128)(uint64_t)load[r] * stays;
        int64_t *peak = &counts->peak[r * (size_t)c->n_servers + server];
        if (at->measuring && sum[r] > *peak)
            *peak = sum[r];
    }
    s->people[meeting] += people;
    refresh(replay, server);
    hr_overload_update(replay, now, server);
}

static void arrive(hr_replaying *replay, hr_cursors *at)
{
    const hr_configuration *c = replay->configuration;
    const hr_input *in = replay->input;
    hr_scratch *s = replay->scratch;
    const uint32_t meeting = at->arrival++;
    const hr_tick now = in->start[meeting];
    const unsigned server = place(replay, meeting);
    s->server[meeting] = (uint16_t)server;
    if (now >= in->from) {
        replay->counts->offered[in->class_of[meeting]]++;
        replay->counts->refused[in->class_of[meeting]] += server == c->n_servers;
    }
    if (replay->observer != NULL)
        replay->observer->placed(replay->observer->context, now, meeting, server);
    if (server == c->n_servers)
        return;
    const int64_t *initial = in->initial + meeting * (size_t)c->n_resources;
    memset(s->load + meeting * (size_t)c->n_resources, 0, c->n_resources * sizeof *s->load);
    s->people[meeting] = 0;
    for (unsigned i = 0; i < c->n_criteria; i++)
        s->clock_at_start[meeting * (size_t)c->n_criteria + i] =
            hr_overload_clock(replay, now, server, i);
    s->truth.meetings[server]++;
    const uint32_t people = replay->prepared->joins_at_once ? in->size[meeting] : 0;
    add_to_server(replay, at, now, meeting, initial, people);
    add_in_flight(replay, at, meeting, initial, people, true);
}

static void join(hr_replaying *replay, hr_cursors *at)
{
    const hr_configuration *c = replay->configuration;
    const hr_input *in = replay->input;
    const uint32_t number = replay->scratch->join[at->join++];
    const uint32_t meeting = in->join_meeting[number];
    if (replay->scratch->server[meeting] == c->n_servers)
        return; /* refused */
    const hr_prepared_profile *profile =
        &replay->prepared->classes[in->class_of[meeting]].profiles[in->profile[meeting]];
    const int64_t *cost = profile->kind_cost + in->join_kind[number] * (size_t)c->n_resources;
    add_to_server(replay, at, in->join_tick[number], meeting, cost, 1);
    add_in_flight(replay, at, meeting, cost, 1, false);
}

/* The meeting has ended: how much overload did it meet? */
static void count_hits(hr_replaying *replay, hr_tick now, uint32_t meeting, unsigned server)
{
    const hr_configuration *c = replay->configuration;
    hr_counts *counts = replay->counts;
    const uint32_t size = replay->input->size[meeting];
    const uint64_t *start = replay->scratch->clock_at_start + meeting * (size_t)c->n_criteria;
    counts->meetings_ended++;
    counts->people_ended += size;
    for (unsigned i = 0; i < c->n_criteria; i++) {
        const uint64_t met = hr_overload_clock(replay, now, server, i) - start[i];
        for (unsigned d = 0; d < c->n_durations && met > 0; d++) {
            const bool hit = met >= replay->prepared->min_episode[d];
            counts->meetings_hit[i * c->n_durations + d] += hit;
            counts->people_hit[i * c->n_durations + d] += hit ? size : 0;
        }
    }
}

static void depart(hr_replaying *replay, hr_cursors *at)
{
    const hr_configuration *c = replay->configuration;
    hr_scratch *s = replay->scratch;
    const uint32_t meeting = s->departure[at->departure++];
    const hr_tick now = replay->input->end[meeting];
    const unsigned server = s->server[meeting];
    if (server == c->n_servers)
        return; /* refused */
    if (now >= replay->prepared->from)
        count_hits(replay, now, meeting, server);
    if (s->over[server] != 0) {
        hr_overload_account(replay, now);
        for (uint64_t left = s->over[server]; left != 0; left &= left - 1)
            s->people_over[__builtin_ctzll(left)] -= s->people[meeting];
    }
    for (unsigned r = 0; r < c->n_resources; r++)
        s->truth.load[server * (size_t)c->n_resources + r] -=
            s->load[meeting * (size_t)c->n_resources + r];
    s->truth.people[server] -= s->people[meeting];
    s->truth.meetings[server]--;
    refresh(replay, server);
    hr_overload_update(replay, now, server);
}

/* The window begins: what stands now is the first peak. */
static void begin_measuring(hr_replaying *replay, hr_cursors *at)
{
    const hr_configuration *c = replay->configuration;
    at->measuring = true;
    for (unsigned r = 0; r < c->n_resources; r++) {
        for (unsigned j = 0; j < c->n_servers; j++)
            replay->counts->peak[r * (size_t)c->n_servers + j] =
                replay->scratch->truth.load[j * (size_t)c->n_resources + r];
    }
}

static void take_snapshot(hr_replaying *replay, hr_cursors *at)
{
    const hr_prepared *p = replay->prepared;
    const hr_view view = view_of(replay, at->arrival);
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
    at.next_report = p->report_period > 0 ? 0 : NEVER;
    return at;
}

static hr_tick least(hr_tick a, hr_tick b)
{
    return a < b ? a : b;
}

/* Everything due at `now` that is neither a departure nor an arrival nor a join. */
static void quiet_events(hr_replaying *replay, hr_cursors *at, hr_tick now)
{
    if (at->next_step == now) {
        hr_overload_set_ceilings(replay, now, ++at->step);
        at->next_step =
            at->step + 1 < replay->input->n_steps ? now + replay->prepared->session_step : NEVER;
    }
    if (!at->measuring && now == replay->prepared->from)
        begin_measuring(replay, at);
    report_until(replay, at, now, true);
    if (at->next_snapshot == now)
        take_snapshot(replay, at);
}

static void run_events(hr_replaying *replay, hr_cursors *at)
{
    const hr_input *in = replay->input;
    const hr_prepared *p = replay->prepared;
    const hr_scratch *s = replay->scratch;
    for (;;) {
        const hr_tick arrival = at->arrival < in->n_meetings ? in->start[at->arrival] : NEVER;
        const hr_tick joining = at->join < in->n_joins ? in->join_tick[s->join[at->join]] : NEVER;
        const hr_tick departure =
            at->departure < in->n_meetings ? in->end[s->departure[at->departure]] : NEVER;
        hr_tick quiet = least(least(at->next_step, at->next_snapshot), p->to);
        if (!at->measuring)
            quiet = least(quiet, p->from);
        const hr_tick coming = least(arrival, joining);
        if (departure <= quiet && departure <= coming) {
            if (departure >= p->to)
                return;
            report_until(replay, at, departure, false);
            depart(replay, at);
        } else if (quiet <= coming) {
            if (quiet >= p->to)
                return;
            quiet_events(replay, at, quiet);
        } else {
            report_until(replay, at, coming, true);
            if (arrival <= joining)
                arrive(replay, at);
            else
                join(replay, at);
        }
    }
}

hr_status hr_replay(const hr_configuration *configuration, const hr_input *input,
                    hr_scratch *scratch, hr_counts *counts, const hr_observer *observer,
                    hr_err *err)
{
    hr_status st = HR_OK;
    hr_replaying replay = {configuration, configuration->prepared, input, scratch, counts,
                           observer};
    HR_TRY(room_for_meetings(&replay, err));
    HR_TRY(put_in_order(&replay, err));
    HR_TRY(lay_out(&replay, err));
    hr_counts_clear(counts, configuration);
    hr_overload_set_ceilings(&replay, input->begin, 0);
    hr_cursors at = first_events(&replay);
    run_events(&replay, &at);
    hr_overload_end(&replay, input->to);
out:
    return st;
}
