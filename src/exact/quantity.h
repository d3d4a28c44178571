/* quantity: what a cell of an outcome asks, in words that the methods share.
 */
#ifndef HR_EXACT_QUANTITY_H
#define HR_EXACT_QUANTITY_H

#include <stdbool.h>

#include "model/outcome.h"

typedef enum hr_quantity_kind {
    HR_QUANTITY_ANY_OVER,
    HR_QUANTITY_SERVER_OVER,
    HR_QUANTITY_AT_LEAST_OVER,
    HR_QUANTITY_SERVERS_OVER, /* their mean number */
    HR_QUANTITY_SERVER_HOURS, /* the same, integrated over the window */
    HR_QUANTITY_EPISODES,
    HR_QUANTITY_EPISODES_SERVER,
    HR_QUANTITY_LENGTH, /* of an episode */
    HR_QUANTITY_LENGTH_SERVER,
    HR_QUANTITY_PERIOD_OVER, /* an episode within a busy period */
    HR_QUANTITY_BLOCKING,
    HR_QUANTITY_BLOCKING_ALL,
    HR_QUANTITY_UTILISATION,
    HR_QUANTITY_PRESENT,
    HR_QUANTITY_LOAD_MEAN,
    HR_QUANTITY_LOAD_VARIANCE,
    HR_QUANTITY_LARGEST_LOAD,
    HR_QUANTITY_TOTAL_ABOVE,
    HR_QUANTITY_FITS,
    HR_QUANTITY_FITS_SOMEWHERE,
    HR_QUANTITY_FITS_EVERYWHERE,
    HR_QUANTITY_FITS_SERVERS,
    HR_QUANTITY_MISPLACED,
    HR_QUANTITY_DOES_NOT_FIT, /* the complement of fits, added up itself */
    HR_QUANTITY_FITS_NOWHERE, /* of fits_somewhere */
    HR_QUANTITY_NOWHERE,
    HR_N_QUANTITIES
} hr_quantity_kind;

/* When it is asked: what it is averaged over. */
typedef enum hr_quantity_when {
    HR_WHEN_WINDOW,    /* all of the window */
    HR_WHEN_SNAPSHOTS, /* its snapshots */
    HR_WHEN_INSTANT,   /* one study time */
} hr_quantity_when;

typedef struct hr_quantity {
    hr_quantity_kind kind;
    hr_quantity_when when;
    double time; /* s, of an instant */
    unsigned criterion, server, at_least, duration, class, resource, threshold, level, probe;
} hr_quantity;

/* False for an outcome that no method knows. `index` as in hr_outcome_scale. */
bool hr_quantity_of(const hr_configuration *configuration, unsigned outcome,
                    const unsigned index[HR_MAX_AXES], hr_quantity *quantity);

/* Lowest ceiling of server j on a resource among the limits of a criterion, steps, background not
 * taken off; infinite where the criterion does not watch the resource. */
double hr_quantity_ceiling(const hr_configuration *configuration, unsigned criterion,
                           unsigned resource, unsigned j);
/* The resources that a criterion watches, their number returned. */
unsigned hr_quantity_resources(const hr_configuration *configuration, unsigned criterion,
                               unsigned resource[HR_MAX_RESOURCES]);

#endif
