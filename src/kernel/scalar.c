#include "kernel/scalar.h"

#include <string.h>

#include "base/order.h"
#include "kernel/seen.h"
#include "kernel/snapshot.h"

/* Arrivals come in order; departures and joins are put in order once, as words: tick, kind, number.
 * At one tick the order is that of replay.h; QUIET are steps, reports and snapshots, which are in
 * no list. */
enum { DEPARTURE, QUIET, ARRIVAL, JOIN, KIND_BITS = 2 };
#define NEVER UINT64_MAX

/* How long all joins of a kind stay in the window, added up: what their loads are multiplied with
 * once, at the end, and not at every join. */
typedef struct hr_stay {
    const int64_t *cost; /* [n_resources] steps of one join */
    hr_u128 ticks;
} hr_stay;

typedef struct hr_scalar_state {
    hr_replaying *replay;
    unsigned number_bits;
    hr_tick base;      /* words count ticks from here */
    uint64_t due;      /* tick and kind of the next quiet event */
    hr_tick next_step; /* absolute ticks, NEVER when there is none */
    hr_tick next_snapshot, next_report;
    uint32_t step, snapshot, turn;
    bool measuring;
    bool counts_hits; /* whether meetings met an overload, and how many ended */
    const hr_vector *vector;
    hr_seen seen;
    hr_stay *stay;           /* one per kind of participant, profile after profile */
    uint32_t *first_kind;    /* [classes' profiles] its place in `stay` */
    uint32_t *first_profile; /* [n_classes] the place of its profiles in `first_kind` */
} hr_scalar_state;

/* ---- order */

static uint64_t time_word(const hr_scalar_state *at, hr_tick tick, unsigned kind)
{
    return (tick - at->base) << KIND_BITS | kind;
}

/* False when tick, kind and number together do not fit a word. */
static bool set_word(hr_scalar_state *at)
{
    const hr_input *in = at->replay->input;
    const uint32_t most = in->n_meetings > in->n_joins ? in->n_meetings : in->n_joins;
    at->base = in->n_meetings > 0 && in->start[0] < in->begin ? in->start[0] : in->begin;
    at->number_bits = hr_order_bits(most);
    return hr_order_bits(in->to - at->base) + KIND_BITS + at->number_bits <= 64;
}

static void put_in_order(const hr_scalar_state *at, hr_scratch *s)
{
    const hr_input *in = at->replay->input;
    uint64_t *event = s->event;
    uint32_t n = 0;
    for (uint32_t i = 0; i < in->n_joins; i++) {
        event[n] = time_word(at, in->join_tick[i], JOIN) << at->number_bits | i;
        n += in->join_tick[i] < in->to;
    }
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        event[n] = time_word(at, in->end[i], DEPARTURE) << at->number_bits | i;
        n += in->end[i] < in->to;
    }
    event[n] = UINT64_MAX; /* after everything */
    hr_order_words(event, n, at->number_bits, s->work);
}

/* ---- the rule */

static unsigned choose(const hr_scalar_state *at, uint32_t meeting)
{
    const hr_replaying *replay = at->replay;
    const hr_admission_policy admission = replay->configuration->admission;
    if (!hr_seen_is_keyed(&at->seen))
        return hr_placing_choose(replay, meeting, at->turn);
    const unsigned server = hr_seen_least(&at->seen, replay->input->tie[meeting]);
    return admission != HR_ADMISSION_NONE && !hr_placing_admits(replay, meeting, server)
               ? replay->configuration->n_servers
               : server;
}

/* ---- quiet events */

static hr_tick sooner(hr_tick a, hr_tick b)
{
    return a < b ? a : b;
}

static hr_tick next_quiet(const hr_scalar_state *at)
{
    const hr_tick next = sooner(at->next_step, at->next_snapshot);
    return at->measuring ? next : sooner(next, at->replay->prepared->from);
}

static void set_due(hr_scalar_state *at)
{
    const hr_tick next = sooner(next_quiet(at), at->next_report);
    at->due = next == NEVER ? NEVER : next <= at->base ? 0 : time_word(at, next, QUIET);
}

/* All reports up to `word`'s time show the same, for nothing has happened since. */
static void report(hr_scalar_state *at, uint64_t word)
{
    const hr_tick period = at->replay->prepared->report_period;
    const hr_tick now = at->base + (word >> KIND_BITS);
    const hr_tick last = now - (now + period - HR_TICK_ZERO % period) % period;
    const bool is_before = (word & ((1u << KIND_BITS) - 1)) > QUIET; /* the report of this tick */
    hr_seen_report(&at->seen);
    at->next_report = last == now && !is_before ? now : last + period;
}

