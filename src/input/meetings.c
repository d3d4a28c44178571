/* The meetings themselves: attributes drawn in start order, one word per attribute and meeting,
 * so that every meeting consumes the same draws whatever happened before it. */
#include <string.h>

#include "base/order.h"
#include "input/store.h"
#include "input/tilting.h"

/* Words of one purpose for all meetings, whole blocks at a time. */
static void draw_words(const hr_writing *writing, hr_purpose purpose, uint64_t index,
                       uint32_t *words)
{
    hr_stream stream;
    const size_t n_blocks = (writing->input->n_meetings + HR_LANES - 1) / HR_LANES;
    hr_stream_open(&stream, writing->id, purpose, index, writing->vector);
    hr_stream_fill(&stream, n_blocks, words);
}

/* The same where they are needed for a moment. */
static hr_status draw_words_aside(const hr_writing *writing, hr_purpose purpose, uint32_t **words,
                                  hr_err *err)
{
    hr_status st = HR_OK;
    const hr_input *in = writing->input;
    HR_ROOM(*words, &in->store->words, in->n_meetings + (size_t)HR_LANES);
    draw_words(writing, purpose, 0, *words);
out:
    return st;
}

static hr_status grow_arrays(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    struct hr_input_store *store = in->store;
    const size_t n = (in->n_meetings + (size_t)HR_LANES - 1) / HR_LANES * HR_LANES;
    HR_ROOM(in->profile, &store->profile, n);
    HR_TRY(hr_room_grow(&store->zeros, n, sizeof(uint16_t), 0, err));
    HR_ROOM(in->size, &store->size, n);
    HR_ROOM(in->tie, &store->tie, n);
    HR_ROOM(in->pick, &store->pick, n);
out:
    return st;
}

/* Starts into time order; `end` is 0 where the duration is still to be drawn, or nothing yet when
 * that is so for all. Most come in order, and are used where they are. */
static hr_status put_in_order(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    struct hr_input_store *store = in->store;
    hr_starts *starts = &store->starts;
    const uint32_t n = in->n_meetings;
    uint32_t *place = NULL;
    uint64_t *work = NULL;
    if (starts->n_told > 0 || !starts->is_ascending)
        hr_starts_tell(starts);
    in->start = starts->tick;
    in->end = starts->end;
    in->class_of = starts->class_of;
    store->kept = starts->n_told > 0 ? starts->kept : NULL;
    if (starts->is_ascending)
        return HR_OK;
    HR_ROOM(place, &store->place, n);
    HR_ROOM(work, &store->work, HR_ORDER_WORK(n));
    HR_TRY(hr_order(starts->tick, n, place, work, err));
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
    hr_tilting_find(writing, place);
out:
    return st;
}

/* Are the ends and classes of all meetings still to be drawn? */
static bool is_untold(const hr_writing *writing)
{
    return writing->input->store->starts.n_told == 0;
}

static hr_status draw_classes(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    uint32_t *words = NULL;
    hr_input *in = writing->input;
    const bool all = is_untold(writing);
    if (writing->configuration->n_classes == 1) {
        in->class_of = in->store->zeros.data;
        return HR_OK;
    }
    HR_TRY(draw_words_aside(writing, HR_PURPOSE_CLASS, &words, err));
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        if (all || in->end[i] == 0)
            in->class_of[i] = (uint16_t)hr_sampler_index(&writing->prepared->class_of, words[i]);
    }
out:
    return st;
}

static bool have_one_law(const hr_configuration *c)
{
    for (unsigned k = 1; k < c->n_classes; k++) {
        if (!hr_law_equals(&c->classes[k].duration, &c->classes[0].duration))
            return false;
    }
    return true;
}

/* Words are used while they are in the nearest cache. */
enum { BATCH = 512 };

/* Durations of n meetings in ticks, 0 for those below half of one. `class_of` is NULL when all
 * classes have one law: then they are drawn at once, and are those of one by one. */
static void draw_ticks(const hr_writing *writing, const uint16_t *class_of, const uint32_t *word,
                       uint32_t n, uint64_t *ticks)
{
    const hr_vector *vector = writing->vector;
    const hr_prepared_class *classes = writing->prepared->classes;
    const hr_sampler *first = &classes[0].duration;
    double seconds[BATCH];
    if (class_of == NULL && first->law.kind == HR_LAW_EXPONENTIAL) {
        /* ticks are a power of two: the bits are those of one product after the other */
        vector->exponential_ticks(word, n, first->p1 * HR_TICKS_PER_SECOND, HR_MOST_DURATION,
                                  ticks);
        return;
    }
    if (class_of == NULL)
        hr_sampler_fill(first, word, n, vector, seconds);
    for (uint32_t i = 0; class_of != NULL && i < n; i++)
        seconds[i] = hr_sampler_draw(&classes[class_of[i]].duration, word[i]);
    vector->round(seconds, n, HR_TICKS_PER_SECOND, HR_MOST_DURATION, ticks);
}

