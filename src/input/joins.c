/* Participants: who joins when, and when that lets the meeting begin and end. */
#include "input/store.h"

/* Draws for all participants of the group's meetings, meeting by meeting. */
typedef struct hr_drawn_joins {
    const uint64_t *offset;    /* [participants] ticks from the scheduled time */
    const uint32_t *kind_word; /* [participants of meetings with several kinds] */
} hr_drawn_joins;

/* A meeting is activated by its first participant, and only then gets a server: `start` is the
 * first join. The others follow as they would from the scheduled time, and the meeting ends its
 * duration after that time; those who would come after the end never come. */
static void join_meeting(const hr_writing *writing, const hr_drawn_joins *drawn, uint32_t i)
{
    hr_input *in = writing->input;
    const hr_prepared_profile *profile =
        &writing->prepared->classes[in->class_of[i]].profiles[in->profile[i]];
    const uint32_t size = in->size[i], first = in->n_joins;
    hr_tick earliest = size > 0 ? drawn->offset[0] : 0;
    for (uint32_t k = 1; k < size; k++)
        earliest = drawn->offset[k] < earliest ? drawn->offset[k] : earliest;
    in->end[i] = in->end[i] > in->start[i] + earliest ? in->end[i] - earliest : in->start[i] + 1;
    for (uint32_t k = 0; k < size; k++) {
        const size_t kind =
            profile->n_kinds > 1 ? hr_sampler_index(&profile->kind, drawn->kind_word[k]) : 0;
        const hr_tick tick = in->start[i] + (drawn->offset[k] - earliest);
        if (tick >= in->end[i])
            continue;
        in->join_tick[in->n_joins] = tick;
        in->join_meeting[in->n_joins] = i;
        in->join_kind[in->n_joins] = (uint8_t)kind;
        in->n_joins++;
    }
    in->size[i] = in->n_joins - first;
}

/* `most` words of a purpose, in `words`. */
static void draw_words(const hr_writing *writing, hr_purpose purpose, uint64_t most,
                       uint32_t *words)
{
    hr_stream stream;
    hr_stream_open(&stream, writing->id, purpose, 0, writing->vector);
    hr_stream_fill(&stream, (most + HR_LANES - 1) / HR_LANES, words);
}

static hr_status draw_joins(const hr_writing *writing, uint64_t most, hr_drawn_joins *drawn,
                            hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = writing->input->store;
    const uint64_t room = most + HR_LANES;
    HR_TRY(hr_room_grow(&store->words, room, sizeof(uint32_t), 0, err));
    HR_TRY(hr_room_grow(&store->reals, room, sizeof(double), 0, err));
    HR_TRY(hr_room_grow(&store->work, room, sizeof(uint64_t), 0, err));
    uint64_t *offset = store->work.data;
    draw_words(writing, HR_PURPOSE_JOIN, most, store->words.data);
    hr_sampler_fill(&writing->prepared->join, store->words.data, most, writing->vector,
                    store->reals.data);
    writing->vector->round(store->reals.data, most, HR_TICKS_PER_SECOND, HR_MOST_DURATION, offset);
    draw_words(writing, HR_PURPOSE_KIND, most, store->words.data);
    *drawn = (hr_drawn_joins){offset, store->words.data};
out:
    return st;
}

static hr_status join_on_a_ramp(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    struct hr_input_store *store = in->store;
    hr_drawn_joins drawn;
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
    HR_TRY(draw_joins(writing, most, &drawn, err));
    in->n_joins = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const uint32_t size = in->size[i];
        const unsigned n_kinds =
            writing->prepared->classes[in->class_of[i]].profiles[in->profile[i]].n_kinds;
        /* else the meeting will be taken out: its draws are passed over */
        if (store->kept == NULL || store->kept[i])
            join_meeting(writing, &drawn, i);
        drawn.offset += size;
        drawn.kind_word += n_kinds > 1 ? size : 0;
    }
out:
    return st;
}

hr_status hr_write_joins(const hr_writing *writing, hr_err *err)
{
    writing->input->n_joins = 0;
    return writing->prepared->joins_at_once ? HR_OK : join_on_a_ramp(writing, err);
}
