/* Random placement: laws of the servers at an instant, and what outcomes ask of them. */
#include <math.h>

#include "exact/load_at.h"
#include "exact/question.h"
#include "exact/split.h"
#include "model/prepared.h"

typedef struct asking {
    const hr_question *question;
    unsigned n_resources; /* that decide: one or two */
    unsigned resource[2];
    hr_loads loads[2];
    double *ceiling[2]; /* [n_servers] steps */
    double *rate;       /* [n_classes] */
    hr_arena scratch;   /* of one instant */
} asking;

/* ---- which ceilings */

static bool is_about_probe(hr_quantity_kind kind)
{
    return kind >= HR_QUANTITY_FITS && kind <= HR_QUANTITY_NOWHERE;
}

/* Ceilings of a level with the probe's load taken off; infinite where the level has none. */
static double probe_ceiling(const hr_question *question, unsigned resource, unsigned j)
{
    const hr_configuration *c = question->configuration;
    const hr_prepared *prepared = c->prepared;
    double lowest = HUGE_VAL;
    for (unsigned l = 0; l < c->n_limits; l++) {
        if (c->limits[l].level == (int)question->quantity.level &&
            c->limits[l].resource == resource)
            lowest = fmin(lowest, prepared->ceiling[l * c->n_servers + j]);
    }
    const int64_t load = prepared->probe[question->quantity.probe * c->n_resources + resource];
    return lowest - (double)load;
}

static double ceiling_of(const hr_question *question, unsigned resource, unsigned j)
{
    const hr_quantity *q = &question->quantity;
    if (is_about_probe(q->kind))
        return probe_ceiling(question, resource, j);
    if (q->kind == HR_QUANTITY_LARGEST_LOAD)
        return resource == q->resource
                   ? question->configuration->prepared
                         ->full[resource * question->configuration->n_servers + j]
                   : HUGE_VAL;
    return hr_quantity_ceiling(question->configuration, q->criterion, resource, j);
}

static hr_status find_ceilings(asking *a, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = a->question->configuration;
    for (unsigned r = 0; r < c->n_resources; r++) {
        if (isinf(ceiling_of(a->question, r, 0)))
            continue;
        if (a->n_resources == 2) {
            *why = "more than two resources decide";
            return HR_OK;
        }
        double *ceiling = NULL;
        HR_TAKE(ceiling, a->question->arena, c->n_servers);
        for (unsigned j = 0; j < c->n_servers; j++)
            ceiling[j] = ceiling_of(a->question, r, j);
        a->resource[a->n_resources] = r;
        a->ceiling[a->n_resources++] = ceiling;
    }
    if (a->n_resources == 0)
        *why = "there is no such ceiling";
out:
    return st;
}

/* ---- one resource, one instant */

/* Episodes of any server begin at the rate at which one is put over while no other is. */
static double any_episodes(const hr_split *split, const double *server, const double *over)
{
    double sum = 0.0;
    for (unsigned j = 0; j < split->n; j++) {
        double others = 1.0;
        for (unsigned i = 0; i < split->n; i++)
            others *= i == j ? 1.0 : 1.0 - over[i];
        sum += server[j] * others;
    }
    return sum;
}

/* Rate at which arrivals put server j over, 1/s. */
static double crossing_rate(const asking *a, const hr_split *split, unsigned j)
{
    const hr_configuration *c = a->question->configuration;
    const hr_loads *loads = &a->loads[0];
    const double weight = c->n_servers == 1 ? 1.0 : c->weight[j];
    double sum = 0.0;
    for (size_t i = 0; i < loads->n_shares; i++) {
        const hr_load_share *s = &loads->shares[i];
        if (s->load > 0)
            sum += a->rate[s->class] * s->share *
                   hr_room_crossed(&split->room[j], split->load[j], s->load);
    }
    return weight * sum;
}

static hr_status episodes(asking *a, const hr_split *split, double *value, const char **why,
                          hr_err *err)
{
    hr_status st = HR_OK;
    const hr_quantity *q = &a->question->quantity;
    double *server = NULL, *over = NULL;
    const bool is_any = q->kind == HR_QUANTITY_EPISODES || q->kind == HR_QUANTITY_LENGTH;
    if (split->n > 1 && is_any && split->room[0].is_random && split->room[0].is_shared) {
        *why = "servers share random background";
        return HR_OK;
    }
    HR_TAKE(server, &a->scratch, split->n);
    HR_TAKE(over, &a->scratch, split->n);
    for (unsigned j = 0; j < split->n; j++) {
        if (!is_any && j != q->server)
            continue;
        over[j] = hr_split_over_server(split, j);
        server[j] = crossing_rate(a, split, j);
    }
    value[0] = is_any ? any_episodes(split, server, over) : server[q->server];
    value[1] = is_any ? hr_split_any(over, split->n) : over[q->server];
out:
    return st;
}

