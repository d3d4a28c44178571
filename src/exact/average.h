/* average: a number that depends on the time, averaged over what an outcome is averaged over.
 */
#ifndef HR_EXACT_AVERAGE_H
#define HR_EXACT_AVERAGE_H

#include "exact/compound.h"
#include "exact/quantity.h"

enum { HR_MOST_AVERAGED = 2 };

/* Values at study time t, s, into value [n]; `*why` where there are none. */
typedef hr_status (*hr_value_at)(void *context, double t, double *value, const char **why,
                                 hr_err *err);

typedef struct hr_averaging {
    const hr_configuration *configuration;
    hr_quantity_when when;
    double time;                   /* s, of an instant */
    unsigned n;                    /* values, at most HR_MOST_AVERAGED */
    const hr_exact_effort *effort; /* its `times`; its meter is told how many are needed */
    hr_value_at at;
    void *context;
} hr_averaging;

/* Means over the window, its snapshots, or the value at the instant, and the estimated relative
 * error of the first. Over a window the times at which rates or batches jump (and constant
 * durations later) are kept apart and Gauss and Kronrod's rule of 7 and 15 points (Piessens et al.,
 * "QUADPACK", 1983) is halved until it agrees with itself to 1e-10; of a window that holds a
 * period of the arrivals several times, and does not begin empty, one period. `*why` when the
 * effort's times are not enough for 1e-7. */
HR_MUST_CHECK hr_status hr_average(const hr_averaging *averaging, hr_arena *arena, double *mean,
                                   double *error, const char **why, hr_err *err);

#endif
