/* loss: pools that refuse what does not fit: Erlang (1917), Kaufman (IEEE Trans. Comm. 29, 1981)
 * and Roberts (1981). What is carried is the open pool's law cut at the ceiling and normalised,
 * whatever the durations, so one recursion serves both.
 */
#ifndef HR_EXACT_LOSS_H
#define HR_EXACT_LOSS_H

#include "exact/compound.h"

/* Law of the load carried by one server (or bundle) of `ceiling` steps: P(load = k span), k = 0.. .
 * `*why` as in hr_compound. */
HR_MUST_CHECK hr_status hr_loss_carried(const hr_jumps *offered, int64_t ceiling,
                                        const hr_exact_effort *effort, hr_arena *arena,
                                        hr_lattice *carried, const char **why, hr_err *err);
/* Probability that a meeting of this load is refused: P(load carried > ceiling - load). */
double hr_loss_refused(const hr_lattice *carried, int64_t ceiling, int64_t load);

#endif
