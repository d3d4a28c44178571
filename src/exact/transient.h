/* transient: the law of a chain as time goes on: from the empty pool or from equilibrium, with
 * rates that change and batches at clock times, and the probability that it has been over by then.
 *
 * Rates that stay: uniformization (Jensen 1953; Stewart 1994, section 8), powers of a matrix
 * without negative entries, so small probabilities keep their digits. Rates that move smoothly: the
 * same for the two averages of a commutator-free exponential rule of order 4 (Blanes and Moan,
 * Appl. Numer. Math. 56, 2006), on steps and on half of them, whose difference is the error.
 */
#ifndef HR_EXACT_TRANSIENT_H
#define HR_EXACT_TRANSIENT_H

#include "exact/chain.h"

typedef struct hr_transient {
    const hr_chain *chain;
    const hr_configuration *configuration;
    const bool *stops; /* [n_states] states in which it stays once `from` is reached; NULL: none */
    double from;       /* s of study time */
    unsigned pieces;   /* steps in one period of a sinusoid */
    double *p;         /* [n_states] at `time` */
    double time;
    double edge; /* largest probability seen of states with most meetings */
    double work; /* multiplications done */
} hr_transient;

/* Why the configuration's arrivals cannot be followed; NULL when they can. */
const char *hr_transient_decline(const hr_configuration *configuration);
/* Go on to study time `to`, batches at `to` itself excluded; p and time are set before. Scratch
 * from `arena`; `*why` when it would take more than effort->work. */
HR_MUST_CHECK hr_status hr_transient_go(hr_transient *transient, double to,
                                        const hr_exact_effort *effort, hr_arena *arena,
                                        const char **why, hr_err *err);

#endif