/* P(a probe fits server j): added up itself, since it may be as small as any tail. */
static double fits(const hr_split *split, unsigned j)
{
    const hr_room *room = &split->room[j];
    double sum = 0.0;
    for (size_t k = 0; k < split->load[j]->n; k++) {
        const double left = room->ceiling - (double)k * (double)split->load[j]->span;
        if (room->is_random)
            sum += split->load[j]->p[k] * (1.0 - hr_room_taken(room, left));
        else if (left >= 0.0)
            sum += split->load[j]->p[k];
    }
    return fmin(sum, 1.0);
}

/* The server drawn is over with the probe, or all are: rare numbers are no differences from 1. */
static double does_not_fit(const hr_configuration *c, const hr_split *split, hr_quantity_kind kind)
{
    double drawn = 0.0, all = 1.0;
    for (unsigned j = 0; j < split->n; j++) {
        const double over = hr_split_over_server(split, j);
        drawn += (split->n == 1 ? 1.0 : c->weight[j]) * over;
        all *= over;
    }
    return kind == HR_QUANTITY_FITS_NOWHERE ? all : drawn;
}

static hr_status probe(asking *a, const hr_split *split, double *value, const char **why,
                       hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = a->question->configuration;
    double *q = NULL, chosen = 0.0, every = 1.0, sum = 0.0;
    if (split->n > 1 && split->room[0].is_random && split->room[0].is_shared) {
        *why = "servers share random background";
        return HR_OK;
    }
    HR_TAKE(q, &a->scratch, split->n);
    for (unsigned j = 0; j < split->n; j++) {
        q[j] = fits(split, j);
        chosen += (split->n == 1 ? 1.0 : c->weight[j]) * q[j];
        every *= q[j];
        sum += q[j];
    }
    const double some = hr_split_any(q, split->n);
    switch (a->question->quantity.kind) {
    case HR_QUANTITY_FITS:
        value[0] = chosen;
        break;
    case HR_QUANTITY_FITS_SOMEWHERE:
        value[0] = some;
        break;
    case HR_QUANTITY_FITS_EVERYWHERE:
        value[0] = every;
        break;
    case HR_QUANTITY_FITS_SERVERS:
        value[0] = sum / split->n;
        break;
    case HR_QUANTITY_MISPLACED:
        value[0] = some - chosen;
        break;
    case HR_QUANTITY_DOES_NOT_FIT:
    case HR_QUANTITY_FITS_NOWHERE:
        value[0] = does_not_fit(c, split, a->question->quantity.kind);
        break;
    default:
        if (split->n > 1)
            *why = "room left over on several servers";
        value[0] = hr_split_over_server(split, 0);
    }
out:
    return st;
}

static hr_status count_over(asking *a, const hr_split *split, double *value, const char **why,
                            hr_err *err)
{
    hr_status st = HR_OK;
    const hr_quantity *q = &a->question->quantity;
    double *exactly = NULL;
    HR_TAKE(exactly, &a->scratch, split->n + 1);
    HR_TRY(hr_split_over(split, &a->scratch, exactly, why, err));
    const bool is_mean = q->kind == HR_QUANTITY_SERVERS_OVER || q->kind == HR_QUANTITY_SERVER_HOURS;
    const unsigned least = q->kind == HR_QUANTITY_AT_LEAST_OVER ? q->at_least : 1;
    value[0] = 0.0;
    for (unsigned j = 0; is_mean && j < split->n; j++)
        value[0] += hr_split_over_server(split, j);
    for (unsigned k = split->n; !is_mean && k >= least && k > 0; k--)
        value[0] += exactly[k];
out:
    return st;
}

static hr_status of_split(asking *a, const hr_split *split, double *value, const char **why,
                          hr_err *err)
{
    const hr_quantity *q = &a->question->quantity;
    switch (q->kind) {
    case HR_QUANTITY_SERVER_OVER:
        value[0] = hr_split_over_server(split, q->server);
        return HR_OK;
    case HR_QUANTITY_LARGEST_LOAD:
        return hr_split_largest(split, &a->scratch, value, err);
    case HR_QUANTITY_EPISODES:
    case HR_QUANTITY_EPISODES_SERVER:
    case HR_QUANTITY_LENGTH:
    case HR_QUANTITY_LENGTH_SERVER:
        return episodes(a, split, value, why, err);
    default:
        return is_about_probe(q->kind) ? probe(a, split, value, why, err)
                                       : count_over(a, split, value, why, err);
    }
}

