/* Arrivals from `begin` to the end of the window, one source after another. */
#include <math.h>

#include "input/store.h"

/* A gap beyond any window: 2^48 ticks are 136 years. */
#define MOST_GAP 0x1p48

enum { BLOCKS = 16, WORDS = BLOCKS * HR_LANES }; /* gaps are computed 256 at a time */

static hr_status add(const hr_writing *writing, hr_tick tick, uint32_t kept, hr_err *err)
{
    return hr_starts_add(&writing->input->store->starts, (hr_start_row){.tick = tick, .kept = kept},
                         err);
}

static double study_seconds(hr_tick tick)
{
    return ((double)tick - (double)HR_TICK_ZERO) / HR_TICKS_PER_SECOND;
}

/* A batch of a Poisson-batch source: all at one tick, and kept as one. */
static hr_status add_batch(const hr_writing *writing, const hr_prepared_source *prepared,
                           hr_stream *sizes, hr_tick tick, uint32_t kept, hr_err *err)
{
    hr_status st = HR_OK;
    const uint64_t n = (uint64_t)hr_sampler_draw(&prepared->count, hr_stream_next(sizes));
    for (uint64_t i = 0; i < n; i++)
        HR_TRY(add(writing, tick, kept, err));
out:
    return st;
}

/* A plain Poisson process: nothing but gaps, a block of them at a time. */
static hr_status arrivals_of_poisson(const hr_writing *writing, unsigned source, hr_err *err)
{
    hr_status st = HR_OK;
    hr_starts *starts = &writing->input->store->starts;
    const hr_prepared_source *prepared = &writing->prepared->sources[source];
    const double ticks = HR_TICKS_PER_SECOND / prepared->greatest_rate;
    const hr_tick to = writing->prepared->to;
    hr_stream gaps;
    hr_stream_open(&gaps, writing->id, HR_PURPOSE_ARRIVAL, source, writing->vector);
    hr_tick tick = prepared->first;
    for (;;) {
        uint32_t word[WORDS];
        uint64_t step[WORDS];
        hr_stream_fill(&gaps, BLOCKS, word);
        writing->vector->exponential_ticks(word, WORDS, ticks, MOST_GAP, step);
        HR_TRY(hr_starts_room(starts, WORDS, err));
        hr_tick *out = starts->tick + starts->n;
        for (int i = 0; i < WORDS; i++)
            out[i] = tick += step[i];
        uint32_t n = WORDS;
        while (n > 0 && out[n - 1] >= to)
            n--;
        hr_starts_take(starts, n);
        if (n < WORDS)
            return HR_OK;
    }
out:
    return st;
}

/* Poisson epochs at the greatest rate; each is a meeting, a batch, or thinned away. */
static hr_status arrivals_of_rate(const hr_writing *writing, unsigned source, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared_source *prepared = &writing->prepared->sources[source];
    const hr_source *row = prepared->drawn;
    hr_thinning thinning = hr_thinning_open(writing, source, source);
    if (!(prepared->greatest_rate > 0.0))
        return HR_OK;
    if (row->kind == HR_SOURCE_POISSON && !thinning.is_needed)
        return arrivals_of_poisson(writing, source, err);
    hr_stream gaps;
    hr_stream thin;
    hr_stream sizes;
    hr_stream_open(&gaps, writing->id, HR_PURPOSE_ARRIVAL, source, writing->vector);
    hr_stream_open(&thin, writing->id, HR_PURPOSE_THIN, source, writing->vector);
    hr_stream_open(&sizes, writing->id, HR_PURPOSE_BATCH, source, writing->vector);
    const double ticks = HR_TICKS_PER_SECOND / prepared->greatest_rate;
    const bool is_batch = row->kind == HR_SOURCE_POISSON_BATCH;
    const bool is_thinned = row->kind == HR_SOURCE_SINUSOID || row->kind == HR_SOURCE_PIECEWISE;
    hr_tick tick = prepared->first;
    for (;;) {
        uint32_t word[WORDS];
        double gap[WORDS];
        hr_stream_fill(&gaps, BLOCKS, word);
        writing->vector->exponential(word, WORDS, gap);
        for (int i = 0; i < WORDS; i++) {
            const double step = gap[i] * ticks + 0.5;
            if (step >= (double)(writing->prepared->to - tick))
                return HR_OK;
            tick += (hr_tick)step;
            if (is_thinned && hr_uniform(hr_stream_next(&thin)) * prepared->greatest_rate >=
                                  hr_source_rate(row, study_seconds(tick)))
                continue;
            if (is_batch)
                HR_TRY(
                    add_batch(writing, prepared, &sizes, tick, hr_thinning_keeps(&thinning), err));
            else
                HR_TRY(add(writing, tick, hr_thinning_keeps(&thinning), err));
        }
    }
out:
    return st;
}

