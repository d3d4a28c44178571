#include "kernel/lanes.h"

#include <string.h>

#include "base/mem.h"
#include "kernel/events.h"
#include "kernel/islands.h"
#include "kernel/lanes_memory.h"
#include "kernel/placed.h"
#include "kernel/rank.h"
#include "kernel/scalar.h"

enum { N = HR_LANES_N };
/* Gaps that begin with an overload, of all: beyond, replaying every event costs less. */
#define MOST_FLAGGED  0.15
#define LEAST_FLAGGED 1024

/* ---- what it can do */

const char *hr_lanes_decline(const hr_configuration *c)
{
    const hr_rule rule = c->placement.rule;
    const char *declined = hr_placed_decline(c);
    if (declined != NULL)
        return declined;
    if (c->below_size > 0)
        return "a pool of its own for large meetings";
    if (rule == HR_RULE_RANDOM || rule == HR_RULE_ROUND_ROBIN ||
        c->placement.metric == HR_METRIC_MEETINGS)
        return "its placement rule";
    return NULL;
}

bool hr_lanes_needs_no_loads(const hr_configuration *c)
{
    (void)c;
    return true;
}

/* ---- from inputs to lanes */

/* People that every server may have under its lowest ceiling; false when a ceiling is negative. */
static bool set_ceilings(const hr_lane *lane, unsigned l, hr_lanes *lanes)
{
    const hr_configuration *c = lane->configuration;
    const int64_t one = hr_placed_load_of_one(c);
    HR_ASSERT(one > 0); /* or the configuration would have been declined */
    for (unsigned s = 0; s < c->n_servers; s++) {
        int64_t lowest = INT64_MAX;
        for (unsigned i = 0; i < c->n_limits; i++) {
            const int64_t ceiling = lane->input->ceiling[i * c->n_servers + s];
            lowest = ceiling < lowest ? ceiling : lowest;
        }
        if (lowest < 0)
            return false;
        const int64_t people = lowest / one;
        lanes->ceiling[s][l] = (int32_t)(people < HR_LANES_MOST ? people : HR_LANES_MOST);
    }
    return true;
}

/* The earliest tick of a lane with meetings. */
static hr_tick base_of(const hr_input *in)
{
    return in->start[0] < in->begin ? in->start[0] : in->begin;
}

