/* Background lowers the ceilings: over means load > floor(ceiling - background), which is exact
 * for integer loads and any law of the background. */
#include <math.h>
#include <string.h>

#include "input/store.h"

/* Held background of server j, [n_resources] steps, real. */
static void add_held(const hr_writing *writing, unsigned item, double *held)
{
    const hr_configuration *c = writing->configuration;
    const hr_background *row = &c->background[item];
    hr_stream stream;
    hr_stream_open(&stream, writing->id, HR_PURPOSE_BACKGROUND, item, writing->vector);
    double drawn = 0.0;
    for (unsigned j = 0; j < c->n_servers; j++) {
        if (j == 0 || !row->shared)
            drawn =
                hr_sampler_draw(&writing->prepared->background[item].held, hr_stream_next(&stream));
        for (unsigned r = 0; r < c->n_resources; r++)
            held[r * c->n_servers + j] += drawn * row->cost[r] * writing->prepared->steps[r];
    }
}

static hr_status write_ceilings(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    const hr_configuration *c = writing->configuration;
    const size_t n = c->n_servers;
    HR_ROOM(in->ceiling, &in->store->ceiling, c->n_limits * n);
    HR_TRY(hr_room_grow(&in->store->reals, c->n_resources * n, sizeof(double), 0, err));
    double *held = in->store->reals.data;
    memset(held, 0, c->n_resources * n * sizeof *held);
    for (unsigned i = 0; i < c->n_background; i++) {
        if (c->background[i].kind == HR_BACKGROUND_HELD)
            add_held(writing, i, held);
    }
    for (unsigned l = 0; l < c->n_limits; l++) {
        for (unsigned j = 0; j < n; j++) {
            const double room =
                writing->prepared->ceiling[l * n + j] - held[c->limits[l].resource * n + j];
            in->ceiling[l * n + j] = (int64_t)floor(room);
        }
    }
out:
    return st;
}

/* Sessions that end within a step: Binomial(n, 1 - survive) by sequential inversion, one word. */
static uint32_t draw_ended(const hr_prepared_background *item, uint32_t n, uint32_t word)
{
    const double odds = (1.0 - item->survive) / item->survive;
    double chance = item->survive_all[n < item->n_survive_all ? n : item->n_survive_all - 1];
    double below = hr_uniform(word) - chance;
    uint32_t ended = 0;
    while (below >= 0.0 && ended < n) {
        chance *= odds * (double)(n - ended) / (double)(ended + 1);
        below -= chance;
        ended++;
    }
    return ended;
}

/* One item's path on one server: the exact M/M/infinity chain seen every step. */
static void write_path(const hr_writing *writing, const hr_prepared_background *item,
                       hr_stream *stream, uint16_t *sessions, size_t stride)
{
    const uint32_t most = item->n_survive_all - 1;
    uint32_t n = (uint32_t)hr_sampler_draw(&item->in_progress, hr_stream_next(stream));
    for (uint32_t s = 0; s < writing->input->n_steps; s++) {
        if (s > 0) {
            n -= draw_ended(item, n, hr_stream_next(stream));
            n += (uint32_t)hr_sampler_draw(&item->newcomers, hr_stream_next(stream));
        }
        n = n < most ? n : most; /* 12 standard deviations above the mean: never in practice */
        sessions[s * stride] = (uint16_t)n;
    }
}

static hr_status write_sessions(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    const hr_configuration *c = writing->configuration;
    const hr_prepared *p = writing->prepared;
    if (p->n_session_items == 0)
        return HR_OK;
    in->n_steps = (uint32_t)((in->to - in->begin + p->session_step - 1) / p->session_step);
    const size_t stride = (size_t)p->n_session_items * c->n_servers;
    HR_ROOM(in->sessions, &in->store->sessions, in->n_steps * stride);
    unsigned row = 0;
    for (unsigned i = 0; i < c->n_background; i++) {
        if (c->background[i].kind != HR_BACKGROUND_SESSIONS)
            continue;
        hr_stream stream;
        hr_stream_open(&stream, writing->id, HR_PURPOSE_SESSIONS, i, writing->vector);
        for (unsigned j = 0; j < c->n_servers; j++)
            write_path(writing, &p->background[i], &stream,
                       in->sessions + row * (size_t)c->n_servers + j, stride);
        row++;
    }
out:
    return st;
}

hr_status hr_write_background(const hr_writing *writing, bool draws_sessions, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(write_ceilings(writing, err));
    writing->input->n_steps = 0;
    if (draws_sessions)
        HR_TRY(write_sessions(writing, err));
out:
    return st;
}
