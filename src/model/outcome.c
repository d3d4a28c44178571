/* The table of outcomes. Each row has two small functions: the integer pair that a replication
 * gives a cell, and the divisor that makes it the outcome's number. `index` is the cell's place
 * on the outcome's axes, in their order. */
#include "model/outcome_more.h"

#include <math.h>
#include <string.h>

#include "base/stream.h"
#include "model/counts.h"
#include "model/joint.h"
#include "model/prepared.h"

#define TICKS_PER_HOUR (3600.0 * HR_TICKS_PER_SECOND)
#define PEAK_ONE       0x1p20 /* fixed point of a peak utilisation */
#define BACKLOG_SECOND 0x1p8  /* of a backlog */

#define PAIR(name)                                                                                 \
    static void name(const hr_counts *counts, const hr_configuration *configuration,               \
                     const unsigned *index, hr_u128 *x, hr_u128 *y)
/* Of an outcome that is one count. */
#define COUNT(name, field)                                                                         \
    PAIR(name)                                                                                     \
    {                                                                                              \
        (void)configuration, (void)index, (void)y;                                                 \
        *x = counts->field;                                                                        \
    }
/* Of one that is a bit set over periods. */
#define PERIODS(name, field)                                                                       \
    PAIR(name)                                                                                     \
    {                                                                                              \
        (void)configuration, (void)index, (void)y;                                                 \
        *x = (unsigned)__builtin_popcountll(counts->field);                                        \
    }
#define SCALE(name) static double name(const hr_configuration *configuration, const unsigned *index)

/* ---- helpers on shapes */

static unsigned n_named_criteria(const hr_configuration *configuration)
{
    unsigned n = 0;
    while (n < configuration->n_criteria && configuration->criteria[n].level >= 0)
        n++;
    return n;
}

/* Sum over k >= least of weight(k) * with[k]; with[k]: time or snapshots with exactly k over. */
static uint64_t at_least(const uint64_t *with, unsigned n_servers, unsigned least)
{
    uint64_t sum = 0;
    for (unsigned k = least; k <= n_servers; k++)
        sum += with[k];
    return sum;
}

static uint64_t weighted_sum(const uint64_t *with, unsigned n_servers)
{
    uint64_t sum = 0;
    for (unsigned k = 1; k <= n_servers; k++)
        sum += k * with[k];
    return sum;
}

static const uint64_t *path_with(const hr_counts *counts, const hr_configuration *c,
                                 unsigned criterion)
{
    return counts->time_with + criterion * (size_t)(c->n_servers + 1);
}

static const uint64_t *snapshot_with(const hr_counts *counts, const hr_configuration *c,
                                     unsigned time, unsigned criterion)
{
    return counts->over_with +
           (time * (size_t)c->n_criteria + criterion) * (size_t)(c->n_servers + 1);
}

static size_t load_place(const hr_configuration *c, const unsigned *index)
{
    return (index[0] * (size_t)c->n_resources + index[1]) * c->n_servers + index[2];
}

static size_t probe_place(const hr_configuration *c, const unsigned *index)
{
    return (index[0] * (size_t)HR_N_LEVELS + index[1]) * c->n_probes + index[2];
}

static double window(const hr_configuration *c)
{
    return (double)(c->prepared->to - c->prepared->from);
}

static double snapshots(const hr_configuration *c)
{
    const hr_prepared *p = c->prepared;
    if (c->n_observed > 0)
        return 1.0;
    const hr_tick taken = (p->to - p->from + p->observe_every - 1) / p->observe_every;
    return (double)taken;
}

static bool has_level(const hr_configuration *c, unsigned level)
{
    for (unsigned l = 0; l < c->n_limits; l++) {
        if (c->limits[l].level == (int)level)
            return true;
    }
    return false;
}

/* ---- path outcomes */

