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

/* What is held of all items, [n_resources * n_servers] steps. */
static hr_status draw_held(const hr_writing *writing, double **held, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = writing->configuration;
    const size_t n = c->n_resources * (size_t)c->n_servers;
    HR_ROOM(*held, &writing->input->store->reals, n);
    memset(*held, 0, n * sizeof **held);
    for (unsigned i = 0; i < c->n_background; i++) {
        if (c->background[i].kind == HR_BACKGROUND_HELD)
            add_held(writing, i, *held);
    }
out:
    return st;
}

static hr_status write_ceilings(const hr_writing *writing, const double *held, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    const hr_configuration *c = writing->configuration;
    const size_t n = c->n_servers;
    HR_ROOM(in->ceiling, &in->store->ceiling, c->n_limits * n);
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

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* One word for the sessions at the first step, two for each step after it. */
size_t hr_words_of_path(uint32_t n_steps)
{
    return 2 * (size_t)n_steps - 1;
}

/* One item on all servers: the exact M/M/infinity chain seen every step. A server's words stand
 * together, two for each step after the first: endings and newcomers. Servers take their steps
 * side by side, because each step waits for the one before it. */
static hr_status write_paths(const hr_writing *writing, unsigned number, const uint32_t *word,
                             uint16_t *sessions, size_t stride, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_prepared_background *item = &writing->prepared->background[number];
    hr_endings *endings = &writing->input->store->endings[number];
    const unsigned n_servers = writing->configuration->n_servers;
    const size_t n_words = hr_words_of_path(writing->input->n_steps);
    const hr_sampler *newcomers = &item->newcomers;
    const uint32_t fewest = (uint32_t)newcomers->value[0]; /* the others follow one by one */
    const uint32_t most = item->n_survive_all - 1;
    HR_TRY(hr_endings_begin(endings, item, err));
    for (unsigned j = 0; j < n_servers; j++) {
        const uint32_t n = (uint32_t)hr_sampler_draw(&item->in_progress, word[j * n_words]);
        sessions[j] = (uint16_t)least(n, most);
    }
    for (size_t s = 1; s < writing->input->n_steps; s++) {
        const uint16_t *before = sessions + (s - 1) * stride;
        for (unsigned j = 0; j < n_servers; j++) {
            const uint32_t *own = word + j * n_words + 2 * s - 1;
            uint32_t n = before[j];
            n -= hr_endings_of(endings, item, n, own[0]);
            n += fewest + (uint32_t)hr_sampler_index(newcomers, own[1]);
            sessions[s * stride + j] = (uint16_t)least(n, most);
        }
    }
out:
    return st;
}

static hr_status write_sessions(const hr_writing *writing, hr_err *err)
{
    hr_status st = HR_OK;
    hr_input *in = writing->input;
    const hr_configuration *c = writing->configuration;
    const hr_prepared *p = writing->prepared;
    uint32_t *word = NULL;
    if (p->n_session_items == 0)
        return HR_OK;
    in->n_steps = (uint32_t)((in->to - in->begin + p->session_step - 1) / p->session_step);
    const size_t stride = (size_t)p->n_session_items * c->n_servers;
    const size_t n_blocks =
        (c->n_servers * hr_words_of_path(in->n_steps) + HR_LANES - 1) / HR_LANES;
    HR_ROOM(in->sessions, &in->store->sessions, in->n_steps * stride);
    HR_ROOM(word, &in->store->words, n_blocks * HR_LANES);
    unsigned row = 0;
    for (unsigned i = 0; i < c->n_background; i++) {
        if (c->background[i].kind != HR_BACKGROUND_SESSIONS)
            continue;
        hr_stream stream;
        hr_stream_open(&stream, writing->id, HR_PURPOSE_SESSIONS, i, writing->vector);
        hr_stream_fill(&stream, n_blocks, word);
        uint16_t *sessions = in->sessions + row * (size_t)c->n_servers;
        HR_TRY(in->n_changes > 0 ? hr_write_rehomed(writing, i, word, sessions, stride, err)
                                 : write_paths(writing, i, word, sessions, stride, err));
        row++;
    }
out:
    return st;
}

hr_status hr_write_background(const hr_writing *writing, bool draws_sessions, hr_err *err)
{
    hr_status st = HR_OK;
    double *held = NULL;
    writing->input->n_steps = writing->input->n_changes = 0;
    HR_TRY(draw_held(writing, &held, err));
    HR_TRY(hr_failures_happen(writing->configuration->failures)
               ? hr_write_failures(writing, held, err)
               : write_ceilings(writing, held, err));
    if (draws_sessions)
        HR_TRY(write_sessions(writing, err));
out:
    return st;
}
