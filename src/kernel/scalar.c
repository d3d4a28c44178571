#include "kernel/scalar.h"

#include <string.h>

#include "kernel/policy.h"
#include "kernel/scalar_state.h"
#include "kernel/snapshot.h"

/* ---- quiet events: steps of the sessions, reports, snapshots, the window's begin */

#define NEVER UINT64_MAX

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
    at->due = next == NEVER             ? NEVER
              : next <= at->events.base ? 0
                                        : hr_events_time(&at->events, next, HR_EVENT_QUIET);
}

/* All reports up to `time` show the same, for nothing has happened since. */
static void report(hr_scalar_state *at, uint64_t time)
{
    const hr_tick period = at->replay->prepared->report_period;
    const hr_tick now = hr_events_tick(&at->events, time);
    const hr_tick last = now - (now + period - HR_TICK_ZERO % period) % period;
    const bool is_before = hr_events_kind(time) > HR_EVENT_QUIET; /* the report of this tick */
    hr_seen_report(&at->seen);
    at->next_report = last == now && !is_before ? now : last + period;
}

/* The window begins: what stands now is the first peak. */
static void begin_measuring(hr_scalar_state *at)
{
    const hr_replaying *replay = at->replay;
    const size_t n = replay->configuration->n_servers * (size_t)replay->scratch->stride;
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
        at->level->step(replay, now, ++at->step);
        at->next_step =
            at->step + 1 < replay->input->n_steps ? now + replay->prepared->session_step : NEVER;
    }
    if (!at->measuring && now == replay->prepared->from)
        begin_measuring(at);
    if (at->next_report <= now)
        report(at, hr_events_time(&at->events, now, HR_EVENT_ARRIVAL));
    if (at->next_snapshot == now)
        take_snapshot(at);
}

void hr_scalar_catch_up(hr_scalar_state *at, uint64_t time)
{
    while (at->due < time) {
        const hr_tick quiet = next_quiet(at);
        const bool comes_first =
            quiet != NEVER && hr_events_time(&at->events, quiet, HR_EVENT_QUIET) < time;
        if (comes_first && quiet >= at->replay->prepared->to)
            return; /* the end of the window: finish() */
        if (comes_first)
            quiet_event(at, quiet);
        else
            report(at, time);
        set_due(at);
    }
}

/* ---- beginning and end */

/* Servers that nobody looks at. */
static bool is_placed_beforehand(const hr_configuration *c)
{
    return c->placement.rule == HR_RULE_RANDOM && c->admission == HR_ADMISSION_NONE &&
           c->prepared->joins_at_once;
}

bool hr_scalar_needs_no_loads(const hr_configuration *c)
{
    return c->meetings == HR_MEETINGS_LEGS && is_placed_beforehand(c) && hr_stays_are_linear(c);
}

/* The numbers of all meetings' kinds where each meeting has one. */
static const uint16_t *find_kinds(const hr_scalar_state *at)
{
    const hr_configuration *c = at->replay->configuration;
    const hr_input *in = at->replay->input;
    uint16_t *kind = at->scratch->kind;
    if (c->n_classes == 1)
        return in->profile;
    for (uint32_t i = 0; i < in->n_meetings; i++)
        kind[i] = (uint16_t)c->prepared->classes[in->class_of[i]].first_kind[in->profile[i]];
    return kind;
}

/* Legs are of one participant each: which kind they are of says all. */
static hr_status lay_out_kinds(hr_scalar_state *at, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = at->replay->configuration;
    hr_scratch *s = at->replay->scratch;
    if (!hr_scalar_needs_no_loads(c))
        return HR_OK;
    at->kind = find_kinds(at);
    HR_TAKE(at->row, &s->arena, 2 * (size_t)c->prepared->n_kinds * s->stride);
    for (unsigned k = 0; k < c->n_classes; k++) {
        for (unsigned i = 0; i < c->classes[k].n_profiles; i++) {
            const hr_stays_profile *profile = &at->stays.profile[k][i];
            int64_t *row = at->row + 2 * (size_t)c->prepared->classes[k].first_kind[i] * s->stride;
            for (unsigned r = 0; r < c->n_resources; r++) {
                row[s->stride + r] = profile->meetings.cost[r] + profile->kind[0].cost[r];
                row[r] = -row[s->stride + r];
            }
        }
    }
out:
    return st;
}