static hr_status at_one(asking *a, double t, double *value, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_question *q = a->question;
    hr_split split;
    const hr_load_asked asked = {q->configuration, &a->loads[0], 1.0, t};
    HR_TRY(hr_split_make(&asked, a->ceiling[0], q->effort, &a->scratch, &split, why, err));
    if (*why == NULL)
        HR_TRY(of_split(a, &split, value, why, err));
out:
    return st;
}

static hr_status at(void *context, double t, double *value, const char **why, hr_err *err)
{
    asking *a = context;
    const hr_configuration *c = a->question->configuration;
    hr_arena_reset(&a->scratch);
    hr_instant_rates(c, t, a->rate);
    const hr_quantity_kind kind = a->question->quantity.kind;
    if (a->rate[0] < 0.0 && kind >= HR_QUANTITY_EPISODES && kind <= HR_QUANTITY_LENGTH_SERVER) {
        *why = "meetings come in batches";
        return HR_OK;
    }
    return at_one(a, t, value, why, err);
}

/* ---- the method */

static bool is_known(hr_quantity_kind kind)
{
    return kind <= HR_QUANTITY_LENGTH_SERVER || kind == HR_QUANTITY_LARGEST_LOAD ||
           is_about_probe(kind);
}

/* Numbers of one server, or means over servers: what servers have to do with each other is no
 * matter.
 */
static bool is_linear(hr_quantity_kind kind)
{
    return kind == HR_QUANTITY_SERVER_OVER || kind == HR_QUANTITY_SERVERS_OVER ||
           kind == HR_QUANTITY_SERVER_HOURS || kind == HR_QUANTITY_FITS ||
           kind == HR_QUANTITY_FITS_SERVERS || kind == HR_QUANTITY_DOES_NOT_FIT;
}

static const char *decline(const hr_question *question)
{
    const hr_configuration *c = question->configuration;
    const char *why = hr_instant_decline(c);
    if (why == NULL && !hr_question_is_random(question))
        why = "where meetings go depends on what is there";
    if (why == NULL && c->n_servers > 1 && !is_linear(question->quantity.kind))
        why = hr_instant_decline_counts(c);
    return why != NULL ? why : hr_load_at_decline(c);
}

/* From per second and shares of time to the outcome's unit. */
static void put_answer(const hr_question *question, const double *mean, hr_exact *answer)
{
    switch (question->quantity.kind) {
    case HR_QUANTITY_SERVER_HOURS:
        answer->value = mean[0] * question->configuration->length / 3600.0;
        break;
    case HR_QUANTITY_EPISODES:
    case HR_QUANTITY_EPISODES_SERVER:
        answer->value = mean[0] * 3600.0;
        break;
    case HR_QUANTITY_LENGTH:
    case HR_QUANTITY_LENGTH_SERVER:
        answer->value = mean[1] / mean[0];
        break;
    case HR_QUANTITY_LARGEST_LOAD:
        answer->value =
            mean[0] / question->configuration->prepared->steps[question->quantity.resource];
        break;
    default:
        answer->value = mean[0];
    }
}

hr_status hr_exact_by_split(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    asking a = {.question = question};
    double mean[HR_MOST_AVERAGED];
    if (!is_known(question->quantity.kind))
        return HR_OK;
    answer->why = decline(question);
    if (answer->why != NULL)
        return HR_OK;
    HR_TAKE(a.rate, question->arena, c->n_classes);
    HR_TRY(find_ceilings(&a, &answer->why, err));
    if (answer->why == NULL && a.n_resources > 1)
        answer->why = "several resources decide";
    for (unsigned i = 0; i < a.n_resources && answer->why == NULL; i++)
        HR_TRY(hr_loads_make(c, a.resource[i], question->effort, question->arena, &a.loads[i],
                             &answer->why, err));
    if (answer->why != NULL)
        goto out;
    const hr_averaging averaging = {
        c, question->quantity.when, question->quantity.time, 2, question->effort, at, &a};
    HR_TRY(hr_average(&averaging, question->arena, mean, &answer->error, &answer->why, err));
    put_answer(question, mean, answer);
    answer->error += 1e-11;
out:
    hr_arena_free(&a.scratch);
    return st;
}
