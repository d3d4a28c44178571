/* load_at: the law of the load of a server, or of the whole pool, at a study time: what rates and
 * Poisson counts bring as one compound Poisson law, batches of other counts added to it.
 */
#ifndef HR_EXACT_LOAD_AT_H
#define HR_EXACT_LOAD_AT_H

#include "exact/compound.h"

/* Why it is not known; NULL when it is (the pool must not refuse anything: hr_instant_decline). */
const char *hr_load_at_decline(const hr_configuration *configuration);
/* Are the loads of servers independent under random placement? */
bool hr_load_at_splits(const hr_configuration *configuration);

/* Its law, exact in P(load > above) to 1e-17 of it. `*why` as in hr_compound. */
HR_MUST_CHECK hr_status hr_load_at(const hr_load_asked *asked, int64_t above,
                                   const hr_exact_effort *effort, hr_arena *arena,
                                   hr_lattice *lattice, const char **why, hr_err *err);
/* Mean meetings of each class alive, into alive [n_classes], those of batches included. */
void hr_load_at_alive(const hr_configuration *configuration, double t, double *alive);

#endif
