/* What holds whatever the rule: more load in the pool than all ceilings together; and, where
 * meetings load alike, no rule that compares servers is worse than random placement. */
#include <math.h>

#include "exact/load_at.h"
#include "exact/question.h"
#include "exact/room.h"
#include "exact/saddlepoint.h"
#include "exact/split.h"
#include "model/prepared.h"

#define WORTH_SAYING 0.05 /* relative error of an approximation, at most */

typedef struct asking {
    const hr_question *question;
    unsigned resource;
    hr_loads loads;
    double *alive;
    hr_arena scratch;
    double error; /* the saddlepoint's largest */
} asking;

static bool is_about_any(hr_quantity_kind kind)
{
    return kind == HR_QUANTITY_ANY_OVER || kind == HR_QUANTITY_SERVERS_OVER ||
           kind == HR_QUANTITY_SERVER_HOURS || kind == HR_QUANTITY_PERIOD_OVER;
}

static double server_hours(const hr_question *question)
{
    return question->quantity.kind == HR_QUANTITY_SERVER_HOURS
               ? question->configuration->length / 3600.0
               : 1.0;
}

/* ---- pigeonhole */

/* Room of the whole pool: where all servers are at their ceilings, whole loads taken. */
static hr_room room_of_pool(const asking *a, const char **why)
{
    const hr_configuration *c = a->question->configuration;
    const unsigned n = c->n_servers;
    const double span = (double)a->loads.span;
    hr_room room = hr_room_of(c, a->resource, why);
    const double constant = room.ceiling;
    room.ceiling = 0.0;
    for (unsigned j = 0; j < n; j++) {
        const double own =
            constant + hr_quantity_ceiling(c, a->question->quantity.criterion, a->resource, j);
        room.ceiling += room.is_random ? own : floor(own / span) * span;
    }
    if (room.is_random && room.is_shared)
        room.factor *= n;
    else if (room.is_random && room.law.kind == HR_LAW_NORMAL) {
        room.law.a *= n;
        room.law.b *= sqrt((double)n);
    } else if (room.is_random && n > 1)
        *why = "background of the servers is random";
    return room;
}

static hr_status pigeonhole_at(void *context, double t, double *value, const char **why,
                               hr_err *err)
{
    hr_status st = HR_OK;
    asking *a = context;
    const hr_question *q = a->question;
    hr_lattice lattice;
    const hr_room room = room_of_pool(a, why);
    if (*why != NULL)
        return HR_OK;
    hr_arena_reset(&a->scratch);
    const double taken = room.is_random ? room.factor * hr_law_mean(&room.law) : 0.0;
    const double above = fmin(fmax(room.ceiling - taken, 0.0), 0x1p60);
    const hr_load_asked asked = {q->configuration, &a->loads, 1.0, t};
    HR_TRY(hr_load_at(&asked, (int64_t)above, q->effort, &a->scratch, &lattice, why, err));
    if (*why == NULL)
        value[0] = hr_room_over(&room, &lattice);
out:
    return st;
}

/* The bound by one resource, 0 where there is none. */
static hr_status pigeonhole_by(const hr_question *question, unsigned resource, double *value,
                               double *error, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    asking a = {.question = question, .resource = resource};
    double mean[HR_MOST_AVERAGED];
    HR_TRY(hr_loads_make(c, resource, question->effort, question->arena, &a.loads, why, err));
    if (*why != NULL)
        goto out;
    const hr_averaging averaging = {c, question->quantity.when, question->quantity.time,
                                    1, question->effort,        pigeonhole_at,
                                    &a};
    HR_TRY(hr_average(&averaging, question->arena, mean, error, why, err));
    *value = *why == NULL ? mean[0] : 0.0;
out:
    hr_arena_free(&a.scratch);
    return st;
}

hr_status hr_exact_by_pigeonhole(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    const hr_quantity *q = &question->quantity;
    unsigned resource[HR_MAX_RESOURCES];
    if (!is_about_any(q->kind) || (q->kind == HR_QUANTITY_PERIOD_OVER && q->duration > 0))
        return HR_OK;
    answer->why = hr_instant_decline(c);
    if (answer->why == NULL)
        answer->why = hr_load_at_decline(c);
    if (answer->why != NULL)
        return HR_OK;
    const unsigned n = hr_quantity_resources(c, q->criterion, resource);
    for (unsigned i = 0; i < n; i++) {
        double value = 0.0, error = 0.0;
        const char *why = NULL;
        HR_TRY(pigeonhole_by(question, resource[i], &value, &error, &why, err));
        if (why == NULL && !(value <= answer->value)) { /* NaN until there is one */
            answer->value = value;
            answer->error = error + 1e-11;
        } else if (why != NULL) {
            answer->why = why;
        }
    }
    if (!isnan(answer->value))
        answer->why = NULL;
    answer->value *= server_hours(question);
out:
    return st;
}

/* ---- random placement as a bound */

static bool compares(const hr_placement *p)
{
    const bool is_fresh = p->report_period == 0.0 && p->hint == HR_HINT_NONE &&
                          !(p->growth > 0.0) && !(p->young_age > 0.0) &&
                          !(p->review_period > 0.0) && p->unit == HR_UNIT_MEETING;
    return is_fresh && (p->rule == HR_RULE_LEAST_LOADED ||
                        (p->rule >= HR_RULE_FEWEST_MEETINGS && p->rule <= HR_RULE_POWER_OF_D));
}

