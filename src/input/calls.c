/* Calls one by one: a Poisson process of all calls, of which a pool has its part (Kingman 1993,
 * section 5.1), in the stationary state from the beginning (M/G/inf: a Poisson number in progress,
 * durations weighted by their length, ages uniform over them; Takacs 1962). */
#include "input/legs.h"

#define MOST_GAP 0x1p48 /* ticks: beyond any window */

enum { CLASS = 1, SOURCE = 1 }; /* of calls, see hr_feed */
enum { PAST, GAPS, WHAT };      /* streams of HR_PURPOSE_CALL */
enum { BLOCKS = 4, WORDS = BLOCKS * HR_LANES };

/* Pools have streams of their own, calls those of the first pool. */
static void open_stream(const hr_writing *writing, const hr_leg_writing *legs, unsigned index,
                        hr_stream *stream)
{
    const hr_configuration *first = legs->first;
    const hr_stream_id id = {first->seed, first->group, writing->id.replication};
    hr_stream_open(stream, id, HR_PURPOSE_CALL, index, writing->vector);
}

static hr_status grow(const hr_writing *writing, hr_leg_writing *legs, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = writing->input->store;
    const size_t n = (size_t)legs->n + 1;
    if (n > INT32_MAX)
        return HR_FAIL(err, HR_ERR_DATA,
                       "%zu calls in one replication: shorten the window or lower their rate", n);
    HR_TRY(hr_room_grow(&store->reals, n, sizeof *legs->start, legs->n, err));
    HR_TRY(hr_room_grow(&store->initial, n, sizeof *legs->row, legs->n, err));
    legs->start = store->reals.data;
    legs->row = store->initial.data;
out:
    return st;
}

/* A call of the deployment, ours or not: the same words either way. */
static hr_status add(const hr_writing *writing, hr_leg_writing *legs, hr_stream *words,
                     hr_tick start, hr_tick duration, hr_err *err)
{
    hr_status st = HR_OK;
    const uint32_t keep = hr_stream_next(words), tie = hr_stream_next(words);
    const uint32_t pick = hr_stream_next(words);
    if (keep >= writing->prepared->sources[SOURCE].keep)
        return HR_OK;
    HR_TRY(grow(writing, legs, err));
    legs->start[legs->n] = start;
    legs->row[legs->n++] =
        (hr_leg_row){.end = start + duration, .class_of = CLASS, .tie = tie, .pick = pick};
out:
    return st;
}

static hr_status add_past(const hr_writing *writing, hr_leg_writing *legs, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared *p = writing->prepared;
    hr_stream words;
    open_stream(writing, legs, PAST, &words);
    const uint64_t n = (uint64_t)hr_sampler_draw(&p->sources[SOURCE].alive, hr_stream_next(&words));
    for (uint64_t i = 0; i < n; i++) {
        const double lasts = hr_sampler_draw(&p->classes[CLASS].alive, hr_stream_next(&words));
        const double place = hr_uniform(hr_stream_next(&words));
        const hr_tick duration = hr_duration_ticks(lasts) + 1; /* begins before, ends after */
        const hr_tick age = 1 + (hr_tick)(place * (double)(duration - 1));
        HR_TRY(add(writing, legs, &words, p->begin - age, duration, err));
    }
out:
    return st;
}

static hr_status add_arrivals(const hr_writing *writing, hr_leg_writing *legs, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared *p = writing->prepared;
    const double ticks = HR_TICKS_PER_SECOND / p->sources[SOURCE].greatest_rate;
    hr_stream gaps, words;
    open_stream(writing, legs, GAPS, &gaps);
    open_stream(writing, legs, WHAT, &words);
    hr_tick now = p->begin;
    for (;;) {
        uint32_t word[WORDS];
        uint64_t step[WORDS];
        hr_stream_fill(&gaps, BLOCKS, word);
        writing->vector->exponential_ticks(word, WORDS, ticks, MOST_GAP, step);
        for (int i = 0; i < WORDS; i++) {
            now += step[i];
            if (now >= p->to)
                return HR_OK;
            const double lasts =
                hr_sampler_draw(&p->classes[CLASS].duration, hr_stream_next(&words));
            HR_TRY(add(writing, legs, &words, now, hr_duration_ticks(lasts), err));
        }
    }
out:
    return st;
}

hr_status hr_write_calls(const hr_writing *writing, hr_leg_writing *legs, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared_source *source = &writing->prepared->sources[SOURCE];
    if (!(source->greatest_rate > 0.0))
        return HR_OK;
    if (source->alive_mean > 0.0)
        HR_TRY(add_past(writing, legs, err));
    HR_TRY(add_arrivals(writing, legs, err));
out:
    return st;
}
