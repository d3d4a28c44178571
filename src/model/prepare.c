/* The integer part of a configuration: ticks, fixed-point ceilings, weights, questions. One
 * function per group of fields of hr_prepared, in their order; meetings in prepare_classes.c,
 * arrivals and background in prepare_sources.c. */
#include <math.h>

#include "model/preparing.h"

#define MOST_ROUNDING 1e-4 /* relative; a study with coarser costs is refused */
#define MOST_STEPS    0x1p62
/* Loads are squared with about this many bits: with up to MOST_SNAPSHOTS = 2^12 in a window, the
 * sum over 2^20 replications of (n sum L^2)^2 < 2^(2 * (2 * 12 + 30)) still fits 128 bits. */
enum { SQUARE_BITS = 14, MOST_SNAPSHOTS = 4096 };

static bool is_whole(double value)
{
    return value == floor(value);
}

/* ---- time */

static hr_status prepare_time(const hr_preparing *p, hr_err *err)
{
    const hr_configuration *c = p->configuration;
    hr_prepared *o = p->prepared;
    if (!(c->length > 0.0) || c->length > HR_MOST_SECONDS || fabs(c->from) > HR_MOST_SECONDS ||
        !(c->warm_up >= 0.0) || c->warm_up > HR_MOST_SECONDS)
        return HR_FAIL(err, HR_ERR_DATA, "window: from, length and warm_up must be within %g s",
                       HR_MOST_SECONDS);
    if (c->n_periods < 1 || c->n_periods > HR_MAX_PERIODS)
        return HR_FAIL(err, HR_ERR_DATA, "window: 1 to %d busy periods, not %u", HR_MAX_PERIODS,
                       c->n_periods);
    if (c->start == HR_START_EMPTY && c->from < 0.0)
        return HR_FAIL(err, HR_ERR_DATA, "window.from must not be negative with start: empty");
    o->from = hr_preparing_time(c->from);
    o->to = hr_preparing_time(c->from + c->length);
    o->begin = c->start == HR_START_EMPTY ? HR_TICK_ZERO : hr_preparing_time(c->from - c->warm_up);
    o->period = (o->to - o->from) / c->n_periods;
    if (o->period == 0)
        return HR_FAIL(err, HR_ERR_DATA, "window: a busy period is shorter than a tick (15 us)");
    for (unsigned i = 0; i < c->n_durations; i++)
        o->min_episode[i] = hr_preparing_ticks(c->min_episode[i]);
    o->report_period = hr_preparing_ticks(c->placement.report_period);
    o->report_lag = hr_preparing_ticks(c->placement.report_lag);
    o->young_age = hr_preparing_ticks(c->placement.young_age);
    o->review_period = hr_preparing_ticks(c->placement.review_period);
    o->cool_down = hr_preparing_ticks(c->placement.cool_down);
    o->session_step = hr_preparing_ticks(c->session_step);
    o->observe_every = hr_preparing_ticks(c->observe_every);
    if (o->observe_every > 0 && (o->to - o->from) / o->observe_every >= MOST_SNAPSHOTS)
        return HR_FAIL(err, HR_ERR_DATA,
                       "observe.every = %g s: gives more than %d snapshots in the window",
                       c->observe_every, MOST_SNAPSHOTS);
    o->n_slots = c->n_observed > 0 ? c->n_observed : (o->observe_every > 0 ? 1 : 0);
    for (unsigned i = 0; i < c->n_observed; i++) {
        const hr_tick at = hr_preparing_time(c->observed[i]);
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

/* ---- backlog */

static hr_status prepare_backlog(const hr_preparing *p, hr_err *err)
{
    const hr_configuration *c = p->configuration;
    hr_prepared *o = p->prepared;
    o->backlog_limit = -1;
    for (unsigned l = 0; l < c->n_limits; l++) {
        if (c->limits[l].level == HR_LEVEL_FULL &&
            c->resource[c->limits[l].resource] == HR_RESOURCE_CPU)
            o->backlog_limit = (int)l;
    }
    if (!c->backlog.is_followed)
        return HR_OK;
    o->throttled_from = hr_preparing_ticks(c->backlog.throttled_from);
    o->throttled_until = hr_preparing_ticks(c->backlog.throttled_until);
    o->rejected_from = hr_preparing_ticks(c->backlog.rejected_from);
    if (o->throttled_until >= o->throttled_from || o->rejected_from == 0)
        return HR_FAIL(err, HR_ERR_DATA,
                       "signals: a server is throttled from %g s of backlog on until it is back at "
                       "%g s, which must be less; requests are rejected from %g s on, not at 0",
                       c->backlog.throttled_from, c->backlog.throttled_until,
                       c->backlog.rejected_from);
    return HR_OK;
}

/* ---- samplers */

static hr_status prepare_weights(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned n = p->configuration->n_servers;
    const unsigned n_padded = (n + HR_WEIGHT_PAD - 1) / HR_WEIGHT_PAD * HR_WEIGHT_PAD;
    uint32_t *threshold = NULL;
    HR_TAKE(threshold, p->arena, n_padded);
    double sum = 0.0;
    for (unsigned j = 0; j < n; j++) {
        sum += p->configuration->weight[j];
        const double words = floor(sum * 0x1p32 + 0.5);
        threshold[j] = words >= 0x1p32 ? UINT32_MAX : words < 1.0 ? 0 : (uint32_t)words - 1;
    }
    for (unsigned j = n > 0 ? n - 1 : 0; j < n_padded; j++)
        threshold[j] = UINT32_MAX;
    p->prepared->weight = threshold;
out:
    return st;
}

/* ---- hints */

static hr_status prepare_hint(const hr_preparing *p, hr_err *err)
{
    const hr_placement *placement = &p->configuration->placement;
    if (placement->hint == HR_HINT_NONE)
        return HR_OK;
    return hr_sampler_init(&p->prepared->hint, &placement->hint_law, p->arena, err);
}

/* ---- legs */

static hr_status prepare_legs(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_feed *feed = p->configuration->feed;
    uint64_t *keep = NULL;
    if (feed == NULL)
        return HR_OK;
    HR_TAKE(keep, p->arena, feed->n_legs);
    for (unsigned i = 0; i < feed->n_legs; i++)
        keep[i] = (uint64_t)(feed->leg[i].share * 0x1p32 + 0.5);
    p->prepared->leg_keep = keep;
out:
    return st;
}

/* ---- what is asked on top */

/* Media of the probes, rounded so that they sum to what the whole is rounded to. */
static hr_status prepare_probe_parts(const hr_preparing *p, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_configuration *c = p->configuration;
    const size_t n_media = HR_MEDIUM_LAST + 1, n = c->n_resources;
    int64_t *part = NULL;
    if (c->n_probes == 0 || c->probes[0].part == NULL)
        return HR_OK;
    HR_TAKE(part, p->arena, c->n_probes * n_media * n);
    for (size_t i = 0; i < c->n_probes * n; i++) {
        const size_t probe = i / n, r = i % n;
        double sum = 0.0;
        int64_t before = 0;
        for (size_t m = 0; m < n_media; m++) {
            sum += c->probes[probe].part[m * n + r] * p->prepared->steps[r];
            const int64_t upto = (int64_t)floor(sum + 0.5);
            part[(probe * n_media + m) * n + r] = upto - before;
            before = upto;
        }
    }
    p->prepared->probe_part = part;
out:
    return st;
}

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
    HR_TRY(prepare_probe_parts(p, err));
out:
    return st;
}

static hr_status check_shapes(const hr_configuration *c, hr_err *err)
{
    if ((c->n_servers < 1 && !c->may_be_empty) || c->n_servers > HR_MAX_SERVERS)
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
    if (c->placement.report_lag > c->placement.report_period)
        return HR_FAIL(
            err, HR_ERR_DATA,
            "placement.report_lag = %g s: a report is on its way for at most a period of "
            "reports (%g s)",
            c->placement.report_lag, c->placement.report_period);
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
    HR_TRY(prepare_backlog(&p, err));
    HR_TRY(prepare_weights(&p, err));
    HR_TRY(hr_prepare_classes(&p, err));
    HR_TRY(hr_prepare_sources(&p, err));
    HR_TRY(hr_prepare_background(&p, err));
    HR_TRY(hr_prepare_failures(&p, err));
    HR_TRY(prepare_hint(&p, err));
    HR_TRY(prepare_legs(&p, err));
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
