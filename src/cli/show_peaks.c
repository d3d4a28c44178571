/* Quantiles of the busiest server's peak, from the capacity curve: the largest load of a busy
 * period, over its ceiling, exceeds f as often as ceilings scaled by f are exceeded. So the
 * factors of the curve bracket its quantiles, background and all. */
#include <math.h>

#include "cli/show.h"

static const double quantiles[] = {0.50, 0.90, 0.95, 0.99};
enum { N_QUANTILES = sizeof quantiles / sizeof *quantiles };

/* Where a quantile lies for sure, as far as each factor's interval goes; NaN: no factor tells. */
typedef struct peak {
    double above, at_most;
} peak;

/* The factor with estimate `e` of what exceeds it: which side of each quantile is it on? */
static void narrow(peak found[N_QUANTILES], double factor, const hr_estimate *e)
{
    for (int q = 0; q < N_QUANTILES; q++) {
        const double beyond = 1.0 - quantiles[q];
        if (e->upper <= beyond && !(found[q].at_most <= factor))
            found[q].at_most = factor;
        if (e->lower > beyond && !(found[q].above >= factor))
            found[q].above = factor;
    }
}

/* Of the base choice, episodes of any length; false without a curve. */
static hr_status find_peaks(hr_show *show, peak found[N_QUANTILES], bool *has_any, hr_err *err)
{
    hr_status st = HR_OK;
    const unsigned outcome = hr_outcome_find("period_overload_scaled");
    const double *factor = show->study->capacity_factors;
    *has_any = hr_show_has(show, outcome);
    for (int q = 0; q < N_QUANTILES; q++)
        found[q] = (peak){(double)NAN, (double)NAN};
    for (unsigned f = 0; *has_any && f < show->study->n_capacity_factors; f++) {
        hr_estimate *column;
        const unsigned cell = f * show->schema->example.n_durations;
        HR_TRY(hr_show_column(show, outcome, cell, &column, err));
        const hr_estimate mean = hr_show_mean(show, outcome, column, show->base_choice);
        if (!mean.is_unreliable)
            narrow(found, factor[f], &mean);
    }
out:
    return st;
}

hr_status hr_show_peaks(hr_show *show, hr_err *err)
{
    hr_status st = HR_OK;
    peak found[N_QUANTILES];
    hr_words words = {0};
    bool has_any = false;
    HR_TRY(find_peaks(show, found, &has_any, err));
    if (!has_any)
        return st;
    hr_words_add(&words, "busiest server of a busy period, of its ceiling:");
    for (int q = 0; q < N_QUANTILES; q++) {
        const peak *p = &found[q];
        hr_words_add(&words, "%s P%.0f ", q == 0 ? "" : ",", 100.0 * quantiles[q]);
        if (!isnan(p->above) && !isnan(p->at_most))
            hr_words_add(&words, "%s to %s %%", hr_text_number(100.0 * p->above).s,
                         hr_text_number(100.0 * p->at_most).s);
        else if (!isnan(p->above))
            hr_words_add(&words, "above %s %%", hr_text_number(100.0 * p->above).s);
        else if (!isnan(p->at_most))
            hr_words_add(&words, "at most %s %%", hr_text_number(100.0 * p->at_most).s);
        else
            hr_words_add(&words, "not known");
    }
    hr_show_fact(show, "Peaks", words.s);
out:
    return st;
}

hr_status hr_show_peaks_json(hr_show *show, hr_json *json, hr_err *err)
{
    hr_status st = HR_OK;
    peak found[N_QUANTILES];
    bool has_any = false;
    HR_TRY(find_peaks(show, found, &has_any, err));
    if (!has_any)
        return st;
    hr_json_array(json, "peaks");
    for (int q = 0; q < N_QUANTILES; q++) {
        hr_json_object(json, NULL);
        hr_json_number(json, "quantile", quantiles[q]);
        hr_json_number(json, "above", found[q].above);
        hr_json_number(json, "at_most", found[q].at_most);
        hr_json_end_object(json);
    }
    hr_json_end_array(json);
out:
    return st;
}
