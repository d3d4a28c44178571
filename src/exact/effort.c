#include "exact/effort.h"

const hr_exact_effort hr_exact_effort_whole = {
    .work = 4e9, .points = 1u << 24, .states = 600000, .times = 20000};

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
                             .times = 60};
}
