#include "cli/over_law.h"

#include <math.h>

const double hr_over_law_levels[HR_N_OVER_LAW] = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};

enum { PANELS = 16, NODES = 10, MONOTONE_POINTS = 65, HALVINGS = 45 };

/* The target's value with the unknown at quantile u of its law. */
static hr_status value_at(hr_known_view *view, uint64_t choice, double u, double *value,
                          const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    const hr_target *target = &view->study->target;
    hr_exact answer;
    unsigned index[HR_MAX_AXES];
    hr_arena_reset(&view->arena);
    hr_arena_reset(&view->scratch);
    view->configuration = (hr_configuration){0};
    HR_TRY(hr_study_place(view->study, 0, &u, &view->arena, err));
    HR_TRY(hr_study_pool(view->study, NULL, target->pool, choice, 0, &view->arena,
                         &view->configuration, err));
    hr_schema_index(view->schema, target->outcome,
                    target->cell - view->schema->layout->first[target->outcome], index);
    HR_TRY(hr_exact_value(&view->configuration, target->outcome, index, view->effort,
                          &view->scratch, &answer, err));
    *value = answer.value;
    *why = answer.is == HR_EXACT_VALUE ? NULL : answer.why;
out:
    return st;
}

/* Gauss and Legendre's rule of ten points on panels that shrink towards both ends, where a law's
 * quantiles may go to infinity; once more on half as many for the error. */
static hr_status integrate(hr_known_view *view, uint64_t choice, unsigned panels, double *mean,
                           const char **why, hr_err *err)
{
    static const double place[NODES / 2] = {0.1488743389816312, 0.4333953941292472,
                                            0.6794095682990244, 0.8650633666889845,
                                            0.9739065285171717};
    static const double weight[NODES / 2] = {0.2955242247147529, 0.2692667193099963,
                                             0.2190863625159820, 0.1494513491505806,
                                             0.0666713443086881};
    hr_status st = HR_OK;
    *mean = 0.0;
    for (unsigned i = 0; i < panels && *why == NULL; i++) {
        /* u = x^3 (10 - 15 x + 6 x^2): flat at both ends */
        const double low = (double)i / panels, wide = 1.0 / panels;
        for (int k = 0; k < NODES && *why == NULL; k++) {
            const double x = low + wide * (0.5 + (k % 2 ? 0.5 : -0.5) * place[k / 2]);
            const double u = x * x * x * (10.0 - 15.0 * x + 6.0 * x * x);
            const double slope = 30.0 * x * x * (1.0 - x) * (1.0 - x);
            double value = 0.0;
            HR_TRY(value_at(view, choice, fmin(fmax(u, 1e-300), 1.0 - 0x1p-53), &value, why, err));
            *mean += 0.5 * wide * weight[k / 2] * slope * value;
        }
    }
out:
    return st;
}

/* Does the value only grow, or only shrink? Its sign; 0 when it does both. */
static hr_status direction(hr_known_view *view, uint64_t choice, int *sign, const char **why,
                           hr_err *err)
{
    hr_status st = HR_OK;
    double before = 0.0;
    bool grows = false, shrinks = false;
    for (int i = 0; i < MONOTONE_POINTS && *why == NULL; i++) {
        double value = 0.0;
        HR_TRY(value_at(view, choice, (i + 0.5) / MONOTONE_POINTS, &value, why, err));
        grows = grows || (i > 0 && value > before);
        shrinks = shrinks || (i > 0 && value < before);
        before = value;
    }
    *sign = grows && shrinks ? 0 : shrinks ? -1 : 1;
out:
    return st;
}

static hr_status share_met(hr_known_view *view, uint64_t choice, int sign, double *met,
                           const char **why, hr_err *err)
{
    hr_status st = HR_OK;
    double low = 0.0, high = 1.0;
    for (int i = 0; i < HALVINGS && *why == NULL; i++) {
        double value = 0.0;
        const double middle = 0.5 * (low + high);
        HR_TRY(value_at(view, choice, middle, &value, why, err));
        const bool is_met = value <= view->study->target.at_most;
        *(is_met == (sign > 0) ? &low : &high) = middle;
    }
    *met = sign > 0 ? low : 1.0 - low;
out:
    return st;
}

hr_status hr_over_law_of(hr_known_view *view, uint64_t choice, hr_over_law *over, hr_err *err)
{
    hr_status st = HR_OK;
    size_t n_unknowns = 0;
    double coarse = 0.0;
    int sign = 0;
    *over = (hr_over_law){.mean = (double)NAN, .met = (double)NAN};
    for (size_t a = 0; a < view->study->n_axes; a++)
        n_unknowns += !view->study->axes[a].is_choice;
    if (n_unknowns != 1)
        over->why = n_unknowns == 0 ? "nothing is unknown" : "several numbers are unknown";
    else if (view->study->has_daily)
        over->why = "numbers are drawn anew each day";
    if (over->why != NULL)
        return HR_OK;
    HR_TRY(integrate(view, choice, PANELS / 2, &coarse, &over->why, err));
    if (over->why == NULL)
        HR_TRY(integrate(view, choice, PANELS, &over->mean, &over->why, err));
    over->mean_error = fabs(coarse - over->mean) / fabs(over->mean);
    if (over->why == NULL)
        HR_TRY(direction(view, choice, &sign, &over->why, err));
    over->is_monotone = sign != 0;
    for (int i = 0; i < HR_N_OVER_LAW && sign != 0 && over->why == NULL; i++) {
        const double level = hr_over_law_levels[i];
        HR_TRY(value_at(view, choice, sign > 0 ? level : 1.0 - level, &over->quantile[i],
                        &over->why, err));
    }
    if (view->study->target.has_threshold && sign != 0 && over->why == NULL)
        HR_TRY(share_met(view, choice, sign, &over->met, &over->why, err));
out:
    return st;
}
