/* sequential: which of a row of candidates meet a threshold, tested look by look.
 *
 * Candidates 0 .. n-1 stand in an order along which what is estimated (p_0 >= p_1 >= ...) falls:
 * the numbers of servers, from the fewest on. Each is tested by the interval of its estimate at
 * each look it has taken part in:
 *
 *   met     upper end <= threshold
 *   missed  lower end > threshold
 *   near    the interval lies within [threshold / indifference, threshold x indifference]: more
 *           replications would settle what nobody needs to know
 *
 * Only one of the two ends can make a statement about a candidate wrong: the lower one where it
 * meets the threshold, the upper one where it does not. So each end may err with probability
 *
 *     error / n / ((k + 1) (k + 2))        at look k,
 *
 * and by Bonferroni over looks and candidates all statements about a row hold together with
 * probability 1 - error, whatever decides which candidate goes on: p_j is compared with the
 * threshold on the scale of its own estimate, which for the comparison is the same as log p_j with
 * its logarithm.
 *
 * From the order follows more: where one meets the threshold all behind it do, where one misses it
 * all before it do. So the only candidates that go on are the two between which the estimates, made
 * monotone, cross the threshold (hr_sequential_next). All functions are pure: ranks that give them
 * the same sums get the same answer.
 */
#ifndef HR_ESTIMATE_SEQUENTIAL_H
#define HR_ESTIMATE_SEQUENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "estimate/estimate.h"

struct hr_sequential {
    double threshold;      /* of the outcome, in its unit */
    bool is_at_least;      /* candidates meet it from above; the outcome is a share */
    double indifference;   /* factor >= 1 on what must be small: the share that is missing, if
                              at_least */
    double error;          /* of all statements about a row: 1 - confidence */
    uint64_t n_candidates; /* of the row that share the error */
    uint64_t at_most;      /* replications of a candidate */
};

/* A candidate as far as it has been looked at. */
typedef struct hr_candidate {
    hr_verdict verdict; /* HR_GO_ON: open */
    uint64_t n;         /* replications; 0: none yet */
    double value;       /* of what must be small; NaN: says nothing */
} hr_candidate;

/* Two-sided error of the interval of a candidate at `look`, for hr_estimate_cell. */
double hr_sequential_alpha(const struct hr_sequential *rule, unsigned look);
/* What must be small: the estimate itself or, if at_least, its missing part 1 - p. */
hr_estimate hr_sequential_small(const struct hr_sequential *rule, const hr_estimate *estimate);
/* The bound on it. */
double hr_sequential_bound(const struct hr_sequential *rule);
/* HR_MET, HR_MISSED, HR_NEAR, HR_EXHAUSTED or HR_GO_ON of an estimate at that error. One that is
 * unreliable or rough, or without a number, decides nothing. */
hr_verdict hr_sequential_verdict(const struct hr_sequential *rule, const hr_estimate *estimate);

/* Where a row stands: candidates 0 .. missed - 1 miss the threshold, met .. n - 1 meet it. */
typedef struct hr_row_state {
    size_t missed, met;
    bool contradicts; /* met < missed: the row does not fall, nothing follows */
} hr_row_state;
hr_row_state hr_sequential_state(const hr_candidate *row, size_t n);
/* Enter what was found of candidate `i`, in any order; begin with {.missed = 0, .met = n}. */
void hr_sequential_count(hr_row_state *state, size_t i, hr_verdict verdict);
/* wanted[i] <- does candidate i go on? None does when the row is answered. Candidates without
 * replications start first; beyond one that had no hit in all its replications none goes on. With
 * nothing met, or nothing missed, the far end of the row is asked too: a row that rises would be
 * taken for one that is met, or missed, everywhere. `bound`: hr_sequential_bound; scratch: [3 n].
 */
void hr_sequential_next(const hr_candidate *row, size_t n, double bound, bool *wanted,
                        double *scratch);
/* fit[i] <- values of the row made to fall, replications as weights (pool adjacent violators: Ayer
 * and others 1955); +-infinity beyond the first and last value. scratch: [2 n]. */
void hr_sequential_fit(const hr_candidate *row, size_t n, double *fit, double *scratch);

#endif
