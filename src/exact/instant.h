/* instant: how many meetings of each class are in progress at a moment, as independent Poisson
 * numbers, and what a configuration must be for that to tell the loads.
 */
#ifndef HR_EXACT_INSTANT_H
#define HR_EXACT_INSTANT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/mem.h"
#include "model/configuration.h"

/* Why the load of the pool does not follow from who is in progress, as a part of a sentence: "some
 * servers may fail"; NULL when it does: nothing is refused, lost, moved or linked, everybody is
 * there from the start of a meeting to its end. */
const char *hr_instant_decline(const hr_configuration *configuration);
/* Why the numbers in progress are no independent Poisson numbers; NULL when they are. */
const char *hr_instant_decline_counts(const hr_configuration *configuration);

/* Is the law of what is in progress the same at all times of the window? */
bool hr_instant_is_constant(const hr_configuration *configuration);

/* Means by class at study time t, s, into alive [n_classes]. */
void hr_instant_alive(const hr_configuration *configuration, double t, double *alive);
/* Arrivals per second by class of sources with rates at study time t, into rate [n_classes]; -1 in
 * the first where meetings also come in batches. */
void hr_instant_rates(const hr_configuration *configuration, double t, double *rate);

#endif
