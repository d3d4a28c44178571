#include "kernel/scratch.h"

#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "kernel/backlog.h"
#include "kernel/events.h"
#include "kernel/excess.h"
#include "kernel/lanes.h"
#include "kernel/overload.h"
#include "kernel/scenarios.h"

hr_status hr_scratch_new(hr_scratch **scratch, hr_err *err)
{
    *scratch = hr_mem_take(1, sizeof **scratch);
    return *scratch ? HR_OK : HR_FAIL(err, HR_ERR_MEMORY, "no memory for a replay");
}

static void free_event_arrays(hr_scratch *scratch)
{
    hr_mem_free(scratch->event);
    hr_mem_free(scratch->work);
    hr_mem_free(scratch->kind);
    scratch->event = scratch->work = NULL;
    scratch->kind = NULL;
    scratch->event_capacity = 0;
}

static void free_meeting_arrays(hr_scratch *scratch)
{
    hr_mem_free(scratch->server);
    hr_mem_free(scratch->load);
    hr_mem_free(scratch->people);
    hr_mem_free(scratch->told);
    hr_mem_free(scratch->expecting);
    hr_mem_free(scratch->clock_at_start);
    scratch->server = NULL;
    scratch->load = NULL;
    scratch->people = NULL;
    scratch->told = NULL;
    scratch->expecting = NULL;
    scratch->clock_at_start = NULL;
    scratch->n_meetings = 0;
    scratch->load_capacity = scratch->clock_capacity = 0;
}

void hr_scratch_free(hr_scratch *scratch)
{
    if (scratch == NULL)
        return;
    free_meeting_arrays(scratch);
    free_event_arrays(scratch);
    hr_arena_free(&scratch->arena);
    hr_lanes_memory_free(scratch->lanes);
    hr_scenarios_memory_free(scratch->scenarios);
    hr_mem_free(scratch);
}

size_t hr_scratch_bytes(const hr_scratch *scratch)
{
    return sizeof *scratch + scratch->arena.total + hr_lanes_memory_bytes(scratch->lanes) +
           hr_scenarios_memory_bytes(scratch->scenarios) +
           scratch->n_meetings * (sizeof *scratch->server + sizeof *scratch->people +
                                  sizeof *scratch->told + sizeof *scratch->expecting) +
           scratch->load_capacity * sizeof *scratch->load +
           scratch->clock_capacity * sizeof *scratch->clock_at_start +
           scratch->event_capacity * (sizeof *scratch->event + sizeof *scratch->kind) +
           HR_ORDER_WORK(scratch->event_capacity) * sizeof *scratch->work;
}

hr_status hr_scratch_room_for_meetings(const hr_replaying *replay, hr_err *err)
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
    s->told = hr_mem_take(n + more, sizeof *s->told);
    s->expecting = hr_mem_take(n + more, sizeof *s->expecting);
    s->load = hr_mem_take(s->load_capacity, sizeof *s->load);
    s->clock_at_start = hr_mem_take(s->clock_capacity, sizeof *s->clock_at_start);
    if (!s->server || !s->people || !s->told || !s->expecting || !s->load || !s->clock_at_start) {
        free_meeting_arrays(s);
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory to replay %zu meetings", n);
    }
    s->n_meetings = (uint32_t)(n + more);
    return HR_OK;
}

hr_status hr_scratch_room_for_events(hr_scratch *s, size_t n, hr_err *err)
{
    if (n <= s->event_capacity && s->work != NULL)
        return HR_OK;
    free_event_arrays(s);
    const size_t most = n + n / 4 + 64;
    s->event = hr_mem_take(most + HR_EVENTS_PAD, sizeof *s->event);
    s->work = hr_mem_take(HR_ORDER_WORK(most), sizeof *s->work);
    s->kind = hr_mem_take(most, sizeof *s->kind);
    if (s->event == NULL || s->work == NULL || s->kind == NULL) {
        free_event_arrays(s);
        return HR_FAIL(err, HR_ERR_MEMORY, "no memory to order %zu events", n);
    }
    s->event_capacity = most;
    return HR_OK;
}

