/* Arrival sources (rates, batches, what is alive at the start) and background. */
#include <math.h>

#include "base/memo.h"
#include "base/real.h"
#include "model/preparing.h"

#define MOST_EXPONENT 700.0   /* e^-700 is a normal number: where the inversion of ends begins */
#define TAIL          0x1p-40 /* probability of what is left out of an unbounded past or lateness */
static const double TURN = 6.28318530717958647692528676655900577;

/* ---- arrivals */

double hr_source_rate(const hr_source *source, double t)
{
    if (source->kind == HR_SOURCE_SINUSOID) {
        const double turns = t / source->period + source->phase / TURN;
        return source->rate * (1.0 + source->amplitude * hr_sin_turn(turns));
    }
    if (source->kind != HR_SOURCE_PIECEWISE)
        return source->rate;
    double u = t;
    if (source->period > 0.0) {
        const double turns = (t - source->edges[0]) / source->period;
        u = source->edges[0] + (turns - floor(turns)) * source->period;
    }
    for (unsigned i = 0; i < source->n_pieces; i++) {
        if (u >= source->edges[i] && u < source->edges[i + 1])
            return source->rates[i];
    }
    return 0.0;
}

static double greatest_rate(const hr_source *source)
{
    if (source->kind == HR_SOURCE_SINUSOID)
        return source->rate * (1.0 + source->amplitude);
    if (source->kind != HR_SOURCE_PIECEWISE)
        return source->rate;
    double greatest = 0.0;
    for (unsigned i = 0; i < source->n_pieces; i++)
        greatest = source->rates[i] > greatest ? source->rates[i] : greatest;
    return greatest;
}

static bool is_same(double a, double b)
{
    return !(a < b) && !(a > b);
}

static double ratio(double rate, double candidates)
{
    if (rate <= candidates)
        return candidates > 0.0 ? rate / candidates : 1.0;
    return (double)NAN;
}

/* The pieces must be in one proportion. */
static double ratio_of_pieces(const hr_source *source, const hr_source *candidates)
{
    double rate = 0.0, most = 0.0;
    if (source->n_pieces != candidates->n_pieces)
        return (double)NAN;
    for (unsigned i = 0; i < source->n_pieces; i++) {
        rate += source->rates[i];
        most += candidates->rates[i];
    }
    const double share = ratio(rate, most);
    for (unsigned i = 0; i < source->n_pieces; i++) {
        if (fabs(source->rates[i] - share * candidates->rates[i]) > 1e-12 * most ||
            !is_same(source->edges[i], candidates->edges[i]) ||
            !is_same(source->edges[i + 1], candidates->edges[i + 1]))
            return (double)NAN;
    }
    return share;
}

double hr_source_share(const hr_source *source, const hr_source *candidates)
{
    if (source->kind != candidates->kind || !is_same(source->amplitude, candidates->amplitude) ||
        !is_same(source->period, candidates->period) ||
        !is_same(source->phase, candidates->phase) ||
        !is_same(source->offset, candidates->offset) || source->is_late != candidates->is_late ||
        !is_same(source->begins, candidates->begins) ||
        !hr_law_equals(&source->lateness, &candidates->lateness))
        return (double)NAN;
    switch (source->kind) {
    case HR_SOURCE_POISSON:
    case HR_SOURCE_SINUSOID:
        return ratio(source->rate, candidates->rate);
    case HR_SOURCE_PIECEWISE:
        return ratio_of_pieces(source, candidates);
    case HR_SOURCE_POISSON_BATCH:
        return hr_law_equals(&source->count, &candidates->count)
                   ? ratio(source->rate, candidates->rate)
                   : (double)NAN;
    case HR_SOURCE_CLOCK_BATCH:
    case HR_SOURCE_SINGLE_BATCH:
        if (source->count.kind == HR_LAW_POISSON && candidates->count.kind == HR_LAW_POISSON)
            return ratio(source->count.a, candidates->count.a);
        return hr_law_equals(&source->count, &candidates->count) ? 1.0 : (double)NAN;
    case HR_N_SOURCE_KINDS:
        break;
    }
    return (double)NAN;
}

