#include "kernel/lanes.h"

#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "kernel/islands.h"
#include "kernel/lanes_memory.h"
#include "kernel/scalar.h"

enum { N = HR_LANES_N };
/* Gaps that begin with an overload, of all: beyond, replaying every event costs less. */
#define MOST_FLAGGED 0.15

/* ---- what it can do */

static const char *decline_rule(const hr_configuration *c)
{
    const hr_rule rule = c->placement.rule;
    const int metric = c->placement.metric;
    if (rule == HR_RULE_RANDOM || rule == HR_RULE_ROUND_ROBIN || rule == HR_RULE_POWER_OF_D ||
        metric == HR_METRIC_MEETINGS)
        return "its placement rule";
    for (unsigned j = 1; metric == HR_METRIC_RELATIVE && j < c->n_servers; j++) {
        if (c->prepared->full[j] < c->prepared->full[0] ||
            c->prepared->full[j] > c->prepared->full[0])
            return "servers of different capacity";
    }
    return NULL;
}

/* Steps that one participant adds, the same for all; 0 when they differ. */
static int64_t load_of_one(const hr_configuration *c)
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
    return one;
}

const char *hr_lanes_decline(const hr_configuration *c)
{
    const hr_prepared *p = c->prepared;
    if (c->n_resources > 1)
        return "several resources";
    if (!p->joins_at_once)
        return "the join ramp";
    if (c->admission != HR_ADMISSION_NONE)
        return "admission";
    if (p->report_period > 0)
        return "load reports";
    if (p->n_slots > 0)
        return "snapshots";
    if (p->to - p->begin >= UINT32_MAX)
        return "a window of more than 18 hours";
    if (p->n_session_items > 0)
        return "background sessions";
    if (c->n_servers > HR_LANES_SERVERS)
        return "more than 16 servers";
    if (load_of_one(c) <= 0)
        return "meetings that load by more than their size";
    return decline_rule(c);
}

/* ---- from inputs to lanes */

/* People that every server may have under its lowest ceiling; false when a ceiling is negative. */
static bool set_ceilings(const hr_lane *lane, unsigned l, hr_lanes *lanes)
{
    const hr_configuration *c = lane->configuration;
    const int64_t one = load_of_one(c);
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
        lanes->ceiling[s][l] = (int16_t)(people < HR_LANES_MOST ? people : HR_LANES_MOST);
    }
    return true;
}

/* Ticks from the first event on, where they fit 32 bits; false when they do not. */
static bool set_times(const hr_lane *lane, hr_lanes_memory *m)
{
    const hr_input *in = lane->input;
    const hr_tick base = in->start[0] < in->begin ? in->start[0] : in->begin;
    const uint64_t span = in->to - base;
    if (span >= UINT32_MAX)
        return false;
    const hr_tick *start = in->start, *end = in->end;
    uint32_t *start_out = m->start, *end_out = m->end;
#pragma omp simd
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const uint64_t ticks = end[i] - base;
        start_out[i] = (uint32_t)(start[i] - base);
        end_out[i] = (uint32_t)(ticks < span ? ticks : span);
    }
    for (uint32_t i = 0; i < HR_LANES_PAD; i++)
        m->start[in->n_meetings + i] = UINT32_MAX;
    return true;
}

/* A table of first arrivals, about eight arrivals to a cell. */
static void set_cells(const hr_input *in, hr_lanes_memory *m, hr_lanes_rank *rank)
{
    const uint32_t n = in->n_meetings;
    const hr_tick base = in->start[0] < in->begin ? in->start[0] : in->begin;
    const uint32_t span = (uint32_t)(in->to - base);
    unsigned bits = 0;
    while ((span >> bits) > n / 8 + 1)
        bits++;
    uint32_t *first = m->first; /* of the next cell, where this one has arrivals; then of all */
    const uint32_t n_cells = (span >> bits) + 1;
    memset(first, 0, (n_cells + 1) * sizeof *first);
    for (uint32_t i = 0; i < n; i++)
        first[(m->start[i] >> bits) + 1] = i + 1;
    for (uint32_t cell = 1; cell <= n_cells; cell++)
        first[cell] = first[cell] > first[cell - 1] ? first[cell] : first[cell - 1];
    rank->cell_bits = bits;
    rank->first = m->first;
}

