/* The integer part of a configuration: ticks, fixed-point loads, samplers. One function per
 * group of fields of hr_prepared, in their order. */
#include <math.h>
#include <string.h>

#include "base/real.h"
#include "model/prepared.h"

#define MOST_ROUNDING 1e-4    /* relative; a study with coarser costs is refused */
#define TAIL          0x1p-40 /* probability of what is left out of an unbounded past or lateness */
#define MOST_STEPS    0x1p62
#define MOST_SECONDS  1.0e7 /* 115 days: windows, warm-ups and durations stay far inside hr_tick */
/* Loads are squared with about this many bits: with up to MOST_SNAPSHOTS = 2^12 in a window, the
 * sum over 2^20 replications of (n sum L^2)^2 < 2^(2 * (2 * 12 + 30)) still fits 128 bits. */
enum { SQUARE_BITS = 14, MOST_SNAPSHOTS = 4096 };
static const double TURN = 6.28318530717958647692528676655900577;

typedef struct hr_preparing {
    const hr_configuration *configuration;
    hr_prepared *prepared;
    hr_arena *arena;
} hr_preparing;

static hr_tick to_ticks(double seconds)
{
    return (hr_tick)(seconds * HR_TICKS_PER_SECOND + 0.5);
}

static hr_tick to_time(double seconds)
{
    return (hr_tick)((int64_t)HR_TICK_ZERO + (int64_t)floor(seconds * HR_TICKS_PER_SECOND + 0.5));
}

static bool is_whole(double value)
{
    return value == floor(value);
}

/* ---- time */

static hr_status prepare_time(const hr_preparing *p, hr_err *err)
{
    const hr_configuration *c = p->configuration;
    hr_prepared *o = p->prepared;
    if (!(c->length > 0.0) || c->length > MOST_SECONDS || fabs(c->from) > MOST_SECONDS ||
        !(c->warm_up >= 0.0) || c->warm_up > MOST_SECONDS)
        return HR_FAIL(err, HR_ERR_DATA, "window: from, length and warm_up must be within %g s",
                       MOST_SECONDS);
    if (c->n_periods < 1 || c->n_periods > HR_MAX_PERIODS)
        return HR_FAIL(err, HR_ERR_DATA, "window: 1 to %d busy periods, not %u", HR_MAX_PERIODS,
                       c->n_periods);
    if (c->start == HR_START_EMPTY && c->from < 0.0)
        return HR_FAIL(err, HR_ERR_DATA, "window.from must not be negative with start: empty");
    o->from = to_time(c->from);
    o->to = to_time(c->from + c->length);
    o->begin = c->start == HR_START_EMPTY ? HR_TICK_ZERO : to_time(c->from - c->warm_up);
    o->period = (o->to - o->from) / c->n_periods;
    if (o->period == 0)
        return HR_FAIL(err, HR_ERR_DATA, "window: a busy period is shorter than a tick (15 us)");
    for (unsigned i = 0; i < c->n_durations; i++)
        o->min_episode[i] = to_ticks(c->min_episode[i]);
    o->report_period = to_ticks(c->placement.report_period);
    o->session_step = to_ticks(c->session_step);
    o->observe_every = to_ticks(c->observe_every);
    if (o->observe_every > 0 && (o->to - o->from) / o->observe_every >= MOST_SNAPSHOTS)
        return HR_FAIL(err, HR_ERR_DATA,
                       "observe.every = %g s: gives more than %d snapshots in the window",
                       c->observe_every, MOST_SNAPSHOTS);
    o->n_slots = c->n_observed > 0 ? c->n_observed : (o->observe_every > 0 ? 1 : 0);
    for (unsigned i = 0; i < c->n_observed; i++) {
        const hr_tick at = to_time(c->observed[i]);
        if (at < o->from || at >= o->to)
            return HR_FAIL(err, HR_ERR_DATA,
                           "observe.times: %g s lies outside the window [%g s, %g s)",
                           c->observed[i], c->from, c->from + c->length);
        unsigned place = i; /* insertion: ascending, keeping the study's numbering in slot */
        for (; place > 0 && o->observed[place - 1] > at; place--) {
            o->observed[place] = o->observed[place - 1];
            o->slot[place] = o->slot[place - 1];
        }
        o->observed[place] = at;
        o->slot[place] = i;
    }
    return HR_OK;
}