SCALE(scale_one)
{
    (void)configuration, (void)index;
    return 1.0;
}
SCALE(scale_window)
{
    (void)index;
    return window(configuration);
}
SCALE(scale_window_server)
{
    return index[1] < configuration->n_servers ? window(configuration) : 0.0;
}
SCALE(scale_hour)
{
    (void)configuration, (void)index;
    return TICKS_PER_HOUR;
}
SCALE(scale_window_hours)
{
    (void)index;
    return window(configuration) / TICKS_PER_HOUR;
}
SCALE(scale_window_hours_server)
{
    return index[1] < configuration->n_servers ? window(configuration) / TICKS_PER_HOUR : 0.0;
}
SCALE(scale_periods)
{
    (void)index;
    return (double)configuration->n_periods;
}
SCALE(scale_second)
{
    (void)configuration, (void)index;
    return HR_TICKS_PER_SECOND;
}
SCALE(scale_second_server)
{
    return index[1] < configuration->n_servers ? HR_TICKS_PER_SECOND : 0.0;
}

PAIR(pair_time_over)
{
    (void)y;
    *x = at_least(path_with(counts, configuration, index[0]), configuration->n_servers, 1);
}
PAIR(pair_time_over_server)
{
    (void)y;
    if (index[1] < configuration->n_servers)
        *x = counts->server_time[index[0] * (size_t)configuration->n_servers + index[1]];
}
PAIR(pair_time_over_at_least)
{
    (void)y;
    *x = at_least(path_with(counts, configuration, index[0]), configuration->n_servers,
                  index[1] + 1);
}
PAIR(pair_overloaded_servers)
{
    (void)y;
    *x = weighted_sum(path_with(counts, configuration, index[0]), configuration->n_servers);
}
PERIODS(pair_period_overload, periods_hit[index[0] * configuration->n_durations + index[1]])
PAIR(pair_episodes)
{
    (void)configuration, (void)y;
    *x = counts->episodes[index[0]];
}
PAIR(pair_episodes_server)
{
    (void)y;
    if (index[1] < configuration->n_servers)
        *x = counts->server_episodes[index[0] * (size_t)configuration->n_servers + index[1]];
}
PAIR(pair_episode_length)
{
    pair_time_over(counts, configuration, index, x, y);
    *y = counts->episodes[index[0]];
}
PAIR(pair_episode_length_server)
{
    pair_time_over_server(counts, configuration, index, x, y);
    pair_episodes_server(counts, configuration, index, y, NULL);
}
PAIR(pair_episodes_lasting)
{
    *x = counts->lasting[index[0] * configuration->n_durations + index[1]];
    *y = counts->ended[index[0]];
}
PAIR(pair_meetings_hit)
{
    *x = counts->meetings_hit[index[0] * configuration->n_durations + index[1]];
    *y = counts->meetings_ended;
}
PAIR(pair_people_hit)
{
    *x = counts->people_hit[index[0] * configuration->n_durations + index[1]];
    *y = counts->people_ended;
}
PAIR(pair_person_time_over)
{
    (void)configuration;
    *x = counts->person_time_over[index[0]];
    *y = counts->person_time;
}
PAIR(pair_first_over)
{
    *x = counts->first_over[index[0] * configuration->n_resources + index[1]];
    *y = counts->episodes[index[0]];
}
COUNT(pair_any_pool_time_over, joint->time[index[0]])
PERIODS(pair_any_pool_period_over, joint->periods_hit[index[0]][index[1]])
COUNT(pair_any_pool_episodes, joint->episodes[index[0]])
PAIR(pair_first_pool)
{
    const uint64_t *first = counts->joint->first[index[0]];
    *x = (unsigned)__builtin_popcountll(first[index[1]]);
    for (unsigned p = 0; p < configuration->n_pools; p++)
        *y += (unsigned)__builtin_popcountll(first[p]);
}
PAIR(pair_blocking)
{
    (void)configuration;
    *x = counts->refused[index[0]];
    *y = counts->offered[index[0]];
}
PAIR(pair_blocking_all)
{
    (void)index;
    for (unsigned k = 0; k < configuration->n_classes; k++) {
        *x += counts->refused[k];
        *y += counts->offered[k];
    }
}
PAIR(pair_joins_refused)
{
    (void)configuration, (void)index;
    *x = counts->joins_refused;
    *y = counts->joins_offered;
}
COUNT(pair_servers_linked, servers_linked)
COUNT(pair_meetings_moved, meetings_moved)
PAIR(pair_service_lost)
{
    (void)configuration, (void)y;
    *x = counts->service_lost[index[0]];
}
SCALE(scale_service)
{
    const hr_failures *failures = configuration->failures;
    (void)index;
    return failures == NULL ? 0.0
                            : window(configuration) * HR_USERS_ONE * (1.0 + failures->partner);
}
SCALE(scale_user_minutes)
{
    const hr_failures *failures = configuration->failures;
    (void)index;
    if (failures == NULL || !(failures->users > 0.0))
        return 0.0; /* of how many users is not known */
    return 60.0 * HR_TICKS_PER_SECOND * HR_USERS_ONE / (failures->users * configuration->n_servers);
}
COUNT(pair_resiliency_mode, resilient)
COUNT(pair_meetings_lost, meetings_lost)
COUNT(pair_people_lost, people_lost)
PAIR(pair_person_time_lost)
{
    (void)configuration, (void)index;
    *x = counts->person_time_lost;
    *y = counts->person_time + counts->person_time_lost;
}
PAIR(pair_utilisation)
{
    (void)y;
    *x = counts->load_time[index[0]] >> hr_outcome_shift(configuration, index[0]);
}
SCALE(scale_utilisation)
{
    double capacity = 0.0;
    for (unsigned j = 0; j < configuration->n_servers; j++)
        capacity += configuration->prepared->full[index[0] * configuration->n_servers + j];
    return window(configuration) * ldexp(capacity, -hr_outcome_shift(configuration, index[0]));
}
PAIR(pair_peak_utilisation)
{
    (void)y;
    double highest = 0.0;
    for (unsigned j = 0; j < configuration->n_servers; j++) {
        const size_t place = index[0] * (size_t)configuration->n_servers + j;
        const double share = (double)counts->peak[place] / configuration->prepared->full[place];
        highest = share > highest ? share : highest;
    }
    *x = (hr_u128)(highest * PEAK_ONE + 0.5);
}
SCALE(scale_peak_utilisation)
{
    (void)configuration, (void)index;
    return PEAK_ONE;
}
COUNT(pair_participants_present, person_time)

