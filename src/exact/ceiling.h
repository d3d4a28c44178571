/* ceiling: how high a ceiling must be for a target, where overload is known exactly.
 */
#ifndef HR_EXACT_CEILING_H
#define HR_EXACT_CEILING_H

#include "exact/exact.h"

typedef struct hr_needed_ceiling {
    unsigned resource;
    double ceiling; /* base units; NaN: not known */
    double value;   /* of the outcome there */
    double below;   /* of the outcome at the next lower load that a server can have */
    const char *why;
} hr_needed_ceiling;

/* The lowest ceiling, the same for all limits of the cell's criterion and for all servers, at which
 * the outcome is at most `at_most`. Outcomes are non-increasing in it, since nothing is refused;
 * one resource must decide. HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_needed_ceiling_of(const hr_configuration *configuration,
                                             unsigned outcome, const unsigned index[HR_MAX_AXES],
                                             double at_most, const hr_exact_effort *effort,
                                             hr_arena *arena, hr_needed_ceiling *needed,
                                             hr_err *err);

#endif
