#include "input/tilting.h"

#include "base/order.h"
#include "input/clock.h"
#include "input/clustering.h"
#include "input/lasting.h"
#include "input/weight.h"

void hr_tilting_begin(hr_tilting *tilting, const hr_tilt *tilt, hr_input *input)
{
    *tilting = (hr_tilting){.tilt = tilt};
    input->weight = 1.0;
    input->control = 0.0;
    input->component = tilt != NULL ? tilt->n_components : 0;
}

/* ---- further meetings */

/* Words of each, as many whether it comes about or not. */
enum { KIND, MARK, PICK, FIRST, SECOND, KEEP, FOURTH, FIFTH, N_WORDS };

/* They are drawn, alive at `at`. */
typedef struct trying {
    const hr_writing *writing;
    const hr_tilt_component *component;
    hr_tick at, since;    /* or alive at any tick after `since` up to `at`, */
    bool starts;          /* or starting there */
    size_t stride;        /* from one kind of word to the next */
    const uint32_t *word; /* [N_WORDS * stride] */
    const double *length; /* [2 * stride] standard exponentials, of FIRST and SECOND */
} trying;

/* One of them. */
typedef struct life {
    hr_tick start, end;
} life;

static double real_of(const trying *t, unsigned kind, uint32_t i)
{
    return hr_uniform(t->word[kind * t->stride + i]);
}

static hr_tick duration_of(const hr_sampler *law, uint32_t word)
{
    return hr_duration_ticks(hr_sampler_draw(law, word));
}

/* The duration of one whose life, and a further `idle` seconds, hold an instant: the more likely
 * the longer both are, so by its length or not, in proportion. */
static hr_tick duration_about(const trying *t, unsigned class, double idle, uint32_t word,
                              double place)
{
    const hr_prepared_class *laws = &t->writing->prepared->classes[class];
    const bool by_length = !t->starts && place * (laws->mean_duration + idle) < laws->mean_duration;
    return duration_of(by_length ? &laws->alive : &laws->duration, word);
}

static double seconds_of(hr_tick ticks)
{
    return (double)ticks / HR_TICKS_PER_SECOND;
}

/* Of a rate: durations weighted by their length, ages uniform over them, as in past.c. */
static bool try_rate(const trying *t, const hr_prepared_source *source, unsigned class, uint32_t i,
                     life *out)
{
    const hr_prepared *p = t->writing->prepared;
    const hr_sampler *whole = &p->classes[class].duration;
    const hr_tick longer = t->at - t->since;
    if (whole->law.kind == HR_LAW_EXPONENTIAL && longer == 0) {
        /* its age and its rest are two of the same law */
        out->start = t->at + 1 - hr_duration_ticks(whole->p1 * t->length[i]);
        out->end = t->at + hr_duration_ticks(whole->p1 * t->length[t->stride + i]);
    } else {
        const hr_tick duration = duration_about(
            t, class, seconds_of(longer), t->word[FIRST * t->stride + i], real_of(t, FOURTH, i));
        const hr_tick most = (t->starts ? 0 : duration) + longer;
        out->start = t->at - (hr_tick)(real_of(t, SECOND, i) * (double)most);
        out->end = out->start + duration;
    }
    if (!hr_tilting_may_start(t->writing, source, out->start))
        return false;
    const double seconds = ((double)out->start - (double)HR_TICK_ZERO) / HR_TICKS_PER_SECOND;
    return source->drawn->kind == HR_SOURCE_POISSON ||
           real_of(t, KEEP, i) * source->greatest_rate < hr_source_rate(source->drawn, seconds);
}

/* Of a clock batch: candidates with the weight of the most epochs that a life can hold, kept by
 * those that it holds, as in past.c. */
