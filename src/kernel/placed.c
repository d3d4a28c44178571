#include "kernel/placed.h"

#include "base/mem.h"
#include "kernel/backlog.h"
#include "kernel/policy.h"

int64_t hr_placed_load_of_one(const hr_configuration *c)
{
    const int64_t one = c->prepared->classes[0].profiles[0].kind_cost[0];
    for (unsigned k = 0; k < c->n_classes; k++) {
        const hr_prepared_class *class = &c->prepared->classes[k];
        for (unsigned i = 0; i < c->classes[k].n_profiles; i++) {
            const hr_prepared_profile *profile = &class->profiles[i];
            bool alike = class->load == NULL && profile->cost[0] == 0;
            for (unsigned kind = 0; kind < profile->n_kinds; kind++)
                alike = alike && profile->kind_cost[kind] == one;
            if (!alike)
                return 0;
        }
    }
    return c->n_resources == 1 && one > 0 ? one : 0;
}

static bool have_one_capacity(const hr_configuration *c)
{
    const double *full = c->prepared->full;
    for (unsigned j = 1; j < c->n_servers; j++) {
        if (full[j] < full[0] || full[j] > full[0])
            return false;
    }
    return true;
}

const char *hr_placed_decline(const hr_configuration *c)
{
    const hr_prepared *p = c->prepared;
    const char *policy = hr_policy_decline(c);
    if (policy != NULL)
        return policy;
    if (c->inserted != NULL)
        return "a meeting that is inserted";
    if (c->n_resources > 1)
        return "several resources";
    if (c->admission != HR_ADMISSION_NONE)
        return "admission";
    if (p->report_period > 0)
        return "load reports";
    if (p->n_slots > 0)
        return "snapshots";
    if (p->n_session_items > 0)
        return "background sessions";
    if (hr_backlog_is_followed(c))
        return "the backlog of overload";
    if (hr_placed_load_of_one(c) == 0 || c->resource[0] == HR_RESOURCE_LARGE_MEETINGS)
        return "meetings that load by more than their size";
    if (c->placement.rule == HR_RULE_POWER_OF_D)
        return "its placement rule";
    if (c->placement.metric == HR_METRIC_RELATIVE && !have_one_capacity(c))
        return "servers of different capacity";
    return NULL;
}

void hr_changes_free(hr_changes *changes)
{
    hr_mem_free(changes->change);
    hr_mem_free(changes->sorted);
    hr_mem_free(changes->clock);
    *changes = (hr_changes){0};
}

size_t hr_changes_bytes(const hr_changes *changes)
{
    return 2 * changes->most * sizeof *changes->change +
           changes->most_clocks * sizeof *changes->clock;
}

static hr_status room_for_changes(hr_changes *all, size_t n, hr_err *err)
{
    all->n = 0;
    if (n <= all->most)
        return HR_OK;
    hr_changes_free(all);
    const size_t most = n + n / 4;
    all->change = hr_mem_take(most, sizeof *all->change);
    all->sorted = hr_mem_take(most, sizeof *all->sorted);
    if (all->change == NULL || all->sorted == NULL) {
        hr_changes_free(all);
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory for %zu changes of overload", n);
    }
    all->most = most;
    return HR_OK;
}

static hr_status room_for_clocks(hr_changes *all, size_t n, hr_err *err)
{
    if (n <= all->most_clocks)
        return HR_OK;
    hr_mem_free(all->clock);
    all->clock = hr_mem_take(n + n / 4, sizeof *all->clock);
    all->most_clocks = all->clock != NULL ? n + n / 4 : 0;
    return all->clock != NULL ? HR_OK : HR_FAIL(err, HR_ERR_MEMORY, "no memory for %zu times", n);
}

/* Observer of the overload states: their history is kept, for the meetings that met them. */
static void note_change(void *context, hr_tick tick, unsigned server, uint64_t over)
{
    hr_placed *at = context;
    hr_changes *all = at->changes;
    if (!at->notes_changes)
        return;
    at->is_full = at->is_full || all->n == all->most;
    if (!at->is_full)
        all->change[all->n++] = (hr_change){tick, over, server};
}

