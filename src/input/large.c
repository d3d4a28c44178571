/* Large meetings in a pool of their own. They are meetings of the first pool's sources like the
 * others and have their draws with them; the first pool leaves them out, and the other takes what
 * is left out, so that both pools together have the meetings that one pool alone would have. */
#include <string.h>

#include "input/store.h"

/* Configurations that leave large meetings out, as bits of hr_input.kept. */
static uint32_t dividing(const hr_writing *writing)
{
    uint32_t who = 0;
    for (unsigned l = 0; l < writing->n_sharing; l++)
        who |= (uint32_t)(writing->sharing[l]->below_size > 0) << l;
    return who;
}

hr_status hr_write_division(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    uint32_t *kept = NULL;
    const uint32_t who = dividing(writing);
    if (who == 0)
        return HR_OK;
    HR_ROOM(kept, &in->store->divided, in->n_meetings + (size_t)1);
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        kept[i] = in->whole != NULL ? in->whole[i] : UINT32_MAX;
        for (uint32_t left = who; left != 0; left &= left - 1) {
            const unsigned l = (unsigned)__builtin_ctz(left);
            if (in->size[i] >= writing->sharing[l]->below_size)
                kept[i] &= ~((uint32_t)1 << l);
        }
    }
    in->kept = kept;
out:
    return st;
}

/* ---- the pool that takes them */

typedef struct hr_taking {
    const hr_input *from; /* the first pool's */
    hr_input *to;
    uint32_t *place; /* [n] of each in `from` */
    uint32_t n;
} hr_taking;

static bool is_taken(const hr_input *from, uint32_t meeting)
{
    return hr_input_has(from, meeting) && !hr_input_owns(from, meeting);
}

static hr_status find_taken(hr_taking *t, hr_err *err)
{
    hr_status st = HR_OK;
    HR_ROOM(t->place, &t->to->store->place, t->from->n_meetings + (size_t)1);
    for (uint32_t i = 0; i < t->from->n_meetings; i++) {
        if (is_taken(t->from, i))
            t->place[t->n++] = i;
    }
out:
    return st;
}

static hr_status copy_meetings(const hr_taking *t, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *to = t->to;
    const hr_input *from = t->from;
    struct hr_input_store *store = to->store;
    const size_t n = t->n + (size_t)1;
    HR_ROOM(to->start, &store->start, n);
    HR_ROOM(to->end, &store->end, n);
    HR_ROOM(to->class_of, &store->class_of, n);
    HR_ROOM(to->profile, &store->profile, n);
    HR_ROOM(to->size, &store->size, n);
    HR_ROOM(to->tie, &store->tie, n);
    HR_ROOM(to->pick, &store->pick, n);
    for (uint32_t i = 0; i < t->n; i++) {
        const uint32_t meeting = t->place[i];
        to->start[i] = from->start[meeting];
        to->end[i] = from->end[meeting];
        to->class_of[i] = from->class_of[meeting];
        to->profile[i] = from->profile[meeting];
        to->size[i] = from->size[meeting];
        to->tie[i] = from->tie[meeting];
        to->pick[i] = from->pick[meeting];
    }
    to->n_meetings = t->n;
out:
    return st;
}

/* Joins stand meeting by meeting, in the order of meetings. */
static hr_status copy_joins(const hr_taking *t, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *to = t->to;
    const hr_input *from = t->from;
    struct hr_input_store *store = to->store;
    uint64_t n = 0;
    for (uint32_t i = 0; i < t->n; i++)
        n += t->to->size[i];
    HR_ROOM(to->join_tick, &store->join_tick, n + 1);
    HR_ROOM(to->join_meeting, &store->join_meeting, n + 1);
    HR_ROOM(to->join_kind, &store->join_kind, n + 1);
    to->n_joins = 0;
    for (uint32_t j = 0, i = 0; j < from->n_joins && i < t->n; j++) {
        while (i < t->n && t->place[i] < from->join_meeting[j])
            i++;
        if (i == t->n || t->place[i] != from->join_meeting[j])
            continue;
        HR_ASSERT(to->n_joins < n); /* nobody joins twice */
        to->join_tick[to->n_joins] = from->join_tick[j];
        to->join_meeting[to->n_joins] = i;
        to->join_kind[to->n_joins++] = from->join_kind[j];
    }
out:
    return st;
}

