/* cells: what each number of a tally is about, in words: level, resource, server, size, ... */
#ifndef HR_CLI_CELLS_H
#define HR_CLI_CELLS_H

#include <stdbool.h>

#include "cli/json.h"
#include "cli/text.h"
#include "model/outcome.h"
#include "results/result_schema.h"

enum { HR_MAX_LABELS = 4 }; /* criteria have two, the two other axes one each */

typedef struct hr_label {
    const char *key;  /* "level", "server", ... */
    const char *text; /* NULL: `number` it is */
    double number;
    const char *unit; /* of the number; "" = pure */
} hr_label;

/* Name of an axis: its key in JSON; "" of HR_AXIS_NONE. Criteria are written as two keys. */
const char *hr_axis_name(hr_axis axis);

/* Labels of a cell (counted from the outcome's first), the number of them returned. Texts are
 * borrowed from the schema. */
unsigned hr_cell_labels(const hr_schema *schema, unsigned outcome, unsigned cell,
                        hr_label labels[HR_MAX_LABELS]);
/* Unit of a cell's number: the outcome's, or its resource's where it says so. */
hr_text hr_cell_unit(const hr_schema *schema, unsigned outcome, unsigned cell);
hr_text hr_label_text(const hr_label *label); /* "target", "60 s", "11" */
void hr_label_json(hr_json *json, const hr_label *label);

/* The cell whose labels match all that are given; false when there is none. */
typedef struct hr_cell_wish {
    const char *level; /* NULL: any, and so on */
    const char *resource;
    double min_episode; /* NaN: any */
    double size;
} hr_cell_wish;
bool hr_cell_matches(const hr_label *labels, unsigned n, const hr_cell_wish *wish);

#endif
