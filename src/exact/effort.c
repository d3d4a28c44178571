#include "exact/effort.h"

const hr_exact_effort hr_exact_effort_whole = {
    .work = 4e9, .points = 1u << 24, .states = 600000, .times = 20000};

#define MOST_OF_ONE 2e6
#define MOST_OF_ALL 4e9

hr_exact_effort hr_exact_effort_beside(double n_configurations)
{
    const double part = MOST_OF_ALL / n_configurations;
    const double work = part < MOST_OF_ONE ? part : MOST_OF_ONE;
    return (hr_exact_effort){.work = work,
                             .points = (size_t)(work / 32.0),
                             .states = (size_t)(work / 2000.0),
                             .times = 60};
}
