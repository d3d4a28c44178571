/* The meetings themselves: attributes drawn in start order, one word per attribute and meeting,
 * so that every meeting consumes the same draws whatever happened before it. */
#include <string.h>

#include "base/order.h"
#include "input/store.h"

/* Words of one purpose for all meetings, whole blocks at a time. */
static void draw_words(const hr_writing *writing, hr_purpose purpose, uint64_t index,
                       uint32_t *words)
{
    hr_stream stream;
    const size_t n_blocks = (writing->input->n_meetings + HR_LANES - 1) / HR_LANES;
    hr_stream_open(&stream, writing->id, purpose, index, writing->vector);
    hr_stream_fill(&stream, n_blocks, words);
}

static hr_status grow_arrays(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    struct hr_input_store *store = in->store;
    const size_t n = (in->n_meetings + (size_t)HR_LANES - 1) / HR_LANES * HR_LANES;
    HR_ROOM(in->profile, &store->profile, n);
    HR_ROOM(in->size, &store->size, n);
    HR_ROOM(in->tie, &store->tie, n);
    HR_ROOM(in->pick, &store->pick, n);
    HR_TRY(hr_room_grow(&store->words, n, sizeof(uint32_t), 0, err));
    HR_TRY(hr_room_grow(&store->reals, n, sizeof(double), 0, err));
    HR_TRY(hr_room_grow(&store->place, n, sizeof(uint32_t), 0, err));
    HR_TRY(hr_room_grow(&store->work, HR_ORDER_WORK(n), sizeof(uint64_t), 0, err));
out:
    return st;
}

static bool is_ascending(const hr_tick *tick, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        if (tick[i] < tick[i - 1])
            return false;
    }
    return true;
}

/* Starts into time order; `end` is 0 where the duration is still to be drawn. Most come in order,
 * and are used where they are. */
static hr_status put_in_order(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    struct hr_input_store *store = in->store;
    const hr_starts *starts = &store->starts;
    const uint32_t n = in->n_meetings;
    uint32_t *place = store->place.data;
    in->start = starts->tick;
    in->end = starts->end;
    in->class_of = starts->class_of;
    store->kept = starts->kept;
    if (is_ascending(starts->tick, n))
        return HR_OK;
    HR_TRY(hr_order(starts->tick, n, place, store->work.data, err));
    HR_ROOM(in->start, &store->start, n);
    HR_ROOM(in->end, &store->end, n);
    HR_ROOM(in->class_of, &store->class_of, n);
    HR_ROOM(store->kept, &store->room_kept, n);
    for (uint32_t i = 0; i < n; i++) {
        in->start[i] = starts->tick[place[i]];
        in->end[i] = starts->end[place[i]];
        in->class_of[i] = starts->class_of[place[i]];
        store->kept[i] = starts->kept[place[i]];
    }
out:
    return st;
}

static void draw_classes(const hr_writing *writing, uint32_t *words)
{
    hr_input *in = writing->input;
    if (writing->configuration->n_classes == 1)
        return; /* class 0, as the starts say */
    draw_words(writing, HR_PURPOSE_CLASS, 0, words);
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        if (in->end[i] == 0)
            in->class_of[i] = (uint16_t)hr_sampler_index(&writing->prepared->class_of, words[i]);
    }
}

static bool have_one_law(const hr_configuration *c)
{
    for (unsigned k = 1; k < c->n_classes; k++) {
        if (!hr_law_equals(&c->classes[k].duration, &c->classes[0].duration))
            return false;
    }
    return true;
}

/* All at once where all classes have one law; the draws are those of one by one. Meetings found
 * alive at the start have their end already. */
static void draw_durations(const hr_writing *writing, uint32_t *words)
{
    hr_input *in = writing->input;
    double *seconds = in->store->reals.data;
    uint64_t *ticks = in->store->work.data;
    const hr_prepared_class *classes = writing->prepared->classes;
    const uint32_t n = in->n_meetings;
    draw_words(writing, HR_PURPOSE_DURATION, 0, words);
    if (have_one_law(writing->configuration)) {
        hr_sampler_fill(&classes[0].duration, words, in->n_meetings, writing->vector, seconds);
    } else {
        for (uint32_t i = 0; i < in->n_meetings; i++)
            seconds[i] = hr_sampler_draw(&classes[in->class_of[i]].duration, words[i]);
    }
    writing->vector->round(seconds, in->n_meetings, HR_TICKS_PER_SECOND, HR_MOST_DURATION, ticks);
    const hr_tick *start = in->start;
    hr_tick *end = in->end;
#pragma omp simd
    for (uint32_t i = 0; i < n; i++) {
        const hr_tick drawn = start[i] + ticks[i] + (ticks[i] == 0);
        end[i] = end[i] == 0 ? drawn : end[i];
    }
}

static void draw_sizes(const hr_writing *writing, uint32_t *words)
{
    hr_input *in = writing->input;
    double *sizes = in->store->reals.data;
    const hr_prepared_class *classes = writing->prepared->classes;
    draw_words(writing, HR_PURPOSE_SIZE, 0, words);
    if (writing->configuration->n_classes == 1) {
        hr_sampler_fill(&classes[0].size, words, in->n_meetings, writing->vector, sizes);
    } else {
        for (uint32_t i = 0; i < in->n_meetings; i++)
            sizes[i] = hr_sampler_draw(&classes[in->class_of[i]].size, words[i]);
    }
    uint32_t *size = in->size;
#pragma omp simd
    for (uint32_t i = 0; i < in->n_meetings; i++)
        size[i] = (uint32_t)(int32_t)sizes[i]; /* at most 10^6 */
}

static void draw_profiles(const hr_writing *writing, uint32_t *words)
{
    hr_input *in = writing->input;
    bool needed = false;
    for (unsigned k = 0; k < writing->configuration->n_classes; k++)
        needed = needed || writing->configuration->classes[k].n_profiles > 1;
    if (!needed) {
        memset(in->profile, 0, in->n_meetings * sizeof *in->profile);
        return;
    }
    draw_words(writing, HR_PURPOSE_PROFILE, 0, words);
    for (uint32_t i = 0; i < in->n_meetings; i++)
        in->profile[i] = (uint16_t)hr_sampler_index(
            &writing->prepared->classes[in->class_of[i]].profile, words[i]);
}

/* Words for the rule, where one of those who share the meetings wants any. */
static void draw_choices(const hr_writing *writing)
{
    bool breaks_ties = false, picks = false;
    for (unsigned l = 0; l < writing->n_sharing; l++) {
        const hr_placement *placement = &writing->sharing[l]->placement;
        const bool is_random = placement->rule == HR_RULE_RANDOM;
        picks = picks || is_random || placement->rule == HR_RULE_POWER_OF_D;
        breaks_ties = breaks_ties || (placement->ties == HR_TIES_UNIFORM && !is_random &&
                                      placement->rule != HR_RULE_ROUND_ROBIN);
    }
    if (breaks_ties)
        draw_words(writing, HR_PURPOSE_TIE, 0, writing->input->tie);
    if (picks)
        draw_words(writing, HR_PURPOSE_PICK, 0, writing->input->pick);
}

hr_status hr_write_meetings(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    in->n_meetings = in->store->starts.n;
    HR_TRY(grow_arrays(writing, err));
    HR_TRY(put_in_order(writing, err));
    uint32_t *words = in->store->words.data;
    draw_classes(writing, words);
    draw_durations(writing, words);
    draw_sizes(writing, words);
    draw_profiles(writing, words);
    draw_choices(writing);
out:
    return st;
}