hr_status hr_placed_begin(hr_placed *placed, const hr_lane *lane, hr_changes *changes,
                          hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = lane->configuration;
    const hr_input *in = lane->input;
    placed->replay = (hr_replaying){c, c->prepared, in, scratch, lane->counts, &placed->observer};
    placed->observer = (hr_observer){placed, NULL, note_change};
    placed->changes = changes;
    placed->one = hr_placed_load_of_one(c);
    placed->notes_changes = (lane->counts->needs & HR_NEEDS_HITS) == HR_NEEDS_HITS;
    placed->is_full = false;
    changes->n = 0;
    if (placed->notes_changes)
        HR_TRY(room_for_changes(changes, 2 * (size_t)in->n_meetings + in->n_joins + c->n_servers,
                                err));
    HR_TRY(hr_scratch_lay_out(&placed->replay, err));
    hr_counts_clear(lane->counts, c);
    hr_overload_begin(&placed->replay);
out:
    return st;
}

void hr_placed_stand(hr_placed *placed, unsigned server, int64_t people)
{
    hr_scratch *s = placed->replay.scratch;
    s->truth.people[server] = people;
    s->truth.load[server] = people * placed->one;
}

void hr_placed_move(hr_placed *placed, hr_tick now, unsigned server, int64_t people)
{
    hr_scratch *s = placed->replay.scratch;
    const hr_at_hand hand = hr_overload_at_hand(&placed->replay);
    hr_overload_move_people(&hand, now, server, people);
    s->truth.load[server] += people * placed->one;
    if (s->truth.load[server] > s->high[server] || s->truth.load[server] <= s->low[server])
        hr_overload_update(&placed->replay, now, server);
}

/* Changes server by server, each server's in order of time. */
static void sort_changes(hr_placed *placed)
{
    hr_changes *all = placed->changes;
    const unsigned n_servers = placed->replay.configuration->n_servers;
    uint32_t next[HR_MAX_SERVERS];
    for (unsigned j = 0; j <= n_servers; j++)
        placed->first[j] = 0;
    for (size_t i = 0; i < all->n; i++)
        placed->first[all->change[i].server + 1]++;
    for (unsigned j = 0; j < n_servers; j++) {
        placed->first[j + 1] += placed->first[j];
        next[j] = placed->first[j];
    }
    for (size_t i = 0; i < all->n; i++)
        all->sorted[next[all->change[i].server]++] = all->change[i];
}

static void set_clocks(const hr_placed *placed)
{
    hr_changes *all = placed->changes;
    const unsigned n_criteria = placed->replay.configuration->n_criteria;
    for (size_t i = 0; i < all->n; i++) {
        const hr_change *last = i > 0 ? &all->sorted[i - 1] : NULL;
        const bool goes_on = last != NULL && last->server == all->sorted[i].server;
        for (unsigned c = 0; c < n_criteria; c++) {
            uint64_t *clock = &all->clock[i * n_criteria + c];
            *clock = goes_on ? *(clock - n_criteria) : 0;
            if (goes_on && (last->over >> c & 1) != 0)
                *clock += all->sorted[i].tick - last->tick;
        }
    }
}

hr_status hr_placed_end(hr_placed *placed, hr_err *err)
{
    hr_status st = HR_OK;
    hr_overload_end(&placed->replay, placed->replay.prepared->to);
    HR_ASSERT(!placed->is_full); /* a change needs an event of its own */
    HR_TRY(room_for_clocks(placed->changes,
                           placed->changes->n * placed->replay.configuration->n_criteria, err));
    sort_changes(placed);
    set_clocks(placed);
out:
    return st;
}

/* How many of the changes first .. end happen up to `tick`. */
static uint32_t count_until(const hr_changes *all, uint32_t first, uint32_t end, hr_tick tick)
{
    const uint32_t begin = first;
    while (first < end) {
        const uint32_t middle = first + (end - first) / 2;
        if (all->sorted[middle].tick <= tick)
            first = middle + 1;
        else
            end = middle;
    }
    return first - begin;
}

