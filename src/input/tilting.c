#include "input/tilting.h"

#include <math.h>
#include <string.h>

#include "base/real.h"
#include "input/clock.h"
#include "input/lasting.h"

#define NEGLIGIBLE                                                                                 \
    (-30.0) /* exponents of terms that change no weight by 1e-9: the density is 0.1 and more */

void hr_tilting_begin(hr_tilting *tilting, const hr_tilt *tilt, hr_input *input)
{
    *tilting = (hr_tilting){.tilt = tilt};
    input->weight = 1.0;
    input->component = tilt != NULL ? tilt->n_components : 0;
}

/* ---- further meetings */

/* One of them being drawn, alive at `at`. */
typedef struct trying {
    const hr_writing *writing;
    hr_stream stream;
    const hr_tilt_component *component;
    hr_tick at;
} trying;

static double next_real(trying *t)
{
    return hr_uniform(hr_stream_next(&t->stream));
}

static hr_tick duration_of(const hr_sampler *law, uint32_t word)
{
    return hr_duration_ticks(hr_sampler_draw(law, word));
}

/* Did the source bring anything then? */
static bool may_start(const trying *t, const hr_prepared_source *source, hr_tick start)
{
    const hr_prepared *p = t->writing->prepared;
    const bool has_past =
        t->writing->configuration->start != HR_START_EMPTY && source->first <= p->begin;
    return has_past || start >= source->first;
}

/* Of a rate: durations weighted by their length, ages uniform over them, as in past.c. The number
 * of words does not depend on them. */
static bool try_rate(trying *t, const hr_prepared_source *source, unsigned class, hr_start_row *row)
{
    const hr_prepared *p = t->writing->prepared;
    const hr_sampler *whole = &p->classes[class].duration;
    const uint32_t first = hr_stream_next(&t->stream), second = hr_stream_next(&t->stream);
    const double keep = next_real(t);
    (void)hr_stream_next(&t->stream);
    (void)hr_stream_next(&t->stream);
    if (whole->law.kind == HR_LAW_EXPONENTIAL) { /* its age and its rest are two of the same law */
        row->tick = t->at + 1 - duration_of(whole, first);
        row->end = t->at + duration_of(whole, second);
    } else {
        const hr_tick duration = duration_of(&p->classes[class].alive, first);
        row->tick = t->at - (hr_tick)(hr_uniform(second) * (double)duration);
        row->end = row->tick + duration;
    }
    if (!may_start(t, source, row->tick))
        return false;
    const double seconds = ((double)row->tick - (double)HR_TICK_ZERO) / HR_TICKS_PER_SECOND;
    return source->drawn->kind == HR_SOURCE_POISSON ||
           keep * source->greatest_rate < hr_source_rate(source->drawn, seconds);
}

/* Of a clock batch: candidates with the weight of the most epochs that a life can hold, kept by
 * those that it holds, as in past.c. */
static bool try_clock(trying *t, const hr_prepared_source *source, unsigned class,
                      hr_start_row *row)
{
    const hr_writing *writing = t->writing;
    const hr_prepared_class *laws = &writing->prepared->classes[class];
    const double period_s = (double)source->period / HR_TICKS_PER_SECOND;
    const double by_length = laws->mean_duration / (laws->mean_duration + period_s);
    const bool weighted = next_real(t) < by_length;
    const hr_tick duration =
        duration_of(weighted ? &laws->alive : &laws->duration, hr_stream_next(&t->stream));
    const int64_t late = hr_lateness_ticks(source, hr_stream_next(&t->stream));
    const double keep = next_real(t), place = next_real(t);
    const int64_t latest = (int64_t)t->at - late; /* epoch <= latest: has started */
    const int64_t first = hr_epoch_after(source, latest - (int64_t)duration + 1);
    const int64_t epochs = hr_epoch_after(source, latest + 1) - first;
    const double most = (double)duration / (double)source->period + 1.0;
    if (epochs <= 0 || keep * most >= (double)epochs)
        return false;
    const int64_t number = first + (int64_t)(place * (double)epochs);
    const int64_t epoch = (int64_t)source->offset + number * (int64_t)source->period;
    row->tick = (hr_tick)(epoch + late);
    row->end = row->tick + duration;
    const bool is_before = writing->configuration->start == HR_START_EMPTY &&
                           epoch < (int64_t)writing->prepared->begin;
    return !is_before && may_start(t, source, row->tick);
}

/* A pick that sends the meeting to this server when placed at random. */
static uint32_t pick_for(const hr_prepared *prepared, int server, uint32_t word)
{
    if (server < 0)
        return word;
    const uint64_t from = server == 0 ? 0 : (uint64_t)prepared->weight[server - 1] + 1;
    const uint64_t n = (uint64_t)prepared->weight[server] + 1 - from;
    return (uint32_t)(from + (word * n >> 32));
}