unsigned hr_scratch_stride(unsigned n_resources)
{
    return n_resources == 1 ? 1 : n_resources <= 4 ? 4 : HR_MAX_RESOURCES;
}
_Static_assert(HR_MAX_RESOURCES == 8, "the widest stride");

hr_status hr_known_take(hr_known *known, hr_arena *arena, const hr_configuration *c, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TAKE(known->load, arena, c->n_servers * (size_t)hr_scratch_stride(c->n_resources));
    HR_TAKE(known->people, arena, c->n_servers);
    HR_TAKE(known->meetings, arena, c->n_servers);
    HR_TAKE(known->expected, arena, c->n_servers);
    HR_TAKE(known->score, arena, c->n_servers);
out:
    return st;
}

/* Server-sized state, all zero: an empty pool. */
hr_status hr_scratch_lay_out(const hr_replaying *replay, hr_err *err)
{
    hr_status st = HR_OK;
    hr_scratch *s = replay->scratch;
    const hr_configuration *c = replay->configuration;
    const size_t n = c->n_servers;
    const size_t stride = hr_scratch_stride(c->n_resources);
    hr_arena_reset(&s->arena);
    s->stride = (unsigned)stride;
    HR_TRY(hr_known_take(&s->truth, &s->arena, c, err));
    HR_TRY(hr_known_take(&s->reported, &s->arena, c, err));
    HR_TAKE(s->ceiling, &s->arena, n * c->n_limits);
    HR_TAKE(s->high, &s->arena, n * stride);
    HR_TAKE(s->low, &s->arena, n * stride);
    HR_TAKE(s->taken, &s->arena, n * stride);
    HR_TAKE(s->session_cost, &s->arena, replay->prepared->n_session_items * stride);
    for (unsigned i = 0, item = 0; i < c->n_background; i++) {
        if (c->background[i].kind == HR_BACKGROUND_SESSIONS)
            memcpy(s->session_cost + item++ * stride, replay->prepared->background[i].cost,
                   c->n_resources * sizeof *s->session_cost);
    }
    HR_TAKE(s->criteria_of, &s->arena, c->n_limits);
    HR_TAKE(s->limits_of, &s->arena, c->n_resources);
    for (unsigned l = 0; l < c->n_limits; l++)
        s->limits_of[c->limits[l].resource] |= (uint64_t)1 << l;
    HR_TAKE(s->limits_over, &s->arena, n);
    HR_TAKE(s->over, &s->arena, n);
    HR_TAKE(s->n_over, &s->arena, c->n_criteria);
    HR_TAKE(s->any_since, &s->arena, c->n_criteria);
    HR_TAKE(s->moment, &s->arena, n);
    HR_TAKE(s->person_time, &s->arena, n * c->n_criteria);
    HR_TAKE(s->since, &s->arena, n * c->n_criteria);
    HR_TAKE(s->clock, &s->arena, n * c->n_criteria);
    HR_TAKE(s->last_over, &s->arena, n);
    HR_TAKE(s->ever_over, &s->arena, n);
    HR_TAKE(s->clocked, &s->arena, n * c->n_criteria);
    memset(s->clocked, 0xff, n * c->n_criteria * sizeof *s->clocked);
    HR_TAKE(s->allowed, &s->arena, n);
    HR_TRY(hr_backlog_take(replay, err));
    HR_TRY(hr_excess_take(replay, err));
    for (unsigned i = 0; i < c->n_criteria; i++) {
        for (uint64_t left = c->criteria[i].limits; left != 0; left &= left - 1)
            s->criteria_of[__builtin_ctzll(left)] |= (uint64_t)1 << i;
    }
    s->accounted = replay->prepared->from;
    s->criteria_over = 0;
    s->n_begun = s->n_noted = 0;
    s->n_aged = 0;
    s->is_measuring = false;
    s->joinings = NULL;
    s->failing = NULL;
    s->apart = NULL;
    s->relieved = NULL;
out:
    return st;
}
