/* panjer: the law of a sum of independent Poisson numbers of jumps on a lattice (Panjer, ASTIN
 * Bull. 12, 1981): with m_b jumps of b points in the mean, f_0 = exp(-sum m_b),   k f_k = sum over
 * b of b m_b f_(k-b). All terms are positive, so each f_k keeps its relative accuracy, also where
 * f_0 is far below the smallest double: the recursion starts at 1 and the scale is told apart.
 */
#ifndef HR_BASE_PANJER_H
#define HR_BASE_PANJER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"

/* (*f)[n]: probabilities are exp(*log_scale) f. jump[n_jumps] ascending, > 0. Memory from `arena`;
 * HR_ERR_MEMORY. Local. */
HR_MUST_CHECK hr_status hr_panjer(const size_t *jump, const double *mean, size_t n_jumps, size_t n,
                                  hr_arena *arena, double **f, double *log_scale, hr_err *err);
/* The widest lattice with 0 on which jumps of `a` and `b` are: their greatest common divisor.
 */
static inline int64_t hr_panjer_span(int64_t a, int64_t b)
{
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

#endif
