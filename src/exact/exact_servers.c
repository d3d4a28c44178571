/* Random placement again, where a server's probability to be over is not read off a lattice of one
 * resource: two resources that decide together, and meetings whose load has a gamma law. */
#include <math.h>

#include "base/real.h"
#include "exact/load_at.h"
#include "exact/pair.h"
#include "exact/question.h"
#include "exact/split.h"
#include "model/prepared.h"

typedef struct asking asking;
/* P(server j is over) where `alive` meetings are in progress in the pool. */
typedef hr_status (*over_of)(asking *a, unsigned j, double *over, const char **why, hr_err *err);

struct asking {
    const hr_question *question;
    over_of over;
    unsigned resource[2];
    hr_pair_jumps pairs;
    double *alive;
    hr_arena scratch; /* of one instant */
};

static bool is_asked(hr_quantity_kind kind)
{
    return kind <= HR_QUANTITY_SERVER_HOURS;
}

static double weight_of(const hr_configuration *c, unsigned j)
{
    return c->n_servers == 1 ? 1.0 : c->weight[j];
}

/* Ceiling of server j on a resource, constant background taken off. */
static double room_of(const asking *a, unsigned r, unsigned j, const char **why)
{
    const hr_question *q = a->question;
    return hr_quantity_ceiling(q->configuration, q->quantity.criterion, a->resource[r], j) -
           hr_question_background(q, a->resource[r], why);
}

static bool is_like_before(const asking *a, unsigned j)
{
    const hr_configuration *c = a->question->configuration;
    const char *unused = NULL;
    if (j == 0 || c->weight[j] > c->weight[j - 1] || c->weight[j] < c->weight[j - 1])
        return false;
    for (unsigned r = 0; r < 2; r++) {
        const double here = room_of(a, r, j, &unused), before = room_of(a, r, j - 1, &unused);
        if (here > before || here < before)
            return false;
    }
    return true;
}

static hr_status at(void *context, double t, double *value, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    asking *a = context;
    const hr_configuration *c = a->question->configuration;
    const hr_quantity *q = &a->question->quantity;
    double *p = NULL, *exactly = NULL;
    hr_arena_reset(&a->scratch);
    HR_TAKE(p, &a->scratch, c->n_servers);
    HR_TAKE(exactly, &a->scratch, c->n_servers + 1);
    hr_instant_alive(c, t, a->alive);
    for (unsigned j = 0; j < c->n_servers && *why == NULL; j++) {
        if (is_like_before(a, j))
            p[j] = p[j - 1];
        else
            HR_TRY(a->over(a, j, &p[j], why, err));
    }
    if (*why != NULL)
        return HR_OK;
    hr_split_count(p, c->n_servers, exactly);
    const bool is_mean = q->kind >= HR_QUANTITY_SERVERS_OVER;
    value[0] = 0.0;
    for (unsigned j = 0; j < c->n_servers && is_mean; j++)
        value[0] += p[j];
    const unsigned least = q->kind == HR_QUANTITY_AT_LEAST_OVER ? q->at_least : 1;
    for (unsigned k = c->n_servers; k >= least && !is_mean; k--)
        value[0] += exactly[k];
    if (q->kind == HR_QUANTITY_SERVER_OVER)
        value[0] = p[q->server];
out:
    return st;
}

static const char *decline(const hr_question *question)
{
    const char *why = hr_instant_decline(question->configuration);
    if (why == NULL && !hr_question_is_random(question))
        why = "where meetings go depends on what is there";
    return why == NULL ? hr_instant_decline_counts(question->configuration) : why;
}

static hr_status answer_with(asking *a, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_question *question = a->question;
    const hr_configuration *c = question->configuration;
    double mean[HR_MOST_AVERAGED];
    const hr_averaging averaging = {
        c, question->quantity.when, question->quantity.time, 1, question->effort, at, a};
    HR_TAKE(a->alive, question->arena, c->n_classes);
    HR_TRY(hr_average(&averaging, question->arena, mean, &answer->error, &answer->why, err));
    answer->value =
        mean[0] * (question->quantity.kind == HR_QUANTITY_SERVER_HOURS ? c->length / 3600.0 : 1.0);
    answer->error += 1e-11;
out:
    hr_arena_free(&a->scratch);
    return st;
}

/* ---- two resources */

static int64_t whole(double steps)
{
    return steps < 0.0 ? -1 : (int64_t)fmin(floor(steps), 0x1p60);
}

