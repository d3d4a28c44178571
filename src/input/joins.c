/* Participants: who joins when, when that lets the meeting begin and end, and what its load is once
 * all have joined. */
#include <string.h>

#include "input/store.h"

static void add_cost(int64_t *load, const int64_t *cost, unsigned n_resources, int64_t times)
{
    for (unsigned r = 0; r < n_resources; r++)
        load[r] += times * cost[r];
}

/* Everybody joins at the start: the loads are final at once and there are no join events. */
static void join_at_once(const hr_writing *writing)
{
    hr_input *in = writing->input;
    const unsigned n_resources = writing->configuration->n_resources;
    hr_stream kinds;
    hr_stream_open(&kinds, writing->id, HR_PURPOSE_KIND, 0, writing->vector);
    in->n_joins = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const hr_prepared_profile *profile =
            &writing->prepared->classes[in->class_of[i]].profiles[in->profile[i]];
        int64_t *load = in->initial + i * (size_t)n_resources;
        if (profile->n_kinds == 1)
            add_cost(load, profile->kind_cost, n_resources, in->size[i]);
        for (uint32_t k = 0; profile->n_kinds > 1 && k < in->size[i]; k++) {
            const size_t kind = hr_sampler_index(&profile->kind, hr_stream_next(&kinds));
            add_cost(load, profile->kind_cost + kind * n_resources, n_resources, 1);
        }
    }
    memcpy(in->final, in->initial, in->n_meetings * (size_t)n_resources * sizeof *in->final);
}

/* The streams that joins are drawn from. */
typedef struct hr_drawing_joins {
    hr_stream offsets, kinds;
} hr_drawing_joins;

/* Offsets of a meeting's participants from its scheduled time; the earliest is returned. */
static hr_tick draw_offsets(const hr_writing *writing, hr_drawing_joins *draw, uint32_t size)
{
    hr_input *in = writing->input;
    hr_tick earliest = UINT64_MAX;
    for (uint32_t k = 0; k < size; k++) {
        const double offset =
            hr_sampler_draw(&writing->prepared->join, hr_stream_next(&draw->offsets));
        const hr_tick ticks = (hr_tick)(offset * HR_TICKS_PER_SECOND + 0.5);
        in->join_tick[in->n_joins + k] = ticks;
        earliest = ticks < earliest ? ticks : earliest;
    }
    return size > 0 ? earliest : 0;
}

/* A meeting is activated by its first participant, and only then gets a server: `start` is the
 * first join. The others follow as they would from the scheduled time, and the meeting ends its
 * duration after that time; those who would come after the end never come. */
static void join_meeting(const hr_writing *writing, hr_drawing_joins *draw, uint32_t i)
{
    hr_input *in = writing->input;
    const unsigned n_resources = writing->configuration->n_resources;
    const hr_prepared_profile *profile =
        &writing->prepared->classes[in->class_of[i]].profiles[in->profile[i]];
    const hr_tick earliest = draw_offsets(writing, draw, in->size[i]);
    in->end[i] = in->end[i] > in->start[i] + earliest ? in->end[i] - earliest : in->start[i] + 1;
    int64_t *load = in->final + i * (size_t)n_resources;
    const uint32_t first = in->n_joins;
    for (uint32_t k = first; k < first + in->size[i]; k++) {
        const size_t kind = profile->n_kinds > 1
                                ? hr_sampler_index(&profile->kind, hr_stream_next(&draw->kinds))
                                : 0;
        const hr_tick tick = in->start[i] + (in->join_tick[k] - earliest);
        if (tick >= in->end[i])
            continue;
        in->join_tick[in->n_joins] = tick;
        in->join_meeting[in->n_joins] = i;
        in->join_kind[in->n_joins] = (uint8_t)kind;
        in->n_joins++;
        add_cost(load, profile->kind_cost + kind * n_resources, n_resources, 1);
    }
    in->size[i] = in->n_joins - first;
}

/* The draws of a meeting that will be taken out. */
static void skip_joins(const hr_writing *writing, hr_drawing_joins *draw, uint32_t i)
{
    const hr_input *in = writing->input;
    const unsigned n_kinds =
        writing->prepared->classes[in->class_of[i]].profiles[in->profile[i]].n_kinds;
    hr_stream_skip(&draw->offsets, in->size[i]);
    if (n_kinds > 1)
        hr_stream_skip(&draw->kinds, in->size[i]);
}

static hr_status join_on_a_ramp(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    struct hr_input_store *store = in->store;
    const size_t loads = in->n_meetings * (size_t)writing->configuration->n_resources;
    memcpy(in->final, in->initial, loads * sizeof *in->final);
    uint64_t most = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++)
        most += in->size[i];
    if (most > INT32_MAX)
        return HR_FAIL(err, HR_ERR_DATA,
                       "%llu joins in one replication: shorten the window or lower sizes or rates",
                       (unsigned long long)most);
    HR_ROOM(in->join_tick, &store->join_tick, most);
    HR_ROOM(in->join_meeting, &store->join_meeting, most);
    HR_ROOM(in->join_kind, &store->join_kind, most);
    in->n_joins = 0;
    hr_drawing_joins draw;
    hr_stream_open(&draw.offsets, writing->id, HR_PURPOSE_JOIN, 0, writing->vector);
    hr_stream_open(&draw.kinds, writing->id, HR_PURPOSE_KIND, 0, writing->vector);
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        if (store->kept[i])
            join_meeting(writing, &draw, i);
        else
            skip_joins(writing, &draw, i);
    }
out:
    return st;
}

hr_status hr_write_joins(const hr_writing *writing, hr_err *err)
{
    if (!writing->prepared->joins_at_once)
        return join_on_a_ramp(writing, err);
    join_at_once(writing);
    return HR_OK;
}