/* The window begins: what stands now is the first peak. */
static void begin_measuring(hr_scalar_state *at)
{
    const hr_replaying *replay = at->replay;
    const size_t n = replay->configuration->n_servers * (size_t)replay->configuration->n_resources;
    memcpy(replay->scratch->peak, replay->scratch->truth.load,
           n * sizeof *replay->scratch->truth.load);
    at->measuring = true;
}

static void take_snapshot(hr_scalar_state *at)
{
    hr_replaying *replay = at->replay;
    const hr_prepared *p = replay->prepared;
    const unsigned n_observed = replay->configuration->n_observed;
    hr_seen_score(&at->seen);
    const hr_view view = hr_placing_view(replay, at->turn);
    hr_snapshot_take(replay, &view, at->snapshot, n_observed > 0 ? p->slot[at->snapshot] : 0);
    at->snapshot++;
    if (n_observed == 0)
        at->next_snapshot += p->observe_every;
    else
        at->next_snapshot = at->snapshot < n_observed ? p->observed[at->snapshot] : NEVER;
}

static void quiet_event(hr_scalar_state *at, hr_tick now)
{
    hr_replaying *replay = at->replay;
    if (at->next_step == now) {
        hr_overload_set_ceilings(replay, now, ++at->step);
        at->next_step =
            at->step + 1 < replay->input->n_steps ? now + replay->prepared->session_step : NEVER;
    }
    if (!at->measuring && now == replay->prepared->from)
        begin_measuring(at);
    if (at->next_report <= now)
        report(at, time_word(at, now, ARRIVAL));
    if (at->next_snapshot == now)
        take_snapshot(at);
}

/* What is due before the event at `word`. */
static void catch_up(hr_scalar_state *at, uint64_t word)
{
    while (at->due < word) {
        const hr_tick quiet = next_quiet(at);
        const bool comes_first = quiet != NEVER && time_word(at, quiet, QUIET) < word;
        if (comes_first && quiet >= at->replay->prepared->to)
            return; /* the end of the window: finish() */
        if (comes_first)
            quiet_event(at, quiet);
        else
            report(at, word);
        set_due(at);
    }
}

/* ---- events, for a number of resources known to the compiler */

static inline hr_tick last_report(const hr_scalar_state *at)
{
    return at->next_report - at->replay->prepared->report_period;
}

static inline uint64_t stay_of(const hr_prepared *p, hr_tick begin, hr_tick end)
{
    const hr_tick from = begin > p->from ? begin : p->from;
    const hr_tick to = end < p->to ? end : p->to;
    return to > from ? to - from : 0;
}

static inline void add_to_server(hr_scalar_state *at, hr_tick now, unsigned server,
                                 const int64_t *load, uint32_t people, const unsigned n_resources)
{
    hr_replaying *replay = at->replay;
    hr_scratch *s = replay->scratch;
    if (s->over[server] != 0) {
        hr_overload_account(replay, now);
        for (uint64_t left = s->over[server]; left != 0; left &= left - 1)
            s->people_over[__builtin_ctzll(left)] += people;
    }
    int64_t *sum = s->truth.load + server * (size_t)n_resources;
    const int64_t *high = s->high + server * (size_t)n_resources;
    const int64_t *low = s->low + server * (size_t)n_resources;
    int64_t *peak = s->peak + server * (size_t)n_resources;
    int64_t room = 0; /* negative: other limits are exceeded than before */
    s->truth.people[server] += people;
    for (unsigned r = 0; r < n_resources; r++) {
        sum[r] += load[r];
        room |= (high[r] - sum[r]) | (sum[r] - low[r] - 1);
    }
    for (unsigned r = 0; at->measuring && r < n_resources; r++)
        peak[r] = sum[r] > peak[r] ? sum[r] : peak[r];
    hr_seen_refresh(&at->seen, server);
    if (room < 0)
        hr_overload_update(replay, now, server);
}

static inline void arrive(hr_scalar_state *at, hr_tick now, uint32_t meeting,
                          const unsigned n_resources)
{
    hr_replaying *replay = at->replay;
    const hr_input *in = replay->input;
    hr_counts *counts = replay->counts;
    hr_scratch *s = replay->scratch;
    if (in->kept != NULL && (in->kept[meeting] >> in->lane & 1) == 0) {
        s->server[meeting] = (uint16_t)replay->configuration->n_servers; /* as if refused */
        return;
    }
    const unsigned server = choose(at, meeting);
    const bool is_refused = server == replay->configuration->n_servers;
    at->turn++;
    s->server[meeting] = (uint16_t)server;
    if (now >= in->from) {
        counts->offered[in->class_of[meeting]]++;
        counts->refused[in->class_of[meeting]] += is_refused;
    }
    if (is_refused)
        return;
    const int64_t *initial = in->initial + meeting * (size_t)n_resources;
    const uint32_t people = replay->prepared->joins_at_once ? in->size[meeting] : 0;
    const uint64_t stays = stay_of(replay->prepared, now, in->end[meeting]);
    if (at->counts_hits)
        hr_overload_meeting_begins(replay, now, meeting, server);
    counts->person_time += stays * people;
    for (unsigned r = 0; r < n_resources; r++)
        counts->load_time[r] += (hr_u128)(uint64_t)initial[r] * stays;
    s->truth.meetings[server]++;
    add_to_server(at, now, server, initial, people, n_resources);
    hr_seen_add_in_flight(&at->seen, last_report(at), meeting, initial, people, true);
}

