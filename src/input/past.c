/* The past: meetings alive when a stationary or periodic window begins to be simulated, drawn
 * from their exact law, as if the arrivals had gone on for ever.
 *
 * Rates          M/G/inf: a Poisson number, durations weighted by their length, ages uniform over
 *                them (Takacs 1962); a varying rate thins by rate(start) / greatest rate.
 * Poisson counts A clock batch with independent Poisson counts is a Poisson process on epochs,
 *                lateness and duration. For lateness L and duration D the meeting is alive at t if
 *                its epoch lies in (t - L - D, t - L). That holds fewer than D / period + 1
 *                epochs: candidates are drawn with that weight (D weighted by length, or plain),
 *                kept with probability (epochs within) / (D / period + 1), and given one of the
 *                epochs at random.
 * Other counts   The past is drawn in full, as far back as a meeting may last (all but 2^-40).
 */
#include <math.h>

#include "input/clock.h"
#include "input/store.h"

/* The past of one source being drawn. */
typedef struct hr_past {
    const hr_writing *writing;
    const hr_prepared_source *source;
    hr_stream stream;
    hr_thinning thinning;
} hr_past;

/* A meeting that started before `begin`. */
static hr_status add(hr_past *past, hr_tick start, hr_tick duration, uint16_t class, uint32_t kept,
                     hr_err *err)
{
    const hr_start_row row = {start, start + duration, class, kept};
    return hr_starts_add(&past->writing->input->store->starts, row, err);
}

/* One candidate found in progress: class and duration, weighted by length. */
static uint16_t draw_alive(const hr_writing *writing, hr_stream *stream, hr_tick *duration)
{
    const hr_prepared *p = writing->prepared;
    const uint16_t class = (uint16_t)hr_sampler_index(&p->class_alive, hr_stream_next(stream));
    *duration =
        hr_duration_ticks(hr_sampler_draw(&p->classes[class].alive, hr_stream_next(stream)));
    return class;
}

static hr_status past_of_rate(hr_past *past, hr_err *err)
{
    hr_status st = HR_OK;
    hr_stream *stream = &past->stream;
    const hr_writing *writing = past->writing;
    const hr_prepared_source *prepared = past->source;
    const hr_source *row = prepared->drawn;
    const hr_tick begin = writing->prepared->begin;
    const uint64_t n = (uint64_t)hr_sampler_draw(&prepared->alive, hr_stream_next(stream));
    for (uint64_t i = 0; i < n; i++) {
        hr_tick duration = 0;
        const uint16_t class = draw_alive(writing, stream, &duration);
        const double place = hr_uniform(hr_stream_next(stream));
        const double keep = hr_uniform(hr_stream_next(stream));
        const uint32_t kept = hr_thinning_keeps(&past->thinning);
        if (duration < 2)
            continue; /* started before `begin` and ends after it: at least two ticks */
        const hr_tick start = begin - 1 - (hr_tick)(place * (double)(duration - 1));
        if (row->kind != HR_SOURCE_POISSON) {
            const double t = ((double)start - (double)HR_TICK_ZERO) / HR_TICKS_PER_SECOND;
            if (keep * prepared->greatest_rate >= hr_source_rate(row, t))
                continue;
        }
        HR_TRY(add(past, start, duration, class, kept, err));
    }
out:
    return st;
}

static hr_status past_of_clock(hr_past *past, hr_err *err)
{
    hr_status st = HR_OK;
    hr_stream *stream = &past->stream;
    const hr_writing *writing = past->writing;
    const hr_prepared_source *prepared = past->source;
    const hr_prepared *p = writing->prepared;
    const double period_s = (double)prepared->period / HR_TICKS_PER_SECOND;
    const double by_length = p->mean_duration / (p->mean_duration + period_s);
    const uint64_t n = (uint64_t)hr_sampler_draw(&prepared->alive, hr_stream_next(stream));
    for (uint64_t i = 0; i < n; i++) {
        const bool weighted = hr_uniform(hr_stream_next(stream)) < by_length;
        hr_tick duration = 0;
        uint16_t class = draw_alive(writing, stream, &duration);
        if (!weighted) {
            class = (uint16_t)hr_sampler_index(&p->class_of, hr_stream_next(stream));
            duration = hr_duration_ticks(
                hr_sampler_draw(&p->classes[class].duration, hr_stream_next(stream)));
        }
        const int64_t late = hr_lateness_ticks(prepared, hr_stream_next(stream));
        const double keep = hr_uniform(hr_stream_next(stream));
        const double place = hr_uniform(hr_stream_next(stream));
        const uint32_t kept = hr_thinning_keeps(&past->thinning);
        const int64_t latest = (int64_t)p->begin - late; /* epoch < latest: started before */
        const int64_t first = hr_epoch_after(prepared, latest - (int64_t)duration + 1);
        const int64_t epochs = hr_epoch_after(prepared, latest) - first;
        const double most = (double)duration / (double)prepared->period + 1.0;
        if (epochs <= 0 || keep * most >= (double)epochs)
            continue;
        const int64_t epoch = first + (int64_t)(place * (double)epochs);
        const hr_tick start =
            (hr_tick)((int64_t)prepared->offset + epoch * (int64_t)prepared->period + late);
        HR_TRY(add(past, start, duration, class, kept, err));
    }
out:
    return st;
}