static bool try_clock(const trying *t, const hr_prepared_source *source, unsigned class, uint32_t i,
                      life *out)
{
    const hr_writing *writing = t->writing;
    const hr_tick longer = t->at - t->since;
    const hr_tick duration = duration_about(t, class, seconds_of(source->period + longer),
                                            t->word[SECOND * t->stride + i], real_of(t, FIRST, i));
    const int64_t late = hr_lateness_ticks(source, t->word[FOURTH * t->stride + i]);
    const int64_t latest = (int64_t)t->at - late; /* epoch <= latest: has started */
    const hr_tick within = (t->starts ? 0 : duration) + longer;
    const int64_t first = hr_epoch_after(source, latest - (int64_t)within + 1);
    const int64_t epochs = hr_epoch_after(source, latest + 1) - first;
    const double most = (double)within / (double)source->period + 1.0;
    if (epochs <= 0 || real_of(t, KEEP, i) * most >= (double)epochs)
        return false;
    const int64_t number = first + (int64_t)(real_of(t, FIFTH, i) * (double)epochs);
    const int64_t epoch = (int64_t)source->offset + number * (int64_t)source->period;
    out->start = (hr_tick)(epoch + late);
    out->end = out->start + duration;
    const bool is_before = writing->configuration->start == HR_START_EMPTY &&
                           epoch < (int64_t)writing->prepared->begin;
    return !is_before && hr_tilting_may_start(t->writing, source, out->start);
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

bool hr_tilting_may_start(const hr_writing *writing, const hr_prepared_source *source,
                          hr_tick start)
{
    const hr_prepared *p = writing->prepared;
    const bool has_past =
        writing->configuration->start != HR_START_EMPTY && source->first <= p->begin;
    return has_past || start >= source->first;
}

hr_status hr_tilting_room(const hr_writing *writing, uint32_t more, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = writing->input->store;
    hr_tilting *tilting = writing->tilting;
    const size_t have = tilting->n_further, n = have + more + 1;
    HR_TRY(hr_room_grow(&store->further, n, sizeof *tilting->further, have, err));
    HR_TRY(hr_room_grow(&store->further_start, n, sizeof *tilting->start, have, err));
    tilting->further = store->further.data;
    tilting->start = store->further_start.data;
out:
    return st;
}

void hr_tilting_push(const hr_writing *writing, hr_tick start, hr_tick end, uint16_t stratum,
                     uint32_t mark, uint32_t pick)
{
    hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting->tilt;
    const hr_tilt_stratum *range = &tilt->strata[stratum];
    const uint16_t class = tilt->class_of_stratum[stratum];
    const int server = tilt->components[writing->input->component].server;
    const uint32_t word = (uint32_t)(range->first_word + (mark * range->n_words >> 32));
    tilting->start[tilting->n_further] = start;
    tilting->further[tilting->n_further++] = (hr_further){
        .end = end,
        .word = tilt->classes[class].descends ? ~word : word,
        .pick = pick_for(writing->prepared, server, pick),
        .class = class,
        .stratum = stratum,
        .leans = true,
    };
}

static bool try_one(const trying *t, uint32_t i, size_t kind)
{
    const hr_writing *writing = t->writing;
    const hr_tilt *tilt = writing->tilting->tilt;
    const uint16_t stratum = (uint16_t)(kind % tilt->n_strata);
    const unsigned class = tilt->class_of_stratum[stratum];
    const hr_prepared_source *source = &writing->prepared->sources[kind / tilt->n_strata];
    const bool is_clock = source->drawn->kind == HR_SOURCE_CLOCK_BATCH;
    life its;
    if (!(is_clock ? try_clock(t, source, class, i, &its) : try_rate(t, source, class, i, &its)))
        return false;
    if (t->at == tilt->check[0] && its.end <= t->at)
        return false; /* there is no instant before the first */
    hr_tilting_push(writing, its.start, its.end, stratum, t->word[MARK * t->stride + i],
                    t->word[PICK * t->stride + i]);
    return true;
}

/* Try one of this law until it comes about. */
static void add_one_large(trying *one, const hr_sampler *kind, hr_stream *stream, uint32_t *word,
                          double *length)
{
    do {
        for (unsigned i = 0; i < N_WORDS; i++)
            word[i] = hr_stream_next(stream);
        one->writing->vector->exponential(word + FIRST, 2, length);
    } while (!try_one(one, 0, hr_sampler_index(kind, word[KIND])));
}

/* As many further large meetings as the component has, the last of all first. */
static hr_status add_large(const trying *t, unsigned check, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_tilt_component *component = t->component;
    const hr_tick step = (hr_tick)1 << t->writing->tilting->tilt->step_bits;
    uint32_t word[N_WORDS];
    double length[2];
    trying one = {t->writing, component, t->at, t->at - step, false, 1, word, length};
    hr_stream stream;
    if (component->n_large == 0)
        return HR_OK;
    HR_TRY(hr_tilting_room(t->writing, component->n_large, err));
    hr_stream_open(&stream, t->writing->id, HR_PURPOSE_TILT, 4, t->writing->vector);
    one.starts = hr_uniform(hr_stream_next(&stream)) < component->last.begins[check];
    add_one_large(&one, one.starts ? &component->last.starts : &component->last.alive, &stream,
                  word, length);
    one.starts = false;
    for (unsigned n = 1; n < component->n_large; n++)
        add_one_large(&one, &component->large, &stream, word, length);
out:
    return st;
}

/* Is this replication the one of its turn that is drawn from the true laws? */
static bool is_untilted(hr_stream_id id)
{
    const uint64_t words[] = {id.seed, id.group, id.replication / HR_TILT_TURN, HR_PURPOSE_TILT};
    return hr_hash(words, 4) % HR_TILT_TURN == id.replication % HR_TILT_TURN;
}

/* The further meetings among the starts, in order where these are; else meetings.c sees to it. */
static hr_status put_starts(const hr_writing *writing, const hr_tick *start, uint32_t n,
                            hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = writing->input->store;
    hr_tilting *tilting = writing->tilting;
    HR_ROOM(tilting->place, &store->further_place, n + 1);
    if (store->starts.is_ascending) {
        HR_TRY(hr_room_grow(&store->place, n, sizeof(uint32_t), 0, err));
        HR_TRY(hr_room_grow(&store->work, HR_ORDER_WORK(n), sizeof(uint64_t), 0, err));
        HR_TRY(hr_order(start, n, store->place.data, store->work.data, err));
        HR_TRY(hr_starts_insert(&store->starts, start, store->place.data, n, tilting->place, err));
        return HR_OK;
    }
    for (uint32_t i = 0; i < n; i++)
        HR_TRY(hr_starts_add(&store->starts, (hr_start_row){.tick = start[i], .kept = UINT32_MAX},
                             err));
out:
    return st;
}

/* n of them are tried: single meetings, and whole batches. */
static hr_status add_further(const hr_writing *writing, trying *t, unsigned check,
                             hr_stream *stream, uint32_t n, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = writing->input->store;
    const hr_tilting *tilting = writing->tilting;
    const size_t n_blocks = (n + (size_t)HR_LANES - 1) / HR_LANES, stride = n_blocks * HR_LANES;
    const size_t n_alone = writing->configuration->n_sources * (size_t)tilting->tilt->n_strata;
    hr_clustering clustering = hr_clustering_open(writing, t->component);
    HR_TRY(hr_tilting_room(writing, n, err));
    HR_TRY(hr_room_grow(&store->words, N_WORDS * stride + 1, sizeof(uint32_t), 0, err));
    HR_TRY(hr_room_grow(&store->reals, 2 * stride + 1, sizeof(double), 0, err));
    t->stride = stride;
    t->word = store->words.data;
    t->length = store->reals.data;
    hr_stream_fill(stream, N_WORDS * n_blocks, store->words.data);
    writing->vector->exponential(t->word + FIRST * stride, 2 * stride, store->reals.data);
    for (uint32_t i = 0; i < n; i++) {
        const size_t kind = hr_sampler_index(&t->component->kind, t->word[KIND * stride + i]);
        if (kind < n_alone)
            try_one(t, i, kind);
        else /* which leaves room for those to come */
            HR_TRY(hr_clustering_try(&clustering, (unsigned)(kind - n_alone), n - i - 1, err));
    }
    HR_TRY(add_large(t, check, err));
    HR_TRY(put_starts(writing, tilting->start, tilting->n_further, err));
out:
    return st;
}

/* n further arrivals are tried, whose durations are yet to be drawn. */
static hr_status add_arrivals(const hr_writing *writing, const hr_tilt_component *component,
                              hr_stream *stream, uint32_t n, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = writing->input->store;
    const unsigned bits = component->pace->age_bits;
    const hr_tick most = writing->tilting->at - writing->prepared->begin;
    const size_t n_blocks = (n + (size_t)HR_LANES - 1) / HR_LANES, stride = n_blocks * HR_LANES;
    uint32_t n_starts = 0;
    HR_TRY(hr_room_grow(&store->words, 2 * stride + 1, sizeof(uint32_t), 0, err));
    HR_TRY(hr_room_grow(&store->reals, stride + 1, sizeof(hr_tick), 0, err));
    const uint32_t *word = store->words.data;
    hr_tick *start = store->reals.data;
    hr_stream_fill(stream, 2 * n_blocks, store->words.data);
    for (uint32_t i = 0; i < n; i++) {
        const hr_tick cell = hr_sampler_index(&component->kind, word[i]);
        const double within = hr_uniform(word[stride + i]) * (double)((hr_tick)1 << bits);
        const hr_tick age = (cell << bits) + (hr_tick)within;
        start[n_starts] = writing->tilting->at - age;
        n_starts += age <= most;
    }
    HR_TRY(put_starts(writing, start, n_starts, err));
out:
    return st;
}

hr_status hr_tilting_add(const hr_writing *writing, hr_err *err)
{
    hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting->tilt;
    trying t = {.writing = writing};
    hr_stream stream;
    uint32_t word[HR_LANES];
    if (tilt == NULL || is_untilted(writing->id))
        return HR_OK;
    hr_stream_open(&stream, writing->id, HR_PURPOSE_TILT, 0, writing->vector);
    hr_stream_fill(&stream, 1, word);
    const size_t c = hr_sampler_index(&tilt->component, word[0]);
    writing->input->component = (uint32_t)c;
    t.component = &tilt->components[c];
    const unsigned check = (unsigned)hr_sampler_index(&t.component->when, word[1]);
    t.since = t.at = tilt->check[check];
    tilting->at = t.at;
    if (tilt->lasting && t.component->pace == NULL)
        return HR_OK;
    const uint32_t n = (uint32_t)hr_sampler_draw(&t.component->number, word[2]);
    return tilt->lasting ? add_arrivals(writing, t.component, &stream, n, err)
                         : add_further(writing, &t, check, &stream, n, err);
}

void hr_tilting_find(const hr_writing *writing, const uint32_t *place)
{
    hr_tilting *tilting = writing->tilting;
    const uint32_t n = writing->input->n_meetings, first = n - tilting->n_further;
    for (uint32_t i = 0; tilting->n_further > 0 && i < n; i++) {
        if (place[i] >= first)
            tilting->place[place[i] - first] = i;
    }
}

void hr_tilting_put(const hr_writing *writing)
{
    const hr_tilting *tilting = writing->tilting;
    hr_input *in = writing->input;
    for (uint32_t f = 0; f < tilting->n_further; f++) {
        const hr_further *further = &tilting->further[f];
        in->end[tilting->place[f]] = further->end;
        if (tilting->tilt->n_classes > 1)
            in->class_of[tilting->place[f]] = further->class;
    }
}

/* ---- marks */

/* The same words that loads.c will draw. */
static hr_status mark_loads(const hr_writing *writing, unsigned resource, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting->tilt;
    hr_input *in = writing->input;
    const size_t n_blocks = (in->n_meetings + (size_t)HR_LANES - 1) / HR_LANES;
    hr_stream stream;
    HR_TRY(hr_room_grow(&in->store->words, n_blocks * HR_LANES, sizeof(uint32_t), 0, err));
    const uint32_t *words = in->store->words.data;
    hr_stream_open(&stream, writing->id, HR_PURPOSE_LOAD, resource, writing->vector);
    hr_stream_fill(&stream, n_blocks, in->store->words.data);
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const unsigned class = in->class_of[i];
        if (tilt->classes[class].resource != (int)resource)
            continue;
        const double load =
            hr_sampler_draw(&writing->prepared->classes[class].load[resource], words[i]);
        const int64_t mark = (int64_t)(load * writing->prepared->steps[resource] + 0.5);
        tilting->stratum[i] = (uint16_t)hr_tilt_stratum_of(tilt, class, mark);
    }
out:
    return st;
}