/* Mean number of meetings alive at the start, or of the candidates they are thinned from:
 * M/G/inf for rates; for clock batches, count/period times E[D] plus one epoch (the number of
 * epochs within a meeting's life is below D / period + 1). */
static double alive_mean(const hr_source *source, const hr_prepared_source *o, double lasts)
{
    switch (source->kind) {
    case HR_SOURCE_POISSON:
    case HR_SOURCE_SINUSOID:
    case HR_SOURCE_PIECEWISE:
        return o->greatest_rate * lasts;
    case HR_SOURCE_CLOCK_BATCH:
        return o->poisson_count ? hr_law_mean(&source->count) * (lasts / source->period + 1.0)
                                : 0.0;
    case HR_SOURCE_POISSON_BATCH:
    case HR_SOURCE_SINGLE_BATCH:
    case HR_N_SOURCE_KINDS:
        break;
    }
    return 0.0;
}

static hr_status prepare_batch(const hr_preparing *p, const hr_source *source,
                               hr_prepared_source *o, hr_err *err)
{
    hr_status st = HR_OK;
    HR_TRY(hr_sampler_init(&o->count, &source->count, p->arena, err));
    if (source->kind == HR_SOURCE_CLOCK_BATCH) {
        HR_TRY(hr_sampler_init(&o->lateness, &source->lateness, p->arena, err));
        o->period = hr_preparing_ticks(source->period);
        if (o->period == 0)
            return HR_FAIL(err, HR_ERR_DATA, "arrivals: period of a clock_batch must be positive");
        const bool constant = hr_law_is_constant(&source->lateness);
        const double low =
            constant ? hr_law_mean(&source->lateness) : hr_law_quantile(&source->lateness, TAIL);
        const double high = constant ? low : hr_law_quantile(&source->lateness, 1.0 - TAIL);
        o->earliest = low < 0.0 ? hr_preparing_ticks(-low) : 0;
        o->latest = high > 0.0 ? hr_preparing_ticks(high) : 0;
    }
    o->offset = hr_preparing_time(source->offset);
    o->poisson_count = source->count.kind == HR_LAW_POISSON;
    for (unsigned k = 0; k < p->configuration->n_classes; k++) {
        const double longest = hr_law_quantile(&p->configuration->classes[k].duration, 1.0 - TAIL);
        o->history = longest > o->history ? longest : o->history;
    }
out:
    return st;
}

hr_status hr_prepare_sources(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = p->configuration;
    hr_prepared_source *sources = NULL;
    HR_TAKE(sources, p->arena, c->n_sources);
    for (unsigned i = 0; i < c->n_sources; i++) {
        hr_prepared_source *o = &sources[i];
        const bool is_calls = i == 1 && c->feed != NULL && c->feed->has_calls;
        const double lasts =
            is_calls ? p->prepared->classes[i].mean_duration : p->prepared->mean_duration;
        const hr_source *drawn = c->sources[i].candidates;
        drawn = drawn != NULL ? drawn : &c->sources[i];
        const double share = hr_source_share(&c->sources[i], drawn);
        o->drawn = isnan(share) ? &c->sources[i] : drawn;
        o->keep = isnan(share) ? (uint64_t)1 << 32 : (uint64_t)(share * 0x1p32 + 0.5);
        o->greatest_rate = greatest_rate(o->drawn);
        o->first = p->prepared->begin;
        if (o->drawn->is_late && hr_preparing_time(o->drawn->begins) > o->first)
            o->first = hr_preparing_time(o->drawn->begins);
        if (o->drawn->kind >= HR_SOURCE_POISSON_BATCH)
            HR_TRY(prepare_batch(p, o->drawn, o, err));
        o->alive_mean = c->start == HR_START_EMPTY ? 0.0 : alive_mean(o->drawn, o, lasts);
        if (o->alive_mean > 0.0) {
            const hr_law number = {.kind = HR_LAW_POISSON, .a = o->alive_mean};
            HR_TRY(hr_sampler_init(&o->alive, &number, p->arena, err));
        }
    }
    p->prepared->sources = sources;
out:
    return st;
}

