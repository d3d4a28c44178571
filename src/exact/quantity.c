#include "exact/quantity.h"

#include <math.h>
#include <string.h>

#include "model/prepared.h"

static const struct {
    const char *outcome;
    hr_quantity_kind kind;
} known[] = {
    {"time_over", HR_QUANTITY_ANY_OVER},
    {"time_over_scaled", HR_QUANTITY_ANY_OVER},
    {"over_at", HR_QUANTITY_ANY_OVER},
    {"time_over_server", HR_QUANTITY_SERVER_OVER},
    {"over_server_at", HR_QUANTITY_SERVER_OVER},
    {"time_over_at_least", HR_QUANTITY_AT_LEAST_OVER},
    {"over_at_least_at", HR_QUANTITY_AT_LEAST_OVER},
    {"overloaded_servers", HR_QUANTITY_SERVERS_OVER},
    {"overloaded_servers_at", HR_QUANTITY_SERVERS_OVER},
    {"server_hours_over", HR_QUANTITY_SERVER_HOURS},
    {"episodes", HR_QUANTITY_EPISODES},
    {"episodes_server", HR_QUANTITY_EPISODES_SERVER},
    {"episode_length", HR_QUANTITY_LENGTH},
    {"episode_length_server", HR_QUANTITY_LENGTH_SERVER},
    {"period_overload", HR_QUANTITY_PERIOD_OVER},
    {"period_overload_scaled", HR_QUANTITY_PERIOD_OVER},
    {"blocking", HR_QUANTITY_BLOCKING},
    {"blocking_all", HR_QUANTITY_BLOCKING_ALL},
    {"utilisation", HR_QUANTITY_UTILISATION},
    {"participants_present", HR_QUANTITY_PRESENT},
    {"load_mean", HR_QUANTITY_LOAD_MEAN},
    {"load_variance", HR_QUANTITY_LOAD_VARIANCE},
    {"largest_load", HR_QUANTITY_LARGEST_LOAD},
    {"total_above", HR_QUANTITY_TOTAL_ABOVE},
    {"fits", HR_QUANTITY_FITS},
    {"fits_somewhere", HR_QUANTITY_FITS_SOMEWHERE},
    {"fits_everywhere", HR_QUANTITY_FITS_EVERYWHERE},
    {"fits_servers", HR_QUANTITY_FITS_SERVERS},
    {"misplaced", HR_QUANTITY_MISPLACED},
    {"nowhere", HR_QUANTITY_NOWHERE},
    {"does_not_fit", HR_QUANTITY_DOES_NOT_FIT},
    {"fits_nowhere", HR_QUANTITY_FITS_NOWHERE},
};

static unsigned n_named_criteria(const hr_configuration *configuration)
{
    unsigned n = 0;
    while (n < configuration->n_criteria && configuration->criteria[n].level >= 0)
        n++;
    return n;
}

static void take_index(const hr_configuration *configuration, hr_axis axis, unsigned i,
                       hr_quantity *quantity)
{
    switch (axis) {
    case HR_AXIS_CRITERION:
        quantity->criterion = i;
        break;
    case HR_AXIS_CAPACITY:
        quantity->criterion = n_named_criteria(configuration) + i;
        break;
    case HR_AXIS_SERVER:
        quantity->server = i;
        break;
    case HR_AXIS_K:
        quantity->at_least = i + 1;
        break;
    case HR_AXIS_DURATION:
        quantity->duration = i;
        break;
    case HR_AXIS_CLASS:
        quantity->class = i;
        break;
    case HR_AXIS_RESOURCE:
        quantity->resource = i;
        break;
    case HR_AXIS_THRESHOLD:
        quantity->threshold = i;
        break;
    case HR_AXIS_LEVEL:
        quantity->level = i;
        break;
    case HR_AXIS_PROBE:
        quantity->probe = i;
        break;
    case HR_AXIS_TIME:
        quantity->when = configuration->n_observed > 0 ? HR_WHEN_INSTANT : HR_WHEN_SNAPSHOTS;
        quantity->time = configuration->n_observed > 0 ? configuration->observed[i] : 0.0;
        break;
    default:
        break;
    }
}

bool hr_quantity_of(const hr_configuration *configuration, unsigned outcome,
                    const unsigned index[HR_MAX_AXES], hr_quantity *quantity)
{
    const hr_outcome *row = &hr_outcomes[outcome];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].outcome, row->name) != 0)
            continue;
        *quantity = (hr_quantity){.kind = known[i].kind, .when = HR_WHEN_WINDOW};
        for (int a = 0; a < HR_MAX_AXES; a++)
            take_index(configuration, row->axes[a], index[a], quantity);
        return true;
    }
    return false;
}

double hr_quantity_ceiling(const hr_configuration *configuration, unsigned criterion,
                           unsigned resource, unsigned j)
{
    double lowest = HUGE_VAL;
    for (unsigned l = 0; l < configuration->n_limits; l++) {
        const bool is_watched = configuration->criteria[criterion].limits >> l & 1;
        if (is_watched && configuration->limits[l].resource == resource)
            lowest =
                fmin(lowest, configuration->prepared->ceiling[l * configuration->n_servers + j]);
    }
    return lowest;
}

unsigned hr_quantity_resources(const hr_configuration *configuration, unsigned criterion,
                               unsigned resource[HR_MAX_RESOURCES])
{
    unsigned n = 0;
    for (unsigned r = 0; r < configuration->n_resources; r++) {
        if (!isinf(hr_quantity_ceiling(configuration, criterion, r, 0)))
            resource[n++] = r;
    }
    return n;
}
