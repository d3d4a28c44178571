/* Media placed apart: each medium of a meeting as a row of its own, which a replay treats as it
 * does meetings. Rows are made from meetings that are drawn already, and their words from the
 * meeting's words, so that whoever places whole meetings has the same ones. */
#include "input/store.h"

/* Rows in the making: the media of the meetings that are configuration `lane`'s. */
typedef struct hr_media_writing {
    const hr_writing *writing; /* whose input has the meetings */
    unsigned lane;
    hr_input *media;
    uint32_t row;  /* written so far */
    uint32_t join; /* of the meetings: the next one */
} hr_media_writing;

static bool is_own(const hr_media_writing *w, uint32_t meeting)
{
    const uint32_t *kept = w->writing->input->store->kept;
    return kept == NULL || (kept[meeting] >> w->lane & 1) != 0;
}

static const hr_profile *profile_of(const hr_media_writing *w, uint32_t meeting)
{
    const hr_input *in = w->writing->input;
    return &w->writing->configuration->classes[in->class_of[meeting]]
                .profiles[in->profile[meeting]];
}

static hr_status make_room(hr_media_writing *w, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_input *in = w->writing->input;
    hr_input *media = w->media;
    struct hr_input_store *store = media->store;
    uint64_t n = 0, n_joins = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++)
        n += is_own(w, i) ? profile_of(w, i)->n_parts : 0;
    for (uint32_t j = 0; j < in->n_joins; j++)
        n_joins += is_own(w, in->join_meeting[j]) ? profile_of(w, in->join_meeting[j])->n_parts : 0;
    if (n > INT32_MAX || n_joins > INT32_MAX)
        return HR_FAIL(err, HR_ERR_DATA,
                       "%llu joins of media in one replication: shorten the window or lower sizes "
                       "or rates",
                       (unsigned long long)(n > n_joins ? n : n_joins));
    const size_t loads = (size_t)n * w->writing->configuration->n_resources + HR_MAX_RESOURCES;
    HR_ROOM(media->start, &store->start, n);
    HR_ROOM(media->end, &store->end, n);
    HR_ROOM(media->class_of, &store->class_of, n);
    HR_ROOM(media->profile, &store->profile, n);
    HR_ROOM(media->size, &store->size, n);
    HR_ROOM(media->tie, &store->tie, n);
    HR_ROOM(media->pick, &store->pick, n);
    HR_ROOM(media->part_of, &store->part_of, n);
    HR_ROOM(media->medium, &store->medium, n);
    HR_ROOM(media->initial, &store->initial, loads);
    HR_ROOM(media->final, &store->final, loads);
    HR_ROOM(media->join_tick, &store->join_tick, n_joins);
    HR_ROOM(media->join_meeting, &store->join_meeting, n_joins);
    HR_ROOM(media->join_kind, &store->join_kind, n_joins);
out:
    return st;
}

static const hr_prepared_profile *part_of(const hr_media_writing *w, uint32_t row)
{
    const hr_input *media = w->media;
    return &w->writing->prepared->classes[media->class_of[row]].profiles[media->profile[row]];
}

/* Row `row` is a medium of the meeting; who is in it is still to come. */
static void begin_row(hr_media_writing *w, uint32_t meeting, uint32_t row, unsigned profile,
                      hr_medium medium, uint64_t words)
{
    const hr_input *in = w->writing->input;
    hr_input *media = w->media;
    const unsigned n_resources = w->writing->configuration->n_resources;
    const uint64_t word = hr_split(words, (uint64_t)medium);
    media->start[row] = in->start[meeting];
    media->end[row] = in->end[meeting];
    media->class_of[row] = in->class_of[meeting];
    media->profile[row] = (uint16_t)profile;
    media->size[row] = in->size[meeting];
    media->tie[row] = (uint32_t)(word >> 32);
    media->pick[row] = (uint32_t)word;
    media->part_of[row] = meeting;
    media->medium[row] = (uint8_t)medium;
    const int64_t *cost = part_of(w, row)->cost;
    for (unsigned r = 0; r < n_resources; r++)
        media->initial[row * (size_t)n_resources + r] = cost[r];
}

/* A participant of `kind` on top of `load`, that of the row. */
static void add_participant(const hr_media_writing *w, uint32_t row, unsigned kind, int64_t *load)
{
    const size_t n_resources = w->writing->configuration->n_resources;
    const int64_t *cost = part_of(w, row)->kind_cost + kind * n_resources;
    for (unsigned r = 0; r < n_resources; r++)
        load[row * n_resources + r] += cost[r];
}