/* ---- fixed point */

/* Abstract load is counted in whole units when every cost is whole, else in 2^-14. */
static bool class_load_is_whole(const hr_configuration *c, const hr_class *class, unsigned r)
{
    if (class->load != NULL && !hr_law_is_integer(&class->load[r]))
        return false;
    for (unsigned i = 0; i < class->n_profiles; i++) {
        if (!is_whole(class->profiles[i].cost[r]))
            return false;
        for (unsigned k = 0; k < class->profiles[i].n_kinds; k++) {
            if (!is_whole(class->profiles[i].kinds[k].cost[r]))
                return false;
        }
    }
    (void)c;
    return true;
}

static double choose_steps(const hr_configuration *c, unsigned r)
{
    if (c->resource[r] != HR_RESOURCE_LOAD)
        return hr_resources[c->resource[r]].steps;
    for (unsigned k = 0; k < c->n_classes; k++) {
        if (!class_load_is_whole(c, &c->classes[k], r))
            return 0x1p14;
    }
    return 1.0;
}

/* A cost in steps; the rounding error is remembered, the worst is judged at the end. */
static int64_t to_steps(hr_prepared *o, unsigned r, double value)
{
    const double exact = value * o->steps[r];
    const double rounded = floor(exact + 0.5);
    if (exact != 0.0) {
        const double error = fabs(rounded - exact) / fabs(exact);
        if (error > o->rounding)
            o->rounding = error;
    }
    return (int64_t)rounded;
}

static hr_status vector_to_steps(const hr_preparing *p, const double *value, size_t n,
                                 const int64_t **steps, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n_resources = p->configuration->n_resources;
    int64_t *out = NULL;
    HR_TAKE(out, p->arena, n * n_resources);
    for (size_t i = 0; i < n * n_resources; i++)
        out[i] = to_steps(p->prepared, (unsigned)(i % n_resources), value[i]);
    *steps = out;
out:
    return st;
}

static hr_status prepare_ceilings(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = p->configuration;
    hr_prepared *o = p->prepared;
    const unsigned n = c->n_servers;
    double *ceiling = NULL;
    double *full = NULL;
    HR_TAKE(ceiling, p->arena, c->n_limits * (size_t)n);
    HR_TAKE(full, p->arena, c->n_resources * (size_t)n);
    for (unsigned l = 0; l < c->n_limits; l++) {
        const hr_limit *limit = &c->limits[l];
        for (unsigned j = 0; j < n; j++) {
            const double steps = limit->ceiling[j] * o->steps[limit->resource];
            if (!(steps > 0.0 && steps < MOST_STEPS))
                return HR_FAIL(err, HR_ERR_DATA, "pool.ceilings.%s: %g is out of range",
                               hr_resources[c->resource[limit->resource]].name, limit->ceiling[j]);
            ceiling[l * n + j] = steps;
            double *highest = &full[limit->resource * n + j];
            if (limit->level >= 0 && steps > *highest)
                *highest = steps;
        }
    }
    for (unsigned r = 0; r < c->n_resources; r++) {
        double most = 0.0;
        for (unsigned j = 0; j < n; j++)
            most = full[r * n + j] > most ? full[r * n + j] : most;
        while (most >= (double)(1u << SQUARE_BITS)) {
            most *= 0.5;
            o->shift[r]++;
        }
    }
    o->ceiling = ceiling;
    o->full = full;
out:
    return st;
}

/* ---- samplers */