/* The first meeting that starts at or after `tick`. */
static uint32_t first_since(const hr_input *in, hr_tick tick)
{
    uint32_t low = 0, high = in->n_meetings;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (in->start[middle] < tick)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What comes before what in lane `l`. */
static void set_ranks(const hr_input *in, unsigned l, const hr_vector *vector, hr_lanes_memory *m)
{
    hr_lanes *lanes = &m->lanes;
    hr_rank rank = {.n = in->n_meetings,
                    .base = base_of(in),
                    .span = in->to - base_of(in),
                    .end = in->end,
                    .gap = m->gap + l * m->most_steps,
                    .n_joins = in->n_joins,
                    .join_tick = in->join_tick,
                    .join_meeting = in->join_meeting,
                    .near = lanes->near - HR_LANES_BLOCK};
    const hr_rank_level *level = hr_rank_level_of(vector);
    hr_rank_begin(&rank, in, level, lanes->has_ramp, m->start, m->first);
    level->departures(&rank);
    lanes->gap[l] = rank.gap;
    if (!lanes->has_ramp)
        return;
    rank.joined = m->joined + l * m->most_ramp_steps;
    rank.joining = m->joining + l * (m->most_ramp_steps + 1);
    rank.join_gap = m->join_gap + l * m->most_joins;
    level->joins(&rank);
    lanes->joined[l] = rank.joined;
    lanes->joining[l] = rank.joining;
    lanes->join_gap[l] = rank.join_gap;
    m->longest[l] = rank.longest;
    m->n_far += rank.n_far;
}

/* What lane `l` is made of, but for its people. False when it does not fit the lanes. */
static bool set_lane(const hr_lane *lane, unsigned l, const hr_vector *vector, hr_lanes_memory *m)
{
    const hr_input *in = lane->input;
    hr_events events;
    if (!set_ceilings(lane, l, &m->lanes) || !hr_events_fit(in, &events))
        return false;
    if (in->n_meetings > 0)
        set_ranks(in, l, vector, m);
    m->lanes.measured[l] = first_since(in, in->from);
    m->lanes.n[l] = in->n_meetings;
    m->lanes.size[l] = in->size;
    m->lanes.tie[l] = in->tie;
    return true;
}

static bool set_lanes(const hr_lane *lane, unsigned n, const hr_vector *vector, hr_lanes_memory *m)
{
    for (unsigned l = 0; l < N; l++)
        m->lanes.flag[l] = m->flag + l * m->most_steps;
    for (unsigned l = 0; l < n; l++) {
        if (!set_lane(&lane[l], l, vector, m))
            return false;
    }
    for (unsigned l = n; l < N; l++) {
        m->lanes.n[l] = m->lanes.measured[l] = 0;
        m->lanes.join_gap[l] = NULL;
        for (unsigned s = 0; s < m->lanes.n_servers; s++)
            m->lanes.ceiling[s][l] = HR_LANES_MOST;
    }
    return hr_lanes_memory_pages(m);
}

/* Days may differ in more than their meetings. */
static bool are_alike(const hr_lane *lane, unsigned n)
{
    for (unsigned l = 0; l < n; l++) {
        const hr_configuration *c = lane[l].configuration;
        if (c->n_servers != lane[0].configuration->n_servers ||
            c->prepared->joins_at_once != lane[0].configuration->prepared->joins_at_once ||
            hr_lanes_decline(c) != NULL)
            return false;
    }
    return true;
}

/* What is known of the days of a configuration is forgotten with the next one. */
static void begin_configuration(hr_lanes_memory *m, const hr_configuration *c)
{
    if (m->is_known && m->configuration == c->index)
        return;
    m->is_known = true;
    m->configuration = c->index;
    m->is_narrow = c->n_servers <= HR_LANES_NARROW_SERVERS;
    m->is_given_up = false;
}

static hr_lanes_placing *const narrow[HR_VECTOR_LEVELS] = {hr_lanes_16_baseline, hr_lanes_16_avx2,
                                                           hr_lanes_16_avx512};
static hr_lanes_placing *const wide[HR_VECTOR_LEVELS] = {hr_lanes_32_baseline, hr_lanes_32_avx2,
                                                         hr_lanes_32_avx512};

static bool place(unsigned level, hr_lanes_memory *m)
{
    if (m->is_narrow && narrow[level](&m->lanes))
        return true;
    if (m->is_narrow && !m->lanes.is_too_narrow)
        return false;
    m->is_narrow = false;
    return hr_lanes_memory_pages(m) && wide[level](&m->lanes);
}

/* With loads, where they were left out for this kernel. */
static hr_status leave_to_scalar(const hr_lane *lane, unsigned n, const hr_vector *vector,
                                 hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    for (unsigned l = 0; l < n; l++) {
        const hr_configuration *c = lane[l].configuration;
        hr_input filled = *lane[l].input;
        if (filled.without_loads)
            HR_TRY(hr_input_fill_loads(&filled, c, err));
        const hr_lane one = {c, &filled, lane[l].counts};
        HR_TRY(hr_scalar_replay(&one, 1, vector, scratch, err));
    }
out:
    return st;
}

hr_status hr_lanes_replay(const hr_lane *lane, unsigned n, const hr_vector *vector,
                          hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = lane[0].configuration;
    const unsigned level = hr_vector_number(vector);
    uint32_t n_steps = 0, n_joins = 0;
    if (!are_alike(lane, n))
        return leave_to_scalar(lane, n, vector, scratch, err);
    for (unsigned l = 0; l < n; l++) {
        n_steps = lane[l].input->n_meetings > n_steps ? lane[l].input->n_meetings : n_steps;
        n_joins = lane[l].input->n_joins > n_joins ? lane[l].input->n_joins : n_joins;
    }
    hr_err no_room = {0}; /* scalar needs less */
    if (hr_lanes_memory_room(&scratch->lanes, n_steps, n_joins, c->n_servers, &no_room) != HR_OK)
        return leave_to_scalar(lane, n, vector, scratch, err);
    hr_lanes_memory *m = scratch->lanes;
    begin_configuration(m, c);
    m->lanes.ties_uniform = c->placement.ties == HR_TIES_UNIFORM;
    m->lanes.wants_peak = lane[0].counts->needs & HR_NEEDS_PEAK;
    m->lanes.most_flagged = (uint64_t)(MOST_FLAGGED * (double)n_steps * N) + LEAST_FLAGGED;
    if (m->is_given_up || !set_lanes(lane, n, vector, m) || !place(level, m)) {
        m->is_given_up = true; /* the next days of this configuration will be like this one */
        return leave_to_scalar(lane, n, vector, scratch, err);
    }
    for (unsigned l = 0; l < n; l++)
        HR_TRY(hr_islands_count(&lane[l], l, scratch, err));
out:
    return st;
}
