#include "exact/instant.h"

#include <math.h>
#include <stddef.h>

#include "model/occupancy.h"
#include "model/prepared.h"

const char *hr_instant_decline(const hr_configuration *configuration)
{
    const hr_placement *placement = &configuration->placement;
    if (configuration->feed != NULL)
        return "its load is legs of another pool's participants";
    if (configuration->admission != HR_ADMISSION_NONE || placement->start_gate > 0.0 ||
        placement->dedicated > 0)
        return "meetings may be refused";
    if (hr_failures_happen(configuration->failures))
        return "servers are out or fail";
    if (placement->join_gate > 0.0 || placement->most_joins > 0)
        return "participants may be sent to other servers";
    if (!configuration->prepared->joins_at_once)
        return "participants join over time";
    if (configuration->inserted != NULL)
        return "a meeting is inserted";
    if (configuration->activation != NULL)
        return "media begin later than their meeting";
    return NULL;
}

const char *hr_instant_decline_counts(const hr_configuration *configuration)
{
    for (unsigned s = 0; s < configuration->n_sources; s++) {
        if (!hr_occupancy_is_poisson(&configuration->sources[s]))
            return "meetings come in batches";
    }
    return NULL;
}

bool hr_instant_is_constant(const hr_configuration *configuration)
{
    const hr_prepared *prepared = configuration->prepared;
    for (unsigned s = 0; s < configuration->n_sources; s++) {
        const hr_source_kind kind = configuration->sources[s].kind;
        if ((kind != HR_SOURCE_POISSON && kind != HR_SOURCE_POISSON_BATCH) ||
            prepared->sources[s].first > prepared->begin)
            return false;
    }
    return configuration->start != HR_START_EMPTY;
}

/* Classes that last alike share what takes long. */
static bool is_like_before(const hr_class *class, unsigned k)
{
    return k > 0 && class[k - 1].share > 0.0 &&
           hr_law_equals(&class[k].duration, &class[k - 1].duration);
}

void hr_instant_alive(const hr_configuration *configuration, double t, double *alive)
{
    for (unsigned k = 0; k < configuration->n_classes; k++) {
        const hr_class *class = configuration->classes;
        alive[k] = 0.0;
        if (is_like_before(class, k)) {
            alive[k] = alive[k - 1] / class[k - 1].share * class[k].share;
            continue;
        }
        for (unsigned s = 0; s < configuration->n_sources; s++)
            alive[k] += hr_occupancy_mean(configuration, s, k, t);
    }
}

void hr_instant_rates(const hr_configuration *configuration, double t, double *rate)
{
    double all = 0.0;
    bool has_batches = false;
    for (unsigned s = 0; s < configuration->n_sources; s++) {
        const hr_source *source = &configuration->sources[s];
        const double first =
            ((double)configuration->prepared->sources[s].first - (double)HR_TICK_ZERO) /
            HR_TICKS_PER_SECOND;
        has_batches = has_batches || source->kind > HR_SOURCE_PIECEWISE;
        all += t >= first ? hr_source_rate(source, t) : 0.0;
    }
    for (unsigned k = 0; k < configuration->n_classes; k++)
        rate[k] = all * configuration->classes[k].share;
    if (has_batches)
        rate[0] = -1.0;
}