/* A table law over 0..n-1 with the given shares. */
static hr_status index_sampler(const hr_preparing *p, const double *share, size_t n,
                               hr_sampler *sampler, hr_err *err)
{
    hr_status st = HR_OK;
    double *value = NULL;
    HR_TAKE(value, p->arena, n);
    for (size_t i = 0; i < n; i++)
        value[i] = (double)i;
    const hr_law law = {.kind = HR_LAW_TABLE, .n = n, .value = value, .share = share};
    HR_TRY(hr_sampler_init(sampler, &law, p->arena, err));
out:
    return st;
}

static hr_status prepare_weights(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    uint32_t *threshold = NULL;
    HR_TAKE(threshold, p->arena, p->configuration->n_servers);
    double sum = 0.0;
    for (unsigned j = 0; j < p->configuration->n_servers; j++) {
        sum += p->configuration->weight[j];
        const double words = floor(sum * 0x1p32 + 0.5);
        threshold[j] = words >= 0x1p32 ? UINT32_MAX : words < 1.0 ? 0 : (uint32_t)words - 1;
    }
    threshold[p->configuration->n_servers - 1] = UINT32_MAX;
    p->prepared->weight = threshold;
out:
    return st;
}

static hr_status prepare_profile(const hr_preparing *p, const hr_profile *profile,
                                 hr_prepared_profile *o, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n_resources = p->configuration->n_resources;
    double *share = NULL;
    double *cost = NULL;
    HR_TRY(vector_to_steps(p, profile->cost, 1, &o->cost, err));
    HR_TAKE(share, p->arena, profile->n_kinds);
    HR_TAKE(cost, p->arena, profile->n_kinds * (size_t)n_resources);
    for (unsigned k = 0; k < profile->n_kinds; k++) {
        share[k] = profile->kinds[k].share;
        memcpy(cost + k * (size_t)n_resources, profile->kinds[k].cost, n_resources * sizeof *cost);
    }
    HR_TRY(vector_to_steps(p, cost, profile->n_kinds, &o->kind_cost, err));
    HR_TRY(index_sampler(p, share, profile->n_kinds, &o->kind, err));
    o->n_kinds = profile->n_kinds;
out:
    return st;
}

/* Random loads of a class: samplers, and the rounding that continuous laws suffer. */
static hr_status prepare_load_laws(const hr_preparing *p, const hr_class *class,
                                   hr_prepared_class *o, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n_resources = p->configuration->n_resources;
    hr_sampler *load = NULL;
    if (class->load == NULL)
        return HR_OK;
    HR_TAKE(load, p->arena, n_resources);
    for (unsigned r = 0; r < n_resources; r++) {
        HR_TRY(hr_sampler_init(&load[r], &class->load[r], p->arena, err));
        const double mean = hr_law_mean(&class->load[r]) * p->prepared->steps[r];
        if (!hr_law_is_integer(&class->load[r]) && mean > 0.0) {
            const double error = hr_law_is_constant(&class->load[r])
                                     ? fabs(floor(mean + 0.5) - mean) / mean
                                     : 0.25 / mean; /* mean distance to the nearest step */
            if (error > p->prepared->rounding)
                p->prepared->rounding = error;
        }
    }
    o->load = load;
out:
    return st;
}

static hr_status prepare_class(const hr_preparing *p, const hr_class *class, hr_prepared_class *o,
                               hr_err *err)
{
    hr_status st = HR_OK;
    double *share = NULL;
    hr_prepared_profile *profiles = NULL;
    o->mean_duration = hr_law_mean(&class->duration);
    if (!(o->mean_duration > 0.0) || o->mean_duration > MOST_SECONDS)
        return HR_FAIL(err, HR_ERR_DATA, "class %s: mean duration %g s is out of range",
                       class->name, o->mean_duration);
    HR_TRY(hr_sampler_init(&o->size, &class->size, p->arena, err));
    HR_TRY(hr_sampler_init(&o->duration, &class->duration, p->arena, err));
    HR_TRY(hr_law_length_biased(&class->duration, p->arena, &o->alive, err));
    HR_TAKE(share, p->arena, class->n_profiles);
    HR_TAKE(profiles, p->arena, class->n_profiles);
    for (unsigned i = 0; i < class->n_profiles; i++) {
        share[i] = class->profiles[i].share;
        HR_TRY(prepare_profile(p, &class->profiles[i], &profiles[i], err));
    }
    HR_TRY(index_sampler(p, share, class->n_profiles, &o->profile, err));
    o->profiles = profiles;
    HR_TRY(prepare_load_laws(p, class, o, err));
    if (class->reserve != NULL)
        HR_TRY(vector_to_steps(p, class->reserve, 1, &o->reserve, err));
out:
    return st;
}