static void try_one(trying *t, hr_tilting *tilting)
{
    const hr_writing *writing = t->writing;
    const hr_tilt *tilt = tilting->tilt;
    const size_t kind = hr_sampler_index(&t->component->kind, hr_stream_next(&t->stream));
    const uint16_t stratum = (uint16_t)(kind % tilt->n_strata);
    const unsigned class = tilt->class_of_stratum[stratum];
    const hr_prepared_source *source = &writing->prepared->sources[kind / tilt->n_strata];
    const hr_tilt_stratum *range = &tilt->strata[stratum];
    const uint32_t mark = hr_stream_next(&t->stream), pick = hr_stream_next(&t->stream);
    hr_start_row row = {.class_of = (uint16_t) class, .kept = HR_KEPT_FURTHER(tilting->n_further)};
    const bool is_clock = source->drawn->kind == HR_SOURCE_CLOCK_BATCH;
    if (!(is_clock ? try_clock(t, source, class, &row) : try_rate(t, source, class, &row)))
        return;
    tilting->row[tilting->n_further] = row;
    const uint32_t word = (uint32_t)(range->first_word + (mark * range->n_words >> 32));
    tilting->further[tilting->n_further++] = (hr_further){
        .word = tilt->classes[class].descends ? ~word : word,
        .pick = pick_for(writing->prepared, t->component->server, pick),
        .stratum = stratum,
    };
}

/* Is this replication the one of its turn that is drawn from the true laws? */
static bool is_untilted(hr_stream_id id)
{
    const uint64_t words[] = {id.seed, id.group, id.replication / HR_TILT_TURN, HR_PURPOSE_TILT};
    return hr_hash(words, 4) % HR_TILT_TURN == id.replication % HR_TILT_TURN;
}

hr_status hr_tilting_add(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting->tilt;
    hr_starts *starts = &writing->input->store->starts;
    trying t = {.writing = writing};
    if (tilt == NULL || is_untilted(writing->id))
        return HR_OK;
    hr_stream_open(&t.stream, writing->id, HR_PURPOSE_TILT, 0, writing->vector);
    const size_t c = hr_sampler_index(&tilt->component, hr_stream_next(&t.stream));
    writing->input->component = (uint32_t)c;
    t.component = &tilt->components[c];
    t.at = tilt->check[hr_sampler_index(&t.component->when, hr_stream_next(&t.stream))];
    tilting->at = t.at;
    if (tilt->lasting)
        return HR_OK;
    const uint32_t n = (uint32_t)hr_sampler_draw(&t.component->number, hr_stream_next(&t.stream));
    HR_ROOM(tilting->further, &writing->input->store->further, n + 1);
    HR_ROOM(tilting->row, &writing->input->store->work, n + 1);
    for (uint32_t i = 0; i < n; i++)
        try_one(&t, tilting);
    if (starts->is_ascending)
        return hr_starts_insert(starts, tilting->row, tilting->n_further, err);
    for (uint32_t i = 0; i < tilting->n_further; i++)
        HR_TRY(hr_starts_add(starts, tilting->row[i], err));
out:
    return st;
}

/* ---- marks */

/* Number of a further meeting, or n_further. */
static uint32_t further_of(const hr_writing *writing, uint32_t meeting)
{
    const uint32_t *kept = writing->input->store->kept;
    const uint32_t n = writing->tilting->n_further;
    if (kept == NULL || kept[meeting] == HR_KEPT_ALL || kept[meeting] <= 1)
        return n;
    return (kept[meeting] >> 1) - 1;
}

hr_status hr_tilting_mark(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting->tilt;
    hr_input *in = writing->input;
    if (tilt == NULL)
        return HR_OK;
    HR_ROOM(tilting->stratum, &in->store->stratum, in->n_meetings + 1);
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const unsigned class = in->class_of[i];
        const uint32_t f = further_of(writing, i);
        const bool is_size = tilt->classes[class].resource < 0;
        if (f < tilting->n_further) {
            const hr_further *further = &tilting->further[f];
            tilting->stratum[i] = further->stratum;
            if (tilt->by_server)
                in->pick[i] = further->pick;
            if (is_size)
                in->size[i] = (uint32_t)hr_sampler_draw(&writing->prepared->classes[class].size,
                                                        further->word);
        } else if (is_size) {
            tilting->stratum[i] = (uint16_t)hr_tilt_stratum_of(tilt, class, in->size[i]);
        }
    }
    if (tilt->lasting && in->component < tilt->n_components)
        hr_lasting_lean(writing);
out:
    return st;
}