/* Loads of a meeting whose participants come at once follow from the kinds that are drawn for all
 * meetings, one after the other: so they are written for all, and these taken. */
static hr_status take_loads(const hr_taking *t, const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input all = *t->from;
    hr_writing of_all = *writing;
    const size_t n = writing->configuration->n_resources;
    all.store = t->to->store;
    of_all.input = &all;
    HR_TRY(hr_write_loads(&of_all, err));
    for (uint32_t i = 0; i < t->n; i++) {
        if (t->place[i] != i)
            memcpy(all.initial + i * n, all.initial + t->place[i] * n, n * sizeof *all.initial);
    }
    t->to->initial = t->to->final = all.initial;
out:
    return st;
}

/* Where they are placed apart: rows of the first pool's meetings that are taken, whose kinds are
 * drawn for all meetings. */
static hr_status write_media(const hr_taking *t, const hr_writing *writing, hr_stream_id of_first,
                             hr_err *err)
{
    hr_status st = HR_OK;
    hr_input all = *t->from;
    hr_writing of_all = *writing;
    of_all.input = &all;
    of_all.id = of_first;
    HR_TRY(hr_write_media(&of_all, all.whole, all.lane, t->to, err));
    hr_finish_media(writing->configuration, t->to);
out:
    return st;
}

hr_status hr_input_write_large(hr_input *input, const hr_configuration *configuration,
                               const hr_input *meetings, const hr_configuration *first,
                               uint64_t replication, const hr_vector *vector, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_input_take_store(input, err));
    hr_taking t = {.from = meetings, .to = input};
    const hr_stream_id of_first = {first->seed, first->group, replication};
    const hr_stream_id id = {configuration->seed, configuration->group, replication};
    hr_writing writing = {input, NULL,  &configuration, 1, configuration, configuration->prepared,
                          id,    vector};
    input->begin = configuration->prepared->begin;
    input->from = configuration->prepared->from;
    input->to = configuration->prepared->to;
    input->kept = input->whole = NULL;
    input->join_order = input->end_order = NULL;
    input->media = NULL;
    input->lane = 0;
    HR_TRY(find_taken(&t, err));
    HR_TRY(copy_meetings(&t, err));
    HR_TRY(copy_joins(&t, err));
    writing.id = of_first; /* the meetings' own words */
    if (first->prepared->joins_at_once)
        HR_TRY(take_loads(&t, &writing, err));
    else
        HR_TRY(hr_write_loads(&writing, err));
    writing.id = id;
    HR_TRY(hr_write_background(&writing, true, err));
    HR_TRY(hr_write_probe_words(&writing, err));
    input->n_own = input->n_meetings;
    HR_TRY(write_media(&t, &writing, of_first, err));
out:
    return st;
}

hr_status hr_input_write_other(hr_input *input, const hr_configuration *configuration,
                               const hr_input *meetings, const hr_configuration *first,
                               uint64_t replication, const hr_vector *vector, hr_err *err)
{
    switch (configuration->meetings) {
    case HR_MEETINGS_LARGE:
        return hr_input_write_large(input, configuration, meetings, first, replication, vector,
                                    err);
    case HR_MEETINGS_LEGS:
        return hr_input_write_legs(
            &(hr_feeding){.legs = input, .pool = configuration, .first = {meetings, first}}, 1,
            replication, vector, err);
    case HR_MEETINGS_OWN:
        break;
    }
    return hr_input_write(input, configuration, replication, vector, err);
}