/* ---- backlog */

PERIODS(pair_throttled, throttled_periods)
PERIODS(pair_rejected, rejected_periods)
COUNT(pair_time_throttled, throttled_time)
SCALE(scale_server_window)
{
    (void)index;
    return window(configuration) * configuration->n_servers;
}
COUNT(pair_backlog, backlog_time)
SCALE(scale_backlog)
{
    return scale_server_window(configuration, index) * BACKLOG_SECOND;
}

/* The capacity curve: criteria without a level come last. */
PAIR(pair_time_over_scaled)
{
    const unsigned criterion[] = {n_named_criteria(configuration) + index[0]};
    pair_time_over(counts, configuration, criterion, x, y);
}
PAIR(pair_period_overload_scaled)
{
    const unsigned place[] = {n_named_criteria(configuration) + index[0], index[1]};
    pair_period_overload(counts, configuration, place, x, y);
}

/* ---- snapshots */

SCALE(scale_snapshots)
{
    (void)index;
    return snapshots(configuration);
}
SCALE(scale_snapshots_server)
{
    return index[2] < configuration->n_servers ? snapshots(configuration) : 0.0;
}
PAIR(pair_over_at)
{
    (void)y;
    *x = at_least(snapshot_with(counts, configuration, index[0], index[1]),
                  configuration->n_servers, 1);
}
PAIR(pair_over_server_at)
{
    (void)y;
    const size_t row = index[0] * (size_t)configuration->n_criteria + index[1];
    if (index[2] < configuration->n_servers)
        *x = counts->server_over[row * configuration->n_servers + index[2]];
}
PAIR(pair_over_at_least_at)
{
    (void)y;
    *x = at_least(snapshot_with(counts, configuration, index[0], index[1]),
                  configuration->n_servers, index[2] + 1);
}
PAIR(pair_overloaded_servers_at)
{
    (void)y;
    *x = weighted_sum(snapshot_with(counts, configuration, index[0], index[1]),
                      configuration->n_servers);
}
PAIR(pair_load_mean)
{
    (void)y;
    if (index[2] < configuration->n_servers)
        *x = (uint64_t)counts->load[load_place(configuration, index)];
}
SCALE(scale_load)
{
    return snapshots(configuration) * configuration->prepared->steps[index[1]];
}
SCALE(scale_load_mean)
{
    return index[2] < configuration->n_servers ? scale_load(configuration, index) : 0.0;
}
PAIR(pair_load_variance)
{
    if (index[2] >= configuration->n_servers)
        return;
    const size_t place = load_place(configuration, index);
    *x = (hr_u128)counts->load_square[place] * counts->n_snapshots[index[0]];
    *y = counts->load_shifted[place];
}
SCALE(scale_load_variance)
{
    const double shift = (double)(1u << configuration->prepared->shift[index[1]]);
    return scale_load_mean(configuration, index) / shift;
}
PAIR(pair_largest_load)
{
    (void)y;
    *x = (uint64_t)counts->largest[index[0] * (size_t)configuration->n_resources + index[1]];
}
PAIR(pair_imbalance)
{
    pair_largest_load(counts, configuration, index, x, y);
    *x *= configuration->n_servers;
    for (unsigned j = 0; j < configuration->n_servers; j++) {
        const unsigned place[] = {index[0], index[1], j};
        *y += (uint64_t)counts->load[load_place(configuration, place)];
    }
}
PAIR(pair_total_above)
{
    (void)y;
    *x = counts->total_above[index[0] * (size_t)configuration->n_thresholds + index[1]];
}

