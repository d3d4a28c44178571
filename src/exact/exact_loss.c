/* Pools that refuse: one server, servers chosen at random, or one bundle of all servers. */
#include <math.h>

#include "exact/loss.h"
#include "exact/question.h"
#include "model/prepared.h"

/* Lowest ceiling that admission asks for, background taken off, steps. */
static double ceiling_of(const hr_question *question, unsigned resource, unsigned j,
                         const char **why)
{
    const hr_configuration *c = question->configuration;
    double lowest = HUGE_VAL;
    for (unsigned l = 0; l < c->n_limits; l++) {
        if (hr_configuration_limit_is_at(c, l, c->admission_level) &&
            c->limits[l].resource == resource)
            lowest = fmin(lowest, c->prepared->ceiling[l * c->n_servers + j]);
    }
    return lowest - hr_question_background(question, resource, why);
}

/* The one resource that admission asks for. */
static unsigned watched(const hr_question *question, const char **why)
{
    const hr_configuration *c = question->configuration;
    const char *unused = NULL;
    unsigned found = c->n_resources;
    for (unsigned r = 0; r < c->n_resources; r++) {
        if (isinf(ceiling_of(question, r, 0, &unused)))
            continue;
        if (found < c->n_resources)
            *why = "several resources decide what is refused";
        found = r;
    }
    if (found == c->n_resources)
        *why = "nothing has a ceiling at the level that admission asks for";
    return found;
}

static const char *decline(const hr_question *question)
{
    const hr_configuration *c = question->configuration;
    if (c->feed != NULL)
        return "its load is legs of another pool's participants";
    if (c->admission != HR_ADMISSION_CHOSEN_FULL && c->admission != HR_ADMISSION_NONE_FITS)
        return c->admission == HR_ADMISSION_NONE ? "nothing is refused"
                                                 : "headroom is reserved or seats are booked";
    if (!c->prepared->joins_at_once)
        return "participants join over time";
    if (hr_failures_happen(c->failures))
        return "servers are out or fail";
    if (c->inserted != NULL)
        return "a meeting is inserted";
    if (c->placement.start_gate > 0.0 || c->placement.dedicated > 0 ||
        c->placement.join_gate > 0.0 || c->placement.most_joins > 0 ||
        c->placement.review_period > 0.0 || c->placement.unit != HR_UNIT_MEETING)
        return "meetings are not simply placed or refused";
    for (unsigned s = 0; s < c->n_sources; s++) {
        if (c->sources[s].kind != HR_SOURCE_POISSON)
            return "arrivals are not Poisson at a constant rate";
    }
    return hr_instant_is_constant(c) ? NULL : "the pool is not in equilibrium";
}

/* Does a meeting always get a server that has room for one, where all meetings load alike? */
static bool is_bundle(const hr_configuration *c)
{
    if (c->admission == HR_ADMISSION_NONE_FITS)
        return true;
    const bool compares =
        c->placement.rule == HR_RULE_LEAST_LOADED ||
        (c->placement.rule >= HR_RULE_FEWEST_MEETINGS &&
         c->placement.rule <= HR_RULE_LEAST_RELATIVE_LOAD) ||
        (c->placement.rule == HR_RULE_POWER_OF_D && c->placement.d == c->n_servers);
    for (unsigned l = 0; compares && l < c->n_limits; l++) {
        for (unsigned j = 1; j < c->n_servers; j++) {
            if (c->limits[l].ceiling[j] > c->limits[l].ceiling[0] ||
                c->limits[l].ceiling[j] < c->limits[l].ceiling[0])
                return false; /* the least loaded may be a small full one */
        }
    }
    return compares && c->placement.report_period == 0.0 && c->placement.hint == HR_HINT_NONE &&
           !(c->placement.growth > 0.0) && !(c->placement.young_age > 0.0);
}

/* Adds weight times the probability that a meeting of each class is refused. */
static void add_refused(const hr_loads *loads, const hr_lattice *carried, int64_t ceiling,
                        double weight, double *refused)
{
    for (size_t i = 0; i < loads->n_shares; i++)
        refused[loads->shares[i].class] += weight * loads->shares[i].share *
                                           hr_loss_refused(carried, ceiling, loads->shares[i].load);
}

/* Share of its meetings that each class has refused, into refused [n_classes]. */
static hr_status refuse(const hr_question *question, const hr_loads *loads, unsigned resource,
                        double *refused, const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    const bool is_random = hr_question_is_random(question) &&
                           (c->n_servers == 1 || c->admission == HR_ADMISSION_CHOSEN_FULL);
    const unsigned n = is_random ? c->n_servers : 1;
    double *alive = NULL, room = 0.0;
    if (!is_random && (loads->n != 1 || !is_bundle(c))) {
        *why = "where meetings go depends on what is there";
        return HR_OK;
    }
    HR_TAKE(alive, question->arena, c->n_classes);
    hr_instant_alive(c, c->from, alive);
    for (unsigned j = 0; !is_random && j < c->n_servers; j++)
        room += floor(fmax(ceiling_of(question, resource, j, why), 0.0) / (double)loads->span) *
                (double)loads->span;
    for (unsigned j = 0; j < n && *why == NULL; j++) {
        hr_jumps offered;
        hr_lattice carried;
        const double weight = c->n_servers == 1 || !is_random ? 1.0 : c->weight[j];
        const double ceiling = is_random ? ceiling_of(question, resource, j, why) : room;
        const int64_t whole = ceiling < 0.0 ? -1 : (int64_t)floor(ceiling);
        HR_TRY(hr_loads_jumps(loads, alive, weight, question->arena, &offered, err));
        HR_TRY(hr_loss_carried(&offered, whole, question->effort, question->arena, &carried, why,
                               err));
        if (*why == NULL)
            add_refused(loads, &carried, whole, weight, refused);
    }
out:
    return st;
}

hr_status hr_exact_by_loss(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    const hr_quantity *q = &question->quantity;
    hr_loads loads;
    double *refused = NULL, all = 0.0;
    if (q->kind != HR_QUANTITY_BLOCKING && q->kind != HR_QUANTITY_BLOCKING_ALL)
        return HR_OK;
    answer->why = decline(question);
    if (answer->why != NULL)
        return HR_OK;
    const unsigned resource = watched(question, &answer->why);
    if (answer->why != NULL)
        return HR_OK;
    HR_TAKE(refused, question->arena, c->n_classes);
    HR_TRY(
        hr_loads_make(c, resource, question->effort, question->arena, &loads, &answer->why, err));
    if (answer->why == NULL)
        HR_TRY(refuse(question, &loads, resource, refused, &answer->why, err));
    for (unsigned k = 0; k < c->n_classes; k++)
        all += c->classes[k].share * refused[k];
    answer->value = q->kind == HR_QUANTITY_BLOCKING ? refused[q->class] : all;
    answer->error = 1e-11;
out:
    return st;
}
