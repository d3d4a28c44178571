/* blocks: the pieces that input and replay are made of, one by one, per instruction set.
 */
#ifndef HR_BENCH_BLOCKS_H
#define HR_BENCH_BLOCKS_H

#include "contest.h"

/* `m0` and `pool`: paths of m0.yaml and of a study of a Front End pool with choices and unknowns,
 * whose configurations are resolved. */
HR_MUST_CHECK hr_status blocks_run(const char *m0, const char *pool, const contest_plan *plan,
                                   hr_err *err);

#endif
