#include "cli/forecast.h"

#include <math.h>
#include <string.h>

#include "input/input.h"
#include "kernel/kernel.h"
#include "model/prepared.h"
#include "model/tally.h"
#include "results/bracket.h"
#include "study/size.h"

/* Time of one event (a start, a join, an end, a report, a step of sessions) on one core of 2020
 * or so, of drawing a meeting, and of folding one cell of the tally after a replication; measured
 * on the ready studies, good to a factor of two. What is drawn and ordered once for all that share
 * an input is paid by them together. */
#define SECONDS_PER_EVENT             35e-9
#define SECONDS_PER_DRAWN_EVENT       40e-9
#define SECONDS_PER_EVENT_IN_LANE     12e-9
#define SECONDS_PER_EVENT_OF_SCENARIO 2e-9
#define SECONDS_PER_CELL              15e-9

enum { MOST_SAMPLES = 64 };

/* Bytes, as measured on the ready studies with one thread and two: of a process; of a thread, by
 * meetings and events of an input and besides: pages of departures of the lanes kernel, else what
 * the choices of a team have for themselves. */
#define PROCESS_MEMORY   30e6
#define LANES_MEMORY     8e6
#define TEAM_MEMORY      20e6
#define BYTES_OF_LANE    45.0 /* of a meeting in one lane */
#define BYTES_OF_MEETING 60.0
#define BYTES_OF_EVENT   16.0

/* What a user should know beforehand, bytes. */
/* All but this of a law is what its sampler can draw. */
#define LAST (1.0 - 0x1p-33)

/* ---- one pool */

static double background_mean(const hr_configuration *configuration, unsigned resource)
{
    double load = 0.0;
    for (unsigned b = 0; b < configuration->n_background; b++) {
        const hr_background *item = &configuration->background[b];
        const double units =
            item->kind == HR_BACKGROUND_SESSIONS ? item->sessions : hr_law_mean(&item->law);
        load += units * item->cost[resource];
    }
    return load;
}

static double lowest(const double *values, unsigned n)
{
    double low = values[0];
    for (unsigned i = 1; i < n; i++)
        low = values[i] < low ? values[i] : low;
    return low;
}

double hr_forecast_erlang_b(double offered, double servers)
{
    double blocked = 1.0;
    for (double n = 1.0; n <= servers; n += 1.0)
        blocked = offered * blocked / (n + offered * blocked);
    return blocked;
}

double hr_forecast_highest(const hr_forecast_pool *pool, unsigned r)
{
    double high = (double)NAN;
    for (unsigned l = 0; l < HR_N_LEVELS; l++) {
        if (!isnan(pool->ceiling[r][l]) && !(pool->ceiling[r][l] < high))
            high = pool->ceiling[r][l];
    }
    return high;
}

/* Calls that come one by one, on a server. */
static double calls_of(const hr_configuration *configuration, unsigned r)
{
    if (configuration->feed == NULL || !configuration->feed->has_calls)
        return 0.0;
    const hr_class *calls = &configuration->classes[1];
    return configuration->sources[1].rate * hr_law_mean(&calls->duration) *
           calls->profiles[0].kinds[0].cost[r] / configuration->n_servers;
}

static void find_blocking(const hr_configuration *configuration, hr_forecast_pool *pool)
{
    for (unsigned r = 0; r < configuration->n_resources; r++) {
        const hr_resource_id id = configuration->resource[r];
        const double most = hr_forecast_highest(pool, r);
        const bool is_call = id == HR_RESOURCE_PSTN_CALLS || id == HR_RESOURCE_PORTS;
        pool->blocking[r] = pool->blocking_of_calls[r] = (double)NAN;
        if (!is_call || isnan(most))
            continue;
        pool->blocking[r] = hr_forecast_erlang_b(pool->meetings[r] + pool->background[r], most);
        pool->blocking_of_calls[r] =
            hr_forecast_erlang_b(pool->background[r] + calls_of(configuration, r), most);
    }
}

hr_forecast_pool hr_forecast_pool_of(const hr_configuration *configuration)
{
    const double n = (double)configuration->n_servers;
    hr_forecast_pool pool = {
        .arrivals = 3600.0 * hr_configuration_own_rate(configuration),
        .in_progress = hr_configuration_mean_meetings(configuration),
        .present = hr_configuration_mean_present(configuration),
    };
    for (unsigned r = 0; r < configuration->n_resources; r++) {
        pool.meetings[r] = hr_configuration_mean_load(configuration, r) / n;
        pool.background[r] = background_mean(configuration, r);
        for (unsigned l = 0; l < HR_N_LEVELS; l++)
            pool.ceiling[r][l] = (double)NAN;
    }
    for (unsigned l = 0; l < configuration->n_limits; l++) {
        const hr_limit *limit = &configuration->limits[l];
        if (limit->level >= 0)
            pool.ceiling[limit->resource][limit->level] =
                lowest(limit->ceiling, configuration->n_servers);
    }
    find_blocking(configuration, &pool);
    return pool;
}