static inline void join(hr_scalar_state *at, hr_tick now, uint32_t number,
                        const unsigned n_resources)
{
    hr_replaying *replay = at->replay;
    const hr_input *in = replay->input;
    const uint32_t meeting = in->join_meeting[number];
    const unsigned server = replay->scratch->server[meeting];
    if (server == replay->configuration->n_servers)
        return; /* refused, or not ours */
    const uint32_t profile = at->first_profile[in->class_of[meeting]] + in->profile[meeting];
    hr_stay *stay = &at->stay[at->first_kind[profile] + in->join_kind[number]];
    stay->ticks += stay_of(replay->prepared, now, in->end[meeting]);
    add_to_server(at, now, server, stay->cost, 1, n_resources);
    hr_seen_add_in_flight(&at->seen, last_report(at), meeting, stay->cost, 1, false);
}

static inline void depart(hr_scalar_state *at, hr_tick now, uint32_t meeting,
                          const unsigned n_resources)
{
    hr_replaying *replay = at->replay;
    const hr_input *in = replay->input;
    hr_scratch *s = replay->scratch;
    const unsigned server = s->server[meeting];
    if (server == replay->configuration->n_servers)
        return; /* refused, or not ours */
    if (at->counts_hits && now >= replay->prepared->from)
        hr_overload_meeting_ends(replay, now, meeting, server);
    if (s->over[server] != 0) {
        hr_overload_account(replay, now);
        for (uint64_t left = s->over[server]; left != 0; left &= left - 1)
            s->people_over[__builtin_ctzll(left)] -= in->size[meeting];
    }
    const int64_t *load = in->final + meeting * (size_t)n_resources;
    int64_t *sum = s->truth.load + server * (size_t)n_resources;
    const int64_t *low = s->low + server * (size_t)n_resources;
    int64_t room = 0;
    for (unsigned r = 0; r < n_resources; r++) {
        sum[r] -= load[r];
        room |= sum[r] - low[r] - 1;
    }
    s->truth.people[server] -= in->size[meeting];
    s->truth.meetings[server]--;
    hr_seen_refresh(&at->seen, server);
    if (room < 0)
        hr_overload_update(replay, now, server);
}

/* The list ends with a word that no arrival is behind. */
__attribute__((always_inline)) static inline void
run_events(hr_scalar_state *at, const uint64_t *event, const unsigned n_resources)
{
    const hr_input *in = at->replay->input;
    const uint64_t mask = ((uint64_t)1 << at->number_bits) - 1;
    uint32_t meeting = 0;
    uint64_t arrival = in->n_meetings > 0 ? time_word(at, in->start[0], ARRIVAL) : UINT64_MAX;
    for (;;) {
        const uint64_t other = *event >> at->number_bits;
        const uint64_t word = arrival < other ? arrival : other;
        if (at->due < word && word != UINT64_MAX >> at->number_bits)
            catch_up(at, word);
        const hr_tick now = at->base + (word >> KIND_BITS);
        if (arrival < other) {
            arrive(at, now, meeting++, n_resources);
            arrival =
                meeting < in->n_meetings ? time_word(at, in->start[meeting], ARRIVAL) : UINT64_MAX;
            continue;
        }
        if (*event == UINT64_MAX)
            break;
        const uint32_t number = (uint32_t)(*event++ & mask);
        if ((word & ((1u << KIND_BITS) - 1)) == JOIN)
            join(at, now, number, n_resources);
        else
            depart(at, now, number, n_resources);
    }
}

static void run(hr_scalar_state *at, const uint64_t *event)
{
    const unsigned n_resources = at->replay->configuration->n_resources;
    switch (n_resources) {
    case 1:
        run_events(at, event, 1);
        break;
    case 5: /* a Front End pool with all its ceilings */
        run_events(at, event, 5);
        break;
    default:
        run_events(at, event, n_resources);
    }
}

/* ---- beginning and end */

