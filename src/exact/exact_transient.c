/* Small pools as Markov chains that start empty, follow changing rates, or have been over by a
 * time.
 */
#include <math.h>

#include "base/real.h"
#include "exact/functional.h"
#include "exact/question.h"
#include "exact/stationary.h"
#include "exact/transient.h"
#include "model/prepared.h"

#define CUT    2e-9 /* what a cut at a number of meetings may change, of the value */
#define STEADY 1e-9
enum { MOST_CUTS = 5, FEWEST = 96, MOST = 6144 }; /* cuts; steps in a period */

typedef struct following {
    const hr_question *question;
    hr_chain_model model;
    hr_chain chain;
    hr_functional functional;
    bool *stops;
    double value, cut;
    hr_arena arena; /* of one chain */
} following;

static bool is_window(const following *f)
{
    return f->question->quantity.kind == HR_QUANTITY_PERIOD_OVER;
}

static double end_of(const following *f)
{
    const hr_configuration *c = f->question->configuration;
    return is_window(f) ? c->from + c->length / c->n_periods : f->question->quantity.time;
}

/* ---- the beginning */

static double beginning(const hr_configuration *c)
{
    return ((double)c->prepared->begin - (double)HR_TICK_ZERO) / HR_TICKS_PER_SECOND;
}

/* Law of the states when the pool is first looked at; sets where time stands. */
static hr_status begin(following *f, hr_transient *t, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = f->question->configuration;
    double arrivals = 0.0, change = 0.0;
    if (c->start == HR_START_EMPTY) {
        HR_TAKE(t->p, &f->arena, f->chain.n_states);
        t->p[0] = 1.0;
        t->time = beginning(c);
        return HR_OK;
    }
    for (unsigned s = 0; s < c->n_sources; s++)
        arrivals += c->sources[s].rate;
    HR_TRY(hr_stationary(&f->chain, arrivals, f->question->effort, &f->arena, &t->p, &change, why,
                         err));
    t->time = c->from;
out:
    return st;
}

/* ---- one chain, one fineness of its steps */

static hr_status follow(following *f, unsigned pieces, double *value, double *edge,
                        const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_question *q = f->question;
    const hr_configuration *c = q->configuration;
    hr_transient t = {.chain = &f->chain,
                      .configuration = c,
                      .from = c->from,
                      .pieces = pieces,
                      .stops = is_window(f) ? f->stops : NULL};
    HR_TRY(begin(f, &t, why, err));
    if (*why == NULL)
        HR_TRY(hr_transient_go(&t, end_of(f), q->effort, &f->arena, why, err));
    *value = 0.0;
    for (size_t i = f->chain.n_states; i-- > 0 && *why == NULL;)
        *value += t.p[i] * hr_functional_at(&f->functional, i);
    *edge = t.edge;
out:
    return st;
}

static bool has_sinusoid(const hr_configuration *c)
{
    for (unsigned s = 0; s < c->n_sources; s++) {
        if (c->sources[s].kind == HR_SOURCE_SINUSOID)
            return true;
    }
    return false;
}

/* Steps are halved until that changes nothing; without sinusoids there are none. */
static hr_status refine(following *f, double *error, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const bool has_steps = has_sinusoid(f->question->configuration);
    double edge = 0.0, before = 0.0;
    *error = 0.0;
    HR_TRY(follow(f, FEWEST, &f->value, &edge, why, err));
    for (unsigned pieces = 2 * FEWEST; has_steps && pieces <= MOST && *why == NULL; pieces *= 2) {
        before = f->value;
        HR_TRY(follow(f, pieces, &f->value, &edge, why, err));
        *error = fabs(before - f->value) / fmax(f->value, 1e-300) / 4.0; /* order 4, 2 at worst */
        if (*error < STEADY)
            break;
    }
    f->cut = edge / fmin(fmax(f->value, 1e-300), 1.0);
    if (*why == NULL && *error > 1e-7)
        *why = "rates change too fast for so many states";
out:
    return st;
}

static hr_status solve(following *f, double *error, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    hr_quantity quantity = f->question->quantity;
    hr_arena_reset(&f->arena);
    HR_TRY(hr_chain_make(&f->model, f->question->effort, &f->arena, &f->chain, why, err));
    if (is_window(f))
        quantity.kind = HR_QUANTITY_ANY_OVER;
    if (*why == NULL)
        HR_TRY(hr_functional_make(&f->chain, &quantity, &f->arena, &f->functional, why, err));
    if (is_window(f) && f->functional.room.is_random)
        *why = "background is random";
    if (*why != NULL)
        return HR_OK;
    HR_TAKE(f->stops, &f->arena, f->chain.n_states);
    for (size_t i = 0; i < f->chain.n_states && is_window(f); i++)
        f->stops[i] = hr_functional_at(&f->functional, i) > 0.0;
    HR_TRY(refine(f, error, why, err));
out:
    return st;
}

/* ---- how many meetings are enough */

/* More meetings than this, and some server is over: no cut at all. 0 where there is none. */
static unsigned most_below_ceilings(const following *f)
{
    const hr_configuration *c = f->question->configuration;
    const hr_quantity *q = &f->question->quantity;
    double sum = 0.0, least = HUGE_VAL;
    for (unsigned i = 0; i < f->model.n_types; i++)
        least = fmin(least, (double)f->model.type[i].load);
    if (!(least > 0.0) || !is_window(f) || c->from > beginning(c))
        return 0;
    for (unsigned j = 0; j < c->n_servers; j++)
        sum += floor(fmax(hr_quantity_ceiling(c, q->criterion, 0, j), 0.0) / least);
    return sum < 1e6 ? (unsigned)sum + 1 : 0;
}

