/* size: how much of something a study's target needs, as a question about rows of candidates.
 *
 * A row is what the study asks the question for: a world and the choices other than the one that
 * `size.vary` names (or, where sizes of probes or factors on ceilings are candidates, a
 * configuration). Its candidates are numbered from the one most likely to miss the threshold to the
 * one most likely to meet it: ascending where the smallest is sought, descending where the largest
 * is. That the headline falls along a row is the user's assumption; what contradicts it is said
 * (estimate/sequential.h).
 */
#ifndef HR_STUDY_SIZE_H
#define HR_STUDY_SIZE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "estimate/sequential.h"
#include "model/configuration.h"
#include "study/params.h"
#include "study/study.h"

/* Fill study->size, which needs axes and target; `example` is a configuration of the target's pool.
 * Errors  HR_ERR_DATA: no such key of choose, levels that do not rise, no threshold. */
HR_MUST_CHECK hr_status hr_size_read(hr_study *study, const hr_params *params,
                                     const hr_configuration *example, hr_err *err);

/* The rest needs a study with size.along != HR_SIZE_NOT_ASKED. */
uint64_t hr_size_rows(const hr_study *study);
/* The configuration of a candidate of a row. */
uint64_t hr_size_configuration(const hr_study *study, uint64_t row, size_t candidate);
/* The way back: *candidate is 0 where a configuration holds all candidates of its row. */
uint64_t hr_size_row(const hr_study *study, uint64_t configuration, size_t *candidate);
/* The cell of the tally that says whether the candidate meets the threshold. */
uint32_t hr_size_cell(const hr_study *study, size_t candidate);
/* How candidates are tested. */
struct hr_sequential hr_size_rule(const hr_study *study);
/* As the study writes it: "12", "80000 users". */
const char *hr_size_label(const hr_study *study, size_t candidate);

#endif