/* Meetings found alive at the start have their end already; when `all` is set there are none. */
static void set_ends(const hr_tick *start, const uint64_t *ticks, uint32_t n, bool all,
                     hr_tick *end)
{
    if (all) {
#pragma omp simd
        for (uint32_t i = 0; i < n; i++)
            end[i] = start[i] + ticks[i] + ((ticks[i] - 1) >> 63); /* 1 for 0 */
        return;
    }
#pragma omp simd
    for (uint32_t i = 0; i < n; i++)
        end[i] = end[i] == 0 ? start[i] + ticks[i] + ((ticks[i] - 1) >> 63) : end[i];
}

static void draw_durations(const hr_writing *writing)
{
    const hr_input *in = writing->input;
    const bool is_one = have_one_law(writing->configuration);
    hr_stream stream;
    hr_stream_open(&stream, writing->id, HR_PURPOSE_DURATION, 0, writing->vector);
    for (uint32_t from = 0; from < in->n_meetings; from += BATCH) {
        const uint32_t n = in->n_meetings - from < BATCH ? in->n_meetings - from : BATCH;
        uint32_t word[BATCH];
        uint64_t ticks[BATCH];
        hr_stream_fill(&stream, (n + HR_LANES - 1) / HR_LANES, word);
        draw_ticks(writing, is_one ? NULL : in->class_of + from, word, n, ticks);
        set_ends(in->start + from, ticks, n, is_untold(writing), in->end + from);
    }
}

static void draw_sizes(const hr_writing *writing)
{
    const hr_input *in = writing->input;
    const hr_prepared_class *classes = writing->prepared->classes;
    const bool is_one = writing->configuration->n_classes == 1;
    hr_stream stream;
    hr_stream_open(&stream, writing->id, HR_PURPOSE_SIZE, 0, writing->vector);
    for (uint32_t from = 0; from < in->n_meetings; from += BATCH) {
        const uint32_t n = in->n_meetings - from < BATCH ? in->n_meetings - from : BATCH;
        uint32_t word[BATCH];
        double drawn[BATCH];
        hr_stream_fill(&stream, (n + HR_LANES - 1) / HR_LANES, word);
        if (is_one)
            hr_sampler_fill(&classes[0].size, word, n, writing->vector, drawn);
        for (uint32_t i = 0; !is_one && i < n; i++)
            drawn[i] = hr_sampler_draw(&classes[in->class_of[from + i]].size, word[i]);
        uint32_t *size = in->size + from;
#pragma omp simd
        for (uint32_t i = 0; i < n; i++)
            size[i] = (uint32_t)(int32_t)drawn[i]; /* at most 10^6 */
    }
}

static hr_status draw_profiles(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    uint32_t *words = NULL;
    hr_input *in = writing->input;
    bool needed = false;
    for (unsigned k = 0; k < writing->configuration->n_classes; k++)
        needed = needed || writing->configuration->classes[k].n_profiles > 1;
    if (!needed) {
        in->profile = in->store->zeros.data;
        return HR_OK;
    }
    HR_TRY(draw_words_aside(writing, HR_PURPOSE_PROFILE, &words, err));
    for (uint32_t i = 0; i < in->n_meetings; i++)
        in->profile[i] = (uint16_t)hr_sampler_index(
            &writing->prepared->classes[in->class_of[i]].profile, words[i]);
out:
    return st;
}

/* Both words together are also a meeting's name, from which follow its legs in other pools, the
 * words of its media and what is told of its size; and whoever is sent to another server is sent by
 * the rule's word. */
static bool wants_names(const hr_configuration *c)
{
    const hr_placement *p = &c->placement;
    const bool is_sent = p->join_gate > 0.0 || p->most_joins > 0 || p->review_period > 0.0;
    return c->feeds || is_sent || hr_failures_happen(c->failures) || p->hint != HR_HINT_NONE ||
           p->unit == HR_UNIT_MODALITY;
}

/* Words for the rule, where one of those who share the meetings wants any. */
static void draw_choices(const hr_writing *writing)
{
    bool breaks_ties = false, picks = false;
    for (unsigned l = 0; l < writing->n_sharing; l++) {
        const hr_placement *placement = &writing->sharing[l]->placement;
        const bool is_random = placement->rule == HR_RULE_RANDOM;
        const bool is_named = wants_names(writing->sharing[l]);
        picks = picks || is_named || is_random || placement->rule == HR_RULE_POWER_OF_D;
        breaks_ties = breaks_ties || is_named ||
                      (placement->ties == HR_TIES_UNIFORM && !is_random &&
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
    HR_TRY(draw_classes(writing, err));
    draw_durations(writing);
    hr_tilting_put(writing);
    draw_sizes(writing);
    HR_TRY(draw_profiles(writing, err));
    draw_choices(writing);
out:
    return st;
}
