/* effort: what working out one number may take.
 */
#ifndef HR_EXACT_EFFORT_H
#define HR_EXACT_EFFORT_H

#include <stddef.h>

typedef struct hr_exact_effort {
    double work;    /* multiplications for a law */
    size_t points;  /* of a lattice */
    size_t states;  /* of a Markov chain */
    unsigned times; /* at which laws are worked out for an average */
} hr_exact_effort;
extern const hr_exact_effort
    hr_exact_effort_whole; /* some seconds: what `headroom exact` does for a number */

/* Beside simulated values of so many configurations: some milliseconds for one, some seconds for
 * all.
 */
hr_exact_effort hr_exact_effort_beside(double n_configurations);

#endif
