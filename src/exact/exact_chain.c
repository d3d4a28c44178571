/* Small pools as Markov chains in equilibrium. */
#include <math.h>

#include "base/memo.h"
#include "base/real.h"
#include "exact/functional.h"
#include "exact/question.h"
#include "exact/stationary.h"
#include "model/prepared.h"

/* What the cut at a number of meetings may change, of the value; and at what it is begun. */
#define CUT     2e-9
#define ROUGHLY 1e-4
enum { MOST_CUTS = 6 };

typedef struct solving {
    const hr_question *question;
    hr_chain_model model;
    double arrivals, mean; /* 1/s; meetings in progress of what the state holds */
    bool is_alone;
    double value, cut, change;
} solving;

/* A chain and its law, or why there is none: all outcomes of a configuration use the same. */
typedef struct solved {
    hr_chain chain;
    double *probability;
    double change;
    const char *why;
} solved;

static bool needs_one_server(hr_quantity_kind kind)
{
    return kind == HR_QUANTITY_SERVER_OVER || kind == HR_QUANTITY_SERVERS_OVER ||
           kind == HR_QUANTITY_SERVER_HOURS || kind == HR_QUANTITY_EPISODES_SERVER ||
           kind == HR_QUANTITY_LENGTH_SERVER || kind == HR_QUANTITY_LOAD_MEAN ||
           kind == HR_QUANTITY_BLOCKING || kind == HR_QUANTITY_BLOCKING_ALL;
}

static bool is_about_blocking(hr_quantity_kind kind)
{
    return kind == HR_QUANTITY_BLOCKING || kind == HR_QUANTITY_BLOCKING_ALL;
}

/* What nobody needs a chain for: it is there or it is known without. */
static bool is_asked(const hr_quantity *q, const hr_configuration *c)
{
    if (q->kind == HR_QUANTITY_PRESENT || !hr_functional_is_known(q->kind))
        return false;
    if (c->admission == HR_ADMISSION_NONE)
        return !is_about_blocking(q->kind) && q->kind != HR_QUANTITY_TOTAL_ABOVE &&
               q->kind != HR_QUANTITY_UTILISATION;
    return true;
}

/* Expectation of the quantity under the law of the states. */
static void expect(solving *s, const hr_functional *f, const double *pi)
{
    const hr_chain *chain = f->chain;
    const hr_quantity *q = &s->question->quantity;
    const bool moves = q->kind >= HR_QUANTITY_EPISODES && q->kind <= HR_QUANTITY_LENGTH_SERVER;
    const bool is_length = q->kind == HR_QUANTITY_LENGTH || q->kind == HR_QUANTITY_LENGTH_SERVER;
    double at = 0.0, begins = 0.0, edge = 0.0;
    for (size_t i = chain->n_states; i-- > 0;) {
        edge += !s->model.refuses && chain->total[i] == s->model.most ? pi[i] : 0.0;
        if (is_about_blocking(q->kind))
            at += pi[i] *
                  hr_functional_refuses(f, i, q->kind == HR_QUANTITY_BLOCKING ? (int)q->class : -1);
        else if (!moves || is_length)
            at += pi[i] * hr_functional_at(f, i);
        if (moves)
            begins += pi[i] * hr_functional_begins(f, i, s->arrivals);
    }
    s->value = is_length ? at / begins : moves ? begins : at;
    const double size = is_length ? at : moves ? begins / s->arrivals : at;
    s->cut = edge / fmin(fmax(size, 1e-300), 1.0);
}

static hr_status solve_chain(const solving *s, solved *o, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_question *q = s->question;
    HR_TRY(hr_chain_make(&s->model, q->effort, q->arena, &o->chain, &o->why, err));
    if (o->why == NULL)
        HR_TRY(hr_stationary(&o->chain, s->arrivals, q->effort, q->arena, &o->probability,
                             &o->change, &o->why, err));
out:
    return st;
}

