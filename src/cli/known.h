/* known: what is known without simulation of each cell of a pool's outcomes, for one configuration,
 * as text or JSON.
 */
#ifndef HR_CLI_KNOWN_H
#define HR_CLI_KNOWN_H

#include "cli/cells.h"
#include "cli/json.h"
#include "exact/exact.h"
#include "results/result_schema.h"
#include "study/study.h"

typedef struct hr_known_view {
    const hr_study *study;
    const hr_schema *schema;        /* of the pool */
    const hr_exact_effort *effort;  /* of a cell */
    hr_arena arena, scratch;        /* of the configuration; of what is found about it */
    hr_configuration configuration; /* resolved */
    hr_exact_list known;            /* of the last cell */
} hr_known_view;

/* Resolve configuration `index` of the schema's pool. The view is `{study, schema, effort}` or one
 * that was used before; hr_known_free is legal after a failure. */
HR_MUST_CHECK hr_status hr_known_turn_to(hr_known_view *view, uint64_t index, hr_err *err);
void hr_known_free(hr_known_view *view);
/* The value of a cell (counted from the outcome's first), and all that is known into view->known.
 */
HR_MUST_CHECK hr_status hr_known_cell(hr_known_view *view, unsigned outcome, unsigned cell,
                                      hr_exact *answer, hr_err *err);

/* A table of all that is known, and of what is not with the reasons. */
HR_MUST_CHECK hr_status hr_known_print(hr_known_view *view, FILE *out, unsigned width, hr_err *err);
/* An object "outcomes" as in `show --json`: by name an array of cells with their labels and value,
 * is, method, error, why, and `bounds`: an array of what is known besides. */
HR_MUST_CHECK hr_status hr_known_json(hr_known_view *view, hr_json *json, hr_err *err);

#endif
