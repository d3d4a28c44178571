/* Participants: who joins when, and what the meeting's load is once all have joined. */
#include <string.h>

#include "input/order.h"
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

/* Joins as drawn, meeting by meeting; those that would come after the end never come. */
static hr_status draw_joins(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    struct hr_input_store *store = in->store;
    const unsigned n_resources = writing->configuration->n_resources;
    hr_tick *tick = store->raw_tick.data;
    uint32_t *meeting = store->raw_meeting.data;
    uint8_t *kind = store->raw_kind.data;
    hr_stream offsets;
    hr_stream kinds;
    hr_stream_open(&offsets, writing->id, HR_PURPOSE_JOIN, 0, writing->vector);
    hr_stream_open(&kinds, writing->id, HR_PURPOSE_KIND, 0, writing->vector);
    uint32_t n = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const hr_prepared_profile *profile =
            &writing->prepared->classes[in->class_of[i]].profiles[in->profile[i]];
        int64_t *load = in->final + i * (size_t)n_resources;
        uint32_t present = 0;
        for (uint32_t k = 0; k < in->size[i]; k++) {
            const double offset =
                hr_sampler_draw(&writing->prepared->join, hr_stream_next(&offsets));
            const size_t which =
                profile->n_kinds > 1 ? hr_sampler_index(&profile->kind, hr_stream_next(&kinds)) : 0;
            tick[n] = in->start[i] + (hr_tick)(offset * HR_TICKS_PER_SECOND + 0.5);
            if (tick[n] >= in->end[i])
                continue;
            meeting[n] = i;
            kind[n] = (uint8_t)which;
            add_cost(load, profile->kind_cost + which * n_resources, n_resources, 1);
            present++;
            n++;
        }
        in->size[i] = present;
    }
    in->n_joins = n;
    HR_ROOM(in->join_tick, &store->join_tick, n);
    HR_ROOM(in->join_meeting, &store->join_meeting, n);
    HR_ROOM(in->join_kind, &store->join_kind, n);
out:
    return st;
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
                       "%llu joins in one replication: shorten the window or "
                       "lower sizes or rates",
                       (unsigned long long)most);
    HR_TRY(hr_room_grow(&store->raw_tick, most + 1, sizeof(hr_tick), 0, err));
    HR_TRY(hr_room_grow(&store->raw_meeting, most + 1, sizeof(uint32_t), 0, err));
    HR_TRY(hr_room_grow(&store->raw_kind, most + 1, sizeof(uint8_t), 0, err));
    HR_TRY(draw_joins(writing, err));
    HR_TRY(hr_room_grow(&store->place, in->n_joins, sizeof(uint32_t), 0, err));
    HR_TRY(hr_room_grow(&store->work, 2 * (size_t)in->n_joins, sizeof(uint64_t), 0, err));
    uint32_t *place = store->place.data;
    HR_TRY(hr_order(store->raw_tick.data, in->n_joins, place, store->work.data, err));
    for (uint32_t i = 0; i < in->n_joins; i++) {
        in->join_tick[i] = ((hr_tick *)store->raw_tick.data)[place[i]];
        in->join_meeting[i] = ((uint32_t *)store->raw_meeting.data)[place[i]];
        in->join_kind[i] = ((uint8_t *)store->raw_kind.data)[place[i]];
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
