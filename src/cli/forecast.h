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
    /* Of calls and trunk ports that have a ceiling, were calls refused there instead of degraded:
     * Erlang's B at the highest, for all that is offered to a server and for calls without the legs
     * of conferences; NaN for what is no call. */
    double blocking[HR_MAX_RESOURCES], blocking_of_calls[HR_MAX_RESOURCES];
} hr_forecast_pool;
hr_forecast_pool hr_forecast_pool_of(const hr_configuration *configuration);
/* The highest ceiling of resource `r`; NaN without one. */
double hr_forecast_highest(const hr_forecast_pool *pool, unsigned r);

/* Probability that a call finds all `servers` (rounded down) busy when `offered` erlangs come at
 * random; B(n) = a B(n - 1) / (n + a B(n - 1)), Erlang 1917. */
double hr_forecast_erlang_b(double offered, double servers);

/* What participants use, mean numbers on one server of the first pool: meetings in progress with
 * the medium, and people present in them who use it. */
enum { HR_N_MEDIA = 6 };
typedef struct hr_forecast_medium {
    const char *name;
    double meetings; /* NaN: of people, not of meetings (dial-in) */
    double people;
} hr_forecast_medium;
void hr_forecast_media(const hr_configuration *configuration,
                       hr_forecast_medium medium[HR_N_MEDIA]);

/* Until everybody is in the largest meeting that the study allows, with data: on Lync 2010 1,000
 * people took 55 s with audio and video for a quarter of them and 62 s with both for three
 * quarters, and it grows in proportion to the size [S:lm2010]. Arithmetic [D]: nothing simulated
 * feels it. */
typedef struct hr_forecast_joining {
    double people;    /* of the largest meeting */
    double low, high; /* s */
} hr_forecast_joining;
hr_forecast_joining hr_forecast_joining_of(const hr_configuration *configuration);

/* Expected work of a whole study: the least (every configuration stops at its first look) and the
 * most (none stops before precision.at_most). Where it asks how much is needed, of the candidates
 * that exact bounds leave open: the least is their first looks, the most has two of each row go on
 * to the end, as they do where rows fall (METHODS.md). */
typedef struct hr_forecast_work {
    double meetings;                    /* mean in one replication */
    double events;                      /* mean in one replication */
    double least_seconds, most_seconds; /* of one core, about */
    double least_replications, most_replications;
    double open;      /* share of the configurations that bounds leave open; 1 but for sizing */
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

/* "864 to 99,072 replications, each about ...: about 2 s to 3 min on one core" */
void hr_forecast_tell(const hr_study *study, const hr_forecast_work *work, hr_words *words);

/* Of resources whose mean load is above every ceiling; false without any. */
bool hr_forecast_overload(const hr_configuration *configuration, const hr_forecast_pool *pool,
                          hr_words *warning);
/* Warning number i about a study: the pool of one of its configurations, its work; false past the
 * last. */
bool hr_forecast_warning(const hr_study *study, const hr_configuration *configuration,
                         const hr_forecast_pool *pool, const hr_forecast_work *work, unsigned i,
                         hr_words *warning);

#endif
