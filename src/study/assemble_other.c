/* What all pools beside the first have in common. */
#include <string.h>

#include "study/assemble_pool.h"

void hr_assemble_times(const hr_configuration *first, hr_configuration *c)
{
    c->start = first->start;
    c->from = first->from;
    c->length = first->length;
    c->n_periods = first->n_periods;
    c->warm_up = first->warm_up;
    c->session_step = first->session_step;
    c->n_durations = first->n_durations;
    memcpy(c->min_episode, first->min_episode, sizeof c->min_episode);
    c->observe_every = first->observe_every;
    c->n_observed = first->n_observed;
    c->backlog = first->backlog;
    memcpy(c->observed, first->observed, sizeof c->observed);
}

hr_status hr_assemble_when_full(const hr_params *params, const hr_pool_keys *keys, hr_arena *arena,
                                hr_configuration *c, hr_err *err)
{
    hr_status st = HR_OK;
    double *weight = NULL;
    const bool refuses = hr_params_get(params, keys->when_full)->choice == 1;
    HR_TAKE(weight, arena, c->n_servers);
    for (unsigned j = 0; j < c->n_servers; j++)
        weight[j] = 1.0 / c->n_servers;
    c->weight = weight;
    c->admission = refuses ? HR_ADMISSION_NONE_FITS : HR_ADMISSION_NONE;
    c->admission_level = HR_LEVEL_HIGHEST;
out:
    return st;
}
