/* effort: what working out one number may take.
 */
#ifndef HR_EXACT_EFFORT_H
#define HR_EXACT_EFFORT_H

#include <stdbool.h>
#include <stddef.h>

/* What one answer has taken so far: counted, not timed, so that every machine gives up alike. */
typedef struct hr_exact_meter {
    double spent; /* multiplications */
    double least; /* laws that are still to come at least, the next one included; 0: one */
} hr_exact_meter;

typedef struct hr_exact_effort {
    double work;           /* multiplications for a law */
    size_t points;         /* of a lattice */
    size_t states;         /* of a Markov chain */
    unsigned times;        /* at which laws are worked out for an average */
    double all;            /* multiplications for all of these laws together */
    hr_exact_meter *meter; /* borrowed; NULL: laws are bounded one by one */
} hr_exact_effort;
extern const hr_exact_effort
    hr_exact_effort_whole; /* some seconds: what `headroom exact` does for a number */

/* May a law of so many points be worked out in so many multiplications? Counts them when it may.
 * Else `*why` is set: the law is too long, or there are too many of them for what is allowed; that
 * is said before the first one where at least `meter->least` of them would be needed. */
bool hr_exact_may(const hr_exact_effort *effort, double points, double work, const char **why);

/* Beside simulated values of so many configurations: some milliseconds for one, some seconds for
 * all.
 */
hr_exact_effort hr_exact_effort_beside(double n_configurations);

#endif
