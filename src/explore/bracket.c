#include "explore/bracket.h"

#include "estimate/sequential.h"
#include "exact/exact.h"
#include "study/size.h"

/* Bounds as an interval: one that holds for certain, so that the error that the sequential tests may
 * make is not touched. */
static hr_verdict verdict_of(const hr_study *study, const hr_exact_bracket *bracket)
{
    const struct hr_sequential rule = hr_size_rule(study);
    const hr_estimate certain = {.value = bracket->lower, /* any number between the two */
                                 .lower = bracket->lower,
                                 .upper = bracket->upper};
    const hr_verdict verdict = hr_sequential_verdict(&rule, &certain);
    if (verdict == HR_MET)
        return HR_BOUND_MET;
    return verdict == HR_MISSED ? HR_BOUND_MISSED : HR_GO_ON;
}

hr_status hr_bracket(const hr_study *study, uint64_t configuration, hr_arena *arena,
                     hr_verdict *verdict, hr_err *err)
{
    hr_status st = HR_OK;
    hr_configuration resolved = {0};
    hr_exact_bracket bracket;
    unsigned index[HR_MAX_AXES];
    const hr_target *target = &study->target;
    const hr_layout *layout = &study->pools[target->pool].layout;
    const hr_exact_effort effort = hr_exact_effort_beside((double)study->n_configurations);
    *verdict = HR_GO_ON;
    if (study->has_daily) /* what is exact would be so for one day */
        return HR_OK;
    hr_arena_reset(arena);
    hr_layout_index(layout, target->outcome, target->cell - layout->first[target->outcome], index);
    HR_TRY(hr_study_pool(study, NULL, target->pool, configuration, 0, arena, &resolved, err));
    if (resolved.n_servers == 0 || !(hr_outcome_scale(target->outcome, &resolved, index) > 0.0))
        return HR_OK;
    HR_TRY(hr_exact_bracket_of(&resolved, target->outcome, index, &effort, arena, &bracket, err));
    *verdict = verdict_of(study, &bracket);
out:
    return st;
}
