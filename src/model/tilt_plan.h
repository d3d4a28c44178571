/* tilt_plan: the parts from which hr_tilt_plan makes a tilt. Private to model/.
 */
#ifndef HR_MODEL_TILT_PLAN_H
#define HR_MODEL_TILT_PLAN_H

#include "model/tilt.h"

/* Meetings cut into strata by what they load on one resource. */
typedef struct hr_tilt_cut {
    unsigned resource;
    unsigned n_classes, n_strata;
    hr_tilt_class *classes;     /* [n_classes] */
    hr_tilt_stratum *strata;    /* [n_strata] */
    uint16_t *class_of_stratum; /* [n_strata] */
} hr_tilt_cut;

/* Errors HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_tilt_cut_make(const hr_configuration *configuration, unsigned resource,
                                         hr_arena *arena, hr_tilt_cut *cut, hr_err *err);

/* Share of the class's meetings that are of the stratum: exact, in words of 2^-32. */
static inline double hr_tilt_share(const hr_tilt_stratum *stratum)
{
    return (double)stratum->n_words * 0x1p-32;
}

#endif