static hr_status prepare_classes(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = p->configuration;
    hr_prepared_class *classes = NULL;
    double *share = NULL;
    double *alive = NULL;
    HR_TAKE(classes, p->arena, c->n_classes);
    HR_TAKE(share, p->arena, c->n_classes);
    HR_TAKE(alive, p->arena, c->n_classes);
    double mean = 0.0;
    for (unsigned k = 0; k < c->n_classes; k++) {
        HR_TRY(prepare_class(p, &c->classes[k], &classes[k], err));
        share[k] = c->classes[k].share;
        alive[k] = share[k] * classes[k].mean_duration;
        mean += alive[k];
    }
    for (unsigned k = 0; k < c->n_classes; k++)
        alive[k] /= mean;
    p->prepared->mean_duration = mean;
    p->prepared->classes = classes;
    HR_TRY(index_sampler(p, share, c->n_classes, &p->prepared->class_of, err));
    HR_TRY(index_sampler(p, alive, c->n_classes, &p->prepared->class_alive, err));
    p->prepared->joins_at_once = hr_law_is_constant(&c->join) && hr_law_mean(&c->join) == 0.0;
    if (!p->prepared->joins_at_once)
        HR_TRY(hr_sampler_init(&p->prepared->join, &c->join, p->arena, err));
out:
    return st;
}

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

/* Mean number of meetings alive at the start, or of the candidates they are thinned from:
 * M/G/inf for rates; for clock batches, count/period times E[D] plus one epoch (the number of
 * epochs within a meeting's life is below D / period + 1). */
static double alive_mean(const hr_preparing *p, const hr_source *source, hr_prepared_source *o)
{
    const double lasts = p->prepared->mean_duration;
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
        o->period = to_ticks(source->period);
        if (o->period == 0)
            return HR_FAIL(err, HR_ERR_DATA, "arrivals: period of a clock_batch must be positive");
        const bool constant = hr_law_is_constant(&source->lateness);
        const double low =
            constant ? hr_law_mean(&source->lateness) : hr_law_quantile(&source->lateness, TAIL);
        const double high = constant ? low : hr_law_quantile(&source->lateness, 1.0 - TAIL);
        o->earliest = low < 0.0 ? to_ticks(-low) : 0;
        o->latest = high > 0.0 ? to_ticks(high) : 0;
    }
    o->offset = to_time(source->offset);
    o->poisson_count = source->count.kind == HR_LAW_POISSON;
    for (unsigned k = 0; k < p->configuration->n_classes; k++) {
        const double longest = hr_law_quantile(&p->configuration->classes[k].duration, 1.0 - TAIL);
        o->history = longest > o->history ? longest : o->history;
    }
out:
    return st;
}

