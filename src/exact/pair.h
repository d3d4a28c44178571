/* pair: the joint law of a server's loads on two resources.
 *
 * Panjer's recursion on pairs: k f(k, l) = sum over loads (b, c) of b m(b, c) f(k - b, l - c), and
 * in l where k is 0: positive terms alone, as in one dimension.
 */
#ifndef HR_EXACT_PAIR_H
#define HR_EXACT_PAIR_H

#include "exact/compound.h"

/* Loads on two resources of meetings of one profile each: all participants of one kind, no further
 * random load of the class but constants. */
typedef struct hr_pair_jumps {
    size_t n;
    int64_t *load[2]; /* [n] each, steps */
    double *share;    /* [n] of the class's meetings */
    uint16_t *class;  /* [n] */
    int64_t span[2];
} hr_pair_jumps;
HR_MUST_CHECK hr_status hr_pair_jumps_make(const hr_configuration *configuration,
                                           const unsigned resource[2], hr_arena *arena,
                                           hr_pair_jumps *jumps, const char **why, hr_err *err);
/* P(load 1 > above[0] or load 2 > above[1]) of a server that has `alive` [n_classes] meetings in
 * progress: the first by its own law, the second within the first's ceiling. */
HR_MUST_CHECK hr_status hr_pair_over(const hr_pair_jumps *jumps, const double *alive,
                                     const int64_t above[2], const hr_exact_effort *effort,
                                     hr_arena *arena, double *over, const char **why, hr_err *err);

#endif
