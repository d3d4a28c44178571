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

static bool is_linear(const hr_configuration *c, const hr_prepared_class *of,
                      const hr_prepared_profile *profile)
{
    const bool has_one_kind = !c->prepared->joins_at_once || profile->n_kinds == 1;
    return of->load == NULL && has_one_kind && !counts_large(c);
}

/* Of a profile whose kinds are from `kind` on. */
static void describe(hr_stays_profile *own, const hr_configuration *c, const hr_prepared_class *of,
                     const hr_prepared_profile *profile, hr_stay *kind)
{
    const size_t n_resources = c->n_resources;
    own->kind = kind;
    memcpy(own->meetings.cost, profile->cost, n_resources * sizeof *profile->cost);
    for (unsigned k = 0; k < profile->n_kinds; k++)
        memcpy(own->kind[k].cost, profile->kind_cost + k * n_resources,
               n_resources * sizeof *profile->kind_cost);
    own->is_linear = is_linear(c, of, profile);
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

bool hr_stays_are_linear(const hr_configuration *c)
{
    bool are = true;
    for (unsigned k = 0; k < c->n_classes; k++) {
        const hr_prepared_class *of = &c->prepared->classes[k];
        for (unsigned i = 0; i < c->classes[k].n_profiles; i++)
            are = are && is_linear(c, of, &of->profiles[i]);
    }
    return are;
}

/* A meeting that was placed. */
static inline void add_meeting(hr_stays_profile *profile, const hr_replaying *replay,
                               uint32_t meeting, uint64_t ticks, bool joins_at_once)
{
    const hr_input *in = replay->input;
    hr_counts *counts = replay->counts;
    const uint64_t person_ticks = joins_at_once ? ticks * in->size[meeting] : 0;
    if (profile->is_linear) {
        profile->meetings.ticks += ticks;
        profile->kind[0].ticks += person_ticks;
        return;
    }
    const size_t n = replay->configuration->n_resources;
    counts->person_time += person_ticks;
    for (size_t r = 0; r < n; r++)
        counts->load_time[r] += (hr_u128)(uint64_t)in->initial[meeting * n + r] * ticks;
}

static void add_loads(const hr_stay *stay, const hr_replaying *replay)
{
    for (unsigned r = 0; r < replay->configuration->n_resources; r++)
        replay->counts->load_time[r] += (hr_u128)stay->ticks * (uint64_t)stay->cost[r];
}

/* Most meetings are one's own and are not refused; those that are another's are nowhere, too. */
static void add_meetings(hr_stays *stays, const hr_replaying *replay)
{
    const hr_input *in = replay->input;
    const uint16_t *server = replay->scratch->server;
    const unsigned nowhere = replay->configuration->n_servers;
    const bool joins_at_once = replay->prepared->joins_at_once;
    const hr_window w = {in->from, in->to};
    hr_counts *counts = replay->counts;
    uint64_t n_ended = 0, people_ended = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const unsigned class = in->class_of[i];
        const hr_tick start = in->start[i], end = in->end[i];
        const bool is_measured = start >= w.from;
        const uint64_t ends = end - w.from < w.to - w.from; /* in the window */
        if (server[i] == nowhere) {
            counts->offered[class] += is_measured && hr_input_owns(in, i);
            counts->refused[class] += is_measured && hr_input_owns(in, i);
            continue;
        }
        counts->offered[class] += is_measured;
        n_ended += ends;
        people_ended += ends * in->size[i];
        add_meeting(&stays->profile[class][in->profile[i]], replay, i,
                    hr_window_clip(w, end) - hr_window_clip(w, start), joins_at_once);
    }
    counts->meetings_ended = n_ended;
    counts->people_ended = people_ended;
}

/* As add_meetings where one participant is all there is to each, so that the kind says all. */
static void add_singles(hr_stays *stays, const hr_replaying *replay, const uint16_t *kind_of)
{
    const hr_input *in = replay->input;
    const uint16_t *server = replay->scratch->server;
    const unsigned nowhere = replay->configuration->n_servers;
    const hr_window w = {in->from, in->to};
    hr_counts *counts = replay->counts;
    uint64_t n_ended = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const hr_tick start = in->start[i], end = in->end[i];
        if (server[i] == nowhere)
            continue;
        counts->offered[in->class_of[i]] += start >= w.from;
        n_ended += end - w.from < w.to - w.from;
        stays->kind[kind_of[i]].ticks += hr_window_clip(w, end) - hr_window_clip(w, start);
    }
    counts->meetings_ended = counts->people_ended = n_ended;
    for (unsigned k = 0; k < replay->configuration->n_classes; k++) {
        for (unsigned i = 0; i < replay->configuration->classes[k].n_profiles; i++)
            stays->profile[k][i].meetings.ticks = stays->profile[k][i].kind[0].ticks;
    }
}

void hr_stays_count(hr_stays *stays, const hr_replaying *replay, const uint16_t *kind_of)
{
    const hr_configuration *c = replay->configuration;
    hr_counts *counts = replay->counts;
    if (kind_of != NULL)
        add_singles(stays, replay, kind_of);
    else
        add_meetings(stays, replay);
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
