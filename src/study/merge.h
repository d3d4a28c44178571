/* merge: the study's own text, what it stands on, and --set, made into one tree. */
#ifndef HR_STUDY_MERGE_H
#define HR_STUDY_MERGE_H

#include "base/error.h"
#include "base/mem.h"
#include "study/tree.h"

/* The merged tree, without `base`. A base is a preset by name or a file relative to the file
 * that names it, and may have a base itself; of a base its choose, unknown, daily, claims,
 * study and question are left out. `table(file.csv)` (lines "value,share") is replaced by
 * the mix that the file describes. All texts must outlive the tree.
 * Errors  HR_ERR_DATA, HR_ERR_USAGE for a wrong --set, HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_merge(const hr_origin *study, const char *const *sets, size_t n_sets,
                                 hr_arena *arena, hr_node **root, hr_err *err);

#endif
