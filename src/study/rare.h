/* rare: what a tilted input is aimed at, which follows from the study's target.
 */
#ifndef HR_STUDY_RARE_H
#define HR_STUDY_RARE_H

#include "model/configuration.h"
#include "model/tilt.h"
#include "study/params.h"
#include "study/study.h"

/* The aim of a study whose target is known; `example` is one of its configurations. */
hr_tilt_aim hr_rare_aim(const hr_study *study, const hr_params *params,
                        const hr_configuration *example);

#endif
