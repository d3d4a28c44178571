/* Meetings that all last alike: the number in progress is how many started in a window of that
 * length which slides along, a scan statistic. */
#include <math.h>

#include "base/real.h"
#include "exact/question.h"
#include "exact/split.h"
#include "model/prepared.h"

/* A server's window: meetings of one duration start at `rate`, and so many are borne. */
typedef struct sliding {
    double rate, duration;
    double slides; /* s by which the window of a duration slides, at most a duration */
    double
        standing; /* s of it at the beginning: less than a duration, only where it never slides */
} sliding;

static double poisson(double n, double mean)
{
    if (!(mean > 0.0))
        return n > 0.0 ? 0.0 : 1.0;
    return hr_exp(n * hr_log(mean) - mean - hr_lgamma(n + 1.0));
}

static double poisson_above(double n, double mean)
{
    return mean > 0.0 ? hr_gamma_p(n + 1.0, mean) : 0.0;
}

/* P(more than `most` at any time). Let I, J and K be what starts in the part that the window
 * leaves, in the part it never leaves and in that which it enters: given I + K, leaving and
 * entering are in random order, and by reflection i!k!/((i + m)!(k - m)!) of the orders climb by m
 * (Naus 1982, "Approximations for distributions of scan statistics"). With the Poisson weights of I
 * and K that is the weight of i + m = most + 1 - j and k - m: terms are positive, so that the
 * smallest sums keep their digits. */
static double ever_above(const sliding *s, double most)
{
    const double moved = s->rate * s->slides, kept = s->rate * (s->standing - s->slides);
    double sum = poisson_above(most, s->rate * s->standing);
    double below = 0.0, climbs = 0.0; /* P(K <= left - 1), and their sum up to left */
    for (double left = 0.0; left <= most && s->slides > 0.0; left += 1.0) {
        climbs += below;
        below += poisson(left, moved);
        const double held = poisson(most - left, kept); /* J */
        sum += held * (fmin(below, 1.0) * poisson_above(left, moved) +
                       poisson(left + 1.0, moved) * climbs);
    }
    return fmin(sum, 1.0);
}

/* ---- the method */

static double beginning(const hr_configuration *c)
{
    return ((double)c->prepared->begin - (double)HR_TICK_ZERO) / HR_TICKS_PER_SECOND;
}

/* The one duration of all meetings; 0 when there is none. */
static double one_duration(const hr_configuration *c)
{
    for (unsigned k = 0; k < c->n_classes; k++) {
        if (c->classes[k].duration.kind != HR_LAW_CONSTANT ||
            !hr_law_equals(&c->classes[k].duration, &c->classes[0].duration))
            return 0.0;
    }
    return c->classes[0].duration.a;
}

static const char *decline(const hr_question *question)
{
    const hr_configuration *c = question->configuration;
    const char *why = hr_instant_decline(c);
    if (why == NULL && !hr_question_is_random(question))
        why = "where meetings go depends on what is there";
    for (unsigned s = 0; s < c->n_sources && why == NULL; s++) {
        if (c->sources[s].kind != HR_SOURCE_POISSON || c->sources[s].is_late)
            why = "meetings do not start at one rate";
    }
    if (why == NULL && !(one_duration(c) > 0.0))
        why = "meetings do not all last alike";
    return why;
}

/* How far the window slides: from empty, or from meetings in equilibrium. */
static sliding window_of(const hr_configuration *c, const char **why)
{
    const double length = c->length / c->n_periods, waits = c->from - beginning(c);
    sliding s = {.duration = one_duration(c)};
    s.standing = s.duration;
    s.slides = length;
    if (c->start == HR_START_EMPTY && waits < s.duration) {
        if (waits > 0.0 || c->n_periods > 1)
            *why = "busy periods differ";
        s.standing = fmin(length, s.duration);
        s.slides = fmax(length - s.duration, 0.0);
    }
    if (s.slides > s.duration * (1.0 + 1e-12))
        *why = "the busy period is longer than meetings last twice, or once where some are there";
    s.slides = fmin(s.slides, s.duration);
    return s;
}

static hr_status any_above(const hr_question *question, unsigned resource, double *value,
                           const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    hr_loads loads;
    double *p = NULL, rate = 0.0;
    HR_TRY(hr_loads_make(c, resource, question->effort, question->arena, &loads, why, err));
    if (*why != NULL)
        return HR_OK;
    sliding s = window_of(c, why);
    const double background = hr_question_background(question, resource, why);
    if (loads.n != 1)
        *why = "meetings load differently";
    if (*why != NULL)
        return HR_OK;
    for (unsigned i = 0; i < c->n_sources; i++)
        rate += c->sources[i].rate;
    HR_TAKE(p, question->arena, c->n_servers);
    double carried = 0.0; /* share of the meetings that load at all */
    for (size_t i = 0; i < loads.n_shares; i++)
        carried += loads.shares[i].load > 0
                       ? c->classes[loads.shares[i].class].share * loads.shares[i].share
                       : 0.0;
    for (unsigned j = 0; j < c->n_servers; j++) {
        const double room =
            hr_quantity_ceiling(c, question->quantity.criterion, resource, j) - background;
        s.rate = rate * carried * (c->n_servers == 1 ? 1.0 : c->weight[j]);
        p[j] = room < 0.0 ? 1.0 : ever_above(&s, floor(room / (double)loads.load[0]));
    }
    *value = hr_split_any(p, c->n_servers);
out:
    return st;
}

hr_status hr_exact_by_scan(const hr_question *question, hr_exact *answer, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = question->configuration;
    unsigned resource[HR_MAX_RESOURCES];
    if (question->quantity.kind != HR_QUANTITY_PERIOD_OVER ||
        c->min_episode[question->quantity.duration] > 0.0 ||
        hr_quantity_resources(c, question->quantity.criterion, resource) != 1)
        return HR_OK;
    answer->why = decline(question);
    if (answer->why == NULL)
        HR_TRY(any_above(question, resource[0], &answer->value, &answer->why, err));
    answer->error = 1e-10;
out:
    return st;
}