void hr_tilting_force(const hr_writing *writing, unsigned resource, uint32_t *words)
{
    const hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting != NULL ? tilting->tilt : NULL;
    const hr_input *in = writing->input;
    for (uint32_t i = 0; tilt != NULL && i < in->n_meetings; i++) {
        const unsigned class = in->class_of[i];
        const uint32_t f = further_of(writing, i);
        if (tilt->classes[class].resource != (int)resource)
            continue;
        if (f < tilting->n_further) {
            words[i] = tilting->further[f].word;
            continue;
        }
        const double load =
            hr_sampler_draw(&writing->prepared->classes[class].load[resource], words[i]);
        const int64_t mark = (int64_t)(load * writing->prepared->steps[resource] + 0.5);
        tilting->stratum[i] = (uint16_t)hr_tilt_stratum_of(tilt, class, mark);
    }
}

/* ---- weight */

/* The first check at or after `tick`; n_checks when there is none. Checks are evenly spaced but for
 * rounding. */
static unsigned check_after(const hr_tilt *tilt, double per_tick, hr_tick tick)
{
    const unsigned n = tilt->n_checks;
    if (tick <= tilt->check[0])
        return 0;
    if (tick > tilt->check[n - 1])
        return n;
    /* right but for rounding: no more than one off */
    unsigned u = (unsigned)((double)(tick - tilt->check[0]) * per_tick);
    u += u < n && tilt->check[u] < tick;
    u += u < n && tilt->check[u] < tick;
    u -= u > 0 && tilt->check[u - 1] >= tick;
    return u;
}

static int server_of(const hr_writing *writing, uint32_t pick)
{
    const uint32_t *threshold = writing->prepared->weight;
    unsigned low = 0, high = writing->configuration->n_servers - 1;
    while (low < high) {
        const unsigned middle = (low + high) / 2;
        if (pick <= threshold[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return (int)low;
}

/* The rows of sums that there are: a component each, or those of a server (of all) in one when they
 * are in proportion. */
static unsigned n_rows(const hr_writing *writing)
{
    const hr_tilt *tilt = writing->tilting->tilt;
    if (!tilt->is_linear)
        return tilt->n_components;
    return tilt->by_server ? writing->configuration->n_servers : 1;
}

/* leaning[row * (n_checks + 1) + u]: by how much the row's sum grows from check u - 1 to u. */
static void add_one(const hr_writing *writing, uint32_t meeting, unsigned from, unsigned to,
                    double *leaning)
{
    const hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting->tilt;
    const unsigned stratum = tilting->stratum[meeting];
    const size_t n = tilt->n_checks + 1;
    const int server = tilt->by_server ? server_of(writing, writing->input->pick[meeting]) : -1;
    if (tilt->is_linear) {
        double *row = leaning + (server < 0 ? 0 : (size_t)server) * n;
        row[from] += tilt->strata[stratum].load;
        row[to] -= tilt->strata[stratum].load;
        return;
    }
    for (unsigned c = 0; c < tilt->n_components; c++) {
        if (tilt->components[c].server != server)
            continue;
        leaning[c * n + from] += tilt->components[c].lean[stratum];
        leaning[c * n + to] -= tilt->components[c].lean[stratum];
    }
}

static void add_leaning(const hr_writing *writing, double *leaning)
{
    const hr_input *in = writing->input;
    const hr_tilt *tilt = writing->tilting->tilt;
    const unsigned n = tilt->n_checks;
    const uint32_t *kept = in->store->kept;
    const hr_tick length = tilt->check[n - 1] - tilt->check[0];
    const double per_tick = length > 0 ? (double)(n - 1) / (double)length : 0.0;
    unsigned from = 0;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        while (from < n && tilt->check[from] < in->start[i])
            from++; /* starts are ascending */
        const unsigned to = check_after(tilt, per_tick, in->end[i]);
        if (to > from && (kept == NULL || kept[i] != 0))
            add_one(writing, i, from, to, leaning);
    }
}

hr_status hr_tilting_weigh(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_tilt *tilt = writing->tilting->tilt;
    double *leaning = NULL;
    if (tilt == NULL)
        return HR_OK;
    if (tilt->lasting)
        return hr_lasting_weigh(writing, err);
    const size_t n = tilt->n_checks, cells = n_rows(writing) * (n + 1);
    HR_ROOM(leaning, &writing->input->store->leaning, cells);
    memset(leaning, 0, cells * sizeof *leaning);
    add_leaning(writing, leaning);
    double density = HR_TILT_UNTILTED;
    for (unsigned c = 0; c < tilt->n_components; c++) {
        const hr_tilt_component *component = &tilt->components[c];
        const size_t together = component->server < 0 ? 0 : (size_t)component->server;
        const double *row = leaning + (tilt->is_linear ? together : c) * (n + 1);
        const double slope = tilt->is_linear ? component->theta : 1.0;
        double sum = 0.0;
        for (size_t u = 0; u < n; u++) {
            sum += row[u];
            const double exponent = slope * sum + component->log_scale;
            density += exponent > NEGLIGIBLE ? hr_exp(exponent) : 0.0;
        }
    }
    writing->input->weight = 1.0 / density;
out:
    return st;
}
