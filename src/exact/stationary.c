#include "exact/stationary.h"

#include <math.h>

#include "base/real.h"

#define GOAL     1e-12
#define ACCEPTED 1e-9

/* Rates into each state, and out of it. */
typedef struct inflow {
    size_t n;
    uint32_t *start; /* [n + 1] */
    uint32_t *from;
    double *rate;
    double *out; /* [n] */
} inflow;

static void count_rows(const hr_chain_rows *rows, size_t n, uint32_t *start)
{
    for (size_t i = 0; i < n; i++) {
        for (uint32_t e = rows->start[i]; e < rows->start[i + 1]; e++)
            start[rows->to[e] + 1] += rows->to[e] != i;
    }
}

static void put_rows(const hr_chain_rows *rows, double factor, inflow *in, uint32_t *place)
{
    for (size_t i = 0; i < in->n; i++) {
        for (uint32_t e = rows->start[i]; e < rows->start[i + 1]; e++) {
            if (rows->to[e] == i)
                continue;
            const uint32_t at = place[rows->to[e]]++;
            in->from[at] = (uint32_t)i;
            in->rate[at] = factor * rows->weight[e];
            in->out[i] += factor * rows->weight[e];
        }
    }
}

static hr_status make_inflow(const hr_chain *chain, double arrivals, hr_arena *arena, inflow *in,
                             hr_err *err)
{
    hr_status st = HR_OK;
    const size_t n = chain->n_states;
    uint32_t *place = NULL;
    in->n = n;
    HR_TAKE(in->start, arena, n + 1);
    HR_TAKE(place, arena, n + 1);
    HR_TAKE(in->out, arena, n);
    count_rows(&chain->arrive, n, in->start);
    count_rows(&chain->leave, n, in->start);
    for (size_t i = 0; i < n; i++) {
        in->start[i + 1] += in->start[i];
        place[i + 1] = in->start[i + 1];
    }
    HR_TAKE(in->from, arena, in->start[n]);
    HR_TAKE(in->rate, arena, in->start[n]);
    put_rows(&chain->arrive, arrivals, in, place);
    put_rows(&chain->leave, 1.0, in, place);
out:
    return st;
}

static double update(const inflow *in, double *pi, size_t j)
{
    double sum = 0.0;
    for (uint32_t e = in->start[j]; e < in->start[j + 1]; e++)
        sum += pi[in->from[e]] * in->rate[e];
    const double now = in->out[j] > 0.0 ? sum / in->out[j] : pi[j];
    const double change = fabs(now - pi[j]) / (now > 1e-290 ? now : 1.0);
    pi[j] = now;
    return change;
}

/* There and back again: arrivals carry upwards, departures down. */
static double sweep(const inflow *in, double *pi)
{
    double change = 0.0;
    for (size_t j = 0; j < in->n; j++)
        (void)update(in, pi, j);
    for (size_t j = in->n; j-- > 0;)
        change = fmax(change, update(in, pi, j));
    return change;
}

static void give_levels(const hr_chain *chain, double *pi, const double *level, double *sum,
                        unsigned n_levels)
{
    for (unsigned k = 0; k < n_levels; k++)
        sum[k] = 0.0;
    for (size_t i = 0; i < chain->n_states; i++)
        sum[chain->total[i]] += pi[i];
    for (size_t i = 0; i < chain->n_states; i++)
        pi[i] *= level[chain->total[i]] / sum[chain->total[i]];
}

static void normalise(double *pi, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += pi[i];
    for (size_t i = 0; i < n; i++)
        pi[i] /= sum;
}

/* Mean number in progress per arrival a second: the time that a meeting lasts. */
static double mean_duration(const hr_chain_model *model)
{
    double mean = 0.0;
    for (unsigned k = 0; k < model->n_kinds; k++) {
        for (int t = (int)model->kind[k].type; t >= 0; t = model->type[t].next)
            mean += model->kind[k].share / model->type[t].rate;
    }
    return mean;
}

hr_status hr_stationary(const hr_chain *chain, double arrivals, const hr_exact_effort *effort,
                        hr_arena *arena, double **probability, double *change, const char **why,
                        hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena scratch = {0};
    inflow in = {0};
    double *pi = NULL, *level = NULL, *sum = NULL;
    unsigned most = 0;
    const hr_chain_model *m = &chain->model;
    const bool has_levels = !m->refuses && (m->cycle == 1 || m->n_servers > 1);
    HR_TRY(make_inflow(chain, arrivals, &scratch, &in, err));
    for (size_t i = 0; i < in.n; i++)
        most = chain->total[i] > most ? chain->total[i] : most;
    HR_TAKE(pi, arena, in.n);
    HR_TAKE(level, &scratch, most + 1);
    HR_TAKE(sum, &scratch, most + 1);
    hr_poisson_weights(arrivals * mean_duration(m), 0.0, most + 1, level);
    normalise(level, most + 1);
    for (size_t i = 0; i < in.n; i++)
        pi[i] = fmax(level[chain->total[i]], 1e-280);
    const double sweeps = effort->work / (2.0 * in.start[in.n] + 1.0);
    *change = 1.0;
    for (double s = 0.0; s<sweeps && * change> GOAL; s += 1.0) {
        *change = sweep(&in, pi);
        if (has_levels)
            give_levels(chain, pi, level, sum, most + 1);
        else
            normalise(pi, in.n);
    }
    if (*change > ACCEPTED)
        *why = "the equations of its states take too long to solve";
    *probability = pi;
out:
    hr_arena_free(&scratch);
    return st;
}
