/* Media placed apart: each medium of a meeting as a row of its own, which a replay treats as it
 * does meetings. Rows are made from meetings that are drawn already, and their words from the
 * meeting's words, so that whoever places whole meetings has the same ones. */
#include "base/order.h"
#include "input/store.h"

/* Rows in the making: the media of the meetings that are configuration `lane`'s. They are listed
 * meeting by meeting, and stand in the order of their starts. */
typedef struct hr_media_writing {
    const hr_writing *writing; /* whose input has the meetings */
    const uint32_t *whose;     /* [n_meetings] mask; NULL: all are the lane's */
    unsigned lane;
    hr_input *media;
    uint32_t *meeting;    /* [n] of each row of the list */
    uint16_t *part;       /* [n] number of its profile */
    uint64_t *start;      /* [n] */
    uint32_t *place;      /* [n] where it stands */
    uint32_t *first_join; /* [n_meetings + 1] of each meeting */
} hr_media_writing;

/* Is it the configuration's, and in this pool? */
static bool is_own(const hr_media_writing *w, uint32_t meeting)
{
    const hr_configuration *c = w->writing->configuration;
    const uint32_t size = w->writing->input->size[meeting];
    return (w->whose == NULL || (w->whose[meeting] >> w->lane & 1) != 0) && size >= c->from_size &&
           (c->below_size == 0 || size < c->below_size);
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
    HR_ROOM(media->next_row, &store->next_row, n);
    HR_ROOM(media->first_row, &store->first_row, in->n_meetings);
    HR_ROOM(media->initial, &store->initial, loads);
    HR_ROOM(media->final, &store->final, loads);
    HR_ROOM(media->join_tick, &store->join_tick, n_joins);
    HR_ROOM(media->join_meeting, &store->join_meeting, n_joins);
    HR_ROOM(media->join_kind, &store->join_kind, n_joins);
    HR_ROOM(w->meeting, &store->words, n);
    HR_ROOM(w->part, &store->ordered_kinds, n);
    HR_ROOM(w->start, &store->reals, n);
    HR_ROOM(w->place, &store->place, n);
    HR_ROOM(w->first_join, &store->first_join, in->n_meetings + (size_t)1);
out:
    return st;
}

/* ---- which rows there are, and where they stand */

static uint64_t words_of(const hr_media_writing *w, uint32_t meeting, unsigned i)
{
    const hr_input *in = w->writing->input;
    return hr_input_medium_words(in->tie[meeting], in->pick[meeting], i);
}

/* When the medium is activated. */
static hr_tick start_of(const hr_media_writing *w, uint32_t meeting, hr_medium medium)
{
    const hr_sampler *activation = w->writing->prepared->activation;
    const hr_tick start = w->writing->input->start[meeting];
    if (activation == NULL)
        return start;
    const uint64_t word = words_of(w, meeting, HR_MEDIUM_LAST + 1 + (unsigned)medium);
    const double after = hr_sampler_draw(&activation[medium], (uint32_t)(word >> 32));
    return start + (after > 0.0 ? hr_duration_ticks(after) : 0);
}

static uint32_t list_rows(const hr_media_writing *w)
{
    const hr_input *in = w->writing->input;
    uint32_t n = 0;
    for (uint32_t i = 0, join = 0; i < in->n_meetings; i++) {
        const hr_profile *profile = profile_of(w, i);
        const hr_profile *all = w->writing->configuration->classes[in->class_of[i]].profiles;
        const unsigned n_parts = is_own(w, i) ? profile->n_parts : 0;
        for (unsigned k = profile->first_part; k < profile->first_part + n_parts; k++) {
            w->meeting[n] = i;
            w->part[n] = (uint16_t)k;
            w->start[n] = start_of(w, i, all[k].medium);
            n += w->start[n] < in->end[i];
        }
        w->first_join[i] = join;
        while (join < in->n_joins && in->join_meeting[join] == i)
            join++;
    }
    w->first_join[in->n_meetings] = in->n_joins;
    return n;
}

/* In order of their starts, those of one tick as they are listed. */
static hr_status put_in_order(const hr_media_writing *w, uint32_t n, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = w->media->store;
    uint32_t *order = NULL;
    for (uint32_t i = 0; i < n; i++)
        w->place[i] = i;
    if (w->writing->prepared->activation == NULL)
        return HR_OK;
    HR_ROOM(order, &store->end_order, n);
    HR_TRY(hr_room_grow(&store->work, HR_ORDER_WORK(n), sizeof(uint64_t), 0, err));
    HR_TRY(hr_order(w->start, n, order, store->work.data, err));
    for (uint32_t i = 0; i < n; i++)
        w->place[order[i]] = i;
out:
    return st;
}

/* ---- what is in them */

static const hr_prepared_profile *part_of(const hr_media_writing *w, uint32_t row)
{
    const hr_input *media = w->media;
    return &w->writing->prepared->classes[media->class_of[row]].profiles[media->profile[row]];
}

/* A large meeting counts one on the counter of large meetings, with the first of its media. */
static void count_large(const hr_media_writing *w, uint32_t row)
{
    const hr_configuration *c = w->writing->configuration;
    for (unsigned r = 0; r < c->n_resources; r++) {
        if (c->resource[r] == HR_RESOURCE_LARGE_MEETINGS && w->media->size[row] >= c->large_from)
            w->media->initial[row * (size_t)c->n_resources + r] +=
                (int64_t)w->writing->prepared->steps[r];
    }
}

