#include "results/bracket.h"

#include <math.h>

#include "estimate/sequential.h"
#include "exact/exact.h"
#include "study/size.h"

/* Bounds are an interval that holds for certain: what the tests may err is not touched. */
static hr_verdict verdict_of(const hr_study *study, const hr_exact_bracket *bracket)
{
    const struct hr_sequential rule = hr_size_rule(study);
    const hr_estimate certain = {.value = 0.0, /* any number */
                                 .lower = bracket->lower,
                                 .upper = bracket->upper};
    const hr_verdict verdict = hr_sequential_verdict(&rule, &certain);
    if (verdict == HR_MET)
        return HR_BOUND_MET;
    return verdict == HR_MISSED ? HR_BOUND_MISSED : HR_GO_ON;
}

hr_status hr_bracket(const hr_study *study, const hr_configuration *configuration, hr_arena *arena,
                     hr_estimate *bounds, hr_verdict *verdict, hr_err *err)
{
    hr_status st = HR_OK;
    hr_exact_bracket bracket;
    unsigned index[HR_MAX_AXES];
    const hr_target *target = &study->target;
    const hr_layout *layout = &study->pools[target->pool].layout;
    const hr_exact_effort effort = hr_exact_effort_beside((double)study->n_configurations);
    *verdict = HR_GO_ON;
    *bounds = (hr_estimate){.value = (double)NAN, .lower = (double)NAN, .upper = (double)NAN};
    if (study->has_daily || !study->size.has_bracket || configuration->n_servers == 0)
        return HR_OK;
    hr_layout_index(layout, target->outcome, target->cell - layout->first[target->outcome], index);
    if (!(hr_outcome_scale(target->outcome, configuration, index) > 0.0))
        return HR_OK;
    HR_TRY(
        hr_exact_bracket_of(configuration, target->outcome, index, &effort, arena, &bracket, err));
    *verdict = verdict_of(study, &bracket);
    bounds->lower = bracket.lower;
    bounds->upper = bracket.upper;
    if (bracket.lower >= bracket.upper)
        bounds->value = bracket.lower;
out:
    return st;
}
