#include "study/rare.h"

/* A weighted estimate is believed from 100 hits on (estimate/weighted.h). */
enum { LEAST_REPLICATIONS = 1000 };

/* Criteria of one level that stand for any resource. */
static uint64_t criteria_of_level(const hr_configuration *c, int level)
{
    uint64_t bits = 0;
    for (unsigned k = 0; k < c->n_criteria; k++)
        bits |= (uint64_t)(c->criteria[k].level == level && c->criteria[k].resource < 0) << k;
    return bits;
}

/* The capacity curve comes last among the criteria. */
static uint64_t criteria_of_curve(const hr_configuration *c)
{
    return criteria_of_level(c, -1);
}

hr_tilt_aim hr_rare_aim(const hr_study *study, const hr_params *params,
                        const hr_configuration *example)
{
    hr_tilt_aim aim = {.engine = (hr_rare_engine)hr_params_get(params, HR_KEY_rare_engine)->choice,
                       .server = -1};
    const hr_target *target = &study->target;
    const hr_outcome *outcome = &hr_outcomes[target->outcome];
    const hr_layout *layout = &study->pools[target->pool].layout;
    unsigned index[HR_MAX_AXES];
    hr_layout_index(layout, target->outcome, target->cell - layout->first[target->outcome], index);
    for (int a = 0; a < HR_MAX_AXES; a++) {
        if (outcome->axes[a] == HR_AXIS_CRITERION)
            aim.criteria = (uint64_t)1 << index[a];
        else if (outcome->axes[a] == HR_AXIS_CAPACITY)
            aim.criteria = criteria_of_curve(example);
        if (outcome->axes[a] == HR_AXIS_SERVER)
            aim.server = (int)index[a];
        aim.is_at_times = aim.is_at_times || outcome->axes[a] == HR_AXIS_TIME;
    }
    if (outcome == &hr_outcomes[hr_outcome_find("blocking")] ||
        outcome == &hr_outcomes[hr_outcome_find("blocking_all")])
        aim.criteria = example->admission == HR_ADMISSION_NONE
                           ? 0
                           : criteria_of_level(example, example->admission_level);
    aim.is_share_of_time = outcome == &hr_outcomes[hr_outcome_find("time_over")];
    aim.is_everywhere = outcome == &hr_outcomes[hr_outcome_find("fits_nowhere")];
    aim.is_probe = aim.is_everywhere || outcome == &hr_outcomes[hr_outcome_find("does_not_fit")];
    for (int a = 0; a < HR_MAX_AXES && aim.is_probe; a++) {
        if (outcome->axes[a] == HR_AXIS_LEVEL)
            aim.criteria = criteria_of_level(example, (int)index[a]);
    }
    if (outcome->needs & HR_NEEDS_JOINT)
        aim.unsuited = "the target is about all pools at once";
    else if (target->pool != 0)
        aim.unsuited = "the target is another pool's than the meetings'";
    else if (aim.criteria == 0)
        aim.unsuited = "the target is no overload";
    else if (study->precision.at_most < LEAST_REPLICATIONS && aim.engine == HR_RARE_AUTO)
        aim.unsuited = "precision.at_most leaves too few replications for weights to be judged by";
    else if (study->has_daily && aim.engine == HR_RARE_AUTO)
        aim.unsuited = "days differ, and every day would have to be planned by itself";
    else if (study->n_capacity_factors > 0)
        aim.criteria |= criteria_of_curve(example);
    return aim;
}

hr_status hr_study_tilt(const hr_study *study, hr_configuration *configuration, hr_arena *arena,
                        hr_err *err)
{
    return hr_tilt_plan(configuration, &study->rare, arena, &configuration->tilt,
                        &configuration->tilt_why, err);
}