static hr_status prepare_sources(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = p->configuration;
    hr_prepared_source *sources = NULL;
    HR_TAKE(sources, p->arena, c->n_sources);
    for (unsigned i = 0; i < c->n_sources; i++) {
        hr_prepared_source *o = &sources[i];
        o->greatest_rate = greatest_rate(&c->sources[i]);
        if (c->sources[i].kind >= HR_SOURCE_POISSON_BATCH)
            HR_TRY(prepare_batch(p, &c->sources[i], o, err));
        o->alive_mean = c->start == HR_START_EMPTY ? 0.0 : alive_mean(p, &c->sources[i], o);
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

/* Sessions of an M/M/inf system on a grid of steps h: each survives a step with e^(-h/s), and
 * those that begin and last into the next step are Poisson(mean (1 - e^(-h/s))). */
static hr_status prepare_sessions(const hr_preparing *p, const hr_background *background,
                                  hr_prepared_background *o, hr_err *err)
{
    hr_status st = HR_OK;
    double *survive_all = NULL;
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
    o->n_survive_all = (uint32_t)most;
    HR_TAKE(survive_all, p->arena, o->n_survive_all);
    for (uint32_t i = 0; i < o->n_survive_all; i++)
        survive_all[i] = i == 0 ? 1.0 : survive_all[i - 1] * o->survive;
    o->survive_all = survive_all;
    HR_TRY(vector_to_steps(p, background->cost, 1, &o->cost, err));
    p->prepared->n_session_items++;
out:
    return st;
}

static hr_status prepare_background(const hr_preparing *p, hr_err *err)
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

/* ---- what is asked on top */

static hr_status prepare_questions(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = p->configuration;
    int64_t *threshold = NULL;
    int64_t *probe = NULL;
    HR_TAKE(threshold, p->arena, c->n_thresholds);
    for (unsigned i = 0; i < c->n_thresholds; i++)
        threshold[i] = (int64_t)floor(c->threshold[i] * p->prepared->steps[0]);
    HR_TAKE(probe, p->arena, c->n_probes * (size_t)c->n_resources);
    for (unsigned i = 0; i < c->n_probes; i++) {
        for (unsigned r = 0; r < c->n_resources; r++)
            probe[i * c->n_resources + r] =
                (int64_t)floor(c->probes[i].load[r] * p->prepared->steps[r] + 0.5);
    }
    p->prepared->threshold = threshold;
    p->prepared->probe = probe;
out:
    return st;
}

static hr_status check_shapes(const hr_configuration *c, hr_err *err)
{
    if (c->n_servers < 1 || c->n_servers > HR_MAX_SERVERS)
        return HR_FAIL(err, HR_ERR_DATA, "pool.servers: 1 to %d, not %u", HR_MAX_SERVERS,
                       c->n_servers);
    if (c->n_resources < 1 || c->n_limits < 1 || c->n_criteria < 1)
        return HR_FAIL(err, HR_ERR_DATA,
                       "pool.ceilings: no resource has a ceiling, so nothing can be overloaded; "
                       "give at least one, e.g. pool.ceilings.cpu.full: 100 %%");
    if (c->n_classes < 1 || c->n_classes > UINT16_MAX || c->n_sources < 1)
        return HR_FAIL(err, HR_ERR_DATA, "at least one class and one source of arrivals needed");
    if (c->placement.rule == HR_RULE_POWER_OF_D &&
        (c->placement.d < 1 || c->placement.d > c->n_servers))
        return HR_FAIL(err, HR_ERR_DATA, "placement.d = %u: must lie in 1..%u (servers)",
                       c->placement.d, c->n_servers);
    return HR_OK;
}

hr_status hr_configuration_prepare(hr_configuration *configuration, hr_arena *arena, hr_err *err)
{
    hr_status st = HR_OK;
    hr_prepared *prepared = NULL;
    HR_TRY(check_shapes(configuration, err));
    HR_TAKE(prepared, arena, 1);
    const hr_preparing p = {configuration, prepared, arena};
    for (unsigned r = 0; r < configuration->n_resources; r++)
        prepared->steps[r] = choose_steps(configuration, r);
    HR_TRY(prepare_time(&p, err));
    HR_TRY(prepare_ceilings(&p, err));
    HR_TRY(prepare_weights(&p, err));
    HR_TRY(prepare_classes(&p, err));
    HR_TRY(prepare_sources(&p, err));
    HR_TRY(prepare_background(&p, err));
    HR_TRY(prepare_questions(&p, err));
    if (prepared->rounding > MOST_ROUNDING)
        return HR_FAIL(err, HR_ERR_DATA,
                       "a cost is rounded by %.2g of itself to the fixed-point step of its "
                       "resource (at most %g is accepted): give it in larger units",
                       prepared->rounding, MOST_ROUNDING);
    configuration->prepared = prepared;
out:
    return st;
}
