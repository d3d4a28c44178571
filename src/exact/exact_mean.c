/* Means and variances of what is in progress, and the pool's total: the same under every rule. */
#include <math.h>

#include "exact/load_at.h"
#include "exact/question.h"
#include "model/prepared.h"

typedef struct asking {
    const hr_question *question;
    hr_loads loads;
    double *alive;
    hr_arena scratch;
} asking;

/* ---- means */

/* Do all servers carry alike in the mean: a rule that does not tell them apart? */
static bool are_alike(const hr_configuration *c)
{
    for (unsigned j = 1; j < c->n_servers; j++) {
        for (unsigned r = 0; r < c->n_resources; r++) {
            if (c->prepared->full[r * c->n_servers + j] > c->prepared->full[r * c->n_servers] ||
                c->prepared->full[r * c->n_servers + j] < c->prepared->full[r * c->n_servers])
                return false;
        }
    }
    return c->placement.rule != HR_RULE_RANDOM && c->placement.unit == HR_UNIT_MEETING &&
           (c->placement.ties == HR_TIES_UNIFORM || c->placement.rule == HR_RULE_ROUND_ROBIN) &&
           !c->placement.reports_staggered;
}

/* The server's share of the pool's meetings; 0 where it is not known. */
static double share_of_server(const hr_question *question)
{
    const hr_configuration *c = question->configuration;
    if (c->n_servers == 1)
        return 1.0;
    if (hr_question_is_random(question))
        return c->weight[question->quantity.server];
    return are_alike(c) ? 1.0 / c->n_servers : 0.0;
}

static double present(const asking *a)
{
    double people = 0.0;
    for (size_t i = 0; i < a->loads.n_shares; i++)
        people += a->alive[a->loads.shares[i].class] * a->loads.shares[i].people;
    return people;
}

/* In steps, of the pool or of the server that is asked about. */
static hr_status mean_at(void *context, double t, double *value, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    asking *a = context;
    const hr_question *q = a->question;
    hr_jumps jumps;
    (void)why;
    hr_arena_reset(&a->scratch);
    hr_load_at_alive(q->configuration, t, a->alive);
    HR_TRY(hr_loads_jumps(&a->loads, a->alive, 1.0, &a->scratch, &jumps, err));
    value[1] = 0.0;
    if (q->quantity.kind == HR_QUANTITY_PRESENT)
        value[0] = present(a);
    else
        value[0] = hr_jumps_moment(&jumps, 1);
    if (q->quantity.kind == HR_QUANTITY_LOAD_VARIANCE)
        value[0] = hr_jumps_moment(&jumps, 2);
out:
    return st;
}

static const char *decline_mean(const hr_question *question)
{
    const hr_configuration *c = question->configuration;
    const bool is_of_server = question->quantity.kind == HR_QUANTITY_LOAD_MEAN ||
                              question->quantity.kind == HR_QUANTITY_LOAD_VARIANCE;
    const char *why = hr_instant_decline(c);
    if (why == NULL)
        why = question->quantity.kind == HR_QUANTITY_LOAD_VARIANCE ? hr_instant_decline_counts(c)
                                                                   : hr_load_at_decline(c);
    if (why == NULL && is_of_server && !(share_of_server(question) > 0.0))
        why = "the rule does not treat servers alike";
    if (why == NULL && question->quantity.kind == HR_QUANTITY_LOAD_VARIANCE &&
        !hr_question_is_random(question))
        why = "where meetings go depends on what is there";
    if (why == NULL && question->quantity.kind == HR_QUANTITY_LOAD_VARIANCE &&
        question->quantity.when == HR_WHEN_SNAPSHOTS && !hr_instant_is_constant(c))
        why = "its law changes over the snapshots";
    return why;
}

static double full_of_pool(const hr_configuration *c, unsigned resource)
{
    double capacity = 0.0;
    for (unsigned j = 0; j < c->n_servers; j++)
        capacity += c->prepared->full[resource * c->n_servers + j];
    return capacity;
}

static double unit_of(const hr_question *question)
{
    const hr_configuration *c = question->configuration;
    const hr_quantity *q = &question->quantity;
    const double steps = c->prepared->steps[q->resource];
    switch (q->kind) {
    case HR_QUANTITY_UTILISATION:
        return 1.0 / full_of_pool(c, q->resource);
    case HR_QUANTITY_LOAD_MEAN:
        return share_of_server(question) / steps;
    case HR_QUANTITY_LOAD_VARIANCE:
        return share_of_server(question) / (steps * steps);
    default:
        return 1.0;
    }
}

hr_status hr_exact_by_mean(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    const hr_quantity *q = &question->quantity;
    asking a = {.question = question};
    double mean[HR_MOST_AVERAGED];
    if (q->kind != HR_QUANTITY_UTILISATION && q->kind != HR_QUANTITY_PRESENT &&
        q->kind != HR_QUANTITY_LOAD_MEAN && q->kind != HR_QUANTITY_LOAD_VARIANCE)
        return HR_OK;
    answer->why = decline_mean(question);
    if (answer->why != NULL)
        return HR_OK;
    HR_TAKE(a.alive, question->arena, c->n_classes);
    HR_TRY(hr_loads_make(c, q->resource, question->effort, question->arena, &a.loads, &answer->why,
                         err));
    if (answer->why != NULL)
        goto out;
    const hr_averaging averaging = {c, q->when, q->time, 1, question->effort, mean_at, &a};
    HR_TRY(hr_average(&averaging, question->arena, mean, &answer->error, &answer->why, err));
    answer->value = mean[0] * unit_of(question);
    answer->error += 1e-9;
out:
    hr_arena_free(&a.scratch);
    return st;
}

/* ---- the pool's total */

static hr_status total_at(void *context, double t, double *value, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    asking *a = context;
    const hr_question *q = a->question;
    const int64_t above = q->configuration->prepared->threshold[q->quantity.threshold];
    hr_lattice lattice;
    hr_arena_reset(&a->scratch);
    const hr_load_asked asked = {q->configuration, &a->loads, 1.0, t};
    HR_TRY(hr_load_at(&asked, above, q->effort, &a->scratch, &lattice, why, err));
    if (*why == NULL)
        value[0] = hr_lattice_tail(&lattice, above);
out:
    return st;
}

hr_status hr_exact_by_total(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    const hr_quantity *q = &question->quantity;
    asking a = {.question = question};
    double mean[HR_MOST_AVERAGED];
    if (q->kind != HR_QUANTITY_TOTAL_ABOVE)
        return HR_OK;
    answer->why = hr_instant_decline(c);
    if (answer->why == NULL)
        answer->why = hr_load_at_decline(c);
    if (answer->why != NULL)
        return HR_OK;
    HR_TAKE(a.alive, question->arena, c->n_classes);
    HR_TRY(hr_loads_make(c, 0, question->effort, question->arena, &a.loads, &answer->why, err));
    if (answer->why != NULL)
        goto out;
    const hr_averaging averaging = {c, q->when, q->time, 1, question->effort, total_at, &a};
    HR_TRY(hr_average(&averaging, question->arena, mean, &answer->error, &answer->why, err));
    answer->value = mean[0];
    answer->error += 1e-11;
out:
    hr_arena_free(&a.scratch);
    return st;
}
