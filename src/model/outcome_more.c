#include "model/outcome_more.h"

#include <math.h>

#include "model/counts.h"
#include "model/prepared.h"

int hr_outcome_shift(const hr_configuration *configuration, unsigned resource)
{
    return ilogb(configuration->prepared->steps[resource]);
}

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

/* ---- load above ceilings */

/* The limit of resource index[0] at level index[1]; n_limits where there is none. */
static unsigned limit_of(const hr_configuration *c, const unsigned index[HR_MAX_AXES])
{
    unsigned l = 0;
    while (l < c->n_limits &&
           (c->limits[l].resource != index[0] || c->limits[l].level != (int)index[1]))
        l++;
    return l;
}

void hr_pair_excess(const hr_counts *counts, const hr_configuration *configuration,
                    const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y)
{
    const unsigned l = limit_of(configuration, index);
    if (l == configuration->n_limits)
        return;
    *x = counts->excess[l] >> hr_outcome_shift(configuration, index[0]);
    *y = (counts->load_time[index[0]] + counts->background_time[index[0]]) >>
         hr_outcome_shift(configuration, index[0]);
}

double hr_scale_excess(const hr_configuration *configuration, const unsigned index[HR_MAX_AXES])
{
    return limit_of(configuration, index) < configuration->n_limits ? 1.0 : 0.0;
}

/* Every limit of a level is a criterion by itself. */
void hr_pair_excess_height(const hr_counts *counts, const hr_configuration *configuration,
                           const unsigned index[HR_MAX_AXES], hr_u128 *x, hr_u128 *y)
{
    const unsigned l = limit_of(configuration, index);
    unsigned i = 0;
    if (l == configuration->n_limits)
        return;
    while (configuration->criteria[i].limits != (uint64_t)1 << l)
        i++;
    *x = counts->excess[l] >> hr_outcome_shift(configuration, index[0]);
    for (unsigned j = 0; j < configuration->n_servers; j++)
        *y += counts->server_time[i * (size_t)configuration->n_servers + j];
}

double hr_scale_excess_height(const hr_configuration *configuration,
                              const unsigned index[HR_MAX_AXES])
{
    return ldexp(hr_scale_excess(configuration, index) * configuration->prepared->steps[index[0]],
                 -hr_outcome_shift(configuration, index[0]));
}
