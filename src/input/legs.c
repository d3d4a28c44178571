/* Legs: participants of the first pool's meetings as sessions of another role's pool. Each begins
 * when its participant joins and ends with the meeting; no placement has a part in it, so legs are
 * input like meetings, of one participant each. */
#include "input/legs.h"

#include "base/order.h"

/* Words of participants. They follow from words of the meeting, not from a stream, so that whoever
 * else's meetings are in the input takes none of them. */
static uint64_t state_of(const hr_leg_writing *w, uint32_t meeting)
{
    const hr_input *in = w->meetings;
    const uint64_t of_meeting = (uint64_t)in->tie[meeting] << 32 | in->pick[meeting];
    return hr_hash((const uint64_t[]){w->pool->seed, of_meeting}, 2);
}

/* The leg of a participant of the meeting, whose words are of `state`, if it has one. */
static void add_leg(hr_leg_writing *w, uint32_t meeting, uint64_t state, uint32_t participant,
                    unsigned number, hr_tick tick)
{
    const uint32_t word = (uint32_t)hr_split(state, 2 * (uint64_t)participant);
    if (word >= w->pool->prepared->leg_keep[number] || tick >= w->meetings->to)
        return; /* nothing starts after the window */
    const uint64_t place = hr_split(state, 2 * (uint64_t)participant + 1);
    w->start[w->n] = tick;
    w->row[w->n++] = (hr_leg_row){.end = w->meetings->end[meeting],
                                  .number = number,
                                  .tie = (uint32_t)(place >> 32),
                                  .pick = (uint32_t)place};
}

static unsigned first_of(const hr_leg_writing *w, uint32_t meeting)
{
    const hr_input *in = w->meetings;
    return w->pool->feed->first[in->class_of[meeting]][in->profile[meeting]];
}

/* With a ramp every participant has a join, meeting by meeting. */
static void add_joins(hr_leg_writing *w)
{
    const hr_input *in = w->meetings;
    for (uint32_t j = 0; j < in->n_joins;) {
        const uint32_t meeting = in->join_meeting[j], first = j;
        const unsigned number = first_of(w, meeting);
        const bool is_own = hr_input_has(in, meeting);
        const uint64_t state = is_own ? state_of(w, meeting) : 0;
        for (; j < in->n_joins && in->join_meeting[j] == meeting; j++) {
            if (is_own)
                add_leg(w, meeting, state, j - first, number + in->join_kind[j], in->join_tick[j]);
        }
    }
}

/* Without one the kinds of participants went into the meeting's load, so they are drawn apart: from
 * the upper half of the word whose lower half says whether there is a leg. */
static void add_all_at_once(hr_leg_writing *w)
{
    const hr_input *in = w->meetings;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const hr_prepared_profile *profile =
            &w->first->prepared->classes[in->class_of[i]].profiles[in->profile[i]];
        const uint32_t size = hr_input_has(in, i) ? in->size[i] : 0;
        const uint64_t state = state_of(w, i);
        for (uint32_t k = 0; k < size; k++) {
            const uint32_t word = (uint32_t)(hr_split(state, 2 * (uint64_t)k) >> 32);
            const size_t kind = profile->n_kinds > 1 ? hr_sampler_index(&profile->kind, word) : 0;
            add_leg(w, i, state, k, first_of(w, i) + (unsigned)kind, in->start[i]);
        }
    }
}

static hr_status collect(hr_leg_writing *w, hr_input *input, hr_err *err)
{
    hr_status st = HR_OK;
    const bool has_ramp = !w->first->prepared->joins_at_once;
    uint64_t most = has_ramp ? w->meetings->n_joins : 0;
    for (uint32_t i = 0; !has_ramp && i < w->meetings->n_meetings; i++)
        most += w->meetings->size[i];
    if (most > INT32_MAX)
        return HR_FAIL(err, HR_ERR_DATA,
                       "%llu legs in one replication: shorten the window or lower sizes or rates",
                       (unsigned long long)most);
    HR_TRY(hr_room_grow(&input->store->reals, most + 1, sizeof *w->start, 0, err));
    HR_TRY(hr_room_grow(&input->store->initial, most + 1, sizeof *w->row, 0, err));
    w->start = input->store->reals.data;
    w->row = input->store->initial.data; /* loads are written there later */
    if (has_ramp)
        add_joins(w);
    else
        add_all_at_once(w);
out:
    return st;
}

static hr_status put_in_order(const hr_leg_writing *w, hr_input *input, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = input->store;
    const uint32_t n = w->n;
    uint32_t *place = NULL;
    HR_ROOM(place, &store->place, n + (size_t)1);
    HR_TRY(hr_room_grow(&store->work, HR_ORDER_WORK(n), sizeof(uint64_t), 0, err));
    HR_TRY(hr_order(w->start, n, place, store->work.data, err));
    HR_ROOM(input->start, &store->start, n);
    HR_ROOM(input->end, &store->end, n);
    HR_ROOM(input->class_of, &store->class_of, n);
    HR_ROOM(input->profile, &store->profile, n);
    HR_ROOM(input->size, &store->size, n);
    HR_ROOM(input->tie, &store->tie, n);
    HR_ROOM(input->pick, &store->pick, n);
    for (uint32_t i = 0; i < n; i++) {
        const hr_leg_row *row = &w->row[place[i]];
        input->start[i] = w->start[place[i]];
        input->end[i] = row->end;
        input->class_of[i] = row->class_of;
        input->profile[i] = (uint16_t)row->number;
        input->size[i] = 1;
        input->tie[i] = row->tie;
        input->pick[i] = row->pick;
    }
    input->n_meetings = n;
out:
    return st;
}

hr_status hr_input_write_legs(hr_input *input, const hr_configuration *configuration,
                              const hr_input *meetings, const hr_configuration *first,
                              uint64_t replication, const hr_vector *vector, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_input_take_store(input, err));
    const hr_stream_id id = {configuration->seed, configuration->group, replication};
    const hr_writing writing = {input, &configuration, 1, configuration, configuration->prepared,
                                id,    vector};
    hr_leg_writing w = {.pool = configuration, .first = first, .meetings = meetings};
    input->begin = configuration->prepared->begin;
    input->from = configuration->prepared->from;
    input->to = configuration->prepared->to;
    input->n_joins = 0;
    input->kept = input->whole = NULL;
    if (configuration->feed != NULL)
        HR_TRY(collect(&w, input, err));
    if (configuration->feed != NULL && configuration->feed->has_calls)
        HR_TRY(hr_write_calls(&writing, &w, err));
    HR_TRY(put_in_order(&w, input, err));
    HR_TRY(hr_write_loads(&writing, err));
    HR_TRY(hr_write_background(&writing, true, err));
    HR_TRY(hr_write_probe_words(&writing, err));
    input->n_own = input->n_meetings;
out:
    return st;
}
