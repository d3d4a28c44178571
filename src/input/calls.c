/* Calls one by one: a Poisson process of all calls, of which a pool has its part (Kingman 1993,
 * section 5.1), in the stationary state from the beginning (M/G/inf: a Poisson number in progress,
 * durations weighted by their length, ages uniform over them; Takacs 1962). */
#include "input/calls.h"

#include "base/order.h"

#define MOST_GAP 0x1p48 /* ticks: beyond any window */

enum { CLASS = 1, SOURCE = 1 }; /* of calls, see hr_feed */
enum { PAST, GAPS, WHAT };      /* streams of HR_PURPOSE_CALL */
enum { BLOCKS = 4, WORDS = BLOCKS * HR_LANES };

/* Pools have streams of their own, calls those of the first pool. */
static void open_stream(const hr_writing *writing, const hr_configuration *first, unsigned index,
                        hr_stream *stream)
{
    const hr_stream_id id = {first->seed, first->group, writing->id.replication};
    hr_stream_open(stream, id, HR_PURPOSE_CALL, index, writing->vector);
}

static hr_status grow(hr_calls *calls, const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = writing->input->store;
    const size_t n = (size_t)calls->n + 1;
    if (n > INT32_MAX)
        return HR_FAIL(err, HR_ERR_DATA,
                       "%zu calls in one replication: shorten the window or lower their rate", n);
    HR_TRY(hr_room_grow(&store->reals, n, sizeof *calls->start, calls->n, err));
    HR_TRY(hr_room_grow(&store->initial, n, sizeof *calls->row, calls->n, err));
    calls->start = store->reals.data;
    calls->row = store->initial.data;
out:
    return st;
}

/* A call of the deployment, ours or not: the same words either way. */
static hr_status add(hr_calls *calls, const hr_writing *writing, hr_stream *words, hr_tick start,
                     hr_tick duration, hr_err *err)
{
    hr_status st = HR_OK;
    const uint32_t keep = hr_stream_next(words), tie = hr_stream_next(words);
    const uint32_t pick = hr_stream_next(words);
    if (keep >= writing->prepared->sources[SOURCE].keep)
        return HR_OK;
    HR_TRY(grow(calls, writing, err));
    calls->start[calls->n] = start;
    calls->row[calls->n++] = (hr_call_row){.end = start + duration, .tie = tie, .pick = pick};
out:
    return st;
}

static hr_status draw_past(hr_calls *calls, const hr_writing *writing,
                           const hr_configuration *first, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared *p = writing->prepared;
    hr_stream words;
    open_stream(writing, first, PAST, &words);
    const uint64_t n = (uint64_t)hr_sampler_draw(&p->sources[SOURCE].alive, hr_stream_next(&words));
    for (uint64_t i = 0; i < n; i++) {
        const double lasts = hr_sampler_draw(&p->classes[CLASS].alive, hr_stream_next(&words));
        const double place = hr_uniform(hr_stream_next(&words));
        const hr_tick duration = hr_duration_ticks(lasts) + 1; /* begins before, ends after */
        const hr_tick age = 1 + (hr_tick)(place * (double)(duration - 1));
        HR_TRY(add(calls, writing, &words, p->begin - age, duration, err));
    }
out:
    return st;
}

static hr_status draw_arrivals(hr_calls *calls, const hr_writing *writing,
                               const hr_configuration *first, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared *p = writing->prepared;
    const double ticks = HR_TICKS_PER_SECOND / p->sources[SOURCE].greatest_rate;
    hr_stream gaps, words;
    open_stream(writing, first, GAPS, &gaps);
    open_stream(writing, first, WHAT, &words);
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
            HR_TRY(add(calls, writing, &words, now, hr_duration_ticks(lasts), err));
        }
    }
out:
    return st;
}

hr_status hr_calls_draw(hr_calls *calls, const hr_writing *writing, const hr_configuration *first,
                        hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared_source *source = &writing->prepared->sources[SOURCE];
    if (!(source->greatest_rate > 0.0))
        return HR_OK;
    if (source->alive_mean > 0.0)
        HR_TRY(draw_past(calls, writing, first, err));
    HR_TRY(draw_arrivals(calls, writing, first, err));
out:
    return st;
}

/* ---- among the legs */

static void move_leg(hr_input *legs, uint32_t to, uint32_t from)
{
    legs->start[to] = legs->start[from];
    legs->end[to] = legs->end[from];
    legs->class_of[to] = 0;
    legs->profile[to] = legs->profile[from];
    legs->tie[to] = legs->tie[from];
    legs->pick[to] = legs->pick[from];
}

static void put_call(const hr_calls *calls, uint32_t call, hr_input *legs, uint32_t to)
{
    const hr_call_row *row = &calls->row[call];
    legs->start[to] = calls->start[call];
    legs->end[to] = row->end;
    legs->class_of[to] = CLASS;
    legs->profile[to] = 0;
    legs->tie[to] = row->tie;
    legs->pick[to] = row->pick;
}

/* From the last one down, so that every leg is moved before its place is taken. */
static void merge(const hr_calls *calls, const uint32_t *order, hr_input *legs)
{
    uint32_t n_legs = legs->n_meetings, n_calls = calls->n;
    legs->n_meetings += n_calls;
    for (uint32_t to = legs->n_meetings; to-- > 0;) {
        const bool is_call = n_calls > 0 && (n_legs == 0 || legs->start[n_legs - 1] <=
                                                                calls->start[order[n_calls - 1]]);
        if (is_call)
            put_call(calls, order[--n_calls], legs, to);
        else
            move_leg(legs, to, --n_legs);
        legs->size[to] = 1;
    }
}

hr_status hr_calls_add(const hr_calls *calls, hr_input *legs, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = legs->store;
    const size_t n = (size_t)legs->n_meetings + calls->n;
    uint32_t *order = NULL;
    if (calls->n == 0)
        return HR_OK;
    HR_ROOM(legs->class_of, &store->class_of, n);
    HR_ROOM(order, &store->place, calls->n);
    HR_TRY(hr_room_grow(&store->work, HR_ORDER_WORK(n), sizeof(uint64_t), 0, err));
    HR_TRY(hr_order(calls->start, calls->n, order, store->work.data, err));
    merge(calls, order, legs);
    HR_TRY(hr_order(legs->end, legs->n_meetings, legs->end_order, store->work.data, err));
out:
    return st;
}

/* ---- who has the same calls */

bool hr_calls_happen(const hr_configuration *pool)
{
    return pool->feed != NULL && pool->feed->has_calls;
}

static bool are_equal(double a, double b)
{
    return !(a < b) && !(a > b);
}

bool hr_calls_are_same(const hr_configuration *a, const hr_configuration *b)
{
    if (!hr_calls_happen(a) || !hr_calls_happen(b))
        return hr_calls_happen(a) == hr_calls_happen(b);
    const hr_prepared_source *x = &a->prepared->sources[SOURCE];
    const hr_prepared_source *y = &b->prepared->sources[SOURCE];
    return x->keep == y->keep && are_equal(x->greatest_rate, y->greatest_rate) &&
           are_equal(x->alive_mean, y->alive_mean) &&
           hr_law_equals(&a->classes[CLASS].duration, &b->classes[CLASS].duration);
}
