/* result_schema: what the result file of a study looks like; writer and reader share it.
 *
 * Every selected outcome is an array over (configuration, dimensions ...). Cells of the tally's
 * layout keep their order, except that the axis of criteria becomes two dimensions, level and
 * resource, so that a reader can select by name; places without a criterion hold NaN.
 */
#ifndef HR_RESULTS_RESULT_SCHEMA_H
#define HR_RESULTS_RESULT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "model/configuration.h"
#include "model/outcome.h"
#include "study/study.h"

typedef enum hr_dim {
    HR_DIM_LEVEL,
    HR_DIM_RESOURCE, /* "any", then the study's resources */
    HR_DIM_SERVER,
    HR_DIM_AT_LEAST,
    HR_DIM_MIN_EPISODE,
    HR_DIM_CLASS,
    HR_DIM_CAPACITY,
    HR_DIM_TIME, /* only with `observe: times`; averages over the window have no such dimension */
    HR_DIM_PROBE,
    HR_DIM_THRESHOLD,
    HR_DIM_CAUSE,
    HR_DIM_POOL,
    HR_N_DIMS
} hr_dim;

typedef struct hr_dim_row {
    const char *name;
    const char *unit; /* NULL: texts */
    const char *doc;
    size_t n;                /* 0: not in this study */
    const char *const *text; /* [n], or NULL: */
    const int64_t *integer;  /* [n], or NULL: */
    const double *real;      /* [n] */
} hr_dim_row;

#define HR_POOLS_GROUP "/pools"

enum { HR_MOST_VARIABLE_DIMS = HR_MAX_AXES + 1 };

typedef struct hr_variable {
    unsigned outcome;
    const char *unit; /* NULL when its numbers have different units (see resource_unit) */
    unsigned n_dims;  /* besides configuration */
    hr_dim dim[HR_MOST_VARIABLE_DIMS];
    size_t n_grid;         /* product of the dimensions */
    size_t n_cells;        /* of the layout; <= n_grid */
    const uint32_t *place; /* [n_cells] position of each cell in the grid */
} hr_variable;

typedef struct hr_schema {
    hr_arena arena;
    const hr_study *study;    /* borrowed */
    unsigned pool;            /* of the study, whose outcomes these are */
    const hr_layout *layout;  /* of the pool */
    const char *home;         /* group of its dimensions: "" or "/pools/edge" */
    const char *group;        /* of its estimates: "/estimates" or "/pools/edge" */
    hr_configuration example; /* of configuration 0: shapes and names are alike in all */
    hr_dim_row dim[HR_N_DIMS];
    const char *const *resource_unit; /* [dim[HR_DIM_RESOURCE].n] */
    size_t n_variables;
    hr_variable *variable; /* in the order of the table of outcomes */
} hr_schema;

HR_MUST_CHECK hr_status hr_schema_init(hr_schema *schema, const hr_study *study, unsigned pool,
                                       hr_err *err);
void hr_schema_free(hr_schema *schema);
/* NULL when the outcome was not selected. */
const hr_variable *hr_schema_find(const hr_schema *schema, unsigned outcome);
/* Position on the outcome's axes of its cell number `cell` (0 .. n_cells - 1). */
void hr_schema_index(const hr_schema *schema, unsigned outcome, size_t cell,
                     unsigned index[HR_MAX_AXES]);
/* Position on the dimensions of `variable` of its cell number `cell`. */
void hr_schema_position(const hr_schema *schema, const hr_variable *variable, size_t cell,
                        size_t position[HR_MOST_VARIABLE_DIMS]);
/* The resources whose ceilings decide in cell `cell` of the outcome: what "any" stands for there.
 * Their number, in the order of the study; 0 when the outcome is about no ceiling. */
unsigned hr_schema_watched(const hr_schema *schema, unsigned outcome, size_t cell,
                           const char *names[HR_MAX_RESOURCES]);

/* Places of a variable's grid that are read at once, because each reading unpacks all of it. */
typedef struct hr_slab {
    size_t first, n;
} hr_slab;
/* The slab with `place` in it; of at most `most` places. */
hr_slab hr_schema_slab(const hr_schema *schema, const hr_variable *variable, size_t place,
                       size_t most);

#endif