/* Ticks over `criterion` until `tick`, which the first n changes precede. */
static uint64_t clock_at(const hr_placed *placed, uint32_t first, uint32_t n, hr_tick tick,
                         unsigned criterion)
{
    const hr_changes *all = placed->changes;
    if (n == 0)
        return 0;
    const size_t last = first + (size_t)n - 1;
    const bool is_over = (all->sorted[last].over >> criterion & 1) != 0;
    return all->clock[last * placed->replay.configuration->n_criteria + criterion] +
           (is_over ? tick - all->sorted[last].tick : 0);
}

void hr_placed_count_hits(hr_placed *placed, uint32_t meeting, unsigned server)
{
    const hr_configuration *c = placed->replay.configuration;
    const hr_input *in = placed->replay.input;
    hr_counts *counts = placed->replay.counts;
    const uint32_t first = placed->first[server], end = placed->first[server + 1];
    const hr_tick from = in->start[meeting], to = in->end[meeting];
    if (first == end || placed->changes->sorted[first].tick >= to)
        return;
    const uint32_t before = count_until(placed->changes, first, end, from);
    const uint32_t until = count_until(placed->changes, first, end, to);
    if (before == until && (before == 0 || placed->changes->sorted[first + before - 1].over == 0))
        return;
    for (unsigned i = 0; i < c->n_criteria; i++) {
        const uint64_t met =
            clock_at(placed, first, until, to, i) - clock_at(placed, first, before, from, i);
        for (unsigned d = 0; d < c->n_durations && met > 0; d++) {
            const bool hit = met >= placed->replay.prepared->min_episode[d];
            counts->meetings_hit[i * c->n_durations + d] += hit;
            counts->people_hit[i * c->n_durations + d] += hit ? in->size[meeting] : 0;
        }
    }
}

/* Everybody's meetings, everybody there at once. */
static void sum_up_all(const hr_input *in, hr_counts *counts)
{
    const hr_tick from = in->from, to = in->to;
    uint64_t person_time = 0, ended = 0, people = 0;
#pragma omp simd reduction(+ : person_time, ended, people)
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const hr_tick begin = in->start[i] > from ? in->start[i] : from;
        const hr_tick end = in->end[i] < to ? in->end[i] : to;
        const uint64_t has_ended = in->end[i] >= from && in->end[i] < to;
        person_time += (end > begin ? end - begin : 0) * in->size[i];
        ended += has_ended;
        people += has_ended * in->size[i];
    }
    for (uint32_t i = in->n_meetings; i-- > 0 && in->start[i] >= from;)
        counts->offered[in->class_of[i]]++;
    counts->person_time = person_time;
    counts->meetings_ended = ended;
    counts->people_ended = people;
}

static void sum_up_own(const hr_prepared *p, const hr_input *in, hr_counts *counts)
{
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        if (!hr_input_owns(in, i))
            continue;
        const bool has_ended = in->end[i] >= in->from && in->end[i] < in->to;
        counts->offered[in->class_of[i]] += in->start[i] >= in->from;
        counts->meetings_ended += has_ended;
        counts->people_ended += has_ended ? in->size[i] : 0;
        if (p->joins_at_once)
            counts->person_time +=
                in->size[i] * (hr_overload_clip(p, in->end[i]) - hr_overload_clip(p, in->start[i]));
    }
    for (uint32_t j = 0; j < in->n_joins; j++) {
        const uint32_t meeting = in->join_meeting[j];
        if (hr_input_owns(in, meeting))
            counts->person_time +=
                hr_overload_clip(p, in->end[meeting]) - hr_overload_clip(p, in->join_tick[j]);
    }
}

void hr_placed_sum_up(hr_placed *placed)
{
    const hr_prepared *p = placed->replay.prepared;
    const hr_input *in = placed->replay.input;
    hr_counts *counts = placed->replay.counts;
    if (in->kept == NULL && p->joins_at_once)
        sum_up_all(in, counts);
    else
        sum_up_own(p, in, counts);
    counts->load_time[0] = (hr_u128)counts->person_time * (hr_u128)(uint64_t)placed->one;
}
