/* forecast: what a study would cost and what its pool looks like, without running it. */
#ifndef HR_CLI_FORECAST_H
#define HR_CLI_FORECAST_H

#include "cli/text.h"
#include "model/configuration.h"
#include "study/study.h"

/* Means of one configuration, exact (see hr_configuration_mean_load); per server where it says
 * so. Background of items that stay for the whole replication and of sessions. */
typedef struct hr_forecast_pool {
    double arrivals;                     /* meetings that start per hour, pool */
    double in_progress;                  /* meetings, pool */
    double present;                      /* participants, pool */
    double meetings[HR_MAX_RESOURCES];   /* mean load of meetings on a server, base unit */
    double background[HR_MAX_RESOURCES]; /* mean load of the rest on a server */
    double ceiling[HR_MAX_RESOURCES][HR_N_LEVELS]; /* lowest of the servers; NaN: none */
} hr_forecast_pool;
hr_forecast_pool hr_forecast_pool_of(const hr_configuration *configuration);

/* Expected work of a whole study: the least (every configuration stops at its first look) and the
 * most (none stops before precision.at_most). */
typedef struct hr_forecast_work {
    double meetings;                    /* mean in one replication */
    double events;                      /* mean in one replication */
    double least_seconds, most_seconds; /* of one core, about */
    double least_replications, most_replications;
    unsigned sharing; /* choices of one world that have the same meetings, of at most 32 */
    double seconds;   /* of one replication's events, on one core */
    double input;     /* bytes of the inputs that a thread holds */
    double memory;    /* bytes of one process with one thread, about */
    double file;      /* bytes of the result file, about */
    double rounding;  /* largest relative rounding error of a load */
} hr_forecast_work;
/* Averages over up to 64 configurations spread over the design. */
HR_MUST_CHECK hr_status hr_forecast_work_of(const hr_study *study, hr_forecast_work *work,
                                            hr_err *err);

/* Warning number i about a study: the pool of one of its configurations, its work; false past the
 * last. */
bool hr_forecast_warning(const hr_study *study, const hr_configuration *configuration,
                         const hr_forecast_pool *pool, const hr_forecast_work *work, unsigned i,
                         hr_words *warning);

#endif