static hr_status pair_over(asking *a, unsigned j, double *over, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_question *q = a->question;
    const int64_t above[2] = {whole(room_of(a, 0, j, why)), whole(room_of(a, 1, j, why))};
    double *own = NULL;
    if (*why != NULL)
        return HR_OK;
    HR_TAKE(own, &a->scratch, q->configuration->n_classes);
    for (unsigned k = 0; k < q->configuration->n_classes; k++)
        own[k] = a->alive[k] * weight_of(q->configuration, j);
    HR_TRY(hr_pair_over(&a->pairs, own, above, q->effort, &a->scratch, over, why, err));
out:
    return st;
}

hr_status hr_exact_by_pair(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    asking a = {.question = question, .over = pair_over};
    unsigned resource[HR_MAX_RESOURCES];
    if (!is_asked(question->quantity.kind) ||
        hr_quantity_resources(c, question->quantity.criterion, resource) != 2)
        return HR_OK;
    a.resource[0] = resource[0];
    a.resource[1] = resource[1];
    answer->why = decline(question);
    if (answer->why == NULL)
        HR_TRY(hr_pair_jumps_make(c, a.resource, question->arena, &a.pairs, &answer->why, err));
    if (answer->why == NULL)
        HR_TRY(answer_with(&a, answer, err));
out:
    return st;
}

/* ---- gamma loads */

/* n loads of shape s and one scale together have shape n s: a sum of positive terms, upwards from n
 * = 1 until what is left of the Poisson law cannot matter. */
static hr_status gamma_over(asking *a, unsigned j, double *over, const char **why, hr_err *err)
{
    const hr_configuration *c = a->question->configuration;
    const hr_law *law = &c->classes[0].load[a->resource[0]];
    const double shape = law->kind == HR_LAW_EXPONENTIAL ? 1.0
                         : law->kind == HR_LAW_ERLANG    ? law->b
                                                         : 1.0 / (law->b * law->b);
    const double scale = law->a / shape;
    const double room = room_of(a, 0, j, why) / c->prepared->steps[a->resource[0]] / scale;
    double mean = 0.0, sum = 0.0;
    (void)err;
    for (unsigned k = 0; k < c->n_classes; k++)
        mean += weight_of(c, j) * a->alive[k];
    *over = 1.0;
    if (room < 0.0 || !(mean > 0.0)) {
        *over = room < 0.0 ? 1.0 : 0.0;
        return HR_OK;
    }
    for (double n = 1.0; n < 1e6; n += 1.0) {
        const double weight = hr_exp(n * hr_log(mean) - mean - hr_lgamma(n + 1.0));
        sum += weight * hr_gamma_q(n * shape, room);
        if (n > mean && weight < 1e-18 * sum)
            break;
    }
    *over = fmin(sum, 1.0);
    return HR_OK;
}

/* Does every meeting load with the same gamma law, and nothing else? */
static bool has_gamma_loads(const hr_configuration *c, unsigned r)
{
    for (unsigned k = 0; k < c->n_classes; k++) {
        const hr_class *class = &c->classes[k];
        if (class->load == NULL || !hr_law_equals(&class->load[r], &c->classes[0].load[r]) ||
            c->from_size > 0 || c->below_size > 0)
            return false;
        for (unsigned p = 0; p < class->n_profiles; p++) {
            const hr_prepared_profile *profile = &c->prepared->classes[k].profiles[p];
            bool is_free = profile->cost[r] == 0;
            for (unsigned i = 0; i < profile->n_kinds; i++)
                is_free = is_free && profile->kind_cost[i * c->n_resources + r] == 0;
            if (!is_free)
                return false;
        }
    }
    const hr_law_kind kind = c->classes[0].load[r].kind;
    return kind == HR_LAW_EXPONENTIAL || kind == HR_LAW_ERLANG || kind == HR_LAW_GAMMA;
}

hr_status hr_exact_by_gamma(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    asking a = {.question = question, .over = gamma_over};
    unsigned resource[HR_MAX_RESOURCES];
    if (!is_asked(question->quantity.kind) ||
        hr_quantity_resources(c, question->quantity.criterion, resource) != 1 ||
        !has_gamma_loads(c, resource[0]))
        return HR_OK;
    a.resource[0] = a.resource[1] = resource[0];
    answer->why = decline(question);
    if (answer->why == NULL)
        HR_TRY(answer_with(&a, answer, err));
out:
    return st;
}