/* Row `number` of the list, behind the one before it in its meeting; who is in it is still to come.
 */
static void begin_row(const hr_media_writing *w, uint32_t number)
{
    const hr_input *in = w->writing->input;
    hr_input *media = w->media;
    const unsigned n_resources = w->writing->configuration->n_resources;
    const uint32_t row = w->place[number], meeting = w->meeting[number];
    const hr_class *class = &w->writing->configuration->classes[in->class_of[meeting]];
    const hr_medium medium = class->profiles[w->part[number]].medium;
    const uint64_t word = words_of(w, meeting, (unsigned)medium);
    media->start[row] = w->start[number];
    media->end[row] = in->end[meeting];
    media->class_of[row] = in->class_of[meeting];
    media->profile[row] = w->part[number];
    media->size[row] = in->size[meeting];
    media->tie[row] = (uint32_t)(word >> 32);
    media->pick[row] = (uint32_t)word;
    media->part_of[row] = meeting;
    media->medium[row] = (uint8_t)medium;
    media->next_row[row] = 0;
    if (medium == HR_MEDIUM_FOCUS)
        media->first_row[meeting] = row;
    else
        media->next_row[w->place[number - 1]] = row;
    const int64_t *cost = part_of(w, row)->cost;
    for (unsigned r = 0; r < n_resources; r++)
        media->initial[row * (size_t)n_resources + r] = cost[r];
    if (medium != HR_MEDIUM_FOCUS && w->place[number - 1] == media->first_row[meeting])
        count_large(w, row);
}

/* A participant of `kind` on top of `load`, that of the row. */
static void add_participant(const hr_media_writing *w, uint32_t row, unsigned kind, int64_t *load)
{
    const size_t n_resources = w->writing->configuration->n_resources;
    const int64_t *cost = part_of(w, row)->kind_cost + kind * n_resources;
    for (unsigned r = 0; r < n_resources; r++)
        load[row * n_resources + r] += cost[r];
}

/* Everybody is in all of a meeting's media, from when they have begun. */
static void add_joins(const hr_media_writing *w, uint32_t n)
{
    const hr_input *in = w->writing->input;
    hr_input *media = w->media;
    const size_t n_resources = w->writing->configuration->n_resources;
    uint32_t n_joins = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t meeting = media->part_of[i];
        for (size_t r = 0; r < n_resources; r++)
            media->final[i * n_resources + r] = media->initial[i * n_resources + r];
        for (uint32_t j = w->first_join[meeting]; j < w->first_join[meeting + 1]; j++) {
            const hr_tick tick = in->join_tick[j];
            media->join_tick[n_joins] = tick > media->start[i] ? tick : media->start[i];
            media->join_meeting[n_joins] = i;
            media->join_kind[n_joins++] = in->join_kind[j];
            add_participant(w, i, in->join_kind[j], media->final);
        }
    }
    media->n_joins = n_joins;
}

/* Everybody is there at once: kinds are drawn as for the meetings' loads, so they are the same. */
static void add_all_at_once(const hr_media_writing *w, uint32_t n)
{
    const hr_input *in = w->writing->input;
    hr_stream kinds;
    hr_stream_open(&kinds, w->writing->id, HR_PURPOSE_KIND, 0, w->writing->vector);
    for (uint32_t i = 0, row = 0, end = 0; i < in->n_meetings; i++, row = end) {
        const hr_prepared_profile *whole =
            &w->writing->prepared->classes[in->class_of[i]].profiles[in->profile[i]];
        while (end < n && w->meeting[end] == i)
            end++;
        for (uint32_t k = 0; k < in->size[i]; k++) {
            const size_t kind = hr_configuration_inserts(w->writing->configuration, in->class_of[i])
                                    ? hr_inserted_kind(whole, in->tie[i], in->pick[i], k)
                                : whole->n_kinds > 1
                                    ? hr_sampler_index(&whole->kind, hr_stream_next(&kinds))
                                    : 0;
            for (uint32_t each = row; each < end; each++)
                add_participant(w, w->place[each], (unsigned)kind, w->media->initial);
        }
    }
    w->media->final = w->media->initial;
    w->media->n_joins = 0;
}

static bool are_apart(const hr_configuration *configuration)
{
    return configuration->placement.unit == HR_UNIT_MODALITY;
}

hr_status hr_write_media(const hr_writing *writing, const uint32_t *whose, unsigned lane,
                         hr_input *input, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_input *in = writing->input;
    if (!are_apart(writing->configuration))
        return HR_OK;
    hr_media_writing w = {
        .writing = writing, .whose = whose, .lane = lane, .media = &input->store->media};
    HR_TRY(hr_input_take_store(w.media, err));
    HR_TRY(make_room(&w, err));
    const uint32_t n = list_rows(&w);
    HR_TRY(put_in_order(&w, n, err));
    for (uint32_t i = 0; i < n; i++)
        begin_row(&w, i);
    if (writing->prepared->joins_at_once)
        add_all_at_once(&w, n);
    else
        add_joins(&w, n);
    w.media->n_meetings = w.media->n_own = n;
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
    input->media->n_changes = input->n_changes;
    input->media->change = input->change;
    input->media->server_state = input->server_state;
    input->media->signed_in = input->signed_in;
    input->media->n_steps = input->n_steps;
    input->media->sessions = input->sessions;
    input->media->n_probe_words = input->n_probe_words;
    input->media->probe_tie = input->probe_tie;
    input->media->probe_pick = input->probe_pick;
}