/* `count` meetings of one past batch, those still alive at `begin` added. */
static hr_status past_batch(hr_past *past, hr_tick epoch, bool is_late, uint32_t kept, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared *p = past->writing->prepared;
    hr_stream *stream = &past->stream;
    const uint64_t n = (uint64_t)hr_sampler_draw(&past->source->count, hr_stream_next(stream));
    for (uint64_t i = 0; i < n; i++) {
        const uint16_t class = (uint16_t)hr_sampler_index(&p->class_of, hr_stream_next(stream));
        const hr_tick duration =
            hr_duration_ticks(hr_sampler_draw(&p->classes[class].duration, hr_stream_next(stream)));
        const uint32_t word = hr_stream_next(stream);
        const int64_t late = is_late ? hr_lateness_ticks(past->source, word) : 0;
        const hr_tick start = (hr_tick)((int64_t)epoch + late);
        const uint32_t own = kept & hr_thinning_keeps(&past->thinning);
        if (start < p->begin && start + duration > p->begin)
            HR_TRY(add(past, start, duration, class, own, err));
    }
out:
    return st;
}

static hr_tick full_history(const hr_prepared_source *prepared)
{
    return hr_duration_ticks(prepared->history) + prepared->latest;
}

static hr_status past_of_clock_in_full(hr_past *past, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared_source *prepared = past->source;
    const int64_t begin = (int64_t)past->writing->prepared->begin;
    const int64_t last = hr_epoch_after(prepared, begin + (int64_t)prepared->earliest);
    for (int64_t k = hr_epoch_after(prepared, begin - (int64_t)full_history(prepared)); k < last;
         k++)
        HR_TRY(past_batch(past,
                          (hr_tick)((int64_t)prepared->offset + k * (int64_t)prepared->period),
                          true, UINT32_MAX, err));
out:
    return st;
}

/* Batches are kept as one. */
static hr_status past_of_batches(hr_past *past, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared_source *prepared = past->source;
    const hr_tick begin = past->writing->prepared->begin;
    const double gap_s = 1.0 / prepared->drawn->rate;
    const double ticks = gap_s * HR_TICKS_PER_SECOND;
    hr_thinning batches = past->thinning;
    past->thinning.is_needed = false;
    hr_tick epoch = begin;
    for (;;) {
        double exponential = 0.0;
        const uint32_t word = hr_stream_next(&past->stream);
        past->writing->vector->exponential(&word, 1, &exponential);
        const double step = exponential * ticks + 0.5;
        if (step > (double)(full_history(prepared) - (begin - epoch)))
            break;
        epoch -= (hr_tick)step;
        const uint32_t kept = hr_thinning_keeps(&batches);
        if (epoch < begin)
            HR_TRY(past_batch(past, epoch, false, kept, err));
    }
out:
    return st;
}

hr_status hr_write_past(const hr_writing *writing, unsigned source, hr_err *err)
{
    const hr_prepared_source *prepared = &writing->prepared->sources[source];
    if (writing->configuration->start == HR_START_EMPTY ||
        prepared->first > writing->prepared->begin)
        return HR_OK;
    hr_past past = {.writing = writing,
                    .source = prepared,
                    .thinning = hr_thinning_open(writing, source, HR_KEEP_PAST + source)};
    hr_stream_open(&past.stream, writing->id, HR_PURPOSE_HISTORY, source, writing->vector);
    switch (prepared->drawn->kind) {
    case HR_SOURCE_POISSON:
    case HR_SOURCE_SINUSOID:
    case HR_SOURCE_PIECEWISE:
        return prepared->alive_mean > 0.0 ? past_of_rate(&past, err) : HR_OK;
    case HR_SOURCE_CLOCK_BATCH:
        if (!prepared->poisson_count)
            return past_of_clock_in_full(&past, err);
        return prepared->alive_mean > 0.0 ? past_of_clock(&past, err) : HR_OK;
    case HR_SOURCE_POISSON_BATCH:
        return prepared->drawn->rate > 0.0 ? past_of_batches(&past, err) : HR_OK;
    case HR_SOURCE_SINGLE_BATCH:
        if (prepared->offset < writing->prepared->begin)
            return past_batch(&past, prepared->offset, false, UINT32_MAX, err);
        break;
    case HR_N_SOURCE_KINDS:
        break;
    }
    return HR_OK;
}