static void mark_sizes(const hr_writing *writing)
{
    const hr_input *in = writing->input;
    const hr_tilt *tilt = writing->tilting->tilt;
    for (uint32_t i = 0; i < in->n_meetings; i++) {
        const unsigned class = in->class_of[i];
        if (tilt->classes[class].resource < 0)
            writing->tilting->stratum[i] = (uint16_t)hr_tilt_stratum_of(tilt, class, in->size[i]);
    }
}

/* Strata of all meetings. */
static hr_status mark_all(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting->tilt;
    HR_ROOM(tilting->stratum, &writing->input->store->stratum, writing->input->n_meetings + 1);
    mark_sizes(writing);
    for (unsigned r = 0; r < writing->configuration->n_resources; r++) {
        bool is_mark = false;
        for (unsigned k = 0; k < tilt->n_classes; k++)
            is_mark = is_mark || tilt->classes[k].resource == (int)r;
        if (is_mark)
            HR_TRY(mark_loads(writing, r, err));
    }
    for (uint32_t f = 0; f < tilting->n_further; f++) {
        if (tilting->further[f].leans)
            tilting->stratum[tilting->place[f]] = tilting->further[f].stratum;
    }
out:
    return st;
}

/* What the further meetings are, where the words of the others would make them something else. */
static void mark_further(const hr_writing *writing)
{
    hr_input *in = writing->input;
    const hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting->tilt;
    for (uint32_t f = 0; f < tilting->n_further; f++) {
        const hr_further *further = &tilting->further[f];
        const uint32_t meeting = tilting->place[f];
        if (!further->leans)
            continue;
        if (tilt->by_server)
            in->pick[meeting] = further->pick;
        if (tilt->classes[further->class].resource < 0)
            in->size[meeting] = (uint32_t)hr_sampler_draw(
                &writing->prepared->classes[further->class].size, further->word);
    }
}

void hr_tilting_force(const hr_writing *writing, unsigned resource, uint32_t *words)
{
    const hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting != NULL ? tilting->tilt : NULL;
    for (uint32_t f = 0; tilt != NULL && f < tilting->n_further; f++) {
        const hr_further *further = &tilting->further[f];
        if (further->leans && tilt->classes[further->class].resource == (int)resource)
            words[tilting->place[f]] = further->word;
    }
}

hr_status hr_tilting_mark(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_tilting *tilting = writing->tilting;
    const hr_tilt *tilt = tilting->tilt;
    hr_input *in = writing->input;
    if (tilt == NULL)
        return HR_OK;
    mark_further(writing);
    if (!hr_weight_needs_sizes_alone(writing))
        HR_TRY(mark_all(writing, err));
    if (tilt->lasting && in->component < tilt->n_components)
        hr_lasting_lean(writing);
    HR_TRY(tilt->lasting ? hr_lasting_weigh(writing, err) : hr_weight_write(writing, err));
out:
    return st;
}