static hr_status lay_out(hr_scalar_state *at, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = at->replay->configuration;
    const hr_prepared *p = at->replay->prepared;
    hr_scratch *s = at->replay->scratch;
    HR_TAKE(s->peak, &s->arena, c->n_servers * (size_t)s->stride);
    HR_TRY(hr_stays_begin(&at->stays, c, &s->arena, err));
    HR_TRY(hr_seen_begin(&at->seen, at->replay, at->vector, err));
    at->next_step = at->replay->input->n_steps > 1 ? p->begin + p->session_step : NEVER;
    at->next_snapshot = c->n_observed > 0 ? p->observed[0] : p->observe_every > 0 ? p->from : NEVER;
    at->next_report = p->report_period > 0 && hr_placing_looks(c) ? 0 : NEVER;
    at->counts_hits = (at->replay->counts->needs & HR_NEEDS_HITS) == HR_NEEDS_HITS;
    at->counts_peaks = at->replay->counts->needs & HR_NEEDS_PEAK;
    at->is_corrected = c->placement.in_flight && at->next_report != NEVER;
    at->is_placed = is_placed_beforehand(c);
    for (unsigned r = 0; r < c->n_resources; r++)
        at->own[r] = -1;
    HR_TRY(lay_out_kinds(at, err));
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
                replay->scratch->peak[j * (size_t)replay->scratch->stride + r];
    }
    if (replay->counts->needs & HR_NEEDS_SUMS)
        hr_stays_count(&at->stays, replay, at->kind);
}

static const hr_scalar_level *const levels[HR_VECTOR_LEVELS] = {&hr_scalar_baseline,
                                                                &hr_scalar_avx2, &hr_scalar_avx512};

/* By the reference, with loads where they were left out for this kernel. */
static hr_status leave_to_reference(const hr_lane *lane, hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input filled = *lane->input;
    if (filled.without_loads)
        HR_TRY(hr_input_fill_loads(&filled, lane->configuration, err));
    HR_TRY(hr_replay(lane->configuration, &filled, scratch, lane->counts, NULL, err));
out:
    return st;
}

/* `is_in_order`: the scratch has the events in order already, from a lane with the same ones, as
 * `lists` says; else it will be so. */
static hr_status replay_one(const hr_lane *lane, bool is_in_order, hr_event_lists *lists,
                            const hr_vector *vector, hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *configuration = lane->configuration;
    const hr_input *input = lane->input;
    hr_counts *counts = lane->counts;
    hr_replaying replay = {configuration, configuration->prepared, input, scratch, counts, NULL};
    hr_scalar_state at = {.replay = &replay,
                          .scratch = scratch,
                          .input = input,
                          .n_servers = configuration->n_servers,
                          .n_resources = configuration->n_resources,
                          .vector = vector,
                          .level = levels[hr_vector_number(vector)]};
    const size_t most = (size_t)input->n_meetings + input->n_joins + 2;
    if (most > UINT32_MAX)
        return leave_to_reference(lane, scratch, err);
    HR_TRY(hr_scratch_room_for_meetings(&replay, err));
    HR_TRY(hr_scratch_room_for_events(scratch, most, err));
    if (!hr_events_fit(input, &at.events))
        return leave_to_reference(lane, scratch, err);
    if (!is_in_order)
        *lists = hr_events_list(&at.events, configuration->prepared, input, scratch);
    at.next = *lists;
    HR_TRY(hr_scratch_lay_out(&replay, err));
    hr_counts_clear(counts, configuration);
    HR_TRY(lay_out(&at, err));
    hr_overload_begin(&replay);
    at.level->run(&at);
    finish(&at);
out:
    return st;
}

hr_status hr_scalar_replay(const hr_lane *lane, unsigned n, const hr_vector *vector,
                           hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_tick *in_order = NULL; /* starts of the meetings whose events the scratch has */
    hr_event_lists lists = {0};
    for (unsigned l = 0; l < n; l++) {
        const hr_input *input = lane[l].input;
        if (hr_policy_decline(lane[l].configuration) != NULL) { /* in a team of others */
            HR_TRY(hr_replay(lane[l].configuration, input, scratch, lane[l].counts, NULL, err));
            in_order = NULL;
            continue;
        }
        HR_TRY(
            replay_one(&lane[l], l > 0 && input->start == in_order, &lists, vector, scratch, err));
        in_order = input->start;
    }
out:
    return st;
}
