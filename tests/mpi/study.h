/* A small study for tests of floors that need a whole one: 3 worlds x 2 choices. */
#ifndef HR_TESTS_STUDY_H
#define HR_TESTS_STUDY_H

#include <string.h>

#include "study/study.h"

static const char hr_small_study[] =
    "study: small\n"
    "seed: 7\n"
    "pool: {servers: 2, server: {load: 14}, ceilings: {load: {target: 12, full: 14}}}\n"
    "arrivals:\n"
    "  sources: [{kind: poisson, rate: 20 per hour}]\n"
    "meetings:\n"
    "  classes: [{name: meeting, size: 1, duration: exponential(mean 1 h), cost: {load: 1}}]\n"
    "placement: {rule: least_loaded, metric: load}\n"
    "window: {length: 2 h}\n"
    "choose:\n"
    "  placement.rule: [random, least_loaded]\n"
    "unknown:\n"
    "  arrivals.sources[0].rate: uniform(10 per hour, 25 per hour)\n"
    "design: {worlds: 3, kind: sobol}\n"
    "target: {outcome: time_over, level: full, at_most: 5 %}\n"
    "precision: {relative: 10 %, hits: 10, at_most: 64 replications, block: 8 replications}\n";

static inline hr_status hr_small_study_open(hr_study *study, hr_err *err)
{
    return hr_study_parse(study, "small.yaml", hr_small_study, strlen(hr_small_study), NULL, 0,
                          err);
}

#endif
