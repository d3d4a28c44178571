#include "model/outcome_more.h"

#include "model/counts.h"

void hr_pair_collision(const hr_counts *counts, const hr_configuration *configuration,
                       const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y)
{
    (void)configuration, (void)index, (void)y;
    *x = (unsigned)__builtin_popcountll(counts->collision_periods);
}

void hr_pair_time_in_collision(const hr_counts *counts, const hr_configuration *configuration,
                               const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y)
{
    (void)configuration, (void)index, (void)y;
    *x = counts->collision_time;
}

/* It is this pool's if it was offered here. */
void hr_pair_carries(const hr_counts *counts, const hr_configuration *configuration,
                     const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y)
{
    const hr_inserted *inserted = configuration->inserted;
    if (inserted == NULL || inserted->size == 0)
        return;
    const bool is_hit = counts->inserted_hit >> index[0] & 1;
    *y = counts->offered[inserted->class_of];
    *x = counts->refused[inserted->class_of] == 0 && !is_hit ? *y : 0;
}

/* ---- what overload is made of */

#define ANATOMY(name, what)                                                                        \
    void name(const hr_counts *counts, const hr_configuration *configuration,                      \
              const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y)                           \
    {                                                                                              \
        (void)configuration;                                                                       \
        *x = counts->anatomy[index[0] * HR_N_ANATOMY + (what)];                                    \
        *y = counts->episodes[index[0]];                                                           \
    }
ANATOMY(hr_pair_anatomy_meetings, HR_ANATOMY_MEETINGS)
ANATOMY(hr_pair_anatomy_largest, HR_ANATOMY_LARGEST)
ANATOMY(hr_pair_anatomy_since_clock, HR_ANATOMY_CLOCK)
ANATOMY(hr_pair_anatomy_background, HR_ANATOMY_BACKGROUND)
ANATOMY(hr_pair_anatomy_report_age, HR_ANATOMY_REPORT)

double hr_scale_anatomy(const hr_configuration *configuration, const unsigned index[HR_MAX_AXES])
{
    (void)configuration, (void)index;
    return HR_ANATOMY_ONE;
}
