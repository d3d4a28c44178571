/* preparing: how hr_configuration_prepare is divided. Private to the files prepare*.c.
 */
#ifndef HR_MODEL_PREPARING_H
#define HR_MODEL_PREPARING_H

#include "model/prepared.h"

#define HR_MOST_SECONDS 1.0e7 /* 115 days: windows and durations stay far inside hr_tick */

typedef struct hr_preparing {
    const hr_configuration *configuration;
    hr_prepared *prepared;
    hr_arena *arena;
} hr_preparing;

/* Seconds as a number of ticks, and a study time as a tick, to the nearest. */
hr_tick hr_preparing_ticks(double seconds);
hr_tick hr_preparing_time(double seconds);
/* n vectors of [n_resources] base units in steps; the worst rounding is remembered. */
HR_MUST_CHECK hr_status hr_preparing_costs(const hr_preparing *p, const double *value, size_t n,
                                           const int64_t **steps, hr_err *err);
/* A sampler of 0..n-1 with the given shares. */
HR_MUST_CHECK hr_status hr_preparing_index(const hr_preparing *p, const double *share, size_t n,
                                           hr_sampler *sampler, hr_err *err);
/* Groups of fields, each in the file of its name; samplers of classes come before sources. */
HR_MUST_CHECK hr_status hr_prepare_classes(const hr_preparing *p, hr_err *err);
HR_MUST_CHECK hr_status hr_prepare_sources(const hr_preparing *p, hr_err *err);
HR_MUST_CHECK hr_status hr_prepare_background(const hr_preparing *p, hr_err *err);
HR_MUST_CHECK hr_status hr_prepare_failures(const hr_preparing *p, hr_err *err);

#endif
