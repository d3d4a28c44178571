#include "kernel/stays.h"

#include <string.h>

/* Large meetings are counted by their size. */
static bool counts_large(const hr_configuration *c)
{
    bool counts = false;
    for (unsigned r = 0; r < c->n_resources; r++)
        counts = counts || c->resource[r] == HR_RESOURCE_LARGE_MEETINGS;
    return counts;
}

/* Of a profile whose kinds are from `kind` on. */
static void describe(hr_stays_profile *own, const hr_configuration *c, const hr_prepared_class *of,
                     const hr_prepared_profile *profile, hr_stay *kind)
{
    const size_t n_resources = c->n_resources;
    const bool has_one_kind = !c->prepared->joins_at_once || profile->n_kinds == 1;
    own->kind = kind;
    memcpy(own->meetings.cost, profile->cost, n_resources * sizeof *profile->cost);
    for (unsigned k = 0; k < profile->n_kinds; k++)
        memcpy(own->kind[k].cost, profile->kind_cost + k * n_resources,
               n_resources * sizeof *profile->kind_cost);
    own->is_linear = of->load == NULL && has_one_kind && !counts_large(c);
}

hr_status hr_stays_begin(hr_stays *stays, const hr_configuration *c, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_stays_profile **list = NULL;
    HR_TAKE(stays->kind, arena, c->prepared->n_kinds);
    HR_TAKE(list, arena, c->n_classes);
    for (unsigned k = 0; k < c->n_classes; k++) {
        const hr_prepared_class *of = &c->prepared->classes[k];
        HR_TAKE(list[k], arena, c->classes[k].n_profiles);
        for (unsigned i = 0; i < c->classes[k].n_profiles; i++)
            describe(&list[k][i], c, of, &of->profiles[i], stays->kind + of->first_kind[i]);
    }
    stays->profile = list;
out:
    return st;
}

bool hr_stays_are_linear(const hr_stays *stays, const hr_configuration *c)
{
    bool are = true;
    for (unsigned k = 0; k < c->n_classes; k++) {
        for (unsigned i = 0; i < c->classes[k].n_profiles; i++)
            are = are && stays->profile[k][i].is_linear;
    }
    return are;
}

/* Ticks of [begin, end) inside the window. */
static uint64_t stay_of(const hr_prepared *p, hr_tick begin, hr_tick end)
{
    return hr_overload_clip(p, end) - hr_overload_clip(p, begin);
}

/* A meeting that was placed. */
static inline void add_meeting(hr_stays *stays, const hr_replaying *replay, uint32_t meeting)
{
    const hr_prepared *p = replay->prepared;
    const hr_input *in = replay->input;
    hr_counts *counts = replay->counts;
    const uint64_t ticks = stay_of(p, in->start[meeting], in->end[meeting]);
    const uint32_t size = in->size[meeting];
    hr_stays_profile *profile = &stays->profile[in->class_of[meeting]][in->profile[meeting]];
    if (profile->is_linear) {
        profile->meetings.ticks += ticks;
        profile->kind[0].ticks += p->joins_at_once ? ticks * size : 0;
        return;
    }
    const size_t n = replay->configuration->n_resources;
    counts->person_time += p->joins_at_once ? ticks * size : 0;
    for (size_t r = 0; r < n; r++)
        counts->load_time[r] += (hr_u128)(uint64_t)in->initial[meeting * n + r] * ticks;
}

static void add_joins(hr_stays *stays, const hr_replaying *replay)
{
    const hr_input *in = replay->input;
    const uint16_t *server = replay->scratch->server;
    const unsigned nowhere = replay->configuration->n_servers;
    for (uint32_t j = 0; j < in->n_joins;) {
        const uint32_t meeting = in->join_meeting[j];
        hr_stay *kind = stays->profile[in->class_of[meeting]][in->profile[meeting]].kind;
        const bool is_here = server[meeting] != nowhere;
        const hr_tick end = hr_overload_clip(replay->prepared, in->end[meeting]);
        for (; j < in->n_joins && in->join_meeting[j] == meeting; j++) {
            const hr_tick begin = hr_overload_clip(replay->prepared, in->join_tick[j]);
            kind[in->join_kind[j]].ticks += is_here ? end - begin : 0;
        }
    }
}

static void add_loads(const hr_stay *stay, const hr_replaying *replay)
{
    for (unsigned r = 0; r < replay->configuration->n_resources; r++)
        replay->counts->load_time[r] += (hr_u128)stay->ticks * (uint64_t)stay->cost[r];
}

/* Most meetings are one's own and are not refused. */
static void add_meetings(hr_stays *stays, const hr_replaying *replay)
{
    const hr_input *in = replay->input;
    const uint16_t *server = replay->scratch->server;
    const unsigned nowhere = replay->configuration->n_servers;
    hr_counts *counts = replay->counts;
    uint64_t n_ended = 0, people_ended = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const bool is_measured = in->start[i] >= in->from;
        const bool ends = in->end[i] >= in->from && in->end[i] < in->to;
        if (!hr_input_owns(in, i))
            continue;
        counts->offered[in->class_of[i]] += is_measured;
        if (server[i] == nowhere) {
            counts->refused[in->class_of[i]] += is_measured;
            continue;
        }
        n_ended += ends;
        people_ended += ends ? in->size[i] : 0;
        add_meeting(stays, replay, i);
    }
    counts->meetings_ended = n_ended;
    counts->people_ended = people_ended;
}

void hr_stays_count(hr_stays *stays, const hr_replaying *replay)
{
    const hr_configuration *c = replay->configuration;
    hr_counts *counts = replay->counts;
    add_meetings(stays, replay);
    add_joins(stays, replay);
    for (unsigned k = 0; k < c->n_classes; k++) {
        for (unsigned i = 0; i < c->classes[k].n_profiles; i++) {
            const hr_stays_profile *profile = &stays->profile[k][i];
            add_loads(&profile->meetings, replay);
            for (unsigned kind = 0; kind < c->classes[k].profiles[i].n_kinds; kind++) {
                add_loads(&profile->kind[kind], replay);
                counts->person_time += profile->kind[kind].ticks;
            }
        }
    }
}
