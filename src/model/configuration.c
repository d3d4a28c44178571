#include "model/configuration.h"

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

/* Little's law, class by class. */
double hr_configuration_mean_meetings(const hr_configuration *configuration)
{
    double in_progress = 0.0;
    for (unsigned k = 0; k < configuration->n_classes; k++) {
        const hr_class *class = &configuration->classes[k];
        in_progress += class->share * hr_law_mean(&class->duration);
    }
    return in_progress * hr_configuration_arrival_rate(configuration);
}

double hr_configuration_mean_present(const hr_configuration *configuration)
{
    double present = 0.0;
    for (unsigned k = 0; k < configuration->n_classes; k++) {
        const hr_class *class = &configuration->classes[k];
        present += class->share * hr_law_mean(&class->size) *
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

double hr_configuration_mean_load(const hr_configuration *configuration, unsigned resource)
{
    double load = 0.0;
    for (unsigned k = 0; k < configuration->n_classes; k++) {
        const hr_class *class = &configuration->classes[k];
        const double lasts = hr_law_mean(&class->duration);
        const double presence = hr_class_mean_presence(class, &configuration->join);
        const double size = hr_law_mean(&class->size);
        double per_meeting = class->load ? lasts * hr_law_mean(&class->load[resource]) : 0.0;
        for (unsigned p = 0; p < class->n_profiles; p++) {
            const hr_profile *profile = &class->profiles[p];
            per_meeting += profile->share * (lasts * profile->cost[resource] +
                                             presence * size * participant_cost(profile, resource));
        }
        load += class->share * per_meeting;
    }
    return load * hr_configuration_arrival_rate(configuration);
}
