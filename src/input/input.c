#include "input/input.h"

#include <string.h>

#include "base/mem.h"
#include "base/order.h"
#include "input/store.h"
#include "input/tilting.h"
#include "input/turns.h"

/* One pair of words per snapshot and probe. */
hr_status hr_write_probe_words(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    const hr_configuration *c = writing->configuration;
    const hr_prepared *p = writing->prepared;
    size_t snapshots = c->n_observed;
    if (snapshots == 0 && p->observe_every > 0)
        snapshots = (size_t)((p->to - p->from + p->observe_every - 1) / p->observe_every);
    const size_t blocks = (snapshots * c->n_probes + HR_LANES - 1) / HR_LANES;
    in->n_probe_words = (uint32_t)(snapshots * c->n_probes);
    HR_ROOM(in->probe_tie, &in->store->probe_tie, blocks * HR_LANES + 1);
    HR_ROOM(in->probe_pick, &in->store->probe_pick, blocks * HR_LANES + 1);
    hr_stream stream;
    hr_stream_open(&stream, writing->id, HR_PURPOSE_PROBE, 0, writing->vector);
    hr_stream_fill(&stream, blocks, in->probe_tie);
    hr_stream_open(&stream, writing->id, HR_PURPOSE_PROBE, 1, writing->vector);
    hr_stream_fill(&stream, blocks, in->probe_pick);
out:
    return st;
}

hr_status hr_input_take_store(hr_input *input, hr_err *err)
{
    if (input->store == NULL)
        input->store = hr_mem_take(1, sizeof *input->store);
    return input->store != NULL ? HR_OK : HR_FAIL(err, HR_ERR_MEMORY, "no memory for an input");
}

static uint32_t count_own(const hr_input *input)
{
    uint32_t n = 0;
    if (input->kept == NULL)
        return input->n_meetings;
    for (uint32_t i = 0; i < input->n_meetings; i++)
        n += hr_input_owns(input, i);
    return n;
}

/* One after another in memory, for all who go through the joins. */
static hr_status write_ordered_kinds(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    const hr_prepared_class *classes = writing->prepared->classes;
    HR_ROOM(in->ordered_kinds, &in->store->ordered_kinds, in->n_joins);
    for (uint32_t i = 0; i < in->n_joins; i++) {
        const uint32_t join = in->join_order[i], meeting = in->join_meeting[join];
        const unsigned first = classes[in->class_of[meeting]].first_kind[in->profile[meeting]];
        in->ordered_kinds[i] = (uint16_t)(first + in->join_kind[join]);
    }
out:
    return st;
}

/* The first pool's replay and the legs of all other pools need the same orders. */
static hr_status put_in_order(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    struct hr_input_store *store = in->store;
    const size_t most = in->n_joins > in->n_meetings ? in->n_joins : in->n_meetings;
    in->join_order = in->end_order = NULL;
    in->ordered_kinds = NULL;
    if (!writing->configuration->feeds)
        return HR_OK;
    HR_ROOM(in->join_order, &store->join_order, in->n_joins);
    HR_ROOM(in->end_order, &store->end_order, in->n_meetings);
    HR_TRY(hr_room_grow(&store->work, HR_ORDER_WORK(most), sizeof(uint64_t), 0, err));
    HR_TRY(hr_order(in->join_tick, in->n_joins, in->join_order, store->work.data, err));
    HR_TRY(hr_order(in->end, in->n_meetings, in->end_order, store->work.data, err));
    HR_TRY(write_ordered_kinds(writing, err));
out:
    return st;
}

hr_status hr_input_write(hr_input *input, const hr_configuration *configuration,
                         uint64_t replication, const hr_vector *vector, hr_err *err)
{
    return hr_input_write_shared(&input, &configuration, 1, replication, vector, err);
}

