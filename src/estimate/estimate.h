/* estimate: from integer sums to a number with an interval.
 *
 * For N replications of which `hits` contributed (x > 0):
 *   0/1 values                    Clopper and Pearson 1934
 *   at least 100 hits, or half    Student on replication values; ratios and variances by the
 *     of all replications         delta method
 *   fewer hits                    [probability of contributing] x [size of a contribution],
 *                                 Clopper-Pearson and Student, each at alpha/2; for a ratio with
 *                                 a well known denominator a third factor, each at alpha/3; with
 *                                 a denominator as rare as the hits Student on the hits alone
 *   nearly always the largest     Clopper-Pearson on x / most, fractions allowed
 *   no hits                       an upper bound, never 0
 * Upper bounds are infinite where the sums say nothing about the size of a contribution: an
 * outcome without a largest value and at most one hit. METHODS.md has the reasons.
 */
#ifndef HR_ESTIMATE_ESTIMATE_H
#define HR_ESTIMATE_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/outcome.h"
#include "model/tally.h"

typedef struct hr_estimate {
    double value;          /* NaN when the cell does not exist or nothing was offered */
    double lower, upper;   /* at the level asked for */
    double standard_error; /* NaN for n = 1 */
    uint64_t hits;
    uint64_t n;           /* replications */
    bool is_bound;        /* no hits: `upper` is a bound, `value` and `lower` are 0 */
    bool is_rough;        /* Student's interval of fewer than 100 values, which skewed ones exceed
                             more often than it says */
    bool is_weighted;     /* from tilted input (model/tilt.h): then the next three are filled in */
    bool is_unreliable;   /* few hits, or one replication has too much of the weight: decides
                             nothing */
    double effective;     /* size of a sample of equal weights that would say as much */
    double largest_share; /* of the estimate, of one replication */
    double control_gain;  /* variance without the control over that with it; 1: there is none */
} hr_estimate;

/* Estimate of one cell of n replications. alpha: two-sided error probability, e.g. 0.05. scale:
 * from hr_outcome_scale (0 gives NaN, as do n = 0 and a ratio with nothing below the line). */
hr_estimate hr_estimate_cell(const hr_outcome *outcome, const hr_cell *cell, uint64_t n,
                             double scale, double alpha);

/* May it decide anything? What is unreliable may not, but for the bound of no hits, which holds by
 * counting alone. */
static inline bool hr_estimate_decides(const hr_estimate *estimate)
{
    return !estimate->is_unreliable || estimate->is_bound;
}

/* Exact binomial interval (Clopper and Pearson 1934), one of n. */
void hr_clopper_pearson(uint64_t hits, uint64_t n, double alpha, double *lower, double *upper);

/* Error probability of look k: alpha / ((k+1)(k+2)), which sums to alpha over all looks. */
double hr_look_alpha(double alpha, unsigned look);
/* Blocks in the first `look + 1` looks: 2^look. */
uint64_t hr_look_blocks(unsigned look);

typedef enum hr_verdict {
    HR_GO_ON,
    HR_PRECISE,   /* as precise as asked */
    HR_DECIDED,   /* surely on one side of the threshold */
    HR_EXHAUSTED, /* no replications are left */
    /* Candidates of a sizing study (sequential.h) */
    HR_MET,          /* meets the threshold */
    HR_MISSED,       /* misses it */
    HR_NEAR,         /* surely within the indifference factor of it */
    HR_SPARED,       /* others of its row have decided */
    HR_BOUND_MET,    /* meets it by an exact bound, without simulation */
    HR_BOUND_MISSED, /* misses it by an exact bound */
    HR_N_VERDICTS
} hr_verdict;
/* In files: "precise", "bound_met". */
extern const char *const hr_verdict_names[HR_N_VERDICTS];
/* Should a configuration stop after `look`? Depends only on the study and the folded target
 * cell: every rank decides alike. The interval it used is returned in `estimate`. */
struct hr_stopping {
    double relative, confidence;
    uint64_t min_hits, at_most;
    bool stop_when_decided, has_threshold;
    double threshold;
};
hr_verdict hr_stopping_verdict(const struct hr_stopping *rule, const hr_outcome *outcome,
                               const hr_cell *target, uint64_t n, double scale, unsigned look,
                               hr_estimate *estimate);

/* ---- across configurations (equal weights) */
struct hr_spread_rule {
    double confidence; /* of the mean's interval */
    double most;       /* hr_outcome.most: largest value, 0 when there is none */
    bool has_threshold;
    double threshold;
    bool is_signed; /* values may be negative: differences */
};
typedef struct hr_spread {
    uint64_t n;                          /* estimates that have a number */
    double mean, mean_lower, mean_upper; /* of the values; NaN without any */
    bool is_bound;                       /* none had a hit: mean_upper is a bound */
    uint64_t n_unreliable;               /* of n, those that decide nothing */
    double sd_total;                     /* of the estimates */
    double sd_between;  /* inner noise removed: sqrt(max(0, var - mean inner variance)) */
    double quantile[5]; /* 5 %, 25 %, 50 %, 75 %, 95 % of the estimates */
    uint64_t met, missed, undecided; /* against a threshold, by intervals of those that may decide;
                                        0 without one */
} hr_spread;
/* Interval of the mean: Student over configurations, within [0, most]. Values that are all alike
 * say nothing by their spread: all 0, or all `most`, have the exact binomial bound of none in n;
 * any other number, and a single configuration, the mean of their own ends. scratch: [n]. */
hr_spread hr_spread_of(const struct hr_spread_rule *rule, const hr_estimate *estimates, uint64_t n,
                       double *scratch);

#endif
