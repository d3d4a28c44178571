#include "kernel/lanes.h"

#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "kernel/islands.h"
#include "kernel/lanes_memory.h"
#include "kernel/placed.h"
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
    if (!c->prepared->joins_at_once)
        return "the join ramp";
    if (c->prepared->to - c->prepared->begin >= UINT32_MAX)
        return "a window of more than 18 hours";
    if (rule == HR_RULE_RANDOM || rule == HR_RULE_ROUND_ROBIN ||
        c->placement.metric == HR_METRIC_MEETINGS)
        return "its placement rule";
    return NULL;
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

/* Starts as hr_lanes_rank wants them, and a table of first arrivals, about eight to a cell. */
static void set_starts(const hr_input *in, hr_lanes_memory *m, hr_lanes_rank *rank)
{
    const uint32_t n = in->n_meetings;
    unsigned bits = 0;
    while ((rank->span >> bits) > n / 8 + 1)
        bits++;
    uint32_t *first = m->first; /* of the next cell, where this one has arrivals; then of all */
    const uint32_t n_cells = (uint32_t)(rank->span >> bits) + 1;
    memset(first, 0, (n_cells + (size_t)1) * sizeof *first);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t ticks = (uint32_t)(in->start[i] - rank->base);
        m->start[i] = (int32_t)(ticks ^ HR_LANES_SIGN);
        first[(ticks >> bits) + 1] = i + 1;
    }
    for (uint32_t i = 0; i < HR_LANES_PAD; i++)
        m->start[n + i] = INT32_MAX;
    for (uint32_t cell = 1; cell <= n_cells; cell++)
        first[cell] = first[cell] > first[cell - 1] ? first[cell] : first[cell - 1];
    rank->cell_bits = bits;
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

/* What lane `l` is made of, but for its people. False when it does not fit the lanes. */
static bool set_lane(const hr_lane *lane, unsigned l, const hr_lanes_level *level,
                     hr_lanes_memory *m)
{
    const hr_input *in = lane->input;
    const uint32_t n = in->n_meetings;
    uint32_t *gap = m->gap + l * m->most_steps;
    if (!set_ceilings(lane, l, &m->lanes))
        return false;
    if (n > 0) {
        hr_lanes_rank rank = {.n = n,
                              .base = base_of(in),
                              .span = in->to - base_of(in),
                              .start = m->start,
                              .end = in->end,
                              .first = m->first,
                              .gap = gap};
        if (rank.span >= UINT32_MAX)
            return false;
        set_starts(in, m, &rank);
        level->rank(&rank);
    }
    m->lanes.measured[l] = first_since(in, in->from);
    m->lanes.n[l] = n;
    m->lanes.size[l] = in->size;
    m->lanes.gap[l] = gap;
    m->lanes.tie[l] = in->tie;
    return true;
}

static const hr_lanes_level *const narrow[HR_VECTOR_LEVELS] = {
    &hr_lanes_16_baseline, &hr_lanes_16_avx2, &hr_lanes_16_avx512};
static const hr_lanes_level *const wide[HR_VECTOR_LEVELS] = {
    &hr_lanes_32_baseline, &hr_lanes_32_avx2, &hr_lanes_32_avx512};

static bool set_lanes(const hr_lane *lane, unsigned n, const hr_lanes_level *level,
                      hr_lanes_memory *m)
{
    for (unsigned l = 0; l < n; l++) {
        if (!set_lane(&lane[l], l, level, m))
            return false;
    }
    for (unsigned l = n; l < N; l++) {
        m->lanes.n[l] = m->lanes.measured[l] = 0;
        for (unsigned s = 0; s < m->lanes.n_servers; s++)
            m->lanes.ceiling[s][l] = HR_LANES_MOST;
    }
    return true;
}

/* Days may differ in more than their meetings. */
static bool are_alike(const hr_lane *lane, unsigned n)
{
    for (unsigned l = 0; l < n; l++) {
        if (lane[l].configuration->n_servers != lane[0].configuration->n_servers ||
            hr_lanes_decline(lane[l].configuration) != NULL)
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

static bool place(unsigned level, hr_lanes_memory *m)
{
    if (m->is_narrow && narrow[level]->place(&m->lanes))
        return true;
    if (m->is_narrow && !m->lanes.is_too_narrow)
        return false;
    m->is_narrow = false;
    return wide[level]->place(&m->lanes);
}

hr_status hr_lanes_replay(const hr_lane *lane, unsigned n, const hr_vector *vector,
                          hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = lane[0].configuration;
    const unsigned level = hr_vector_number(vector);
    uint32_t n_steps = 0;
    if (!are_alike(lane, n))
        return hr_scalar_replay(lane, n, vector, scratch, err);
    for (unsigned l = 0; l < n; l++)
        n_steps = lane[l].input->n_meetings > n_steps ? lane[l].input->n_meetings : n_steps;
    hr_err no_room = {0}; /* scalar needs less */
    if (hr_lanes_memory_room(&scratch->lanes, n_steps, c->n_servers, &no_room) != HR_OK)
        return hr_scalar_replay(lane, n, vector, scratch, err);
    hr_lanes_memory *m = scratch->lanes;
    begin_configuration(m, c);
    m->lanes.ties_uniform = c->placement.ties == HR_TIES_UNIFORM;
    m->lanes.wants_peak = lane[0].counts->needs & HR_NEEDS_PEAK;
    m->lanes.most_flagged = (uint64_t)(MOST_FLAGGED * (double)n_steps * N) + LEAST_FLAGGED;
    if (m->is_given_up || !set_lanes(lane, n, narrow[level], m) || !place(level, m)) {
        m->is_given_up = true; /* the next days of this configuration will be like this one */
        return hr_scalar_replay(lane, n, vector, scratch, err);
    }
    for (unsigned l = 0; l < n; l++)
        HR_TRY(hr_islands_count(&lane[l], l, scratch, err));
out:
    return st;
}
