#include "exact/effort.h"

const hr_exact_effort hr_exact_effort_whole = {
    .work = 4e9, .points = 1u << 24, .states = 600000, .times = 20000, .all = 1.6e10};

bool hr_exact_may(const hr_exact_effort *effort, double points, double work, const char **why)
{
    hr_exact_meter *meter = effort->meter;
    const double laws = meter != NULL && meter->least > 1.0 ? meter->least : 1.0;
    if (points > (double)effort->points || work > effort->work)
        *why = "the load takes too many different values";
    else if (meter != NULL && meter->spent + laws * work > effort->all)
        *why = "the laws of its average take more work than is allowed";
    else {
        if (meter != NULL)
            meter->spent += work;
        return true;
    }
    return false;
}

#define MOST_OF_ONE 2e6
#define MOST_OF_ALL 4e9

/* A state costs as much as so many multiplications where its chain is solved; most chains of a
 * sweep have too many states, and it is for nothing that the first ones are found. */
#define WORK_OF_STATE       2000.0
#define WORK_OF_VAIN_STATES 8000.0

hr_exact_effort hr_exact_effort_beside(double n_configurations)
{
    const double part = MOST_OF_ALL / n_configurations;
    const double work = part < MOST_OF_ONE ? part : MOST_OF_ONE;
    const double most = MOST_OF_ONE / WORK_OF_STATE, states = part / WORK_OF_VAIN_STATES;
    return (hr_exact_effort){.work = work,
                             .points = (size_t)(work / 32.0),
                             .states = (size_t)(states < most ? states : most),
                             .times = 60,
                             .all = 60.0 * work};
}
