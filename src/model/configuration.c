#include "model/configuration.h"

#include <math.h>
#include <stddef.h>

const hr_policy_row hr_source_rows[HR_N_SOURCE_KINDS] = {
    {"poisson", "single meetings at a constant rate"},
    {"sinusoid", "single meetings, rate (1 + amplitude sin(2 pi t / period + phase))"},
    {"piecewise", "single meetings, constant rates between edges"},
    {"poisson_batch", "batches at a constant rate, all meetings of a batch at once"},
    {"clock_batch", "batches at clock times, each meeting late by its own lateness"},
    {"single_batch", "one batch at one time"},
};

/* Points of the midpoint rule over the quantiles of the join offset: the integrand is smooth and
 * nearly straight, the error below 1e-5 of the mean presence for the ramps in use. */
enum { JOIN_POINTS = 16 };

double hr_class_mean_presence(const hr_class *class, const hr_law *join)
{
    if (hr_law_is_constant(join))
        return hr_law_mean_excess(&class->duration, hr_law_mean(join));
    double sum = 0.0;
    for (int i = 0; i < JOIN_POINTS; i++) {
        const double offset = hr_law_quantile(join, (i + 0.5) / JOIN_POINTS);
        sum += hr_law_mean_excess(&class->duration, offset);
    }
    return sum / JOIN_POINTS;
}

static double piecewise_mean_rate(const hr_source *source)
{
    if (source->period <= 0.0)
        return 0.0; /* happens once: no long-run rate */
    double meetings = 0.0;
    for (unsigned i = 0; i < source->n_pieces; i++)
        meetings += source->rates[i] * (source->edges[i + 1] - source->edges[i]);
    return meetings / source->period;
}

static double source_mean_rate(const hr_source *source)
{
    if (source->is_late)
        return 0.0;
    switch (source->kind) {
    case HR_SOURCE_POISSON:
    case HR_SOURCE_SINUSOID:
        return source->rate;
    case HR_SOURCE_PIECEWISE:
        return piecewise_mean_rate(source);
    case HR_SOURCE_POISSON_BATCH:
        return source->rate * hr_law_mean(&source->count);
    case HR_SOURCE_CLOCK_BATCH:
        return hr_law_mean(&source->count) / source->period;
    case HR_SOURCE_SINGLE_BATCH:
    case HR_N_SOURCE_KINDS:
        break;
    }
    return 0.0;
}

double hr_configuration_arrival_rate(const hr_configuration *configuration)
{
    double rate = 0.0;
    for (unsigned i = 0; i < configuration->n_sources; i++)
        rate += source_mean_rate(&configuration->sources[i]);
    return rate;
}

/* Sizes are whole: E[X; X >= m] = E[(X - (m - 1))+] + (m - 1) P(X >= m), and P(X >= m) is the
 * difference of two such excesses. */
static hr_class_own at_least(const hr_law *size, double m)
{
    const double above = hr_law_mean_excess(size, m - 1.0);
    const double share = above - hr_law_mean_excess(size, m);
    return (hr_class_own){share, above + (m - 1.0) * share};
}

hr_class_own hr_class_own_part(const hr_class *class, uint32_t from_size, uint32_t below_size)
{
    hr_class_own part = {1.0, hr_law_mean(&class->size)};
    if (from_size > 0)
        part = at_least(&class->size, from_size);
    if (below_size > 0) {
        const hr_class_own beyond = at_least(&class->size, below_size);
        part.meetings -= beyond.meetings;
        part.people -= beyond.people;
    }
    return part;
}

hr_class_own hr_configuration_own(const hr_configuration *configuration, unsigned k)
{
    return hr_class_own_part(&configuration->classes[k], configuration->from_size,
                             configuration->below_size);
}

double hr_configuration_own_rate(const hr_configuration *configuration)
{
    double share = 0.0;
    for (unsigned k = 0; k < configuration->n_classes; k++)
        share += configuration->classes[k].share * hr_configuration_own(configuration, k).meetings;
    return share * hr_configuration_arrival_rate(configuration);
}

/* Little's law, class by class. */
double hr_configuration_mean_meetings(const hr_configuration *configuration)
{
    double in_progress = 0.0;
    for (unsigned k = 0; k < configuration->n_classes; k++) {
        const hr_class *class = &configuration->classes[k];
        in_progress += class->share * hr_configuration_own(configuration, k).meetings *
                       hr_law_mean(&class->duration);
    }
    return in_progress * hr_configuration_arrival_rate(configuration);
}

double hr_configuration_mean_present(const hr_configuration *configuration)
{
    double present = 0.0;
    for (unsigned k = 0; k < configuration->n_classes; k++) {
        const hr_class *class = &configuration->classes[k];
        present += class->share * hr_configuration_own(configuration, k).people *
                   hr_class_mean_presence(class, &configuration->join);
    }
    return present * hr_configuration_arrival_rate(configuration);
}

/* Mean cost of a profile's participant. */
static double participant_cost(const hr_profile *profile, unsigned resource)
{
    double cost = 0.0;
    for (unsigned i = 0; i < profile->n_kinds; i++)
        cost += profile->kinds[i].share * profile->kinds[i].cost[resource];
    return cost;
}

/* Share of the class's meetings that are the pool's and that the counter of large ones counts. */
static double counted(const hr_configuration *configuration, const hr_class *class)
{
    const double least = ceil(fmax(configuration->large_from, configuration->from_size));
    const uint32_t below = configuration->below_size;
    if (below > 0 && least >= below)
        return 0.0;
    return hr_class_own_part(class, (uint32_t)least, below).meetings;
}

double hr_configuration_mean_load(const hr_configuration *configuration, unsigned resource)
{
    const bool counts = configuration->resource[resource] == HR_RESOURCE_LARGE_MEETINGS;
    double load = 0.0;
    for (unsigned k = 0; k < configuration->n_classes; k++) {
        const hr_class *class = &configuration->classes[k];
        const hr_class_own part = hr_configuration_own(configuration, k);
        const double lasts = hr_law_mean(&class->duration);
        const double presence = hr_class_mean_presence(class, &configuration->join);
        double per_meeting = counts ? lasts * counted(configuration, class) : 0.0;
        per_meeting +=
            class->load ? part.meetings * lasts * hr_law_mean(&class->load[resource]) : 0.0;
        for (unsigned p = 0; p < class->n_profiles; p++) {
            const hr_profile *profile = &class->profiles[p];
            per_meeting +=
                profile->share * (part.meetings * lasts * profile->cost[resource] +
                                  presence * part.people * participant_cost(profile, resource));
        }
        load += class->share * per_meeting;
    }
    return load * hr_configuration_arrival_rate(configuration);
}

bool hr_configuration_limit_is_at(const hr_configuration *configuration, unsigned l, int level)
{
    const hr_limit *own = &configuration->limits[l];
    bool is_highest = own->level >= 0;
    if (level != HR_LEVEL_HIGHEST)
        return own->level == level;
    for (unsigned i = 0; i < configuration->n_limits; i++) {
        const hr_limit *other = &configuration->limits[i];
        is_highest = is_highest && !(other->resource == own->resource && other->level > own->level);
    }
    return is_highest;
}