/* Exponential durations of one mean: then the number on a server is all that matters of it. */
static bool has_one_exponential(const hr_configuration *c)
{
    for (unsigned k = 0; k < c->n_classes; k++) {
        const hr_law *law = &c->classes[k].duration;
        if (law->kind != HR_LAW_EXPONENTIAL || law->a > c->classes[0].duration.a ||
            law->a < c->classes[0].duration.a)
            return false;
    }
    return true;
}

static bool has_equal_servers(const hr_question *question, unsigned resource)
{
    const hr_configuration *c = question->configuration;
    const double first = hr_quantity_ceiling(c, question->quantity.criterion, resource, 0);
    for (unsigned j = 1; j < c->n_servers; j++) {
        const double own = hr_quantity_ceiling(c, question->quantity.criterion, resource, j);
        if (own > first || own < first)
            return false;
    }
    return true;
}

hr_status hr_exact_by_random_split(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    const hr_quantity *q = &question->quantity;
    hr_loads loads;
    const char *why = NULL;
    double *weight = NULL;
    unsigned resource[HR_MAX_RESOURCES];
    if (!is_about_any(q->kind) || q->kind == HR_QUANTITY_PERIOD_OVER || !compares(&c->placement) ||
        !has_one_exponential(c) || c->n_servers == 1 || hr_instant_decline(c) != NULL ||
        c->n_resources != 1 || hr_quantity_resources(c, q->criterion, resource) != 1 ||
        !has_equal_servers(question, resource[0]))
        return HR_OK;
    HR_TRY(hr_loads_make(c, resource[0], question->effort, question->arena, &loads, &why, err));
    (void)hr_question_background(question, resource[0], &why);
    if (why != NULL || loads.n != 1 || loads.shares[0].load == 0)
        return HR_OK;
    hr_configuration random = *c;
    HR_TAKE(weight, question->arena, c->n_servers);
    for (unsigned j = 0; j < c->n_servers; j++)
        weight[j] = 1.0 / c->n_servers;
    random.placement.rule = HR_RULE_RANDOM;
    random.weight = weight;
    const hr_question asked = {&random, *q, question->effort, question->arena};
    HR_TRY(hr_exact_by_split(&asked, answer, err));
out:
    return st;
}

/* ---- saddlepoint */

/* Of the pool's total, or of each server where placement is random. */
static hr_status near_at(void *context, double t, double *value, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    asking *a = context;
    const hr_question *q = a->question;
    const hr_configuration *c = q->configuration;
    const bool is_total = q->quantity.kind == HR_QUANTITY_TOTAL_ABOVE;
    const unsigned n = is_total ? 1 : c->n_servers;
    double *p = NULL;
    hr_arena_reset(&a->scratch);
    hr_instant_alive(c, t, a->alive);
    HR_TAKE(p, &a->scratch, n);
    for (unsigned j = 0; j < n; j++) {
        hr_jumps jumps;
        const double weight = is_total || n == 1 ? 1.0 : c->weight[j];
        const double above = is_total
                                 ? (double)c->prepared->threshold[q->quantity.threshold]
                                 : hr_quantity_ceiling(c, q->quantity.criterion, a->resource, j) -
                                       hr_question_background(q, a->resource, why);
        HR_TRY(hr_loads_jumps(&a->loads, a->alive, weight, &a->scratch, &jumps, err));
        if (above >= 0.0)
            a->error = fmax(a->error, hr_saddlepoint_error(&jumps, (int64_t)fmin(above, 0x1p60)));
        p[j] = above < 0.0 ? 1.0 : hr_saddlepoint_tail(&jumps, (int64_t)fmin(above, 0x1p60));
    }
    value[0] =
        q->quantity.kind == HR_QUANTITY_SERVER_OVER ? p[q->quantity.server] : hr_split_any(p, n);
out:
    return st;
}

hr_status hr_exact_by_saddlepoint(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    const hr_quantity *q = &question->quantity;
    asking a = {.question = question};
    double mean[HR_MOST_AVERAGED];
    unsigned resource[HR_MAX_RESOURCES] = {0};
    const char *why = NULL;
    const bool is_total = q->kind == HR_QUANTITY_TOTAL_ABOVE;
    if ((q->kind != HR_QUANTITY_ANY_OVER && q->kind != HR_QUANTITY_SERVER_OVER && !is_total) ||
        (!is_total && !hr_question_is_random(question)) || hr_instant_decline(c) != NULL ||
        hr_instant_decline_counts(c) != NULL ||
        (!is_total && hr_quantity_resources(c, q->criterion, resource) != 1))
        return HR_OK;
    a.resource = resource[0];
    HR_TAKE(a.alive, question->arena, c->n_classes);
    HR_TRY(hr_loads_make(c, a.resource, question->effort, question->arena, &a.loads, &why, err));
    if (why != NULL || a.loads.n == 0)
        goto out;
    const hr_averaging averaging = {c, q->when, q->time, 1, question->effort, near_at, &a};
    HR_TRY(hr_average(&averaging, question->arena, mean, &answer->error, &why, err));
    answer->error += a.error;
    answer->value = why == NULL && a.error < WORTH_SAYING ? mean[0] : (double)NAN;
out:
    hr_arena_free(&a.scratch);
    return st;
}