/* Joins of the meeting [from, to) in each of its rows: everybody is in all of its media. */
static void add_joins(hr_media_writing *w, uint32_t row, unsigned n_rows, uint32_t from,
                      uint32_t to)
{
    const hr_input *in = w->writing->input;
    hr_input *media = w->media;
    const size_t n_resources = w->writing->configuration->n_resources;
    for (uint32_t i = row; i < row + n_rows; i++) {
        for (size_t r = 0; r < n_resources; r++)
            media->final[i * n_resources + r] = media->initial[i * n_resources + r];
        for (uint32_t j = from; j < to; j++) {
            media->join_tick[media->n_joins] = in->join_tick[j];
            media->join_meeting[media->n_joins] = i;
            media->join_kind[media->n_joins] = in->join_kind[j];
            media->n_joins++;
            add_participant(w, i, in->join_kind[j], media->final);
        }
    }
}

/* Everybody is there at once: kinds are drawn as for the meeting's load, so they are the same. */
static void add_all_at_once(const hr_media_writing *w, uint32_t meeting, uint32_t row,
                            unsigned n_rows, hr_stream *kinds)
{
    const hr_input *in = w->writing->input;
    const hr_prepared_profile *whole =
        &w->writing->prepared->classes[in->class_of[meeting]].profiles[in->profile[meeting]];
    for (uint32_t k = 0; k < in->size[meeting]; k++) {
        const size_t kind =
            whole->n_kinds > 1 ? hr_sampler_index(&whole->kind, hr_stream_next(kinds)) : 0;
        for (uint32_t i = row; i < row + n_rows; i++)
            add_participant(w, i, (unsigned)kind, w->media->initial);
    }
}

static void write_rows(hr_media_writing *w, uint32_t meeting, hr_stream *kinds)
{
    const hr_input *in = w->writing->input;
    const hr_profile *profile = profile_of(w, meeting);
    const hr_profile *part =
        w->writing->configuration->classes[in->class_of[meeting]].profiles + profile->first_part;
    const uint64_t name = (uint64_t)in->tie[meeting] << 32 | in->pick[meeting];
    const uint64_t words = hr_hash(&name, 1);
    const unsigned n = is_own(w, meeting) ? profile->n_parts : 0;
    const uint32_t first_join = w->join;
    while (w->join < in->n_joins && in->join_meeting[w->join] == meeting)
        w->join++;
    for (unsigned i = 0; i < n; i++)
        begin_row(w, meeting, w->row + i, profile->first_part + i, part[i].medium, words);
    if (w->writing->prepared->joins_at_once)
        add_all_at_once(w, meeting, w->row, n, kinds);
    else
        add_joins(w, w->row, n, first_join, w->join);
    w->row += n;
}

static bool are_apart(const hr_configuration *configuration)
{
    return configuration->placement.unit == HR_UNIT_MODALITY;
}

hr_status hr_write_media(const hr_writing *writing, unsigned lane, hr_input *input, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_input *in = writing->input;
    hr_stream kinds;
    if (!are_apart(writing->configuration))
        return HR_OK;
    hr_media_writing w = {.writing = writing, .lane = lane, .media = &input->store->media};
    HR_TRY(hr_input_take_store(w.media, err));
    HR_TRY(make_room(&w, err));
    hr_stream_open(&kinds, writing->id, HR_PURPOSE_KIND, 0, writing->vector);
    w.media->n_joins = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++)
        write_rows(&w, i, &kinds);
    if (writing->prepared->joins_at_once)
        w.media->final = w.media->initial;
    w.media->n_meetings = w.media->n_own = w.row;
    w.media->n_wholes = in->n_meetings;
    w.media->begin = in->begin;
    w.media->from = in->from;
    w.media->to = in->to;
out:
    return st;
}

void hr_finish_media(const hr_configuration *configuration, hr_input *input)
{
    input->media = are_apart(configuration) ? &input->store->media : NULL;
    if (input->media == NULL)
        return;
    input->media->ceiling = input->ceiling;
    input->media->n_steps = input->n_steps;
    input->media->sessions = input->sessions;
    input->media->n_probe_words = input->n_probe_words;
    input->media->probe_tie = input->probe_tie;
    input->media->probe_pick = input->probe_pick;
}
