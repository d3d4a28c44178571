/* models: what a meeting costs on models other than M0, each M0 with something changed.
 */
#ifndef HR_BENCH_MODELS_H
#define HR_BENCH_MODELS_H

#include "base/vector.h"
#include "contest.h"

/* Model M0 itself: every kernel with every instruction set that this processor has, in whole and
 * in its two halves. `study` is the path of m0.yaml. */
HR_MUST_CHECK hr_status models_m0(const char *study, const contest_plan *plan, hr_err *err);
/* M0 with the kernel that the program would use, as the program's own speed is held against. */
HR_MUST_CHECK hr_status models_chosen(const char *study, const hr_vector *vector,
                                      const contest_plan *plan, hr_err *err);
/* Changed models, section by section: every kernel with `vector`. */
HR_MUST_CHECK hr_status models_changed(const char *study, const hr_vector *vector,
                                       const contest_plan *plan, hr_err *err);

#endif