/* The greatest mean number in progress that is seen until the end, of Poisson numbers; others at
 * once. */
static double greatest_mean(const hr_configuration *c, double to)
{
    enum { TIMES = 48 };
    double greatest = 0.0, fixed = 0.0, alive[HR_CHAIN_MOST_TYPES];
    for (int i = 0; i <= TIMES; i++) {
        double sum = 0.0;
        const double begin = beginning(c);
        hr_instant_alive(c, begin + (to - begin) * i / TIMES, alive);
        for (unsigned k = 0; k < c->n_classes; k++)
            sum += alive[k];
        greatest = fmax(greatest, sum);
    }
    for (unsigned s = 0; s < c->n_sources; s++) {
        if (c->sources[s].kind == HR_SOURCE_SINGLE_BATCH)
            fixed += hr_law_quantile(&c->sources[s].count, 1.0 - 1e-9);
    }
    return greatest + fixed;
}

/* One more than there can be where all come in single batches; 0 else. */
static unsigned most_of_batches(const hr_configuration *c)
{
    double sum = 0.0;
    for (unsigned s = 0; s < c->n_sources; s++) {
        if (c->sources[s].kind != HR_SOURCE_SINGLE_BATCH ||
            (!hr_law_is_constant(&c->sources[s].count) && c->sources[s].count.kind != HR_LAW_TABLE))
            return 0;
        sum += hr_law_quantile(&c->sources[s].count, 1.0 - 1e-15);
    }
    return sum < UINT8_MAX ? (unsigned)sum + 1 : 0;
}

static hr_status solve_until_cut(following *f, double *error, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = f->question->configuration;
    const double mean = greatest_mean(c, end_of(f));
    double allowed = 1e-3 * CUT;
    f->model.most = most_below_ceilings(f);
    if (f->model.most == 0)
        f->model.most = most_of_batches(c);
    if (f->model.most > 0 || f->model.refuses) {
        f->model.most = f->model.most > 0 ? f->model.most : UINT32_MAX;
        f->cut = 0.0;
        HR_TRY(solve(f, error, why, err));
        f->cut = 0.0;
        return HR_OK;
    }
    for (int i = 0; i < MOST_CUTS && *why == NULL; i++) {
        unsigned most = (unsigned)ceil(mean);
        while (mean > 0.0 && hr_gamma_p(most + 1.0, mean) > allowed)
            most++;
        f->model.most = most;
        HR_TRY(solve(f, error, why, err));
        if (*why != NULL || f->cut < CUT)
            break;
        allowed = fmin(0.1 * allowed, 0.2 * allowed * CUT / f->cut);
    }
    if (*why == NULL && f->cut > 100.0 * CUT)
        *why = "the probability is too small for a chain";
out:
    return st;
}

/* ---- the method */

static const char *decline(const hr_question *question)
{
    const hr_configuration *c = question->configuration;
    const char *why = hr_transient_decline(c);
    if (why == NULL && c->n_classes > HR_CHAIN_MOST_TYPES)
        why = "meetings of too many loads make too many states";
    if (why == NULL && c->start != HR_START_EMPTY && !hr_instant_is_constant(c))
        why = "rates change and the pool does not begin empty";
    if (why == NULL && question->quantity.kind == HR_QUANTITY_PERIOD_OVER && c->n_periods > 1 &&
        !hr_instant_is_constant(c))
        why = "busy periods differ";
    for (unsigned s = 0; s < c->n_sources && why == NULL; s++) {
        if (c->start != HR_START_EMPTY && c->sources[s].kind != HR_SOURCE_POISSON)
            why = "batches come and the pool does not begin empty";
    }
    return why;
}

static bool is_asked(const hr_question *question)
{
    const hr_quantity *q = &question->quantity;
    const hr_configuration *c = question->configuration;
    if (q->kind == HR_QUANTITY_PERIOD_OVER)
        return !(c->min_episode[q->duration] > 0.0);
    if (q->when != HR_WHEN_INSTANT || hr_instant_is_constant(c))
        return false;
    return hr_functional_is_known(q->kind) && q->kind != HR_QUANTITY_BLOCKING &&
           q->kind != HR_QUANTITY_BLOCKING_ALL && q->kind != HR_QUANTITY_TOTAL_ABOVE;
}

hr_status hr_exact_by_transient(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    following f = {.question = question};
    double error = 0.0;
    if (!is_asked(question) || c->n_resources != 1)
        return HR_OK;
    answer->why = decline(question);
    if (answer->why == NULL)
        HR_TRY(hr_chain_model_of(c, false,
                                 c->start == HR_START_EMPTY ? end_of(&f) - beginning(c) : HUGE_VAL,
                                 question->effort, question->arena, &f.model, &answer->why, err));
    if (answer->why == NULL)
        HR_TRY(solve_until_cut(&f, &error, &answer->why, err));
    const bool is_load = question->quantity.kind == HR_QUANTITY_LOAD_MEAN ||
                         question->quantity.kind == HR_QUANTITY_LARGEST_LOAD;
    answer->value = f.value / (is_load ? c->prepared->steps[0] : 1.0);
    answer->error = error + f.cut + 1e-11;
out:
    hr_arena_free(&f.arena);
    return st;
}
