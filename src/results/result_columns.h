/* result_columns: the estimates of all outcomes, written a band of configurations at a time.
 *
 * Each outcome has five arrays in /estimates: the value, _lower, _upper, _se and _hits; and once a
 * configuration has tilted input a sixth, _unreliable: 1 where the estimate decides nothing.
 */
#ifndef HR_RESULTS_RESULT_COLUMNS_H
#define HR_RESULTS_RESULT_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "estimate/estimate.h"
#include "model/tally.h"
#include "results/result_h5.h"
#include "results/result_schema.h"

typedef enum hr_part_of {
    HR_PART_VALUE,
    HR_PART_LOWER,
    HR_PART_UPPER,
    HR_PART_ERROR,
    HR_PART_HITS,
    HR_PART_UNRELIABLE,
    HR_N_PARTS
} hr_part_of;

typedef struct hr_column {
    const hr_variable *variable;
    hid_t dataset[HR_N_PARTS];
    double *real[HR_PART_HITS]; /* [rows * n_grid] */
    int64_t *hits;              /* [rows * n_grid] */
    int64_t *unreliable;        /* [rows * n_grid], NULL until a tally is weighted */
} hr_column;

typedef struct hr_columns {
    const hr_h5 *h5;
    const hr_schema *schema;
    hr_arena *arena;
    hr_column *column; /* [schema->n_variables] */
    int n_parts;       /* that there are so far */
    size_t rows;       /* configurations in a band */
    size_t n_filled;
    uint64_t first; /* configuration of the band's first row */
} hr_columns;

/* Create the arrays; buffers (at most about 16 MiB) come from `arena`, which must outlive them. */
HR_MUST_CHECK hr_status hr_columns_make(hr_columns *columns, const hr_h5 *h5,
                                        const hr_schema *schema, hr_arena *arena, hr_err *err);
/* Estimates of the next configuration; alpha as in hr_estimate_cell. */
HR_MUST_CHECK hr_status hr_columns_add(hr_columns *columns, const hr_configuration *configuration,
                                       const hr_tally *tally, double alpha, hr_err *err);
/* Write what is buffered and close the arrays. */
HR_MUST_CHECK hr_status hr_columns_finish(hr_columns *columns, hr_err *err);

/* Read a slab for all configurations into estimates[n_configurations][slab.n], all fields but
 * `n` and what only the weights say. `scratch` holds as many doubles. */
HR_MUST_CHECK hr_status hr_columns_read(const hr_h5 *h5, const hr_schema *schema,
                                        const hr_variable *variable, hr_slab slab,
                                        hr_estimate *estimates, double *scratch, hr_err *err);

#endif
