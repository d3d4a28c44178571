/* voice: calls of a pool, one by one.
 */
#ifndef HR_STUDY_VOICE_H
#define HR_STUDY_VOICE_H

#include "model/configuration.h"
#include "study/charge.h"
#include "study/params.h"

typedef struct hr_voice {
    const hr_params *params;
    const hr_charges *charges;
    hr_workload_id workload; /* what a call costs */
    double users;            /* of the deployment */
    double kept;             /* share of their calls that hold something here */
} hr_voice;

/* Calls as class and source 1 beside the legs, class and source 0, whose share of what arrives is
 * set too: a part of all calls, so that pools have those in common that cross both. `class` and
 * `source` have room for two; the pool's resources are known. */
HR_MUST_CHECK hr_status hr_voice_add_calls(const hr_voice *voice, const hr_configuration *pool,
                                           hr_class *class, hr_source *source, hr_arena *arena,
                                           hr_err *err);

#endif
