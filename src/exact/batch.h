/* batch: meetings that come together, whose numbers in progress are not independent Poisson ones.
 *
 * Batches at random (M^X/G/infinity): each batch that still has meetings is a jump of the load, and
 * batches of age u, each meeting of which is still there with probability G(u), form a Poisson
 * process; the mean number of batches with j meetings left is the integral over ages (Shanbhag
 * 1966; Holman, Chaudhry and Kashyap 1983). Batches at given times with other than Poisson counts
 * are sums of so many independent meetings, each there or not.
 */
#ifndef HR_EXACT_BATCH_H
#define HR_EXACT_BATCH_H

#include "exact/compound.h"

/* Does the source bring such batches? */
bool hr_batch_is_one(const hr_source *source);
/* Why their law is not known here; NULL when it is. */
const char *hr_batch_decline(const hr_configuration *configuration);

/* Mean meetings of the source that are alive at study time t, s. */
double hr_batch_mean(const hr_configuration *configuration, unsigned source, double t);
/* Add to `jumps` those of batches at random. */
HR_MUST_CHECK hr_status hr_batch_add_jumps(const hr_load_asked *asked,
                                           const hr_exact_effort *effort, hr_arena *arena,
                                           hr_jumps *jumps, const char **why, hr_err *err);
/* Add the load of batches at given times to a law. */
HR_MUST_CHECK hr_status hr_batch_add_epochs(const hr_load_asked *asked,
                                            const hr_exact_effort *effort, hr_arena *arena,
                                            hr_lattice *lattice, const char **why, hr_err *err);

#endif
