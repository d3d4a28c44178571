/* values: every parameter of one configuration: what it is, where it comes from, what changed it.
 */
#ifndef HR_CLI_VALUES_H
#define HR_CLI_VALUES_H

#include <stdio.h>

#include "cli/json.h"
#include "study/study.h"

typedef struct hr_values {
    const hr_study *study;
    uint64_t configuration;
    bool only_assumptions; /* rows marked [U] */
} hr_values;

HR_MUST_CHECK hr_status hr_values_print(const hr_values *values, FILE *out, unsigned width,
                                        hr_err *err);
/* An array under `key`. */
HR_MUST_CHECK hr_status hr_values_json(const hr_values *values, hr_json *json, const char *key,
                                       hr_err *err);
HR_MUST_CHECK hr_status hr_values_count(const hr_values *values, uint64_t *count, hr_err *err);

#endif
