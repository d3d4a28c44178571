/* describe: a study's values one by one, for `check --values`, assumptions and manuals. */
#ifndef HR_STUDY_DESCRIBE_H
#define HR_STUDY_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "study/params.h"
#include "study/study.h"

/* Who gave a value. */
typedef enum hr_set_by {
    HR_SET_BY_DEFAULT, /* fallback of the table */
    HR_SET_BY_BASE,
    HR_SET_BY_STUDY,
    HR_SET_BY_SET, /* --set */
    HR_SET_BY_CHOOSE,
    HR_SET_BY_UNKNOWN,
    HR_SET_BY_DAILY,
    HR_N_SET_BY
} hr_set_by;
extern const char *const hr_set_by_names[HR_N_SET_BY]; /* "default", "base", ... */

typedef struct hr_described {
    const char *path;  /* "arrivals.sources[0].rate" */
    const char *text;  /* as written; of a drawn number: the number and its unit */
    const char *law;   /* drawn: the law as written; else NULL */
    const char *where; /* "file:line:col", "default", "--set" */
    hr_set_by by;
    bool is_assumption;      /* the row's source says [U] */
    const hr_param_row *row; /* kind, dimension, source, doc */
} hr_described;

/* All values of configuration `index` in order of the table, memory from `arena`. Rows that are
 * neither set nor have a fallback are left out. daily values are those of replication 0.
 * Calls  Local; thread-safe. */
HR_MUST_CHECK hr_status hr_study_describe(const hr_study *study, uint64_t index, hr_arena *arena,
                                          const hr_described **values, size_t *n, hr_err *err);

#endif