static hr_status lay_out(hr_scalar_state *at, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = at->replay->configuration;
    const hr_prepared *p = at->replay->prepared;
    hr_scratch *s = at->replay->scratch;
    uint32_t profiles = 0, kinds = 0;
    for (unsigned k = 0; k < c->n_classes; k++) {
        profiles += c->classes[k].n_profiles;
        for (unsigned i = 0; i < c->classes[k].n_profiles; i++)
            kinds += p->classes[k].profiles[i].n_kinds;
    }
    HR_TAKE(s->peak, &s->arena, c->n_servers * (size_t)c->n_resources);
    HR_TAKE(at->first_profile, &s->arena, c->n_classes);
    HR_TAKE(at->first_kind, &s->arena, profiles);
    HR_TAKE(at->stay, &s->arena, kinds);
    profiles = kinds = 0;
    for (unsigned k = 0; k < c->n_classes; k++) {
        at->first_profile[k] = profiles;
        for (unsigned i = 0; i < c->classes[k].n_profiles; i++) {
            const hr_prepared_profile *profile = &p->classes[k].profiles[i];
            at->first_kind[profiles++] = kinds;
            for (unsigned kind = 0; kind < profile->n_kinds; kind++)
                at->stay[kinds++].cost = profile->kind_cost + kind * (size_t)c->n_resources;
        }
    }
    HR_TRY(hr_seen_begin(&at->seen, at->replay, at->vector, err));
    at->next_step = at->replay->input->n_steps > 1 ? p->begin + p->session_step : NEVER;
    at->next_snapshot = c->n_observed > 0 ? p->observed[0] : p->observe_every > 0 ? p->from : NEVER;
    at->next_report = p->report_period > 0 ? 0 : NEVER;
    at->counts_hits = at->replay->counts->needs & HR_NEEDS_SUMS;
    set_due(at);
out:
    return st;
}

/* Quiet events after the last one of the list, and what was put off to the end. */
static void finish(hr_scalar_state *at)
{
    hr_replaying *replay = at->replay;
    const hr_configuration *c = replay->configuration;
    const unsigned n = c->n_servers;
    hr_tick quiet = next_quiet(at);
    for (; quiet < replay->prepared->to; quiet = next_quiet(at))
        quiet_event(at, quiet);
    hr_overload_end(replay, replay->prepared->to);
    for (unsigned r = 0; r < c->n_resources; r++) {
        for (unsigned j = 0; j < n; j++)
            replay->counts->peak[r * (size_t)n + j] =
                replay->scratch->peak[j * (size_t)c->n_resources + r];
    }
    for (unsigned k = 0, i = 0; k < c->n_classes; k++) {
        for (unsigned p = 0; p < c->classes[k].n_profiles; p++) {
            for (unsigned kind = 0; kind < c->classes[k].profiles[p].n_kinds; kind++, i++) {
                replay->counts->person_time += (uint64_t)at->stay[i].ticks;
                for (unsigned r = 0; r < c->n_resources; r++)
                    replay->counts->load_time[r] +=
                        at->stay[i].ticks * (hr_u128)(uint64_t)at->stay[i].cost[r];
            }
        }
    }
}

/* `is_in_order`: the scratch has the events in order already, from a lane with the same ones. */
static hr_status replay_one(const hr_lane *lane, bool is_in_order, const hr_vector *vector,
                            hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *configuration = lane->configuration;
    const hr_input *input = lane->input;
    hr_counts *counts = lane->counts;
    hr_replaying replay = {configuration, configuration->prepared, input, scratch, counts, NULL};
    hr_scalar_state at = {.replay = &replay, .vector = vector};
    const size_t most = (size_t)input->n_meetings + input->n_joins + 1;
    if (most > UINT32_MAX)
        return hr_replay(configuration, input, scratch, counts, NULL, err);
    HR_TRY(hr_scratch_room_for_meetings(&replay, err));
    HR_TRY(hr_scratch_room_for_events(scratch, most, err));
    if (!set_word(&at))
        return hr_replay(configuration, input, scratch, counts, NULL, err);
    if (!is_in_order)
        put_in_order(&at, scratch);
    HR_TRY(hr_scratch_lay_out(&replay, err));
    hr_counts_clear(counts, configuration);
    HR_TRY(lay_out(&at, err));
    hr_overload_set_ceilings(&replay, input->begin, 0);
    run(&at, scratch->event);
    finish(&at);
out:
    return st;
}

hr_status hr_scalar_replay(const hr_lane *lane, unsigned n, const hr_vector *vector,
                           hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned l = 0; l < n; l++) {
        const bool is_in_order = l > 0 && lane[l].input->start == lane[l - 1].input->start;
        HR_TRY(replay_one(&lane[l], is_in_order, vector, scratch, err));
    }
out:
    return st;
}