/* A medium: what its participants have among their uses; 0: nothing but messages. */
static const struct {
    const char *name;
    unsigned uses;
} media[HR_N_MEDIA] = {{"audio", HR_AUDIO}, {"dial-in", HR_PHONES}, {"sharing", HR_SHARING},
                       {"video", HR_VIDEO}, {"data", HR_DATA},      {"messages alone", 0}};

static bool has_medium(const hr_kind *kind, unsigned m)
{
    return media[m].uses == 0 ? kind->uses == 0 : (kind->uses & media[m].uses) != 0;
}

void hr_forecast_media(const hr_configuration *configuration, hr_forecast_medium medium[HR_N_MEDIA])
{
    const double starts = hr_configuration_arrival_rate(configuration) / configuration->n_servers;
    for (unsigned m = 0; m < HR_N_MEDIA; m++) {
        medium[m] = (hr_forecast_medium){.name = media[m].name};
        for (unsigned k = 0; k < configuration->n_classes; k++) {
            const hr_class *class = &configuration->classes[k];
            const hr_class_own own = hr_configuration_own(configuration, k);
            const double in_progress =
                starts * class->share * own.meetings * hr_law_mean(&class->duration);
            const double present = starts * class->share * own.people *
                                   hr_class_mean_presence(class, &configuration->join);
            for (unsigned p = 0; p < class->n_profiles; p++) {
                const hr_profile *profile = &class->profiles[p];
                if (has_medium(&profile->kinds[0], m))
                    medium[m].meetings += in_progress * profile->share;
                for (unsigned i = 0; i < profile->n_kinds; i++)
                    medium[m].people += has_medium(&profile->kinds[i], m)
                                            ? present * profile->share * profile->kinds[i].share
                                            : 0.0;
            }
        }
        if (media[m].uses == HR_PHONES)
            medium[m].meetings = (double)NAN;
    }
}

/* ---- joining */

hr_forecast_joining hr_forecast_joining_of(const hr_configuration *configuration)
{
    hr_forecast_joining joining = {0};
    for (unsigned k = 0; k < configuration->n_classes; k++) {
        const hr_class *class = &configuration->classes[k];
        const double most = hr_law_quantile(&class->size, LAST);
        if (class->share > 0.0 && most > joining.people)
            joining.people = floor(most + 0.5);
    }
    joining.low = 55.0 / 1000.0 * joining.people;
    joining.high = 62.0 / 1000.0 * joining.people;
    return joining;
}

/* ---- the work */

static double mean_size(const hr_configuration *configuration)
{
    double size = 0.0;
    for (unsigned k = 0; k < configuration->n_classes; k++)
        size += configuration->classes[k].share * hr_law_mean(&configuration->classes[k].size);
    return size;
}

/* Meetings that a replication has to draw: alive at its beginning, then arriving. Batches that
 * happen once have no long-run rate and are counted by themselves. */
static double mean_drawn(const hr_configuration *configuration)
{
    const hr_prepared *prepared = configuration->prepared;
    const double length = (double)(prepared->to - prepared->begin) / HR_TICKS_PER_SECOND;
    double drawn = hr_configuration_arrival_rate(configuration) * length;
    if (configuration->start != HR_START_EMPTY)
        drawn += hr_configuration_mean_meetings(configuration);
    for (unsigned s = 0; s < configuration->n_sources; s++) {
        if (configuration->sources[s].kind == HR_SOURCE_SINGLE_BATCH)
            drawn += hr_law_mean(&configuration->sources[s].count);
    }
    return drawn;
}

static double mean_events(const hr_configuration *configuration, double drawn)
{
    const hr_prepared *prepared = configuration->prepared;
    const double ticks = (double)(prepared->to - prepared->begin);
    double events = 2.0 * drawn;
    if (!prepared->joins_at_once)
        events += drawn * mean_size(configuration);
    if (prepared->n_session_items > 0 && prepared->session_step > 0)
        events += ticks / (double)prepared->session_step * configuration->n_servers;
    if (prepared->report_period > 0)
        events += ticks / (double)prepared->report_period;
    if (prepared->observe_every > 0)
        events += (double)(prepared->to - prepared->from) / (double)prepared->observe_every *
                  configuration->n_servers * (1.0 + configuration->n_probes);
    return events;
}

/* How many choices of the first world have the same meetings as its first one. */
static hr_status count_sharing(const hr_study *study, unsigned *n, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    hr_groups groups = {0};
    hr_configuration first = {0};
    const uint64_t group = hr_study_group(study, 0);
    *n = 0;
    for (uint64_t i = 0; i < study->n_choices && *n < HR_MAX_SHARING; i++) {
        hr_configuration one = {0};
        if (hr_study_group(study, i) != group)
            continue;
        HR_TRY(hr_study_configuration(study, &groups, i, 0, &arena, i == 0 ? &first : &one, err));
        *n += i == 0 || hr_input_may_share(&first, &one);
    }
out:
    hr_arena_free(&arena);
    return st;
}

