/* assemble: from checked values to the described part of a configuration.
 *
 * assemble.c builds what every pool has (servers, ceilings, placement, window, observation) and
 * the general form of arrivals, classes and background; front_end.c derives arrivals, classes
 * and background of a Front End pool from population, meetings, costs and workloads when the
 * general lists are absent.
 */
#ifndef HR_STUDY_ASSEMBLE_H
#define HR_STUDY_ASSEMBLE_H

#include "base/error.h"
#include "base/mem.h"
#include "model/configuration.h"
#include "study/params.h"

HR_MUST_CHECK hr_status hr_assemble(const hr_params *params, hr_arena *arena,
                                    hr_configuration *configuration, hr_err *err);
/* Called by hr_assemble after servers, resources and limits are known and when
 * `meetings.classes` is absent: fills classes, join, sources, background. */
HR_MUST_CHECK hr_status hr_assemble_front_end(const hr_params *params, hr_arena *arena,
                                              hr_configuration *configuration, hr_err *err);
/* Called by hr_assemble when `probe.sizes` is given and the classes come from the Front End:
 * load of one extra meeting of `size` participants, [n_resources] base units. */
HR_MUST_CHECK hr_status hr_assemble_front_end_probe(const hr_params *params, hr_arena *arena,
                                                    const hr_configuration *configuration,
                                                    double size, double *load, hr_err *err);

#endif
