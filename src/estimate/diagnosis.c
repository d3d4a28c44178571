#include "estimate/diagnosis.h"

#include <math.h>

/* The mean weight and its standard error. */
static double weigh(const hr_tally *tally, double *error)
{
    const hr_sums weights = hr_cell_sums(&tally->weights.all);
    const double n = (double)tally->n_replications, mean = weights.x / n;
    *error = sqrt(fmax(weights.xx / n - mean * mean, 0.0) / (n - 1.0));
    return mean;
}

bool hr_weights_are_off(const hr_tally *tally)
{
    double error;
    if (!tally->is_weighted)
        return false;
    const double mean = weigh(tally, &error);
    return !(fabs(mean - 1.0) <= HR_DIAGNOSIS_ERRORS * error);
}

hr_diagnosis hr_diagnose(const hr_tally *tally, const hr_outcome *outcome, uint32_t target)
{
    hr_diagnosis d = {.is_weighted = tally->is_weighted};
    const double n = (double)tally->n_replications;
    if (!tally->is_weighted)
        return d;
    d.weight = weigh(tally, &d.weight_error);
    /* relative errors do not depend on the scale, nor any of this on alpha */
    const hr_estimate e =
        hr_estimate_cell(outcome, &tally->cell[target], tally->n_replications, 1.0, 0.05);
    const double relative = e.standard_error / e.value;
    d.hits = e.hits;
    d.variation = e.value > 0.0 ? n * relative * relative : 0.0;
    d.effective = e.effective;
    d.largest_share = e.largest_share;
    d.control_gain = e.control_gain;
    d.is_unreliable = e.is_unreliable || hr_weights_are_off(tally);
    double total = 0.0;
    for (unsigned r = 0; r < HR_MOST_RUNGS; r++)
        total += d.share[r] = hr_cell_sums(&tally->weights.rung[r]).x;
    for (unsigned r = 0; total > 0.0 && r < HR_MOST_RUNGS; r++)
        d.share[r] /= total;
    return d;
}