/* What lane `l` is made of, but for its people. False when it does not fit the lanes. */
static bool set_lane(const hr_lane *lane, unsigned l, const hr_lanes_level *level,
                     hr_lanes_memory *m)
{
    const hr_input *in = lane->input;
    const uint32_t n = in->n_meetings;
    uint32_t largest = 0;
    if (!set_ceilings(lane, l, &m->lanes) || (n > 0 && !set_times(lane, m)))
        return false;
    if (n > 0) {
        hr_lanes_rank rank = {.n = n, .start = m->start, .end = m->end, .away = m->lane_away[l]};
        set_cells(in, m, &rank);
        level->rank(&rank);
    }
    for (uint32_t i = 0; i < n; i++)
        largest = in->size[i] > largest ? in->size[i] : largest;
    for (uint32_t i = 0; m->lanes.ties_uniform && i < n; i++)
        m->tie[(size_t)i * N + l] = in->tie[i];
    return largest <= HR_LANES_MOST;
}

/* Lanes side by side, a few steps of all of them at a time so that they stay in the cache. Past the
 * end of a lane nobody comes. */
static void interleave(const hr_lane *lane, unsigned n_lanes, hr_lanes_memory *m)
{
    enum { STEPS = 256 };
    for (uint32_t from = 0; from < m->lanes.n_steps; from += STEPS) {
        const uint32_t to = m->lanes.n_steps - from < STEPS ? m->lanes.n_steps : from + STEPS;
        for (unsigned l = 0; l < N; l++) {
            const uint32_t own = l < n_lanes ? lane[l].input->n_meetings : 0;
            const uint32_t end = own < to ? own : to;
            uint32_t i = from;
            for (; i < end; i++) {
                m->people[(size_t)i * N + l] = (int16_t)lane[l].input->size[i];
                m->away[(size_t)i * N + l] = m->lane_away[l][i];
            }
            for (; i < to; i++) {
                m->people[(size_t)i * N + l] = 0;
                m->away[(size_t)i * N + l] = 1;
                m->tie[(size_t)i * N + l] = 0;
            }
        }
    }
}

static const hr_lanes_level *level_of(const hr_vector *vector)
{
#if defined(__x86_64__)
    if (strcmp(vector->name, "avx512") == 0)
        return &hr_lanes_avx512;
    if (strcmp(vector->name, "avx2") == 0)
        return &hr_lanes_avx2;
#endif
    (void)vector;
    return &hr_lanes_baseline;
}

static bool set_lanes(const hr_lane *lane, unsigned n, const hr_lanes_level *level,
                      hr_lanes_memory *m)
{
    for (unsigned l = 0; l < n; l++) {
        if (!set_lane(&lane[l], l, level, m))
            return false;
    }
    for (unsigned l = n; l < N; l++) {
        for (unsigned s = 0; s < m->lanes.n_servers; s++)
            m->lanes.ceiling[s][l] = HR_LANES_MOST;
    }
    interleave(lane, n, m);
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

hr_status hr_lanes_replay(const hr_lane *lane, unsigned n, const hr_vector *vector,
                          hr_scratch *scratch, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = lane[0].configuration;
    const hr_lanes_level *level = level_of(vector);
    uint32_t n_steps = 0;
    if (!are_alike(lane, n))
        return hr_scalar_replay(lane, n, vector, scratch, err);
    for (unsigned l = 0; l < n; l++)
        n_steps = lane[l].input->n_meetings > n_steps ? lane[l].input->n_meetings : n_steps;
    hr_err no_room = {0}; /* scalar needs less */
    if (hr_lanes_memory_room(&scratch->lanes, n_steps, c->n_servers, MOST_FLAGGED, &no_room) !=
        HR_OK)
        return hr_scalar_replay(lane, n, vector, scratch, err);
    hr_lanes_memory *m = scratch->lanes;
    if (m->is_given_up && m->given_up == c->index)
        return hr_scalar_replay(lane, n, vector, scratch, err);
    m->lanes.ties_uniform = c->placement.ties == HR_TIES_UNIFORM;
    m->lanes.after = lane[0].counts->needs & HR_NEEDS_PEAK ? m->after : NULL;
    if (!set_lanes(lane, n, level, m) || !level->place(&m->lanes)) {
        hr_lanes_memory_clear_ring(m);
        m->is_given_up = true; /* the next days of this configuration will be like this one */
        m->given_up = c->index;
        return hr_scalar_replay(lane, n, vector, scratch, err);
    }
    for (unsigned l = 0; l < n; l++)
        HR_TRY(hr_islands_count(&lane[l], l, load_of_one(lane[l].configuration), scratch, err));
out:
    return st;
}
