/* tilt_cluster: batches at random times in a tilt (tilt.h).
 *
 * The meetings of a batch start at one tick, so a batch leans as a whole: with the product of e^s
 * over those of its meetings that are alive at the instant u. Of a batch of age v with the count X
 * the mean of that is G(1 + m(v)), G the generating function of X and m(v) the mean of
 * (e^s - 1) 1(alive) of one meeting. Epochs are Poisson, so what the tilt adds is an independent
 * Poisson process of further batches, of ages with the density rate (G(1 + m(v)) - 1), each drawn
 * from the true law times (product - 1); the integral over ages is Lambda(u). For counts without a
 * last one G has a pole: 1 + m stays below it.
 */
#ifndef HR_MODEL_TILT_CLUSTER_H
#define HR_MODEL_TILT_CLUSTER_H

#include "base/mem.h"
#include "model/configuration.h"

/* Counts of the batches of one source. */
typedef struct hr_tilt_batches {
    unsigned source;
    double rate;         /* 1/s, of batches */
    const hr_law *count; /* GEOMETRIC and POISSON by their formulas, */
    unsigned n;          /* others by their table: counts below n */
    const double *share; /* [n] */
    double most;         /* what 1 + m may be at most */
} hr_tilt_batches;

typedef struct hr_tilt_clusters {
    unsigned n;                     /* sources */
    const hr_tilt_batches *batches; /* [n] */
    unsigned n_cells;               /* of the age of a batch, s: */
    const double *age;              /* [n_cells + 1] ascending from 0 */
} hr_tilt_clusters;

/* G(1 + m) - 1 and, unless NULL, the first two derivatives of G there. 0 <= m < most - 1. */
double hr_tilt_batch_more(const hr_tilt_batches *batches, double m, double slope[2]);
/* Of a further batch: the count that `place`, uniform on (0, 1), asks for, by the law
 * proportional to P(k) ((1 + m)^k - 1). */
unsigned hr_tilt_batch_count(const hr_tilt_batches *batches, double m, double place);
/* Why batches of these counts and durations are not aimed at; NULL when they are. */
const char *hr_tilt_cluster_decline(const hr_configuration *configuration);
/* NULL where there are no such batches. Memory from `arena`; HR_ERR_MEMORY. */
HR_MUST_CHECK hr_status hr_tilt_clusters_make(const hr_configuration *configuration,
                                              hr_arena *arena, const hr_tilt_clusters **out,
                                              hr_err *err);

#endif
