#include "input/outages.h"

#include "base/order.h"

/* Streams of HR_PURPOSE_FAILURE: one for who goes out, then one for each server. */
enum { STREAM_WHICH, STREAM_SERVER };

typedef struct outages {
    const hr_writing *writing;
    hr_outage *list; /* [n] as they are found */
    uint32_t n;
} outages;

static hr_status add(outages *o, hr_tick tick, hr_outage_kind kind, unsigned server, hr_err *err)
{
    hr_status st = HR_OK;
    hr_room *room = &o->writing->input->store->outages;
    if (tick >= o->writing->prepared->to)
        return HR_OK;
    HR_TRY(hr_room_grow(room, o->n + (size_t)1, sizeof *o->list, o->n, err));
    o->list = room->data;
    o->list[o->n++] = (hr_outage){tick, kind, server};
out:
    return st;
}

static bool goes_before(hr_which which, const uint32_t *word, unsigned a, unsigned b)
{
    if (which != HR_WHICH_RANDOM)
        return which == HR_WHICH_LAST ? a > b : a < b;
    return word[a] != word[b] ? word[a] < word[b] : a < b;
}

/* Servers in the order in which they go out: [n_servers]. */
static void rank_servers(const hr_writing *writing, unsigned *order)
{
    const unsigned n = writing->configuration->n_servers;
    uint32_t word[HR_MAX_SERVERS];
    hr_stream stream;
    hr_stream_open(&stream, writing->id, HR_PURPOSE_FAILURE, STREAM_WHICH, writing->vector);
    for (unsigned j = 0; j < n; j++) {
        word[j] = hr_stream_next(&stream);
        unsigned place = j;
        for (; place > 0 &&
               goes_before(writing->configuration->failures->which, word, j, order[place - 1]);
             place--)
            order[place] = order[place - 1];
        order[place] = j;
    }
}

/* Servers that are out all the time, and others for a while. */
static hr_status add_planned(outages *o, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_failures *f = o->writing->configuration->failures;
    const hr_prepared_failures *p = &o->writing->prepared->failures;
    unsigned order[HR_MAX_SERVERS] = {0};
    rank_servers(o->writing, order);
    for (unsigned i = 0; i < f->n_down; i++)
        HR_TRY(add(o, 0, HR_OUTAGE_OUT, order[i], err));
    for (unsigned i = f->n_down; i < f->n_down + f->n_out; i++) {
        if (p->drain_at < p->out_at)
            HR_TRY(add(o, p->drain_at, HR_OUTAGE_DRAIN, order[i], err));
        HR_TRY(add(o, p->out_at, HR_OUTAGE_OUT, order[i], err));
        HR_TRY(add(o, p->back_at, HR_OUTAGE_BACK, order[i], err));
        if (p->drain_at < p->out_at)
            HR_TRY(add(o, p->back_at, HR_OUTAGE_DRAINED, order[i], err));
    }
out:
    return st;
}

/* A server fails and is repaired, again and again, independently of the others: in equilibrium
 * unless the pool begins empty. Up times are exponential, so what is left of one is like a new one;
 * what is left of a repair is a uniform part of one weighted by its length. */
static hr_status add_failures(outages *o, unsigned server, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = o->writing->configuration;
    const hr_prepared_failures *p = &o->writing->prepared->failures;
    const double repair = hr_law_mean(&c->failures->repair);
    hr_tick tick = o->writing->prepared->begin;
    hr_stream stream;
    hr_stream_open(&stream, o->writing->id, HR_PURPOSE_FAILURE, STREAM_SERVER + server,
                   o->writing->vector);
    const double u = hr_uniform(hr_stream_next(&stream));
    const double weighted = hr_sampler_draw(&p->repair_weighted, hr_stream_next(&stream));
    const double left = weighted * hr_uniform(hr_stream_next(&stream));
    if (c->start != HR_START_EMPTY && u * (c->failures->every + repair) < repair) {
        HR_TRY(add(o, tick, HR_OUTAGE_OUT, server, err));
        tick += hr_duration_ticks(left);
        HR_TRY(add(o, tick, HR_OUTAGE_BACK, server, err));
    }
    while (tick < o->writing->prepared->to) {
        tick += hr_duration_ticks(hr_sampler_draw(&p->up, hr_stream_next(&stream)));
        HR_TRY(add(o, tick, HR_OUTAGE_OUT, server, err));
        tick += hr_duration_ticks(hr_sampler_draw(&p->repair, hr_stream_next(&stream)));
        HR_TRY(add(o, tick, HR_OUTAGE_BACK, server, err));
    }
out:
    return st;
}

static hr_status add_pool(outages *o, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_failures *f = o->writing->configuration->failures;
    const hr_prepared_failures *p = &o->writing->prepared->failures;
    if (f->back_end_for > 0.0) {
        HR_TRY(add(o, p->witness_out_at, HR_OUTAGE_WITNESS_OUT, 0, err));
        HR_TRY(add(o, p->witness_back_at, HR_OUTAGE_WITNESS_BACK, 0, err));
    }
    if (f->partner > 0.0) {
        HR_TRY(add(o, p->partner_at, HR_OUTAGE_PARTNER_LOST, 0, err));
        HR_TRY(add(o, p->take_over_at, HR_OUTAGE_TAKE_OVER, 0, err));
    }
out:
    return st;
}

/* In order of time, those of one tick as they were found. */
static hr_status put_in_order(const outages *o, const hr_outage **list, hr_err *err)
{
    hr_status st = HR_OK;
    struct hr_input_store *store = o->writing->input->store;
    uint64_t *tick = NULL, *work = NULL;
    uint32_t *place = NULL;
    hr_outage *ordered = NULL;
    HR_ROOM(tick, &store->words, o->n + (size_t)1);
    HR_ROOM(place, &store->place, o->n + (size_t)1);
    HR_ROOM(work, &store->work, HR_ORDER_WORK(o->n));
    HR_ROOM(ordered, &store->outages_in_order, o->n + (size_t)1);
    for (uint32_t i = 0; i < o->n; i++)
        tick[i] = o->list[i].tick;
    HR_TRY(hr_order(tick, o->n, place, work, err));
    for (uint32_t i = 0; i < o->n; i++)
        ordered[i] = o->list[place[i]];
    *list = ordered;
out:
    return st;
}

hr_status hr_outages_draw(const hr_writing *writing, const hr_outage **list, uint32_t *n,
                          hr_err *err)
{
    hr_status st = HR_OK;
    outages o = {.writing = writing};
    HR_TRY(add_planned(&o, err));
    for (unsigned j = 0;
         writing->configuration->failures->every > 0.0 && j < writing->configuration->n_servers;
         j++)
        HR_TRY(add_failures(&o, j, err));
    HR_TRY(add_pool(&o, err));
    HR_TRY(put_in_order(&o, list, err));
    *n = o.n;
out:
    return st;
}