hr_status hr_input_write_shared(hr_input *const *input,
                                const hr_configuration *const *configuration, unsigned n,
                                uint64_t replication, const hr_vector *vector, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *first = configuration[0];
    hr_input *in = input[0];
    for (unsigned l = 0; l < n; l++) {
        HR_TRY(hr_input_take_store(input[l], err));
        input[l]->weight = 1.0;
    }
    const hr_stream_id id = {first->seed, first->group, replication};
    hr_tilting tilting = {0};
    const hr_writing writing = {in, &tilting, configuration, n, first, first->prepared, id, vector};
    hr_tilting_begin(&tilting, first->tilt, in);
    in->begin = first->prepared->begin;
    in->from = first->prepared->from;
    in->to = first->prepared->to;
    /* Where some are another pool's too: kinds of participants are drawn for all meetings alike. */
    const bool keeps_all = n > 1 || first->below_size > 0;
    hr_starts_begin(&in->store->starts);
    for (unsigned i = 0; i < first->n_sources; i++) {
        HR_TRY(hr_write_past(&writing, i, err));
        HR_TRY(hr_write_arrivals(&writing, i, err));
    }
    HR_TRY(hr_turns_write(&writing, err));
    HR_TRY(hr_tilting_add(&writing, err));
    HR_TRY(hr_write_meetings(&writing, err));
    HR_TRY(hr_tilting_mark(&writing, err));
    HR_TRY(hr_write_joins(&writing, err));
    HR_TRY(hr_write_loads(&writing, err));
    HR_TRY(hr_write_inserted(&writing, err));
    for (unsigned l = 0; l < n; l++) {
        hr_writing own = writing;
        own.configuration = configuration[l];
        own.prepared = configuration[l]->prepared;
        HR_TRY(hr_write_media(&own, in->store->kept, l, input[l], err));
    }
    if (!keeps_all)
        HR_TRY(hr_write_thinned(&writing, err));
    HR_TRY(put_in_order(&writing, err));
    in->whole = in->kept = keeps_all ? in->store->kept : NULL;
    HR_TRY(hr_write_division(&writing, err));
    HR_TRY(hr_write_own(&writing, input, err));
    for (unsigned l = 0; l < n; l++) {
        input[l]->n_own = count_own(input[l]);
        hr_finish_media(configuration[l], input[l]);
    }
out:
    return st;
}

enum { MOST_ROOMS = 56 };

/* Every growing array of the store, so that none is forgotten when counting or freeing. */
static size_t list_rooms(struct hr_input_store *s, hr_room *list[MOST_ROOMS])
{
    hr_room *rooms[] = {
        &s->starts.room_tick,
        &s->starts.room_end,
        &s->starts.room_class,
        &s->starts.room_kept,
        &s->room_kept,
        &s->divided,
        &s->zeros,
        &s->start,
        &s->end,
        &s->class_of,
        &s->profile,
        &s->size,
        &s->tie,
        &s->pick,
        &s->initial,
        &s->final,
        &s->join_tick,
        &s->join_meeting,
        &s->join_kind,
        &s->join_order,
        &s->ordered_kinds,
        &s->end_order,
        &s->ceiling,
        &s->sessions,
        &s->probe_tie,
        &s->probe_pick,
        &s->change,
        &s->server_state,
        &s->signed_in,
        &s->outages,
        &s->outages_in_order,
        &s->words,
        &s->reals,
        &s->place,
        &s->work,
        &s->further,
        &s->further_start,
        &s->further_place,
        &s->stratum,
        &s->leaning,
        &s->part_of,
        &s->medium,
        &s->first_row,
        &s->next_row,
        &s->with_inserted[0],
        &s->with_inserted[1],
        &s->with_inserted[2],
        &s->with_inserted[3],
        &s->with_inserted[4],
        &s->with_inserted[5],
        &s->with_inserted[6],
        &s->with_inserted[7],
        &s->with_inserted[8],
        &s->with_inserted[9],
        &s->with_inserted[10],
        &s->first_join,
    };
    _Static_assert(sizeof rooms / sizeof *rooms <= MOST_ROOMS, "the list holds every room");
    memcpy(list, rooms, sizeof rooms);
    return sizeof rooms / sizeof *rooms;
}

size_t hr_input_bytes(const hr_input *input)
{
    hr_room *rooms[MOST_ROOMS];
    size_t bytes = 0;
    const size_t n = input->store ? list_rooms(input->store, rooms) : 0;
    for (size_t i = 0; i < n; i++)
        bytes += rooms[i]->bytes;
    if (n > 0)
        bytes += hr_input_bytes(&input->store->media);
    for (size_t i = 0; n > 0 && i < HR_MAX_BACKGROUND; i++)
        bytes += input->store->endings[i].arena.total;
    return bytes;
}

void hr_input_free(hr_input *input)
{
    if (input == NULL || input->store == NULL)
        return;
    hr_room *rooms[MOST_ROOMS];
    hr_input_free(&input->store->media);
    const size_t n = list_rooms(input->store, rooms);
    for (size_t i = 0; i < n; i++)
        hr_mem_free(rooms[i]->data);
    for (size_t i = 0; i < HR_MAX_BACKGROUND; i++)
        hr_arena_free(&input->store->endings[i].arena);
    hr_mem_free(input->store);
    *input = (hr_input){0};
}
