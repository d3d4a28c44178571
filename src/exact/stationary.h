/* stationary: the law of a chain in equilibrium.
 *
 * Gauss and Seidel's iteration of pi_j out_j = sum over i of pi_i q_ij adds and divides positive
 * numbers alone, so each entry keeps its own relative accuracy, however small. Where nothing is
 * refused the number of meetings in progress is known to be Poisson (cut at the chain's `most`):
 * each sweep ends by giving every number its probability, which takes away what would converge
 * slowly (Stewart, "Introduction to the Numerical Solution of Markov Chains", 1994, section 6).
 */
#ifndef HR_EXACT_STATIONARY_H
#define HR_EXACT_STATIONARY_H

#include "exact/chain.h"

/* Probabilities [n_states] where `arrivals` come per second. `*change` is the largest relative
 * change of an entry in the last sweep; `*why` when effort->work is not enough for 1e-10. */
HR_MUST_CHECK hr_status hr_stationary(const hr_chain *chain, double arrivals,
                                      const hr_exact_effort *effort, hr_arena *arena,
                                      double **probability, double *change, const char **why,
                                      hr_err *err);

#endif