static double seconds_per_event(const hr_configuration *configuration, unsigned sharing)
{
    const hr_kernel *kernel = hr_kernel_for_sharing(NULL, configuration, sharing, NULL);
    const double drawn = SECONDS_PER_DRAWN_EVENT / (kernel != NULL ? sharing : 1);
    if (kernel == NULL && hr_kernel_for(NULL, configuration, NULL)->most_lanes > 1)
        return SECONDS_PER_EVENT_IN_LANE;
    if (kernel != NULL && kernel->decline != NULL)
        return drawn + SECONDS_PER_EVENT_OF_SCENARIO;
    return drawn + SECONDS_PER_EVENT;
}

static void add_sample(hr_forecast_work *work, const hr_configuration *configuration, double share)
{
    const double drawn = mean_drawn(configuration);
    const double events = mean_events(configuration, drawn);
    const double rounding = configuration->prepared->rounding;
    const unsigned lanes = hr_kernel_for(NULL, configuration, NULL)->most_lanes;
    const double input = lanes > 1
                             ? lanes * BYTES_OF_LANE * drawn + LANES_MEMORY
                             : BYTES_OF_MEETING * drawn + BYTES_OF_EVENT * events + TEAM_MEMORY;
    work->meetings += share * drawn;
    work->events += share * events;
    work->seconds += share * events * seconds_per_event(configuration, work->sharing);
    work->rounding = rounding > work->rounding ? rounding : work->rounding;
    work->input = input > work->input ? input : work->input;
}

/* Is it left to simulation? */
static hr_status add_open(const hr_study *study, uint64_t index, hr_arena *arena, double share,
                          hr_forecast_work *work, hr_err *err)
{
    hr_status st = HR_OK;
    hr_verdict verdict = HR_GO_ON;
    if (study->size.along == HR_SIZE_CHOICE && study->size.has_bracket) {
        hr_configuration target = {0};
        hr_estimate bounds;
        HR_TRY(hr_study_pool(study, NULL, study->target.pool, index, 0, arena, &target, err));
        HR_TRY(hr_bracket(study, &target, arena, &bounds, &verdict, err));
    }
    work->open += verdict == HR_GO_ON ? share : 0.0;
out:
    return st;
}

static void add_totals(const hr_study *study, hr_forecast_work *work)
{
    const double configurations = (double)study->n_configurations;
    const double cells = (double)study->n_cells;
    const double most = (double)study->precision.at_most;
    const double block = (double)study->precision.block;
    const double seconds = work->seconds + cells * SECONDS_PER_CELL;
    const double first = block < most ? block : most, open = work->open * configurations;
    work->least_replications = open * first;
    work->most_replications = open * most;
    if (study->size.along == HR_SIZE_CHOICE) {
        const double on = fmin(open, 2.0 * (double)hr_size_rows(study));
        work->most_replications = on * most + (open - on) * first;
    }
    work->least_seconds = work->least_replications * seconds;
    work->most_seconds = work->most_replications * seconds;
    /* tallies of a thread, inputs, what a rank keeps of each configuration, libraries */
    work->memory =
        3.0 * cells * sizeof(hr_cell) + work->input + 400.0 * configurations + PROCESS_MEMORY;
    /* value, two ends, error, hits of each cell, and the exact sums */
    work->file = configurations * cells * (5.0 * sizeof(double) + 12.0) + 1e5;
}

hr_status hr_forecast_work_of(const hr_study *study, hr_forecast_work *work, hr_err *err)
{
    hr_status st = HR_OK;
    hr_arena arena = {0};
    const uint64_t n =
        study->n_configurations < MOST_SAMPLES ? study->n_configurations : MOST_SAMPLES;
    *work = (hr_forecast_work){0};
    HR_TRY(count_sharing(study, &work->sharing, err));
    for (uint64_t i = 0; i < n; i++) {
        hr_configuration configuration = {0};
        /* a stride that is odd and near the golden section visits worlds and choices alike */
        const uint64_t index =
            (uint64_t)((double)study->n_configurations * fmod((double)i * 0.6180339887498949, 1.0));
        hr_arena_reset(&arena);
        HR_TRY(hr_study_configuration(study, NULL, index, 0, &arena, &configuration, err));
        add_sample(work, &configuration, 1.0 / (double)n);
        HR_TRY(add_open(study, index, &arena, 1.0 / (double)n, work, err));
    }
    add_totals(study, work);
out:
    hr_arena_free(&arena);
    return st;
}

void hr_forecast_tell(const hr_study *study, const hr_forecast_work *work, hr_words *words)
{
    hr_words_add(words,
                 "%s to %s replications, each about %s meetings and %s events: about %s to %s on "
                 "one core",
                 hr_text_number(work->least_replications).s,
                 hr_text_number(work->most_replications).s, hr_text_number(work->meetings).s,
                 hr_text_number(work->events).s, hr_text_seconds(work->least_seconds).s,
                 hr_text_seconds(work->most_seconds).s);
    if (study->size.along == HR_SIZE_CHOICE)
        hr_words_add(words,
                     "; bounds leave %.3g %% of the candidates open, of which two of a row go on",
                     100.0 * work->open);
}
