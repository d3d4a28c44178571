/* result_exact: the exact value of the target of each configuration, where a cheap method knows it:
 * beside the target's estimates an array <outcome>_exact, NaN where it is not known, and
 * <outcome>_exact_by, which method it was.
 */
#ifndef HR_RESULTS_RESULT_EXACT_H
#define HR_RESULTS_RESULT_EXACT_H

#include "exact/exact.h"
#include "results/result_h5.h"
#include "results/result_schema.h"

typedef struct hr_exact_column {
    const hr_schema *schema; /* of the target's pool */
    double *value;           /* [n_configurations] */
    int64_t *method;         /* [n_configurations] row of hr_exact_methods, -1 where not known */
    hr_exact_effort effort;  /* of one configuration */
    hr_arena scratch;
} hr_exact_column;

HR_MUST_CHECK hr_status hr_exact_column_make(hr_exact_column *column, const hr_schema *schema,
                                             hr_arena *arena, hr_err *err);
void hr_exact_column_free(hr_exact_column *column);
/* The target of configuration `index`, which is this one of the target's pool. */
HR_MUST_CHECK hr_status hr_exact_column_add(hr_exact_column *column, uint64_t index,
                                            const hr_configuration *configuration, hr_err *err);
HR_MUST_CHECK hr_status hr_exact_column_write(const hr_exact_column *column, const hr_h5 *h5,
                                              hr_err *err);
/* Values and names of methods [n_configurations]; all NaN and NULL in a file that has none. */
HR_MUST_CHECK hr_status hr_exact_column_read(const hr_h5 *h5, const hr_schema *schema,
                                             double *value, const char **method, hr_err *err);

#endif