/* Epochs offset + k period; each meeting late by its own draw. Those that start before `begin`
 * belong to the past (past.c), those after the window to nobody. */
static hr_status arrivals_of_clock(const hr_writing *writing, unsigned source, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared *p = writing->prepared;
    const hr_prepared_source *prepared = &p->sources[source];
    /* an empty pool has no late-comers of epochs before study time 0 */
    const bool is_empty = writing->configuration->start == HR_START_EMPTY;
    const int64_t begin = (int64_t)p->begin - (is_empty ? 0 : (int64_t)prepared->latest);
    const int64_t end = (int64_t)p->to + (int64_t)prepared->earliest;
    const int64_t offset = (int64_t)prepared->offset;
    const int64_t period = (int64_t)prepared->period;
    hr_thinning thinning = hr_thinning_open(writing, source, source);
    hr_stream counts;
    hr_stream lateness;
    hr_stream_open(&counts, writing->id, HR_PURPOSE_ARRIVAL, source, writing->vector);
    hr_stream_open(&lateness, writing->id, HR_PURPOSE_LATENESS, source, writing->vector);
    int64_t epoch = offset + (begin - offset) / period * period;
    while (epoch < begin)
        epoch += period;
    while (epoch - period >= begin)
        epoch -= period;
    for (; epoch < end; epoch += period) {
        const uint64_t n = (uint64_t)hr_sampler_draw(&prepared->count, hr_stream_next(&counts));
        for (uint64_t i = 0; i < n; i++) {
            const double late = hr_sampler_draw(&prepared->lateness, hr_stream_next(&lateness));
            const int64_t tick = epoch + (int64_t)floor(late * HR_TICKS_PER_SECOND + 0.5);
            const uint32_t kept = hr_thinning_keeps(&thinning);
            if (tick >= (int64_t)prepared->first && tick < (int64_t)p->to)
                HR_TRY(add(writing, (hr_tick)tick, kept, err));
        }
    }
out:
    return st;
}

static hr_status arrivals_of_single(const hr_writing *writing, unsigned source, hr_err *err)
{
    const hr_prepared_source *prepared = &writing->prepared->sources[source];
    if (prepared->offset < writing->prepared->begin || prepared->offset >= writing->prepared->to)
        return HR_OK;
    hr_status st = HR_OK;
    hr_thinning thinning = hr_thinning_open(writing, source, source);
    hr_stream sizes;
    hr_stream_open(&sizes, writing->id, HR_PURPOSE_BATCH, source, writing->vector);
    const uint64_t n = (uint64_t)hr_sampler_draw(&prepared->count, hr_stream_next(&sizes));
    for (uint64_t i = 0; i < n; i++)
        HR_TRY(add(writing, prepared->offset, hr_thinning_keeps(&thinning), err));
out:
    return st;
}

hr_status hr_write_arrivals(const hr_writing *writing, unsigned source, hr_err *err)
{
    const hr_prepared_source *prepared = &writing->prepared->sources[source];
    if (prepared->first >= writing->prepared->to)
        return HR_OK;
    switch (prepared->drawn->kind) {
    case HR_SOURCE_POISSON:
    case HR_SOURCE_SINUSOID:
    case HR_SOURCE_PIECEWISE:
    case HR_SOURCE_POISSON_BATCH:
        return arrivals_of_rate(writing, source, err);
    case HR_SOURCE_CLOCK_BATCH:
        return arrivals_of_clock(writing, source, err);
    case HR_SOURCE_SINGLE_BATCH:
        return arrivals_of_single(writing, source, err);
    case HR_N_SOURCE_KINDS:
        break;
    }
    return HR_OK;
}
