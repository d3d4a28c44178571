/* saddlepoint: bounds and close approximations of a compound Poisson tail in microseconds.
 *
 * K(theta) = sum over loads of mean (e^(theta load) - 1) is the cumulant generating function,
 * theta* the root of K'(theta) = x. Chernoff: P(S >= x) <= exp(K(theta*) - theta* x) for x above
 * the mean. Lugannani and Rice (Adv. Appl. Prob. 12, 1980) in the lattice form of Daniels (Int.
 * Stat. Rev. 55, 1987): within some 0.1 % of the tails that pools have (tests/unit/test_compound.c
 * measures it).
 */
#ifndef HR_EXACT_SADDLEPOINT_H
#define HR_EXACT_SADDLEPOINT_H

#include "exact/loads.h"

typedef struct hr_cumulant {
    double value, first, second; /* K and its derivatives by theta, per step */
} hr_cumulant;
hr_cumulant hr_cumulant_at(const hr_jumps *jumps, double theta);

/* theta with K'(theta) = x, x > 0 steps; jumps must not be empty. */
double hr_saddlepoint_root(const hr_jumps *jumps, double x);
/* log of Chernoff's bound on P(S >= x); 0 up to the mean. */
double hr_saddlepoint_chernoff(const hr_jumps *jumps, double x);
/* P(S > above) approximately; `above` >= 0 steps. */
double hr_saddlepoint_tail(const hr_jumps *jumps, int64_t above);
/* About its relative error: the next term of the expansion, lambda_4 / 8 - 5 lambda_3^2 / 24 with
 * the standardised cumulants at the root (Daniels 1987); large where a rare huge load decides. */
double hr_saddlepoint_error(const hr_jumps *jumps, int64_t above);
/* log of the same tail, also where it is below the smallest double. */
double hr_saddlepoint_log_tail(const hr_jumps *jumps, int64_t above);

#endif
