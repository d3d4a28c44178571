/* compound: the exact law of a load that is the sum of independent meetings in progress.
 *
 * Panjer's recursion (base/panjer.h) for the mean number m_b of meetings alive with load b. The
 * lattice is the greatest common divisor of the loads.
 */
#ifndef HR_EXACT_COMPOUND_H
#define HR_EXACT_COMPOUND_H

#include "exact/loads.h"

/* A law on 0, span, 2 span, ... */
typedef struct hr_lattice {
    int64_t span; /* steps */
    size_t n;
    const double *p; /* [n] */
    double beyond;   /* certified: at least what is left at n span and above */
} hr_lattice;

/* The law of the load, far enough that what is left beyond is below 1e-17 of P(S > above) by
 * Chernoff's bound. `*why` is set, and nothing else, when that takes more than `effort` or when
 * P(S > above) is below 1e-290 (hr_compound_vanishes). HR_ERR_MEMORY. */
extern const char *const hr_compound_vanishes;
HR_MUST_CHECK hr_status hr_compound(const hr_jumps *jumps, int64_t above,
                                    const hr_exact_effort *effort, hr_arena *arena,
                                    hr_lattice *lattice, const char **why, hr_err *err);
/* The recursion alone, n points from `arena`: probabilities are exp(*log_scale) f. For laws that
 * are cut and normalised anyway (loss.h). */
HR_MUST_CHECK hr_status hr_compound_recursion(const hr_jumps *jumps, size_t n, hr_arena *arena,
                                              double **f, double *log_scale, hr_err *err);

/* P(S > above): the smaller side is added up, smallest terms first. */
double hr_lattice_tail(const hr_lattice *lattice, int64_t above);
/* The same above each point: tail[k] = P(S > k span), k = 0..n-1, from `arena`. */
HR_MUST_CHECK hr_status hr_lattice_tails(const hr_lattice *lattice, hr_arena *arena, double **tail,
                                         hr_err *err);

#endif