static hr_status solve(solving *s, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    hr_functional f;
    const hr_question *q = s->question;
    const uint64_t key[] = {(uintptr_t)q->configuration->prepared, s->is_alone, s->model.most};
    const solved *found = hr_memo_find(q->arena, HR_MEMO_EXACT_CHAIN, key, sizeof key);
    solved *made = NULL;
    if (found == NULL) {
        HR_TAKE(made, q->arena, 1);
        HR_TRY(solve_chain(s, made, err));
        HR_TRY(hr_memo_keep(q->arena, HR_MEMO_EXACT_CHAIN, key, sizeof key, made, err));
        found = made;
    }
    *why = found->why;
    if (*why == NULL)
        HR_TRY(hr_functional_make(&found->chain, &q->quantity, q->arena, &f, why, err));
    s->change = found->change;
    if (*why == NULL)
        expect(s, &f, found->probability);
out:
    return st;
}

/* More and more meetings, until the cut is not felt. */
static hr_status solve_open(solving *s, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    double allowed = ROUGHLY * CUT;
    for (int i = 0; i < MOST_CUTS && *why == NULL; i++) {
        unsigned most = (unsigned)s->mean;
        while (hr_gamma_p(most + 1.0, s->mean) > allowed)
            most++;
        s->model.most = most;
        HR_TRY(solve(s, why, err));
        if (*why != NULL || s->cut < CUT)
            break;
        allowed = fmin(0.1 * allowed, 0.2 * allowed * CUT / s->cut);
    }
    if (*why == NULL && s->cut > 100.0 * CUT)
        *why = "the probability is too small for a chain";
out:
    return st;
}

static void put_answer(const solving *s, hr_exact *answer)
{
    const hr_configuration *c = s->question->configuration;
    const hr_quantity *q = &s->question->quantity;
    double unit = 1.0, full = 0.0;
    for (unsigned j = 0; j < c->n_servers; j++)
        full += c->prepared->full[q->resource * c->n_servers + j];
    if (q->kind == HR_QUANTITY_EPISODES || q->kind == HR_QUANTITY_EPISODES_SERVER)
        unit = 3600.0;
    else if (q->kind == HR_QUANTITY_SERVER_HOURS)
        unit = c->length / 3600.0;
    else if (q->kind == HR_QUANTITY_LOAD_MEAN || q->kind == HR_QUANTITY_LARGEST_LOAD)
        unit = 1.0 / c->prepared->steps[q->resource];
    else if (q->kind == HR_QUANTITY_UTILISATION)
        unit = 1.0 / full;
    answer->value = s->value * unit;
    answer->error = s->cut + 10.0 * s->change + 1e-10;
}

static const char *decline(const hr_question *question)
{
    const hr_configuration *c = question->configuration;
    for (unsigned i = 0; i < c->n_sources; i++) {
        if (c->sources[i].kind != HR_SOURCE_POISSON)
            return "arrivals are not Poisson at a constant rate";
    }
    return hr_instant_is_constant(c) ? NULL : "the pool is not in equilibrium";
}

hr_status hr_exact_by_chain(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    solving s = {.question = question};
    if (!is_asked(&question->quantity, c) || c->n_resources != 1)
        return HR_OK;
    answer->why = decline(question);
    if (answer->why != NULL)
        return HR_OK;
    s.is_alone = needs_one_server(question->quantity.kind);
    HR_TRY(hr_chain_model_of(c, s.is_alone, HUGE_VAL, question->effort, question->arena, &s.model,
                             &answer->why, err));
    if (answer->why != NULL)
        goto out;
    double *alive = NULL;
    HR_TAKE(alive, question->arena, c->n_classes);
    hr_instant_alive(c, c->from, alive);
    for (unsigned k = 0; k < c->n_classes; k++)
        s.mean += alive[k] * s.model.n_servers / c->n_servers;
    for (unsigned i = 0; i < c->n_sources; i++)
        s.arrivals += c->sources[i].rate;
    HR_TRY(s.model.refuses ? solve(&s, &answer->why, err) : solve_open(&s, &answer->why, err));
    put_answer(&s, answer);
out:
    return st;
}