/* ---- probes */

SCALE(scale_probe)
{
    return has_level(configuration, index[1]) ? snapshots(configuration) : 0.0;
}
SCALE(scale_probe_servers)
{
    return scale_probe(configuration, index) * configuration->n_servers;
}
/* Numbers of instants, at `at` of what the probes have counted. */
#define PROBED(name, number)                                                                       \
    PAIR(name)                                                                                     \
    {                                                                                              \
        (void)y;                                                                                   \
        const size_t at = probe_place(configuration, index);                                       \
        *x = (number);                                                                             \
    }
PROBED(pair_fits, counts->fits[at])
PROBED(pair_fits_somewhere, counts->fits_somewhere[at])
PROBED(pair_fits_everywhere, counts->fits_everywhere[at])
PROBED(pair_fits_servers, counts->fits_servers[at])
PROBED(pair_misplaced, counts->fits_somewhere[at] - counts->fits[at])
PROBED(pair_stranded, counts->stranded[at])
PROBED(pair_nowhere, counts->nowhere[at])
PROBED(pair_fits_nowhere, counts->stranded[at] + counts->nowhere[at])
PROBED(pair_does_not_fit,
       counts->fits_somewhere[at] - counts->fits[at] + counts->stranded[at] + counts->nowhere[at])

/* ---- the table */

const hr_outcome hr_outcomes[] = {
#define HR_ROW(name, unit, axis0, axis1, axis2, estimator, most, by_default, needs, pair, scale,   \
               doc)                                                                                \
    {#name,                                                                                        \
     unit,                                                                                         \
     {HR_AXIS_##axis0, HR_AXIS_##axis1, HR_AXIS_##axis2},                                          \
     HR_ESTIMATOR_##estimator,                                                                     \
     most,                                                                                         \
     by_default,                                                                                   \
     HR_NEEDS_##needs,                                                                             \
     doc,                                                                                          \
     pair,                                                                                         \
     scale},
#include "model/outcome.def"
#undef HR_ROW
};
const unsigned hr_n_outcomes = sizeof hr_outcomes / sizeof *hr_outcomes;

unsigned hr_outcome_find(const char *name)
{
    unsigned o = 0;
    while (o < hr_n_outcomes && strcmp(hr_outcomes[o].name, name) != 0)
        o++;
    return o;
}

double hr_outcome_scale(unsigned outcome, const hr_configuration *configuration,
                        const unsigned index[HR_MAX_AXES])
{
    return hr_outcomes[outcome].scale(configuration, index);
}