/* ---- background */

/* survive^n, the same for all who have as many sessions that last as long. */
static hr_status find_powers(const hr_preparing *p, hr_prepared_background *o, hr_err *err)
{
    hr_status st = HR_OK;
    const double key[] = {o->survive, o->n_survive_all};
    double *power = NULL;
    o->survive_all = hr_memo_find(p->arena, HR_MEMO_SURVIVE, key, sizeof key);
    if (o->survive_all != NULL)
        return HR_OK;
    HR_TAKE(power, p->arena, o->n_survive_all);
    for (uint32_t i = 0; i < o->n_survive_all; i++)
        power[i] = i == 0 ? 1.0 : power[i - 1] * o->survive;
    HR_TRY(hr_memo_keep(p->arena, HR_MEMO_SURVIVE, key, sizeof key, power, err));
    o->survive_all = power;
out:
    return st;
}

/* Sessions of an M/M/inf system on a grid of steps h: each survives a step with e^(-h/s), and
 * those that begin and last into the next step are Poisson(mean (1 - e^(-h/s))). */
static hr_status prepare_sessions(const hr_preparing *p, const hr_background *background,
                                  hr_prepared_background *o, hr_err *err)
{
    hr_status st = HR_OK;
    o->survive = hr_exp(-p->configuration->session_step / background->holding);
    const hr_law stationary = {.kind = HR_LAW_POISSON, .a = background->sessions};
    const hr_law newcomers = {.kind = HR_LAW_POISSON,
                              .a = background->sessions * (1.0 - o->survive)};
    HR_TRY(hr_sampler_init(&o->in_progress, &stationary, p->arena, err));
    HR_TRY(hr_sampler_init(&o->newcomers, &newcomers, p->arena, err));
    const double most = background->sessions + 12.0 * sqrt(background->sessions) + 64.0;
    if (most > 60000.0)
        return HR_FAIL(err, HR_ERR_DATA, "background %s: %g sessions per server is too many",
                       background->name, background->sessions);
    if (most * p->configuration->session_step / background->holding > MOST_EXPONENT)
        return HR_FAIL(err, HR_ERR_DATA,
                       "background %s: %g sessions of %g s cannot be followed in steps of %g s; "
                       "give background.session_step of at most %.2g s",
                       background->name, background->sessions, background->holding,
                       p->configuration->session_step, MOST_EXPONENT * background->holding / most);
    o->n_survive_all = (uint32_t)most;
    HR_TRY(find_powers(p, o, err));
    HR_TRY(hr_preparing_costs(p, background->cost, 1, &o->cost, err));
    p->prepared->n_session_items++;
out:
    return st;
}

hr_status hr_prepare_background(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = p->configuration;
    hr_prepared_background *items = NULL;
    HR_TAKE(items, p->arena, c->n_background);
    for (unsigned i = 0; i < c->n_background; i++) {
        if (c->background[i].kind == HR_BACKGROUND_SESSIONS) {
            if (!(c->session_step > 0.0 && c->background[i].holding > 0.0))
                return HR_FAIL(err, HR_ERR_DATA,
                               "background %s: session_step and holding must be positive",
                               c->background[i].name);
            HR_TRY(prepare_sessions(p, &c->background[i], &items[i], err));
        } else {
            HR_TRY(hr_sampler_init(&items[i].held, &c->background[i].law, p->arena, err));
        }
    }
    p->prepared->background = items;
out:
    return st;
}
