/* Looks and stopping. The bounds of all looks hold together with probability 1 - alpha, because
 * the error probabilities of the looks sum to alpha: 1/(1 2) + 1/(2 3) + ... = 1 (Bonferroni). */
#include "base/error.h"
#include "estimate/estimate.h"

const char *const hr_verdict_names[HR_N_VERDICTS] = {
    [HR_GO_ON] = "go_on",
    [HR_PRECISE] = "precise",
    [HR_DECIDED] = "decided",
    [HR_EXHAUSTED] = "exhausted",
    [HR_MET] = "met",
    [HR_MISSED] = "missed",
    [HR_NEAR] = "near",
    [HR_SPARED] = "spared",
    [HR_BOUND_MET] = "bound_met",
    [HR_BOUND_MISSED] = "bound_missed",
};

double hr_look_alpha(double alpha, unsigned look)
{
    return alpha / (((double)look + 1.0) * ((double)look + 2.0));
}

uint64_t hr_look_blocks(unsigned look)
{
    HR_ASSERT(look < 64);
    return (uint64_t)1 << look;
}

static bool is_precise(const struct hr_stopping *rule, const hr_estimate *e)
{
    return !e->is_unreliable && rule->relative > 0.0 && e->hits >= rule->min_hits &&
           e->value > 0.0 && 0.5 * (e->upper - e->lower) <= rule->relative * e->value;
}

static bool is_decided(const struct hr_stopping *rule, const hr_estimate *e)
{
    return !e->is_unreliable && rule->stop_when_decided && rule->has_threshold &&
           (e->upper <= rule->threshold || e->lower > rule->threshold);
}

hr_verdict hr_stopping_verdict(const struct hr_stopping *rule, const hr_outcome *outcome,
                               const hr_cell *target, uint64_t n, double scale, unsigned look,
                               hr_estimate *estimate)
{
    const double alpha = hr_look_alpha(1.0 - rule->confidence, look);
    *estimate = hr_estimate_cell(outcome, target, n, scale, alpha);
    if (is_precise(rule, estimate))
        return HR_PRECISE;
    if (is_decided(rule, estimate))
        return HR_DECIDED;
    return n >= rule->at_most ? HR_EXHAUSTED : HR_GO_ON;
}
