#include "input/turns.h"

#include "base/order.h"
#include "base/real.h"
#include "input/tilting.h"

#define MOST_MEAN 16.0 /* of a Poisson number that is drawn at once, by inversion */

/* Meetings that start at a known time, are over by `begin` and were not seen: they come with the
 * rate of all times the chance to be over. */
typedef struct passing {
    const hr_writing *writing;
    hr_stream stream;
    double rate; /* 1/s, of all sources */
} passing;

/* E[(D - age)+] over meetings: the integral of the chance to last beyond an age, from there on. */
static double excess(const passing *p, double age)
{
    const hr_configuration *c = p->writing->configuration;
    double sum = 0.0;
    for (unsigned k = 0; k < c->n_classes; k++)
        sum += c->classes[k].share * hr_law_mean_excess(&c->classes[k].duration, age);
    return sum;
}

static uint64_t draw_poisson(hr_stream *stream, double mean)
{
    uint64_t number = 0;
    for (; mean > 0.0; mean -= MOST_MEAN) {
        const double part = mean < MOST_MEAN ? mean : MOST_MEAN;
        const double place = hr_uniform(hr_stream_next(stream));
        double term = hr_exp(-part), sum = term;
        for (unsigned k = 1; sum < place && term > 0.0; k++, number++)
            sum += term *= part / k;
    }
    return number;
}

/* Meetings that come between those of two ages, in whole rounds but for what is returned. */
static uint64_t passed_between(passing *p, hr_tick older, hr_tick younger)
{
    const double from = (double)younger / HR_TICKS_PER_SECOND;
    const double to = (double)older / HR_TICKS_PER_SECOND;
    const double over = (to - from) - (excess(p, from) - excess(p, to));
    return draw_poisson(&p->stream, p->rate * over) % p->writing->configuration->n_servers;
}

static hr_status add(const hr_writing *writing, hr_tick start, uint64_t n, hr_err *err)
{
    hr_status st = HR_OK;
    for (uint64_t i = 0; i < n; i++)
        HR_TRY(hr_starts_add(&writing->input->store->starts,
                             (hr_start_row){.tick = start, .end = start + 1, .kept = UINT32_MAX},
                             err));
out:
    return st;
}

/* Starts of those alive at `begin`, in order; how many. */
static hr_status find_alive(const hr_writing *writing, const hr_tick **start, uint32_t **place,
                            uint32_t *n, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = writing->input->store;
    const hr_starts *starts = &store->starts;
    hr_tick *key = NULL;
    HR_ROOM(key, &store->reals, starts->n_told + (size_t)1);
    HR_ROOM(*place, &store->place, starts->n_told + (size_t)1);
    HR_TRY(hr_room_grow(&store->work, HR_ORDER_WORK(starts->n_told), sizeof(uint64_t), 0, err));
    *n = 0;
    for (uint32_t i = 0; i < starts->n_told; i++) {
        key[*n] = starts->tick[i];
        *n += starts->end[i] != 0;
    }
    *start = key;
    HR_TRY(hr_order(key, *n, *place, store->work.data, err));
out:
    return st;
}

hr_status hr_turns_write(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_tilt *tilt = writing->tilting->tilt;
    const hr_configuration *c = writing->configuration;
    const hr_tick begin = writing->prepared->begin;
    const hr_tick *start = NULL;
    uint32_t *place = NULL, n = 0;
    passing p = {.writing = writing};
    if (tilt == NULL || !tilt->counts_turns)
        return HR_OK;
    for (unsigned i = 0; i < c->n_sources; i++)
        p.rate += c->sources[i].rate;
    HR_TRY(find_alive(writing, &start, &place, &n, err));
    hr_stream_open(&p.stream, writing->id, HR_PURPOSE_TILT, 2, writing->vector);
    /* anybody may have had the first turn that is known of */
    const uint64_t first = (uint64_t)hr_stream_next(&p.stream) * c->n_servers >> 32;
    HR_TRY(add(writing, (n > 0 ? start[place[0]] : begin) - 1, first, err));
    for (uint32_t i = 0; i < n; i++) {
        const hr_tick own = start[place[i]], next = i + 1 < n ? start[place[i + 1]] : begin;
        const uint64_t passed = passed_between(&p, begin - own, begin - next);
        HR_TRY(add(writing, own, passed, err));
    }
out:
    return st;
}
